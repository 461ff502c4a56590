import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from analysis.statistics.permutation import (
    Sample,
    arrange_totals,
    contrast_profiles,
    count_arrangements,
    count_as_extreme,
    list_arrangements,
    measure_association,
    shuffle_totals,
    total_by_outlet,
)


def make_sample(hits: np.ndarray) -> Sample:
    """Articles of one length, so that shares are means."""
    return Sample(hits, hits.sum(axis=1))


def test_one_value_is_brown_and_forsythe() -> None:
    rng = np.random.default_rng(1)
    codes = np.repeat([0, 1, 2], [4, 6, 9])
    counts = rng.integers(0, 11, 19).astype(float)
    sample = make_sample(np.column_stack([counts, 10 - counts]))
    reference = anova_oneway(counts, codes, use_var="bf", welch_correction=False)
    found = contrast_profiles(total_by_outlet(sample, codes, 3))
    assert found == pytest.approx([reference.statistic])


def test_two_outlets_are_welchs_t_squared() -> None:
    shares = np.array([0.1, 0.4, 0.3, 0.6, 0.9])
    codes = np.array([0, 0, 0, 1, 1])
    sample = Sample(np.column_stack([shares, 1 - shares]), np.ones(5))
    welch = stats.ttest_ind(shares[:3], shares[3:], equal_var=False).statistic
    assert contrast_profiles(total_by_outlet(sample, codes, 2)) == pytest.approx([welch**2])


def test_uneven_articles_by_hand() -> None:
    # Outlet 0: y = (1, 3), s = (2, 4), p = 4/6, squares (1 - 4/3)^2 + (3 - 8/3)^2 = 2/9,
    #   v = 2/1 * (2/9) / 36 = 1/81. Outlet 1: y = (0, 1), s = (4, 2), p = 1/6, residuals -2/3 and
    #   2/3, v = 2 * (8/9) / 36 = 4/81. Centre 5/12: between 2 (1/16 + 1/16) = 1/4,
    #   within (1/2) 2 (1/81 + 4/81) = 5/81; F = 81/20.
    sample = Sample(np.array([[1.0], [3], [0], [1]]), np.array([2.0, 4, 4, 2]))
    codes = np.array([0, 0, 1, 1])
    found = contrast_profiles(total_by_outlet(sample, codes, 2))
    assert found == pytest.approx([81 / 20])


def test_shuffles_are_those_of_an_exhaustive_test() -> None:
    first = np.array([[6.0, 2, 2], [5, 3, 2], [7, 2, 1], [4, 3, 3]])
    second = np.array([[3.0, 3, 4], [5, 1, 4], [2, 5, 3], [3, 4, 3]])

    def statistic(x: np.ndarray, y: np.ndarray, axis: int) -> np.ndarray:
        # The statistic as Anderson et al. (2017) write it, for two groups of four articles.
        x, y = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
        gap = ((x.mean(-1) - y.mean(-1)) ** 2).sum(0)
        spread = (x.var(-1, ddof=1) + y.var(-1, ddof=1)).sum(0)
        return 4 * gap / spread

    # scipy shuffles along one axis and treats the values (rows) separately, so enumerate here.
    articles = np.vstack([first, second]) / 10
    exact = []
    for chosen in range(256):
        mask = np.array([bool(chosen >> i & 1) for i in range(8)])
        if mask.sum() == 4:
            exact.append(statistic(articles[mask].T, articles[~mask].T, -1))
    observed = statistic(articles[:4].T, articles[4:].T, -1)
    truth = np.mean(np.array(exact) >= observed * (1 - 1e-9))

    sample, codes = make_sample(np.vstack([first, second])), np.repeat([0, 1], 4)
    found = contrast_profiles(total_by_outlet(sample, codes, 2))[0]
    (shuffled,) = shuffle_totals(
        [sample], codes, 2, n_permutations=20_000, rng=np.random.default_rng(5)
    )
    p_value = count_as_extreme(float(found), contrast_profiles(shuffled))
    (arranged,) = arrange_totals([sample], codes)
    every = contrast_profiles(arranged)
    assert found == pytest.approx(observed)
    # Two outlets of four are one arrangement under either name: 70 / 2.
    assert sorted(every) == pytest.approx(sorted(exact)[::2])
    assert count_as_extreme(float(found), every, every=True) == pytest.approx(truth)
    assert p_value == pytest.approx(truth, abs=4 * np.sqrt(truth * (1 - truth) / 20_000))


def test_one_value_agrees_with_scipy() -> None:
    x, y = np.array([1.0, 5, 3, 2]), np.array([6.0, 7, 4])
    reference = stats.permutation_test(
        (x, y),
        lambda a, b, axis: stats.ttest_ind(a, b, axis=axis, equal_var=False).statistic ** 2,
        permutation_type="independent",
        alternative="greater",
        n_resamples=np.inf,
        vectorized=True,
    ).pvalue
    counts, codes = np.concatenate([x, y]), np.repeat([0, 1], [4, 3])
    sample = make_sample(np.column_stack([counts, 10 - counts]))
    observed = contrast_profiles(total_by_outlet(sample, codes, 2))[0]
    (shuffled,) = shuffle_totals(
        [sample], codes, 2, n_permutations=20_000, rng=np.random.default_rng(6)
    )
    (arranged,) = arrange_totals([sample], codes)
    exact = count_as_extreme(float(observed), contrast_profiles(arranged), every=True)
    assert exact == pytest.approx(reference)
    p_value = count_as_extreme(float(observed), contrast_profiles(shuffled))
    assert p_value == pytest.approx(reference, abs=4 * np.sqrt(reference / 20_000))


