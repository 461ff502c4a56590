"""Sentences that several articles share word for word."""

import re
import unicodedata

import pandas as pd

_NOT_WORDS = re.compile(r"\W+")
MIN_WORDS = 6


def mark_copies(sentences: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Fill ``copy_of``: the sentence of the earliest article that has the same words.

    Case, punctuation and white space do not count; sentences under six words are left alone,
    since such a phrase is common property. Within one article nothing is a copy.

    Parameters
    ----------
    sentences
        The sentences table.
    articles
        The articles table; its ``published`` decides who was first, then its order.

    Returns
    -------
    pandas.DataFrame
        The sentences with ``copy_of`` filled by a sentence_id, ``""`` for originals.
    """
    published = articles.set_index("article_id")["published"].replace("", "9999")
    order = {
        article: rank for rank, article in enumerate(published.sort_values(kind="stable").index)
    }
    keys = sentences["text"].map(_key)
    ranked = sentences.assign(_key=keys, _rank=sentences["article_id"].map(order))
    ranked = ranked[(ranked["_key"] != "") & (ranked["unit"] == "sentence")]
    ranked = ranked.sort_values("_rank", kind="stable")
    first = ranked.drop_duplicates("_key")
    places = zip(first["sentence_id"], first["article_id"], strict=True)
    origin = dict(zip(first["_key"], places, strict=True))
    copy_of = []
    for key, unit, article in zip(keys, sentences["unit"], sentences["article_id"], strict=True):
        sentence, home = origin.get(key, ("", article))
        copy_of.append(sentence if home != article and unit == "sentence" else "")
    return sentences.assign(copy_of=copy_of)


def _key(text: str) -> str:
    words = _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).split()
    return " ".join(words) if len(words) >= MIN_WORDS else ""
