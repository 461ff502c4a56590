"""``bingkai merge``: put the codes of a sheet into the sample that it was made for."""

import argparse
from pathlib import Path

from analysis.commands.options import TABLE, add_codebook, add_output
from analysis.console import check_distinct, say

HELP = "put the codes of a sheet into the sample that it was made for"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("sample", type=Path, help="what bingkai sample -o wrote, " + TABLE)
    parser.add_argument(
        "sheet",
        type=Path,
        help="the coded sheet: .xlsx, .csv, what bingkai code kept (.codes.jsonl), or what Label "
        "Studio (.json) or doccano (.jsonl) exported",
    )
    parser.add_argument(
        "--coder", default="", metavar="NAME", help="whose codes, where the sheet does not say"
    )
    add_output(parser, "gold.csv")
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.coding.sheet_files import read_sheet
    from analysis.coding.sheets import merge_codes
    from framing.scheme import read_codebook
    from framing.tables import read_table, write_table

    check_distinct(options.sample, options.sheet, options.output)
    codebook = read_codebook(options.codebook)
    gold = merge_codes(
        read_table(options.sample),
        read_sheet(options.sheet, codebook),
        codebook,
        coder=options.coder,
        where=options.sheet.name,
    )
    write_table(gold, options.output)
    coded = gold.loc[gold["value"] != ""].groupby("variable", sort=False)["sentence_id"].nunique()
    numbers = ", ".join(f"{n} of {name}" for name, n in coded.items()) or "none"
    say(f"{options.output}: codes of {gold['sentence_id'].nunique()} sentences: {numbers}")
