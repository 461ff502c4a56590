"""A head: multinomial logistic regression from a sentence's vector to the values of a variable.

A head is five arrays and three numbers, so it is stored as plain arrays and read without running
anybody's code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from framing.encoders.encoder import Vectors

Floats = npt.NDArray[np.float64]
STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03)
N_FOLDS = 5
SHARPNESS = 20.0  # what heads see that are trained with their encoder: unit vectors times this
_RIDGE = 1.0


@dataclass(frozen=True)
class Head:
    """A fitted head.

    Attributes
    ----------
    values
        Names of the classes, in the codebook's order.
    mean, spread
        Of the training vectors, shape (dimension,).
    weights
        Shape (n_values, dimension), for standardised vectors.
    bias
        Shape (n_values,).
    temperature
        Divides the scores; with the bias, it makes probabilities fit texts that were held out.
    strength
        The inverse regularisation C that cross-validation chose.
    cv_macro_f1
        Macro-F1 out of fold on the training sentences.
    """

    values: tuple[str, ...]
    mean: Floats
    spread: Floats
    weights: Floats
    bias: Floats
    temperature: float
    strength: float
    cv_macro_f1: float

    def scores(self, vectors: Vectors) -> Floats:
        """Return the score of each value, shape (n_texts, n_values)."""
        standardised = (vectors - self.mean) / self.spread
        return np.asarray(standardised @ self.weights.T + self.bias)

    def probabilities(self, vectors: Vectors) -> Floats:
        """Return the probability of each value, shape (n_texts, n_values); rows sum to one."""
        return np.asarray(softmax(self.scores(vectors) / self.temperature, axis=1))


def fit_head(
    vectors: Vectors,
    codes: Sequence[str],
    values: Sequence[str],
    *,
    groups: Sequence[str],
    seed: int,
) -> Head:
    """Fit a head, its strength chosen and its probabilities set by grouped cross-validation.

    Parameters
    ----------
    vectors
        Shape (n_texts, dimension).
    codes
        The value of each text.
    values
        All values that occur, in the codebook's order.
    groups
        Texts of one group (a pair of near-twins) stay in one fold.
    seed
        For the folds.
    """
    index = {value: number for number, value in enumerate(values)}
    target = np.array([index[code] for code in codes])
    mean = vectors.mean(axis=0, dtype=np.float64)
    spread = np.maximum(vectors.std(axis=0, dtype=np.float64), 1e-6)
    standardised = (vectors - mean) / spread
    folds = StratifiedGroupKFold(_n_folds(target, groups), shuffle=True, random_state=seed)
    splits = list(folds.split(standardised, target, groups))
    held_out = {
        strength: _out_of_fold(standardised, target, splits, strength) for strength in STRENGTHS
    }
    macro_f1 = {
        strength: float(f1_score(target, scores.argmax(axis=1), average="macro", zero_division=0))
        for strength, scores in held_out.items()
    }
    best = max(STRENGTHS, key=lambda strength: macro_f1[strength])
    fitted = _fit(standardised, target, best)
    weights, bias = _scores_of(fitted, len(values))
    head = Head(
        values=tuple(values),
        mean=mean,
        spread=spread,
        weights=weights,
        bias=bias,
        temperature=1.0,
        strength=best,
        cv_macro_f1=macro_f1[best],
    )
    return calibrate(head, held_out[best], target)


def _n_folds(target: npt.NDArray[np.int64], groups: Sequence[str]) -> int:
    return max(2, min(N_FOLDS, int(np.bincount(target).min()), len(set(groups))))


def _fit(vectors: Floats, target: npt.NDArray[np.int64], strength: float) -> LogisticRegression:
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=3000)
    with threadpool_limits(1):  # threads cost so small a problem far more than they bring
        return model.fit(vectors, target)


def _scores_of(model: LogisticRegression, n_values: int) -> tuple[Floats, Floats]:
    """Return weights and bias with one row a value, also where sklearn folds two into one."""
    weights = np.asarray(model.coef_, dtype=np.float64)
    bias = np.asarray(model.intercept_, dtype=np.float64)
    if len(weights) == 1:
        weights, bias = np.vstack([0 * weights, weights]), np.append(0.0, bias)
    full_weights = np.zeros((n_values, weights.shape[1]))
    full_bias = np.full(n_values, -1e9)
    full_weights[model.classes_] = weights
    full_bias[model.classes_] = bias
    return full_weights, full_bias


def _out_of_fold(
    vectors: Floats,
    target: npt.NDArray[np.int64],
    splits: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
    strength: float,
) -> Floats:
    scores = np.zeros((len(target), int(target.max()) + 1))
    for train, test in splits:
        weights, bias = _scores_of(_fit(vectors[train], target[train], strength), scores.shape[1])
        scores[test] = vectors[test] @ weights.T + bias
    return scores


def calibrate(head: Head, scores: Floats, target: npt.NDArray[np.int64]) -> Head:
    """Return the head with probabilities that fit held-out codes.

    Bias-corrected temperature scaling (Alexandari, Kundaje and Shrikumar 2020, section 2.3): one
    divisor for all scores and one shift a value, both by maximum likelihood. The shifts correct for
    the class prior: training may weigh values or have them in other proportions, and afterwards
    probabilities hold for the mix of values that the held-out texts have. A ridge keeps the shift
    of a value that hardly occurs there near zero.

    Parameters
    ----------
    head
        Gave the scores; its own temperature is put aside.
    scores
        Shape (n_texts, n_values), of texts that were not trained on.
    target
        The index of each text's value.
    """
    rows = np.arange(len(target))

    def loss(parameters: Floats) -> tuple[float, Floats]:
        sharpness, shifts = np.exp(parameters[0]), parameters[1:]
        logs = log_softmax(sharpness * scores + shifts, axis=1)
        excess = np.exp(logs)
        excess[rows, target] -= 1
        slope_sharpness = (excess * scores).sum() * sharpness
        slope_shifts = excess.sum(axis=0) + 2 * _RIDGE * shifts
        value = -logs[rows, target].sum() + _RIDGE * (shifts**2).sum()
        return float(value), np.concatenate([[slope_sharpness], slope_shifts])

    start = np.zeros(1 + scores.shape[1])
    bounds = [(-3.0, 6.0), *[(None, None)] * scores.shape[1]]
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    temperature = float(np.exp(-fitted[0]))
    return replace(head, temperature=temperature, bias=head.bias + temperature * fitted[1:])


def linear_head(values: Sequence[str], weights: Floats, bias: Floats) -> Head:
    """Return a head that was trained on unit vectors times `SHARPNESS`, not yet measured.

    Parameters
    ----------
    weights, bias
        Shape (n_values, dimension) and (n_values,).
    """
    dimension = weights.shape[1]
    return Head(
        values=tuple(values),
        mean=np.zeros(dimension),
        spread=np.full(dimension, 1 / SHARPNESS),
        weights=weights.astype(np.float64),
        bias=bias.astype(np.float64),
        temperature=1.0,
        strength=0.0,
        cv_macro_f1=0.0,
    )


def measure(head: Head, vectors: Vectors, target: npt.NDArray[np.int64]) -> Head:
    """Return the head with the probabilities and the macro-F1 that held-out sentences give."""
    scores = head.scores(vectors)
    macro_f1 = f1_score(target, scores.argmax(axis=1), average="macro", zero_division=0)
    return calibrate(replace(head, cv_macro_f1=float(macro_f1)), scores, target)
