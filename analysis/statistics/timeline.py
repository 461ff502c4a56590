"""Shares over time, and before and after an event."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from analysis.statistics.differences import describe_differences
from analysis.statistics.estimates import Estimate
from analysis.statistics.multiplicity import adjust_p_values
from analysis.statistics.settings import Period, Settings
from analysis.statistics.shares import estimate_shares
from analysis.statistics.tallies import Tally, tally_variables
from framing.scheme import Codebook

AFTER, BEFORE = "after", "before"
CHANGE = f"{AFTER} - {BEFORE}"
BY_EVENT = "event"
_BETWEEN = "\t"  # stands in no name of an outlet: names are one line of words
MOST_DAYS, MOST_WEEKS = 31, 53  # with a point each, where the period is chosen by itself


def choose_period(days: "pd.Series[str]", period: Period) -> Period:
    """Return the period of a corpus with articles on these days."""
    if period is not Period.AUTO:
        return period
    if days.empty:
        return Period.DAY
    length = (date.fromisoformat(days.max()) - date.fromisoformat(days.min())).days + 1
    if length <= MOST_DAYS:
        return Period.DAY
    return Period.WEEK if length <= 7 * MOST_WEEKS else Period.MONTH


def start_period(day: str, period: Period) -> str:
    """Return the first day of the day's period; weeks begin on Monday (ISO 8601)."""
    start = date.fromisoformat(day)
    if period is Period.WEEK:
        start -= timedelta(days=start.weekday())
    if period is Period.MONTH:
        start = start.replace(day=1)
    return start.isoformat()


def follow_shares(
    counts: pd.DataFrame, codebook: Codebook, settings: Settings
) -> Iterator[Estimate]:
    """Give the share of every value in every period, by outlet and in all together.

    Frame, sentiment and voice, with the weight of the settings; `by` is the period and `level` its
    first day. Articles without a day are left out. Periods without an article have no row. Nothing
    if all is from one period.
    """
    dated = counts.loc[counts["published"] != ""]
    period = choose_period(dated["published"], settings.period)
    starts = dated["published"].map(lambda day: start_period(day, period))
    if starts.nunique() < 2:
        return
    # One tally each, whose "outlets" are periods, or outlets in periods.
    for columns in ((starts,), (starts, dated["outlet"])):
        for tally in _tally_sides(dated, codebook, *columns):
            for row in estimate_shares(tally, settings, weight=settings.weight):
                if row.outlet:
                    start, _, outlet = row.outlet.partition(_BETWEEN)
                    yield replace(row, outlet=outlet, by=str(period), level=start)


def compare_times(
    counts: pd.DataFrame, codebook: Codebook, settings: Settings
) -> Iterator[Estimate]:
    """Give the change of every share from before to after each event, by outlet and in all.

    After means from the day of the event on. Articles are clusters on both sides, and the interval
    is that of a difference of two outlets. All outlets and values of a variable and event are one
    family of tests; all outlets together are a test of another hypothesis and form their own.
    `level` is day and name of the event. A change is no effect: whatever else happened at that time
    is in it.
    """
    dated = counts.loc[counts["published"] != ""]
    for day, name in settings.events:
        sides = (dated["published"] >= day).map({True: AFTER, False: BEFORE})
        event = f"{day} {name}".strip()
        for family, columns in (
            ("all outlets", (sides,)), ("each outlet", (sides, dated["outlet"])),
        ):  # fmt: skip
            for tally in _tally_sides(dated, codebook, *columns):
                rows = _describe_changes(tally, settings)
                placed = [replace(row, by=BY_EVENT, level=event) for row in rows]
                yield from adjust_p_values(
                    placed,
                    family=f"{tally.variable}, {day}: {family}",
                    adjust=settings.adjust,
                )


def _describe_changes(tally: Tally, settings: Settings) -> Iterator[Estimate]:
    """Give the changes of a tally whose "outlets" are sides, or outlets on sides."""
    ends = sorted({side.partition(_BETWEEN)[1:] for side in tally.outlets})
    for between, outlet in ends:
        pair = (f"{AFTER}{between}{outlet}", f"{BEFORE}{between}{outlet}")
        both = tally.only(pair).among(pair)
        for row in describe_differences(both, replace(settings, contrasts=(pair,))):
            reason = row.reason.replace(f"{between}{outlet}:", ":")
            yield replace(row, estimand="change", outlet=outlet, contrast=CHANGE, reason=reason)


def _tally_sides(
    counts: pd.DataFrame, codebook: Codebook, *columns: "pd.Series[str]"
) -> Iterator[Tally]:
    """Give the tallies of the variables without a target, articles sorted by these columns."""
    first, *others = columns
    for column in others:
        first = first + _BETWEEN + column
    sided = counts.assign(outlet=first)
    return (tally for tally in tally_variables(sided, codebook) if not tally.by)
