from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.correction.corrections import (
    Coding,
    fit_corrected,
    learn_codes,
    power_tune,
    use_gold_only,
)
from analysis.correction.misclassification import contrast_matrices, fit_matrix
from analysis.statistics.clusters import fit_shares
from tests.analysis.coverage import measure_corrections

EVERY = (use_gold_only, power_tune, learn_codes)


def lay(
    labels: list[int],
    codes: dict[int, int],
    *,
    articles: list[int] | None = None,
    outlets: list[int] | None = None,
    chances: float | list[float] | None = None,
    strata: list[int] | None = None,
) -> Coding:
    """Two values, 0 and 1; `codes` by the place of the sentence."""
    n = len(labels)
    one = np.eye(2)
    drawn = np.array(sorted(codes))
    own = np.zeros(n, int) if outlets is None else np.array(outlets)
    pi = len(codes) / n if chances is None else chances
    return Coding(
        outlets=own,
        articles=np.arange(n) if articles is None else np.array(articles),
        weights=np.ones(n),
        labels=one[labels],
        drawn=drawn,
        codes=one[[codes[i] for i in drawn]],
        chances=np.broadcast_to(np.asarray(pi, float), drawn.shape).copy(),
        strata=own if strata is None else np.array(strata),
    )


def everywhere(coding: Coding) -> np.ndarray:
    return np.ones(len(coding.labels), dtype=bool)


def test_a_stratified_mean_by_hand() -> None:
    # Six sentences labelled 1, of which 3 are coded, two of them 1; four labelled 0, of which 2
    # are coded, one of them 1. The share of 1 is 6/10 * 2/3 + 4/10 * 1/2 = 0.6: within a stratum by
    # label, the label has nothing to add. What DSL learns differs a little between its folds.
    coding = lay(
        [1, 1, 1, 1, 1, 1, 0, 0, 0, 0],
        {0: 1, 1: 1, 2: 0, 6: 1, 7: 0},
        chances=[0.5] * 5,
        strata=[0] * 6 + [1] * 4,
    )
    for correct, tolerance in ((use_gold_only, 1e-9), (power_tune, 1e-9), (learn_codes, 0.01)):
        fit = fit_corrected(coding, correct(coding), everywhere(coding))
        assert fit.raw[1] == pytest.approx(0.6, abs=tolerance)
        assert fit.raw.sum() == pytest.approx(1)


def test_the_difference_estimator_by_hand() -> None:
    # Ten sentences, 5 coded. Labels: 6 of 10 say 1, and 3 of the coded 5; codes: 2 of 5. With a
    # tuning of t the share is 2/5 + t (6/10 - 3/5) = 0.4. The best t is that of a regression of
    # codes on labels, (2/5 - 2/5 * 3/5) / (3/5 * 2/5) = 2/3.
    coding = lay([1, 1, 1, 0, 0, 1, 1, 1, 0, 0], {0: 1, 1: 1, 2: 0, 3: 0, 4: 0})
    correction = power_tune(coding)
    assert correction.tuning[1] == pytest.approx(2 / 3, abs=1e-9)
    assert fit_corrected(coding, correction, everywhere(coding)).raw[1] == pytest.approx(0.4)
    more = lay([1, 1, 1, 0, 0, 1, 1, 1, 1, 1], {0: 1, 1: 1, 2: 0, 3: 0, 4: 0})
    tuning = power_tune(more).tuning[1]
    fit = fit_corrected(more, power_tune(more), everywhere(more))
    assert fit.raw[1] == pytest.approx(2 / 5 + tuning * (8 / 10 - 3 / 5))


def test_ppi_agrees_with_ppi_python() -> None:
    """Against ppi-python 0.2.3, whose pools of sentences are apart and whose articles have one.

    ``ppi_mean_ci(y, f, u, alpha=0.05)`` for 400 coded sentences, of which label and code are
    (1, 1) in 120, (0, 1) in 32, (1, 0) in 24 and (0, 0) in 224, and 1,600 others, of which 600 are
    labelled 1, gives 0.35126 to 0.42550 about 0.38838; with lam=0, 0.33243 to 0.42757. The
    difference left is that of a sample variance that divides by n - 1.
    """
    labels = np.repeat([1, 0, 1, 0, 1, 0], [120, 32, 24, 224, 600, 1000])
    codes = np.repeat([1, 1, 0, 0], [120, 32, 24, 224])
    coding = lay(list(labels), dict(enumerate(codes)))
    for correct, low, high in ((power_tune, 0.35126, 0.42550), (use_gold_only, 0.33243, 0.42757)):
        fit = fit_corrected(coding, correct(coding), everywhere(coding))
        assert fit.raw[1] == pytest.approx((low + high) / 2, abs=2e-4)
        assert 2 * 1.959964 * fit.std_errors[1] == pytest.approx(high - low, rel=0.005)


