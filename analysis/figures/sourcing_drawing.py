"""Draw whose words a frame is in, and who copies whom."""

from typing import Any

from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.figures.frames import FigureData
from analysis.figures.layout import lay_out_table
from analysis.figures.marks import (
    LEAST_PITCH,
    SMALL_DOT,
    draw_bars,
    draw_dots,
    draw_table,
    draw_whiskers,
    each_panel,
    lay_out,
    set_ticks,
)
from analysis.figures.style import BLUE, INK, PALE, SKY, SMALL_SIZE, Width, style_context
from analysis.figures.text import line_height, measure

# In the order of the keys: own words, own government, foreign government, all others.
FILLS = ((BLUE, ""), ("white", "xxxx"), (SKY, "////"), (PALE, ""))
COPIED = LinearSegmentedColormap.from_list("copied", ["#ffffff", "#6db3dd"])
LEAST_COLOUR_RANGE = 20.0  # per cent: a corpus with few copies must not look full of them


@style_context()
def draw_sources(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw shares as bars parted by whose words they are; a panel a value, a row an outlet."""
    fills: dict[str, dict[str, Any]] = {
        group: {"facecolor": colour, "edgecolor": INK, "hatch": hatch}
        for group, (colour, hatch) in zip(data.keys, FILLS, strict=False)
    }
    handles = [
        Patch(**fills[group], linewidth=0.5, label=text) for group, text in data.keys.items()
    ]
    panels = lay_out(data, width, handles=handles, least_pitch=LEAST_PITCH)
    ends = data.marks["start"] + data.marks["estimate"]
    top = float(max(ends.max(), data.marks["conf_high"].max(), 0)) or 1.0
    for axes, marks in each_panel(panels, data):
        axes.set_xlim(0, min(1.03 * top, 100))
        set_ticks(axes, panels)
        for group, bars in marks.loc[marks["estimate"] > 0].groupby("group", sort=False):
            draw_bars(axes, bars, str(group), fills[str(group)], panels)
        known = marks.loc[marks["conf_low"].notna()]
        draw_whiskers(axes, known, halo=True)
        draw_dots(axes, known, "interval", edge="white", fill=INK, size=SMALL_DOT)
    return panels.figure


@style_context()
def draw_copies(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw copied shares as a table of numbers on colours; a row an outlet."""
    marks = data.marks
    figure, axes = lay_out_table(data.panels, data.rows, width=width.mm, notes=data.notes)
    cell = axes.get_position().width * width.mm / len(data.panels)
    lines = [line for text in marks["text"] for line in text.split("\n")]
    if max(measure(line, SMALL_SIZE) for line in lines) > cell - 1.0:
        # An interval that is too wide for its cell is written in two lines.
        marks = marks.assign(text=marks["text"].str.replace(", ", ",\n"))
        pitch = 3 * line_height(SMALL_SIZE) + 2.0
        figure, axes = lay_out_table(
            data.panels, data.rows, width=width.mm, notes=data.notes, least_pitch=pitch
        )
    most = max(LEAST_COLOUR_RANGE, float(marks["estimate"].max()))
    draw_table(axes, data, marks, "estimate", colours=COPIED, low=0, high=most)
    return figure
