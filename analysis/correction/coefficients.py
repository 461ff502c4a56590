"""Rows of the estimates table: a logit of every coded variable, with labels corrected by codes."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.correction.codings import CodedSentences, encode
from analysis.correction.corrections import Floats, learn_codes
from analysis.correction.logit import LogitFit, fit_logit, fit_naive_logit, fit_tuned_logit
from analysis.statistics.estimates import NAIVE, Estimate
from analysis.statistics.multiplicity import adjust_p_values
from analysis.statistics.settings import Settings
from analysis.statistics.shares import ONE_ARTICLE
from analysis.statistics.tallies import Cell
from framing.scheme import Codebook

INTERVAL = "multinomial logit, cluster jackknife over articles, t interval"
_BASES = ("none", "neutral", "outlet")  # what other values are compared with, if there is one


def estimate_coefficients(
    coded: CodedSentences,
    variable: str,
    codebook: Codebook,
    settings: Settings,
    *,
    least_gold: int,
) -> list[Estimate]:
    """Return log odds ratios of a multinomial logit of a variable, naive and corrected.

    Explained by the outlet (against the first by name), the log length of the article and, where
    every article is dated, its day in weeks. One family of tests a method.

    Parameters
    ----------
    least_gold
        Coded sentences that every outlet needs.
    """
    values = codebook.variable(variable).value_ids
    base = next((value for value in _BASES if value in values), values[-1])
    seen = set(coded.frame[f"label_{variable}"]) & set(coded.frame[f"code_{variable}"])
    cells = tuple(Cell(value) for value in (base, *(v for v in values if v != base and v in seen)))
    coding = encode(coded, variable, cells, settings.weight)
    # What is none of the values, such as a sentence without a label, counts as the base.
    coding = replace(
        coding,
        labels=_fill_base(coding.labels),
        codes=_fill_base(coding.codes),
    )
    names, terms = _list_terms(coded)
    rows: list[Estimate] = []
    reason = _why_not(coded, least_gold)
    fits: dict[str, Callable[[], LogitFit]] = {
        NAIVE: lambda: fit_naive_logit(coding, terms),
        "dsl: pseudo-values of codes": lambda: fit_logit(coding, terms, learn_codes(coding)),
        "ppi: labels with a tuned weight": lambda: fit_tuned_logit(coding, terms),
        "gold-only: weighted codes alone": lambda: fit_tuned_logit(coding, terms, tuning=0.0),
    }
    spec = f"on {', '.join(['outlet', *(n for n in names if n not in coded.outlets)])}; base {base}"
    for method, fit in fits.items():
        found = _fit_nothing(len(names) + 1, len(cells) - 1, reason) if reason else fit()
        told = _tell(found, variable, [cell.value for cell in cells[1:]], names, coded, settings)
        own = [replace(row, spec=spec, method=f"{method}; {INTERVAL}") for row in told]
        family = f"{variable}: {len(own)} coefficients, {method.split(':')[0]}"
        rows += adjust_p_values(own, family=family, adjust=settings.adjust)
    return rows


def _fill_base(indicators: Floats) -> Floats:
    filled = indicators.copy()
    filled[:, 0] = 1 - indicators[:, 1:].sum(axis=1)
    return filled


def _list_terms(coded: CodedSentences) -> tuple[list[str], Floats]:
    """Return the names of the terms but the constant, and all as columns (N, P)."""
    frame = coded.frame
    terms: dict[str, Floats] = {
        name: np.asarray(frame["outlet"] == name, dtype=np.float64) for name in coded.outlets[1:]
    }
    length = np.log(frame.groupby("article")["sentence_id"].transform("size").to_numpy(float))
    days = pd.to_datetime(frame["published"], format="%Y-%m-%d", errors="coerce")
    weeks = ((days - days.min()).dt.days / 7).to_numpy(float)
    for name, column in (("length", length), ("day", weeks)):
        if not np.isnan(column).any() and np.ptp(column) > 0:
            terms[name] = column - column.mean()
    return list(terms), np.stack([np.ones(len(frame)), *terms.values()], axis=1)


def _why_not(coded: CodedSentences, least_gold: int) -> str:
    for outlet in coded.outlets:
        own = coded.frame.loc[coded.frame["outlet"] == outlet]
        if own["article"].nunique() == 1:
            return f"{outlet}: {ONE_ARTICLE}"
        n_gold = int(own["chance"].notna().sum())
        if n_gold < least_gold:
            return f"{outlet}: only {n_gold} coded sentences, and {least_gold} are needed"
    return ""


def _fit_nothing(n_terms: int, n_values: int, reason: str) -> LogitFit:
    nothing = np.full((n_terms, n_values), np.nan)
    return LogitFit(nothing, nothing, nothing, math.nan, reason)


def _tell(  # noqa: PLR0917
    fit: LogitFit,
    variable: str,
    values: list[str],
    names: list[str],
    coded: CodedSentences,
    settings: Settings,
) -> Iterator[Estimate]:
    half = stats.t.ppf(0.5 + settings.conf_level / 2, fit.df) * fit.std_errors
    p_values = 2 * stats.t.sf(np.abs(fit.coefficients / fit.std_errors), fit.df)
    for i, name in enumerate(names, start=1):
        is_outlet = name in coded.outlets
        for k, value in enumerate(values):
            estimate = float(fit.coefficients[i, k])
            yield Estimate(
                estimand="coefficient",
                variable=variable,
                value=value,
                contrast=f"{name} - {coded.outlets[0]}" if is_outlet else "",
                by="" if is_outlet else "term",
                level="" if is_outlet else name,
                estimate=estimate,
                std_error=float(fit.std_errors[i, k]),
                df=float(fit.df[i, k]),
                conf_low=estimate - float(half[i, k]),
                conf_high=estimate + float(half[i, k]),
                conf_level=math.nan if fit.reason else settings.conf_level,
                p_value=float(p_values[i, k]),
                p_adjusted=float(p_values[i, k]),
                weight=settings.weight,
                copies=settings.copies,
                n_sentences=len(coded.frame),
                n_articles=int(coded.frame["article"].nunique()),
                n_gold=int(coded.frame["chance"].notna().sum()),
                reason=fit.reason,
            )
