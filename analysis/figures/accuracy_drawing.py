"""Draw an evaluation: confusion matrices, and how honest the probabilities are.

Panels are placed here and not by `analysis.figures.layout`, whose panels share their rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.accuracy_data import (
    CalibrationData,
    ConfusionData,
    Matrix,
    prepare_calibration,
    prepare_confusion,
)
from analysis.figures.drawing import SIGNED
from analysis.figures.gallery import Drawn, write_figures
from analysis.figures.layout import (
    AXIS_TITLE,
    COLUMN_GAP,
    EDGE,
    GAP,
    LABEL_SHARE,
    TICK_LABELS,
    WIDEST_LABEL,
    break_notes,
    height_of_notes,
    write_notes,
)
from analysis.figures.marks import LINE, SMALL_DOT
from analysis.figures.selection import Undrawable
from analysis.figures.style import (
    BLUE,
    INK,
    PAGE_HEIGHT,
    RULE,
    SMALL_SIZE,
    SOFT_INK,
    Width,
    style_context,
)
from analysis.figures.text import (
    Block,
    add_axes,
    break_label,
    line_height,
    measure,
    new_figure,
    write,
    write_block,
    write_heading,
)
from framing.evaluation import Evaluation
from framing.scheme import Codebook

CELLS = (9.0, 8.0, 7.0, 6.2, 5.2)  # mm: widths of a cell, the best first
CELL_PADDING = 1.6  # mm of white beside a count
PITCH = 5.4  # mm between two rows of a matrix
HEADINGS = (20.0, 28.0, 40.0, 60.0)  # mm that upright headings may take, the best first
BAND_GAP = 6.0  # mm between panels one above the other
SIDE = 38.0  # mm: a calibration panel at most
TICKS, AXIS_WORDS = 5.0, 4.0  # mm at the left of a calibration panel
MOST_ACROSS = {Width.ONE_COLUMN: 2, Width.TWO_COLUMNS: 4}


def draw_accuracy(
    evaluation: Evaluation, codebook: Codebook, folder: str | Path, *, language: str = "en"
) -> tuple[Drawn, ...]:
    """Draw ``confusion`` and ``calibration`` into a folder as PDF, SVG and PNG.

    Parameters
    ----------
    evaluation
        What `framing.evaluation.evaluate_labels` gives.
    codebook
        Gives names and order.
    folder
        Is made if it is not there.
    language
        ``"en"`` or ``"id"``.

    Returns
    -------
    tuple of Drawn
        One a figure; one that does not fit a page is not drawn and says why.

    Raises
    ------
    BingkaiError
        A file cannot be written.
    """
    finished: dict[str, Figure | str] = {}
    try:
        finished["confusion"] = draw_confusion(
            prepare_confusion(evaluation, codebook, language=language)
        )
    except Undrawable as error:
        finished["confusion"] = str(error)
    try:
        finished["calibration"] = draw_calibration(
            prepare_calibration(evaluation, codebook, language=language)
        )
    except Undrawable as error:
        finished["calibration"] = str(error)
    return write_figures(finished, folder)


# --------------------------------------------------------------------------------- confusion


@dataclass(frozen=True)
class _Part:
    """A matrix with its texts broken into lines; all sizes in millimetres."""

    matrix: Matrix
    title: Block
    rows: tuple[Block, ...]
    headings: tuple[Block, ...]
    cell: float
    left: float
    beside: float

    @property
    def width(self) -> float:
        return self.left + self.cell * len(self.headings) + self.beside

    @property
    def heading_height(self) -> float:
        return max(block.width for block in self.headings)

    @property
    def matrix_height(self) -> float:
        return self.pitch * len(self.rows)

    @property
    def pitch(self) -> float:
        return max(PITCH, 1.0 + max(block.height for block in self.rows))


@style_context()
def draw_confusion(data: ConfusionData) -> Figure:
    """Draw a matrix a variable, codes down and labels across, a count in each cell that has one."""
    bands, width = _choose_bands(data)
    notes = break_notes(data.notes, width - 2 * EDGE)
    heads = [
        max(part.title.height for part in band) + 2.5 + max(p.heading_height for p in band)
        for band in bands
    ]
    bodies = [max(part.matrix_height for part in band) for band in bands]
    height = 2 * EDGE + sum(heads) + sum(bodies) + BAND_GAP * (len(bands) - 1)
    height += height_of_notes(notes)
    if height > PAGE_HEIGHT:
        raise Undrawable(
            f"{len(data.panels)} confusion matrices do not fit a page; "
            "leave columns of the gold file out to draw fewer"
        )
    figure = new_figure(width, height)
    top = EDGE
    for band, head, body in zip(bands, heads, bodies, strict=True):
        left = EDGE
        for part in band:
            write_block(figure, left, top, part.title)
            _draw_matrix(figure, left, top + head, part, data.corner)
            left += part.width + COLUMN_GAP
        top += head + body + BAND_GAP
    write_notes(figure, notes)
    return figure


def _draw_matrix(
    figure: Figure, left: float, top: float, part: _Part, corner: tuple[str, str]
) -> None:
    """Draw one matrix whose upper left corner, with its row labels, is given."""
    matrix, start = part.matrix, left + part.left
    for number, text in enumerate(reversed(corner), start=1):
        y = top - 0.8 - number * line_height(SMALL_SIZE)
        write(figure, start - GAP, y, text, size=SMALL_SIZE, ha="right", color=SOFT_INK)
    for number, heading in enumerate(part.headings):
        middle = start + (number + 0.5) * part.cell
        write_heading(figure, middle, top - 1.0, heading, upright=True)
    width = part.cell * len(part.headings)
    right = start + width + part.beside
    write(
        figure, right, top - 0.8 - line_height(SMALL_SIZE), "n",
        size=SMALL_SIZE, ha="right", color=SOFT_INK,
    )  # fmt: skip
    for number, (label, n) in enumerate(zip(part.rows, matrix.counts.sum(axis=1), strict=True)):
        middle = top + (number + 0.5) * part.pitch
        write_block(figure, start - GAP, middle - label.height / 2, label, ha="right")
        y = middle - line_height(SMALL_SIZE) / 2
        write(figure, right, y, str(n), size=SMALL_SIZE, ha="right", color=SOFT_INK)
    counts = matrix.counts.to_numpy()
    codes, labels = matrix.counts.index.to_numpy(), matrix.counts.columns.to_numpy()
    signs = np.where(np.equal.outer(codes, labels), 1, -1) * (labels != "")
    axes = add_axes(figure, start, top, width, part.matrix_height)
    sns.heatmap(
        signs * np.nan_to_num(matrix.shares.to_numpy()),
        ax=axes,
        annot=np.where(counts > 0, counts.astype(str), ""),
        fmt="",
        annot_kws={"fontsize": SMALL_SIZE, "color": INK, "va": "center_baseline"},
        cmap=SIGNED,
        vmin=-1,
        vmax=1,
        cbar=False,
        linewidths=0.5,
        linecolor=RULE,
        clip_on=False,
        xticklabels=False,
        yticklabels=False,
    )
    axes.set(xlabel="", ylabel="")
    if not labels[-1]:
        axes.axvline(len(labels) - 1, color=INK, linewidth=LINE)


def _choose_bands(data: ConfusionData) -> tuple[list[list[_Part]], float]:
    """Return the panels in as few bands as fit, with the widest cells; and the figure's width."""
    counts = max(int(matrix.counts.to_numpy().max()) for matrix in data.panels)
    least = measure(str(counts), SMALL_SIZE) + CELL_PADDING
    cells = [cell for cell in CELLS if cell >= least] or [least]
    for width in Width:
        fitting = []
        for cell in cells:
            parts = [_break_texts(matrix, cell, width.mm, data.corner) for matrix in data.panels]
            if all(part.width <= width.mm - 2 * EDGE for part in parts):
                fitting.append(_flow(parts, width.mm - 2 * EDGE))
        best = min(fitting, key=len, default=[])
        if best and (len(best) == 1 or width is Width.TWO_COLUMNS):
            return best, width.mm
    most = max(len(matrix.columns) for matrix in data.panels)
    raise Undrawable(
        f"a confusion matrix of {most} values does not fit a page's width; "
        "its numbers are in the table"
    )


