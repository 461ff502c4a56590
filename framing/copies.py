"""Sentences that several articles share: word for word, slightly changed, or reworded.

Copies are found in three steps. Sentences with the same words are the same. Sentences that share
most of the shorter one's runs of three words are near copies. Of those that share fewer, an
embedding decides: a rewording keeps the meaning, a set phrase between two reports does not. The
bounds were set on sentences of three real pages and of the composed demo corpus, few of each.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from framing.encoders.cache import embed
from framing.encoders.encoder import Encoder
from framing.language.shingles import Codes, Floats, find_overlaps, measure_overlap, split_words
from framing.news.agencies import canonical_agency
from framing.schema import COLUMNS

MIN_WORDS = 6  # a shorter phrase is common property
NEAR = 0.65  # share of common runs that makes a copy without further question
LOOSE = 0.25  # share of common runs that makes it worth asking for the meaning,
COMMON_WORDS = 0.7  # if so many words are common, too
SAME_MEANING = 0.95  # cosine of the general encoder
_UNDATED = "9999"


class Kind(StrEnum):
    """How a sentence resembles the one that it was copied from."""

    ORIGIN = "origin"
    SAME = "same words"
    NEAR = "near"
    REWORDED = "reworded"


def mark_copies(
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    encoder: Callable[[], Encoder] | None = None,
) -> pd.DataFrame:
    """Fill ``copy_of``: the sentence of another article that each copy is likely to come from.

    Likely origin of sentences that are alike is that of the agency that their articles credit, if
    its own article is among them, else that of the earliest article (then the first in the table).
    Case, punctuation and white space do not count; sentences under six words are left alone. Within
    one article nothing is a copy.

    Parameters
    ----------
    sentences
        The sentences table.
    articles
        The articles table: ``article_id`` and ``published``; ``outlet`` and ``agency``, if known.
    encoder
        Loads what finds rewordings, and is only called where some are likely; without it, only
        near copies are found. Give the general encoder (`framing.encoders.encoder.load_encoder`):
        one that is tuned to a codebook finds sentences alike that only have the same codes.

    Returns
    -------
    pandas.DataFrame
        The sentences with ``copy_of`` filled by a sentence_id, ``""`` for originals. An origin is
        never a copy itself, so that all sentences with one ``copy_of`` are alike.
    """
    texts, units = sentences["text"].astype(str), sentences["unit"]
    words = [split_words(text) for text in texts]
    long = np.array([len(own) >= MIN_WORDS for own in words]) & (units == "sentence").to_numpy()
    groups = np.full(len(sentences), -1, dtype=np.int64)
    if long.any():
        groups[long] = _group(
            [own for own, is_long in zip(words, long, strict=True) if is_long],
            texts[long].tolist(),
            encoder,
        )
    members = _join(sentences, articles).assign(group=groups)[long]
    members = members[members.groupby("group")["article_id"].transform("nunique") > 1]
    credited = _find_credits(members, "group")
    members["own"] = [
        canonical_agency(outlet) == credited[group] != "" or outlet == credited[group] != ""
        for outlet, group in zip(members["outlet"], members["group"], strict=True)
    ]
    ranked = members.sort_values(["own", "rank"], ascending=[False, True], kind="stable")
    origins = ranked.drop_duplicates("group").set_index("group")
    copies = members[members["article_id"] != members["group"].map(origins["article_id"])]
    copy_of = pd.Series("", index=sentences.index, dtype=object)
    copy_of[copies.index] = copies["group"].map(origins["sentence_id"])
    return sentences.assign(copy_of=copy_of)


def trace_copies(sentences: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the copies table: every sentence that has copies or is one, origins first.

    Parameters
    ----------
    sentences
        The sentences table, with ``copy_of``.
    articles
        The articles table.

    Returns
    -------
    pandas.DataFrame
        Columns as in ``framing.schema.COLUMNS["copies"]``: ``cluster`` is the origin's sentence_id,
        ``agency`` the agency that most articles of the cluster credit (``""`` if none does),
        ``kind`` a `Kind`, and ``overlap`` the share of runs of three words that copy and origin
        have in common.
    """
    members = cluster_sentences(sentences, articles)
    text_of = dict(zip(sentences["sentence_id"], sentences["text"].astype(str), strict=True))
    kinds, overlaps = [], []
    for sentence, origin in zip(members["sentence_id"], members["cluster"], strict=True):
        one, other = split_words(text_of[sentence]), split_words(text_of[origin])
        overlap = 1.0 if one == other else measure_overlap(one, other)
        near = Kind.NEAR if overlap >= NEAR else Kind.REWORDED
        same = Kind.ORIGIN if sentence == origin else Kind.SAME
        kinds.append(str(same if one == other else near))
        overlaps.append(round(overlap, 4))
    return members.assign(kind=kinds, overlap=overlaps)[list(COLUMNS["copies"])]


