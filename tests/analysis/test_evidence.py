"""Example sentences: which are picked, worked out by hand."""

import pandas as pd
import pytest

from analysis.statistics.evidence import EVIDENCE_COLUMNS, pick_evidence
from framing import BingkaiError


def pick(rows: list[tuple[str, str, str, object, str]]) -> pd.DataFrame:
    """Pick from sentences given as id, outlet, frame, probability and text; an article each."""
    table = pd.DataFrame(rows, columns=["sentence_id", "outlet", "value", "prob", "text"])
    table = table.assign(article_id="a" + table["sentence_id"], variable="frame")
    sentences = table.assign(unit="sentence", source="")
    return pick_evidence(table, sentences, table)


def test_the_likeliest_come_first_and_outlets_take_turns():
    picked = pick(
        [
            ("1", "Alfa", "threat", "0.99", "Satu."),
            ("2", "Alfa", "threat", "0.98", "Dua."),
            ("3", "Alfa", "threat", "0.97", "Tiga."),
            ("4", "Beta", "threat", "0.6", "Empat."),
            ("5", "Beta", "economy", "0.7", "Lima."),
        ]
    )
    assert list(picked.columns) == list(EVIDENCE_COLUMNS)
    assert picked["sentence_id"].tolist() == ["5", "1", "4", "2"]
    assert picked["prob"].tolist() == [0.7, 0.99, 0.6, 0.98]


def test_unlikely_long_and_unrated_sentences_are_passed_over():
    picked = pick(
        [
            ("1", "Alfa", "threat", "0.5", "Satu."),
            ("2", "Alfa", "economy", "0.49", "Dua."),
            ("3", "Alfa", "legality", "0.9", "x" * 241),
            ("4", "Alfa", "protocol", "", "Empat."),
        ]
    )
    assert picked["frame"].tolist() == ["threat"]


@pytest.mark.parametrize("prob", ["sure", "1.2", "-0.1", "inf"])
def test_a_probability_that_is_none_names_its_sentence(prob):
    rows = [("s1", "Alfa", "threat", "0.9", "Satu."), ("s2", "Alfa", "threat", prob, "Dua.")]
    with pytest.raises(BingkaiError, match=f"labels: the prob of sentence_id s2 is '{prob}'") as e:
        pick(rows)
    assert "\n" not in str(e.value)
