"""What a model of the sentences can carry: its values and covariates, and why others are left out.

Estimates of a multinomial logit are infinite where a value is never seen at some level of a
covariate (Albert and Anderson 1984), and software then prints a huge number with a huge error. So
the model is made of what was seen: values that an outlet never shows are counted together, and a
covariate whose levels cannot be told apart from the rest is left out. Each is said in words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.statistics.logit import Floats, Sentences, Unfit
from analysis.statistics.settings import Covariate

TOO_FEW_OUTLETS = "fewer than two outlets with two articles: nothing to compare"
ONE_VALUE = "fewer than two values are seen in every outlet: nothing to model"
NOT_SEEN = "never seen in any outlet"
OWN_VOICE = "outlet"
SOURCES = "sources"
TOGETHER = "(together)"  # the value that rare ones are counted as


@dataclass(frozen=True)
class Design:
    """A model's sentences, ready to fit.

    Parameters
    ----------
    sentences
        Codes, covariates and articles. The first columns are a one and the outlets but the first.
    values
        (J,) names of the codes; `TOGETHER` for the rare ones.
    outlets
        Names of the outlets, sorted.
    columns
        (P,) names of the columns, ``"outlet=B"``, ``"voice=quoted"``, ``"length"``.
    together
        The values that are counted together, with the reason.
    covariates
        Those that are in.
    left_out
        What was left out, with the reason, such as ``"date (3 of 15 articles have no day)"``.
    first_voice
        The voice that others are compared with.
    """

    sentences: Sentences
    values: tuple[str, ...]
    outlets: tuple[str, ...]
    columns: tuple[str, ...]
    together: Mapping[str, str]
    covariates: tuple[Covariate, ...]
    left_out: tuple[str, ...]
    first_voice: str

    def place(self, outlet: str) -> Floats:
        """Return the covariates (N, P) as if all sentences were an outlet's."""
        return self.set_level("outlet", outlet)

    def set_level(self, name: str, level: str) -> Floats:
        """Return the covariates (N, P) with one of them at a level, all zero at the first level."""
        covariates = self.sentences.covariates.copy()
        for number, column in enumerate(self.columns):
            if column.startswith(f"{name}="):
                covariates[:, number] = column == f"{name}={level}"
        return covariates

    def levels(self, name: str) -> list[str]:
        """Return the levels of a covariate but the first."""
        return [c.removeprefix(f"{name}=") for c in self.columns if c.startswith(f"{name}=")]


def prepare_design(observed: pd.DataFrame, covariates: Sequence[Covariate]) -> Design:
    """Make the design of a model of `value` on outlet and covariates.

    Parameters
    ----------
    observed
        One row a sentence: value (not empty), article_id, outlet, and what the covariates need:
        voice, n_words, day (YYYY-MM-DD or empty). Every outlet has two articles.
    covariates
        What to allow for, the least wanted last.

    Raises
    ------
    Unfit
        There are fewer than two outlets or values; the message says it in words.
    """
    outlets = tuple(sorted(observed["outlet"].unique()))
    if len(outlets) < 2:
        raise Unfit(TOO_FEW_OUTLETS)
    together = find_together(pd.crosstab(observed["value"], observed["outlet"]))
    observed = observed.sort_values("article_id", kind="stable")
    values = observed["value"].where(~observed["value"].isin(together), TOGETHER)
    counts = (
        values.value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    )
    order = tuple(counts.index)
    if len(order) < 2:
        raise Unfit(ONE_VALUE)
    columns = {"one": np.ones(len(observed))}
    columns |= {f"outlet={o}": np.where(observed["outlet"] == o, 1.0, 0.0) for o in outlets[1:]}
    left_out, kept = [], []
    for covariate in covariates:
        found, lack = _MAKE[covariate](observed, values)
        if not lack and _adds_nothing(columns, found):
            lack = "told by the outlet and the rest"
        if lack:
            left_out.append(f"{covariate} ({lack})")
        else:
            columns |= found
            kept.append(covariate)
    return Design(
        sentences=Sentences(
            codes=values.map({value: code for code, value in enumerate(order)}).to_numpy(np.int64),
            covariates=np.column_stack(list(columns.values())),
            articles=pd.factorize(observed["article_id"])[0].astype(np.int64),
        ),
        values=order,
        outlets=outlets,
        columns=tuple(columns),
        together=together,
        covariates=tuple(kept),
        left_out=tuple(left_out),
        first_voice=_find_first(observed["voice"]),
    )


