"""Many comparisons: published examples, known distributions, and corpora without differences."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.statistics.bootstrap import draw_deviations, take_maxima
from analysis.statistics.clusters import find_contributions, fit_shares
from analysis.statistics.counts import check_counts
from analysis.statistics.differences import BAND_METHOD, estimate_differences
from analysis.statistics.estimates import Estimate, tabulate
from analysis.statistics.multiplicity import Maxima, adjust_p_values, correct, name_adjustment
from analysis.statistics.settings import Adjust, Settings
from analysis.statistics.tallies import tally_variables
from framing.errors import BingkaiError
from framing.scheme import read_codebook
from tests.analysis.simulation import SHARES, draw_counts

CODEBOOK = read_codebook()


def test_benjamini_and_hochberg_as_published() -> None:
    """Benjamini and Hochberg (1995, sec. 4): 15 tests of a thrombolysis trial.

    At 5% they reject the four smallest, because the fourth, 0.0095, is below 4 / 15 * 5% = 0.013
    and the fifth, 0.0201, is not below 0.017; Bonferroni (and here Holm) rejects three.
    """
    p_values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip
    adjusted = correct(p_values, adjust=Adjust.BENJAMINI_HOCHBERG)
    assert (adjusted <= 0.05).sum() == 4
    assert adjusted[:4] == pytest.approx([0.0015, 0.003, 0.0095, 0.0095 * 15 / 4])
    assert adjusted[4] == pytest.approx(0.0201 * 15 / 5)
    assert (correct(p_values, adjust=Adjust.HOLM) <= 0.05).sum() == 3


def test_holm_as_published() -> None:
    """The worked example in the manual of pingouin (Vallat 2018), `pingouin.holm`."""
    adjusted = correct([0.50, 0.003, 0.32, 0.054, 0.0003], adjust=Adjust.HOLM)
    assert adjusted == pytest.approx([0.64, 0.012, 0.64, 0.162, 0.0015])


@settings(max_examples=8)  # statsmodels collects garbage in every call, which takes its time
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_statsmodels_agrees(p_values: list[float]) -> None:
    for adjust, name in ((Adjust.HOLM, "holm"), (Adjust.BENJAMINI_HOCHBERG, "fdr_bh")):
        theirs = multipletests(p_values, method=name)[1]
        assert correct(p_values, adjust=adjust) == pytest.approx(theirs)


def test_family_says_how_it_was_adjusted() -> None:
    rows = [Estimate(estimand="other", variable="frame", p_value=p) for p in (0.01, 0.04)]
    (first, second) = adjust_p_values(
        rows, family="frame: 2 tests", adjust=Adjust.BENJAMINI_HOCHBERG
    )
    assert (first.p_adjusted, second.p_adjusted) == pytest.approx((0.02, 0.04))
    assert first.family == "frame: 2 tests; Benjamini-Hochberg"
    assert name_adjustment(first.family) == "Benjamini-Hochberg"
    assert name_adjustment("") == ""
    # Without draws, max-t is Holm's, and says so.
    (first, second) = adjust_p_values(rows, family="frame: 2 tests", adjust=Adjust.MAX_T)
    assert name_adjustment(first.family) == "Holm"
    assert (first.p_adjusted, second.p_adjusted) == pytest.approx((0.02, 0.04))


def test_maxima_by_hand() -> None:
    """With 99 draws 0.01, 0.02, ... and a level of 95%, four may reach a significant statistic."""
    maxima = Maxima(np.arange(1, 100) / 100)
    p_values = 2 * stats.norm.sf([0.955, 0.945, 2.0])
    # Above 0.955 lie four of 99, above 0.945 five; no p-value is zero.
    assert maxima.adjust(p_values) == pytest.approx([0.05, 0.06, 0.01])
    # 0.05 is not below 5%: only three draws may reach it, so the fourth largest is the quantile.
    assert maxima.find_level(0.95) == pytest.approx(1 - 2 * stats.norm.sf(0.96))
    with pytest.raises(BingkaiError, match="99 bootstrap replicates .* raise n_bootstrap"):
        maxima.find_level(0.99)


@given(
    st.lists(st.floats(0, 5), min_size=39, max_size=200),
    st.floats(0.6, 0.95),
    st.floats(1e-9, 1),
)
def test_test_and_band_agree(draws: list[float], conf_level: float, p_value: float) -> None:
    """Adjusted p is below 1 - level just where the interval at the found level excludes zero."""
    maxima = Maxima(np.array(draws))
    found = float(maxima.adjust(np.array([p_value]))[0])
    level = maxima.find_level(conf_level)
    if abs(found - (1 - conf_level)) > 1e-9 and abs(p_value - (1 - level)) > 1e-9:
        assert (found < 1 - conf_level) == (p_value < 1 - level)


def test_maximum_of_independent_estimates() -> None:
    """Twenty estimates of articles of their own: the critical value is Sidak's, 3.016 at 95%."""
    blocks = [np.eye(20)[k % 20] * 1.0 for k in range(400)]
    deviations = draw_deviations(
        np.array(blocks), n_replicates=20_000, rng=np.random.default_rng(1)
    )
    assert deviations.std(axis=0) == pytest.approx(np.ones(20), abs=0.02)
    maxima = Maxima(take_maxima([deviations], n_replicates=20_000))
    sidak = 2 * stats.norm.sf(stats.norm.isf((1 - 0.95 ** (1 / 20)) / 2))
    assert 1 - maxima.find_level(0.95) == pytest.approx(sidak, rel=0.12)


