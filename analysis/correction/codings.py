"""From labels and gold to the arrays of the error-corrected estimators."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.coding.sampling import list_population
from analysis.correction.corrections import Coding, Ints
from analysis.correction.gold import TARGETED, Gold
from analysis.statistics.settings import Copies, Settings, Weight
from analysis.statistics.tallies import NO_STANCE, Cell
from framing.scheme import Codebook


@dataclass(frozen=True)
class CodedSentences:
    """All counted sentences of a corpus, with their labels and the codes of some.

    Parameters
    ----------
    frame
        One row a sentence, in the order of outlet and article: sentence_id, outlet, article (an
        index), published, stratum, chance (NaN where not drawn), and of every coded variable the
        columns ``label_...`` and ``code_...``, with ``label_target`` and ``code_target`` of
        stance.
    outlets
        Names of the outlets, sorted.
    """

    frame: pd.DataFrame
    outlets: tuple[str, ...]


def lay_out(
    labels: pd.DataFrame,
    gold: Gold,
    *,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    copies: Copies = Copies.IN,
) -> CodedSentences:
    """Lay labels and codes beside each other, sentence by sentence."""
    frame = list_population(sentences, articles, ("sentence",))
    if copies == Copies.OUT:
        copy_of = sentences.set_index("sentence_id")["copy_of"].fillna("").astype(str)
        frame = frame.loc[frame["sentence_id"].map(copy_of) == ""]
    frame = frame.sort_values(["outlet", "article_id", "sentence_id"], ignore_index=True)
    ids = frame["sentence_id"]
    frame["article"] = pd.factorize(frame["article_id"])[0]
    days = articles.drop_duplicates("article_id").set_index("article_id")["published"]
    frame["published"] = frame["article_id"].map(days).fillna("").astype(str)
    drawn = gold.codes.drop_duplicates("sentence_id").set_index("sentence_id")
    frame["chance"] = ids.map(drawn["inclusion_prob"])
    frame["stratum"] = "" if gold.strata is None else ids.map(gold.strata)
    for variable in set(gold.codes["variable"]):
        for source, name in ((labels, "label"), (gold.codes, "code")):
            own = source.loc[source["variable"] == variable].set_index("sentence_id")
            frame[f"{name}_{variable}"] = ids.map(own["value"]).fillna("").astype(str)
            if variable == TARGETED:
                frame[f"{name}_target"] = ids.map(own["target"]).fillna("").astype(str)
    return CodedSentences(frame, tuple(sorted(frame["outlet"].unique())))


def list_cells(
    coded: CodedSentences, variable: str, codebook: Codebook, settings: Settings
) -> tuple[Cell, ...]:
    """Return what is counted of a variable: its values, or those of a stance by target."""
    values = codebook.variable(variable).value_ids
    if variable != TARGETED:
        return tuple(Cell(value) for value in values)
    seen = set(coded.frame["label_target"]) | set(coded.frame["code_target"])
    targets = settings.targets or [actor.id for actor in codebook.actors if actor.id in seen]
    return tuple(Cell(value, t) for t in targets for value in values if value != NO_STANCE)


def encode(coded: CodedSentences, variable: str, cells: Sequence[Cell], weight: Weight) -> Coding:
    """Return the arrays of one variable."""
    frame = coded.frame
    outlets = pd.Categorical(frame["outlet"], categories=coded.outlets).codes.astype(np.int64)
    articles = frame["article"].to_numpy(dtype=np.int64)
    chances = frame["chance"].to_numpy(dtype=float)
    drawn = np.flatnonzero(~np.isnan(chances))
    length = np.bincount(articles)[articles].astype(float)
    columns = {}
    for name in ("label", "code"):
        key = frame[f"{name}_{variable}"]
        if variable == TARGETED:
            key = key + " " + frame[f"{name}_target"]
        names = [f"{c.value} {c.level}" if variable == TARGETED else c.value for c in cells]
        columns[name] = np.stack([key == n for n in names], axis=1).astype(float)
    return Coding(
        outlets=outlets,
        articles=articles,
        weights=np.ones(len(frame)) if weight == Weight.SENTENCE else 1 / length,
        labels=columns["label"],
        drawn=drawn,
        codes=columns["code"][drawn],
        chances=chances[drawn],
        strata=_group(frame, outlets, drawn),
    )


def _group(frame: pd.DataFrame, outlets: Ints, drawn: Ints) -> Ints:
    """Return groups of sentences drawn with equal chances, each within an outlet.

    These are the strata where they lie within outlets and all have at least two coded sentences, or
    all of their sentences coded; else the outlet.
    """
    strata = pd.factorize(frame["stratum"])[0].astype(np.int64)
    crossing = pd.Series(outlets).groupby(strata).nunique().max() > 1
    sizes = np.bincount(strata)
    coded = np.bincount(strata[drawn], minlength=len(sizes))
    thin = (coded < np.minimum(sizes, 2))[strata]
    loose = np.isin(outlets, outlets[thin]) | crossing
    return np.unique(np.where(loose, outlets, outlets.max() + 1 + strata), return_inverse=True)[1]
