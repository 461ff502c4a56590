"""Plans for a corpus that is there: from the counts table to one row a share or difference."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.statistics.counts import check_counts
from analysis.statistics.planning import (
    Clusters,
    CodingDesign,
    correlate_labels,
    find_detectable,
    find_power,
    measure_clusters,
    plan_articles,
    plan_gold,
    predict_margin,
)
from analysis.statistics.tallies import Tally, tally_variables
from framing.errors import BingkaiError
from framing.scheme import Codebook

TOO_SMALL = "the outlet has too few articles for this margin, however many sentences are coded"
GOLD_COLUMNS = (
    "variable", "value", "level", "outlet", "share", "n_sentences", "n_articles", "correlation",
    "label_correlation", "margin", "best_margin", "n_coded", "reason",
)  # fmt: skip
POWER_COLUMNS = (
    "variable", "value", "level", "contrast", "share", "difference", "n_articles", "correlation",
    "power", "n_articles_needed", "detectable",
)  # fmt: skip


def plan_coding(
    counts: pd.DataFrame,
    codebook: Codebook,
    *,
    margin: float,
    variable: str = "frame",
    scores: pd.DataFrame | None = None,
    per_article: float = 1.0,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Plan the coding of every outlet's sentences for intervals of plus or minus `margin`.

    Parameters
    ----------
    counts
        A counts table: gives the shares by the machine's labels, the sentences of every outlet and
        how they come in articles.
    codebook
        The codebook of the labels.
    margin
        Half-width that every share shall have.
    variable
        The one to plan for.
    scores
        What ``bingkai evaluate`` wrote, for how well labels and codes agree; without it the plan
        is for codes alone.
    per_article
        Coded sentences of an article.
    conf_level
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row a value and outlet: `n_coded` sentences, or a `reason` why no number will do, and
        the `best_margin`, with every sentence coded.

    Raises
    ------
    BingkaiError
        A table is not what it should be, the variable is not labelled, or a number is not possible.
    """
    known = {} if scores is None else _read_scores(scores, variable)
    rows = []
    tally = _tally(counts, codebook, variable)
    for outlet in tally.outlets:
        hits, sentences = tally.of_outlet(outlet)
        total = float(sentences.sum())
        for k, cell in enumerate(tally.cells):
            share = float(hits[:, k].sum()) / total if total else 0.0
            clusters = measure_clusters(hits[:, k], sentences)
            label_correlation = 0.0
            if cell.value in known:
                precision, recall = known[cell.value]
                label_correlation = _correlate(share, precision, recall)
            design: CodingDesign = {
                "clusters": clusters,
                "n_corpus": max(total, 1.0),
                "per_article": per_article,
                "label_correlation": label_correlation,
                "conf_level": conf_level,
            }
            # A share of zero is planned for as if one sentence had the value, and one of 1 alike.
            guess = min(max(share, 1 / (total + 1)), 1 - 1 / (total + 1))
            best = predict_margin(guess, max(total, 1.0), **design)
            n_coded = plan_gold(guess, margin, **design) if best <= margin else None
            rows.append(
                (variable, cell.value, cell.level, outlet, share, int(total), len(sentences),
                 clusters.correlation, label_correlation, margin, best, n_coded,
                 "" if n_coded else TOO_SMALL)
            )  # fmt: skip
    plan = pd.DataFrame(rows, columns=list(GOLD_COLUMNS))
    return plan.astype({"n_coded": "Int64"})


def plan_contrasts(
    counts: pd.DataFrame,
    codebook: Codebook,
    *,
    difference: float,
    variable: str = "frame",
    power: float = 0.8,
    level: float = 0.05,
) -> pd.DataFrame:
    """Tell for every pair of outlets what their articles can find, and how many could find more.

    The share of a value is that of both outlets together and the other one lies `difference`
    above; sizes and correlation are those of articles within outlets.

    Parameters
    ----------
    counts, codebook, variable
        As for `plan_coding`.
    difference
        Difference of the shares that shall be found.
    power
        Chance with which it shall be found.
    level
        Of each test; smaller where there are many.

    Returns
    -------
    pandas.DataFrame
        One row a value and pair: the `power` that the articles have now, `n_articles_needed` of
        each outlet, and the smallest `detectable` difference (empty if there is none).

    Raises
    ------
    BingkaiError
        As for `plan_coding`, or no two outlets have two articles.
    """
    tally = _tally(counts, codebook, variable)
    sizes = {outlet: tally.n_articles_of(outlet) for outlet in tally.outlets}
    usable = [outlet for outlet in tally.outlets if sizes[outlet] > 1]
    if len(usable) < 2:
        raise BingkaiError("plan: no two outlets have two articles each; there is no pair to plan")
    rows = []
    for first, second in combinations(usable, 2):
        for k, cell in enumerate(tally.cells):
            share, clusters = _pool(tally, (first, second), k)
            other = share + difference
            if other > 1:
                other = share - difference
            if not 0 <= other <= 1:
                raise BingkaiError(
                    f"plan: no share lies {difference:g} from {share:.2f}, that of {cell.value}"
                )
            n_articles = (sizes[first], sizes[second])
            rows.append(
                (
                    variable, cell.value, cell.level, f"{first} - {second}", share, difference,
                    sum(n_articles), clusters.correlation,
                    find_power((share, other), n_articles, clusters=clusters, level=level),
                    plan_articles((share, other), power=power, clusters=clusters, level=level),
                    find_detectable(
                        share, n_articles, power=power, clusters=clusters, level=level
                    ),
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(POWER_COLUMNS)).astype({"detectable": "float64"})


def _tally(counts: pd.DataFrame, codebook: Codebook, variable: str) -> Tally:
    tallies = {t.variable: t for t in tally_variables(check_counts(counts, codebook), codebook)}
    if variable not in tallies:
        raise BingkaiError(
            f"plan: {variable} is not labelled; plan for {', '.join(tallies) or 'nothing here'}"
        )
    return tallies[variable]


def _read_scores(scores: pd.DataFrame, variable: str) -> Mapping[str, tuple[float, float]]:
    lacking = [n for n in ("variable", "value", "precision", "recall") if n not in scores.columns]
    if lacking:
        raise BingkaiError(
            f"scores: the table lacks the column(s) {', '.join(lacking)}; "
            "give the one that bingkai evaluate wrote"
        )
    own = scores.loc[scores["variable"] == variable]
    numbers = own[["precision", "recall"]].apply(pd.to_numeric, errors="coerce").fillna(0.0)
    return dict(zip(own["value"], numbers.itertuples(index=False, name=None), strict=True))


def _correlate(share: float, precision: float, recall: float) -> float:
    """Return the correlation of labels and codes, 0 where the scores do not fit the share."""
    try:
        return correlate_labels(share, precision=precision, recall=recall)
    except BingkaiError:
        return 0.0


def _pool(tally: Tally, outlets: tuple[str, str], k: int) -> tuple[float, Clusters]:
    """Return the share of both outlets and how sentences come in articles within them."""
    parts = [tally.of_outlet(outlet) for outlet in outlets]
    found = [measure_clusters(hits[:, k], sentences) for hits, sentences in parts]
    weights = np.array([len(sentences) for _, sentences in parts], dtype=np.float64)
    sizes, correlations = (
        float(np.average([getattr(one, name) for one in found], weights=weights))
        for name in ("size", "correlation")
    )
    every = np.concatenate([sentences for _, sentences in parts])
    share = sum(float(hits[:, k].sum()) for hits, _ in parts) / float(every.sum())
    variation = float(every.std() / every.mean())
    return share, Clusters(size=sizes, correlation=correlations, variation=variation)
