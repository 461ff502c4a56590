"""Draw sentences to be coded by people, so that every sentence has a known chance.

References
----------
Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model assisted survey sampling. Springer.
Chapters 3.3 and 3.7: simple random and stratified sampling without replacement.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from framing.errors import BingkaiError
from framing.schema import COLUMNS, VARIABLES, require_columns
from framing.scheme import Codebook

OUTLET = "outlet"


class Design(StrEnum):
    """How the sentences of a gold table were chosen."""

    RANDOM = "random"
    STRATIFIED = "stratified"
    WEIGHTED = "weighted"
    CHOSEN = "chosen"


class Allocation(StrEnum):
    """How a sample is shared out among strata."""

    PROPORTIONAL = "proportional"
    EQUAL = "equal"


def draw_sample(
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codebook: Codebook,
    *,
    n: int,
    by: Sequence[str] = (),
    labels: pd.DataFrame | None = None,
    allocation: Allocation = Allocation.PROPORTIONAL,
    least: int = 2,
    variables: Sequence[str] = (),
    units: tuple[str, ...] = ("sentence",),
    seed: int = 0,
) -> pd.DataFrame:
    """Draw a simple or stratified random sample, as an uncoded gold table.

    Within a stratum, sentences are drawn without replacement with equal chances, so that the
    inclusion probability is n_h / N_h (Särndal et al. 1992, equation 3.7.2 ff.).

    Parameters
    ----------
    sentences, articles
        Tables as in `framing.schema.COLUMNS`: what is sampled from.
    codebook
        Names the variables to be coded.
    n
        Sentences to draw.
    by
        What makes the strata: ``"outlet"`` and variables that the machine labelled. A simple random
        sample if empty.
    labels
        The machine's labels, if a variable makes strata.
    allocation
        ``"proportional"`` to the sentences of a stratum, or ``"equal"``.
    least
        Fewest sentences from a stratum; a smaller stratum is taken whole. The error of a stratum
        can be told from two sentences upwards.
    variables
        What is to be coded; the codebook's variables of `framing.schema.VARIABLES` if empty.
    units
        Units that are counted, and so sampled.
    seed
        The same seed draws the same sentences, whatever the order of the tables.

    Returns
    -------
    pandas.DataFrame
        The gold table: a row a drawn sentence and variable, in the order of `sentences`; `coder`,
        `value` and `target` are empty.

    Raises
    ------
    BingkaiError
        There are fewer sentences than asked for, `n` is too small for the strata, or something that
        makes strata is missing.
    """
    population = list_population(sentences, articles, units)
    population["stratum"] = name_strata(population, by, labels)
    population = population.sort_values(["stratum", "sentence_id"], ignore_index=True)
    sizes = population["stratum"].value_counts(sort=False)
    taken = allocate_sample(
        np.asarray(sizes, dtype=np.int64),
        n,
        least=least if by else 0,
        allocation=Allocation(allocation),
    )
    rng = np.random.default_rng(seed)
    rows = []
    for stratum, n_drawn in zip(sizes.index, taken, strict=True):
        own = population.loc[population["stratum"] == stratum]
        drawn = own.iloc[np.sort(rng.choice(len(own), size=n_drawn, replace=False))]
        rows.append(drawn.assign(inclusion_prob=n_drawn / len(own)))
    design = Design.STRATIFIED if by else Design.RANDOM
    return tabulate_sample(pd.concat(rows), codebook, variables, design=design)


def tabulate_sample(
    sample: pd.DataFrame, codebook: Codebook, variables: Sequence[str], *, design: Design
) -> pd.DataFrame:
    """Lay drawn sentences out as an uncoded gold table.

    Parameters
    ----------
    sample
        Rows of `list_population`, with stratum and inclusion_prob.
    variables
        What is to be coded; the codebook's variables of `framing.schema.VARIABLES` if empty.
    """
    sample = sample.sort_values("order", ignore_index=True)
    sample = sample.assign(sample_id=_name_sample(sample), design=design)
    coded = list(variables) or [v.id for v in codebook.variables if v.id in VARIABLES]
    for variable in coded:
        codebook.variable(variable)
    long: pd.DataFrame = sample.merge(pd.DataFrame({"variable": coded}), how="cross")
    long[["coder", "value", "target"]] = ""
    return long[list(COLUMNS["gold"])]


def allocate_sample(
    sizes: NDArray[np.int64],
    n: int,
    *,
    least: int = 2,
    allocation: Allocation = Allocation.PROPORTIONAL,
) -> NDArray[np.int64]:
    """Share a sample out among strata: between `least` and all of each, `n` together.

    Parameters
    ----------
    sizes
        (H,) sentences of every stratum, positive.

    Returns
    -------
    numpy.ndarray
        (H,) sentences to draw, the largest remainders rounded up.

    Raises
    ------
    BingkaiError
        `n` is less than the strata need, or more than there are sentences.
    """
    floor = np.minimum(sizes, least)
    if not max(1, floor.sum()) <= n <= sizes.sum():
        if n > sizes.sum():
            raise BingkaiError(f"sample: n = {n}, but there are {sizes.sum()} sentences to draw of")
        raise BingkaiError(
            f"sample: n = {n} is too few for {len(sizes)} strata with at least {least} sentences "
            f"of each; give n = {max(1, floor.sum())} or more, or make fewer strata"
        )
    wish = sizes.astype(float) if allocation == Allocation.PROPORTIONAL else np.ones(len(sizes))
    low, high = 0.0, float(sizes.max())
    for _ in range(100):  # the scale at which the bounded wishes add up to n
        middle = (low + high) / 2
        if np.clip(middle * wish, floor, sizes).sum() < n:
            low = middle
        else:
            high = middle
    ideal = np.clip(high * wish, floor, sizes)
    taken = np.floor(ideal + 1e-9).astype(np.int64)
    remainders = np.where(taken < sizes, ideal - taken, -1.0)
    short = n - int(taken.sum())
    taken[np.argsort(-remainders, kind="stable")[:short]] += 1
    return taken


def list_population(
    sentences: pd.DataFrame, articles: pd.DataFrame, units: tuple[str, ...]
) -> pd.DataFrame:
    """Return what can be drawn: sentence_id, article_id, text_sha256, outlet and order."""
    require_columns(sentences, "sentences")
    require_columns(articles, "articles")
    counted = sentences.loc[sentences["unit"].isin(units)]
    if counted.empty:
        raise BingkaiError(f"sentences: none has the unit {' or '.join(units)}; nothing to draw of")
    if counted["sentence_id"].duplicated().any():
        twice = counted.loc[counted["sentence_id"].duplicated(), "sentence_id"].iloc[0]
        raise BingkaiError(f"sentences: {twice} stands twice")
    outlets = articles.drop_duplicates("article_id").set_index("article_id")[OUTLET]
    population = counted[["sentence_id", "article_id", "text_sha256"]].copy()
    population[OUTLET] = population["article_id"].map(outlets)
    if population[OUTLET].isna().any():
        lost = population.loc[population[OUTLET].isna(), "article_id"].iloc[0]
        raise BingkaiError(
            f"sentences: article_id {lost} is not in the articles table, or has no outlet there"
        )
    return population.assign(order=np.arange(len(population)))


def name_strata(
    population: pd.DataFrame, by: Sequence[str], labels: pd.DataFrame | None
) -> "pd.Series[str]":
    """Return the stratum of every sentence, such as ``"outlet=A; frame=threat"``."""
    parts = []
    for name in by:
        if name == OUTLET:
            values = population[OUTLET]
        else:
            values = _predict(population["sentence_id"], name, labels)
        parts.append(name + "=" + values.astype(str))
    if not parts:
        return pd.Series("", index=population.index)
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + "; " + part
    return joined


def _predict(
    sentence_ids: "pd.Series[str]", variable: str, labels: pd.DataFrame | None
) -> "pd.Series[str]":
    if labels is None:
        raise BingkaiError(f"sample: strata by {variable} need the machine's labels; give --labels")
    require_columns(labels, "labels")
    own = labels.loc[labels["variable"] == variable].set_index("sentence_id")["value"]
    if own.index.has_duplicates:
        twice = own.index[own.index.duplicated()][0]
        raise BingkaiError(f"labels: {twice} has {variable} twice; keep the rows of one labeler")
    lacking = sentence_ids[~sentence_ids.isin(own.index)]
    if len(lacking):
        raise BingkaiError(
            f"labels: {len(lacking)} sentences lack `{variable}`, such as {lacking.iloc[0]}; "
            f"strata can be made by {OUTLET} and by what is labelled"
        )
    return sentence_ids.map(own).fillna("").astype(str)


def _name_sample(sample: pd.DataFrame) -> str:
    """Return a name that depends on what was drawn, and how, alone."""
    rows = sample[["sentence_id", "stratum", "inclusion_prob"]].sort_values("sentence_id")
    return hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest()[:12]
