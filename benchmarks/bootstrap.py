"""Time the bootstrap of all differences of outlets, and see whether its band holds.

    OMP_NUM_THREADS=1 PYTHONPATH=. taskset -c 0 python benchmarks/bootstrap.py

First the time of 10,000 replicates for 10,000 articles, 5 outlets and 8 frames, with the max-t band
of all 80 differences, against scipy.stats.bootstrap over the same article totals and a loop of
pandas resamples over the same sentences in the same run; those two give standard errors only, and
all three must agree on them. The slow two are run on fewer replicates and scaled up, which is said.
Then, by simulation, how often a band holds all differences at once, with the level it gives to
every single one: ours, the same with resampled articles, and Bonferroni's.
"""

import argparse
import time
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.statistics.bootstrap import draw_deviations, take_maxima
from analysis.statistics.clusters import find_contributions, fit_shares
from analysis.statistics.intervals import centre_variances, find_p_values, pool_df
from analysis.statistics.multiplicity import Maxima
from tests.analysis.simulation import SHARES, Articles, draw_articles

LEVEL = 0.95
N_OUTLETS, N_ARTICLES, N_REPLICATES = 5, 2_000, 10_000
PAIRS = np.array(list(combinations(range(N_OUTLETS), 2)))
Corpus = list[Articles]


def bootstrap_by_ours(corpus: Corpus, n_replicates: int) -> np.ndarray:
    """Return the standard errors of all shares; the band of all differences is made with them."""
    rng = np.random.default_rng(0)
    contributions = [find_contributions(one.hits, one.sentences) for one in corpus]
    deviations = [
        draw_deviations(part, n_replicates=n_replicates, rng=rng) for part in contributions
    ]
    errors = np.array([np.sqrt((part**2).sum(axis=0)) for part in contributions])
    find_band(deviations, errors, n_replicates)
    return errors * np.array([part.std(axis=0) for part in deviations])


def find_band(deviations: list[np.ndarray], errors: np.ndarray, n_replicates: int) -> float:
    """Return the level of each difference of two outlets at which all hold at 95%."""
    mixed = (
        (errors[a] * deviations[a] - errors[b] * deviations[b]) / np.hypot(errors[a], errors[b])
        for a, b in PAIRS
    )
    return Maxima(take_maxima(mixed, n_replicates=n_replicates)).find_level(LEVEL)


def bootstrap_by_scipy(corpus: Corpus, n_replicates: int) -> np.ndarray:
    """Resample article numbers outlet by outlet with scipy.stats.bootstrap."""
    errors = []
    for one in corpus:

        def share(index: np.ndarray, axis: int = -1, one: Articles = one) -> np.ndarray:
            drawn = index.astype(int)
            totals = one.hits[drawn].sum(axis=axis if axis >= 0 else drawn.ndim - 1)
            return np.moveaxis(totals / one.sentences[drawn].sum(axis=-1)[..., None], -1, 0)

        result = stats.bootstrap(
            (np.arange(len(one.sentences)),), share, n_resamples=n_replicates, batch=50,
            method="percentile", rng=np.random.default_rng(0),
        )  # fmt: skip
        errors.append(result.standard_error)
    return np.array(errors)


def bootstrap_by_pandas(corpus: Corpus, n_replicates: int) -> np.ndarray:
    """Draw articles of a sentences table with replacement, outlet by outlet, in a loop."""
    rng = np.random.default_rng(0)
    hits = np.concatenate([one.hits for one in corpus]).astype(int)
    article, frame = (np.repeat(code.ravel(), hits.ravel()) for code in np.indices(hits.shape))
    outlet = np.repeat(np.arange(len(corpus)), [len(one.hits) for one in corpus])[article]
    sentences = pd.DataFrame({"outlet": outlet, "article": article, "frame": frame})
    articles = sentences.drop_duplicates(["outlet", "article"])[["outlet", "article"]]
    shares = []
    for _ in range(n_replicates):
        drawn = articles.groupby("outlet").sample(frac=1, replace=True, random_state=rng)
        resampled = drawn.merge(sentences, on=["outlet", "article"])
        shares.append(
            pd.crosstab(resampled["outlet"], resampled["frame"], normalize="index").to_numpy()
        )
    return np.std(shares, axis=0, ddof=1)


