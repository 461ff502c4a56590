"""Agreement of people with each other and with the machine: estimates, confusions, disputes."""

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.coding.codes import NO_TARGET, TARGET, add_targets
from analysis.coding.reliability import (
    NEVER_CODED,
    Coefficient,
    Ints,
    Reliability,
    Tallies,
    choose_coefficient,
    dichotomise,
    estimate_gap,
    estimate_reliability,
    tally_codes,
)
from analysis.statistics.estimates import Estimate, tabulate
from analysis.statistics.tallies import NO_STANCE
from framing.errors import BingkaiError, BingkaiWarning
from framing.schema import COLUMNS, require_columns
from framing.scheme import Codebook, Level

PEOPLE = "people"
MACHINE = "machine"
AGAINST_MACHINE = f"{PEOPLE} - {MACHINE}"
GAP = f"({PEOPLE}) - ({AGAINST_MACHINE})"
NO_OVERLAP = "no sentence has two codes"
METHODS = {
    Coefficient.ALPHA: "Krippendorff's alpha",
    Coefficient.AC1: "Gwet's AC1",
    Coefficient.AGREEMENT: "share of pairs of codes that agree",
    Coefficient.SPECIFIC: "share of the value's codes that another code bears out",
}
INTERVAL = "jackknife over articles, t interval of log(1 - x)"
GAP_INTERVAL = "jackknife over articles, t interval"


@dataclass(frozen=True)
class Agreement:
    """What comparing coders gives.

    Parameters
    ----------
    estimates
        The estimates table. `estimand` is alpha, ac1, agreement (the share of pairs that agree) or,
        of a value, specific_agreement; with ``_gap`` it is how far people agree better among
        themselves than with the machine. `contrast` says who: ``people`` all people,
        ``people - machine`` every one of them with the machine, in the same sentences, or two
        names. A row with a `value` is about this value against all others.
    confusion
        ``coder_confusion`` of `framing.schema.COLUMNS`: how often one coder's value met another's.
    disputes
        One row a sentence and variable in which people differ, the most disputed sentence first;
        `disagreement` is the share of pairs of its codes that differ.
    """

    estimates: pd.DataFrame
    confusion: pd.DataFrame
    disputes: pd.DataFrame


def measure_agreement(
    codes: pd.DataFrame,
    codebook: Codebook,
    *,
    labels: pd.DataFrame | None = None,
    conf_level: float = 0.95,
) -> Agreement:
    """Measure how far people code alike, and how far the machine codes like them.

    Parameters
    ----------
    codes
        As `analysis.coding.codes.gather_codes` gives them; a code may be missing (empty).
    codebook
        Says which values a variable has, and whether their order counts.
    labels
        The machine's labels of these sentences, to stand beside the people.
    conf_level
        Of the intervals.

    Raises
    ------
    BingkaiError
        There is one coder and no machine, nobody coded anything, or no sentence has two codes.
    """
    coded = codes.loc[codes["value"] != ""]
    coders = sorted(coded["coder"].unique())
    _check_coders(coded, coders, labels)
    coded = add_targets(_know_articles(coded), neutral=NO_STANCE)
    coded = coded.loc[coded["value"] != ""]
    machine = _list_labels(labels, coded)
    rows: list[Estimate] = []
    confusions: list[pd.DataFrame] = []
    for variable in dict.fromkeys(coded["variable"]):
        own = _Variable.lay_out(coded, machine, variable, codebook)
        rows += own.estimate(conf_level)
        confusions += own.confuse()
    return Agreement(
        tabulate(rows),
        pd.concat(confusions, ignore_index=True)[list(COLUMNS["coder_confusion"])],
        list_disputes(coded),
    )


def list_disputes(codes: pd.DataFrame) -> pd.DataFrame:
    """List the sentences and variables in which people differ, the most disputed sentence first."""
    coded = codes.loc[codes["value"] != ""]
    n_values = coded.groupby(["sentence_id", "variable"])["value"].transform("nunique")
    rows = []
    differing = coded.loc[n_values > 1].groupby(["sentence_id", "variable"], sort=False)
    for (sentence_id, variable), own in differing:
        n = own["value"].value_counts()
        alike = float((n * (n - 1)).sum()) / (len(own) * (len(own) - 1))
        said = "; ".join(f"{c}: {v}" for c, v in zip(own["coder"], own["value"], strict=True))
        rows.append((sentence_id, variable, 1 - alike, len(own), said, own["text"].max()))
    names = list(COLUMNS["disputes"])
    table = pd.DataFrame(rows, columns=names)
    heat = table.groupby("sentence_id")["disagreement"].transform("sum")
    order = ["heat", "sentence_id", "disagreement", "variable"]
    table = table.assign(heat=heat).sort_values(order, ascending=[False, True, False, True])
    return table[names].reset_index(drop=True)


