"""The words that set an outlet or a frame apart, with the sentences behind each.

Weighted log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008): how much
likelier a word is here than elsewhere, shrunk towards the whole corpus so that rare words need
more evidence, and divided by its standard error so that frequent words do not win by frequency.

That standard error takes every word as drawn by itself. Words of an article come together, so that
it is too small; `z_articles` divides by one that takes articles as clusters. Neither is a test:
the highest of thousands of words would be high by chance.

References
----------
Monroe, B. L., Colaresi, M. P. and Quinn, K. M. (2008). Fightin' words: lexical feature selection
and evaluation for identifying the content of political conflict. Political Analysis 16:372-403.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analysis.statistics.evidence import parse_probs
from analysis.statistics.settings import Copies, Settings
from framing.copies import find_borrowed
from framing.language.lexicon import read_words
from framing.schema import COLUMNS

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST_WORDS = 20  # that are kept of an outlet or frame
LEAST_USES = 3  # of a word, here
LEAST_ARTICLES = 2  # that use it, here: what one article says is its topic
MOST_EXAMPLES = 3
_LONGEST = 240
# Letters, with hyphens inside: "masing-masing" is one word.
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True)
class LogOdds:
    """Weighted log-odds of W words.

    Parameters
    ----------
    log_odds
        (W,) difference of the posterior log-odds, here less elsewhere.
    std_errors
        (W,) by the approximation that takes words as independent.
    z
        (W,) their ratio.
    """

    log_odds: Floats
    std_errors: Floats
    z: Floats


def weigh_log_odds(here: Floats, elsewhere: Floats, prior: Floats) -> LogOdds:
    """Return weighted log-odds with a Dirichlet prior.

    With counts y_w, prior a_w, n = sum(y) and a_0 = sum(a), the log-odds of a word are
    log((y_w + a_w) / (n + a_0 - y_w - a_w)), and delta_w is their difference between the two sides
    (Monroe et al. 2008, eq. 16); its variance is about 1 / (y_w + a_w) of one side plus the same
    of the other (eq. 20), and z_w = delta_w / sqrt(variance) (eq. 22).

    Parameters
    ----------
    here, elsewhere
        (W,) uses of every word on the two sides.
    prior
        (W,) pseudo-uses, all positive, added to both sides.
    """
    sides = [side + prior for side in (here, elsewhere)]
    logits = [np.log(side) - np.log(side.sum() - side) for side in sides]
    log_odds = logits[0] - logits[1]
    std_errors = np.sqrt(1 / sides[0] + 1 / sides[1])
    return LogOdds(log_odds, std_errors, log_odds / std_errors)


def cluster_errors(here: sparse.csr_array, elsewhere: sparse.csr_array, prior: Floats) -> Floats:
    """Return (W,) standard errors of the log-odds with articles as clusters.

    The linearised log-odds of a side are sum_i (y_iw - p_w n_i) / (N p_w (1 - p_w)) over articles
    i, with p_w = (y_w + a_w) / N and N = n + a_0. Both sides of an article are added before they
    are squared, and the sum of squares is multiplied by A / (A - 1).

    Parameters
    ----------
    here, elsewhere
        (A, W) uses of every word in every article on the two sides.
    prior
        (W,) pseudo-uses.
    """
    x = sparse.csr_array(here.shape)
    weights, sizes = [], []
    for sign, side in ((1.0, here), (-1.0, elsewhere)):
        uses = np.asarray(side.sum(axis=0)).ravel() + prior
        total = uses.sum()
        p = uses / total
        scale = sign / (total * p * (1 - p))
        x = x + side @ sparse.diags_array(scale)
        weights.append(p * scale)
        sizes.append(np.asarray(side.sum(axis=1)).ravel())
    # sum_i (x_i - sum_k c_k n_ik)^2, written out so that x stays sparse.
    total_square = np.asarray(x.power(2).sum(axis=0)).ravel()
    for k in (0, 1):
        total_square = total_square - 2 * weights[k] * (x.T @ sizes[k])
        for m in (0, 1):
            total_square = total_square + weights[k] * weights[m] * (sizes[k] @ sizes[m])
    n_articles = int(((sizes[0] + sizes[1]) > 0).sum())
    if n_articles < 2:
        return np.full(len(prior), np.nan)
    return np.asarray(np.sqrt(np.maximum(total_square, 0) * n_articles / (n_articles - 1)))


@dataclass(frozen=True)
class Vocabulary:
    """Uses of W words in S sentences, and where each sentence stands."""

    words: NDArray[np.object_]
    uses: sparse.csr_array
    sentences: pd.DataFrame


def count_words(sentences: pd.DataFrame) -> Vocabulary:
    """Count the words of sentences: lower case, without Indonesian function words."""
    stop = read_words("words")["function"]
    found = [
        [word for word in _WORD.findall(text.casefold()) if word not in stop and len(word) > 1]
        for text in sentences["text"].astype(str)
    ]
    rows = np.repeat(np.arange(len(found)), [len(words) for words in found])
    codes, known = pd.factorize(np.array(list(chain.from_iterable(found)), dtype=object), sort=True)
    shape = (len(found), len(known))
    uses = sparse.coo_array((np.ones(len(rows)), (rows, codes)), shape=shape).tocsr()
    return Vocabulary(np.asarray(known, dtype=object), uses, sentences.reset_index(drop=True))


def compare_words(
    labels: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame, settings: Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the words of every outlet, of every frame, and of every outlet within a frame.

    Parameters
    ----------
    labels, sentences, articles
        The tables of those names; titles are not counted.
    settings
        Its `copies` come first; the others follow if anything is copied.

    Returns
    -------
    tuple of pandas.DataFrame
        The words table, columns as in ``framing.schema.COLUMNS["words"]``: at most twenty words of
        an outlet against all others (``frame=""``), of a frame against all others
        (``outlet=""``), and of an outlet against the others in the sentences of one frame. And the
        example sentences, ``COLUMNS["word_examples"]``, at most three a word, of different
        articles as far as there are, the surest frames first.

    Notes
    -----
    The prior is the whole corpus, scaled to the size of its average article: an article's worth of
    the usual words is added to both sides (Monroe et al. 2008, eq. 23). A word must be used three
    times here, in two articles, and not be part of the outlet's name, which stands in datelines.
    """
    table = _join(labels, sentences, articles)
    other = Copies.OUT if settings.copies is Copies.IN else Copies.IN
    specs = (settings.copies, other) if table["copied"].any() else (settings.copies,)
    words, examples = [], []
    for copies in specs:
        kept = table if copies is Copies.IN else table.loc[~table["copied"]]
        if kept.empty:
            continue
        vocabulary = count_words(kept)
        for outlet, frame, here, elsewhere in _sides(vocabulary.sentences):
            found = _find_words(
                vocabulary, here, elsewhere, without=_WORD.findall(outlet.casefold())
            )
            shown = _pick_examples(vocabulary, here, found["word"].tolist())
            place = {"outlet": outlet, "frame": frame, "copies": str(copies)}
            words.append(found.assign(**place))
            examples.append(shown.assign(**place))
    return _stack(words, "words"), _stack(examples, "word_examples")


