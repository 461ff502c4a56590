import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_recall_fscore_support

from framing.errors import BingkaiError
from framing.evaluation import MACRO, Evaluation, evaluate_labels
from framing.schema import require_columns
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
VALUES = ["negative", "neutral", "positive"]
CODES = ["negative", "negative", "neutral", "neutral", "neutral", ""]
FOUND = ["negative", "neutral", "neutral", "neutral", "positive", "positive"]


def make_gold(codes: list[str], variable: str = "sentiment", **more: object) -> pd.DataFrame:
    ids = [f"s{number}" for number in range(len(codes))]
    return pd.DataFrame({"sentence_id": ids, variable: codes, **more})


def make_labels(found: list[str], variable: str = "sentiment", prob: float = 0.8) -> pd.DataFrame:
    ids = [f"s{number}" for number in range(len(found))]
    return pd.DataFrame(
        {"sentence_id": ids, "variable": variable, "labeler": "m", "value": found, "prob": prob}
    )


def evaluate(codes: list[str], found: list[str], **options: int) -> Evaluation:
    return evaluate_labels(make_gold(codes), make_labels(found), CODEBOOK, **options)


def test_scores_worked_out_by_hand() -> None:
    """negative: 1 of 1 found is right, 1 of 2 is found; neutral: 2 of 3 and 2 of 3; no positive."""
    scores = evaluate(CODES, FOUND, n_bootstrap=50).scores.set_index("value")
    assert scores.loc["negative", ["precision", "recall"]].tolist() == [1.0, 0.5]
    assert scores.loc["negative", "f1"] == pytest.approx(2 / 3)
    assert scores.loc["neutral", "f1"] == pytest.approx(2 / 3)
    assert scores.loc["positive", ["precision", "f1"]].tolist() == [0, 0]
    assert np.isnan(scores.loc["positive", "recall"])  # gold has none that could be found
    assert scores.loc[MACRO, "f1"] == pytest.approx(2 / 3)  # over the values that gold has
    assert scores.loc[MACRO, "precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert scores.loc[MACRO, "n_gold"] == 5
    assert (scores["coverage"].dropna() == 1).all()


def test_scores_agree_with_scikit_learn() -> None:
    expected = precision_recall_fscore_support(
        CODES[:5], FOUND[:5], labels=VALUES, zero_division=np.nan
    )
    scores = evaluate(CODES, FOUND, n_bootstrap=50).scores.set_index("value")
    for number, name in enumerate(["precision", "recall", "f1"]):
        found = scores.loc[VALUES, name].tolist()
        assert found == pytest.approx(list(expected[number]), nan_ok=True)


def test_confusions_are_counted_with_their_zeros() -> None:
    confusion = evaluate(CODES, FOUND, n_bootstrap=50).confusion
    counts = confusion.set_index(["gold", "label"])["n_sentences"]
    assert len(counts) == 9
    assert counts[counts > 0].to_dict() == {
        ("negative", "negative"): 1, ("negative", "neutral"): 1,
        ("neutral", "neutral"): 2, ("neutral", "positive"): 1,
    }  # fmt: skip


def test_an_abstention_is_missed_and_not_wrong() -> None:
    """Of three negative sentences one is found and two are left; the one label is right."""
    evaluation = evaluate(
        ["negative"] * 3 + ["neutral"], ["negative", "", "", "neutral"], n_bootstrap=50
    )
    scores = evaluation.scores.set_index("value")
    assert scores.loc["negative", "precision"] == 1
    assert scores.loc["negative", "recall"] == pytest.approx(1 / 3)
    assert scores.loc["negative", "f1"] == pytest.approx(1 / 2)
    assert scores.loc["negative", "coverage"] == pytest.approx(1 / 3)
    assert scores.loc[MACRO, ["coverage", "n_gold", "n_labels"]].tolist() == [0.5, 4, 2]
    confusion = evaluation.confusion.set_index(["gold", "label"])["n_sentences"]
    assert confusion["negative", ""] == 2
    assert evaluation.calibration_error["n_sentences"].tolist() == [2]
    assert evaluation.calibration["n_sentences"].sum() == 2


def test_nothing_labelled_at_all_has_no_calibration() -> None:
    evaluation = evaluate(["negative", "neutral"], ["", ""], n_bootstrap=50)
    scores = evaluation.scores.set_index("value")
    assert scores.loc[MACRO, ["f1", "coverage"]].tolist() == [0, 0]
    assert evaluation.calibration.empty
    assert np.isnan(evaluation.calibration_error.loc[0, "ece"])


def test_intervals_hold_their_estimate_and_come_back_with_the_seed() -> None:
    first = evaluate(CODES[:5] * 20, FOUND[:5] * 20, n_bootstrap=200, seed=3)
    again = evaluate(CODES[:5] * 20, FOUND[:5] * 20, n_bootstrap=200, seed=3)
    for name, table in first.tables().items():
        pd.testing.assert_frame_equal(table, again.tables()[name])
    for name, prefix in (("precision", "precision"), ("recall", "recall"), ("f1", "conf")):
        known = first.scores.loc[first.scores[name].notna()]
        assert (known[f"{prefix}_low"] <= known[name]).all()
        assert (known[name] <= known[f"{prefix}_high"]).all()


def test_the_interval_of_a_recall_is_that_of_a_proportion() -> None:
    """60 of 100 found: the bootstrap's standard error is sqrt(0.6 * 0.4 / 100) = 0.049."""
    codes, found = ["negative"] * 100 + ["neutral"] * 100, ["negative"] * 60 + ["neutral"] * 140
    row = evaluate(codes, found).scores.set_index("value").loc["negative"]
    half = 1.96 * np.sqrt(0.6 * 0.4 / 100)
    assert row["recall"] == 0.6
    assert row["recall_low"] == pytest.approx(0.6 - half, abs=0.012)
    assert row["recall_high"] == pytest.approx(0.6 + half, abs=0.012)


def test_tables_have_the_columns_of_their_kind_for_several_variables() -> None:
    gold = make_gold(["negative", "neutral"]).assign(voice=["quoted", None])
    labels = pd.concat(
        [make_labels(["negative", "neutral"]), make_labels(["quoted", "outlet"], "voice")]
    )
    tables = evaluate_labels(gold, labels, CODEBOOK, n_bootstrap=50).tables()
    for kind, table in tables.items():
        require_columns(table, kind)
        assert table["variable"].unique().tolist() == ["sentiment", "voice"]
    scores = tables["scores"].set_index(["variable", "value"])
    assert scores.loc[("voice", MACRO), "n_gold"] == 1  # a missing code is no code


def test_the_order_of_the_labels_means_nothing() -> None:
    labels = make_labels(FOUND)
    one = evaluate_labels(make_gold(CODES), labels, CODEBOOK, n_bootstrap=50)
    other = evaluate_labels(make_gold(CODES), labels[::-1], CODEBOOK, n_bootstrap=50)
    pd.testing.assert_frame_equal(one.scores, other.scores)


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        (make_gold(["warm"], "tone"), "no column of human codes"),
        (make_gold(["angry"]), "sentiment 'angry'"),
        (make_gold([""]), "no code in the column"),
        (make_gold(["threat"], "frame"), "gold has codes of frame, the labels are of sentiment"),
        (make_gold(["neutral"] * 2, text=["Kami pulang.", " "]), "row 2 is coded but has no text"),
        (make_gold(["neutral"] * 3, text=["", None, "Ya."]), "row 1 .* no text .and 1 more"),
        (make_gold(["neutral"] * 7), "s6 of gold has no sentiment"),
    ],
)
def test_bad_gold_is_refused(gold: pd.DataFrame, message: str) -> None:
    with pytest.raises(BingkaiError, match=message):
        evaluate_labels(gold, make_labels(FOUND), CODEBOOK)


def test_a_row_without_code_needs_no_text() -> None:
    gold = make_gold(["neutral", ""], text=["Kami pulang.", ""])
    scores = evaluate_labels(gold, make_labels(["neutral", ""]), CODEBOOK, n_bootstrap=50).scores
    assert scores["n_gold"].tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (make_labels(["angry"]), "label has sentiment 'angry'"),
        (pd.concat([make_labels(["neutral"])] * 2), "s0 has sentiment twice"),
    ],
)
def test_bad_labels_are_refused(labels: pd.DataFrame, message: str) -> None:
    with pytest.raises(BingkaiError, match=message):
        evaluate_labels(make_gold(["neutral"]), labels, CODEBOOK)
