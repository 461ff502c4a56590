"""``bingkai split``: split articles into sentences."""

import argparse
from pathlib import Path

from analysis.commands.options import TABLE, add_output
from analysis.console import check_distinct, say

HELP = "split articles into sentences"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("articles", type=Path, help="articles, " + TABLE)
    add_output(parser, "sentences.csv")


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from framing.inputs import Unit, read_units, to_sentences
    from framing.tables import write_table

    check_distinct(options.articles, options.output)
    articles, _ = read_units(options.articles, unit=Unit.ARTICLE)
    sentences = to_sentences(articles, Unit.ARTICLE)
    write_table(sentences, options.output)
    say(f"{options.output}: {len(sentences)} sentences")
