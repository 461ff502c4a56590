"""Rows of the estimates table in which people's codes correct the machine's labels."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.correction.codings import CodedSentences, encode, lay_out, list_cells
from analysis.correction.coefficients import estimate_coefficients
from analysis.correction.corrections import (
    Coding,
    CorrectedFit,
    Correction,
    fit_corrected,
    learn_codes,
    power_tune,
    use_gold_only,
)
from analysis.correction.gold import TARGETED, match_gold
from analysis.correction.misclassification import contrast_matrices, fit_matrix
from analysis.statistics.differences import pair_outlets
from analysis.statistics.estimates import Estimate, because, tabulate
from analysis.statistics.intervals import (
    critical_value,
    find_p_values,
    limit_differences,
    limit_shares,
    pool_df,
)
from analysis.statistics.multiplicity import adjust_p_values
from analysis.statistics.settings import Settings, Weight
from analysis.statistics.shares import ONE_ARTICLE
from analysis.statistics.tallies import Cell
from framing.scheme import Codebook

LEAST_GOLD = 10  # coded sentences of an outlet below which nothing is corrected there

GOLD_ONLY = "gold-only: weighted codes alone"
MATRIX = "matrix: one misclassification matrix for all outlets, with its own error"
METHODS: Mapping[str, Callable[[Coding], Correction]] = MappingProxyType(
    {
        "dsl: what labels stand for, learned from the codes of other articles": learn_codes,
        "ppi: labels with the power-tuned weight of PPI++": power_tune,
        GOLD_ONLY: use_gold_only,
    }
)
INTERVAL = "CR2 variance over articles, score interval"
WELCH = f"{INTERVAL}, Welch df"

NO_GAIN = "no more precise than the coded sentences alone"
OUTSIDE = "the corrected share was outside 0 to 1 and was moved to the nearer end"
NEVER_CODED = "never coded: its column of the misclassification matrix is not known"
NO_SPREAD = "labels and codes do not vary: no standard error"
UNTARGETED = "stances were coded without their targets"
NO_SAMPLE = "one article an outlet: articles of different outlets are no sample of one population"


def correct_outlets(
    gold: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codebook: Codebook,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Compare outlets by labels that people's codes correct.

    Parameters
    ----------
    gold
        The codes of a probability sample, see `analysis.correction.gold.match_gold`.
    labels, sentences, articles
        The corpus, as `analysis.statistics.counts.count_cells` takes it.
    codebook
        The codebook of labels and codes.
    settings
        Choices; the defaults if not given.

    Returns
    -------
    pandas.DataFrame
        The estimates table. Of every coded variable: shares with both weights by DSL, PPI++, the
        misclassification matrix and from the codes alone; differences with the weight of the
        settings; the share of sentences labelled as coded (`accuracy`), by outlet; and, but for
        stance, the coefficients of a multinomial logit.

    Raises
    ------
    BingkaiError
        The gold was not drawn at random, or does not fit the corpus.
    """
    settings = settings or Settings()
    matched = match_gold(gold, labels, sentences=sentences, articles=articles, codebook=codebook)
    coded = lay_out(labels, matched, sentences=sentences, articles=articles, copies=settings.copies)
    rows: list[Estimate] = []
    for variable in matched.variables:
        reason = matched.refused.get(variable, "")
        if variable == TARGETED and not reason and not matched.targeted:
            reason = UNTARGETED
        if reason:
            rows += _refuse(variable, reason, settings)
            continue
        cells = list_cells(coded, variable, codebook, settings)
        for weight in Weight:
            corrected = _Variable(coded, variable, cells, weight, settings)
            rows += corrected.estimate_shares()
            if weight == settings.weight:
                rows += corrected.estimate_differences()
                rows += corrected.estimate_accuracy()
        if variable != TARGETED:  # stances by target are many, and rare
            rows += estimate_coefficients(
                coded, variable, codebook, settings, least_gold=LEAST_GOLD
            )
    return tabulate(rows)


def correct_differences(
    gold: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codebook: Codebook,
    settings: Settings,
    variable: str,
    method: str,
) -> list[Estimate]:
    """Return the differences of one variable by one method, as `correct_outlets` does.

    Parameters
    ----------
    method
        ``"dsl"``, ``"ppi"`` or ``"matrix"``.
    """
    matched = match_gold(gold, labels, sentences=sentences, articles=articles, codebook=codebook)
    if variable not in matched.variables or variable in matched.refused:
        return []
    coded = lay_out(labels, matched, sentences=sentences, articles=articles, copies=settings.copies)
    cells = list_cells(coded, variable, codebook, settings)
    corrected = _Variable(coded, variable, cells, settings.weight, settings)
    rows = corrected.estimate_differences()
    return [row for row in rows if row.method.startswith(f"{method}:")]


