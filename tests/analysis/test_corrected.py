from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.cli import main
from analysis.coding.sampling import draw_sample
from analysis.correction.corrected import NO_GAIN, correct_outlets
from analysis.statistics.comparison import compare_outlets
from analysis.statistics.counts import count_cells
from analysis.statistics.estimates import is_corrected
from analysis.statistics.settings import Settings
from analysis.writing.numbers import collect_numbers
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import read_codebook
from framing.tables import hash_text, read_table, write_table
from tests.analysis.simulation import FRAMES, draw_coded_corpus

CODEBOOK = read_codebook()
Tables = dict[str, pd.DataFrame]


def tabulate_corpus(n_articles: int = 6, *, seed: int = 4) -> tuple[Tables, pd.Series]:
    """A drawn corpus as tables, and the true frame of every sentence."""
    drawn = draw_coded_corpus(np.random.default_rng(seed), n_articles, 10, stratified=False)
    n = len(drawn.labels)
    sentences = pd.DataFrame(
        {
            "sentence_id": [f"s{i:05d}" for i in range(n)],
            "article_id": [f"a{a:04d}" for a in drawn.articles],
            "unit": "sentence",
            "text": [f"Kalimat nomor {i}." for i in range(n)],
        }
    )
    sentences["text_sha256"] = sentences["text"].map(hash_text)
    outlets = pd.Series(drawn.outlets).map(lambda o: "ABCDE"[o])
    articles = pd.DataFrame(
        {"article_id": sentences["article_id"], "outlet": outlets}
    ).drop_duplicates(ignore_index=True)
    labels = sentences[["sentence_id"]].assign(
        variable="frame", labeler="m", value=np.array(FRAMES)[drawn.labels]
    )
    tables = {"sentences": sentences, "articles": articles, "labels": labels}
    tables = {
        name: table.reindex(columns=list(COLUMNS[name]), fill_value="")
        for name, table in tables.items()
    }
    truth = pd.Series(np.array(FRAMES)[drawn.truth], index=sentences["sentence_id"])
    return tables, truth


def draw_gold(tables: Tables, truth: pd.Series, n: int = 120, **options: object) -> pd.DataFrame:
    sample = draw_sample(
        tables["sentences"], tables["articles"], CODEBOOK, n=n, variables=["frame"],
        labels=tables["labels"], **options,
    )  # fmt: skip
    return sample.assign(value=sample["sentence_id"].map(truth))


def correct(
    tables: Tables, gold: pd.DataFrame, *, contrasts: tuple[tuple[str, str], ...] = (("A", "B"),)
) -> pd.DataFrame:
    return correct_outlets(
        gold, tables["labels"], sentences=tables["sentences"], articles=tables["articles"],
        codebook=CODEBOOK, settings=Settings(contrasts=contrasts),
    )  # fmt: skip


@pytest.fixture(scope="module")
def corpus() -> tuple[Tables, pd.Series]:
    return tabulate_corpus()


def pick(estimates: pd.DataFrame, method: str, estimand: str = "share", **fields: str):  # type: ignore[no-untyped-def]
    rows = estimates.loc[
        estimates["method"].str.startswith(method) & (estimates["estimand"] == estimand)
    ]
    for name, value in ({"weight": "sentence"} | fields).items():
        rows = rows.loc[rows[name] == value]
    return rows


def test_a_census_of_codes_gives_the_true_shares(corpus: tuple[Tables, pd.Series]) -> None:
    tables, truth = corpus
    estimates = correct(tables, draw_gold(tables, truth, len(truth), by=["outlet"]))
    outlets = tables["articles"].set_index("article_id")["outlet"]
    home = tables["sentences"].set_index("sentence_id")["article_id"].map(outlets)
    for method in ("dsl", "ppi", "gold-only"):
        for outlet in "ABCDE":
            rows = pick(estimates, method, outlet=outlet).set_index("value")["estimate"]
            true = truth[home == outlet].value_counts(normalize=True)
            assert rows[true.index].to_numpy() == pytest.approx(true.to_numpy())
    agreed = pick(estimates, "gold-only", "accuracy", outlet="")["estimate"].iloc[0]
    labels = tables["labels"].set_index("sentence_id")["value"]
    assert agreed == pytest.approx((labels == truth).mean())


