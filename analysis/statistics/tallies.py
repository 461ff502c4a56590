"""From the labelled counts table to arrays of articles and cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from framing.schema import VARIABLES
from framing.scheme import Codebook

Floats = NDArray[np.float64]

LABELLED = "labelled"  # the one cell of a coverage
# The value of `stance` that has no target, and so nothing to count by target.
NO_STANCE = "neutral"
# Who says it: what the shares of frame and sentiment are given within, and voice within frame.
CROSSINGS = (
    ("frame", "voice"),
    ("frame", "source_group"),
    ("sentiment", "voice"),
    ("sentiment", "source_group"),
    ("voice", "frame"),
)


@dataclass(frozen=True)
class Cell:
    """One thing that is counted: a value, and the level (such as the target) that it is about."""

    value: str
    level: str = ""


@dataclass(frozen=True)
class Tally:
    """Sentences of articles by cell, ready for the array layer.

    Parameters
    ----------
    variable, by
        What is counted, and what the cells' levels are levels of.
    cells
        K cells.
    outlets
        Names of the outlets, sorted.
    codes
        (A,) index of every article's outlet in `outlets`.
    hits
        (A, K) sentences of every article in every cell.
    sentences
        (A,) sentences of every article that could be in a cell, all positive.
    stories
        (A,) the same number for articles that carry the same wire story.
    """

    variable: str
    by: str
    cells: tuple[Cell, ...]
    outlets: tuple[str, ...]
    codes: NDArray[np.int64]
    hits: Floats
    sentences: Floats
    stories: NDArray[np.int64]

    def of_outlet(self, outlet: str) -> tuple[Floats, Floats]:
        """Return `hits` and `sentences` of one outlet's articles, of all for ``""``."""
        if outlet == "":
            return self.hits, self.sentences
        own = self.codes == self.outlets.index(outlet)
        return self.hits[own], self.sentences[own]

    def only(self, outlets: Sequence[str]) -> "Tally":
        """Return the tally of some of the outlets."""
        kept = tuple(outlet for outlet in self.outlets if outlet in outlets)
        renumber = np.array([kept.index(o) if o in kept else -1 for o in self.outlets])
        codes = renumber[self.codes] if len(self.outlets) else self.codes
        own = codes >= 0
        return replace(
            self,
            outlets=kept,
            codes=codes[own],
            hits=self.hits[own],
            sentences=self.sentences[own],
            stories=self.stories[own],
        )

    def among(self, outlets: Sequence[str]) -> "Tally":
        """Return the tally with more outlets, in order, that have no article in it."""
        codes = np.array([outlets.index(outlet) for outlet in self.outlets], dtype=np.int64)
        return replace(self, outlets=tuple(outlets), codes=codes[self.codes])

    def n_articles_of(self, outlet: str) -> int:
        """Return the number of articles of one outlet."""
        return int((self.codes == self.outlets.index(outlet)).sum())


def tally_variables(
    counts: pd.DataFrame, codebook: Codebook, *, targets: Sequence[str] = ()
) -> list[Tally]:
    """Return the tally of every variable that is labelled, stance by its target.

    The denominator of a variable are the sentences that have a label for it; that of a stance about
    a target are all sentences that have a stance, so that an outlet which hardly mentions a target
    has small shares about it.

    Parameters
    ----------
    counts
        A checked counts table.
    codebook
        Gives the values and their order.
    targets
        Actors for stance; every target in the counts if empty. Stances about no actor of the
        codebook stay in the denominator only.
    """
    tallies = []
    for variable in _labelled(counts, codebook):
        rows = counts.loc[counts[variable] != ""]
        if variable == "stance":
            by, cells = "target", _stance_cells(rows, codebook, targets)
        else:
            by, cells = "", [Cell(value) for value in codebook.variable(variable).value_ids]
        if cells:
            tallies.append(_tally(counts, rows, variable=variable, by=by, cells=cells))
    return tallies


def tally_crossings(
    counts: pd.DataFrame, codebook: Codebook, *, targets: Sequence[str] = ()
) -> Iterator[Tally]:
    """Give the tallies of variables within the levels of another: who says it.

    Frame and sentiment within voice and source group, voice within frame: there the denominator are
    the sentences at the level. Stance by target and voice (``by="target+voice"``) keeps all
    sentences with a stance in the denominator, so that voices add up to the stance by target.
    """
    labelled = _labelled(counts, codebook)
    for variable, by in CROSSINGS:
        if variable not in labelled or (by in VARIABLES and by not in labelled):
            continue
        rows = counts.loc[counts[variable] != ""]
        for level in _levels(rows, by, codebook):
            cells = [Cell(value, level) for value in codebook.variable(variable).value_ids]
            within = rows.loc[rows[by] == level]
            yield _tally(counts, within, variable=variable, by=by, cells=cells)
    if "stance" in labelled and "voice" in labelled:
        rows = counts.loc[counts["stance"] != ""]
        cells = [
            Cell(cell.value, f"{cell.level}+{voice}")
            for cell in _stance_cells(rows, codebook, targets)
            for voice in codebook.variable("voice").value_ids
        ]
        if cells:
            yield _tally(counts, rows, variable="stance", by="target+voice", cells=cells)


