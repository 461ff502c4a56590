"""The estimates table as a whole: known values, promises that hold for any corpus, bad input."""

import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics.comparison import compare_outlets
from analysis.statistics.effects import ALL_ALIKE, TOO_FEW_OUTLETS
from analysis.statistics.estimates import PROMISED, Estimate, tabulate
from analysis.statistics.multiplicity import adjust_p_values
from analysis.statistics.settings import Copies, Settings, Weight
from analysis.statistics.shares import ALWAYS_SEEN, NEVER_SEEN, NO_SAMPLE, NO_SENTENCES, ONE_ARTICLE
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import Codebook, read_codebook
from tests.analysis.simulation import SHARES, draw_counts

CODEBOOK = read_codebook()
QUICK = Settings(n_permutations=99)
Cell = tuple[str, str, dict[str, str], int]


def make_counts(*cells: Cell) -> pd.DataFrame:
    """Make counts of (article, outlet, values, sentences)."""
    rows = [
        {"article_id": article, "outlet": outlet, **values, "n_sentences": n}
        for article, outlet, values, n in cells
    ]
    counts = pd.DataFrame(rows).reindex(columns=list(COLUMNS["counts"]))
    counts["copied"] = counts["copied"].astype(object).where(counts["copied"].notna(), False)
    return counts


def threat(n: int, article: str, outlet: str) -> Cell:
    return (article, outlet, {"frame": "threat"}, n)


def economy(n: int, article: str, outlet: str) -> Cell:
    return (article, outlet, {"frame": "economy"}, n)


def pick(table: pd.DataFrame, **wanted: str) -> "pd.Series[float]":
    """Return the one row that has these fields."""
    for column, value in wanted.items():
        table = table.loc[table[column] == value]
    assert len(table) == 1, f"{len(table)} rows for {wanted}"
    return table.iloc[0]


def missing(row: "pd.Series[float]") -> list[str]:
    return [name for name in PROMISED[str(row["estimand"])] if pd.isna(row[name])]


@pytest.fixture(scope="module")
def corpus() -> pd.DataFrame:
    """Three outlets of unlike line, and a fourth with a single article."""
    tilted = (0.10, 0.42, *SHARES[2:])
    lines = {"Harian A": SHARES, "Harian B": tilted, "Harian C": SHARES, "Harian D": SHARES}
    sizes = {"Harian A": 8, "Harian B": 6, "Harian C": 9, "Harian D": 1}
    return draw_counts(np.random.default_rng(7), lines, sizes)


@pytest.fixture(scope="module")
def compared(corpus: pd.DataFrame) -> pd.DataFrame:
    return compare_outlets(corpus, CODEBOOK, QUICK)


def test_columns_are_the_contract(compared: pd.DataFrame) -> None:
    assert list(compared.columns) == list(COLUMNS["estimates"])
    assert compared["n_gold"].isna().all()
    absent = {
        "coverage",  # nothing lacks a label
        "part", "part_difference",  # nobody speaks
        "change",  # no event was named
        "copied",  # have a test of their own
        "accuracy", "coefficient",  # nobody coded
        "specification_median",  # asked for by a study
        "adjusted_share", "marginal_effect",  # models need the sentences
        "alpha", "ac1", "agreement", "specific_agreement",  # there are no coders
        "alpha_gap", "ac1_gap", "agreement_gap",
    }  # fmt: skip
    assert set(compared["estimand"]) == set(PROMISED) - absent


def test_coverage_by_hand() -> None:
    """A has a frame for 3 of 4 and 1 of 4 sentences, B for all of its 4; articles weigh alike."""
    lacking: Cell = ("a1", "A", {"sentiment": "neutral"}, 1)
    lacking_more: Cell = ("a2", "A", {"sentiment": "neutral"}, 3)
    toned = [
        (article, outlet, values | {"sentiment": "neutral"}, n)
        for article, outlet, values, n in (
            threat(3, "a1", "A"), threat(1, "a2", "A"), threat(2, "b1", "B"), economy(2, "b2", "B"),
        )
    ]  # fmt: skip
    counts = make_counts(lacking, lacking_more, *toned)
    table = compare_outlets(counts, CODEBOOK, QUICK)
    table = table.loc[table["estimand"] == "coverage"]
    assert set(table["variable"]) == {"frame"}
    assert set(table["value"]) == {""}
    assert pick(table, outlet="A", weight="sentence")["estimate"] == 0.5
    assert pick(table, outlet="", weight="sentence")["estimate"] == 8 / 12
    assert pick(table, outlet="", weight="article")["estimate"] == pytest.approx(3 / 4)
    whole = pick(table, outlet="B", weight="sentence")
    assert whole["estimate"] == 1
    assert whole["reason"] == ALWAYS_SEEN


