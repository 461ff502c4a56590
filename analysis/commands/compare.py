"""``bingkai compare``: compare the outlets of labelled sentences."""

import argparse
from pathlib import Path

from analysis.commands.options import TABLE, add_codebook, add_output
from analysis.console import say

HELP = "compare the outlets of labelled sentences"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("labels", type=Path, help="labels, " + TABLE)
    parser.add_argument("--sentences", type=Path, required=True, help="sentences, " + TABLE)
    parser.add_argument("--articles", type=Path, required=True, help="articles, " + TABLE)
    parser.add_argument(
        "--gold", type=Path, help="people's codes of a random sample, which correct the estimates"
    )
    add_output(parser, "results", what="FOLDER")
    parser.add_argument("--seed", type=int, default=0, help="for the resampling (default: 0)")
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.pipeline import compare_tables
    from analysis.statistics.settings import Settings
    from framing.scheme import read_codebook

    compare_tables(
        options.labels,
        options.sentences,
        options.articles,
        options.output,
        codebook=read_codebook(options.codebook),
        settings=Settings(seed=options.seed),
        gold=options.gold,
    )
    say(f"{options.output}: counts.csv, estimates.csv, evidence.csv, copies.csv, words.csv")
