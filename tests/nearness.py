"""Which sentences are near one another, by shared runs of words."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

RUN = 4
_WORD = re.compile(r"\w+")


def shingles(text: str) -> set[tuple[str, ...]]:
    """Return the runs of four words of a text, lower-cased (one run if it is shorter)."""
    words = _WORD.findall(text.casefold())
    return {tuple(words[n : n + RUN]) for n in range(max(1, len(words) - RUN + 1))}


def near_pairs(
    left: Iterable[str], right: Iterable[str], *, share: float = 0.5
) -> Iterator[tuple[str, str]]:
    """Yield pairs of which the shorter text shares at least `share` of its runs with the other."""
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    others = [(text, shingles(text)) for text in right]
    for number, (_, runs) in enumerate(others):
        for run in runs:
            index[run].append(number)
    for text in left:
        runs = shingles(text)
        shared = Counter(number for run in runs for number in index.get(run, ()))
        for number, n_shared in shared.items():
            if n_shared >= share * min(len(runs), len(others[number][1])):
                yield text, others[number][0]
