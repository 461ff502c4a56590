"""Do the outlets differ at all, and how much: one test and one effect size a variable."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.statistics.association import correct_association
from analysis.statistics.clusters import weigh
from analysis.statistics.estimates import NAIVE, Estimate, because
from analysis.statistics.multiplicity import adjust_p_values, correct
from analysis.statistics.permutation import (
    Floats,
    Sample,
    Totals,
    arrange_totals,
    contrast_profiles,
    count_arrangements,
    count_as_extreme,
    measure_association,
    shuffle_totals,
    total_by_outlet,
)
from analysis.statistics.settings import Settings
from analysis.statistics.tallies import Tally

TEST_METHOD = f"{NAIVE}; articles shuffled between outlets, pseudo-F of the shares"
EXACT_METHOD = f"{NAIVE}; all arrangements of articles over outlets, pseudo-F of the shares"
EFFECT_METHOD = f"{NAIVE}; chance taken off by shuffled articles, noncentral chi-square interval"

TOO_FEW_OUTLETS = "fewer than two outlets with two articles: nothing to shuffle"
ALL_ALIKE = "the articles of every outlet are alike: the statistic is infinite"
ONE_VALUE = "fewer than two values occur: no association to measure"
# A test that nothing could have passed must not be read as one that found nothing.
TOO_FEW_ARTICLES = "too few articles: no arrangement over the outlets could reach {alpha:.3g}%"
TOO_FEW_SHUFFLES = "too few shuffles (raise n_permutations): none could reach {alpha:.3g}%"
CORRECTED = ", corrected for {n_tests} tests"
NO_CHANCE = "too few articles to tell association from chance"


@dataclass(frozen=True)
class _Shuffled:
    """Totals of a variable in the data and in the shuffles, or in `every` arrangement."""

    observed: Totals
    shuffled: Totals
    every: bool

    @property
    def smallest_p(self) -> float:
        """The smallest p-value that any articles could have given."""
        n_shuffles = len(self.shuffled.sizes)
        return 1 / n_shuffles if self.every else 1 / (1 + n_shuffles)


def compare_profiles(tallies: Sequence[Tally], settings: Settings) -> list[Estimate]:
    """Return the permutation test and Cramér's V of every variable over all outlets.

    Under the hypothesis that the outlets do not differ, articles could have appeared in any of
    them; so whole articles are shuffled, never sentences. The test is exact for any number and size
    of articles under that hypothesis; where the articles can be arranged in no more ways than
    `n_permutations`, all ways are gone through. Where they are so few that no p-value could fall
    below 1 - conf_level, there is none, and a reason. Outlets with a single article have no
    variance within and are left out; `contrast` names those compared. P-values of the variables are
    one family; with ``adjust = "max_t"`` it is Holm's, since there are no draws to share.
    """
    usable = [_drop_small_outlets(tally) for tally in tallies]
    totals = _shuffle_all(usable, settings)
    tests = [_test(tally, total, settings) for tally, total in zip(usable, totals, strict=True)]
    effects = [
        _measure(tally, total, settings) for tally, total in zip(usable, totals, strict=True)
    ]
    n_tests = sum(not math.isnan(test.p_value) for test in tests)
    family = f"outlets differ: {n_tests} variable{'s'[: n_tests > 1]}"
    adjusted = adjust_p_values(tests, family=family, adjust=settings.adjust)
    tests = _say_out_of_reach(adjusted, totals, settings)
    return tests + effects


def _say_out_of_reach(
    tests: Sequence[Estimate], totals: Sequence[_Shuffled | None], settings: Settings
) -> list[Estimate]:
    """Give a reason to the tests that could reach the level alone, but not once corrected."""
    tested = [
        (i, total)
        for i, (test, total) in enumerate(zip(tests, totals, strict=True))
        if total is not None and not math.isnan(test.p_value)
    ]
    told = list(tests)
    if tested:
        # No correction falls when a p-value grows: at their smallest it is smallest.
        smallest = correct([total.smallest_p for _, total in tested], adjust=settings.adjust)
        for (i, total), p_value in zip(tested, smallest, strict=True):
            if not _is_below_level(p_value, settings):
                why = _say_too_few(total, settings) + CORRECTED.format(n_tests=len(tested))
                told[i] = replace(told[i], reason=because(told[i].reason, why))
    return told


def _is_below_level(p_value: float, settings: Settings) -> bool:
    # A p-value of just 5% does not count as below it, whichever way 1 - 0.95 is rounded.
    return p_value < 1 - settings.conf_level - 1e-12


def _say_too_few(shuffled: _Shuffled, settings: Settings) -> str:
    reason = TOO_FEW_ARTICLES if shuffled.every else TOO_FEW_SHUFFLES
    return reason.format(alpha=100 * (1 - settings.conf_level))


def _drop_small_outlets(tally: Tally) -> Tally:
    return tally.only([outlet for outlet in tally.outlets if tally.n_articles_of(outlet) > 1])


def _shuffle_all(tallies: Sequence[Tally], settings: Settings) -> list[_Shuffled | None]:
    """Shuffle variables of the same articles together; None where nothing can be shuffled.

    Every group of variables starts from the seed, so that no variable's draws hang on another's.
    Few articles are not drawn from but gone through in all arrangements.
    """
    groups: dict[bytes, list[int]] = {}
    for i, tally in enumerate(tallies):
        if len(tally.outlets) > 1:
            groups.setdefault(tally.codes.tobytes(), []).append(i)
    results: list[_Shuffled | None] = [None] * len(tallies)
    for members in groups.values():
        codes, n_outlets = tallies[members[0]].codes, len(tallies[members[0]].outlets)
        samples = [
            Sample(*weigh(_with_rest(tallies[i]), tallies[i].sentences, settings.weight))
            for i in members
        ]
        every = count_arrangements(codes) <= settings.n_permutations
        if every:
            shuffled = arrange_totals(samples, codes)
        else:
            shuffled = shuffle_totals(
                samples,
                codes,
                n_outlets,
                n_permutations=settings.n_permutations,
                rng=np.random.default_rng(settings.seed),
            )
        for i, sample, totals in zip(members, samples, shuffled, strict=True):
            results[i] = _Shuffled(total_by_outlet(sample, codes, n_outlets), totals, every)
    return results


def _with_rest(tally: Tally) -> Floats:
    """Return the hits of the cells that occur, and of no cell (no stance about a target)."""
    rest = tally.sentences - tally.hits.sum(axis=1)
    hits = np.column_stack([tally.hits, rest]) if rest.any() else tally.hits
    return hits[:, hits.any(axis=0)]


def _test(tally: Tally, shuffled: _Shuffled | None, settings: Settings) -> Estimate:
    if shuffled is None:
        return _row("permutation", TEST_METHOD, tally, settings, reason=TOO_FEW_OUTLETS)
    observed = float(contrast_profiles(shuffled.observed)[0])
    finite = math.isfinite(observed)
    reason, p_value = _say_too_few(shuffled, settings), math.nan
    if _is_below_level(shuffled.smallest_p, settings):
        reason = ""
        draws = contrast_profiles(shuffled.shuffled)
        p_value = count_as_extreme(observed, draws, every=shuffled.every)
    return _row(
        "permutation",
        EXACT_METHOD if shuffled.every else TEST_METHOD,
        tally,
        settings,
        estimate=observed if finite else math.nan,
        p_value=p_value,
        p_adjusted=p_value,
        reason=because("" if finite else ALL_ALIKE, reason),
    )


def _measure(tally: Tally, shuffled: _Shuffled | None, settings: Settings) -> Estimate:
    if shuffled is None:
        return _row("cramers_v", EFFECT_METHOD, tally, settings, reason=TOO_FEW_OUTLETS)
    n_values = shuffled.observed.hits.shape[2]
    if n_values < 2:
        return _row("cramers_v", EFFECT_METHOD, tally, settings, reason=ONE_VALUE)
    phi2 = float(measure_association(shuffled.observed)[0])
    chance = float(measure_association(shuffled.shuffled).mean())
    if not 1e-12 < chance < min(len(tally.outlets), n_values) - 1 - 1e-9:
        return _row("cramers_v", EFFECT_METHOD, tally, settings, reason=NO_CHANCE)
    effect = correct_association(
        phi2,
        chance,
        n_outlets=len(tally.outlets),
        n_values=n_values,
        conf_level=settings.conf_level,
    )
    return _row(
        "cramers_v",
        EFFECT_METHOD,
        tally,
        settings,
        estimate=effect.v,
        conf_low=effect.low,
        conf_high=effect.high,
        conf_level=settings.conf_level,
    )


def _row(
    estimand: str,
    method: str,
    tally: Tally,
    settings: Settings,
    *,
    reason: str = "",
    **numbers: float,
) -> Estimate:
    return Estimate(
        estimand=estimand,
        variable=tally.variable,
        contrast=", ".join(tally.outlets),
        by=tally.by,
        method=method,
        weight=settings.weight,
        copies=settings.copies,
        n_sentences=int(tally.sentences.sum()),
        n_articles=len(tally.codes),
        reason=reason,
        **numbers,  # type: ignore[arg-type]  # names of number fields
    )
