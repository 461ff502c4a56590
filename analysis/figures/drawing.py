"""Draw figures from prepared frames; whatever is computed was computed before.

Figures are made for print: 89 or 183 mm wide, in type of at least 6.5 pt, and what colour tells
is told by shape, hatch or place as well.
"""

from itertools import cycle
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures.frames import FigureData
from analysis.figures.layout import lay_out_table
from analysis.figures.marks import (
    LEAST_PITCH,
    NUMBERS,
    SMALL_DOT,
    dot_style,
    draw_bars,
    draw_dots,
    draw_table,
    draw_whiskers,
    each_panel,
    lay_out,
    set_ticks,
    write_numbers,
)
from analysis.figures.style import (
    BLUE,
    INK,
    PALE,
    SKY,
    SOFT_INK,
    VERMILION,
    Width,
    style_context,
)

LEAST_COLOUR_RANGE = 4.0  # residuals: a corpus without contrasts must not look full of them

STANCES = {"critical": (VERMILION, "← {}"), "supportive": (BLUE, "{} →")}
VOICE_FILLS = ((BLUE, ""), (SKY, "////"), (PALE, ""))
DIFFERENCES = {"different": ("o", INK), "not_shown": ("o", "white"), "untested": ("D", "white")}
# Pale ends: the numbers in the cells stay readable, on grey paper too.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#e79a5f", "#ffffff", "#6db3dd"])


@style_context()
def draw_shares(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw shares as dots with whiskers, hollow without an interval; a panel a value."""
    panels = lay_out(data, width)
    top = float(data.marks[["estimate", "conf_high"]].max().max())
    for axes, marks in each_panel(panels, data):
        axes.set_xlim(0, min(1.03 * top, 100) or 1)
        set_ticks(axes, panels)
        overall = marks["overall"].iloc[0]
        if pd.notna(overall):
            axes.axvline(overall, color=SOFT_INK, linewidth=0.7, dashes=(3, 2), label="overall")
        draw_whiskers(axes, marks)
        known = marks["conf_low"].notna()
        draw_dots(axes, marks.loc[known], "interval", edge=BLUE, fill=BLUE)
        draw_dots(axes, marks.loc[~known], "no interval", edge=BLUE)
    return panels.figure


@style_context()
def draw_stance(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw bars: critical to the left of the middle, supportive to the right; a panel a target."""
    handles: list[Artist] = [
        Patch(facecolor=colour, label=arrow.format(data.keys[value]))
        for value, (colour, arrow) in STANCES.items()
    ]
    handles += [
        Patch(**_fill(SOFT_INK, voice), linewidth=0.6, label=data.keys[voice])
        for voice in ("own", "sources", "all")
        if voice in data.keys
    ]
    panels = lay_out(data, width, handles=handles, beside=NUMBERS, least_pitch=LEAST_PITCH)
    ends = data.marks["start"] + data.marks["estimate"]
    reach = pd.concat([ends, data.marks["conf_low"], data.marks["conf_high"]]).abs().max()
    for axes, marks in each_panel(panels, data):
        axes.set_xlim(-1.03 * reach, 1.03 * reach)
        set_ticks(axes, panels)
        for (value, voice), bars in marks.groupby(["value", "voice"], sort=False):
            fill = _fill(STANCES[str(value)][0], str(voice))
            draw_bars(axes, bars, f"{value}, {voice}", fill, panels)
        axes.axvline(0, color=INK, linewidth=0.6)
        draw_whiskers(axes, marks.drop_duplicates(["row", "value"]))
        write_numbers(axes, marks.drop_duplicates("row"), "n_mentions", panels)
    return panels.figure


@style_context()
def draw_residuals(data: FigureData, *, width: Width = Width.ONE_COLUMN) -> Figure:
    """Draw residuals as a table of signed numbers on colours; a row an outlet."""
    figure, axes = lay_out_table(data.panels, data.rows, width=width.mm, notes=data.notes)
    marks = data.marks
    reach = max(LEAST_COLOUR_RANGE, float(marks["residual"].abs().max()))
    draw_table(axes, data, marks, "residual", colours=SIGNED, low=-reach, high=reach)
    return figure


@style_context()
def draw_voice(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw who says each frame as bars of 100 %; a panel an outlet, a row a frame."""
    fills: dict[str, dict[str, Any]] = {
        voice: {"facecolor": colour, "edgecolor": INK, "hatch": hatch}
        for voice, (colour, hatch) in zip(data.keys, cycle(VOICE_FILLS), strict=False)
    }
    handles = [
        Patch(**fills[voice], linewidth=0.5, label=text) for voice, text in data.keys.items()
    ]
    panels = lay_out(data, width, handles=handles, beside=NUMBERS, least_pitch=LEAST_PITCH)
    for axes, marks in each_panel(panels, data):
        axes.set_xlim(0, 100)
        set_ticks(axes, panels)
        for voice, bars in marks.groupby("voice", sort=False):
            draw_bars(axes, bars, str(voice), fills[str(voice)], panels)
        first = marks.loc[marks["voice"] == next(iter(data.keys))]
        known = first.loc[first["conf_low"].notna()]
        draw_whiskers(axes, known, halo=True)
        draw_dots(axes, known, "interval", edge="white", fill=INK, size=SMALL_DOT)
        write_numbers(axes, first, "n", panels)
    return panels.figure


@style_context()
def draw_differences(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw differences of outlets with whiskers, filled if significant; a panel a value."""
    handles = [
        Line2D([], [], label=data.keys[kind], **dot_style(marker, INK, fill))
        for kind, (marker, fill) in DIFFERENCES.items()
        if kind in data.keys
    ]
    panels = lay_out(data, width, handles=handles)
    reach = float(data.marks[["estimate", "conf_low", "conf_high"]].abs().max().max())
    for axes, marks in each_panel(panels, data):
        axes.set_xlim(-1.06 * reach or -1, 1.06 * reach or 1)
        set_ticks(axes, panels, signed=True)
        axes.axvline(0, color=INK, linewidth=0.6)
        draw_whiskers(axes, marks)
        for kind, (marker, fill) in DIFFERENCES.items():
            kin = marks.loc[marks["kind"] == kind]
            draw_dots(axes, kin, kind, edge=INK, fill=fill, marker=marker)
    return panels.figure


def _fill(colour: str, voice: str) -> dict[str, Any]:
    """Return the fill of a stance bar: hatched for the words of sources."""
    if voice == "sources":
        return {"facecolor": "white", "edgecolor": colour, "hatch": "//////"}
    return {"facecolor": colour, "edgecolor": colour}
