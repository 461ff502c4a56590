"""One contrast under many choices: rows that the main table would have, the curve, bad input."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.figures.curve_data import prepare_curve
from analysis.figures.curve_drawing import draw_curve
from analysis.figures.selection import Undrawable
from analysis.pipeline import Step, run_study
from analysis.robustness.choices import (
    METHODS,
    NOT_THERE,
    Choices,
    Contrast,
    Tables,
    cross_choices,
    vary_contrast,
)
from analysis.robustness.shuffling import TOO_FEW, shuffle_curve
from analysis.robustness.specifications import read_specifications, split_contrast
from analysis.statistics.comparison import compare_outlets
from analysis.statistics.counts import count_cells
from analysis.statistics.estimates import Estimate, parse_estimates, tabulate
from analysis.statistics.settings import Settings
from analysis.study import read_study
from analysis.writing.choices import describe_robustness
from framing.errors import BingkaiError, BingkaiWarning
from framing.schema import COLUMNS
from framing.scheme import read_codebook
from framing.tables import read_table, write_table

CODEBOOK = read_codebook()
CONTRAST = Contrast("A", "B", "threat")


def make_tables(seed: int, *, lean: float = 0.5) -> Tables:
    """Draw two outlets of 9 articles: A has `lean` of the threat frame, B has 0.2 of it."""
    rng = np.random.default_rng(seed)
    rows = []
    for outlet, share in (("A", lean), ("B", 0.2)):
        for number in range(9):
            for _ in range(int(rng.integers(4, 16))):
                rows.append(
                    {
                        "article_id": f"{outlet}{number}",
                        "outlet": outlet,
                        "value": "threat" if rng.random() < share else "economy",
                        "prob": round(float(rng.uniform(0.3, 1)), 3),
                        "copy_of": "x" if rng.random() < 0.2 else "",
                    }
                )
    table = pd.DataFrame(rows)
    table["sentence_id"] = [f"s{i:04d}" for i in range(len(table))]
    return Tables(
        labels=table.assign(variable="frame", labeler="m").reindex(
            columns=list(COLUMNS["labels"]), fill_value=""
        ),
        sentences=table.assign(unit="sentence").reindex(
            columns=list(COLUMNS["sentences"]), fill_value=""
        ),
        articles=table.drop_duplicates("article_id").reindex(
            columns=list(COLUMNS["articles"]), fill_value=""
        ),
    )


TABLES = {"e5-small": make_tables(1), "fast": make_tables(2, lean=0.35)}
CHOICES = Choices(encoder=("e5-small", "fast"), abstain=(0.0, 0.5))


@pytest.fixture(scope="module")
def varied() -> pd.DataFrame:
    return vary_contrast(CONTRAST, cross_choices(CHOICES), TABLES, CODEBOOK)


def test_every_combination_once(varied: pd.DataFrame) -> None:
    assert len(varied) == 2 * 2 * 2 * 2
    assert varied["spec"].is_unique
    assert list(varied.columns) == list(COLUMNS["estimates"])
    assert varied["spec"].iloc[0] == (
        "encoder=e5-small; abstain=0; weight=sentence; copies=in; method=naive; seed=0"
    )


@pytest.mark.parametrize("number", [0, 3, 6, 13])
def test_rows_are_those_of_the_main_table(varied: pd.DataFrame, number: int) -> None:
    """Worked the long way round: thinned labels, counted, compared with the weight and copies."""
    spec = cross_choices(CHOICES)[number]
    tables = TABLES[spec.encoder]
    sure = tables.labels["prob"] >= spec.abstain
    labels = tables.labels.assign(value=tables.labels["value"].where(sure, ""))
    settings = Settings(weight=spec.weight, copies=spec.copies, n_permutations=99)
    counts = count_cells(labels, tables.sentences, tables.articles)
    known = compare_outlets(counts, CODEBOOK, settings)
    known = known.query("estimand == 'difference' and value == 'threat'").iloc[0]
    row = varied.iloc[number]
    pd.testing.assert_series_equal(row.drop("spec"), known.drop("spec"), check_names=False)


def test_difference_by_hand() -> None:
    """A has 3 threats of 4 sentences, B 1 of 4; articles of 1 and 3 sentences weigh alike: 5/6."""
    values = ["threat", "threat", "threat", "economy", "threat", "economy", "economy", "economy"]
    articles = ["a1", "a2", "a2", "a2", "b1", "b1", "b2", "b2"]
    table = pd.DataFrame({"article_id": articles, "value": values})
    table["sentence_id"] = [f"s{i}" for i in range(8)]
    tables = Tables(
        table.assign(variable="frame", labeler="m", prob="").reindex(
            columns=list(COLUMNS["labels"]), fill_value=""
        ),
        table.assign(unit="sentence").reindex(columns=list(COLUMNS["sentences"]), fill_value=""),
        pd.DataFrame({"article_id": ["a1", "a2", "b1", "b2"], "outlet": list("AABB")}).reindex(
            columns=list(COLUMNS["articles"]), fill_value=""
        ),
    )
    choices = Choices(encoder=("m",), abstain=(0.0,), copies=("in",))
    found = vary_contrast(CONTRAST, cross_choices(choices), {"m": tables}, CODEBOOK)
    assert found["estimate"].tolist() == pytest.approx([3 / 4 - 1 / 4, (1 + 2 / 3) / 2 - 1 / 4])
    turned = Contrast("B", "A", "threat")
    back = vary_contrast(turned, cross_choices(choices), {"m": tables}, CODEBOOK)
    assert back["estimate"].tolist() == pytest.approx([-0.5, 1 / 4 - 5 / 6])
    assert back["conf_low"].tolist() == pytest.approx((-found["conf_high"]).tolist())
    assert set(back["contrast"]) == {"B - A"}


def test_one_row_a_choice(varied: pd.DataFrame) -> None:
    table = read_specifications(varied)
    single = table.loc[table["n_changes"] <= 1]
    assert len(single) == 1 + 4
    assert table["n_changes"].max() == 4
    mixed = pd.concat([compare_rows(), varied], ignore_index=True)
    assert len(read_specifications(mixed)) == len(varied)
    assert read_specifications(compare_rows()).empty


def compare_rows() -> pd.DataFrame:
    return compare_outlets(TABLES["fast"].counts, CODEBOOK, Settings(n_permutations=99))


def test_contrast_that_is_not_there() -> None:
    choices = cross_choices(Choices(abstain=(0.0, 1.0)))
    table = vary_contrast(CONTRAST, choices, TABLES, CODEBOOK)
    lost = table.loc[table["estimate"].isna()]
    assert len(lost) == 4  # nobody is certain
    assert (lost["reason"] == NOT_THERE).all()
    absent = Contrast("A", "C", "threat")
    assert set(vary_contrast(absent, choices, TABLES, CODEBOOK)["reason"]) == {NOT_THERE}


def test_another_method_can_be_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A method is a function of tables, settings and the contrast that gives differences."""

    def halve(tables, codebook, settings, contrast):  # type: ignore[no-untyped-def]
        for row in METHODS["naive"](tables, codebook, settings, contrast):
            yield Estimate(
                estimand="difference", variable=row.variable, value=row.value,
                contrast=row.contrast, method="halved", estimate=row.estimate / 2, reason="a toy",
            )  # fmt: skip

    methods = {**METHODS, "halved": halve}
    monkeypatch.setattr("analysis.robustness.choices.METHODS", methods)
    choices = Choices(abstain=(0.0,), weight=("sentence",), method=("naive", "halved"))
    table = vary_contrast(CONTRAST, cross_choices(choices), TABLES, CODEBOOK, methods=methods)
    halved = table["method"] == "halved"
    assert table.loc[halved, "estimate"].to_numpy() * 2 == pytest.approx(
        table.loc[~halved, "estimate"].to_numpy()
    )


