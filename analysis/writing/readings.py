"""What the estimates say: shares, tests, differences, voices and stances, as records.

A number that the data cannot carry is None in a record, with the reason beside it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from framing.scheme import Codebook

NO_FRAME = "none"  # counts as a value, but no outlet is said to lead with it
OWN_VOICE = "outlet"
FEW = 10  # sentences below which nothing is said to be most or least, and no part to be a share

Record = dict[str, Any]


@dataclass(frozen=True)
class Readings:
    """The estimates, read as records that a manuscript can speak of.

    Parameters
    ----------
    estimates
        A table from `analysis.statistics.estimates.parse_estimates`.
    codebook
        Gives names and the order of values.
    language
        Of the names.
    settings
        Those of the comparison: weight, copies and conf_level.
    """

    estimates: pd.DataFrame
    codebook: Codebook
    language: str
    settings: Record

    def select(self, estimand: str, *, weight: str = "", **fields: str) -> pd.DataFrame:
        """Return the rows of an estimand: the study's weight and copies, no other specification.

        Fields that are named take the place of these.
        """
        wanted = {
            "estimand": estimand,
            "weight": weight or str(self.settings["weight"]),
            "copies": str(self.settings["copies"]),
            "spec": "",
            **fields,
        }
        chosen = self.estimates
        for column, value in wanted.items():
            chosen = chosen.loc[chosen[column] == value]
        return chosen

    def describe_variable(self, variable: str, outlets: Iterable[str]) -> Record:
        """Shares, leading values, test, effect size and pairwise differences of a variable."""
        by = "target" if variable == "stance" else ""
        shares = self.describe_shares(variable, by)
        return {
            "id": variable,
            "name": self.codebook.variable(variable).name.in_language(self.language),
            "shares": shares,
            "rows": _turn(shares) if not by else [],
            "leading": _find_leading(shares) if not by else [],
            "widest": _find_widest(shares) if not by else None,
            "weight_gap": self._measure_weight_gap(variable, by),
            "test": self._describe_test(variable, by),
            "effect": _first(self.select("cramers_v", variable=variable, by=by)),
            "differences": self.describe_differences(variable, by, list(outlets)),
        }

    def describe_shares(self, variable: str, by: str) -> list[Record]:
        """One record a value (and level), in the table's order: overall and in every outlet."""
        rows = self.select("share", variable=variable, by=by)
        described = []
        for (level, value), group in rows.groupby(["level", "value"], sort=False):
            cells = [{"outlet": row["outlet"], **read_cell(row)} for _, row in group.iterrows()]
            described.append(
                {
                    "value": str(value),
                    "name": self.name_value(variable, str(value)),
                    "level": str(level),
                    "overall": next((cell for cell in cells if cell["outlet"] == ""), None),
                    "outlets": [cell for cell in cells if cell["outlet"] != ""],
                }
            )
        return described

    def describe_voice(self) -> Record | None:
        """Who says it: how much of every frame is in the outlet's own voice; None without voice.

        The frames at both ends are taken from those with at least `FEW` sentences.
        """
        frames = [
            {
                "frame": share["level"],
                "name": self.name_value("frame", share["level"]),
                "own": share["overall"],
                "sourced": 1 - share["overall"]["estimate"],
                "outlets": [cell for cell in share["outlets"] if cell["estimate"] is not None],
            }
            for share in self.describe_shares("voice", "frame")
            if share["value"] == OWN_VOICE and share["overall"]["estimate"] is not None
        ]
        if not frames:
            return None
        common = [
            record
            for record in frames
            if record["frame"] != NO_FRAME and record["own"]["n_sentences"] >= FEW
        ]
        common.sort(key=lambda record: (-record["own"]["estimate"], record["frame"]))
        ends = (common[0], common[-1]) if common else (None, None)
        return {"frames": frames, "most_own": ends[0], "least_own": ends[1]}

    def describe_stance(self, counts: pd.DataFrame) -> Record | None:
        """Stance by target, the most evaluated first; None where no target is evaluated."""
        rows = counts.loc[counts["stance"] != ""]
        shares = self.describe_shares("stance", "target")
        targets = []
        order = self.codebook.variable("stance").value_ids if len(rows) else ("", "")
        for target in sorted({share["level"] for share in shares}):
            own = rows.loc[rows["target"] == target]
            by_value = own.groupby("stance")["n_sentences"].sum()
            n_critical, n_supportive = (int(by_value.get(order[i], 0)) for i in (0, -1))
            targets.append(
                {
                    "target": target,
                    "name": self._actor(target),
                    "n_sentences": n_critical + n_supportive,
                    "n_critical": n_critical,
                    "n_supportive": n_supportive,
                    "critical_share": (
                        divide(n_critical, n_critical + n_supportive)
                        if n_critical + n_supportive >= FEW
                        else None
                    ),
                    "shares": [share for share in shares if share["level"] == target],
                }
            )
        targets = [record for record in targets if record["n_sentences"]]
        if not targets:
            return None
        targets.sort(key=lambda record: (-record["n_sentences"], record["target"]))
        return {
            "n_sentences": int(rows["n_sentences"].sum()),
            "n_targeted": sum(record["n_sentences"] for record in targets),
            "targets": targets,
            "critical": self.name_value("stance", order[0]),
            "supportive": self.name_value("stance", order[-1]),
        }

    def _describe_test(self, variable: str, by: str) -> Record | None:
        """Whether the permutation test finds that outlets differ; None if it was not made."""
        rows = self.select("permutation", variable=variable, by=by)
        record = _first(rows)
        if record is not None:
            p = record["p_value"] if record["p_adjusted"] is None else record["p_adjusted"]
            record["p"] = p
            tested = self.select("permutation")["p_value"].notna().sum()
            record["adjusted"] = record["p_adjusted"] is not None and bool(tested > 1)
            # A p that no arrangement of the articles could bring below the level finds nothing.
            unreachable = p is None or str(record["reason"] or "").startswith("too few")
            record["found"] = None if unreachable else p < self.alpha
            record["exact"] = "all arrangements" in str(rows["method"].iloc[0])
        return record

    def describe_differences(self, variable: str, by: str, outlets: list[str]) -> Record:
        """How many differences there are and hold, and those that hold, the largest first."""
        rows = self.select("difference", variable=variable, by=by)
        key = ["contrast", "level", "value"]
        odds = self.select("odds_ratio", variable=variable, by=by).set_index(key)["estimate"]
        # Outlets' names may hold the dash that stands between two of them.
        pairs = {f"{a} - {b}": (a, b) for a in outlets for b in outlets if a != b}
        tested = rows.loc[rows["p_adjusted"].notna()]
        held = tested.loc[tested["p_adjusted"] < self.alpha]
        held = held.assign(size=held["estimate"].abs()).sort_values(
            ["size", *key], ascending=[False, True, True, True]
        )
        return {
            "n": len(rows),
            "n_tested": len(tested),
            "n_held": len(held),
            "family": next(iter(tested["family"]), ""),
            "held": [
                self._orient(row, pairs[row["contrast"]], odds.get(tuple(row[key]), math.nan))
                for _, row in held.iterrows()
            ],
            "reasons": sorted(set(rows.loc[rows["p_adjusted"].isna(), "reason"]) - {""}),
        }

    def _orient(self, row: "pd.Series[Any]", pair: tuple[str, str], odds: float) -> Record:
        """Turn a difference so that the outlet with more of the value comes first."""
        cell = read_cell(row)
        more, less = pair
        if row["estimate"] < 0:
            more, less = less, more
            odds = 1 / odds if odds else math.nan
            low, high = cell["conf_low"], cell["conf_high"]
            cell["estimate"] = -cell["estimate"]
            cell["conf_low"] = None if high is None else -high
            cell["conf_high"] = None if low is None else -low
        return {
            "value": row["value"],
            "name": self.name_value(row["variable"], row["value"]),
            "level": row["level"],
            "level_name": self._actor(row["level"]),
            "more": more,
            "less": less,
            "odds_ratio": _number(odds),
            **cell,
        }

    def _measure_weight_gap(self, variable: str, by: str) -> float | None:
        """Largest change of an outlet's share if the other weight is taken."""
        key = ["outlet", "level", "value"]
        by_weight = [
            self.select("share", weight=weight, variable=variable, by=by).set_index(key)["estimate"]
            for weight in ("sentence", "article")
        ]
        gaps = (by_weight[0] - by_weight[1]).abs().dropna()
        return _number(gaps.max()) if len(gaps) else None

    @property
    def alpha(self) -> float:
        """The level that adjusted p-values are held against."""
        return round(1 - float(self.settings["conf_level"]), 12)  # 1 - 0.95 is above 0.05

    def name_value(self, variable: str, value: str) -> str:
        """Return the display name of a value."""
        return self.codebook.value_name(variable, value, language=self.language)

    def _actor(self, target: str) -> str:
        return self.codebook.actor_name(target, language=self.language)


