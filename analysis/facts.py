"""What provenance says of a run: codebook, model, settings and the hashes of what went in."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.results import hash_inputs
from analysis.statistics.settings import Settings
from framing.model import Model
from framing.news.pages import MANIFEST, PAGE_ENDINGS
from framing.scheme import Codebook


def hash_corpus(path: Path) -> dict[str, str]:
    """Return the hashes of what reading looks at: pages and the manifest."""
    return {
        name: digest
        for name, digest in hash_inputs(path).items()
        if path.is_file() or name == MANIFEST or Path(name).suffix.lower() in PAGE_ENDINGS
    }


def describe_codebook(codebook: Codebook) -> dict[str, str]:
    """Return what provenance says of a codebook."""
    return {
        "id": codebook.id,
        "version": codebook.version,
        "sha256": codebook.sha256,
        "title": codebook.title.en,
    }


def describe_model(model: Model) -> dict[str, Any]:
    """Return what provenance says of a model."""
    return {
        "name": model.name,
        "labeler": model.labeler,
        "sha256": model.sha256,
        "encoder": model.encoder,
        "n_training": model.n_training,
        "tuned": model.adapter is not None or model.networks is not None,
        "cv_macro_f1": {
            variable: round(head.cv_macro_f1, 4) for variable, head in model.heads.items()
        },
    }


def describe_run(
    codebook: Codebook, model: Model, settings: Settings, *, seed: int
) -> dict[str, Any]:
    """Return what provenance says of every run."""
    return {
        "codebook": describe_codebook(codebook),
        "model": describe_model(model),
        "settings": asdict(settings),
        "seed": seed,
    }
