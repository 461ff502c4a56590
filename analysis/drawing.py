"""Draw figures from prepared frames; whatever is computed was computed before.

Figures are made for print: 89 or 183 mm wide, in type of at least 6.5 pt, and what colour tells
is told by shape, hatch or place as well.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from analysis.figure_data import (
    prepare_differences,
    prepare_residuals,
    prepare_shares,
    prepare_stance,
    prepare_voice,
)
from analysis.figure_frames import FigureData
from analysis.figure_layout import Panels, flow_keys, lay_out_panels, lay_out_table
from analysis.figure_selection import Undrawable
from analysis.figure_style import (
    BLUE,
    INK,
    PALE,
    SKY,
    SMALL_SIZE,
    SOFT_INK,
    VERMILION,
    Width,
    style_context,
    write_figure,
)
from analysis.figure_text import measure
from framing.errors import BingkaiError
from framing.scheme import Codebook

DOT = 4.2  # pt
SMALL_DOT = 3.2
LINE = 0.9
BAR, THICKEST_BAR = 0.66, 3.4  # of the distance of two rows; mm
LEAST_PITCH = 3.6  # mm between two bars
NUMBERS = 6.0  # mm beside a panel for its n
TICK_ROOM = 3.0  # mm of white between tick labels, if it can be had
LEAST_COLOUR_RANGE = 4.0  # residuals: a corpus without contrasts must not look full of them

STANCES = {"critical": (VERMILION, "← {}"), "supportive": (BLUE, "{} →")}
VOICE_FILLS = ((BLUE, ""), (SKY, "////"), (PALE, ""))
DIFFERENCES = {"different": ("o", INK), "not_shown": ("o", "white"), "untested": ("D", "white")}
# Pale ends: the numbers in the cells stay readable, on grey paper too.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#e79a5f", "#ffffff", "#6db3dd"])


@style_context()
def draw_shares(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw shares as dots with whiskers, hollow without an interval; a panel a value."""
    panels = _lay_out(data, width)
    top = float(data.marks[["estimate", "conf_high"]].max().max())
    for axes, marks in _panels(panels, data):
        axes.set_xlim(0, min(1.03 * top, 100) or 1)
        _set_ticks(axes, panels)
        overall = marks["overall"].iloc[0]
        if pd.notna(overall):
            axes.axvline(overall, color=SOFT_INK, linewidth=0.7, dashes=(3, 2), label="overall")
        _draw_whiskers(axes, marks)
        known = marks["conf_low"].notna()
        _draw_dots(axes, marks.loc[known], "interval", edge=BLUE, fill=BLUE)
        _draw_dots(axes, marks.loc[~known], "no interval", edge=BLUE)
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
    panels = _lay_out(data, width, handles=handles, beside=NUMBERS, least_pitch=LEAST_PITCH)
    ends = data.marks["start"] + data.marks["estimate"]
    reach = pd.concat([ends, data.marks["conf_low"], data.marks["conf_high"]]).abs().max()
    for axes, marks in _panels(panels, data):
        axes.set_xlim(-1.03 * reach, 1.03 * reach)
        _set_ticks(axes, panels)
        for (value, voice), bars in marks.groupby(["value", "voice"], sort=False):
            fill = _fill(STANCES[str(value)][0], str(voice))
            _draw_bars(axes, bars, f"{value}, {voice}", fill, panels)
        axes.axvline(0, color=INK, linewidth=0.6)
        _draw_whiskers(axes, marks.drop_duplicates(["row", "value"]))
        _write_numbers(axes, marks.drop_duplicates("row"), "n_mentions", panels)
    return panels.figure


