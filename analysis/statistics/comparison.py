"""From counts to estimates: every number of a comparison in one table."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import pandas as pd

from analysis.statistics.counts import check_counts, keep_copies
from analysis.statistics.differences import estimate_differences, estimate_odds_ratios
from analysis.statistics.effects import compare_profiles
from analysis.statistics.estimates import Estimate, tabulate
from analysis.statistics.parts import compare_parts
from analysis.statistics.settings import Copies, Settings, Weight
from analysis.statistics.shares import estimate_shares, is_no_sample, without_errors
from analysis.statistics.stories import estimate_by_story
from analysis.statistics.tallies import Tally, tally_coverage, tally_crossings, tally_variables
from analysis.statistics.timeline import compare_times, follow_shares
from framing.errors import BingkaiError
from framing.scheme import Codebook

_OTHER = {Copies.IN: Copies.OUT, Copies.OUT: Copies.IN}


def compare_outlets(
    counts: pd.DataFrame, codebook: Codebook, settings: Settings | None = None
) -> pd.DataFrame:
    """Compare outlets: shares, differences, odds ratios, Cramér's V and permutation tests.

    Then who says what, with which share; shares over time and around events; and shares and
    differences with wire stories as clusters. All of it with and without copies, if there are any.

    Parameters
    ----------
    counts
        A counts table, as `analysis.statistics.counts.count_cells` returns or a file holds it.
    codebook
        The codebook of the labels.
    settings
        Choices; the defaults if not given.

    Returns
    -------
    pandas.DataFrame
        The estimates table. Shares come with both weights, and so does the coverage (the share of
        sentences with a label) of a variable that some sentences lack; everything else comes with
        the weight of the settings. The rows of the settings' `copies` come first. Rows and numbers
        do not depend on the order of the counts.

    Raises
    ------
    BingkaiError
        The counts are not a counts table or have a value that the codebook lacks, no variable is
        labelled, or the settings name an outlet or actor that is not there.
    """
    settings = settings or Settings()
    known = {actor.id for actor in codebook.actors}
    for target in settings.targets:
        if target not in known:
            raise BingkaiError(f"settings: target {target!r} is no actor of {codebook.id}")
    counts = check_counts(counts, codebook)
    outlets = tuple(sorted(counts["outlet"].unique()))
    chosen = keep_copies(counts, settings.copies)
    rows = [*_estimate_all(chosen, codebook, settings, outlets=outlets)]
    if counts["copied"].any() and not counts["copied"].all():
        other = replace(settings, copies=_OTHER[settings.copies])
        kept = keep_copies(counts, other.copies)
        rows += _estimate_all(kept, codebook, other, outlets=outlets)
    return tabulate(rows)


def _estimate_all(
    counts: pd.DataFrame, codebook: Codebook, settings: Settings, *, outlets: tuple[str, ...]
) -> Iterator[Estimate]:
    tallies = [
        tally.among(outlets)
        for tally in tally_variables(counts, codebook, targets=settings.targets)
    ]
    if not tallies:
        raise BingkaiError("counts: no variable has a value; label the sentences first")
    crossings = [
        tally.among(outlets)
        for tally in tally_crossings(counts, codebook, targets=settings.targets)
    ]
    for tally in (*tallies, *crossings):
        for weight in Weight:
            yield from _estimate_shares(tally, settings, weight)
    for tally in (covered.among(outlets) for covered in tally_coverage(counts, codebook)):
        for weight in Weight:
            rows = _estimate_shares(tally, settings, weight)
            yield from (replace(row, estimand="coverage", value="") for row in rows)
    for tally in tallies:
        yield from estimate_differences(tally, settings)
        yield from estimate_odds_ratios(tally, settings)
    yield from compare_profiles(tallies, settings)
    more = chain(
        compare_parts(counts, codebook, settings, outlets=outlets),
        chain.from_iterable(estimate_by_story(tally, settings) for tally in tallies),
        follow_shares(counts, codebook, settings),
        compare_times(counts, codebook, settings),
    )
    # A part, a day or a story can have two articles where no outlet has.
    lone = all(is_no_sample(tally) for tally in tallies)
    yield from (without_errors(row) if lone and _is_pooled(row) else row for row in more)


def _estimate_shares(tally: Tally, settings: Settings, weight: Weight) -> Iterator[Estimate]:
    lone = is_no_sample(tally)
    for row in estimate_shares(tally, settings, weight=weight):
        yield without_errors(row) if lone and _is_pooled(row) else row


def _is_pooled(row: Estimate) -> bool:
    return row.outlet == "" and (row.contrast == "" or row.estimand == "change")
