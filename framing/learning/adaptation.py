"""Adapt a head to more coded sentences, without the sentences that it was trained on.

References
----------
Chelba, C. and Acero, A. (2006). Adaptation of maximum entropy capitalizer: little data can help a
lot. Computer Speech and Language 20:382-399.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from framing.encoders.encoder import Vectors
from framing.learning.heads import N_FOLDS, Floats, Head

TRUST = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)  # weights of the prior: the old head
_SHIFT = (
    30.0  # weight of the prior on a shift of a value: few articles say little of how often it is
)


def adapt_head(
    head: Head, vectors: Vectors, codes: Sequence[str], *, groups: Sequence[str], seed: int
) -> Head:
    """Fit a head to coded sentences, with what it has learnt before as the prior.

    The weights maximise the likelihood of the codes under a Gaussian prior around the old ones
    (Chelba and Acero 2006, equation 9), so that a few codes move a head a little and many move it
    where they want. How much the old head is trusted is chosen by grouped cross-validation of the
    likelihood; the temperature is kept, so that probabilities stay those of the likelihood.

    Parameters
    ----------
    head
        Trained on other sentences.
    vectors
        Shape (n_texts, dimension), of the head's encoder.
    codes
        The value of each text, one of the head's.
    groups
        Texts of one article, which stay in one fold.
    seed
        For the folds.
    """
    index = {value: number for number, value in enumerate(head.values)}
    target = np.array([index[code] for code in codes])
    standardised = np.asarray((vectors - head.mean) / head.spread) / head.temperature
    old = head.scores(vectors) / head.temperature
    losses = np.zeros(len(TRUST))
    n_groups = len(set(groups))
    with threadpool_limits(1):
        if n_groups > 1:
            folds = GroupKFold(min(N_FOLDS, n_groups), shuffle=True, random_state=seed)
            for train, test in folds.split(standardised, target, groups):
                for place, trust in enumerate(TRUST):
                    change = _fit_change(standardised[train], old[train], target[train], trust)
                    scores = old[test] + standardised[test] @ change[:, :-1].T + change[:, -1]
                    losses[place] -= log_softmax(scores, axis=1)[
                        np.arange(len(test)), target[test]
                    ].sum()
        best = TRUST[int(losses.argmin())] if n_groups > 1 else TRUST[-1]
        change = _fit_change(standardised, old, target, best)
    return replace(
        head,
        weights=head.weights + change[:, :-1],
        bias=head.bias + head.temperature * change[:, -1],
        strength=1 / best,
    )


def _fit_change(
    vectors: Floats, old: Floats, target: npt.NDArray[np.int64], trust: float
) -> Floats:
    """Return what is to be added to weights and shifts, shape (n_values, dimension + 1)."""
    n, n_values = old.shape
    rows = np.arange(n)
    columns = np.hstack([vectors, np.ones((n, 1))])
    weight = np.full(columns.shape[1], trust)
    weight[-1] = _SHIFT

    def loss(flat: Floats) -> tuple[float, Floats]:
        change = flat.reshape(n_values, -1)
        logs = log_softmax(old + columns @ change.T, axis=1)
        excess = np.exp(logs)
        excess[rows, target] -= 1
        slope = excess.T @ columns + weight * change
        value = -logs[rows, target].sum() + 0.5 * (weight * change**2).sum()
        return float(value), slope.ravel()

    start = np.zeros(n_values * columns.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x).reshape(n_values, -1)
