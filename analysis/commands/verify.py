"""``bingkai verify``: tell whether two results folders are alike to the byte."""

import argparse
from pathlib import Path

from analysis.console import say
from framing.errors import BingkaiError

HELP = "tell whether two results folders are alike to the byte"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.results import differing_files, read_provenance

    for folder in (options.first, options.second):
        read_provenance(folder)
    reports = differing_files(options.first, options.second)
    if reports:
        raise BingkaiError("not the same: " + "; ".join(reports))
    n_files = len(read_provenance(options.first)["outputs"])
    say(f"{options.first} and {options.second}: {n_files} outputs, all alike to the byte")
