"""Copies: who has whose sentence, in composed tables and in the real pages."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.copies import find_borrowed, mark_copies, trace_copies
from framing.encoders.encoder import Progress, Vectors
from framing.errors import BingkaiWarning
from framing.inputs import read_units, to_sentences
from framing.schema import COLUMNS
from framing.stories import group_stories

LONG = "Kapal itu berlayar lagi menuju pelabuhan utara."


def _tables(texts: dict[str, list[str]], days: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    articles = pd.DataFrame({"article_id": list(texts), "published": [days[a] for a in texts]})
    rows = [
        {"sentence_id": f"{article}{n}", "article_id": article, "unit": "sentence", "text": text}
        for article, group in texts.items()
        for n, text in enumerate(group)
    ]
    return pd.DataFrame(rows).assign(copy_of=""), articles


def test_the_later_article_copies_from_the_earlier_one() -> None:
    sentences, articles = _tables(
        {"b": [LONG], "a": [LONG.upper().replace(" ", "  ")]},
        {"b": "2024-06-20", "a": "2024-06-19"},
    )
    assert mark_copies(sentences, articles)["copy_of"].tolist() == ["a0", ""]


def test_an_article_without_a_day_comes_last() -> None:
    sentences, articles = _tables({"x": [LONG], "y": [LONG]}, {"x": "", "y": "2024-06-20"})
    assert mark_copies(sentences, articles)["copy_of"].tolist() == ["y0", ""]


def test_short_phrases_and_repeats_inside_an_article_are_no_copies() -> None:
    sentences, articles = _tables(
        {"a": ["Kata dia singkat saja.", LONG, LONG], "b": ["Kata dia singkat saja."]},
        {"a": "2024-06-19", "b": "2024-06-20"},
    )
    assert mark_copies(sentences, articles)["copy_of"].tolist() == ["", "", "", ""]


def test_titles_are_no_copies() -> None:
    sentences, articles = _tables({"a": [LONG], "b": [LONG]}, {"a": "", "b": ""})
    sentences["unit"] = "title"
    assert mark_copies(sentences, articles)["copy_of"].tolist() == ["", ""]


@given(
    st.lists(st.lists(st.sampled_from([LONG, LONG + " Lagi.", "Pendek."])), min_size=1, max_size=4)
)
@settings(max_examples=40, deadline=None)
def test_an_original_is_never_a_copy(groups: list[list[str]]) -> None:
    texts = {
        f"a{n}": [*group, f"Kalimat sendiri nomor {n} tanpa kembaran lain."]
        for n, group in enumerate(groups)
    }
    sentences, articles = _tables(texts, dict.fromkeys(texts, "2024-06-19"))
    marked = mark_copies(sentences, articles)
    originals = set(marked["copy_of"]) - {""}
    own = marked.set_index("sentence_id")["copy_of"]
    assert all(own[original] == "" for original in originals)


@pytest.mark.parametrize("missing", ["text", "unit"])
def test_a_table_of_another_kind_fails_loudly(missing: str) -> None:
    sentences, articles = _tables({"a": [LONG]}, {"a": ""})
    with pytest.raises(KeyError, match=missing):
        mark_copies(sentences.drop(columns=missing), articles)


class OddEncoder:
    """Takes texts with the same first letter for the same, as no encoder should."""

    name, dimension, cached = "odd", 26, False

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        return np.eye(26, dtype=np.float32)[[ord(text[0].lower()) - ord("a") for text in texts]]


# Composed. Of the seven runs of the shorter sentence, three and all but one are common.
WIRE = "Kedua kapal itu berlayar beriringan menuju pelabuhan utara kemarin."
NEAR = "Kedua kapal itu berlayar beriringan menuju pelabuhan utara tadi."
LOOSE = "Kedua kapal ini berlayar beriringan menuju pelabuhan timur kemarin."


def test_a_changed_word_makes_a_near_copy() -> None:
    sentences, articles = _tables({"a": [WIRE], "b": [NEAR]}, dict.fromkeys("ab", "2024-06-19"))
    marked = mark_copies(sentences, articles)
    assert marked["copy_of"].tolist() == ["", "a0"]
    traced = trace_copies(marked, articles)
    assert traced["kind"].tolist() == ["origin", "near"]
    assert traced["overlap"].tolist() == [1, round(6 / 7, 4)]


@pytest.mark.parametrize(("text", "copied"), [(LOOSE, True), ("Tidak lagi: " + LOOSE, False)])
def test_an_embedding_decides_about_rewordings(text: str, copied: bool) -> None:
    days = dict.fromkeys("ab", "2024-06-19")
    sentences, articles = _tables({"a": [WIRE], "b": [text]}, days)
    assert mark_copies(sentences, articles)["copy_of"].tolist() == ["", ""]
    marked = mark_copies(sentences, articles, encoder=OddEncoder)
    assert (marked["copy_of"] == "a0").tolist() == [False, copied]
    if copied:
        assert trace_copies(marked, articles)["kind"].tolist() == ["origin", "reworded"]


def test_no_encoder_is_loaded_where_nothing_is_open() -> None:
    def load() -> OddEncoder:
        raise AssertionError("loaded for nothing")

    sentences, articles = _tables({"a": [WIRE], "b": [NEAR]}, dict.fromkeys("ab", ""))
    assert mark_copies(sentences, articles, encoder=load)["copy_of"].tolist() == ["", "a0"]


def _dispatch() -> tuple[pd.DataFrame, pd.DataFrame]:
    """One sentence in three outlets; the later two credit an agency, which is the last of them."""
    sentences, articles = _tables(
        {"a": [LONG], "b": [LONG], "c": [LONG], "d": [WIRE]},
        {"a": "2024-06-18", "b": "2024-06-19", "c": "2024-06-20", "d": "2024-06-18"},
    )
    articles["outlet"] = ["Harian Andaian", "Kabar Rekaan", "KBRD", "Lensa Fiktif"]
    articles["agency"] = ["KAF", "KBRD; KAF", "KBRD", "KAF"]
    return sentences, articles


def test_the_agency_s_own_article_is_the_origin() -> None:
    sentences, articles = _dispatch()
    articles.loc[0, "agency"] = ""
    marked = mark_copies(sentences, articles)
    assert marked["copy_of"].tolist() == ["c0", "c0", "", ""]
    traced = trace_copies(marked, articles)
    assert set(traced["agency"]) == {"KBRD"}
    assert traced["sentence_id"].tolist() == ["c0", "a0", "b0"]
    assert find_borrowed(marked, articles) == {"a0", "b0"}


def test_the_agency_is_that_of_most_articles_and_then_of_the_earliest() -> None:
    sentences, articles = _dispatch()  # KAF twice, KBRD twice: the earliest article has KAF
    marked = mark_copies(sentences, articles)
    assert marked["copy_of"].tolist() == ["", "a0", "a0", ""]
    assert set(trace_copies(marked, articles)["agency"]) == {"KAF"}
    # The first printing of an agency's dispatch is not the outlet's own either.
    assert find_borrowed(marked, articles) == {"a0", "b0", "c0"}


def test_without_an_agency_the_first_printing_is_the_outlet_s_own() -> None:
    sentences, articles = _dispatch()
    marked = mark_copies(sentences, articles.assign(agency=""))
    assert find_borrowed(marked, articles.assign(agency="")) == {"b0", "c0"}


def test_a_corpus_without_copies_has_an_empty_table() -> None:
    sentences, articles = _tables({"a": [WIRE]}, {"a": ""})
    table = trace_copies(mark_copies(sentences, articles), articles)
    assert table.empty
    assert list(table.columns) == list(COLUMNS["copies"])


def test_near_copies_in_the_real_pages(shared: Path) -> None:
    """Two of the pages tell of one agency report; read by eye, five sentences are shared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BingkaiWarning)  # a page does not name its outlet
        articles, unit = read_units(shared / "corpus")
    sentences = to_sentences(articles, unit)
    position = sentences.set_index("sentence_id")["position"].astype(int)
    copies = sentences.loc[sentences["copy_of"] != ""]
    pairs = zip(copies["copy_of"].map(position), copies["position"].astype(int), strict=True)
    assert sorted(pairs) == [(4, 4), (6, 5), (7, 6), (12, 3), (13, 11)]
    places = {article: place for place, article in enumerate(articles["article_id"])}
    origins = copies["copy_of"].map(sentences.set_index("sentence_id")["article_id"])
    assert set(origins.map(places)) == {0}
    assert set(copies["article_id"].map(places)) == {2}
    stories = group_stories(sentences.loc[sentences["unit"] == "sentence"], articles)
    assert stories.map(places).tolist() == [0, 1, 0]
