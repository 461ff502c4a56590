"""What figures show: from the estimates table to one tidy frame a figure, one function each.

Every function takes estimates, a codebook and a language and returns a `FigureData`: a frame with
one row a mark, whose `panel` and `row` say where it stands, and the texts around it. Drawing adds
nothing but ink.
"""

import numpy as np
import pandas as pd

from analysis.figures import words
from analysis.figures.frames import (
    FigureData,
    join_notes,
    keep,
    mirror,
    place,
    require_some,
    to_percent,
)
from analysis.figures.selection import Label, Selection, Undrawable, select_estimates
from analysis.statistics.multiplicity import NAMES, name_adjustment
from analysis.statistics.settings import Adjust
from framing.scheme import Codebook

OWN_VOICE = "outlet"
STANCES = ("critical", "supportive")
LEAST_MENTIONS = 10  # evaluations of a target, in all outlets, for a panel of its own
LEAST_SENTENCES = 5  # sentences of a frame in an outlet for a bar of 100 %
MOST_TARGETS = 8
MOST_PAIRS = 12


def prepare_shares(
    estimates: pd.DataFrame, codebook: Codebook, *, language: str = "en", variable: str = "frame"
) -> FigureData:
    """Give the share of every value by outlet: a panel a value, a row an outlet.

    Returns
    -------
    FigureData
        `marks` has value, outlet, estimate, conf_low, conf_high (NaN without interval) and overall,
        the share in all outlets together.

    Raises
    ------
    Undrawable
        There are no such shares.
    BingkaiError
        The table is no estimates table.
    """
    selection = select_estimates(estimates, codebook, language)
    shares = require_some(selection.shares(variable), f"no shares of {variable}")
    values = selection.order_values(variable, shares["value"])
    marks = place(shares, panel=("value", values), row=("outlet", selection.outlets))
    pooled = selection.pick("share", variable).query("outlet == ''").set_index("value")["estimate"]
    compared = len(selection.outlets) > 1 and not pooled.empty
    marks["overall"] = marks["value"].map(pooled).astype(float) if compared else np.nan
    return FigureData(
        marks=keep(
            to_percent(marks, "overall"),
            "value",
            "outlet",
            "estimate",
            "conf_low",
            "conf_high",
            "overall",
        ),
        panels=selection.label_values(variable, values),
        rows=selection.label_outlets(),
        axis_title=words.SHARE_OF_SENTENCES.in_language(language),
        keys={},
        notes=join_notes(
            selection.explain_weight(),
            selection.explain_whiskers(shares)
            + (" " + words.NOTE_OVERALL.in_language(language) if compared else ""),
            *selection.explain_gaps(shares, hollow=True),
        ),
    )


def prepare_stance(
    estimates: pd.DataFrame,
    codebook: Codebook,
    *,
    language: str = "en",
    least_mentions: int = LEAST_MENTIONS,
    most_targets: int = MOST_TARGETS,
) -> FigureData:
    """Give the critical and the supportive share by target: a panel a target, a row an outlet.

    Shares are of all sentences of the outlet that have a stance, so that neutral sentences and
    other targets are in the denominator and in no bar. Bars are split by who speaks.

    Returns
    -------
    FigureData
        `marks` has target, outlet, value, voice (``"own"``, ``"sources"``; ``"all"`` where voices
        are not known), start and estimate (length) of the bar's part, conf_low and conf_high of the
        whole bar, and n_mentions of the target in the outlet. What is critical is negative.

    Raises
    ------
    Undrawable
        No target has `least_mentions` critical or supportive sentences.
    BingkaiError
        The table is no estimates table.
    """
    selection = select_estimates(estimates, codebook, language)
    counts = selection.counts("stance", by="target").query("value in @STANCES")
    mentions = (
        counts.groupby("level", sort=False)["n"].sum().sort_values(ascending=False, kind="stable")
    )
    enough = mentions.index[mentions >= least_mentions]
    targets = require_some(
        list(enough[:most_targets]),
        f"no target with {least_mentions} critical or supportive sentences",
    )
    totals = selection.shares("stance", by="target").rename(columns={"level": "target"})
    totals = totals.loc[totals["target"].isin(targets) & totals["value"].isin(STANCES)]
    parts = _part_by_voice(selection, totals)
    marks = place(parts, panel=("target", targets), row=("outlet", selection.outlets))
    n_mentions = counts.groupby(["level", "outlet"])["n"].sum()
    pairs = pd.MultiIndex.from_frame(marks[["target", "outlet"]])
    marks["n_mentions"] = n_mentions.reindex(pairs, fill_value=0).to_numpy()
    shown = ""
    if len(enough) > len(targets):
        shown = " " + words.say(
            words.NOTE_MORE_TARGETS, language, shown=len(targets), all=len(enough)
        )
    return FigureData(
        marks=keep(
            mirror(to_percent(marks, "start"), marks["value"] == "critical"),
            "target", "outlet", "value", "voice", "start", "estimate", "conf_low", "conf_high",
            "n_mentions",
        ),
        panels=tuple(Label(codebook.actor_name(target, language=language)) for target in targets),
        rows=selection.label_outlets(),
        axis_title=words.SHARE_OF_OUTLET.in_language(language),
        keys={
            value: codebook.value_name("stance", value, language=language)
            for value in STANCES
        }
        | {voice: words.VOICES[voice].in_language(language) for voice in marks["voice"].unique()},
        notes=join_notes(
            words.say(words.NOTE_TARGETS, language, least=least_mentions) + shown,
            selection.explain_weight(),
            selection.explain_whiskers(totals, words.NOTE_BAR_WHISKERS),
            *selection.explain_gaps(totals),
        ),
    )  # fmt: skip


