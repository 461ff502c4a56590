"""Fine-tune a transformer for each variable: all of its weights, and a head on them.

Three parts of the coded sentences, whole articles each, keep what is reported honest: most train, a
tenth of the rest says when to stop, and a tenth that neither has seen sets the probabilities and
gives the score that the model states of itself.

Needs the extra ``indobert``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from framing.encoders.checkpoint import Network, Tokens, load_checkpoint, load_network
from framing.encoders.finetuned import TOKENIZER, FineTuned
from framing.encoders.hub import find_checkpoint, is_hub_id, short_name
from framing.encoders.transformer import TransformerEncoder
from framing.errors import BingkaiError
from framing.learning.classifier import (
    Classifier,
    FineTuning,
    Lessons,
    Step,
    Task,
    begin_classifier,
    copy_arrays,
    flatten_memory,
    make_optimiser,
    restore_memory,
    run_epoch,
)
from framing.learning.heads import Head, linear_head, measure
from framing.learning.resumption import Resumption, Standing, State
from framing.learning.training import (
    build_model,
    checked_codes,
    checked_texts,
    hash_training,
    hold_out,
    training_variables,
)
from framing.model import Model
from framing.scheme import Codebook

NONE = -1  # the code of a sentence that has none


def finetune_model(
    sentences: pd.DataFrame,
    codebook: Codebook,
    encoder: str,
    *,
    name: str,
    work: Path,
    recipe: FineTuning | None = None,
    variables: Sequence[str] | None = None,
    seed: int = 0,
    report: Callable[[Step], None] = lambda step: None,
) -> Model:
    """Fine-tune a transformer for each variable.

    After every epoch its state goes into `work`; called again with the same arguments, training
    goes on from there and ends in the same model.

    Parameters
    ----------
    sentences
        As for `framing.learning.training.train_model`.
    encoder
        A local folder, or a hub id, which is fetched if it is not in the local cache.
    work
        A folder for what is half done; the model's networks lie in it until it is written.
    recipe
        How; the defaults if not given.
    variables
        Which; all that `framing.learning.training.train_model` would train if not given.
    seed
        For which sentences are held out, the head's first weights, the order, and dropout.
    report
        Is told every step.

    Raises
    ------
    BingkaiError
        As for `framing.learning.training.train_model`; the transformer cannot be found or loaded;
        too few groups to hold two parts out; or another training lies in `work`.
    """
    recipe = recipe or FineTuning()
    texts = checked_texts(sentences)
    variables = [*(variables or training_variables(sentences, codebook))]
    codes = {variable: checked_codes(sentences, codebook, variable) for variable in variables}
    test, stop = _hold_out_twice(sentences, recipe, seed)
    folder = find_checkpoint(encoder)
    start = load_checkpoint(folder)
    resumption = Resumption(
        work,
        {
            "encoder": start.sha256(),
            "sentences": hash_training(sentences, codebook),
            "codebook": codebook.sha256,
            "variables": variables,
            "recipe": asdict(recipe),
            "seed": seed,
        },
    )
    tokens = [start.tokens.ids(text) for text in texts]
    start.tokens.write(resumption.finished / TOKENIZER)
    heads: dict[str, Head] = {}
    for variable in variables:
        present = set(codes[variable])
        values = [value for value in codebook.variable(variable).value_ids if value in present]
        indices = {value: number for number, value in enumerate(values)}
        target = np.array([indices.get(code, NONE) for code in codes[variable]])
        lessons = [
            Lessons([tokens[number] for number in index], target[index])
            for index in (
                np.flatnonzero((target != NONE) & mask) for mask in (~test & ~stop, stop, test)
            )
        ]
        for part, what in zip(lessons, ("to train on", "to stop by", "held out"), strict=True):
            if not part.tokens:
                raise BingkaiError(f"{variable}: no coded sentence is left {what}; code more")
        task = Task(variable, len(values), lessons[0], lessons[1])
        classifier = _train(task, start.network, resumption, recipe, seed=seed, report=report)
        head = linear_head(values, _plain(classifier.head.weight), _plain(classifier.head.bias))
        heads[variable] = measure(head, classifier.vectors(lessons[2].tokens), lessons[2].target)
    networks = FineTuned.from_folder(resumption.finished)
    loaded = [load_network(networks.folder / variable) for variable in networks.variables]
    again = Tokens(networks.folder / TOKENIZER, loaded[0].config)
    if again.digest() != start.tokens.digest():
        raise BingkaiError(f"{encoder}: its tokenizer is another one when written and read again")
    return build_model(
        _join(heads, networks.variables),
        sentences,
        codebook,
        name=name,
        encoder=TransformerEncoder(loaded, again, name=f"{short_name(encoder)}-finetuned").name,
        source=encoder if is_hub_id(encoder) else "",
        networks=networks,
    )


def _hold_out_twice(
    sentences: pd.DataFrame, recipe: FineTuning, seed: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Choose what sets scores and, of the rest, what says when to stop; whole groups each."""
    test = hold_out(sentences, recipe.held_out, seed)
    stop = np.zeros(len(sentences), dtype=bool)
    stop[~test] = hold_out(sentences[~test], recipe.stopping, seed + 1)
    return test, stop


