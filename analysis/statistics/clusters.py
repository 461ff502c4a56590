"""Shares and their variance when sentences come in articles: numbers from arrays.

Every share is a ratio of two article totals, p = sum(y) / sum(s). With weight *sentence*, y counts
the sentences of an article with the value and s its sentences; with weight *article* both are
divided by the article's sentences, and p is the mean of the article shares.

Sums are taken along arrays, not by matrix products: those round differently with another number of
threads, and the same study must give the same bytes.

References
----------
Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression
with multi-stage samples. Survey Methodology 28:169-181.
Imbens, G. W. and Kolesar, M. (2016). Robust standard errors in small samples: some practical
advice. Review of Economics and Statistics 98:701-712.
Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected
number of positive counts estimated from survey data. Survey Methodology 24:193-201.
Rao, J. N. K. and Scott, A. J. (1981). The analysis of categorical data from complex sample surveys.
Journal of the American Statistical Association 76:221-230.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.settings import Weight

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ShareFit:
    """Shares of K values among the sentences of some articles.

    Parameters
    ----------
    shares
        (K,) shares; NaN without articles.
    std_errors
        (K,) standard errors that respect the articles; NaN with fewer than two articles and where
        the share is 0 or 1, since a sample without variation has no standard error to show.
    n_effective
        (K,) number of independent sentences that would be as informative; NaN with fewer than two
        articles.
    df
        (K,) degrees of freedom of the variance; NaN with fewer than two articles.
    n_articles, n_sentences
        What the shares rest on.
    """

    shares: Floats
    std_errors: Floats
    n_effective: Floats
    df: Floats
    n_articles: int
    n_sentences: int


def weigh(hits: Floats, sentences: Floats, weight: Weight) -> tuple[Floats, Floats]:
    """Return the article totals y (A, K) and s (A,) of the share's numerator and denominator."""
    if weight == Weight.SENTENCE:
        return hits, sentences
    return hits / sentences[:, None], np.ones_like(sentences)


def find_contributions(y: Floats, s: Floats) -> Floats:
    """Return what every article adds to the shares, (A, K); its squares add up to their variances.

    The bias-reduced (CR2) contribution of Bell and McCaffrey (2002) to the ratio of the totals y
    (A, K) and s (A,): e_i / (sqrt(1 - h_i) S), in the terms of `fit_shares`. For two articles or
    more.
    """
    total = s.sum()
    residuals = y - y.sum(axis=0) / total * s[:, None]
    return np.asarray(residuals / (total * np.sqrt(1 - s / total))[:, None])


def fit_shares(hits: Floats, sentences: Floats, *, weight: Weight = Weight.SENTENCE) -> ShareFit:
    """Estimate shares with a bias-reduced linearised variance over articles.

    The variance of the ratio is the bias-reduced linearisation of Bell and McCaffrey (2002), known
    as CR2, which for a mean of clusters is::

        variance = sum_i e_i^2 / (1 - h_i) / S^2,  e_i = y_i - p s_i,  S = sum(s),  h_i = s_i / S

    It is unbiased if sentences are independent. The effective sample size is p (1 - p) / variance
    (Korn and Graubard 1998), at most that of independent sentences: three articles that happen to
    agree are no proof that articles always agree; the standard error is sqrt(p (1 - p) / n) at this
    size. Where the share is 0 or 1 the variance is zero by accident; the effective size is then
    that of all values together, sum p (1 - p) / sum variance, the mean design effect of Rao and
    Scott (1981) turned round.

    Parameters
    ----------
    hits
        (A, K) sentences of every article with every value.
    sentences
        (A,) sentences of every article, all positive.
    weight
        What counts once.

    Returns
    -------
    ShareFit
        Shares, standard errors, effective sample sizes and degrees of freedom.
    """
    y, s = weigh(hits, sentences, weight)
    return fit_totals(y, s, sentences, n_sentences=int(sentences.sum()))


