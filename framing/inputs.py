"""Whatever a user points at, to a sentences table."""

import hashlib
from enum import StrEnum
from pathlib import Path

import pandas as pd

from framing.copies import mark_copies
from framing.encoders.encoder import load_encoder
from framing.errors import BingkaiError
from framing.language.segmentation import split_articles
from framing.news.reading import read_corpus
from framing.schema import COLUMNS
from framing.tables import read_table


class Unit(StrEnum):
    """What a row of an input table is."""

    ARTICLE = "article"
    SENTENCE = "sentence"
    ROW = "row"


def read_units(path: str | Path, *, unit: Unit | None = None) -> tuple[pd.DataFrame, Unit]:
    """Read a corpus folder or a table, and tell what its rows are.

    A folder gives articles; so does a table with ``article_id`` but no ``sentence_id``; one with
    ``sentence_id`` gives sentences; any other table with a ``text`` column gives one unit a row.

    Parameters
    ----------
    unit
        Overrides what the columns say.

    Raises
    ------
    BingkaiError
        Nothing to read, or no ``text`` column.
    """
    path = Path(path)
    if path.is_dir():
        return read_corpus(path), Unit.ARTICLE
    table = read_table(path)
    if "text" not in table.columns:
        raise BingkaiError(
            f"{path}: no column text; it has {', '.join(map(str, table.columns)) or 'no columns'}"
        )
    if table.empty:
        raise BingkaiError(f"{path}: the table has no rows")
    nested = table["text"].map(lambda value: isinstance(value, list | dict))
    if nested.any():
        raise BingkaiError(f"{path}: row {nested.argmax() + 1}: text is a list, not a text")
    if unit is None:
        if "sentence_id" in table.columns:
            unit = Unit.SENTENCE
        else:
            unit = Unit.ARTICLE if "article_id" in table.columns else Unit.ROW
    table = table.assign(text=table["text"].fillna("").astype(str))
    if unit is Unit.ARTICLE:
        return _complete_articles(table), unit
    if unit is Unit.SENTENCE:
        _check_ids(table, path)
    return table, unit


def to_sentences(table: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    """Return a table of sentences: split articles, or rows as they are with an id each.

    A row's id comes from its text and from how often that text came before.
    """
    if unit is Unit.ARTICLE:
        return mark_copies(split_articles(table), table, encoder=load_encoder)
    if "sentence_id" in table.columns:
        return table
    return table.assign(sentence_id=_row_ids(table["text"]))


def _complete_articles(table: pd.DataFrame) -> pd.DataFrame:
    """Add what a table of articles lacks: empty columns, and ids made from the texts."""
    if "article_id" not in table.columns:
        table = table.assign(article_id=_row_ids(table["text"]))
    lacking = [name for name in COLUMNS["articles"] if name not in table.columns]
    return table.assign(**dict.fromkeys(lacking, ""))


def _check_ids(table: pd.DataFrame, path: Path) -> None:
    if "sentence_id" not in table.columns:
        return
    ids = table["sentence_id"].astype(str)
    if (ids == "").any():
        raise BingkaiError(f"{path}: row {(ids == '').argmax() + 1} has no sentence_id")
    if ids.duplicated().any():
        raise BingkaiError(
            f"{path}: the sentence_id {ids[ids.duplicated()].iloc[0]!r} stands twice"
        )


def _row_ids(texts: pd.Series) -> list[str]:
    repeats = texts.groupby(texts).cumcount()
    return [
        hashlib.sha256(f"{text}\n{count}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        for text, count in zip(texts, repeats, strict=True)
    ]
