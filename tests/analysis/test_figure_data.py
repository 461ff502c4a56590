"""Frames behind the figures: values worked out by hand from small estimates tables."""

import io
import math

import pandas as pd
import pytest

from analysis.figures.data import (
    prepare_differences,
    prepare_residuals,
    prepare_shares,
    prepare_stance,
    prepare_voice,
)
from analysis.figures.frames import FigureData
from analysis.figures.selection import Label, Undrawable
from analysis.statistics.estimates import Estimate, tabulate
from analysis.statistics.shares import NO_SENTENCES, ONE_ARTICLE
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import read_codebook

CODEBOOK = read_codebook()


def share(outlet: str, value: str, estimate: float, **more: object) -> Estimate:
    """Make a share with an interval of five points to each side, unless told otherwise."""
    facts: dict[str, object] = {
        "variable": "frame",
        "std_error": 0.02,
        "df": 4.0,
        "conf_low": estimate - 0.05,
        "conf_high": estimate + 0.05,
        "conf_level": 0.95,
        "n_sentences": 40,
        "n_articles": 5,
    }
    return Estimate(
        estimand="share", outlet=outlet, value=value, estimate=estimate, **(facts | more)
    )


def lone(outlet: str, value: str, estimate: float, **more: object) -> Estimate:
    """Make a share that rests on one article, and so has no interval."""
    unknown = dict.fromkeys(("std_error", "df", "conf_low", "conf_high", "conf_level"), math.nan)
    return share(
        outlet, value, estimate, **(unknown | {"n_articles": 1, "reason": ONE_ARTICLE} | more)
    )


def difference(contrast: str, value: str, p_adjusted: float) -> Estimate:
    return Estimate(
        estimand="difference",
        variable="frame",
        value=value,
        contrast=contrast,
        estimate=0.2,
        std_error=0.05,
        df=8.0,
        conf_low=0.1,
        conf_high=0.3,
        conf_level=0.95,
        p_value=p_adjusted / 2,
        p_adjusted=p_adjusted,
        family="frame: 2 values x 1 pair; Holm",
    )


TWO_OUTLETS = tabulate(
    [
        share("", "threat", 0.5, n_sentences=60, n_articles=6),
        share("", "diplomacy", 0.5, n_sentences=60, n_articles=6),
        share("Kabar Rekaan", "diplomacy", 0.25),
        share("Kabar Rekaan", "threat", 0.75),
        lone("Harian Andaian", "diplomacy", 0.5, n_sentences=20),
        lone("Harian Andaian", "threat", 0.5, n_sentences=20),
    ]
)


def cell(data: FigureData, **where: str) -> pd.Series:
    """Return the one mark that fits."""
    marks = data.marks
    for name, value in where.items():
        marks = marks.loc[marks[name] == value]
    assert len(marks) == 1
    return marks.iloc[0]


