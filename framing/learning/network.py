"""The encoder in torch, with a low-rank adapter and one head a variable, to be trained.

Needs torch (the extra ``tune``). It holds the weights of `framing.encoders.weights`, so that what
is trained is what `framing.encoders.encoder` will run.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from framing.encoders.adapter import Adapter
from framing.encoders.weights import Weights
from framing.learning.heads import SHARPNESS, Head, linear_head

_MATRICES = ("q", "k", "v", "ao", "fi", "fo")


@dataclass(frozen=True)
class Recipe:
    """How an adapter is trained; the defaults are those of the shipped model.

    Attributes
    ----------
    rank, scale
        Of the low-rank changes; B A is multiplied by `scale`.
    epochs, batch_size, rate, head_rate
        Of AdamW with a tenth of the steps to warm up and a linear way down.
    dropout, smoothing
        Dropout in the encoder and label smoothing in the loss.
    balance
        Exponent of the inverse class frequency in the loss: 0 none, 1 full.
    """

    rank: int = 8
    scale: float = 2.0
    epochs: int = 4
    batch_size: int = 32
    rate: float = 1e-3
    head_rate: float = 2e-3
    dropout: float = 0.1
    smoothing: float = 0.1
    balance: float = 0.5


class _Linear(nn.Module):
    """A frozen matrix with a trained low-rank change."""

    def __init__(self, weights: Weights, name: str, recipe: Recipe) -> None:
        super().__init__()
        matrix = torch.from_numpy(weights.matrices[f"{name}.w"].rows(slice(None)))
        self.register_buffer("matrix", matrix)
        self.register_buffer("bias", torch.tensor(np.array(weights.arrays[f"{name}.b"])))
        n_out, n_in = matrix.shape
        self.down = nn.Parameter(torch.randn(recipe.rank, n_in) / math.sqrt(n_in))
        self.up = nn.Parameter(torch.zeros(n_out, recipe.rank))
        self._scale, self._dropout = recipe.scale, recipe.dropout

    def forward(self, state: torch.Tensor) -> torch.Tensor:
        """Apply W + scale * B A."""
        dropped = functional.dropout(state, self._dropout, self.training)
        change = functional.linear(functional.linear(dropped, self.down), self.up)
        return functional.linear(state, self.matrix, self.bias) + self._scale * change


class _Norm(nn.Module):
    """A frozen layer normalisation."""

    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        self.register_buffer("gain", torch.tensor(np.array(weights.arrays[f"{name}.w"])))
        self.register_buffer("bias", torch.tensor(np.array(weights.arrays[f"{name}.b"])))
        self._epsilon = weights.epsilon

    def forward(self, state: torch.Tensor) -> torch.Tensor:
        """Normalise the last axis."""
        shape = (state.shape[-1],)
        return functional.layer_norm(state, shape, self.gain, self.bias, self._epsilon)


class _Layer(nn.Module):
    """One transformer layer of BERT."""

    def __init__(self, weights: Weights, number: int, recipe: Recipe) -> None:
        super().__init__()
        self.linear = nn.ModuleDict(
            {name: _Linear(weights, f"l{number}.{name}", recipe) for name in _MATRICES}
        )
        self.inner, self.outer = _Norm(weights, f"l{number}.aln"), _Norm(weights, f"l{number}.oln")
        self._n_heads, self._dropout = weights.n_heads, recipe.dropout

    def forward(self, state: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the next state, shape (n_texts, n_tokens, hidden)."""
        n_texts, n_tokens, hidden = state.shape
        query, key, value = (
            self.linear[name](state).view(n_texts, n_tokens, self._n_heads, -1).transpose(1, 2)
            for name in ("q", "k", "v")
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        attended = self.linear["ao"](mixed.transpose(1, 2).reshape(n_texts, n_tokens, hidden))
        state = self.inner(state + self._drop(attended))
        changed = self.linear["fo"](functional.gelu(self.linear["fi"](state)))
        return self.outer(state + self._drop(changed))

    def _drop(self, state: torch.Tensor) -> torch.Tensor:
        return functional.dropout(state, self._dropout, self.training)


class Tuned(nn.Module):
    """The encoder with its adapter and one linear head a variable."""

    def __init__(
        self,
        weights: Weights,
        values: Mapping[str, tuple[str, ...]],
        recipe: Recipe,
        *,
        seed: int,
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self._weights, self.recipe = weights, recipe
        positions = weights.arrays["emb.pos"].reshape(weights.max_tokens, weights.hidden)
        self._positions = torch.tensor(positions + weights.arrays["emb.type"][: weights.hidden])
        self.first = _Norm(weights, "emb.ln")
        self.layers = nn.ModuleList(
            _Layer(weights, number, recipe) for number in range(weights.n_layers)
        )
        self.heads = nn.ModuleDict(
            {name: nn.Linear(weights.hidden, len(names)) for name, names in values.items()}
        )

    def forward(self, tokens: Sequence[Sequence[int]]) -> dict[str, torch.Tensor]:
        """Return the scores by variable, shape (n_texts, n_values)."""
        state, present = self._embed(tokens)
        mask = present[:, None, None, :]
        state = self.first(state)
        for layer in self.layers:
            state = layer(state, mask)
        summed = (state.float() * present[..., None]).sum(dim=1)
        vector = SHARPNESS * functional.normalize(summed, dim=1)
        vector = functional.dropout(vector, self.recipe.dropout, self.training)
        return {name: head(vector) for name, head in self.heads.items()}

    def adapter(self) -> Adapter:
        """Return the adapter alone."""
        down, up = {}, {}
        for number, layer in enumerate(self.layers):
            for name in _MATRICES:
                linear = layer.linear[name]
                key = f"l{number}.{name}.w"
                down[key] = linear.down.detach().numpy().astype(np.float16)
                scaled = self.recipe.scale * linear.up.detach()
                up[key] = scaled.numpy().astype(np.float16)
        return Adapter(down, up)

    def head(self, variable: str, values: tuple[str, ...]) -> Head:
        """Return the head of a variable, for unit vectors, not yet measured."""
        layer = self.heads[variable]
        return linear_head(values, layer.weight.detach().numpy(), layer.bias.detach().numpy())

    def _embed(self, tokens: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        longest = max(map(len, tokens))
        state = torch.zeros(len(tokens), longest, self._weights.hidden)
        present = torch.zeros(len(tokens), longest, dtype=torch.bool)
        words = self._weights.matrices["emb.word"]
        for row, ids in enumerate(tokens):
            size = len(ids)
            state[row, :size] = torch.from_numpy(words.rows(np.asarray(ids)))
            state[row, :size] += self._positions[:size]
            present[row, :size] = True
        return state, present