def test_what_is_said_of_it(varied: pd.DataFrame) -> None:
    said = describe_robustness(parse_estimates(varied), CODEBOOK, "en")
    assert said is not None
    assert (said["name"], said["first"], said["second"]) == ("Threat", "A", "B")
    assert (said["n"], said["n_known"]) == (16, 16)
    assert said["n_same_sign"] == (varied["estimate"] > 0).sum()
    assert said["low"] == varied["estimate"].min()
    assert [(row["choice"], row["chosen"]) for row in said["rows"]] == [
        ("", ""), ("Copies", "left out"), ("Counts once", "every article"),
        ("Least probability", "0.5"), ("Encoder", "fast"),
    ]  # fmt: skip
    assert describe_robustness(parse_estimates(compare_rows()), CODEBOOK, "en") is None


def test_names_with_dashes() -> None:
    assert split_contrast("A - B - C", ["A - B", "C"]) == ("A - B", "C")
    assert split_contrast("A - B - C", ["A", "B - C"]) == ("A", "B - C")


def test_shuffled_curve_by_hand(varied: pd.DataFrame) -> None:
    """The median is that of the rows; its p-value is counted over all shuffles, one at a time."""
    specifications = cross_choices(CHOICES)
    settings = Settings(n_permutations=999, seed=4)
    row = shuffle_curve(CONTRAST, specifications, TABLES, CODEBOOK, settings)
    assert row.estimate == pytest.approx(varied["estimate"].median())
    assert row.p_value == 0.001  # 0.5 and 0.35 against 0.2: no shuffle comes near
    assert row.n_articles == 18
    # By another road: both weights of one labeler, in plain loops over shuffled outlets.
    alike = make_tables(5, lean=0.25)
    few = cross_choices(Choices(encoder=("m",), abstain=(0.0,), copies=("in",)))
    found = shuffle_curve(CONTRAST, few, {"m": alike}, CODEBOOK, settings)
    hit = alike.labels["value"].eq("threat").groupby(alike.sentences["article_id"])
    n_hit, n_all = hit.sum().to_numpy(float), hit.size().to_numpy(float)
    outlets = np.array([article[0] for article in hit.sum().index])
    rng, extreme = np.random.default_rng(1), 0
    for number in range(2_001):
        own = rng.permutation(outlets) if number else outlets
        a, b = own == "A", own == "B"
        by_sentence = n_hit[a].sum() / n_all[a].sum() - n_hit[b].sum() / n_all[b].sum()
        by_article = (n_hit[a] / n_all[a]).mean() - (n_hit[b] / n_all[b]).mean()
        median = (by_sentence + by_article) / 2
        if number == 0:
            assert found.estimate == pytest.approx(median)
        else:
            extreme += abs(median) >= abs(found.estimate) - 1e-12
    assert found.p_value == pytest.approx(extreme / 2_000, abs=0.06)