def test_shares_by_hand() -> None:
    counts = make_counts(
        threat(4, "a1", "A"), threat(2, "a3", "A"), economy(6, "a3", "A"), economy(4, "a2", "A")
    )
    table = compare_outlets(counts, CODEBOOK, QUICK)
    row = pick(table, estimand="share", value="threat", outlet="A", by="", weight="sentence")
    assert row["estimate"] == 0.375
    assert row["std_error"] == pytest.approx(0.2282, abs=5e-5)  # as in test_clusters
    assert (row["n_sentences"], row["n_articles"], row["conf_level"]) == (16, 3, 0.95)
    row = pick(table, estimand="share", value="threat", outlet="A", by="", weight="article")
    assert row["estimate"] == pytest.approx(5 / 12)


def test_difference_and_odds_ratio_by_hand() -> None:
    counts = make_counts(
        threat(3, "a1", "A"), economy(1, "a1", "A"), threat(3, "a2", "A"), economy(1, "a2", "A"),
        threat(1, "b1", "B"), economy(3, "b1", "B"), threat(1, "b2", "B"), economy(3, "b2", "B"),
    )  # fmt: skip
    table = compare_outlets(counts, CODEBOOK, QUICK)
    row = pick(table, estimand="difference", value="threat")
    assert row["contrast"] == "A - B"
    assert row["estimate"] == 0.5
    # Articles agree, so 8 independent sentences each: sqrt(2 * (3/16) / 8).
    assert row["std_error"] == pytest.approx(math.sqrt(2 * 3 / 16 / 8))
    assert row["df"] == pytest.approx(2)
    assert (row["n_sentences"], row["n_articles"]) == (16, 4)
    assert pick(table, estimand="odds_ratio", value="threat")["estimate"] == pytest.approx(9)


def test_holm_by_hand() -> None:
    rows = [
        Estimate(estimand="other", variable="frame", p_value=p) for p in (0.01, 0.04, 0.03, 0.005)
    ]
    rows.insert(2, Estimate(estimand="other", variable="frame"))
    adjusted = adjust_p_values(rows, family="frame: 4 tests")
    # Sorted: .005 * 4, .01 * 3, .03 * 2, then .04 * 1 held up to .06.
    found = [row.p_adjusted for row in adjusted]
    assert found[:2] == pytest.approx([0.03, 0.06])
    assert found[3:] == pytest.approx([0.06, 0.02])
    assert math.isnan(found[2])
    assert adjusted[2].family == ""


def test_family_names_what_was_tested(compared: pd.DataFrame) -> None:
    tested = compared.query("estimand == 'difference'").dropna(subset="p_value")
    # Three outlets with several articles: three pairs, eight frames.
    assert set(tested["family"]) == {"frame: 8 values x 3 pairs; Holm"}
    assert len(tested) == 24
    assert (tested["p_adjusted"] >= tested["p_value"]).all()


def test_one_article_carries_shares_only(compared: pd.DataFrame) -> None:
    alone = compared.query("outlet == 'Harian D' and by == ''")
    assert alone["estimate"].notna().all()
    assert (alone["reason"] == ONE_ARTICLE).all()
    assert alone[["std_error", "df", "conf_low", "conf_high"]].isna().all(axis=None)
    against = compared[compared["contrast"] == "Harian A - Harian D"]
    assert against["p_value"].isna().all()
    assert against["conf_low"].isna().all()
    assert against["reason"].str.contains(f"Harian D: {ONE_ARTICLE}", regex=False).all()
    test = pick(compared, estimand="permutation")
    assert test["contrast"] == "Harian A, Harian B, Harian C"


