"""Explanations by a model small enough to work out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from framing.errors import BingkaiError
from framing.explanation import COLUMNS, explain_labels, read_training
from framing.labeling import label_sentences
from framing.learning.heads import Head
from framing.learning.training import hash_training
from framing.model import Model, read_model
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
TRAINING = pd.DataFrame(
    {
        "text": ["perang besar", "damai damai", "perang perang", "damai saja"],
        "stance": ["critical", "neutral", "critical", "neutral"],
    }
)


class Words:
    """An encoder of two numbers: how often *perang* and *damai* are said."""

    name = "words"
    dimension = 2
    cached = False

    def encode(self, texts, *, progress=None):  # type: ignore[no-untyped-def]
        counts = [[t.lower().count("perang"), t.lower().count("damai")] for t in texts]
        return np.array(counts, dtype=np.float32).reshape(-1, 2)


def make_model() -> Model:
    """Odds of critical to neutral: 9 to the power of *perang*, by 3 to that of *damai*."""
    head = Head(
        values=("neutral", "critical"), mean=np.zeros(2), spread=np.ones(2),
        weights=np.array([[0.0, np.log(3)], [np.log(9), 0.0]]), bias=np.zeros(2),
        temperature=1.0, strength=1.0, cv_macro_f1=0.0,
    )  # fmt: skip
    return Model(
        name="tiny", encoder="words", codebook_sha256=CODEBOOK.sha256,
        training_sha256=hash_training(TRAINING, CODEBOOK), n_training=4, heads={"stance": head},
    )  # fmt: skip


def explain(*texts: str, abstain: float = 0.0, **options: object) -> pd.DataFrame:
    sentences = pd.DataFrame(
        {"sentence_id": [f"s{n}" for n in range(len(texts))], "text": list(texts)}
    )
    result = label_sentences(sentences, make_model(), CODEBOOK, Words(), abstain=abstain)
    return explain_labels(result, make_model(), CODEBOOK, Words(), **options)  # type: ignore[arg-type]


def test_words_carry_what_the_probability_loses_without_them() -> None:
    """Odds 9:3, so 0.75; without Perang 1:3, so 0.25; without damai 9:1, which only helps."""
    table = explain("Perang, damai!")
    words = table[table["kind"] == "word"]
    assert words[["variable", "value", "rank", "text"]].values.tolist() == [
        ["stance", "critical", 1, "Perang"]
    ]
    assert words["score"].tolist() == [0.5]


def test_the_nearest_training_sentences_come_with_their_codes() -> None:
    """Products of the counts with (1, 0): 1, 0, 2, 0; equals in their order."""
    table = explain("perang itu", training=TRAINING)
    near = table[table["kind"] == "neighbour"]
    assert near["text"].tolist() == ["perang perang", "perang besar", "damai damai"]
    assert near["score"].tolist() == [2, 1, 0]
    assert near["code"].tolist() == ["critical", "critical", "neutral"]
    assert list(table.columns) == list(COLUMNS)


def test_a_ruled_voice_names_its_rule() -> None:
    table = explain("Perang berkecamuk.")
    rule = table[table["kind"] == "rule"]
    assert rule[["variable", "value", "text"]].values.tolist() == [["voice", "outlet", "plain"]]


def test_an_empty_label_is_not_explained() -> None:
    """Odds of the first are 9:3, of the second 81:1."""
    table = explain("perang damai", "perang perang", abstain=0.9)
    stances = table[table["variable"] == "stance"]
    assert set(stances["sentence_id"]) == {"s1"}


def test_a_lone_word_cannot_be_left_out() -> None:
    table = explain("Perang")
    assert (table["kind"] == "rule").all()


def test_other_training_sentences_are_refused() -> None:
    with pytest.raises(BingkaiError, match="other sentences"):
        explain("perang", training=TRAINING.assign(text="lain"))


def test_the_shipped_sentences_are_found_for_the_shipped_model_only() -> None:
    model = read_model()
    found = read_training(model, CODEBOOK)
    assert found is not None
    assert len(found) == model.n_training
    assert read_training(replace(model, training_sha256="0" * 64), CODEBOOK) is None
