"""Teaching a model more, widening gold, and learning curves, on vectors with a known truth."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.cli import main
from framing.coded import warn_of_design, widen_codes
from framing.encoders.encoder import Progress, Vectors
from framing.errors import BingkaiError, BingkaiWarning
from framing.learning.adaptation import adapt_head
from framing.learning.curve import judge_learning, trace_learning
from framing.learning.heads import Head, fit_head
from framing.learning.retraining import retrain_model
from framing.model import Model
from framing.schema import COLUMNS
from framing.scheme import read_codebook
from framing.tables import read_table, write_table

CODEBOOK = read_codebook()
VALUES = ("negative", "neutral", "positive")
SIZE = 12


class Spelled:
    """An encoder whose vectors are written in the text."""

    name = "spelled"
    dimension = SIZE
    cached = False

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        return np.array([[float(n) for n in text.split()] for text in texts], dtype=np.float32)


def make(n: int, rules: np.ndarray, *, seed: int, noise: float = 1.0) -> pd.DataFrame:
    """Sentences in articles of four, coded by linear rules and noise."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, SIZE)).round(4)
    scores = vectors @ rules.T + noise * rng.gumbel(size=(n, 3))
    return pd.DataFrame(
        {
            "text": [" ".join(map(str, row)) for row in vectors],
            "sentiment": np.array(VALUES)[scores.argmax(axis=1)],
            "article_id": [f"{seed}-{i // 4}" for i in range(n)],
        }
    )


RULES = np.random.default_rng(8).normal(size=(3, SIZE))
OTHER = RULES + 1.5 * np.random.default_rng(9).normal(size=(3, SIZE))


def train(coded: pd.DataFrame) -> Head:
    vectors = Spelled().encode(list(coded["text"]))
    return fit_head(
        vectors, list(coded["sentiment"]), VALUES, groups=list(coded["article_id"]), seed=0
    )


@pytest.fixture(scope="module")
def old() -> Model:
    return Model(
        name="old",
        encoder="spelled",
        codebook_sha256=CODEBOOK.sha256,
        training_sha256="0",
        n_training=400,
        heads={"sentiment": train(make(400, RULES, seed=1))},
    )


def accuracy(head: Head, coded: pd.DataFrame) -> float:
    best = head.scores(Spelled().encode(list(coded["text"]))).argmax(axis=1)
    return float((np.array(VALUES)[best] == coded["sentiment"]).mean())


def adapt(head: Head, coded: pd.DataFrame) -> Head:
    vectors = Spelled().encode(list(coded["text"]))
    return adapt_head(
        head, vectors, list(coded["sentiment"]), groups=list(coded["article_id"]), seed=0
    )


def test_a_head_learns_other_rules_and_better_than_from_nothing(old: Model) -> None:
    head, fresh = old.heads["sentiment"], make(2000, OTHER, seed=3)
    few = make(60, OTHER, seed=2)
    adapted, alone = adapt(head, few), train(few)
    assert accuracy(adapted, fresh) > accuracy(head, fresh) + 0.05
    assert accuracy(adapted, fresh) > accuracy(alone, fresh)


def test_more_codes_of_the_same_rules_change_little(old: Model) -> None:
    head, fresh = old.heads["sentiment"], make(2000, RULES, seed=4)
    adapted = adapt(head, make(60, RULES, seed=5))
    assert abs(accuracy(adapted, fresh) - accuracy(head, fresh)) < 0.03


def test_one_article_is_not_trusted_much(old: Model) -> None:
    head = old.heads["sentiment"]
    article = make(40, OTHER, seed=6).assign(article_id="one")
    adapted = adapt(head, article)
    assert adapted.strength == pytest.approx(1 / 10000)
    assert np.abs(adapted.weights - head.weights).max() < 0.1 * np.abs(head.weights).max()


