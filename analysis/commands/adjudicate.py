"""``bingkai adjudicate``: settle what people disagree on, into one gold file."""

import argparse
from pathlib import Path

from analysis.commands.options import TABLE, add_codebook
from analysis.console import check_distinct, say
from framing.errors import BingkaiError

HELP = "settle what people code differently, into one gold file"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("sample", type=Path, help="what bingkai sample -o wrote, " + TABLE)
    parser.add_argument("coders", type=Path, nargs="+", help="a coded file each")
    parser.add_argument(
        "--sheet",
        type=Path,
        metavar="FILE",
        help="write what is still in dispute, to be settled: .xlsx or .csv",
    )
    parser.add_argument(
        "--settled", type=Path, metavar="FILE", help="that sheet, with the cells filled"
    )
    parser.add_argument(
        "--majority",
        action="store_true",
        help="where three or more coded, what more than half of them said needs no settling",
    )
    parser.add_argument(
        "--sentences", type=Path, help="adds to the gold file which article a sentence is of"
    )
    parser.add_argument(
        "--language", choices=["en", "id"], default="id", help="of the sheet (default: id)"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="such as gold.csv")
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.coding.adjudication import Decision, lay_out_disputes, settle_codes
    from analysis.coding.codes import place_in_articles, read_codes
    from analysis.coding.sheet_files import write_sheet
    from framing.scheme import read_codebook
    from framing.tables import read_table, write_table

    if not options.output and not options.sheet:
        raise BingkaiError("nothing to write: give -o gold.csv, --sheet disputes.csv or both")
    written = (options.output, options.sheet)
    check_distinct(options.sample, *options.coders, options.settled, options.sentences, *written)
    codebook = read_codebook(options.codebook)
    sample = read_table(options.sample)
    codes = read_codes(options.coders, codebook, sample=sample)
    codes = place_in_articles(codes, read_table(options.sentences) if options.sentences else None)
    decided = None
    if options.settled:
        decided = read_codes([options.settled], codebook, sample=sample)
    gold = settle_codes(
        sample,
        codes,
        decided=decided,
        majority=options.majority,
    )
    disputes = lay_out_disputes(codes, gold)
    if options.sheet:
        write_sheet(disputes, options.sheet, codebook, language=options.language)
        say(f"{options.sheet}: {len(disputes)} sentences with something to settle")
    if options.output:
        write_table(gold, options.output)
        say(f"{options.output}: gold of {gold['sentence_id'].nunique()} sentences")
    for variable, own in gold.groupby("variable", sort=False):
        n = own["decision"].value_counts()
        parts = [f"{n[decision]} {decision}" for decision in Decision if decision in n.index]
        say(f"  {variable:<10} {', '.join(parts)}")
    if options.output and len(disputes) and not options.sheet:
        say("what is open has no code: settle it on a --sheet, and give that back with --settled")