def _refuse(variable: str, reason: str, settings: Settings) -> list[Estimate]:
    return [
        Estimate(
            estimand="share",
            variable=variable,
            by="target" if variable == TARGETED else "",
            method=method,
            weight=weight,
            copies=settings.copies,
            n_gold=0,
            reason=f"not corrected: {reason}",
        )
        for weight in Weight
        for method in (*METHODS, MATRIX)
    ]


class _Variable:
    """One variable's labels and codes with one weight, and the rows that they give."""

    def __init__(
        self,
        coded: CodedSentences,
        variable: str,
        cells: tuple[Cell, ...],
        weight: Weight,
        settings: Settings,
    ) -> None:
        self.variable, self.cells, self.weight, self.settings = variable, cells, weight, settings
        self.outlets = coded.outlets
        self.coding = encode(coded, variable, cells, weight)
        label, code = (coded.frame[f"{name}_{variable}"] for name in ("label", "code"))
        self.right = (label == code).to_numpy().astype(np.float64)[self.coding.drawn, None]
        self.fits = {
            method: self._fit_all(self.coding, correct(self.coding))
            for method, correct in METHODS.items()
        }
        self.matrices = {
            outlet: fit_matrix(self.coding, self._own(outlet)) for outlet in ("", *self.outlets)
        }

    def estimate_shares(self) -> Iterator[Estimate]:
        """Give the shares by outlet, and in all outlets together."""
        alone = self.fits[GOLD_ONLY]
        for method, fits in self.fits.items():
            for outlet, fit in fits.items():
                yield from self._tell_shares(f"{method}; {INTERVAL}", outlet, fit, alone[outlet])
        for outlet, fit in self.matrices.items():
            yield from self._tell_shares(f"{MATRIX}; {INTERVAL}", outlet, fit, alone[outlet])

    def estimate_differences(self) -> list[Estimate]:
        """Return the differences of pairs of outlets, a family of tests a method."""
        pairs = pair_outlets(self.outlets, self.settings)
        rows: list[Estimate] = []
        for method in (*METHODS, MATRIX):
            contrast = self._contrast_matrix if method == MATRIX else self._contrast
            own = [row for pair in pairs for row in contrast(method, pair)]
            n_pairs = len({row.contrast for row in own if not math.isnan(row.p_value)})
            family = f"{self.variable}: {len(self.cells)} cells x {n_pairs} pairs"
            family = f"{family}, {method.split(':')[0]}"
            rows += adjust_p_values(own, family=family, adjust=self.settings.adjust)
        return rows

    def estimate_accuracy(self) -> Iterator[Estimate]:
        """Give the share of sentences whose label is the code, from the codes alone."""
        nothing = np.zeros((len(self.coding.outlets), 1))
        coding = replace(self.coding, labels=nothing, codes=self.right)
        for outlet, fit in self._fit_all(coding, use_gold_only(coding)).items():
            for row in self._tell_shares(f"{GOLD_ONLY}; {INTERVAL}", outlet, fit, fit, (Cell(""),)):
                yield replace(row, estimand="accuracy", by="")

    def _tell_shares(
        self,
        method: str,
        outlet: str,
        fit: CorrectedFit,
        alone: CorrectedFit,
        cells: tuple[Cell, ...] | None = None,
    ) -> Iterator[Estimate]:
        critical = critical_value(fit.df, self.settings.conf_level)
        limits = limit_shares(fit.shares, fit.n_effective, critical)
        for k, cell in enumerate(cells or self.cells):
            yield self._tell(
                method,
                (outlet,),
                cell,
                {
                    "estimate": fit.shares[k],
                    "std_error": fit.std_errors[k],
                    "df": fit.df[k],
                    "conf_low": limits.low[k],
                    "conf_high": limits.high[k],
                },
                alone=float(alone.std_errors[k]),
                note=because(fit.reason, OUTSIDE if fit.raw[k] != fit.shares[k] else ""),
            )

    def _contrast(self, method: str, pair: tuple[str, str]) -> Iterator[Estimate]:
        fits = [self.fits[method][outlet] for outlet in pair]
        shares = np.stack([fit.shares for fit in fits])
        sizes = np.stack([fit.n_effective for fit in fits])
        df = pool_df(shares, sizes, np.stack([fit.df for fit in fits]))
        limits = limit_differences(shares, sizes, critical_value(df, self.settings.conf_level))
        p_values = find_p_values(shares, sizes, df)
        errors = np.hypot(*(fit.std_errors for fit in fits))
        for k, cell in enumerate(self.cells):
            yield self._tell(
                f"{method}; {WELCH}",
                pair,
                cell,
                {
                    "estimate": shares[0, k] - shares[1, k],
                    "std_error": errors[k],
                    "df": df[k],
                    "conf_low": limits.low[k],
                    "conf_high": limits.high[k],
                    "p_value": p_values[k],
                    "p_adjusted": p_values[k],
                },
                alone=self._alone(pair, k),
            )

    def _contrast_matrix(self, method: str, pair: tuple[str, str]) -> Iterator[Estimate]:
        first, second = (self.matrices[outlet] for outlet in pair)
        fit = contrast_matrices(first, second, self.settings.conf_level)
        for k, cell in enumerate(self.cells):
            yield self._tell(
                f"{method}; delta method over articles, t interval",
                pair,
                cell,
                {
                    "estimate": fit.differences[k],
                    "std_error": fit.std_errors[k],
                    "df": fit.df,
                    "conf_low": fit.limits.low[k],
                    "conf_high": fit.limits.high[k],
                    "p_value": fit.p_values[k],
                    "p_adjusted": fit.p_values[k],
                },
                alone=self._alone(pair, k),
                note=first.reason,
            )

    def _tell(
        self,
        method: str,
        outlets: tuple[str, ...],
        cell: Cell,
        numbers: Mapping[str, float],
        *,
        alone: float,
        note: str = "",
    ) -> Estimate:
        """Return a row, without the numbers that the outlets cannot carry."""
        own = np.any([self._own(outlet) for outlet in outlets], axis=0)
        n_gold = int(own[self.coding.drawn].sum())
        told: dict[str, Any] = {name: float(number) for name, number in numbers.items()}
        few = because(*(self._lack_gold(outlet, outlets) for outlet in outlets))
        single = because(*(self._lack_articles(outlet, outlets) for outlet in outlets))
        effective = math.nan
        if few or math.isnan(told["estimate"]):
            told, note = {}, few or note or NEVER_CODED
        elif single:
            told, note = {"estimate": told["estimate"]}, because(single, note)
        elif told["std_error"] == 0:
            told["std_error"], note = math.nan, because(note, NO_SPREAD)
        else:
            effective = n_gold * (alone / told["std_error"]) ** 2
            note = because(note, NO_GAIN if effective < 0.995 * n_gold else "")
        return Estimate(
            estimand="difference" if len(outlets) > 1 else "share",
            variable=self.variable,
            value=cell.value,
            outlet="" if len(outlets) > 1 else outlets[0],
            contrast=" - ".join(outlets) if len(outlets) > 1 else "",
            by="target" if self.variable == TARGETED else "",
            level=cell.level,
            method=method,
            weight=self.weight,
            copies=self.settings.copies,
            conf_level=math.nan if few or single or not told else self.settings.conf_level,
            n_sentences=int(own.sum()),
            n_articles=len(np.unique(self.coding.articles[own])),
            n_gold=n_gold,
            n_gold_effective=effective,
            reason=note,
            **told,
        )

    def _fit_all(self, coding: Coding, correction: Correction) -> dict[str, CorrectedFit]:
        return {
            outlet: fit_corrected(coding, correction, self._own(outlet))
            for outlet in ("", *self.outlets)
        }

    def _own(self, outlet: str) -> NDArray[np.bool_]:
        if outlet == "":
            return np.ones(len(self.coding.outlets), dtype=bool)
        return np.asarray(self.coding.outlets == self.outlets.index(outlet))

    def _alone(self, pair: tuple[str, str], k: int) -> float:
        errors = [float(self.fits[GOLD_ONLY][outlet].std_errors[k]) for outlet in pair]
        return math.hypot(*errors)

    def _lack_gold(self, outlet: str, outlets: tuple[str, ...]) -> str:
        coded = self._own(outlet)[self.coding.drawn]
        if outlet == "":
            there = set(self.coding.outlets[self.coding.drawn])
            bare = [name for i, name in enumerate(self.outlets) if i not in there]
            if bare:
                return f"no coded sentence in {', '.join(bare)}"
        n = int(coded.sum())
        name = f"{outlet}: " if len(outlets) > 1 else ""
        least = f"only {n} coded sentences, and {LEAST_GOLD} are needed to correct"
        return f"{name}{least}" if n < LEAST_GOLD else ""

    def _lack_articles(self, outlet: str, outlets: tuple[str, ...]) -> str:
        articles = np.unique(self.coding.articles[self._own(outlet)])
        if len(articles) == 1:
            return f"{outlet}: {ONE_ARTICLE}" if len(outlets) > 1 else ONE_ARTICLE
        return NO_SAMPLE if len(articles) == len(self.outlets) and outlet == "" else ""
