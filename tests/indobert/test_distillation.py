"""Distilling a fast model."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from framing.encoders.encoder import Progress, Vectors
from framing.encoders.fast import hash_features
from framing.labeling import label_sentences
from framing.learning.distillation import Distillation, distil_model
from framing.learning.heads import Head
from framing.learning.training import hash_training
from framing.model import Model, model_encoder
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
OPENINGS = {
    "Tadi pagi": "outlet", "Kemarin": "outlet", "Sejak Senin": "outlet", "Di utara,": "outlet",
    "Menurut warga,": "attributed", "Menurut nelayan,": "attributed",
}  # fmt: skip
PLOTS = {"rudal jatuh di laut": "threat", "harga gandum turun lagi": "economy"}
TABLE = pd.DataFrame(
    [
        {"text": f"{start} {plot}.", "frame": frame, "voice": voice}
        for start, voice in OPENINGS.items()
        for plot, frame in PLOTS.items()
    ]
)
RECIPE = Distillation(dimension=4, n_variants=4, epochs=30, batch_size=8)


class Rockets:
    """An encoder that sees whether a text speaks of a missile."""

    name, dimension, cached = "rockets", 1, False

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        return np.array([["rudal" in text.lower()] for text in texts], dtype=np.float32)


def teacher() -> Model:
    head = Head(
        values=("threat", "economy"), mean=np.array([0.5]), spread=np.array([0.5]),
        weights=np.array([[2.0], [-2.0]]), bias=np.zeros(2),
        temperature=1.0, strength=1.0, cv_macro_f1=0.0,
    )  # fmt: skip
    return Model(
        name="tiny", encoder="rockets", codebook_sha256=CODEBOOK.sha256,
        training_sha256=hash_training(TABLE, CODEBOOK), n_training=len(TABLE),
        heads={"frame": head},
    )  # fmt: skip


def distil(seed: int = 0) -> Model:
    return distil_model(
        teacher(), TABLE, CODEBOOK, Rockets(), name="fast", recipe=RECIPE, held_out=0.25, seed=seed
    )


def test_the_student_says_what_the_teacher_says() -> None:
    student = distil()
    texts = pd.DataFrame({"text": ["Malam ini rudal jatuh.", "Sore ini gandum turun harga."]})
    texts.insert(0, "sentence_id", ["s", "t"])
    labels = label_sentences(texts, student, CODEBOOK, model_encoder(student)).labels
    frames = labels[labels["variable"] == "frame"]
    assert frames["value"].tolist() == ["threat", "economy"]
    assert (frames["prob"] > 0.8).all()


def test_the_student_learns_what_rules_decide_and_states_its_scores() -> None:
    student = distil()
    assert set(student.heads) == {"frame", "voice"}
    assert student.heads["frame"].cv_macro_f1 == 1
    assert student.words is not None
    assert hash_features(["rudal jatuh"]).hashes[1, 1] in student.words.features


def test_the_same_seed_distils_the_same_model() -> None:
    assert distil(seed=1).sha256 == distil(seed=1).sha256 != distil(seed=2).sha256
