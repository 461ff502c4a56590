"""Read coded workbooks (.xlsx): every cell as text, and what a spreadsheet broke by its cell."""

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from analysis.coding.sheet_problems import Problem, raise_problems
from framing.errors import BingkaiError

_LARGEST = 500_000_000  # bytes of a workbook when unpacked


def read_workbook(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """Read the sheet that has the codes.

    Parameters
    ----------
    columns
        The id of a column by every name that it can have.

    Returns
    -------
    pandas.DataFrame
        All cells text; the index, called ``row``, holds the rows of the spreadsheet, and columns
        stand where they stand there, so that a cell can be named. Blank rows are left out.

    Raises
    ------
    BingkaiError
        No workbook, no sheet (or several) with sentence_id in its first row, merged cells,
        formulas, or dates and numbers that the spreadsheet made of what stood there.
    """
    page = _find_page(_open(path), path, columns)
    merged = [Problem(str(area), "merged cells; unmerge them and fill in each") for area in
              page.merged_cells.ranges]  # fmt: skip
    raise_problems(merged, path.name)
    lines = [list(row) for row in page.iter_rows()]
    names = [str(cell.value).strip() if cell.value is not None else "" for cell in lines[0]]
    names = [columns.get(name, name) for name in names]
    while names and not names[-1]:
        names.pop()
    _check_heads(names, lines, path)
    rows, numbers, problems = [], [], []
    for line in lines[1:]:
        texts = []
        for name, cell in zip(names, line, strict=False):
            text, problem = _read_cell(cell)
            texts.append(text)
            if problem and name not in ("number", "", "before", "title", "outlet"):
                problems.append(Problem(cell.coordinate, problem))
        if any(text.strip() for text in texts):
            rows.append(texts)
            numbers.append(line[0].row)
    raise_problems(problems, path.name)
    index = pd.Index(numbers, name="row", dtype="int64")
    unnamed = [name or f"column {get_column_letter(i)}" for i, name in enumerate(names, start=1)]
    return pd.DataFrame(rows, columns=unnamed, index=index, dtype=str)


def _open(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _LARGEST:
                raise BingkaiError(f"{path}: too large for a coding sheet")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of things in it that are not read
            return load_workbook(path)
    except OSError as error:
        raise BingkaiError(f"{path}: cannot read it ({error.strerror or error})") from None
    except zipfile.BadZipFile:
        raise BingkaiError(
            f"{path}: not a workbook; save it as .xlsx, without a password"
        ) from None
    except Exception as error:  # openpyxl raises whatever a broken file leads to
        detail = " ".join(str(error).split())
        raise BingkaiError(f"{path}: not a readable workbook ({detail}); save it again") from None


def _find_page(book: Any, path: Path, columns: Mapping[str, str]) -> Any:
    pages = []
    for page in book.worksheets:
        heads = {columns.get(str(c.value).strip(), str(c.value).strip()) for c in page[1]}
        if "sentence_id" in heads:
            pages.append(page)
        elif (row := _find_heads(page)) is not None:
            raise BingkaiError(
                f"{path.name}: the headings of {page.title!r} stand in row {row}; "
                "delete the rows above them"
            )
    if len(pages) != 1:
        listed = ", ".join(page.title for page in pages)
        raise BingkaiError(
            f"{path.name}: "
            + (f"several sheets have codes ({listed}); keep one of them" if pages else
               "no sheet has the column sentence_id in its first row")
        )  # fmt: skip
    return pages[0]


def _find_heads(page: Any) -> int | None:
    for row in page.iter_rows(min_row=2, max_row=10):
        if any(cell.value == "sentence_id" for cell in row):
            return int(row[0].row)
    return None


def _check_heads(names: list[str], lines: list[list[Any]], path: Path) -> None:
    problems = [
        Problem(lines[0][place].coordinate, f"the column {name} stands twice; rename one")
        for place, name in enumerate(names)
        if name and name in names[:place]
    ]
    problems += [
        Problem(cell.coordinate, "something stands beside the table, under no heading; delete it")
        for cell in _find_strays(names, lines)
    ]
    raise_problems(problems, path.name)


def _find_strays(names: list[str], lines: list[list[Any]]) -> Iterator[Any]:
    for line in lines[1:]:
        for place, cell in enumerate(line):
            if (place >= len(names) or not names[place]) and str(cell.value or "").strip():
                yield cell


def _read_cell(cell: Any) -> tuple[str, str]:
    """Return the text of a cell, and what is wrong with it."""
    value, problem = cell.value, ""
    if cell.data_type == "f":
        problem = "a formula; write the value itself"
    elif cell.data_type == "e":
        problem = f"an error of the spreadsheet ({value}); write the value itself"
    elif isinstance(value, bool):
        problem = f"the spreadsheet made {str(value).upper()} of it; {_MEND}"
    elif isinstance(value, date | time | timedelta):
        problem = f"the spreadsheet made a date or time ({value}) of it; {_MEND}"
    elif isinstance(value, float) and value.is_integer():
        value = int(value)  # a code 1, 2, 3 is what it says
    elif isinstance(value, float):
        problem = f"the spreadsheet made a number ({value}) of it; {_MEND}"
    return "" if value is None else str(value), problem


_MEND = "format the cell as text and type it again"
