"""Differences and odds ratios of pairs of outlets, with one family of tests a variable."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypedDict

import numpy as np

from analysis.statistics.bootstrap import draw_deviations, take_maxima
from analysis.statistics.clusters import Floats, ShareFit, find_contributions, fit_shares, weigh
from analysis.statistics.estimates import NAIVE, Estimate, because
from analysis.statistics.intervals import (
    centre_variances,
    critical_value,
    find_p_values,
    limit_differences,
    limit_odds_ratios,
    pool_df,
)
from analysis.statistics.multiplicity import Maxima, adjust_p_values
from analysis.statistics.settings import Adjust, Settings
from analysis.statistics.shares import NO_SENTENCES, ONE_ARTICLE
from analysis.statistics.tallies import Tally
from framing.errors import BingkaiError

METHOD = f"{NAIVE}; CR2 variance over articles, score interval, Welch df"
BAND_METHOD = f"{NAIVE}; CR2 variance over articles, simultaneous max-t band of score intervals"
ODDS_METHOD = f"{NAIVE}; CR2 variance over articles, score interval of the log odds, Welch df"

IN_NEITHER = "never seen in either outlet: no standard error"
NO_SPREAD = "never or always seen in an outlet: no standard error there"
NO_ODDS = "never or always seen in an outlet: the odds ratio is zero, infinite or unknown"


class _Description(TypedDict):
    """The fields that all rows of a pair have in common."""

    variable: str
    by: str
    contrast: str
    weight: str
    copies: str
    n_sentences: int
    n_articles: int


def pair_outlets(outlets: Sequence[str], settings: Settings) -> list[tuple[str, str]]:
    """Return the pairs to compare: those of the settings, else all.

    Raises
    ------
    BingkaiError
        The settings name an outlet that the counts don't have, or pair it with itself.
    """
    for pair in settings.contrasts:
        for outlet in pair:
            if outlet not in outlets:
                raise BingkaiError(
                    f"settings: contrasts name the outlet {outlet!r}; "
                    f"the counts have {', '.join(outlets)}"
                )
        if pair[0] == pair[1]:
            raise BingkaiError(f"settings: contrasts compare the outlet {pair[0]!r} with itself")
    return list(settings.contrasts) or list(combinations(outlets, 2))


def estimate_differences(tally: Tally, settings: Settings) -> list[Estimate]:
    """Return the difference of shares of every cell and pair of outlets.

    P-values are adjusted as the settings say (`analysis.statistics.multiplicity`); the family are
    all cells and pairs of the variable that can be tested. With ``adjust = "max_t"`` the intervals
    are a simultaneous band: with the probability of the level, all of the family hold together.
    """
    pairs = list(_fit_pairs(tally, settings))
    testable = [pair for pair in pairs if not pair.untestable]
    maxima, level = None, settings.conf_level
    if settings.adjust is Adjust.MAX_T and testable:
        maxima = _draw_maxima(tally, testable, settings)
        level = maxima.find_level(settings.conf_level)
    method = METHOD if maxima is None else BAND_METHOD
    return adjust_p_values(
        [*_describe_pairs(pairs, tally, settings, level=level, method=method)],
        family=_name_family(tally, len(testable)),
        adjust=settings.adjust,
        maxima=maxima,
    )


def describe_differences(tally: Tally, settings: Settings) -> Iterator[Estimate]:
    """Give the differences, each for itself, before p-values are adjusted."""
    pairs = _fit_pairs(tally, settings)
    return _describe_pairs(pairs, tally, settings, level=settings.conf_level, method=METHOD)


def _describe_pairs(
    pairs: Iterable["_Pair"], tally: Tally, settings: Settings, *, level: float, method: str
) -> Iterator[Estimate]:
    for pair in pairs:
        critical = critical_value(pair.df, level)
        limits = limit_differences(pair.shares, pair.n_effective, critical)
        p_values = find_p_values(pair.shares, pair.n_effective, pair.df)
        for k, cell in enumerate(tally.cells):
            yield Estimate(
                estimand="difference",
                value=cell.value,
                level=cell.level,
                method=method,
                estimate=float(pair.shares[0, k] - pair.shares[1, k]),
                std_error=float(np.hypot(*pair.std_errors[:, k])),
                df=float(pair.df[k]),
                conf_low=float(limits.low[k]),
                conf_high=float(limits.high[k]),
                conf_level=math.nan if pair.untestable else settings.conf_level,
                p_value=float(p_values[k]),
                p_adjusted=float(p_values[k]),
                reason=pair.untestable or _why_no_error(pair.shares[:, k]),
                **_describe(pair, tally, settings),
            )


def estimate_odds_ratios(tally: Tally, settings: Settings) -> Iterator[Estimate]:
    """Give the odds ratio of every cell and pair of outlets.

    An outlet that never (or always) shows the value has no odds to divide: the row is empty and
    says so. Adding one half to the cells (Haldane 1956, Anscombe 1956) would print a finite number
    that only reflects how many sentences were read, and sentences of one article are not even
    independent; the difference and its interval tell what the data carry. The standard error is
    that of the odds ratio by the delta method; the interval is computed on the log scale. The
    hypothesis is the same as that of the difference and is tested there, once.
    """
    for pair in _fit_pairs(tally, settings):
        critical = critical_value(pair.df, settings.conf_level)
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = pair.shares / (1 - pair.shares)
            ratios = odds[0] / odds[1]
            limits = limit_odds_ratios(pair.shares, pair.n_effective, critical)
            spread = pair.n_effective * pair.shares * (1 - pair.shares)
            log_errors = np.sqrt((1 / spread).sum(axis=0))
        for k, cell in enumerate(tally.cells):
            own = pair.shares[:, k]
            extreme = bool(((own == 0) | (own == 1)).any())
            usable = not (extreme or pair.untestable)
            yield Estimate(
                estimand="odds_ratio",
                value=cell.value,
                level=cell.level,
                method=ODDS_METHOD,
                estimate=math.nan if extreme else float(ratios[k]),
                std_error=float(ratios[k] * log_errors[k]) if usable else math.nan,
                df=float(pair.df[k]) if usable else math.nan,
                conf_low=float(limits.low[k]) if usable else math.nan,
                conf_high=float(limits.high[k]) if usable else math.nan,
                conf_level=settings.conf_level if usable else math.nan,
                reason=because(pair.untestable, NO_ODDS if extreme else ""),
                **_describe(pair, tally, settings),
            )


def _draw_maxima(tally: Tally, pairs: Sequence["_Pair"], settings: Settings) -> Maxima:
    """Draw how far the most extreme of all differences strays by chance.

    The outlets' articles are independent, so each outlet's shares are drawn alone and a pair's
    difference is made of two of them. They are mixed by the variances that also give the pair its
    degrees of freedom, which an outlet without the value keeps.
    """
    rng = np.random.default_rng(settings.seed)
    deviations: dict[str, Floats] = {}
    for outlet in sorted({outlet for pair in pairs for outlet in pair.outlets}):
        contributions = find_contributions(*weigh(*tally.of_outlet(outlet), settings.weight))
        deviations[outlet] = draw_deviations(
            contributions, n_replicates=settings.n_bootstrap, rng=rng
        )

    def mix(pair: "_Pair") -> Floats:
        parts = np.sqrt(centre_variances(pair.shares, pair.n_effective))
        first, second = (deviations[outlet] for outlet in pair.outlets)
        return np.asarray((parts[0] * first - parts[1] * second) / np.hypot(*parts))

    return Maxima(take_maxima(map(mix, pairs), n_replicates=settings.n_bootstrap))


def _name_family(tally: Tally, n_pairs: int) -> str:
    """Return what a family of tests is made of, such as ``"frame: 8 values x 10 pairs"``."""
    parts = [_say_number(len({cell.value for cell in tally.cells}), "value")]
    if tally.by == "target":
        parts.append(_say_number(len({cell.level for cell in tally.cells}), "target"))
    parts.append(_say_number(n_pairs, "pair"))
    return f"{tally.variable}: {' x '.join(parts)}"


def _say_number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True)
class _Pair:
    """Two outlets' shares of K cells: arrays (2, K), but for the pooled df (K,)."""

    outlets: tuple[str, str]
    shares: Floats
    std_errors: Floats
    n_effective: Floats
    df: Floats
    n_sentences: int
    n_articles: int
    untestable: str


