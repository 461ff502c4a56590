"""How many copies are found, and how fast, beside what one would write otherwise.

Composed sentences of the training set stand in for a corpus; a part of them is printed again word
for word, with a word changed, with a half-sentence added, or with both and a turn of phrase. Truth
is known. Compared are equality of words, the cosine of TF-IDF vectors over all pairs (the usual
recipe), and `framing.copies` without and with the encoder.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from framing.copies import mark_copies
from framing.encoders.encoder import load_encoder
from framing.language.shingles import split_words

SENTENCES = Path(__file__).parents[1] / "framing/data/sentences.csv"
N_COPIES = 800
KINDS = ("same words", "word changed", "half added", "reworked")
TURNED = {"yang": "dan", "di": "pada", "itu": "tersebut", "untuk": "guna", "telah": "sudah",
          "ini": "tersebut", "karena": "sebab", "dengan": "bersama", "akan": "hendak"}  # fmt: skip
COSINE = 0.8  # of TF-IDF, as usually set

Pairs = set[tuple[str, str]]


def compose(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return sentences, articles, and the kind of copy by sentence_id."""
    pool = pd.read_csv(SENTENCES, dtype=str, keep_default_na=False)["text"].drop_duplicates()
    pool = pool[[len(split_words(text)) >= 8 for text in pool]].sample(3_000, random_state=1)
    rows = [(f"o{n}", f"a{n // 12}", text) for n, text in enumerate(pool)]
    kinds = {}
    for n in range(N_COPIES):
        kind = KINDS[n % len(KINDS)]
        rows.append((f"c{n}", f"b{n // 12}", _change(pool.iloc[n], kind, pool.iloc[-1 - n], rng)))
        kinds[f"c{n}"] = kind
    sentences = pd.DataFrame(rows, columns=["sentence_id", "article_id", "text"])
    articles = pd.DataFrame({"article_id": sentences["article_id"].unique()})
    articles["published"] = [
        "2024-06-19" if a[0] == "a" else "2024-06-20" for a in articles["article_id"]
    ]
    return sentences.assign(unit="sentence", copy_of=""), articles, pd.Series(kinds)


def _change(text: str, kind: str, other: str, rng: np.random.Generator) -> str:
    """Return a text changed in its kind's way; what is added is the end of another sentence."""
    words = text.rstrip(".").split()
    if kind in ("word changed", "reworked"):
        words[int(rng.integers(len(words)))] = "bersangkutan"
    if kind == "reworked":
        words = [TURNED.get(word, word) for word in words]
    if kind in ("half added", "reworked"):
        end = other.rstrip(".").split()
        words += [",", *end[len(end) // 2 :]]
    return " ".join(words) + "."


def find_equal(sentences: pd.DataFrame, articles: pd.DataFrame) -> Pairs:
    """Find sentences with the same words."""
    keys = [" ".join(split_words(text)) for text in sentences["text"]]
    first = dict(zip(reversed(keys), reversed(sentences["sentence_id"].tolist()), strict=True))
    return {
        (name, first[key])
        for name, key in zip(sentences["sentence_id"], keys, strict=True)
        if first[key] != name
    }


def find_by_tfidf(sentences: pd.DataFrame, articles: pd.DataFrame) -> Pairs:
    """Find pairs of sentences by the cosine of their TF-IDF vectors, all with all."""
    vectors = TfidfVectorizer().fit_transform(sentences["text"])
    left, right = np.nonzero(np.triu((vectors @ vectors.T).toarray() >= COSINE, k=1))
    ids = sentences["sentence_id"].to_numpy()
    return set(zip(ids[right], ids[left], strict=True))


def find_near(sentences: pd.DataFrame, articles: pd.DataFrame) -> Pairs:
    """Find copies by runs of words."""
    return _pairs(mark_copies(sentences, articles))


def find_reworded(sentences: pd.DataFrame, articles: pd.DataFrame) -> Pairs:
    """Find copies by runs of words and the encoder."""
    return _pairs(mark_copies(sentences, articles, encoder=load_encoder))


def _pairs(marked: pd.DataFrame) -> Pairs:
    copies = marked[marked["copy_of"] != ""]
    return set(zip(copies["sentence_id"], copies["copy_of"], strict=True))


def main() -> None:
    """Print recall by kind of copy, precision and time of every way."""
    sentences, articles, kinds = compose(np.random.default_rng(3))
    truth = {(name, f"o{name[1:]}") for name in kinds.index}
    ways: dict[str, Callable[[pd.DataFrame, pd.DataFrame], Pairs]] = {
        "equal words": find_equal,
        "TF-IDF cosine": find_by_tfidf,
        "copies": find_near,
        "copies, encoder": find_reworded,
    }
    print(f"{len(sentences)} sentences, {N_COPIES} of them copies; recall by kind of copy")
    print(f"{'':16s}" + "".join(f"{kind:>14s}" for kind in KINDS) + "     precision   seconds")
    for name, find in ways.items():
        start = time.perf_counter()
        found = find(sentences, articles)
        seconds = time.perf_counter() - start
        hits = {copy for copy, origin in found & truth}
        recall = [np.mean([name in hits for name in kinds.index[kinds == kind]]) for kind in KINDS]
        precision = len(found & truth) / max(len(found), 1)
        print(
            f"{name:16s}"
            + "".join(f"{r:14.2f}" for r in recall)
            + f"{precision:14.2f}{seconds:10.1f}"
        )


if __name__ == "__main__":
    main()
