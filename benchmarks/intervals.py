"""Do the intervals hold what they promise? Coverage by simulation.

    PYTHONPATH=. python benchmarks/intervals.py --runs 2000

Articles of uneven length whose sentences resemble each other are drawn from known shares of eight
values; a 95% interval should hold the truth in 95% of the runs. Printed with it: the mean width,
and for tests how often they reject a true hypothesis at 5%. The standard error of a coverage is
about 0.005 at 2,000 runs.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import get_args

import numpy as np
from scipy import stats

from analysis.statistics.association import correct_association
from analysis.statistics.clusters import ShareFit, fit_shares
from analysis.statistics.intervals import (
    Limits,
    critical_value,
    find_p_values,
    limit_differences,
    limit_odds_ratios,
    limit_shares,
    pool_df,
)
from analysis.statistics.permutation import (
    Sample,
    contrast_profiles,
    count_as_extreme,
    measure_association,
    shuffle_totals,
    total_by_outlet,
)
from tests.analysis.simulation import SHARES, Articles, Kind, draw_articles

LEVEL = 0.95
TRUTH = np.array(SHARES)
RARE = TRUTH < 0.1
SIZES = (2, 3, 5, 12, 30)
CORRELATIONS = (0.05, 0.2)
REPLICATES = 999


def limit_by_ours(articles: Articles, rng: np.random.Generator) -> Limits:
    """CR2 variance, score interval at the effective sample size, Satterthwaite df."""
    fit = fit_shares(articles.hits, articles.sentences)
    return limit_shares(fit.shares, fit.n_effective, critical_value(fit.df, LEVEL))


def limit_by_t(articles: Articles, rng: np.random.Generator) -> Limits:
    """Share plus and minus t (articles - 1 degrees of freedom) times the linearised error."""
    shares, errors = _linearise(articles.hits, articles.sentences)
    half = stats.t.ppf(0.5 + LEVEL / 2, len(articles.sentences) - 1) * errors
    return Limits(np.clip(shares - half, 0, 1), np.clip(shares + half, 0, 1))


def limit_by_percentile(articles: Articles, rng: np.random.Generator) -> Limits:
    """Plain percentiles of resampled articles."""
    shares, _ = _resample(articles, rng)
    low, high = np.quantile(shares, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)
    return Limits(low, high)


def limit_by_bootstrap_t(articles: Articles, rng: np.random.Generator) -> Limits:
    """Studentised resampled articles; a point where no article varies."""
    shares, errors = _linearise(articles.hits, articles.sentences)
    resampled, their_errors = _resample(articles, rng)
    with np.errstate(divide="ignore", invalid="ignore"):
        pivots = np.where(their_errors > 0, (resampled - shares) / their_errors, 0.0)
    low, high = np.quantile(pivots, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)
    return Limits(np.clip(shares - high * errors, 0, 1), np.clip(shares - low * errors, 0, 1))


METHODS: dict[str, Callable[[Articles, np.random.Generator], Limits]] = {
    "ours": limit_by_ours,
    "linear t": limit_by_t,
    "bootstrap-t": limit_by_bootstrap_t,
    "percentile": limit_by_percentile,
}


def _linearise(hits: np.ndarray, sentences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n_articles = len(sentences)
    shares = hits.sum(0) / sentences.sum()
    residuals = hits - shares * sentences[:, None]
    variance = n_articles / (n_articles - 1) * (residuals**2).sum(0) / sentences.sum() ** 2
    return shares, np.sqrt(variance)


def _resample(articles: Articles, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n_articles = len(articles.sentences)
    drawn = rng.integers(0, n_articles, (REPLICATES, n_articles))
    hits, sentences = articles.hits[drawn], articles.sentences[drawn]
    shares = hits.sum(1) / sentences.sum(1)[:, None]
    residuals = hits - shares[:, None, :] * sentences[:, :, None]
    scale = n_articles / (n_articles - 1) / sentences.sum(1) ** 2
    return shares, np.sqrt((residuals**2).sum(1) * scale[:, None])


def scenarios() -> Iterator[tuple[float, Kind]]:
    """Give the populations: how alike the sentences of an article are, and in what way."""
    for correlation in CORRELATIONS:
        for kind in get_args(Kind):
            yield correlation, kind


def cover_shares(runs: int) -> None:
    """Print the coverage of the intervals of single shares."""
    print("Shares: coverage (mean width), values of 10% and more | under 10%")
    print(f"{'articles':>8} {'corr':>5} {'kind':>9}  " + "  ".join(f"{m:^29}" for m in METHODS))
    for n_articles in SIZES:
        for correlation, kind in scenarios():
            rng = np.random.default_rng([1, n_articles])
            held, width = defaultdict(list), defaultdict(list)
            for _ in range(runs):
                articles = draw_articles(
                    rng, SHARES, n_articles, correlation=correlation, kind=kind
                )
                for name, limit in METHODS.items():
                    limits = limit(articles, rng)
                    held[name].append((limits.low <= TRUTH) & (limits.high >= TRUTH))
                    width[name].append(limits.high - limits.low)
            cells = []
            for name in METHODS:
                parts = [
                    f"{np.array(held[name])[:, part].mean():.3f} "
                    f"({np.array(width[name])[:, part].mean():.3f})"
                    for part in (~RARE, RARE)
                ]
                cells.append(" | ".join(parts))
            print(f"{n_articles:>8} {correlation:>5} {kind:>9}  " + "  ".join(cells), flush=True)


def cover_contrasts(runs: int) -> None:
    """Print coverage and rejections of the contrasts of two outlets."""
    print(
        "\nTwo outlets: coverage of difference and odds ratio (where both outlets show the value),"
    )
    print("and how often the difference's test rejects where the shares are equal")
    print(f"{'articles':>9} {'corr':>5} {'kind':>9}  difference  odds ratio  rejects")
    tilt = np.array([0.15, -0.15, 0, 0, 0.05, -0.05, 0, 0])
    for pair in ((3, 3), (5, 5), (3, 30), (12, 12), (12, 30), (30, 30)):
        for correlation, kind in scenarios():
            rng = np.random.default_rng([2, *pair])
            held: list[np.ndarray] = []
            odds_held: list[float] = []
            rejected: list[np.ndarray] = []
            for _ in range(runs):
                first = _draw_fit(rng, TRUTH + tilt / 2, pair[0], correlation, kind)
                second = _draw_fit(rng, TRUTH - tilt / 2, pair[1], correlation, kind)
                shares = np.stack([first.shares, second.shares])
                sizes = np.stack([first.n_effective, second.n_effective])
                df = pool_df(shares, sizes, np.stack([first.df, second.df]))
                limits = limit_differences(shares, sizes, critical_value(df, LEVEL))
                held.append((limits.low <= tilt) & (limits.high >= tilt))
                rejected.append(find_p_values(shares, sizes, df)[tilt == 0] < 1 - LEVEL)
                seen = ((shares > 0) & (shares < 1)).all(axis=0)
                odds = limit_odds_ratios(
                    shares[:, seen], sizes[:, seen], critical_value(df, LEVEL)[seen]
                )
                a, b = TRUTH + tilt / 2, TRUTH - tilt / 2
                ratio = (a / (1 - a) / (b / (1 - b)))[seen]
                odds_held += list((odds.low <= ratio) & (odds.high >= ratio))
            print(
                f"{pair[0]:>4} {pair[1]:>4} {correlation:>5} {kind:>9}  "
                f"{np.mean(held):>10.3f}  {np.mean(odds_held):>10.3f}  {np.mean(rejected):>7.3f}",
                flush=True,
            )


def _draw_fit(
    rng: np.random.Generator, shares: np.ndarray, n_articles: int, correlation: float, kind: Kind
) -> ShareFit:
    drawn = draw_articles(rng, shares, n_articles, correlation=correlation, kind=kind)
    return fit_shares(drawn.hits, drawn.sentences)


def cover_profiles(runs: int) -> None:
    """Print rejections of the permutation test and coverage of Cramér's V, 5 outlets."""
    print("\nFive outlets: the permutation test's rejections and the coverage of Cramér's V")
    print("(uneven: the first outlet has half the articles, of three times the length)")
    print(f"{'articles':>8} {'layout':>7}   true V  rejects  mean V  coverage (width)")
    for n_articles in (3, 5, 12, 30):
        for layout in ("even", "uneven"):
            for size in (0.0, 0.05, 0.15):
                _cover_profile(n_articles, layout, size, runs)


