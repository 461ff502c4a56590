"""A transformer with a linear head, as it is trained: epochs, loss, and what must be kept to go on.

Needs the extra ``indobert``.
"""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import f1_score
from torch import nn
from torch.nn import functional

from framing.encoders.checkpoint import Network, own_seed
from framing.encoders.encoder import Vectors
from framing.encoders.transformer import find_device, pad
from framing.learning.heads import SHARPNESS
from framing.learning.resumption import Score
from framing.learning.tuning import batch_by_length, make_ramp, weigh_values

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FineTuning:
    """How a transformer is fine-tuned.

    Attributes
    ----------
    epochs, patience
        Epochs at most, and how many in a row may fail to raise macro-F1 on the stopping part.
    batch_size, rate, head_rate
        Of AdamW, with a tenth of the steps to warm up and a linear way down.
    dropout
        Before the head; within, a model has its own.
    balance
        Exponent of the inverse class frequency that weighs the loss: 0 none, 1 full.
    n_seeds
        How many times to train, with seeds one apart; what is best on the stopping part is kept
        (Dodge et al. 2020: seeds differ as much as many methods do).
    held_out, stopping
        Share of the groups that sets probabilities and scores, and, of the others, that says when
        to stop.
    """

    epochs: int = 8
    patience: int = 2
    batch_size: int = 16
    rate: float = 3e-5
    head_rate: float = 1e-3
    dropout: float = 0.1
    balance: float = 0.5
    n_seeds: int = 1
    held_out: float = 0.1
    stopping: float = 0.1


@dataclass(frozen=True)
class Step:
    """One step of training, to be shown.

    Attributes
    ----------
    task
        The variable, and which seed where there are several.
    step, n_steps
        Counted over all epochs that there may be.
    loss
        Mean over the epoch so far.
    """

    task: str
    step: int
    n_steps: int
    loss: float


@dataclass(frozen=True)
class Lessons:
    """Coded sentences of one variable: token ids, and the index of each one's value."""

    tokens: list[list[int]]
    target: Ints


@dataclass(frozen=True)
class Task:
    """What a classifier is to learn.

    Attributes
    ----------
    variable, n_values
        Its name, and how many values it has.
    lessons, stopping
        To train on, and to stop by.
    """

    variable: str
    n_values: int
    lessons: Lessons
    stopping: Lessons


class Classifier(nn.Module):
    """A network with a linear head on its unit vectors."""

    def __init__(self, network: Network, n_values: int, dropout: float, *, seed: int = 0) -> None:
        super().__init__()
        self.network, self.body = network, network.body
        with own_seed(seed):
            self.head = nn.Linear(network.dimension, n_values)
        self._dropout = dropout

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the scores, shape (n_texts, n_values)."""
        vector = SHARPNESS * functional.normalize(self.network.pool(ids, mask), dim=1)
        scores: torch.Tensor = self.head(functional.dropout(vector, self._dropout, self.training))
        return scores

    def vectors(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        """Return one unit vector a text, shape (n_texts, dimension)."""
        self.eval()
        made = []
        with torch.inference_mode():
            for ids in tokens:
                pooled = self.network.pool(*pad([ids], self.head.weight.device))
                made.append(functional.normalize(pooled, dim=1).cpu().numpy()[0])
        return np.stack(made)

    def score(self, lessons: Lessons) -> Score:
        """Return macro-F1 and the negative mean log loss."""
        vectors = SHARPNESS * torch.from_numpy(self.vectors(lessons.tokens))
        head = copy.deepcopy(self.head).cpu()
        with torch.inference_mode():
            scores = head(vectors)
            loss = functional.cross_entropy(scores, torch.from_numpy(lessons.target))
        found = scores.argmax(dim=1).numpy()
        f1 = f1_score(lessons.target, found, average="macro", zero_division=0)
        return float(f1), -loss.item()


def begin_classifier(start: Network, task: Task, recipe: FineTuning, *, seed: int) -> Classifier:
    """Return the pretrained network with a new head."""
    network = Network(copy.deepcopy(start.body), start.causal)
    classifier = Classifier(network, task.n_values, recipe.dropout, seed=seed)
    classifier.to(find_device())
    return classifier


def make_optimiser(classifier: Classifier, recipe: FineTuning) -> torch.optim.AdamW:
    """Return AdamW, with a rate for the network and one for the head."""
    return torch.optim.AdamW(
        [
            {"params": [*classifier.body.parameters()], "base": recipe.rate},
            {"params": [*classifier.head.parameters()], "base": recipe.head_rate},
        ],
        weight_decay=0.01,
    )


def run_epoch(
    classifier: Classifier,
    optimiser: torch.optim.AdamW,
    task: Task,
    recipe: FineTuning,
    *,
    at: tuple[int, int],
) -> Iterator[Step]:
    """Train for one epoch; what is random in it follows from seed and epoch alone."""
    device = find_device()
    per_epoch = math.ceil(len(task.lessons.tokens) / recipe.batch_size)
    n_steps = recipe.epochs * per_epoch
    factor = make_ramp(n_steps)
    weights = weigh_values(task.lessons.target, task.n_values, recipe.balance).to(device)
    lengths = [len(ids) for ids in task.lessons.tokens]
    batches = batch_by_length(lengths, recipe.batch_size, np.random.default_rng(at))
    mixed = torch.autocast("cuda", dtype=torch.bfloat16, enabled=device.type == "cuda")
    total = 0.0
    classifier.train()
    with own_seed(int(np.random.default_rng(at).integers(2**31))):
        for number, batch in enumerate(batches, start=1):
            step = at[1] * per_epoch + number
            for group in optimiser.param_groups:
                group["lr"] = group["base"] * factor(step - 1)
            ids, mask = pad([task.lessons.tokens[row] for row in batch], device)
            target = torch.from_numpy(task.lessons.target[batch]).to(device)
            with mixed:
                scores = classifier(ids, mask)
            loss = functional.cross_entropy(scores.float(), target, weight=weights)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(classifier.parameters(), 1.0)
            optimiser.step()
            total += loss.item()
            yield Step(task.variable, step, n_steps, total / number)
    classifier.eval()


def flatten_memory(optimiser: torch.optim.AdamW) -> dict[str, torch.Tensor]:
    """Return what an optimiser remembers of each weight, by its number and a name."""
    return {
        f"{number}.{name}": array
        for number, kept in optimiser.state_dict()["state"].items()
        for name, array in kept.items()
    }


def restore_memory(optimiser: torch.optim.AdamW, flat: Mapping[str, torch.Tensor]) -> None:
    """Give an optimiser back what `flatten_memory` took."""
    kept: dict[int, dict[str, torch.Tensor]] = {}
    for key, array in flat.items():
        number, _, name = key.partition(".")
        kept.setdefault(int(number), {})[name] = array
    optimiser.load_state_dict({**optimiser.state_dict(), "state": kept})


def copy_arrays(arrays: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return copies on the processor."""
    return {name: array.detach().cpu().clone() for name, array in arrays.items()}
