"""What is half done of a fine-tuning, on disk, so that it can go on; arrays and JSON, no pickle.

Needs the extra ``indobert``.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from framing.errors import BingkaiError
from framing.tables import new_file, write_json

Arrays = dict[str, torch.Tensor]
Score = tuple[float, float]
WORST: Score = (-1.0, float("-inf"))


@dataclass(frozen=True)
class Standing:
    """How far the training of a variable has come.

    Attributes
    ----------
    number
        Which seed, from 0.
    epoch
        Epochs done with it.
    misses
        How many of the last epochs brought nothing better.
    own, best
        The best macro-F1 and negative loss on the stopping part, of this seed and of all.
    """

    number: int = 0
    epoch: int = 0
    misses: int = 0
    own: Score = WORST
    best: Score = WORST


@dataclass(frozen=True)
class State:
    """A standing with its arrays.

    Attributes
    ----------
    now, best
        Weights as they are, and the best ones.
    optimiser
        What the optimiser remembers of each weight, by its number and a name.
    """

    standing: Standing
    now: Arrays
    best: Arrays
    optimiser: Arrays


class Resumption:
    """A folder with the state of a fine-tuning and the networks that are finished.

    Parameters
    ----------
    folder
        Is made if it is not there.
    settings
        All that the result depends on; a folder of other settings is refused.

    Raises
    ------
    BingkaiError
        Another training, or something else, lies in the folder.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.folder, self.finished = folder, folder / "networks"
        record = folder / "settings.json"
        told = json.loads(json.dumps(settings))
        if folder.exists() and any(folder.iterdir()):
            try:
                known = json.loads(record.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                known = None
            if known != told:
                raise BingkaiError(
                    f"{folder}: another training was begun there (other sentences, codebook, "
                    "encoder or settings); delete the folder, or name another -o"
                )
        write_json(told, record)

    def read_state(self, variable: str) -> State | None:
        """Return the state of a variable, None if there is none."""
        path = self.folder / f"{variable}.safetensors"
        if not path.is_file():
            return None
        try:
            with safe_open(path, framework="pt") as stored:
                told = json.loads(stored.metadata()["standing"])
            arrays = load_file(path)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise BingkaiError(
                f"{path}: damaged ({type(error).__name__}); delete it to begin the variable anew"
            ) from None
        parts: dict[str, Arrays] = {"now": {}, "best": {}, "optimiser": {}}
        for name, array in arrays.items():
            part, _, own = name.partition("/")
            parts[part][own] = array
        scores = {name: (told[name][0], told[name][1]) for name in ("own", "best")}
        return State(Standing(**{**told, **scores}), **parts)

    def write_state(self, variable: str, state: State) -> None:
        """Write the state of a variable, whole or not at all."""
        arrays = {
            f"{part}/{name}": array.detach().cpu().contiguous().clone()
            for part in ("now", "best", "optimiser")
            for name, array in getattr(state, part).items()
        }
        with new_file(self.folder / f"{variable}.safetensors") as partial:
            save_file(arrays, partial, metadata={"standing": json.dumps(asdict(state.standing))})

    def read_head(self, variable: str) -> Arrays | None:
        """Return weight and bias of a finished variable's head, None if it is not finished."""
        path = self.folder / f"{variable}-head.safetensors"
        return load_file(path) if path.is_file() else None

    def finish(self, variable: str, head: Arrays) -> None:
        """Note that a variable's network is written, with its head, and drop its state."""
        with new_file(self.folder / f"{variable}-head.safetensors") as partial:
            save_file(head, partial)
        (self.folder / f"{variable}.safetensors").unlink(missing_ok=True)

    def delete(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