@style_context()
def draw_residuals(data: FigureData, *, width: Width = Width.ONE_COLUMN) -> Figure:
    """Draw residuals as a table of signed numbers on colours; a row an outlet."""
    figure, axes = lay_out_table(data.panels, data.rows, width=width.mm, notes=data.notes)
    residuals, texts = (
        data.marks.pivot(index="row", columns="panel", values=name).reindex(
            index=range(len(data.rows)), columns=range(len(data.panels))
        )
        for name in ("residual", "text")
    )
    reach = max(LEAST_COLOUR_RANGE, float(residuals.abs().max().max()))
    sns.heatmap(
        residuals,
        ax=axes,
        annot=texts.fillna("").to_numpy(),
        fmt="",
        annot_kws={"fontsize": SMALL_SIZE, "color": INK},
        cmap=SIGNED,
        vmin=-reach,
        vmax=reach,
        cbar=False,
        linewidths=0.8,
        linecolor="white",
        xticklabels=False,
        yticklabels=False,
    )
    axes.set(xlabel="", ylabel="")
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
    panels = _lay_out(data, width, handles=handles, beside=NUMBERS, least_pitch=LEAST_PITCH)
    for axes, marks in _panels(panels, data):
        axes.set_xlim(0, 100)
        _set_ticks(axes, panels)
        for voice, bars in marks.groupby("voice", sort=False):
            _draw_bars(axes, bars, str(voice), fills[str(voice)], panels)
        first = marks.loc[marks["voice"] == next(iter(data.keys))]
        known = first.loc[first["conf_low"].notna()]
        _draw_whiskers(axes, known, halo=True)
        _draw_dots(axes, known, "interval", edge="white", fill=INK, size=SMALL_DOT)
        _write_numbers(axes, first, "n", panels)
    return panels.figure


@style_context()
def draw_differences(data: FigureData, *, width: Width = Width.TWO_COLUMNS) -> Figure:
    """Draw differences of outlets with whiskers, filled if significant; a panel a value."""
    handles = [
        Line2D([], [], label=data.keys[kind], **_dot(marker, INK, fill))
        for kind, (marker, fill) in DIFFERENCES.items()
        if kind in data.keys
    ]
    panels = _lay_out(data, width, handles=handles)
    reach = float(data.marks[["estimate", "conf_low", "conf_high"]].abs().max().max())
    for axes, marks in _panels(panels, data):
        axes.set_xlim(-1.06 * reach or -1, 1.06 * reach or 1)
        _set_ticks(axes, panels, signed=True)
        axes.axvline(0, color=INK, linewidth=0.6)
        _draw_whiskers(axes, marks)
        for kind, (marker, fill) in DIFFERENCES.items():
            kin = marks.loc[marks["kind"] == kind]
            _draw_dots(axes, kin, kind, edge=INK, fill=fill, marker=marker)
    return panels.figure


@dataclass(frozen=True)
class FigureKind:
    """How a figure is made: from estimates to data to ink, and the width that suits it."""

    prepare: Callable[..., FigureData]
    draw: Callable[..., Figure]
    width: Width


FIGURES: Mapping[str, FigureKind] = MappingProxyType(
    {
        "shares": FigureKind(prepare_shares, draw_shares, Width.TWO_COLUMNS),
        "stance": FigureKind(prepare_stance, draw_stance, Width.TWO_COLUMNS),
        "residuals": FigureKind(prepare_residuals, draw_residuals, Width.ONE_COLUMN),
        "voice": FigureKind(prepare_voice, draw_voice, Width.TWO_COLUMNS),
        "differences": FigureKind(prepare_differences, draw_differences, Width.TWO_COLUMNS),
    }
)


@dataclass(frozen=True)
class Drawn:
    """What became of a figure: its files, or the reason why the data cannot carry it."""

    name: str
    paths: tuple[Path, ...] = ()
    reason: str = ""


