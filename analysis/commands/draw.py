"""``bingkai draw``: draw the figures of a results folder."""

import argparse
from pathlib import Path

from analysis.commands.options import add_codebook
from analysis.console import say

HELP = "draw the figures of a results folder"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("results", type=Path, help="a folder made by compare or run")
    parser.add_argument("--figure", action="append", help="draw only this one (repeatable)")
    parser.add_argument("--language", choices=["en", "id"], default="en", help="of the labels")
    add_codebook(parser)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.figures.gallery import FIGURES
    from analysis.pipeline import draw_results
    from framing.scheme import read_codebook

    draw_results(
        options.results,
        codebook=read_codebook(options.codebook),
        figures=tuple(options.figure or FIGURES),
        language=options.language,
    )
    say(f"{options.results / 'figures'}: drawn as PDF, SVG and PNG")
