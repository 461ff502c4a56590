"""What the figure of time shows: the share of every value, period by period."""

from datetime import date

import pandas as pd

from analysis.figures import words
from analysis.figures.frames import FigureData, join_notes, keep, require_some, to_percent
from analysis.figures.selection import Label, select_estimates
from analysis.statistics.settings import Period
from analysis.statistics.timeline import BY_EVENT
from framing.scheme import Codebook

STEPS = (1, 2, 5, 10, 20, 25, 50)  # per cent between two lines of a panel
MOST_LINES = 5


def prepare_time(
    estimates: pd.DataFrame, codebook: Codebook, *, language: str = "en", variable: str = "frame"
) -> FigureData:
    """Give the share of every value in all outlets over time: a panel a value.

    The rows are the lines of a scale of per cent, from the top, and a mark's row is where its share
    lies between them.

    Returns
    -------
    FigureData
        `marks` has value, start (first day of the period), day (days since the first period), row,
        low and high (NaN without interval; low is the greater row); and, with the value ``""`` and
        no row, an event a mark. `keys` are the labels of the horizontal axis by day.

    Raises
    ------
    Undrawable
        All is of one period, or no day is known.
    BingkaiError
        The table is no estimates table.
    """
    selection = select_estimates(estimates, codebook, language)
    periods = [p for p in Period if len(selection.pick("share", variable, by=str(p)))]
    require_some([str(p) for p in periods], f"no shares of {variable} over time")
    period = str(periods[0])
    rows = selection.pick("share", variable, by=period)
    shares = to_percent(rows.loc[rows["outlet"] == ""])
    values = selection.order_values(variable, shares["value"])
    first = date.fromisoformat(shares["level"].min())
    top = float(shares[["estimate", "conf_high"]].max().max())
    step = next((step for step in STEPS if step * (MOST_LINES - 1) >= top), STEPS[-1])
    n_steps = max(1, -int(-top // step))
    marks = shares.assign(
        panel=shares["value"].map(values.index),
        start=shares["level"],
        day=[(date.fromisoformat(day) - first).days for day in shares["level"]],
        row=n_steps - shares["estimate"] / step,
        low=n_steps - shares["conf_low"] / step,
        high=n_steps - shares["conf_high"] / step,
    ).sort_values(["panel", "day"], kind="stable")
    table = selection.table
    changes = table.loc[(table["estimand"] == "change") & (table["by"] == BY_EVENT), "level"]
    last = shares["level"].max()
    events = [
        event for event in sorted(changes.unique()) if first.isoformat() <= event[:10] <= last
    ]
    lines = pd.DataFrame(
        {
            "panel": -1,
            "row": float("nan"),
            "value": "",
            "start": [event[:10] for event in events],
            "day": [(date.fromisoformat(event[:10]) - first).days for event in events],
        }
    )
    named = "; ".join(f"{_say_day(event[:10], language)}, {event[11:]}" for event in events)
    starts = marks.drop_duplicates("day").sort_values("day")
    names = ["value", "start", "day", "low", "high"]
    return FigureData(
        marks=pd.concat([keep(marks, *names), lines], ignore_index=True) if events
        else keep(marks, *names).reset_index(drop=True),
        panels=selection.label_values(variable, values),
        rows=tuple(Label(f"{(n_steps - n) * step}") for n in range(n_steps + 1)),
        axis_title=words.SHARE_BY_PERIOD[period].in_language(language),
        keys={
            str(day): _say_day(start, language, period=period)
            for day, start in zip(starts["day"], starts["start"], strict=True)
        },
        notes=join_notes(
            selection.explain_weight(),
            selection.explain_whiskers(shares),
            words.NOTE_TIME_HOLLOW.in_language(language)
            if shares["conf_low"].isna().any() else "",
            words.say(words.NOTE_EVENT, language, event=named) if events else "",
        ),
    )  # fmt: skip


def _say_day(day: str, language: str, *, period: str = "day") -> str:
    parsed = date.fromisoformat(day)
    month = words.MONTHS[parsed.month - 1].in_language(language)
    return f"{month} {parsed.year}" if period == Period.MONTH else f"{parsed.day} {month}"