@dataclass(frozen=True)
class _Variable:
    """Codes of one variable: rows sentences, columns coders, -1 where there is none."""

    name: str
    values: tuple[str, ...]
    level: Level
    coders: tuple[str, ...]
    articles: Ints
    codes: Ints
    labels: Ints | None

    @classmethod
    def lay_out(
        cls, coded: pd.DataFrame, machine: pd.DataFrame | None, name: str, codebook: Codebook
    ) -> "_Variable":
        own = coded.loc[coded["variable"] == name]
        values, level = _scale(name, codebook)
        table = own.pivot(index="sentence_id", columns="coder", values="value")
        number = {value: place for place, value in enumerate(values)}
        places = own.drop_duplicates("sentence_id").set_index("sentence_id")["article_id"]
        labels = None
        if machine is not None and (machine["variable"] == name).any():
            given = machine.loc[machine["variable"] == name].set_index("sentence_id")["value"]
            labels = _number(table.index.to_series().map(given), number)
        return cls(
            name,
            values,
            level,
            tuple(table.columns),
            pd.factorize(places.loc[table.index])[0].astype(np.int64),
            np.stack([_number(table[coder], number) for coder in table.columns], axis=1),
            labels,
        )

    def estimate(self, conf_level: float) -> Iterator[Estimate]:
        """Give all coefficients: of the people, of pairs, and with the machine."""
        people = self._count(self.codes)
        yield from self._measure(people, self.articles, PEOPLE, conf_level)
        if len(self.coders) > 2:
            for one, other in combinations(range(len(self.coders)), 2):
                pair = self._count(self.codes[:, [one, other]])
                name = f"{self.coders[one]} - {self.coders[other]}"
                yield from self._measure(pair, self.articles, name, conf_level, by_value=False)
        if self.labels is None:
            return
        several = (self.codes >= 0).sum(axis=1) >= (2 if len(self.coders) > 1 else 1)
        shared = several & (self.labels >= 0)
        sentence, coder = np.nonzero(shared[:, None] & (self.codes >= 0))
        beside = np.stack([self.codes[sentence, coder], self.labels[sentence]], axis=1)
        counts, articles = self._count(beside), self.articles[sentence]
        n_shared = int(shared.sum())
        for row in self._measure(counts, articles, AGAINST_MACHINE, conf_level):
            yield replace(row, n_sentences=n_shared)  # and not the pairs of codes in them
        for place, person in enumerate(self.coders):
            pair = self._count(np.stack([self.codes[:, place], self.labels], axis=1))
            name = f"{person} - {MACHINE}"
            yield from self._measure(pair, self.articles, name, conf_level, by_value=False)
        if len(self.coders) > 1 and shared.any():
            first = tally_codes(people[shared], self.articles[shared])
            yield from self._compare(first, tally_codes(counts, articles), conf_level)

    def confuse(self) -> Iterator[pd.DataFrame]:
        """Give the table of every pair of coders that share a sentence."""
        columns = dict(zip(self.coders, self.codes.T, strict=True))
        if self.labels is not None:
            columns[MACHINE] = self.labels
        n_values = len(self.values)
        pairs = pd.MultiIndex.from_product([self.values] * 2, names=["value", "other_value"])
        for one, other in combinations(columns, 2):
            both = (columns[one] >= 0) & (columns[other] >= 0)
            cell = columns[one][both] * n_values + columns[other][both]
            n = np.bincount(cell, minlength=n_values**2)
            table = pd.DataFrame({"n_sentences": n}, index=pairs).reset_index()
            yield table.assign(variable=self.name, coder=one, other=other)

    def _count(self, codes: Ints) -> Ints:
        """Return how many of the coders (U, C) gave each value, (U, K)."""
        return np.asarray((codes[:, :, None] == np.arange(len(self.values))).sum(axis=1))

    def _measure(
        self,
        counts: Ints,
        articles: Ints,
        contrast: str,
        conf_level: float,
        *,
        by_value: bool = True,
    ) -> Iterator[Estimate]:
        tallies = tally_codes(counts, articles)
        for coefficient in (Coefficient.ALPHA, Coefficient.AC1, Coefficient.AGREEMENT):
            yield self._tell(coefficient, tallies, contrast, conf_level)
        if not by_value:
            return
        for place, value in enumerate(self.values):
            tallies = tally_codes(dichotomise(counts, place), articles)
            for coefficient in Coefficient:
                yield self._tell(coefficient, tallies, contrast, conf_level, value=value)

    def _tell(
        self,
        coefficient: Coefficient,
        tallies: Tallies,
        contrast: str,
        conf_level: float,
        *,
        value: str = "",
    ) -> Estimate:
        level = Level.NOMINAL if value else self.level
        measure = choose_coefficient(coefficient, level)
        found = estimate_reliability(tallies, measure, conf_level=conf_level)
        reason = found.reason
        if not len(tallies.n_sentences):
            reason = NO_OVERLAP
        elif value and not tallies.codes[:, 0].any():
            reason = NEVER_CODED
        return self._write(coefficient, found, contrast, conf_level, value=value, reason=reason)

    def _compare(self, first: Tallies, second: Tallies, conf_level: float) -> Iterator[Estimate]:
        for coefficient in (Coefficient.ALPHA, Coefficient.AC1, Coefficient.AGREEMENT):
            measure = choose_coefficient(coefficient, self.level)
            found = estimate_gap(first, second, measure, conf_level=conf_level)
            yield self._write(coefficient, found, GAP, conf_level, gap=True, reason=found.reason)

    def _write(
        self,
        coefficient: Coefficient,
        found: Reliability,
        contrast: str,
        conf_level: float,
        *,
        value: str = "",
        gap: bool = False,
        reason: str = "",
    ) -> Estimate:
        level = Level.NOMINAL if value else self.level
        scale = f", {level}" if coefficient == Coefficient.ALPHA else ""
        return Estimate(
            estimand=f"{coefficient}_gap" if gap else coefficient,
            variable=self.name,
            value=value,
            contrast=contrast,
            method=f"{METHODS[coefficient]}{scale}; {GAP_INTERVAL if gap else INTERVAL}",
            estimate=found.estimate,
            std_error=found.std_error,
            df=found.df,
            conf_low=found.conf_low,
            conf_high=found.conf_high,
            conf_level=math.nan if math.isnan(found.conf_low) else conf_level,
            n_sentences=found.n_sentences,
            n_articles=found.n_articles,
            reason=reason,
        )


