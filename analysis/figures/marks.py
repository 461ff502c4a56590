"""The marks that figures are made of: dots, whiskers, bars, ticks and numbers on panels."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.ticker import MaxNLocator

from analysis.figures.frames import FigureData
from analysis.figures.layout import Panels, flow_keys, lay_out_panels
from analysis.figures.style import INK, SMALL_SIZE, SOFT_INK, Width
from analysis.figures.text import measure

DOT = 4.2  # pt
SMALL_DOT = 3.2
LINE = 0.9
BAR, THICKEST_BAR = 0.66, 3.4  # of the distance of two rows; mm
LEAST_PITCH = 3.6  # mm between two bars
NUMBERS = 6.0  # mm beside a panel for its n
TICK_ROOM = 3.0  # mm of white between tick labels, if it can be had


def lay_out(
    data: FigureData,
    width: Width,
    *,
    handles: Sequence[Artist] = (),
    beside: float = 0.0,
    least_pitch: float = 0.0,
) -> Panels:
    """Arrange panels under a legend of `handles`."""
    lines = flow_keys([str(handle.get_label()) for handle in handles], width.mm)
    panels = lay_out_panels(
        data.panels,
        data.rows,
        width=width.mm,
        axis_title=data.axis_title,
        notes=data.notes,
        key_lines=len(lines),
        beside=beside,
        least_pitch=least_pitch,
    )
    panels.add_legend(handles, lines)
    return panels


def each_panel(panels: Panels, data: FigureData) -> Iterator[tuple[Axes, pd.DataFrame]]:
    """Give every panel with its marks."""
    for number, axes in enumerate(panels.axes):
        yield axes, data.marks.loc[data.marks["panel"] == number]


def set_ticks(axes: Axes, panels: Panels, *, signed: bool = False) -> None:
    """Set round ticks, as many as have room; without `signed`, left of zero is not negative."""
    low, high = axes.get_xlim()

    def find(most: int) -> dict[float, str]:
        ticks = MaxNLocator(nbins=most, steps=[1, 2, 4, 5, 10]).tick_values(low, high)
        signs = ["−" if signed and x < 0 else "" for x in ticks]
        labels = [f"{sign}{abs(x):g}" for sign, x in zip(signs, ticks, strict=True)]
        return {x: text for x, text in zip(ticks, labels, strict=True) if low <= x <= high}

    def room(ticks: dict[float, str]) -> float:
        widths = [measure(text, SMALL_SIZE) for text in ticks.values()]
        steps = [(b - a) / (high - low) * panels.width for a, b in pairwise(ticks)]
        return min(step - (a + b) / 2 for step, (a, b) in zip(steps, pairwise(widths), strict=True))

    choices = [ticks for most in range(6, 0, -1) if len(ticks := find(most)) > 1]
    ticks = next((ticks for ticks in choices if room(ticks) >= TICK_ROOM), choices[-1])
    axes.set_xticks(list(ticks), list(ticks.values()))


def draw_whiskers(axes: Axes, marks: pd.DataFrame, *, halo: bool = False) -> None:
    """Draw the intervals that are known."""
    known = marks.loc[marks["conf_low"].notna()]
    ends = (known["row"], known["conf_low"], known["conf_high"])
    if halo:
        axes.hlines(*ends, colors="white", linewidth=LINE + 1.2, label="halo")
    axes.hlines(*ends, colors=INK, linewidth=LINE, label="whiskers")


def draw_dots(
    axes: Axes,
    marks: pd.DataFrame,
    label: str,
    *,
    edge: str,
    fill: str = "white",
    marker: str = "o",
    size: float = DOT,
) -> None:
    """Draw estimates."""
    style = dot_style(marker, edge, fill, size)
    axes.plot(marks["estimate"], marks["row"], label=label, clip_on=False, zorder=3, **style)


def dot_style(marker: str, edge: str, fill: str, size: float = DOT) -> dict[str, Any]:
    """Return how a dot looks."""
    return {
        "linestyle": "none",
        "marker": marker,
        "markersize": size,
        "markeredgecolor": edge,
        "markeredgewidth": LINE,
        "markerfacecolor": fill,
    }


def draw_bars(
    axes: Axes, marks: pd.DataFrame, label: str, fill: dict[str, Any], panels: Panels
) -> None:
    """Draw parts of bars from their start."""
    axes.barh(
        marks["row"],
        marks["estimate"],
        left=marks["start"],
        height=min(BAR, THICKEST_BAR / panels.pitch),
        linewidth=0.6,
        label=label,
        **fill,
    )


def write_numbers(axes: Axes, marks: pd.DataFrame, column: str, panels: Panels) -> None:
    """Write n beside every row of a panel, under the letter n."""
    right = 1 + NUMBERS / panels.width
    style: dict[str, Any] = {"fontsize": SMALL_SIZE, "color": SOFT_INK, "ha": "right"}
    axes.annotate(
        "n",
        (right, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        va="baseline",
        **style,
    )
    for row, number in zip(marks["row"], marks[column], strict=True):
        axes.text(
            right, row, str(number), transform=axes.get_yaxis_transform(), va="center", **style
        )


def draw_table(
    axes: Axes,
    data: FigureData,
    marks: pd.DataFrame,
    column: str,
    *,
    colours: Colormap,
    low: float,
    high: float,
) -> None:
    """Draw a column of the marks as cells, a row a row and a column a panel, with their texts."""
    values, texts = (
        marks.pivot(index="row", columns="panel", values=name).reindex(
            index=range(len(data.rows)), columns=range(len(data.panels))
        )
        for name in (column, "text")
    )
    sns.heatmap(
        values.astype(float),
        ax=axes,
        annot=texts.fillna("").to_numpy(),
        fmt="",
        annot_kws={"fontsize": SMALL_SIZE, "color": INK},
        cmap=colours,
        vmin=low,
        vmax=high,
        cbar=False,
        linewidths=0.8,
        linecolor="white",
        xticklabels=False,
        yticklabels=False,
    )
    axes.set(xlabel="", ylabel="")
