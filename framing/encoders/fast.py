"""The fast encoder: a sentence's vector from a table of word vectors, for millions of sentences.

A sentence is a bag of words and marks, of pairs of neighbours, and of the beginnings of long words
(as in fastText, Joulin et al. 2017). Each has a vector; their sum, rectified, is that of the
sentence. The vectors are distilled from a slower model (`framing.learning.distillation`) and belong
to the heads that were trained with them.

A feature is known by a hash of its bytes. All hashes of many texts are taken at once: a word's is
the difference of two running sums of ``byte value * multiplier ** position`` (Karp and Rabin 1987),
shifted back to position 0.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from framing.encoders.encoder import Progress, Vectors, default_threads

Hashes = npt.NDArray[np.uint64]
_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]

_CHUNK = 2048  # texts at a time: what a processor's cache holds
_BEGINNING = 5  # bytes; longer words share the vector of their beginning
_SLOT_BITS = 20
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, so that it can be divided by
_BACK = pow(_MULTIPLIER, -1, 2**64)
_NONE = np.uint64(2)  # no feature has an even hash
_PAIR, _START = np.uint64(0xD6E8FEB86659FD93), np.uint64(0xA0761D6478BD642F)
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))

_END = "\0"  # between texts; as a mark it makes pairs with a text's first and last word
_LOWER = bytes(range(256)).lower()
_WORD, _MARK = 1, 2
_KINDS = bytes(
    _MARK if byte in b'":,?!\0' else _WORD if byte > 127 or chr(byte).isalnum() or byte == 95 else 0
    for byte in range(256)
)
_TYPOGRAPHY = tuple(
    (mark.encode(), ord(plain))
    for plain, marks in (('"', "“”„«»"), (" ", "\u00a0–—…‘’"))
    for mark in marks
)


class Features(NamedTuple):
    """The features of some texts.

    Attributes
    ----------
    hashes
        Shape (n_tokens, 3): the word's or mark's, its pair's with the next one, its beginning's.
        A token's last two are 0 where it has no next one, or is short.
    starts
        Shape (n_texts + 1,): where the tokens of each text begin in `hashes`.
    """

    hashes: Hashes
    starts: _Places


def hash_features(texts: Sequence[str]) -> Features:
    """Return the hashes of all features of some texts.

    ASCII letters are lower-cased, all that is not ASCII counts as a letter, and typographic and
    doubled single quotes count as plain ones.
    """
    written = _join(texts)
    kinds = np.frombuffer(written.translate(_KINDS), dtype=np.uint8)
    begins = kinds == _MARK
    ends = begins.copy()
    begins[1:] |= (kinds[1:] == _WORD) & (kinds[:-1] != _WORD)
    ends[:-1] |= (kinds[:-1] == _WORD) & (kinds[1:] != _WORD)
    first, last = np.flatnonzero(begins), np.flatnonzero(ends) + 1
    letters = np.frombuffer(written, dtype=np.uint8)
    forth, back = _powers(1 << len(letters).bit_length())
    sums = np.zeros(len(letters) + 1, dtype=np.uint64)
    np.cumsum(_BYTE_VALUE[letters] * forth[: len(letters)], out=sums[1:])
    before, shift = sums[first], back[first]
    words = (sums[last] - before) * shift
    beginnings = (sums[np.minimum(first + _BEGINNING, last)] - before) * shift
    hashes = np.zeros((len(words), 3), dtype=np.uint64)
    hashes[:, 0] = _mix(words)
    hashes[:-1, 1] = _mix(words[:-1] * _PAIR + words[1:])
    hashes[:, 2] = _mix(beginnings + _START) * (last - first > _BEGINNING)
    return Features(hashes, np.flatnonzero(letters[first] == 0))


def _join(texts: Sequence[str]) -> bytearray:
    """Return the bytes of the texts, in plain letters, with a zero before, between and after."""
    joined = _END.join(["", *texts, ""])
    if joined.count(_END) > len(texts) + 1:
        joined = _END.join(["", *(text.replace(_END, " ") for text in texts), ""])
    written = bytearray(joined.encode("utf-8", "replace").translate(_LOWER))
    letters = np.frombuffer(written, dtype=np.uint8)  # changes `written` where it is changed
    if len(written) > len(joined):
        _make_plain(letters)
    tick = np.flatnonzero((letters == ord("`")) | (letters == ord("'")))
    doubled = tick[letters[tick] == letters[tick + 1]]
    letters[doubled], letters[doubled + 1] = ord('"'), ord(" ")
    return written


def _make_plain(letters: _Bytes) -> None:
    """Put a plain quote, or white space, and more white space in the place of typography."""
    leads = {mark[0] for mark, _ in _TYPOGRAPHY}
    places = {lead: np.flatnonzero(letters == lead) for lead in leads}
    for mark, plain in _TYPOGRAPHY:
        place = places[mark[0]]
        for number, byte in enumerate(mark):
            place = place[letters[place + number] == byte]
        letters[place] = plain
        for number in range(1, len(mark)):
            letters[place + number] = ord(" ")


def _mix(hashes: Hashes) -> Hashes:
    """Spread hashes over all 64 bits, and none of them to 0 (Appleby's finaliser)."""
    mixed = hashes * _MIX[0]
    mixed ^= mixed >> np.uint64(32)
    mixed *= _MIX[1]
    return mixed | np.uint64(1)


@lru_cache(maxsize=4)
def _powers(n: int) -> tuple[Hashes, Hashes]:
    """Return the powers of the multiplier and of its inverse, modulo 2 to the 64th."""
    factors = np.array([[_MULTIPLIER], [_BACK]], dtype=np.uint64).repeat(n, axis=1)
    factors[:, 0] = 1
    forth, back = np.cumprod(factors, axis=1)
    return forth, back


_BYTE_VALUE = _mix(np.arange(1, 257, dtype=np.uint64) * np.uint64(_MULTIPLIER))


def place_hashes(hashes: Hashes) -> _Places:
    """Return the slot of each hash, from 0 to 2 ** 20 - 1; features of one table share none."""
    return (hashes >> np.uint64(64 - _SLOT_BITS)).view(np.int64)


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Vectors of words, pairs and beginnings.

    Attributes
    ----------
    features
        The hashes of what has a vector, shape (n_features,), no two in one slot.
    vectors
        Int8, shape (n_features, dimension).
    scale
        Float32, shape (dimension,): what one unit in a column of `vectors` is worth.
    shift
        Float32, shape (dimension,): is added to the sum.
    """

    features: Hashes
    vectors: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]
    shift: npt.NDArray[np.float32]

    @classmethod
    def from_floats(
        cls,
        features: Hashes,
        vectors: npt.NDArray[np.float32],
        shift: npt.NDArray[np.float32],
    ) -> "WordVectors":
        """Round vectors to 8 bits a number, each column by its own scale."""
        scale = np.maximum(np.abs(vectors).max(axis=0), 1e-9) / 127
        return cls(
            features,
            np.rint(vectors / scale).astype(np.int8),
            scale.astype(np.float32),
            shift.astype(np.float32),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> "WordVectors":
        """Take the vectors from what `arrays` gave."""
        words = cls(**{name: arrays[name] for name in ("features", "vectors", "scale", "shift")})
        n_features, dimension = words.vectors.shape
        if words.features.shape != (n_features,) or words.features.dtype != np.uint64:
            raise ValueError("the word vectors do not fit their features")
        if len(np.unique(place_hashes(words.features))) < n_features:
            raise ValueError("two word vectors share a slot")
        if not words.scale.shape == words.shift.shape == (dimension,):
            raise ValueError("the word vectors do not fit one another")
        return words

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return plain arrays."""
        return {
            "features": self.features, "vectors": self.vectors,
            "scale": self.scale, "shift": self.shift,
        }  # fmt: skip

    @cached_property
    def sha256(self) -> str:
        """Hash over all arrays."""
        digest = hashlib.sha256()
        for array in self.arrays().values():
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


class FeatureTable:
    """Where the vectors of known features are.

    Parameters
    ----------
    features
        Hashes, no two in one slot.
    """

    def __init__(self, features: Hashes) -> None:
        self._features = np.append(features, _NONE)
        self._rows = np.full(1 << _SLOT_BITS, len(features), dtype=np.int32)
        self._rows[place_hashes(features)] = np.arange(len(features), dtype=np.int32)

    def count(self, texts: Sequence[str]) -> csr_array:
        """Return how often each text has each known feature, shape (n_texts, n_features)."""
        hashes, starts = hash_features(texts)
        wanted = hashes.ravel()
        rows = self._rows[place_hashes(wanted)]
        known = self._features[rows] == wanted
        limits = np.append(0, np.cumsum(known))[hashes.shape[1] * starts]
        columns = rows[known][: limits[-1]]
        ones = np.ones(len(columns), dtype=np.float32)
        return csr_array((ones, columns, limits), shape=(len(texts), len(self._features) - 1))


class FastEncoder:
    """Sums of word vectors: some thousand times as fast as a transformer.

    A text's vector is the same to the bit whatever the batch, the order and the number of threads.

    Parameters
    ----------
    threads
        How many callers; the number of processors if not given.
    """

    cached = False  # looking a vector up takes longer than making it

    def __init__(self, words: WordVectors, *, threads: int | None = None) -> None:
        self._threads = threads or default_threads()
        self._table = FeatureTable(words.features)
        self._vectors = words.vectors.astype(np.float32) * words.scale
        self._shift = words.shift
        self._name = f"fast-{words.sha256[:12]}"

    @property
    def name(self) -> str:
        """Name with the word vectors' hash."""
        return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._vectors.shape[1])

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one unit vector a text, shape (n_texts, dimension)."""
        chunks = (texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK))
        pool = ThreadPoolExecutor(self._threads)
        try:
            made: Iterable[Vectors] = pool.map(self._encode_chunk, chunks)
            if progress is not None:
                vectors = list(progress(chain.from_iterable(made), len(texts)))
                made = [np.stack(vectors)] if vectors else []
            return np.concatenate([np.empty((0, self.dimension), dtype=np.float32), *made])
        finally:
            pool.shutdown(cancel_futures=True)

    def _encode_chunk(self, texts: Sequence[str]) -> Vectors:
        counts = self._table.count(texts)
        root = np.sqrt(np.maximum(np.diff(counts.indptr), 1)).astype(np.float32)
        state = counts @ self._vectors
        state /= root[:, None]
        state += self._shift
        np.maximum(state, 0, out=state)
        state /= np.maximum(np.linalg.norm(state, axis=1, keepdims=True), 1e-6)
        return np.asarray(state)
