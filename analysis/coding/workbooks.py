"""Coding sheets as workbooks (.xlsx): what people fill in, and the definitions beside it."""

import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from analysis.coding.sheet_words import name_columns, name_values
from framing.errors import BingkaiError
from framing.scheme import Codebook, Text, Variable
from framing.tables import new_file

_LONGEST = 32_767  # characters in a cell
_UNWRITABLE = re.compile(  # control characters, and what a workbook reads as an escaped one
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|x[0-9A-Fa-f]{4}_"
)
_BORN = datetime(2000, 1, 1)
_ORIGIN = (1980, 1, 1, 0, 0, 0)  # the first day that a zip file knows

_WIDTHS: Mapping[str, int] = {
    "number": 5, "outlet": 14, "title": 18, "before": 38, "text": 46, "target": 16, "doubt": 8,
    "comment": 24, "coder": 9, "sentence_id": 9, "sample_id": 9,
}  # fmt: skip
_CODE_WIDTH = 15
_DEFINITION_WIDTHS = (22, 18, 68, 68)
_FACE, _SIZE, _SMALL = "Calibri", 11, 9
_HIGHEST = 409  # points of a row
_SHEET = Text("Codes", "Kode")
_DEFINITIONS = Text("Definitions", "Definisi")
_HEADS = (
    Text("Choose", "Pilih"),
    Text("In tables", "Di tabel"),
    Text("Definition", "Definisi"),
    Text("Composed examples", "Contoh buatan"),
)
_TARGET = Text(
    "Whom the stance is about; empty where it is neutral or nobody in the list fits.",
    "Kepada siapa sikap itu tertuju; kosongkan bila netral atau tidak ada yang cocok di daftar.",
)
_DOUBT = Text("Are you in doubt? Then say why in the comment.", "Ragu? Tulis sebabnya di komentar.")
_INTRODUCTION = (
    Text(
        "Read the sentences just before it, then code what this sentence does: one value in each "
        "coloured cell, from its list. Leave a cell empty only if you cannot decide.",
        "Baca kalimat-kalimat tepat sebelumnya, lalu kodekan apa yang dilakukan kalimat ini: satu "
        "nilai di tiap sel berwarna, dari daftarnya. Kosongkan hanya bila tidak dapat memutuskan.",
    ),
    Text(
        "Do not talk to the other coders about sentences that both of you code.",
        "Jangan membicarakan kalimat yang juga dikodekan pengode lain.",
    ),
)
_NOT_LISTED = Text("Choose a value from the list.", "Pilih nilai dari daftar.")

_INK, _PALE, _TO_DO = "1F3A4D", "EAF0F3", "FFF6DA"
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_SIDE = Side(style="thin", color="D5DDE2")
_LINE, _BOX = Border(bottom=_SIDE), Border(bottom=_SIDE, left=_SIDE, right=_SIDE)


def write_workbook(sheet: pd.DataFrame, path: Path, codebook: Codebook, *, language: str) -> None:
    """Write a sheet as a workbook, the same bytes each time.

    The first sheet has a row a sentence; all but the coders' columns is locked (without a
    password), and every code has its list. The second sheet has the definitions.

    Parameters
    ----------
    sheet
        As `analysis.coding.sheets.make_sheet` returns.
    language
        Of headings, values and definitions: ``"en"`` or ``"id"``. It can be read back in either.

    Raises
    ------
    BingkaiError
        A cell holds what a workbook cannot hold, or the file cannot be written.
    """
    _check_cells(sheet)
    book = Workbook()
    book.properties = DocumentProperties(
        creator="bingkai", title=codebook.title.in_language(language), created=_BORN
    )
    variables = [v for v in codebook.variables if v.id in sheet.columns]
    codes = book.active
    codes.title = _SHEET.in_language(language)
    definitions = book.create_sheet(_DEFINITIONS.in_language(language))
    ranges = _Definitions(definitions, codebook, language).fill(variables, "target" in sheet)
    _fill_codes(codes, sheet, codebook, language, ranges)
    raw = io.BytesIO()
    book.save(raw)
    with new_file(path) as partial:
        _repack(raw, partial)