def _check_coders(coded: pd.DataFrame, coders: Sequence[str], labels: pd.DataFrame | None) -> None:
    if not coders:
        raise BingkaiError("nobody coded anything: all cells of codes are empty")
    if MACHINE in coders and labels is not None:
        raise BingkaiError(f"a coder is called {MACHINE!r}; call the person otherwise")
    if labels is not None:
        return
    if len(coders) == 1:
        raise BingkaiError(
            f"all codes are {coders[0]}'s: agreement needs two coders (or --labels); name the "
            "other file, or tell two people apart in the column coder"
        )
    per_sentence = coded.groupby(["sentence_id", "variable"]).size()
    if per_sentence.max() < 2:
        raise BingkaiError(
            f"no sentence was coded by two of {', '.join(coders)}: there is no overlap; let them "
            "code some of the same sentences (bingkai sample --coders ... --overlap 50)"
        )


def _know_articles(coded: pd.DataFrame) -> pd.DataFrame:
    unknown = coded["article_id"] == ""
    if unknown.any():
        warnings.warn(
            "the articles of some sentences are not known, so that each of them stands for itself "
            "and intervals may be too narrow; give --sentences",
            BingkaiWarning,
            stacklevel=2,
        )
    own = ("sentence " + coded["sentence_id"]).where(unknown, "article " + coded["article_id"])
    return coded.assign(article_id=own)


def _list_labels(labels: pd.DataFrame | None, coded: pd.DataFrame) -> pd.DataFrame | None:
    if labels is None:
        return None
    require_columns(labels, "labels")
    twice = labels.duplicated(["sentence_id", "variable"])
    if twice.any():
        first = labels.loc[twice].iloc[0]
        raise BingkaiError(
            f"labels: {first['sentence_id']} has {first['variable']} twice; keep one labeler"
        )
    if not labels["sentence_id"].isin(coded["sentence_id"]).any():
        raise BingkaiError("labels: none is of a coded sentence; label those that were coded")
    own = labels[["sentence_id", "variable", "value", "target"]].fillna("").astype(str)
    own = add_targets(own, neutral=NO_STANCE)
    return own.loc[own["value"] != ""]


def _scale(name: str, codebook: Codebook) -> tuple[tuple[str, ...], Level]:
    if name == TARGET:
        return (*(actor.id for actor in codebook.actors), NO_TARGET), Level.NOMINAL
    variable = codebook.variable(name)
    return variable.value_ids, variable.level


def _number(values: "pd.Series[str]", number: dict[str, int]) -> Ints:
    return np.asarray(values.map(number).fillna(-1), dtype=np.int64)
