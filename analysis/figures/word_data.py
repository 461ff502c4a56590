"""What the figures of words show: the words that set outlets, or frames, apart."""

import numpy as np
import pandas as pd

from analysis.figures import words
from analysis.figures.frames import FigureData, join_notes, place, require_some
from analysis.figures.selection import Label
from analysis.statistics.settings import Copies
from framing.schema import require_columns
from framing.scheme import Codebook

SHOWN = 10


def prepare_outlet_words(
    table: pd.DataFrame, codebook: Codebook, *, language: str = "en"
) -> FigureData:
    """Give the words of every outlet: a panel an outlet, a row a rank.

    Returns
    -------
    FigureData
        `marks` has word, z and z_articles (NaN where it is not known).

    Raises
    ------
    Undrawable
        No word is used often enough.
    BingkaiError
        The table is no table of words.
    """
    return _prepare(table, codebook, language, of="outlet")


def prepare_frame_words(
    table: pd.DataFrame, codebook: Codebook, *, language: str = "en"
) -> FigureData:
    """Give the words of every frame: a panel a frame, a row a rank; as `prepare_outlet_words`."""
    return _prepare(table, codebook, language, of="frame")


def _prepare(table: pd.DataFrame, codebook: Codebook, language: str, *, of: str) -> FigureData:
    other = {"outlet": "frame", "frame": "outlet"}[of]
    table = require_columns(table, "words")
    table = table.astype("object").where(table.notna(), "")
    main = table.loc[table["copies"] == next(iter(table["copies"]), "")]
    rows = main.loc[(main[of] != "") & (main[other] == "")]
    rows = rows.assign(rank=pd.to_numeric(rows["rank"]).astype(int)).query("rank <= @SHOWN")
    rows = require_some(rows, f"no word is used often enough in any {of}")
    present = list(rows[of].unique())
    if of == "frame":
        known = codebook.variable("frame").value_ids
        present.sort(key=lambda value: known.index(value) if value in known else len(known))
    ranks = [str(rank) for rank in range(1, int(rows["rank"].max()) + 1)]
    marks = place(
        rows.assign(rank=rows["rank"].astype(str)), panel=(of, present), row=("rank", ranks)
    )
    for name in ("z", "z_articles"):
        numbers = pd.to_numeric(marks[name], errors="coerce").astype(float)
        marks[name] = numbers.where(np.isfinite(numbers))
    labels = [
        name if of == "outlet" else codebook.value_name("frame", name, language=language)
        for name in present
    ]
    without = (main["copies"] == Copies.OUT).any()
    return FigureData(
        marks=marks[["panel", "row", "word", "z", "z_articles"]],
        panels=tuple(Label(" ".join(label.split())) for label in labels),
        rows=tuple(Label(rank) for rank in ranks),
        axis_title=words.LOG_ODDS.in_language(language),
        keys={},
        notes=join_notes(
            words.NOTE_LOG_ODDS.in_language(language),
            words.NOTE_NO_COPIES.in_language(language) if without else "",
        ),
    )
