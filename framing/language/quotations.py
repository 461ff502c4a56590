"""Find quotation marks and what stands between them, whatever the typist did to them.

Straight, typographic and single marks, ``doubled'' ones, marks split off by blanks and marks
without a partner all occur on news pages, often mixed in one sentence. A mark's own shape and
its neighbours tell whether it opens or closes; a mark that could do both closes what is open.
"""

import re
from dataclasses import dataclass
from enum import Enum


class _Side(Enum):
    OPENS = "opens"
    CLOSES = "closes"
    EITHER = "either"


@dataclass(frozen=True)
class Quotation:
    """Text between two marks, marks included: ``text[start:end]``.

    `opened` or `closed` is false where the mark on that side is missing in this text.
    """

    start: int
    end: int
    opened: bool
    closed: bool


_DOUBLE = re.compile(r"``|''|[\"“”„«»]")
_SINGLE = re.compile(r"[‘’'`‚‹›]")
_SHAPES = dict.fromkeys(("“", "„", "«", "``", "‘", "‚", "‹", "`"), _Side.OPENS) | dict.fromkeys(
    ("”", "»", "''", "’", "›"), _Side.CLOSES
)


def find_quotations(text: str, *, inside: bool = False) -> list[Quotation]:
    """Find the quotations of a text; single marks count only where no double ones stand.

    Parameters
    ----------
    text
        One sentence.
    inside
        Whether a quotation is open when the text begins.

    Returns
    -------
    list of Quotation
        In reading order, disjoint. A quotation without its closing mark runs to the text's end,
        one without its opening mark begins where the quotation before it ended.
    """
    marks = [
        (match.start(), match.end(), _judge_double(text, match)) for match in _DOUBLE.finditer(text)
    ]
    if not marks:
        marks = [
            (match.start(), match.end(), side)
            for match in _SINGLE.finditer(text)
            if (side := _judge_single(text, match)) is not None
        ]
        if len(marks) < 2:
            marks = []  # an apostrophe
    return _pair(marks, len(text), inside=inside)


def _pair(marks: list[tuple[int, int, _Side]], length: int, *, inside: bool) -> list[Quotation]:
    found: list[Quotation] = []
    start: int | None = 0 if inside else None
    opened = not inside
    free = 0
    for left, right, side in marks:
        if start is None and (side is _Side.OPENS or (side is _Side.EITHER)):
            start, opened = left, True
        elif start is None:
            found.append(Quotation(free, right, opened=False, closed=True))
            free = right
        elif side is _Side.OPENS:
            found.append(Quotation(start, left, opened=opened, closed=False))
            start, opened = left, True
        else:
            found.append(Quotation(start, right, opened=opened, closed=True))
            start, free = None, right
    if start is not None:
        found.append(Quotation(start, length, opened=opened, closed=False))
    return found


def _judge_double(text: str, match: re.Match[str]) -> _Side:
    side = _judge_by_neighbours(text, match)
    if side is not _Side.EITHER:  # many papers use one shape for both sides: ”Kami siap,” kata ...
        return side
    return _SHAPES.get(match.group(), side)


def _judge_single(text: str, match: re.Match[str]) -> _Side | None:
    before, after = _neighbours(text, match)
    if before.isalnum() and after.isalnum():
        return None  # an apostrophe: "Jum'at"
    return _judge_double(text, match)


def _judge_by_neighbours(text: str, match: re.Match[str]) -> _Side:
    before, after = _neighbours(text, match)
    free_left = not before or before.isspace() or before in "([-–—:/"
    free_right = not after or after.isspace() or after in ".,;:!?)]-–—"
    if free_left and not free_right:
        return _Side.OPENS
    if free_right and not free_left:
        return _Side.CLOSES
    return _Side.EITHER


def _neighbours(text: str, match: re.Match[str]) -> tuple[str, str]:
    start, end = match.span()
    return text[start - 1 : start] if start else "", text[end : end + 1]
