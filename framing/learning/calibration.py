"""Whether probabilities keep their word: of labels held 0.8 likely, 8 in 10 should be right.

Only the probability of the chosen value counts (top-label calibration). Sentences go into bins of
equal numbers, not of equal width (Nixon et al. 2019), so that no bin is nearly empty.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binomtest, rankdata

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
N_BINS = 5


@dataclass(frozen=True)
class CalibrationError:
    """How far probabilities lie from the shares that they promise, in units of probability.

    Attributes
    ----------
    ece
        The debiased error; see `estimate_error`. 0.08: off by about 8 percentage points. NaN
        where there are fewer than two sentences.
    conf_low, conf_high
        Its interval.
    ece_plain
        The usual estimate, mean over sentences of the absolute gap of their bin (Guo et al. 2017,
        eq. 3), for comparison with other papers: above zero by chance alone.
    n_bins, n_sentences
        What they rest on.
    """

    ece: float
    conf_low: float
    conf_high: float
    ece_plain: float
    n_bins: int
    n_sentences: int


@dataclass(frozen=True)
class _Sums:
    """Sums by bin; the last axis of each array is the bins, axes before it are replicates."""

    n: Floats
    prob: Floats
    right: Floats

    def squared_error(self) -> Floats:
        """Return the plain squared error: gaps squared, weighted by sentences."""
        return np.asarray((self._shares() * self._gaps() ** 2).sum(axis=-1))

    def debiased_squared_error(self) -> Floats:
        """Return it without what chance adds (Kumar, Liang and Ma 2019, sec. 5).

        A bin of one sentence, as replicates may have, adds nothing: its variance cannot be known.
        """
        accuracy = self.right / np.maximum(self.n, 1)
        chance = accuracy * (1 - accuracy) / np.maximum(self.n - 1, 1)
        known = np.where(self.n >= 2, self._gaps() ** 2 - chance, 0.0)
        return np.asarray((self._shares() * known).sum(axis=-1))

    def absolute_error(self) -> float:
        """Return the plain mean of the absolute gaps, weighted by sentences."""
        return float((self._shares() * np.abs(self._gaps())).sum(axis=-1))

    def _shares(self) -> Floats:
        return np.asarray(self.n / self.n.sum(axis=-1, keepdims=True))

    def _gaps(self) -> Floats:
        return np.asarray((self.prob - self.right) / np.maximum(self.n, 1))


def estimate_error(
    probs: Floats,
    right: Bools,
    *,
    n_bins: int = N_BINS,
    n_bootstrap: int = 2000,
    conf_level: float = 0.95,
    rng: np.random.Generator,
) -> CalibrationError:
    """Estimate the debiased expected calibration error of the chosen values, with its interval.

    The error is the root of the mean over sentences of the squared gap of their bin, between the
    mean probability p and the share a that is right, less the part that chance adds to each::

        ece = sqrt(max(0, sum_b n_b / n * ((p_b - a_b)^2 - a_b (1 - a_b) / (n_b - 1))))

    This is the debiased estimator of the squared calibration error of Kumar, Liang and Ma (2019,
    "Verified Uncertainty Calibration", sec. 5), over bins of equal mass. A root mean square, it is
    the stricter reading: the mean absolute gap (`ece_plain`, but for its bias) is never larger.

    Parameters
    ----------
    probs
        Probability of each label, shape (n_sentences,).
    right
        Whether the coder agrees, shape (n_sentences,).
    n_bins
        How many bins; fewer where that leaves less than two sentences for each.
    n_bootstrap
        Replicates over sentences, the bins held. Their squared errors scatter around the plain
        squared error of the sample and not around the debiased one, so the percentile interval is
        moved by the difference (Efron and Tibshirani 1993, ch. 10, on the bias of a bootstrap),
        then cut at 0 and 1 and rooted.
    rng
        Draws the replicates.
    """
    n_sentences = len(probs)
    if n_sentences < 2:
        unknown = float("nan")
        return CalibrationError(unknown, unknown, unknown, unknown, 0, n_sentences)
    bins = assign_bins(probs, n_bins=n_bins)
    sums = _add_up(bins, probs, right)
    plain, debiased = float(sums.squared_error()), float(sums.debiased_squared_error())
    replicates = _draw(bins, probs, right, n_bootstrap, rng).debiased_squared_error()
    tail = (1 - conf_level) / 2
    low, high = np.quantile(replicates, [tail, 1 - tail]) + (debiased - plain)
    return CalibrationError(
        ece=_root(debiased),
        conf_low=_root(low),
        conf_high=_root(high),
        ece_plain=sums.absolute_error(),
        n_bins=len(sums.n),
        n_sentences=n_sentences,
    )


def describe_bins(
    probs: Floats, right: Bools, *, n_bins: int = N_BINS, conf_level: float = 0.95
) -> pd.DataFrame:
    """Return one row a bin, from the least to the most certain labels.

    Returns
    -------
    pandas.DataFrame
        ``bin`` (from 1), ``n_sentences``, ``mean_prob``, ``accuracy`` (the share that is right) and
        its Wilson interval (Wilson 1927) ``conf_low`` and ``conf_high``.
    """
    sums = _add_up(assign_bins(probs, n_bins=n_bins), probs, right)
    rows: list[dict[str, float]] = []
    for number in range(len(sums.n)):
        n, hits = int(sums.n[number]), int(sums.right[number])
        wilson = binomtest(hits, n).proportion_ci(conf_level, method="wilson")
        rows.append(
            {
                "bin": len(rows) + 1,
                "n_sentences": n,
                "mean_prob": sums.prob[number] / n,
                "accuracy": hits / n,
                "conf_low": wilson.low,
                "conf_high": wilson.high,
            }
        )
    columns = ["bin", "n_sentences", "mean_prob", "accuracy", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns)


def assign_bins(probs: Floats, *, n_bins: int = N_BINS) -> Ints:
    """Return the bin of each probability, from 0 up: by its rank, so that bins are equally full.

    Equal probabilities share a bin, where the middle of their ranks lies, so that the order of the
    sentences means nothing. Ties can leave bins over: one with less than half its due, or than two
    sentences, joins its neighbour. There are at most half as many bins as sentences.
    """
    if not len(probs):
        return np.zeros(0, dtype=np.int64)
    n_bins = max(1, min(n_bins, len(probs) // 2))
    bins = np.asarray((rankdata(probs) - 0.5) * n_bins // len(probs), dtype=np.int64)
    least = max(2.0, len(probs) / n_bins / 2)
    joined, number, held = [], 0, 0
    for size in np.bincount(bins).tolist():
        if size >= least and held >= least:
            number, held = number + 1, 0
        joined.append(number)
        held += size
    return np.array(joined, dtype=np.int64)[bins]


def _add_up(bins: Ints, probs: Floats, right: Bools, n_bins: int | None = None) -> _Sums:
    length = n_bins or int(bins.max(initial=-1)) + 1
    return _Sums(
        *(
            np.bincount(bins, weights=weights, minlength=length).astype(float)
            for weights in (None, probs, right)
        )
    )


def _draw(
    bins: Ints, probs: Floats, right: Bools, n_bootstrap: int, rng: np.random.Generator
) -> _Sums:
    """Return the sums of replicates, shape (n_bootstrap, n_bins)."""
    n_bins = int(bins.max()) + 1
    draws = []
    for _ in range(n_bootstrap):
        chosen = rng.integers(len(bins), size=len(bins))
        draws.append(_add_up(bins[chosen], probs[chosen], right[chosen], n_bins))
    return _Sums(*(np.array([getattr(d, name) for d in draws]) for name in ("n", "prob", "right")))


def _root(square: float) -> float:
    return float(np.sqrt(np.clip(square, 0.0, 1.0)))
