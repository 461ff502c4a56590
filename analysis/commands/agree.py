"""``bingkai agree``: tell how far people code alike."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands.options import add_codebook
from analysis.console import check_distinct, say

if TYPE_CHECKING:
    import pandas as pd

    from framing.scheme import Codebook

HELP = "tell how far people, and the machine, code alike"
_NAMES = {"alpha": "alpha", "ac1": "AC1", "agreement": "agree", "alpha_gap": "alpha higher by"}


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument(
        "coders", type=Path, nargs="+", help="a coded sheet each: .xlsx, .csv and so on"
    )
    parser.add_argument("--labels", type=Path, help="the machine's labels, to stand beside people")
    parser.add_argument(
        "--sentences", type=Path, help="says which article a sentence is of, for the intervals"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FOLDER",
        help="write tables here; the estimates alone if it is named like a table",
    )
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.coding.agreement import measure_agreement
    from analysis.coding.codes import place_in_articles, read_codes
    from framing.scheme import read_codebook
    from framing.tables import read_table, write_table

    check_distinct(*options.coders, options.labels, options.sentences, options.output)
    codebook = read_codebook(options.codebook)
    codes = read_codes(options.coders, codebook)
    sentences = read_table(options.sentences) if options.sentences else None
    found = measure_agreement(
        place_in_articles(codes, sentences),
        codebook,
        labels=read_table(options.labels) if options.labels else None,
    )
    if options.output and options.output.suffix[1:].isalpha():
        write_table(found.estimates, options.output)
        say(f"{options.output}: coefficients of agreement")
    elif options.output:
        from analysis.results import new_results, write_provenance

        with new_results(options.output) as work:
            write_table(found.estimates, work / "agreement.csv")
            write_table(found.confusion, work / "confusion.csv")
            write_table(found.disputes, work / "disputes.csv")
            write_provenance(work, _describe(options, codebook))
        say(f"{options.output}: agreement.csv, confusion.csv, disputes.csv")
    _say_agreement(found.estimates)
    n = found.disputes["sentence_id"].nunique()
    say(f"{n} of {codes['sentence_id'].nunique()} sentences are in dispute (bingkai adjudicate)")


def _describe(options: argparse.Namespace, codebook: "Codebook") -> dict[str, object]:
    """Return what went in."""
    from analysis.results import hash_inputs

    others = {"labels": options.labels, "sentences": options.sentences}
    return {
        "codebook": {"id": codebook.id, "version": codebook.version, "sha256": codebook.sha256},
        "coders": [hash_inputs(path) for path in options.coders],
        **{name: hash_inputs(path) for name, path in others.items() if path},
    }


def _say_agreement(estimates: "pd.DataFrame") -> None:
    from analysis.coding.agreement import AGAINST_MACHINE, GAP, PEOPLE

    for variable, own in estimates.loc[estimates["value"] == ""].groupby("variable", sort=False):
        for contrast in (PEOPLE, AGAINST_MACHINE, GAP):
            rows = own.loc[own["contrast"] == contrast]
            if contrast == GAP:
                rows = rows.head(1).dropna(subset="estimate")
            if rows.empty:
                continue
            first = rows.iloc[0]
            if first["n_sentences"]:
                said = ", ".join(_say(row) for _, row in rows.iterrows())
                if contrast != GAP:
                    said += f"; {first['n_sentences']} sentences of {first['n_articles']} articles"
                said += "".join(f" ({reason})" for reason in sorted(set(rows["reason"]) - {""}))
            else:
                said = first["reason"]
            name = "people better than machine" if contrast == GAP else contrast
            say(f"  {variable:<10} {name}: {said}")


def _say(row: "pd.Series[float]") -> str:
    name = _NAMES[str(row["estimand"])]
    if math.isnan(row["estimate"]):
        return f"{name} unknown"
    if math.isnan(row["conf_low"]):
        return f"{name} {row['estimate']:.2f}"
    return f"{name} {row['estimate']:.2f} ({row['conf_low']:.2f} to {row['conf_high']:.2f})"
