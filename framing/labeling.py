"""Sentences to labels: the heads' probabilities, the rules' voice, the stance's target."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from framing.encoders.cache import embed
from framing.encoders.encoder import Encoder, Progress
from framing.errors import BingkaiError
from framing.model import Model
from framing.schema import COLUMNS
from framing.scheme import VOICES, Codebook
from framing.speakers.targets import find_targets
from framing.speakers.voice import find_voices

_KEYS = ["sentence_id", "variable", "labeler"]
_BELONG = "name a model and a codebook that belong together (--model, --codebook)"


@dataclass(frozen=True)
class Labels:
    """What labelling gives.

    Attributes
    ----------
    labels
        The labels table: one row a sentence and variable.
    distributions
        One row a sentence and variable, one column a value, empty where the value is of another
        variable.
    sentences
        The sentences, with ``source`` and ``source_group`` filled.
    """

    labels: pd.DataFrame
    distributions: pd.DataFrame
    sentences: pd.DataFrame


def label_sentences(
    sentences: pd.DataFrame,
    model: Model,
    codebook: Codebook,
    encoder: Encoder,
    *,
    abstain: float = 0.0,
    progress: Progress | None = None,
) -> Labels:
    """Label every sentence with every variable that the model and the codebook share.

    Parameters
    ----------
    sentences
        Columns ``sentence_id`` and ``text``; ``article_id`` and ``position``, if there, let a
        quotation carry its source over sentences.
    model
        Its heads decide the variables that it has.
    codebook
        The variables; rules decide the one in `Codebook.ruled` where the model has no head for it.
    encoder
        The one that the model was trained with.
    abstain
        A label that is less probable than this is left empty, from 0 (none) to 1; its probability
        stays, and so does the distribution.
    progress
        Wraps the embeddings as they are made.

    Notes
    -----
    A sentence without a character that shows gets the empty value and no probability.

    Raises
    ------
    BingkaiError
        The encoder is another one, model and codebook do not share a variable or its values, or
        `abstain` is no probability.
    """
    if not 0 <= abstain <= 1:
        raise BingkaiError(f"abstain is {abstain}; give a probability from 0 to 1, such as 0.5")
    if encoder.name != model.encoder:
        raise BingkaiError(
            f"the model {model.name} was trained with the encoder {model.encoder}, "
            f"not {encoder.name}; train it again or use that encoder"
        )
    _check_values(model, codebook)
    variables = [variable.id for variable in codebook.variables]
    texts = sentences["text"].astype(str).tolist()
    tables: dict[str, pd.DataFrame] = {}
    headed = [variable for variable in variables if variable in model.heads]
    if not headed:
        raise BingkaiError(
            f"the model {model.name} decides {', '.join(model.heads)}, none of which the codebook "
            f"{codebook.id} has; {_BELONG}"
        )
    vectors = embed(texts, encoder, progress=progress)
    for variable in headed:
        head = model.heads[variable]
        tables[variable] = pd.DataFrame(
            head.probabilities(vectors), columns=list(head.values), index=sentences.index
        )
    if "voice" in codebook.ruled and "voice" not in tables:
        voices = find_voices(sentences, codebook)
        tables["voice"] = voices[list(VOICES)].set_axis(sentences.index)
        sentences = sentences.assign(
            source=voices["source"].to_numpy(), source_group=voices["source_group"].to_numpy()
        )
    ordered = {variable: tables[variable] for variable in variables if variable in tables}
    return Labels(
        labels=_long(ordered, sentences, model.labeler, codebook, abstain=abstain),
        distributions=_distributions(ordered, sentences, model.labeler),
        sentences=sentences,
    )


def widen(table: pd.DataFrame, result: Labels) -> pd.DataFrame:
    """Return `table`, one row a text, with ``frame``, ``frame_prob``, ``stance``, ... added.

    Parameters
    ----------
    table
        The rows that were labelled, in their order.
    result
        What `label_sentences` gave for them.

    Raises
    ------
    BingkaiError
        The table already has a column of that name.
    """
    added: dict[str, np.ndarray] = {}
    for variable, rows in result.labels.groupby("variable", sort=False):
        added[str(variable)] = rows["value"].to_numpy()
        added[f"{variable}_prob"] = rows["prob"].to_numpy()
        if variable == "stance":
            added["stance_target"] = rows["target"].to_numpy()
    for name in ("source", "source_group"):
        if name in result.sentences.columns:
            added[name] = result.sentences[name].to_numpy()
    taken = [
        name for name in added if name in table.columns and name not in ("source", "source_group")
    ]
    if taken:
        raise BingkaiError(
            f"the table already has the column(s) {', '.join(taken)}; rename them and label again"
        )
    return table.assign(**added)


def _check_values(model: Model, codebook: Codebook) -> None:
    known = {variable.id: set(variable.value_ids) for variable in codebook.variables}
    for variable, head in model.heads.items():
        unknown = sorted(set(head.values) - known.get(variable, set(head.values)))
        if unknown:
            raise BingkaiError(
                f"the model {model.name} has {variable} {unknown[0]!r}, which the codebook "
                f"{codebook.id} lacks; {_BELONG}"
            )


def _long(
    tables: dict[str, pd.DataFrame],
    sentences: pd.DataFrame,
    labeler: str,
    codebook: Codebook,
    *,
    abstain: float,
) -> pd.DataFrame:
    spoken = sentences["text"].astype(str).str.strip() != ""
    parts = []
    for variable, table in tables.items():
        prob = table.max(axis=1)
        values = table.idxmax(axis=1).astype(str).where(spoken & (prob >= abstain), "").to_numpy()
        part = pd.DataFrame(
            {
                "sentence_id": sentences["sentence_id"].to_numpy(),
                "variable": variable,
                "labeler": labeler,
                "value": values,
                "prob": prob.where(spoken).to_numpy().round(6),
                "target": "",
            }
        )
        if variable == "stance":
            sources = sentences.get("source", pd.Series("", index=sentences.index))
            part["target"] = find_targets(
                sentences["text"].astype(str).tolist(), [*values], list(sources), codebook
            )
        parts.append(part)
    return pd.concat(parts, ignore_index=True)[list(COLUMNS["labels"])]


def _distributions(
    tables: dict[str, pd.DataFrame], sentences: pd.DataFrame, labeler: str
) -> pd.DataFrame:
    parts = []
    for variable, table in tables.items():
        part = table.round(6).reset_index(drop=True)
        part.insert(0, "sentence_id", sentences["sentence_id"].to_numpy())
        part.insert(1, "variable", variable)
        part.insert(2, "labeler", labeler)
        parts.append(part)
    joined = pd.concat(parts, ignore_index=True)
    values = [name for name in joined.columns if name not in _KEYS]
    return joined[[*_KEYS, *values]]
