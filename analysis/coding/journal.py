"""The file that `bingkai code` writes: one line a choice, only ever added to.

A line is on the disk before the page says that it is saved. A crash can tear only the last line,
and a torn line was never said to be saved. A later line about the same field of a sentence stands
for an earlier one; undoing is a line, too. The first line says whose codes of which sample follow.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd

from framing.errors import BingkaiError

_MARK = "codes"
_START = b'{"bingkai": "codes"'


@dataclass(frozen=True)
class Choice:
    """One choice of a coder: the field of a sentence gets a value (empty: none)."""

    number: int
    window: int
    sentence_id: str
    text_sha256: str
    field: str
    value: str
    undoes: int = 0


class ConflictError(Exception):
    """Another window has changed the field since this one looked."""


class Journal:
    """The choices of one coder on one sheet; safe for several threads, closed to other programs.

    Parameters
    ----------
    path
        The file; it is made if it is not there.
    sample_id, coder, fields
        Whose codes of which sample, and what is coded: a file of another one is refused.
    start
        Codes that a new file begins with: (sentence_id, text_sha256, field, value).

    Raises
    ------
    BingkaiError
        The file is of another coder or sample, damaged, cannot be written, or is in use.
    """

    def __init__(
        self,
        path: Path,
        *,
        sample_id: str,
        coder: str,
        fields: Sequence[str],
        start: Iterable[tuple[str, str, str, str]] = (),
    ) -> None:
        self.path, self.coder = path, coder
        self._choices: list[Choice] = []
        self._latest: dict[tuple[str, str], Choice] = {}
        self._windows = 0
        self._mutex = threading.Lock()
        self._file = _open_locked(path)
        try:
            head, choices, size = _parse(path)
            os.ftruncate(self._file, size)  # a torn last line was never said to be saved
            if head is None:
                head = {"bingkai": _MARK, "version": 1, "sample_id": sample_id, "coder": coder,
                        "fields": list(fields)}  # fmt: skip
                choices = [Choice(n, 0, *entry) for n, entry in enumerate(start, start=1)]
                self._write([head, *map(asdict, choices)])
            if (head.get("sample_id"), head.get("coder")) != (sample_id, coder):
                raise BingkaiError(
                    f"{path}: has the codes of {head.get('coder')!r} of the sample "
                    f"{head.get('sample_id')}; move it away or give another -o"
                )
            for choice in choices:
                self._add(choice)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    @property
    def codes(self) -> Mapping[tuple[str, str], Choice]:
        """The choice that holds, by sentence_id and field."""
        with self._mutex:
            return dict(self._latest)

    def open_window(self) -> int:
        """Return a number for a new window: one that no choice has yet."""
        with self._mutex:
            self._windows = 1 + max([self._windows, *(c.window for c in self._choices)])
            return self._windows

    def list_since(self, number: int) -> list[Choice]:
        """Return the choices after the one with this number."""
        with self._mutex:
            return self._choices[max(0, number) :]

    def record(
        self, window: int, sentence_id: str, field: str, value: str, *, text_sha256: str, seen: int
    ) -> None:
        """Write a choice to the disk.

        Parameters
        ----------
        seen
            Number of the choice of this field that the window shows; 0 if it shows none.

        Raises
        ------
        ConflictError
            Another window has chosen since.
        OSError
            It could not be written; the file is as before.
        """
        with self._mutex:
            latest = self._latest.get((sentence_id, field))
            if seen != (latest.number if latest else 0):
                raise ConflictError
            if value != (latest.value if latest else ""):
                self._append(
                    window=window, sentence_id=sentence_id, text_sha256=text_sha256, field=field,
                    value=value,
                )  # fmt: skip

    def undo(self, window: int) -> bool:
        """Take back the last choice of a window that still holds; tell whether there was one."""
        with self._mutex:
            undone = {choice.undoes for choice in self._choices}
            for choice in reversed(self._choices):
                key = (choice.sentence_id, choice.field)
                mine = choice.window == window and not choice.undoes
                if mine and choice.number not in undone and self._holds(choice):
                    before = self._find_before(choice)
                    self._append(
                        window=window, sentence_id=key[0], text_sha256=choice.text_sha256,
                        field=key[1], value=before, undoes=choice.number,
                    )  # fmt: skip
                    return True
            return False

    def _holds(self, choice: Choice) -> bool:
        """Tell whether nobody has chosen since, later choices that were undone left out."""
        later = [
            c for c in self._choices[choice.number :]
            if (c.sentence_id, c.field) == (choice.sentence_id, choice.field)
        ]  # fmt: skip
        undone = {c.undoes for c in later}
        return all(c.undoes or c.number in undone for c in later)

    def _find_before(self, choice: Choice) -> str:
        earlier = [
            c for c in self._choices[: choice.number - 1]
            if (c.sentence_id, c.field) == (choice.sentence_id, choice.field)
        ]  # fmt: skip
        return earlier[-1].value if earlier else ""

    def _append(self, **fields: Any) -> None:
        choice = Choice(number=len(self._choices) + 1, **fields)
        self._write([asdict(choice)])
        self._add(choice)

    def _add(self, choice: Choice) -> None:
        self._choices.append(choice)
        self._latest[choice.sentence_id, choice.field] = choice

    def _write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Add lines and wait until the disk has them; on failure the file is as before."""
        data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        size = os.fstat(self._file).st_size
        try:
            while data:
                data = data[os.write(self._file, data) :]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, size)
            raise


