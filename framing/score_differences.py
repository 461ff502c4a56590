"""Whether one labeler is better than another: macro-F1 on the same sentences, and the difference.

Two labelers err on the same sentences, so that the difference of their scores is far less uncertain
than either score: it must be resampled as one number (a paired bootstrap; Koehn 2004, "Statistical
Significance Tests for Machine Translation Evaluation", sec. 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm, t

from framing.errors import BingkaiError
from framing.evaluation import coded_variables, pair_codes, score_counts
from framing.schema import COLUMNS
from framing.scheme import Codebook

ONE_CLUSTER = "all sentences are of one article, so that nothing varies"
NOT_LABELLED = "a labeler gives no label of the variable"
_CHUNK = 200  # replicates at a time

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def compare_scores(
    gold: pd.DataFrame,
    labels: Mapping[str, pd.DataFrame],
    codebook: Codebook,
    *,
    n_bootstrap: int = 2000,
    conf_level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare labelers with each other, variable by variable.

    Parameters
    ----------
    gold
        As for `framing.evaluation.evaluate_labels`. With a column ``article_id``, articles are
        resampled whole, since the sentences of one are alike; a row without one stands for itself.
    labels
        A labels table of the gold sentences for each labeler, by a name for people.
    codebook
        Says which variables and values there are.
    n_bootstrap
        Replicates, the same for all labelers of a variable.
    conf_level
        Of the intervals, each for itself. They are percentile intervals, widened for few articles
        as Hesterberg (2015, "What Teachers Should Know About the Bootstrap") has it: with n
        articles, the tail is ``Phi(-sqrt(n / (n - 1)) * t)``, t the quantile of Student's
        distribution with n - 1 degrees of freedom.
    seed
        For the bootstrap.

    Returns
    -------
    pandas.DataFrame
        Columns ``score_differences`` of `framing.schema.COLUMNS`: one row a variable and pair of
        labelers, in the order given. `estimate` is the macro-F1 of `labeler` less that of `other`.
        Where something is missing, `reason` says why.

    Raises
    ------
    BingkaiError
        There are fewer than two labelers, or as for `framing.evaluation.evaluate_labels`.
    """
    if len(labels) < 2:
        raise BingkaiError("a comparison needs two labelers; name another --encoder or --model")
    rng = np.random.default_rng(seed)
    over = "articles" if "article_id" in gold.columns else "sentences"
    method = f"paired bootstrap over {over}"
    rows = []
    for variable in coded_variables(gold, pd.concat([*labels.values()]), codebook):
        values = codebook.variable(variable).value_ids
        able = [name for name, given in labels.items() if (given["variable"] == variable).any()]
        counts = {
            name: _count(gold, pair_codes(gold, labels[name], variable, values), values)
            for name in able
        }
        scores = _score(list(counts.values()), n_bootstrap, rng)
        known = dict(zip(able, scores, strict=True))
        for name, other in combinations(labels, 2):
            row: dict[str, object] = {"variable": variable, "labeler": name, "other": other}
            if name in known and other in known:
                size = {"n_sentences": int(counts[name].sum()), "n_clusters": len(counts[name])}
                row |= size | _differ(known[name], known[other], len(counts[name]), conf_level)
            else:
                row["reason"] = NOT_LABELLED
            rows.append(row | {"method": method})
    table = pd.DataFrame(rows, columns=list(COLUMNS["score_differences"]))
    return table.astype({"n_sentences": "Int64", "n_clusters": "Int64"})


@dataclass(frozen=True)
class _Scores:
    """Macro-F1, and that of each replicate."""

    macro_f1: float
    replicates: Floats


def _count(gold: pd.DataFrame, pairs: pd.DataFrame, values: tuple[str, ...]) -> Ints:
    """Return how often each code met each label, by article: shape (n_clusters, V, V + 1)."""
    own = pd.Series(range(len(gold)), index=gold["sentence_id"]).astype(str)
    clusters = "row " + own
    if "article_id" in gold.columns:
        articles = gold["article_id"].fillna("").astype(str).set_axis(own.index)
        clusters = ("article " + articles).where(articles != "", clusters)
    codes = {value: number for number, value in enumerate([*values, ""])}
    number, _ = pd.factorize(clusters.loc[pairs.index])
    counts = np.zeros((number.max() + 1, len(values), len(values) + 1), dtype=np.int64)
    where = (number, pairs["gold"].map(codes), pairs["label"].map(codes))
    np.add.at(counts, where, 1)
    return counts


def _score(counts: list[Ints], n_bootstrap: int, rng: np.random.Generator) -> list[_Scores]:
    """Score labelers on the same replicates, in which each article counts as often as drawn."""
    n_clusters, *shape = counts[0].shape
    flat = [count.reshape(n_clusters, -1) for count in counts]
    replicates: list[list[Floats]] = [[] for _ in counts]
    for start in range(0, n_bootstrap, _CHUNK):
        size = min(_CHUNK, n_bootstrap - start)
        draws = rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=size)
        for count, scores in zip(flat, replicates, strict=True):
            scores.append(_macro_f1((draws @ count).reshape(size, *shape)))
    return [
        _Scores(float(_macro_f1(count.sum(axis=0))), np.concatenate(scores))
        for count, scores in zip(counts, replicates, strict=True)
    ]


def _macro_f1(counts: Ints) -> Floats:
    return np.asarray(score_counts(counts)["f1"][..., -1])


def _differ(own: _Scores, other: _Scores, n_clusters: int, conf_level: float) -> dict[str, object]:
    found: dict[str, object] = {
        "macro_f1": own.macro_f1,
        "other_macro_f1": other.macro_f1,
        "estimate": own.macro_f1 - other.macro_f1,
        "conf_level": conf_level,
        "reason": "",
    }
    if n_clusters < 2:
        return found | {"reason": ONE_CLUSTER}
    quantile = t.ppf((1 + conf_level) / 2, n_clusters - 1)
    tail = norm.cdf(-np.sqrt(n_clusters / (n_clusters - 1)) * quantile)
    low, high = np.quantile(own.replicates - other.replicates, [tail, 1 - tail])
    return found | {"conf_low": float(low), "conf_high": float(high)}
