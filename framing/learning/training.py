"""Train a model on coded sentences, and what every way of training checks first."""

import hashlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from framing.encoders.adapter import Adapter
from framing.encoders.cache import embed
from framing.encoders.encoder import Encoder, Progress
from framing.encoders.fast import WordVectors
from framing.encoders.finetuned import FineTuned
from framing.errors import BingkaiError
from framing.learning.heads import Head, fit_head
from framing.model import Model
from framing.scheme import Codebook


def train_model(
    sentences: pd.DataFrame,
    codebook: Codebook,
    encoder: Encoder,
    *,
    name: str,
    variables: Sequence[str] | None = None,
    seed: int = 0,
    source: str = "",
    progress: Progress | None = None,
) -> Model:
    """Train one head a variable on coded sentences.

    Parameters
    ----------
    sentences
        Columns ``text`` and one a variable; ``article_id`` and ``pair_id``, if there, keep the
        sentences of an article, and near-twins, in one fold. Rows with an empty code are left out
        for that variable.
    variables
        Which to train; every variable of the codebook that is a column, but for those that rules
        decide, if not given.
    source
        Hub id of the encoder, if it is one of the hub: lets the model find it again.

    Raises
    ------
    BingkaiError
        No text, no variable, a code that the codebook lacks, or fewer than two sentences a value.
    """
    if variables is None:
        variables = training_variables(sentences, codebook)
    texts = checked_texts(sentences)
    codes_of = {name: checked_codes(sentences, codebook, name) for name in variables}
    groups = sentence_groups(sentences)
    vectors = embed(texts, encoder, progress=progress)
    heads = {}
    for variable, codes in codes_of.items():
        coded = (codes != "").to_numpy()
        present = set(codes[coded])
        values = [value for value in codebook.variable(variable).value_ids if value in present]
        heads[variable] = fit_head(
            vectors[coded], codes[coded].tolist(), values, groups=groups[coded].tolist(), seed=seed
        )
    return build_model(heads, sentences, codebook, name=name, encoder=encoder.name, source=source)


def build_model(
    heads: dict[str, Head],
    sentences: pd.DataFrame,
    codebook: Codebook,
    *,
    name: str,
    encoder: str,
    adapter: Adapter | None = None,
    words: WordVectors | None = None,
    source: str = "",
    networks: FineTuned | None = None,
) -> Model:
    """Return the model of some heads, with what they were trained on."""
    return Model(
        name=name,
        encoder=encoder,
        codebook_sha256=codebook.sha256,
        training_sha256=hash_training(sentences, codebook),
        n_training=len(sentences),
        heads=heads,
        adapter=adapter,
        words=words,
        source=source,
        networks=networks,
    )


def training_variables(sentences: pd.DataFrame, codebook: Codebook) -> list[str]:
    """Return the codebook's variables that are columns of the sentences and no rules decide.

    Raises
    ------
    BingkaiError
        There is no such variable.
    """
    learnt = [item.id for item in codebook.variables if item.id not in codebook.ruled]
    variables = [name for name in learnt if name in sentences.columns]
    if not variables:
        raise BingkaiError(
            f"the training sentences have no column of codes; the codebook {codebook.id} wants "
            f"{_listed(learnt)}, they have {_listed(sentences.columns)}"
        )
    return variables


def sentence_groups(sentences: pd.DataFrame) -> pd.Series:
    """Return the group of each sentence: its article, else its pair, else one of its own.

    Sentences of one group are never trained on and tested on at once.

    Raises
    ------
    BingkaiError
        All sentences are one group.
    """
    groups = pd.Series([f"row {number}" for number in range(len(sentences))], index=sentences.index)
    for column in ("pair_id", "article_id"):
        if column in sentences.columns:
            names = sentences[column].fillna("").astype(str)
            groups = (column + " " + names).where(names != "", groups)
    if groups.nunique() < 2:
        raise BingkaiError(
            "pair_id or article_id is the same in all rows, so that none can be held out"
        )
    return groups


def hold_out(sentences: pd.DataFrame, share: float, seed: int) -> npt.NDArray[np.bool_]:
    """Choose sentences to test on, shape (n_sentences,), whole groups at random.

    Where some sentences come from articles, articles are chosen; else any groups are.
    """
    groups = sentence_groups(sentences)
    if "article_id" in sentences.columns:
        whole = (sentences["article_id"].fillna("") != "").to_numpy()
    else:
        whole = np.zeros(len(sentences), dtype=bool)
    names = np.array(sorted(set(groups[whole] if whole.any() else groups)))
    chosen = np.random.default_rng(seed).permutation(names)[: max(1, round(share * len(names)))]
    return np.isin(groups, chosen)


def checked_texts(sentences: pd.DataFrame) -> list[str]:
    """Return the texts of the training sentences.

    Raises
    ------
    BingkaiError
        There is no such column, or a text is empty.
    """
    if "text" not in sentences.columns:
        raise BingkaiError(
            f"the training sentences have no column text; they have {_listed(sentences.columns)}"
        )
    texts = sentences["text"].fillna("").astype(str)
    empty = texts.str.strip() == ""
    if empty.any():
        raise BingkaiError(f"the training sentences have no text in row {empty.argmax() + 1}")
    return texts.tolist()


def checked_codes(sentences: pd.DataFrame, codebook: Codebook, variable: str) -> pd.Series:
    """Return the codes of a variable as text, ``""`` where there is none.

    Raises
    ------
    BingkaiError
        The column is missing, a code is not in the codebook, or codes are too few to train on.
    """
    if variable not in sentences.columns:
        raise BingkaiError(f"the training sentences have no column {variable}")
    codes = sentences[variable].fillna("").astype(str)
    allowed = codebook.variable(variable).value_ids
    wrong = (codes != "") & ~codes.isin(allowed)
    if wrong.any():
        row = wrong.argmax()
        raise BingkaiError(
            f"row {row + 1}: {variable} {codes.iloc[row]!r} is not in the codebook {codebook.id}; "
            f"it has {', '.join(allowed)}"
        )
    counts = codes[codes != ""].value_counts()
    if len(counts) < 2:
        coded = f"only {counts.index[0]!r} is coded" if len(counts) else "nothing is coded"
        raise BingkaiError(f"{variable}: {coded}; training needs two values")
    if counts.min() < 2:
        raise BingkaiError(
            f"{variable}: {counts.idxmin()!r} has one sentence; training needs two of a value"
        )
    return codes


def hash_training(sentences: pd.DataFrame, codebook: Codebook) -> str:
    """Return the hash of the sentences and of their codes for every variable of the codebook."""
    coded = [item.id for item in codebook.variables if item.id in sentences.columns]
    columns = sentences[["text", *coded]].to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(columns.encode("utf-8", "replace")).hexdigest()


def default_training_path() -> Path:
    """Return the table of composed sentences that the shipped model was trained on."""
    return Path(str(files("framing") / "data" / "sentences.csv"))


def _listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names)) or "none"
