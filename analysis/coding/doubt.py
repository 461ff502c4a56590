"""Samples that look for what the machine is unsure of: with known chances, or to train on.

References
----------
Madow, W. G. (1949). On the theory of systematic sampling, II. Annals of Mathematical Statistics
20:333-354.
Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model assisted survey sampling. Springer.
Chapter 3.6.2: sampling with probabilities proportional to size.
Zrnic, T. and Candès, E. J. (2024). Active statistical inference. International Conference on
Machine Learning. arXiv:2403.03208.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.coding.sampling import Design, list_population, tabulate_sample
from framing.errors import BingkaiError
from framing.schema import require_columns
from framing.scheme import Codebook

Floats = NDArray[np.float64]

POOL = 3  # to train on, sentences are drawn of so many times as many doubtful ones


def draw_doubtful(
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codebook: Codebook,
    *,
    n: int,
    labels: pd.DataFrame,
    floor: float = 0.3,
    variables: Sequence[str] = (),
    units: tuple[str, ...] = ("sentence",),
    seed: int = 0,
) -> pd.DataFrame:
    """Draw a random sample in which doubtful labels have a higher chance, as a gold table.

    A correction is the more precise the more codes lie where labels err. The chance of a sentence
    is proportional to the root of its expected squared error (Zrnic and Candès 2024, section 4),
    here sqrt(1 - prob) of its labels, mixed with an equal chance so that none is below `floor`
    times n / N. The draw is systematic in random order (Madow 1949), which keeps every chance
    exactly; it corrects estimates as any random sample does, whatever the probabilities are worth.

    Parameters
    ----------
    sentences, articles, codebook, n, units, seed
        As for `analysis.coding.sampling.draw_sample`.
    labels
        The machine's labels with their probabilities.
    floor
        Above 0, up to 1, which gives all the same chance.
    variables
        What is to be coded, and whose labels count.

    Raises
    ------
    BingkaiError
        As `analysis.coding.sampling.draw_sample`; or probabilities are missing, or the floor is
        wrong.
    """
    if not 0 < floor <= 1:
        raise BingkaiError(
            f"--floor {floor:g}: give a share above 0, so that every sentence can be drawn, up to 1"
        )
    population = list_population(sentences, articles, units)
    population = population.sort_values("sentence_id", ignore_index=True)
    doubt = measure_doubt(population["sentence_id"], labels, codebook, variables)
    _check_n(n, len(population))
    size = np.sqrt(doubt)
    size = np.ones_like(size) if size.sum() == 0 else size / size.mean()
    chances = scale_chances(floor + (1 - floor) * size, n)
    rng = np.random.default_rng(seed)
    drawn = draw_systematically(chances, rng)
    sample = population.iloc[drawn].assign(inclusion_prob=chances[drawn], stratum="")
    return tabulate_sample(sample, codebook, variables, design=Design.WEIGHTED)


def choose_doubtful(
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codebook: Codebook,
    *,
    n: int,
    labels: pd.DataFrame,
    variables: Sequence[str] = (),
    units: tuple[str, ...] = ("sentence",),
    seed: int = 0,
) -> pd.DataFrame:
    """Choose sentences of which a model would learn most, as a gold table of the design `chosen`.

    Of the `POOL` times `n` sentences with the least certain labels, `n` are drawn, so that they are
    not all of one kind; words that stand in several articles are taken once. What is chosen has no
    inclusion probability, and estimates refuse it.

    Parameters
    ----------
    sentences, articles, codebook, n, labels, variables, units, seed
        As for `draw_doubtful`.

    Raises
    ------
    BingkaiError
        As `draw_doubtful`.
    """
    population = list_population(sentences, articles, units)
    population = population.sort_values("sentence_id", ignore_index=True)
    doubt = measure_doubt(population["sentence_id"], labels, codebook, variables)
    ranked = population.assign(doubt=doubt).sort_values(
        ["doubt", "sentence_id"], ascending=[False, True]
    )
    ranked = ranked.drop_duplicates("text_sha256").head(POOL * n)
    _check_n(n, len(ranked))
    chosen = np.random.default_rng(seed).choice(len(ranked), size=n, replace=False)
    sample = ranked.iloc[np.sort(chosen)].assign(inclusion_prob=np.nan, stratum="")
    return tabulate_sample(sample, codebook, variables, design=Design.CHOSEN)


def measure_doubt(
    sentence_ids: "pd.Series[str]",
    labels: pd.DataFrame,
    codebook: Codebook,
    variables: Sequence[str] = (),
) -> Floats:
    """Return the mean of 1 - prob over the labels of every sentence, (N,); an empty label is 1.

    Variables that rules decide are left out, unless they are named.
    """
    require_columns(labels, "labels")
    able = [v.id for v in codebook.variables if v.id not in codebook.ruled]
    counted = list(variables) or [v for v in able if (labels["variable"] == v).any()]
    own = labels.loc[labels["variable"].isin(counted)]
    if own.empty:
        raise BingkaiError(f"labels: none of {', '.join(counted or able)}")
    twice = own.duplicated(["sentence_id", "variable"])
    if twice.any():
        first = own.loc[twice].iloc[0]
        raise BingkaiError(
            f"labels: {first['sentence_id']} has {first['variable']} twice; keep one labeler"
        )
    probs = pd.to_numeric(own["prob"], errors="coerce")
    empty = own["value"].fillna("").astype(str) == ""
    wrong = ~empty & ~((probs >= 0) & (probs <= 1))
    if wrong.any():
        first = own.loc[wrong].iloc[0]
        raise BingkaiError(
            f"labels: {first['sentence_id']} has {first['variable']} with the probability "
            f"{first['prob']!r}; doubt needs one from 0 to 1"
        )
    doubt = (1 - probs.where(~empty, 0.0)).groupby(own["sentence_id"]).mean()
    lacking = sentence_ids[~sentence_ids.isin(doubt.index)]
    if len(lacking):
        raise BingkaiError(
            f"labels: {len(lacking)} sentences have none, such as {lacking.iloc[0]}; label the "
            "sentences that you draw from"
        )
    return sentence_ids.map(doubt).to_numpy(dtype=np.float64)


def _check_n(n: int, available: int) -> None:
    if not 1 <= n <= available:
        raise BingkaiError(f"sample: n = {n}, but there are {available} sentences to draw of")


def scale_chances(size: Floats, n: int) -> Floats:
    """Return chances (N,) proportional to size, none above one, that add up to n."""
    sure = np.zeros(len(size), dtype=bool)
    while True:
        rest = ~sure
        chances = np.ones_like(size)
        chances[rest] = (n - sure.sum()) * size[rest] / size[rest].sum() if rest.any() else 1.0
        above = rest & (chances >= 1)
        if not above.any():
            return chances
        sure |= above


def draw_systematically(chances: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw with exactly these chances: every whole number that their running sum passes."""
    order = rng.permutation(len(chances))
    passed = np.floor(np.cumsum(chances[order]) + rng.random() + 1e-9)
    hit = np.diff(passed, prepend=0.0) >= 1
    return np.sort(order[hit])
