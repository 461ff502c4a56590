"""Multinomial logit of sentences in articles: fits, effects and their variances, from arrays.

The variance of an effect is the cluster sandwich over articles with the bias-reduced linearisation
of Bell and McCaffrey (2002), taken one effect at a time: the contribution of an article is divided
by the root of one minus its leverage in that effect. Without covariates this is the variance that
`analysis.statistics.clusters` gives to a share, to the last digit; with many articles it is
statsmodels'.

References
----------
Albert, A. and Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic
regression models. Biometrika 71:1-10.
Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression
with multi-stage samples. Survey Methodology 28:169-181.
Liang, K.-Y. and Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models.
Biometrika 73:13-22.
Lumley, T. (1996). Generalized estimating equations for ordinal data: a note on working correlation
structures. Biometrics 52:354-361.
Mancl, L. A. and DeRouen, T. A. (2001). A covariance estimator for GEE with improved small-sample
properties. Biometrics 57:126-134.
McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. In: Zarembka (ed.),
Frontiers in Econometrics. Academic Press, 105-142.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import optimize, sparse
from statsmodels.genmod.cov_struct import GlobalOddsRatio

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MOST_STEPS = 100
# Beyond this, a linear predictor gives probabilities below 1e-6 in all but endless samples: a sign
# that a coefficient runs away, to be looked into.
LARGE_PREDICTOR = 14.0
_ROWS_AT_ONCE = 20_000
_ARTICLES_AT_ONCE = 200


class Unfit(Exception):  # noqa: N818 (a state of the data, not a fault)
    """The model has no estimates; the message says why, in words for the reader."""


@dataclass(frozen=True)
class Sentences:
    """What is modelled: N sentences in G articles.

    Parameters
    ----------
    codes
        (N,) value of every sentence, 0 to J - 1; 0 is the value that others are compared with.
    covariates
        (N, P) numbers, the first column ones.
    articles
        (N,) article of every sentence, 0 to G - 1, in ascending order.
    """

    codes: Codes
    covariates: Floats
    articles: Codes


@dataclass(frozen=True)
class LogitFit:
    """A fitted model.

    Parameters
    ----------
    coefficients
        (P, J - 1) log odds of the values 1 to J - 1 against value 0.
    information
        (Q, Q) information matrix of the coefficients in the order of ``coefficients.T.ravel()``,
        Q = P (J - 1).
    sentences
        What was fitted.
    covariance
        (Q, Q) of the coefficients, where the fit brings its own; None for the bias-reduced sandwich
        of `measure_effects`.
    """

    coefficients: Floats
    information: Floats
    sentences: Sentences
    covariance: Floats | None = field(default=None)

    def predict(self, covariates: Floats) -> Floats:
        """Return the probabilities (N, J) at these covariates."""
        return _predict(covariates, self.coefficients)


@dataclass(frozen=True)
class Effects:
    """Variances of C effects: variances (C,), degrees of freedom (C,), contributions (G, C)."""

    variances: Floats
    df: Floats
    contributions: Floats


def fit_logit(sentences: Sentences) -> LogitFit:
    """Fit a multinomial logit by maximum likelihood (McFadden 1974).

    Raises
    ------
    Unfit
        Values and covariates are separated, so that an estimate would be infinite (Albert and
        Anderson 1984), or the search did not converge.
    """
    model = sm.MNLogit(sentences.codes, sentences.covariates)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # what they warn of is looked into below
            result = model.fit(method="newton", maxiter=MOST_STEPS, disp=False)
        coefficients = np.asarray(result.params, dtype=np.float64)
        settled = bool(result.mle_retvals["converged"]) and bool(np.isfinite(coefficients).all())
    except np.linalg.LinAlgError:
        coefficients, settled = np.zeros((sentences.covariates.shape[1], 0)), False
    runaway = not settled or np.abs(sentences.covariates @ coefficients).max() > LARGE_PREDICTOR
    if runaway and is_separated(sentences):
        raise Unfit("some values and covariates are separated: log odds would be infinite")
    if not settled:
        raise Unfit(f"the model did not converge in {MOST_STEPS} steps")
    return LogitFit(coefficients, _find_information(coefficients, sentences), sentences)


def fit_gee(start: LogitFit) -> LogitFit:
    """Fit the same model by generalized estimating equations with sentences of an article alike.

    Nominal equations (Liang and Zeger 1986) with one global odds ratio between the sentences of an
    article (Lumley 1996) as working association, and the covariance of Mancl and DeRouen (2001).
    With working independence the equations are those of `fit_logit`, to the last digit.

    Raises
    ------
    Unfit
        The equations did not converge, which is common with many values.
    """
    n_values = start.coefficients.shape[1] + 1
    sentences = start.sentences
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = NominalGEE(
                n_values - 1 - sentences.codes,  # statsmodels compares with the largest code
                sentences.covariates,
                sentences.articles,
                cov_struct=GlobalOddsRatio("nominal"),
            ).fit(
                maxiter=30,
                start_params=start.coefficients[:, ::-1].T.ravel(),
                cov_type="bias_reduced",
            )
    except (ValueError, np.linalg.LinAlgError) as error:
        raise Unfit(f"the estimating equations broke down ({error})") from None
    if not result.converged or not np.isfinite(result.params).all():
        raise Unfit("the estimating equations did not converge in 30 steps")
    coefficients = np.asarray(result.params).reshape(n_values - 1, -1).T[:, ::-1]
    order = np.arange(coefficients.size).reshape(n_values - 1, -1)[::-1].ravel()
    covariance = np.asarray(result.cov_params())[np.ix_(order, order)]
    information = _find_information(coefficients, sentences)
    return LogitFit(coefficients, information, sentences, covariance)


class NominalGEE(sm.NominalGEE):  # type: ignore[misc]  # statsmodels has no types
    """statsmodels' nominal equations with the right derivative of the mean.

    In statsmodels 0.15.0 the derivative leaves out that the probability of a value falls when
    another's rises; with three values or more the equations are then not those of the model, and
    with working independence they miss the maximum likelihood estimates.
    """

    def mean_deriv(self, exog: Floats, lin_pred: Floats) -> Floats:
        """Return the derivative of the expected indicators with respect to the parameters.

        d mu_j = mu_j (x_j - sum_k mu_k x_k) for indicators of J - 1 values a sentence.
        """
        odds = np.exp(lin_pred).reshape(-1, self.ncut)
        means = odds / (1 + odds.sum(axis=1, keepdims=True))
        rows = exog.reshape(len(means), self.ncut, -1)
        centre = (means[:, :, None] * rows).sum(axis=1, keepdims=True)
        return np.asarray((means[:, :, None] * (rows - centre)).reshape(exog.shape))


def is_separated(sentences: Sentences) -> bool:
    """Tell whether some combination of covariates separates the values, completely or nearly.

    Albert and Anderson (1984): the estimates are infinite if there are vectors b_j, not all alike,
    with x_i (b_y - b_j) >= 0 for every sentence i of value y and every other value j, and > 0 for
    one. A linear programme looks for the largest sum of these within a box.
    """
    rows = np.unique(np.column_stack([sentences.codes, sentences.covariates]), axis=0)
    codes, covariates = rows[:, 0].astype(np.int64), rows[:, 1:]
    scale = np.abs(covariates).max(axis=0)
    covariates = covariates / np.where(scale > 0, scale, 1.0)
    n_values, n_columns = int(sentences.codes.max()) + 1, covariates.shape[1]
    blocks = []
    for other in range(n_values):
        part = codes != other
        index = np.arange(int(part.sum()))[:, None] * n_values * n_columns
        across = np.arange(n_columns)
        own = index + codes[part][:, None] * n_columns + across
        against = index + other * n_columns + across
        values = covariates[part].ravel()
        matrix = sparse.coo_array(
            (
                np.concatenate([values, -values]),
                np.divmod(np.concatenate([own.ravel(), against.ravel()]), n_values * n_columns),
            ),
            shape=(len(index), n_values * n_columns),
        )
        blocks.append(matrix)
    gaps = sparse.vstack(blocks).tocsr()
    result = optimize.linprog(
        -np.asarray(gaps.sum(axis=0)).ravel(),
        A_ub=-gaps,
        b_ub=np.zeros(gaps.shape[0]),
        bounds=(-1, 1),
        method="highs",
    )
    return bool(result.success and -result.fun > 1e-6)


def average_probabilities(fit: LogitFit, covariates: Floats) -> tuple[Floats, Floats]:
    """Return the mean probabilities (J,) at N covariates and their gradients (J, Q).

    The derivative of the probability p_k by the coefficients of value j is p_k (1{k = j} - p_j) x.
    """
    probabilities = fit.predict(covariates)
    n_rows, n_values = probabilities.shape
    n_columns = covariates.shape[1]
    gradient = np.zeros((n_values, n_values, n_columns))
    for start in range(0, n_rows, _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        p, x = probabilities[part], covariates[part]
        gradient -= (
            (p[:, :, None] * p[:, None, :])
            .reshape(len(p), -1)
            .T.dot(x)
            .reshape(n_values, n_values, n_columns)
        )
        gradient[np.arange(n_values), np.arange(n_values)] += p.T @ x
    return probabilities.mean(axis=0), gradient[:, 1:].reshape(n_values, -1) / n_rows


def average_slopes(fit: LogitFit, covariates: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return the mean change of the probabilities (J,) a `step` (P,) ahead, with gradients."""
    after, after_gradient = average_probabilities(fit, covariates + step)
    before, before_gradient = average_probabilities(fit, covariates)
    return after - before, after_gradient - before_gradient


