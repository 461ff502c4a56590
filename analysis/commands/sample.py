"""``bingkai sample``: draw sentences at random for people to code."""

import argparse
from pathlib import Path

from analysis.commands.options import TABLE, add_codebook, add_output
from analysis.console import check_distinct, say

HELP = "draw sentences at random for people to code"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("sentences", type=Path, help="sentences, " + TABLE)
    parser.add_argument("--articles", type=Path, required=True, help="articles, " + TABLE)
    parser.add_argument("--labels", type=Path, help="labels, for strata by what they say")
    parser.add_argument("-n", type=int, required=True, metavar="NUMBER", help="sentences to draw")
    parser.add_argument(
        "--by",
        nargs="+",
        default=[],
        metavar="NAME",
        help="strata: outlet and labelled variables, such as: outlet frame (default: none)",
    )
    parser.add_argument(
        "--allocation",
        choices=["proportional", "equal"],
        default="proportional",
        help="sentences of a stratum: in proportion to its size (default), or the same number",
    )
    parser.add_argument(
        "--least", type=int, default=2, help="fewest sentences of a stratum (default: 2)"
    )
    parser.add_argument(
        "--variables", nargs="+", default=[], metavar="NAME", help="to code (default: all)"
    )
    parser.add_argument("--seed", type=int, default=0, help="for the draw (default: 0)")
    parser.add_argument(
        "--sheet",
        type=Path,
        metavar="FILE",
        help="also write a sheet to code on, without labels: .xlsx, .csv, .json (Label Studio) or "
        ".doccano.jsonl",
    )
    parser.add_argument("--hide-title", action="store_true", help="of the article, on the sheet")
    parser.add_argument("--show-outlet", action="store_true", help="of the article, on the sheet")
    parser.add_argument("--coder", default="", metavar="NAME", help="who will code on the sheet")
    parser.add_argument("--language", choices=["en", "id"], default="id", help="of the sheet")
    add_output(parser, "sample.csv")
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.sampling import Allocation, draw_sample
    from analysis.sheet_files import write_sheet
    from analysis.sheets import make_sheet
    from framing.scheme import read_codebook
    from framing.tables import read_table, write_table

    inputs = (options.sentences, options.articles, options.labels)
    check_distinct(*inputs, options.output, options.sheet)
    sentences, articles = read_table(options.sentences), read_table(options.articles)
    codebook = read_codebook(options.codebook)
    sample = draw_sample(
        sentences,
        articles,
        codebook,
        n=options.n,
        by=options.by,
        labels=read_table(options.labels) if options.labels else None,
        allocation=Allocation(options.allocation),
        least=options.least,
        variables=options.variables,
        seed=options.seed,
    )
    if options.sheet:
        sheet = make_sheet(
            sample,
            sentences,
            articles,
            seed=options.seed,
            title=not options.hide_title,
            outlet=options.show_outlet,
            coder=options.coder,
        )
        write_sheet(sheet, options.sheet, codebook, language=options.language)
    write_table(sample, options.output)
    strata = sample["stratum"].nunique()
    say(
        f"{options.output}: {sample['sentence_id'].nunique()} sentences"
        + (f" of {strata} strata" if options.by else "")
        + (f"; to code on {options.sheet}" if options.sheet else "")
    )