def test_shuffled_curve_without_specifications() -> None:
    single = cross_choices(Choices(abstain=(0.0,), weight=("sentence",), copies=("in",)))
    row = shuffle_curve(CONTRAST, single, TABLES, CODEBOOK, Settings(n_permutations=99))
    assert math.isnan(row.p_value) and row.reason == TOO_FEW
    certain = cross_choices(Choices(abstain=(1.0,)))
    row = shuffle_curve(CONTRAST, certain, TABLES, CODEBOOK, Settings(n_permutations=99))
    assert row.reason == TOO_FEW


def test_curve_is_sorted_and_marked(varied: pd.DataFrame) -> None:
    data = prepare_curve(varied, CODEBOOK)
    assert data.marks["estimate"].is_monotonic_increasing
    assert data.marks["estimate"].max() == pytest.approx(100 * varied["estimate"].max())
    assert data.marks["main"].sum() == 1
    main = data.marks.loc[data.marks["main"]].iloc[0]
    assert main["estimate"] == pytest.approx(100 * varied["estimate"].iloc[0])
    assert data.rows == (
        "e5-small", "fast", "", "none", "0.5", "", "every sentence", "every article", "",
        "counted", "left out",
    )  # fmt: skip
    assert data.groups == {
        0: "Encoder", 3: "Least probability", 6: "Counts once", 9: "Copies",
    }  # fmt: skip
    # Every specification has one dot in each group.
    assert (data.choices.groupby("position").size() == 4).all()
    fast = set(varied.loc[varied["spec"].str.contains("encoder=fast"), "estimate"])
    dots = data.choices.loc[data.choices["row"] == 1, "position"]
    drawn = data.marks.set_index("position").loc[dots, "estimate"] / 100
    assert sorted(drawn) == pytest.approx(sorted(fast))
    indonesian = prepare_curve(varied, CODEBOOK, language="id")
    assert indonesian.groups[9] == "Salinan"
    assert "16 spesifikasi" in indonesian.notes[0]


def test_curve_is_drawn_as_prepared(varied: pd.DataFrame) -> None:
    data = prepare_curve(varied, CODEBOOK)
    figure = draw_curve(data)
    curve, dots = figure.axes
    drawn = [y for line in curve.lines[1:] for y in line.get_ydata()]
    assert sorted(drawn) == pytest.approx(sorted(data.marks["estimate"]))
    assert sum(len(line.get_xdata()) for line in dots.lines if line.get_linestyle() == "None") == 64
    texts = [text.get_text() for text in figure.texts]
    assert {"Encoder", "Copies", "left out"} <= set(texts)
    box = figure.bbox
    for text in figure.texts:
        extent = text.get_window_extent()
        assert extent.x0 >= box.x0 and extent.x1 <= box.x1, text.get_text()


def test_band_is_said_in_the_curve() -> None:
    settings = Settings(adjust="max_t", n_bootstrap=199)
    choices = cross_choices(Choices(abstain=(0.0,)))
    data = prepare_curve(vary_contrast(CONTRAST, choices, TABLES, CODEBOOK, settings), CODEBOOK)
    assert any("(max-t), and so are the intervals" in note for note in data.notes)