def test_only_single_articles_give_no_test_at_all() -> None:
    counts = make_counts(threat(5, "a", "A"), economy(5, "b", "B"), threat(2, "c", "C"))
    table = compare_outlets(counts, CODEBOOK, QUICK)
    assert table["p_value"].isna().all()
    for estimand in ("permutation", "cramers_v"):
        row = pick(table, estimand=estimand)
        assert pd.isna(row["estimate"])
        assert row["reason"] == TOO_FEW_OUTLETS


def test_articles_of_different_outlets_are_no_sample() -> None:
    cells = [threat(5, "a", "A"), economy(5, "b", "B"), threat(2, "c", "C")]
    errors = ["std_error", "df", "conf_low", "conf_high", "conf_level"]
    everywhere = {"estimand": "share", "value": "threat", "outlet": "", "by": ""}
    table = compare_outlets(make_counts(*cells), CODEBOOK, QUICK)
    row = pick(table, **everywhere, weight="sentence")
    assert row["estimate"] == pytest.approx(7 / 12)
    assert pick(table, **everywhere, weight="article")["estimate"] == pytest.approx(2 / 3)
    assert row["reason"] == NO_SAMPLE
    assert row[errors].isna().all()
    unseen = pick(table, **everywhere | {"value": "rivalry"}, weight="sentence")
    assert (unseen["estimate"], unseen["reason"]) == (0, NO_SAMPLE)
    # A second article of one outlet is enough to tell articles from outlets.
    table = compare_outlets(make_counts(*cells, economy(3, "d", "A")), CODEBOOK, QUICK)
    row = pick(table, **everywhere, weight="sentence")
    assert row["reason"] == ""
    assert row[errors].notna().all()


def separate(outlets: str, n_articles: int, **others: str) -> pd.DataFrame:
    """Make outlets whose every article is of one frame, another in each outlet."""
    frames = CODEBOOK.variable("frame").value_ids
    return make_counts(
        *[
            (f"{outlet}{i}", outlet, {"frame": frames[k], **others}, 5)
            for k, outlet in enumerate(outlets)
            for i in range(n_articles)
        ]
    )


def test_a_test_that_nothing_could_pass_has_no_p_value() -> None:
    # Three outlets with two articles: 15 arrangements, so 1/15 at best.
    row = pick(compare_outlets(separate("ABC", 2), CODEBOOK, QUICK), estimand="permutation")
    assert row[["estimate", "p_value", "p_adjusted"]].isna().all()
    assert row["family"] == ""
    assert ALL_ALIKE in row["reason"]
    assert "too few articles: no arrangement over the outlets could reach 5%" in row["reason"]
    # The estimate stays where there is one.
    counts = separate("ABC", 2)
    counts.loc[0, "frame"] = counts.loc[5, "frame"]
    row = pick(compare_outlets(counts, CODEBOOK, QUICK), estimand="permutation")
    assert row["estimate"] > 0
    assert pd.isna(row["p_value"])


def test_an_infinite_statistic_keeps_its_p_value() -> None:
    at_tenth = replace(QUICK, conf_level=0.9)
    for counts, quick, p_value in (
        (separate("ABC", 2), at_tenth, 1 / 15),
        (separate("AB", 4), QUICK, 1 / 35),
    ):
        row = pick(compare_outlets(counts, CODEBOOK, quick), estimand="permutation")
        assert pd.isna(row["estimate"])
        assert row["reason"] == ALL_ALIKE
        assert (row["p_value"], row["p_adjusted"]) == pytest.approx((p_value, p_value))
        assert "all arrangements" in row["method"]


def test_a_p_value_of_just_the_level_is_not_below_it() -> None:
    # Two outlets with three articles: 10 arrangements.
    counts = separate("AB", 3)
    for conf_level, expected in ((0.9, True), (0.89, False)):
        table = compare_outlets(counts, CODEBOOK, replace(QUICK, conf_level=conf_level))
        assert pd.isna(pick(table, estimand="permutation")["p_value"]) == expected


