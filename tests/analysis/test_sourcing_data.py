"""Frames behind the figures of sources, copies, time and words, worked out by hand."""

import math

import pandas as pd
import pytest

from analysis.figures.selection import Undrawable
from analysis.figures.sourcing_data import prepare_copies, prepare_sources
from analysis.figures.time_data import prepare_time
from analysis.figures.word_data import prepare_frame_words, prepare_outlet_words
from analysis.statistics.estimates import Estimate, tabulate
from framing.schema import COLUMNS
from framing.scheme import read_codebook

CODEBOOK = read_codebook()


def row(estimand: str, estimate: float, **more: object) -> Estimate:
    """Make an estimate with an interval of five points to each side, unless told otherwise."""
    facts: dict[str, object] = {
        "variable": "frame", "value": "threat", "std_error": 0.02, "df": 4.0, "conf_level": 0.95,
        "conf_low": estimate - 0.05, "conf_high": estimate + 0.05, "n_sentences": 40,
        "n_articles": 5,
    }  # fmt: skip
    return Estimate(estimand=estimand, estimate=estimate, **(facts | more))


SHARES = [row("share", 0.5, outlet=outlet) for outlet in ("", "A", "B")]


def test_groups_of_other_sources_are_one_part() -> None:
    parts = [
        row("part", share, outlet="A", by="source_group", level=level)
        for level, share in (
            ("own_words", 0.2), ("own_government", 0.0), ("foreign_government", 0.1),
            ("expert", 0.15), ("ordinary_people", 0.05),
        )
    ]  # fmt: skip
    data = prepare_sources(tabulate([*SHARES, *parts]), CODEBOOK)
    marks = data.marks.set_index("group")
    assert marks["estimate"].round(6).to_dict() == {
        "own_words": 20, "own_government": 0, "foreign_government": 10, "others": 20,
    }  # fmt: skip
    assert marks["start"].round(6).tolist() == [0, 20, 20, 30]
    assert marks.loc["own_words", ["conf_low", "conf_high"]].tolist() == pytest.approx([15, 25])
    assert marks.drop("own_words")["conf_low"].isna().all()
    assert data.keys["others"] == "Other sources"


def test_sources_need_parts() -> None:
    with pytest.raises(Undrawable, match="no parts of frame by source"):
        prepare_sources(tabulate(SHARES), CODEBOOK)


def copied(share: float, outlet: str, by: str = "", level: str = "", **more: object) -> Estimate:
    facts = {"variable": "copies", "value": "copied", "outlet": outlet, "by": by, "level": level}
    return row("copied", share, **(facts | more))


def test_columns_of_copies_are_all_then_agencies_then_outlets() -> None:
    unknown = dict.fromkeys(("conf_low", "conf_high", "std_error", "df"), math.nan)
    rows = [
        copied(0.2, ""), copied(0.3, "A"), copied(0.1, "B", reason="one", **unknown),
        copied(0.05, "", "agency", "KAF"), copied(0.15, "", "agency", "KBRD"),
        copied(0.0, "A", "agency", "KAF"), copied(0.3, "A", "agency", "KBRD"),
        copied(0.25, "A", "outlet", "B"), copied(0.0, "A", "outlet", "A"),
        copied(0.1, "B", "outlet", "A"),
    ]  # fmt: skip
    data = prepare_copies(tabulate([*SHARES, *rows]), CODEBOOK, most_agencies=1)
    assert [label.name for label in data.panels] == ["All copied", "from KBRD", "A", "B"]
    texts = {
        (mark["outlet"], data.panels[mark["panel"]].name): mark["text"]
        for _, mark in data.marks.iterrows()
    }
    assert texts == {
        ("A", "All copied"): "30.0\n[25.0, 35.0]", ("B", "All copied"): "10.0",
        ("A", "from KBRD"): "30.0", ("A", "A"): "0.0", ("A", "B"): "25.0", ("B", "A"): "10.0",
    }  # fmt: skip
    assert any("1 of 2" in note for note in data.notes)


def test_no_copies_no_figure() -> None:
    with pytest.raises(Undrawable, match="no sentence is copied"):
        prepare_copies(tabulate([*SHARES, copied(0.0, "")]), CODEBOOK)


def test_a_share_stands_between_the_lines_of_its_scale() -> None:
    """Up to 35% in steps of 10: lines at 40, 30, 20, 10 and 0, and 25% is half-way up."""
    days = [("2024-06-17", 0.25), ("2024-06-20", 0.30)]
    rows = [row("share", share, by="day", level=day) for day, share in days]
    rows.append(row("share", 0.9, by="day", level="2024-06-17", outlet="A"))
    events = [
        row("change", 0.1, by="event", level=level, p_value=0.5, p_adjusted=0.5)
        for level in ("2024-06-19 peristiwa", "2025-01-01 nanti")
    ]
    data = prepare_time(tabulate([*SHARES, *rows, *events]), CODEBOOK)
    assert [label.name for label in data.rows] == ["40", "30", "20", "10", "0"]
    shares = data.marks.loc[data.marks["panel"] == 0]
    assert shares["row"].tolist() == pytest.approx([1.5, 1.0])
    assert shares["low"].tolist() == pytest.approx([2.0, 1.5])
    assert shares["day"].tolist() == [0, 3]
    assert data.keys == {"0": "17 Jun", "3": "20 Jun"}
    # The event outside the days of the corpus has no line.
    assert data.marks.loc[data.marks["panel"] < 0, "day"].tolist() == [2]
    assert any("19 Jun, peristiwa" in note and "nanti" not in note for note in data.notes)


def test_without_periods_there_is_no_figure_of_time() -> None:
    with pytest.raises(Undrawable, match="no shares of frame over time"):
        prepare_time(tabulate(SHARES), CODEBOOK)


WORDS = pd.DataFrame(
    [
        ("A", "", "out", 2, "kapal", 3.0, 2.5), ("A", "", "out", 1, "laut", 4.0, math.nan),
        ("A", "", "out", 11, "jauh", 1.0, 1.0), ("", "economy", "out", 1, "pasar", 5.0, 4.0),
        ("", "threat", "out", 1, "rudal", 6.0, 4.0), ("A", "threat", "out", 1, "perang", 2.0, 1.0),
        ("A", "", "in", 1, "salinan", 9.0, 9.0),
    ],
    columns=["outlet", "frame", "copies", "rank", "word", "z", "z_articles"],
).reindex(columns=list(COLUMNS["words"]))  # fmt: skip


@pytest.mark.parametrize("as_text", [False, True])
def test_words_stand_by_rank_under_their_outlet_or_frame(as_text: bool) -> None:
    table = WORDS.astype("object").where(WORDS.notna(), "").astype(str) if as_text else WORDS
    data = prepare_outlet_words(table, CODEBOOK)
    assert [label.name for label in data.panels] == ["A"]
    assert data.marks["word"].tolist() == ["laut", "kapal"]  # not the eleventh, not with copies
    assert data.marks["z"].tolist() == [4, 3]
    assert math.isnan(data.marks["z_articles"][0])
    assert any("Without copied" in note for note in data.notes)
    frames = prepare_frame_words(table, CODEBOOK)
    assert [label.name for label in frames.panels] == ["Threat", "Economy"]  # the codebook's order
    assert frames.marks["word"].tolist() == ["rudal", "pasar"]


def test_no_words_no_figure() -> None:
    with pytest.raises(Undrawable, match="no word is used often enough in any outlet"):
        prepare_outlet_words(WORDS.head(0), CODEBOOK)
