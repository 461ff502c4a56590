"""What a manuscript may say of the main finding under every choice, as records."""

import math
from typing import Any

import numpy as np
import pandas as pd

from analysis.figures.words import say_choice
from analysis.robustness.specifications import (
    name_value,
    parse_specification,
    read_specifications,
    split_contrast,
)
from framing.scheme import Codebook


def describe_robustness(
    estimates: pd.DataFrame, codebook: Codebook, language: str
) -> dict[str, Any] | None:
    """Return what a manuscript may say of the specifications; None if there are none.

    Parameters
    ----------
    estimates
        A table from `analysis.statistics.estimates.parse_estimates`.
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
    own, first = parse_specification(row["spec"]), parse_specification(main["spec"])
    for name, chosen in own.items():
        if chosen != first[name]:
            what, said = say_choice(name, chosen, "en")  # the prose is English
            return {"choice": what, "chosen": said}
    return {"choice": "", "chosen": ""}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