def test_tests_out_of_reach_once_corrected_say_so() -> None:
    # 1/35 each, 2/35 for the smaller of two: above 5%, and for one alone below.
    counts = separate("AB", 4, sentiment=CODEBOOK.variable("sentiment").value_ids[0])
    table = compare_outlets(counts, CODEBOOK, QUICK)
    row = pick(table, estimand="permutation", variable="frame")
    assert (row["p_value"], row["p_adjusted"]) == pytest.approx((1 / 35, 2 / 35))
    assert "no arrangement over the outlets could reach 5%, corrected for 2 tests" in row["reason"]


def test_too_few_shuffles_are_said(corpus: pd.DataFrame) -> None:
    table = compare_outlets(corpus, CODEBOOK, replace(QUICK, conf_level=0.99))
    row = pick(table, estimand="permutation")
    assert row["estimate"] > 0
    assert pd.isna(row["p_value"])
    assert row["reason"] == "too few shuffles (raise n_permutations): none could reach 1%"


def test_few_articles_do_not_hang_on_the_seed() -> None:
    counts = separate("AB", 4)
    tables = [compare_outlets(counts, CODEBOOK, replace(QUICK, seed=seed)) for seed in (0, 1)]
    pd.testing.assert_frame_equal(*tables)


def test_a_single_outlet_has_shares_and_nothing_to_compare() -> None:
    table = compare_outlets(make_counts(threat(5, "a", "A"), economy(5, "b", "A")), CODEBOOK, QUICK)
    assert set(table["estimand"]) == {"share", "permutation", "cramers_v"}


def test_a_value_never_seen_is_bounded_not_zero() -> None:
    counts = make_counts(
        *[threat(n, f"a{n}", "A") for n in (3, 5, 9)], *[economy(2, f"a{n}", "A") for n in (3, 5)],
        *[economy(4, f"b{n}", "B") for n in (1, 2)],
    )  # fmt: skip
    table = compare_outlets(counts, CODEBOOK, QUICK)
    row = pick(table, estimand="share", value="rivalry", outlet="A", by="", weight="sentence")
    assert (row["estimate"], row["conf_low"], row["reason"]) == (0, 0, NEVER_SEEN)
    assert 0 < row["conf_high"] < 1
    assert pd.isna(row["std_error"])
    row = pick(table, estimand="odds_ratio", value="threat")
    assert "zero, infinite or unknown" in row["reason"]
    row = pick(table, estimand="difference", value="rivalry")
    assert (row["estimate"], row["p_value"]) == (0, 1)
    assert row["conf_low"] < 0 < row["conf_high"]


def test_stance_is_counted_by_target_among_all_sentences() -> None:
    def stance(n: int, value: str, target: str, voice: str) -> Cell:
        return ("a", "A", {"stance": value, "target": target, "voice": voice}, n)

    counts = make_counts(
        stance(2, "critical", "russia", "quoted"),
        stance(1, "critical", "russia", "outlet"),
        stance(1, "supportive", "russia", "quoted"),
        stance(2, "critical", "west", "quoted"),
        stance(1, "critical", "", "quoted"),
        stance(3, "neutral", "", "outlet"),
        ("a", "A", {"voice": "outlet"}, 9),  # no stance coded: not in the denominator
    )
    table = compare_outlets(counts, CODEBOOK, QUICK)
    shares = table.query("estimand == 'share' and outlet == 'A' and weight == 'sentence'")
    assert set(shares.query("variable == 'stance'")["by"]) == {"target", "target+voice"}
    about = {"variable": "stance", "by": "target"}
    row = pick(shares, **about, level="russia", value="critical")
    assert (row["estimate"], row["n_sentences"]) == (0.3, 10)
    assert pick(shares, **about, level="russia", value="supportive")["estimate"] == 0.1
    assert pick(shares, **about, level="west", value="critical")["estimate"] == 0.2
    crossed = shares.query("by == 'target+voice'").set_index(["value", "level"])["estimate"]
    assert crossed["critical", "russia+quoted"] == 0.2
    assert crossed["critical", "russia+outlet"] == 0.1
    assert crossed["critical", "russia+attributed"] == 0
    assert "neutral" not in set(shares.query("variable == 'stance'")["value"])


