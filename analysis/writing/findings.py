"""What the manuscript says of copies, speakers, words and time, as records.

As in `analysis.writing.readings`, a number that the data cannot carry is None, with the reason
beside it.
"""

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.statistics.copying import BY_AGENCY, BY_OUTLET, COPIED
from analysis.statistics.settings import Copies, Period
from analysis.statistics.stories import SPEC
from analysis.statistics.timeline import BY_EVENT, CHANGE
from analysis.writing.readings import NO_FRAME, OWN_VOICE, Readings, Record, read_cell

SHOWN_WORDS = 6


def describe_copies(readings: Readings, outlets: list[str]) -> Record | None:
    """Say who copies, from whom, and what changes in the frames without copies or by story.

    None without estimates of copies.
    """
    table = readings.estimates
    rows = table.loc[table["estimand"] == COPIED]
    if rows.empty:
        return None
    total = rows.loc[rows["by"] == ""]
    pooled = rows.loc[(rows["by"] == BY_AGENCY) & (rows["outlet"] == "")]
    pairs = rows.loc[(rows["by"] == BY_OUTLET) & (rows["outlet"] != rows["level"])]
    return {
        "overall": _first(total.loc[total["outlet"] == ""]),
        "outlets": [
            {"name": row["outlet"], **read_cell(row)}
            for _, row in total.loc[total["outlet"] != ""].iterrows()
        ],
        "agencies": [
            {"name": row["level"], **read_cell(row)} for _, row in _rank(pooled).iterrows()
        ],
        "closest": [
            {"outlet": row["outlet"], "other": row["level"], **read_cell(row)}
            for _, row in _rank(pairs).head(1).iterrows()
        ],
        "without": _compare_copies(readings, outlets),
        "stories": _compare_stories(readings),
    }


def _compare_copies(readings: Readings, outlets: list[str]) -> Record | None:
    """Say how the frames differ between the comparison with copies and that without."""
    chosen = Copies(readings.settings["copies"])
    other = Copies.OUT if chosen is Copies.IN else Copies.IN
    again = replace(readings, settings=readings.settings | {"copies": str(other)})
    key = ["value", "outlet"]
    shares = [
        each.select("share", variable="frame", by="").set_index(key)["estimate"]
        for each in (readings, again)
    ]
    if shares[0].empty or shares[1].empty:
        return None
    gaps = (shares[1] - shares[0]).dropna()
    gaps = gaps.loc[[outlet != "" for _, outlet in gaps.index]]
    if gaps.empty:
        return None
    where: Any = gaps.abs().idxmax()  # pandas types no tuple here
    value, outlet = where
    frame = again.describe_variable("frame", outlets)
    return {
        "copies": str(other),
        "name": readings.name_value("frame", value),
        "outlet": outlet,
        "chosen": float(shares[0][value, outlet]),
        "other": float(shares[1][value, outlet]),
        "gap": float(abs(gaps[value, outlet])),
        "n_held": frame["differences"]["n_held"],
        "n_tested": frame["differences"]["n_tested"],
        "test": frame["test"],
    }


def _compare_stories(readings: Readings) -> Record | None:
    """Count the differences in frames that hold with stories as clusters; None without any."""
    rows = readings.select("difference", variable="frame", by="", spec=SPEC)
    tested = rows.loc[rows["p_adjusted"].notna()]
    if tested.empty:
        return None
    return {"n_tested": len(tested), "n_held": int((tested["p_adjusted"] < readings.alpha).sum())}


