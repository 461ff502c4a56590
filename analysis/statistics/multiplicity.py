"""Many comparisons: p-values, and the levels of intervals, that allow for a whole family of tests.

References
----------
Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and
powerful approach to multiple testing. Journal of the Royal Statistical Society B 57:289-300.
Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of
Statistics 6:65-70.
Hothorn, T., Bretz, F. and Westfall, P. (2008). Simultaneous inference in general parametric models.
Biometrical Journal 50:346-363.
Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
Applications in Genetics and Molecular Biology 9:39.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.statistics.estimates import Estimate
from analysis.statistics.settings import Adjust
from framing.errors import BingkaiError

Floats = NDArray[np.float64]

# How the adjustment is called in the family of a row, and from there in captions; and in text.
NAMES = {
    Adjust.HOLM: "Holm",
    Adjust.BENJAMINI_HOCHBERG: "Benjamini-Hochberg",
    Adjust.MAX_T: "max-t",
}
PROSE = {
    Adjust.HOLM: "Holm’s correction",
    Adjust.BENJAMINI_HOCHBERG: "Benjamini and Hochberg’s correction",
    Adjust.MAX_T: "max-t correction",
}


@dataclass(frozen=True)
class Maxima:
    """Largest absolute deviations of a family of estimates, in standard errors, (B,).

    The single-step max-t adjustment (Hothorn, Bretz and Westfall 2008, sec. 4), with the joint
    distribution drawn by `analysis.statistics.bootstrap` and not looked up. The deviations are on
    the scale of normal numbers. Every estimate keeps Student's t with its own degrees of freedom:
    the maxima say at which level each has to be tested, or its interval made, for all to hold
    together. An adjusted p-value is below 1 - conf_level just where the interval at `find_level`
    excludes the hypothesis.
    """

    draws: Floats

    def find_level(self, conf_level: float) -> float:
        """Return the confidence level of each interval at which all hold with `conf_level`.

        Raises
        ------
        BingkaiError
            There are too few draws for such a level.
        """
        # The most maxima that may reach a statistic whose adjusted p-value is below 1 - conf_level.
        allowed = math.ceil((1 - conf_level) * (len(self.draws) + 1) - 1e-9) - 2
        if allowed < 0:
            raise BingkaiError(
                f"settings: {len(self.draws)} bootstrap replicates cannot reach a level of "
                f"{conf_level:g}; raise n_bootstrap"
            )
        critical = np.sort(self.draws)[::-1][allowed]
        return float(1 - 2 * stats.norm.sf(critical))

    def adjust(self, p_values: Floats) -> Floats:
        """Return p-values adjusted for the family: (1 + number of maxima as extreme) / (1 + B).

        Neither is ever zero (Phipson and Smyth 2010).
        """
        statistics = stats.norm.isf(np.asarray(p_values) / 2)
        n_below = np.searchsorted(np.sort(self.draws), statistics, side="left")
        return np.asarray((1 + len(self.draws) - n_below) / (1 + len(self.draws)))


def adjust_p_values(
    rows: Sequence[Estimate],
    *,
    family: str,
    adjust: Adjust = Adjust.HOLM,
    maxima: Maxima | None = None,
) -> list[Estimate]:
    """Return the rows with adjusted p-values over those that have a p-value.

    Parameters
    ----------
    rows
        One family of tests.
    family
        What it is made of; the name of the adjustment is added.
    adjust
        ``"holm"``: sorted upwards, the i-th of m is multiplied by m - i + 1, and none is smaller
        than the one before (Holm 1979); the chance of a single false claim in the family stays
        below the level, whatever the tests have to do with each other. ``"benjamini_hochberg"``:
        the i-th is multiplied by m / i and none is larger than the next (Benjamini and Hochberg
        1995); of the claims made, the expected part that is false stays below the level.
        ``"max_t"``: as Holm's promise, but with the dependence of the tests drawn by the bootstrap.
    maxima
        The draws of ``"max_t"``. A family without (such as permutation tests of several variables)
        falls back to Holm, which makes the same promise, and says so.
    """
    if adjust is Adjust.MAX_T and maxima is None:
        adjust = Adjust.HOLM
    tested = [i for i, row in enumerate(rows) if not math.isnan(row.p_value)]
    adjusted = list(rows)
    if tested:
        p_values = correct([rows[i].p_value for i in tested], adjust=adjust, maxima=maxima)
        for i, p_value in zip(tested, p_values, strict=True):
            adjusted[i] = replace(
                rows[i], p_adjusted=float(p_value), family=f"{family}; {NAMES[adjust]}"
            )
    return adjusted


def correct(p_values: Sequence[float], *, adjust: Adjust, maxima: Maxima | None = None) -> Floats:
    """Return the adjusted p-values of a family; see `adjust_p_values`."""
    given = np.asarray(p_values, dtype=np.float64)
    if adjust is Adjust.MAX_T and maxima is not None:
        return maxima.adjust(given)
    number, order = len(given), np.argsort(given, kind="stable")
    ranks = np.arange(1, number + 1)
    if adjust is Adjust.BENJAMINI_HOCHBERG:
        steps = np.minimum.accumulate((given[order] * number / ranks)[::-1])[::-1]
    else:
        steps = np.maximum.accumulate(given[order] * (number - ranks + 1))
    adjusted = np.empty(number)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def name_adjustment(family: str) -> str:
    """Return the name of the adjustment in a row's family, ``""`` if there is none."""
    return family.rpartition("; ")[2] if "; " in family else ""
