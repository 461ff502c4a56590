"""A model: one head a variable, with what it was trained on; stored as arrays and JSON."""

import hashlib
import json
import shutil
import zipfile
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from framing.encoders.adapter import Adapter
from framing.encoders.encoder import DEFAULT_ENCODER, Encoder, load_encoder
from framing.encoders.fast import FastEncoder, WordVectors
from framing.encoders.finetuned import FineTuned
from framing.encoders.hub import is_hub_id, require_extra
from framing.errors import BingkaiError
from framing.learning.heads import Head
from framing.tables import new_file, write_json

_FORMAT = 1
_ARRAYS = ("mean", "spread", "weights", "bias")
_SHIPPED = {DEFAULT_ENCODER: "model", "fast": "fast"}
SHIPPED_ENCODERS = tuple(_SHIPPED)
_NETWORKS = "networks"


@dataclass(frozen=True)
class Model:
    """Heads by variable, with their origin.

    Attributes
    ----------
    name
        A name for people.
    encoder
        Name of the encoder whose vectors the heads take.
    codebook_sha256
        Of the codebook that it was trained with.
    training_sha256, n_training
        Hash and number of the training sentences.
    heads
        By variable.
    adapter
        Turns the encoder towards the variables; None if the heads sit on the general encoder.
    words
        The word vectors of a fast model; None if it has none.
    source
        Hub id of the encoder, if the heads sit on one that was named so.
    networks
        The networks of a fine-tuned model, on disk; None if it has none.
    sha256
        Of heads, adapter, words or networks, and origin: equal hashes give equal labels.
    """

    name: str
    encoder: str
    codebook_sha256: str
    training_sha256: str
    n_training: int
    heads: dict[str, Head]
    adapter: Adapter | None = None
    words: WordVectors | None = None
    source: str = ""
    networks: FineTuned | None = None

    @property
    def sha256(self) -> str:
        """Hash over the origin and every array."""
        digest = hashlib.sha256(json.dumps(self._origin(), sort_keys=True).encode())
        for variable in sorted(self.heads):
            for array in _ARRAYS:
                digest.update(getattr(self.heads[variable], array).astype("<f8").tobytes())
        return digest.hexdigest()

    @property
    def labeler(self) -> str:
        """What the labels table calls this model: its name, its hash, the codebook's hash."""
        return f"{self.name}-{self.sha256[:8]}-{self.codebook_sha256[:8]}"

    def write(self, folder: str | Path) -> None:
        """Write ``model.json``, ``heads.npz`` and what else the heads need into a folder."""
        folder = Path(folder)
        arrays = {
            f"{variable}.{array}": getattr(head, array)
            for variable, head in self.heads.items()
            for array in _ARRAYS
        }
        with new_file(folder / "heads.npz") as partial:
            np.savez(partial, **arrays)
        for name, part in (("adapter", self.adapter), ("words", self.words)):
            path = folder / f"{name}.npz"
            if part is None:
                path.unlink(missing_ok=True)
                continue
            with new_file(path) as partial:
                stored: dict[str, Any] = dict(part.arrays())
                np.savez(partial, **stored)
        if self.networks is not None:
            self.networks.copy(folder / _NETWORKS)
        elif (folder / _NETWORKS).is_dir():
            shutil.rmtree(folder / _NETWORKS)
        write_json(self._origin(), folder / "model.json")

    def _origin(self) -> dict[str, Any]:
        heads = {
            variable: {key: value for key, value in asdict(head).items() if key not in _ARRAYS}
            for variable, head in self.heads.items()
        }
        origin = {
            "format": _FORMAT,
            "name": self.name,
            "encoder": self.encoder,
            "codebook_sha256": self.codebook_sha256,
            "training_sha256": self.training_sha256,
            "n_training": self.n_training,
            "heads": json.loads(json.dumps(heads)),
            "adapter_sha256": self.adapter.sha256 if self.adapter is not None else "",
            "words_sha256": self.words.sha256 if self.words is not None else "",
        }
        if self.source:
            origin["source"] = self.source
        if self.networks is not None:
            origin["networks"] = dict(self.networks.files)
        return origin


