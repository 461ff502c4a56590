"""How strongly outlet and value hang together: Cramér's V without its bias.

References
----------
Bergsma, W. (2013). A bias-correction for Cramér's V and Tschuprow's T. Journal of the Korean
Statistical Society 42:323-328.
Rao, J. N. K. and Scott, A. J. (1981). The analysis of categorical data from complex sample surveys.
Journal of the American Statistical Association 76:221-230.
Steiger, J. H. and Fouladi, R. T. (1997). Noncentrality interval estimation and the evaluation of
statistical models. In: Harlow, Mulaik and Steiger (eds), What if there were no significance
tests? Erlbaum, 221-257.
"""

import math
from dataclasses import dataclass

from scipy import optimize, stats


@dataclass(frozen=True)
class Association:
    """Cramér's V with its interval, all within [0, 1]."""

    v: float
    low: float
    high: float


def correct_association(
    phi2: float, chance: float, *, n_outlets: int, n_values: int, conf_level: float
) -> Association:
    """Return Cramér's V corrected for the association that chance alone gives.

    Bergsma (2013, sec. 2) subtracts from phi^2 its expectation under independence,
    (r - 1)(c - 1) / (n - 1), and corrects the numbers of rows and columns so that V can still
    reach 1: V^2 = max(0, phi^2 - expectation) / min(r' - 1, c' - 1) with
    r' = r - (r - 1)^2 / (n - 1). That expectation is the mean over shuffled sentences. Sentences of
    an article resemble each other, so here it is the mean over shuffled articles, `chance`, and n
    is the number of independent sentences that would give it, 1 + (r - 1)(c - 1) / chance. With
    one sentence an article this is Bergsma's estimator.

    The interval inverts the noncentral chi-square distribution of (n - 1) phi^2 (the noncentrality
    interval of Steiger and Fouladi 1997) at this n, which is the first-order correction of Rao and
    Scott (1981): chi-square divided by the mean design effect. An association below what chance
    gives is taken to be at chance, so that the interval is never a point. A bootstrap of the
    articles was tried and held the truth less often, since resampling adds association of its own.

    Parameters
    ----------
    phi2
        Observed phi^2.
    chance
        Mean phi^2 of shuffled articles, above 0 and below the smaller of r - 1 and c - 1.
    n_outlets, n_values
        r and c, values that occur, both at least 2.
    conf_level
        Level of the interval.
    """
    r, c = n_outlets - 1, n_values - 1
    df = r * c
    n = 1 + df / chance
    ceiling = min(r - r**2 / (n - 1), c - c**2 / (n - 1))
    statistic = max(phi2 / chance, 1.0) * df
    tail = (1 - conf_level) / 2
    low, high = (_noncentrality(statistic, df, 1 - tail), _noncentrality(statistic, df, tail))

    def as_v(excess: float) -> float:
        return math.sqrt(min(max(excess, 0.0) / ceiling, 1.0))

    scale = chance / df
    return Association(as_v(phi2 - chance), as_v(low * scale), as_v(high * scale))


def _noncentrality(statistic: float, df: int, probability: float) -> float:
    """Return the noncentrality, at least 0, that gives the statistic this probability."""
    if stats.chi2.cdf(statistic, df) <= probability:
        return 0.0
    top = (math.sqrt(statistic) + 10) ** 2
    return float(
        optimize.brentq(
            lambda nc: stats.ncx2.cdf(statistic, df, nc) - probability, 1e-12, top, xtol=1e-10
        )
    )
