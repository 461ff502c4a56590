"""Samples that look for doubtful labels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.cli import main
from analysis.coding.doubt import (
    choose_doubtful,
    draw_doubtful,
    draw_systematically,
    measure_doubt,
    scale_chances,
)
from analysis.correction.gold import match_gold
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import read_codebook
from framing.tables import hash_text, read_table, write_table

CODEBOOK = read_codebook()
N = 40


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """Forty sentences of eight articles; the first is the most doubtful, the last is certain."""
    sentences = pd.DataFrame(
        {
            "sentence_id": [f"s{i:02d}" for i in range(N)],
            "article_id": [f"a{i % 8}" for i in range(N)],
            "unit": "sentence",
            "text": [f"Kalimat {i}." for i in range(N)],
        }
    ).reindex(columns=list(COLUMNS["sentences"]), fill_value="")
    sentences["text_sha256"] = sentences["text"].map(hash_text)
    articles = pd.DataFrame({"article_id": [f"a{i}" for i in range(8)], "outlet": "A"})
    articles = articles.reindex(columns=list(COLUMNS["articles"]), fill_value="")
    labels = pd.DataFrame(
        {
            "sentence_id": sentences["sentence_id"],
            "variable": "frame",
            "value": "none",
            "prob": np.linspace(0.2, 1, N),
        }
    ).reindex(columns=list(COLUMNS["labels"]), fill_value="")
    return {"sentences": sentences, "articles": articles, "labels": labels}


def draw(tables: dict[str, pd.DataFrame], n: int = 10, **more: float) -> pd.DataFrame:
    return draw_doubtful(
        tables["sentences"], tables["articles"], CODEBOOK, n=n, labels=tables["labels"],
        variables=["frame"], **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_doubt_by_hand(tables: dict[str, pd.DataFrame]) -> None:
    labels = tables["labels"].iloc[:2]
    stance = labels.assign(variable="stance", prob=[0.6, 0.5], value=["neutral", ""])
    voice = labels.assign(variable="voice", value="outlet", prob=0.1)
    both = pd.concat([labels, stance, voice])  # voice is decided by rules, and left out
    doubt = measure_doubt(pd.Series(["s00", "s01"]), both, CODEBOOK)
    second = 1 - (0.2 + 0.8 / 39)
    assert doubt == pytest.approx([(0.8 + 0.4) / 2, (second + 1) / 2])


def test_chances_follow_doubt_and_keep_their_floor(tables: dict[str, pd.DataFrame]) -> None:
    rows = pd.concat([draw(tables, seed=seed) for seed in range(8)])
    chances = rows.drop_duplicates("sentence_id").set_index("sentence_id")["inclusion_prob"]
    assert set(rows["design"]) == {"weighted"} and len(rows) == 80
    # By hand: 0.3 + 0.7 sqrt(1 - prob) / mean, times n / N = 1/4.
    size = np.sqrt(1 - np.linspace(0.2, 1, N))
    expected = pd.Series((0.3 + 0.7 * size / size.mean()) / 4, [f"s{i:02d}" for i in range(N)])
    assert chances.to_numpy() == pytest.approx(expected[chances.index].to_numpy())
    assert expected.min() == pytest.approx(0.3 / 4)
    equal = draw(tables, floor=1.0)
    assert equal["inclusion_prob"].to_numpy() == pytest.approx(0.25)


def test_every_sentence_is_drawn_as_often_as_stated() -> None:
    rng = np.random.default_rng(2)
    stated = scale_chances(np.linspace(0.1, 3, N), 12)
    assert stated.sum() == pytest.approx(12) and stated.max() < 1
    draws = [draw_systematically(stated, rng) for _ in range(2000)]
    assert {len(drawn) for drawn in draws} == {12}
    seen = np.bincount(np.concatenate(draws), minlength=N)
    gap = (seen - 2000 * stated) / np.sqrt(2000 * stated * (1 - stated))
    assert np.abs(gap).max() < 4


def test_sentences_that_would_pass_one_are_taken_for_sure(tables: dict[str, pd.DataFrame]) -> None:
    sample = draw(tables, n=32, floor=0.1)
    assert sample["inclusion_prob"].max() == 1 and len(sample) == 32
    assert (sample["inclusion_prob"] >= 0.1 * 32 / 40).all()


def test_a_weighted_sample_corrects_estimates(tables: dict[str, pd.DataFrame]) -> None:
    gold = draw(tables, n=20).assign(value="none", coder="Ani")
    matched = match_gold(
        gold, tables["labels"], sentences=tables["sentences"], articles=tables["articles"],
        codebook=CODEBOOK,
    )  # fmt: skip
    assert matched.design == "weighted" and len(matched.codes) == 20


def test_what_is_chosen_is_doubtful_and_refused_by_estimates(
    tables: dict[str, pd.DataFrame],
) -> None:
    twins = tables["sentences"].copy()
    twins.loc[1, ["text", "text_sha256"]] = twins.loc[0, ["text", "text_sha256"]]
    sample = choose_doubtful(
        twins, tables["articles"], CODEBOOK, n=10, labels=tables["labels"], variables=["frame"]
    )
    ids = set(sample["sentence_id"])
    assert len(ids) == 10 and not {"s00", "s01"} <= ids
    assert max(ids) <= "s30"  # of the 30 most doubtful; one of the twins is left out
    assert set(sample["design"]) == {"chosen"} and sample["inclusion_prob"].isna().all()
    with pytest.raises(BingkaiError, match="10 sentences have the design 'chosen'"):
        match_gold(
            sample.assign(value="none"), tables["labels"], sentences=twins,
            articles=tables["articles"], codebook=CODEBOOK,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.iloc[:-1], "1 sentences have none, such as s39"),
        (lambda t: t.assign(prob=""), "s00 has frame with the probability ''"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "s00 has frame twice"),
        (lambda t: t.assign(variable="stance"), "none of frame"),
    ],
)
def test_labels_that_say_nothing_of_doubt_are_refused(change, message, tables) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BingkaiError, match=message):
        draw(tables | {"labels": change(tables["labels"])})


def test_impossible_draws_are_refused(tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(BingkaiError, match="give a share above 0"):
        draw(tables, floor=0.0)
    with pytest.raises(BingkaiError, match="n = 41, but there are 40"):
        draw(tables, n=41)


def test_the_command(
    tables: dict[str, pd.DataFrame], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, table in tables.items():
        write_table(table, tmp_path / f"{name}.csv")
    words = [
        "sample", f"{tmp_path}/sentences.csv", "--articles", f"{tmp_path}/articles.csv",
        "-n", "10", "-o", f"{tmp_path}/sample.csv", "--strategy",
    ]  # fmt: skip
    assert main([*words, "uncertain"]) == 2
    assert "looks for doubtful labels; give them with --labels" in capsys.readouterr().err
    labels = ["--labels", f"{tmp_path}/labels.csv"]
    assert main([*words, "weighted", "--by", "outlet", *labels]) == 2
    assert "--by makes strata of a random draw" in capsys.readouterr().err
    assert main([*words, "uncertain", *labels]) == 0
    assert "estimates refuse them" in capsys.readouterr().err
    assert set(read_table(tmp_path / "sample.csv")["inclusion_prob"]) == {""}
    assert main([*words, "weighted", *labels]) == 0