def test_targets_of_the_settings_are_the_ones_compared() -> None:
    values = {"stance": "critical", "target": "russia"}
    counts = make_counts(("a", "A", values, 2), ("b", "B", values | {"target": "west"}, 2))
    table = compare_outlets(counts, CODEBOOK, replace(QUICK, targets=("west",)))
    assert set(table.query("by == 'target'")["level"]) == {"west", ""}  # "": tests of all levels
    assert set(table.query("estimand == 'share' and by == 'target'")["level"]) == {"west"}


def test_frame_within_voice_and_source_group() -> None:
    def cell(n: int, frame: str, voice: str, group: str) -> Cell:
        return ("a", "A", {"frame": frame, "voice": voice, "source_group": group}, n)

    counts = make_counts(
        cell(3, "threat", "quoted", "expert"),
        cell(1, "economy", "quoted", "expert"),
        cell(6, "economy", "outlet", ""),
        ("b", "B", {"frame": "threat", "voice": "outlet"}, 2),
    )
    table = compare_outlets(counts, CODEBOOK, QUICK).query(
        "estimand == 'share' and weight == 'sentence'"
    )
    within = {"variable": "frame", "value": "threat", "outlet": "A"}
    row = pick(table, **within, by="voice", level="quoted")
    assert (row["estimate"], row["n_sentences"], row["n_articles"]) == (0.75, 4, 1)
    assert pick(table, **within, by="source_group", level="expert")["estimate"] == 0.75
    row = pick(table, variable="voice", value="quoted", outlet="A", by="frame", level="threat")
    assert row["estimate"] == 1
    row = pick(table, **(within | {"outlet": "B"}), by="voice", level="quoted")
    assert pd.isna(row["estimate"])
    assert (row["reason"], row["n_sentences"], row["n_articles"]) == (NO_SENTENCES, 0, 0)


def test_copies_out() -> None:
    counts = make_counts(threat(2, "a", "A"), economy(2, "a", "A"), threat(2, "b", "A"))
    counts["copied"] = [False, True, False]
    share = {"estimand": "share", "value": "threat", "outlet": "A", "weight": "sentence"}
    for copies, expected in (("in", 4 / 6), ("out", 1.0)):
        table = compare_outlets(counts, CODEBOOK, replace(QUICK, copies=Copies(copies)))
        assert pick(table, copies=copies, **share)["estimate"] == pytest.approx(expected)
        assert table["copies"].iloc[0] == copies  # what was chosen comes first, then the other
        assert set(table["copies"]) == {"in", "out"}


def test_an_outlet_that_only_copies_has_no_share_without_copies() -> None:
    counts = make_counts(
        threat(2, "a1", "A"), threat(1, "a2", "A"), economy(2, "a2", "A"), threat(3, "b1", "B"),
        threat(2, "b2", "B"),
    )  # fmt: skip
    counts["copied"] = counts["outlet"] == "B"
    table = compare_outlets(counts, CODEBOOK, replace(QUICK, contrasts=(("A", "B"),)))
    out = table.loc[
        (table["copies"] == "out") & (table["spec"] == "") & (table["value"] == "threat")
    ]
    share = pick(out, estimand="share", outlet="B", weight="sentence", by="")
    assert math.isnan(share["estimate"]) and share["reason"] == NO_SENTENCES
    difference = pick(out, estimand="difference")
    assert math.isnan(difference["estimate"]) and "B" in str(difference["reason"])
    assert pick(out, estimand="share", outlet="A", weight="sentence", by="")["estimate"] == 0.6


def test_rows_in_any_order_give_the_same_table(
    corpus: pd.DataFrame, compared: pd.DataFrame
) -> None:
    shuffled = corpus.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(compare_outlets(shuffled, CODEBOOK, QUICK), compared)


