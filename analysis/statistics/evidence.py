"""Example sentences behind the numbers: the pages that show what the labels look like."""

import pandas as pd

from framing.errors import BingkaiError

EVIDENCE_COLUMNS = (
    "frame", "outlet", "article_id", "sentence_id", "text", "prob", "source",
)  # fmt: skip
PER_FRAME = 3
SHOWN_WORDS = 3  # that carry a frame
LEAST_PROB = 0.5  # below it, the model finds the frame less likely than not
_LONGEST = 240


def pick_evidence(
    labels: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame
) -> pd.DataFrame:
    """Choose the likeliest sentences of every frame, from different outlets as far as there are.

    Parameters
    ----------
    labels, sentences, articles
        The tables of those names. Sentences of more than 240 characters are passed over, and those
        whose label has no probability or one below `LEAST_PROB`.

    Returns
    -------
    pandas.DataFrame
        At most three rows a frame, columns `EVIDENCE_COLUMNS`, the likeliest first.

    Raises
    ------
    BingkaiError
        A probability is no number from 0 to 1.
    """
    frames = labels.loc[labels["variable"] == "frame", ["sentence_id", "value", "prob"]]
    joined = frames.merge(
        sentences[["sentence_id", "article_id", "unit", "text", "source"]], on="sentence_id"
    ).merge(articles[["article_id", "outlet"]], on="article_id")
    joined = joined.rename(columns={"value": "frame"})
    joined = joined.assign(prob=parse_probs(joined, "labels"))
    usable = (
        (joined["unit"] == "sentence")
        & (joined["text"].str.len() <= _LONGEST)
        & (joined["prob"] >= LEAST_PROB)
    )
    ranked = joined[usable].sort_values(
        ["prob", "sentence_id"], ascending=[False, True], kind="stable"
    )
    of_outlet = ranked.groupby(["frame", "outlet"]).cumcount()
    ranked = ranked.assign(_turn=of_outlet).sort_values(
        ["frame", "_turn", "prob"], ascending=[True, True, False], kind="stable"
    )
    chosen = ranked.groupby("frame").head(PER_FRAME)
    return chosen[list(EVIDENCE_COLUMNS)].reset_index(drop=True)


def parse_probs(table: pd.DataFrame, kind: str) -> "pd.Series[float]":
    """Return the column `prob` as numbers, NaN where a label was given without one.

    Raises
    ------
    BingkaiError
        A probability is no number from 0 to 1; names the `kind` of table and the sentence.
    """
    probs = pd.to_numeric(table["prob"], errors="coerce").astype("float64")
    given = table["prob"].notna() & (table["prob"].astype(str).str.strip() != "")
    wrong = given & ~probs.between(0, 1)
    if wrong.any():
        first = table.loc[wrong].iloc[0]
        raise BingkaiError(
            f"{kind}: the prob of sentence_id {first['sentence_id']} is {first['prob']!r}; "
            "write a number from 0 to 1, or nothing"
        )
    return probs
