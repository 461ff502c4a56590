"""What the figures of sources show: whose words a frame is in, and who copies whom."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.figures import words
from analysis.figures.frames import FigureData, join_notes, keep, place, require_some, to_percent
from analysis.figures.selection import Label, select_estimates
from analysis.statistics.copying import BY_AGENCY, BY_OUTLET, COPIED
from analysis.statistics.estimates import parse_estimates
from framing.scheme import Codebook
from framing.speakers.sources import FOREIGN_GOVERNMENT, OWN_GOVERNMENT, OWN_WORDS

NAMED_GROUPS = (OWN_WORDS, OWN_GOVERNMENT, FOREIGN_GOVERNMENT)
OTHERS = "others"
MOST_AGENCIES = 4


def prepare_sources(
    estimates: pd.DataFrame, codebook: Codebook, *, language: str = "en", variable: str = "frame"
) -> FigureData:
    """Give every share parted by whose words it is in: a panel a value, a row an outlet.

    Own words and governments have a part each; all other groups of sources are one.

    Returns
    -------
    FigureData
        `marks` has value, outlet, group, start and estimate (length) of the bar's part, conf_low
        and conf_high of the part in the outlet's own words.

    Raises
    ------
    Undrawable
        There are no such parts.
    BingkaiError
        The table is no estimates table.
    """
    selection = select_estimates(estimates, codebook, language)
    parts = selection.pick("part", variable, by="source_group")
    parts = require_some(parts.loc[parts["outlet"] != ""], f"no parts of {variable} by source")
    parts = parts.assign(
        group=parts["level"].where(parts["level"].isin(NAMED_GROUPS), OTHERS),
    )
    order = [group for group in (*NAMED_GROUPS, OTHERS) if group in set(parts["group"])]
    merged = parts.groupby(["value", "outlet", "group"], sort=False, as_index=False).agg(
        estimate=("estimate", lambda column: column.sum(min_count=1)),
        conf_low=("conf_low", "first"),
        conf_high=("conf_high", "first"),
        conf_level=("conf_level", "first"),
        reason=("reason", "first"),
    )
    merged = merged.assign(rank=merged["group"].map(order.index)).sort_values("rank", kind="stable")
    merged.loc[merged["group"] != OWN_WORDS, ["conf_low", "conf_high"]] = np.nan
    values = selection.order_values(variable, merged["value"])
    marks = place(merged, panel=("value", values), row=("outlet", selection.outlets))
    marks["start"] = marks.groupby(["panel", "row"])["estimate"].cumsum() - marks["estimate"]
    names = {group.id: group.name.in_language(language) for group in codebook.source_groups}
    own = merged.loc[merged["group"] == OWN_WORDS]
    return FigureData(
        marks=keep(
            to_percent(marks, "start"),
            "value", "outlet", "group", "start", "estimate", "conf_low", "conf_high",
        ),
        panels=selection.label_values(variable, values),
        rows=selection.label_outlets(),
        axis_title=words.SHARE_OF_OUTLET.in_language(language),
        keys={
            group: names.get(group, words.OTHER_SOURCES.in_language(language)) for group in order
        },
        notes=join_notes(
            words.NOTE_PARTS.in_language(language),
            selection.explain_weight(),
            selection.explain_whiskers(own, words.NOTE_OWN_WHISKERS),
            *selection.explain_gaps(own.loc[own["estimate"].isna() | own["reason"].ne("")]),
        ),
    )  # fmt: skip


def prepare_copies(
    estimates: pd.DataFrame,
    codebook: Codebook,
    *,
    language: str = "en",
    most_agencies: int = MOST_AGENCIES,
) -> FigureData:
    """Give the share of copied sentences: a row an outlet, a column where the sentences are from.

    The first column is all that is copied, with its interval; then come the agencies that are the
    likely origin, and the outlets that have printed the same.

    Returns
    -------
    FigureData
        `marks` has by, level, outlet, estimate and text, as it is printed in the cell.

    Raises
    ------
    Undrawable
        Nothing is copied.
    BingkaiError
        The table is no estimates table.
    """
    selection = select_estimates(estimates, codebook, language)
    table = parse_estimates(estimates)
    copied = table.loc[(table["estimand"] == COPIED) & (table["weight"] == selection.weight)]
    total = copied.loc[copied["by"] == ""]
    require_some(total.loc[total["estimate"] > 0], "no sentence is copied")
    pooled = copied.loc[(copied["by"] == BY_AGENCY) & (copied["outlet"] == "")]
    ranked = pooled.sort_values(["estimate", "level"], ascending=[False, True])["level"].tolist()
    agencies = ranked[:most_agencies]
    outlets = [name for name in selection.outlets if name in _levels(copied, BY_OUTLET)]
    columns = [("", "")] + [(BY_AGENCY, name) for name in agencies]
    columns += [(BY_OUTLET, name) for name in outlets]
    keys = ["\t".join(column) for column in columns]
    rows = copied.loc[copied["outlet"] != ""].assign(key=copied["by"] + "\t" + copied["level"])
    marks = place(rows, panel=("key", keys), row=("outlet", selection.outlets))
    marks = to_percent(marks)
    marks["text"] = [_write_cell(row, language) for _, row in marks.iterrows()]
    shown = words.say(words.NOTE_MORE_COLUMNS, language, shown=len(agencies), all=len(ranked))
    return FigureData(
        marks=keep(marks, "by", "level", "outlet", "estimate", "text"),
        panels=tuple(Label(_name_column(by, level, language)) for by, level in columns),
        rows=selection.label_outlets(),
        axis_title=words.SHARE_COPIED.in_language(language),
        keys={},
        notes=join_notes(
            words.SHARE_COPIED.in_language(language)
            + ". "
            + words.NOTE_COPIES.in_language(language),
            selection.explain_whiskers(total.loc[total["outlet"] != ""], words.NOTE_BRACKETS),
            shown if len(agencies) < len(ranked) else "",
        ),
    )


def _levels(copied: pd.DataFrame, by: str) -> set[str]:
    return set(copied.loc[copied["by"] == by, "level"])


def _name_column(by: str, level: str, language: str) -> str:
    if by == BY_AGENCY:
        return words.say(words.FROM_AGENCY, language, name=level)
    return level or words.COPIED.in_language(language)


def _write_cell(row: "pd.Series[Any]", language: str) -> str:
    """Return the share in per cent, and beneath it the interval of the first column."""

    def say(number: float) -> str:
        return words.say_number(number, language, decimals=1)

    if pd.isna(row["estimate"]):
        return "–"
    if row["by"] == "" and pd.notna(row["conf_low"]):
        return f"{say(row['estimate'])}\n[{say(row['conf_low'])}, {say(row['conf_high'])}]"
    return say(row["estimate"])
