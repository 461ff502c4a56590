"""Labelers against each other, with numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t
from sklearn.metrics import f1_score

from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import read_codebook
from framing.score_differences import NOT_LABELLED, ONE_CLUSTER, compare_scores

CODEBOOK = read_codebook()
STANCES = ("critical", "supportive", "neutral")


def gold_of(codes: list[str], articles: list[str] | None = None) -> pd.DataFrame:
    gold = pd.DataFrame({"sentence_id": [f"s{n}" for n in range(len(codes))], "stance": codes})
    return gold if articles is None else gold.assign(article_id=articles)


def labels_of(values: list[str], variable: str = "stance") -> pd.DataFrame:
    ids = [f"s{n}" for n in range(len(values))]
    return pd.DataFrame(
        {"sentence_id": ids, "variable": variable, "labeler": "x", "value": values, "prob": 0.9}
    )


CODES = ["critical", "critical", "critical", "critical", "neutral", "neutral"]
RIGHT = labels_of(CODES)
HALF = labels_of(["critical", "critical", "neutral", "neutral", "neutral", "neutral"])


def test_the_difference_by_hand() -> None:
    """Half: critical 2 of 2 and 2 of 4, F1 2/3; neutral 2 of 4 and 2 of 2, F1 2/3."""
    table = compare_scores(gold_of(CODES), {"right": RIGHT, "half": HALF}, CODEBOOK)
    assert tuple(table.columns) == COLUMNS["score_differences"]
    (row,) = table.to_dict(orient="records")
    assert (row["labeler"], row["other"], row["variable"]) == ("right", "half", "stance")
    assert row["macro_f1"] == 1
    assert row["other_macro_f1"] == pytest.approx(2 / 3)
    assert row["estimate"] == pytest.approx(1 / 3)
    assert row["n_sentences"] == row["n_clusters"] == 6
    assert row["conf_low"] <= row["estimate"] <= row["conf_high"]
    assert row["method"] == "paired bootstrap over sentences"


def test_two_labelers_that_agree_differ_by_nothing_for_sure() -> None:
    """Their scores are uncertain, and yet their difference is not: that is what pairing is for."""
    table = compare_scores(gold_of(CODES), {"one": HALF, "other": HALF}, CODEBOOK)
    assert table[["estimate", "conf_low", "conf_high"]].to_numpy().tolist() == [[0, 0, 0]]


def test_all_pairs_in_the_order_given() -> None:
    labels = {"a": RIGHT, "b": HALF, "c": HALF}
    table = compare_scores(gold_of(CODES), labels, CODEBOOK)
    assert list(zip(table["labeler"], table["other"], strict=True)) == [
        ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip


@given(
    st.lists(st.tuples(*[st.sampled_from(STANCES)] * 3), min_size=2, max_size=12),
    st.integers(0, 3),
)
@settings(max_examples=30)
def test_as_sklearn_scores_and_turned_round_the_sign_turns(
    rows: list[tuple[str, str, str]], seed: int
) -> None:
    codes, one, other = (list(part) for part in zip(*rows, strict=True))
    labels = {"one": labels_of(one), "other": labels_of(other)}
    drawn = {"n_bootstrap": 50, "seed": seed}
    row = compare_scores(gold_of(codes), labels, CODEBOOK, **drawn).iloc[0]
    present = sorted(set(codes))
    for name, found in (("macro_f1", one), ("other_macro_f1", other)):
        theirs = f1_score(codes, found, labels=present, average="macro", zero_division=0)
        assert row[name] == pytest.approx(theirs)
    turned = dict(reversed(labels.items()))
    back = compare_scores(gold_of(codes), turned, CODEBOOK, **drawn).iloc[0]
    assert back["estimate"] == pytest.approx(-row["estimate"])
    assert back["conf_low"] == pytest.approx(-row["conf_high"])


def test_articles_are_drawn_whole() -> None:
    """Four sentences an article, alike: as uncertain as one sentence an article would be."""
    codes = ["critical", "neutral"] * 6
    wrong = ["critical", "critical"] * 3 + ["critical", "neutral"] * 3
    alone = compare_scores(
        gold_of(codes), {"right": labels_of(codes), "wrong": labels_of(wrong)}, CODEBOOK
    ).iloc[0]
    often = [code for code in codes for _ in range(4)]
    articles = [f"a{n}" for n in range(12) for _ in range(4)]
    labels = {
        "right": labels_of(often),
        "wrong": labels_of([value for value in wrong for _ in range(4)]),
    }
    whole = compare_scores(gold_of(often, articles), labels, CODEBOOK).iloc[0]
    apart = compare_scores(gold_of(often), labels, CODEBOOK).iloc[0]
    assert whole["n_clusters"] == 12
    assert whole["method"] == "paired bootstrap over articles"
    assert whole[["conf_low", "conf_high"]].tolist() == alone[["conf_low", "conf_high"]].tolist()
    assert apart["conf_high"] - apart["conf_low"] < 0.7 * (whole["conf_high"] - whole["conf_low"])


def test_a_row_without_an_article_stands_for_itself() -> None:
    table = compare_scores(
        gold_of(CODES, ["a", "a", "a", "", "", "b"]), {"right": RIGHT, "half": HALF}, CODEBOOK
    )
    assert table["n_clusters"].tolist() == [4]


def plain_macro_f1(codes: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of 2 * hits / (codes + labels) over the codes that occur."""
    rates = [
        2 * ((codes == value) & (labels == value)).sum()
        / ((codes == value).sum() + (labels == value).sum())
        for value in set(codes.tolist())
    ]  # fmt: skip
    return float(np.mean(rates))


