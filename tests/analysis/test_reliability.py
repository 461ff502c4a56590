"""Coefficients against published examples, and intervals against what they promise."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.coding.reliability import (
    ALL_ALIKE,
    HANGS_ON_ONE,
    NO_DISAGREEMENT,
    ONE_ARTICLE,
    SAME_WITHOUT,
    ac1,
    agreement,
    alpha,
    dichotomise,
    estimate_gap,
    estimate_reliability,
    specific_agreement,
    tally_codes,
)
from framing.scheme import Level

# Krippendorff (2011), section C: four observers, twelve units, five values, codes missing (0).
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
)
# Gwet's example of two abstractors and 100 pregnancies (irrCAC 1.0, cont3x3abstractors).
ABSTRACTORS = ((13, 0, 0), (0, 20, 7), (0, 4, 56))


def count(codes: np.ndarray, n_values: int) -> np.ndarray:
    """Counts (U, K) of codes (C, U) from 1, 0 where there is none."""
    return np.stack([(codes == k).sum(axis=0) for k in range(1, n_values + 1)], axis=1)


def spread(table: tuple[tuple[int, ...], ...]) -> np.ndarray:
    """Counts (U, K) of the units of a table of two coders."""
    unit = np.eye(len(table), dtype=int)
    pairs = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return np.array([unit[i] + unit[j] for i, j in pairs])


def test_alpha_of_krippendorffs_example() -> None:
    tallies = tally_codes(count(OBSERVERS, 5), np.arange(12)).total()
    # Krippendorff (2011) prints 0.743 and 0.815; krippendorff 0.9.0 gives the further digits.
    assert alpha(tallies) == pytest.approx(0.743421052631579)
    assert alpha(tallies, Level.ORDINAL) == pytest.approx(0.8153875037548814)
    assert tallies.n_sentences == 11  # the twelfth has one code


def test_coefficients_of_gwets_example() -> None:
    tallies = tally_codes(spread(ABSTRACTORS), np.arange(100)).total()
    # irrCAC prints 0.89, 0.8493305 and, for alpha, 0.7972585.
    assert agreement(tallies) == pytest.approx(0.89)
    assert ac1(tallies) == pytest.approx(0.8493305, abs=5e-8)
    assert alpha(tallies) == pytest.approx(0.7972585, abs=5e-8)


def test_specific_agreement_by_hand() -> None:
    # The second value: 20 agreed, 7 + 4 not: 2 * 20 / (2 * 20 + 11).
    counts = dichotomise(spread(ABSTRACTORS), 1)
    tallies = tally_codes(counts, np.arange(100)).total()
    assert specific_agreement(tallies) == pytest.approx(40 / 51)
    assert agreement(tallies) == pytest.approx(0.89)


def test_several_coders_by_hand() -> None:
    # Three codes a a b: of the pairs ab, aa, ab one in three agrees; two codes b b: all.
    tallies = tally_codes(np.array([[2, 1], [0, 2], [1, 0]]), np.arange(3)).total()
    assert agreement(tallies) == pytest.approx((1 / 3 + 1) / 2)
    # aa: 2 ordered pairs / 2 = 1; ab and ba: 2 / 2 = 1 each; bb: 2 / 1 = 2.
    assert tallies.coincidences.tolist() == [[1, 1], [1, 2]]
    # Observed 2, expected 2 * 2 * 3, n = 5: 1 - 4 * 2 / 12.
    assert alpha(tallies) == pytest.approx(1 / 3)
    # Shares of a: (2/3 + 0) / 2 = 1/3, chance 2 * (1/3) * (2/3) / 1 = 4/9.
    assert ac1(tallies) == pytest.approx((2 / 3 - 4 / 9) / (5 / 9))


def test_the_jackknife_by_hand() -> None:
    # Articles with 2 of 2, 1 of 2 and 0 of 1 agreeing: 3/5; without each 1/3, 2/3, 3/4.
    counts = np.array([[2, 0], [0, 2], [2, 0], [1, 1], [1, 1]])
    found = estimate_reliability(tally_codes(counts, np.array([7, 7, 8, 8, 9])), agreement)
    squares = sum((left - 0.6) ** 2 for left in (1 / 3, 2 / 3, 3 / 4))
    assert found.estimate == pytest.approx(0.6)
    assert found.std_error == pytest.approx(np.sqrt(2 / 3 * squares))
    assert (found.df, found.n_articles, found.n_sentences) == (2, 3, 5)


@pytest.mark.parametrize(
    ("counts", "articles", "reason"),
    [
        ([[2, 0], [2, 0]], [0, 1], ALL_ALIKE),
        ([[2, 0], [1, 1]], [0, 0], ONE_ARTICLE),
        ([[2, 0], [0, 2]], [0, 1], NO_DISAGREEMENT),
        ([[2, 0], [1, 1]], [0, 1], HANGS_ON_ONE),
        ([[1, 0], [0, 1]], [0, 1], ALL_ALIKE),
    ],
)
def test_what_cannot_be_told_has_a_reason(
    counts: list[list[int]], articles: list[int], reason: str
) -> None:
    found = estimate_reliability(tally_codes(np.array(counts), np.array(articles)), alpha)
    assert found.reason == reason
    assert np.isnan(found.std_error) and np.isnan(found.conf_low) and np.isnan(found.conf_high)


@settings(max_examples=60)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=2, max_size=30), st.integers(1, 9))
@example([(0, 0, 0, 2), (0, 0, 0, 2), (0, 1, 1, 2)], 2)  # without one article, 1 + 2e-16
def test_intervals_hold_their_estimate(rows: list[tuple[int, ...]], n_articles: int) -> None:
    tallies = tally_codes(np.array(rows), np.arange(len(rows)) % n_articles)
    for coefficient in (alpha, lambda t: alpha(t, Level.ORDINAL), ac1, agreement):
        found = estimate_reliability(tallies, coefficient)
        if not found.reason:
            assert -1 <= found.conf_low <= found.estimate <= found.conf_high <= 1
            assert found.std_error > 0


def slow_alpha(codes: list[tuple[int, ...]], ordinal: bool) -> float:
    """Alpha by its definition, pair by pair, over all codes in sentences with two (0: none)."""
    units = [[c for c in row if c] for row in codes]
    units = [unit for unit in units if len(unit) > 1]
    every = [c for unit in units for c in unit]

    def distance(a: int, b: int) -> float:
        if not ordinal:
            return float(a != b)
        low, high = min(a, b), max(a, b)
        between = sum(low <= c <= high for c in every)
        return (between - (every.count(a) + every.count(b)) / 2) ** 2 if a != b else 0.0

    observed = sum(
        sum(distance(a, b) for a in unit for b in unit) / (len(unit) - 1) for unit in units
    ) / len(every)
    pairs = [distance(a, b) for a in every for b in every]
    expected = sum(pairs) / (len(every) * (len(every) - 1))
    return 1 - observed / expected


@settings(max_examples=60)
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=2, max_size=8), st.booleans())
def test_alpha_is_what_its_definition_says(codes: list[tuple[int, ...]], ordinal: bool) -> None:
    counts = count(np.array(codes).T, 4)
    found = alpha(
        tally_codes(counts, np.arange(len(codes))).total(),
        Level.ORDINAL if ordinal else Level.NOMINAL,
    )
    paired = counts[counts.sum(axis=1) > 1]
    if (paired.sum(axis=0) > 0).sum() < 2:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(slow_alpha(codes, ordinal))


def test_intervals_shrink_with_the_articles() -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, size=1200)
    second = np.where(rng.random(1200) < 0.3, rng.integers(0, 3, size=1200), truth)
    counts = np.eye(3, dtype=int)[truth] + np.eye(3, dtype=int)[second]
    widths = []
    for n in (60, 240, 960):
        found = estimate_reliability(tally_codes(counts[:n], np.arange(n) // 4), alpha)
        widths.append(found.conf_high - found.conf_low)
    # Four times as many articles halve an interval.
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.35)
    assert widths[1] / widths[2] == pytest.approx(2, rel=0.35)


def test_intervals_hold_the_truth() -> None:
    # Agreement with probability 0.7 in half of the articles and 0.9 in the others: 0.8 in all.
    rng = np.random.default_rng(3)
    held = []
    for _ in range(400):
        chance = np.repeat(rng.permutation([0.7, 0.9] * 10), 5)
        alike = rng.random(100) < chance
        counts = np.where(alike[:, None], [[2, 0]], [[1, 1]])
        found = estimate_reliability(tally_codes(counts, np.arange(100) // 5), agreement)
        held.append(found.conf_low <= 0.8 <= found.conf_high)
    assert 0.92 <= np.mean(held) <= 0.99


def test_a_gap_by_hand() -> None:
    articles = np.array([0, 0, 1, 1])
    first = tally_codes(np.array([[2, 0], [2, 0], [0, 2], [1, 1]]), articles)
    second = tally_codes(np.array([[2, 0], [1, 1], [1, 1], [1, 1]]), articles)
    found = estimate_gap(first, second, agreement)
    # 3/4 - 1/4; without the first article 1/2 - 0, without the second 1 - 1/2.
    assert found.estimate == pytest.approx(0.5)
    assert found.reason == SAME_WITHOUT
    third = tally_codes(np.array([[2, 0], [1, 1], [2, 0], [1, 1]]), articles)
    found = estimate_gap(first, third, agreement)
    # 3/4 - 1/2; without the first article 1/2 - 1/2, without the second 1 - 1/2: 1/2 * 2 / 16.
    assert found.std_error == pytest.approx(0.25)
    assert found.conf_low == pytest.approx(0.25 - 0.25 * 12.7062, abs=1e-4)  # t, one degree