def test_a_table_from_a_file_gives_the_same(corpus: pd.DataFrame, compared: pd.DataFrame) -> None:
    text = io.StringIO(corpus.to_csv(index=False))
    back = pd.read_csv(text, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(compare_outlets(back, CODEBOOK, QUICK), compared)


def test_only_the_test_hangs_on_the_seed(corpus: pd.DataFrame, compared: pd.DataFrame) -> None:
    other = compare_outlets(corpus, CODEBOOK, replace(QUICK, seed=1))
    drawn = compared["estimand"].isin(["permutation", "cramers_v"])
    pd.testing.assert_frame_equal(other[~drawn], compared[~drawn])


def test_turning_a_contrast_round_turns_the_signs(corpus: pd.DataFrame) -> None:
    there, back = (
        compare_outlets(corpus, CODEBOOK, replace(QUICK, contrasts=(pair,)))
        for pair in (("Harian A", "Harian B"), ("Harian B", "Harian A"))
    )
    rows, turned = (t.query("estimand == 'difference'") for t in (there, back))
    numbers = ["estimate", "conf_low", "conf_high", "std_error", "p_value", "p_adjusted", "df"]
    expected = rows[numbers].to_numpy() * [-1, -1, -1, 1, 1, 1, 1]
    found = turned[["estimate", "conf_high", "conf_low", *numbers[3:]]].to_numpy()
    np.testing.assert_allclose(found, expected, atol=1e-12)
    rows, turned = (t.query("estimand == 'odds_ratio'") for t in (there, back))
    np.testing.assert_allclose(turned["estimate"], 1 / rows["estimate"])
    np.testing.assert_allclose(turned["conf_low"], 1 / rows["conf_high"])
    assert set(there["family"]) >= {"frame: 8 values x 1 pair; Holm"}


def test_two_names_of_one_outlet_are_two_and_one_name_is_one() -> None:
    counts = make_counts(threat(2, "a", "A"), economy(2, "b", "A"), threat(2, "c", "A "))
    assert set(compare_outlets(counts, CODEBOOK, QUICK)["outlet"]) == {"", "A", "A "}


def test_weights_agree_where_articles_are_of_one_length() -> None:
    cells = [
        cell
        for i, n in enumerate((1, 4, 3, 2, 5))
        for cell in (threat(n, f"{i}", "AB"[i % 2]), economy(6 - n, f"{i}", "AB"[i % 2]))
    ]
    numbers = ["estimate", "std_error", "df", "conf_low", "conf_high", "p_value"]
    by_sentence, by_article = (
        compare_outlets(make_counts(*cells), CODEBOOK, replace(QUICK, weight=weight)).query(
            "estimand != 'share'"
        )[numbers]
        for weight in Weight
    )
    np.testing.assert_allclose(by_sentence, by_article, atol=1e-9)


def test_a_clear_difference_is_found_and_none_is_not() -> None:
    rng = np.random.default_rng(11)
    tilted = (0.05, 0.47, *SHARES[2:])
    for lines, differ in (
        ({"A": SHARES, "B": tilted}, True),
        ({"A": SHARES, "B": SHARES}, False),
    ):
        table = compare_outlets(
            draw_counts(rng, lines, 25, correlation=0.1), CODEBOOK, Settings(n_permutations=999)
        )
        assert (pick(table, estimand="permutation")["p_value"] < 0.01) == differ
        difference = pick(table, estimand="difference", value="threat")
        assert (difference["p_adjusted"] < 0.01) == differ
        assert (pick(table, estimand="cramers_v")["conf_low"] > 0) == differ


VALUES = {
    variable: st.sampled_from(["", *CODEBOOK.variable(variable).value_ids])
    for variable in ("frame", "stance", "sentiment", "voice")
}
CELLS = st.lists(
    st.fixed_dictionaries(
        {
            "article": st.integers(0, 7),
            "n_sentences": st.integers(1, 9),
            "target": st.sampled_from(["", "russia", "west"]),
            "source_group": st.sampled_from(["", "expert"]),
            **VALUES,
        }
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=40, deadline=None)
@given(CELLS, st.integers(1, 4), st.sampled_from(Weight))
def test_promises_hold_for_any_corpus(
    cells: list[dict[str, object]], n_outlets: int, weight: Weight
) -> None:
    rows = [
        cell
        | {
            "article_id": f"a{cell['article']}",
            "outlet": f"o{int(str(cell['article'])) % n_outlets}",
        }
        for cell in cells
    ]
    counts = pd.DataFrame(rows).reindex(columns=list(COLUMNS["counts"]))
    counts = counts.assign(copied=False, published="")
    if (counts[list(VALUES)] == "").all(axis=None):
        return
    try:
        table = compare_outlets(counts, CODEBOOK, replace(QUICK, weight=weight))
    except BingkaiError as error:
        assert "no variable has a value" in str(error)  # only stances about no actor
        return
    for row in (table.iloc[i] for i in range(len(table))):
        assert row["reason"] or not missing(row)
        estimate, low, high = row["estimate"], row["conf_low"], row["conf_high"]
        assert pd.isna(low) == pd.isna(high) == pd.isna(row["conf_level"])
        if pd.notna(low):
            assert low <= estimate + 1e-9
            assert estimate <= high + 1e-9
            assert low < high
            assert row["n_articles"] > 1
        if row["estimand"] in ("share", "cramers_v") and pd.notna(low):
            assert low >= 0
            assert high <= 1
        if pd.notna(row["p_value"]):
            assert 0 < row["p_value"] <= row["p_adjusted"] <= 1
            assert row["family"]
    shares = table.query("estimand == 'share' and variable != 'stance'").dropna(subset="estimate")
    sums = shares.groupby(["variable", "outlet", "by", "level", "weight"])["estimate"].sum()
    np.testing.assert_allclose(sums, 1)


def test_a_missing_number_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="no reason for"):
        Estimate(estimand="share", variable="frame")
    table = tabulate([Estimate(estimand="share", variable="frame", reason="why")])
    assert table.loc[0, "reason"] == "why"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"conf_level": 95}, "conf_level is 95"),
        ({"n_permutations": 10}, "n_permutations is 10"),
        ({"seed": -1}, "seed is -1"),
        ({"weight": "word"}, "weight is 'word'; give 'sentence' or 'article'"),
        ({"copies": "some"}, "copies is 'some'; give 'in' or 'out'"),
        ({"contrasts": (("A", "B", "C"),)}, "contrasts are pairs"),
    ],
)
def test_settings_that_cannot_be_are_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(BingkaiError, match=message):
        Settings(**change)  # type: ignore[arg-type]


