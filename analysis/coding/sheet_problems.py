"""What is wrong with a coded sheet, each with its cell; nothing is mended by guessing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl.utils import get_column_letter

from framing.errors import BingkaiError
from framing.scheme import Codebook
from framing.tables import hash_text

_SHOWN = 3  # problems told in full
_PLACES = 12  # places named of one problem
_EATEN = re.compile(
    r"[+-]?\d+(?:[.,]\d+)?(?:E[+-]?\d+)?|\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}.*"
    r"|\d{1,2}[-/ ][A-Za-z]{3,9}(?:[-/ ]\d{2,4})?|[A-Za-z]{3,9}[-/ ]\d{2,4}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and the cell (such as ``D17``) or line where it stands."""

    place: str
    text: str


def find_problems(sheet: pd.DataFrame, sample: pd.DataFrame, codebook: Codebook) -> list[Problem]:
    """Compare a sheet with the sample that it was laid out from.

    Parameters
    ----------
    sheet
        One row a sentence and coder, all cells text. An index named ``row`` holds the rows of a
        spreadsheet; another name (``task``, ``line``) is told with its number; without a name the
        table counts as a spreadsheet with its header in row 1.
    sample
        The gold table of the sample.
    codebook
        Has the values that a code may be.

    Returns
    -------
    list of Problem
        In the order of the sheet; empty if all is well.
    """
    variables = list(sample["variable"].drop_duplicates())
    allowed = {name: set(codebook.variable(name).value_ids) for name in variables}
    if "target" in sheet.columns:
        allowed["target"] = {actor.id for actor in codebook.actors}
    known = _Known(
        sample_id=str(sample["sample_id"].iloc[0]),
        hashes=dict(zip(sample["sentence_id"], sample["text_sha256"], strict=True)),
        texts=frozenset(sample["text_sha256"]),
        allowed={name: values for name, values in allowed.items() if name in sheet.columns},
    )
    found: list[Problem] = []
    seen: dict[tuple[str, str], str] = {}
    for position, line in enumerate(sheet.to_dict(orient="records")):
        wrong = known.check_line({str(name): str(cell) for name, cell in line.items()})
        key = (line["sentence_id"], line.get("coder", ""))
        place = name_place(sheet, position, "sentence_id")
        if key in seen and line["sentence_id"]:
            wrong.append(
                ("sentence_id", f"{key[0]} stands twice, also in {seen[key]}; keep one of them")
            )
        seen.setdefault(key, place)
        found += [Problem(name_place(sheet, position, column), text) for column, text in wrong]
    return found


def name_place(sheet: pd.DataFrame, position: int, column: str) -> str:
    """Return where a cell stands, such as ``D17``, or ``task 3 (frame)`` outside spreadsheets."""
    kind = sheet.index.name
    number = position + 2 if kind is None else sheet.index[position]
    if kind not in (None, "row"):
        return f"{kind} {number} ({column})"
    return f"{get_column_letter(list(sheet.columns).index(column) + 1)}{number}"


def raise_problems(problems: Sequence[Problem], where: str) -> None:
    """Raise the problems, if any, in one line: like ones together, the first few in full.

    Raises
    ------
    BingkaiError
        There is a problem.
    """
    if not problems:
        return
    alike: dict[str, list[str]] = {}
    for problem in problems:
        alike.setdefault(problem.text, []).append(problem.place)
    told = [f"{_list_places(places)}: {text}" for text, places in list(alike.items())[:_SHOWN]]
    rest = [place for places in list(alike.values())[_SHOWN:] for place in places]
    if rest:
        told.append(f"and more in {_list_places(rest)}")
    raise BingkaiError(f"{where}: {'; '.join(told)}")


@dataclass(frozen=True)
class _Known:
    """What a sheet may hold."""

    sample_id: str
    hashes: dict[str, str]
    texts: frozenset[str]
    allowed: dict[str, set[str]]

    def check_line(self, line: dict[str, str]) -> list[tuple[str, str]]:
        """Return (column, what is wrong with it) of one line."""
        return [*self._check_sentence(line), *self._check_codes(line)]

    def _check_sentence(self, line: dict[str, str]) -> list[tuple[str, str]]:
        sentence_id = line["sentence_id"]
        if line.get("sample_id", self.sample_id) not in (self.sample_id, ""):
            return [
                (
                    "sample_id",
                    f"of the sample {line['sample_id']!r}, not of {self.sample_id}; "
                    "give the sample that the sheet was made with",
                )
            ]
        if not sentence_id:
            return [("sentence_id", "empty, so that nobody knows which sentence was coded here")]
        if sentence_id not in self.hashes:
            hint = "; a spreadsheet made a number of it" if _EATEN.fullmatch(sentence_id) else ""
            return [("sentence_id", f"{sentence_id!r} is not in the sample{hint}")]
        return self._check_text(line, self.hashes[sentence_id])

    def _check_text(self, line: dict[str, str], own: str) -> list[tuple[str, str]]:
        if line.get("text_sha256", own) != own:
            return [("text_sha256", "the sentence had another text when it was coded")]
        found = hash_text(line["text"]) if "text" in line else own
        if found == own:
            return []
        if found in self.texts:
            return [("text", "the text of another sentence than its sentence_id: rows shifted")]
        return [("text", "the text of the sentence was changed")]

    def _check_codes(self, line: dict[str, str]) -> list[tuple[str, str]]:
        return [
            (
                name,
                f"{name} {line[name]!r} is not in the codebook"
                + ("; a spreadsheet made a date or number of it" * looks_eaten(line[name]))
                + f"; it has {', '.join(sorted(values))}",
            )
            for name, values in self.allowed.items()
            if line[name] and line[name] not in values
        ]


def looks_eaten(cell: str) -> bool:
    """Tell whether a cell looks like a date or a number that a spreadsheet made of a word."""
    return _EATEN.fullmatch(cell) is not None


def _list_places(places: Sequence[str]) -> str:
    listed = ", ".join(places[:_PLACES])
    return listed + (f" and {len(places) - _PLACES} more" if len(places) > _PLACES else "")
