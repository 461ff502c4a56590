"""Coding sheets for Label Studio and back.

The labelling interface and the tasks are in the forms that Label Studio imports; what it exports
as JSON or JSON-MIN is read.
"""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from analysis.coding.sheet_words import DOUBTFUL, name_columns, name_values
from framing.errors import BingkaiError
from framing.scheme import Codebook

_SHOWN = ("outlet", "title", "before")
_NOTHING = "—"  # Label Studio refuses an empty text


def make_tasks(sheet: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a task a sentence, with the codes that it already has as an annotation."""
    shown = [n for n in ("sample_id", "sentence_id", *_SHOWN, "text") if n in sheet.columns]
    coded = [name for name in sheet.columns if name not in shown and name != "coder"]
    tasks = []
    for line in sheet.to_dict(orient="records"):
        data = {name: line[name] or _NOTHING for name in shown}
        result = [_make_result(name, line[name]) for name in coded if line[name]]
        task: dict[str, Any] = {"data": data}
        if result:
            task["annotations"] = [{"result": result}]
        tasks.append(task)
    return tasks


def write_interface(sheet: pd.DataFrame, codebook: Codebook, *, language: str) -> str:
    """Return the labelling interface as XML: what is shown, and the choices with definitions."""
    columns, values = name_columns(codebook, language), name_values(codebook, language)
    view = ElementTree.Element("View")
    for name in _SHOWN:
        if name in sheet.columns:
            ElementTree.SubElement(view, "Header", value=columns[name], size="6")
            ElementTree.SubElement(view, "Text", name=name, value=f"${name}", valueType="text")
    ElementTree.SubElement(view, "Header", value=columns["text"], size="5")
    ElementTree.SubElement(view, "Text", name="text", value="$text", valueType="text")
    for variable in codebook.variables:
        if variable.id not in sheet.columns:
            continue
        definition = variable.definition.in_language(language)
        head = f"{variable.name.in_language(language)}: {definition}"
        hints = {v.id: v.definition.in_language(language) for v in variable.values}
        _add_choices(view, variable.id, head, values[variable.id], hints)
        if variable.id == "stance" and "target" in sheet.columns:
            box = _add_choices(view, "target", columns["target"], values["target"], {})
            box.set("layout", "select")
    doubt = _add_choices(view, "doubt", columns["doubt"], values["doubt"], {})
    doubt.set("choice", "multiple")  # a box that can be ticked and unticked
    ElementTree.SubElement(view, "Header", value=columns["comment"], size="5")
    ElementTree.SubElement(view, "TextArea", name="comment", toName="text", rows="2",
                           maxSubmissions="1", editable="true")  # fmt: skip
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def read_tasks(path: Path) -> pd.DataFrame:
    """Read what Label Studio exported, as JSON or JSON-MIN: a row an annotation.

    A task without an annotation gives a row without codes. The coder is the annotator's e-mail
    address or number.

    Raises
    ------
    BingkaiError
        The file cannot be read, or is no export of such tasks.
    """
    try:
        tasks = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BingkaiError(f"{path}: cannot read it ({error.strerror})") from None
    except ValueError as error:
        raise BingkaiError(f"{path}: not JSON ({error})") from None
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise BingkaiError(f"{path}: no list of tasks; export as JSON from Label Studio")
    rows, numbers = [], []
    for number, task in enumerate(tasks, start=1):
        data = task.get("data", task)
        if not isinstance(data, dict) or "sentence_id" not in data:
            raise BingkaiError(f"{path}: task {number} has no sentence_id")
        for row in _list_annotations(task) if "data" in task else [_read_flat(task)]:
            rows.append({**_read_data(data), **row})
            numbers.append(number)
    return pd.DataFrame(rows, index=pd.Index(numbers, name="task", dtype="int64")).fillna("")


def _make_result(name: str, value: str) -> dict[str, Any]:
    kind, key = ("textarea", "text") if name == "comment" else ("choices", "choices")
    return {"from_name": name, "to_name": "text", "type": kind, "value": {key: [value]}}


def _add_choices(
    view: ElementTree.Element, name: str, head: str, values: dict[str, str], hints: dict[str, str]
) -> ElementTree.Element:
    ElementTree.SubElement(view, "Header", value=head, size="5")
    box = ElementTree.SubElement(
        view, "Choices", name=name, toName="text", choice="single-radio", showInline="true"
    )
    for value_id, text in values.items():
        choice = ElementTree.SubElement(box, "Choice", value=text, alias=value_id)
        if value_id in hints:
            choice.set("hint", hints[value_id])
    return box


def _read_data(data: dict[str, Any]) -> dict[str, str]:
    return {n: _join(data[n]) for n in ("sample_id", "sentence_id", "text") if n in data}


def _list_annotations(task: dict[str, Any]) -> list[dict[str, str]]:
    annotations = [a for a in task.get("annotations", []) if not a.get("was_cancelled")]
    return [_read_annotation(annotation) for annotation in annotations] or [{"coder": ""}]


def _read_annotation(annotation: dict[str, Any]) -> dict[str, str]:
    row = {"coder": _name_coder(annotation.get("completed_by"))}
    for result in annotation.get("result", []):
        value = result.get("value", {})
        row[str(result.get("from_name"))] = _join(value.get("choices", value.get("text", "")))
    if row.get("doubt"):
        row["doubt"] = DOUBTFUL
    return row


def _read_flat(task: dict[str, Any]) -> dict[str, str]:
    """Return the codes of a JSON-MIN task, in which they stand beside the data."""
    passed = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", *_SHOWN}
    row = {name: _join(value) for name, value in task.items() if name not in passed}
    return {**row, "coder": _name_coder(task.get("annotator"))}


def _join(value: Any) -> str:
    """Return one text; several choices stay visible as such, so that the check names them."""
    if isinstance(value, dict):
        value = value.get("choices", value.get("text", ""))
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _name_coder(who: Any) -> str:
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return "" if who is None else str(who)
