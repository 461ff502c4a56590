"""Coded sentences, however they are laid out, as one row a sentence."""

import warnings

import pandas as pd

from framing.errors import BingkaiError, BingkaiWarning
from framing.scheme import Codebook

KEPT = ("text", "article_id", "pair_id", "design", "stratum", "inclusion_prob")


def widen_codes(table: pd.DataFrame, codebook: Codebook, *, where: str = "gold") -> pd.DataFrame:
    """Return coded sentences with one column a variable; a table that has them so is kept.

    Parameters
    ----------
    table
        One row a sentence; or long, as a gold table is, with ``variable``, ``value`` and, as
        `bingkai adjudicate` writes it, ``text``.
    where
        The table's name, for messages.

    Raises
    ------
    BingkaiError
        A long table has no texts, or two codes of one sentence and variable.
    """
    if not {"variable", "value", "sentence_id"} <= set(table.columns):
        return table
    if any(variable.id in table.columns for variable in codebook.variables):
        return table
    table = table.astype("object").where(table.notna(), "")
    if "text" not in table.columns:
        raise BingkaiError(
            f"{where}: one row a sentence and variable, but no column text; bingkai adjudicate "
            "writes a gold file with texts"
        )
    coded = table.loc[table["value"] != ""]
    twice = coded.duplicated(["sentence_id", "variable"])
    if twice.any():
        first = coded.loc[twice].iloc[0]
        raise BingkaiError(
            f"{where}: {first['sentence_id']} has {first['variable']} twice; settle what people "
            "code differently with bingkai adjudicate"
        )
    codes = coded.pivot(index="sentence_id", columns="variable", values="value").fillna("")
    columns = ["sentence_id", *(name for name in KEPT if name in table.columns)]
    texts = table.drop_duplicates("sentence_id")[columns]
    known = [v.id for v in codebook.variables if v.id in codes.columns]
    wide = texts.merge(codes[known], on="sentence_id", how="inner")
    return wide.reset_index(drop=True)


def warn_of_design(coded: pd.DataFrame) -> None:
    """Warn where scores on coded sentences are not those of the corpus, for how they were drawn."""
    if "design" in coded.columns and (coded["design"].astype(str) == "chosen").any():
        warnings.warn(
            "some sentences were chosen for the machine's doubt (design chosen): on all others it "
            "is better than on these",
            BingkaiWarning,
            stacklevel=2,
        )
    elif "inclusion_prob" in coded.columns:
        chances = pd.to_numeric(coded["inclusion_prob"], errors="coerce").dropna()
        if len(chances) and chances.max() > 1.001 * chances.min():
            warnings.warn(
                "the sentences were drawn with unequal chances, and scores count each of them "
                "alike; for the accuracy in the whole corpus, see bingkai compare --gold",
                BingkaiWarning,
                stacklevel=2,
            )
