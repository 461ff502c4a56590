"""Plans: textbook formulas, an outside tool, simulated corpora, and bad input."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.cli import main
from analysis.statistics.clusters import fit_shares
from analysis.statistics.intervals import find_p_values, pool_df
from analysis.statistics.planning import (
    Clusters,
    correlate_labels,
    find_detectable,
    find_power,
    measure_clusters,
    plan_articles,
    plan_gold,
    predict_margin,
)
from analysis.statistics.plans import TOO_SMALL, plan_coding, plan_contrasts
from framing.errors import BingkaiError
from framing.scheme import read_codebook
from framing.tables import read_table, write_table
from tests.analysis.simulation import SHARES, draw_articles, draw_counts

CODEBOOK = read_codebook()


def test_design_effect_of_textbooks() -> None:
    """Kish: 1 + (10 - 1) 0.05 = 1.45. Eldridge et al. (2006): 1 + ((0.65^2 + 1) 10 - 1) 0.05."""
    assert Clusters(size=10, correlation=0.05).design_effect == pytest.approx(1.45)
    uneven = Clusters(size=10, correlation=0.05, variation=0.65)
    assert uneven.design_effect == pytest.approx(1.66125)


def test_sample_size_of_textbooks() -> None:
    """Cochran's 1.96^2 * 0.25 / 0.05^2 = 384.2, so 385; the quantile of t asks for 2 more.

    385 (0.1007 at t = 1.9662): 1.9662 * sqrt(0.25 / 387) = 0.04997; at 386 it is 0.05004.
    """
    assert plan_gold(0.5, 0.05) == 387
    assert 1.9661 * math.sqrt(0.25 / 387) < 0.05 < 1.9661 * math.sqrt(0.25 / 386)
    assert plan_gold(0.1, 0.03) == pytest.approx(1.96**2 * 0.09 / 0.0009, abs=4)


def test_finite_corpus_of_textbooks() -> None:
    """Cochran (1977, eq. 4.2) for a fixed population: n0 / (1 + n0 / N), here with deff 1.

    A corpus that is itself a sample keeps its own variance p (1 - p) / N: with independent
    sentences coding n of N is as good as n of infinitely many.
    """
    wide = predict_margin(0.4, 200, n_corpus=1000)
    assert wide == pytest.approx(predict_margin(0.4, 200))
    # Sentences of 20 an article that agree fully: 50 articles are 50 observations, no more.
    alike = predict_margin(0.4, 1000, n_corpus=1000, clusters=Clusters(size=20, correlation=1))
    assert alike == pytest.approx(stats.t.ppf(0.975, 49) * math.sqrt(0.24 / 50))


def test_gain_of_labels_by_hand() -> None:
    """With r = 0.6, 64% of the variance is left, and about 64% of the coding."""
    plain, helped = plan_gold(0.5, 0.04), plan_gold(0.5, 0.04, label_correlation=0.6)
    assert helped == pytest.approx(0.64 * plain, rel=0.01)
    # Of one in four coded alike in an article, 1 + 3 * 0.2 = 1.6 times the sentences.
    read_on = plan_gold(0.5, 0.04, per_article=4, clusters=Clusters(size=20, correlation=0.2))
    assert read_on == pytest.approx(1.6 * plain, rel=0.02)


def test_label_correlation_by_hand() -> None:
    """Of 100 sentences 40 have the value, 30 of them are found, and 10 more are labelled so."""
    codes = np.repeat([1, 1, 0, 0], [30, 10, 10, 50])
    labels = np.repeat([1, 0, 1, 0], [30, 10, 10, 50])
    found = correlate_labels(0.4, precision=0.75, recall=0.75)
    assert found == pytest.approx(np.corrcoef(codes, labels)[0, 1])
    assert correlate_labels(0.3, precision=1, recall=1) == pytest.approx(1)
    assert correlate_labels(0.0, precision=0.5, recall=0.5) == 0
    with pytest.raises(BingkaiError, match="no labels have a precision of 0.1"):
        correlate_labels(0.6, precision=0.1, recall=0.9)


def test_power_of_an_outside_tool() -> None:
    """statsmodels 0.15: NormalIndPower and TTestIndPower, 0.5 against 0.4, both-sided 5%.

    TTestIndPower().power(effect_size=0.1 / sqrt(0.245), nobs1=200, ratio=1, alpha=0.05) is
    0.5221511, of which 0.0000351 lie on the wrong side, which does not count here.
    """
    assert find_power((0.5, 0.4), (200, 200)) == pytest.approx(0.5221511 - 0.0000351, abs=1e-6)
    assert find_power((0.4, 0.5), (200, 200)) == pytest.approx(find_power((0.5, 0.4), (200, 200)))


def test_articles_of_textbooks() -> None:
    """Fleiss: (1.960 + 0.842)^2 (0.25 + 0.24) / 0.01 = 384.6 independent sentences an outlet.

    With 20 sentences an article and rho = 0.1 the design effect is 2.9 (Donner and Klar 2000):
    384.6 * 2.9 / 20 = 55.8 articles, and a little more for t.
    """
    assert plan_articles((0.5, 0.4)) == pytest.approx(384.6, abs=2)
    clusters = Clusters(size=20, correlation=0.1)
    needed = plan_articles((0.5, 0.4), clusters=clusters)
    assert 56 <= needed <= 58
    assert find_power((0.5, 0.4), (needed, needed), clusters=clusters) >= 0.8
    assert find_power((0.5, 0.4), (needed - 1, needed - 1), clusters=clusters) < 0.8


@given(st.floats(0.05, 0.6), st.integers(3, 200), st.floats(0, 0.5))
def test_detectable_difference_is_found(share: float, n_articles: int, correlation: float) -> None:
    clusters = Clusters(size=15, correlation=correlation, variation=0.5)
    sizes = (n_articles, n_articles)
    found = find_detectable(share, sizes, clusters=clusters)
    if found is None:
        assert find_power((share, 1.0), sizes, clusters=clusters) < 0.8
    else:
        assert find_power((share, share + found), sizes, clusters=clusters) >= 0.8 - 1e-9


def test_clusters_by_hand() -> None:
    """Articles of 2 sentences: both, none, one of them. Between 1/2 of 1 = 0.5, within 0.5/3."""
    found = measure_clusters(np.array([2.0, 0.0, 1.0]), np.array([2.0, 2.0, 2.0]))
    # MSB = 2 (0.25 + 0.25 + 0) / 2 = 0.5; MSW = (0 + 0 + 0.5) / 3; m0 = 2.
    assert found.correlation == pytest.approx((0.5 - 0.5 / 3) / (0.5 + 0.5 / 3))
    assert (found.size, found.variation) == (2, 0)
    assert measure_clusters(np.array([1.0]), np.array([9.0])) == Clusters(size=9)
    assert measure_clusters(np.array([1.0, 0.0]), np.array([1.0, 1.0])).correlation == 0


def test_clusters_of_known_corpora() -> None:
    """Dirichlet articles of correlation 0.15: the mean estimate over 40 corpora is near it."""
    rng = np.random.default_rng(8)
    found = []
    for _ in range(40):
        drawn = draw_articles(rng, SHARES, 60)
        found.append(measure_clusters(drawn.hits[:, 0], drawn.sentences).correlation)
    assert np.mean(found) == pytest.approx(0.15, abs=0.02)


def test_margin_of_simulated_coding() -> None:
    """The double-sample estimator strays as foretold: corpora of 60 articles, 150 coded of them.

    Labels agree with the codes in 85% of the sentences. 1.96 standard deviations of 2,000 corpora
    (known to 1.6%) against the predicted margin, its quantile of t replaced by 1.96.
    """
    rng, share, n_coded = np.random.default_rng(9), 0.3, 150
    gaps, correlations, sizes = [], [], []
    for _ in range(2_000):
        own = rng.beta(share * 9, (1 - share) * 9, 60)  # correlation 1 / (1 + 9) = 0.1
        length = rng.integers(10, 31, 60)
        codes = (rng.random(length.sum()) < np.repeat(own, length)).astype(float)
        labels = np.where(rng.random(len(codes)) < 0.85, codes, 1 - codes)
        coded = rng.choice(len(codes), n_coded, replace=False)
        slope = np.cov(codes[coded], labels[coded])[0, 1] / labels[coded].var(ddof=1)
        gaps.append(codes[coded].mean() + slope * (labels.mean() - labels[coded].mean()) - share)
        correlations.append(np.corrcoef(codes, labels)[0, 1])
        sizes.append(len(codes))
    predicted = predict_margin(
        share,
        n_coded,
        clusters=Clusters(size=20, correlation=0.1, variation=np.sqrt(440 / 12) / 20),
        n_corpus=float(np.mean(sizes)),
        label_correlation=float(np.mean(correlations)),
    )
    predicted *= 1.96 / stats.t.ppf(0.975, 59)
    assert 1.96 * np.std(gaps) == pytest.approx(predicted, rel=0.05)


def test_power_of_simulated_outlets() -> None:
    """Our own test of differences finds what it should: 1,000 pairs of outlets, 15 articles each.

    The standard error of the found power is 0.015; the test is somewhat cautious.
    """
    rng = np.random.default_rng(10)
    found, sizes, variations = [], [], []
    for _ in range(1_000):
        pair = [draw_articles(rng, (share, 1 - share), 15) for share in (0.3, 0.52)]
        fits = [fit_shares(drawn.hits, drawn.sentences) for drawn in pair]
        shares, n_effective, df = (
            np.stack([getattr(fit, name) for fit in fits])
            for name in ("shares", "n_effective", "df")
        )
        p_values = find_p_values(shares, n_effective, pool_df(shares, n_effective, df))
        found.append(p_values[0] < 0.05)
        every = np.concatenate([drawn.sentences for drawn in pair])
        sizes.append(every.mean())
        variations.append(every.std() / every.mean())
    clusters = Clusters(
        size=float(np.mean(sizes)), correlation=0.15, variation=float(np.mean(variations))
    )
    predicted = find_power((0.3, 0.52), (15, 15), clusters=clusters)
    assert 0.6 < predicted < 0.9
    assert predicted - 0.07 < np.mean(found) < predicted + 0.045


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    return draw_counts(
        np.random.default_rng(12),
        {"A": SHARES, "B": SHARES, "C": SHARES},
        {"A": 80, "B": 40, "C": 1},
    )


def test_plan_for_a_corpus(counts: pd.DataFrame) -> None:
    plan = plan_coding(counts, CODEBOOK, margin=0.08)
    assert len(plan) == 8 * 3
    big = plan.loc[plan["outlet"] == "A"]
    assert big["n_coded"].notna().all()
    assert (plan.loc[plan["outlet"] == "C", "reason"] == TOO_SMALL).all()
    row = big.iloc[0]
    clusters = measure_clusters_of(counts, "A", "threat")
    assert row["n_coded"] == plan_gold(
        row["share"], 0.08, clusters=clusters, n_corpus=row["n_sentences"]
    )
    scores = pd.DataFrame(
        {"variable": ["frame"], "value": ["threat"], "precision": ["0.9"], "recall": ["0.8"]}
    )
    helped = plan_coding(counts, CODEBOOK, margin=0.08, scores=scores).iloc[0]
    assert helped["label_correlation"] > 0.7
    assert helped["n_coded"] < row["n_coded"]


def measure_clusters_of(counts: pd.DataFrame, outlet: str, frame: str) -> Clusters:
    own = counts.loc[counts["outlet"] == outlet].sort_values("article_id")
    hits = own["n_sentences"].where(own["frame"] == frame, 0).groupby(own["article_id"]).sum()
    sentences = own.groupby("article_id")["n_sentences"].sum()
    return measure_clusters(hits.to_numpy(float), sentences.to_numpy(float))


def test_plan_of_contrasts(counts: pd.DataFrame) -> None:
    plan = plan_contrasts(counts, CODEBOOK, difference=0.15)
    assert set(plan["contrast"]) == {"A - B"}  # C has one article
    assert plan["power"].between(0, 1).all()
    strict = plan_contrasts(counts, CODEBOOK, difference=0.15, level=0.05 / 24)
    assert (strict["power"] < plan["power"]).all()
    assert (strict["n_articles_needed"] > plan["n_articles_needed"]).all()


def test_command(counts: pd.DataFrame, tmp_path, capsys) -> None:
    table, plan = tmp_path / "counts.csv", tmp_path / "plan.csv"
    write_table(counts, table)
    assert main(["plan", "gold", str(table), "--margin", "0.08", "-o", str(plan)]) == 0
    said = capsys.readouterr().err
    assert "A: " in said and "C: out of reach" in said
    assert len(read_table(plan)) == 24
    assert main(["plan", "power", str(table), "-o", str(plan)]) == 0
    assert len(read_table(plan)) == 8
    capsys.readouterr()
    words = ["--share", "0.4", "--precision", "0.75", "--recall", "0.75", "--coded", "100"]
    assert main(["plan", "gold", *words]) == 0
    said = capsys.readouterr().err
    needed = plan_gold(
        0.4, 0.05, label_correlation=correlate_labels(0.4, precision=0.75, recall=0.75)
    )
    assert f"{needed} coded sentences" in said
    assert f"{needed - 100} more" in said
    assert main(["plan", "power", "--shares", "0.5", "0.4", "--articles", "57", "57"]) == 0
    assert "articles of each outlet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gold", "--share", "2"], "the share is 2; give a number from 0 to 1"),
        (["gold", "--margin", "0.7"], "the margin is 0.7"),
        (["gold", "--precision", "0.7"], "precision and recall belong together"),
        (["gold", "--article-size", "0.5"], "sentences an article is 0.5; give a number of at"),
        (["gold", "--corpus", "500", "--margin", "0.01"], "out of reach: with every sentence"),
        (["power", "--shares", "0.3", "0.3"], "the two shares are equal"),
        (["power", "--articles", "1", "9"], "the number of articles is 1"),
        (["power", "--power", "1.5"], "a power of 1.5 is not between"),
    ],
)
def test_bad_input(words: list[str], message: str, capsys) -> None:
    assert main(["plan", *words]) == 2
    assert message in capsys.readouterr().err


def test_unlabelled_variable_is_refused(counts: pd.DataFrame) -> None:
    with pytest.raises(BingkaiError, match="sentiment is not labelled; plan for frame"):
        plan_coding(counts, CODEBOOK, margin=0.05, variable="sentiment")
    with pytest.raises(BingkaiError, match="no two outlets have two articles"):
        plan_contrasts(counts.loc[counts["outlet"] != "A"], CODEBOOK, difference=0.1)
    with pytest.raises(BingkaiError, match="scores: the table lacks"):
        plan_coding(counts, CODEBOOK, margin=0.05, scores=pd.DataFrame({"value": []}))
