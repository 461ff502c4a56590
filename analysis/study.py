"""A study: everything that a results folder depends on, in one TOML file.

::

    [study]
    title = "..."              # of the paper
    authors = ["..."]          # optional
    corpus = "corpus"          # a folder of pages or a table, relative to this file
    codebook = "mine.toml"     # optional; the shipped coding scheme otherwise
    model = "model"            # optional; the shipped model otherwise
    encoder = "e5-small"       # optional; "fast" for millions of sentences, or a transformer
    gold = "gold.csv"          # optional; people's codes that correct the estimates
    composed = false           # optional; true if articles and outlets are invented
    language = "en"            # optional; of figures and tables: en or id
    abstain = 0.0              # optional; labels less probable than this are left empty
    seed = 1

    [statistics]               # optional, each key too
    conf_level = 0.95
    n_permutations = 9999
    n_bootstrap = 9999
    weight = "sentence"        # or "article": what counts once
    copies = "in"              # or "out": whether copied sentences are counted
    adjust = "holm"            # or "benjamini_hochberg", or "max_t": allows for many comparisons
    contrasts = [["A", "B"]]   # outlets to compare, A minus B; all pairs if not given
    targets = ["russia"]       # actors whose stance is compared; all that occur if not given
    covariates = ["voice", "length", "date"]  # what the model of the frame allows for; [] for none
    working = "independence"   # or "odds_ratio": how the model is fitted
    period = "auto"            # or "day", "week", "month": what shares over time are of
    events = [["2024-06-19", "Treaty signed"]]   # before and after are compared, if any are given

    [robustness]               # optional: one contrast under every combination of these choices
    contrast = ["A", "B"]      # A minus B; name it before you look
    value = "threat"           # whose share is compared
    variable = "frame"         # optional, and so is all that follows
    level = ""                 # the target, if the variable is stance
    encoder = ["e5-small", "fast"]  # the first of each list is the main choice
    abstain = [0.0, 0.5]
    weight = ["sentence", "article"]
    copies = ["in", "out"]
    method = ["naive"]
    seed = [1]

    [draw]                     # optional
    figures = ["shares", ...]  # all if not given

    [write]                    # optional
    template = "paper.md.j2"   # the shipped report otherwise
    bibliography = "references.bib"
    formats = ["pdf", "docx", "tex"]
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from analysis.figures.gallery import FIGURES
from analysis.robustness.choices import Choices, Contrast
from analysis.statistics.settings import Copies, Settings, Weight
from analysis.writing.manuscript import FORMATS
from framing.encoders.encoder import DEFAULT_ENCODER
from framing.errors import BingkaiError

LANGUAGES = ("en", "id")
ENCODERS = (DEFAULT_ENCODER, "fast")  # those with a shipped model


@dataclass(frozen=True)
class Study:
    """A checked study file; paths are complete, but for the encoder's, which is a name first."""

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
    contrast: Contrast | None = None
    choices: Choices | None = None
    figures: tuple[str, ...] = tuple(FIGURES)
    template: Path | None = None
    bibliography: Path | None = None
    formats: tuple[str, ...] = FORMATS
    folder: Path = Path()

    def locate(self, encoder: str | None) -> str | None:
        """Return an encoder's name, or the path of the folder of that name beside the file."""
        beside = self.folder / encoder if encoder else None
        return str(beside) if beside is not None and beside.is_dir() else encoder


