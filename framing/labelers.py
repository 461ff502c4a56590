"""What labels: a model and its encoder, as a user names them."""

import hashlib
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from framing.encoders.cache import cache_folder
from framing.encoders.encoder import DEFAULT_ENCODER, Encoder, Progress, load_encoder
from framing.encoders.hub import find_checkpoint, is_hub_id, require_extra, short_name
from framing.errors import BingkaiError, BingkaiWarning
from framing.learning.training import default_training_path, hash_training, train_model
from framing.model import SHIPPED_ENCODERS, Model, model_encoder, read_model
from framing.scheme import Codebook, read_codebook
from framing.tables import read_table


@dataclass(frozen=True)
class Labeler:
    """A model and the encoder that its heads sit on."""

    model: Model
    encoder: Encoder


def find_labeler(
    model: str | Path | None = None,
    *,
    encoder: str | None = None,
    codebook: Codebook,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Labeler:
    """Find what the words ``--model`` and ``--encoder`` name.

    Parameters
    ----------
    model
        A model folder; what comes with bingkai if not given.
    encoder
        ``e5-small`` or ``fast``: the shipped model of that name. A hub id or a local folder of a
        transformer: the encoder of `model`; without one, heads are trained on the sentences that
        come with bingkai, once, and kept in the cache folder. Only a hub id given here is fetched.
    codebook
        What is to be labelled.
    threads
        Callers at once.
    progress
        Wraps the embeddings of the training sentences as they are made.

    Raises
    ------
    BingkaiError
        Something named is not there or damaged, model and encoder do not belong together, or there
        is neither a model nor training sentences for the codebook.
    """
    if encoder is None or encoder in SHIPPED_ENCODERS:
        found = read_model(model, encoder=encoder)
        return Labeler(found, model_encoder(found, threads=threads))
    found_model = read_model(model) if model is not None else None
    if found_model is not None and found_model.networks is not None:
        raise BingkaiError(
            f"{model}: the model is fine-tuned and brings its networks along; leave --encoder out"
        )
    if found_model is None and codebook.sha256 != read_codebook().sha256:
        raise BingkaiError(
            f"no model of {encoder} for the codebook {codebook.id} is there; train one first: "
            f"bingkai train SENTENCES --codebook ... --encoder {encoder} -o model, "
            "and give --model model"
        )
    transformer = load_named_encoder(encoder, threads=threads)
    if found_model is None:
        found_model = _train_on_shipped(encoder, transformer, codebook, progress)
    if found_model.encoder != transformer.name:
        raise BingkaiError(
            f"{model}: the model was trained on the encoder {found_model.encoder}, and {encoder} "
            f"is {transformer.name}; name that encoder, or train again"
        )
    return Labeler(found_model, transformer)


def load_named_encoder(name: str | None, *, threads: int | None = None) -> Encoder:
    """Return an encoder to train heads on, by its name.

    Parameters
    ----------
    name
        ``e5-small`` (if not given), a hub id, or a local folder.

    Raises
    ------
    BingkaiError
        It cannot be found, fetched or loaded, or no heads can be trained on it.
    """
    if name is None or name == DEFAULT_ENCODER:
        return load_encoder(threads=threads)
    if name in SHIPPED_ENCODERS:
        raise BingkaiError(
            f"the encoder {name} has vectors for its own heads only; --distil makes such a model"
        )
    if not is_hub_id(name):
        find_checkpoint(name)  # says what is wrong also where torch is not installed
    require_extra(f"the encoder {name}")
    from framing.encoders.transformer import load_transformer

    return load_transformer(name, threads=threads)


def _train_on_shipped(
    name: str, encoder: Encoder, codebook: Codebook, progress: Progress | None
) -> Model:
    """Return heads on an encoder that were trained on the shipped sentences, once."""
    sentences = read_table(default_training_path())
    key = f"{encoder.name}\n{hash_training(sentences, codebook)}\n{codebook.sha256}"
    folder = cache_folder() / "models" / hashlib.sha256(key.encode()).hexdigest()[:16]
    warnings.warn(
        f"no model of {name} comes with bingkai: heads trained on its {len(sentences)} composed "
        "sentences label; bingkai train makes a model of your own",
        BingkaiWarning,
        stacklevel=3,
    )
    try:
        return read_model(folder)
    except BingkaiError:
        pass
    model = train_model(
        sentences,
        codebook,
        encoder,
        name=f"foreign-affairs-{short_name(name)}",
        source=name if is_hub_id(name) else "",
        progress=progress,
    )
    with suppress(BingkaiError):  # a cache that cannot be written costs time, never the result
        model.write(folder)
    return model
