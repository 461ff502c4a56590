"""Draw a specification curve: estimates above, and below them the choices that made each."""

from math import ceil
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.curve_data import CurveData
from analysis.figures.drawing import DIFFERENCES
from analysis.figures.layout import (
    EDGE,
    GAP,
    KEY_LINE,
    Panels,
    break_notes,
    flow_keys,
    height_of_notes,
    write_notes,
)
from analysis.figures.marks import LINE, SMALL_DOT
from analysis.figures.selection import Undrawable
from analysis.figures.style import (
    INK,
    PAGE_HEIGHT,
    RULE,
    SMALL_SIZE,
    SOFT_INK,
    VERMILION,
    Width,
    style_context,
)
from analysis.figures.text import add_axes, line_height, measure, new_figure, write

CURVE_HEIGHT = 48.0  # mm
TICKS = 8.0  # mm for the numbers at the left of the curve


@style_context()
def draw_curve(data: CurveData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw the estimates from left to right, with whiskers, over a table of dots.

    Raises
    ------
    Undrawable
        The choices do not fit one page.
    """
    handles = [
        Line2D([], [], label=data.keys[kind], linestyle="none", markersize=SMALL_DOT, **style)
        for kind, style in (*_styles(), ("main", _style_main(data.marks)))
        if kind in data.keys
    ]
    lines = flow_keys([str(handle.get_label()) for handle in handles], width.mm)
    notes = break_notes(data.notes, width.mm - 2 * EDGE)
    pitch = line_height(SMALL_SIZE) + 0.6
    labels = [measure(row, SMALL_SIZE) for row in data.rows]
    names = [measure(name, SMALL_SIZE, bold=True) for name in data.groups.values()]
    beside = max([0.0, *labels]) + GAP + max([0.0, *names])
    left = EDGE + max(beside, TICKS + line_height()) + GAP
    top = EDGE + len(lines) * KEY_LINE + 1.0
    table = top + CURVE_HEIGHT + GAP
    height = table + pitch * len(data.rows) + height_of_notes(notes) + EDGE
    if height > PAGE_HEIGHT:
        raise Undrawable(f"{len(data.rows)} choices do not fit a page; draw fewer of them")
    figure = new_figure(width.mm, height)
    across = width.mm - EDGE - left
    curve = add_axes(figure, left, top, across, CURVE_HEIGHT)
    _draw_estimates(curve, data)
    write(
        figure,
        left - TICKS - line_height() / 2,
        top + CURVE_HEIGHT / 2 - 0.8 * line_height(),
        data.axis_title,
        rotation=90,
        rotation_mode="anchor",
        ha="center",
    )
    Panels(figure, (curve,), across, pitch).add_legend(handles, lines)
    if data.rows:
        dots = add_axes(figure, left, table, across, pitch * len(data.rows))
        _draw_choices(dots, data)
        for row, text in enumerate(data.rows):
            middle = table + (row + 0.5) * pitch - line_height(SMALL_SIZE) / 2
            write(figure, left - GAP, middle, text, size=SMALL_SIZE, ha="right", color=SOFT_INK)
            if row in data.groups:
                write(figure, EDGE, middle, data.groups[row], size=SMALL_SIZE, weight="bold")
    write_notes(figure, notes)
    return figure


def _styles() -> list[tuple[str, dict[str, Any]]]:
    return [
        (kind, {"marker": marker, "markerfacecolor": fill, "markeredgecolor": INK})
        for kind, (marker, fill) in DIFFERENCES.items()
    ]


def _style_main(marks: pd.DataFrame) -> dict[str, Any]:
    """Return a diamond, filled if the main specification finds a difference."""
    found = (marks.loc[marks["main"], "kind"] == "different").any()
    return {
        "marker": "D",
        "markerfacecolor": VERMILION if found else "white",
        "markeredgecolor": VERMILION,
    }


def _draw_estimates(axes: Axes, data: CurveData) -> None:
    marks = data.marks
    axes.set_xlim(-0.7, len(marks) - 0.3)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="y", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.axhline(0, color=INK, linewidth=0.6)
    known = marks.loc[marks["conf_low"].notna()]
    axes.vlines(
        known["position"], known["conf_low"], known["conf_high"], colors=SOFT_INK,
        linewidth=LINE if len(marks) < 120 else LINE / 2, label="whiskers",
    )  # fmt: skip
    for kind, style in _styles():
        kin = marks.loc[(marks["kind"] == kind) & ~marks["main"]]
        axes.plot(
            kin["position"], kin["estimate"], linestyle="none", markersize=SMALL_DOT,
            markeredgewidth=LINE, label=kind, zorder=3, **style,
        )  # fmt: skip
    main = marks.loc[marks["main"]]
    axes.plot(
        main["position"], main["estimate"], linestyle="none", markersize=SMALL_DOT + 1,
        label="main", zorder=4, markeredgewidth=LINE, **_style_main(marks),
    )  # fmt: skip
    axes.yaxis.set_major_formatter(lambda value, _: f"{'−' if value < 0 else ''}{abs(value):g}")


def _draw_choices(axes: Axes, data: CurveData) -> None:
    axes.set_xlim(-0.7, len(data.marks) - 0.3)
    axes.set_ylim(len(data.rows) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    for row, text in enumerate(data.rows):
        if text:
            axes.axhline(row, color=RULE, linewidth=0.5, zorder=0)
    main = set(data.marks.loc[data.marks["main"], "position"])
    size = min(SMALL_DOT, 300 / ceil(len(data.marks)))
    for chosen, colour, label in ((False, INK, "choices"), (True, VERMILION, "main choices")):
        own = data.choices.loc[data.choices["position"].isin(main) == chosen]
        axes.plot(
            own["position"], own["row"], linestyle="none", marker="o", markersize=size,
            markerfacecolor=colour, markeredgewidth=0, label=label,
        )  # fmt: skip
