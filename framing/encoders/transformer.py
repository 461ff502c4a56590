"""Transformers as encoders: frozen, or fine-tuned for each variable.

Needs the extra ``indobert``.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from math import sqrt

import numpy as np
import torch
from torch.nn import functional

from framing.encoders.checkpoint import (
    Network,
    Tokens,
    hash_networks,
    load_checkpoint,
    load_network,
)
from framing.encoders.encoder import Progress, Vectors, default_threads
from framing.encoders.finetuned import TOKENIZER, FineTuned
from framing.encoders.hub import find_checkpoint, short_name

_BATCH = 64  # sentences at a time on a GPU


def find_device() -> torch.device:
    """Return the GPU if there is one, else the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


class TransformerEncoder:
    """One network or several that read the same tokens, side by side.

    A sentence's vector is the mean of a network's last states over its tokens, made as long as
    one; those of several networks are joined, and the whole is as long as one again. On a processor
    each sentence is run alone, from a pool of single-threaded callers, so that its vector is the
    same to the bit whatever its neighbours and the number of threads; on a GPU in batches of like
    length, which changes the last digits.

    Parameters
    ----------
    networks
        Of one dimension.
    tokens
        What they read.
    name
        For people; the hash of weights and tokenizer is added to it.
    threads
        How many callers; the number of processors if not given.
    """

    cached = True

    def __init__(
        self, networks: Sequence[Network], tokens: Tokens, *, name: str, threads: int | None = None
    ) -> None:
        self._name = f"{name}-{hash_networks([*networks], tokens)[:12]}"
        self._device = find_device()
        self._networks = list(networks)
        for network in self._networks:
            network.body.to(self._device)
        self._tokens, self._threads = tokens, threads or default_threads()

    @property
    def name(self) -> str:
        """Name with the hash of weights and tokenizer."""
        return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return sum(network.dimension for network in self._networks)

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Return one unit vector a text, shape (n_texts, dimension)."""
        tokens = [self._tokens.ids(text) for text in texts]
        order = np.argsort([-len(ids) for ids in tokens], kind="stable")
        size, n_callers = (1, self._threads) if _on_its_own(self._device) else (_BATCH, 1)
        batches = [
            [tokens[number] for number in order[start : start + size]]
            for start in range(0, len(order), size)
        ]
        made = np.empty((len(texts), self.dimension), dtype=np.float32)
        with _callers(n_callers) as pool:
            vectors: Iterable[Vectors] = chain.from_iterable(pool.map(self._run, batches))
            if progress is not None:
                vectors = progress(vectors, len(texts))
            for number, vector in zip(order, vectors, strict=True):
                made[number] = vector
        return made

    def _run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        ids, mask = pad(tokens, self._device)
        with torch.inference_mode():
            parts = [
                functional.normalize(network.pool(ids, mask), dim=1) for network in self._networks
            ]
            joined = torch.cat(parts, dim=1) / sqrt(len(parts))
        return np.asarray(joined.cpu().numpy(), dtype=np.float32)


def load_transformer(
    name: str, *, fetch: bool = True, threads: int | None = None
) -> TransformerEncoder:
    """Load a pretrained transformer as it is, from a local folder or the hub.

    Parameters
    ----------
    name
        A local folder, else a hub id.
    fetch
        Whether a hub id that is not in the local cache may be fetched.
    threads
        How many callers; the number of processors if not given.

    Raises
    ------
    BingkaiError
        It cannot be found, fetched or loaded.
    """
    found = load_checkpoint(find_checkpoint(name, fetch=fetch))
    return TransformerEncoder([found.network], found.tokens, name=short_name(name), threads=threads)


def load_finetuned(
    networks: FineTuned, name: str, *, threads: int | None = None
) -> TransformerEncoder:
    """Load the networks of a fine-tuned model.

    Parameters
    ----------
    name
        Of the encoder; the hash at its end must be that of the networks.

    Raises
    ------
    BingkaiError
        A file is missing, damaged, or not the one that was trained.
    """
    networks.check()
    loaded = [load_network(networks.folder / variable) for variable in networks.variables]
    tokens = Tokens(networks.folder / TOKENIZER, loaded[0].config)
    return TransformerEncoder(loaded, tokens, name=name.rpartition("-")[0], threads=threads)


def pad(tokens: Sequence[Sequence[int]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids and mask, each of shape (n_texts, n_tokens); padding is at the end."""
    size = (len(tokens), max(map(len, tokens)))
    ids = torch.zeros(size, dtype=torch.long)
    mask = torch.zeros(size, dtype=torch.long)
    for row, part in enumerate(tokens):
        ids[row, : len(part)] = torch.tensor(part)
        mask[row, : len(part)] = 1
    return ids.to(device), mask.to(device)


def _on_its_own(device: torch.device) -> bool:
    """Tell whether each sentence is run alone."""
    return bool(device.type == "cpu")


@contextmanager
def _callers(number: int) -> Iterator[ThreadPoolExecutor]:
    """Give a pool of callers, each of which computes by itself, and no more of them than that."""
    before = torch.get_num_threads()
    pool = ThreadPoolExecutor(number, initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(before)
