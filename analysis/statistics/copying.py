"""How much outlets copy: from agencies, from each other and from themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.statistics.estimates import Estimate, tabulate
from analysis.statistics.settings import Copies, Settings
from analysis.statistics.shares import estimate_shares, is_no_sample, without_errors
from analysis.statistics.tallies import Cell, Tally
from framing.copies import cluster_sentences, find_borrowed

VARIABLE, COPIED = "copies", "copied"
BY_OUTLET, BY_AGENCY = "outlet", "agency"


def compare_copies(
    sentences: pd.DataFrame, articles: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Estimate the share of copied sentences, by outlet, by pair of outlets and by agency.

    Parameters
    ----------
    sentences
        The sentences table, with ``copy_of``; titles are not counted.
    articles
        The articles table.
    settings
        Weight and level of confidence.

    Returns
    -------
    pandas.DataFrame
        Rows of the estimates table with the estimand ``copied``. With ``by=""`` the share of an
        outlet's sentences that are not its own (`framing.copies.find_borrowed`); with
        ``by="outlet"`` the share that the outlet `level` has printed as well, whoever was first, in
        the outlet's own row that which it printed in several articles; with ``by="agency"`` the
        share of which the agency `level` is the likely origin.
    """
    return tabulate(_estimate_copies(sentences, articles, settings))


def _estimate_copies(
    sentences: pd.DataFrame, articles: pd.DataFrame, settings: Settings
) -> Iterator[Estimate]:
    counted = sentences.loc[sentences["unit"] == "sentence"]
    members = cluster_sentences(counted, articles)
    flags = pd.DataFrame(index=pd.Index(counted["sentence_id"]))
    flags[COPIED] = flags.index.isin(find_borrowed(counted, articles))
    yield from _estimate(flags, counted, articles, settings, by="")
    if members.empty:
        return
    yield from _estimate(
        _flag_outlets(members, flags.index), counted, articles, settings, by=BY_OUTLET
    )
    agencies = pd.get_dummies(members.set_index("sentence_id")["agency"], dtype=bool)
    agencies = agencies.drop(columns="", errors="ignore")
    if len(agencies.columns):
        agencies = agencies.reindex(flags.index, fill_value=False)
        yield from _estimate(agencies, counted, articles, settings, by=BY_AGENCY)


def _flag_outlets(members: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Return, by sentence and outlet, whether another article of the outlet has the sentence."""
    articles = members.drop_duplicates(["cluster", "article_id"])
    n_articles = articles.groupby(["cluster", "outlet"]).size().unstack(fill_value=0)
    elsewhere = n_articles.loc[members["cluster"]].set_axis(members["sentence_id"])
    own = pd.get_dummies(members["outlet"], dtype=int).set_axis(members["sentence_id"])
    flags = (elsewhere - own[elsewhere.columns]) > 0
    return flags.reindex(index, fill_value=False)


def _estimate(
    flags: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    settings: Settings,
    *,
    by: str,
) -> Iterator[Estimate]:
    """Give the share of sentences with each flag in every outlet."""
    levels: Sequence[str] = list(flags.columns) if by else [""]
    codes, ids = pd.factorize(sentences["article_id"])
    hits = np.stack(
        [
            np.bincount(codes, weights=flags[name].to_numpy(dtype=np.float64)).astype(np.float64)
            for name in flags.columns
        ],
        axis=1,
    )
    outlet_of = articles.set_index("article_id")["outlet"].loc[ids]
    outlets = tuple(sorted(outlet_of.unique()))
    tally = Tally(
        variable=VARIABLE,
        by=by,
        cells=tuple(Cell(COPIED, level) for level in levels),
        outlets=outlets,
        codes=np.array([outlets.index(outlet) for outlet in outlet_of], dtype=np.int64),
        hits=hits,
        sentences=np.bincount(codes).astype(np.float64),
        stories=np.arange(len(ids), dtype=np.int64),
    )
    lone = is_no_sample(tally)
    for row in estimate_shares(tally, settings, weight=settings.weight):
        copied = replace(row, estimand=COPIED, copies=str(Copies.IN))
        if row.outlet:
            yield copied
        elif by != BY_OUTLET:  # all outlets together have printed nothing elsewhere
            yield without_errors(copied) if lone else copied
