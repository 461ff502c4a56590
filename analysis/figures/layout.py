"""Where the parts of a figure stand: panels or a table, with row labels, legend and notes.

Sizes follow from the content, so that two outlets do not float in a tall figure and twelve outlets
with long names do not collide. All lengths are in millimetres.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.selection import Label, Undrawable
from analysis.figures.style import (
    MM_PER_INCH,
    PAGE_HEIGHT,
    PT_PER_MM,
    RULE,
    SMALL_SIZE,
    SOFT_INK,
)
from analysis.figures.text import (
    Block,
    add_axes,
    break_label,
    line_height,
    measure,
    new_figure,
    wrap,
    write,
    write_block,
    write_heading,
)

EDGE = 1.5  # mm of white around everything
GAP = 2.0  # mm between row labels and panels, and between blocks one above the other
COLUMN_GAP = 5.0  # mm between panels: half a tick label of each neighbour must fit
LAST_TICK = 1.5  # mm at the right, for half of the last tick label
WIDEST_LABEL, LABEL_SHARE = 38.0, 0.34  # of a row: millimetres, share of the figure
ROW_PADDING = 1.4  # mm between the labels of two rows
TICK_LABELS = 3.8  # mm under a panel
AXIS_TITLE = 3.6
KEY_LINE = 3.9
PANEL_WIDTHS = (26.0, 17.0, 9.0)  # mm at least: as one wishes, fair, and for want of room
COMFORTABLE_HEIGHT = 190.0
# Of a legend's entry, in units of its type size: the mark, the gap to its text and to the next.
KEY_MARK, KEY_PAD, KEY_SPACE = 2.0, 0.6, 1.6


@dataclass(frozen=True)
class Panels:
    """A figure and its panels, row by row; in each, y = 0, 1, 2, ... are the rows from the top.

    `width` is that of a panel and `pitch` the distance of two rows, in millimetres.
    """

    figure: Figure
    axes: tuple[Axes, ...]
    width: float
    pitch: float

    def add_legend(self, handles: Sequence[Artist], lines: Sequence[Sequence[int]]) -> None:
        """Write a legend, broken by `flow_keys`, into the lines kept free at the top."""
        across, down = (side * MM_PER_INCH for side in self.figure.get_size_inches())
        for number, line in enumerate(lines):
            self.figure.legend(
                handles=[handles[entry] for entry in line],
                ncols=len(line),
                loc="upper left",
                bbox_to_anchor=(EDGE / across, 1 - (EDGE + number * KEY_LINE) / down),
                frameon=False,
                borderpad=0,
                borderaxespad=0,
                handlelength=KEY_MARK,
                handleheight=0.9,
                handletextpad=KEY_PAD,
                columnspacing=KEY_SPACE,
            )


def flow_keys(texts: Sequence[str], width: float) -> list[list[int]]:
    """Break a legend's entries into lines that fit a figure's width; return their positions."""
    extra = (KEY_MARK + KEY_PAD + KEY_SPACE) * SMALL_SIZE / PT_PER_MM
    lines: list[list[int]] = []
    room = 0.0
    for number, text in enumerate(texts):
        needed = measure(text, SMALL_SIZE) + extra
        if needed > room:
            lines.append([])
            room = width - 2 * EDGE
        lines[-1].append(number)
        room -= needed
    return lines


@dataclass(frozen=True)
class _Plan:
    """A way to arrange the panels; all sizes in millimetres."""

    columns: int
    rows: tuple[Block, ...]
    titles: tuple[Block, ...]
    notes: tuple[str, ...]
    label_width: float
    panel_width: float
    beside: float
    pitch: float
    top: float

    @property
    def panel_height(self) -> float:
        return self.pitch * len(self.rows)

    @property
    def title_height(self) -> float:
        return max(block.height for block in self.titles) + 0.8

    @property
    def band_height(self) -> float:
        return self.title_height + self.panel_height + GAP

    @property
    def bottom(self) -> float:
        return TICK_LABELS + AXIS_TITLE + height_of_notes(self.notes) + EDGE

    @property
    def height(self) -> float:
        bands = ceil(len(self.titles) / self.columns)
        return self.top + bands * self.band_height - GAP + self.bottom


def lay_out_panels(
    titles: Sequence[Label],
    rows: Sequence[Label],
    *,
    width: float,
    axis_title: str,
    notes: Sequence[str] = (),
    key_lines: int = 0,
    beside: float = 0.0,
    least_pitch: float = 0.0,
) -> Panels:
    """Make a figure of panels under their titles, with row labels at the left and notes below.

    Parameters
    ----------
    titles
        One a panel.
    rows
        The rows that every panel has, from the top. Where there are too many, their details move
        into a note.
    width
        Of the figure, in millimetres.
    axis_title
        What the shared horizontal axis shows, with its unit.
    notes
        Footnotes; each starts a line.
    key_lines
        Lines to keep free for a legend at the top.
    beside
        Millimetres to keep free at the right of every panel, for numbers.
    least_pitch
        The least distance of two rows in millimetres.

    Raises
    ------
    Undrawable
        The panels do not fit one page.
    """
    bare = [Label(row.name) for row in rows]
    sizes = "; ".join(f"{row.name}: {row.detail}" for row in rows if row.detail)
    plans = []
    for labels, lines in ((rows, [*notes]), (bare, [*notes, sizes])):
        plans += [
            _plan(
                titles,
                labels,
                columns=columns,
                width=width,
                notes=break_notes(lines, width - 2 * EDGE),
                beside=beside,
                least_pitch=least_pitch,
                top=EDGE + (key_lines * KEY_LINE + 1.0 if key_lines else 0.0),
            )
            for columns in sorted({ceil(len(titles) / n) for n in range(1, len(titles) + 1)})
        ]
        if _fitting(plans):
            break
    plan = _choose(plans)
    figure = new_figure(width, plan.height)
    axes = _place(figure, plan)
    left = EDGE + plan.label_width + GAP
    middle = (left + width - EDGE) / 2
    write(figure, middle, plan.height - plan.bottom + TICK_LABELS, axis_title, ha="center")
    write_notes(figure, plan.notes)
    return Panels(figure, axes, plan.panel_width, plan.pitch)


def _plan(
    titles: Sequence[Label],
    rows: Sequence[Label],
    *,
    columns: int,
    width: float,
    notes: tuple[str, ...],
    beside: float,
    least_pitch: float,
    top: float,
) -> _Plan:
    inner = width - 2 * EDGE
    blocks = tuple(break_label(row, min(WIDEST_LABEL, LABEL_SHARE * inner)) for row in rows)
    label_width = max(block.width for block in blocks)
    gaps = (columns - 1) * COLUMN_GAP + LAST_TICK
    cell = (inner - label_width - GAP - gaps) / columns
    # A title may run into the white beside its panel, but not over numbers or the next title.
    white = [COLUMN_GAP - 1.0] * (columns - 1) + [LAST_TICK + EDGE - 0.5]
    rooms = [max(1.0, cell + (-beside if beside else w)) for w in white]
    placed = [(title, rooms[number % columns]) for number, title in enumerate(titles)]
    bold = all(measure(w, bold=True) <= room for t, room in placed for w in t.name.split())
    return _Plan(
        columns=columns,
        rows=blocks,
        titles=tuple(break_label(title, room, bold=bold) for title, room in placed),
        notes=notes,
        label_width=label_width,
        panel_width=cell - beside,
        beside=beside,
        pitch=max(least_pitch, ROW_PADDING + max(block.height for block in blocks)),
        top=top,
    )


def _fitting(
    plans: Sequence[_Plan],
    *,
    narrowest: float = PANEL_WIDTHS[-1],
    tallest: float = PAGE_HEIGHT,
) -> list[_Plan]:
    return [p for p in plans if p.panel_width >= narrowest and p.height <= tallest]


def _choose(plans: Sequence[_Plan]) -> _Plan:
    """Return the lowest plan with the widest kind of panels that fits."""
    for narrowest in PANEL_WIDTHS:
        for tallest in (COMFORTABLE_HEIGHT, PAGE_HEIGHT):
            fitting = _fitting(plans, narrowest=narrowest, tallest=tallest)
            if fitting:
                return min(fitting, key=lambda plan: (plan.height, -plan.panel_width))
    raise Undrawable(
        f"{len(plans[0].titles)} panels with {len(plans[0].rows)} rows each do not fit a page; "
        "draw the figure two columns wide, or compare fewer outlets"
    )


def _place(figure: Figure, plan: _Plan) -> tuple[Axes, ...]:
    axes = []
    left = EDGE + plan.label_width + GAP
    for number, title in enumerate(plan.titles):
        band, column = divmod(number, plan.columns)
        x = left + column * (plan.panel_width + plan.beside + COLUMN_GAP)
        top = plan.top + band * plan.band_height
        write_block(figure, x, top + plan.title_height - 0.8 - title.height, title)
        panel = _add_panel(figure, x, top + plan.title_height, plan)
        lowest = number + plan.columns >= len(plan.titles)
        panel.tick_params(labelbottom=lowest, bottom=lowest)
        axes.append(panel)
        if column == 0:
            for row, block in enumerate(plan.rows):
                middle = top + plan.title_height + (row + 0.5) * plan.pitch
                write_block(figure, left - GAP, middle - block.height / 2, block, ha="right")
    return tuple(axes)


def _add_panel(figure: Figure, left: float, top: float, plan: _Plan) -> Axes:
    panel = add_axes(figure, left, top, plan.panel_width, plan.panel_height)
    panel.set_ylim(len(plan.rows) - 0.5, -0.5)
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)
    panel.grid(axis="x", color=RULE, linewidth=0.5)
    panel.set_axisbelow(True)
    return panel


def lay_out_table(
    columns: Sequence[Label],
    rows: Sequence[Label],
    *,
    width: float,
    notes: Sequence[str] = (),
    least_pitch: float = 0.0,
) -> tuple[Figure, Axes]:
    """Make a figure with one axes, a cell a column and row, under column headings.

    Parameters
    ----------
    columns, rows
        Their labels; headings that do not fit their column stand upright.
    width
        Of the figure, in millimetres.
    notes
        Footnotes; each starts a line.
    least_pitch
        The least distance of two rows in millimetres.

    Raises
    ------
    Undrawable
        The rows do not fit one page.
    """
    inner = width - 2 * EDGE
    note_lines = break_notes(notes, inner)
    labels = [break_label(row, min(WIDEST_LABEL, LABEL_SHARE * inner)) for row in rows]
    left = EDGE + max(block.width for block in labels) + GAP
    cell = (width - EDGE - left) / len(columns)
    pitch = max(least_pitch, max(block.height for block in labels) + ROW_PADDING)
    upright = any(measure(word) > cell - 1.0 for c in columns for word in c.name.split())
    headings = [break_label(c, 30.0 if upright else cell - 1.0) for c in columns]
    head = max(block.width if upright else block.height for block in headings)
    top = EDGE + head + 1.0
    height = top + pitch * len(rows) + height_of_notes(note_lines) + EDGE
    if height > PAGE_HEIGHT:
        raise Undrawable(f"{len(rows)} rows do not fit a page; compare fewer outlets")
    figure = new_figure(width, height)
    for number, block in enumerate(headings):
        middle = left + (number + 0.5) * cell
        write_heading(figure, middle, top - 1.0, block, upright=upright)
    for number, block in enumerate(labels):
        y = top + (number + 0.5) * pitch - block.height / 2
        write_block(figure, left - GAP, y, block, ha="right")
    write_notes(figure, note_lines)
    return figure, add_axes(figure, left, top, cell * len(columns), pitch * len(rows))


def break_notes(notes: Sequence[str], width: float) -> tuple[str, ...]:
    """Break footnotes into lines of at most `width` millimetres."""
    return tuple(line for note in notes if note for line in wrap(note, width, SMALL_SIZE))


def height_of_notes(lines: Sequence[str]) -> float:
    """Return the millimetres that footnotes take, with the gap above them."""
    return GAP + len(lines) * line_height(SMALL_SIZE) if lines else 0.0


def write_notes(figure: Figure, lines: Sequence[str]) -> None:
    """Write footnotes at the foot of a figure."""
    height = float(figure.get_size_inches()[1]) * MM_PER_INCH
    for number, line in enumerate(reversed(lines), start=1):
        y = height - EDGE - number * line_height(SMALL_SIZE)
        write(figure, EDGE, y, line, size=SMALL_SIZE, color=SOFT_INK)
