"""Distil a model into word vectors, so that a fast one labels almost like it.

The fast model learns the probabilities that its teacher gives (Hinton, Vinyals and Dean 2015) to
the training sentences and to many variants of them, cut, thinned and joined, which nobody would
code but the teacher can. Needs torch (the extra ``tune``).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from framing.encoders.encoder import Encoder
from framing.encoders.fast import (
    FastEncoder,
    FeatureTable,
    Hashes,
    WordVectors,
    hash_features,
    place_hashes,
)
from framing.errors import BingkaiError
from framing.labeling import label_sentences
from framing.learning.heads import SHARPNESS, Head, linear_head, measure
from framing.learning.training import build_model, checked_codes, checked_texts, hold_out
from framing.model import Model
from framing.scheme import Codebook

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError:
    raise BingkaiError("distilling needs torch; install it: pip install 'bingkai[tune]'") from None

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Distillation:
    """How a fast model is trained; the defaults are those of the shipped one.

    Attributes
    ----------
    dimension
        Length of the vectors.
    n_variants
        Variants of each sentence.
    epochs, batch_size, rate
        Of Adam, on a linear way down.
    dropout
        Share of a sentence's features that is left out in training.
    least_words, least_pairs
        Sentences that a word or beginning, and a pair, must occur in to have a vector.
    """

    dimension: int = 32
    n_variants: int = 8
    epochs: int = 15
    batch_size: int = 256
    rate: float = 3e-3
    dropout: float = 0.1
    least_words: int = 2
    least_pairs: int = 5


def distil_model(
    teacher: Model,
    sentences: pd.DataFrame,
    codebook: Codebook,
    encoder: Encoder,
    *,
    name: str,
    recipe: Distillation | None = None,
    held_out: float = 0.1,
    seed: int = 0,
    report: Callable[[str], None] = lambda line: None,
) -> Model:
    """Train a fast model on what a teacher says.

    Variables that rules decide are learnt, too: rules would take longer than all the rest. The
    same articles or sentences are held out as when the teacher was tuned with this seed; they set
    the probabilities and give the scores that the model states of itself.

    Parameters
    ----------
    teacher, encoder
        A model and its encoder.
    sentences
        What the teacher was trained on; coded, as for `framing.learning.training.train_model`.
    held_out
        As for `framing.learning.tuning.tune_model`.
    report
        Is told the loss of every epoch, a line each.

    Raises
    ------
    BingkaiError
        As for `framing.learning.training.train_model` and `framing.labeling.label_sentences`.
    """
    recipe = recipe or Distillation()
    texts = checked_texts(sentences)
    test = hold_out(sentences, held_out, seed)
    known = [text for text, held in zip(texts, test, strict=True) if not held]
    rng = np.random.default_rng(seed)
    shown = [*known, *_vary(known, recipe.n_variants, rng)]
    report(f"the teacher labels {len(shown)} texts")
    lessons = _ask(teacher, shown, codebook, encoder)
    features = _choose_features(known, recipe)
    student = _Student(features, lessons, recipe, seed=seed)
    for epoch, loss in enumerate(_teach(student, shown, lessons, rng), start=1):
        report(f"epoch {epoch} of {recipe.epochs}: loss {loss:.3f}")
    words = student.words()
    vectors = FastEncoder(words).encode(
        [text for text, held in zip(texts, test, strict=True) if held]
    )
    heads = {}
    for variable, probabilities in lessons.items():
        values = tuple(probabilities.columns)
        heads[variable] = student.head(variable, values)
        if variable in sentences.columns:
            codes = checked_codes(sentences, codebook, variable)[test].tolist()
            coded = np.array([code in values for code in codes])
            target = np.array([values.index(code) for code in codes if code in values])
            heads[variable] = measure(heads[variable], vectors[coded], target)
    return build_model(
        heads, sentences, codebook, name=name, encoder=FastEncoder(words).name, words=words
    )


def _vary(texts: Sequence[str], n_variants: int, rng: np.random.Generator) -> Iterator[str]:
    """Give variants of every text: a piece, a thinned one, or its start with another's end."""
    for _ in range(n_variants):
        for text in texts:
            words = text.split()
            kind = rng.random()
            if kind < 0.35:
                size = max(3, int(len(words) * rng.uniform(0.3, 0.85)))
                start = int(rng.integers(max(1, len(words) - size + 1)))
                words = words[start : start + size]
            elif kind < 0.6:
                words = [word for word in words if rng.random() > 0.25] or words
            else:
                other = texts[int(rng.integers(len(texts)))].split()
                head, tail = rng.uniform(0.3, 0.7, size=2)
                words = words[: int(len(words) * head)] + other[int(len(other) * tail) :]
            varied = " ".join(words)
            yield varied.lower() if rng.random() < 0.3 else varied


