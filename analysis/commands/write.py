"""``bingkai write``: write the manuscript of a results folder."""

import argparse
from pathlib import Path

from analysis.commands.options import add_codebook
from analysis.console import say

HELP = "write the manuscript of a results folder"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("results", type=Path, help="a folder with figures, made by draw or run")
    parser.add_argument("--template", type=Path, help="Markdown with Jinja (default: the report)")
    parser.add_argument("--bibliography", type=Path, help="a .bib file")
    parser.add_argument("--title", default="Framing by outlet", help="of the paper")
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.pipeline import write_results
    from analysis.study import Study
    from framing.scheme import read_codebook

    study = Study(
        title=options.title,
        corpus=options.results,
        template=options.template,
        bibliography=options.bibliography,
    )
    write_results(options.results, codebook=read_codebook(options.codebook), study=study)
    say(f"{options.results / 'paper.pdf'} (and .docx, .tex)")