def prepare_residuals(
    estimates: pd.DataFrame, codebook: Codebook, *, language: str = "en", variable: str = "frame"
) -> FigureData:
    """Give the adjusted residual of every outlet and value: a row an outlet, a panel a value.

    The residual is (O - E) / sqrt(E (1 - r) (1 - c)), with the count O of sentences, E what it
    would be if outlets did not differ, and r and c the shares of outlet and value (Haberman 1973).

    Returns
    -------
    FigureData
        `marks` has value, outlet, n, expected, residual and text, the residual as it is printed.

    Raises
    ------
    Undrawable
        There is only one outlet, or only one value was seen.
    BingkaiError
        The table is no estimates table.
    """
    selection = select_estimates(estimates, codebook, language)
    counts = selection.counts(variable)
    seen = counts.groupby("value")["n"].transform("sum") > 0
    counts = counts.loc[seen & (counts.groupby("outlet")["n"].transform("sum") > 0)]
    values = selection.order_values(variable, counts["value"])
    if counts["outlet"].nunique() < 2 or len(values) < 2:
        raise Undrawable(f"residuals: they need two outlets and two values of {variable}")
    marks = place(counts, panel=("value", values), row=("outlet", selection.outlets))
    total = marks["n"].sum()
    outlet_share = marks.groupby("outlet")["n"].transform("sum") / total
    value_share = marks.groupby("value")["n"].transform("sum") / total
    marks["expected"] = total * outlet_share * value_share
    spread = np.sqrt(marks["expected"] * (1 - outlet_share) * (1 - value_share))
    marks["residual"] = (marks["n"] - marks["expected"]) / spread
    marks["text"] = [_write_residual(residual, language) for residual in marks["residual"]]
    return FigureData(
        marks=keep(marks, "value", "outlet", "n", "expected", "residual", "text"),
        panels=selection.label_values(variable, values),
        rows=selection.label_outlets(),
        axis_title="",
        keys={},
        notes=join_notes(words.NOTE_RESIDUALS.in_language(language)),
    )


def prepare_voice(
    estimates: pd.DataFrame,
    codebook: Codebook,
    *,
    language: str = "en",
    least_sentences: int = LEAST_SENTENCES,
) -> FigureData:
    """Give who says each frame, the outlet or a source: a panel an outlet, a row a frame.

    Returns
    -------
    FigureData
        `marks` has outlet, frame, voice, start and estimate (length) of the bar's part, conf_low
        and conf_high of the part, and n, the outlet's sentences with the frame. Where n is less
        than `least_sentences`, the estimate is NaN.

    Raises
    ------
    Undrawable
        No frame has enough sentences in any outlet, or there are no voices.
    BingkaiError
        The table is no estimates table.
    """
    selection = select_estimates(estimates, codebook, language)
    shares = selection.shares("voice", by="frame").rename(
        columns={"level": "frame", "value": "voice"}
    )
    shares = require_some(shares, "no shares of voice within frame")
    # The outlet's own words come first: only a bar's first part ends where its share is.
    voices = sorted(selection.order_values("voice", shares["voice"]), key=lambda v: v != OWN_VOICE)
    frames = selection.order_values("frame", shares["frame"])
    shares = shares.assign(rank=shares["voice"].map(voices.index)).sort_values("rank")
    marks = place(shares, panel=("outlet", selection.outlets), row=("frame", frames))
    marks["n"] = marks["n_sentences"].fillna(0).astype(int)
    few = marks["n"] < least_sentences
    if few.all():
        raise Undrawable(
            f"voice: no outlet has {least_sentences} sentences of one frame; nothing to draw"
        )
    marks.loc[few, ["estimate", "conf_low", "conf_high"]] = np.nan
    marks["start"] = marks.groupby(["panel", "row"])["estimate"].cumsum() - marks["estimate"]
    return FigureData(
        marks=keep(
            to_percent(marks, "start"),
            "outlet", "frame", "voice", "start", "estimate", "conf_low", "conf_high", "n",
        ),
        panels=selection.label_outlets(),
        rows=selection.label_values("frame", frames),
        axis_title=words.SHARE_OF_FRAME.in_language(language),
        keys={v: codebook.value_name("voice", v, language=language) for v in voices},
        notes=join_notes(
            words.say(words.NOTE_FEW, language, least=least_sentences),
            selection.explain_weight(),
            selection.explain_whiskers(marks, words.NOTE_OWN_WHISKERS),
            *selection.explain_gaps(marks.loc[~few]),
        ),
    )  # fmt: skip