def is_journal(path: Path) -> bool:
    """Tell whether a file is one that `bingkai code` wrote."""
    try:
        with path.open("rb") as stream:
            head = json.loads(stream.readline(100_000))
    except (OSError, ValueError):
        return False
    return isinstance(head, dict) and head.get("bingkai") == _MARK


def read_journal(path: Path) -> pd.DataFrame:
    """Read what was coded as a sheet: a row a sentence that has a choice.

    Returns
    -------
    pandas.DataFrame
        sample_id, sentence_id, text_sha256, one column a field, coder; the index, called ``line``,
        is where the last choice on the sentence stands.
    """
    head, choices, _ = _parse(path)
    if head is None:
        raise BingkaiError(f"{path}: no file of bingkai code")
    rows: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    for choice in choices:
        row = rows.setdefault(
            choice.sentence_id,
            {
                "sample_id": head["sample_id"],
                "sentence_id": choice.sentence_id,
                "text_sha256": choice.text_sha256,
                **dict.fromkeys(head["fields"], ""),
                "coder": head["coder"],
            },
        )
        row[choice.field] = choice.value
        lines[choice.sentence_id] = choice.number + 1
    columns = ["sample_id", "sentence_id", "text_sha256", *head["fields"], "coder"]
    index = pd.Index(list(lines.values()), name="line", dtype="int64")
    return pd.DataFrame(list(rows.values()), columns=columns, index=index, dtype=str)


def _open_locked(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)  # so that a new file's name outlives a crash, too
        os.close(folder)
    except OSError as error:
        raise BingkaiError(f"{path}: cannot write it ({error.strerror})") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise BingkaiError(
            f"{path}: another bingkai code has it open; use that one's page, or end it first"
        ) from None
    return file


def _parse(path: Path) -> tuple[dict[str, Any] | None, list[Choice], int]:
    """Return the first line, the choices, and the bytes that they take without a torn last line."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BingkaiError(f"{path}: cannot read it ({error.strerror})") from None
    whole = raw[: raw.rfind(b"\n") + 1]
    if not raw.startswith(_START[: len(raw)]):
        raise BingkaiError(f"{path}: another file, not one of bingkai code; give another -o")
    head: dict[str, Any] | None = None
    choices: list[Choice] = []
    for number, line in enumerate(whole.split(b"\n")[:-1], start=1):
        try:
            entry = json.loads(line)
            if number == 1:
                head = _check_head(entry)
                continue
            choice = Choice(**entry)
            if choice.number != number - 1:
                raise ValueError
        except (ValueError, TypeError, KeyError):
            raise BingkaiError(
                f"{path}: line {number} was changed or lost; take the file as bingkai code left it"
            ) from None
        choices.append(choice)
    return head, choices, len(whole)


def _check_head(entry: dict[str, Any]) -> dict[str, Any]:
    if entry["bingkai"] != _MARK or not isinstance(entry["fields"], list):
        raise ValueError
    return {**entry, "sample_id": str(entry["sample_id"]), "coder": str(entry["coder"])}
