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


@dataclass(frozen=True)
class CodedCorpus:
    """A drawn corpus whose machine errs, and a random sample of it with true codes.

    Arrays of N sentences: `outlets` and `articles` (indices), `truth` and `labels` (index of the
    value). Of the n sentences `drawn`, the truth is known; `chances` (n,) are their inclusion
    probabilities, and `strata` (N,) the groups they were drawn in. `shares` (O, K) are the true
    shares of what every outlet might print.
    """

    outlets: np.ndarray
    articles: np.ndarray
    truth: np.ndarray
    labels: np.ndarray
    drawn: np.ndarray
    chances: np.ndarray
    strata: np.ndarray
    shares: np.ndarray


ACCURACIES = (0.90, 0.85, 0.80, 0.75, 0.70)
# The value that most errors of an outlet's sentences end up in, and the outlet's tilt.
FAVOURED = (7, 0, 2, 1, 7)
TILTS = (0.10, -0.10, 0.0, 0.05, -0.05)


def draw_coded_corpus(
    rng: np.random.Generator,
    n_articles: int,
    n_gold: int,
    *,
    stratified: bool,
    correlation: float = 0.15,
) -> CodedCorpus:
    """Draw five outlets whose sentences a machine labels right in 80% of the cases.

    It errs differently in every outlet: the accuracy is between 70 and 90%, seven of ten errors end
    up in one value, which is another one in other outlets, and articles differ in how hard they
    are. The sample is simple, or stratified by outlet and label in proportion, with at
    least two sentences (all, of one) in a stratum.
    """
    n_values = len(SHARES)
    lean = np.where(np.arange(n_values) == 0, 1.0, np.where(np.arange(n_values) == 1, -1.0, 0.0))
    shares = np.array([np.asarray(SHARES) + tilt * lean for tilt in TILTS])
    outlets, articles, truth, labels = [], [], [], []
    for outlet, accuracy in enumerate(ACCURACIES):
        for _ in range(n_articles):
            own = draw_articles(rng, shares[outlet], 1, correlation=correlation)
            codes = np.repeat(np.arange(n_values), own.hits[0].astype(int))
            easy = rng.beta(8 * accuracy, 8 * (1 - accuracy))
            wrong = rng.random(len(codes)) > easy
            strays = rng.integers(0, n_values - 1, len(codes))
            strays += strays >= codes  # any other value
            favoured = (rng.random(len(codes)) < 0.7) & (codes != FAVOURED[outlet])
            strays = np.where(favoured, FAVOURED[outlet], strays)
            articles.append(np.full(len(codes), len(articles)))
            outlets.append(np.full(len(codes), outlet))
            truth.append(codes)
            labels.append(np.where(wrong, strays, codes))
    flat = [np.concatenate(part) for part in (outlets, articles, truth, labels)]
    strata = flat[0] * n_values + flat[3] if stratified else np.zeros_like(flat[0])
    drawn, chances = [], []
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        n_own = round(n_gold * len(members) / len(strata))
        n_own = min(len(members), max(2, n_own))
        drawn.append(rng.choice(members, n_own, replace=False))
        chances.append(np.full(n_own, n_own / len(members)))
    return CodedCorpus(*flat, np.concatenate(drawn), np.concatenate(chances), strata, shares)
