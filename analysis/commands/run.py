"""``bingkai run``: run a whole study: read, split, label, compare, draw, write."""

import argparse
from pathlib import Path

from analysis.commands.options import add_output
from analysis.console import say, show_progress

HELP = "run a whole study: read, split, label, compare, draw, write"


def define(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("study", type=Path, help="a study.toml")
    add_output(parser, "results", what="FOLDER")
    parser.add_argument(
        "--until",
        choices=["labels", "estimates", "figures", "paper"],
        default="paper",
        help="the last step (default: paper)",
    )


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from analysis.pipeline import Step, run_study
    from analysis.study import read_study

    step = Step(options.until)
    run_study(read_study(options.study), options.output, until=step, progress=show_progress)
    shown = {
        Step.LABELS: "labels.csv",
        Step.ESTIMATES: "estimates.csv",
        Step.FIGURES: "figures",
        Step.PAPER: "paper.pdf",
    }
    say(str(options.output / shown[step]))
