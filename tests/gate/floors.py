"""Floors: what labels and splitting must reach on real sentences, and on which files, pinned.

    make floors               measures, and raises the floors to what is reached, rounded down
    make floors LOWER=1       lowers floors too, or pins another file

``floors.json`` is written by this command alone and carries a seal, so that a floor lowered by hand
fails a test, with or without ../shared; whoever forges the seal shows it in the diff. The measured
files lie in ../shared, beside the repository, and are no part of it.
"""

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from runpy import run_path

import pandas as pd
from sklearn.metrics import f1_score

from framing.errors import BingkaiError
from framing.evaluation import MACRO, evaluate_labels
from framing.inputs import Unit, read_units, to_sentences
from framing.labeling import label_sentences
from framing.model import model_encoder, read_model
from framing.scheme import read_codebook
from framing.speakers.voice import find_voices
from framing.tables import hash_file, write_json

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
PINNED = Path(__file__).with_name("floors.json")


@dataclass(frozen=True)
class Pinned:
    """A measured file by its hash, and the least score of each thing measured on it."""

    sha256: str
    floors: Mapping[str, float]


Floors = Mapping[str, Pinned]  # by the file's path in ../shared


def measure_labels(path: Path) -> dict[str, float]:
    """Return the macro-F1 of each variable, and of voice within its article.

    Sentences are labelled alone, by the default model and (``fast_...``) by the fast one.
    """
    gold, unit = read_units(path, unit=Unit.ROW)
    sentences = to_sentences(gold, unit)
    fast = {f"fast_{name}": f1 for name, f1 in _measure_model(sentences, "fast").items()}
    return (
        _measure_model(sentences, "e5-small") | fast | {"voice_in_articles": _measure_voices(gold)}
    )


def _measure_model(sentences: pd.DataFrame, encoder: str) -> dict[str, float]:
    codebook, model = read_codebook(), read_model(encoder=encoder)
    texts = sentences[["sentence_id", "text"]]
    labels = label_sentences(texts, model, codebook, model_encoder(model)).labels
    scores = evaluate_labels(sentences, labels, codebook, n_bootstrap=1).scores
    macro = scores.loc[scores["value"] == MACRO].set_index("variable")["f1"]
    return {str(name): float(f1) for name, f1 in macro.items()}


def _measure_voices(gold: pd.DataFrame) -> float:
    voices = find_voices(gold.rename(columns={"article": "article_id"}), read_codebook())
    return float(f1_score(gold["voice"], voices["value"], average="macro"))


def measure_splitting(path: Path) -> dict[str, float]:
    """Return the F1 of the boundaries inside joined sentences, as benchmarks/segmentation.py."""
    benchmark = run_path(str(ROOT / "benchmarks" / "segmentation.py"))
    lines = path.read_text(encoding="utf-8").split("\n")
    texts = benchmark["join_sentences"]([line.strip() for line in lines if line.strip()])
    return {"boundaries": benchmark["score"](benchmark["split_with_ours"], texts)}


MEASURES: Mapping[str, Callable[[Path], dict[str, float]]] = {
    "gold/dev.csv": measure_labels,
    "segmentation/pud.txt": measure_splitting,
}


def read_floors(path: Path = PINNED) -> Floors:
    """Read the floors.

    Raises
    ------
    BingkaiError
        They were changed by hand.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    floors = {name: Pinned(**entry) for name, entry in content["files"].items()}
    if content["seal"] != _seal(floors):
        raise BingkaiError(
            f"{path.name}: changed by hand; restore it (git checkout) and use make floors"
        )
    return floors


def write_floors(floors: Floors, path: Path = PINNED) -> None:
    """Write the floors with their seal."""
    files = {name: asdict(pinned) for name, pinned in floors.items()}
    write_json({"files": files, "seal": _seal(floors)}, path)


def renew_floors(old: Floors, new: Floors, *, lower: bool = False) -> tuple[Floors, str]:
    """Return the floors to keep and one line on what changes.

    Parameters
    ----------
    old
        The pinned floors.
    new
        What is reached today.
    lower
        Whether floors may fall or go, and files be others than before.

    Raises
    ------
    BingkaiError
        Something would be lowered, and `lower` is not set.
    """
    before, after = _flatten(old), _flatten(new)
    fallen = [
        f"{name} {before[name]:.3f} -> {_say(after.get(name))}"
        for name in before
        if after.get(name, -1.0) < before[name]
    ]
    others = [name for name in old if name in new and old[name].sha256 != new[name].sha256]
    fallen += [f"{name} is another file" for name in others]
    if fallen and not lower:
        raise BingkaiError(f"nothing written: {', '.join(fallen)}; to accept it: --lower")
    risen = [
        f"{name} {_say(before.get(name))} -> {after[name]:.3f}"
        for name in after
        if after[name] > before.get(name, -1.0)
    ]
    return new, f"{', '.join([*fallen, *risen]) or 'no floor changes'}"


def round_down(score: float) -> float:
    """Return a score with three decimals, never above it but for the last bit."""
    return math.floor(score * 1000 + 1e-9) / 1000


def measure_all(shared: Path) -> Floors:
    """Return what is reached today on every file, rounded down.

    Raises
    ------
    BingkaiError
        A file is not there.
    """
    missing = [name for name in MEASURES if not (shared / name).is_file()]
    if missing:
        raise BingkaiError(f"{shared / missing[0]}: not there, so there is nothing to measure")
    return {
        name: Pinned(
            hash_file(shared / name),
            {key: round_down(value) for key, value in measure(shared / name).items()},
        )
        for name, measure in MEASURES.items()
    }


def main() -> int:
    """Measure and renew the floors."""
    parser = argparse.ArgumentParser(prog="make floors", description="renew the floors")
    parser.add_argument("--lower", action="store_true", help="let floors fall")
    options = parser.parse_args()
    try:
        old = read_floors() if PINNED.is_file() else {}
        floors, change = renew_floors(old, measure_all(SHARED), lower=options.lower)
        write_floors(floors)
    except BingkaiError as error:
        print(f"floors: {error}", file=sys.stderr)
        return 2
    print(f"floors: {change}")
    return 0


def _seal(floors: Floors) -> str:
    content = {name: asdict(pinned) for name, pinned in floors.items()}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _flatten(floors: Floors) -> dict[str, float]:
    return {key: floor for pinned in floors.values() for key, floor in pinned.floors.items()}


def _say(floor: float | None) -> str:
    return "none" if floor is None else f"{floor:.3f}"


if __name__ == "__main__":
    sys.exit(main())
