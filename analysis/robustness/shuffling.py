"""Could all specifications together look like this by chance? A permutation test of their median.

References
----------
Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
Applications in Genetics and Molecular Biology 9:39.
Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020). Specification curve analysis. Nature Human
Behaviour 4:1208-1214.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.robustness.choices import Contrast, Specification, Tables
from analysis.statistics.clusters import weigh
from analysis.statistics.counts import check_counts, keep_copies
from analysis.statistics.estimates import NAIVE, Estimate
from analysis.statistics.permutation import count_as_extreme
from analysis.statistics.settings import Settings
from analysis.statistics.tallies import tally_variables
from framing.errors import BingkaiError
from framing.scheme import Codebook

Floats = NDArray[np.float64]

METHOD = f"{NAIVE}; median of {{n}} specifications, articles shuffled between the two outlets"
TOO_FEW = "fewer than two specifications take the labels as they are: no curve to test"
_GRID = 2.0**30  # totals of multiples of this add up without rounding, in whatever order


def shuffle_curve(
    contrast: Contrast,
    specifications: Sequence[Specification],
    tables: Mapping[str, Tables],
    codebook: Codebook,
    settings: Settings,
) -> Estimate:
    """Test the median difference over all specifications that take the labels as they are.

    If the two outlets did not differ, their articles could have appeared in either; so whole
    articles are shuffled between them, all specifications are estimated again, and the p-value is
    the part of the shuffles whose median is as far from zero (Simonsohn, Simmons and Nelson 2020,
    p. 1212, their first test statistic). It is one test for the whole curve, needs no adjustment,
    and counts the sentences that the specifications share only once.

    Parameters
    ----------
    contrast, specifications, tables, codebook, settings
        As for `analysis.robustness.choices.vary_contrast`.

    Returns
    -------
    Estimate
        ``specification_median`` with ``spec="all"``.
    """
    counted: dict[tuple[str, float, str], pd.DataFrame] = {}
    parts: list[tuple[Floats, Floats]] = []
    n_sentences = 0
    articles = _list_articles(contrast, tables)
    first = (articles == contrast.first).to_numpy()
    for spec in specifications:
        if spec.method != "naive" or spec.seed != specifications[0].seed:
            continue
        key = (spec.encoder, spec.abstain, str(spec.copies))
        try:
            if key not in counted:
                counts = tables[spec.encoder].leave_unsure(spec.abstain).counts
                counted[key] = keep_copies(check_counts(counts, codebook), spec.copies)
        except BingkaiError:
            continue  # nothing is left to count, and `vary_contrast` says so
        hits, sentences, own = _count(counted[key], contrast, codebook, settings)
        known = own.get_indexer(articles.index)
        if len(hits) and set(articles.loc[own]) == {contrast.first, contrast.second}:
            n_sentences = max(n_sentences, int(sentences.sum()))
            y, s = weigh(hits[:, None], sentences, spec.weight)
            spread = [np.where(known >= 0, part[known], 0.0) for part in (y[:, 0], s)]
            parts.append((np.round(spread[0] * _GRID) / _GRID, spread[1]))
    row = Estimate(
        estimand="specification_median",
        variable=contrast.variable,
        value=contrast.value,
        level=contrast.level,
        contrast=contrast.name,
        method=METHOD.format(n=len(parts)),
        weight="",
        copies="",
        spec="all",
        n_sentences=n_sentences,
        n_articles=len(articles),
        reason=TOO_FEW,
    )
    if len(parts) < 2:
        return row
    observed = float(_find_medians(first[None], parts)[0])
    rng = np.random.default_rng(settings.seed)
    shuffles = rng.permuted(np.tile(first, (settings.n_permutations, 1)), axis=1)
    drawn = _find_medians(shuffles, parts)
    p_value = count_as_extreme(abs(observed), np.abs(drawn[~np.isnan(drawn)]))
    return replace(row, estimate=observed, p_value=p_value, reason="")


def _list_articles(contrast: Contrast, tables: Mapping[str, Tables]) -> "pd.Series[str]":
    """Return the outlet of every article of the two, by id, in a fixed order."""
    every = pd.concat([t.articles[["article_id", "outlet"]] for t in tables.values()])
    outlets = every.drop_duplicates("article_id").set_index("article_id")["outlet"].sort_index()
    return outlets.loc[outlets.isin([contrast.first, contrast.second])]


def _count(
    counts: pd.DataFrame, contrast: Contrast, codebook: Codebook, settings: Settings
) -> tuple[Floats, Floats, pd.Index]:
    """Return an article's sentences with the value and all, of the two outlets, and its id."""
    counts = counts.loc[counts["outlet"].isin([contrast.first, contrast.second])]
    nothing = np.empty(0), np.empty(0), pd.Index([])
    if counts.empty:
        return nothing
    for tally in tally_variables(counts, codebook, targets=settings.targets):
        if tally.variable != contrast.variable:
            continue
        for k, cell in enumerate(tally.cells):
            if (cell.value, cell.level) == (contrast.value, contrast.level):
                rows = counts.loc[counts[contrast.variable] != "", "article_id"]
                return tally.hits[:, k], tally.sentences, pd.Index(rows.unique())
    return nothing


def _find_medians(first: NDArray[np.bool_], parts: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return the median difference over the specifications for B divisions of the articles."""
    columns = np.column_stack([column for part in parts for column in part])
    mine = first.astype(np.float64) @ columns
    theirs = columns.sum(axis=0) - mine
    with np.errstate(divide="ignore", invalid="ignore"):
        differences = mine[:, ::2] / mine[:, 1::2] - theirs[:, ::2] / theirs[:, 1::2]
    return np.asarray(np.median(differences, axis=1))