def test_the_table_is_the_contract_and_tells_the_gain(corpus: tuple[Tables, pd.Series]) -> None:
    tables, truth = corpus
    gold = draw_gold(tables, truth, by=["outlet", "frame"])
    estimates = correct(tables, gold, contrasts=())
    assert list(estimates.columns) == list(COLUMNS["estimates"])
    naive = ~estimates["method"].map(is_corrected)
    assert set(estimates.loc[naive, "estimand"]) == {"coefficient"}
    shares = pick(estimates, "dsl", outlet="A")
    assert len(shares) == 8
    assert shares["n_gold"].unique().tolist() == [
        int(gold["stratum"].str.startswith("outlet=A").sum())
    ]
    worse = shares["n_gold_effective"] < 0.995 * shares["n_gold"].astype(float)
    assert (shares["reason"].str.contains(NO_GAIN) == worse).all()
    assert (pick(estimates, "gold-only", outlet="A")["n_gold_effective"].round(6)
            == shares["n_gold"].iloc[0]).all()  # fmt: skip
    differences = pick(estimates, "dsl", "difference")
    assert len(differences) == 80
    assert differences["family"].unique().tolist() == ["frame: 8 cells x 10 pairs, dsl; Holm"]
    first = differences.iloc[0]
    of = [pick(estimates, "dsl", outlet=o, value=first["value"])["estimate"].iloc[0] for o in "AB"]
    assert first["estimate"] == pytest.approx(of[0] - of[1])
    assert set(pick(estimates, "dsl", weight="article")["outlet"]) == {"", *"ABCDE"}


def test_the_order_of_the_tables_does_not_matter(corpus: tuple[Tables, pd.Series]) -> None:
    tables, truth = corpus
    gold = draw_gold(tables, truth, by=["outlet", "frame"])
    turned = {name: table.iloc[::-1] for name, table in tables.items()}
    pd.testing.assert_frame_equal(
        correct(tables, gold), correct(turned, gold.iloc[::-1]), check_exact=True
    )


def test_wide_gold_and_gold_matched_by_text(corpus: tuple[Tables, pd.Series]) -> None:
    tables, truth = corpus
    gold = draw_gold(tables, truth)
    texts = tables["sentences"].set_index("sentence_id")["text"]
    wide = gold[["sample_id", "design", "inclusion_prob"]].assign(
        text=gold["sentence_id"].map(texts), frame=gold["value"]
    )
    pd.testing.assert_frame_equal(correct(tables, gold), correct(tables, wide))


def test_labels_that_changed_since_the_draw_still_work(corpus: tuple[Tables, pd.Series]) -> None:
    tables, truth = corpus
    gold = draw_gold(tables, truth, by=["outlet", "frame"])
    today = tables["labels"].assign(value=np.roll(tables["labels"]["value"].to_numpy(), 3))
    estimates = correct({**tables, "labels": today}, gold)
    assert pick(estimates, "dsl", outlet="A")["conf_low"].notna().all()


def test_few_codes_are_not_enough(corpus: tuple[Tables, pd.Series]) -> None:
    tables, truth = corpus
    estimates = correct(tables, draw_gold(tables, truth, 25))
    shares = pick(estimates, "dsl").query("outlet != ''")
    few = shares["n_gold"] < 10
    assert few.any()
    assert shares.loc[few, ["estimate", "std_error", "conf_low"]].isna().all(axis=None)
    assert shares.loc[few, "reason"].str.contains("coded sentences, and 10 are needed").all()


def test_articles_alone_have_no_interval() -> None:
    tables, truth = tabulate_corpus(1, seed=9)
    estimates = correct(tables, draw_gold(tables, truth, len(truth)))
    shares = pick(estimates, "dsl")
    assert shares["estimate"].notna().any()
    assert shares["conf_low"].isna().all() and (shares["reason"] != "").all()


def test_a_half_coded_variable_is_refused_in_words(corpus: tuple[Tables, pd.Series]) -> None:
    tables, truth = corpus
    gold = draw_gold(tables, truth)
    gold.loc[gold.index[:7], "value"] = ""
    estimates = correct(tables, gold)
    assert estimates["estimate"].isna().all()
    assert "7 of 120 drawn sentences have no code" in estimates["reason"].iloc[0]


