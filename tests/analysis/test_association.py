import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.association import correct_association
from analysis.statistics.permutation import Sample, measure_association, shuffle_totals


def test_bergsma_by_hand() -> None:
    # Table 30 10 / 10 30: phi^2 = 20/80; chance 1/79; r' = c' = 2 - 1/79;
    # V = sqrt((.25 - 1/79) / (1 - 1/79)) = .4903.
    effect = correct_association(0.25, 1 / 79, n_outlets=2, n_values=2, conf_level=0.95)
    assert effect.v == pytest.approx(0.4903, abs=5e-5)
    # One degree of freedom: 79 * .25 = 19.75 is the square of a normal about sqrt(noncentrality),
    # 4.4441 -+ 1.9600; the squares 6.1708 and 41.0115 over 79 and 1 - 1/79.
    assert effect.low == pytest.approx(np.sqrt(6.1708 / 78), abs=1e-3)
    assert effect.high == pytest.approx(np.sqrt(41.0115 / 78), abs=1e-3)


def test_one_sentence_an_article_is_bergsmas_expectation() -> None:
    rng = np.random.default_rng(1)
    codes = np.repeat([0, 1, 2], [20, 15, 25])
    values = np.eye(4)[rng.choice(4, 60, p=[0.4, 0.3, 0.2, 0.1])]
    (shuffled,) = shuffle_totals(
        [Sample(values, np.ones(60))], codes, 3, n_permutations=5_000, rng=rng
    )
    phi2 = measure_association(shuffled)
    # (3 - 1)(4 - 1) / (60 - 1)
    assert phi2.mean() == pytest.approx(6 / 59, abs=4 * phi2.std() / np.sqrt(5_000))


def test_complete_association_is_one() -> None:
    effect = correct_association(2.0, 0.05, n_outlets=3, n_values=3, conf_level=0.95)
    assert effect.v == pytest.approx(1)
    assert effect.high == 1


def test_less_than_chance_is_no_association_but_no_point() -> None:
    below = correct_association(0.0, 0.1, n_outlets=3, n_values=4, conf_level=0.95)
    assert (below.v, below.low) == (0, 0)
    assert below.high > 0.2


@given(st.floats(0, 1), st.floats(0.001, 0.9), st.integers(2, 9), st.integers(2, 9))
def test_interval_holds_the_estimate(
    part: float, chance_part: float, n_outlets: int, n_values: int
) -> None:
    top = min(n_outlets, n_values) - 1
    effect = correct_association(
        part * top, chance_part * top, n_outlets=n_outlets, n_values=n_values, conf_level=0.95
    )
    assert 0 <= effect.low <= effect.v + 1e-9
    assert effect.v <= effect.high + 1e-9
    assert effect.low < effect.high <= 1
