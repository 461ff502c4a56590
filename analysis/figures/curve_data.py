"""What a specification curve shows: from the estimates table to two tidy frames and their texts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.figures import words
from analysis.figures.frames import join_notes, to_percent
from analysis.figures.selection import Undrawable
from analysis.robustness.specifications import name_value, read_specifications, split_contrast
from analysis.statistics.estimates import parse_estimates
from analysis.statistics.multiplicity import NAMES, name_adjustment
from analysis.statistics.settings import Adjust
from framing.scheme import Codebook


@dataclass(frozen=True)
class CurveData:
    """All that `analysis.figures.curve_drawing.draw_curve` reads.

    Parameters
    ----------
    marks
        One row a specification, from the smallest estimate: position, estimate, conf_low,
        conf_high (percentage points) and kind, ``"different"``, ``"not_shown"`` or ``"untested"``;
        main says which is the main one.
    choices
        One row a specification and choice: position and row.
    rows
        Names of the choices from the top; an empty one parts two groups.
    groups
        Row of the first choice of every group, with the group's name.
    axis_title
        What the vertical axis shows.
    keys
        What the legend says, by kind, and for ``"main"``.
    notes
        Footnotes.
    """

    marks: pd.DataFrame
    choices: pd.DataFrame
    rows: tuple[str, ...]
    groups: Mapping[int, str]
    axis_title: str
    keys: Mapping[str, str]
    notes: tuple[str, ...]


def prepare_curve(
    estimates: pd.DataFrame, codebook: Codebook, *, language: str = "en"
) -> CurveData:
    """Give the estimates of all specifications, sorted, and the choices that made them.

    Specification curve of Simonsohn, Simmons and Nelson (2020, fig. 2).

    Raises
    ------
    Undrawable
        There are fewer than two specifications with an estimate.
    BingkaiError
        The table is no estimates table.
    """
    parsed = parse_estimates(estimates)
    table = read_specifications(parsed)
    known = table.loc[table["estimate"].notna()] if len(table) else table
    if len(known) < 2:
        raise Undrawable("estimates: fewer than two specifications, so there is no curve to draw")
    marks = known.assign(main=known.index == 0).sort_values(
        ["estimate", "spec"], kind="stable", ignore_index=True
    )
    level = (
        float(known["conf_level"].dropna().iloc[0]) if known["conf_level"].notna().any() else 0.95
    )
    alpha = round(1 - level, 12)
    marks["position"] = np.arange(len(marks))
    marks["kind"] = np.select(
        [marks["p_adjusted"].isna(), marks["p_adjusted"] < alpha],
        ["untested", "different"],
        "not_shown",
    )
    first, second = split_contrast(known["contrast"].iloc[0], parsed["outlet"].unique())
    choices, rows, groups = _list_choices(table, marks, language)
    adjusted = next(filter(None, map(name_adjustment, marks["family"])), "")
    kinds = [kind for kind in words.KINDS if (marks["kind"] == kind).any()]
    keys = {
        kind: words.say(
            words.KINDS[kind],
            language,
            alpha=words.say_percent(alpha, language),
            adjusted=f" ({adjusted})" if adjusted else "",
        )
        for kind in kinds
    }
    if marks["main"].any():
        keys["main"] = words.MAIN_SPECIFICATION.in_language(language)
    return CurveData(
        marks=to_percent(marks)[
            ["position", "estimate", "conf_low", "conf_high", "kind", "main", "spec"]
        ],
        choices=choices,
        rows=rows,
        groups=groups,
        axis_title=words.DIFFERENCE.in_language(language),
        keys=keys,
        notes=join_notes(
            words.say(
                words.NOTE_SPECIFICATIONS,
                language,
                value=name_value(known.iloc[0], codebook, language),
                first=first,
                second=second,
                n=len(known),
            ),
            words.say(words.NOTE_WHISKERS, language, level=words.say_percent(level, language)),
            _say_adjusted(adjusted, language),
            *_name_unknown(table, language),
        ),
    )


def _list_choices(
    table: pd.DataFrame, marks: pd.DataFrame, language: str
) -> tuple[pd.DataFrame, tuple[str, ...], dict[int, str]]:
    """Return dots, row names and groups of every choice that was made in more than one way."""
    rows: list[str] = []
    groups: dict[int, str] = {}
    dots = []
    for column in [name for name in table.columns if name.startswith("choice_")]:
        made = table[column].unique()
        if len(made) < 2:
            continue
        name = column.removeprefix("choice_")
        if rows:
            rows.append("")
        groups[len(rows)] = words.say_choice(name, "", language)[0]
        for choice in made:
            own = marks.loc[marks[column] == choice, ["position"]]
            dots.append(own.assign(row=len(rows)))
            rows.append(words.say_choice(name, str(choice), language)[1])
    empty = pd.DataFrame({"position": [], "row": []}, dtype=int)
    return pd.concat(dots, ignore_index=True) if dots else empty, tuple(rows), groups


def _say_adjusted(adjusted: str, language: str) -> str:
    if not adjusted:
        return ""
    band = adjusted == NAMES[Adjust.MAX_T]
    said = words.WITH_BAND.in_language(language) if band else ""
    return words.say(words.NOTE_ADJUSTED, language, adjusted=adjusted, band=said)


def _name_unknown(table: pd.DataFrame, language: str) -> list[str]:
    missing = table.loc[table["estimate"].isna()]
    return [
        words.say(words.NOTE_UNKNOWN, language, n=len(rows), reason=reason)
        for reason, rows in missing.groupby("reason", sort=False)
    ]