_KINDS: Mapping[type, str] = {
    str: "text in quotes", int: "whole number", float: "number like 0.95", bool: "true or false",
    list: "list",
}  # fmt: skip
_ITEMS: Mapping[str, type] = {"abstain": float, "seed": int}  # of lists of numbers
_KEYS: Mapping[str, Mapping[str, type]] = {
    "study": {
        "title": str, "authors": list, "corpus": str, "codebook": str, "model": str,
        "encoder": str, "gold": str, "abstain": float, "composed": bool, "language": str,
        "seed": int,
    },
    "statistics": {
        "conf_level": float, "n_permutations": int, "n_bootstrap": int, "weight": str,
        "copies": str, "adjust": str, "contrasts": list, "targets": list, "covariates": list,
        "working": str, "period": str, "events": list,
    },
    "robustness": {
        "contrast": list, "value": str, "variable": str, "level": str, "encoder": list,
        "abstain": list, "weight": list, "copies": list, "method": list, "seed": list,
    },
    "draw": {"figures": list},
    "write": {"template": str, "bibliography": str, "formats": list},
}  # fmt: skip
# Keys that hold pairs, and how they are written.
_PAIRS: Mapping[str, str] = {
    "contrasts": '[["A", "B"], ...]',
    "events": '[["2024-06-19", "Treaty signed"], ...]',
}


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
    for key in ("contrasts", "targets", "covariates", "events"):
        if key in statistics:
            statistics[key] = tuple(
                tuple(item) if isinstance(item, list) else item for item in statistics[key]
            )
    try:
        settings = Settings(seed=seed, **statistics)
    except BingkaiError as error:
        raise BingkaiError(f"{path}: [statistics]: {error}") from None
    contrast, choices = _read_robustness(path, data.get("robustness"), main, settings)
    return Study(
        title=main["title"],
        authors=tuple(main.get("authors", ())),
        corpus=_existing(path, "corpus", main["corpus"]),
        codebook=_optional(path, "codebook", main),
        model=_optional(path, "model", main),
        encoder=main.get("encoder"),
        folder=path.parent,
        gold=_optional(path, "gold", main),
        abstain=_probability(path, "abstain", main.get("abstain", 0.0)),
        composed=main.get("composed", False),
        language=_choice(path, "language", main.get("language", "en"), LANGUAGES),
        seed=seed,
        statistics=settings,
        contrast=contrast,
        choices=choices,
        figures=_choices(path, "figures", data.get("draw", {}), tuple(FIGURES)),
        template=_optional(path, "template", write),
        bibliography=_optional(path, "bibliography", write),
        formats=_choices(path, "formats", write, FORMATS),
    )


def _read_robustness(
    path: Path, section: Mapping[str, Any] | None, main: Mapping[str, Any], settings: Settings
) -> tuple[Contrast | None, Choices | None]:
    """Return the main contrast and the choices, whose first are those of the study."""
    if section is None:
        return None, None
    for key in ("contrast", "value"):
        if key not in section:
            raise BingkaiError(f"{path}: [robustness] lacks the key {key!r}")
    if len(section["contrast"]) != 2:
        raise BingkaiError(f'{path}: [robustness] write contrast as ["A", "B"]')
    first, second = section["contrast"]
    about = {key: section[key] for key in ("variable", "level") if key in section}
    encoder = main.get("encoder", DEFAULT_ENCODER)
    usual = {
        "encoder": (encoder,) if "model" in main else (encoder, *ENCODERS),
        "abstain": (main.get("abstain", 0.0), 0.0, 0.5),
        "weight": (settings.weight, *Weight),
        "copies": (settings.copies, *Copies),
        "seed": (settings.seed,),
    }
    given = {field.name: section[field.name] for field in fields(Choices) if field.name in section}
    chosen = {name: tuple(dict.fromkeys(choice)) for name, choice in (usual | given).items()}
    try:
        return Contrast(first, second, section["value"], **about), Choices(**chosen)
    except BingkaiError as error:
        raise BingkaiError(f"{path}: [robustness]: {error}") from None


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
            if key in _PAIRS:
                if not all(_is_pair(pair) for pair in items):
                    raise BingkaiError(f"{path}: [{section}] write {key} as {_PAIRS[key]}")
            elif kind is list and not all(isinstance(i, _ITEMS.get(key, str)) for i in items):
                what = "numbers" if key in _ITEMS else "texts"
                raise BingkaiError(f"{path}: [{section}] {key} must be a list of {what}")
    for key in ("title", "corpus"):
        if key not in data.get("study", {}):
            raise BingkaiError(f"{path}: [study] lacks the key {key!r}")


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item)


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
