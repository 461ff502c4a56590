"""The fast encoder, with word vectors small enough to work out by hand."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.encoders.encoder import Vectors
from framing.encoders.fast import (
    FastEncoder,
    FeatureTable,
    Hashes,
    WordVectors,
    hash_features,
    place_hashes,
)
from framing.errors import BingkaiError
from framing.learning.heads import Head
from framing.model import Model, model_encoder, read_model

VECTORS = np.array([[0, 2], [3, 0], [0, -1], [1, 0]], dtype=np.float32)
SHIFT = np.array([0.0, 0.5], dtype=np.float32)
SPELLED = st.text(alphabet=st.sampled_from('aBcé 1_-",.?:!“»\u00a0\n\0'), max_size=40)


def hash_tokens(text: str) -> Hashes:
    """Hashes of a text's tokens, without the mark that stands before it, shape (n_tokens, 3)."""
    hashes, starts = hash_features([text])
    return hashes[1 : starts[1]]


def make_features() -> Hashes:
    (damai,), (perang, _) = hash_tokens("damai")[:, :1], hash_tokens("perang besar")
    return np.array([damai[0], perang[0], perang[1], perang[2]])


FEATURES = make_features()  # damai; perang; perang besar; peran-


def make_words() -> WordVectors:
    return WordVectors.from_floats(FEATURES, VECTORS, SHIFT)


def encode(*texts: str) -> Vectors:
    return FastEncoder(make_words()).encode(texts)


def list_tokens(text: str) -> list[bytes]:
    """Tokens as the documentation tells them, found the slow way."""
    plain = text.replace("\0", " ").replace("\u00a0", " ")
    plain = re.sub("[“»]|``|''", '"', plain)
    lower = re.sub("[A-Z]", lambda letter: letter[0].lower(), plain)
    return [token.encode() for token in re.findall(r'[a-z0-9_é]+|[":,?!]', lower)]


@given(st.lists(SPELLED, max_size=5))
def test_features_are_words_pairs_and_beginnings(texts: list[str]) -> None:
    """Equal features have equal hashes, others have not, wherever in whatever text they stand."""
    hashes, starts = hash_features(texts)
    named: dict[tuple[bytes, ...], int] = {}
    for number, text in enumerate(texts):
        tokens = [b"\0", *list_tokens(text), b"\0"]
        rows = hashes[starts[number] : starts[number + 1]]
        assert len(rows) == len(tokens) - 1
        for row, token, following in zip(rows.tolist(), tokens, tokens[1:], strict=False):
            beginning = token[:5] if len(token) > 5 else b""
            kinds = ((token,), (token, following), (b"-", beginning))
            if not beginning:
                assert row[2] == 0
                kinds = kinds[:2]
            for feature, found in zip(kinds, row, strict=False):
                assert named.setdefault(feature, found) == found
                assert found % 2 == 1
    assert len(set(named.values())) == len(named)


def test_known_features_are_counted() -> None:
    texts = ["Perang? Perang besar!", "", "“Damai”", "peranti"]
    counts = FeatureTable(FEATURES).count(texts).toarray()
    assert counts.tolist() == [[0, 2, 1, 2], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]


def test_a_very_long_word_is_one_word() -> None:
    (long,) = hash_tokens("a" * 300_000)[:, :1]
    (other,) = hash_tokens("a" * 299_999)[:, :1]
    assert long != other
    assert hash_tokens("x " + "a" * 300_000)[1, 0] == long[0]


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
    words = WordVectors.from_floats(np.arange(50, dtype=np.uint64), vectors, vectors[0])
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
    np.testing.assert_array_equal(again.words.features, FEATURES)
    encoder = model_encoder(again)
    assert encoder.name == again.encoder
    np.testing.assert_array_equal(encoder.encode(["perang"]), encode("perang"))


def test_word_vectors_of_another_model_are_refused(tmp_path: Path) -> None:
    make_model().write(tmp_path)
    other = WordVectors.from_floats(FEATURES, VECTORS + 1, SHIFT)
    np.savez(tmp_path / "words.npz", **other.arrays())
    with pytest.raises(BingkaiError, match="damaged"):
        read_model(tmp_path)


def test_word_vectors_in_one_slot_are_refused() -> None:
    arrays = make_words().arrays()
    twins = np.array([*FEATURES[:3], FEATURES[0] ^ np.uint64(2)])
    assert place_hashes(twins)[3] == place_hashes(twins)[0]
    with pytest.raises(ValueError, match="share a slot"):
        WordVectors.from_arrays({**arrays, "features": twins})


def test_the_threads_change_nothing() -> None:
    texts = [f"perang {number} damai" * (number % 3) for number in range(5000)]
    one, three = (FastEncoder(make_words(), threads=n).encode(texts) for n in (1, 3))
    np.testing.assert_array_equal(one, three)


def test_a_model_for_another_encoder_is_refused(tmp_path: Path) -> None:
    make_model().write(tmp_path)
    with pytest.raises(BingkaiError, match="not e5-small"):
        read_model(tmp_path, encoder="e5-small")
    with pytest.raises(BingkaiError, match="e5-small and fast"):
        read_model(encoder="e6")