def _cover_profile(n_articles: int, layout: str, size: float, runs: int) -> None:
    n_outlets, n_shuffles = 5, 299
    rng = np.random.default_rng([3, n_articles])
    lean = np.array([1.0, -1.0, 0, 0, 0, 0, 0, 0]) * size
    truths = [TRUTH + (lean if g % 2 == 0 else -lean) for g in range(n_outlets)]
    numbers = [n_articles] * n_outlets
    lengths = [12.0] * n_outlets
    if layout == "uneven":
        numbers[0], lengths[0] = max(2, n_articles // 2), 36.0
    true_v = np.sqrt(_population_phi2(np.array(truths), np.array(numbers) * np.array(lengths)) / 4)
    rejected, found, held, width = [], [], [], []
    for _ in range(runs):
        drawn = [
            draw_articles(rng, t, n, length=length)
            for t, n, length in zip(truths, numbers, lengths, strict=True)
        ]
        sample = Sample(
            np.vstack([d.hits for d in drawn]), np.concatenate([d.sentences for d in drawn])
        )
        codes = np.repeat(np.arange(n_outlets), numbers)
        observed = total_by_outlet(sample, codes, n_outlets)
        (shuffled,) = shuffle_totals([sample], codes, n_outlets, n_permutations=n_shuffles, rng=rng)
        p_value = count_as_extreme(
            float(contrast_profiles(observed)[0]), contrast_profiles(shuffled)
        )
        effect = correct_association(
            float(measure_association(observed)[0]),
            float(measure_association(shuffled).mean()),
            n_outlets=n_outlets,
            n_values=int(observed.hits.sum(axis=(0, 1)).astype(bool).sum()),
            conf_level=LEVEL,
        )
        rejected.append(p_value <= 1 - LEVEL)
        found.append(effect.v)
        held.append(effect.low <= true_v <= effect.high)
        width.append(effect.high - effect.low)
    print(
        f"{n_articles:>8} {layout:>7} {true_v:>8.3f} {np.mean(rejected):>8.3f} "
        f"{np.mean(found):>7.3f} {np.mean(held):>9.3f} ({np.mean(width):.3f})",
        flush=True,
    )


def _population_phi2(shares: np.ndarray, sizes: np.ndarray) -> float:
    weights = sizes / sizes.sum()
    overall = weights @ shares
    return float(weights @ ((shares - overall) ** 2 / overall).sum(axis=1))


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2_000, help="simulated corpora a row")
    runs = parser.parse_args().runs
    cover_shares(runs)
    cover_contrasts(runs)
    cover_profiles(max(200, runs // 5))


if __name__ == "__main__":
    main()