def _stack(parts: Sequence[pd.DataFrame], kind: str) -> pd.DataFrame:
    names = list(COLUMNS[kind])
    if not any(len(part) for part in parts):
        return pd.DataFrame(columns=names)
    return pd.concat([part for part in parts if len(part)], ignore_index=True)[names]


def _join(labels: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    counted = sentences.loc[sentences["unit"] == "sentence"].copy()
    counted["outlet"] = counted["article_id"].map(articles.set_index("article_id")["outlet"])
    counted["copied"] = counted["sentence_id"].isin(find_borrowed(counted, articles))
    frames = labels.loc[labels["variable"] == "frame"]
    frames = frames.assign(prob=parse_probs(frames, "labels")).set_index("sentence_id")
    counted["frame"] = counted["sentence_id"].map(frames["value"]).fillna("")
    counted["prob"] = counted["sentence_id"].map(frames["prob"]).fillna(0.0)
    return counted


def _sides(sentences: pd.DataFrame) -> Iterator[tuple[str, str, Mask, Mask]]:
    """Give outlet, frame, the sentences here, and those that they are compared with."""
    outlets = sorted(sentences["outlet"].unique())
    frames = sorted(set(sentences["frame"]) - {""})
    of_outlet = {name: (sentences["outlet"] == name).to_numpy() for name in outlets}
    of_frame = {name: (sentences["frame"] == name).to_numpy() for name in frames}
    framed = (sentences["frame"] != "").to_numpy()
    for outlet, here in of_outlet.items():
        yield outlet, "", here, ~here
    for frame, here in of_frame.items():
        yield "", frame, here, framed & ~here
    for outlet, own in of_outlet.items():
        for frame, inside in of_frame.items():
            yield outlet, frame, own & inside, ~own & inside


def _find_words(
    vocabulary: Vocabulary, here: Mask, elsewhere: Mask, *, without: Sequence[str]
) -> pd.DataFrame:
    """Return the words with the highest z here, best first, but for those of the outlet's name."""
    articles = pd.factorize(vocabulary.sentences["article_id"])[0]
    n_articles = int(articles.max()) + 1
    everything = np.asarray(vocabulary.uses.sum(axis=0)).ravel()
    prior = everything / n_articles
    sides = [_by_article(vocabulary.uses, articles, n_articles, mask) for mask in (here, elsewhere)]
    uses = [np.asarray(side.sum(axis=0)).ravel() for side in sides]
    if not (uses[0].any() and uses[1].any()):
        return pd.DataFrame({"word": []})
    weighed = weigh_log_odds(uses[0], uses[1], prior)
    n_using = np.asarray((sides[0] > 0).sum(axis=0)).ravel()
    enough = (uses[0] >= LEAST_USES) & (n_using >= LEAST_ARTICLES) & (weighed.z > 0)
    enough &= ~np.isin(vocabulary.words.astype(str), list(without))
    # Ties stand in the order of the alphabet, which is that of the columns.
    best = [w for w in np.argsort(-weighed.z, kind="stable") if enough[w]][:MOST_WORDS]
    errors = cluster_errors(sides[0], sides[1], prior)
    return pd.DataFrame(
        {
            "rank": range(1, len(best) + 1),
            "word": vocabulary.words[best],
            "log_odds": weighed.log_odds[best],
            "std_error": weighed.std_errors[best],
            "z": weighed.z[best],
            "z_articles": weighed.log_odds[best] / errors[best],
            "n_uses": uses[0][best].astype(int),
            "n_uses_elsewhere": uses[1][best].astype(int),
            "n_articles": n_using[best].astype(int),
        }
    )


def _by_article(
    uses: sparse.csr_array, articles: NDArray[np.int64], n_articles: int, mask: Mask
) -> sparse.csr_array:
    rows = np.flatnonzero(mask)
    shape = (n_articles, uses.shape[0])
    gather = sparse.coo_array((np.ones(len(rows)), (articles[rows], rows)), shape=shape)
    return (gather.tocsr() @ uses).tocsr()


def _pick_examples(vocabulary: Vocabulary, here: Mask, words: Sequence[str]) -> pd.DataFrame:
    """Return the surest sentences that use each word, one an article before a second of any."""
    parts = []
    columns = vocabulary.uses.tocsc()
    for word in words:
        column = int(np.searchsorted(vocabulary.words.astype(str), word))
        rows = columns.indices[columns.indptr[column] : columns.indptr[column + 1]]
        rows = np.sort(rows[here[rows]])
        using = vocabulary.sentences.iloc[rows]
        using = using.assign(long=using["text"].str.len() > _LONGEST).sort_values(
            ["long", "prob", "sentence_id"], ascending=[True, False, True], kind="stable"
        )
        turn = using.groupby("article_id").cumcount()
        using = using.assign(turn=turn).sort_values("turn", kind="stable").head(MOST_EXAMPLES)
        parts.append(
            using[["sentence_id", "article_id", "text"]].assign(
                word=word, rank=range(1, len(using) + 1)
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
