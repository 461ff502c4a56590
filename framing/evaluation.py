"""Labels against human codes: scores by value, confusions, and how honest probabilities are.

An empty label is an abstention: it is a miss for recall, and nothing for precision or calibration.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from framing.errors import BingkaiError
from framing.learning.calibration import describe_bins, estimate_error
from framing.schema import COLUMNS
from framing.scheme import Codebook

MACRO = "(macro)"
TABLES = ("scores", "confusion", "calibration", "calibration_error")
_Counts = npt.NDArray[np.int64]
_Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """What comparing labels with human codes gives; all tables are tidy, a variable at a time.

    Attributes
    ----------
    scores
        One row a value: precision, recall and F1, each with its interval (``conf_low`` and
        ``conf_high`` are F1's), and ``coverage``, the share of the coded sentences that got a
        label. Empty where it is undefined: precision without labels, recall without codes. Then a
        ``(macro)`` row: means over the values that gold has, an undefined precision as 0.
    confusion
        ``n_sentences`` for each pair of ``gold`` and ``label``, zeros too; the label ``""`` is an
        abstention and stands there if there is any.
    calibration
        One row a bin of labels of like probability (`framing.learning.calibration.describe_bins`).
    calibration_error
        One row a variable (`framing.learning.calibration.CalibrationError`).
    conf_level
        Of every interval.
    """

    scores: pd.DataFrame
    confusion: pd.DataFrame
    calibration: pd.DataFrame
    calibration_error: pd.DataFrame
    conf_level: float

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {name: getattr(self, name) for name in TABLES}


def evaluate_labels(
    gold: pd.DataFrame,
    labels: pd.DataFrame,
    codebook: Codebook,
    *,
    n_bootstrap: int = 2000,
    conf_level: float = 0.95,
    seed: int = 0,
) -> Evaluation:
    """Compare labels with human codes, variable by variable.

    Parameters
    ----------
    gold
        One row a sentence: ``sentence_id`` and one column a variable. Rows whose code is empty are
        left out for that variable. With a column ``text``, a coded row must have one.
    labels
        A labels table; of a sentence and variable it has one row.
    codebook
        Says which variables and values there are.
    n_bootstrap
        Percentile bootstrap replicates over sentences (Efron and Tibshirani 1993, ch. 13), shared
        by all values of a variable.
    seed
        For the bootstrap.

    Raises
    ------
    BingkaiError
        The tables share no variable, no sentence is coded, a coded row has no text or no label, or
        a code or label is not in the codebook.
    """
    rng = np.random.default_rng(seed)
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for variable in coded_variables(gold, labels, codebook):
        values = codebook.variable(variable).value_ids
        pairs = pair_codes(gold, labels, variable, values)
        counts = _count(pairs, values)
        draws = rng.multinomial(counts.sum(), counts.ravel() / counts.sum(), size=n_bootstrap)
        certain = pairs.loc[(pairs["label"] != "") & pairs["prob"].notna()]
        probs = certain["prob"].to_numpy(dtype=float)
        right = (certain["label"] == certain["gold"]).to_numpy()
        error = estimate_error(
            probs, right, n_bootstrap=n_bootstrap, conf_level=conf_level, rng=rng
        )
        tables = {
            "scores": _score(counts, draws.reshape(-1, *counts.shape), values, conf_level),
            "confusion": _spread_out(counts, values),
            "calibration": describe_bins(probs, right, conf_level=conf_level),
            "calibration_error": pd.DataFrame([asdict(error)]),
        }
        for name, table in tables.items():
            parts[name].append(table.assign(variable=variable)[list(COLUMNS[name])])
    joined = {name: pd.concat(part, ignore_index=True) for name, part in parts.items()}
    return Evaluation(**joined, conf_level=conf_level)


def coded_variables(
    gold: pd.DataFrame, labels: pd.DataFrame, codebook: Codebook
) -> tuple[str, ...]:
    """Return the variables that were coded and labelled; every coded row has a text."""
    known = [variable.id for variable in codebook.variables]
    columns = [name for name in known if name in gold.columns]
    if not columns:
        names = ", ".join(known)
        raise BingkaiError(f"gold has no column of human codes; name one of them {names}")
    coded = pd.DataFrame({name: _codes(gold, name) != "" for name in columns})
    if not coded.to_numpy().any():
        raise BingkaiError(f"gold has no code in the column(s) {', '.join(columns)}")
    if "text" in gold.columns:
        blank = gold["text"].fillna("").astype(str).str.strip() == ""
        blank &= coded.any(axis=1)
        if blank.any():
            more = f" (and {blank.sum() - 1} more like it)" if blank.sum() > 1 else ""
            raise BingkaiError(
                f"gold: row {blank.to_numpy().argmax() + 1} is coded but has no text{more}; "
                "fill in the text or take the row out"
            )
    labelled = set(labels["variable"])
    variables = tuple(name for name in columns if coded[name].any() and name in labelled)
    if not variables:
        raise BingkaiError(
            f"gold has codes of {', '.join(n for n in columns if coded[n].any())}, the labels are "
            f"of {', '.join(sorted(labelled)) or 'nothing'}; use a model for the coded variables"
        )
    return variables


def _codes(gold: pd.DataFrame, variable: str) -> pd.Series:
    return gold[variable].fillna("").astype(str)


def pair_codes(
    gold: pd.DataFrame, labels: pd.DataFrame, variable: str, values: Sequence[str]
) -> pd.DataFrame:
    """Return ``gold``, ``label`` and ``prob`` of every coded sentence."""
    codes = _codes(gold, variable)
    found = labels.loc[labels["variable"] == variable].set_index("sentence_id")
    if found.index.has_duplicates:
        twice = found.index[found.index.duplicated()][0]
        raise BingkaiError(f"labels: the sentence {twice} has {variable} twice; use one labeler")
    pairs = pd.DataFrame({"gold": codes.to_numpy()}, index=gold["sentence_id"])
    pairs = pairs.loc[pairs["gold"] != ""].join(found[["value", "prob"]])
    pairs = pairs.rename(columns={"value": "label"})
    if pairs["label"].isna().any():
        raise BingkaiError(
            f"labels: the sentence {pairs.index[pairs['label'].isna()][0]} of gold has no "
            f"{variable}; label the gold file itself"
        )
    for name, allowed in (("gold", set(values)), ("label", {*values, ""})):
        wrong = sorted(set(pairs[name]) - allowed)
        if wrong:
            raise BingkaiError(
                f"{name} has {variable} {wrong[0]!r}, which the codebook lacks; "
                f"it has {', '.join(values)}"
            )
    return pairs


def _count(pairs: pd.DataFrame, values: Sequence[str]) -> _Counts:
    """Return how often each code met each label; the last column is that of no label."""
    table = pd.crosstab(pairs["gold"], pairs["label"])
    return table.reindex(index=list(values), columns=[*values, ""], fill_value=0).to_numpy()


def _spread_out(counts: _Counts, values: Sequence[str]) -> pd.DataFrame:
    labels = [*values, ""] if counts[:, -1].any() else [*values]
    pairs = pd.MultiIndex.from_product([values, labels], names=["gold", "label"])
    counted = counts[:, : len(labels)].ravel()
    return pd.DataFrame({"n_sentences": counted}, index=pairs).reset_index()


def _score(
    counts: _Counts, draws: _Counts, values: Sequence[str], conf_level: float
) -> pd.DataFrame:
    tail = (1 - conf_level) / 2
    columns: dict[str, object] = {"value": [*values, MACRO]}
    replicates = score_counts(draws)
    for name, rates in score_counts(counts).items():
        low, high = _quantiles(replicates[name], tail)
        prefix = "conf" if name == "f1" else name
        columns |= {name: rates, f"{prefix}_low": low, f"{prefix}_high": high}
    n_gold, labelled = counts.sum(axis=1), counts[:, :-1]
    columns["coverage"] = _divide(
        np.append(labelled.sum(axis=1), labelled.sum()), np.append(n_gold, n_gold.sum())
    )
    columns["n_gold"] = np.append(n_gold, n_gold.sum())
    columns["n_labels"] = np.append(labelled.sum(axis=0), labelled.sum())
    return pd.DataFrame(columns)


def score_counts(counts: _Counts) -> dict[str, _Scores]:
    """Return precision, recall and F1 of every value and, last, of their mean.

    Parameters
    ----------
    counts
        Shape (..., n_values, n_values + 1): code, then label.

    Returns
    -------
    dict of arrays
        Shape (..., n_values + 1); NaN where there is nothing to divide by.
    """
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    n_gold, n_labels = counts.sum(axis=-1), counts[..., :-1].sum(axis=-2)
    rates = {
        "precision": _divide(right, n_labels),
        "recall": _divide(right, n_gold),
        "f1": _divide(2 * right, n_gold + n_labels),
    }
    seen = n_gold > 0
    return {
        name: np.concatenate([rate, _mean_over(rate, seen)[..., None]], axis=-1)
        for name, rate in rates.items()
    }


def _mean_over(rates: _Scores, seen: npt.NDArray[np.bool_]) -> _Scores:
    total = np.where(seen, np.nan_to_num(rates), 0.0).sum(axis=-1)
    return np.asarray(total / seen.sum(axis=-1))


def _divide(above: _Counts, below: _Counts) -> _Scores:
    return np.where(below > 0, above / np.maximum(below, 1), np.nan)


def _quantiles(replicates: _Scores, tail: float) -> tuple[_Scores, _Scores]:
    """Return the limits of each column, over the replicates in which it is defined."""
    limits = np.full((2, replicates.shape[1]), np.nan)
    for number, column in enumerate(replicates.T):
        known = column[~np.isnan(column)]
        if len(known):
            limits[:, number] = np.quantile(known, [tail, 1 - tail])
    return limits[0], limits[1]
