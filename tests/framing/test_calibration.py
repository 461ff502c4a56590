"""Calibration: what is known to be honest or off by so much is found to be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from framing.learning.calibration import (
    CalibrationError,
    assign_bins,
    describe_bins,
    estimate_error,
)


def estimate(probs: np.ndarray, right: np.ndarray, **options: int) -> CalibrationError:
    rng = np.random.default_rng(0)
    return estimate_error(np.asarray(probs, float), np.asarray(right, bool), rng=rng, **options)


def simulate(n: int, excess: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities that are too high by `excess`, and what came of them."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0.3, 0.8, n)
    return truth + excess, rng.random(n) < truth


def test_a_tiny_example_by_hand() -> None:
    """Two bins of four: gaps 0.7 - 0.5 and 0.9 - 0.75; chance adds 1/12 and 1/16 to the squares."""
    probs = np.array([0.7] * 4 + [0.9] * 4)
    right = np.array([1, 1, 0, 0, 1, 1, 1, 0], dtype=bool)
    error = estimate(probs, right, n_bins=2, n_bootstrap=10)
    assert error.ece_plain == pytest.approx((0.2 + 0.15) / 2)
    squares = (0.2**2 - 0.25 / 3 + 0.15**2 - 0.1875 / 3) / 2
    assert squares < 0
    assert error.ece == 0.0
    larger = estimate(np.tile(probs, 5), np.tile(right, 5), n_bins=2, n_bootstrap=10)
    squares = (0.2**2 - 0.25 / 19 + 0.15**2 - 0.1875 / 19) / 2
    assert larger.ece == pytest.approx(np.sqrt(squares))
    assert larger.ece_plain == pytest.approx(error.ece_plain)
    assert (larger.n_bins, larger.n_sentences) == (2, 40)


def test_honest_probabilities_have_no_error_beyond_chance() -> None:
    """Over many samples the debiased square averages zero; the plain error never comes near it."""
    errors = [estimate(*simulate(200, 0.0, seed), n_bootstrap=1) for seed in range(300)]
    assert np.mean([error.ece for error in errors]) < 0.03
    assert np.median([error.ece for error in errors]) < 0.03
    assert np.mean([error.ece_plain for error in errors]) > 0.05


@pytest.mark.parametrize("n", [200, 5000])
def test_a_known_miscalibration_is_found(n: int) -> None:
    errors = [estimate(*simulate(n, 0.2, seed), n_bootstrap=1).ece for seed in range(40)]
    assert np.mean(errors) == pytest.approx(0.2, abs=0.012)


def test_doubt_is_as_wrong_as_bragging() -> None:
    probs, right = simulate(5000, 0.0, seed=1)
    assert estimate(probs - 0.2, right, n_bootstrap=1).ece == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("excess", [0.0, 0.1, 0.2])
def test_intervals_cover_the_truth(excess: float) -> None:
    """At least 90 in 100 intervals of 95% hold it; in longer runs 0.96 to 1 of them do."""
    covered = 0
    for seed in range(100):
        error = estimate(*simulate(216, excess, seed), n_bootstrap=300)
        assert error.conf_low <= error.ece <= error.conf_high
        covered += error.conf_low <= excess <= error.conf_high
    assert covered >= 90


def test_the_interval_is_freed_of_what_resampling_adds() -> None:
    """400 labels of 0.5, half right: a gap of 0, whose square resamples as 0.25 / 400 chi-square.

    The 97.5% quantile of chi-square is 5.02; chance is taken off twice, once for the sample and
    once for the resample.
    """
    error = estimate(np.full(400, 0.5), np.arange(400) < 200, n_bootstrap=20_000)
    assert error.conf_high == pytest.approx(np.sqrt(0.25 / 400 * (5.02 - 2)), abs=0.002)
    assert error.conf_low == 0


def test_intervals_narrow_with_more_sentences() -> None:
    wide, narrow = (estimate(*simulate(n, 0.2, seed=2)) for n in (200, 5000))
    assert narrow.conf_high - narrow.conf_low < (wide.conf_high - wide.conf_low) / 3


def test_the_same_generator_gives_the_same_interval() -> None:
    probs, right = simulate(100, 0.1, seed=4)
    assert estimate(probs, right) == estimate(probs, right)


@given(st.lists(st.sampled_from([0.2, 0.4, 0.5, 0.9, 1.0]), min_size=1, max_size=60), st.randoms())
def test_equal_probabilities_share_a_bin_whatever_the_order(probs, random) -> None:
    bins = assign_bins(np.array(probs))
    assert len({(prob, number) for prob, number in zip(probs, bins, strict=True)}) == len(
        set(probs)
    )
    order = random.sample(range(len(probs)), len(probs))
    np.testing.assert_array_equal(assign_bins(np.array(probs)[order]), bins[order])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=80, unique=True))
def test_bins_rise_and_are_equally_full(probs) -> None:
    bins = assign_bins(np.array(probs))
    assert (np.diff(bins[np.argsort(probs)]) >= 0).all()
    sizes = np.bincount(bins)
    assert len(sizes) == min(5, len(probs) // 2)
    assert sizes.max() - sizes.min() <= 1
    assert sizes.min() >= 2


def test_one_probability_for_all_is_one_bin() -> None:
    error = estimate(np.full(20, 0.75), np.arange(20) < 10, n_bootstrap=50)
    assert error.n_bins == 1
    assert error.ece == pytest.approx(np.sqrt(0.25**2 - 0.25 / 19))


def test_fewer_sentences_than_bins() -> None:
    probs, right = np.array([0.5, 0.6, 0.7, 0.8]), np.array([True, False, True, True])
    assert describe_bins(probs, right)["n_sentences"].tolist() == [2, 2]
    error = estimate(probs, right, n_bootstrap=50)
    assert error.n_bins == 2
    assert 0 <= error.conf_low <= error.ece <= error.conf_high <= 1


@pytest.mark.parametrize("n", [0, 1])
def test_less_than_two_sentences_tell_nothing(n: int) -> None:
    error = estimate(np.full(n, 0.9), np.full(n, True))
    assert np.isnan([error.ece, error.conf_low, error.conf_high, error.ece_plain]).all()
    assert error.n_sentences == n
    assert len(describe_bins(np.full(n, 0.9), np.full(n, True))) == n


def test_bins_are_described_with_wilson_intervals() -> None:
    probs = np.repeat([0.35, 0.45, 0.6, 0.8, 0.95], 10)
    hits = [2, 5, 7, 9, 10]
    right = np.concatenate([np.arange(10) < number for number in hits])
    bins = describe_bins(probs, right)
    assert bins["bin"].tolist() == [1, 2, 3, 4, 5]
    assert bins["mean_prob"].tolist() == pytest.approx([0.35, 0.45, 0.6, 0.8, 0.95])
    assert bins["accuracy"].tolist() == [0.2, 0.5, 0.7, 0.9, 1.0]
    low, high = proportion_confint(np.array(hits), 10, method="wilson")
    assert bins["conf_low"].tolist() == pytest.approx(list(low))
    assert bins["conf_high"].tolist() == pytest.approx(list(high))