def describe_parts(readings: Readings, frame: Record | None) -> Record | None:
    """Say how much of the widest gap in a frame is in the outlets' own words.

    None where voices are not known or no gap is claimed.
    """
    gap = frame["widest"] if frame else None
    if gap is None:
        return None
    more, less = gap["most"]["outlet"], gap["least"]["outlet"]
    rows = readings.select("part_difference", variable="frame", value=gap["value"], by="voice")
    for sign, contrast in ((1, f"{more} - {less}"), (-1, f"{less} - {more}")):
        found = rows.loc[rows["contrast"] == contrast]
        if len(found):
            own = found.loc[found["level"] == OWN_VOICE]
            if own.empty:
                return None
            cell = read_cell(own.iloc[0])
            low, high = cell["conf_low"], cell["conf_high"]
            if sign < 0 and low is not None and high is not None:
                low, high = -high, -low
            total = sign * float(found["estimate"].sum())
            part = sign * float(cell["estimate"])
            return {
                "value": gap["value"],
                "name": gap["name"],
                "more": more,
                "less": less,
                "gap": total,
                "own": part,
                "sourced": total - part,
                "conf_low": low,
                "conf_high": high,
                "reason": cell["reason"],
            }
    return None


def describe_words(
    words: pd.DataFrame | None, examples: pd.DataFrame | None, readings: Readings
) -> Record | None:
    """List words of outlets and of frames, a sentence with the first of each; None without any."""
    if words is None or words.empty:
        return None
    main = words.astype("object").where(words.notna(), "")
    main = main.loc[main["copies"] == str(readings.settings["copies"])]
    shown = pd.DataFrame() if examples is None else examples
    outlets: list[Record] = []
    frames: list[Record] = []
    sides: Any = main.groupby(["outlet", "frame"], sort=False)
    for (outlet, frame), rows in sides:
        if bool(outlet) == bool(frame) or frame == NO_FRAME:
            continue
        best = rows.assign(rank=pd.to_numeric(rows["rank"])).sort_values("rank")
        record = {
            "name": outlet or readings.name_value("frame", frame),
            "words": best["word"].head(SHOWN_WORDS).tolist(),
            "example": _find_example(shown, outlet, frame, best["word"].iloc[0], readings),
        }
        (outlets if outlet else frames).append(record)
    return {"outlets": outlets, "frames": frames} if outlets or frames else None


def _find_example(
    examples: pd.DataFrame, outlet: str, frame: str, word: str, readings: Readings
) -> str:
    if examples.empty:
        return ""
    found = examples.loc[
        (examples["outlet"] == outlet)
        & (examples["frame"] == frame)
        & (examples["word"] == word)
        & (examples["copies"] == str(readings.settings["copies"]))
    ]
    return str(found["text"].iloc[0]) if len(found) else ""


def describe_time(readings: Readings) -> Record | None:
    """Say what changed from before to after each event; None without periods and events."""
    periods = [str(period) for period in Period if len(readings.select("share", by=str(period)))]
    changes = readings.select("change", variable="frame", by=BY_EVENT, contrast=CHANGE)
    events = []
    for level, rows in changes.groupby("level", sort=True):
        pooled, own = (rows.loc[(rows["outlet"] == "") == is_pooled] for is_pooled in (True, False))
        events.append(
            {
                "day": str(level)[:10],
                "name": str(level)[11:],
                "overall": _count_held(pooled, readings),
                "outlets": _count_held(own, readings),
            }
        )
    if not periods and not events:
        return None
    return {"period": periods[0] if periods else None, "events": events}


def _count_held(rows: pd.DataFrame, readings: Readings) -> Record:
    """Count the changes that could be tested and that hold, and give the largest of these."""
    tested = rows.loc[rows["p_adjusted"].notna()]
    held = tested.loc[tested["p_adjusted"] < readings.alpha]
    held = held.assign(size=held["estimate"].abs()).sort_values(
        ["size", "outlet", "value"], ascending=[False, True, True]
    )
    return {
        "n": len(rows),
        "n_tested": len(tested),
        "n_held": len(held),
        "largest": [
            {
                "name": readings.name_value("frame", row["value"]),
                "outlet": row["outlet"],
                **read_cell(row),
            }
            for _, row in held.head(1).iterrows()
        ],
    }


def _rank(rows: pd.DataFrame) -> pd.DataFrame:
    ranked = rows.loc[rows["estimate"] > 0]
    return ranked.sort_values(["estimate", "outlet", "level"], ascending=[False, True, True])


def _first(rows: pd.DataFrame) -> dict[str, Any] | None:
    return read_cell(rows.iloc[0]) if len(rows) else None