def test_a_census_of_codes_is_the_plain_estimate_of_them() -> None:
    rng = np.random.default_rng(3)
    articles = np.repeat(np.arange(12), 10)
    codes = (rng.random(120) < np.repeat(rng.random(12), 10)).astype(int)
    labels = rng.integers(0, 2, 120)
    coding = lay(list(labels), dict(enumerate(codes)), articles=list(articles))
    hits = np.stack([np.bincount(articles, codes == k) for k in (0, 1)], axis=1).astype(float)
    plain = fit_shares(hits, hits.sum(axis=1))
    for correct in EVERY:
        fit = fit_corrected(coding, correct(coding), everywhere(coding))
        assert fit.shares == pytest.approx(plain.shares)
        assert fit.std_errors == pytest.approx(plain.std_errors)
        assert fit.n_effective == pytest.approx(plain.n_effective)


def test_the_mean_over_all_samples_is_the_truth() -> None:
    truth, labels = [1, 0, 0, 1, 0, 0, 1, 0], [1, 1, 0, 1, 0, 0, 0, 0]
    found = []
    for drawn in combinations(range(8), 4):
        coding = lay(labels, {i: truth[i] for i in drawn})
        found.append(fit_corrected(coding, use_gold_only(coding), everywhere(coding)).raw[1])
    assert np.mean(found) == pytest.approx(3 / 8)


def test_good_labels_help_and_useless_labels_do_no_harm() -> None:
    rng = np.random.default_rng(8)
    truth = rng.integers(0, 2, 2000)
    good = np.where(rng.random(2000) < 0.9, truth, 1 - truth)
    useless = rng.integers(0, 2, 2000)
    articles = list(np.repeat(np.arange(200), 10))
    drawn = rng.choice(2000, 200, replace=False)
    codes = {int(i): int(truth[i]) for i in drawn}
    for labels, least, most in ((good, 2.0, 4.0), (useless, 0.9, 1.2)):
        coding = lay(list(labels), codes, articles=articles)
        alone, *others = (
            fit_corrected(coding, correct(coding), everywhere(coding)).std_errors[1]
            for correct in EVERY
        )
        for error in others:
            assert least < (alone / error) ** 2 < most
    assert power_tune(coding).tuning[1] < 0.2


def test_an_outlet_without_codes_gets_nothing_and_spoils_nothing() -> None:
    coding = lay([1, 0, 1, 0] * 5, {0: 1, 1: 0, 2: 1, 3: 1}, outlets=[0] * 10 + [1] * 10)
    for correct in EVERY:
        correction = correct(coding)
        first, second = (fit_corrected(coding, correction, coding.outlets == o) for o in (0, 1))
        assert np.isfinite(first.std_errors).all() and np.isfinite(first.shares).all()
        assert np.isnan(second.shares).all()
        assert np.isnan(fit_corrected(coding, correction, everywhere(coding)).shares).all()