def _flow(parts: Sequence[_Part], room: float) -> list[list[_Part]]:
    bands: list[list[_Part]] = []
    left = 0.0
    for part in parts:
        if part.width > left:
            bands.append([])
            left = room
        bands[-1].append(part)
        left -= part.width + COLUMN_GAP
    return bands


def _break_texts(matrix: Matrix, cell: float, width: float, corner: tuple[str, str]) -> _Part:
    widest = min(WIDEST_LABEL, LABEL_SHARE * width)
    rows = tuple(break_label(row, widest) for row in matrix.rows)
    label_width = max(
        *(block.width for block in rows), *(measure(text, SMALL_SIZE) for text in corner)
    )
    left = label_width + GAP
    beside = GAP + measure(str(matrix.counts.sum(axis=1).max()), SMALL_SIZE)
    inside = left + cell * len(matrix.columns) + beside
    return _Part(
        matrix=matrix,
        title=break_label(matrix.title, inside, bold=True),
        rows=rows,
        headings=_break_headings(matrix, cell),
        cell=cell,
        left=left,
        beside=beside,
    )


def _break_headings(matrix: Matrix, cell: float) -> tuple[Block, ...]:
    """Return upright headings of no more lines than a column is wide."""
    for room in HEADINGS:
        headings = tuple(break_label(column, room) for column in matrix.columns)
        if max(block.height for block in headings) <= max(cell, line_height()):
            return headings
    raise Undrawable(
        f"a value's name of {matrix.title.name} is too long to head a column; "
        "shorten it in the codebook"
    )


