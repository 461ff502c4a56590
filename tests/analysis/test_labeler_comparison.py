"""Several labelers on one gold file: the command, its tables and its figures."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.cli import main
from analysis.figures.drawing import draw_differences, draw_shares
from analysis.labeler_comparison import (
    LabelerComparison,
    prepare_macro_f1,
    prepare_score_differences,
)
from framing.evaluation import evaluate_labels
from framing.scheme import read_codebook
from framing.score_differences import compare_scores

CODEBOOK = read_codebook()
ROWS = [
    ("Rudal itu menewaskan lima orang di pasar.", "threat", "negative"),
    ("Kedua menteri menandatangani perjanjian kerja sama.", "diplomacy", "positive"),
    ("Harga gandum naik tajam pekan ini.", "economy", "negative"),
    ("Kapal perang itu menembaki pelabuhan.", "threat", "negative"),
    ("Delegasi tiba pada Senin pagi.", "protocol", "neutral"),
    ("Pengadilan menjatuhkan hukuman kepada dua pejabat.", "legality", "negative"),
]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    table = pd.DataFrame(ROWS, columns=["text", "frame", "sentiment"])
    table["article_id"] = ["a", "a", "b", "b", "c", "c"]
    table.to_csv(tmp_path / "gold.csv", index=False)
    return tmp_path / "gold.csv"


@pytest.fixture(scope="module")
def comparison() -> LabelerComparison:
    """Three labelers of six sentences: all right, half right, and one that never says threat."""
    ids = [f"s{n}" for n in range(len(ROWS))]
    gold = pd.DataFrame({"sentence_id": ids, "frame": [frame for _, frame, _ in ROWS]})
    given = {
        "right": [frame for _, frame, _ in ROWS],
        "half": ["threat", "diplomacy", "economy", "economy", "economy", "economy"],
        "meek": ["protocol", "diplomacy", "economy", "protocol", "protocol", "legality"],
    }
    labels = {
        name: pd.DataFrame(
            {"sentence_id": ids, "variable": "frame", "labeler": name, "value": values, "prob": 0.8}
        )
        for name, values in given.items()
    }
    return LabelerComparison(
        {name: evaluate_labels(gold, table, CODEBOOK) for name, table in labels.items()},
        compare_scores(gold, labels, CODEBOOK),
    )


def test_two_encoders_make_a_results_folder(
    gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", gold, "--encoder", "e5-small", "--encoder", "fast", "-o", tmp_path / "r"]
    assert main([str(word) for word in words]) == 0
    assert "frame: e5-small less fast:" in capsys.readouterr().err
    scores = pd.read_csv(tmp_path / "r" / "scores.csv")
    assert set(scores["labeler"]) == {"e5-small", "fast"}
    differences = pd.read_csv(tmp_path / "r" / "differences.csv")
    assert differences["variable"].tolist() == ["frame", "sentiment"]
    assert differences["n_clusters"].tolist() == [3, 3]
    for row in differences.to_dict(orient="records"):
        own = scores[(scores["variable"] == row["variable"]) & (scores["value"] == "(macro)")]
        assert own["f1"].tolist() == pytest.approx([row["macro_f1"], row["other_macro_f1"]])
    facts = json.loads((tmp_path / "r" / "provenance.json").read_text())
    assert set(facts["models"]) == {"e5-small", "fast"}
    assert facts["figures"] == ["macro_f1", "differences"]
    assert {path.suffix for path in (tmp_path / "r" / "figures").iterdir()} == {
        ".pdf", ".svg", ".png",
    }  # fmt: skip
    assert str(tmp_path) not in (tmp_path / "r" / "provenance.json").read_text()


def test_a_table_holds_the_differences_alone(gold: Path, tmp_path: Path) -> None:
    words = ["evaluate", gold, "--model", "e5-small", "--model", "fast", "-o", tmp_path / "d.csv"]
    assert main([str(word) for word in words]) == 0
    assert pd.read_csv(tmp_path / "d.csv")["other"].tolist() == ["fast", "fast"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--encoder", "fast", "--encoder", "fast"], "named twice"),
        (["--model", "a", "--model", "b", "--encoder", "fast"], "in the same order"),
        (["--encoder", "fast", "--encoder", "e6"], "no encoder 'e6'"),
    ],
)
def test_a_comparison_that_makes_no_sense(
    words: list[str], message: str, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(gold), *words, "-o", str(tmp_path / "r")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert not (tmp_path / "r").exists()


def test_the_figures_draw_what_the_tables_hold(comparison: LabelerComparison) -> None:
    macro = prepare_macro_f1(comparison, CODEBOOK)
    assert [row.name for row in macro.rows] == ["right", "half", "meek"]
    assert macro.marks["estimate"].tolist()[0] == 100
    pairs = prepare_score_differences(comparison, CODEBOOK)
    assert [row.name for row in pairs.rows] == ["right − half", "right − meek", "half − meek"]
    assert pairs.panels[0].detail == "6 sentences"
    table = comparison.differences
    assert (pairs.marks["estimate"] / 100).tolist() == pytest.approx(table["estimate"].tolist())
    without = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    assert (pairs.marks["kind"] == "different").tolist() == without.tolist()
    assert draw_shares(macro).axes
    assert draw_differences(pairs).axes


def test_the_figures_speak_indonesian(comparison: LabelerComparison) -> None:
    data = prepare_score_differences(comparison, CODEBOOK, language="id")
    assert data.panels[0].name == "Bingkai"
    assert data.axis_title.startswith("Selisih F1 makro")
    assert "berpasangan atas kalimat" in data.notes[0]
