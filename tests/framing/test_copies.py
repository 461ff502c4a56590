import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.copies import mark_copies

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
