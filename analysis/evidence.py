"""Example sentences behind the numbers: the pages that show what the labels look like."""

import pandas as pd

EVIDENCE_COLUMNS = (
    "frame", "outlet", "article_id", "sentence_id", "text", "prob", "source",
)  # fmt: skip
PER_FRAME = 3
_LONGEST = 240


def pick_evidence(
    labels: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame
) -> pd.DataFrame:
    """Choose the surest sentences of every frame, from different outlets as far as there are.

    Parameters
    ----------
    labels, sentences, articles
        The tables of those names. Sentences of more than 240 characters are passed over.

    Returns
    -------
    pandas.DataFrame
        At most three rows a frame, columns `EVIDENCE_COLUMNS`, the surest first.
    """
    frames = labels.loc[labels["variable"] == "frame", ["sentence_id", "value", "prob"]]
    joined = frames.merge(
        sentences[["sentence_id", "article_id", "unit", "text", "source"]], on="sentence_id"
    ).merge(articles[["article_id", "outlet"]], on="article_id")
    joined = joined.rename(columns={"value": "frame"}).assign(prob=joined["prob"].astype(float))
    usable = (joined["unit"] == "sentence") & (joined["text"].str.len() <= _LONGEST)
    ranked = joined[usable].sort_values(
        ["prob", "sentence_id"], ascending=[False, True], kind="stable"
    )
    of_outlet = ranked.groupby(["frame", "outlet"]).cumcount()
    ranked = ranked.assign(_turn=of_outlet).sort_values(
        ["frame", "_turn", "prob"], ascending=[True, True, False], kind="stable"
    )
    chosen = ranked.groupby("frame").head(PER_FRAME)
    return chosen[list(EVIDENCE_COLUMNS)].reset_index(drop=True)
