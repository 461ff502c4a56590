"""Wire stories: articles that carry the same dispatch, and so are no independent evidence."""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from framing.copies import cluster_sentences

LEAST_SENTENCES = 2  # that two articles of a story have in common,
LEAST_SHARE = 0.2  # and the share of the shorter article that these make up


def group_stories(sentences: pd.DataFrame, articles: pd.DataFrame) -> "pd.Series[str]":
    """Return the story of every article: itself, or the first article that tells the same story.

    Two articles tell the same story if they share at least two sentences that make up a fifth of
    the shorter one. A paragraph of background in many articles thus joins none of them.

    Parameters
    ----------
    sentences
        At least sentence_id, article_id and copy_of; the sentences to count, so without titles.
    articles
        The articles table.

    Returns
    -------
    pandas.Series
        Indexed by article_id, in the order of `articles`: the article_id of the story's earliest
        article.
    """
    ids = articles["article_id"].tolist()
    place = {article: number for number, article in enumerate(ids)}
    own = pd.Series(ids, index=ids, dtype=object)
    members = cluster_sentences(sentences, articles)
    if members.empty:
        return own
    clusters = pd.factorize(members["cluster"])[0]
    rows = members["article_id"].map(place).to_numpy()
    table = sparse.coo_array((np.ones(len(rows)), (rows, clusters)), shape=(len(ids), len(members)))
    table = table.tocsr()
    table.data[:] = 1.0
    shared = (table @ table.T).tocoo()
    sizes = sentences["article_id"].map(place).value_counts().reindex(range(len(ids))).to_numpy()
    shorter = np.minimum(sizes[shared.row], sizes[shared.col])
    linked = (shared.data >= LEAST_SENTENCES) & (shared.data >= LEAST_SHARE * shorter)
    graph = sparse.coo_array(
        (shared.data[linked], (shared.row[linked], shared.col[linked])), shape=shared.shape
    )
    groups = csgraph.connected_components(graph, directed=False)[1]
    days = articles["published"].astype("object").where(articles["published"].notna(), "")
    ranked = pd.DataFrame(
        {"article": ids, "group": groups, "day": days.replace("", "9999").to_numpy()}
    )
    first = ranked.sort_values("day", kind="stable").drop_duplicates("group").set_index("group")
    return pd.Series(first["article"].loc[groups].to_numpy(), index=ids, dtype=object)