def test_stances_need_targets(corpus: tuple[Tables, pd.Series]) -> None:
    tables, truth = corpus
    stances = tables["labels"].assign(variable="stance", value="critical", target="russia")
    both = {**tables, "labels": pd.concat([tables["labels"], stances])}
    gold = draw_gold(tables, truth)
    stance = gold.assign(variable="stance", value="critical")
    estimates = correct(both, pd.concat([gold, stance]))
    assert "without their targets" in pick(estimates, "dsl", variable="stance")["reason"].iloc[0]
    estimates = correct(both, pd.concat([gold, stance.assign(target="russia")]))
    rows = pick(estimates, "dsl", variable="stance", outlet="A")
    assert rows.set_index(["value", "level"]).loc[("critical", "russia"), "estimate"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda g: g.assign(design="chosen"), "120 sentences have the design 'chosen'.*drawn"),
        (lambda g: g.assign(design=["chosen"] + ["random"] * 119), "1 sentences have the design"),
        (lambda g: g.assign(design=""), "design is ''; write random, stratified"),
        (lambda g: g.drop(columns="design"), "no column design: how the sentences were drawn"),
        (lambda g: g.assign(inclusion_prob=""), "inclusion_prob is ''; without the probability"),
        (lambda g: g.assign(inclusion_prob=1.2), "inclusion_prob is '1.2'"),
        (lambda g: g.assign(inclusion_prob=0.9), "is of 133 sentences, but the corpus has"),
        (lambda g: g.assign(sample_id=["x"] + ["y"] * 119), "sample_id is 'x' and 'y'"),
        (lambda g: g.assign(value="danger"), "frame 'danger' is not in the codebook"),
        (lambda g: pd.concat([g, g.iloc[:1]]), "has frame twice"),
        (lambda g: g.assign(sentence_id="?", text_sha256="?"), "1 sentences are not in the corpus"),
        (lambda g: g.assign(text_sha256="0"), "the text of .* is another one in the corpus"),
        (lambda g: g.iloc[:0], "the table is empty"),
    ],
)
def test_bad_gold_is_refused(
    corpus: tuple[Tables, pd.Series],
    change: Callable[[pd.DataFrame], pd.DataFrame],
    message: str,
) -> None:
    tables, truth = corpus
    with pytest.raises(BingkaiError, match=message):
        correct(tables, change(draw_gold(tables, truth)))


def test_the_manuscript_gets_both(corpus: tuple[Tables, pd.Series]) -> None:
    tables, truth = corpus
    counts = count_cells(tables["labels"], tables["sentences"], tables["articles"])
    naive = compare_outlets(counts, CODEBOOK, Settings(n_permutations=99))
    corrected = correct(tables, draw_gold(tables, truth, by=["outlet", "frame"]), contrasts=())
    evidence = pd.DataFrame(columns=["frame", "outlet", "text", "prob", "source", "sentence_id"])
    before = collect_numbers(counts, naive, evidence, {}, CODEBOOK)
    after = collect_numbers(counts, pd.concat([naive, corrected]), evidence, {}, CODEBOOK)
    assert before["corrections"] is None
    assert after["variables"] == before["variables"]
    told = after["corrections"]
    assert told["n_gold"] == 120
    frame = told["variables"]["frame"]
    assert [cell["outlet"] for cell in frame["accuracy"]] == ["", *"ABCDE"]
    threat = frame["shares"][0]["outlets"][1]
    rows = corrected.query("value == 'threat' and outlet == 'A' and weight == 'sentence'")
    rows = rows.loc[rows["estimand"] == "share"].set_index(rows["method"].str.split(":").str[0])
    assert threat["dsl"]["estimate"] == rows.loc["dsl", "estimate"]
    assert (
        threat["naive"]["estimate"]
        == before["variables"]["frame"]["shares"][0]["outlets"][0]["estimate"]
    )
    held = frame["differences"]
    assert held["n_held"] == held["n_held_naive"] - len(held["lost"]) + len(held["new"])
    shift = frame["shift"]
    assert shift["shift"] == pytest.approx(
        shift["corrected"]["estimate"] - shift["naive"]["estimate"]
    )


def test_the_command(
    corpus: tuple[Tables, pd.Series], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables, truth = corpus
    gold = draw_gold(tables, truth)
    for name, table in (*tables.items(), ("gold", gold)):
        write_table(table, tmp_path / f"{name}.csv")
    words = ["compare", f"{tmp_path}/labels.csv", "-o", f"{tmp_path}/results"]
    for name in ("sentences", "articles", "gold"):
        words += [f"--{name}", f"{tmp_path}/{name}.csv"]
    assert main(words) == 0
    estimates = read_table(tmp_path / "results/estimates.csv")
    found = {method.split(":")[0] for method in estimates["method"]}
    assert found == {"naive", "dsl", "ppi", "matrix", "gold-only"}
    assert (tmp_path / "results/gold.csv").is_file()
    capsys.readouterr()
    write_table(gold.assign(design="chosen"), tmp_path / "gold.csv")
    assert main(words) == 2
    assert "not drawn at random" in capsys.readouterr().err