def test_maximum_of_one_estimate_many_times() -> None:
    """Twenty copies of an estimate are one comparison: the level stays where it was."""
    rng = np.random.default_rng(2)
    copies = np.repeat(rng.normal(size=(50, 1)), 20, axis=1)
    deviations = draw_deviations(copies, n_replicates=20_000, rng=rng)
    maxima = Maxima(take_maxima([deviations], n_replicates=20_000))
    assert maxima.find_level(0.95) == pytest.approx(0.95, abs=0.006)


def test_deviations_keep_the_correlation() -> None:
    """Correlation 0.6 of two estimates by construction; a third one that nothing moves is free."""
    first, second = np.random.default_rng(3).normal(size=(2, 500))
    second -= first * (first @ second) / (first @ first)
    mixed = 0.6 * first / np.linalg.norm(first) + 0.8 * second / np.linalg.norm(second)
    draws = draw_deviations(
        np.column_stack([first, mixed, np.zeros(500)]),
        n_replicates=20_000,
        rng=np.random.default_rng(4),
    )
    assert np.corrcoef(draws.T) == pytest.approx(
        np.array([[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]]), abs=0.03
    )


def test_contributions_add_up_to_the_variance() -> None:
    """Squares of the contributions are the CR2 variance, worked out for three articles."""
    hits, sentences = np.array([[4.0], [2.0], [0.0]]), np.array([4.0, 8.0, 4.0])
    squares = (find_contributions(hits, sentences) ** 2).sum()
    # p = 6/16; e = 2.5, -1, -1.5; 1 - h = 3/4, 1/2, 3/4.
    assert squares == pytest.approx((6.25 / 0.75 + 1 / 0.5 + 2.25 / 0.75) / 256)
    assert fit_shares(hits, sentences).std_errors[0] == pytest.approx(math.sqrt(squares))


@pytest.fixture(scope="module")
def corpus() -> pd.DataFrame:
    tilted = (0.05, 0.47, *SHARES[2:])
    lines = {"A": SHARES, "B": tilted, "C": SHARES, "D": tilted}
    return draw_counts(np.random.default_rng(11), lines, 15)


def differences(counts: pd.DataFrame, **choices: object) -> pd.DataFrame:
    (tally,) = tally_variables(check_counts(counts, CODEBOOK), CODEBOOK)
    return tabulate(estimate_differences(tally, Settings(**choices)))


def test_band_of_differences(corpus: pd.DataFrame) -> None:
    plain = differences(corpus)
    band = differences(corpus, adjust="max_t", n_bootstrap=1999, seed=5)
    assert set(band["method"]) == {BAND_METHOD}
    assert set(band["family"]) == {"frame: 8 values x 6 pairs; max-t"}
    assert (band["estimate"] == plain["estimate"]).all()
    assert (band["conf_low"] < plain["conf_low"]).all()
    assert (band["conf_high"] > plain["conf_high"]).all()
    outside = (band["conf_low"] > 0) | (band["conf_high"] < 0)
    assert outside.any()
    assert (outside == (band["p_adjusted"] < 0.05)).all()
    # No wider than Bonferroni's intervals but for the noise of the draws.
    bonferroni = differences(corpus, conf_level=1 - 0.05 / 48)
    width = (band["conf_high"] - band["conf_low"]) / (
        bonferroni["conf_high"] - bonferroni["conf_low"]
    )
    assert width.max() < 1.03


def test_band_does_not_hang_on_the_order_of_rows(corpus: pd.DataFrame) -> None:
    shuffled = corpus.sample(frac=1, random_state=1)
    quick = {"adjust": "max_t", "n_bootstrap": 199}
    pd.testing.assert_frame_equal(differences(corpus, **quick), differences(shuffled, **quick))


def test_band_where_nothing_can_be_tested() -> None:
    counts = draw_counts(np.random.default_rng(1), {"A": SHARES, "B": SHARES}, {"A": 1, "B": 5})
    table = differences(counts, adjust="max_t", n_bootstrap=199)
    assert table["p_adjusted"].isna().all()
    assert (table["reason"] != "").all()


def test_false_claims_are_rare() -> None:
    """Corpora without differences: 5% may make a claim at all, so at most 7 of 60 (p > 0.98)."""
    claims = 0
    for run in range(60):
        counts = draw_counts(
            np.random.default_rng([6, run]), {"A": SHARES, "B": SHARES, "C": SHARES}, 12
        )
        table = differences(counts, adjust="max_t", n_bootstrap=199, seed=run)
        claims += bool((table["p_adjusted"] < 0.05).any())
    assert claims <= 7


def test_settings_are_checked() -> None:
    with pytest.raises(BingkaiError, match="adjust is 'tukey'; give 'holm' or"):
        Settings(adjust="tukey")
    with pytest.raises(BingkaiError, match="n_bootstrap is 10; give at least 99"):
        Settings(n_bootstrap=10)