def compare_speed() -> None:
    """Print the times, as ratios to ours, and how far the standard errors lie apart."""
    rng = np.random.default_rng(1)
    corpus = [draw_articles(rng, SHARES, N_ARTICLES) for _ in range(N_OUTLETS)]
    print(f"{N_OUTLETS * N_ARTICLES:,} articles, {N_OUTLETS} outlets, {len(SHARES)} frames,")
    print(f"{N_REPLICATES:,} replicates, {len(PAIRS) * len(SHARES)} differences with max-t")
    ways: dict[str, tuple[Callable[[Corpus, int], np.ndarray], int]] = {
        "ours, with max-t": (bootstrap_by_ours, N_REPLICATES),
        "scipy.stats.bootstrap": (bootstrap_by_scipy, 1_000),
        "pandas loop": (bootstrap_by_pandas, 100),
    }
    print(f"{'':<22} {'seconds':>8} {'ratio':>6}  largest gap of standard errors")
    ours, reference = 0.0, np.empty(0)
    for name, (bootstrap, n_replicates) in ways.items():
        start = time.perf_counter()
        errors = bootstrap(corpus, n_replicates)
        seconds = (time.perf_counter() - start) * N_REPLICATES / n_replicates
        ours, reference = ours or seconds, reference if reference.size else errors
        gap = np.abs(errors / reference - 1).max()
        noise = 3 / np.sqrt(2 * n_replicates)  # three standard errors of a standard error
        scaled = "" if n_replicates == N_REPLICATES else f", from {n_replicates:,} replicates"
        print(
            f"{name:<22} {seconds:>8.1f} {seconds / ours:>6.0f}  "
            f"{gap:.1%} (noise up to {noise:.1%}){scaled}",
            flush=True,
        )


def cover_families(runs: int) -> None:
    """Print how often all 80 differences are held at once, where no outlets differ."""
    print("\nAll 80 differences held at once (1 - level of each, median), no outlets differ")
    names = ("each for itself", "Bonferroni", "ours", "resampled articles")
    print(f"{'articles':>8} {'corr':>5}  " + "  ".join(f"{name:^18}" for name in names))
    for n_articles in (3, 5, 12, 30):
        for correlation in (0.05, 0.2):
            rng = np.random.default_rng([5, n_articles])
            held, levels = [], []
            for _ in range(runs):
                corpus = [
                    draw_articles(rng, SHARES, n_articles, correlation=correlation)
                    for _ in range(N_OUTLETS)
                ]
                p_values, alphas = _find_levels(corpus, rng)
                held.append([bool((p_values >= alpha).all()) for alpha in alphas])
                levels.append(alphas)
            cells = [
                f"{cover:.3f} ({alpha:.5f})"
                for cover, alpha in zip(np.mean(held, 0), np.median(levels, 0), strict=True)
            ]
            print(
                f"{n_articles:>8} {correlation:>5}  " + "  ".join(f"{c:^18}" for c in cells),
                flush=True,
            )


def _find_levels(corpus: Corpus, rng: np.random.Generator) -> tuple[np.ndarray, list[float]]:
    fits = [fit_shares(one.hits, one.sentences) for one in corpus]
    shares, sizes, df = (
        np.stack([getattr(fit, name) for fit in fits])[PAIRS.T].reshape(2, -1)
        for name in ("shares", "n_effective", "df")
    )
    p_values = find_p_values(shares, sizes, pool_df(shares, sizes, df))
    errors = np.sqrt(
        centre_variances(
            np.stack([f.shares for f in fits]), np.stack([f.n_effective for f in fits])
        )
    )
    ours = [
        draw_deviations(find_contributions(one.hits, one.sentences), n_replicates=999, rng=rng)
        for one in corpus
    ]
    resampled = [_resample(one, fit.shares, rng) for one, fit in zip(corpus, fits, strict=True)]
    alphas = [1 - find_band(draws, errors, 999) for draws in (ours, resampled)]
    return p_values, [1 - LEVEL, (1 - LEVEL) / len(p_values), *alphas]


def _resample(one: Articles, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deviations of the shares of resampled articles, scaled to variance 1."""
    n_articles = len(one.sentences)
    times = rng.multinomial(n_articles, np.full(n_articles, 1 / n_articles), size=999)
    deviations = times @ one.hits / (times @ one.sentences)[:, None] - shares
    spread = deviations.std(axis=0)
    return np.where(
        spread > 1e-12,
        deviations / np.where(spread > 1e-12, spread, 1),
        rng.standard_normal(deviations.shape),
    )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=500, help="simulated corpora a row")
    runs = parser.parse_args().runs
    compare_speed()
    cover_families(runs)


if __name__ == "__main__":
    main()