def measure_effects(fit: LogitFit, gradients: Floats) -> Effects:
    """Return the variances of effects by the delta method, with articles as clusters.

    Parameters
    ----------
    fit
        A fitted model.
    gradients
        (C, Q) derivatives of the effects by the coefficients.

    Notes
    -----
    With a = H^-1 gradient, article g contributes u_g = a' s_g (its score s_g); under working
    independence it has the variance v_g = a' H_g a and the leverage h_g = (H_g a)' H^-1 (H_g a) /
    v_g. The variance is sum u_g^2 / (1 - h_g) and no smaller than that of independent sentences,
    a' H a. Degrees of freedom are Satterthwaite's, 2 mean^2 / variance of that sum under working
    independence (Bell and McCaffrey 2002, sec. 4).
    """
    unrotate = np.linalg.inv(np.linalg.cholesky(fit.information))
    directions = np.linalg.solve(fit.information, gradients.T)
    contributions = _sum_scores(fit) @ directions
    n_coefficients, n_effects = directions.shape
    independent, square = np.zeros(n_effects), np.zeros(n_effects)
    kept = np.zeros((n_effects, n_coefficients, n_coefficients))
    for start, information in _split_information(fit):
        crossed = information @ directions
        own = (directions * crossed).sum(axis=1)
        rotated = (unrotate @ crossed).transpose(2, 0, 1)  # (C, articles, Q)
        lengths = (rotated**2).sum(axis=2).T
        leverage = np.divide(lengths, own, out=np.zeros_like(own), where=own > 1e-300)
        inverse = 1 / np.clip(1 - leverage, 1e-6, None)
        contributions[start : start + len(own)] *= np.sqrt(inverse)
        independent += own.sum(axis=0)
        square += (inverse**2 * (own**2 - 2 * own * lengths)).sum(axis=0)
        kept += (rotated * inverse.T[:, :, None]).transpose(0, 2, 1) @ rotated
    square += (kept**2).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        df = independent**2 / square
    variances = np.maximum((contributions**2).sum(axis=0), independent)
    if fit.covariance is not None:
        variances = np.einsum("cq,qr,cr->c", gradients, fit.covariance, gradients)
    return Effects(variances, df, contributions)


