"""Codes of several people, from the files that they hand in, as one table.

A coder's file is a sheet in any format of `analysis.coding.sheet_files`, one row a sentence, or a
gold table, one row a sentence and variable.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.coding.sheet_files import read_sheet
from analysis.coding.sheet_problems import find_problems, raise_problems
from analysis.coding.sheets import TARGETED
from framing.errors import BingkaiError
from framing.scheme import Codebook
from framing.tables import hash_text

TARGET = "target"
NO_TARGET = "(no actor)"
_SHOWN = ("sample_id", "title", "before", "text", "article_id", "doubt", "comment")


def read_codes(
    paths: Sequence[Path], codebook: Codebook, *, sample: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Read the files of coders and gather their codes, see `gather_codes`.

    With the sample that the sheets were laid out from, everything that is wrong with a sheet is
    told with its cell (`analysis.coding.sheet_problems`).
    """
    tables: dict[str, pd.DataFrame] = {}
    for path in paths:
        name = path.name if path.name not in tables else str(path)
        if name in tables:
            raise BingkaiError(f"{path}: named twice; nobody agrees with a copy of himself")
        tables[name] = _clean(read_sheet(path, codebook))
        if sample is not None and "sentence_id" in tables[name] and "value" not in tables[name]:
            raise_problems(find_problems(tables[name], sample, codebook), name)
    return gather_codes(tables, codebook)


def gather_codes(tables: Mapping[str, pd.DataFrame], codebook: Codebook) -> pd.DataFrame:
    """Put the codes of several people into one table.

    Parameters
    ----------
    tables
        Coders' tables by the name of their file. A coder is called as the column ``coder`` says,
        else as the file is. Where an index has a name, such as ``line``, that is what a row is
        called in messages.
    codebook
        Has the values that a code may be.

    Returns
    -------
    pandas.DataFrame
        One row a sentence, variable and coder: sentence_id, variable, coder, value (``""`` where
        nothing was coded), target; sample_id, title, before, text, article_id, doubt and comment as
        far as the files have them; ``place``: the file and the row, counted with the header as a
        spreadsheet does.

    Raises
    ------
    BingkaiError
        A file lacks what it needs, has a value that the codebook lacks, one coder codes a sentence
        twice, or the text of a sentence is not the same in all files.
    """
    parts = [_lengthen(table, name, codebook) for name, table in tables.items()]
    codes = pd.concat(parts, ignore_index=True)
    _check_values(codes, codebook)
    _check_repeats(codes)
    texts = codes.loc[codes["text"] != ""].drop_duplicates(["sentence_id", "text"])
    changed = texts["sentence_id"].duplicated()
    if changed.any():
        first = texts.loc[changed].iloc[0]
        raise BingkaiError(
            f"{first['place']}: the text of {first['sentence_id']} is another "
            "one in the other files; was it changed, or were rows shifted?"
        )
    return codes


def add_targets(codes: pd.DataFrame, *, neutral: str) -> pd.DataFrame:
    """Add the targets of stances as codes of a variable of their own.

    A stance that evaluates nobody (`neutral`, or none) has no target; one that evaluates somebody
    who is no actor has `NO_TARGET`. Without any target in the codes nothing is added.
    """
    stances = codes.loc[codes["variable"] == TARGETED]
    if not (stances["target"] != "").any():
        return codes
    judged = stances["value"].ne("") & stances["value"].ne(neutral)
    values = stances["target"].where(stances["target"] != "", NO_TARGET).where(judged, "")
    return pd.concat([codes, stances.assign(variable=TARGET, value=values)], ignore_index=True)


def place_in_articles(codes: pd.DataFrame, sentences: pd.DataFrame | None) -> pd.DataFrame:
    """Fill ``article_id`` from a sentences table; ``""`` where it is not known."""
    if sentences is None:
        return codes
    known = sentences.drop_duplicates("sentence_id").set_index("sentence_id")["article_id"]
    found = codes["sentence_id"].map(known).fillna("").astype(str)
    return codes.assign(article_id=found.where(found != "", codes["article_id"]))


def _lengthen(table: pd.DataFrame, name: str, codebook: Codebook) -> pd.DataFrame:
    """Return the rows of one file, long."""
    table = _clean(table)
    if table.empty:
        raise BingkaiError(f"{name}: the table has no rows")
    rows = table.index if table.index.name else range(2, len(table) + 2)
    kind = table.index.name or "row"
    table = table.assign(place=[f"{name}: {kind} {row}" for row in rows])
    if "sentence_id" not in table.columns:
        if "text" not in table.columns:
            raise BingkaiError(f"{name}: no column sentence_id and no column text")
        table["sentence_id"] = table["text"].map(hash_text)
    for column in ("target", "coder", *_SHOWN):
        if column not in table.columns:
            table[column] = ""
    table["coder"] = _name_coders(table, name)
    if {"variable", "value"} <= set(table.columns):
        long = table
    else:
        known = [v.id for v in codebook.variables if v.id in table.columns]
        if not known:
            names = ", ".join(variable.id for variable in codebook.variables)
            raise BingkaiError(f"{name}: no column of codes; it needs one or more of {names}")
        kept = ["sentence_id", "coder", "target", *_SHOWN, "place"]
        long = table.melt(id_vars=kept, value_vars=known, var_name="variable")
    columns = ["sentence_id", "variable", "coder", "value", "target", *_SHOWN, "place"]
    long = long[columns].copy()
    long.loc[long["variable"] != TARGETED, "target"] = ""
    return long


def _clean(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of texts, without spaces around codes."""
    table = table.astype("object").where(table.notna(), "").astype(str)
    for column in table.columns.difference(["text", "before"]):
        table[column] = table[column].str.strip()
    return table


def _name_coders(table: pd.DataFrame, name: str) -> "pd.Series[str]":
    coders = table["coder"]
    named = sorted(set(coders) - {""})
    if len(named) > 1 and (coders == "").any():
        place = table.loc[coders == "", "place"].iloc[0]
        raise BingkaiError(f"{place} has no coder, and others have {named[0]} and {named[1]}")
    return coders.where(coders != "", named[0] if named else Path(name).stem)


def _check_values(codes: pd.DataFrame, codebook: Codebook) -> None:
    for variable, rows in codes.groupby("variable", sort=False):
        allowed = codebook.variable(str(variable)).value_ids
        _refuse_unknown(rows, "value", str(variable), allowed)
    _refuse_unknown(codes, "target", "target", [actor.id for actor in codebook.actors])


def _refuse_unknown(rows: pd.DataFrame, column: str, name: str, allowed: Sequence[str]) -> None:
    wrong = ~rows[column].isin({*allowed, ""})
    if wrong.any():
        first = rows.loc[wrong].iloc[0]
        raise BingkaiError(
            f"{first['place']}: {name} {first[column]!r} is not in the codebook;"
            f" it has {', '.join(allowed)}"
        )


def _check_repeats(codes: pd.DataFrame) -> None:
    twice = codes.duplicated(["sentence_id", "variable", "coder"])
    if not twice.any():
        return
    second = codes.loc[twice].iloc[0]
    key = ["sentence_id", "variable", "coder"]
    first = codes.loc[(codes[key] == second[key]).all(axis=1)].iloc[0]
    raise BingkaiError(
        f"{second['place']}: {second['coder']} has {second['variable']} of "
        f"{second['sentence_id']} already ({first['place']}); keep one, or tell two people of one "
        "name apart in the column coder"
    )
