"""Why a label: the words that carry it, the nearest training sentences, the rule that decided.

Words are found by leaving each one out in turn (Li, Monroe and Jurafsky 2016, "Understanding Neural
Networks through Representation Erasure", eq. 1, on probabilities): what a word carries is how far
the probability of the label falls without it. Words that only work together each carry little, so
this shows what the model leans on and proves nothing about the sentence.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from framing.encoders.cache import embed
from framing.encoders.encoder import Encoder, Progress, Vectors
from framing.errors import BingkaiError
from framing.labeling import Labels
from framing.learning.training import default_training_path, hash_training
from framing.model import Model
from framing.scheme import Codebook
from framing.speakers.voice import find_voices
from framing.tables import read_table

COLUMNS = ("sentence_id", "variable", "value", "kind", "rank", "text", "score", "code")
KINDS = ("word", "neighbour", "rule")
N_WORDS = 5
N_NEIGHBOURS = 3
LEAST_DROP = 0.005  # a fall of the probability by less than half a point is noise
_MARKS = " \t\"'“”‘’.,;:!?()[]`–—"

Floats = npt.NDArray[np.float64]
_Row = tuple[Any, ...]


def explain_labels(
    result: Labels,
    model: Model,
    codebook: Codebook,
    encoder: Encoder,
    *,
    training: pd.DataFrame | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Explain every label that was given.

    Parameters
    ----------
    result
        What `framing.labeling.label_sentences` gave with this model and encoder.
    training
        The sentences that the model was trained on; without them, no neighbours are given.
    progress
        Wraps the embeddings as they are made: one a word, so that a sentence takes about twenty
        times as long to explain as to label.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, one row a reason, the strongest first (`rank` 1). Of kind ``word``:
        `text` is a word, `score` how far the probability of `value` falls without it (up to five
        words). Of kind ``neighbour``: `text` is a training sentence, `score` its cosine to this
        one, `code` what it was coded as (three). Of kind ``rule``, where rules decide: `text` names
        the rule and `score` is the probability. Empty labels are not explained.

    Raises
    ------
    BingkaiError
        The training sentences are not those of the model.
    """
    labels = result.labels[result.labels["value"] != ""]
    texts = dict(zip(result.sentences["sentence_id"], result.sentences["text"], strict=True))
    headed = labels[labels["variable"].isin(model.heads)]
    explained = {name: texts[name] for name in dict.fromkeys(headed["sentence_id"])}
    rows = [
        *_word_rows(headed, explained, model, encoder, progress),
        *_rule_rows(labels, result.sentences, model, codebook),
    ]
    if training is not None:
        check_training(training, model, codebook)
        rows += _neighbour_rows(headed, explained, encoder, training)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {name: number for number, name in enumerate(texts)}
    ranked = table.assign(
        place=table["sentence_id"].map(order), sort=table["kind"].map(KINDS.index)
    ).sort_values(["place", "variable", "sort", "rank"], kind="stable")
    return ranked[list(COLUMNS)].reset_index(drop=True)


def read_training(model: Model, codebook: Codebook) -> pd.DataFrame | None:
    """Return the sentences that ship with bingkai if the model was trained on them, else None."""
    shipped = read_table(default_training_path())
    return shipped if hash_training(shipped, codebook) == model.training_sha256 else None


def check_training(training: pd.DataFrame, model: Model, codebook: Codebook) -> None:
    """Refuse sentences that the model was not trained on.

    Raises
    ------
    BingkaiError
        They are others, or they have changed.
    """
    if hash_training(training, codebook) != model.training_sha256:
        raise BingkaiError(
            f"the model {model.name} was trained on other sentences than these; "
            "give the table that it was trained on, unchanged"
        )


def _word_rows(
    labels: pd.DataFrame,
    texts: dict[str, str],
    model: Model,
    encoder: Encoder,
    progress: Progress | None,
) -> Iterator[_Row]:
    of_sentence = dict(list(labels.groupby("sentence_id", sort=False)))
    parted = {name: _leave_one_out(text) for name, text in texts.items()}
    # One sentence with its variants at a time: all of a corpus would not fit into memory.
    vectors: Iterable[Vectors] = (
        encoder.encode([texts[name], *variants.values()]) for name, variants in parted.items()
    )
    if progress is not None:
        vectors = progress(vectors, len(parted))
    for (name, variants), own in zip(parted.items(), vectors, strict=True):
        for label in of_sentence[name].itertuples():
            head = model.heads[str(label.variable)]
            column = head.values.index(str(label.value))
            probs = head.probabilities(own)[:, column]
            drops = probs[0] - probs[1:]
            for rank, number in enumerate(_largest(drops, N_WORDS), start=1):
                if drops[number] < LEAST_DROP:
                    break
                yield (
                    name, label.variable, label.value, "word", rank,
                    list(variants)[number], round(float(drops[number]), 4), "",
                )  # fmt: skip


def _leave_one_out(text: str) -> dict[str, str]:
    """Return the text without each of its words, by word; of a word's repeats, the first counts."""
    parts = text.split()
    variants: dict[str, str] = {}
    for number, part in enumerate(parts):
        word = part.strip(_MARKS)
        if word and len(parts) > 1:
            variants.setdefault(word, " ".join([*parts[:number], *parts[number + 1 :]]))
    return variants


def _neighbour_rows(
    labels: pd.DataFrame, texts: dict[str, str], encoder: Encoder, training: pd.DataFrame
) -> Iterator[_Row]:
    known = training["text"].astype(str).tolist()
    theirs = embed(known, encoder)
    mine = dict(zip(texts, embed(list(texts.values()), encoder), strict=True))
    for name, given in labels.groupby("sentence_id", sort=False):
        cosines = np.asarray(theirs @ mine[str(name)], dtype=np.float64).round(4)
        nearest = _largest(cosines, N_NEIGHBOURS)
        for label in given.itertuples():
            codes = training[str(label.variable)]
            for rank, number in enumerate(nearest, start=1):
                yield (
                    name, label.variable, label.value, "neighbour", rank,
                    known[number], float(cosines[number]), codes.iloc[number],
                )  # fmt: skip


def _rule_rows(
    labels: pd.DataFrame, sentences: pd.DataFrame, model: Model, codebook: Codebook
) -> Iterator[_Row]:
    ruled = labels[labels["variable"].isin(codebook.ruled) & ~labels["variable"].isin(model.heads)]
    if ruled.empty:
        return
    rules = dict(
        zip(sentences["sentence_id"], find_voices(sentences, codebook)["rule"], strict=True)
    )
    for label in ruled.itertuples():
        rule = rules[label.sentence_id]
        yield (label.sentence_id, label.variable, label.value, "rule", 1, rule, label.prob, "")


def _largest(scores: Floats, n: int) -> npt.NDArray[np.intp]:
    """Return the places of the `n` largest, the first of equals first."""
    return np.argsort(-scores, kind="stable")[:n]
