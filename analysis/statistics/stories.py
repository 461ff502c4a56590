"""Shares and differences with wire stories as clusters, the level above the article.

Articles that carry the same dispatch resemble each other, within an outlet and across outlets. With
stories as clusters, a story counts as one piece of evidence; and what two outlets have in common
for having printed the same stories is no part of the uncertainty about their difference.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.clusters import Floats, ShareFit, find_contributions, fit_totals, weigh
from analysis.statistics.differences import pair_outlets
from analysis.statistics.estimates import NAIVE, Estimate, because
from analysis.statistics.intervals import (
    critical_value,
    find_p_values,
    limit_differences,
    pool_df,
)
from analysis.statistics.multiplicity import adjust_p_values
from analysis.statistics.settings import Settings, Weight
from analysis.statistics.shares import ALWAYS_SEEN, NEVER_SEEN, NO_SENTENCES, describe_shares
from analysis.statistics.tallies import Tally

SPEC = "stories as clusters"
SHARE_METHOD = f"{NAIVE}; CR2 variance over stories, score interval"
METHOD = f"{NAIVE}; CR2 variance over stories with their covariance, score interval, Welch df"

ONE_STORY = "one story: no variance between stories"
NO_SPREAD = "never or always seen in an outlet: no standard error there"

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class StoryFit:
    """Shares of K cells in one outlet with G stories as clusters.

    Parameters
    ----------
    shares
        Estimated from the totals of stories.
    residuals
        (all stories, K) influence of every story on the shares, CR2-weighted; zero where the outlet
        has not printed it. Their squares add up to the variance.
    n_articles
        Articles behind it.
    """

    shares: ShareFit
    residuals: Floats
    n_articles: int


def shares_stories(tally: Tally) -> bool:
    """Tell whether any two articles carry the same story."""
    return len(np.unique(tally.stories)) < len(tally.stories)


def fit_stories(
    hits: Floats, sentences: Floats, stories: Codes, *, n_stories: int, weight: Weight
) -> StoryFit:
    """Estimate shares with stories as clusters.

    Parameters
    ----------
    hits, sentences
        (A, K) and (A,) sentences of articles with every value, and at all.
    stories
        (A,) the story of every article, below `n_stories`.
    weight
        What counts once; a story of two articles counts twice with weight *article*.
    """
    y, s = weigh(hits, sentences, weight)
    present, codes = np.unique(stories, return_inverse=True)
    y_total = np.zeros((len(present), y.shape[1]))
    np.add.at(y_total, codes, y)
    s_total, squared = (
        np.bincount(codes, weights=each, minlength=len(present)).astype(np.float64)
        for each in (s, s**2 / sentences)
    )
    fit = fit_totals(
        y_total,
        s_total,
        np.divide(s_total**2, squared, out=np.zeros_like(squared), where=squared > 0),
        n_sentences=int(sentences.sum()),
    )
    residuals = np.zeros((n_stories, y.shape[1]))
    if len(present) > 1:
        residuals[present] = find_contributions(y_total, s_total)
    return StoryFit(fit, residuals, len(sentences))


def correlate_shares(one: StoryFit, other: StoryFit) -> Floats:
    """Return (K,) the correlation of two outlets' shares for the stories that both printed.

    The covariance is that of the linearised totals of stories, sum_g u_g v_g with the residuals u
    and v of the two outlets; the cluster-robust covariance of two ratios of one sample.
    """
    products = (one.residuals * other.residuals).sum(axis=0)
    spread = np.sqrt((one.residuals**2).sum(axis=0) * (other.residuals**2).sum(axis=0))
    correlation = np.divide(products, spread, out=np.zeros_like(products), where=spread > 0)
    return np.asarray(np.clip(correlation, -1.0, 1.0))


def estimate_by_story(tally: Tally, settings: Settings) -> Iterator[Estimate]:
    """Give shares and differences with stories as clusters; nothing if none is told twice."""
    if not shares_stories(tally):
        return
    n_stories = int(tally.stories.max()) + 1
    fits = {}
    for outlet in ("", *tally.outlets):
        hits, sentences = tally.of_outlet(outlet)
        own = np.full(len(tally.codes), True)
        if outlet:
            own = tally.codes == tally.outlets.index(outlet)
        fits[outlet] = fit_stories(
            hits, sentences, tally.stories[own], n_stories=n_stories, weight=settings.weight
        )
        yield from _describe_shares(tally, fits[outlet], outlet, settings)
    rows = [
        row
        for pair in pair_outlets(tally.outlets, settings)
        for row in _describe_difference(tally, pair, [fits[outlet] for outlet in pair], settings)
    ]
    yield from adjust_p_values(rows, family=f"{tally.variable}, {SPEC}", adjust=settings.adjust)


def _describe_shares(
    tally: Tally, fit: StoryFit, outlet: str, settings: Settings
) -> Iterator[Estimate]:
    rows = describe_shares(tally, fit.shares, outlet, settings, weight=settings.weight)
    for row in rows:
        reason = because(
            _why_untestable("", fit),
            NEVER_SEEN if row.estimate == 0 and fit.n_articles > 1 else "",
            ALWAYS_SEEN if row.estimate == 1 and fit.n_articles > 1 else "",
        )
        yield replace(row, method=SHARE_METHOD, spec=SPEC, n_articles=fit.n_articles, reason=reason)


def _describe_difference(
    tally: Tally, outlets: tuple[str, str], fits: list[StoryFit], settings: Settings
) -> Iterator[Estimate]:
    shares = np.stack([fit.shares.shares for fit in fits])
    n_effective = np.stack([fit.shares.n_effective for fit in fits])
    std_errors = np.stack([fit.shares.std_errors for fit in fits])
    df = pool_df(shares, n_effective, np.stack([fit.shares.df for fit in fits]))
    correlation = correlate_shares(*fits)
    limits = limit_differences(
        shares, n_effective, critical_value(df, settings.conf_level), correlation
    )
    p_values = find_p_values(shares, n_effective, df, correlation)
    variances = (std_errors**2).sum(axis=0) - 2 * correlation * std_errors.prod(axis=0)
    untestable = because(*map(_why_untestable, outlets, fits))
    for k, cell in enumerate(tally.cells):
        extreme = bool(((shares[:, k] == 0) | (shares[:, k] == 1)).any())
        yield Estimate(
            estimand="difference",
            variable=tally.variable,
            value=cell.value,
            contrast=" - ".join(outlets),
            by=tally.by,
            level=cell.level,
            method=METHOD,
            weight=settings.weight,
            copies=settings.copies,
            spec=SPEC,
            estimate=float(shares[0, k] - shares[1, k]),
            std_error=math.sqrt(max(variances[k], 0.0)),
            df=float(df[k]),
            conf_low=float(limits.low[k]),
            conf_high=float(limits.high[k]),
            conf_level=math.nan if untestable else settings.conf_level,
            p_value=float(p_values[k]),
            p_adjusted=float(p_values[k]),
            n_sentences=sum(fit.shares.n_sentences for fit in fits),
            n_articles=sum(fit.n_articles for fit in fits),
            reason=untestable or (NO_SPREAD if extreme else ""),
        )


def _why_untestable(outlet: str, fit: StoryFit) -> str:
    reason = {0: NO_SENTENCES, 1: ONE_STORY}.get(fit.shares.n_articles, "")
    return f"{outlet}: {reason}" if outlet and reason else reason
