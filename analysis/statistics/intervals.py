"""Intervals of shares, differences and odds ratios that stay where they belong.

Numbers from arrays, which broadcast; `critical` is the quantile of Student's t that goes with the
level and the degrees of freedom. How often the intervals hold the truth is measured by
benchmarks/intervals.py.

References
----------
Agresti, A. and Coull, B. A. (1998). Approximate is better than "exact" for interval estimation of
binomial proportions. American Statistician 52:119-126.
Franco, C., Little, R. J. A., Louis, T. A. and Slud, E. V. (2019). Comparative study of confidence
intervals for proportions in complex sample surveys. Journal of Survey Statistics and Methodology
7:334-364.
Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions:
comparison of eleven methods. Statistics in Medicine 17:873-890.
Newcombe, R. G. (2001). Logit confidence intervals and the inverse sinh transformation. American
Statistician 55:200-202.
Welch, B. L. (1947). The generalization of "Student's" problem when several different population
variances are involved. Biometrika 34:28-35.
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal
of the American Statistical Association 22:209-212.
Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general
approach. Statistics in Medicine 27:1693-1702.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Limits:
    """Lower and upper limits, arrays of one shape."""

    low: Floats
    high: Floats


def critical_value(df: Floats, conf_level: float) -> Floats:
    """Return the two-sided quantile of Student's t."""
    return np.asarray(stats.t.ppf(0.5 + conf_level / 2, df))


def limit_shares(shares: Floats, n_effective: Floats, critical: Floats) -> Limits:
    """Return score limits of shares (Wilson 1927) at the effective sample size.

    The two shares pi that solve (p - pi)^2 = t^2 pi (1 - pi) / n, with the effective sample size of
    Korn and Graubard (1998) for n and a quantile of t in the place of the normal one; Franco et
    al. (2019) compare such intervals for clustered samples. They stay in [0, 1] and are never a
    point: a value that was never seen gets the upper limit t^2 / (n + t^2).
    """
    squared = critical**2 / n_effective
    centre = shares + squared / 2
    half = np.sqrt(squared * (shares * (1 - shares) + squared / 4))
    high = (centre + half) / (1 + squared)
    # The product of the limits is p^2 / (1 + t^2 / n): no difference of near numbers for low.
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(shares > 0, shares**2 / (centre + half), 0.0 * centre)
    return Limits(low, np.where(shares < 1, np.minimum(high, 1.0), 1.0 + 0.0 * high))


def centre_variances(shares: Floats, n_effective: Floats) -> Floats:
    """Return variances of shares, moved to the middle so that none is zero.

    p (1 - p) / n at p = (n share + 2) / (n + 4) (Agresti and Coull 1998), so that an outlet without
    the value keeps its part of the uncertainty.
    """
    centred = (n_effective * shares + 2) / (n_effective + 4)
    return np.asarray(centred * (1 - centred) / n_effective)


def pool_df(shares: Floats, n_effective: Floats, df: Floats) -> Floats:
    """Return the degrees of freedom of the difference of two shares (Welch 1947).

    Parameters
    ----------
    shares, n_effective, df
        (2, K) arrays, one row an outlet.

    Notes
    -----
    (v_0 + v_1)^2 / (v_0^2 / df_0 + v_1^2 / df_1), with the variances of `centre_variances`.
    """
    variances = centre_variances(shares, n_effective)
    return np.asarray(variances.sum(axis=0) ** 2 / (variances**2 / df).sum(axis=0))


def limit_differences(
    shares: Floats, n_effective: Floats, critical: Floats, correlation: Floats | float = 0.0
) -> Limits:
    """Return limits of shares[0] - shares[1] from the limits of the two shares.

    The square-and-add rule of Newcombe (1998, method 10; the MOVER of Zou and Donner 2008) on score
    limits l and u: p_0 - p_1 - sqrt((p_0 - l_0)^2 + (u_1 - p_1)^2), and the like above. It stays
    in [-1, 1] and follows the skewness of shares near 0 or 1. Where the two shares are correlated,
    as those of outlets that print the same stories, twice the product of the two distances and the
    correlation is taken off under the root (Zou and Donner 2008).
    """
    limits = limit_shares(shares, n_effective, critical)
    below, above = shares - limits.low, limits.high - shares
    difference = shares[0] - shares[1]
    return Limits(
        difference - _add_squares(below[0], above[1], correlation),
        difference + _add_squares(above[0], below[1], correlation),
    )


def _add_squares(one: Floats, other: Floats, correlation: Floats | float) -> Floats:
    square = one**2 + other**2 - 2 * correlation * one * other
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def find_p_values(
    shares: Floats, n_effective: Floats, df: Floats, correlation: Floats | float = 0.0
) -> Floats:
    """Return two-sided p-values of no difference that agree with `limit_differences`, (K,).

    The p-value is one minus the level at which the interval begins to hold zero, so that test and
    interval never contradict each other. The level is found by bisection.
    """
    sign = shares[0] >= shares[1]
    larger = np.where(sign, shares, shares[::-1])
    sizes = np.where(sign, n_effective, n_effective[::-1])
    # Bisection on the logarithm of the critical value: the lower limit falls as it grows.
    low, high = np.full(larger.shape[1], -20.0), np.full(larger.shape[1], 20.0)
    for _ in range(80):
        middle = (low + high) / 2
        limits = limit_differences(larger, sizes, np.exp(middle), correlation)
        holds_zero = limits.low <= 0
        low, high = np.where(holds_zero, low, middle), np.where(holds_zero, middle, high)
    p_values = 2 * stats.t.sf(np.exp(high), df)
    return np.where((larger[0] == larger[1]) & ~np.isnan(p_values), 1.0, p_values)


def limit_odds_ratios(shares: Floats, n_effective: Floats, critical: Floats) -> Limits:
    """Return limits of the odds ratio of shares[0] to shares[1], both strictly between 0 and 1.

    Score limits are symmetric about logit(p), 2 asinh(t / (2 sqrt(n p (1 - p)))) to each side
    (Newcombe 2001); the squares of the two half-widths add up (Zou and Donner 2008).
    """
    spread = n_effective * shares * (1 - shares)
    half = 2 * np.arcsinh(critical / (2 * np.sqrt(spread)))
    width = np.hypot(half[0], half[1])
    centre = np.log(shares[0]) - np.log1p(-shares[0]) - np.log(shares[1]) + np.log1p(-shares[1])
    return Limits(np.exp(centre - width), np.exp(centre + width))
