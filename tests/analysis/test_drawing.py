"""Figures: marks stand where the data say, texts fit and can be read, files are always the same."""

import hashlib
import itertools
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from legibility import check_legible
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.figures.drawing import (
    draw_differences,
    draw_residuals,
    draw_shares,
    draw_stance,
    draw_voice,
)
from analysis.figures.frames import FigureData
from analysis.figures.gallery import FIGURES, draw_all
from analysis.figures.selection import Label, Undrawable
from analysis.figures.style import Width, style_context
from analysis.figures.text import measure, wrap, wrap_evenly
from analysis.statistics.comparison import compare_outlets
from analysis.statistics.estimates import Estimate, tabulate
from analysis.statistics.settings import Settings
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
FRAMES = CODEBOOK.variable("frame").value_ids
GROUPS = [group.id for group in CODEBOOK.source_groups]
LONG_NAMES = [
    f"{kind} {place}"
    for kind in ("Kantor Berita Rekaan", "Harian Umum Karangan", "Portal Luar Negeri Andaian")
    for place in ("Nusantara Raya", "Khatulistiwa", "Cakrawala Internasional", "Utama")
]


def make_estimates(outlets: list[str], n_articles: int) -> pd.DataFrame:
    """Compare outlets over composed counts in which every frame, voice and stance is seen."""
    rng = np.random.default_rng(len(outlets))
    rows = []
    for number, outlet in enumerate(outlets):
        for article in range(n_articles):
            for _ in range(24):
                stance = rng.choice(["critical", "neutral", "supportive"])
                target = rng.choice(["russia", "united_states", "their_deal"])
                rows.append(
                    {
                        "article_id": f"{number}-{article}",
                        "outlet": outlet,
                        "published": f"2024-06-{17 + (number + article) % 5}",
                        "frame": rng.choice(FRAMES, p=np.roll([0.3] + [0.1] * 7, number)),
                        "stance": stance,
                        "target": "" if stance == "neutral" else target,
                        "sentiment": "neutral",
                        "voice": rng.choice(["outlet", "attributed", "quoted"]),
                        "source_group": rng.choice(GROUPS),
                        "copied": False,
                        "n_sentences": 1,
                        "story": "",
                    }
                )
    counts = pd.DataFrame(rows)[list(COLUMNS["counts"])]
    settings = Settings(n_permutations=99, events=(("2024-06-19", "peristiwa andaian"),))
    compared = compare_outlets(counts, CODEBOOK, settings)
    return pd.concat([compared, make_copied(outlets)], ignore_index=True)


def make_copied(outlets: list[str]) -> pd.DataFrame:
    """Compose rows of copied shares: every outlet of every other, and of three agencies."""
    rows = [
        Estimate(
            estimand="copied",
            variable="copies",
            value="copied",
            outlet=outlet,
            by=by,
            level=level,
            estimate=0.0125 * (1 + (place * 7 + column) % 20),
            conf_low=0.01,
            conf_high=0.333,
            conf_level=0.95,
            reason="composed",
        )
        for place, outlet in enumerate(["", *outlets])
        for column, (by, level) in enumerate(
            [("", ""), *(("agency", name) for name in ("KBRD", "KAF", "Kawat Andalan Fiksi"))]
            + [("outlet", name) for name in outlets]
        )
        if outlet or by != "outlet"
    ]
    return tabulate(rows)


def make_words(outlets: list[str]) -> pd.DataFrame:
    """Compose the words of outlets and frames, a long one among them."""
    sides = [(outlet, "") for outlet in outlets] + [("", frame) for frame in FRAMES]
    rows = [
        {"outlet": outlet, "frame": frame, "copies": "in", "rank": rank, "word": word}
        | {"z": 9.0 - rank / 2, "z_articles": 8.0 - rank / 3 if rank < 9 else math.nan}
        for outlet, frame in sides
        for rank, word in enumerate(
            [*"abcdefgh", "dipertanggungjawabkan", "terus-menerus"], start=1
        )
    ]
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS["words"]))


CASES = {
    "one outlet": (["Harian Andaian"], 4),
    "one article each": (["Harian Andaian", "Kabar Rekaan", "Lensa Fiktif"], 1),
    "five outlets": ([f"Warta {letter}" for letter in "ABCDE"], 5),
    "long names": (LONG_NAMES, 3),
}
NOT_FOR_ONE_OUTLET = ("residuals", "differences")
ONLY_TWO_COLUMNS_WIDE = ("shares", "stance", "voice", "differences", "sources", "copies", "words")


@cache
def estimates(case: str) -> pd.DataFrame:
    outlets, n_articles = CASES[case]
    return make_estimates(outlets, n_articles)


