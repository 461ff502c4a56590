"""Shares corrected for the errors of the machine: numbers from arrays.

All sentences have a machine label; a random part of them, drawn with known probabilities pi, has a
code by people, too. Every method here turns labels and codes into one pseudo-value a sentence::

    psi_i = g_i + (R_i / pi_i) (y_i - g_i)

where y is the code (1 where it is the value), g a prediction of it, and R says which sentences were
drawn. Whatever g is, the mean of psi is that of y up to chance, because pi is known: a poor
prediction costs width and no bias. The methods differ in g alone: nothing (gold only), the label
times a tuned weight (PPI++), or what a label stands for, learned from the codes of other articles
(DSL).

The target is the outlet, and not the corpus alone: articles are draws from what it might have
printed, as everywhere in bingkai. The variance is therefore that of article totals of psi, which
holds both draws, that of articles and that of sentences within the corpus, with its finite size.

References
----------
Angelopoulos, A. N., Bates, S., Fannjiang, C., Jordan, M. I. and Zrnic, T. (2023).
Prediction-powered inference. Science 382:669-674.
Angelopoulos, A. N., Duchi, J. C. and Zrnic, T. (2023). PPI++: efficient prediction-powered
inference. arXiv:2311.01453.
Egami, N., Hinck, M., Stewart, B. M. and Wei, H. (2023). Using imperfect surrogates for downstream
inference: design-based supervised learning for social science applications of large language
models. Advances in Neural Information Processing Systems 36.
Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model assisted survey sampling. Springer.
Chapters 6.3 (difference estimator) and 9 (two-phase sampling).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.clusters import satterthwaite_df

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PRIOR = 4.0  # coded sentences that prior knowledge stands for
SURPRISES = 1.0  # surprises that prior knowledge stands for
NEAREST = 0.9  # standard errors: no variance is taken nearer to 0 or 1, chosen by simulation
N_FOLDS = 5


@dataclass(frozen=True)
class Coding:
    """The machine's labels of N sentences, and people's codes of n of them, for K values.

    Parameters
    ----------
    outlets, articles
        (N,) index of every sentence's outlet, and of its article (0 to A - 1).
    weights
        (N,) what a sentence counts: one, or one over the sentences of its article.
    labels
        (N, K) one where the label is the value; a row of zeros where there is no label.
    drawn
        (n,) the coded sentences, among the N.
    codes
        (n, K) one where the code is the value.
    chances
        (n,) inclusion probabilities.
    strata
        (N,) groups within which sentences were drawn with equal chances, each inside one outlet;
        the outlets themselves where the strata are not known for every sentence.
    """

    outlets: Ints
    articles: Ints
    weights: Floats
    labels: Floats
    drawn: Ints
    codes: Floats
    chances: Floats
    strata: Ints


@dataclass(frozen=True)
class Correction:
    """Pseudo-values in two parts, so that their mean and its variance can be told.

    Parameters
    ----------
    centre
        (N, K) what is expected of every sentence.
    surprise
        (n, K) by how much codes differ from it; within every group, the weighted mean is zero.
    groups
        (N,) groups of the centring.
    tuning
        (K,) the weight of the label; NaN where there is none to be tuned.
    """

    centre: Floats
    surprise: Floats
    groups: Ints
    tuning: Floats


@dataclass(frozen=True)
class CorrectedFit:
    """Shares of K values among some sentences.

    Parameters
    ----------
    shares, std_errors, n_effective, df
        (K,) as in `analysis.statistics.clusters.ShareFit`; shares are kept within [0, 1]. All NaN
        where an outlet among the sentences has no code.
    raw
        (K,) shares before that.
    reason
        Why there are none.
    """

    shares: Floats
    std_errors: Floats
    n_effective: Floats
    df: Floats
    raw: Floats
    reason: str = ""


def use_gold_only(coding: Coding) -> Correction:
    """Return the correction that ignores the labels: the weighted mean of the codes."""
    return _centre(coding, np.zeros_like(coding.labels), coding.outlets)


def power_tune(coding: Coding) -> Correction:
    """Return the correction of PPI++: the label, times the weight that makes the variance least.

    For a mean, PPI++ (Angelopoulos, Duchi and Zrnic 2023, section 6.1) is the mean label times
    lambda plus the weighted mean of code minus lambda times label. Here, lambda minimises the
    variance over article totals, summed over outlets, one lambda a value, kept within [0, 1].
    """
    without = _centre(coding, np.zeros_like(coding.labels), coding.strata)
    whole = _centre(coding, coding.labels, coding.strata)
    n_outlets = int(coding.outlets.max()) + 1
    least, slope = np.zeros(coding.labels.shape[1]), np.zeros(coding.labels.shape[1])
    for outlet in range(n_outlets):
        own = coding.outlets == outlet
        totals = own @ coding.weights
        first = _total(coding, without, own)[1] / totals
        change = _total(coding, whole, own)[1] / totals - first
        slope -= np.nansum(first * change, axis=0)
        least += np.nansum(change**2, axis=0)
    tuning = np.divide(slope, least, out=np.ones_like(slope), where=least > 1e-18)
    tuning = np.clip(tuning, 0.0, 1.0)
    return _centre(coding, tuning * coding.labels, coding.strata, tuning)


def learn_codes(coding: Coding) -> Correction:
    """Return the correction of DSL: what a label stands for, learned from other articles' codes.

    Design-based supervised learning (Egami et al. 2023, Algorithm 1) predicts codes from labels and
    covariates by any model, cross-fitted, and corrects it by the drawn codes. The model here is the
    share of codes among the sentences with a label in an outlet, drawn to that in all outlets and
    this to the label itself by `PRIOR` sentences each; articles are dealt into `N_FOLDS` folds.
    """
    label = with_rest(coding.labels).argmax(axis=1)
    fold = coding.articles % N_FOLDS
    predicted = np.empty_like(coding.labels)
    for k in range(N_FOLDS):
        own = fold == k
        kept = fold[coding.drawn] != k
        table = _learn(coding, label, kept)
        predicted[own] = table[coding.outlets[own], label[own]]
    return _centre(coding, predicted, coding.strata)


def fit_corrected(coding: Coding, correction: Correction, own: NDArray[np.bool_]) -> CorrectedFit:
    """Estimate the shares among the sentences `own`, whole articles with some coded sentences.

    The variance sums squared article totals e of the residuals, like that of
    `analysis.statistics.clusters.fit_shares`, and divides each by what centring is expected to
    leave of it. That is told by a working model in which sentences are independent: an article's
    total has the variance Y + G, of the codes p (1 - p) sum(w^2), and of the draw s^2 sum((1 - pi)
    (w / pi)^2) over its coded sentences, s^2 the variance of the surprises; centring takes away the
    article's part h of the weights from Y and its part of the coded ones from G. The sum of Y + G
    is also the least that the variance may be: a few articles that happen to agree, or a few codes
    without a surprise, are no proof.

    The degrees of freedom are Satterthwaite's under the same model, with as much variance between
    articles as is found. The effective size p (1 - p) / variance of the score interval is taken at
    the share, but at least `NEAREST` standard errors from 0 and 1: what is not found in a
    sample still varies.
    """
    w = np.where(own, coding.weights, 0.0)
    coded = own[coding.drawn]
    raw, residuals = _total(coding, correction, own)
    if np.isnan(raw).any():
        return CorrectedFit(raw, raw, raw, raw, raw)
    drawn, chances = coding.drawn[coded], coding.chances[coded]
    total = w.sum()
    present = np.bincount(coding.articles[own], minlength=len(residuals)) > 0
    residuals = residuals[present]
    shares = np.clip(raw, 0.0, 1.0)

    grossed = w[drawn] / chances
    smooth = _smooth_shares(coding, correction, shares, len(drawn))
    spread = smooth * (1 - smooth)
    noise = _spread_surprise(coding, correction, coded, spread)
    kept = _kept_by_centring(coding.articles[drawn], correction.groups[drawn], grossed)

    def by_article(index: Ints, values: Floats) -> Floats:
        return np.bincount(index, values, len(present)).astype(np.float64)[present, None]

    draw = (1 - chances) * grossed**2
    of_codes = spread * by_article(coding.articles, w**2)
    of_draw = noise * by_article(coding.articles[drawn], draw)
    in_articles = by_article(coding.articles, w)
    leverage = in_articles / total
    expected = of_codes + of_draw
    left = of_codes * (1 - leverage) + noise * by_article(coding.articles[drawn], draw * kept)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(left > 0, expected / left, 1.0)
        variances = np.maximum((residuals**2 * factor).sum(axis=0), expected.sum(axis=0))
        between = (variances - expected.sum(axis=0)) / (in_articles**2).sum()
        pull = 1 - left / expected
        df = satterthwaite_df(pull / pull.sum(axis=0), expected + between * in_articles**2)
    errors = np.sqrt(variances) / total
    near = np.clip(shares, np.minimum(NEAREST * errors, 0.5), np.maximum(1 - NEAREST * errors, 0.5))
    return CorrectedFit(shares, errors, near * (1 - near) / errors**2, df, raw)


def _smooth_shares(coding: Coding, correction: Correction, shares: Floats, n: int) -> Floats:
    """Draw shares a little to those of all outlets, and these to equal ones, none being 0 or 1."""
    w = np.where(np.isnan(correction.centre[:, 0]), 0.0, coding.weights)
    overall = np.nansum(w[:, None] * correction.centre, axis=0) / w.sum()
    overall = np.clip(overall, 0.0, 1.0)
    n_all, n_values = len(coding.drawn), len(shares)
    overall = (n_all * overall + 1) / (n_all + max(2, n_values))
    return np.asarray((n * shares + PRIOR * overall) / (n + PRIOR))


def _spread_surprise(
    coding: Coding,
    correction: Correction,
    coded: NDArray[np.bool_],
    spread: Floats,
) -> Floats:
    """Variance (K,) of the surprises among the coded sentences of a domain.

    A rare value has few surprises, and a sample may hold none by accident. Therefore the sum of
    squares is drawn to that expected from all outlets, and this to the same part of p (1 - p) as in
    all values together, each with the weight of `SURPRISES` (a gamma prior).
    """
    squares = correction.surprise**2
    n, n_all = int(coded.sum()), len(squares)
    groups = correction.groups[coding.drawn]
    lost, lost_all = len(np.unique(groups[coded])) / n, len(np.unique(groups)) / n_all
    total, total_all = squares[coded].sum(axis=0), squares.sum(axis=0)
    n_own, n_everywhere = n * max(1 - lost, 1 / n), n_all * max(1 - lost_all, 1 / n_all)
    share = max(total_all.sum() / n_everywhere, 1 / n_all) / spread.sum()
    prior = share * spread
    everywhere = (total_all + SURPRISES) / (n_everywhere + SURPRISES / prior)
    return np.asarray((total + SURPRISES) / (n_own + SURPRISES / everywhere))


def _kept_by_centring(articles: Ints, groups: Ints, grossed: Floats) -> Floats:
    """Part (n,) of the variance of a coded sentence that centring leaves to its article's total."""
    _, pair = np.unique(np.stack([articles, groups]), axis=1, return_inverse=True)
    pair = pair.ravel()
    in_group = np.bincount(groups, grossed)[groups]
    return np.asarray(1 - np.bincount(pair, grossed)[pair] / in_group)