class TestShares:
    def test_percentages_and_intervals(self) -> None:
        mark = cell(prepare_shares(TWO_OUTLETS, CODEBOOK), outlet="Kabar Rekaan", value="threat")
        assert mark[["estimate", "conf_low", "conf_high", "overall"]].tolist() == pytest.approx(
            [75, 70, 80, 50]
        )

    def test_panels_in_the_codebooks_order_and_rows_in_the_tables(self) -> None:
        data = prepare_shares(TWO_OUTLETS, CODEBOOK)
        assert [panel.name for panel in data.panels] == ["Threat", "Diplomacy"]
        assert data.rows == (
            Label("Kabar Rekaan", "5 articles, 40 sentences"),
            Label("Harian Andaian", "1 article, 20 sentences"),
        )
        mark = cell(data, outlet="Harian Andaian", value="diplomacy")
        assert (mark["panel"], mark["row"]) == (1, 1)

    def test_a_missing_interval_is_empty_and_explained(self) -> None:
        data = prepare_shares(TWO_OUTLETS, CODEBOOK)
        mark = cell(data, outlet="Harian Andaian", value="threat")
        assert math.isnan(mark["conf_low"])
        assert data.notes == (
            "Whiskers: 95% intervals with articles as clusters. Dashed line: all outlets together.",
            "Hollow dot, no interval: Harian Andaian (one article, so no variance between "
            "articles).",
        )

    def test_in_indonesian(self) -> None:
        data = prepare_shares(TWO_OUTLETS, CODEBOOK, language="id")
        assert data.panels[0] == Label("Ancaman")
        assert data.rows[1] == Label("Harian Andaian", "1 artikel, 20 kalimat")
        assert data.axis_title == "% kalimat"
        assert data.notes[1].startswith("Titik kosong, tanpa selang: Harian Andaian")

    def test_an_outlet_without_sentences_has_no_value_and_no_hollow_dot(self) -> None:
        nothing = dict.fromkeys(("estimate", "std_error", "df", "conf_low", "conf_high"), math.nan)
        empty = Estimate(
            estimand="share", variable="frame", value="threat", outlet="Lensa Fiktif",
            reason=NO_SENTENCES, **nothing,
        )  # fmt: skip
        table = pd.concat([TWO_OUTLETS, tabulate([empty])], ignore_index=True)
        notes = prepare_shares(table, CODEBOOK).notes
        assert notes[-1] == "No value: Lensa Fiktif (no sentences)."

    def test_a_single_outlet_is_not_compared_with_itself(self) -> None:
        table = tabulate([share("", "threat", 0.5), share("Kabar Rekaan", "threat", 0.5)])
        data = prepare_shares(table, CODEBOOK)
        assert data.marks["overall"].isna().all()
        assert data.notes == ("Whiskers: 95% intervals with articles as clusters.",)

    def test_the_weight_of_the_tests_is_that_of_the_figure(self) -> None:
        rows = [
            share("Kabar Rekaan", "threat", 0.2),
            share("Kabar Rekaan", "threat", 0.6, weight="article"),
        ]
        tested = difference("Kabar Rekaan - Harian Andaian", "threat", 0.5)
        by_article = pd.concat([tabulate(rows), tabulate([tested]).assign(weight="article")])
        data = prepare_shares(by_article, CODEBOOK)
        assert data.marks["estimate"].tolist() == pytest.approx([60])
        assert data.notes[0] == "Means over articles: every article counts alike."

    def test_a_table_read_from_csv_gives_the_same_figure(self) -> None:
        text = io.StringIO(TWO_OUTLETS.to_csv(index=False))
        read = pd.read_csv(text, dtype=str, keep_default_na=False)
        before, after = (prepare_shares(table, CODEBOOK) for table in (TWO_OUTLETS, read))
        pd.testing.assert_frame_equal(before.marks, after.marks)
        assert before.notes == after.notes
        assert before.rows == after.rows


class TestStance:
    # 20 sentences: 6 critical of Russia, 2 of them in the outlet's own words; 2 supportive, both
    # the outlet's own; 4 critical of NATO, too few for a panel.
    TABLE = tabulate(
        [
            share("A", value, estimate, variable="stance", by=by, level=level, n_sentences=20)
            for by, level, value, estimate in (
                ("target", "russia", "critical", 0.3),
                ("target", "russia", "supportive", 0.1),
                ("target", "nato", "critical", 0.2),
                ("target+voice", "russia+outlet", "critical", 0.1),
                ("target+voice", "russia+quoted", "critical", 0.15),
                ("target+voice", "russia+attributed", "critical", 0.05),
                ("target+voice", "russia+outlet", "supportive", 0.1),
            )
        ]
    )

    def test_bars_are_split_by_who_speaks_and_critical_ones_go_left(self) -> None:
        data = prepare_stance(self.TABLE, CODEBOOK, least_mentions=8)
        parts = {
            (mark.value, mark.voice): (mark.start, mark.estimate)
            for mark in data.marks.itertuples()
        }
        assert parts == {
            ("critical", "own"): pytest.approx((0, -10)),
            ("critical", "sources"): pytest.approx((-10, -20)),
            ("supportive", "own"): pytest.approx((0, 10)),
            ("supportive", "sources"): pytest.approx((10, 0)),
        }

    def test_the_interval_is_that_of_the_whole_bar_from_low_to_high(self) -> None:
        data = prepare_stance(self.TABLE, CODEBOOK, least_mentions=8)
        mark = cell(data, value="critical", voice="own")
        assert (mark["conf_low"], mark["conf_high"]) == pytest.approx((-35, -25))

    def test_only_targets_with_enough_mentions(self) -> None:
        data = prepare_stance(self.TABLE, CODEBOOK, least_mentions=8)
        assert data.panels == (Label("Russia"),)
        assert set(data.marks["n_mentions"]) == {8}
        assert "at least 8 of them" in data.notes[0]

    def test_the_most_mentioned_targets_come_first_and_cuts_are_told(self) -> None:
        data = prepare_stance(self.TABLE, CODEBOOK, least_mentions=1)
        assert [panel.name for panel in data.panels] == ["Russia", "NATO"]
        cut = prepare_stance(self.TABLE, CODEBOOK, least_mentions=1, most_targets=1)
        assert "The 1 most evaluated of 2 such targets." in cut.notes[0]

    def test_without_voices_bars_are_whole(self) -> None:
        table = self.TABLE.loc[self.TABLE["by"] == "target"]
        data = prepare_stance(table, CODEBOOK, least_mentions=8)
        assert data.marks["voice"].unique().tolist() == ["all"]
        assert data.marks["estimate"].tolist() == pytest.approx([-30, 10])

    def test_no_target_is_told(self) -> None:
        with pytest.raises(Undrawable, match="no target with 10 critical or supportive sentences"):
            prepare_stance(self.TABLE, CODEBOOK)


