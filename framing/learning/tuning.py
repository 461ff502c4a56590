"""Turn the encoder towards the codebook's variables: train an adapter and heads together.

Needs torch (the extra ``tune``); nothing else in bingkai does.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from framing.encoders.encoder import E5Encoder
from framing.errors import BingkaiError
from framing.learning.heads import measure
from framing.learning.training import (
    build_model,
    checked_codes,
    checked_texts,
    hold_out,
    training_variables,
)
from framing.model import Model
from framing.scheme import Codebook

try:
    import torch
    from torch import nn
    from torch.nn import functional

    from framing.learning.network import Recipe, Tuned
except ImportError:
    raise BingkaiError("--tune needs torch; install it: pip install 'bingkai[tune]'") from None

_LONGEST = 160  # tokens; longer sentences are cut while training
_MISSING = -100  # the code of a sentence that has none for a variable


@dataclass(frozen=True)
class Codes:
    """Coded sentences as numbers.

    Attributes
    ----------
    tokens
        Token ids of each sentence.
    targets
        By variable, the index of each sentence's value, or -100 where it has none.
    values
        By variable, the values.
    """

    tokens: list[list[int]]
    targets: Mapping[str, npt.NDArray[np.int64]]
    values: Mapping[str, tuple[str, ...]]

    def part(self, index: npt.NDArray[np.int64]) -> "Codes":
        """Return the sentences at `index`."""
        return Codes(
            [self.tokens[number] for number in index],
            {name: target[index] for name, target in self.targets.items()},
            self.values,
        )


def make_codes(
    texts: Sequence[str],
    codes: Mapping[str, Sequence[str]],
    values: Mapping[str, tuple[str, ...]],
    encoder: E5Encoder,
) -> Codes:
    """Turn sentences and their codes into numbers."""
    indices = {name: {value: n for n, value in enumerate(names)} for name, names in values.items()}
    targets = {
        name: np.array([indices[name].get(code, _MISSING) for code in codes[name]])
        for name in values
    }
    return Codes([encoder.token_ids(text)[:_LONGEST] for text in texts], targets, values)


def tune(network: Tuned, codes: Codes, *, seed: int) -> Iterator[float]:
    """Train the network and yield the mean loss of every epoch.

    The encoder runs in bfloat16, sums and losses in float32.

    Parameters
    ----------
    network
        Is changed in place.
    codes
        The sentences to train on.
    seed
        For the order of the sentences; dropout takes torch's own generator.
    """
    recipe = network.recipe
    rng = np.random.default_rng(seed)
    heads = list(network.heads.parameters())
    changes = [item for item in network.layers.parameters() if item.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": changes, "lr": recipe.rate}, {"params": heads, "lr": recipe.head_rate}],
        weight_decay=0.01,
    )
    n_steps = recipe.epochs * math.ceil(len(codes.tokens) / recipe.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, make_ramp(n_steps))
    importance = {
        name: weigh_values(codes.targets[name], len(codes.values[name]), recipe.balance)
        for name in codes.values
    }
    lengths = [len(ids) for ids in codes.tokens]
    for _ in range(recipe.epochs):
        network.train()
        total = []
        for batch in batch_by_length(lengths, recipe.batch_size, rng):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = network([codes.tokens[number] for number in batch])
            losses = [
                functional.cross_entropy(
                    scores[name].float(),
                    torch.from_numpy(codes.targets[name][batch]),
                    weight=importance[name],
                    ignore_index=_MISSING,
                    label_smoothing=recipe.smoothing,
                )
                for name in codes.values
                if (codes.targets[name][batch] != _MISSING).any()
            ]
            optimiser.zero_grad()
            loss = torch.stack(losses).sum()
            loss.backward()
            total.append(loss.item())
            nn.utils.clip_grad_norm_([*changes, *heads], 1.0)
            optimiser.step()
            schedule.step()
        yield float(np.mean(total))


def tune_model(
    sentences: pd.DataFrame,
    codebook: Codebook,
    *,
    name: str,
    recipe: Recipe | None = None,
    held_out: float = 0.1,
    seed: int = 0,
    report: Callable[[str], None] = lambda line: None,
) -> Model:
    """Train an adapter and heads together on coded sentences.

    A part of the sentences is held out: it sets the probabilities and gives the scores that the
    model states of itself. If some sentences come from whole articles (``article_id``), articles
    are held out, because they have the mix of values that articles have; else sentences, of which
    pairs stay together. A variable that rules decide (voice) helps to
    train the adapter and gets no head.

    Parameters
    ----------
    sentences
        As for `framing.learning.training.train_model`.
    held_out
        Share of the articles, or of the pairs and lone sentences, that is held out.
    report
        Is told the loss of every epoch, a line each.

    Raises
    ------
    BingkaiError
        As for `framing.learning.training.train_model`.
    """
    recipe = recipe or Recipe()
    texts = checked_texts(sentences)
    learnt = training_variables(sentences, codebook)
    variables = [*learnt, *(name for name in codebook.ruled if name in sentences.columns)]
    codes = {name: checked_codes(sentences, codebook, name).tolist() for name in variables}
    values = {
        name: tuple(value for value in codebook.variable(name).value_ids if value in codes[name])
        for name in variables
    }
    base = E5Encoder()
    numbers = make_codes(texts, codes, values, base)
    test = hold_out(sentences, held_out, seed)
    part = numbers.part(np.flatnonzero(~test))
    network = Tuned(base.weights, values, recipe, seed=seed)
    for epoch, loss in enumerate(tune(network, part, seed=seed), start=1):
        report(f"epoch {epoch} of {recipe.epochs}: loss {loss:.3f}")
    adapter = network.adapter()
    encoder = E5Encoder(adapter=adapter)
    vectors = encoder.encode([text for text, held in zip(texts, test, strict=True) if held])
    heads = {}
    for variable in learnt:
        target = numbers.targets[variable][test]
        known = target != _MISSING
        head = network.head(variable, values[variable])
        heads[variable] = measure(head, vectors[known], target[known])
    return build_model(heads, sentences, codebook, name=name, encoder=encoder.name, adapter=adapter)


def make_ramp(n_steps: int) -> Callable[[int], float]:
    """Return the factor of the learning rate by step: a tenth of the way up, then down to 0."""
    warm = max(1, n_steps // 10)

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return max(0.0, (n_steps - step) / max(1, n_steps - warm))

    return factor


def weigh_values(target: npt.NDArray[np.int64], n_values: int, balance: float) -> torch.Tensor:
    """Return the weight of each value in the loss, shape (n_values,): the rarer, the heavier.

    Parameters
    ----------
    target
        The index of each sentence's value; a negative one is none.
    balance
        Exponent of the inverse class frequency: 0 none, 1 full.
    """
    counts = np.bincount(target[target >= 0], minlength=n_values)
    return torch.tensor((counts.mean() / np.maximum(counts, 1)) ** balance, dtype=torch.float32)


def batch_by_length(
    lengths: Sequence[int], size: int, rng: np.random.Generator
) -> Iterator[npt.NDArray[np.int64]]:
    """Yield batches of sentences of like length, in a random order."""
    order = rng.permutation(len(lengths))
    batches = []
    for start in range(0, len(order), 16 * size):
        chunk = order[start : start + 16 * size]
        chunk = chunk[np.argsort(np.asarray(lengths)[chunk], kind="stable")]
        batches += [chunk[first : first + size] for first in range(0, len(chunk), size)]
    for number in rng.permutation(len(batches)):
        yield batches[number]
