"""``bingkai read``: read a folder of pages, or a table, into articles."""

import argparse
from pathlib import Path

from analysis.commands.options import TABLE, add_output
from analysis.console import check_distinct, say

HELP = "read a folder of pages, or a table, into articles"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("corpus", type=Path, help="a folder of .txt and .html, or " + TABLE)
    add_output(parser, "articles.csv")


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from framing.news.reading import read_corpus
    from framing.tables import write_table

    check_distinct(options.corpus, options.output)
    articles = read_corpus(options.corpus)
    write_table(articles, options.output)
    say(f"{options.output}: {len(articles)} articles")
