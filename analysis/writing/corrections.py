"""What changes when errors are corrected, as records that a manuscript can speak of."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.statistics.estimates import CORRECTED, is_corrected
from analysis.writing.readings import Readings, Record

MAIN = CORRECTED[0]
_PAIR = ("more", "less", "value", "level")


def describe_corrections(readings: Readings, outlets: Iterable[str]) -> Record | None:
    """Lay corrected estimates beside naive ones; None where nothing was corrected.

    Parameters
    ----------
    readings
        Of all estimates, naive and corrected.
    outlets
        Names of the compared outlets.

    Returns
    -------
    dict
        ``n_gold``, ``method`` (the one that is told first) and ``variables``: of each that was
        coded, ``reason`` (why it is not corrected), ``accuracy`` (overall and by outlet),
        ``shares`` (by value: in every outlet the naive share and that of every method),
        ``shift`` (the share that changes most), ``differences`` (how many hold, which are ``lost``,
        which are ``new``) and ``gain`` (how many coded sentences alone each one is worth).
    """
    by_method = _part(readings)
    if MAIN not in by_method:
        return None
    main = by_method[MAIN]
    names = list(outlets)
    variables = {
        str(variable): _describe_variable(str(variable), by_method, names)
        for variable in main.estimates["variable"].drop_duplicates()
    }
    return {
        "method": MAIN,
        "n_gold": int(main.estimates["n_gold"].max()),
        "variables": variables,
    }


def leave_naive(readings: Readings) -> Readings:
    """Return the readings of what the labels alone say."""
    corrected = readings.estimates["method"].map(is_corrected)
    return replace(readings, estimates=readings.estimates.loc[~corrected])


def _part(readings: Readings) -> dict[str, Readings]:
    """Return the readings of each method, the naive ones under ``"naive"``."""
    name = readings.estimates["method"].str.split(":").str[0]
    parts = {"naive": leave_naive(readings)}
    for method in CORRECTED:
        rows = readings.estimates.loc[name == method]
        if len(rows):
            parts[method] = replace(readings, estimates=rows)
    return parts


def _describe_variable(
    variable: str, by_method: Mapping[str, Readings], outlets: list[str]
) -> Record:
    by = "target" if variable == "stance" else ""
    main = by_method[MAIN]
    name = main.codebook.variable(variable).name.in_language(main.language)
    rows = main.select("share", variable=variable, by=by)
    if (rows["value"] == "").all():
        return {"name": name, "reason": str(rows["reason"].iloc[0])}
    shares = _join_shares(variable, by, by_method)
    naive, corrected = (
        by_method[method].describe_differences(variable, by, outlets) for method in ("naive", MAIN)
    )
    accuracy = by_method["gold-only"].select("accuracy", variable=variable)
    return {
        "name": name,
        "reason": "",
        "accuracy": [_tell(row) for _, row in accuracy.iterrows()],
        "shares": shares,
        "shift": _find_shift(shares),
        "differences": {
            "n_tested": corrected["n_tested"],
            "n_held": corrected["n_held"],
            "n_held_naive": naive["n_held"],
            "held": corrected["held"],
            "lost": _without(naive["held"], corrected["held"]),
            "new": _without(corrected["held"], naive["held"]),
        },
        "gain": _describe_gain(rows.loc[rows["outlet"] != ""]),
    }


def _join_shares(variable: str, by: str, by_method: Mapping[str, Readings]) -> list[Record]:
    """Return the shares of every value by outlet, a cell a method."""
    key = ["value", "level", "outlet"]
    tables = {
        method: readings.select("share", variable=variable, by=by).set_index(key)
        for method, readings in by_method.items()
    }
    main = by_method[MAIN]
    joined: dict[tuple[str, str], Record] = {}
    for place in tables[MAIN].index:
        value, level, outlet = place
        record = joined.setdefault(
            (value, level),
            {
                "value": value,
                "name": main.codebook.value_name(variable, value, language=main.language),
                "level": level,
                "outlets": [],
            },
        )
        cells = {
            method: _tell(table.loc[place]) if place in table.index else None
            for method, table in tables.items()
        }
        record["outlets"].append({"outlet": outlet, **cells})
    return list(joined.values())


def _find_shift(shares: Iterable[Record]) -> Record | None:
    """Return the share of an outlet that the correction moves most."""
    found: Record | None = None
    for share in shares:
        for cell in share["outlets"]:
            naive, corrected = cell["naive"], cell[MAIN]
            if cell["outlet"] == "" or naive is None:
                continue
            if naive["estimate"] is None or corrected["estimate"] is None:
                continue
            shift = corrected["estimate"] - naive["estimate"]
            if found is None or abs(shift) > abs(found["shift"]):
                found = {
                    "outlet": cell["outlet"], "value": share["value"], "name": share["name"],
                    "level": share["level"], "naive": naive, "corrected": corrected,
                    "shift": shift,
                }  # fmt: skip
    return found


def _describe_gain(rows: pd.DataFrame) -> Record | None:
    """How many coded sentences alone would be as informative, at the median share."""
    known = rows.loc[rows["n_gold_effective"].notna()]
    if known.empty:
        return None
    ratio = known["n_gold_effective"] / known["n_gold"]
    return {
        "ratio": float(ratio.median()),
        "n_gold_effective": float(known["n_gold_effective"].median()),
        "n_gold": float(known["n_gold"].median()),
        "n_shares": len(known),
        "n_worse": int((ratio < 0.995).sum()),
    }


def _without(first: list[Record], second: list[Record]) -> list[Record]:
    known = {tuple(record[name] for name in _PAIR) for record in second}
    return [record for record in first if tuple(record[name] for name in _PAIR) not in known]


def _tell(row: "pd.Series[Any]") -> Record:
    numbers = ("estimate", "conf_low", "conf_high", "n_gold", "n_gold_effective")
    told = {name: None if pd.isna(row[name]) else float(row[name]) for name in numbers}
    return {"outlet": row.get("outlet", ""), **told, "reason": row["reason"]}