def test_what_is_better_is_replaced(old: Model) -> None:
    coded = make(240, OTHER, seed=7)
    found = retrain_model(old, coded, CODEBOOK, Spelled(), n_bootstrap=200)
    assert found.replaced == ("sentiment",) and found.model.n_training == 640
    assert found.model.sha256 != old.sha256 and found.model.training_sha256 != "0"
    row = found.differences.iloc[0]
    assert (row["labeler"], row["other"]) == ("new", "old")
    assert row["conf_low"] > 0 and row["n_sentences"] == 240 and row["n_clusters"] == 60
    fresh = make(2000, OTHER, seed=3)
    gain = accuracy(found.model.heads["sentiment"], fresh) - accuracy(old.heads["sentiment"], fresh)
    assert gain > 0.05


def test_noise_replaces_nothing(old: Model) -> None:
    coded = make(120, RULES, seed=11)
    rng = np.random.default_rng(1)
    coded["sentiment"] = rng.permutation(coded["sentiment"].to_numpy())
    test = make(400, RULES, seed=12)
    found = retrain_model(old, coded, CODEBOOK, Spelled(), test=test, n_bootstrap=200)
    assert found.differences["estimate"].iloc[0] <= 0
    assert found.replaced == () and found.model is old


def test_chosen_sentences_teach_and_do_not_measure(old: Model) -> None:
    coded = make(120, OTHER, seed=7)
    designs = np.where(np.arange(120) < 80, "chosen", "random")
    found = retrain_model(old, coded.assign(design=designs), CODEBOOK, Spelled(), n_bootstrap=100)
    assert found.differences["n_sentences"].iloc[0] == 40
    with pytest.raises(BingkaiError, match="give codes of a random sample with --test"):
        retrain_model(old, coded.assign(design="chosen"), CODEBOOK, Spelled())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.drop(columns="sentiment"), "no codes of what the model old has learnt"),
        (lambda c: c.assign(sentiment="mixed"), "row 1: the model has never seen sentiment 'mix"),
        (lambda c: c.assign(article_id="a"), "none can be held out"),
        (lambda c: c.assign(text=""), "no text in row 1"),
    ],
)
def test_bad_codes_are_refused(change, message: str, old: Model) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BingkaiError, match=message):
        retrain_model(old, change(make(20, RULES, seed=2)), CODEBOOK, Spelled())


def test_what_was_learnt_cannot_measure(old: Model) -> None:
    coded = make(20, RULES, seed=2)
    with pytest.raises(BingkaiError, match="row 1 is among the added sentences, too .20 such"):
        retrain_model(old, coded, CODEBOOK, Spelled(), test=coded)


def test_the_curve_rises_where_there_is_something_to_learn(old: Model) -> None:
    coded = make(160, RULES, seed=13)
    curve = trace_learning(coded, CODEBOOK, Spelled(), variables=["sentiment"], n_bootstrap=200)
    assert list(curve.columns) == list(COLUMNS["learning"])
    assert list(curve["n_sentences"]) == [16, 32, 60, 120]  # an eighth of 30 articles, rounded up
    assert curve["macro_f1"].iloc[-1] > curve["macro_f1"].iloc[0] + 0.05
    assert curve["gain"].iloc[1:].sum() == pytest.approx(
        curve["macro_f1"].iloc[-1] - curve["macro_f1"].iloc[0]
    )
    adapted = trace_learning(
        coded, CODEBOOK, Spelled(), variables=["sentiment"], model=old, n_bootstrap=200
    )
    assert list(adapted["n_sentences"]) == [0, 16, 32, 60, 120]
    direct = accuracy(old.heads["sentiment"], coded)
    assert adapted["macro_f1"].iloc[0] == pytest.approx(direct, abs=0.05)