def test_a_shuffle_moves_whole_articles() -> None:
    # With shares of totals that name the article (powers of two), every outlet's total of a shuffle
    # is a sum of as many different articles as the outlet has.
    y = (2.0 ** np.arange(7))[:, None]
    codes = np.array([0, 0, 0, 1, 1, 2, 2])
    sample = Sample(y, np.full(7, 128.0))
    (totals,) = shuffle_totals([sample], codes, 3, n_permutations=200, rng=np.random.default_rng(2))
    hits = totals.hits[..., 0].astype(int)
    assert (hits.sum(axis=1) == 127).all()
    assert [sorted({i.bit_count() for i in column}) for column in hits.T] == [[3], [2], [2]]
    assert len(np.unique(hits[:, 0])) == 35  # all choices of 3 of 7 turn up


def test_variables_shuffled_together_are_as_alone() -> None:
    rng = np.random.default_rng(3)
    codes = np.repeat([0, 1], 5)
    one = make_sample(rng.integers(1, 9, (10, 3)).astype(float))
    two = make_sample(rng.integers(1, 9, (10, 2)).astype(float))
    together = shuffle_totals([one, two], codes, 2, n_permutations=50, rng=np.random.default_rng(4))
    alone = shuffle_totals([two], codes, 2, n_permutations=50, rng=np.random.default_rng(4))
    assert (together[1].hits == alone[0].hits).all()


def test_no_difference_and_no_variance() -> None:
    codes = np.array([0, 0, 1, 1])
    alike = make_sample(np.array([[1.0, 1]] * 4))
    assert contrast_profiles(total_by_outlet(alike, codes, 2)) == 0
    apart = make_sample(np.array([[2.0, 0], [2, 0], [0, 2], [0, 2]]))
    assert contrast_profiles(total_by_outlet(apart, codes, 2)) == np.inf


def test_p_values_are_never_zero() -> None:
    assert count_as_extreme(9.0, np.arange(9.0)) == 0.1  # none as extreme: 1 / 10
    assert count_as_extreme(7.0, np.arange(9.0)) == 0.3  # 7 and 8
    assert count_as_extreme(7.0 + 1e-12, np.arange(9.0)) == 0.3  # rounding
    assert count_as_extreme(7.0, np.arange(10.0), every=True) == 0.3  # 7, 8 and 9 of 10


def test_perfect_separation_is_one_arrangement() -> None:
    # Three outlets with two like articles each: one arrangement of 15 keeps the likes together.
    sample, codes = make_sample(np.repeat(np.eye(3), 2, axis=0)), np.repeat([0, 1, 2], 2)
    observed = contrast_profiles(total_by_outlet(sample, codes, 3))[0]
    (totals,) = arrange_totals([sample], codes)
    assert observed == np.inf
    assert count_as_extreme(float(observed), contrast_profiles(totals), every=True) == 1 / 15


@pytest.mark.parametrize(
    ("sizes", "number"),
    [
        ([2, 2, 2], 15),  # 6! / 2!^3 / 3!
        ([2, 4], 15),  # 6! / (2! 4!): outlets of unlike size cannot swap
        ([4, 4], 35),  # 70 / 2
        ([3, 2, 2], 105),  # 7! / (3! 2! 2!) / 2!
        ([3, 2, 3, 2], 6300),  # 10! / (3! 2! 3! 2!) / (2! 2!)
    ],
)
def test_arrangements_are_counted(sizes: list[int], number: int) -> None:
    codes = np.repeat(np.arange(len(sizes)), sizes)
    assert count_arrangements(codes) == number
    assert len(list_arrangements(codes)) == number


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.randoms())
def test_every_arrangement_comes_up_once(sizes: list[int], chance: random.Random) -> None:
    articles = [outlet for outlet, size in enumerate(sizes) for _ in range(size)]
    chance.shuffle(articles)
    found = list_arrangements(np.array(articles))
    assert (np.sort(found, axis=1) == np.sort(articles)).all()
    # As sets of sets of articles, so that swapped names would show as the same.
    parted = {
        frozenset(frozenset(np.flatnonzero(row == g).tolist()) for g in range(len(sizes)))
        for row in found
    }
    swaps = math.prod(math.factorial(sizes.count(size)) for size in set(sizes))
    labelled = math.factorial(len(articles)) // math.prod(math.factorial(size) for size in sizes)
    assert len(parted) == len(found) == labelled // swaps


def test_association_is_chi_square_of_its_total() -> None:
    table = np.array([[30.0, 10, 5], [10, 30, 5], [8, 8, 14]])
    sample, codes = make_sample(table), np.arange(3)
    reference = stats.chi2_contingency(table, correction=False).statistic / table.sum()
    assert measure_association(total_by_outlet(sample, codes, 3)) == pytest.approx([reference])