def find_together(table: pd.DataFrame) -> dict[str, str]:
    """Return the values to count together so that none is missing in an outlet, with the reason.

    Parameters
    ----------
    table
        Sentences by value (rows) and outlet (columns).
    """
    missing = {
        str(value): ", ".join(str(outlet) for outlet, n in row.items() if not n)
        for value, row in table.iterrows()
        if (row == 0).any()
    }
    if not missing:
        return {}
    pool = list(missing)
    rest = table.drop(index=pool).sum(axis=1).sort_values(kind="stable").index
    for value in rest:
        if (table.loc[pool].sum() > 0).all():
            break
        pool.append(str(value))
    reasons = {}
    for value in pool:
        others = ", ".join(other for other in pool if other != value)
        why = "others are rarer still and cannot stand alone"
        if value in missing:
            why = f"never seen in {missing[value]}, so its log odds would be infinite"
        reasons[value] = f"{why}; counted together with {others}" if others else why
    return reasons


Made = tuple[dict[str, Floats], str]


def _make_voice(observed: pd.DataFrame, values: "pd.Series[str]") -> Made:
    """Return the voices as columns; own and others' words if more cannot be told apart."""
    voice = observed["voice"]
    if (voice == "").any():
        return {}, "not every sentence has one"
    first = _find_first(voice)
    for levels in (voice, voice.where(voice == first, SOURCES)):
        table = pd.crosstab(values, levels)
        if table.shape[1] < 2:
            return {}, "all sentences have the same"
        if (table > 0).all(axis=None):
            names = [name for name in table.columns if name != first]
            return {f"voice={name}": np.where(levels == name, 1.0, 0.0) for name in names}, ""
    row, column = np.argwhere(table.to_numpy() == 0)[0]
    value, level = table.index[row], table.columns[column]
    return {}, f"{value} is never seen in the voice {level}"


def _find_first(voice: "pd.Series[str]") -> str:
    return OWN_VOICE if (voice == OWN_VOICE).any() else str(voice.mode().iloc[0])


def _make_length(observed: pd.DataFrame, values: "pd.Series[str]") -> Made:
    """Return the length in doublings, centred."""
    doublings = np.log2(observed["n_words"].to_numpy(float).clip(min=1))
    if np.ptp(doublings) == 0:
        return {}, "all sentences are alike"
    return {"length": doublings - doublings.mean()}, ""


def _make_date(observed: pd.DataFrame, values: "pd.Series[str]") -> Made:
    """Return the day in weeks, centred."""
    days = observed.drop_duplicates("article_id")["day"]
    n_undated = int((days == "").sum())
    if n_undated:
        have = "has" if n_undated == 1 else "have"
        return {}, f"{n_undated} of {len(days)} articles {have} no day"
    weeks = pd.to_datetime(observed["day"]).to_numpy().astype("datetime64[D]").astype(float) / 7
    if np.ptp(weeks) == 0:
        return {}, "all articles are of one day"
    return {"date": weeks - weeks.mean()}, ""


_MAKE: Mapping[Covariate, Callable[[pd.DataFrame, "pd.Series[str]"], Made]] = {
    Covariate.VOICE: _make_voice,
    Covariate.LENGTH: _make_length,
    Covariate.DATE: _make_date,
}


def _adds_nothing(columns: Mapping[str, Floats], found: Mapping[str, Floats]) -> bool:
    matrix = np.column_stack([*columns.values(), *found.values()])
    scale = np.abs(matrix).max(axis=0)
    return bool(np.linalg.matrix_rank(matrix / scale) < matrix.shape[1])
