"""Training an adapter."""

import numpy as np
import pandas as pd
import pytest
import torch

from framing.encoders.encoder import E5Encoder, load_encoder
from framing.learning.network import Recipe, Tuned
from framing.learning.tuning import make_codes, tune, tune_model
from framing.scheme import read_codebook

ROWS = [
    ("Rudal itu jatuh di laut.", "threat"), ("Tank dikerahkan ke perbatasan.", "threat"),
    ("Meriam meletus sepanjang malam.", "threat"), ("Kapal perang mendekati pulau.", "threat"),
    ("Ekspor kopi naik tajam.", "economy"), ("Harga gandum turun lagi.", "economy"),
    ("Investasi pabrik baterai disetujui.", "economy"), ("Nilai tukar melemah.", "economy"),
]  # fmt: skip
TEXTS = [text for text, _ in ROWS]
VALUES = {"frame": ("threat", "economy")}
RECIPE = Recipe(rank=2, epochs=6, batch_size=4, dropout=0.0)


@pytest.fixture(scope="module")
def encoder() -> E5Encoder:
    return E5Encoder()


def test_untrained_the_network_is_the_encoder(encoder: E5Encoder) -> None:
    """Its vectors are those of the 8-bit encoder, up to the rounding to 8 bits."""
    network = Tuned(encoder.weights, VALUES, RECIPE, seed=0).eval()
    with torch.no_grad():
        scores = network([encoder.token_ids(text) for text in TEXTS])["frame"].numpy()
    head = network.head("frame", VALUES["frame"])
    assert np.abs(head.scores(encoder.encode(TEXTS)) - scores).max() < 0.25
    assert np.corrcoef(head.scores(encoder.encode(TEXTS))[:, 0], scores[:, 0])[0, 1] > 0.9


def test_the_loss_falls_and_the_adapter_carries_what_was_learned(encoder: E5Encoder) -> None:
    network = Tuned(encoder.weights, VALUES, RECIPE, seed=0)
    codes = make_codes(TEXTS, {"frame": [code for _, code in ROWS]}, VALUES, encoder)
    losses = list(tune(network, codes, seed=0))
    assert losses[-1] < losses[0]
    tuned = load_encoder(adapter=network.adapter())
    found = network.head("frame", VALUES["frame"]).scores(tuned.encode(TEXTS)).argmax(axis=1)
    assert found.tolist() == [0] * 4 + [1] * 4


def test_the_same_seed_trains_the_same_model() -> None:
    table = pd.DataFrame(ROWS * 2, columns=["text", "frame"])
    table["text"] += [f" Bagian {number}." for number in range(len(table))]
    models = [
        tune_model(table, read_codebook(), name="tiny", recipe=RECIPE, held_out=0.25, seed=1)
        for _ in range(2)
    ]
    assert models[0].sha256 == models[1].sha256
    assert models[0].adapter is not None
    assert models[0].heads["frame"].values == ("threat", "economy")
    assert models[0].encoder.endswith(models[0].adapter.sha256[:12])
