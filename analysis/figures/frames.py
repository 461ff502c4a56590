"""The frames that figures are drawn from: marks that know their panel and row, and their texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from analysis.figures.selection import Label, Undrawable

Found = TypeVar("Found", pd.DataFrame, list[str])


@dataclass(frozen=True)
class FigureData:
    """All that a drawing function reads.

    Parameters
    ----------
    marks
        One row a mark. `panel` and `row` are positions in `panels` and `rows`; shares are in
        percent, differences in percentage points.
    panels, rows
        Titles of the panels, and labels of the rows from the top.
    axis_title
        What the horizontal axis shows, with its unit.
    keys
        What the legend says, by the mark's kind.
    notes
        Footnotes.
    """

    marks: pd.DataFrame
    panels: tuple[Label, ...]
    rows: tuple[Label, ...]
    axis_title: str
    keys: Mapping[str, str]
    notes: tuple[str, ...]


def require_some(found: Found, lack: str) -> Found:
    """Return what was found, or say what is lacking."""
    if not len(found):
        raise Undrawable(f"estimates: {lack}, so there is nothing to draw")
    return found


def place(
    rows: pd.DataFrame, *, panel: tuple[str, Sequence[str]], row: tuple[str, Sequence[str]]
) -> pd.DataFrame:
    """Add the positions of two columns' entries in their order, and sort by them."""
    placed = rows.copy()
    for name, (column, order) in (("panel", panel), ("row", row)):
        positions = {entry: number for number, entry in enumerate(order)}
        placed = placed.loc[placed[column].isin(positions)]
        placed[name] = placed[column].map(positions).astype(int)
    return placed.sort_values(["panel", "row"], kind="stable", ignore_index=True)


def to_percent(marks: pd.DataFrame, *also: str) -> pd.DataFrame:
    """Turn shares into percentages."""
    names = ["estimate", "conf_low", "conf_high", *also]
    return marks.assign(**{name: marks[name] * 100 for name in names})


def mirror(marks: pd.DataFrame, where: "pd.Series[bool]") -> pd.DataFrame:
    """Turn some bars to the left of zero; their intervals stay ordered from low to high."""
    low, high = marks["conf_low"], marks["conf_high"]
    turned = marks.assign(
        conf_low=-high, conf_high=-low, start=-marks["start"], estimate=-marks["estimate"]
    )
    return marks.where(~where, turned)


def keep(marks: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Return the positions and the named columns."""
    return marks[["panel", "row", *names]]


def join_notes(*notes: str) -> tuple[str, ...]:
    """Return the notes that say something."""
    return tuple(note.strip() for note in notes if note.strip())