def cluster_sentences(sentences: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the sentences that have copies or are one, with cluster, agency and date.

    Parameters
    ----------
    sentences
        At least sentence_id, article_id and copy_of.
    articles
        The articles table.

    Returns
    -------
    pandas.DataFrame
        cluster, sentence_id, copy_of, article_id, outlet, published, agency; clusters in the order
        of their origins' articles, members in that of theirs, origins first.
    """
    joined = _join(sentences, articles)
    copy_of = _text(sentences["copy_of"])
    clusters = copy_of.where(copy_of != "", joined["sentence_id"])
    inside = (copy_of != "") | joined["sentence_id"].isin(set(copy_of) - {""})
    members = joined.assign(copy_of=copy_of, cluster=clusters)[inside]
    credited = _find_credits(members, "cluster")
    first = members["cluster"].map(members.set_index("sentence_id")["rank"])
    members = members.assign(agency=members["cluster"].map(credited), first=first)
    members["is_copy"] = members["copy_of"] != ""
    ranked = members.sort_values(["first", "cluster", "is_copy", "rank"], kind="stable")
    names = ["cluster", "sentence_id", "copy_of", "article_id", "outlet", "published", "agency"]
    return ranked[names].reset_index(drop=True)


def find_borrowed(sentences: pd.DataFrame, articles: pd.DataFrame) -> set[str]:
    """Return the ids of the sentences that are not their outlet's own words.

    These are all copies, and of those that an agency is credited for also the first printing: where
    several outlets carry a dispatch, the quickest of them has not written it either.
    """
    members = cluster_sentences(sentences, articles)
    is_agency = [
        agency in (outlet, canonical_agency(outlet))
        for agency, outlet in zip(members["agency"], members["outlet"], strict=True)
    ]
    borrowed = (members["copy_of"] != "") | ((members["agency"] != "") & ~np.array(is_agency, bool))
    return set(members.loc[borrowed, "sentence_id"])


def _group(
    words: Sequence[Sequence[str]],
    texts: Sequence[str],
    encoder: Callable[[], Encoder] | None,
) -> Codes:
    """Return (n_texts,) the number of the group of texts that each is alike to."""
    codes, _ = pd.factorize(np.array([" ".join(own) for own in words], dtype=object))
    first = np.unique(codes, return_index=True)[1]
    overlaps = find_overlaps([words[place] for place in first], least=LOOSE)
    alike = overlaps.runs >= NEAR
    open_ = np.flatnonzero(~alike & (overlaps.words >= COMMON_WORDS))
    if encoder is not None and len(open_):
        pairs = [
            [texts[first[side[pair]]] for side in (overlaps.left, overlaps.right)] for pair in open_
        ]
        alike[open_] = _compare_meanings(pairs, encoder()) >= SAME_MEANING
    left, right = overlaps.left[alike], overlaps.right[alike]
    graph = sparse.coo_array((np.ones(len(left)), (left, right)), shape=(len(first),) * 2)
    groups: Codes = csgraph.connected_components(graph, directed=False)[1].astype(np.int64)
    return groups[codes]


def _compare_meanings(pairs: Sequence[Sequence[str]], encoder: Encoder) -> Floats:
    """Return (n_pairs,) cosines of two texts each."""
    texts = sorted({text for pair in pairs for text in pair})
    place = {text: number for number, text in enumerate(texts)}
    vectors = embed(texts, encoder).astype(np.float64)
    sides = [vectors[[place[pair[side]] for pair in pairs]] for side in (0, 1)]
    return np.asarray((sides[0] * sides[1]).sum(axis=1))


def _join(sentences: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the sentences' ids with what is known of their articles, and the articles' rank."""
    known = articles.reindex(columns=["article_id", "outlet", "published", "agency"])
    known = known.set_index("article_id").apply(_text)
    days = known["published"].replace("", _UNDATED)
    order = days.sort_values(kind="stable").index
    joined = sentences[["sentence_id", "article_id"]].copy()
    for name in known.columns:
        joined[name] = joined["article_id"].map(known[name]).fillna("")
    joined["rank"] = joined["article_id"].map(pd.Series(range(len(order)), index=order))
    return joined


def _find_credits(members: pd.DataFrame, key: str) -> dict[str, str]:
    """Return, by cluster, the agency that most articles credit; the earliest decides ties."""
    ranked = members.sort_values("rank", kind="stable").drop_duplicates([key, "article_id"])
    named = ranked.assign(agency=ranked["agency"].str.split(";")).explode("agency")
    named["agency"] = named["agency"].str.strip()
    named = named[named["agency"] != ""]
    # `sort=False` keeps the order of the articles, and `idxmax` the first of the most frequent.
    counts = named.groupby([key, "agency"], sort=False).size()
    most = counts.groupby(level=0, sort=False).idxmax()
    credited = dict.fromkeys(members[key], "")
    credited.update(dict(most.tolist()))
    return credited


def _text(column: "pd.Series[str]") -> "pd.Series[str]":
    return column.astype("object").where(column.notna(), "").astype(str)
