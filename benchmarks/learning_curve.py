"""How many coded sentences does a codebook of one's own need? Macro-F1 by sentences a value.

    PYTHONPATH=. python benchmarks/learning_curve.py --draws 20

From the composed English example (docs/examples) so many sentences of every value are drawn, a
model is trained on them as `bingkai train` does, and the sentences of the test part are labelled.
Beside it stands what many would try first: TF-IDF of words and word pairs with logistic
regression. Printed is the mean over the draws, with the lowest and the highest.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline

from framing.encoders.cache import embed
from framing.encoders.encoder import load_encoder
from framing.learning.training import train_model
from framing.scheme import read_codebook
from framing.tables import read_table

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples"
CODEBOOK = read_codebook(EXAMPLE / "climate-news.toml")
SIZES = (5, 10, 20, 40)


def label_by_ours(train: pd.DataFrame, texts: list[str], seed: int) -> list[str]:
    """Return the labels of a model trained as `bingkai train` does."""
    encoder = load_encoder()
    head = train_model(train, CODEBOOK, encoder, name="curve", seed=seed).heads["frame"]
    best = head.scores(embed(texts, encoder)).argmax(axis=1)
    return [head.values[number] for number in best]


def label_by_tfidf(train: pd.DataFrame, texts: list[str], seed: int) -> list[str]:
    """Return the labels of TF-IDF with logistic regression."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = make_pipeline(words, LogisticRegression(C=10, max_iter=1000))
    return list(model.fit(train["text"], train["frame"]).predict(texts))


METHODS = {"bingkai": label_by_ours, "TF-IDF": label_by_tfidf}


def main() -> None:
    """Print a line for each size and method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    coded = read_table(EXAMPLE / "climate-news.csv")
    test = read_table(EXAMPLE / "climate-news-test.csv")
    rng = np.random.default_rng(options.seed)
    print(f"{len(test)} test sentences of {test['frame'].nunique()} values, {options.draws} draws")
    for size in SIZES:
        draws = [
            coded.groupby("frame").sample(size, random_state=rng).sort_index()
            for _ in range(options.draws)
        ]
        if draws[0].equals(coded):  # they are all of the sentences, and so is every other draw
            del draws[1:]
        for name, label in METHODS.items():
            scores = [
                f1_score(
                    test["frame"], label(draw, test["text"].tolist(), options.seed), average="macro"
                )
                for draw in draws
            ]
            spread = f"  ({min(scores):.2f} to {max(scores):.2f})" if len(scores) > 1 else ""
            print(f"{size:>3} a value  {name:<8} {np.mean(scores):.2f}{spread}")


if __name__ == "__main__":
    main()
