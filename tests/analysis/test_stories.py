"""Stories as clusters: by hand, against statsmodels, and against known truth."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.statistics.clusters import fit_shares
from analysis.statistics.comparison import compare_outlets
from analysis.statistics.intervals import critical_value, limit_differences, limit_shares
from analysis.statistics.settings import Settings, Weight
from analysis.statistics.stories import ONE_STORY, SPEC, correlate_shares, fit_stories
from framing.schema import COLUMNS
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
QUICK = Settings(n_permutations=99)


def make_counts(*articles: tuple[str, str, str, int, int]) -> pd.DataFrame:
    """Make counts of (article, outlet, story, sentences that are a threat, that are not)."""
    rows = [
        {"article_id": article, "outlet": outlet, "story": story, "frame": frame, "n_sentences": n}
        for article, outlet, story, *numbers in articles
        for frame, n in zip(("threat", "economy"), numbers, strict=True)
        if n
    ]
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS["counts"])).assign(copied=False)


def pick(table: pd.DataFrame, **wanted: str) -> "pd.Series[float]":
    for column, value in ({"value": "threat", "weight": "sentence"} | wanted).items():
        table = table.loc[table[column] == value]
    assert len(table) == 1, f"{len(table)} rows for {wanted}"
    return table.iloc[0]


# Both outlets print the same two stories, three and one of four sentences a threat.
SAME = make_counts(
    ("a1", "A", "s1", 3, 1), ("a2", "A", "s2", 1, 3),
    ("b1", "B", "s1", 3, 1), ("b2", "B", "s2", 1, 3),
)  # fmt: skip


def test_a_story_counts_once_by_hand() -> None:
    """Residuals are +-2 of 16 sentences, leverages 1/2: 2 (4 / 0.5) / 16^2 = 0.0625.

    With articles, they are +-1 four times and leverages 1/4: 4 (1 / 0.75) / 16^2 = 0.0208.
    """
    table = compare_outlets(SAME, CODEBOOK, QUICK)
    assert pick(table, estimand="share", outlet="", spec=SPEC)["std_error"] == pytest.approx(0.25)
    by_article = pick(table, estimand="share", outlet="", spec="")["std_error"]
    assert by_article == pytest.approx((4 / 0.75 / 256) ** 0.5)
    for outlet in "AB":  # within an outlet every story is one article
        rows = [pick(table, estimand="share", outlet=outlet, spec=spec) for spec in ("", SPEC)]
        assert rows[0]["std_error"] == rows[1]["std_error"] == pytest.approx(0.25)


def test_outlets_that_print_the_same_do_not_differ_for_sure() -> None:
    row = pick(compare_outlets(SAME, CODEBOOK, QUICK), estimand="difference", spec=SPEC)
    assert (row["estimate"], row["std_error"], row["p_value"]) == (0, 0, 1)
    assert row["conf_low"] == pytest.approx(0) and row["conf_high"] == pytest.approx(0)
    assert row["n_articles"] == 4


def test_one_story_in_two_articles_has_no_variance() -> None:
    counts = make_counts(
        ("a1", "A", "s1", 3, 1), ("a2", "A", "s1", 2, 2), ("b1", "B", "s2", 1, 3),
        ("b2", "B", "s3", 2, 2),
    )  # fmt: skip
    row = pick(compare_outlets(counts, CODEBOOK, QUICK), estimand="share", outlet="A", spec=SPEC)
    assert np.isnan(row["std_error"]) and row["reason"] == ONE_STORY
    assert row["n_articles"] == 2


def test_without_shared_stories_there_is_nothing_to_add() -> None:
    table = compare_outlets(SAME.assign(story=""), CODEBOOK, QUICK)
    assert set(table["spec"]) == {""}


def test_differences_as_statsmodels_has_them() -> None:
    """OLS of the sentence on the outlet, clustered by story (CR0), times G / (G - 1).

    With as many sentences in every article, all leverages are 1 / G, and CR2 is just that.
    """
    rng = np.random.default_rng(5)
    n_stories, size = 6, 10
    level = rng.uniform(0.2, 0.8, n_stories)
    hits = rng.binomial(size, np.concatenate([level, level]))
    outlet = np.repeat([0, 1], n_stories)
    story = np.tile(np.arange(n_stories), 2)
    sides = [
        fit_stories(
            hits[outlet == side, None].astype(float), np.full(n_stories, float(size)),
            story[outlet == side], n_stories=n_stories, weight=Weight.SENTENCE,
        )
        for side in (0, 1)
    ]  # fmt: skip
    errors = [side.shares.std_errors[0] for side in sides]
    correlation = correlate_shares(*sides)[0]
    variance = errors[0] ** 2 + errors[1] ** 2 - 2 * correlation * errors[0] * errors[1]
    y = np.concatenate([np.repeat([1.0, 0.0], [n, size - n]) for n in hits])
    model = sm.OLS(y, sm.add_constant(np.repeat(outlet, size)))
    groups = {"groups": np.repeat(story, size), "use_correction": False}
    expected = model.fit(cov_type="cluster", cov_kwds=groups).bse[1] ** 2
    assert correlation > 0.3
    assert variance == pytest.approx(expected * n_stories / (n_stories - 1))


def test_articles_that_weigh_alike_are_counted_by_article() -> None:
    """Shares 3/4, 0 and 1/2 with weight article: their mean is 5/12, the stories hold 2 and 1."""
    fit = fit_stories(
        np.array([[3.0], [0], [5]]), np.array([4.0, 2, 10]), np.array([0, 0, 1]),
        n_stories=2, weight=Weight.ARTICLE,
    )  # fmt: skip
    assert fit.shares.shares[0] == pytest.approx(5 / 12)
    assert (fit.n_articles, fit.shares.n_articles) == (3, 2)


def test_a_correlation_narrows_the_interval_of_a_difference() -> None:
    """Zou and Donner (2008): the squared distances less twice their product times r."""
    shares, sizes = np.array([[0.4], [0.3]]), np.array([[50.0], [80.0]])
    critical = critical_value(np.array([30.0]), 0.95)
    each = limit_shares(shares, sizes, critical)
    low, high = (shares - each.low).ravel(), (each.high - shares).ravel()
    expected = 0.1 - (low[0] ** 2 + high[1] ** 2 - 2 * 0.6 * low[0] * high[1]) ** 0.5
    assert limit_differences(shares, sizes, critical, 0.6).low == pytest.approx(expected)
    assert (
        limit_differences(shares, sizes, critical, 0.6).low
        > limit_differences(shares, sizes, critical).low
    )


def test_coverage_where_outlets_share_their_stories() -> None:
    """Known truth: 25 stories, each in two outlets and two articles that share its level.

    The share in all outlets together: with articles as clusters, the 95% interval is too narrow by
    about the square root of two; with stories, it is not.
    """
    rng = np.random.default_rng(11)
    n_stories, size, truth, runs = 25, 12, 0.3, 400
    story = np.repeat(np.arange(n_stories), 2)
    held = {"article": 0, "story": 0}
    for _ in range(runs):
        level = rng.beta(truth * 3, (1 - truth) * 3, n_stories)
        hits = rng.binomial(size, level[story])[:, None].astype(float)
        sentences = np.full(2 * n_stories, float(size))
        fits = {
            "article": fit_shares(hits, sentences),
            "story": fit_stories(
                hits, sentences, story, n_stories=n_stories, weight=Weight.SENTENCE
            ).shares,
        }
        for name, fit in fits.items():
            limits = limit_shares(fit.shares, fit.n_effective, critical_value(fit.df, 0.95))
            held[name] += bool(limits.low[0] <= truth <= limits.high[0])
    # The error of a coverage of 0.95 in 400 runs is 0.011.
    assert 0.917 <= held["story"] / runs <= 0.983
    assert held["article"] / runs < 0.90