def prepare_differences(
    estimates: pd.DataFrame,
    codebook: Codebook,
    *,
    language: str = "en",
    variable: str = "frame",
    most_pairs: int = MOST_PAIRS,
) -> FigureData:
    """Give the differences of outlets: a panel a value, a row a pair of outlets.

    Returns
    -------
    FigureData
        `marks` has value, contrast, estimate, conf_low, conf_high, p_adjusted and kind:
        ``"different"`` (adjusted p below one minus the confidence level), ``"not_shown"`` or
        ``"untested"``.

    Raises
    ------
    Undrawable
        There is only one outlet.
    BingkaiError
        The table is no estimates table.
    """
    selection = select_estimates(estimates, codebook, language)
    rows = require_some(selection.pick("difference", variable), f"no differences of {variable}")
    best = rows.groupby("contrast", sort=False)["p_value"].min().sort_values(kind="stable")
    chosen = set(best.index[:most_pairs])
    contrasts = [name for name in rows["contrast"].unique() if name in chosen]
    values = selection.order_values(variable, rows["value"])
    marks = place(rows, panel=("value", values), row=("contrast", contrasts))
    levels = rows["conf_level"].dropna()
    alpha = round(1 - float(levels.iloc[0]), 12) if len(levels) else 0.05
    marks["kind"] = np.select(
        [marks["p_adjusted"].isna(), marks["p_adjusted"] < alpha],
        ["untested", "different"],
        "not_shown",
    )
    kinds = [kind for kind in words.KINDS if (marks["kind"] == kind).any()]
    percent = words.say_percent(alpha, language)
    shown = words.say(words.NOTE_PAIRS, language, shown=len(contrasts), all=len(best))
    adjusted = next(filter(None, map(name_adjustment, rows["family"])), "")
    bracketed = f" ({adjusted})" if adjusted else ""
    band = adjusted == NAMES[Adjust.MAX_T]
    return FigureData(
        marks=keep(
            to_percent(marks),
            "value",
            "contrast",
            "estimate",
            "conf_low",
            "conf_high",
            "p_adjusted",
            "kind",
        ),
        panels=selection.label_values(variable, values),
        rows=tuple(_label_pair(name, selection) for name in contrasts),
        axis_title=words.DIFFERENCE.in_language(language),
        keys={
            kind: words.say(words.KINDS[kind], language, alpha=percent, adjusted=bracketed)
            for kind in kinds
        },
        notes=join_notes(
            selection.explain_weight(),
            selection.explain_whiskers(
                rows,
                words.NOTE_BAND if band else words.NOTE_DIFFERENCE_WHISKERS,
                tests=int(rows["p_value"].notna().sum()),
            ),
            shown if len(contrasts) < len(best) else "",
            *selection.explain_gaps(selection.shares(variable)),
        ),
    )


def _part_by_voice(selection: Selection, totals: pd.DataFrame) -> pd.DataFrame:
    """Split every bar of `totals` into the outlet's own words and those of its sources."""
    key = ["target", "outlet", "value"]
    spoken = selection.shares("stance", by="target+voice")
    spoken[["target", "voice"]] = spoken["level"].str.extract(r"^(.*)\+(.*)$")
    own = spoken.loc[spoken["voice"] == OWN_VOICE].set_index(key)["estimate"]
    if own.empty:
        return totals.assign(voice="all", start=0.0)
    own_words = totals.assign(
        voice="own",
        start=0.0,
        estimate=own.reindex(pd.MultiIndex.from_frame(totals[key])).to_numpy(),
    )
    sources = totals.assign(
        voice="sources",
        start=own_words["estimate"],
        estimate=(totals["estimate"] - own_words["estimate"]).clip(lower=0),
    )
    return pd.concat([own_words, sources], ignore_index=True)


def _label_pair(contrast: str, selection: Selection) -> Label:
    """Return the label of ``"A - B"``; the outlets' names may hold such a dash themselves."""
    for first in selection.outlets:
        second = contrast.removeprefix(f"{first} - ")
        if second != contrast and second in selection.outlets:
            return Label(f"{first}\n− {second}")
    return Label(contrast)


def _write_residual(residual: float, language: str) -> str:
    """Return a residual with its sign, with a decimal where that is not more digits than sense."""
    decimals = 1 if abs(residual) < 9.95 else 0
    return words.say_number(residual, language, decimals=decimals, signed=True)
