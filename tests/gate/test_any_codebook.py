"""Other texts and other labels through the same pipeline: NusaX, sentiment in Indonesian."""

from pathlib import Path

import pandas as pd
from sklearn.metrics import f1_score

from analysis.cli import main

FLOOR = 0.84  # macro-F1 on 100 texts; the same texts labelled as the commonest value give 0.18
CODEBOOK = """
id = "nusax"
version = "1"
language = "id"
title = "Sentiment of reviews and posts"

[[variable]]
id = "label"
level = "ordinal"
name = "Sentiment"
definition = "What the writer feels about the matter."
value = [
    { id = "negative", name = "Negative", definition = "Displeased." },
    { id = "neutral", name = "Neutral", definition = "Neither." },
    { id = "positive", name = "Positive", definition = "Pleased." },
]
"""


def test_sentiment_of_other_texts_is_learnt(shared: Path, tmp_path: Path) -> None:
    train, valid = (
        shared / f"sentiment/nusax_indonesian_{part}.csv" for part in ("train", "valid")
    )
    (tmp_path / "nusax.toml").write_text(CODEBOOK, encoding="utf-8")
    codebook = ["--codebook", str(tmp_path / "nusax.toml")]
    model, labels = str(tmp_path / "model"), str(tmp_path / "labels.csv")
    assert main(["train", *codebook, "--sentences", str(train), "-o", model]) == 0
    assert main(["label", str(valid), *codebook, "--model", model, "-o", labels]) == 0
    found = pd.read_csv(labels)["value"]
    assert f1_score(pd.read_csv(valid)["label"], found, average="macro") >= FLOOR
