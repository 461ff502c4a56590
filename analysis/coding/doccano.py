"""Coding sheets for doccano (a text classification project) and back.

doccano knows one set of labels, so that a label names its variable: ``Frame: Threat``.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.coding.sheet_words import name_columns, name_values
from framing.errors import BingkaiError
from framing.scheme import Codebook

_LABELS = ("label", "labels")
_COLOURS = ("#2f5d7c", "#8c4a2f", "#3f6b45", "#6a4c8c", "#7a6a1f", "#7c2f52")


def make_lines(sheet: pd.DataFrame, codebook: Codebook, *, language: str) -> list[dict[str, Any]]:
    """Return a line a sentence; what is not its text or a label becomes doccano's metadata."""
    columns, values = name_columns(codebook, language), name_values(codebook, language)
    coded = [name for name in values if name in sheet.columns]
    shown = [n for n in ("outlet", "title", "before", "sentence_id", "sample_id") if n in sheet]
    return [
        {
            "text": line["text"],
            "label": [
                f"{columns[name]}: {values[name].get(line[name], line[name])}"
                for name in coded
                if line[name]
            ],
            **{name: line[name] for name in shown},
        }
        for line in sheet.to_dict(orient="records")
    ]


def list_labels(sheet: pd.DataFrame, codebook: Codebook, *, language: str) -> list[dict[str, str]]:
    """Return doccano's label types, a colour a variable."""
    columns, values = name_columns(codebook, language), name_values(codebook, language)
    coded = [name for name in values if name in sheet.columns]
    return [
        {
            "text": f"{columns[name]}: {text}",
            "background_color": _COLOURS[number % len(_COLOURS)],
            "text_color": "#ffffff",
        }
        for number, name in enumerate(coded)
        for text in values[name].values()
    ]


def has_labels(table: pd.DataFrame) -> bool:
    """Tell whether a table is an export of doccano: lists in a column of labels."""
    return any(
        name in table.columns and table[name].map(lambda cell: isinstance(cell, list)).any()
        for name in _LABELS
    )


def to_sheet(table: pd.DataFrame, columns: Mapping[str, str], *, where: str) -> pd.DataFrame:
    """Turn an export into a sheet: a column a variable.

    Parameters
    ----------
    columns
        The id of a column by every name that it can have.

    Raises
    ------
    BingkaiError
        A label names no variable, or a line with labels has lost its sentence_id.
    """
    rows, numbers = [], []
    for number, line in enumerate(table.to_dict(orient="records"), start=1):
        inner = line.get("meta")
        meta: Mapping[Any, Any] = inner if isinstance(inner, dict) else line
        labels: list[Any] = next((line[n] for n in _LABELS if isinstance(line.get(n), list)), [])
        row = {n: _as_text(meta.get(n)) for n in ("sample_id", "sentence_id")}
        if not row["sentence_id"]:
            if labels:
                raise BingkaiError(
                    f"{where}: line {number} has labels but no sentence_id; import the lines that "
                    "bingkai sample wrote, all their keys included"
                )
            continue
        row["text"] = _as_text(line.get("text"))
        comments = line.get("Comments", line.get("comments"))
        row["comment"] = " ".join(map(str, comments)) if isinstance(comments, list) else ""
        for label in labels:
            name, _, value = str(label).partition(": ")
            if name not in columns:
                raise BingkaiError(f"{where}: line {number}: the label {label!r} names no variable")
            earlier = row.get(columns[name])
            row[columns[name]] = f"{earlier} + {value}" if earlier else value
        rows.append(row)
        numbers.append(number)
    return pd.DataFrame(rows, index=pd.Index(numbers, name="line", dtype="int64")).fillna("")


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else ""