def fit_totals(y: Floats, s: Floats, sentences: Floats, *, n_sentences: int) -> ShareFit:
    """Estimate shares from the totals of clusters, as `fit_shares` does from articles.

    Parameters
    ----------
    y, s
        (G, K) and (G,) totals of the numerator and the denominator in every cluster.
    sentences
        (G,) independent sentences that would give the denominator's weight, s^2 / sum of the
        squared weights of the cluster's sentences (Kish); their number, if they weigh alike.
    n_sentences
        What the shares rest on.
    """
    n_clusters, n_values = y.shape
    nothing = np.full(n_values, np.nan)
    if n_clusters == 0:
        return ShareFit(nothing, nothing, nothing, nothing, 0, 0)
    total = s.sum()
    shares = y.sum(axis=0) / total
    if n_clusters == 1:
        return ShareFit(shares, nothing, nothing, nothing, 1, n_sentences)
    variances = (find_contributions(y, s) ** 2).sum(axis=0)
    spread = shares * (1 - shares)
    # Sentences that count, were they independent, and were those of an article all alike (Kish).
    most, least = total**2 / (s**2 / sentences).sum(), total**2 / (s**2).sum()
    n_effective = _effective_sizes(spread, variances, most=most, least=least)
    correlation = _correlations(n_effective, most=most, least=least)
    df = satterthwaite_df(s / total, _working_variances(s, sentences, correlation))
    with np.errstate(divide="ignore", invalid="ignore"):
        std_errors = np.where(spread > 0, np.sqrt(spread / n_effective), np.nan)
    return ShareFit(shares, std_errors, n_effective, df, n_clusters, n_sentences)


def _effective_sizes(spread: Floats, variances: Floats, *, most: float, least: float) -> Floats:
    """Effective sample sizes (K,) from p(1 - p) and variances."""
    varied = spread > 0
    if not varied.any():
        return np.full(spread.shape, least)
    all_spread, all_variance = spread[varied].sum(), variances[varied].sum()
    together = all_spread / all_variance if all_variance > 0 else most
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(variances > 0, spread / variances, most)
    return np.minimum(np.where(varied, own, together), most)


def _correlations(n_effective: Floats, *, most: float, least: float) -> Floats:
    """Intraclass correlations (K,) that explain the effective sample sizes, within [0, 1]."""
    if most - least < 1e-9 * most:
        return np.zeros_like(n_effective)
    return np.clip((1 / n_effective - 1 / most) / (1 / least - 1 / most), 0.0, 1.0)


def _working_variances(s: Floats, sentences: Floats, correlation: Floats) -> Floats:
    """Variances (A, K) of article totals whose sentences correlate by `correlation` (K,)."""
    n = sentences[:, None]
    return np.asarray((s**2)[:, None] * (1 + (n - 1) * correlation) / n)


def satterthwaite_df(h: Floats, v: Floats) -> Floats:
    """Degrees of freedom (K,) of the CR2 variance under a working model.

    Satterthwaite's approximation tr(B)^2 / tr(B^2) as Bell and McCaffrey (2002) give it, for
    article totals with leverages h, (A,) or (A, K), that add up to one, and working variances v
    (A, K). `fit_shares` takes the equicorrelated model of Imbens and Kolesar (2016), v_i = s_i^2
    (1 + (n_i - 1) rho) / n_i. B is the product of the diagonal of 1 / (1 - h_i) and the
    covariance of the residuals, diag(v) - h v' - v h' + h h' sum(v); the double sums are
    written out so that no A x A matrix is formed.
    """
    h = h.reshape(len(h), -1)
    a = 1 / (1 - h)
    v_sum = v.sum(axis=0)
    off = h**2 * v_sum - 2 * h * v
    trace = (a * (v + off)).sum(axis=0)
    hh, vv, hv = (a * h**2).sum(axis=0), (a * v**2).sum(axis=0), (a * h * v).sum(axis=0)
    square = (
        (v_sum * hh) ** 2
        + 2 * hh * vv
        + 2 * hv**2
        - 4 * v_sum * hh * hv
        + (a**2 * (v**2 + 2 * v * off)).sum(axis=0)
    )
    return np.asarray(trace**2 / square)
