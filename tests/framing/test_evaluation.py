import pandas as pd
import pytest
from sklearn.metrics import precision_recall_fscore_support

from framing.errors import BingkaiError
from framing.evaluation import MACRO, evaluate_labels
from framing.scheme import read_codebook

GOLD = pd.DataFrame({"sentiment": ["negative", "negative", "neutral", "neutral", "neutral", ""]})
FOUND = pd.DataFrame(
    {"sentiment": ["negative", "neutral", "neutral", "neutral", "positive", "positive"]}
)


def test_scores_worked_out_by_hand() -> None:
    """negative: 1 of 1 found is right, 1 of 2 is found; neutral: 2 of 3 and 2 of 3; no positive."""
    scores = evaluate_labels(GOLD, FOUND, read_codebook(), n_bootstrap=50).set_index("value")
    assert scores.loc["negative", ["precision", "recall"]].tolist() == [1.0, 0.5]
    assert scores.loc["negative", "f1"] == pytest.approx(2 / 3)
    assert scores.loc["neutral", "f1"] == pytest.approx(2 / 3)
    assert scores.loc["positive", ["precision", "recall", "f1"]].tolist() == [0, 0, 0]
    assert scores.loc[MACRO, "f1"] == pytest.approx(2 / 3)  # over the values that gold has
    assert scores.loc[MACRO, "n_gold"] == 5


def test_scores_agree_with_scikit_learn() -> None:
    gold, found = GOLD["sentiment"][:5], FOUND["sentiment"][:5]
    values = ["negative", "neutral", "positive"]
    expected = precision_recall_fscore_support(gold, found, labels=values, zero_division=0)
    scores = evaluate_labels(GOLD, FOUND, read_codebook(), n_bootstrap=50).set_index("value")
    for number, name in enumerate(["precision", "recall", "f1"]):
        assert scores.loc[values, name].tolist() == pytest.approx(list(expected[number]))


def test_intervals_hold_their_estimate_and_come_back_with_the_seed() -> None:
    gold = pd.concat([GOLD[:5]] * 20, ignore_index=True)
    found = pd.concat([FOUND[:5]] * 20, ignore_index=True)
    first = evaluate_labels(gold, found, read_codebook(), n_bootstrap=200, seed=3)
    again = evaluate_labels(gold, found, read_codebook(), n_bootstrap=200, seed=3)
    pd.testing.assert_frame_equal(first, again)
    assert (first["conf_low"] <= first["f1"]).all()
    assert (first["f1"] <= first["conf_high"]).all()
    width = (first["conf_high"] - first["conf_low"]).iloc[-1]
    assert 0.05 < width < 0.4


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        (pd.DataFrame({"tone": ["warm"]}), "no column of human codes"),
        (pd.DataFrame({"sentiment": ["angry"]}), "sentiment 'angry'"),
    ],
)
def test_bad_gold_is_refused(gold: pd.DataFrame, message: str) -> None:
    with pytest.raises(BingkaiError, match=message):
        evaluate_labels(gold, FOUND[:1], read_codebook())


def test_a_code_without_a_text_is_named() -> None:
    gold = pd.DataFrame({"frame": ["threat", "none"]})
    labels = pd.DataFrame({"frame": ["threat", ""]})
    with pytest.raises(BingkaiError, match="gold has frame but no text in row 2"):
        evaluate_labels(gold, labels, read_codebook())
