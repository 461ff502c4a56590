"""Shares corrected by the matrix of misclassification: numbers from arrays.

References
----------
Buonaccorsi, J. P. (2010). Measurement error: models, methods, and applications. Chapman and
Hall/CRC. Chapter 3.4: several categories, with internal validation data.
Rogan, W. J. and Gladen, B. (1978). Estimating prevalence from the results of a screening test.
American Journal of Epidemiology 107:71-76.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.correction.corrections import Coding, CorrectedFit, Floats, add_up, with_rest
from analysis.statistics.intervals import Limits, critical_value

LEAST_SINGULAR = 0.1
SINGULAR = "the misclassification matrix can hardly be inverted: labels tell too little"


@dataclass(frozen=True, kw_only=True)
class MatrixFit(CorrectedFit):
    """Shares of K values among some sentences, corrected by one matrix; NaN if never coded.

    Parameters
    ----------
    influence
        (A, K) every article's part in the error of the shares.
    """

    influence: Floats


@dataclass(frozen=True)
class MatrixContrast:
    """Differences of K shares that were corrected by the same matrix."""

    differences: Floats
    std_errors: Floats
    df: float
    limits: Limits
    p_values: Floats


def fit_matrix(coding: Coding, own: NDArray[np.bool_]) -> MatrixFit:
    """Correct the shares of labels among the sentences `own` by the misclassification matrix.

    Shares of labels are q = M p, where M has, in the column of a value, the shares of labels among
    the sentences whose code it is. p = M^-1 q, which for two values is (q + specificity - 1) /
    (sensitivity + specificity - 1) of Rogan and Gladen (1978). The matrix is estimated from the
    coded sentences of all outlets together, weighted by their inclusion probabilities: errors are
    taken to be alike in every outlet, given the code. Where they are not, the correction misses,
    however many sentences are coded.

    The variance is that of the linearised p over articles, with the error of the matrix in it
    (Buonaccorsi 2010, chapter 3, by the delta method), each article's part divided by one minus
    its leverage.
    """
    labels, codes = with_rest(coding.labels), with_rest(coding.codes)
    n_articles, n_values = int(coding.articles.max()) + 1, coding.labels.shape[1]
    grossed = coding.weights[coding.drawn] / coding.chances
    coded = codes.T @ grossed
    seen = coded > 0
    w = np.where(own, coding.weights, 0.0)
    matrix = (labels[coding.drawn] * grossed[:, None]).T @ codes[:, seen] / coded[seen]
    if float(np.linalg.svd(matrix, compute_uv=False)[-1]) < LEAST_SINGULAR:
        return _fit_nothing(n_articles, n_values)
    inverse = np.linalg.pinv(matrix)
    found = (w[:, None] * labels).sum(axis=0) / w.sum()
    shares = inverse @ found

    leverage = np.bincount(coding.articles, w, n_articles) / w.sum()
    of_labels = add_up(coding.articles, w[:, None] * (labels - found), n_articles) / w.sum()
    value = codes[:, seen].argmax(axis=1)
    strayed = labels[coding.drawn] - matrix.T[value]
    part = grossed * shares[value] / coded[seen][value]
    of_matrix = add_up(coding.articles[coding.drawn], part[:, None] * strayed, n_articles)
    factor = np.full(n_articles, n_articles / max(1, n_articles - 1))
    inside = leverage > 0
    factor[inside] = 1 / np.maximum(1 - leverage[inside], 1e-9)

    raw, influence = np.full(n_values + 1, np.nan), np.full((n_articles, n_values + 1), np.nan)
    raw[seen] = shares
    influence[:, seen] = (of_labels - of_matrix) @ inverse.T * np.sqrt(factor)[:, None]
    raw, influence = raw[:-1], influence[:, :-1]
    variances = (influence**2).sum(axis=0)
    kept = np.clip(raw, 0.0, 1.0)
    n_gold = int(own[coding.drawn].sum())
    smooth = (n_gold * kept + 1) / (n_gold + n_values)
    with np.errstate(divide="ignore"):
        n_effective = np.minimum(smooth * (1 - smooth) / variances, own.sum())
    return MatrixFit(
        shares=kept,
        std_errors=np.sqrt(variances),
        n_effective=n_effective,
        df=np.full(n_values, float(inside.sum() - 1)),
        raw=raw,
        influence=influence,
    )


def contrast_matrices(first: MatrixFit, second: MatrixFit, conf_level: float) -> MatrixContrast:
    """Compare two outlets: the errors of their common matrix are in both, and partly cancel."""
    differences = first.shares - second.shares
    errors = np.sqrt(((first.influence - second.influence) ** 2).sum(axis=0))
    df = float(first.df[0] + second.df[0])
    half = critical_value(np.array(df), conf_level) * errors
    with np.errstate(divide="ignore", invalid="ignore"):
        p_values = 2 * stats.t.sf(np.abs(differences) / errors, df)
    return MatrixContrast(
        differences,
        errors,
        df,
        Limits(np.maximum(differences - half, -1.0), np.minimum(differences + half, 1.0)),
        np.asarray(p_values),
    )


def _fit_nothing(n_articles: int, n_values: int) -> MatrixFit:
    nothing = np.full(n_values, np.nan)
    influence = np.full((n_articles, n_values), np.nan)
    return MatrixFit(
        nothing, nothing, nothing, nothing, nothing, reason=SINGULAR, influence=influence
    )