@cache
def tables(case: str) -> dict[str, pd.DataFrame]:
    return {"estimates": estimates(case), "words": make_words(CASES[case][0])}


def dots(axes: Axes, label: str) -> list[tuple[float, float]]:
    """Return the positions of the dots with a label."""
    return [
        (float(x), float(y))
        for line in axes.lines
        if line.get_label() == label
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def whiskers(axes: Axes) -> list[list[float]]:
    """Return [low, high, row] of every whisker."""
    return [
        [segment[0][0], segment[1][0], segment[0][1]]
        for lines in axes.collections
        if isinstance(lines, LineCollection) and lines.get_label() == "whiskers"
        for segment in lines.get_segments()
    ]


def bars(axes: Axes) -> dict[str, list[tuple[float, float, float]]]:
    """Return (start, length, row) of the bars by their label."""
    return {
        str(container.get_label()): [
            (bar.get_x(), bar.get_width(), bar.get_y() + bar.get_height() / 2) for bar in container
        ]
        for container in axes.containers
        if isinstance(container, BarContainer)
    }


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def make_data(marks: list[dict[str, object]], **more: object) -> FigureData:
    facts: dict[str, object] = {
        "panels": (Label("Ancaman"),),
        "rows": (Label("Harian Andaian", "3 articles, 40 sentences"), Label("Kabar Rekaan")),
        "axis_title": "% of sentences",
        "keys": {},
        "notes": ("Hollow dot, no interval: Kabar Rekaan (one article).",),
    }
    return FigureData(marks=pd.DataFrame(marks), **(facts | more))


class TestMarks:
    SHARES = make_data(
        [
            {"panel": 0, "row": 0, "estimate": 20.0, "conf_low": 10.0, "conf_high": 35.0,
             "overall": 25.0},
            {"panel": 0, "row": 1, "estimate": 30.0, "conf_low": math.nan, "conf_high": math.nan,
             "overall": 25.0},
        ]
    )  # fmt: skip

    def test_shares_stand_where_the_data_say(self) -> None:
        axes = draw_shares(self.SHARES).axes[0]
        assert dots(axes, "interval") == [(20, 0)]
        assert dots(axes, "no interval") == [(30, 1)]
        assert whiskers(axes) == [[10, 35, 0]]
        assert dots(axes, "overall")[0][0] == 25

    def test_a_dot_without_interval_is_hollow_and_a_note_says_why(self) -> None:
        figure = draw_shares(self.SHARES)
        faces = {line.get_label(): line.get_markerfacecolor() for line in figure.axes[0].lines}
        assert to_rgb(faces["no interval"]) == (1, 1, 1)
        assert to_rgb(faces["interval"]) != (1, 1, 1)
        assert "Hollow dot, no interval: Kabar Rekaan (one article)." in words(figure)
        assert "3 articles, 40 sentences" in words(figure)

    def test_the_first_row_is_on_top(self) -> None:
        axes = draw_shares(self.SHARES).axes[0]
        low, high = (axes.transData.transform((0, row))[1] for row in (1, 0))
        assert high > low

    def test_stance_bars_diverge_and_their_ticks_have_no_sign(self) -> None:
        whole = {"panel": 0, "row": 0, "n_mentions": 12}
        critical = whole | {"value": "critical", "conf_low": -30.0, "conf_high": -12.0}
        supportive = whole | {"value": "supportive", "conf_low": 1.0, "conf_high": 9.0}
        data = make_data(
            [
                critical | {"voice": "own", "start": 0.0, "estimate": -5.0},
                critical | {"voice": "sources", "start": -5.0, "estimate": -15.0},
                supportive | {"voice": "own", "start": 0.0, "estimate": 4.0},
            ],
            keys={"critical": "Critical", "supportive": "Supportive", "own": "own words",
                  "sources": "sources"},
        )  # fmt: skip
        figure = draw_stance(data)
        axes = figure.axes[0]
        assert bars(axes) == {
            "critical, own": [(0, -5, 0)],
            "critical, sources": [(-5, -15, 0)],
            "supportive, own": [(0, 4, 0)],
        }
        assert sorted(whiskers(axes)) == [[-30, -12, 0], [1, 9, 0]]
        assert {label.get_text() for label in axes.get_xticklabels()} >= {"0", "20"}
        assert not any("−" in label.get_text() for label in axes.get_xticklabels())
        hatches = {str(c.get_label()): c[0].get_hatch() for c in axes.containers}
        assert hatches["critical, sources"] and not hatches["critical, own"]
        assert "← Critical" in words(figure) and "Supportive →" in words(figure)
        assert "12" in words(figure)

    def test_residuals_stand_in_their_cells_with_their_sign(self) -> None:
        data = make_data(
            [
                {"panel": 0, "row": 0, "residual": 2.5, "text": "+2.5"},
                {"panel": 0, "row": 1, "residual": -2.5, "text": "−2.5"},
                {"panel": 1, "row": 1, "residual": 1.0, "text": "+1.0"},
            ],
            panels=(Label("Threat"), Label("Economy")),
        )
        axes = draw_residuals(data).axes[0]
        written = {text.get_position(): text.get_text() for text in axes.texts}
        assert written == {(0.5, 0.5): "+2.5", (0.5, 1.5): "−2.5", (1.5, 1.5): "+1.0"}
        assert axes.yaxis_inverted()

    def test_voice_bars_follow_each_other(self) -> None:
        part = {"panel": 0, "row": 0, "n": 10}
        data = make_data(
            [
                part | {"voice": "outlet", "start": 0.0, "estimate": 60.0, "conf_low": 40.0,
                        "conf_high": 75.0},
                part | {"voice": "quoted", "start": 60.0, "estimate": 40.0, "conf_low": 25.0,
                        "conf_high": 60.0},
            ],
            keys={"outlet": "Outlet", "quoted": "Quoted"},
        )  # fmt: skip
        axes = draw_voice(data).axes[0]
        assert bars(axes) == {"outlet": [(0, 60, 0)], "quoted": [(60, 40, 0)]}
        assert whiskers(axes) == [[40, 75, 0]]
        assert axes.get_xlim() == (0, 100)

    def test_differences_are_filled_only_if_significant(self) -> None:
        limits = {"panel": 0, "conf_low": -5.0, "conf_high": 25.0}
        data = make_data(
            [
                limits | {"row": 0, "estimate": 12.0, "kind": "different"},
                limits | {"row": 1, "estimate": -8.0, "kind": "untested"},
            ],
            keys={"different": "Different", "untested": "Cannot be tested"},
        )
        figure = draw_differences(data)
        axes = figure.axes[0]
        assert dots(axes, "different") == [(12, 0)]
        assert dots(axes, "untested") == [(-8, 1)]
        marks = {line.get_label(): line for line in axes.lines}
        assert to_rgb(marks["different"].get_markerfacecolor()) != (1, 1, 1)
        assert to_rgb(marks["untested"].get_markerfacecolor()) == (1, 1, 1)
        assert marks["different"].get_marker() != marks["untested"].get_marker()
        assert "Not shown to differ" not in words(figure)


def drawable() -> Iterator[tuple[str, str, Width, str]]:
    """Give cases and figures at both widths; one column has the longer, Indonesian words."""
    for case, name in itertools.product(CASES, FIGURES):
        if case == "one outlet" and name in NOT_FOR_ONE_OUTLET:
            continue
        yield case, name, Width.TWO_COLUMNS, "en"
        if case != "long names" or name not in ONLY_TWO_COLUMNS_WIDE:
            yield case, name, Width.ONE_COLUMN, "id"


@pytest.mark.parametrize(("case", "name", "width", "language"), list(drawable()))
def test_every_text_fits_and_can_be_read(case: str, name: str, width: Width, language: str) -> None:
    kind = FIGURES[name]
    data = kind.prepare(tables(case)[kind.table], CODEBOOK, language=language)
    figure = kind.draw(data, width=width)
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(width.mm)
    assert figure.get_size_inches()[1] * 25.4 <= 235
    check_legible(figure)


class TestFiles:
    def test_three_formats_with_a_reason_for_what_is_missing(self, tmp_path: Path) -> None:
        results = draw_all(estimates("one outlet"), CODEBOOK, tmp_path / "figures")
        reasons = {result.name: result.reason for result in results}
        assert set(reasons) == set(FIGURES)
        assert "two outlets" in reasons["residuals"]
        assert not reasons["shares"]
        assert "no table of words" in reasons["words"]
        paths = {path for result in results for path in result.paths}
        assert paths == set((tmp_path / "figures").iterdir())
        assert {path.name for path in paths if path.stem == "shares"} == {
            "shares.pdf",
            "shares.svg",
            "shares.png",
        }

    def test_two_processes_write_the_same_bytes(self, tmp_path: Path) -> None:
        estimates("one article each").to_csv(tmp_path / "estimates.csv", index=False)
        script = (
            "import sys\n"
            "from analysis.figures.gallery import draw_all\n"
            "from framing.scheme import read_codebook\n"
            "from framing.tables import read_table\n"
            "draw_all(read_table(sys.argv[1]), read_codebook(), sys.argv[2], ['stance'])\n"
        )
        digests = []
        for seed in ("1", "2"):
            folder = tmp_path / seed
            subprocess.run(
                [sys.executable, "-W", "error", "-c", script, tmp_path / "estimates.csv", folder],
                check=True,
                env={"PYTHONHASHSEED": seed, "PATH": "", "MPLCONFIGDIR": str(tmp_path)},
            )
            digests.append(
                {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
            )
        assert len(digests[0]) == 3
        assert digests[0] == digests[1]

    def test_fonts_are_embedded_as_truetype_and_no_time_is_told(self, tmp_path: Path) -> None:
        draw_all(estimates("one outlet"), CODEBOOK, tmp_path, ["shares"])
        pdf = (tmp_path / "shares.pdf").read_bytes()
        assert b"/FontFile2" in pdf
        assert b"/Type3" not in pdf
        assert b"CreationDate" not in pdf
        assert b"<dc:date>" not in (tmp_path / "shares.svg").read_bytes()

    def test_nothing_global_changes_and_nothing_global_matters(self, tmp_path: Path) -> None:
        with matplotlib.rc_context():
            draw_all(estimates("one outlet"), CODEBOOK, tmp_path / "plain", ["shares"])
            matplotlib.rcParams.update({"font.size": 20, "axes.grid": True, "lines.linewidth": 9})
            before = dict(matplotlib.rcParams)
            draw_all(estimates("one outlet"), CODEBOOK, tmp_path / "odd", ["shares"])
            assert dict(matplotlib.rcParams) == before
        assert plt.get_fignums() == []
        for name in ("shares.pdf", "shares.svg", "shares.png"):
            plain, odd = ((tmp_path / f / name).read_bytes() for f in ("plain", "odd"))
            assert plain == odd


class TestBadInput:
    def test_an_unknown_figure(self, tmp_path: Path) -> None:
        with pytest.raises(BingkaiError, match="figure 'pie' is unknown; use shares, stance"):
            draw_all(estimates("one outlet"), CODEBOOK, tmp_path, ["shares", "pie"])
        assert list(tmp_path.iterdir()) == []

    def test_an_empty_table(self, tmp_path: Path) -> None:
        empty = pd.DataFrame(columns=list(COLUMNS["estimates"]))
        with pytest.raises(BingkaiError, match="nothing to draw"):
            draw_all(empty, CODEBOOK, tmp_path / "figures")
        assert not (tmp_path / "figures").exists()

    def test_a_folder_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "figures").write_text("mine")
        with pytest.raises(BingkaiError, match="cannot write it"):
            draw_all(estimates("one outlet"), CODEBOOK, tmp_path / "figures", ["shares"])
        assert (tmp_path / "figures").read_text() == "mine"

    def test_a_file_that_is_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "shares.pdf").mkdir()
        with pytest.raises(BingkaiError, match="is a folder"):
            draw_all(estimates("one outlet"), CODEBOOK, tmp_path, ["shares"])

    def test_more_outlets_than_a_page_has_room_for(self, tmp_path: Path) -> None:
        many = replace(
            TestMarks.SHARES,
            rows=tuple(Label(f"Warta {number}") for number in range(80)),
        )
        with pytest.raises(Undrawable, match="80 rows each do not fit a page"):
            draw_shares(many)

    @pytest.mark.parametrize(
        "name", ["$\\frac{1}{0}$", "新聞 🙂", "a\x00b", "A_{b}%s{x}", "\ud800"]
    )
    def test_strange_names_are_drawn(self, name: str, tmp_path: Path) -> None:
        strange = replace(TestMarks.SHARES, rows=(Label(name, name), Label("Kabar Rekaan")))
        with style_context():
            draw_shares(strange).savefig(tmp_path / "strange.pdf")


class TestWrapping:
    def test_room_is_made_for_details_by_moving_them_to_a_note(self) -> None:
        rows = tuple(Label(f"Warta {n}", "3 articles, 40 sentences") for n in range(30))
        figure = draw_shares(replace(TestMarks.SHARES, rows=rows))
        notes = " ".join(text.get_text() for text in figure.texts)
        assert "Warta 29: 3 articles, 40 sentences" in notes

    @given(st.text(alphabet="abc Wé-", max_size=60), st.floats(2, 40))
    def test_lines_fit_and_nothing_is_lost(self, text: str, width: float) -> None:
        for lines in (wrap(text, width), wrap_evenly(text, width)):
            assert all(measure(line) <= width or len(line) <= 2 for line in lines)
            kept = "".join(lines).replace(" ", "").replace("-", "")
            assert kept == text.replace(" ", "").replace("-", "")

    @given(st.text(alphabet="abcde ", max_size=60), st.floats(5, 40))
    def test_even_lines_are_not_more_lines(self, text: str, width: float) -> None:
        assert len(wrap_evenly(text, width)) == len(wrap(text, width))
