"""From counts to estimates: every number of a comparison in one table."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.counts import check_counts, keep_copies
from analysis.differences import estimate_differences, estimate_odds_ratios
from analysis.effects import compare_profiles
from analysis.estimates import Estimate, tabulate
from analysis.settings import Settings, Weight
from analysis.shares import estimate_shares
from analysis.tallies import Tally, tally_coverage, tally_crossings, tally_variables
from framing.errors import BingkaiError
from framing.scheme import Codebook

NO_SAMPLE = "one article an outlet: articles of different outlets are no sample of one population"


def compare_outlets(
    counts: pd.DataFrame, codebook: Codebook, settings: Settings | None = None
) -> pd.DataFrame:
    """Compare outlets: shares, differences, odds ratios, Cramér's V and permutation tests.

    Parameters
    ----------
    counts
        A counts table, as `analysis.counts.count_cells` returns or a file holds it.
    codebook
        The codebook of the labels.
    settings
        Choices; the defaults if not given.

    Returns
    -------
    pandas.DataFrame
        The estimates table. Shares come with both weights, and so does the coverage (the share of
        sentences with a label) of a variable that some sentences lack; everything else comes with
        the weight of the settings. Rows and numbers do not depend on the order of the counts.

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
    counts = keep_copies(check_counts(counts, codebook), settings.copies)
    return tabulate(_estimate_all(counts, codebook, settings))


def _estimate_all(
    counts: pd.DataFrame, codebook: Codebook, settings: Settings
) -> Iterator[Estimate]:
    tallies = tally_variables(counts, codebook, targets=settings.targets)
    if not tallies:
        raise BingkaiError("counts: no variable has a value; label the sentences first")
    crossings = list(tally_crossings(counts, codebook, targets=settings.targets))
    for tally in (*tallies, *crossings):
        for weight in Weight:
            yield from _withhold_errors(tally, estimate_shares(tally, settings, weight=weight))
    for tally in tally_coverage(counts, codebook):
        for weight in Weight:
            rows = _withhold_errors(tally, estimate_shares(tally, settings, weight=weight))
            yield from (replace(row, estimand="coverage", value="") for row in rows)
    for tally in tallies:
        yield from estimate_differences(tally, settings)
        yield from estimate_odds_ratios(tally, settings)
    yield from compare_profiles(tallies, settings)


def _withhold_errors(tally: Tally, shares: Iterator[Estimate]) -> Iterator[Estimate]:
    """Take the errors off the shares in all outlets where each has a single article.

    The spread of such articles is that between outlets, and says nothing about other articles.
    """
    mixed = len(tally.codes) > 1 and bool((np.bincount(tally.codes) <= 1).all())
    for row in shares:
        yield _without_errors(row) if mixed and row.outlet == "" else row


def _without_errors(row: Estimate) -> Estimate:
    return replace(
        row,
        std_error=math.nan,
        df=math.nan,
        conf_low=math.nan,
        conf_high=math.nan,
        conf_level=math.nan,
        reason=NO_SAMPLE,
    )
