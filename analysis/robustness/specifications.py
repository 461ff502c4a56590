"""Specifications read back from the estimates table."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

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
    chosen = pd.DataFrame([parse_specification(name) for name in rows["spec"]])
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


def parse_specification(spec: str) -> dict[str, str]:
    """Return the choices of a specification by their names."""
    return dict(part.split("=", 1) for part in spec.split("; "))
