"""Measure how often intervals of agreement, and of weighted samples, hold the truth.

    PYTHONPATH=. python benchmarks/coders.py --replicates 500

First, two coders err independently, more often in some articles than in others; the truth is what
100,000 sentences give. Beside the interval of `bingkai agree` stands the plain jackknife interval,
estimate plus and minus t standard errors. Then, samples of doubtful labels and plain ones of the
same size are corrected as `bingkai compare --gold` does.
"""

import argparse

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.coding.doubt import draw_systematically, scale_chances
from analysis.coding.reliability import ac1, agreement, alpha, estimate_reliability, tally_codes
from analysis.correction.corrections import Coding, fit_corrected, learn_codes, power_tune
from analysis.statistics.intervals import critical_value, limit_shares

Ints = NDArray[np.int64]

VALUES = np.array([0.35, 0.25, 0.15, 0.12, 0.08, 0.05])
SHARES = np.array([0.6, 0.3, 0.1])
COEFFICIENTS = {"alpha": alpha, "AC1": ac1, "agree": agreement}


def code_twice(n_articles: int, error: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return counts (U, K) of two coders' codes, and articles (U,) of five sentences at most."""
    mixes = rng.dirichlet(VALUES * 4, size=n_articles)
    errors = rng.beta(2, 2 / error - 2, size=n_articles)
    articles = np.repeat(np.arange(n_articles), rng.integers(1, 6, size=n_articles))
    truth = (rng.random(len(articles))[:, None] > mixes[articles].cumsum(axis=1)[:, :-1]).sum(
        axis=1
    )
    counts = np.zeros((len(articles), len(VALUES)), dtype=np.int64)
    for _ in range(2):
        wrong = rng.random(len(articles)) < errors[articles]
        code = np.where(wrong, rng.choice(len(VALUES), p=VALUES, size=len(articles)), truth)
        counts[np.arange(len(articles)), code] += 1
    return counts, articles


def cover_agreement(n_articles: int, error: float, n: int, rng: np.random.Generator) -> None:
    """Print a line for each coefficient."""
    whole = tally_codes(*code_twice(33_000, error, rng)).total()
    for name, coefficient in COEFFICIENTS.items():
        truth, held, plain = float(coefficient(whole)), [], []
        for _ in range(n):
            found = estimate_reliability(
                tally_codes(*code_twice(n_articles, error, rng)), coefficient
            )
            if found.reason:
                continue
            held.append(found.conf_low <= truth <= found.conf_high)
            half = found.std_error * stats.t.ppf(0.975, found.df)
            plain.append(abs(found.estimate - truth) <= half)
        print(
            f"{n_articles:>3} articles  {name:<6} {truth:.2f}  held {np.mean(held):.3f}  "
            f"plain {np.mean(plain):.3f}  ({n - len(held)} without an interval)"
        )


def cover_shares(weighted: bool, n: int, rng: np.random.Generator) -> None:
    """Print coverage and width of corrected shares from 150 codes."""
    for name, correct in (("DSL", learn_codes), ("PPI++", power_tune)):
        held, widths = [], []
        for _ in range(n):
            coding = draw_and_code(weighted, rng)
            fit = fit_corrected(coding, correct(coding), np.ones(len(coding.articles), dtype=bool))
            limits = limit_shares(fit.shares, fit.n_effective, critical_value(fit.df, 0.95))
            held.append((limits.low <= SHARES) & (limits.high >= SHARES))
            widths.append(limits.high - limits.low)
        print(
            f"{'weighted' if weighted else 'plain':<9} {name:<6} held {np.mean(held, axis=0)}  "
            f"width {np.mean(widths, axis=0).round(3)}"
        )


def draw_and_code(weighted: bool, rng: np.random.Generator) -> Coding:
    """Return 80 articles of two outlets, labels of known doubt, and 150 codes."""
    mixes = rng.dirichlet(SHARES * 6, size=80)
    articles = np.repeat(np.arange(80), rng.integers(5, 15, size=80))
    size = len(articles)
    truth = (rng.random(size)[:, None] > mixes[articles].cumsum(axis=1)[:, :-1]).sum(axis=1)
    prob = rng.uniform(0.4, 1, size=size)
    labels = np.where(rng.random(size) < prob, truth, rng.integers(0, 3, size=size))
    doubt = np.sqrt(1 - prob) if weighted else np.ones(size)
    chances = scale_chances(0.3 + 0.7 * doubt / doubt.mean(), 150)
    drawn = draw_systematically(chances, rng)
    one, outlets = np.eye(3), articles % 2
    return Coding(
        outlets, articles, np.ones(size), one[labels], drawn, one[truth[drawn]], chances[drawn],
        outlets,
    )  # fmt: skip


def main() -> None:
    """Print all lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    for error in (0.1, 0.3):
        for n_articles in (8, 20, 60):
            cover_agreement(n_articles, error, options.replicates, rng)
    for weighted in (False, True):
        cover_shares(weighted, options.replicates, rng)


if __name__ == "__main__":
    main()
