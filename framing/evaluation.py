"""Labels against human codes: precision, recall, F1, with bootstrap intervals."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from framing.errors import BingkaiError
from framing.scheme import Codebook

_COLUMNS = (
    "variable", "value", "precision", "recall", "f1", "conf_low", "conf_high", "n_gold", "n_labels",
)  # fmt: skip
MACRO = "(macro)"


def evaluate_labels(
    gold: pd.DataFrame,
    labels: pd.DataFrame,
    codebook: Codebook,
    *,
    n_bootstrap: int = 2000,
    conf_level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare labels with gold, one row a text in both tables and one column a variable.

    Parameters
    ----------
    gold, labels
        Aligned by position. Rows whose gold code is empty are left out for that variable.
    codebook
        Says which variables and values there are.
    n_bootstrap
        Percentile bootstrap replicates over texts (Efron and Tibshirani 1993, ch. 13), shared by
        all values of a variable.

    Returns
    -------
    pandas.DataFrame
        One row a variable and value, and one ``(macro)`` row a variable: the mean F1 over the
        values that gold has. ``conf_low`` and ``conf_high`` bound F1.

    Raises
    ------
    BingkaiError
        The tables share no variable, or gold has a code that the codebook lacks.
    """
    variables = [
        variable.id
        for variable in codebook.variables
        if variable.id in gold.columns and variable.id in labels.columns
    ]
    if not variables:
        names = ", ".join(variable.id for variable in codebook.variables)
        raise BingkaiError(f"gold has no column of human codes; name one of them {names}")
    coded_variables = [name for name in variables if (gold[name].astype(str) != "").any()]
    if not coded_variables:
        raise BingkaiError(f"gold has no code in the column(s) {', '.join(variables)}")
    rng = np.random.default_rng(seed)
    parts = []
    for variable in coded_variables:
        values = codebook.variable(variable).value_ids
        coded = (gold[variable].astype(str) != "").to_numpy()
        true = gold.loc[coded, variable].astype(str)
        wrong = sorted(set(true) - set(values))
        if wrong:
            raise BingkaiError(
                f"gold has {variable} {wrong[0]!r}, which the codebook lacks; "
                f"it has {', '.join(values)}"
            )
        unlabelled = coded & (labels[variable].to_numpy() == "")
        if unlabelled.any():
            raise BingkaiError(f"gold has {variable} but no text in row {unlabelled.argmax() + 1}")
        matrix = _pairs(true.tolist(), labels[variable].to_numpy()[coded].tolist(), values)
        parts.append(
            _rows(variable, values, matrix, n_bootstrap=n_bootstrap, conf_level=conf_level, rng=rng)
        )
    return pd.concat(parts, ignore_index=True)[list(_COLUMNS)]


def _pairs(
    true: Sequence[str], found: Sequence[str], values: Sequence[str]
) -> npt.NDArray[np.int64]:
    """Return codes as numbers, shape (n_texts, 2): gold and label."""
    index = {value: number for number, value in enumerate(values)}
    return np.array(
        [(index[gold], index[label]) for gold, label in zip(true, found, strict=True)]
    ).reshape(-1, 2)


def _confusion(pairs: npt.NDArray[np.int64], n_values: int) -> npt.NDArray[np.float64]:
    flat = np.bincount(pairs[:, 0] * n_values + pairs[:, 1], minlength=n_values * n_values)
    return flat.reshape(n_values, n_values).astype(float)


def _f1(confusion: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    both = confusion.sum(axis=0) + confusion.sum(axis=1)
    return np.asarray(2 * np.diag(confusion) / np.where(both > 0, both, 1))


def _macro(confusion: npt.NDArray[np.float64], f1: npt.NDArray[np.float64]) -> float:
    seen = confusion.sum(axis=1) > 0
    return float(f1[seen].mean()) if seen.any() else 0.0


def _rows(
    variable: str,
    values: Sequence[str],
    pairs: npt.NDArray[np.int64],
    *,
    n_bootstrap: int,
    conf_level: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n_values = len(values)
    confusion = _confusion(pairs, n_values)
    f1 = _f1(confusion)
    draws = np.empty((n_bootstrap, n_values + 1))
    for draw in range(n_bootstrap):
        sample = _confusion(pairs[rng.integers(len(pairs), size=len(pairs))], n_values)
        draws[draw, :-1] = _f1(sample)
        draws[draw, -1] = _macro(sample, draws[draw, :-1])
    tail = (1 - conf_level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    n_gold, n_labels = confusion.sum(axis=1), confusion.sum(axis=0)
    right = np.diag(confusion)
    precision = right / np.where(n_labels > 0, n_labels, 1)
    recall = right / np.where(n_gold > 0, n_gold, 1)
    seen = n_gold > 0
    return pd.DataFrame(
        {
            "variable": variable,
            "value": [*values, MACRO],
            "precision": [*precision, precision[seen].mean()],
            "recall": [*recall, recall[seen].mean()],
            "f1": [*f1, _macro(confusion, f1)],
            "conf_low": low,
            "conf_high": high,
            "n_gold": [*n_gold.astype(int), len(pairs)],
            "n_labels": [*n_labels.astype(int), len(pairs)],
        }
    )
