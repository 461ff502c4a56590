"""From an evaluation to what its figures draw: confusions, and probabilities beside outcomes."""

from dataclasses import dataclass

import pandas as pd

from analysis.figures import words
from analysis.figures.frames import join_notes
from analysis.figures.selection import Label, Undrawable
from framing.evaluation import MACRO, Evaluation
from framing.scheme import Codebook


@dataclass(frozen=True)
class Matrix:
    """One variable's confusions.

    Parameters
    ----------
    title
        The variable.
    rows, columns
        Names of the codes from the top, and of the labels from the left.
    counts
        Sentences, shape (n_rows, n_columns).
    shares
        Of the row's sentences; NaN where gold has none.
    """

    title: Label
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    counts: pd.DataFrame
    shares: pd.DataFrame


@dataclass(frozen=True)
class ConfusionData:
    """All that `analysis.figures.accuracy_drawing.draw_confusion` reads.

    Parameters
    ----------
    panels
        One a variable.
    corner
        What columns and rows are, in two lines.
    notes
        Footnotes.
    """

    panels: tuple[Matrix, ...]
    corner: tuple[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class CalibrationData:
    """All that `analysis.figures.accuracy_drawing.draw_calibration` reads.

    Parameters
    ----------
    marks
        One row a bin: ``panel`` (its position in `panels`), ``mean_prob``, ``accuracy`` and its
        interval.
    panels
        One title a variable.
    axis_titles
        Of the horizontal and the vertical axis.
    ticks
        What stands at their ticks, by position.
    notes
        Footnotes.
    """

    marks: pd.DataFrame
    panels: tuple[Label, ...]
    axis_titles: tuple[str, str]
    ticks: dict[float, str]
    notes: tuple[str, ...]


def prepare_confusion(
    evaluation: Evaluation, codebook: Codebook, *, language: str = "en"
) -> ConfusionData:
    """Return a matrix a variable, in the codebook's order of values."""
    panels = []
    macro = evaluation.scores.loc[evaluation.scores["value"] == MACRO]
    scores = {str(row["variable"]): row for _, row in macro.iterrows()}
    for variable, cells in evaluation.confusion.groupby("variable", sort=False):
        counts = cells.pivot(index="gold", columns="label", values="n_sentences")
        counts = counts.loc[cells["gold"].unique(), cells["label"].unique()]
        detail = words.say(
            words.MACRO_F1, language, **_say_interval(scores[str(variable)], "f1", language)
        )
        panels.append(
            Matrix(
                title=_label_variable(codebook, str(variable), detail, language),
                rows=_label_values(codebook, str(variable), counts.index, language),
                columns=_label_values(codebook, str(variable), counts.columns, language),
                counts=counts,
                shares=counts.div(counts.sum(axis=1).replace(0, float("nan")), axis=0),
            )
        )
    abstained = (evaluation.confusion["label"] == "").any()
    return ConfusionData(
        panels=tuple(panels),
        corner=(words.LABELLED_AS.in_language(language), words.CODED_AS.in_language(language)),
        notes=join_notes(
            words.NOTE_CONFUSION.in_language(language)
            + (f" {words.NOTE_NO_LABEL.in_language(language)}" if abstained else ""),
            _explain_brackets(evaluation, language),
        ),
    )


def prepare_calibration(
    evaluation: Evaluation, codebook: Codebook, *, language: str = "en"
) -> CalibrationData:
    """Return a panel for every variable of which two sentences or more are labelled.

    Raises
    ------
    Undrawable
        There is no such variable.
    """
    errors = evaluation.calibration_error.dropna(subset="ece").reset_index(drop=True)
    if errors.empty:
        raise Undrawable("no variable with two labelled sentences, so no calibration to draw")
    marks = evaluation.calibration.copy()
    positions = {variable: number for number, variable in enumerate(errors["variable"])}
    marks = marks.loc[marks["variable"].isin(positions)]
    marks.insert(0, "panel", marks["variable"].map(positions).astype(int))
    return CalibrationData(
        marks=marks.drop(columns="variable").reset_index(drop=True),
        panels=tuple(
            _label_variable(
                codebook,
                str(row["variable"]),
                words.say(words.ECE, language, **_say_interval(row, "ece", language)),
                language,
            )
            for _, row in errors.iterrows()
        ),
        axis_titles=(
            words.MEAN_PROBABILITY.in_language(language),
            words.SHARE_RIGHT.in_language(language),
        ),
        ticks={
            0.0: "0",
            0.5: words.say_number(0.5, language, decimals=1),
            1.0: "1",
        },
        notes=join_notes(
            words.say(words.NOTE_CALIBRATION, language, level=_say_level(evaluation, language)),
            _explain_brackets(evaluation, language),
        ),
    )


def _label_variable(codebook: Codebook, variable: str, detail: str, language: str) -> Label:
    return Label(codebook.variable(variable).name.in_language(language), detail)


def _label_values(
    codebook: Codebook, variable: str, values: pd.Index, language: str
) -> tuple[Label, ...]:
    return tuple(
        Label(
            codebook.value_name(variable, value, language=language)
            if value
            else words.NO_LABEL.in_language(language)
        )
        for value in values
    )


def _say_interval(row: pd.Series, name: str, language: str) -> dict[str, str]:
    numbers = {name: row[name], "low": row["conf_low"], "high": row["conf_high"]}
    return {
        part: words.say_number(float(number), language, decimals=2)
        for part, number in numbers.items()
    }


def _say_level(evaluation: Evaluation, language: str) -> str:
    return words.say_percent(evaluation.conf_level, language)


def _explain_brackets(evaluation: Evaluation, language: str) -> str:
    return words.say(words.NOTE_BOOTSTRAP, language, level=_say_level(evaluation, language))
