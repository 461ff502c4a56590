"""Tables on disk: .csv, .jsonl or .parquet, by the file's ending; whole or not at all."""

import csv
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow

from framing.errors import BingkaiError

FORMATS = (".csv", ".jsonl", ".parquet")


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table; in .csv every cell is text and an empty cell is ``""``.

    Raises
    ------
    BingkaiError
        The file is missing, empty, of another format, or damaged.
    """
    path = Path(path)
    ending = _ending(path)
    try:
        if path.stat().st_size == 0:
            raise BingkaiError(f"{path}: the file is empty")
        if ending == ".parquet":
            table = pd.read_parquet(path)
        elif ending == ".csv":
            table = _read_csv(path)
        else:
            table = _read_jsonl(path)
    except OSError as error:
        raise BingkaiError(f"{path}: cannot read it ({_reason(error)})") from None
    except UnicodeDecodeError:
        raise BingkaiError(f"{path}: not UTF-8; save the table as UTF-8") from None
    except (ValueError, pyarrow.ArrowException) as error:
        detail = str(error).strip().splitlines()[0]
        raise BingkaiError(f"{path}: not a readable {ending} table ({detail})") from None
    return table


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table; the file appears whole or not at all.

    Raises
    ------
    BingkaiError
        The folder cannot be written, the disk is full, or the ending is not known.
    """
    path = Path(path)
    ending = _ending(path)
    with new_file(path) as partial:
        if ending == ".parquet":
            table.to_parquet(partial, index=False)
        elif ending == ".csv":
            table.to_csv(partial, index=False, lineterminator="\n")
        else:
            _write_jsonl(table, partial)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to; on success it becomes `path`, else it goes away.

    Raises
    ------
    BingkaiError
        The folder cannot be written or the disk is full.
    """
    partial: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".bingkai-", suffix=path.suffix)
        os.close(handle)
        partial = Path(name)
        yield partial
        partial.chmod(0o666 & ~_umask())
        partial.replace(path)
    except OSError as error:
        raise BingkaiError(f"{path}: cannot write it ({_reason(error)})") from None
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


def write_text(text: str, path: str | Path) -> None:
    """Write a text file as UTF-8, whole or not at all."""
    with new_file(Path(path)) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_json(value: object, path: str | Path) -> None:
    """Write JSON with sorted keys, whole or not at all."""
    write_text(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", path)


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text as hexadecimal digits (lone surrogates are allowed)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise BingkaiError(f"{path}: unknown table format; use {', '.join(FORMATS)}")
    return ending


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _read_csv(path: Path) -> pd.DataFrame:
    """Read every cell as text; a row that does not fit the header is an error, never shifted."""
    csv.field_size_limit(2**31 - 1)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        first = stream.readline()
        if first.lower().startswith("sep="):  # Excel's own line
            separator = first[4:5]
        else:
            separator = max(",;\t", key=first.count)  # Excel writes ; where , is the decimal point
            stream.seek(0)
        reader = csv.reader(stream, delimiter=separator, strict=True)
        try:
            header = [name.lstrip("\ufeff") for name in next(reader, [])]
            rows = []
            for row in reader:
                if row and len(row) != len(header):
                    raise BingkaiError(
                        f"{path}: line {reader.line_num} has {len(row)} fields, the header has "
                        f"{len(header)}; put texts that hold {separator!r} into quotes"
                    )
                if row:
                    rows.append(row)
        except csv.Error as error:
            raise BingkaiError(
                f"{path}: line {reader.line_num}: {error}; is a quotation mark not closed?"
            ) from None
    doubled = [name for name in header if header.count(name) > 1]
    if doubled:
        raise BingkaiError(f"{path}: the column {doubled[0]!r} stands twice; rename one")
    return pd.DataFrame(rows, columns=header, dtype=str)


def _read_jsonl(path: Path) -> pd.DataFrame:
    rows = []
    with path.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise BingkaiError(f"{path}: line {number} is not JSON ({error.msg})") from None
            if not isinstance(row, dict):
                raise BingkaiError(f"{path}: line {number} is not a JSON object")
            rows.append({key: _storable(value) for key, value in row.items()})
    return pd.DataFrame(rows)


def _storable(value: object) -> object:
    """Replace lone surrogates, which JSON can write and no table can hold."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _write_jsonl(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row in table.astype(object).where(table.notna(), None).to_dict(orient="records"):
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
