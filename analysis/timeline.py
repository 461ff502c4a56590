"""Shares over time, and before and after an event."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from analysis.differences import adjust_p_values, estimate_differences
from analysis.estimates import Estimate
from analysis.settings import Period, Settings
from analysis.shares import estimate_shares
from analysis.tallies import Tally, tally_variables
from framing.scheme import Codebook

AFTER, BEFORE = "after", "before"
CHANGE = f"{AFTER} - {BEFORE}"
BY_EVENT = "event"
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
    counts: pd.DataFrame, codebook: Codebook, settings: Settings, *, outlets: tuple[str, ...]
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
    for start, rows in dated.groupby(starts, sort=True):
        for tally in _tally_simply(rows, codebook):
            shares = estimate_shares(tally.among(outlets), settings, weight=settings.weight)
            for row in shares:
                if row.n_articles:
                    yield replace(row, by=str(period), level=str(start))


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
    once = replace(settings, contrasts=((AFTER, BEFORE),))
    for day, name in settings.events:
        sides = (dated["published"] >= day).map({True: AFTER, False: BEFORE})
        changes: dict[tuple[str, str], list[Estimate]] = {}
        for outlet in ("", *sorted(dated["outlet"].unique())):
            own = dated if outlet == "" else dated.loc[dated["outlet"] == outlet]
            for tally in _tally_simply(own.assign(outlet=sides), codebook):
                rows = estimate_differences(tally.among((AFTER, BEFORE)), once)
                family = "each outlet" if outlet else "all outlets"
                changes.setdefault((tally.variable, family), []).extend(
                    replace(
                        row,
                        estimand="change",
                        outlet=outlet,
                        by=BY_EVENT,
                        level=f"{day} {name}".strip(),
                    )
                    for row in rows
                )
        for (variable, family), rows in changes.items():
            yield from adjust_p_values(rows, family=f"{variable}, {day}: {family}")


def _tally_simply(counts: pd.DataFrame, codebook: Codebook) -> Iterator[Tally]:
    """Give the tallies of the variables that have no target."""
    return (tally for tally in tally_variables(counts, codebook) if not tally.by)
