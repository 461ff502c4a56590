"""Shares of every value by outlet, with intervals that respect the articles."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from analysis.statistics.clusters import ShareFit, fit_shares
from analysis.statistics.estimates import NAIVE, Estimate, because
from analysis.statistics.intervals import critical_value, limit_shares
from analysis.statistics.settings import Settings, Weight
from analysis.statistics.tallies import Tally

METHOD = f"{NAIVE}; CR2 variance over articles, score interval"

NO_SAMPLE = "one article an outlet: articles of different outlets are no sample of one population"
ONE_ARTICLE = "one article: no variance between articles"
NO_SENTENCES = "no sentence to count here"
NEVER_SEEN = "never seen here: no standard error, the interval only bounds the share"
ALWAYS_SEEN = "seen in every sentence here: no standard error, the interval only bounds the share"


def estimate_shares(tally: Tally, settings: Settings, *, weight: Weight) -> Iterator[Estimate]:
    """Give the share of every cell in every outlet, and in all outlets together.

    All outlets together (``outlet=""``) are the articles of the corpus as one sample: their share
    leans to the outlets with most articles, and its interval takes articles as drawn from them all.
    """
    for outlet in ("", *tally.outlets):
        fit = fit_shares(*tally.of_outlet(outlet), weight=weight)
        yield from describe_shares(tally, fit, outlet, settings, weight=weight)


def describe_shares(
    tally: Tally, fit: ShareFit, outlet: str, settings: Settings, *, weight: Weight
) -> Iterator[Estimate]:
    """Give the shares of a fit, one a cell, with articles as its clusters."""
    limits = limit_shares(fit.shares, fit.n_effective, critical_value(fit.df, settings.conf_level))
    for k, cell in enumerate(tally.cells):
        yield Estimate(
            estimand="share",
            variable=tally.variable,
            value=cell.value,
            outlet=outlet,
            by=tally.by,
            level=cell.level,
            method=METHOD,
            weight=weight,
            copies=settings.copies,
            estimate=float(fit.shares[k]),
            std_error=float(fit.std_errors[k]),
            df=float(fit.df[k]),
            conf_low=float(limits.low[k]),
            conf_high=float(limits.high[k]),
            conf_level=settings.conf_level if fit.n_articles > 1 else math.nan,
            n_sentences=fit.n_sentences,
            n_articles=fit.n_articles,
            reason=why_empty(fit, k),
        )


def is_no_sample(tally: Tally) -> bool:
    """Tell whether there are several outlets with no more than one article each.

    The spread of such articles is that between outlets, and says nothing about other articles.
    """
    return len(tally.codes) > 1 and bool((np.bincount(tally.codes) <= 1).all())


def without_errors(row: Estimate) -> Estimate:
    """Take all that speaks of other articles off a row for all outlets together."""
    return replace(
        row,
        std_error=math.nan,
        df=math.nan,
        conf_low=math.nan,
        conf_high=math.nan,
        conf_level=math.nan,
        p_value=math.nan,
        p_adjusted=math.nan,
        family="",
        reason=NO_SAMPLE,
    )


def why_empty(fit: ShareFit, k: int) -> str:
    """Say why the share, its standard error or its interval is missing; ``""`` if nothing is."""
    if fit.n_articles == 0:
        return NO_SENTENCES
    if fit.n_articles == 1:
        return ONE_ARTICLE
    share = fit.shares[k]
    return because(NEVER_SEEN if share == 0 else "", ALWAYS_SEEN if share == 1 else "")
