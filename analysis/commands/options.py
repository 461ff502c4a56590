"""Words that several commands take."""

import argparse
from pathlib import Path
from typing import Any

TABLE = "a table: .csv, .jsonl or .parquet"


def parse_positive(text: str) -> int:
    """Return a whole number from 1 to 1024."""
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1024")
    return int(text)


def add_output(parser: argparse.ArgumentParser, example: str, *, what: str = "FILE") -> None:
    """Add ``-o``, which must be given."""
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar=what, help=f"such as {example}"
    )


def add_codebook(parser: argparse.ArgumentParser) -> None:
    """Add ``--codebook``."""
    parser.add_argument("--codebook", type=Path, help="a codebook .toml (default: the shipped one)")


def add_encoder(parser: argparse.ArgumentParser, what: str, **options: Any) -> None:
    """Add ``--encoder``, a name or a hub id or a folder."""
    parser.add_argument(
        "--encoder",
        metavar="NAME",
        help=f"{what}: a hub id such as indobenchmark/indobert-base-p1, or a local folder",
        **options,
    )


def add_abstaining(parser: argparse.ArgumentParser) -> None:
    """Add ``--abstain``."""
    parser.add_argument(
        "--abstain",
        type=float,
        default=0.0,
        metavar="PROB",
        help="leave a label empty where its probability is lower, such as 0.5 (default: 0)",
    )


def add_labeling(
    parser: argparse.ArgumentParser, *, model: bool = True, several: bool = False
) -> None:
    """Add what labels: ``--codebook``, ``--threads``, and ``--model`` and ``--encoder``.

    With `several`, these two may stand more than once.
    """
    add_codebook(parser)
    if model:
        action = "append" if several else "store"
        again = "; several are compared" if several else ""
        parser.add_argument(
            "--model",
            type=Path,
            action=action,
            help=f"a model folder (default: the shipped one){again}",
        )
        add_encoder(
            parser,
            "which shipped model: e5-small (default), or fast for millions of sentences; or the "
            "transformer that --model sits on",
            action=action,
        )
    parser.add_argument(
        "--threads", type=parse_positive, help="callers at once (default: all processors)"
    )
