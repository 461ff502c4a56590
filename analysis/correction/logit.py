"""Multinomial logit whose outcome is corrected by people's codes: numbers from arrays.

The equations of a logit are linear in the outcome, so that pseudo-values take its place::

    sum_i w_i x_i (psi_i - omega_i mu(x_i' beta)) = 0

DSL has its pseudo-values for psi and omega = 1 (Egami et al. 2023, section 4). PPI++ has psi =
lambda f + (R / pi) (y - lambda f) and omega = lambda + (1 - lambda) R / pi, the gradient of its
loss (Angelopoulos, Duchi and Zrnic 2023, equation 3); with lambda = 0, only coded sentences count.
What is explained may be wrong in the labels; what explains it is taken as known.

References
----------
Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression
with multi-stage samples. Survey Methodology 28:169-181.
Egami, N., Hinck, M., Stewart, B. M. and Wei, H. (2023); Angelopoulos, A. N., Duchi, J. C. and
Zrnic, T. (2023): see `analysis.correction.corrections`.
MacKinnon, J. G., Nielsen, M. O. and Webb, M. D. (2023). Cluster-robust inference: a guide to
empirical practice. Journal of Econometrics 232:272-299.
"""

from dataclasses import dataclass

import numpy as np

from analysis.correction.corrections import Coding, Correction, Floats, Ints, add_up

MOST_STEPS = 60
FURTHEST = 12.0  # log odds beyond which a coefficient is on its way to infinity
DIVERGED = (
    "no finite coefficient: a value is never found, corrected to nothing or always found "
    "somewhere, or the codes are too few for this model"
)


@dataclass(frozen=True)
class LogitFit:
    """Coefficients of K - 1 values against the first, for P terms.

    Parameters
    ----------
    coefficients, std_errors, df
        (P, K - 1); NaN where there is no solution.
    tuning
        The weight of the labels; NaN where there is none.
    reason
        Why there is no solution.
    """

    coefficients: Floats
    std_errors: Floats
    df: Floats
    tuning: float
    reason: str = ""


def fit_logit(coding: Coding, terms: Floats, correction: Correction) -> LogitFit:
    """Fit a logit to the pseudo-values of a correction, DSL's among them.

    Parameters
    ----------
    coding
        Its values add up to one in every sentence; the first is the base.
    terms
        (N, P) what explains, with a column of ones.
    correction
        From `analysis.correction.corrections`.
    """
    outcome = coding.weights[:, None] * correction.centre
    grossed = (coding.weights[coding.drawn] / coding.chances)[:, None] * correction.surprise
    outcome = outcome + add_up(coding.drawn, grossed, len(outcome))
    return _fit(coding, terms, outcome, coding.weights)


def fit_naive_logit(coding: Coding, terms: Floats) -> LogitFit:
    """Fit a logit to the labels as they are."""
    return _fit(coding, terms, coding.weights[:, None] * coding.labels, coding.weights)


def fit_tuned_logit(coding: Coding, terms: Floats, *, tuning: float | None = None) -> LogitFit:
    """Fit a logit by PPI++; `tuning` 0 takes the coded sentences alone, 1 is PPI.

    Without `tuning`, it is that which minimises the summed variance of the coefficients over
    articles (Angelopoulos, Duchi and Zrnic 2023, section 6), told at the solution for 1, or for 0
    where there is none for 1.
    """
    if tuning is None:
        pilot = fit_tuned_logit(coding, terms, tuning=1.0)
        if pilot.reason:
            pilot = fit_tuned_logit(coding, terms, tuning=0.0)
        if pilot.reason:
            return pilot
        tuning = _tune(coding, terms, pilot.coefficients)
    chance = np.zeros(len(coding.labels))
    chance[coding.drawn] = 1 / coding.chances
    codes = np.zeros_like(coding.labels)
    codes[coding.drawn] = coding.codes
    outcome = tuning * coding.labels + chance[:, None] * (codes - tuning * coding.labels)
    fit = _fit(
        coding,
        terms,
        coding.weights[:, None] * outcome,
        coding.weights * (tuning + (1 - tuning) * chance),
    )
    return LogitFit(fit.coefficients, fit.std_errors, fit.df, tuning, fit.reason)