def default_model_path(encoder: str = DEFAULT_ENCODER) -> Path:
    """Return the folder of the model that bingkai ships for an encoder.

    Raises
    ------
    BingkaiError
        There is none.
    """
    if encoder not in _SHIPPED:
        raise BingkaiError(
            f"no model for the encoder {encoder!r} comes with bingkai, only for "
            f"{' and '.join(_SHIPPED)}; train one and name it with --model"
        )
    return Path(str(files("framing") / "data" / _SHIPPED[encoder]))


def read_model(folder: str | Path | None = None, *, encoder: str | None = None) -> Model:
    """Read a model folder; the model that bingkai ships for the encoder if none is given.

    Parameters
    ----------
    encoder
        Of `SHIPPED_ENCODERS`; that of the model if not given.

    Raises
    ------
    BingkaiError
        A file is missing or damaged, or the model is for another encoder.
    """
    folder = Path(folder) if folder is not None else default_model_path(encoder or DEFAULT_ENCODER)
    model = _read_folder(folder)
    if encoder is not None and not model.encoder.startswith(f"{encoder}-"):
        raise BingkaiError(
            f"{folder}: the model is for the encoder {model.encoder}, not {encoder}; "
            "leave --encoder out, or name another model"
        )
    return model


def model_encoder(model: Model, *, threads: int | None = None) -> Encoder:
    """Return the encoder of a model; nothing is fetched for it.

    Parameters
    ----------
    threads
        How many callers; the number of processors if not given.

    Raises
    ------
    BingkaiError
        The model sits on a transformer that is not on this machine, was a local folder, or needs
        the extra ``indobert``; or a network is damaged.
    """
    if model.words is not None:
        return FastEncoder(model.words, threads=threads)
    if model.encoder.startswith(f"{DEFAULT_ENCODER}-"):
        return load_encoder(threads=threads, adapter=model.adapter)
    require_extra(f"the model {model.name}")
    from framing.encoders.transformer import load_finetuned, load_transformer

    if model.networks is not None:
        return load_finetuned(model.networks, model.encoder, threads=threads)
    if not is_hub_id(model.source):
        raise BingkaiError(
            f"the model {model.name} sits on the encoder {model.encoder}, which was a local "
            "folder; name the folder with --encoder"
        )
    return load_transformer(model.source, fetch=False, threads=threads)


def _read_folder(folder: Path) -> Model:
    try:
        origin = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        arrays = _load_arrays(folder / "heads.npz")
        heads = {
            variable: Head(
                **{**entry, "values": tuple(entry["values"])},
                **{array: arrays[f"{variable}.{array}"] for array in _ARRAYS},
            )
            for variable, entry in origin["heads"].items()
        }
        adapter, words = None, None
        if origin["adapter_sha256"]:
            adapter = Adapter.from_arrays(_load_arrays(folder / "adapter.npz"))
            if adapter.sha256 != origin["adapter_sha256"]:
                raise ValueError("the adapter is not the one that the heads were trained with")
        if origin["words_sha256"]:
            words = WordVectors.from_arrays(_load_arrays(folder / "words.npz"))
            if words.sha256 != origin["words_sha256"]:
                raise ValueError("the word vectors are not those the heads were trained with")
        networks = None
        if origin.get("networks"):
            networks = FineTuned(folder / _NETWORKS, {**origin["networks"]})
        if origin["format"] != _FORMAT:
            raise BingkaiError(f"{folder}: model format {origin['format']} is not known here")
        return Model(
            name=origin["name"],
            encoder=origin["encoder"],
            codebook_sha256=origin["codebook_sha256"],
            training_sha256=origin["training_sha256"],
            n_training=origin["n_training"],
            heads=heads,
            adapter=adapter,
            words=words,
            source=str(origin.get("source", "")),
            networks=networks,
        )
    except OSError as error:
        raise BingkaiError(
            f"{folder}: cannot read the model ({error.strerror}); bingkai train makes one"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile):
        raise BingkaiError(
            f"{folder}: the model is damaged or of another kind; bingkai train makes one"
        ) from None


def _load_arrays(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
