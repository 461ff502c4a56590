"""Labelling with a model small enough to work out by hand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from framing.encoders.encoder import Progress, Vectors
from framing.errors import BingkaiError
from framing.labeling import Labels, label_sentences
from framing.learning.heads import Head
from framing.model import Model
from framing.scheme import read_codebook

CODEBOOK = read_codebook()


class Lengths:
    """An encoder whose one-number vector is the number of words."""

    name = "lengths"
    dimension = 1
    cached = False

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        return np.array([[len(text.split())] for text in texts], dtype=np.float32)


def model() -> Model:
    """Stance: neutral scores 0, critical log(words - 1), so two words are even odds."""
    head = Head(
        values=("neutral", "critical"), mean=np.array([2.0]), spread=np.array([1.0]),
        weights=np.array([[0.0], [np.log(3)]]), bias=np.zeros(2),
        temperature=1.0, strength=1.0, cv_macro_f1=0.0,
    )  # fmt: skip
    return Model(
        name="tiny", encoder="lengths", codebook_sha256=CODEBOOK.sha256, training_sha256="0" * 64,
        n_training=2, heads={"stance": head},
    )  # fmt: skip


SENTENCES = pd.DataFrame(
    {
        "sentence_id": ["one", "three", "four"],
        "text": ["Diam.", "Jakarta mengecam Rusia", "a b c d"],
    }
)


def label(abstain: float) -> Labels:
    return label_sentences(SENTENCES, model(), CODEBOOK, Lengths(), abstain=abstain)


def stance(result: Labels) -> pd.DataFrame:
    return result.labels[result.labels["variable"] == "stance"].set_index("sentence_id")


def test_a_label_is_the_likeliest_value() -> None:
    """Odds of critical: 3 to the power of words minus two, so 1:3, 3:1 and 9:1."""
    labels = stance(label(0.0))
    assert labels["value"].tolist() == ["neutral", "critical", "critical"]
    assert labels["prob"].tolist() == pytest.approx([0.75, 0.75, 0.9], abs=1e-5)
    assert labels.loc["three", "target"] == "russia"


def test_a_label_below_the_threshold_is_left_empty() -> None:
    labels = stance(label(0.8))
    assert labels["value"].tolist() == ["", "", "critical"]
    assert labels["target"].tolist()[:2] == ["", ""]
    assert labels["prob"].tolist() == pytest.approx([0.75, 0.75, 0.9], abs=1e-5)


def test_abstaining_leaves_the_distributions() -> None:
    pd.testing.assert_frame_equal(label(0.0).distributions, label(1.0).distributions)


@pytest.mark.parametrize("abstain", [-0.1, 1.5, float("nan")])
def test_a_threshold_that_is_no_probability_is_refused(abstain: float) -> None:
    with pytest.raises(BingkaiError, match="abstain"):
        label(abstain)