def _ask(
    teacher: Model, texts: Sequence[str], codebook: Codebook, encoder: Encoder
) -> dict[str, pd.DataFrame]:
    """Return the teacher's probabilities by variable, one row a text, one column a value."""
    table = pd.DataFrame({"sentence_id": [str(number) for number in range(len(texts))]})
    given = label_sentences(table.assign(text=list(texts)), teacher, codebook, encoder)
    lessons = {}
    for variable, rows in given.distributions.groupby("variable", sort=False):
        values = codebook.variable(str(variable)).value_ids
        probabilities = rows[[value for value in values if value in rows.columns]]
        lessons[str(variable)] = probabilities.dropna(axis=1, how="all").reset_index(drop=True)
    return lessons


def _choose_features(texts: Sequence[str], recipe: Distillation) -> Hashes:
    """Return the hashes of features that occur in enough texts, the frequent ones first."""
    hashes, starts = hash_features(texts)
    text = np.repeat(np.arange(len(texts)), np.diff(starts))
    counts = []
    for kind, least in enumerate((recipe.least_words, recipe.least_pairs, recipe.least_words)):
        seen = pd.DataFrame({"feature": hashes[: len(text), kind], "text": text}).drop_duplicates()
        n_texts = seen.loc[seen["feature"] != 0, "feature"].value_counts()
        counts.append(n_texts[n_texts >= least])
    table = pd.concat(counts).rename_axis("feature").reset_index(name="n_texts")
    table = table.sort_values(["n_texts", "feature"], ascending=[False, True])
    features: Hashes = table["feature"].to_numpy(dtype=np.uint64)
    _, first = np.unique(place_hashes(features), return_index=True)
    return features[np.sort(first)]


class _Student(nn.Module):
    """The fast encoder as torch trains it, with a linear head a variable."""

    def __init__(
        self,
        features: Hashes,
        lessons: dict[str, pd.DataFrame],
        recipe: Distillation,
        *,
        seed: int,
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.recipe, self.features = recipe, features
        self._bag = nn.EmbeddingBag(len(features), recipe.dimension, mode="sum")
        nn.init.normal_(self._bag.weight, std=0.1)
        self._shift = nn.Parameter(torch.zeros(recipe.dimension))
        self._heads = nn.ModuleDict(
            {name: nn.Linear(recipe.dimension, table.shape[1]) for name, table in lessons.items()}
        )

    def forward(self, places: Sequence[npt.NDArray[np.int32]]) -> dict[str, torch.Tensor]:
        """Return the log probabilities by variable, shape (n_texts, n_values)."""
        sizes = torch.tensor([len(part) for part in places])
        flat = torch.from_numpy(np.concatenate(places).astype(np.int64))
        summed = self._bag(flat, sizes.cumsum(0) - sizes)
        state = functional.relu(summed / sizes.clamp(min=1).sqrt()[:, None] + self._shift)
        vector = SHARPNESS * functional.normalize(state, dim=1, eps=1e-6)
        vector = functional.dropout(vector, self.recipe.dropout, self.training)
        return {name: head(vector).log_softmax(dim=1) for name, head in self._heads.items()}

    def words(self) -> WordVectors:
        """Return the word vectors alone."""
        vectors = self._bag.weight.detach().numpy()
        return WordVectors.from_floats(self.features, vectors, self._shift.detach().numpy())

    def head(self, variable: str, values: tuple[str, ...]) -> Head:
        """Return the head of a variable, for unit vectors, not yet measured."""
        layer = self._heads[variable]
        return linear_head(values, layer.weight.detach().numpy(), layer.bias.detach().numpy())


def _teach(
    student: _Student,
    texts: Sequence[str],
    lessons: dict[str, pd.DataFrame],
    rng: np.random.Generator,
) -> Iterator[float]:
    """Train the student and yield the mean loss of every epoch."""
    recipe = student.recipe
    counts = FeatureTable(student.features).count(texts)
    places = np.split(counts.indices, counts.indptr[1:-1])
    targets = {
        name: torch.tensor(table.to_numpy(), dtype=torch.float32) for name, table in lessons.items()
    }
    n_steps = recipe.epochs * math.ceil(len(texts) / recipe.batch_size)
    optimiser = torch.optim.Adam(student.parameters(), lr=recipe.rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, total_iters=n_steps)
    for _ in range(recipe.epochs):
        student.train()
        total = []
        for batch in torch.from_numpy(rng.permutation(len(texts))).split(recipe.batch_size):
            said = student(
                [_thin(places[number], recipe.dropout, rng) for number in batch.tolist()]
            )
            losses = [
                functional.kl_div(said[name], target[batch], reduction="batchmean")
                for name, target in targets.items()
            ]
            optimiser.zero_grad()
            loss = torch.stack(losses).sum()
            loss.backward()
            optimiser.step()
            schedule.step()
            total.append(loss.item())
        yield float(np.mean(total))


def _thin(
    places: npt.NDArray[np.int32], share: float, rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    return places[rng.random(len(places)) >= share]
