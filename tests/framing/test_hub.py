"""What a name of an encoder may be, and what is said where it is none; no torch is needed."""

import json
from pathlib import Path

import pytest

from analysis.cli import main
from framing.encoders import hub
from framing.encoders.finetuned import FineTuned
from framing.encoders.hub import find_checkpoint, is_hub_id, short_name
from framing.errors import BingkaiError
from framing.labelers import find_labeler, load_named_encoder
from framing.scheme import read_codebook

HUB_ID = "indobenchmark/indobert-base-p1"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra."""
    monkeypatch.setattr(hub, "find_spec", lambda name: None)


@pytest.fixture
def coded(tmp_path: Path) -> Path:
    rows = ["Rudal jatuh,threat", "Tank datang,threat", "Harga naik,economy", "Kopi laku,economy"]
    (tmp_path / "coded.csv").write_text("\n".join(["text,frame", *rows]) + "\n")
    return tmp_path / "coded.csv"


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    capsys.readouterr()
    assert main([str(word) for word in words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (HUB_ID, True), ("e6", False), ("./folder/model", False), ("/abs/model", False),
        ("a/b/c", False), ("org/..", False), ("../model", False), ("~/model", False), ("", False),
    ],
)  # fmt: skip
def test_what_a_hub_id_is(name: str, expected: bool) -> None:
    assert is_hub_id(name) == expected


def test_a_folder_is_a_folder_though_it_looks_like_a_hub_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "org" / "model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert not is_hub_id("org/model")
    assert short_name("org/model") == "model"
    with pytest.raises(BingkaiError, match=r"org/model: .*config.json is missing"):
        find_checkpoint("org/model")


def test_a_name_without_a_slash_is_never_looked_up(bare: None) -> None:
    with pytest.raises(BingkaiError, match="neither a folder nor a hub id"):
        find_checkpoint("indobert")


def test_without_the_extra_one_line_says_how_to_install_it(
    bare: None, coded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    for words in (
        ("label", coded, "--encoder", HUB_ID, "-o", tmp_path / "l.csv"),
        ("evaluate", coded, "--encoder", HUB_ID),
        ("train", coded, "--encoder", HUB_ID, "-o", out),
        ("train", coded, "--encoder", HUB_ID, "--finetune", "-o", out),
    ):
        line = refused(capsys, *words)
        assert "pip install 'bingkai[indobert]'" in line
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--finetune"], "give a hub id or a folder with --encoder"),
        (["--finetune", "--encoder", "e5-small"], "use --tune"),
        (["--tune", "--encoder", HUB_ID], "use --finetune"),
        (["--distil", "m", "--encoder", HUB_ID], "use --finetune"),
        (["--epochs", "3"], "are of --finetune"),
        (["--seeds", "3"], "are of --finetune"),
        (["--encoder", "fast"], "--distil makes such a model"),
        (["--encoder", "e6"], "no encoder 'e6'"),
        (["--encoder", "EMPTY"], "config.json is missing"),
    ],
)
def test_words_that_do_not_go_together(
    words: list[str], message: str, coded: Path, tmp_path: Path, capsys
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "EMPTY").mkdir()
    words = [str(tmp_path / "EMPTY") if word == "EMPTY" else word for word in words]
    assert message in refused(capsys, "train", coded, "-o", tmp_path / "m", *words)
    assert not (tmp_path / "m").exists()


def test_another_codebook_needs_a_model_of_its_own() -> None:
    """Heads are trained on the shipped sentences for the shipped codebook alone."""
    climate = read_codebook(Path(__file__).parents[2] / "docs" / "examples" / "climate-news.toml")
    with pytest.raises(BingkaiError, match="train one first"):
        find_labeler(encoder=HUB_ID, codebook=climate)


def test_the_shipped_names_load_what_is_shipped() -> None:
    codebook = read_codebook()
    plain, fast = find_labeler(codebook=codebook), find_labeler(encoder="fast", codebook=codebook)
    assert plain.encoder.name == plain.model.encoder
    assert fast.encoder.name == fast.model.encoder
    assert load_named_encoder("e5-small") is load_named_encoder(None)


def test_files_of_networks_are_copied_whole_and_checked(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    for name in ("frame/model.safetensors", "frame/config.json", "tokenizer/vocab.txt"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    (target / "stance").mkdir(parents=True)
    (target / "stance" / "config.json").write_text("of an earlier model")
    networks = FineTuned.from_folder(source)
    assert networks.variables == ("frame",)
    networks.copy(target)
    assert FineTuned.from_folder(target).files == networks.files
    FineTuned(target, networks.files).check()
    with pytest.raises(ValueError, match="no file of a model folder"):
        FineTuned(target, {"../elsewhere": ""})
    networks.copy(source)  # onto itself
    networks.check()
    (target / "frame" / "config.json").write_text(json.dumps({"changed": True}))
    with pytest.raises(BingkaiError, match=r"config.json: missing, or not the file"):
        FineTuned(target, networks.files).check()
