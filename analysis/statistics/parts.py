"""Who says it: the shares of a value, parted by whose words they are in.

"The outlet frames it as threat" and "it quotes somebody who does" are different findings. The share
of sentences that have a value is the sum of its parts, the shares of sentences that have it and are
in the words of the outlet itself, of its own government, of an expert, ...; and a difference of two
outlets is the sum of the differences of these parts.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from analysis.statistics.differences import describe_differences
from analysis.statistics.estimates import Estimate
from analysis.statistics.settings import Settings
from analysis.statistics.shares import estimate_shares
from analysis.statistics.tallies import Tally, tally_parts
from framing.scheme import Codebook

AXES = ("voice", "source_group")


def estimate_parts(tally: Tally, settings: Settings) -> Iterator[Estimate]:
    """Give the part of every value and level in every outlet, and its difference by pair.

    A part is P(value and level), with all labelled sentences as the denominator; the shares within
    a level, P(value given level), are the crossings. Differences of parts take one difference of
    outlets apart and are no tests of their own: they have intervals, but no p-values.
    """
    for row in estimate_shares(tally, settings, weight=settings.weight):
        yield replace(row, estimand="part")
    for row in describe_differences(tally, settings):
        yield replace(row, estimand="part_difference", p_value=math.nan, p_adjusted=math.nan)


def compare_parts(
    counts: pd.DataFrame, codebook: Codebook, settings: Settings, *, outlets: tuple[str, ...]
) -> Iterator[Estimate]:
    """Give the parts of frame and sentiment by voice and by source group."""
    for by in AXES:
        for tally in tally_parts(counts, codebook, by=by):
            yield from estimate_parts(tally.among(outlets), settings)
