"""Coverage: how many sentences have a label, where labels may be left empty."""

from collections.abc import Iterator

import pandas as pd


def measure_coverage(
    labels: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Count the sentences that have a label, by variable and outlet.

    Parameters
    ----------
    labels, sentences
        Tables as in `framing.schema.COLUMNS`.
    articles
        Gives the outlets; without it, or without its column ``outlet``, there is one part, ``""``.

    Returns
    -------
    pandas.DataFrame
        ``variable``, ``outlet``, ``n_sentences``, ``n_labelled`` and ``coverage``, from 0 to 1; the
        variables in the order of the labels, all outlets together (``""``) first.
    """
    outlets = _outlets(sentences, articles)
    known = pd.DataFrame(
        {
            "variable": labels["variable"].to_numpy(),
            "outlet": [outlets.get(sentence, "") for sentence in labels["sentence_id"]],
            "labelled": (labels["value"].fillna("") != "").to_numpy(),
        }
    )
    everywhere = known.assign(outlet="")
    parts = [everywhere, known[known["outlet"] != ""]]
    table = (
        pd.concat(parts)
        .groupby(["variable", "outlet"], sort=False)["labelled"]
        .agg(n_sentences="size", n_labelled="sum")
        .reset_index()
    )
    return table.assign(coverage=table["n_labelled"] / table["n_sentences"])


def describe_coverage(
    labels: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame | None = None
) -> Iterator[str]:
    """Give a line a variable: its coverage, and that of the outlets with least and most."""
    for variable, rows in measure_coverage(labels, sentences, articles).groupby(
        "variable", sort=False
    ):
        whole, parts = rows[rows["outlet"] == ""], rows[rows["outlet"] != ""]
        line = f"{variable:<10} {whole['coverage'].iloc[0]:.0%} have a label"
        if len(parts) > 1:
            ranked = parts.sort_values("coverage", kind="stable")
            outlets, shares = ranked["outlet"].tolist(), ranked["coverage"].tolist()
            line += f" ({shares[0]:.0%} in {outlets[0]} to {shares[-1]:.0%} in {outlets[-1]})"
        yield line


def _outlets(sentences: pd.DataFrame, articles: pd.DataFrame | None) -> dict[str, str]:
    """Return the outlet by sentence_id, as far as it is known."""
    if articles is None or "outlet" not in articles.columns or "article_id" not in articles.columns:
        return {}
    if "article_id" not in sentences.columns:
        return {}
    of_article = dict(zip(articles["article_id"], articles["outlet"], strict=True))
    return {
        sentence: of_article[article]
        for sentence, article in zip(sentences["sentence_id"], sentences["article_id"], strict=True)
        if article in of_article
    }
