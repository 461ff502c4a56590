"""Labelers beside each other on one gold file: tables, figures, and a results folder of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from analysis.facts import describe_codebook, describe_model
from analysis.figures import words
from analysis.figures.drawing import draw_differences, draw_shares
from analysis.figures.frames import FigureData
from analysis.figures.gallery import Drawn, write_figures
from analysis.figures.selection import Label, Undrawable
from analysis.pipeline import report_undrawn
from analysis.results import hash_inputs, new_results, write_provenance
from framing.evaluation import MACRO, Evaluation
from framing.model import Model
from framing.scheme import Codebook, Text
from framing.tables import write_table


@dataclass(frozen=True)
class LabelerComparison:
    """Evaluations of labelers by name, and the differences of their macro-F1."""

    evaluations: Mapping[str, Evaluation]
    differences: pd.DataFrame

    def scores(self) -> pd.DataFrame:
        """Return the scores of all labelers, with a column ``labeler``."""
        tables = []
        for name, evaluation in self.evaluations.items():
            table = evaluation.scores.copy()
            table.insert(0, "labeler", name)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)


def write_comparison(
    comparison: LabelerComparison,
    folder: Path,
    *,
    codebook: Codebook,
    models: Mapping[str, Model],
    gold: Path,
    seed: int,
    language: str = "en",
) -> None:
    """Write ``scores``, ``differences`` and their figures into a new results folder."""
    with new_results(folder) as work:
        write_table(comparison.scores(), work / "scores.csv")
        write_table(comparison.differences, work / "differences.csv")
        drawn = draw_comparison(comparison, codebook, work / "figures", language=language)
        facts = {
            "codebook": describe_codebook(codebook),
            "models": {name: describe_model(model) for name, model in models.items()},
            "inputs": hash_inputs(gold),
            "seed": seed,
            "figures": report_undrawn(drawn),
        }
        write_provenance(work, facts)


def draw_comparison(
    comparison: LabelerComparison, codebook: Codebook, folder: Path, *, language: str = "en"
) -> tuple[Drawn, ...]:
    """Draw ``macro_f1`` and ``differences`` into a folder as PDF, SVG and PNG."""
    finished: dict[str, Figure | str] = {}
    for name, prepare, draw in (
        ("macro_f1", prepare_macro_f1, draw_shares),
        ("differences", prepare_score_differences, draw_differences),
    ):
        try:
            finished[name] = draw(prepare(comparison, codebook, language=language))
        except Undrawable as error:
            finished[name] = str(error)
    return write_figures(finished, folder)


def prepare_macro_f1(
    comparison: LabelerComparison, codebook: Codebook, *, language: str = "en"
) -> FigureData:
    """Return a panel a variable with a row a labeler, in hundredths."""
    scores = comparison.scores()
    macro = scores[scores["value"] == MACRO]
    names, variables = [*comparison.evaluations], [*macro["variable"].unique()]
    marks = pd.DataFrame(
        {
            "panel": macro["variable"].map(variables.index),
            "row": macro["labeler"].map(names.index),
            "estimate": 100 * macro["f1"],
            "conf_low": 100 * macro["conf_low"],
            "conf_high": 100 * macro["conf_high"],
            "overall": float("nan"),
        }
    )
    sizes = macro.groupby("variable")["n_gold"].max()
    level = next(iter(comparison.evaluations.values())).conf_level
    return FigureData(
        marks=marks.reset_index(drop=True),
        panels=_label_variables(codebook, {name: int(sizes[name]) for name in variables}, language),
        rows=tuple(Label(name) for name in names),
        axis_title=words.MACRO_F1_AXIS.in_language(language),
        keys={},
        notes=(_say(words.NOTE_F1_WHISKERS, language, level=level),),
    )


def prepare_score_differences(
    comparison: LabelerComparison, codebook: Codebook, *, language: str = "en"
) -> FigureData:
    """Return a panel a variable with a row a pair of labelers, in hundredths.

    Raises
    ------
    Undrawable
        No difference is known.
    """
    table = comparison.differences.dropna(subset="estimate")
    if table.empty:
        raise Undrawable("no two labelers share a variable, so no difference to draw")
    pairs = [*dict.fromkeys(zip(table["labeler"], table["other"], strict=True))]
    variables = [*table["variable"].unique()]
    tested, low, high = table["conf_low"].notna(), table["conf_low"], table["conf_high"]
    kind = pd.Series("not_shown", index=table.index).mask((low > 0) | (high < 0), "different")
    kind = kind.where(tested, "untested")
    marks = pd.DataFrame(
        {
            "panel": table["variable"].map(variables.index),
            "row": [pairs.index(p) for p in zip(table["labeler"], table["other"], strict=True)],
            "estimate": 100 * table["estimate"],
            "conf_low": 100 * low,
            "conf_high": 100 * high,
            "kind": kind,
        }
    )
    sizes = table.groupby("variable")["n_sentences"].max()
    unit = str(table["method"].iloc[0]).rpartition(" ")[2]
    note = _say(
        words.NOTE_PAIRED,
        language,
        level=float(table["conf_level"].iloc[0]),
        unit=words.UNITS[unit].in_language(language),
    )
    return FigureData(
        marks=marks.reset_index(drop=True),
        panels=_label_variables(codebook, {name: int(sizes[name]) for name in variables}, language),
        rows=tuple(Label(f"{one} − {other}") for one, other in pairs),
        axis_title=words.F1_DIFFERENCE_AXIS.in_language(language),
        keys={
            name: text.in_language(language)
            for name, text in words.F1_KINDS.items()
            if (kind == name).any()
        },
        notes=(note,),
    )


def _label_variables(
    codebook: Codebook, sizes: Mapping[str, int], language: str
) -> tuple[Label, ...]:
    return tuple(
        Label(
            codebook.variable(name).name.in_language(language),
            words.say(words.SENTENCES[n != 1], language, n=words.say_count(n, language)),
        )
        for name, n in sizes.items()
    )


def _say(text: Text, language: str, *, level: float, **parts: str) -> str:
    return words.say(text, language, level=words.say_percent(level, language), **parts)