def _fit_pairs(tally: Tally, settings: Settings) -> Iterator[_Pair]:
    fits = {
        outlet: fit_shares(*tally.of_outlet(outlet), weight=settings.weight)
        for outlet in tally.outlets
    }
    for outlets in pair_outlets(tally.outlets, settings):
        pair = [fits[outlet] for outlet in outlets]
        shares = np.stack([fit.shares for fit in pair])
        n_effective = np.stack([fit.n_effective for fit in pair])
        yield _Pair(
            outlets=outlets,
            shares=shares,
            std_errors=np.stack([fit.std_errors for fit in pair]),
            n_effective=n_effective,
            df=pool_df(shares, n_effective, np.stack([fit.df for fit in pair])),
            n_sentences=sum(fit.n_sentences for fit in pair),
            n_articles=sum(fit.n_articles for fit in pair),
            untestable=because(*map(_why_untestable, outlets, pair)),
        )


def _describe(pair: _Pair, tally: Tally, settings: Settings) -> _Description:
    return {
        "variable": tally.variable,
        "by": tally.by,
        "contrast": " - ".join(pair.outlets),
        "weight": settings.weight,
        "copies": settings.copies,
        "n_sentences": pair.n_sentences,
        "n_articles": pair.n_articles,
    }


def _why_untestable(outlet: str, fit: ShareFit) -> str:
    if fit.n_articles == 0:
        return f"{outlet}: {NO_SENTENCES}"
    return f"{outlet}: {ONE_ARTICLE}" if fit.n_articles == 1 else ""


def _why_no_error(shares: Floats) -> str:
    if (shares == 0).all():
        return IN_NEITHER
    return NO_SPREAD if ((shares == 0) | (shares == 1)).any() else ""
