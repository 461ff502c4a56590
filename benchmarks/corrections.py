"""Does correction by people's codes hold what it promises? Coverage by simulation.

    PYTHONPATH=. python benchmarks/corrections.py --runs 2000

Five outlets whose machine labels are right in 80% of the sentences, and err differently in every
outlet. Some sentences have true codes, drawn at random or stratified by outlet and label. Printed
for the shares of eight values in every outlet, and for the differences of all pairs of outlets:
bias (the mean over shares of the absolute mean error), root mean square error, coverage of the 95%
interval with its Monte Carlo error, the coverage of the worst share, and the mean width.

Log odds ratios of the first value, of four outlets against the first, come from fewer runs: a
quarter, or a twentieth at 100 articles an outlet.

The generator is tests/analysis/simulation.py, which shares no code with the estimators. The Monte
Carlo error takes a run as one draw: its shares and differences are not independent.
"""

import argparse

import numpy as np

from tests.analysis.coverage import measure_coefficients, measure_corrections

SIZES = ((3, 100), (10, 200), (100, 500))
WHY = {
    "naive": "takes the labels as they are",
    "matrix": "takes errors to be alike in every outlet; here they are not",
}


def print_table(results: dict[tuple[str, str], np.ndarray], estimand: str) -> None:
    """Print one line a method."""
    for (name, kind), runs in results.items():
        if kind != estimand:
            continue
        error, held, width = runs[:, 0], runs[:, 1], runs[:, 2]
        by_run = np.nanmean(held[~np.isnan(held).all(axis=1)], axis=1)
        monte_carlo = by_run.std() / np.sqrt(len(by_run))
        empty = np.isnan(held).mean()
        print(
            f"  {estimand:<10} {name:<10} {np.abs(np.nanmean(error, axis=0)).mean():>7.4f} "
            f"{np.sqrt(np.nanmean(error**2)):>7.4f} {by_run.mean():>9.3f} ({monte_carlo:.3f}) "
            f"{np.nanmean(held, axis=0).min():>7.3f} {np.nanmean(width):>7.3f} {empty:>6.1%}  "
            f"{WHY.get(name, '')}",
            flush=True,
        )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2_000, help="simulated corpora a row")
    runs = parser.parse_args().runs
    for n_articles, n_gold in SIZES:
        for stratified in (True, False):
            design = "stratified by outlet and label" if stratified else "simple random"
            print(f"\n{n_articles} articles an outlet, {n_gold} coded sentences, {design}")
            print(
                f"  {'estimand':<10} {'method':<10} {'bias':>7} {'RMSE':>7} {'coverage (MC)':>17} "
                f"{'worst':>7} {'width':>7} {'empty':>6}"
            )
            results = measure_corrections(runs, n_articles, n_gold, stratified=stratified)
            for estimand in ("share", "difference"):
                print_table(results, estimand)
            # A logit of 500 articles takes a hundred times as long as their shares.
            fewer = max(2, runs // (20 if n_articles > 10 else 4))
            results = measure_coefficients(fewer, n_articles, n_gold, stratified=stratified)
            print_table(results, "log odds")


if __name__ == "__main__":
    main()