def test_the_interval_is_the_widened_percentile_one() -> None:
    """By another way: draw the articles by their numbers, and score each draw by itself."""
    rng = np.random.default_rng(1)
    codes = rng.choice(["critical", "neutral"], 30)
    one = np.where(rng.random(30) < 0.8, codes, "neutral")
    other = np.where(rng.random(30) < 0.6, codes, "critical")
    articles = np.repeat(np.arange(10), 3)
    row = compare_scores(
        gold_of([*codes], [f"a{n}" for n in articles]),
        {"one": labels_of([*one]), "other": labels_of([*other])},
        CODEBOOK,
        n_bootstrap=6000,
    ).iloc[0]
    found = []
    for _ in range(3000):
        drawn = np.concatenate([np.flatnonzero(articles == n) for n in rng.integers(10, size=10)])
        scores = [plain_macro_f1(codes[drawn], part[drawn]) for part in (one, other)]
        found.append(scores[0] - scores[1])
    tail = norm.cdf(-np.sqrt(10 / 9) * t.ppf(0.975, 9))
    assert tail < 0.025
    expected = np.quantile(found, [tail, 1 - tail])
    np.testing.assert_allclose(row[["conf_low", "conf_high"]].tolist(), expected, atol=0.03)


def test_one_article_has_no_interval_and_says_why() -> None:
    table = compare_scores(gold_of(CODES, ["a"] * 6), {"x": RIGHT, "y": HALF}, CODEBOOK)
    assert table["reason"].tolist() == [ONE_CLUSTER]
    assert table["estimate"].notna().all()
    assert table["conf_low"].isna().all()


def test_a_labeler_without_the_variable_has_no_difference_and_says_why() -> None:
    frames = labels_of(["threat"] * 6, "frame")
    table = compare_scores(
        gold_of(CODES), {"x": RIGHT, "y": frames, "z": HALF}, CODEBOOK, n_bootstrap=10
    )
    assert table["reason"].tolist() == [NOT_LABELLED, "", NOT_LABELLED]
    assert table["estimate"].isna().tolist() == [True, False, True]


def test_the_same_seed_gives_the_same_table() -> None:
    labels = {"x": RIGHT, "y": HALF}
    one, same = (compare_scores(gold_of(CODES), labels, CODEBOOK, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(one, same)


def test_one_labeler_is_no_comparison() -> None:
    with pytest.raises(BingkaiError, match="needs two"):
        compare_scores(gold_of(CODES), {"x": RIGHT}, CODEBOOK)
