"""Coding sheets on disk: .xlsx, .csv, Label Studio, doccano, and what `bingkai code` wrote.

The file's name decides how a sheet is written::

    sheet.xlsx           a workbook with lists, locked columns and the definitions
    sheet.csv            a plain table (also .jsonl and .parquet)
    sheet.json           tasks for Label Studio; its labelling interface comes beside it, sheet.xml
    sheet.doccano.jsonl  lines for doccano; its labels come beside it, sheet.doccano-labels.json
"""

import json
from pathlib import Path

import pandas as pd

from analysis.coding import doccano, label_studio
from analysis.coding.journal import is_journal, read_journal
from analysis.coding.sheet_words import map_columns, map_values
from analysis.coding.workbook_reading import read_workbook
from analysis.coding.workbooks import write_workbook
from framing.errors import BingkaiError
from framing.scheme import Codebook
from framing.tables import read_table, write_json, write_table, write_text

WORKBOOK, TASKS, DOCCANO = ".xlsx", ".json", ".doccano.jsonl"
_OTHER_BOOKS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")


def write_sheet(
    sheet: pd.DataFrame, path: str | Path, codebook: Codebook, *, language: str = "en"
) -> None:
    """Write a sheet for people to code on, in the format that the file's name asks for.

    Parameters
    ----------
    sheet
        As `analysis.coding.sheets.make_sheet` returns.
    language
        Of headings, values and definitions, where the format has them: ``"en"`` or ``"id"``.

    Raises
    ------
    BingkaiError
        The ending is not known, or the file cannot be written.
    """
    path = Path(path)
    name = path.name.lower()
    if name.endswith(WORKBOOK):
        write_workbook(sheet, path, codebook, language=language)
    elif name.endswith(DOCCANO):
        lines = doccano.make_lines(sheet, codebook, language=language)
        write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), path)
        labels = doccano.list_labels(sheet, codebook, language=language)
        write_json(labels, path.with_name(path.name[: -len(".jsonl")] + "-labels.json"))
    elif name.endswith(TASKS):
        write_json(label_studio.make_tasks(sheet), path)
        interface = label_studio.write_interface(sheet, codebook, language=language)
        write_text(interface, path.with_suffix(".xml"))
    elif path.suffix.lower() in _OTHER_BOOKS:
        raise BingkaiError(f"{path}: name a workbook .xlsx")
    else:
        write_table(sheet, path)


def read_sheet(path: str | Path, codebook: Codebook) -> pd.DataFrame:
    """Read a coded sheet, whatever `write_sheet`, a spreadsheet or a labelling tool wrote.

    Parameters
    ----------
    codebook
        Has the names under which columns and values may stand, in either language.

    Returns
    -------
    pandas.DataFrame
        One row a sentence and coder, all cells text, columns and known values by their ids; the
        index says where a row stands in the file (``row``, ``line`` or ``task``).

    Raises
    ------
    BingkaiError
        The file cannot be read, or a spreadsheet broke it: with the cell.
    """
    path = Path(path)
    columns = map_columns(codebook)
    if path.suffix.lower() in _OTHER_BOOKS:
        raise BingkaiError(f"{path}: save it as .xlsx")
    if path.suffix.lower() == WORKBOOK:
        sheet = read_workbook(path, columns)
    elif path.suffix.lower() == TASKS:
        sheet = _add_uncoded(label_studio.read_tasks(path), codebook)
    elif path.suffix.lower() == ".jsonl" and is_journal(path):
        sheet = read_journal(path)
    else:
        sheet = read_table(path)
        if doccano.has_labels(sheet):
            sheet = doccano.to_sheet(sheet, columns, where=path.name)
            sheet = _add_uncoded(sheet, codebook)
        else:
            sheet = _number_rows(sheet, path)
    return _name_by_id(sheet, codebook, path.name)


def _add_uncoded(sheet: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Add the variables that nobody coded: a labelling tool leaves them out."""
    lacking = [v.id for v in codebook.variables if v.id not in sheet.columns]
    return sheet.assign(**dict.fromkeys(lacking, ""))


def _number_rows(sheet: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Count the rows as the file's readers do, and drop those without anything in them."""
    sheet = sheet.fillna("").astype(str)
    if path.suffix.lower() == ".csv":
        sheet.index = pd.RangeIndex(2, len(sheet) + 2, name="row")
    else:
        sheet.index = pd.RangeIndex(1, len(sheet) + 1, name="line")
    return sheet.loc[(sheet != "").any(axis=1)]


def _name_by_id(sheet: pd.DataFrame, codebook: Codebook, where: str) -> pd.DataFrame:
    columns = map_columns(codebook)
    sheet = sheet.rename(columns=lambda name: columns.get(str(name).strip(), str(name).strip()))
    doubled = sheet.columns[sheet.columns.duplicated()]
    if len(doubled):
        raise BingkaiError(f"{where}: the column {doubled[0]!r} stands twice; rename one")
    for name, values in map_values(codebook).items():
        if name in sheet.columns:
            stripped = sheet[name].astype(str).str.strip()
            sheet[name] = [values.get(cell, cell) for cell in stripped]
    return sheet
