"""The variance of a share, by hand, against the matrices of the papers, and in simulation."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, stats

from analysis.statistics.clusters import ShareFit, fit_shares
from analysis.statistics.intervals import critical_value, limit_shares
from analysis.statistics.settings import Weight
from tests.analysis.simulation import SHARES, draw_articles


def fit(hits: list[float], sentences: list[float], weight: Weight = Weight.SENTENCE) -> ShareFit:
    """Fit one value of interest and the rest."""
    y, n = np.array(hits, dtype=float), np.array(sentences, dtype=float)
    return fit_shares(np.column_stack([y, n - y]), n, weight=weight)


def test_by_hand() -> None:
    # p = 6/16; residuals 2.5, -1.5, -1; leverages 1/4, 1/4, 1/2;
    # variance (6.25/.75 + 2.25/.75 + 1/.5) / 256 = 13.3333 / 256; p(1-p) = .234375.
    result = fit([4, 0, 2], [4, 4, 8])
    assert result.shares[0] == 0.375
    assert result.n_effective[0] == pytest.approx(0.234375 * 256 / (13 + 1 / 3))  # 4.5
    assert result.std_errors[0] == pytest.approx(np.sqrt((13 + 1 / 3) / 256))  # 0.2282
    assert (result.n_articles, result.n_sentences) == (3, 16)


def test_articles_that_agree_by_chance_are_not_taken_for_more_than_their_sentences() -> None:
    # Both articles have the share 1/2: no variance between them, so 10 independent sentences.
    result = fit([2, 3], [4, 6])
    assert result.n_effective[0] == 10
    assert result.std_errors[0] == pytest.approx(np.sqrt(0.25 / 10))


def test_articles_of_one_length_are_a_plain_sample() -> None:
    hits = [0, 3, 5, 6, 9]
    result = fit(hits, [10] * 5)
    assert result.std_errors[0] == pytest.approx(stats.sem(np.array(hits) / 10))
    assert result.df == pytest.approx(4)


def test_article_weight_is_the_mean_of_the_article_shares() -> None:
    # Article shares 1, 0, 1/4: mean 5/12, variance of the mean by scipy.
    result = fit([4, 0, 2], [4, 4, 8], Weight.ARTICLE)
    assert result.shares[0] == pytest.approx(5 / 12)
    assert result.std_errors[0] == pytest.approx(stats.sem([1, 0, 0.25]))
    assert result.df == pytest.approx(2, abs=0.15)  # 2 if the articles were of one length


def test_statsmodels_gives_the_same_error_for_articles_of_one_length() -> None:
    hits, length = [1, 6, 2, 7, 3, 3], 8
    y = np.concatenate([[1] * h + [0] * (length - h) for h in hits])
    groups = np.repeat(np.arange(6), length)
    reference = sm.OLS(y, np.ones_like(y)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True}
    )
    # Its correction is G/(G-1) times (N-1)/(N-K), K = 1: the same as CR2 here.
    assert fit(hits, [length] * 6).std_errors[0] == pytest.approx(reference.bse[0])


def test_variance_and_df_are_those_of_the_matrices() -> None:
    """Bell and McCaffrey (2002) as written: sentence by sentence, with matrix roots."""
    hits, sentences = np.array([1, 6, 2, 9]), np.array([3, 8, 10, 12])
    n = sentences.sum()
    y = np.concatenate([[1.0] * h + [0.0] * (m - h) for h, m in zip(hits, sentences, strict=True)])
    groups = np.repeat(np.arange(4), sentences)
    x = np.ones((n, 1))
    hat = x @ x.T / n
    residuals = y - y.mean()
    adjusted, rows = [], []
    for g in range(4):
        own = groups == g
        root = linalg.inv(linalg.sqrtm(np.eye(own.sum()) - hat[np.ix_(own, own)]).real)
        adjusted.append(x[own, 0] @ root @ residuals[own] / n)
        rows.append((np.eye(n) - hat)[own].T @ root @ x[own, 0] / n)
    variance = np.sum(np.square(adjusted))
    result = fit(list(hits), list(sentences))
    assert result.std_errors[0] == pytest.approx(np.sqrt(variance))

    shares = hits.sum() / n
    most, least = n, n**2 / (sentences**2).sum()
    rho = (variance / (shares * (1 - shares)) - 1 / most) / (1 / least - 1 / most)
    same = groups[:, None] == groups
    working = np.where(same, rho, 0.0) + (1 - rho) * np.eye(n)
    g_matrix = np.column_stack(rows)
    b_matrix = g_matrix.T @ working @ g_matrix
    df = np.trace(b_matrix) ** 2 / np.trace(b_matrix @ b_matrix)
    assert 0 < rho < 1
    assert result.df[0] == pytest.approx(df)


def test_one_article_has_a_share_and_nothing_else() -> None:
    result = fit([3], [12])
    assert result.shares[0] == 0.25
    assert np.isnan([result.std_errors, result.n_effective, result.df]).all()


def test_no_article_has_nothing() -> None:
    result = fit_shares(np.empty((0, 2)), np.empty(0))
    assert np.isnan(result.shares).all()
    assert (result.n_articles, result.n_sentences) == (0, 0)


def test_a_value_never_seen_borrows_the_design_effect_of_the_others() -> None:
    # Values 0 and 1 vary between articles, value 2 is never seen.
    hits = np.array([[8.0, 2, 0], [2, 8, 0], [5, 5, 0]])
    result = fit_shares(hits, np.array([10.0, 10, 10]))
    assert np.isnan(result.std_errors[2])
    assert result.n_effective[2] == pytest.approx(result.n_effective[0])


def test_one_value_only_counts_the_articles() -> None:
    # Every sentence has the value: nothing tells how alike they are, so an article is one sentence.
    assert fit([4, 4, 4], [4, 4, 4]).n_effective == pytest.approx([3, 3])


@given(
    st.lists(
        st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=2,
        max_size=12,
    ),
    st.sampled_from(Weight),
)
def test_properties(articles: list[tuple[int, int]], weight: Weight) -> None:
    hits, sentences = map(list, zip(*articles, strict=True))
    result = fit(hits, sentences, weight)
    assert result.shares.sum() == pytest.approx(1)
    # A value and its complement are one thing.
    assert result.n_effective[0] == pytest.approx(result.n_effective[1])
    # Rounding apart, the information lies between one sentence an outlet and all sentences.
    assert (result.n_effective <= sum(sentences) * (1 + 1e-9)).all()
    assert (result.n_effective > 0).all()
    assert (result.df > 0.99).all()
    assert (result.df < len(hits) - 1 + 1e-6).all()
    backwards = fit(hits[::-1], sentences[::-1], weight)
    assert backwards.n_effective == pytest.approx(result.n_effective)


@pytest.mark.parametrize(("n_articles", "floor"), [(3, 0.93), (12, 0.93), (30, 0.93)])
def test_intervals_hold_the_truth(n_articles: int, floor: float) -> None:
    """Coverage with 400 corpora; benchmarks/intervals.py measures it properly."""
    rng = np.random.default_rng(20240619)
    truth = np.array(SHARES)
    common = truth >= 0.1
    held = []
    for _ in range(400):
        drawn = draw_articles(rng, SHARES, n_articles, correlation=0.15)
        result = fit_shares(drawn.hits, drawn.sentences)
        limits = limit_shares(result.shares, result.n_effective, critical_value(result.df, 0.95))
        held.append(((limits.low <= truth) & (truth <= limits.high))[common])
    # Three standard errors of a proportion below the floor, as if the values of a run were one.
    assert np.mean(held) >= floor - 3 * np.sqrt(floor * (1 - floor) / 400)