def test_settings_take_what_a_file_gives() -> None:
    given_settings = Settings(weight="article", contrasts=[["A", "B"]])  # type: ignore[arg-type]
    assert given_settings.weight is Weight.ARTICLE
    assert given_settings.contrasts == (("A", "B"),)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contrasts": (("Harian A", "Harian Z"),)}, "the outlet 'Harian Z'; the counts have"),
        ({"contrasts": (("Harian A", "Harian A"),)}, "compare the outlet 'Harian A' with itself"),
        ({"targets": ("atlantis",)}, "target 'atlantis' is no actor"),
    ],
)
def test_settings_that_do_not_fit_the_counts_are_named(
    corpus: pd.DataFrame, change: dict[str, object], message: str
) -> None:
    with pytest.raises(BingkaiError, match=message):
        compare_outlets(corpus, CODEBOOK, replace(QUICK, **change))  # type: ignore[arg-type]


def test_a_value_that_the_codebook_lacks_is_named(corpus: pd.DataFrame) -> None:
    with pytest.raises(BingkaiError, match="frame 'danger' is not in the codebook"):
        compare_outlets(corpus.assign(frame="danger"), CODEBOOK, QUICK)


def test_a_target_that_the_codebook_lacks_is_named(corpus: pd.DataFrame) -> None:
    with pytest.raises(BingkaiError, match="target 'atlantis' is not in the codebook"):
        compare_outlets(corpus.assign(stance="critical", target="atlantis"), CODEBOOK, QUICK)


def test_nothing_labelled_is_said(corpus: pd.DataFrame) -> None:
    with pytest.raises(BingkaiError, match="no variable has a value"):
        compare_outlets(corpus.assign(frame=""), CODEBOOK, QUICK)


def test_another_codebook_brings_its_own_values(corpus: pd.DataFrame) -> None:
    frames = replace(
        CODEBOOK, variables=tuple(v for v in CODEBOOK.variables if v.id == "frame"), actors=()
    )
    assert isinstance(frames, Codebook)
    assert set(compare_outlets(corpus, frames, QUICK)["variable"]) == {"frame"}