def _train(
    task: Task,
    start: Network,
    resumption: Resumption,
    recipe: FineTuning,
    *,
    seed: int,
    report: Callable[[Step], None],
) -> Classifier:
    """Return the best classifier of all seeds and epochs, its network in the finished ones."""
    done = resumption.read_head(task.variable)
    if done is not None:
        network = load_network(resumption.finished / task.variable)
        classifier = Classifier(network, task.n_values, recipe.dropout)
        classifier.head.load_state_dict(done)
        return classifier
    known = resumption.read_state(task.variable)
    standing, best = (known.standing, known.best) if known else (Standing(), {})
    for number in range(standing.number, recipe.n_seeds):
        classifier = begin_classifier(start, task, recipe, seed=seed + number)
        optimiser = make_optimiser(classifier, recipe)
        if number > standing.number:
            standing = Standing(number=number, best=standing.best)
        elif known:
            classifier.load_state_dict(known.now)
            restore_memory(optimiser, known.optimiser)
        while standing.epoch < recipe.epochs and standing.misses < recipe.patience:
            at = (seed + number, standing.epoch)
            name = task.variable + (f", seed {seed + number}" if recipe.n_seeds > 1 else "")
            for step in run_epoch(classifier, optimiser, task, recipe, at=at):
                report(replace(step, task=name))
            score = classifier.score(task.stopping)
            if score > standing.best:
                best = copy_arrays(classifier.state_dict())
            standing = Standing(
                number=number,
                epoch=standing.epoch + 1,
                misses=0 if score > standing.own else standing.misses + 1,
                own=max(score, standing.own),
                best=max(score, standing.best),
            )
            resumption.write_state(
                task.variable,
                State(standing, classifier.state_dict(), best, flatten_memory(optimiser)),
            )
    classifier = begin_classifier(start, task, recipe, seed=seed)
    classifier.load_state_dict(best)
    classifier.network.write(resumption.finished / task.variable)
    resumption.finish(task.variable, copy_arrays(classifier.head.state_dict()))
    return classifier


def _plain(array: torch.Tensor) -> npt.NDArray[np.float64]:
    return np.asarray(array.detach().cpu().numpy(), dtype=np.float64)


def _join(heads: Mapping[str, Head], variables: Sequence[str]) -> dict[str, Head]:
    """Return the heads for the joined vectors of all networks, each blind to the others'."""
    joined = {}
    for variable, head in heads.items():
        n_values, dimension = head.weights.shape
        place = slice(dimension * variables.index(variable), None)
        weights = np.zeros((n_values, dimension * len(variables)))
        # Joined vectors are as long as one, so that each part is shorter by this root.
        weights[:, place][:, :dimension] = head.weights * math.sqrt(len(variables))
        joined[variable] = replace(
            head,
            mean=np.zeros(weights.shape[1]),
            spread=np.full(weights.shape[1], head.spread[0]),
            weights=weights,
        )
    return joined
