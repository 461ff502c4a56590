"""The command ``bingkai``."""

import argparse
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn, Protocol

from analysis.commands import (
    adjudicate,
    agree,
    code,
    compare,
    draw,
    evaluate,
    label,
    merge,
    plan,
    read,
    run,
    sample,
    split,
    train,
    verify,
    write,
)
from analysis.console import say_problem, show_warning
from framing import __version__
from framing.errors import BingkaiError, BingkaiWarning

OK, BAD_INPUT, INTERRUPTED = 0, 2, 130


class Command(Protocol):
    """What a module of `analysis.commands` has."""

    HELP: str

    def define(self, parser: argparse.ArgumentParser) -> None:
        """Add the words of the command."""
        ...

    def run(self, options: argparse.Namespace) -> None:
        """Run the command."""
        ...


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "read": read,
        "split": split,
        "label": label,
        "train": train,
        "evaluate": evaluate,
        "sample": sample,
        "code": code,
        "merge": merge,
        "agree": agree,
        "adjudicate": adjudicate,
        "compare": compare,
        "plan": plan,
        "draw": draw,
        "write": write,
        "run": run,
        "verify": verify,
    }
)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the words of a command."""

    def error(self, message: str) -> NoReturn:
        raise BingkaiError(f"{message} (see {self.prog} --help)")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; the name of the chosen command stands in ``options.command``."""
    parser = _Parser(
        prog="bingkai",
        description="Media framing, stance and sentiment in Indonesian news.",
    )
    parser.add_argument("--version", action="version", version=f"bingkai {__version__}")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True, parser_class=_Parser
    )
    for name, command in COMMANDS.items():
        command.define(commands.add_parser(name, help=command.HELP, description=command.HELP))
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 2 for bad input, 130 for Ctrl-C."""
    if arguments is None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # tidy up as for Ctrl-C
    try:
        options = build_parser().parse_args(arguments)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", BingkaiWarning)
            warnings.showwarning = show_warning
            COMMANDS[options.command].run(options)
    except BingkaiError as error:
        say_problem(error)
        return BAD_INPUT
    except KeyboardInterrupt:
        say_problem("interrupted; nothing was left half-written")
        return INTERRUPTED
    return OK


if __name__ == "__main__":
    sys.exit(main())
