import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analysis.statistics.intervals import (
    critical_value,
    find_p_values,
    limit_differences,
    limit_odds_ratios,
    limit_shares,
    pool_df,
)

NORMAL = critical_value(np.array(np.inf), 0.95)
SHARE = st.floats(0, 1)
SIZE = st.floats(0.5, 1e5)


def pair(first: float, second: float) -> np.ndarray:
    return np.array([[first], [second]])


@pytest.mark.parametrize(("count", "n"), [(0, 20), (1, 29), (81, 263), (15, 148), (20, 20)])
def test_wilson_is_statsmodels_wilson(count: int, n: int) -> None:
    limits = limit_shares(np.array(count / n), np.array(float(n)), NORMAL)
    assert (limits.low, limits.high) == pytest.approx(
        proportion_confint(count, n, method="wilson"), abs=1e-12
    )


def test_a_value_never_seen_has_an_upper_limit() -> None:
    # t^2 / (n + t^2) with t = 2, n = 16: 4 / 20.
    limits = limit_shares(np.array(0.0), np.array(16.0), np.array(2.0))
    assert (limits.low, limits.high) == pytest.approx((0, 0.2))


@example(share=0.9999999999999999, n=10.0, critical=2.0)  # rounding once passed one
@given(SHARE, SIZE, st.floats(0.1, 50))
def test_limits_stay_in_order_and_inside(share: float, n: float, critical: float) -> None:
    limits = limit_shares(np.array(share), np.array(n), np.array(critical))
    assert 0 <= limits.low <= share + 1e-12
    assert share - 1e-12 <= limits.high <= 1
    assert limits.low < limits.high


# Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10.
@pytest.mark.parametrize(
    ("counts", "sizes", "low", "high"),
    [
        ((56, 48), (70, 80), 0.0524, 0.3339),
        ((9, 3), (10, 10), 0.1705, 0.8090),
        ((10, 0), (10, 10), 0.6075, 1.0000),
    ],
)
def test_differences_are_newcombes(
    counts: tuple[int, int], sizes: tuple[int, int], low: float, high: float
) -> None:
    n = pair(*map(float, sizes))
    limits = limit_differences(pair(*counts) / n, n, NORMAL)
    assert (limits.low[0], limits.high[0]) == pytest.approx((low, high), abs=5e-5)


@given(SHARE, SHARE, SIZE, SIZE, st.floats(1, 100))
def test_p_value_and_interval_agree(
    first: float, second: float, n: float, m: float, df: float
) -> None:
    shares, sizes = pair(first, second), pair(n, m)
    degrees = np.array([df])
    p_value = find_p_values(shares, sizes, degrees)[0]
    assert 0 <= p_value <= 1
    assert find_p_values(shares[::-1], sizes[::-1], degrees)[0] == pytest.approx(p_value)
    for level in (0.5, 0.9, 0.95, 0.999):
        limits = limit_differences(shares, sizes, critical_value(degrees, level))
        assert -1 - 1e-12 <= limits.low[0] <= first - second + 1e-12
        assert limits.high[0] <= 1 + 1e-12
        if abs(p_value - (1 - level)) > 1e-6:
            holds_zero = limits.low[0] <= 0 <= limits.high[0]
            assert holds_zero == (p_value > 1 - level)


def test_equal_shares_are_no_evidence() -> None:
    shares = np.array([[0.3, 0.0, 1.0], [0.3, 0.0, 1.0]])
    sizes = np.full((2, 3), 40.0)
    assert (find_p_values(shares, sizes, np.full(3, 20.0)) == 1).all()


def test_welch_adds_degrees_of_equal_outlets() -> None:
    # Equal variances v: (2v)^2 / (v^2/4 + v^2/4) = 8.
    assert pool_df(pair(0.4, 0.4), pair(30, 30), pair(4, 4)) == pytest.approx([8])


def test_welch_follows_the_outlet_with_more_variance() -> None:
    # Centred shares .5, so v = .25/n: (1/4 + 1/100)^2 / (1/16/2 + 1/10000/50) = .0676 / .031252
    assert pool_df(pair(0.5, 0.5), pair(4, 100), pair(2, 50)) == pytest.approx([0.0676 / 0.031252])


def test_odds_ratio_limits_are_the_score_limits_of_one_share() -> None:
    # Beside an outlet that is known exactly, at odds 1, only the first share is uncertain.
    limits = limit_odds_ratios(pair(0.2, 0.5), pair(50.0, 1e16), NORMAL)
    alone = limit_shares(np.array(0.2), np.array(50.0), NORMAL)
    assert limits.low[0] == pytest.approx(alone.low / (1 - alone.low))
    assert limits.high[0] == pytest.approx(alone.high / (1 - alone.high))


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), SIZE, SIZE)
def test_odds_ratios_invert(first: float, second: float, n: float, m: float) -> None:
    there = limit_odds_ratios(pair(first, second), pair(n, m), NORMAL)
    back = limit_odds_ratios(pair(second, first), pair(m, n), NORMAL)
    assert there.low[0] == pytest.approx(1 / back.high[0])
    assert 0 < there.low[0] < there.high[0]