def _tune(coding: Coding, terms: Floats, beta: Floats) -> float:
    expected = _predict(terms, beta)[:, 1:]
    w, drawn = coding.weights, coding.drawn
    grossed = (w[drawn] / coding.chances)[:, None]
    own = _score(coding, terms[drawn], grossed * (coding.codes[:, 1:] - expected[drawn]), drawn)
    label = coding.labels[:, 1:] - expected
    change = _score(coding, terms, w[:, None] * label, np.arange(len(w)))
    change = change - _score(coding, terms[drawn], grossed * label[drawn], drawn)
    inverse = np.linalg.inv(_information(terms, expected, w))
    own, change = own @ inverse, change @ inverse
    least = float((change**2).sum())
    return float(np.clip(-(own * change).sum() / least, 0, 1)) if least > 0 else 1.0


def _fit(coding: Coding, terms: Floats, outcome: Floats, counted: Floats) -> LogitFit:
    """Solve sum x (outcome - counted mu) = 0; rows of `outcome` (N, K) are weighted already.

    The variance is the cluster jackknife, linearised: every article's score times the inverse of
    the information without it (CR3; Bell and McCaffrey 2002, MacKinnon et al. 2023, equation 15).
    It errs to the side of width with few articles. Degrees of freedom are the effective number of
    articles behind a coefficient, less those that the terms use up, in proportion.
    """
    n_terms, n_values = terms.shape[1], outcome.shape[1]
    beta = np.zeros((n_terms, n_values - 1))
    nothing = np.full(beta.shape, np.nan)
    failed = LogitFit(nothing, nothing, nothing, np.nan, DIVERGED)
    for _ in range(MOST_STEPS):
        expected = _predict(terms, beta)[:, 1:]
        gap = outcome[:, 1:] - counted[:, None] * expected
        information = _information(terms, expected, counted)
        try:
            step = np.linalg.solve(information, _flatten(terms, gap).sum(axis=0))
        except np.linalg.LinAlgError:
            return failed
        beta = beta + np.clip(step, -2, 2).reshape(n_values - 1, n_terms).T
        if not np.abs(beta).max() < FURTHEST:
            return failed
        if np.abs(step).max() < 1e-9:
            break
    else:
        return failed
    expected = _predict(terms, beta)[:, 1:]
    gap = outcome[:, 1:] - counted[:, None] * expected
    scores = _score(coding, terms, gap, np.arange(len(gap)))
    information = _information(terms, expected, counted)
    n_articles = len(scores)
    jackknifed, spread = np.empty_like(scores), np.empty_like(scores)
    inverse = np.linalg.inv(information)
    order = np.argsort(coding.articles, kind="stable")
    ends = np.cumsum(np.bincount(coding.articles, minlength=n_articles))[:-1]
    for article, own in enumerate(np.split(order, ends)):
        part = _information(terms[own], expected[own], counted[own])
        try:
            jackknifed[article] = np.linalg.solve(information - part, scores[article])
        except np.linalg.LinAlgError:
            return failed
        weighed = _information(terms[own], expected[own], counted[own] ** 2)
        spread[article] = np.einsum("ij,jk,ki->i", inverse, weighed, inverse)
    variances = (n_articles - 1) / n_articles * (jackknifed**2).sum(axis=0)
    effective = spread.sum(axis=0) ** 2 / (spread**2).sum(axis=0)
    df = np.maximum(effective * (n_articles - n_terms) / n_articles, 1.0)
    shape = (n_values - 1, n_terms)
    return LogitFit(beta, np.sqrt(variances).reshape(shape).T, df.reshape(shape).T, np.nan)


def _predict(terms: Floats, beta: Floats) -> Floats:
    """Return the probabilities (N, K)."""
    line = np.hstack([np.zeros((len(terms), 1)), terms @ beta])
    odds = np.exp(line - line.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _flatten(terms: Floats, gap: Floats) -> Floats:
    """Return the products (N, (K - 1) P), value by value."""
    return np.asarray((gap[:, :, None] * terms[:, None, :]).reshape(len(terms), -1))


def _score(coding: Coding, terms: Floats, gap: Floats, index: Ints) -> Floats:
    n_articles = int(coding.articles.max()) + 1
    return add_up(coding.articles[index], _flatten(terms, gap), n_articles)


def _information(terms: Floats, expected: Floats, counted: Floats) -> Floats:
    """Return the information ((K - 1) P square) of probabilities (N, K - 1)."""
    n_terms, n_values = terms.shape[1], expected.shape[1]
    blocks = np.empty((n_values, n_terms, n_values, n_terms))
    for j in range(n_values):
        for k in range(j + 1):
            curve = expected[:, j] * ((j == k) - expected[:, k]) * counted
            block = np.einsum("n,np,nq->pq", curve, terms, terms, optimize=True)
            blocks[j, :, k, :] = blocks[k, :, j, :] = block
    return blocks.reshape(n_values * n_terms, n_values * n_terms)