def draw_all(
    estimates: pd.DataFrame,
    codebook: Codebook,
    folder: str | Path,
    names: Sequence[str] = tuple(FIGURES),
    *,
    language: str = "en",
    width: Width | None = None,
) -> tuple[Drawn, ...]:
    """Draw figures into a folder as PDF, SVG and PNG, the same bytes for the same estimates.

    Parameters
    ----------
    estimates
        The table that `analysis.comparison.compare_outlets` makes, also as read from .csv.
    codebook
        Gives names and order.
    folder
        Is made if it is not there.
    names
        Keys of `FIGURES`.
    language
        ``"en"`` or ``"id"``.
    width
        One width for all; what suits each figure if not given.

    Returns
    -------
    tuple of Drawn
        One a name. A figure that the data cannot carry, such as the differences of one outlet, is
        not drawn and says why.

    Raises
    ------
    BingkaiError
        A name is unknown, the table is no estimates table, or a file cannot be written.
    """
    for name in names:
        if name not in FIGURES:
            raise BingkaiError(f"figure {name!r} is unknown; use {', '.join(FIGURES)}")
    finished: dict[str, Figure | str] = {}
    for name in names:
        kind = FIGURES[name]
        try:
            data = kind.prepare(estimates, codebook, language=language)
            finished[name] = kind.draw(data, width=width or kind.width)
        except Undrawable as error:
            finished[name] = str(error)
    return write_figures(finished, folder)


def write_figures(finished: Mapping[str, Figure | str], folder: str | Path) -> tuple[Drawn, ...]:
    """Write figures by name; a text in place of a figure is the reason why there is none.

    All are drawn before the first is written, so that a bad table leaves no half-filled folder.
    """
    return tuple(
        Drawn(name, reason=figure)
        if isinstance(figure, str)
        else Drawn(name, write_figure(figure, Path(folder) / name))
        for name, figure in finished.items()
    )


def _lay_out(
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


def _panels(panels: Panels, data: FigureData) -> Iterator[tuple[Axes, pd.DataFrame]]:
    for number, axes in enumerate(panels.axes):
        yield axes, data.marks.loc[data.marks["panel"] == number]


def _set_ticks(axes: Axes, panels: Panels, *, signed: bool = False) -> None:
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


def _draw_whiskers(axes: Axes, marks: pd.DataFrame, *, halo: bool = False) -> None:
    known = marks.loc[marks["conf_low"].notna()]
    ends = (known["row"], known["conf_low"], known["conf_high"])
    if halo:
        axes.hlines(*ends, colors="white", linewidth=LINE + 1.2, label="halo")
    axes.hlines(*ends, colors=INK, linewidth=LINE, label="whiskers")


def _draw_dots(
    axes: Axes,
    marks: pd.DataFrame,
    label: str,
    *,
    edge: str,
    fill: str = "white",
    marker: str = "o",
    size: float = DOT,
) -> None:
    style = _dot(marker, edge, fill, size)
    axes.plot(marks["estimate"], marks["row"], label=label, clip_on=False, zorder=3, **style)


def _dot(marker: str, edge: str, fill: str, size: float = DOT) -> dict[str, Any]:
    return {
        "linestyle": "none",
        "marker": marker,
        "markersize": size,
        "markeredgecolor": edge,
        "markeredgewidth": LINE,
        "markerfacecolor": fill,
    }


def _draw_bars(
    axes: Axes, marks: pd.DataFrame, label: str, fill: dict[str, Any], panels: Panels
) -> None:
    axes.barh(
        marks["row"],
        marks["estimate"],
        left=marks["start"],
        height=min(BAR, THICKEST_BAR / panels.pitch),
        linewidth=0.6,
        label=label,
        **fill,
    )


def _fill(colour: str, voice: str) -> dict[str, Any]:
    """Return the fill of a stance bar: hatched for the words of sources."""
    if voice == "sources":
        return {"facecolor": "white", "edgecolor": colour, "hatch": "//////"}
    return {"facecolor": colour, "edgecolor": colour}


def _write_numbers(axes: Axes, marks: pd.DataFrame, column: str, panels: Panels) -> None:
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
