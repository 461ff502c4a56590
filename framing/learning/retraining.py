"""Teach a model more by coded sentences of one's own, and keep what is better on held-out ones."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from framing.encoders.cache import embed
from framing.encoders.encoder import Encoder, Progress, Vectors
from framing.errors import BingkaiError
from framing.learning.adaptation import adapt_head
from framing.learning.heads import N_FOLDS, Head
from framing.learning.training import checked_texts, hash_training, sentence_groups
from framing.model import Model
from framing.scheme import Codebook
from framing.score_differences import compare_scores

NEW, OLD = "new", "old"
CHOSEN = "chosen"  # the design of sentences that were not drawn at random


@dataclass(frozen=True)
class Retraining:
    """What own codes changed.

    Parameters
    ----------
    model
        The old model with the heads that are better.
    differences
        ``score_differences`` of `framing.schema.COLUMNS`: the new model against the old one, on
        codes that the new one had not seen.
    replaced
        Variables whose heads are new.
    """

    model: Model
    differences: pd.DataFrame
    replaced: tuple[str, ...]


def retrain_model(
    model: Model,
    coded: pd.DataFrame,
    codebook: Codebook,
    encoder: Encoder,
    *,
    test: pd.DataFrame | None = None,
    name: str | None = None,
    n_bootstrap: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Retraining:
    """Adapt the heads of a model to own codes, where that is better on codes held out.

    Old and new are compared on the same sentences by a paired bootstrap over articles. Without
    `test`, every own code is held out once: articles are dealt into folds, and each fold is
    labelled by a model that was adapted to the others; the model that is returned has learnt from
    all. A head is replaced if its macro-F1 is higher.

    Parameters
    ----------
    model
        Its encoder and what its heads have learnt are kept
        (`framing.learning.adaptation.adapt_head`).
    coded
        Columns ``text`` and one a variable; ``article_id``, ``pair_id`` and ``design`` if there.
        Sentences whose design is `CHOSEN` are learnt from, and never measured with.
    codebook
        The one that the model was trained with.
    encoder
        That of the model.
    test
        Codes to compare on instead, of other sentences.
    name
        Of the new model; that of the old one if not given.

    Raises
    ------
    BingkaiError
        No variable or value that the model knows, a text is missing, nothing is left to compare
        on, or a sentence of `test` is learnt from, too.
    """
    variables = _shared_variables(model, coded)
    texts, groups = checked_texts(coded), sentence_groups(coded)
    vectors = embed(texts, encoder, progress=progress)
    heads = {}
    for variable in variables:
        codes = _checked_codes(coded, model.heads[variable], variable)
        own = (codes != "").to_numpy()
        heads[variable] = adapt_head(
            model.heads[variable],
            vectors[own],
            codes[own].tolist(),
            groups=groups[own].tolist(),
            seed=seed,
        )
    if test is None:
        fair = _is_fair(coded)
        held = _number(coded)
        gold = held.loc[fair]
        old = _label(model.heads, held, vectors, variables)
        new = _label_held_out(model, held, vectors, variables, groups=groups, seed=seed)
    else:
        gold = _number(_refuse_learnt(test, texts))
        shown = embed(checked_texts(gold), encoder, progress=progress)
        old = _label(model.heads, gold, shown, variables)
        new = _label(heads, gold, shown, variables)
    differences = compare_scores(
        gold, {NEW: new, OLD: old}, codebook, n_bootstrap=n_bootstrap, seed=seed
    )
    better = differences.loc[differences["estimate"] > 0, "variable"]
    replaced = tuple(variable for variable in variables if variable in set(better))
    learnt = f"{model.training_sha256}+{hash_training(coded, codebook)}"
    retrained = replace(
        model,
        name=name or model.name,
        training_sha256=hashlib.sha256(learnt.encode()).hexdigest(),
        n_training=model.n_training + len(coded),
        heads={**model.heads, **{variable: heads[variable] for variable in replaced}},
    )
    return Retraining(retrained if replaced else model, differences, replaced)


def _label_held_out(
    model: Model,
    coded: pd.DataFrame,
    vectors: Vectors,
    variables: Sequence[str],
    *,
    groups: "pd.Series[str]",
    seed: int,
) -> pd.DataFrame:
    """Label every sentence by heads adapted to the other folds of articles."""
    folds = GroupKFold(min(N_FOLDS, groups.nunique()), shuffle=True, random_state=seed)
    parts = []
    for train, test in folds.split(vectors, groups=groups):
        heads = {}
        for variable in variables:
            codes = coded[variable].iloc[train]
            own = train[(codes != "").to_numpy()]
            heads[variable] = model.heads[variable]
            if len(own):
                heads[variable] = adapt_head(
                    model.heads[variable],
                    vectors[own],
                    coded[variable].iloc[own].tolist(),
                    groups=groups.iloc[own].tolist(),
                    seed=seed,
                )
        parts.append(_label(heads, coded.iloc[test], vectors[test], variables))
    return pd.concat(parts, ignore_index=True)


def _label(
    heads: dict[str, Head], coded: pd.DataFrame, vectors: Vectors, variables: Sequence[str]
) -> pd.DataFrame:
    """Return the labels table of some sentences, as far as comparing needs it."""
    parts = []
    for variable in variables:
        head = heads[variable]
        probs = head.probabilities(vectors)
        best = probs.argmax(axis=1)
        parts.append(
            pd.DataFrame(
                {
                    "sentence_id": coded["sentence_id"].to_numpy(),
                    "variable": variable,
                    "value": np.array(head.values, dtype=object)[best],
                    "prob": probs[np.arange(len(best)), best],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _shared_variables(model: Model, coded: pd.DataFrame) -> list[str]:
    variables = [
        name
        for name in model.heads
        if name in coded.columns and (coded[name].fillna("").astype(str) != "").any()
    ]
    if not variables:
        raise BingkaiError(
            f"the added sentences have no codes of what the model {model.name} has learnt: "
            f"{', '.join(model.heads)}"
        )
    return variables


def _checked_codes(coded: pd.DataFrame, head: Head, variable: str) -> "pd.Series[str]":
    codes = coded[variable].fillna("").astype(str)
    wrong = (codes != "") & ~codes.isin(head.values)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise BingkaiError(
            f"row {row + 1}: the model has never seen {variable} {codes.iloc[row]!r}; it knows "
            f"{', '.join(head.values)}; train a model on all sentences, without --add"
        )
    return codes


def _is_fair(coded: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which rows old and new may be compared on."""
    if "design" not in coded.columns:
        return pd.Series(True, index=coded.index)
    fair = coded["design"].fillna("").astype(str) != CHOSEN
    if not fair.any():
        raise BingkaiError(
            "all added sentences were chosen for the old model's doubt: to compare on them would "
            "be unfair to it; give codes of a random sample with --test"
        )
    return fair


def _refuse_learnt(test: pd.DataFrame, texts: Sequence[str]) -> pd.DataFrame:
    learnt = test["text"].fillna("").astype(str).isin(set(texts))
    if learnt.any():
        raise BingkaiError(
            f"--test: row {int(learnt.to_numpy().argmax()) + 1} is among the added sentences, too "
            f"({int(learnt.sum())} such rows); what was learnt cannot measure"
        )
    return test


def _number(coded: pd.DataFrame) -> pd.DataFrame:
    """Return the sentences with ids of their own, and every code a text."""
    ids = [f"row {number}" for number in range(1, len(coded) + 1)]
    table = coded.assign(sentence_id=ids)
    return table.astype("object").where(table.notna(), "").astype(str)
