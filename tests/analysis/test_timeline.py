"""Time: periods, shares and changes by hand, bad events."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.comparison import compare_outlets
from analysis.statistics.settings import Period, Settings
from analysis.statistics.shares import NO_SAMPLE
from analysis.statistics.timeline import choose_period, start_period
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
EVENT = (("2024-06-19", "peristiwa andaian"),)
LEVEL = "2024-06-19 peristiwa andaian"


def make_counts(*articles: tuple[str, str, str, int, int]) -> pd.DataFrame:
    """Make counts of (article, outlet, day, sentences that are a threat, that are not)."""
    rows = [
        {
            "article_id": article,
            "outlet": outlet,
            "published": day,
            "frame": frame,
            "n_sentences": n,
        }
        for article, outlet, day, *numbers in articles
        for frame, n in zip(("threat", "economy"), numbers, strict=True)
        if n
    ]
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS["counts"])).assign(copied=False)


def compare(counts: pd.DataFrame, **choices: object) -> pd.DataFrame:
    return compare_outlets(counts, CODEBOOK, Settings(n_permutations=99, **choices))


def pick(table: pd.DataFrame, **wanted: str) -> "pd.Series[float]":
    for column, value in ({"value": "threat", "weight": "sentence"} | wanted).items():
        table = table.loc[table[column] == value]
    assert len(table) == 1, f"{len(table)} rows for {wanted}"
    return table.iloc[0]


COUNTS = make_counts(
    ("a1", "A", "2024-06-17", 3, 1), ("a2", "A", "2024-06-18", 1, 3),
    ("a3", "A", "2024-06-19", 4, 0), ("a4", "A", "2024-06-23", 2, 2), ("a5", "A", "", 0, 9),
)  # fmt: skip


def test_a_change_by_hand() -> None:
    """Before: 3/4 and 1/4, so 0.5; after: 4/4 and 2/4, so 0.75; the undated article is in neither.

    Residuals are +-1 of 8 sentences and leverages 1/2 on both sides: each variance is
    2 (1 / 0.5) / 8^2 = 0.0625, and the standard error of the change is sqrt(0.125).
    """
    row = pick(compare(COUNTS, events=EVENT), estimand="change", outlet="A", level=LEVEL)
    assert row["estimate"] == 0.25
    assert row["std_error"] == pytest.approx(0.125**0.5)
    assert (row["n_sentences"], row["n_articles"]) == (16, 4)
    assert (row["contrast"], row["by"]) == ("after - before", "event")
    assert row["conf_low"] < 0.25 < row["conf_high"]
    assert row["p_value"] <= row["p_adjusted"]


def test_shares_of_days_and_weeks_by_hand() -> None:
    table = compare(COUNTS, period="week")
    # 17 and 23 June 2024 are a Monday and a Sunday: all of it is one week.
    assert "week" not in set(table["by"])
    later = pd.concat([COUNTS, make_counts(("a6", "A", "2024-06-24", 1, 3))])
    row = pick(compare(later, period="week"), estimand="share", outlet="A", level="2024-06-17")
    assert (row["estimate"], row["n_articles"], row["by"]) == (10 / 16, 4, "week")
    row = pick(compare(later), estimand="share", outlet="A", level="2024-06-19")
    assert (row["estimate"], row["by"]) == (1, "day")


def test_outlets_of_one_article_are_no_sample_over_time_either() -> None:
    counts = make_counts(
        ("a1", "A", "2024-06-18", 3, 1), ("b1", "B", "2024-06-18", 1, 3),
        ("c1", "C", "2024-06-20", 2, 2), ("d1", "D", "2024-06-20", 1, 3),
    )  # fmt: skip
    table = compare(counts, events=EVENT)
    change = pick(table, estimand="change", outlet="", level=LEVEL)
    assert (change["estimate"], change["reason"]) == (3 / 8 - 4 / 8, NO_SAMPLE)
    assert math.isnan(change["conf_low"]) and math.isnan(change["p_value"])
    share = pick(table, estimand="share", outlet="", level="2024-06-18")
    assert math.isnan(share["std_error"]) and share["reason"] == NO_SAMPLE


def test_an_event_after_everything_says_so() -> None:
    table = compare(COUNTS, events=(("2030-01-01", "nanti"),))
    row = pick(table, estimand="change", outlet="A")
    assert math.isnan(row["estimate"])
    assert row["reason"] == "after: no sentence to count here"


@pytest.mark.parametrize(
    ("last", "period"),
    [("2024-01-31", Period.DAY), ("2024-02-01", Period.WEEK), ("2025-02-01", Period.MONTH)],
)
def test_the_period_follows_from_the_time_that_a_corpus_spans(last: str, period: Period) -> None:
    assert choose_period(pd.Series(["2024-01-01", last]), Period.AUTO) is period
    assert choose_period(pd.Series(["2024-01-01", last]), Period.WEEK) is Period.WEEK


@given(st.dates())
def test_a_period_starts_on_its_first_day(day: object) -> None:
    week, month = (start_period(str(day), period) for period in (Period.WEEK, Period.MONTH))
    assert pd.Period(str(day), "W-SUN").start_time.date().isoformat() == week
    assert month == f"{str(day)[:8]}01"


@pytest.mark.parametrize("event", [("19 June", "x"), ("2024-06-19",), ("20240619", "x")])
def test_events_are_days_and_names(event: tuple[str, ...]) -> None:
    with pytest.raises(BingkaiError, match="events are days and names"):
        Settings(events=(event,))  # type: ignore[arg-type]


def test_two_events_on_one_day_are_refused() -> None:
    with pytest.raises(BingkaiError, match="two events are on one day"):
        Settings(events=(("2024-06-19", "x"), ("2024-06-19", "y")))
