"""Whether coding more sentences will help: scores by how many were learnt from."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import GroupKFold

from framing.encoders.cache import embed
from framing.encoders.encoder import Encoder, Progress, Vectors
from framing.errors import BingkaiError
from framing.learning.adaptation import adapt_head
from framing.learning.heads import Head, fit_head
from framing.learning.training import checked_codes, checked_texts, sentence_groups
from framing.model import Model
from framing.schema import COLUMNS
from framing.scheme import Codebook
from framing.score_differences import compare_scores

N_FOLDS = 4
SHARES = (1 / 8, 1 / 4, 1 / 2, 1.0)
TOO_FEW = "with so few sentences, fewer than two values can be learnt"
SMALL = 0.02  # a gain in macro-F1 that is hardly worth another sheet

Ints = npt.NDArray[np.int64]


def trace_learning(
    coded: pd.DataFrame,
    codebook: Codebook,
    encoder: Encoder,
    *,
    variables: Sequence[str],
    model: Model | None = None,
    n_bootstrap: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Measure macro-F1 by the number of sentences learnt from, each number twice the one before.

    Articles are dealt into folds; of the other folds, an eighth, a quarter, a half and all of the
    articles are learnt from, each part holding the one before, and the fold is labelled. All
    numbers are thus measured on the same sentences, none of which was learnt from. The gain of a
    step is that over the one before. A step tends to bring less than the one before it, so that the
    last one says about how much, at most, as many sentences again would bring.

    Parameters
    ----------
    coded
        Columns ``text`` and one a variable; ``article_id`` and ``pair_id`` if there.
    variables
        Whose heads are trained.
    model
        What the heads are adapted from, with a first row of none learnt; trained anew without.
    encoder
        That of the model.

    Returns
    -------
    pandas.DataFrame
        Columns ``learning`` of `framing.schema.COLUMNS`. `n_sentences` is the mean number learnt
        from, `n_test` how many were labelled.

    Raises
    ------
    BingkaiError
        As `framing.learning.training.train_model`.
    """
    texts, groups = checked_texts(coded), sentence_groups(coded)
    vectors = embed(texts, encoder, progress=progress)
    tables = []
    for variable in variables:
        codes = checked_codes(coded, codebook, variable)
        own = (codes != "").to_numpy()
        part = _Part(
            codes[own].to_numpy(dtype=object), vectors[own], groups[own].to_numpy(dtype=object)
        )
        head = model.heads[variable] if model is not None else None
        values = codebook.variable(variable).value_ids
        steps = _trace(part, head, values, seed=seed)
        gold = coded.loc[own].assign(sentence_id=np.flatnonzero(own).astype(str))
        gold = gold[["sentence_id", *(["article_id"] if "article_id" in coded else []), variable]]
        tables.append(_compare(steps, gold, variable, codebook, n_bootstrap=n_bootstrap, seed=seed))
    return pd.concat(tables, ignore_index=True)


def judge_learning(curve: pd.DataFrame) -> str:
    """Say in a few words whether more coding helps a variable, from its last step."""
    last = curve.iloc[-1]
    if pd.isna(last["conf_low"]):
        return f"unknown ({last['reason'] or 'too few sentences'})"
    if last["conf_low"] == last["conf_high"]:
        return "unknown (the last step changed no label)"
    if last["conf_low"] > 0:
        return "more coding will probably help"
    if last["conf_high"] < SMALL:
        return "more coding of the same kind will hardly help"
    return "not certain whether more coding will help"


class _Part:
    """Coded sentences of one variable."""

    def __init__(
        self, codes: npt.NDArray[np.object_], vectors: Vectors, groups: npt.NDArray[np.object_]
    ) -> None:
        self.codes, self.vectors, self.groups = codes, vectors, groups
        self.n_groups = len(set(groups))
        if self.n_groups < 2:
            raise BingkaiError("all codes are of one article, so that none can be held out")

    def learn(self, rows: Ints, head: Head | None, values: Sequence[str], seed: int) -> Head | None:
        """Return a head that has learnt from some rows; None if they are too few."""
        codes, groups = self.codes[rows], self.groups[rows]
        if head is not None:
            if not len(rows):
                return head
            return adapt_head(head, self.vectors[rows], list(codes), groups=list(groups), seed=seed)
        names, counts = np.unique(codes, return_counts=True)
        enough = set(names[counts >= 2])
        kept = np.isin(codes, list(enough))
        if len(enough) < 2 or len(set(groups[kept])) < 2:
            return None
        try:
            return fit_head(
                self.vectors[rows[kept]],
                list(codes[kept]),
                [value for value in values if value in enough],
                groups=list(groups[kept]),
                seed=seed,
            )
        except ValueError:  # without the articles of a fold, one value is left
            return None


def _trace(
    part: _Part, head: Head | None, values: Sequence[str], *, seed: int
) -> list[tuple[float, npt.NDArray[np.object_] | None]]:
    """Return the mean number learnt from and the labels of all sentences, for each step."""
    shares = SHARES if head is None else (0.0, *SHARES)
    folds = list(
        GroupKFold(min(N_FOLDS, part.n_groups), shuffle=True, random_state=seed).split(
            part.vectors, groups=part.groups
        )
    )
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(np.unique(part.groups[train])) for train, _ in folds]
    steps: list[tuple[float, npt.NDArray[np.object_] | None]] = []
    for share in shares:
        labels: npt.NDArray[np.object_] | None = np.empty(len(part.codes), dtype=object)
        sizes = []
        for (train, test), order in zip(folds, orders, strict=True):
            some = order[: int(np.ceil(share * len(order)))]
            rows = train[np.isin(part.groups[train], some)]
            sizes.append(len(rows))
            learnt = part.learn(rows, head, values, seed)
            if learnt is None or labels is None:
                labels = None
                continue
            best = learnt.scores(part.vectors[test]).argmax(axis=1)
            labels[test] = np.array(learnt.values, dtype=object)[best]
        if not steps or float(np.mean(sizes)) > steps[-1][0]:
            steps.append((float(np.mean(sizes)), labels))
    return steps


def _compare(
    steps: list[tuple[float, npt.NDArray[np.object_] | None]],
    gold: pd.DataFrame,
    variable: str,
    codebook: Codebook,
    *,
    n_bootstrap: int,
    seed: int,
) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for size, labels in steps:
        row: dict[str, object] = {"variable": variable, "n_sentences": round(size)}
        reason = TOO_FEW if labels is None else ""
        rows.append(row | {"n_test": len(gold), "method": "", "reason": reason})
    for first, second in pairwise(range(len(steps))):
        before, after = steps[first][1], steps[second][1]
        if after is None:
            continue
        given = {"after": _tabulate(gold, variable, after)}
        given["before"] = given["after"] if before is None else _tabulate(gold, variable, before)
        found = compare_scores(gold, given, codebook, n_bootstrap=n_bootstrap, seed=seed).iloc[0]
        rows[second] |= {"macro_f1": found["macro_f1"], "method": found["method"]}
        if before is not None:
            rows[first]["macro_f1"] = found["other_macro_f1"]
            rows[second] |= {"gain": found["estimate"], "reason": found["reason"]}
            rows[second] |= {k: found[k] for k in ("conf_low", "conf_high", "conf_level")}
    return pd.DataFrame(rows, columns=list(COLUMNS["learning"]))


def _tabulate(gold: pd.DataFrame, variable: str, labels: npt.NDArray[np.object_]) -> pd.DataFrame:
    return pd.DataFrame(
        {"sentence_id": gold["sentence_id"], "variable": variable, "value": labels, "prob": 1.0}
    )
