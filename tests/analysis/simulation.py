"""Composed corpora with known truth; shares no code with the estimators that it tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from framing.schema import COLUMNS

FRAMES = (
    "threat", "diplomacy", "rivalry", "legality", "economy", "humanitarian", "protocol", "none",
)  # fmt: skip
SHARES = (0.30, 0.22, 0.15, 0.12, 0.08, 0.06, 0.04, 0.03)

Kind = Literal["dirichlet", "tilted"]


@dataclass(frozen=True)
class Articles:
    """Drawn articles of one outlet: sentences by value (A, K), and all (A,)."""

    hits: np.ndarray
    sentences: np.ndarray


def draw_articles(
    rng: np.random.Generator,
    shares: Sequence[float],
    n_articles: int,
    *,
    correlation: float = 0.15,
    length: float = 12.0,
    raggedness: float = 0.6,
    kind: Kind = "dirichlet",
) -> Articles:
    """Draw articles of uneven length whose sentences resemble each other.

    Every article has its own shares, which vary about `shares`; a sentence then has a value by the
    article's shares. Lengths are log-normal about `length`, between 2 and 80 sentences, and
    have nothing to do with the shares, so `shares` is the truth for both weights.

    ``"dirichlet"`` articles have intraclass correlation `correlation` in every value. ``"tilted"``
    articles are of two sorts, which lean to the odd and to the even values, a cruder shape.
    """
    truth = np.asarray(shares, dtype=float)
    lengths = np.exp(rng.normal(np.log(length), raggedness, n_articles))
    sentences = np.clip(np.round(lengths), 2, 80).astype(int)
    if kind == "dirichlet":
        own = rng.dirichlet(truth * (1 - correlation) / correlation, n_articles)
    else:
        side = np.where(np.arange(len(truth)) % 2 == 0, 1.0, -1.0)
        # A lean by the same amount to and fro keeps the mean; its size is set by the smaller side.
        lean = np.minimum(truth[side > 0].sum(), truth[side < 0].sum()) * np.sqrt(correlation)
        profile = np.where(side > 0, truth / truth[side > 0].sum(), -truth / truth[side < 0].sum())
        own = truth + lean * rng.choice([-1.0, 1.0], n_articles)[:, None] * profile
    hits = np.stack([rng.multinomial(n, q) for n, q in zip(sentences, own, strict=True)])
    return Articles(hits.astype(float), sentences.astype(float))


def draw_counts(
    rng: np.random.Generator,
    outlets: Mapping[str, Sequence[float]],
    n_articles: int | Mapping[str, int],
    **options: object,
) -> pd.DataFrame:
    """Draw a counts table in which only the frame is labelled, by outlet with its own shares."""
    rows = []
    for outlet, shares in outlets.items():
        n_own = n_articles if isinstance(n_articles, int) else n_articles[outlet]
        drawn = draw_articles(rng, shares, n_own, **options)  # type: ignore[arg-type]
        for a in range(n_own):
            rows += [
                {"article_id": f"{outlet}-{a:04d}", "outlet": outlet, "frame": FRAMES[k],
                 "n_sentences": int(drawn.hits[a, k])}
                for k in np.flatnonzero(drawn.hits[a])
            ]  # fmt: skip
    counts = pd.DataFrame(rows).reindex(columns=list(COLUMNS["counts"]), fill_value="")
    return counts.assign(copied=False)
