"""``bingkai sample``: draw sentences for people to code."""

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands.options import TABLE, add_codebook, add_output
from analysis.console import check_distinct, say
from framing.errors import BingkaiError

if TYPE_CHECKING:
    import pandas as pd

    from framing.scheme import Codebook

HELP = "draw sentences for people to code"


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
    parser.add_argument(
        "--strategy",
        choices=["random", "weighted", "uncertain"],
        default="random",
        help="random (default); weighted: random, but more where labels are doubtful; uncertain: "
        "the most doubtful, to train on and not to estimate with",
    )
    parser.add_argument(
        "--floor",
        type=float,
        default=0.3,
        metavar="SHARE",
        help="of weighted: least chance of a sentence, as a share of the mean one (default: 0.3)",
    )
    parser.add_argument("--seed", type=int, default=0, help="for the draw (default: 0)")
    people = parser.add_argument_group("coders")
    people.add_argument(
        "--coders", nargs="+", default=[], metavar="NAME", help="who will code; a sheet for each"
    )
    people.add_argument(
        "--overlap",
        type=int,
        metavar="NUMBER",
        help="sentences that several people code, to measure agreement (default: all)",
    )
    people.add_argument(
        "--together", type=int, default=2, metavar="NUMBER", help="by how many (default: 2)"
    )
    parser.add_argument(
        "--sheet",
        type=Path,
        metavar="FILE",
        help="also write a sheet to code on, without labels: .xlsx, .csv, .json (Label Studio) or "
        ".doccano.jsonl; one for each of several --coders",
    )
    parser.add_argument(
        "--show-labels", action="store_true", help="show coders the machine's labels on the sheet"
    )
    parser.add_argument("--hide-title", action="store_true", help="of the article, on the sheet")
    parser.add_argument("--show-outlet", action="store_true", help="of the article, on the sheet")
    parser.add_argument("--language", choices=["en", "id"], default="id", help="of the sheet")
    add_output(parser, "sample.csv")
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.coding.sheet_files import write_sheet
    from framing.scheme import read_codebook
    from framing.tables import read_table, write_table

    _check(options)
    sheet_paths = _name_sheets(options)
    inputs = (options.sentences, options.articles, options.labels)
    check_distinct(*inputs, options.output, *sheet_paths.values())
    sentences, articles = read_table(options.sentences), read_table(options.articles)
    labels = read_table(options.labels) if options.labels else None
    codebook = read_codebook(options.codebook)
    sample = _draw(options, sentences, articles, labels, codebook=codebook)
    if options.sheet:
        shown = labels if options.show_labels else None
        for name, sheet in _make_sheets(options, sample, sentences, articles, shown).items():
            write_sheet(sheet, sheet_paths[name], codebook, language=options.language)
    write_table(sample, options.output)
    strata = sample["stratum"].nunique()
    names = ", ".join(str(path) for path in sheet_paths.values())
    say(
        f"{options.output}: {sample['sentence_id'].nunique()} sentences"
        + (f" of {strata} strata" if options.by else "")
        + (", chosen to train on: estimates refuse them" if _is_chosen(options) else "")
        + (f"; to code on {names}" if names else "")
    )


def _draw(
    options: argparse.Namespace,
    sentences: "pd.DataFrame",
    articles: "pd.DataFrame",
    labels: "pd.DataFrame | None",
    *,
    codebook: "Codebook",
) -> "pd.DataFrame":
    if options.strategy != "random":
        from analysis.coding.doubt import choose_doubtful, draw_doubtful

        if labels is None:
            raise BingkaiError(
                f"--strategy {options.strategy} looks for doubtful labels; give them with --labels"
            )
        draw = (
            choose_doubtful if _is_chosen(options) else partial(draw_doubtful, floor=options.floor)
        )
        return draw(
            sentences,
            articles,
            codebook,
            n=options.n,
            labels=labels,
            variables=options.variables,
            seed=options.seed,
        )
    from analysis.coding.sampling import Allocation, draw_sample

    return draw_sample(
        sentences,
        articles,
        codebook,
        n=options.n,
        by=options.by,
        labels=labels,
        allocation=Allocation(options.allocation),
        least=options.least,
        variables=options.variables,
        seed=options.seed,
    )


def _make_sheets(
    options: argparse.Namespace,
    sample: "pd.DataFrame",
    sentences: "pd.DataFrame",
    articles: "pd.DataFrame",
    labels: "pd.DataFrame | None",
) -> "Mapping[str, pd.DataFrame]":
    """Return the sheets by coder, of whom there may be none to name."""
    from analysis.coding.assignment import assign_coders, deal_sheets, show_labels
    from analysis.coding.sheets import make_sheet

    shown_of_articles = {"title": not options.hide_title, "outlet": options.show_outlet}
    if len(options.coders) > 1:
        dealt = assign_coders(
            sample,
            options.coders,
            overlap=options.overlap,
            together=options.together,
            seed=options.seed,
        )
        sheets = deal_sheets(
            sample, sentences, articles, dealt=dealt, seed=options.seed, **shown_of_articles
        )
    else:
        coder = "".join(options.coders)
        sheet = make_sheet(
            sample, sentences, articles, seed=options.seed, coder=coder, **shown_of_articles
        )
        sheets = {coder: sheet}
    if labels is None:
        return sheets
    return {name: show_labels(sheet, labels) for name, sheet in sheets.items()}


def _name_sheets(options: argparse.Namespace) -> dict[str, Path]:
    if options.sheet is None:
        return {}
    if len(options.coders) < 2:
        return {"".join(options.coders): options.sheet}
    stem, _, ending = options.sheet.name.partition(".")
    return {name: options.sheet.with_name(f"{stem}-{name}.{ending}") for name in options.coders}


def _is_chosen(options: argparse.Namespace) -> bool:
    return bool(options.strategy == "uncertain")


def _check(options: argparse.Namespace) -> None:
    """Refuse words that do not go together."""
    if options.strategy != "random" and options.by:
        raise BingkaiError(
            f"--by makes strata of a random draw; leave it or {options.strategy} out"
        )
    if options.coders and not options.sheet:
        raise BingkaiError("--coders get a sheet each; say where with --sheet sheet.csv")
    if options.overlap is not None and len(options.coders) < 2:
        raise BingkaiError("--overlap is between people; name two or more with --coders")
    if options.show_labels and not (options.labels and options.sheet):
        raise BingkaiError("--show-labels needs --labels, and a --sheet to show them on")
