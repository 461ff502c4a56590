"""The counts table: sentences per article and observed cell, all that the statistics need."""

from datetime import date

import pandas as pd

from analysis.statistics.settings import Copies
from framing.copies import find_borrowed
from framing.errors import BingkaiError
from framing.schema import COLUMNS, VARIABLES, require_columns
from framing.scheme import Codebook
from framing.stories import group_stories

_CELL = ["frame", "stance", "target", "sentiment", "voice", "source_group", "copied"]
_TRUE = {"true", "1", "yes"}
_FALSE = {"false", "0", "no", ""}


def count_cells(
    labels: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    units: tuple[str, ...] = ("sentence",),
) -> pd.DataFrame:
    """Count the sentences of every article by frame, stance, target, sentiment, voice and source.

    Parameters
    ----------
    labels, sentences, articles
        Tables as in `framing.schema.COLUMNS`; the labels of one labeler, one a counted sentence for
        every variable that is labelled at all. A label's value may be ``""``, if the sentence is
        meant to have none. `prob` is a number from 0 to 1, or empty in the whole column.
    units
        Units that are counted; titles are left out by default, because a title repeats its article
        and is written by another hand.

    Returns
    -------
    pandas.DataFrame
        The counts table: one row an article and observed cell; `copied` says whether the sentences
        of the row are copies (their `copy_of` is filled) or the first printing of an agency's
        dispatch, and `story` is the first article that carries the same dispatch.

    Raises
    ------
    BingkaiError
        A label's sentence or a sentence's article is missing, an id stands twice, there are several
        labelers or two labels of a sentence for one variable, a variable is unknown or lacks the
        labels of some sentences, a probability or a day cannot be, an article has no outlet, or
        nothing is left to count.
    """
    wide = gather_sentences(labels, sentences, articles, units=units)
    counts = (
        wide.groupby(["article_id", *_CELL], sort=True)
        .size()
        .reset_index(name="n_sentences")
        .merge(articles[["article_id", "outlet", "published"]], on="article_id", how="left")
    )
    counts["published"] = _text(counts["published"])
    counted = sentences.loc[sentences["sentence_id"].isin(wide["sentence_id"])]
    counts["story"] = counts["article_id"].map(group_stories(counted, articles))
    return counts[list(COLUMNS["counts"])]


def gather_sentences(
    labels: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    units: tuple[str, ...] = ("sentence",),
) -> pd.DataFrame:
    """Return one row a counted sentence: sentence_id, article_id and its cell.

    Takes and refuses what `count_cells` does.
    """
    require_columns(labels, "labels")
    require_columns(sentences, "sentences")
    require_columns(articles, "articles")
    _check_keys(labels, sentences, articles)
    wide = sentences.loc[sentences["unit"].isin(units), ["sentence_id", "article_id"]].copy()
    if wide.empty:
        raise BingkaiError(
            f"sentences: none has the unit {' or '.join(units)}; there is nothing to count"
        )
    _check_complete(labels, wide["sentence_id"])
    chosen = sentences.loc[wide.index]
    wide["source_group"] = _text(chosen["source_group"])
    wide["copied"] = chosen["sentence_id"].isin(find_borrowed(chosen, articles))
    values = labels.assign(value=_text(labels["value"]), target=_text(labels["target"]))
    for variable in VARIABLES:
        own = values.loc[values["variable"] == variable].set_index("sentence_id")
        wide[variable] = _text(wide["sentence_id"].map(own["value"]))
        if variable == "stance":
            wide["target"] = _text(wide["sentence_id"].map(own["target"]))
    return wide


