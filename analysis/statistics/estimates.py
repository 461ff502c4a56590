"""The estimates table: one record a number, and a reason wherever a number is missing."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

import pandas as pd

from framing.errors import BingkaiError
from framing.schema import COLUMNS, require_columns

NAIVE = "naive: machine labels"
# First words of the methods that use people's codes, best first; a colon and details follow.
CORRECTED = ("dsl", "ppi", "matrix", "gold-only")

# What an estimand promises. Whatever of it is missing in a row must have a reason there; a share
# has no p-value to miss, and an odds ratio's hypothesis is tested once, as the difference.
PROMISED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "share": ("estimate", "std_error", "df", "conf_low", "conf_high"),
        "coverage": ("estimate", "std_error", "df", "conf_low", "conf_high"),
        "difference": (
            "estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "p_adjusted",
        ),
        "odds_ratio": ("estimate", "std_error", "df", "conf_low", "conf_high"),
        "cramers_v": ("estimate", "conf_low", "conf_high"),
        "permutation": ("estimate", "p_value", "p_adjusted"),
        "specification_median": ("estimate", "p_value"),
        "adjusted_share": ("estimate", "std_error", "df", "conf_low", "conf_high"),
        "part": ("estimate", "std_error", "df", "conf_low", "conf_high"),
        "part_difference": ("estimate", "std_error", "df", "conf_low", "conf_high"),
        "copied": ("estimate", "std_error", "df", "conf_low", "conf_high"),
        "marginal_effect": (
            "estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "p_adjusted",
        ),
        "change": (
            "estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "p_adjusted",
        ),
        "coefficient": (
            "estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "p_adjusted",
        ),
        "accuracy": ("estimate", "std_error", "df", "conf_low", "conf_high"),
        **dict.fromkeys(
            (
                "alpha", "ac1", "agreement", "specific_agreement", "alpha_gap", "ac1_gap",
                "agreement_gap",
            ),
            ("estimate", "std_error", "df", "conf_low", "conf_high"),
        ),
    }
)  # fmt: skip

_WHOLE = ("n_sentences", "n_articles", "n_gold")


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One row of the estimates table; a number that is missing is NaN.

    Parameters
    ----------
    estimand
        A key of `PROMISED`, such as ``"share"`` or ``"difference"``.
    variable, value
        What is counted; `value` is empty where the row is about the whole variable.
    outlet
        The outlet of a share; ``""`` for all outlets together.
    contrast
        ``"A - B"`` of a difference or odds ratio; the compared outlets of a test.
    by, level
        The part of the sentences, or the target of a stance: ``by="voice", level="quoted"``.
    method, weight, copies, spec
        How the number was made.
    estimate, std_error, df, conf_low, conf_high, conf_level
        The number, its standard error, degrees of freedom and interval.
    p_value, p_adjusted, family
        The test, alone and adjusted within its family of tests.
    n_sentences, n_articles, n_gold
        What the number rests on: the sentences of the denominator and their articles.
    n_gold_effective
        How many coded sentences alone would be as informative.
    reason
        Why a field is empty, or what to mind about the number.
    """

    estimand: str
    variable: str
    value: str = ""
    outlet: str = ""
    contrast: str = ""
    by: str = ""
    level: str = ""
    method: str = NAIVE
    weight: str = "sentence"
    copies: str = "in"
    spec: str = ""
    estimate: float = math.nan
    std_error: float = math.nan
    df: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    conf_level: float = math.nan
    p_value: float = math.nan
    p_adjusted: float = math.nan
    family: str = ""
    n_sentences: int = 0
    n_articles: int = 0
    n_gold: int | None = None
    n_gold_effective: float = math.nan
    reason: str = ""

    def __post_init__(self) -> None:
        missing = [
            name for name in PROMISED.get(self.estimand, ()) if math.isnan(getattr(self, name))
        ]
        if missing and not self.reason:
            raise ValueError(f"{self.estimand} of {self.variable}: no reason for {missing}")


def tabulate(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Return records as the estimates table, columns in the contract's order.

    Missing numbers are NaN, missing whole numbers ``<NA>``; both are empty in a file.
    """
    names = [field.name for field in fields(Estimate)]
    rows = [tuple(getattr(row, name) for name in names) for row in estimates]
    table = pd.DataFrame.from_records(rows, columns=names)
    for name in _WHOLE:
        table[name] = table[name].astype("Int64")
    return table[list(COLUMNS["estimates"])]


def parse_estimates(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return an estimates table, from memory or a file, in one form.

    Numbers are floats, missing ones NaN; texts are never missing but ``""``. Columns that bingkai
    does not know are left out.

    Raises
    ------
    BingkaiError
        A column is missing, or a number is none.
    """
    table = require_columns(estimates, "estimates")[list(COLUMNS["estimates"])]
    table = table.reset_index(drop=True)
    for field in fields(Estimate):
        column = table[field.name]
        table[field.name] = _as_text(column) if field.type is str else _as_numbers(column)
    return table


def _as_text(column: pd.Series) -> "pd.Series[str]":
    return column.astype("object").where(column.notna(), "").astype(str)


def _as_numbers(column: pd.Series) -> "pd.Series[float]":
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    wrong = numbers.isna() & ~_as_text(column).isin(["", "nan", "<NA>"])
    if wrong.any():
        raise BingkaiError(
            f"estimates: {column.name} is {column[wrong].iloc[0]!r}, which is no number; "
            "make the table again with bingkai compare"
        )
    return numbers


def is_corrected(method: str) -> bool:
    """Tell whether people's codes correct the labels, or replace them, in a method."""
    return method.split(":", maxsplit=1)[0] in CORRECTED


def because(*reasons: str) -> str:
    """Join the reasons that are not empty, each once."""
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))