def _check_cells(sheet: pd.DataFrame) -> None:
    for name in sheet.columns:
        for sentence_id, cell in zip(sheet["sentence_id"], sheet[name], strict=True):
            if len(str(cell)) > _LONGEST or _UNWRITABLE.search(str(cell)):
                raise BingkaiError(
                    f"sheet: {name} of the sentence {sentence_id} is too long for a workbook or "
                    "has control characters; write the sheet as .csv"
                )


def _order_columns(sheet: pd.DataFrame) -> list[str]:
    """Return the columns in the order in which people read them; ids last."""
    ids = ["sentence_id", "sample_id"]
    return ["number", *(name for name in sheet.columns if name not in ids), *ids]


def _fill_codes(
    page: Any, sheet: pd.DataFrame, codebook: Codebook, language: str, ranges: Mapping[str, str]
) -> None:
    columns = _order_columns(sheet)
    table = sheet.assign(number=[str(n) for n in range(1, len(sheet) + 1)])
    column_names, value_names = name_columns(codebook, language), name_values(codebook, language)
    _write_heads(page, 1, [column_names.get(name, name) for name in columns])
    open_cell, plain = Protection(locked=False), _make_font()
    grey = _make_font(color="6B7A84", size=_SMALL)
    small = dict.fromkeys(("number", "title", "outlet", "before", *columns[-2:]), grey)
    for number, name in enumerate(columns, start=1):
        letter = get_column_letter(number)
        page.column_dimensions[letter].width = _WIDTHS.get(name, _CODE_WIDTH)
        editable = name in {*ranges, "comment", "coder"}
        for row, cell in enumerate(table[name].astype(str), start=2):
            place = page.cell(row, number)
            place.value = value_names[name].get(cell, cell) if name in ranges else cell or None
            if place.value:
                place.data_type = "s"  # a text that begins with "=" is no formula
            place.number_format = "@"  # so that 3-5 stays 3-5
            place.alignment, place.border = _WRAPPED, _LINE
            place.font = small.get(name, plain)
            if editable:
                place.protection, place.border = open_cell, _BOX
        if name in ranges and len(table):
            cells = f"{letter}2:{letter}{len(table) + 1}"
            _add_list(page, cells, ranges[name], language)
            if name not in ("target", "doubt"):
                to_do = PatternFill(bgColor=_TO_DO, fill_type="solid")
                rule = FormulaRule(formula=[f"LEN(TRIM({letter}2))=0"], fill=to_do)
                page.conditional_formatting.add(cells, rule)
    for row, line in enumerate(table[columns].astype(str).to_dict(orient="records"), start=2):
        sized = [
            (line[name], _WIDTHS.get(name, _CODE_WIDTH), _SMALL if name in small else _SIZE)
            for name in columns
            if name not in ("sentence_id", "sample_id")
        ]
        _set_height(page, row, sized)
    page.freeze_panes = "A2"
    page.sheet_view.zoomScale = 90
    _lock(page)
    page.print_title_rows = "1:1"


def _make_font(**look: Any) -> Font:
    return Font(name=_FACE, **{"size": _SIZE, **look})


def _set_height(page: Any, row: int, cells: Sequence[tuple[str, float, int]]) -> None:
    """Make a row high enough for (text, column width, font size); few programs do so themselves."""
    heights = []
    for text, width, size in cells:
        a_line = max(1, int(width * _SIZE / size))  # characters, somewhat too few
        lines = sum(max(1, math.ceil(len(part) / a_line)) for part in text.split("\n"))
        heights.append((lines + 0.3) * size * 1.25)
    page.row_dimensions[row].height = min(_HIGHEST, max(heights))


def _add_list(page: Any, cells: str, values: str, language: str) -> None:
    choice = DataValidation(type="list", formula1=values, allow_blank=True, showErrorMessage=True)
    choice.error = _NOT_LISTED.in_language(language)
    choice.errorTitle = "bingkai"
    choice.add(cells)
    page.add_data_validation(choice)