def tally_parts(counts: pd.DataFrame, codebook: Codebook, *, by: str) -> Iterator[Tally]:
    """Give the tallies of frame and sentiment with who says it, over all labelled sentences.

    Unlike the crossings, the denominator are all sentences with a label, so that the parts of a
    value add up to its share: by `by` is ``"voice"`` or ``"source_group"``.
    """
    labelled = _labelled(counts, codebook)
    for variable in ("frame", "sentiment"):
        if variable in labelled and (by == "source_group" or by in labelled):
            rows = counts.loc[counts[variable] != ""]
            cells = [
                Cell(value, level)
                for value in codebook.variable(variable).value_ids
                for level in _levels(rows, by, codebook)
            ]
            if cells:
                yield _tally(counts, rows, variable=variable, by=by, cells=cells)


def tally_coverage(counts: pd.DataFrame, codebook: Codebook) -> Iterator[Tally]:
    """Give the tally of sentences with a label, of every variable that some sentences lack."""
    for variable in _labelled(counts, codebook):
        has_label = counts[variable] != ""
        if not has_label.all():
            rows = counts.assign(**{variable: has_label.map({True: LABELLED, False: ""})})
            yield _tally(counts, rows, variable=variable, by="", cells=[Cell(LABELLED)])


def _labelled(counts: pd.DataFrame, codebook: Codebook) -> list[str]:
    known = {variable.id for variable in codebook.variables}
    return [name for name in VARIABLES if name in known and (counts[name] != "").any()]


def _stance_cells(rows: pd.DataFrame, codebook: Codebook, targets: Sequence[str]) -> list[Cell]:
    seen = set(rows.loc[rows["stance"] != NO_STANCE, "target"].unique()) - {""}
    actors = targets or [actor.id for actor in codebook.actors if actor.id in seen]
    values = [value for value in codebook.variable("stance").value_ids if value != NO_STANCE]
    return [Cell(value, actor) for actor in actors for value in values]


def _levels(rows: pd.DataFrame, by: str, codebook: Codebook) -> list[str]:
    if by == "source_group":
        order = tuple(group.id for group in codebook.source_groups)
    else:
        order = codebook.variable(by).value_ids
    seen = set(rows[by].unique())
    return [level for level in order if level in seen]


def _tally(
    counts: pd.DataFrame,
    rows: pd.DataFrame,
    *,
    variable: str,
    by: str,
    cells: Sequence[Cell],
) -> Tally:
    """Count `rows` by article and cell; the outlets are those of all `counts`.

    The levels of the cells are values of the column `by`, or of several columns joined by ``+``.
    """
    outlets = tuple(sorted(counts["outlet"].unique()))
    index, articles = pd.factorize(rows["article_id"])
    n_articles, n_cells = len(articles), len(cells)
    first = rows.drop_duplicates("article_id")
    outlet_of = first["outlet"]
    codes = outlet_of.map({outlet: code for code, outlet in enumerate(outlets)})
    weights = rows["n_sentences"].to_numpy(dtype=np.float64)
    axis, *others = by.split("+")
    level = rows[axis] if by else pd.Series("", index=rows.index)
    for name in others:
        level = level + "+" + rows[name]
    keys = pd.MultiIndex.from_arrays([rows[variable], level])
    column = pd.MultiIndex.from_tuples([(c.value, c.level) for c in cells]).get_indexer(keys)
    inside = column >= 0
    hits = np.bincount(
        index[inside] * n_cells + column[inside],
        weights=weights[inside],
        minlength=n_articles * n_cells,
    )
    return Tally(
        variable=variable,
        by=by,
        cells=tuple(cells),
        outlets=outlets,
        codes=codes.to_numpy(dtype=np.int64),
        hits=hits.reshape(n_articles, n_cells).astype(np.float64),
        sentences=np.bincount(index, weights=weights, minlength=n_articles).astype(np.float64),
        stories=pd.factorize(first["story"])[0].astype(np.int64),
    )