def test_too_few_sentences_have_a_reason() -> None:
    codes = ["negative", *["neutral"] * 10] * 2 + ["positive"] * 2
    coded = make(24, RULES, seed=2).assign(sentiment=codes)
    curve = trace_learning(coded, CODEBOOK, Spelled(), variables=["sentiment"], n_bootstrap=50)
    first = curve.iloc[0]
    assert np.isnan(first["macro_f1"]) and "fewer than two values" in first["reason"]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.05, "will probably help"),
        (-0.03, 0.01, "hardly help"),
        (-0.03, 0.06, "not certain"),
        (np.nan, np.nan, "unknown"),
        (0.0, 0.0, "changed no label"),
    ],
)
def test_the_verdict(low: float, high: float, verdict: str) -> None:
    curve = pd.DataFrame({"conf_low": [low], "conf_high": [high], "reason": [""]})
    assert verdict in judge_learning(curve)


def gold() -> pd.DataFrame:
    first, second = "Kapal itu berlayar.", "Hujan turun."
    rows = [
        ("s1", "frame", "threat", first),
        ("s1", "stance", "", first),
        ("s2", "frame", "none", second),
        ("s2", "stance", "neutral", second),
    ]
    names = ["sentence_id", "variable", "value", "text"]
    return pd.DataFrame(rows, columns=names).assign(design="stratified", inclusion_prob="0.1")


def test_long_gold_becomes_wide() -> None:
    wide = widen_codes(gold(), CODEBOOK)
    assert wide.to_dict(orient="list") == {
        "sentence_id": ["s1", "s2"],
        "text": ["Kapal itu berlayar.", "Hujan turun."],
        "design": ["stratified"] * 2,
        "inclusion_prob": ["0.1"] * 2,
        "frame": ["threat", "none"],
        "stance": ["", "neutral"],
    }
    assert widen_codes(wide, CODEBOOK) is wide
    with pytest.raises(BingkaiError, match="no column text"):
        widen_codes(gold().drop(columns="text"), CODEBOOK)
    with pytest.raises(BingkaiError, match="s1 has frame twice; settle"):
        widen_codes(pd.concat([gold(), gold()]), CODEBOOK)


def test_long_gold_is_evaluated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_table(gold(), tmp_path / "gold.csv")
    assert main(["evaluate", f"{tmp_path}/gold.csv", "--encoder", "fast"]) == 0
    said = capsys.readouterr().err
    assert "frame" in said and "2 sentences" in said and "1 sentences" in said


def test_a_design_that_scores_cannot_show_is_warned_of() -> None:
    warn_of_design(gold())
    with pytest.warns(BingkaiWarning, match="unequal chances"):
        warn_of_design(gold().assign(inclusion_prob=["0.1", "0.1", "0.3", "0.3"]))
    with pytest.warns(BingkaiWarning, match="chosen for the machine's doubt"):
        warn_of_design(gold().assign(design="chosen"))


def test_the_command_refuses_what_does_not_go_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_table(make(8, RULES, seed=1), tmp_path / "codes.csv")
    add = ["train", "--add", f"{tmp_path}/codes.csv", "-o", f"{tmp_path}/model"]
    assert main([*add, "--tune"]) == 2
    assert "leave --tune out" in capsys.readouterr().err
    assert main(["train", f"{tmp_path}/codes.csv", "--test", "x", "-o", f"{tmp_path}/model"]) == 2
    assert "--model and --test go with --add" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()


def test_the_command_teaches_the_shipped_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = read_table(Path(__file__).parents[2] / "framing/data/sentences.csv")
    few = shipped.loc[(shipped["article_id"] != "") & (shipped["stance"] != "")].head(48)
    write_table(few[["text", "stance", "article_id"]], tmp_path / "codes.csv")
    add = ["train", "--add", f"{tmp_path}/codes.csv", "-o", f"{tmp_path}/model"]
    rc = main([*add, "--curve", f"{tmp_path}/curve.csv"])
    said = capsys.readouterr().err
    assert "macro-F1 by how many sentences were learnt from" in said
    assert "stance" in said and " before, " in said
    assert (tmp_path / "model" / "retraining.csv").exists() == (rc == 0)
    assert (rc == 0) != ("nothing was written" in said)
    assert set(read_table(tmp_path / "curve.csv")["variable"]) == {"stance"}