def _write_heads(page: Any, row: int, heads: Sequence[str]) -> None:
    for number, head in enumerate(heads, start=1):
        cell = page.cell(row, number, head)
        cell.font = _make_font(bold=True, color="FFFFFF")
        cell.fill = PatternFill(fgColor=_INK, fill_type="solid")
        cell.alignment = _WRAPPED


def _lock(page: Any) -> None:
    """Lock all cells but the open ones; widths and heights stay free."""
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = False
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


class _Definitions:
    """Fills the second sheet and knows where each list of values stands."""

    def __init__(self, page: Any, codebook: Codebook, language: str) -> None:
        self.page, self.codebook, self.language = page, codebook, language
        self.names = name_values(codebook, language)
        self.row = 1

    def fill(self, variables: Sequence[Variable], targeted: bool) -> dict[str, str]:
        """Write all definitions; return the cells of each list, such as ``'Codes'!$A$5:$A$9``."""
        for letter, width in zip("ABCD", _DEFINITION_WIDTHS, strict=True):
            self.page.column_dimensions[letter].width = width
        title = f"{self.codebook.title.in_language(self.language)} ({self.codebook.version})"
        self._line(title, _make_font(bold=True, size=15, color=_INK))
        for text in _INTRODUCTION:
            self._line(text.in_language(self.language), _make_font())
        ranges = {}
        for variable in variables:
            values = [
                (v.id, v.definition.in_language(self.language), "\n".join(v.examples))
                for v in variable.values
            ]
            rules = [rule.in_language(self.language) for rule in variable.rules]
            self._head(variable.name, variable.definition, rules)
            ranges[variable.id] = self._table(variable.id, values)
            if variable.id == "stance" and targeted:
                aliases = [(a.id, ", ".join(a.aliases), "") for a in self.codebook.actors]
                self._head(Text("Stance toward", "Sikap terhadap"), _TARGET, ())
                ranges["target"] = self._table("target", aliases)
        self._head(Text("In doubt?", "Ragu?"), _DOUBT, ())
        ranges["doubt"] = self._table("doubt", [("yes", "", "")])
        _lock(self.page)
        return ranges

    def _line(self, text: str, font: Font) -> None:
        cell = self.page.cell(self.row, 1, text)
        cell.data_type, cell.font = "s", font
        self.row += 1

    def _head(self, name: Text, definition: Text, rules: Sequence[str]) -> None:
        self.row += 1
        self._line(name.in_language(self.language), _make_font(bold=True, size=13, color=_INK))
        self._line(definition.in_language(self.language), _make_font(italic=True))
        for number, rule in enumerate(rules, start=1):
            self._line(f"{number}. {rule}", _make_font())

    def _table(self, name: str, values: Sequence[tuple[str, str, str]]) -> str:
        _write_heads(self.page, self.row, [head.in_language(self.language) for head in _HEADS])
        first = self.row + 1
        for value_id, definition, examples in values:
            self.row += 1
            cells = (self.names[name][value_id], value_id, definition, examples)
            for number, text in enumerate(cells, start=1):
                cell = self.page.cell(self.row, number, text or None)
                cell.font = _make_font()
                cell.alignment, cell.border, cell.number_format = _WRAPPED, _LINE, "@"
                if text:
                    cell.data_type = "s"
                if number == 1:
                    cell.font = _make_font(bold=True)
                    cell.fill = PatternFill(fgColor=_PALE, fill_type="solid")
            sized = [(t, w, _SIZE) for t, w in zip(cells, _DEFINITION_WIDTHS, strict=True)]
            _set_height(self.page, self.row, sized)
        self.row += 1
        return f"{quote_sheetname(self.page.title)}!$A${first}:$A${self.row - 1}"


def _repack(raw: io.BytesIO, path: Path) -> None:
    """Copy a workbook without the time at which it was written."""
    born = f"{_BORN.isoformat()}Z".encode()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + born, content)
            entry = zipfile.ZipInfo(name, _ORIGIN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            new.writestr(entry, content)