class TestResiduals:
    # Harian Andaian 10 and 10 of 20 sentences, Kabar Rekaan 30 and 10 of 40. In a table of two by
    # two every squared residual is Pearson's chi-squared: 60 (10*10 - 10*30)^2 / (20*40*40*20).
    CHI_SQUARED = 3.75

    def test_known_values(self) -> None:
        data = prepare_residuals(TWO_OUTLETS, CODEBOOK)
        mark = cell(data, outlet="Harian Andaian", value="threat")
        assert mark["n"] == 10
        assert mark["expected"] == pytest.approx(40 / 3)
        assert mark["residual"] == pytest.approx(-math.sqrt(self.CHI_SQUARED))
        assert (data.marks["residual"] ** 2).tolist() == pytest.approx([self.CHI_SQUARED] * 4)

    def test_signs_are_written_out(self) -> None:
        english = prepare_residuals(TWO_OUTLETS, CODEBOOK)
        assert sorted(english.marks["text"]) == ["+1.9", "+1.9", "−1.9", "−1.9"]
        indonesian = prepare_residuals(TWO_OUTLETS, CODEBOOK, language="id")
        assert sorted(indonesian.marks["text"]) == ["+1,9", "+1,9", "−1,9", "−1,9"]

    def test_a_value_that_nobody_has_is_left_out(self) -> None:
        unseen = [share(outlet, "none", 0.0) for outlet in ("Harian Andaian", "Kabar Rekaan")]
        table = pd.concat([TWO_OUTLETS, tabulate(unseen)], ignore_index=True)
        assert [p.name for p in prepare_residuals(table, CODEBOOK).panels] == [
            "Threat",
            "Diplomacy",
        ]

    def test_one_outlet_has_none(self) -> None:
        with pytest.raises(Undrawable, match="two outlets"):
            prepare_residuals(tabulate([share("A", "threat", 0.5)]), CODEBOOK)


class TestVoice:
    TABLE = tabulate(
        [
            share("A", voice, estimate, variable="voice", by="frame", level=frame, n_sentences=n)
            for frame, n, shares in (
                ("threat", 10, (0.5, 0.2, 0.3)),
                ("economy", 4, (0.25, 0.25, 0.5)),
            )
            # In an order that is not the codebook's.
            for voice, estimate in zip(("quoted", "outlet", "attributed"), shares, strict=True)
        ]
    )

    def test_parts_follow_each_other_from_the_outlets_own_words(self) -> None:
        data = prepare_voice(self.TABLE, CODEBOOK)
        threat = data.marks.loc[data.marks["frame"] == "threat"]
        assert threat["voice"].tolist() == ["outlet", "attributed", "quoted"]
        assert threat["start"].tolist() == pytest.approx([0, 20, 50])
        assert threat["estimate"].tolist() == pytest.approx([20, 30, 50])
        assert list(data.keys.values()) == ["Outlet", "Attributed", "Quoted"]

    def test_few_sentences_make_no_bar_but_are_counted(self) -> None:
        data = prepare_voice(self.TABLE, CODEBOOK)
        economy = data.marks.loc[data.marks["frame"] == "economy"]
        assert economy["estimate"].isna().all()
        assert set(economy["n"]) == {4}
        assert data.notes[0] == "n: sentences with the frame; no bar below 5."

    def test_only_few_sentences_are_told(self) -> None:
        with pytest.raises(Undrawable, match="11 sentences of one frame"):
            prepare_voice(self.TABLE, CODEBOOK, least_sentences=11)


