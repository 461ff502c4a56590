"""A codebook of one's own, as docs/own-codebook.md tells it: composed climate news in English."""

import re
import shlex
import shutil
from pathlib import Path

import pandas as pd
import pytest
from nearness import near_pairs
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline

from analysis.cli import main
from framing.scheme import read_codebook

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "own-codebook.md").read_text(encoding="utf-8")
TOML = DOCS / "examples" / "climate-news.toml"
FRAMES = read_codebook(TOML).variable("frame")


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(DOCS / "examples" / name, dtype=str, keep_default_na=False)


TRAIN, TEST = _read("climate-news.csv"), _read("climate-news-test.csv")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every command of the page was run as it is printed."""
    folder = tmp_path_factory.mktemp("study")
    for path in (DOCS / "examples").glob("climate-news*"):
        shutil.copy(path, folder)
    (new,) = _blocks("csv")
    (folder / "new.csv").write_text(new, encoding="utf-8")
    commands = [line for block in _blocks("sh") for line in block.splitlines()]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for command in commands:
            program, *words = shlex.split(command)
            assert program in ("bingkai", "cp")
            if program == "bingkai":
                assert main(words) == 0, command
    return folder


def test_the_commands_of_the_page_give_what_it_says(folder: Path) -> None:
    labelled = pd.read_csv(folder / "labelled.csv")
    assert labelled["frame"].tolist() == ["nature", "politics"]
    assert labelled["frame_prob"].between(0.5, 1).all()
    scores = pd.read_csv(folder / "scores.csv")
    assert scores["value"].tolist() == [*FRAMES.value_ids, "(macro)"]
    assert scores["f1"].iloc[-1] > 0.8


def test_it_labels_what_it_has_not_seen_far_better_than_words_do(folder: Path) -> None:
    labels = folder / "labels.csv"
    command = ["label", folder / "climate-news-test.csv", "--codebook", TOML]
    assert main([str(word) for word in [*command, "--model", folder / "model", "-o", labels]]) == 0
    found = pd.read_csv(labels)
    assert set(found["variable"]) == {"frame"}
    assert set(found["value"]) == set(FRAMES.value_ids)
    words = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10, max_iter=1000))
    by_words = words.fit(TRAIN["text"], TRAIN["frame"]).predict(TEST["text"])
    ours, theirs = (f1_score(TEST["frame"], v, average="macro") for v in (found["value"], by_words))
    assert ours > theirs + 0.2
    assert ours > 0.8


def test_the_toml_on_the_page_is_of_the_example() -> None:
    """The shortened codebook must not tell another story than the file."""
    whole = TOML.read_text(encoding="utf-8")
    shown = _blocks("toml")[0].splitlines()[1:]
    keys = [line for line in shown if line.startswith(("id =", "level", "language", "name ="))]
    assert keys and [line for line in keys if line not in whole] == []


def test_every_value_has_sentences_to_train_and_to_test() -> None:
    assert TRAIN["frame"].value_counts().to_dict() == dict.fromkeys(FRAMES.value_ids, 40)
    assert TEST["frame"].value_counts().to_dict() == dict.fromkeys(FRAMES.value_ids, 14)


def test_the_example_s_sentences_are_different() -> None:
    examples = [example for value in FRAMES.values for example in value.examples]
    texts = [*TRAIN["text"], *TEST["text"], *examples]
    assert len(set(texts)) == len(texts)
    assert [(one, other) for one, other in near_pairs(texts, texts) if one < other] == []


def test_near_twins_are_of_different_frames() -> None:
    """A pair shows what a rule decides, so its sentences never have one frame."""
    twins = TRAIN[TRAIN["pair_id"] != ""]
    assert twins.groupby("pair_id").size().min() >= 2
    assert not twins.duplicated(["pair_id", "frame"]).any()


@pytest.mark.parametrize("own", ["codebook", "model"])
def test_a_codebook_with_another_codebook_s_model_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], own: str
) -> None:
    path = {"codebook": TOML, "model": folder / "model"}[own]
    words = ["label", folder / "new.csv", f"--{own}", path, "-o", tmp_path / "l.csv"]
    assert main([str(word) for word in words]) == 2
    line = capsys.readouterr().err
    assert "climate-news" in line or "model model" in line
    assert "belong together (--model, --codebook)" in line


def test_a_model_without_a_variable_of_the_codebook_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = TOML.read_text(encoding="utf-8").replace('id = "frame"', 'id = "angle"')
    (tmp_path / "other.toml").write_text(other, encoding="utf-8")
    words = ["label", folder / "new.csv", "--codebook", tmp_path / "other.toml"]
    words += ["--model", folder / "model", "-o", tmp_path / "l.csv"]
    assert main([str(word) for word in words]) == 2
    assert "decides frame, none of which the codebook climate-news has" in capsys.readouterr().err


def test_a_voice_of_ones_own_is_trained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "voice.toml").write_text(
        'id = "v"\nversion = "1"\nlanguage = "en"\ntitle = "T"\n'
        '[[variable]]\nid = "voice"\nlevel = "nominal"\nname = "V"\ndefinition = "D"\n'
        + "".join(
            f'[[variable.value]]\nid = "{value}"\nname = "N"\ndefinition = "D"\n'
            for value in ("outlet", "attributed", "quoted")
        ),
        encoding="utf-8",
    )
    table = pd.DataFrame(
        {
            "text": ["It rained.", "The dam broke.", "“It rained.”", "“The dam broke.”"],
            "voice": ["outlet", "outlet", "quoted", "quoted"],
        }
    )
    table.to_csv(tmp_path / "mine.csv", index=False)
    words = ["train", "--codebook", tmp_path / "voice.toml", tmp_path / "mine.csv"]
    assert main([str(word) for word in [*words, "-o", tmp_path / "model"]]) == 0
    assert "(2 values; no sentence of attributed)" in capsys.readouterr().err


def test_sentences_are_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["train", "-o", "m"], ["train", "a.csv", "--sentences", "b.csv", "-o", "m"]):
        assert main(words) == 2
        assert "sentences" in capsys.readouterr().err
