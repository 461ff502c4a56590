"""Every figure by name, and how all of them are drawn into a folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.data import (
    prepare_differences,
    prepare_residuals,
    prepare_shares,
    prepare_stance,
    prepare_voice,
)
from analysis.figures.drawing import (
    draw_differences,
    draw_residuals,
    draw_shares,
    draw_stance,
    draw_voice,
)
from analysis.figures.frames import FigureData
from analysis.figures.selection import Undrawable
from analysis.figures.sourcing_data import prepare_copies, prepare_sources
from analysis.figures.sourcing_drawing import draw_copies, draw_sources
from analysis.figures.style import Width, write_figure
from analysis.figures.time_data import prepare_time
from analysis.figures.time_drawing import draw_time
from analysis.figures.word_data import prepare_frame_words, prepare_outlet_words
from analysis.figures.word_drawing import draw_words
from framing.errors import BingkaiError
from framing.scheme import Codebook


@dataclass(frozen=True)
class FigureKind:
    """How a figure is made: from a table to data to ink, and the width that suits it.

    `table` is the results table that `prepare` reads.
    """

    prepare: Callable[..., FigureData]
    draw: Callable[..., Figure]
    width: Width
    table: str = "estimates"


FIGURES: Mapping[str, FigureKind] = MappingProxyType(
    {
        "shares": FigureKind(prepare_shares, draw_shares, Width.TWO_COLUMNS),
        "stance": FigureKind(prepare_stance, draw_stance, Width.TWO_COLUMNS),
        "residuals": FigureKind(prepare_residuals, draw_residuals, Width.ONE_COLUMN),
        "voice": FigureKind(prepare_voice, draw_voice, Width.TWO_COLUMNS),
        "differences": FigureKind(prepare_differences, draw_differences, Width.TWO_COLUMNS),
        "sources": FigureKind(prepare_sources, draw_sources, Width.TWO_COLUMNS),
        "copies": FigureKind(prepare_copies, draw_copies, Width.TWO_COLUMNS),
        "time": FigureKind(prepare_time, draw_time, Width.TWO_COLUMNS),
        "words": FigureKind(prepare_outlet_words, draw_words, Width.TWO_COLUMNS, "words"),
        "frame_words": FigureKind(prepare_frame_words, draw_words, Width.TWO_COLUMNS, "words"),
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
    words: pd.DataFrame | None = None,
) -> tuple[Drawn, ...]:
    """Draw figures into a folder as PDF, SVG and PNG, the same bytes for the same estimates.

    Parameters
    ----------
    estimates
        The table that `analysis.statistics.comparison.compare_outlets` makes, also as read from
        .csv.
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
    words
        The table that `analysis.statistics.words.compare_words` makes, also as read from .csv;
        figures of words are not drawn without it.

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
    tables = {"estimates": estimates, "words": words}
    finished: dict[str, Figure | str] = {}
    for name in names:
        kind = FIGURES[name]
        table = tables[kind.table]
        if table is None:
            finished[name] = f"there is no table of {kind.table}; compare again"
            continue
        try:
            data = kind.prepare(table, codebook, language=language)
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