# ------------------------------------------------------------------------------- calibration


@style_context()
def draw_calibration(data: CalibrationData) -> Figure:
    """Draw a square a variable: how many labels are right, against how likely they were held."""
    width = (
        Width.ONE_COLUMN if len(data.panels) <= MOST_ACROSS[Width.ONE_COLUMN] else Width.TWO_COLUMNS
    )
    bands = ceil(len(data.panels) / MOST_ACROSS[width])
    across = ceil(len(data.panels) / bands)
    inner = width.mm - 2 * EDGE - AXIS_WORDS
    side = min(SIDE, (inner - COLUMN_GAP * (across - 1)) / across - TICKS)
    titles = [break_label(panel, side + COLUMN_GAP, bold=True) for panel in data.panels]
    head = max(title.height for title in titles) + 1.5
    notes = break_notes(data.notes, width.mm - 2 * EDGE)
    band = head + side + TICK_LABELS
    height = 2 * EDGE + bands * band + (bands - 1) * GAP + AXIS_TITLE + height_of_notes(notes)
    if height > PAGE_HEIGHT:
        raise Undrawable(f"calibration of {len(data.panels)} variables does not fit a page")
    figure = new_figure(width.mm, height)
    start = EDGE + AXIS_WORDS + TICKS
    for number, title in enumerate(titles):
        row, column = divmod(number, across)
        left = start + column * (side + TICKS + COLUMN_GAP)
        top = EDGE + row * (band + GAP) + head
        write_block(figure, left, top - 1.5 - title.height, title)
        axes = add_axes(figure, left, top, side, side)
        _draw_calibration(axes, data.marks.loc[data.marks["panel"] == number], data.ticks)
        if column == 0:
            axes.set_ylabel(data.axis_titles[1])
    middle = start + (across * (side + TICKS + COLUMN_GAP) - TICKS - COLUMN_GAP) / 2
    bottom = EDGE + bands * band + (bands - 1) * GAP
    write(figure, middle, bottom, data.axis_titles[0], ha="center")
    write_notes(figure, notes)
    return figure


def _draw_calibration(axes: Axes, marks: pd.DataFrame, ticks: Mapping[float, str]) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_xticks(list(ticks), list(ticks.values()))
    axes.set_yticks(list(ticks), list(ticks.values()), fontsize=SMALL_SIZE)
    axes.grid(color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.plot([0, 1], [0, 1], color=SOFT_INK, linewidth=0.7, dashes=(3, 2), label="honest")
    axes.vlines(
        marks["mean_prob"],
        marks["conf_low"],
        marks["conf_high"],
        colors=INK,
        linewidth=LINE,
        label="whiskers",
    )
    axes.plot(
        marks["mean_prob"],
        marks["accuracy"],
        linestyle="none",
        marker="o",
        markersize=SMALL_DOT,
        markerfacecolor=BLUE,
        markeredgecolor=BLUE,
        clip_on=False,
        zorder=3,
        label="bins",
    )
