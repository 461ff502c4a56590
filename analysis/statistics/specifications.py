"""Specifications read back from the estimates table, and what a manuscript may say of them."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from analysis.figures.words import say_choice
from framing.scheme import Codebook


def read_specifications(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the specifications with a column for every choice and `n_changes`.

    `n_changes` counts in how many choices a row differs from the main specification, the first: a
    robustness table shows those with at most one, a specification curve all.
    """
    rows = estimates.loc[estimates["spec"].astype(str).str.contains("=", regex=False)]
    rows = rows.reset_index(drop=True)
    if rows.empty:
        return rows.assign(n_changes=0)
    chosen = pd.DataFrame([_parse(name) for name in rows["spec"]])
    changed = (chosen != chosen.iloc[0]).sum(axis=1)
    chosen.columns = [f"choice_{name}" for name in chosen.columns]
    return pd.concat([rows, chosen], axis=1).assign(n_changes=changed)


def name_value(row: "pd.Series[Any]", codebook: Codebook, language: str) -> str:
    """Return the name of a row's value, with its target if it has one."""
    name = codebook.value_name(str(row["variable"]), str(row["value"]), language=language)
    if not row["level"]:
        return name
    return f"{name} ({codebook.actor_name(str(row['level']), language=language)})"


def split_contrast(contrast: str, outlets: Iterable[str]) -> tuple[str, str]:
    """Return the outlets of ``"A - B"``; their names may hold such a dash themselves."""
    known = set(outlets)
    cuts = [i for i in range(len(contrast)) if contrast.startswith(" - ", i)]
    halves = [(contrast[:i], contrast[i + 3 :]) for i in cuts]
    return next((h for h in halves if known.issuperset(h)), halves[0] if halves else (contrast, ""))


def describe_robustness(
    estimates: pd.DataFrame, codebook: Codebook, language: str
) -> dict[str, Any] | None:
    """Return what a manuscript may say of the specifications; None if there are none.

    Parameters
    ----------
    estimates
        A table from `analysis.writing.readings.parse_estimates`.
    codebook, language
        Give the value its name.
    """
    table = read_specifications(estimates)
    if table.empty:
        return None
    main = table.iloc[0]
    known = table.dropna(subset="estimate")
    alpha = round(1 - float(table["conf_level"].dropna().iloc[0]), 12) if len(known) else 0.05
    sign = np.sign(main["estimate"])
    same = np.sign(known["estimate"]) == sign
    shuffled = estimates.loc[estimates["estimand"] == "specification_median", "p_value"]
    first, second = split_contrast(str(main["contrast"]), estimates["outlet"].unique())
    return {
        "name": name_value(main, codebook, language),
        "first": first,
        "second": second,
        "main": _number(main["estimate"]),
        "p_value": _number(shuffled.iloc[0]) if len(shuffled) else None,
        "n": len(table),
        "n_known": len(known),
        "n_same_sign": int(same.sum()),
        "n_held": int((same & (known["p_adjusted"] < alpha)).sum()),
        "low": _number(known["estimate"].min()),
        "median": _number(known["estimate"].median()),
        "high": _number(known["estimate"].max()),
        "rows": [
            {
                **_name_change(row, main),
                **{
                    name: _number(row[name])
                    for name in ("estimate", "conf_low", "conf_high", "p_adjusted")
                },
                "reason": str(row["reason"]),
            }
            for _, row in table.loc[table["n_changes"] <= 1].iterrows()
        ],
    }


def _name_change(row: "pd.Series[Any]", main: "pd.Series[Any]") -> dict[str, str]:
    """Return the choice in which a row differs and what was chosen; empty for the main one."""
    own, first = _parse(row["spec"]), _parse(main["spec"])
    for name, chosen in own.items():
        if chosen != first[name]:
            what, said = say_choice(name, chosen, "en")  # the prose is English
            return {"choice": what, "chosen": said}
    return {"choice": "", "chosen": ""}


def _parse(spec: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in spec.split("; "))


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
