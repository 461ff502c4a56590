"""Who codes which sentence: equal loads, and every pair of people with the same overlap."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.coding.sheets import make_sheet
from framing.errors import BingkaiError
from framing.schema import require_columns


def assign_coders(
    sample: pd.DataFrame,
    coders: Sequence[str],
    *,
    overlap: int | None = None,
    together: int = 2,
    seed: int = 0,
) -> pd.DataFrame:
    """Deal the sentences of a sample out to people.

    Some sentences, drawn at random so that agreement on them stands for the sample, are coded by
    several people; all others by one. Groups of people take turns over the shared sentences, so
    that every pair shares equally many (but for one), and those with less to do get the rest.

    Parameters
    ----------
    sample
        A gold table, uncoded.
    coders
        Names of people, two or more.
    overlap
        How many sentences are coded by several people; all if not given.
    together
        By how many.
    seed
        The same seed deals the same sentences.

    Returns
    -------
    pandas.DataFrame
        sentence_id and coder, in the order of the sample.

    Raises
    ------
    BingkaiError
        A name is empty or stands twice, or there are too few people or sentences.
    """
    ids = sample["sentence_id"].drop_duplicates().to_numpy()
    shared = len(ids) if overlap is None else overlap
    _check(coders, shared, together, len(ids))
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.sort(ids))
    groups = _order_groups(len(coders), together)
    loads = np.zeros(len(coders), dtype=np.int64)
    rows = []
    for place, sentence_id in enumerate(order):
        group = groups[place % len(groups)] if place < shared else (int(loads.argmin()),)
        loads[list(group)] += 1
        rows += [(sentence_id, coders[coder]) for coder in group]
    dealt = pd.DataFrame(rows, columns=["sentence_id", "coder"])
    places = {sentence_id: place for place, sentence_id in enumerate(ids)}
    return dealt.sort_values(
        "sentence_id", key=lambda column: column.map(places), kind="stable", ignore_index=True
    )


def deal_sheets(
    sample: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    dealt: pd.DataFrame,
    seed: int = 0,
    title: bool = True,
    outlet: bool = False,
) -> Mapping[str, pd.DataFrame]:
    """Lay out a sheet for everybody, blind to the others, each in an order of its own.

    Parameters
    ----------
    sample, sentences, articles
        As for `analysis.coding.sheets.make_sheet`.
    dealt
        As `assign_coders` returns.
    seed
        Of the orders.
    title, outlet
        Whether coders see them.

    Returns
    -------
    dict
        Sheets by coder, with the name in the column ``coder``.
    """
    sheets = {}
    for place, (coder, own) in enumerate(dealt.groupby("coder", sort=True)):
        part = sample.loc[sample["sentence_id"].isin(own["sentence_id"])]
        sheets[str(coder)] = make_sheet(
            part,
            sentences,
            articles,
            seed=seed + place,
            title=title,
            outlet=outlet,
            coder=str(coder),
        )
    return sheets


def show_labels(sheet: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Add what the machine says to a sheet, as columns ``machine_frame`` and the like.

    People who see a label tend to follow it: such codes are quick, and say little of how good the
    machine is.
    """
    require_columns(labels, "labels")
    shown = sheet.copy()
    for variable, own in labels.groupby("variable", sort=False):
        if variable in sheet.columns:
            values = own.drop_duplicates("sentence_id").set_index("sentence_id")["value"]
            shown[f"machine_{variable}"] = sheet["sentence_id"].map(values).fillna("")
    return shown


def _order_groups(n_coders: int, together: int) -> list[tuple[int, ...]]:
    """Return all groups of people, each next one of those who had the fewest turns."""
    left = list(combinations(range(n_coders), together))
    turns = np.zeros(n_coders, dtype=np.int64)
    ordered = []
    while left:
        group = min(left, key=lambda g: (sorted(turns[list(g)], reverse=True), g))
        left.remove(group)
        turns[list(group)] += 1
        ordered.append(group)
    return ordered


def _check(coders: Sequence[str], shared: int, together: int, n_sentences: int) -> None:
    if len(coders) < 2 or len(set(coders)) < len(coders):
        raise BingkaiError(
            f"coders: {', '.join(coders) or 'nobody'}; give two or more names, each once"
        )
    for name in coders:
        if not name.strip() or any(letter in name for letter in '/\\:*?"<>|;'):
            raise BingkaiError(f"coders: {name!r} cannot be part of a file's name; call it simply")
    if not 2 <= together <= len(coders):
        raise BingkaiError(
            f"--together {together}, but there are {len(coders)} coders; give 2 to {len(coders)}"
        )
    if not 0 <= shared <= n_sentences:
        raise BingkaiError(
            f"--overlap {shared}, but the sample has {n_sentences} sentences; give 0 to that"
        )