def with_rest(indicators: Floats) -> Floats:
    """Return (N, K + 1): one more column for what is none of the K values."""
    return np.hstack([indicators, 1 - indicators.sum(axis=1, keepdims=True)])


def _learn(coding: Coding, label: Ints, kept: NDArray[np.bool_]) -> Floats:
    """Return the expected codes (O, K + 1, K) of every outlet and label."""
    n_outlets, n_values = int(coding.outlets.max()) + 1, coding.codes.shape[1]
    drawn, codes = coding.drawn[kept], coding.codes[kept]
    cell = coding.outlets[drawn] * (n_values + 1) + label[drawn]
    shape = (n_outlets, n_values + 1)
    hits = add_up(cell, codes, shape[0] * shape[1]).reshape(*shape, n_values)
    n = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(*shape, 1)
    prior = np.vstack([np.eye(n_values), codes.sum(axis=0) / max(1, len(codes))])
    overall = (hits.sum(axis=0) + PRIOR * prior) / (n.sum(axis=0) + PRIOR)
    return np.asarray((hits + PRIOR * overall) / (n + PRIOR))


def _centre(
    coding: Coding, predicted: Floats, groups: Ints, tuning: Floats | None = None
) -> Correction:
    shares = coding.weights[coding.drawn] / coding.chances
    own = groups[coding.drawn]
    n_groups = int(groups.max()) + 1
    missed = coding.codes - predicted[coding.drawn]
    totals = np.bincount(own, shares, n_groups)
    with np.errstate(invalid="ignore"):
        means = add_up(own, missed * shares[:, None], n_groups) / totals[:, None]
    nothing = np.full(predicted.shape[1], np.nan)
    return Correction(
        predicted + means[groups],
        missed - means[own],
        groups,
        nothing if tuning is None else tuning,
    )


def _total(coding: Coding, correction: Correction, own: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the shares (K,) of some sentences and the residual totals (A, K) of all articles."""
    n_articles = int(coding.articles.max()) + 1
    w = np.where(own, coding.weights, 0.0)
    centre = np.where(own[:, None], correction.centre, 0.0)  # elsewhere it may be NaN
    shares = (w[:, None] * centre).sum(axis=0) / w.sum()
    residual = w[:, None] * (centre - shares)
    grossed = (w[coding.drawn] / coding.chances)[:, None] * correction.surprise
    return shares, add_up(coding.articles, residual, n_articles) + add_up(
        coding.articles[coding.drawn], grossed, n_articles
    )


def add_up(index: Ints, values: Floats, n: int) -> Floats:
    """Return the sums (n, K) of rows of values (N, K) by their index."""
    return np.stack([np.bincount(index, column, n) for column in values.T], axis=1)
