"""Shares of copied sentences, by hand."""

import pandas as pd
import pytest

from analysis.statistics.copying import compare_copies
from analysis.statistics.settings import Settings
from analysis.statistics.shares import NO_SAMPLE

# A has two articles of four sentences, B one and C one. s2 of a1 is a dispatch of KBRD that B and C
# have, too; a2 repeats s3 of a1; C has s1 of B, without an agency.
COPY_OF = {"b1-2": "a1-2", "c1-2": "a1-2", "a2-3": "a1-3", "c1-1": "b1-1"}
ARTICLES = pd.DataFrame(
    {
        "article_id": ["a1", "a2", "b1", "c1"],
        "outlet": ["A", "A", "B", "C"],
        "published": "2024-06-19",
        "agency": ["", "", "", ""],
    }
)


def make_sentences() -> pd.DataFrame:
    rows = [
        {"sentence_id": f"{article}-{n}", "article_id": article, "unit": "sentence"}
        for article in ARTICLES["article_id"]
        for n in range(4)
    ]
    rows.append({"sentence_id": "title", "article_id": "a1", "unit": "title"})
    sentences = pd.DataFrame(rows)
    return sentences.assign(copy_of=[COPY_OF.get(name, "") for name in sentences["sentence_id"]])


def shares(table: pd.DataFrame, by: str) -> dict[tuple[str, str], float]:
    rows = table.loc[(table["by"] == by) & (table["estimate"] != 0)]
    return dict(zip(zip(rows["outlet"], rows["level"], strict=True), rows["estimate"], strict=True))


def test_who_copies_by_hand() -> None:
    table = compare_copies(make_sentences(), ARTICLES, Settings())
    assert set(table["estimand"]) == {"copied"}
    expected = {("", ""): 4 / 16, ("A", ""): 1 / 8, ("B", ""): 1 / 4, ("C", ""): 2 / 4}
    assert shares(table, "") == expected
    assert shares(table, "outlet") == {
        ("A", "A"): 2 / 8, ("A", "B"): 1 / 8, ("A", "C"): 1 / 8,
        ("B", "A"): 1 / 4, ("B", "C"): 2 / 4, ("C", "A"): 1 / 4, ("C", "B"): 2 / 4,
    }  # fmt: skip
    assert shares(table, "agency") == {}


def test_the_first_printing_of_a_dispatch_is_copied_as_well() -> None:
    articles = ARTICLES.assign(agency=["KBRD", "", "KBRD; KAF", ""])
    table = compare_copies(make_sentences(), articles, Settings())
    # Clusters of a1, b1 are KBRD's: a1-2, b1-2, c1-2; a1-3, a2-3; b1-1, c1-1.
    assert shares(table, "agency") == {
        ("", "KBRD"): 7 / 16, ("A", "KBRD"): 3 / 8, ("B", "KBRD"): 2 / 4, ("C", "KBRD"): 2 / 4,
    }  # fmt: skip
    assert shares(table, "")["A", ""] == 3 / 8


def test_articles_are_clusters_and_lone_ones_have_no_interval() -> None:
    """A copies 0 and 1 of 4: residuals +-1/2, leverages 1/2, so 2 (0.25 / 0.5) / 8^2."""
    table = compare_copies(make_sentences(), ARTICLES, Settings())
    rows = table.loc[table["by"] == ""].set_index("outlet")
    assert rows.loc["A", "std_error"] == pytest.approx((1 / 64) ** 0.5)
    assert rows.loc["B", "reason"].startswith("one article")
    lone = compare_copies(
        make_sentences().query("article_id != 'a2'"),
        ARTICLES.query("article_id != 'a2'"),
        Settings(),
    )
    assert lone.loc[(lone["by"] == "") & (lone["outlet"] == ""), "reason"].item() == NO_SAMPLE


def test_a_corpus_without_copies() -> None:
    table = compare_copies(make_sentences().assign(copy_of=""), ARTICLES, Settings())
    assert set(table["by"]) == {""}
    assert (table["estimate"] == 0).all()