def check_counts(counts: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return a counts table with proper types, in the order of outlet and article.

    Accepts a table that was read from .csv, where every cell is text. The fixed order makes random
    draws, and so every estimate, independent of the order of the rows.

    Raises
    ------
    BingkaiError
        A column is missing, a value is not in the codebook, an article has two outlets or none,
        or the table is empty.
    """
    if "story" not in counts.columns:  # a table of an earlier version
        counts = counts.assign(story="")
    counts = require_columns(counts, "counts")[list(COLUMNS["counts"])].copy()
    if counts.empty:
        raise BingkaiError("counts: the table is empty; there is nothing to compare")
    for name in COLUMNS["counts"]:
        if name not in ("copied", "n_sentences"):
            counts[name] = _text(counts[name])
    counts["story"] = counts["story"].where(counts["story"] != "", counts["article_id"])
    counts["copied"] = _as_bool(counts["copied"])
    counts["n_sentences"] = _as_count(counts["n_sentences"])
    counts = counts.loc[counts["n_sentences"] > 0]
    if (counts["outlet"] == "").any():
        first = counts.loc[counts["outlet"] == "", "article_id"].iloc[0]
        raise BingkaiError(f"counts: article {first} has no outlet; name it in the manifest")
    outlets = counts.groupby("article_id")["outlet"].nunique()
    if (outlets > 1).any():
        raise BingkaiError(f"counts: article {outlets.idxmax()} stands under two outlets")
    _check_values(counts, codebook)
    return counts.sort_values(["outlet", "article_id", *_CELL], ignore_index=True)


def keep_copies(counts: pd.DataFrame, copies: Copies) -> pd.DataFrame:
    """Return the counts with copied sentences (``"in"``) or without them (``"out"``).

    Raises
    ------
    BingkaiError
        Nothing is left without the copies.
    """
    if copies == Copies.IN:
        return counts
    own = counts.loc[~counts["copied"]].reset_index(drop=True)
    if own.empty:
        raise BingkaiError("counts: every sentence is a copy; nothing is left with copies = 'out'")
    return own


def _check_keys(labels: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame) -> None:
    if articles.empty:
        raise BingkaiError("articles: the table is empty; there is nothing to compare")
    _refuse_twice(articles, "articles", ["article_id"])
    _refuse_twice(sentences, "sentences", ["sentence_id"])
    lost = ~labels["sentence_id"].isin(sentences["sentence_id"])
    if lost.any():
        raise BingkaiError(
            f"labels: sentence_id {labels.loc[lost, 'sentence_id'].iloc[0]} is not in the "
            f"sentences table ({lost.sum()} such label(s)); give the sentences that were labelled"
        )
    lost = ~sentences["article_id"].isin(articles["article_id"])
    if lost.any():
        raise BingkaiError(
            f"sentences: article_id {sentences.loc[lost, 'article_id'].iloc[0]} is not in the "
            f"articles table; give the articles that were split"
        )
    _check_labels(labels)
    nameless = _text(articles["outlet"]) == ""
    if nameless.any():
        raise BingkaiError(
            f"articles: article {articles.loc[nameless, 'article_id'].iloc[0]} has no outlet; "
            "name it in the manifest"
        )
    _check_days(articles)


def _check_labels(labels: pd.DataFrame) -> None:
    unknown = sorted(set(_text(labels["variable"])) - set(VARIABLES))
    if unknown:
        raise BingkaiError(
            f"labels: no variable {unknown[0]!r} can be compared, only {', '.join(VARIABLES)}; "
            "call it one of them in the codebook"
        )
    labelers = sorted(set(_text(labels["labeler"])))
    if len(labelers) > 1:
        raise BingkaiError(
            f"labels: {len(labelers)} labelers, {', '.join(map(repr, labelers))}; keep the rows of "
            f"one, such as labels[labels['labeler'] == {labelers[-1]!r}]"
        )
    _refuse_twice(labels, "labels", ["sentence_id", "variable"], hint="; keep one label")
    texts = _text(labels["prob"])
    if (texts != "").any():
        # False for what is no number, too; an empty value has no probability.
        fits = pd.to_numeric(texts, errors="coerce").between(0, 1)
        wrong = ~(fits | ((texts == "") & (_text(labels["value"]) == "")))
        if wrong.any():
            raise BingkaiError(
                f"labels: prob of sentence_id {labels.loc[wrong, 'sentence_id'].iloc[0]} is "
                f"{texts[wrong].iloc[0]!r}; write a number from 0 to 1, or leave the column empty"
            )


def _check_complete(labels: pd.DataFrame, counted: "pd.Series[str]") -> None:
    for variable, own in labels.groupby("variable", sort=True):
        lacking = counted[~counted.isin(own["sentence_id"])]
        if len(lacking):
            lack = "sentence lacks" if len(lacking) == 1 else "sentences lack"
            raise BingkaiError(
                f"labels: {len(lacking)} {lack} `{variable}`, such as {lacking.iloc[0]}; label "
                "them again, or give them an empty value on purpose"
            )


def _check_days(articles: pd.DataFrame) -> None:
    for article, day in zip(articles["article_id"], _text(articles["published"]), strict=True):
        if day and not _is_day(day):
            raise BingkaiError(
                f"articles: article {article} is published {day!r}; write YYYY-MM-DD or nothing"
            )


def _is_day(text: str) -> bool:
    try:
        # Other forms of ISO 8601, such as 20240619, are read but come back in this one.
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _refuse_twice(table: pd.DataFrame, name: str, key: list[str], *, hint: str = "") -> None:
    twice = table.duplicated(key)
    if twice.any():
        first = table.loc[twice, key].iloc[0]
        raise BingkaiError(f"{name}: {', '.join(map(str, first))} stands twice{hint}")


def _check_values(counts: pd.DataFrame, codebook: Codebook) -> None:
    allowed = {variable.id: set(variable.value_ids) for variable in codebook.variables}
    allowed["target"] = {actor.id for actor in codebook.actors}
    allowed["source_group"] = {group.id for group in codebook.source_groups}
    for column in (*VARIABLES, "target", "source_group"):
        known = allowed.get(column, set())
        for value in sorted(set(counts[column].unique()) - known - {""}):
            raise BingkaiError(
                f"counts: {column} {value!r} is not in the codebook {codebook.id}; "
                f"it has {', '.join(sorted(known)) or 'none'}"
            )


def _text(column: "pd.Series[str]") -> "pd.Series[str]":
    return column.astype("object").where(column.notna(), "").astype(str)


def _as_bool(column: pd.Series) -> "pd.Series[bool]":
    words = _text(column).str.lower()
    unknown = ~words.isin(_TRUE | _FALSE)
    if unknown.any():
        raise BingkaiError(f"counts: copied is {words[unknown].iloc[0]!r}; write True or False")
    return words.isin(_TRUE)


def _as_count(column: pd.Series) -> "pd.Series[int]":
    numbers = pd.to_numeric(column, errors="coerce")
    wrong = numbers.isna() | (numbers < 0) | (numbers % 1 != 0)
    if wrong.any():
        raise BingkaiError(
            f"counts: n_sentences is {column[wrong].iloc[0]!r}; write a whole number"
        )
    return numbers.astype("int64")
