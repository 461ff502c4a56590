"""The words of the command ``bingkai``: which commands there are and what they take."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from framing import __version__
from framing.errors import BingkaiError

Run = Callable[[argparse.Namespace], None]
_Command = Callable[[str, str], argparse.ArgumentParser]
_TABLE = "a table: .csv, .jsonl or .parquet"


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the words of a command."""

    def error(self, message: str) -> NoReturn:
        raise BingkaiError(f"{message} (see {self.prog} --help)")


def build_parser(runs: Mapping[str, Run]) -> argparse.ArgumentParser:
    """Return the parser; the chosen command's function stands in ``options.run``.

    Parameters
    ----------
    runs
        The function of each command, by its name.
    """
    parser = _Parser(
        prog="bingkai",
        description="Media framing, stance and sentiment in Indonesian news.",
    )
    parser.add_argument("--version", action="version", version=f"bingkai {__version__}")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True, parser_class=_Parser
    )

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=runs[name])
        return added

    _add_framing(command)
    _add_analysis(command)
    return parser


def _add_framing(command: _Command) -> None:
    read = command("read", "read a folder of pages, or a table, into articles")
    read.add_argument("corpus", type=Path, help="a folder of .txt and .html, or " + _TABLE)
    _output(read, "articles.csv")

    split = command("split", "split articles into sentences")
    split.add_argument("articles", type=Path, help="articles, " + _TABLE)
    _output(split, "sentences.csv")

    label = command("label", "label every sentence")
    label.add_argument("input", type=Path, help="a folder of pages, or " + _TABLE)
    _output(label, "labels.csv")
    label.add_argument("--wide", action="store_true", help="one row a text, a column a variable")
    label.add_argument("--unit", choices=["article", "sentence", "row"], help="what a row is")
    label.add_argument("--sentences", type=Path, help="write the sentences here, too")
    label.add_argument("--articles", type=Path, help="write the articles here, too")
    label.add_argument(
        "--explain", type=Path, metavar="FILE", help="write here what carries each label (slow)"
    )
    label.add_argument(
        "--training", type=Path, help="what a model of your own was trained on, for --explain"
    )
    _abstaining(label)
    _labeling(label)

    train = command("train", "train a model on coded sentences")
    coded = train.add_mutually_exclusive_group(required=True)
    columns = "columns text and one a variable, " + _TABLE
    coded.add_argument("coded", type=Path, nargs="?", metavar="sentences", help=columns)
    coded.add_argument("--sentences", type=Path, metavar="FILE", help="the same, by name")
    _output(train, "model", what="FOLDER")
    train.add_argument("--name", default="model", help="the model's name (default: model)")
    train.add_argument("--variable", action="append", help="train only this one (repeatable)")
    how = train.add_mutually_exclusive_group()
    how.add_argument("--tune", action="store_true", help="tune the encoder, too (needs torch)")
    how.add_argument(
        "--distil",
        type=Path,
        metavar="MODEL",
        help="make a fast model of this one, which was trained on the sentences (needs torch)",
    )
    train.add_argument("--seed", type=int, default=0, help="for the folds (default: 0)")
    _labeling(train, model=False)

    evaluate = command("evaluate", "measure labels against human codes")
    evaluate.add_argument("gold", type=Path, help="columns text and one a variable, " + _TABLE)
    evaluate.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FOLDER",
        help="write tables and figures here; the scores alone if it is named like a table",
    )
    evaluate.add_argument("--language", choices=["en", "id"], default="en", help="of the figures")
    evaluate.add_argument("--seed", type=int, default=0, help="for the bootstrap (default: 0)")
    _abstaining(evaluate)
    _labeling(evaluate)


def _add_analysis(command: _Command) -> None:
    compare = command("compare", "compare the outlets of labelled sentences")
    compare.add_argument("labels", type=Path, help="labels, " + _TABLE)
    compare.add_argument("--sentences", type=Path, required=True, help="sentences, " + _TABLE)
    compare.add_argument("--articles", type=Path, required=True, help="articles, " + _TABLE)
    _output(compare, "results", what="FOLDER")
    compare.add_argument("--seed", type=int, default=0, help="for the resampling (default: 0)")
    _codebook(compare)

    draw = command("draw", "draw the figures of a results folder")
    draw.add_argument("results", type=Path, help="a folder made by compare or run")
    draw.add_argument("--figure", action="append", help="draw only this one (repeatable)")
    draw.add_argument("--language", choices=["en", "id"], default="en", help="of the labels")
    _codebook(draw)

    write = command("write", "write the manuscript of a results folder")
    write.add_argument("results", type=Path, help="a folder with figures, made by draw or run")
    write.add_argument("--template", type=Path, help="Markdown with Jinja (default: the report)")
    write.add_argument("--bibliography", type=Path, help="a .bib file")
    write.add_argument("--title", default="Framing by outlet", help="of the paper")
    _codebook(write)

    run = command("run", "run a whole study: read, split, label, compare, draw, write")
    run.add_argument("study", type=Path, help="a study.toml")
    _output(run, "results", what="FOLDER")
    run.add_argument(
        "--until",
        choices=["labels", "estimates", "figures", "paper"],
        default="paper",
        help="the last step (default: paper)",
    )

    verify = command("verify", "tell whether two results folders are alike to the byte")
    verify.add_argument("first", type=Path)
    verify.add_argument("second", type=Path)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1024")
    return int(text)


def _output(parser: argparse.ArgumentParser, example: str, *, what: str = "FILE") -> None:
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar=what, help=f"such as {example}"
    )


def _codebook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--codebook", type=Path, help="a codebook .toml (default: the shipped one)")


def _abstaining(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--abstain",
        type=float,
        default=0.0,
        metavar="PROB",
        help="leave a label empty where its probability is lower, such as 0.5 (default: 0)",
    )


def _labeling(parser: argparse.ArgumentParser, *, model: bool = True) -> None:
    _codebook(parser)
    if model:
        parser.add_argument("--model", type=Path, help="a model folder (default: the shipped one)")
        parser.add_argument(
            "--encoder",
            choices=["e5-small", "fast"],
            help="which shipped model: e5-small (default), or fast for millions of sentences",
        )
    parser.add_argument(
        "--threads", type=_positive, help="callers at once (default: all processors)"
    )
