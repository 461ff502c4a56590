"""The estimates that figures read: typed, of one specification, named in a language."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.figures import words
from analysis.statistics.estimates import parse_estimates
from analysis.statistics.settings import Weight
from framing.errors import BingkaiError
from framing.scheme import Codebook, Text


class Undrawable(BingkaiError):  # noqa: N818 (a state of the data, not a fault)
    """The estimates are in order, but cannot carry a figure or do not fit one."""


@dataclass(frozen=True)
class Label:
    """A name, and in smaller type under it a detail such as the number of articles."""

    name: str
    detail: str = ""


@dataclass(frozen=True)
class Selection:
    """The estimates of one specification.

    Parameters
    ----------
    table
        The estimates, numbers as numbers.
    codebook
        Gives order and names of values and actors.
    language
        ``"en"`` or ``"id"``.
    weight
        What counts once in differences and tests, and so in the figures.
    """

    table: pd.DataFrame
    codebook: Codebook
    language: str
    weight: Weight

    @property
    def outlets(self) -> tuple[str, ...]:
        """The outlets, in the table's order."""
        shares = self.table.loc[self.table["estimand"] == "share", "outlet"]
        return tuple(name for name in shares.unique() if name)

    def pick(
        self, estimand: str, variable: str, *, by: str = "", weight: Weight | None = None
    ) -> pd.DataFrame:
        """Return the rows of one estimand, variable and `by`."""
        table = self.table
        return table.loc[
            (table["estimand"] == estimand)
            & (table["variable"] == variable)
            & (table["by"] == by)
            & (table["weight"] == (weight or self.weight))
        ].reset_index(drop=True)

    def shares(self, variable: str, *, by: str = "", weight: Weight | None = None) -> pd.DataFrame:
        """Return the shares by outlet, without those of all outlets together."""
        rows = self.pick("share", variable, by=by, weight=weight)
        return rows.loc[rows["outlet"] != ""].reset_index(drop=True)

    def counts(self, variable: str, *, by: str = "") -> pd.DataFrame:
        """Return the shares by outlet with the count `n` of sentences behind each."""
        rows = self.shares(variable, by=by, weight=Weight.SENTENCE)
        return rows.assign(n=(rows["estimate"].fillna(0) * rows["n_sentences"]).round().astype(int))

    def label_outlets(self) -> tuple[Label, ...]:
        """Return a label for every outlet, with its numbers of articles and sentences."""
        shares = self.table.loc[self.table["estimand"] == "share"]
        sizes = shares.groupby("outlet")[["n_articles", "n_sentences"]].max().astype(int)
        return tuple(
            Label(
                " ".join(outlet.split()),
                words.say_size(
                    sizes["n_articles"][outlet], sizes["n_sentences"][outlet], self.language
                ),
            )
            for outlet in self.outlets
        )

    def label_values(self, variable: str, values: Sequence[str]) -> tuple[Label, ...]:
        """Return a label for every value of a variable."""
        return tuple(
            Label(self.codebook.value_name(variable, value, language=self.language))
            for value in values
        )

    def order_values(self, variable: str, present: "pd.Series[str]") -> tuple[str, ...]:
        """Return the values that are present, in the codebook's order."""
        known = self.codebook.variable(variable).value_ids
        seen = set(present)
        return tuple(v for v in known if v in seen) + tuple(sorted(seen - set(known)))

    def explain_gaps(self, rows: pd.DataFrame, *, hollow: bool = False) -> list[str]:
        """Return a note for every reason why outlets have no interval, or no share at all."""
        missing = rows.loc[rows["conf_low"].isna()]
        notes = []
        for reason, group in missing.groupby("reason", sort=False):
            outlets = [outlet for outlet in self.outlets if outlet in set(group["outlet"])]
            known = words.NOTE_HOLLOW if hollow else words.NOTE_NO_INTERVAL
            text = words.NOTE_NO_VALUE if group["estimate"].isna().all() else known
            names = ", ".join(" ".join(outlet.split()) for outlet in outlets)
            said = words.say_reason(str(reason), self.language)
            notes.append(words.say(text, self.language, outlets=names, reason=said))
        return notes

    def explain_whiskers(
        self, rows: pd.DataFrame, text: Text = words.NOTE_WHISKERS, **parts: object
    ) -> str:
        """Return what the whiskers are; ``""`` if there is none."""
        levels = rows.loc[rows["conf_low"].notna(), "conf_level"].dropna()
        if levels.empty:
            return ""
        level = words.say_percent(float(levels.iloc[0]), self.language)
        return words.say(text, self.language, level=level, **parts)

    def explain_weight(self) -> str:
        """Return a note where every article counts alike; ``""`` where every sentence does."""
        by_article = self.weight is Weight.ARTICLE
        return words.NOTE_ARTICLES.in_language(self.language) if by_article else ""


def select_estimates(estimates: pd.DataFrame, codebook: Codebook, language: str) -> Selection:
    """Check an estimates table and keep its main specification.

    Accepts a table that was read from .csv, where every cell is text. Of several methods, copies or
    specifications the one that stands first is kept.

    Raises
    ------
    BingkaiError
        A column is missing, a number is none, or there are no shares of outlets.
    """
    table = parse_estimates(estimates)
    shares = table.loc[(table["estimand"] == "share") & (table["outlet"] != "")]
    if shares.empty:
        raise BingkaiError(
            "estimates: no share of any outlet, so there is nothing to draw; "
            "make the table with bingkai compare"
        )
    for name in ("copies", "spec"):
        table = table.loc[table[name] == shares[name].iloc[0]]
    for _, group in table.groupby("estimand"):
        other = group.index[group["method"] != group["method"].iloc[0]]
        table = table.drop(index=other)
    weight = _main_weight(table)
    return Selection(table.reset_index(drop=True), codebook, language, weight)


def _main_weight(table: pd.DataFrame) -> Weight:
    """Return what counts once in the differences; a sentence where there are none."""
    tested = table.loc[table["estimand"] == "difference", "weight"]
    if tested.empty:
        return Weight.SENTENCE
    if tested.iloc[0] not in list(Weight):
        known = " or ".join(Weight)
        raise BingkaiError(f"estimates: weight is {tested.iloc[0]!r}; it must be {known}")
    return Weight(tested.iloc[0])
