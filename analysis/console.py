"""What a command says to the one who runs it: on standard error, a line each."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from framing.errors import BingkaiError

if TYPE_CHECKING:
    from framing.encoders.encoder import Vectors
    from framing.learning.classifier import Step


def say(text: str) -> None:
    """Print a line."""
    print(text, file=sys.stderr)


def say_problem(message: object) -> None:
    """Print what went wrong, in one line."""
    say(f"bingkai: {_one_line(message)}")


def show_warning(  # noqa: PLR0917 (the signature that warnings.showwarning has)
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning in one line; stands in for `warnings.showwarning`."""
    say(f"bingkai: warning: {_one_line(message)}")


def show_progress(vectors: "Iterable[Vectors]", total: int) -> "Iterable[Vectors]":
    """Show a bar on a terminal while sentences are embedded."""
    from tqdm import tqdm

    return tqdm(
        vectors, total=total, desc="embedding", unit=" sentences", disable=None, leave=False
    )


class TrainingBar:
    """A bar for each task of a training, with the loss behind it; on a terminal only."""

    def __init__(self) -> None:
        self._task = ""
        self._bar: Any = None

    def show(self, step: "Step") -> None:
        """Move the bar on to a step."""
        from tqdm import tqdm

        if step.task != self._task:
            self.close()
            self._task = step.task
            self._bar = tqdm(
                total=step.n_steps, desc=step.task, unit=" steps", disable=None, leave=False
            )
        self._bar.n = step.step
        self._bar.set_postfix(loss=f"{step.loss:.3f}", refresh=False)
        self._bar.update(0)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def check_distinct(*paths: Path | None) -> None:
    """Refuse to write two tables, or an input and an output, into one file."""
    named = [path.resolve() for path in paths if path is not None]
    for number, path in enumerate(named):
        if path in named[:number]:
            raise BingkaiError(f"{path.name}: one file for two tables; name another one with -o")


def _one_line(message: object) -> str:
    text = " ".join(str(message).split())
    return text.encode("utf-8", "backslashreplace").decode()
