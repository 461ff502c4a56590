"""Figures of an evaluation: counts and dots stand where the tables say, and texts can be read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from legibility import check_legible
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.figures.accuracy_data import prepare_calibration, prepare_confusion
from analysis.figures.accuracy_drawing import draw_accuracy, draw_calibration, draw_confusion
from analysis.figures.selection import Undrawable
from framing.evaluation import Evaluation, evaluate_labels
from framing.scheme import Codebook, Level, Value, Variable, read_codebook
from framing.scheme import Text as Name

TONES = ("Negative", "Neutral", "Positive")
TOPICS = (
    "Attribution of responsibility", "Conflict between parties", "Economic consequences and costs",
    "Human interest and emotion", "Morality and religion", "Public order", "Security",
    "Science and technology", "Environment and climate policy", "Cultural identity",
    "Quality of life", "None of these",
)  # fmt: skip


def make_codebook(**names: tuple[str, ...]) -> Codebook:
    """Make a codebook of variables whose values are called v0, v1, ..."""
    variables = tuple(
        Variable(
            id=variable,
            name=Name(variable.title(), variable.title()),
            definition=Name("", ""),
            level=Level.NOMINAL,
            multi=False,
            rules=(),
            values=tuple(
                Value(f"v{number}", Name(name, name), Name("", ""), ())
                for number, name in enumerate(values)
            ),
        )
        for variable, values in names.items()
    )
    return Codebook("x", "1", "en", "", Name("X", "X"), variables, (), (), "0" * 64)


def simulate(codebook: Codebook, n: int, *, least: float = 0.0, lack: str = "") -> Evaluation:
    """Evaluate labels that are as right as they say, empty below `least`; gold lacks one value."""
    rng = np.random.default_rng(n)
    gold = pd.DataFrame({"sentence_id": [str(number) for number in range(n)]})
    parts = []
    for variable in codebook.variables:
        values = variable.value_ids
        codes = rng.choice([value for value in values if value != lack], n)
        prob = rng.uniform(0.4, 1, n)
        label = np.where(rng.random(n) < prob, codes, rng.choice(values, n))
        gold[variable.id] = codes
        parts.append(
            pd.DataFrame(
                {
                    "sentence_id": gold["sentence_id"],
                    "variable": variable.id,
                    "value": np.where(prob < least, "", label),
                    "prob": prob,
                }
            )
        )
    return evaluate_labels(gold, pd.concat(parts), codebook, n_bootstrap=50)


TINY = make_codebook(tone=TONES)


def tiny() -> Evaluation:
    """Two negative sentences, one found and one called neutral; one neutral without a label."""
    gold = pd.DataFrame({"sentence_id": ["a", "b", "c"], "tone": ["v0", "v0", "v1"]})
    labels = gold[["sentence_id"]].assign(
        variable="tone", value=["v0", "v1", ""], prob=[0.9, 0.7, 0.3]
    )
    return evaluate_labels(gold, labels, TINY, n_bootstrap=50)


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_a_confusion_matrix_has_counts_and_shares_of_the_row() -> None:
    (panel,) = prepare_confusion(tiny(), TINY).panels
    assert [label.name for label in panel.rows] == list(TONES)
    assert [label.name for label in panel.columns] == [*TONES, "No label"]
    assert panel.counts.to_numpy().tolist() == [[1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    assert panel.shares.loc["v0"].tolist() == [0.5, 0.5, 0, 0]
    assert panel.shares.loc["v2"].isna().all()  # gold has none
    assert panel.title.detail.startswith("macro-F1 0.33 [")  # F1 of 2/3 and 0


def test_counts_stand_in_their_cells_and_zeros_are_left_out() -> None:
    axes = draw_confusion(prepare_confusion(tiny(), TINY)).axes[0]
    written = {text.get_position(): text.get_text() for text in axes.texts if text.get_text()}
    assert written == {(0.5, 0.5): "1", (1.5, 0.5): "1", (3.5, 1.5): "1"}
    assert axes.yaxis_inverted()
    shades = np.asarray(axes.collections[0].get_array()).reshape(3, 4)
    assert shades[0].tolist() == [0.5, -0.5, 0, 0]  # agreement above zero, confusion below
    assert not shades[1].any()  # an abstention is no confusion


def test_calibration_dots_and_whiskers_stand_where_the_bins_are() -> None:
    evaluation = simulate(TINY, 50)
    axes = draw_calibration(prepare_calibration(evaluation, TINY)).axes[0]
    dots = next(line for line in axes.lines if line.get_label() == "bins")
    bins = evaluation.calibration
    assert list(dots.get_xdata()) == bins["mean_prob"].tolist()
    assert list(dots.get_ydata()) == bins["accuracy"].tolist()
    (whiskers,) = (lines for lines in axes.collections if isinstance(lines, LineCollection))
    ends = [[low[1], high[1]] for low, high in whiskers.get_segments()]
    assert ends == bins[["conf_low", "conf_high"]].to_numpy().tolist()
    assert axes.get_xlim() == axes.get_ylim() == (0, 1)


def test_figures_speak_indonesian() -> None:
    evaluation = simulate(read_codebook(), 200)
    said = words(draw_calibration(prepare_calibration(evaluation, read_codebook(), language="id")))
    assert "Rerata peluang label" in said
    assert "0,5" in said
    assert any(text.startswith("ECE 0,") for text in said)


CASES = {
    "shipped codebook": (read_codebook(), 216, 0.0, ""),
    "one variable": (TINY, 40, 0.0, ""),
    "abstentions": (make_codebook(topic=TOPICS[:8], tone=TONES), 400, 0.6, ""),
    "twelve long names, one without gold": (make_codebook(topic=TOPICS), 900, 0.0, "v4"),
    "large counts": (make_codebook(topic=TOPICS[:8], tone=TONES, own=("Yes", "No")), 40_000, 0, ""),
    "nine variables": (make_codebook(**{f"item {n}": TONES for n in range(9)}), 60, 0.0, ""),
    "long title": (make_codebook(**{"a rather long name for what it is": TONES}), 60, 0.0, ""),
}


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("case", CASES)
def test_every_text_fits_and_can_be_read(case: str, language: str) -> None:
    codebook, n, least, lack = CASES[case]
    evaluation = simulate(codebook, n, least=least, lack=lack)
    confusion = draw_confusion(prepare_confusion(evaluation, codebook, language=language))
    calibration = draw_calibration(prepare_calibration(evaluation, codebook, language=language))
    for figure in (confusion, calibration):
        assert figure.get_size_inches()[0] * 25.4 in (pytest.approx(89), pytest.approx(183))
        assert figure.get_size_inches()[1] * 25.4 <= 235
        check_legible(figure)


def test_files_are_written_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        drawn = draw_accuracy(tiny(), TINY, tmp_path / name)
        assert [figure.name for figure in drawn] == ["confusion", "calibration"]
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(files) == 6
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("codebook", "reason"),
    [
        (make_codebook(topic=tuple(f"Value {n}" for n in range(60))), "60 values does not fit"),
        (make_codebook(topic=("word and word again " * 12, "b")), "too long to head a column"),
        (make_codebook(**{f"item {n}": TONES for n in range(24)}), "do not fit a page"),
    ],
)
def test_what_fits_no_page_is_not_drawn_and_says_why(
    codebook: Codebook, reason: str, tmp_path: Path
) -> None:
    confusion, calibration = draw_accuracy(simulate(codebook, 300), codebook, tmp_path)
    assert reason in confusion.reason
    assert not confusion.paths
    assert calibration.paths or calibration.reason


def test_without_two_labels_there_is_no_calibration_to_draw() -> None:
    evaluation = simulate(TINY, 10, least=2.0)
    with pytest.raises(Undrawable, match="two labelled sentences"):
        prepare_calibration(evaluation, TINY)