class TestDifferences:
    TABLE = tabulate(
        [
            share("Pagi - Sore", "threat", 0.5),
            share("Siang", "threat", 0.3),
            lone("Malam", "threat", 0.3),
            difference("Pagi - Sore - Siang", "threat", 0.04),
            difference("Pagi - Sore - Siang", "diplomacy", 0.05),
            Estimate(
                estimand="difference", variable="frame", value="threat",
                contrast="Siang - Malam", estimate=-0.1, reason=f"Malam: {ONE_ARTICLE}",
            ),
        ]
    )  # fmt: skip

    def test_what_is_filled(self) -> None:
        data = prepare_differences(self.TABLE, CODEBOOK)
        kinds = data.marks.set_index(["contrast", "value"])["kind"]
        assert kinds["Pagi - Sore - Siang", "threat"] == "different"
        assert kinds["Pagi - Sore - Siang", "diplomacy"] == "not_shown"
        assert kinds["Siang - Malam", "threat"] == "untested"
        assert data.keys["different"] == "Different at 5% (Holm)"

    def test_percentage_points(self) -> None:
        mark = cell(
            prepare_differences(self.TABLE, CODEBOOK),
            contrast="Pagi - Sore - Siang",
            value="threat",
        )
        assert mark[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx([20, 10, 30])

    def test_names_with_a_dash_are_told_apart(self) -> None:
        assert prepare_differences(self.TABLE, CODEBOOK).rows == (
            Label("Pagi - Sore\n− Siang"),
            Label("Siang\n− Malam"),
        )

    def test_notes_tell_tests_and_gaps(self) -> None:
        notes = " ".join(prepare_differences(self.TABLE, CODEBOOK).notes)
        assert "number of tests (2)" in notes
        assert "No interval: Malam (one article" in notes

    def test_the_clearest_pairs_are_kept_and_the_cut_is_told(self) -> None:
        data = prepare_differences(self.TABLE, CODEBOOK, most_pairs=1)
        assert data.rows == (Label("Pagi - Sore\n− Siang"),)
        assert "The 1 of 2 pairs with the smallest p-values." in data.notes

    def test_one_outlet_has_none(self) -> None:
        with pytest.raises(Undrawable, match="no differences of frame"):
            prepare_differences(tabulate([share("A", "threat", 0.5)]), CODEBOOK)


class TestBadInput:
    def test_an_empty_table(self) -> None:
        empty = pd.DataFrame(columns=list(COLUMNS["estimates"]))
        with pytest.raises(BingkaiError, match="no share of any outlet") as raised:
            prepare_shares(empty, CODEBOOK)
        assert "\n" not in str(raised.value)

    def test_a_missing_column(self) -> None:
        with pytest.raises(BingkaiError, match="lacks the column.* conf_low"):
            prepare_shares(TWO_OUTLETS.drop(columns="conf_low"), CODEBOOK)

    def test_a_number_that_is_none(self) -> None:
        spoilt = TWO_OUTLETS.astype(object).assign(estimate="a third")
        with pytest.raises(BingkaiError, match="estimate is 'a third', which is no number"):
            prepare_shares(spoilt, CODEBOOK)

    def test_a_variable_that_is_not_there(self) -> None:
        with pytest.raises(Undrawable, match="no shares of sentiment"):
            prepare_shares(TWO_OUTLETS, CODEBOOK, variable="sentiment")

    def test_a_weight_that_is_none(self) -> None:
        tested = tabulate([difference("Kabar Rekaan - Harian Andaian", "threat", 0.5)])
        table = pd.concat([TWO_OUTLETS, tested.assign(weight="word")], ignore_index=True)
        with pytest.raises(BingkaiError, match="weight is 'word'"):
            prepare_shares(table, CODEBOOK)
