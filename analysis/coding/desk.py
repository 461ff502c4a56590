"""What a coder works on: a sheet, the codebook's words for it, and where choices are kept."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.coding.journal import Journal
from analysis.coding.sheet_words import DOUBTFUL
from framing.errors import BingkaiError
from framing.scheme import Codebook, Text
from framing.tables import hash_text

COMMENT, DOUBT, TARGET = "comment", "doubt", "target"
_LONGEST = 2000  # characters of a comment


class Desk:
    """A sheet laid out for one coder; the page shows it, the journal keeps what is chosen.

    Parameters
    ----------
    sheet
        As `analysis.coding.sheet_files.read_sheet` returns: sample_id, sentence_id, text and one
        column a variable; title, outlet and before if the coder may see them. Codes in it are kept.
    path
        Of the journal.
    language
        In which the page opens.

    Raises
    ------
    BingkaiError
        The sheet lacks a column or has a sentence twice, or the journal is of another sheet.
    """

    def __init__(
        self, sheet: pd.DataFrame, codebook: Codebook, path: Path, *, coder: str, language: str
    ) -> None:
        variables = [v for v in codebook.variables if v.id in sheet.columns]
        lacking = [n for n in ("sample_id", "sentence_id", "text") if n not in sheet.columns]
        if lacking or not variables or sheet.empty:
            what = f"column {lacking[0]}" if lacking else "sentence or variable of the codebook"
            raise BingkaiError(f"sheet: no {what}; give what bingkai sample --sheet wrote")
        ids = sheet["sentence_id"]
        if ids.duplicated().any():
            raise BingkaiError(f"sheet: {ids[ids.duplicated()].iloc[0]} stands twice; keep one")
        self.sheet, self.codebook, self.language = sheet, codebook, language
        self.variables = variables
        self.hashes = dict(zip(ids, sheet["text"].map(hash_text), strict=True))
        self.allowed = {v.id: {"", *v.value_ids} for v in variables}
        if TARGET in sheet.columns:
            self.allowed[TARGET] = {"", *(actor.id for actor in codebook.actors)}
        self.allowed[DOUBT] = {"", DOUBTFUL}
        fields = [*self.allowed, COMMENT]
        start = [
            (line["sentence_id"], self.hashes[line["sentence_id"]], name, line[name])
            for line in sheet.to_dict(orient="records")
            for name in fields
            if line.get(name)
        ]
        self._check_start(start)
        self.journal = Journal(
            path, sample_id=str(sheet["sample_id"].iloc[0]), coder=coder, fields=fields, start=start
        )

    def describe(self) -> dict[str, Any]:
        """Return all that the page shows, for JSON."""
        shown = [name for name in ("outlet", "title", "before", "text") if name in self.sheet]
        sentences = self.sheet[["sentence_id", *shown]].to_dict(orient="records")
        return {
            "coder": self.journal.coder,
            "file": self.journal.path.name,
            "language": self.language,
            "text_language": self.codebook.language,
            "title": _both(self.codebook.title),
            "variables": [
                {
                    "id": v.id,
                    "name": _both(v.name),
                    "definition": _both(v.definition),
                    "rules": [_both(rule) for rule in v.rules],
                    "values": [
                        {"id": value.id, "name": _both(value.name),
                         "definition": _both(value.definition), "examples": list(value.examples)}
                        for value in v.values
                    ],
                }
                for v in self.variables
            ],
            "targets": [
                {"id": actor.id, "name": _both(actor.name)}
                for actor in self.codebook.actors
                if TARGET in self.allowed
            ],
            "sentences": sentences,
            "window": self.journal.open_window(),
            "choices": self.list_since(0),
        }  # fmt: skip

    def list_since(self, number: int) -> list[dict[str, Any]]:
        """Return the choices after the one with this number, for JSON."""
        return [asdict(choice) for choice in self.journal.list_since(number)]

    def record(self, window: int, sentence_id: str, field: str, value: str, *, seen: int) -> None:
        """Keep a choice.

        Raises
        ------
        ValueError
            The sentence, the field or the value is not one of the sheet's.
        ConflictError
            Another window has chosen since.
        """
        if sentence_id not in self.hashes:
            raise ValueError("unknown sentence")
        if field == COMMENT:
            if len(value) > _LONGEST:
                raise ValueError("comment too long")
        elif value not in self.allowed.get(field, ()):
            raise ValueError("unknown value")
        self.journal.record(
            window, sentence_id, field, value, text_sha256=self.hashes[sentence_id], seen=seen
        )

    def count_coded(self) -> int:
        """Count the sentences that have a code of every variable."""
        codes = self.journal.codes
        return sum(
            all((key := (s, v.id)) in codes and codes[key].value for v in self.variables)
            for s in self.hashes
        )

    def _check_start(self, start: list[tuple[str, str, str, str]]) -> None:
        for sentence_id, _, name, value in start:
            if name != COMMENT and value not in self.allowed[name]:
                raise BingkaiError(
                    f"sheet: {name} {value!r} of {sentence_id} is not in the codebook"
                )


def _both(text: Text) -> Mapping[str, str]:
    return {"en": text.en, "id": text.id}
