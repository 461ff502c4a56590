"""A study: everything that a results folder depends on, in one TOML file.

::

    [study]
    title = "..."              # of the paper
    authors = ["..."]          # optional
    corpus = "corpus"          # a folder of pages or a table, relative to this file
    codebook = "mine.toml"     # optional; the shipped coding scheme otherwise
    model = "model"            # optional; the shipped model otherwise
    encoder = "e5-small"       # optional; "fast" for millions of sentences
    gold = "gold.csv"          # optional; people's codes that correct the estimates
    composed = false           # optional; true if articles and outlets are invented
    language = "en"            # optional; of figures and tables: en or id
    abstain = 0.0              # optional; labels less probable than this are left empty
    seed = 1

    [statistics]               # optional, each key too
    conf_level = 0.95
    n_permutations = 9999
    weight = "sentence"        # or "article": what counts once
    copies = "in"              # or "out": whether copied sentences are counted
    contrasts = [["A", "B"]]   # outlets to compare, A minus B; all pairs if not given
    targets = ["russia"]       # actors whose stance is compared; all that occur if not given

    [draw]                     # optional
    figures = ["shares", ...]  # all if not given

    [write]                    # optional
    template = "paper.md.j2"   # the shipped report otherwise
    bibliography = "references.bib"
    formats = ["pdf", "docx", "tex"]
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.drawing import FIGURES
from analysis.manuscript import FORMATS
from analysis.settings import Settings
from framing.errors import BingkaiError

LANGUAGES = ("en", "id")


@dataclass(frozen=True)
class Study:
    """A checked study file; paths are complete."""

    title: str
    corpus: Path
    authors: tuple[str, ...] = ()
    codebook: Path | None = None
    model: Path | None = None
    encoder: str | None = None
    gold: Path | None = None
    abstain: float = 0.0
    composed: bool = False
    language: str = "en"
    seed: int = 0
    statistics: Settings = field(default_factory=Settings)
    figures: tuple[str, ...] = tuple(FIGURES)
    template: Path | None = None
    bibliography: Path | None = None
    formats: tuple[str, ...] = FORMATS


_KINDS: Mapping[type, str] = {
    str: "text in quotes", int: "whole number", float: "number like 0.95", bool: "true or false",
    list: "list",
}  # fmt: skip
_KEYS: Mapping[str, Mapping[str, type]] = {
    "study": {
        "title": str, "authors": list, "corpus": str, "codebook": str, "model": str,
        "encoder": str, "gold": str, "abstain": float, "composed": bool, "language": str,
        "seed": int,
    },
    "statistics": {
        "conf_level": float, "n_permutations": int, "weight": str,
        "copies": str, "contrasts": list, "targets": list,
    },
    "draw": {"figures": list},
    "write": {"template": str, "bibliography": str, "formats": list},
}  # fmt: skip


def read_study(path: str | Path) -> Study:
    """Read and check a study file.

    Raises
    ------
    BingkaiError
        The file is missing or no TOML; a key is unknown, missing or of the wrong kind; a file
        that it names is not there.
    """
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BingkaiError(f"{path}: cannot read the study ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BingkaiError(f"{path}: the study is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BingkaiError(f"{path}: the study is not valid TOML: {error}") from None
    _check_keys(data, path)
    main, write = data["study"], data.get("write", {})
    seed = main.get("seed", 0)
    statistics: dict[str, Any] = dict(data.get("statistics", {}))
    for key in ("contrasts", "targets"):
        if key in statistics:
            statistics[key] = tuple(
                tuple(item) if isinstance(item, list) else item for item in statistics[key]
            )
    try:
        settings = Settings(seed=seed, **statistics)
    except BingkaiError as error:
        raise BingkaiError(f"{path}: [statistics]: {error}") from None
    return Study(
        title=main["title"],
        authors=tuple(main.get("authors", ())),
        corpus=_existing(path, "corpus", main["corpus"]),
        codebook=_optional(path, "codebook", main),
        model=_optional(path, "model", main),
        encoder=main.get("encoder"),
        gold=_optional(path, "gold", main),
        abstain=_probability(path, "abstain", main.get("abstain", 0.0)),
        composed=main.get("composed", False),
        language=_choice(path, "language", main.get("language", "en"), LANGUAGES),
        seed=seed,
        statistics=settings,
        figures=_choices(path, "figures", data.get("draw", {}), tuple(FIGURES)),
        template=_optional(path, "template", write),
        bibliography=_optional(path, "bibliography", write),
        formats=_choices(path, "formats", write, FORMATS),
    )


def _check_keys(data: Mapping[str, Any], path: Path) -> None:
    for section, entries in data.items():
        if section not in _KEYS or not isinstance(entries, dict):
            raise BingkaiError(
                f"{path}: unknown key {section!r}; the sections are [{'], ['.join(_KEYS)}]"
            )
        for key, value in entries.items():
            items: Any = value  # keeps its type open where isinstance narrows
            kind = _KEYS[section].get(key)
            if kind is None:
                raise BingkaiError(
                    f"{path}: [{section}] has an unknown key {key!r}; "
                    f"it may have {', '.join(_KEYS[section])}"
                )
            if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
                raise BingkaiError(f"{path}: [{section}] {key} = {value!r} is no {_KINDS[kind]}")
            if key == "contrasts":
                if not all(isinstance(pair, list) and len(pair) == 2 for pair in items):
                    raise BingkaiError(f'{path}: [{section}] write {key} as [["A", "B"], ...]')
            elif kind is list and not all(isinstance(item, str) for item in items):
                raise BingkaiError(f"{path}: [{section}] {key} must be a list of texts")
    for key in ("title", "corpus"):
        if key not in data.get("study", {}):
            raise BingkaiError(f"{path}: [study] lacks the key {key!r}")


def _existing(study: Path, key: str, name: str) -> Path:
    path = study.parent / name
    if not path.exists():
        raise BingkaiError(f"{study}: {key} = {name!r}: there is no {path}")
    return path


def _optional(study: Path, key: str, section: Mapping[str, Any]) -> Path | None:
    return _existing(study, key, section[key]) if key in section else None


def _probability(study: Path, key: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise BingkaiError(f"{study}: {key} = {value} is no probability; write 0 to 1")
    return value


def _choice(study: Path, key: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BingkaiError(f"{study}: {key} {value!r} is unknown; use {', '.join(allowed)}")
    return value


def _choices(
    study: Path, key: str, section: Mapping[str, Any], allowed: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(_choice(study, key, value, allowed) for value in section.get(key, allowed))
