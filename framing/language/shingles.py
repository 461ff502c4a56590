"""Texts that share runs of words, found without comparing every text with every other.

Two texts overlap by the runs of three words that they share, as a share of the runs of the shorter
one: the containment of Broder (1997), which an added half-sentence does not lower. A table of which
run stands in which text is inverted by a sparse matrix product, so that only texts with a run in
common are ever looked at.

References
----------
Broder, A. Z. (1997). On the resemblance and containment of documents. Proceedings of Compression
and Complexity of Sequences, 21-29.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

RUN = 3
# A run in more texts than this is a set phrase ("kata juru bicara kementerian"): it suggests no
# pair, though it counts in the overlap of pairs that rarer runs suggest.
MOST_TEXTS = 100
_TEXTS_AT_ONCE = 4096
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Overlaps:
    """Pairs of texts, `left` before `right`, and how far they overlap.

    Parameters
    ----------
    left, right
        (P,) positions of the texts.
    runs, words
        (P,) share of the runs, and of the distinct words, of the text that has fewer of them.
    """

    left: Codes
    right: Codes
    runs: Floats
    words: Floats


def split_words(text: str) -> list[str]:
    """Return the words of a text; case, punctuation and forms of Unicode do not count."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def find_overlaps(texts: Sequence[Sequence[str]], *, least: float) -> Overlaps:
    """Find the pairs of texts that share at least `least` of the shorter one's runs.

    Parameters
    ----------
    texts
        Every text as its words.
    least
        Smallest share of common runs, above 0.
    """
    runs = _tabulate(texts, RUN)
    n_texts = np.bincount(runs.indices, minlength=runs.shape[1])
    telling = runs[:, (n_texts > 1) & (n_texts <= MOST_TEXTS)]
    inverted = telling.T.tocsr()
    pairs = []
    for start in range(0, runs.shape[0], _TEXTS_AT_ONCE):
        shared = (telling[start : start + _TEXTS_AT_ONCE] @ inverted).tocoo()
        left, right = shared.row.astype(np.int64) + start, shared.col.astype(np.int64)
        left, right = left[left < right], right[left < right]
        overlap = _measure(runs, left, right)
        pairs.append(np.stack([left, right, overlap])[:, overlap >= least])
    found = np.concatenate(pairs, axis=1) if pairs else np.empty((3, 0))
    found = found[:, np.lexsort((found[1], found[0]))]
    left, right = found[0].astype(np.int64), found[1].astype(np.int64)
    return Overlaps(left, right, found[2], _measure(_tabulate(texts, 1), left, right))


def measure_overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of the shorter text's runs that the other has, 0 for too short a text."""
    table = _tabulate([one, other], RUN)
    return float(_measure(table, np.array([0]), np.array([1]))[0])


def _tabulate(texts: Sequence[Sequence[str]], run: int) -> sparse.csr_array:
    """Return which run of words stands in which text, a text a row; entries are one."""
    lengths = np.array([len(words) for words in texts], dtype=np.int64)
    row = np.repeat(np.arange(len(texts)), lengths)
    words, known = pd.factorize(np.array(list(chain.from_iterable(texts)), dtype=object))
    # A run is numbered word by word, so that no number outgrows (runs so far) x (words).
    numbers = words.astype(np.int64)
    for step in range(1, run):
        numbers = numbers[:-1] * len(known) + words[step:]
        numbers = pd.factorize(numbers)[0].astype(np.int64)
    n_places = len(numbers)
    inside = row[:n_places] == row[len(row) - n_places :]
    row, numbers = row[:n_places][inside], pd.factorize(numbers[inside])[0]
    shape = (len(texts), int(numbers.max()) + 1 if len(numbers) else 1)
    table = sparse.coo_array((np.ones(len(row)), (row, numbers)), shape=shape).tocsr()
    table.data[:] = 1.0  # a run that a text has twice counts once
    return table


def _measure(table: sparse.csr_array, left: Codes, right: Codes) -> Floats:
    """Return the share of common entries in the row that has fewer."""
    sizes = np.diff(table.indptr)
    overlap = np.zeros(len(left))
    for start in range(0, len(left), _TEXTS_AT_ONCE * 16):
        part = slice(start, start + _TEXTS_AT_ONCE * 16)
        common = table[left[part]].multiply(table[right[part]]).sum(axis=1)
        overlap[part] = common / np.maximum(np.minimum(sizes[left[part]], sizes[right[part]]), 1)
    return overlap