def test_no_curve_without_specifications() -> None:
    with pytest.raises(Undrawable, match="fewer than two specifications"):
        prepare_curve(compare_rows(), CODEBOOK)
    with pytest.raises(Undrawable, match="fewer than two specifications"):
        row = Estimate(
            estimand="difference", variable="frame", spec="weight=article", reason="none",
            estimate=math.nan,
        )  # fmt: skip
        prepare_curve(tabulate([row]), CODEBOOK)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ('value = "threat"', "[robustness] lacks the key 'contrast'"),
        ('contrast = ["A"]\nvalue = "threat"', 'write contrast as ["A", "B"]'),
        (
            'contrast = ["A", "B"]\nvalue = "t"\nabstain = ["x"]',
            "abstain must be a list of numbers",
        ),
        ('contrast = ["A", "B"]\nvalue = "t"\nabstain = [2.0]', "abstain has 2.0; write 0 to 1"),
        ('contrast = ["A", "B"]\nvalue = "t"\nweight = ["page"]', "weight is 'page'; give"),
        ('contrast = ["A", "B"]\nvalue = "t"\nmethod = ["magic"]', "method 'magic' is unknown"),
        ('contrast = ["A", "B"]\nvalue = "t"\ncopies = []', "copies is empty"),
        ('contrast = ["A", "B"]\nvalue = "t"\ncolour = []', "unknown key 'colour'"),
    ],
)
def test_bad_study(section: str, message: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "corpus").mkdir()
    study = tmp_path / "study.toml"
    study.write_text(f'[study]\ntitle = "t"\ncorpus = "corpus"\n[robustness]\n{section}\n')
    with pytest.raises(BingkaiError) as error:
        read_study(study)
    assert message in str(error.value)


def test_choices_of_a_study(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """The study's own choices come first, and what is usual follows."""
    (tmp_path / "corpus").mkdir()
    study = tmp_path / "study.toml"
    study.write_text(
        '[study]\ntitle = "t"\ncorpus = "corpus"\nabstain = 0.4\nencoder = "fast"\nseed = 3\n'
        '[statistics]\nweight = "article"\n'
        '[robustness]\ncontrast = ["A", "B"]\nvalue = "threat"\n'
    )
    found = read_study(study)
    assert found.contrast == CONTRAST
    assert found.choices == Choices(
        encoder=("fast", "e5-small"), abstain=(0.4, 0.0, 0.5), weight=("article", "sentence"),
        copies=("in", "out"), seed=(3,),
    )  # fmt: skip
    with pytest.raises(BingkaiError, match="encoder 'big' is unknown; use e5-small, fast"):
        choices = Choices(encoder=("big",))
        vary_contrast(CONTRAST, cross_choices(choices), TABLES, CODEBOOK)


def test_a_study_with_a_main_contrast(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """From a table of composed articles to estimates, models and curve in a results folder."""
    said = (
        "Kapal perang baru itu mengancam nelayan di selat.",
        "Ekspor kopi naik berkat perjanjian dagang.",
        "Para menteri sepakat berunding lagi pekan depan.",
        "Rudal itu dapat mencapai ibu kota, kata seorang pengamat.",
    )
    rows = [
        {
            "outlet": outlet,
            "title": f"Kabar {outlet} nomor {number}",
            "published": f"2024-06-{number + 1:02d}",
            "text": " ".join(said[(number + shift) % 4 :] + said[: number % 3]),
        }
        for shift, outlet in enumerate(("Harian Karangan", "Warta Rekaan"))
        for number in range(4)
    ]
    write_table(pd.DataFrame(rows), tmp_path / "articles.csv")
    study = tmp_path / "study.toml"
    study.write_text(
        '[study]\ntitle = "t"\ncorpus = "articles.csv"\n[statistics]\nn_permutations = 99\n'
        '[robustness]\ncontrast = ["Harian Karangan", "Warta Rekaan"]\nvalue = "threat"\n'
        'encoder = ["e5-small"]\nabstain = [0.0, 0.3]\n[draw]\nfigures = []\n'
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BingkaiWarning)  # of figures that so little cannot carry
        run_study(read_study(study), tmp_path / "results", until=Step.FIGURES)
    estimates = read_table(tmp_path / "results" / "estimates.csv")
    assert len(read_specifications(estimates)) == 8
    assert {"adjusted_share", "marginal_effect", "specification_median"} <= set(
        estimates["estimand"]
    )
    assert (tmp_path / "results" / "figures" / "specifications.pdf").is_file()