@given(st.integers(0, 10_000))
def test_shares_add_up_and_the_order_of_outlets_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 60
    labels = rng.integers(0, 2, n)
    outlets = np.repeat([0, 1], n // 2)
    drawn = np.concatenate([rng.choice(30, 12, replace=False), 30 + rng.choice(30, 6, False)])
    coding = lay(
        list(labels),
        {int(i): int(rng.integers(0, 2)) for i in drawn},
        articles=list(np.arange(n) // 6),
        outlets=list(outlets),
        chances=[0.4 if i < 30 else 0.2 for i in sorted(drawn)],
    )
    turned = replace(coding, outlets=1 - coding.outlets, strata=1 - coding.strata)
    for correct in EVERY:
        fit = fit_corrected(coding, correct(coding), outlets == 0)
        assert fit.raw.sum() == pytest.approx(1)
        assert ((fit.shares >= 0) & (fit.shares <= 1)).all()
        again = fit_corrected(turned, correct(turned), outlets == 0)
        assert again.raw == pytest.approx(fit.raw)
        assert again.std_errors == pytest.approx(fit.std_errors)


def test_rogan_and_gladen_by_hand() -> None:
    """Sensitivity 18/20, specificity 38/40: p = (q + 0.95 - 1) / (0.9 + 0.95 - 1).

    q is 1500 of 6,060 labels; the variance is that of Rogan and Gladen (1978): [q (1 - q) / N +
    p^2 se (1 - se) / 20 + (1 - p)^2 sp (1 - sp) / 40] / 0.85^2, for a validation sample apart; ours
    is part of the labels, which is one hundredth of them.
    """
    labels = [1] * 18 + [0] * 2 + [1] * 2 + [0] * 38 + [1] * 1480 + [0] * 4520
    codes = dict(enumerate([1] * 20 + [0] * 40))
    coding = lay(labels, codes)
    fit = fit_matrix(coding, everywhere(coding))
    q = 1500 / 6060
    p = (q - 0.05) / 0.85
    variance = q * (1 - q) / 6060 + p**2 * 0.09 / 20 + (1 - p) ** 2 * 0.0475 / 40
    assert fit.shares[1] == pytest.approx(p)
    assert fit.std_errors[1] == pytest.approx(np.sqrt(variance) / 0.85, rel=0.01)


def test_rogan_and_gladen_as_published() -> None:
    """The example of R's epiR (help page of epi.prev): 23 of 150 cows react to a test with a
    sensitivity of 96% and a specificity of 89%; the true prevalence is 5.1 per 100.
    """
    labels = [1] * 48 + [0] * 2 + [1] * 11 + [0] * 89 + [1] * 2241 + [0] * 12609
    assert sum(labels) / len(labels) == 23 / 150
    coding = lay(labels, dict(enumerate([1] * 50 + [0] * 100)))
    assert 100 * fit_matrix(coding, everywhere(coding)).shares[1] == pytest.approx(5.1, abs=0.05)


def test_a_matrix_in_three_values_by_hand() -> None:
    # Ten codes of each value; labels of value 0: 8, 1, 1; of 1: 2, 7, 1; of 2: 0, 3, 7. With true
    # shares 0.5, 0.3, 0.2 the labels have 0.46, 0.32 and 0.22 of the 3,000 sentences.
    strays = [[8, 1, 1], [2, 7, 1], [0, 3, 7]]
    labels = [label for row in strays for label, n in enumerate(row) for _ in range(n)]
    labels += [0] * (1380 - 10) + [1] * (960 - 11) + [2] * (660 - 9)
    one = np.eye(3)
    coding = Coding(
        outlets=np.zeros(3000, int),
        articles=np.arange(3000) // 10,
        weights=np.ones(3000),
        labels=one[labels],
        drawn=np.arange(30),
        codes=one[np.repeat([0, 1, 2], 10)],
        chances=np.full(30, 0.01),
        strata=np.zeros(3000, int),
    )
    assert fit_matrix(coding, everywhere(coding)).shares == pytest.approx([0.5, 0.3, 0.2])


def test_a_matrix_that_cannot_be_inverted_says_so() -> None:
    coding = lay([1, 0] * 20, {i: i // 2 % 2 for i in range(20)})
    fit = fit_matrix(coding, everywhere(coding))
    assert np.isnan(fit.shares).all()
    assert "can hardly be inverted" in fit.reason
    assert np.isnan(contrast_matrices(fit, fit, 0.95).differences).all()


def test_corrected_intervals_hold_where_naive_ones_and_one_matrix_fail() -> None:
    """A short form of benchmarks/corrections.py, whose table has 2,000 runs."""
    results = measure_corrections(60, 10, 200, stratified=True)
    coverage = {key: runs[:, 1] for key, runs in results.items()}
    for method in ("dsl", "ppi", "gold-only"):
        for estimand in ("share", "difference"):
            # The Monte Carlo error of a mean over cells is about 0.006 at 60 runs.
            assert np.nanmean(coverage[method, estimand]) > 0.94
            assert np.nanmean(coverage[method, estimand], axis=0).min() > 0.8
    for method in ("naive", "matrix"):
        assert np.nanmean(coverage[method, "share"], axis=0).min() < 0.5
        assert np.nanmean(coverage[method, "difference"]) < 0.93
    for method in ("naive", "matrix"):
        bias = np.abs(np.nanmean(results[method, "share"][:, 0], axis=0))
        assert bias.max() > 0.1
