"""How much more to code, and how many articles to collect: numbers from numbers.

All of it rests on normal theory for shares of sentences that come in articles. The plans are as
good as the guesses that go in; `measure_clusters` takes the guesses from data that are there.

References
----------
Cochran, W. G. (1977). Sampling Techniques, third edition. Wiley.
Donner, A. (1986). A review of inference procedures for the intraclass correlation coefficient in
the one-way random effects model. International Statistical Review 54:67-82.
Donner, A. and Klar, N. (2000). Design and Analysis of Cluster Randomization Trials in Health
Research. Arnold.
Eldridge, S. M., Ashby, D. and Kerry, S. (2006). Sample size for cluster randomized trials: effect
of coefficient of variation of cluster size and analysis method. International Journal of
Epidemiology 35:1292-1300.
Kish, L. (1965). Survey Sampling. Wiley.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from framing.errors import BingkaiError

Floats = NDArray[np.float64]

MOST = 10_000_000  # sentences or articles; more is no plan


def _require(name: str, number: float, *, low: float, high: float = math.inf) -> None:
    if not low <= number <= high:
        bounds = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
        raise BingkaiError(f"plan: the {name} is {number:g}; give a number {bounds}")


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """How sentences come in articles.

    Parameters
    ----------
    size
        Mean sentences of an article, at least 1.
    correlation
        Intraclass correlation of the value: how much likelier two sentences of one article agree
        than two of different articles, 0 to 1.
    variation
        Coefficient of variation of the articles' sizes, at least 0.

    Raises
    ------
    BingkaiError
        A number is not possible.
    """

    size: float = 1.0
    correlation: float = 0.0
    variation: float = 0.0

    def __post_init__(self) -> None:
        _require("sentences an article", self.size, low=1)
        _require("intraclass correlation", self.correlation, low=0, high=1)
        _require("coefficient of variation", self.variation, low=0)

    @property
    def design_effect(self) -> float:
        """How many times larger the variance is than that of independent sentences.

        1 + ((1 + cv^2) m - 1) rho (Kish 1965, eq. 5.4.1 for equal sizes; Eldridge, Ashby and Kerry
        2006, eq. 2, for uneven ones).
        """
        mean = (1 + self.variation**2) * self.size
        return 1 + (mean - 1) * self.correlation


INDEPENDENT = Clusters()


class CodingDesign(TypedDict, total=False):
    """What `predict_margin` may be told of corpus and coding."""

    clusters: Clusters
    n_corpus: float
    per_article: float
    label_correlation: float
    conf_level: float


def correlate_labels(share: float, *, precision: float, recall: float) -> float:
    """Return the correlation of a value's machine labels with what coders would say, -1 to 1.

    The phi coefficient of the two-by-two table that a value's share, precision and recall make up,
    as `bingkai evaluate` reports them.

    Raises
    ------
    BingkaiError
        No table has these numbers.
    """
    for name, number in (("share", share), ("precision", precision), ("recall", recall)):
        _require(name, number, low=0, high=1)
    if share in (0, 1) or precision == 0 or recall == 0:
        return 0.0
    hits = share * recall
    labelled = hits / precision
    if labelled - hits > 1 - share + 1e-12:
        raise BingkaiError(
            f"plan: no labels have a precision of {precision:g} and a recall of {recall:g} at a "
            f"share of {share:g}; more sentences would be labelled wrongly than there are"
        )
    if labelled >= 1:
        return 0.0
    spread = share * (1 - share) * labelled * (1 - labelled)
    return (hits - share * labelled) / math.sqrt(spread)


def predict_margin(
    share: float,
    n_coded: float,
    *,
    clusters: Clusters = INDEPENDENT,
    n_corpus: float = math.inf,
    per_article: float = 1.0,
    label_correlation: float = 0.0,
    conf_level: float = 0.95,
) -> float:
    """Return the half-width of the interval of a share from a coded part of a corpus.

    Coding is the second phase of sampling (Cochran 1977, sec. 12.6 and 12.7): articles were drawn
    first, and of their N sentences n are coded. The variance is::

        p (1 - p) (deff / N + (1 - r^2) (1 + (c - 1) rho) (1 / n - 1 / N))

    The first part is that of a corpus coded to the last sentence, and no coding makes it smaller.
    The second is added by coding only some; machine labels that correlate with the codes (r) take
    their part off it in the regression estimator of a double sample, to which the power-tuned
    prediction-powered and the design-based supervised estimator come close. The quantile is that
    of Student's t with one degree of freedom less than the articles that are coded in.

    Parameters
    ----------
    share
        p, as expected; 0.5 is the worst case.
    n_coded
        n, coded sentences.
    clusters
        How the corpus's sentences come in articles.
    n_corpus
        N, sentences of the corpus; infinite if the corpus is no limit.
    per_article
        c, coded sentences of an article: 1 where sentences are drawn from all over a large corpus,
        more where coders read on in the article they have.
    label_correlation
        r (see `correlate_labels`); 0 leaves the machine out.
    conf_level
        Level of the interval.

    Returns
    -------
    float
        Half-width; infinite where fewer than two articles are coded in.
    """
    n_articles = min(n_coded / per_article, n_corpus / clusters.size)
    if n_articles < 2:
        return math.inf
    coding = (1 - label_correlation**2) * (1 + (per_article - 1) * clusters.correlation)
    variance = clusters.design_effect / n_corpus + coding * (1 / n_coded - 1 / n_corpus)
    critical = stats.t.ppf(0.5 + conf_level / 2, n_articles - 1)
    return float(critical * math.sqrt(share * (1 - share) * variance))


def plan_gold(share: float, margin: float, **design: Unpack[CodingDesign]) -> int:
    """Return how many sentences to code for an interval of plus or minus `margin`.

    The smallest n at which `predict_margin`, where the design is described, is no larger.

    Raises
    ------
    BingkaiError
        A number is not possible, or no number of coded sentences reaches the margin: the corpus
        itself is too small.
    """
    _require("share", share, low=0, high=1)
    _require("margin", margin, low=1e-4, high=0.5)
    _require("label correlation", design.get("label_correlation", 0.0), low=-1, high=1)
    _require("confidence level", design.get("conf_level", 0.95), low=0.5, high=0.9999)
    _require("coded sentences an article", design.get("per_article", 1.0), low=1)
    n_corpus = design.get("n_corpus", math.inf)
    _require("sentences of the corpus", n_corpus, low=1)
    needed = _find_least(
        lambda n: predict_margin(share, n, **design) <= margin, most=int(min(n_corpus, MOST))
    )
    if needed is None:
        best = predict_margin(share, min(n_corpus, MOST), **design)
        raise BingkaiError(
            f"plan: a margin of {margin:g} is out of reach: with every sentence coded it is "
            f"{best:.3f}; collect more articles, or allow a wider margin"
        )
    return needed


def find_power(
    shares: tuple[float, float],
    n_articles: tuple[int, int],
    *,
    clusters: Clusters = INDEPENDENT,
    level: float = 0.05,
) -> float:
    """Return the chance that a difference of two outlets is found.

    Two-sided test by noncentral t with the variances p (1 - p) deff / (k m) of k articles of m
    sentences each (Donner and Klar 2000, sec. 5.2.1, without their normal approximation) and
    k_1 + k_2 - 2 degrees of freedom. A result in the wrong direction does not count.

    Parameters
    ----------
    shares
        What the shares of the two outlets are.
    n_articles
        Articles of either outlet, at least 2.
    clusters
        How sentences come in articles.
    level
        Of the test: 0.05, or less where many comparisons are made (0.05 / 80 for 80 of them).
    """
    for share in shares:
        _require("share", share, low=0, high=1)
    for number in n_articles:
        _require("number of articles", number, low=2)
    variance = sum(
        share * (1 - share) * clusters.design_effect / (number * clusters.size)
        for share, number in zip(shares, n_articles, strict=True)
    )
    gap = abs(shares[0] - shares[1])
    if not variance:
        return float(gap > 0)
    df = sum(n_articles) - 2
    critical = stats.t.isf(level / 2, df)
    return float(stats.nct.sf(critical, df, gap / math.sqrt(variance)))


def plan_articles(
    shares: tuple[float, float],
    *,
    power: float = 0.8,
    clusters: Clusters = INDEPENDENT,
    level: float = 0.05,
) -> int:
    """Return how many articles of each outlet find a difference with a given power.

    Raises
    ------
    BingkaiError
        The shares are equal or the power is not between the level and 1.
    """
    if shares[0] == shares[1]:
        raise BingkaiError(
            "plan: the two shares are equal; there is no difference to find, give two"
        )
    if not level < power < 1:
        raise BingkaiError(f"plan: a power of {power:g} is not between {level:g} and 1")
    needed = _find_least(
        lambda n: find_power(shares, (n, n), clusters=clusters, level=level) >= power,
        most=MOST,
        first=2,
    )
    if needed is None:
        raise BingkaiError(f"plan: more than {MOST:,} articles; look for a larger difference")
    return needed


def find_detectable(
    share: float,
    n_articles: tuple[int, int],
    *,
    power: float = 0.8,
    clusters: Clusters = INDEPENDENT,
    level: float = 0.05,
) -> float | None:
    """Return the smallest difference upwards from `share` that is found with a given power.

    None where even a share of 1 in the other outlet would not be found.
    """

    def reaches(steps: int) -> bool:
        other = min(1.0, share + (1 - share) * steps / 10_000)
        return find_power((share, other), n_articles, clusters=clusters, level=level) >= power

    steps = _find_least(reaches, most=10_000)
    return None if steps is None else (1 - share) * steps / 10_000


def measure_clusters(hits: Floats, sentences: Floats) -> Clusters:
    """Return how a value's sentences come in the articles of one outlet.

    The intraclass correlation is the analysis-of-variance estimator (Donner 1986, eq. 2.3)::

        rho = (MSB - MSW) / (MSB + (m0 - 1) MSW),  m0 = (S - sum(s^2) / S) / (A - 1)

    cut off at 0 and 1; sizes have their own mean and variation.

    Parameters
    ----------
    hits
        (A,) sentences of every article with the value.
    sentences
        (A,) sentences of every article, all positive.
    """
    total, n_articles = float(sentences.sum()), len(sentences)
    size = total / n_articles if n_articles else 1.0
    variation = float(sentences.std() / size) if n_articles else 0.0
    if n_articles < 2 or total <= n_articles:
        return Clusters(size=max(size, 1.0), variation=variation)
    own, overall = hits / sentences, float(hits.sum()) / total
    between = float((sentences * (own - overall) ** 2).sum()) / (n_articles - 1)
    within = float((hits * (1 - own)).sum()) / (total - n_articles)
    typical = (total - float((sentences**2).sum()) / total) / (n_articles - 1)
    spread = between + (typical - 1) * within
    correlation = (between - within) / spread if spread > 0 else 0.0
    return Clusters(
        size=size, correlation=float(np.clip(correlation, 0.0, 1.0)), variation=variation
    )


def _find_least(reaches: Callable[[int], bool], *, most: int, first: int = 1) -> int | None:
    """Return the least whole number that reaches, where all larger ones do; None if none does."""
    if not reaches(most):
        return None
    low, high = first - 1, most  # what does not reach, and what does
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high
