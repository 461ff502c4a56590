"""Text and axes on a figure, measured and placed in millimetres from its upper left corner."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import text_to_path

from analysis.figures.selection import Label
from analysis.figures.style import (
    FONT,
    INK,
    LINE_HEIGHT,
    MM_PER_INCH,
    PT_PER_MM,
    SMALL_SIZE,
    SOFT_INK,
    TEXT_SIZE,
)


@lru_cache(maxsize=4096)
def measure(text: str, size: float = TEXT_SIZE, *, bold: bool = False) -> float:
    """Return how wide a line of text is in millimetres when set at `size` points."""
    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, False)
    return float(width) / PT_PER_MM


def line_height(size: float = TEXT_SIZE) -> float:
    """Return the distance of two lines of text in millimetres."""
    return size * LINE_HEIGHT / PT_PER_MM


def wrap(text: str, width: float, size: float = TEXT_SIZE, *, bold: bool = False) -> list[str]:
    """Break `text` into lines of at most `width` millimetres.

    A word that is wider than a line is cut with a hyphen; line breaks in the text are kept. What
    the font cannot write becomes a box, and nothing is left out.
    """
    lines: list[str] = []
    for part in _printable(text).split("\n"):
        line = ""
        for word in part.split():
            longer = f"{line} {word}" if line else word
            if measure(longer, size, bold=bold) <= width:
                line = longer
                continue
            pieces = _cut(word, width, size, bold=bold)
            lines += [line] if line else []
            lines += pieces[:-1]
            line = pieces[-1]
        lines.append(line)
    return lines


def wrap_evenly(
    text: str, width: float, size: float = TEXT_SIZE, *, bold: bool = False
) -> list[str]:
    """Break `text` into as few lines as fit `width` millimetres, and these alike in length."""
    text = _printable(text)
    lines = wrap(text, width, size, bold=bold)
    longest_word = max((measure(word, size, bold=bold) for word in text.split()), default=0.0)
    while True:
        narrower = max(measure(line, size, bold=bold) for line in lines) - 0.01
        if narrower < longest_word:
            return lines
        tighter = wrap(text, narrower, size, bold=bold)
        if len(tighter) > len(lines):
            return lines
        lines = tighter


def _printable(text: str) -> str:
    """Return `text` with a box for every letter that the font lacks."""
    font = get_font(findfont(FontProperties(family=FONT)))
    return "".join(
        letter if letter.isspace() or font.get_char_index(ord(letter)) else "□" for letter in text
    )


def _cut(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    """Cut a word into pieces that fit, with hyphens, a letter at least in each."""
    pieces = []
    while len(word) > 1 and measure(word, size, bold=bold) > width:
        end = len(word) - 1
        while end > 1 and measure(f"{word[:end]}-", size, bold=bold) > width:
            end -= 1
        pieces.append(f"{word[:end]}-")
        word = word[end:]
    return [*pieces, word]


@dataclass(frozen=True)
class Block:
    """A label broken into lines."""

    names: tuple[str, ...]
    details: tuple[str, ...]
    bold: bool

    @property
    def height(self) -> float:
        """Millimetres from the top of the first line to the bottom of the last."""
        return len(self.names) * line_height() + len(self.details) * line_height(SMALL_SIZE)

    @property
    def width(self) -> float:
        """Millimetres of the longest line."""
        names = [measure(line, bold=self.bold) for line in self.names]
        return max([*names, *(measure(line, SMALL_SIZE) for line in self.details)])


def break_label(label: Label, width: float, *, bold: bool = False) -> Block:
    """Return a label in lines of at most `width` millimetres."""
    details = wrap_evenly(label.detail, width, SMALL_SIZE) if label.detail else []
    return Block(tuple(wrap_evenly(label.name, width, bold=bold)), tuple(details), bold)


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of the given size in millimetres, made without pyplot."""
    figure = Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH))
    FigureCanvasAgg(figure)
    return figure


def add_axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes by their place in millimetres from the figure's upper left corner."""
    across, down = (side * MM_PER_INCH for side in figure.get_size_inches())
    return figure.add_axes(
        (left / across, 1 - (top + height) / down, width / across, height / down)
    )


def write(
    figure: Figure, left: float, top: float, text: str, *, size: float = TEXT_SIZE, **style: Any
) -> None:
    """Write one line; `left` and `top` are millimetres from the figure's upper left corner."""
    across, down = (side * MM_PER_INCH for side in figure.get_size_inches())
    baseline = top + 0.8 * line_height(size)
    figure.text(left / across, 1 - baseline / down, text, fontsize=size, va="baseline", **style)


def write_block(
    figure: Figure,
    left: float,
    top: float,
    block: Block,
    *,
    ha: Literal["left", "right"] = "left",
) -> None:
    """Write a broken label; `left` is its right edge where it is set to the right."""
    weight = "bold" if block.bold else "normal"
    for line in block.names:
        write(figure, left, top, line, ha=ha, weight=weight, color=INK)
        top += line_height()
    for line in block.details:
        write(figure, left, top, line, size=SMALL_SIZE, ha=ha, color=SOFT_INK)
        top += line_height(SMALL_SIZE)


def write_heading(
    figure: Figure, middle: float, bottom: float, block: Block, *, upright: bool = False
) -> None:
    """Write a column's heading on top of its column, reading upwards if `upright`."""
    if not upright:
        top = bottom - block.height
        for number, line in enumerate(block.names):
            write(figure, middle, top + number * line_height(), line, ha="center")
        return
    across, down = (side * MM_PER_INCH for side in figure.get_size_inches())
    left = middle - (len(block.names) - 1) * line_height() / 2
    for number, line in enumerate(block.names):
        figure.text(
            (left + number * line_height()) / across,
            1 - bottom / down,
            line,
            rotation=90,
            rotation_mode="anchor",
            ha="left",
            va="center_baseline",
        )
