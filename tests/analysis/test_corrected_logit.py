import math
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.correction.corrections import Coding, learn_codes
from analysis.correction.logit import fit_logit, fit_naive_logit, fit_tuned_logit
from tests.analysis.coverage import encode
from tests.analysis.simulation import draw_coded_corpus


def draw(n_articles: int = 12, n_gold: int = 250, *, seed: int = 2) -> tuple[Coding, np.ndarray]:
    """Values 0, 1 and all others; explained by a constant, an outlet and a number."""
    rng = np.random.default_rng(seed)
    coding = encode(draw_coded_corpus(rng, n_articles, n_gold, stratified=False))
    merged = [
        np.stack([c[:, 2:].sum(1), c[:, 0], c[:, 1]], 1) for c in (coding.labels, coding.codes)
    ]
    terms = np.stack(
        [np.ones(len(coding.labels)), coding.outlets == 1, rng.normal(size=len(coding.labels))], 1
    )
    return replace(coding, labels=merged[0], codes=merged[1]), terms


def test_without_correction_it_is_statsmodels_mnlogit() -> None:
    coding, terms = draw()
    reference = sm.MNLogit(coding.labels.argmax(axis=1), terms).fit(disp=False)
    assert fit_naive_logit(coding, terms).coefficients == pytest.approx(reference.params, abs=1e-6)


def test_codes_alone_are_a_weighted_logit_of_them() -> None:
    coding, terms = draw()
    alone = fit_tuned_logit(coding, terms, tuning=0.0)
    reference = sm.MNLogit(coding.codes.argmax(axis=1), terms[coding.drawn]).fit(disp=False)
    assert alone.coefficients == pytest.approx(reference.params, abs=1e-6)


def test_a_census_makes_all_methods_the_logit_of_codes() -> None:
    coding, terms = draw(6)
    everything = np.arange(len(coding.labels))
    codes = np.roll(coding.labels, 5, axis=0)
    census = replace(
        coding, drawn=everything, codes=codes, chances=np.ones(len(codes)), strata=coding.outlets
    )
    reference = sm.MNLogit(codes.argmax(axis=1), terms).fit(disp=False).params
    for fit in (
        fit_logit(census, terms, learn_codes(census)),
        fit_tuned_logit(census, terms),
        fit_tuned_logit(census, terms, tuning=0.3),
    ):
        assert fit.coefficients == pytest.approx(reference, abs=1e-6)


def test_the_log_odds_ratio_of_two_outlets_by_hand() -> None:
    # All coded: 20 of 50 sentences in the first outlet, 30 of 50 in the second; articles of 10 with
    # 2, 4, 4, 4, 6 and 4, 6, 6, 6, 8. The log odds ratio is log(30/20 / (20/30)) = 2 log 1.5. The
    # jackknife leaves one article out of five, each time: 1/(n - 1)^2 of the squared residual
    # totals -2, 0, 0, 0, 2 over the information of four articles, 40 * 0.24.
    hits = [2, 4, 4, 4, 6, 4, 6, 6, 6, 8]
    codes = np.concatenate([[1] * n + [0] * (10 - n) for n in hits])
    outlets = np.repeat([0, 1], 50)
    one = np.eye(2)
    coding = Coding(
        outlets=outlets, articles=np.repeat(np.arange(10), 10), weights=np.ones(100),
        labels=one[codes], drawn=np.arange(100), codes=one[codes], chances=np.ones(100),
        strata=outlets,
    )  # fmt: skip
    fit = fit_naive_logit(coding, np.stack([np.ones(100), outlets], 1).astype(float))
    assert fit.coefficients[1, 0] == pytest.approx(2 * math.log(1.5))
    one_outlet = 0.9 * (2**2 + 2**2) / (40 * 0.24) ** 2
    assert fit.std_errors[1, 0] == pytest.approx(math.sqrt(2 * one_outlet))
    assert fit.std_errors[0, 0] == pytest.approx(math.sqrt(one_outlet))
    # Five articles in each of two outlets, and a mean of each told: 10 - 2 degrees of freedom.
    assert fit.df[1, 0] == pytest.approx(8)


def test_a_value_that_is_never_seen_in_an_outlet_has_no_coefficient() -> None:
    coding, terms = draw()
    labels = coding.labels.copy()
    own = coding.outlets == 1
    labels[own] = [1.0, 0.0, 0.0]
    fit = fit_naive_logit(replace(coding, labels=labels), terms)
    assert np.isnan(fit.coefficients).all() and np.isnan(fit.std_errors).all()
    assert "no finite coefficient" in fit.reason


def test_the_weight_of_labels_is_tuned() -> None:
    coding, terms = draw()
    tuned = fit_tuned_logit(coding, terms)
    assert 0.3 < tuned.tuning < 1
    whole, alone = (fit_tuned_logit(coding, terms, tuning=t) for t in (1.0, 0.0))
    total = [float((fit.std_errors**2).sum()) for fit in (tuned, whole, alone)]
    assert total[0] < 1.01 * min(total[1:])
    rng = np.random.default_rng(0)
    useless = replace(coding, labels=rng.permutation(coding.labels))
    assert fit_tuned_logit(useless, terms).tuning < 0.3
