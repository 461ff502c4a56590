"""The fast encoder, with word vectors small enough to work out by hand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.encoder import Vectors
from framing.errors import BingkaiError
from framing.fast import FastEncoder, WordVectors, find_features
from framing.heads import Head
from framing.model import Model, model_encoder, read_model

FEATURES = ("damai", "perang", "perang besar", "peran-")
VECTORS = np.array([[0, 2], [3, 0], [0, -1], [1, 0]], dtype=np.float32)
SHIFT = np.array([0.0, 0.5], dtype=np.float32)


def make_words() -> WordVectors:
    return WordVectors.from_floats(FEATURES, VECTORS, SHIFT)


def encode(*texts: str) -> Vectors:
    return FastEncoder(make_words()).encode(texts)


def test_features_are_words_pairs_and_beginnings() -> None:
    assert list(find_features("Perang besar!")) == [
        "perang", "besar", "!", "perang besar", "besar !", "peran-",
    ]  # fmt: skip


def test_a_vector_is_the_scaled_sum_rectified() -> None:
    """The vectors of perang (3, 0), perang besar (0, -1) and peran- (1, 0) sum to (4, -1).

    By root 3 and with the shift (0, 0.5) that is (2.309, -0.077); rectified, of length one, (1, 0).
    Damai: (0, 2) and the shift give (0, 2.5), of length one (0, 1). Both: the sum (3, 2) and (1, 0)
    by root 3, (2.309, 1.155) with the shift (2.309, 1.655).
    """
    found = encode("Perang besar", "DAMAI", "perang, damai")
    assert found[:2].tolist() == [[1, 0], [0, 1]]
    both = np.array([4 / np.sqrt(3), 2 / np.sqrt(3) + 0.5])
    np.testing.assert_allclose(found[2], both / np.linalg.norm(both), rtol=0.02)  # 8 bits


def test_words_that_are_not_known_leave_the_shift() -> None:
    assert encode("zzz", "").tolist() == [[0, 1], [0, 1]]
    assert encode().shape == (0, 2)


@given(st.lists(st.text(), max_size=6))
def test_a_vector_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    alone = [encode(text)[0] for text in texts]
    together = encode(*texts)
    assert np.isfinite(together).all()
    np.testing.assert_array_equal(together, np.array(alone).reshape(-1, 2))


def test_eight_bits_keep_the_vectors_within_half_a_step() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 8)).astype(np.float32)
    words = WordVectors.from_floats([str(n) for n in range(50)], vectors, vectors[0])
    step = np.abs(vectors).max(axis=0) / 127
    assert (np.abs(words.vectors * words.scale - vectors) <= step / 2 + 1e-6).all()


def make_model() -> Model:
    head = Head(
        values=("threat", "diplomacy"), mean=np.zeros(2), spread=np.ones(2), weights=np.eye(2),
        bias=np.zeros(2), temperature=1.0, strength=0.0, cv_macro_f1=0.0,
    )  # fmt: skip
    words = make_words()
    return Model(
        name="tiny", encoder=FastEncoder(words).name, codebook_sha256="0", training_sha256="0",
        n_training=4, heads={"frame": head}, words=words,
    )  # fmt: skip


def test_a_fast_model_survives_the_disk(tmp_path: Path) -> None:
    make_model().write(tmp_path)
    again = read_model(tmp_path)
    assert again.sha256 == make_model().sha256
    assert again.words is not None
    assert again.words.features == FEATURES
    encoder = model_encoder(again)
    assert encoder.name == again.encoder
    np.testing.assert_array_equal(encoder.encode(["perang"]), encode("perang"))


def test_word_vectors_of_another_model_are_refused(tmp_path: Path) -> None:
    make_model().write(tmp_path)
    other = WordVectors.from_floats(FEATURES, VECTORS + 1, SHIFT)
    np.savez(tmp_path / "words.npz", **other.arrays())
    with pytest.raises(BingkaiError, match="damaged"):
        read_model(tmp_path)


def test_a_model_for_another_encoder_is_refused(tmp_path: Path) -> None:
    make_model().write(tmp_path)
    with pytest.raises(BingkaiError, match="not e5-small"):
        read_model(tmp_path, encoder="e5-small")
    with pytest.raises(BingkaiError, match="e5-small and fast"):
        read_model(encoder="e6")