def divide(part: int, whole: int) -> float | None:
    """Return a share, or None of nothing."""
    return part / whole if whole else None


def _turn(shares: Iterable[Record]) -> list[Record]:
    """Turn values, each with its outlets, into outlets, each with its values."""
    cells: dict[str, list[Record]] = {}
    for share in shares:
        for cell in share["outlets"]:
            cells.setdefault(cell["outlet"], []).append(cell)
    return [{"outlet": outlet, "cells": cells[outlet]} for outlet in sorted(cells)]


def _find_leading(shares: Iterable[Record]) -> list[Record]:
    """Return, for every outlet, the value that most of its sentences have, "no frame" apart.

    Outlets with fewer than `FEW` sentences are passed over.
    """
    best: dict[str, Record] = {}
    for share in shares:
        for cell in share["outlets"]:
            few = cell["n_sentences"] < FEW
            if share["value"] == NO_FRAME or not cell["estimate"] or few:
                continue
            known = best.get(cell["outlet"])
            if known is None or cell["estimate"] > known["estimate"]:
                best[cell["outlet"]] = {**cell, "value": share["value"], "name": share["name"]}
    return [best[outlet] for outlet in sorted(best)]


def _find_widest(shares: Iterable[Record]) -> Record | None:
    """Return the value whose shares lie furthest apart, with the outlets at both ends.

    Outlets with a lone article or fewer than `FEW` sentences are passed over: nothing is claimed
    about them.
    """
    widest: Record | None = None
    for share in shares:
        cells = [
            cell
            for cell in share["outlets"]
            if cell["n_articles"] > 1 and cell["n_sentences"] >= FEW
        ]
        if share["value"] == NO_FRAME or len(cells) < 2:
            continue
        most = max(cells, key=lambda cell: cell["estimate"])
        least = min(cells, key=lambda cell: cell["estimate"])
        gap = most["estimate"] - least["estimate"]
        if widest is None or gap > widest["gap"]:
            widest = {
                "value": share["value"], "name": share["name"], "most": most, "least": least,
                "gap": gap,
            }  # fmt: skip
    return widest


def _first(rows: pd.DataFrame) -> Record | None:
    return read_cell(rows.iloc[0]) if len(rows) else None


def read_cell(row: "pd.Series[Any]") -> Record:
    """Return an estimate with its interval and what it rests on."""
    numbers = ("estimate", "conf_low", "conf_high", "p_value", "p_adjusted")
    return {
        **{name: _number(row[name]) for name in numbers},
        "n_sentences": int(row["n_sentences"]),
        "n_articles": int(row["n_articles"]),
        "reason": row["reason"],
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