def _split_information(fit: LogitFit) -> Iterator[tuple[int, Floats]]:
    """Give the number of an article and the information (articles, Q, Q) of it and some more."""
    sentences, (n_columns, n_values) = fit.sentences, fit.coefficients.shape
    ends = np.flatnonzero(np.diff(sentences.articles, append=-1)) + 1
    starts = np.concatenate([[0], ends[:-1]])
    probabilities = fit.predict(sentences.covariates)[:, 1:]
    for first in range(0, len(ends), _ARTICLES_AT_ONCE):
        parts = []
        for start, end in zip(
            starts[first : first + _ARTICLES_AT_ONCE],
            ends[first : first + _ARTICLES_AT_ONCE],
            strict=True,
        ):
            p, x = probabilities[start:end], sentences.covariates[start:end]
            spread = -p[:, :, None] * p[:, None, :]
            spread[:, range(n_values), range(n_values)] += p
            squares = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
            parts.append(spread.reshape(len(p), -1).T @ squares)
        blocks = np.array(parts).reshape(-1, n_values, n_values, n_columns, n_columns)
        size = n_values * n_columns
        yield first, blocks.transpose(0, 1, 3, 2, 4).reshape(-1, size, size)


def _sum_scores(fit: LogitFit) -> Floats:
    """Return the score of every article, (G, Q)."""
    sentences = fit.sentences
    residuals = -fit.predict(sentences.covariates)
    residuals[np.arange(len(residuals)), sentences.codes] += 1
    rows = (residuals[:, 1:, None] * sentences.covariates[:, None, :]).reshape(len(residuals), -1)
    starts = np.flatnonzero(np.diff(sentences.articles, prepend=-1))
    return np.asarray(np.add.reduceat(rows, starts))


def _find_information(coefficients: Floats, sentences: Sentences) -> Floats:
    """Return sum_i (diag(p) - p p') x x' as (Q, Q)."""
    n_columns, n_values = coefficients.shape
    information = np.zeros((n_values, n_columns, n_values, n_columns))
    for start in range(0, len(sentences.codes), _ROWS_AT_ONCE):
        x = sentences.covariates[start : start + _ROWS_AT_ONCE]
        p = _predict(x, coefficients)[:, 1:]
        for j in range(n_values):
            information[j, :, j] += (x * p[:, [j]]).T @ x
            for k in range(n_values):
                information[j, :, k] -= (x * (p[:, [j]] * p[:, [k]])).T @ x
    return information.reshape(n_values * n_columns, n_values * n_columns)


def _predict(covariates: Floats, coefficients: Floats) -> Floats:
    predictors = np.column_stack([np.zeros(len(covariates)), covariates @ coefficients])
    odds = np.exp(predictors - predictors.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))
