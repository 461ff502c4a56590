"""The fast encoder: a sentence's vector from a table of word vectors, for millions of sentences.

A sentence is a bag of words, of pairs of neighbouring words and of the beginnings of long words
(as in fastText, Joulin et al. 2017). Each has a vector; their sum, rectified, is that of the
sentence. The vectors are distilled from a slower model (`framing.distillation`) and belong to the
heads that were trained with them.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from framing.encoder import Progress, Vectors

_WORD = re.compile(r"\w+|[\"“”„`]|[:?!]")
_CHUNK = 4096
_BEGINNING = 5  # letters; longer words share the vector of their beginning


def find_features(text: str) -> Iterator[str]:
    """Give the features of a text: words, pairs of neighbours, and beginnings of long words."""
    words = _WORD.findall(text.lower())
    yield from words
    for one, other in pairwise(words):
        yield f"{one} {other}"
    for word in words:
        if len(word) > _BEGINNING:
            yield f"{word[:_BEGINNING]}-"


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Vectors of words, pairs and beginnings.

    Attributes
    ----------
    features
        What has a vector, n_features of them.
    vectors
        Int8, shape (n_features, dimension).
    scale
        Float32, shape (dimension,): what one unit in a column of `vectors` is worth.
    shift
        Float32, shape (dimension,): is added to the sum.
    """

    features: tuple[str, ...]
    vectors: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]
    shift: npt.NDArray[np.float32]

    @classmethod
    def from_floats(
        cls,
        features: Sequence[str],
        vectors: npt.NDArray[np.float32],
        shift: npt.NDArray[np.float32],
    ) -> "WordVectors":
        """Round vectors to 8 bits a number, each column by its own scale."""
        scale = np.maximum(np.abs(vectors).max(axis=0), 1e-9) / 127
        return cls(
            tuple(features),
            np.rint(vectors / scale).astype(np.int8),
            scale.astype(np.float32),
            shift.astype(np.float32),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> "WordVectors":
        """Take the vectors from what `arrays` gave."""
        features = arrays["features"].tobytes().decode("utf-8").split("\n")
        words = cls(tuple(features), arrays["vectors"], arrays["scale"], arrays["shift"])
        n_features, dimension = words.vectors.shape
        if len(features) != n_features or words.scale.shape != words.shift.shape != (dimension,):
            raise ValueError("the word vectors do not fit one another")
        return words

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return plain arrays, the features as the bytes of their lines."""
        lines = np.frombuffer("\n".join(self.features).encode("utf-8"), dtype=np.uint8)
        return {
            "features": lines, "vectors": self.vectors, "scale": self.scale, "shift": self.shift,
        }  # fmt: skip

    @cached_property
    def sha256(self) -> str:
        """Hash over all arrays."""
        digest = hashlib.sha256()
        for array in self.arrays().values():
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


class FastEncoder:
    """Sums of word vectors: some hundred times as fast as a transformer.

    A text's vector is the same to the bit whatever the batch and the order.
    """

    cached = False  # looking a vector up takes longer than making it

    def __init__(self, words: WordVectors) -> None:
        self._place = {feature: number for number, feature in enumerate(words.features)}
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

    def places(self, text: str) -> list[int]:
        """Return where the vectors of the text's features are; unknown features have none."""
        place = self._place
        return [place[feature] for feature in find_features(text) if feature in place]

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one unit vector a text, shape (n_texts, dimension)."""
        vectors: Iterable[Vectors] = (
            vector
            for start in range(0, len(texts), _CHUNK)
            for vector in self._encode_chunk(texts[start : start + _CHUNK])
        )
        if progress is not None:
            vectors = progress(vectors, len(texts))
        made = list(vectors)
        return np.stack(made) if made else np.empty((0, self.dimension), dtype=np.float32)

    def _encode_chunk(self, texts: Sequence[str]) -> Vectors:
        places = [self.places(text) for text in texts]
        sizes = np.array([len(part) for part in places])
        columns = np.fromiter(chain.from_iterable(places), dtype=np.int64, count=int(sizes.sum()))
        starts = np.append(0, sizes.cumsum())
        ones = np.ones(len(columns), dtype=np.float32)
        counts = csr_array((ones, columns, starts), shape=(len(texts), len(self._vectors)))
        root = np.sqrt(np.maximum(sizes, 1)).astype(np.float32)
        summed = counts @ self._vectors / root[:, None]
        state = np.maximum(summed + self._shift, 0)
        length = np.maximum(np.linalg.norm(state, axis=1, keepdims=True), 1e-6)
        return np.asarray(state / length, dtype=np.float32)
