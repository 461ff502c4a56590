"""Draw shares over time."""

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.frames import FigureData
from analysis.figures.marks import DOT, LINE, SMALL_DOT, TICK_ROOM, dot_style, each_panel, lay_out
from analysis.figures.style import BLUE, INK, RULE, SMALL_SIZE, SOFT_INK, Width, style_context
from analysis.figures.text import measure

OUTSIDE = 1.0  # mm that a label may stand out of its panel


@style_context()
def draw_time(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw shares as dots on a line with whiskers, hollow without an interval; a panel a value."""
    panels = lay_out(data, width)
    events = data.marks.loc[data.marks["panel"] < 0, "day"]
    days = sorted(int(day) for day in data.keys)
    first, last = min([*days, *events]), max([*days, *events])
    # Half of an outer label stands beside its day: within the panel, or in the gap to the next.
    beside = max(measure(data.keys[str(day)], SMALL_SIZE) for day in (days[0], days[-1])) / 2
    part = max(beside - OUTSIDE, 1.0) / panels.width
    room = max(last - first, 1) * part / (1 - 2 * part)
    low, high = first - room, last + room
    size = DOT if panels.width / len(days) > 2 else SMALL_DOT
    for axes, marks in each_panel(panels, data):
        axes.set_xlim(low, high)
        _set_days(axes, data.keys, panels.width)
        axes.grid(visible=False, axis="x")
        axes.hlines(
            range(len(data.rows)), low, high, colors=RULE, linewidth=0.5, zorder=0, label="scale"
        )
        for event in events:
            axes.axvline(event, color=SOFT_INK, linewidth=0.7, dashes=(3, 2), label="event")
        axes.plot(marks["day"], marks["row"], color=BLUE, linewidth=LINE, label="shares")
        known = marks.loc[marks["low"].notna()]
        axes.vlines(
            known["day"], known["high"], known["low"], colors=INK, linewidth=LINE, label="whiskers"
        )
        _draw_days(axes, known, "interval", fill=BLUE, size=size)
        _draw_days(axes, marks.drop(known.index), "no interval", fill="white", size=size)
    return panels.figure


def _draw_days(axes: Axes, marks: pd.DataFrame, label: str, *, fill: str, size: float) -> None:
    style = dot_style("o", BLUE, fill, size)
    axes.plot(marks["day"], marks["row"], label=label, clip_on=False, zorder=3, **style)


def _set_days(axes: Axes, names: Mapping[str, str], width: float) -> None:
    """Name as many days as have room, from the first on."""
    low, high = axes.get_xlim()
    days = [int(day) for day in names]
    for step in range(1, len(days) + 1):
        chosen = days[::step]
        widest = max(measure(names[str(day)], SMALL_SIZE) for day in chosen)
        gaps = [b - a for a, b in pairwise(chosen)]
        if not gaps or min(gaps) / (high - low) * width >= widest + TICK_ROOM:
            break
    axes.set_xticks(chosen, [names[str(day)] for day in chosen])
