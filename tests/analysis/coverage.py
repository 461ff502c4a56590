"""How often intervals hold the truth in drawn corpora: the work of benchmarks/corrections.py."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
from scipy import stats

from analysis.correction.corrections import (
    Coding,
    CorrectedFit,
    Correction,
    fit_corrected,
    learn_codes,
    power_tune,
    use_gold_only,
)
from analysis.correction.logit import LogitFit, fit_logit, fit_naive_logit, fit_tuned_logit
from analysis.correction.misclassification import contrast_matrices, fit_matrix
from analysis.statistics.clusters import fit_shares
from analysis.statistics.intervals import (
    Limits,
    critical_value,
    limit_differences,
    limit_shares,
    pool_df,
)
from tests.analysis.simulation import SHARES, CodedCorpus, draw_coded_corpus

LEVEL = 0.95
N_VALUES = len(SHARES)
METHODS: dict[str, Callable[[Coding], Correction]] = {
    "gold-only": use_gold_only,
    "dsl": learn_codes,
    "ppi": power_tune,
}


def encode(corpus: CodedCorpus) -> Coding:
    """Return what an analyst sees: labels of all, codes of some."""
    one = np.eye(N_VALUES)
    first = np.unique(corpus.strata, return_inverse=True)[1]
    nested = len(np.unique(corpus.strata)) > 1
    return Coding(
        outlets=corpus.outlets,
        articles=corpus.articles,
        weights=np.ones(len(corpus.labels)),
        labels=one[corpus.labels],
        drawn=corpus.drawn,
        codes=one[corpus.truth[corpus.drawn]],
        chances=corpus.chances,
        strata=first if nested else corpus.outlets,
    )


def fit_naive(coding: Coding, own: np.ndarray) -> CorrectedFit:
    """Return the shares of labels, as `bingkai compare` gives them without codes."""
    number = np.unique(coding.articles[own], return_inverse=True)[1]
    hits = np.stack([np.bincount(number, column) for column in coding.labels[own].T], axis=1)
    fit = fit_shares(hits, hits.sum(axis=1))
    return CorrectedFit(fit.shares, fit.std_errors, fit.n_effective, fit.df, fit.shares)


def _contrast(pair: list[CorrectedFit]) -> tuple[np.ndarray, Limits]:
    shares, sizes = (np.stack([getattr(f, n) for f in pair]) for n in ("shares", "n_effective"))
    df = pool_df(shares, sizes, np.stack([fit.df for fit in pair]))
    return shares[0] - shares[1], limit_differences(shares, sizes, critical_value(df, LEVEL))


def measure_corrections(
    runs: int, n_articles: int, n_gold: int, *, stratified: bool, seed: int = 1
) -> dict[tuple[str, str], np.ndarray]:
    """Return, by method and estimand, (runs, 3, cells): error, whether held, and width."""
    rng = np.random.default_rng([seed, n_articles, stratified])
    found: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)

    def note(key: tuple[str, str], estimate: np.ndarray, limits: Limits, true: np.ndarray) -> None:
        missing = np.isnan(estimate) | np.isnan(limits.low)
        held = np.where(missing, np.nan, (limits.low <= true) & (limits.high >= true))
        found[key].append(np.stack([estimate - true, held, limits.high - limits.low]))

    for _ in range(runs):
        corpus = draw_coded_corpus(rng, n_articles, n_gold, stratified=stratified)
        coding = encode(corpus)
        owns = [corpus.outlets == outlet for outlet in range(len(corpus.shares))]
        fits = {"naive": [fit_naive(coding, own) for own in owns]}
        for name, correct in METHODS.items():
            correction = correct(coding)
            fits[name] = [fit_corrected(coding, correction, own) for own in owns]
        fits["matrix"] = [fit_matrix(coding, own) for own in owns]
        for name, own_fits in fits.items():
            limits = [
                limit_shares(f.shares, f.n_effective, critical_value(f.df, LEVEL)) for f in own_fits
            ]
            joined = Limits(*(np.stack([getattr(x, n) for x in limits]) for n in ("low", "high")))
            note((name, "share"), np.stack([f.shares for f in own_fits]), joined, corpus.shares)
            for a, b in combinations(range(len(own_fits)), 2):
                true = corpus.shares[a] - corpus.shares[b]
                if name == "matrix":
                    contrast = contrast_matrices(own_fits[a], own_fits[b], LEVEL)
                    note((name, f"difference {a} {b}"), contrast.differences, contrast.limits, true)
                else:
                    difference, limit = _contrast([own_fits[a], own_fits[b]])
                    note((name, f"difference {a} {b}"), difference, limit, true)
    results: dict[tuple[str, str], np.ndarray] = {}
    for name in fits:
        results[name, "share"] = np.stack(found[name, "share"]).reshape(runs, 3, -1)
        results[name, "difference"] = np.concatenate(
            [np.stack(v) for (n, e), v in found.items() if n == name and e != "share"], axis=2
        )
    return results


LOGITS: dict[str, Callable[[Coding, np.ndarray], LogitFit]] = {
    "naive": fit_naive_logit,
    "gold-only": lambda coding, terms: fit_tuned_logit(coding, terms, tuning=0.0),
    "dsl": lambda coding, terms: fit_logit(coding, terms, learn_codes(coding)),
    "ppi": fit_tuned_logit,
}


def measure_coefficients(
    runs: int, n_articles: int, n_gold: int, *, stratified: bool, seed: int = 1
) -> dict[tuple[str, str], np.ndarray]:
    """Return, by method, (runs, 3, 4): error, whether held, and width of log odds ratios.

    Of the first value against all others, in four outlets against the first.
    """
    rng = np.random.default_rng([seed, n_articles, stratified])
    found: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)
    for _ in range(runs):
        corpus = draw_coded_corpus(rng, n_articles, n_gold, stratified=stratified)
        coding = encode(corpus)
        two = [
            np.stack([1 - part[:, 0], part[:, 0]], axis=1) for part in (coding.labels, coding.codes)
        ]
        coding = replace(coding, labels=two[0], codes=two[1])
        others = corpus.outlets[:, None] == np.arange(1, len(corpus.shares))
        terms = np.hstack([np.ones((len(others), 1)), others])
        log_odds = np.log(corpus.shares[:, 0] / (1 - corpus.shares[:, 0]))
        true = log_odds[1:] - log_odds[0]
        for name, fit in LOGITS.items():
            result = fit(coding, terms)
            error = result.coefficients[1:, 0] - true
            half = stats.t.ppf(0.5 + LEVEL / 2, result.df[1:, 0]) * result.std_errors[1:, 0]
            held = np.where(np.isnan(error), np.nan, np.abs(error) <= half)
            found[name, "log odds"].append(np.stack([error, held, 2 * half]))
    return {key: np.stack(runs) for key, runs in found.items()}
