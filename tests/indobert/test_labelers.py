"""Transformers as users name them: in label, train, evaluate and study.toml, with no network."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from huggingface_hub import constants
from indobert.checkpoints import KINDS, coded_sentences, write_checkpoint

from analysis.cli import main
from framing.encoders.transformer import TransformerEncoder, load_transformer
from framing.model import Model, read_model

HUB_ID = "indobenchmark/indobert-base-p1"
TEXTS = ["Rudal itu jatuh", "ekspor kopi naik tajam", "rudal itu jatuh", "di laut"]


@pytest.fixture
def coded(tmp_path: Path) -> Path:
    coded_sentences().to_csv(tmp_path / "coded.csv", index=False)
    return tmp_path / "coded.csv"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    (tmp_path / "new.csv").write_text("text\nRudal jatuh di laut\nHarga gandum naik\n")
    return tmp_path / "new.csv"


def run(*words: object) -> int:
    return main([str(word) for word in words])


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    capsys.readouterr()
    assert run(*words) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def frames(path: Path) -> list[str]:
    labels = pd.read_csv(path, keep_default_na=False)
    return labels.loc[labels["variable"] == "frame", "value"].tolist()


def put_into_cache(name: str, checkpoint: Path, cache: Path) -> None:
    """Lay a checkpoint down as huggingface_hub keeps what it has fetched."""
    repository = cache / f"models--{name.replace('/', '--')}"
    revision = "0" * 40
    snapshot = repository / "snapshots" / revision
    snapshot.mkdir(parents=True)
    for path in checkpoint.iterdir():
        (snapshot / path.name).write_bytes(path.read_bytes())
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(revision)


# ------------------------------------------------------------------------------- the encoder


@pytest.mark.parametrize("kind", KINDS)
def test_a_vector_does_not_hang_on_its_neighbours(kind: str, checkpoints: dict[str, Path]) -> None:
    encoder = load_transformer(str(checkpoints[kind]), threads=1)
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, encoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(vectors[0], vectors[2])  # lower-cased, all of them
    np.testing.assert_array_equal(vectors[3], encoder.encode(TEXTS[3:])[0])
    np.testing.assert_array_equal(vectors[::-1], encoder.encode(TEXTS[::-1]))
    assert encoder.encode([]).shape == (0, encoder.dimension)


@pytest.mark.parametrize("kind", KINDS)
def test_in_batches_as_on_a_gpu_vectors_are_the_same_up_to_rounding(
    kind: str, checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from framing.encoders import transformer

    encoder = load_transformer(str(checkpoints[kind]))
    alone = encoder.encode(TEXTS)
    monkeypatch.setattr(transformer, "_on_its_own", lambda device: False)
    np.testing.assert_allclose(encoder.encode(TEXTS), alone, atol=1e-5)


def test_the_name_holds_no_path(checkpoints: dict[str, Path]) -> None:
    name = load_transformer(str(checkpoints["bert"])).name
    assert name.startswith("tiny-bert-")
    assert "/" not in name


# ------------------------------------------------------------------------------ the commands


@pytest.mark.parametrize("kind", KINDS)
def test_train_and_label_on_a_local_folder(
    kind: str, checkpoints: dict[str, Path], coded: Path, new: Path, tmp_path: Path
) -> None:
    model, labels = tmp_path / "model", tmp_path / "l.csv"
    assert run("train", coded, "--encoder", checkpoints[kind], "-o", model) == 0
    words = ("label", new, "--model", model, "--encoder", checkpoints[kind], "-o", labels)
    assert run(*words) == 0
    assert frames(labels) == ["threat", "economy"]
    assert str(tmp_path) not in (model / "model.json").read_text()


def test_finetune_and_label(
    checkpoints: dict[str, Path], coded: Path, new: Path, tmp_path: Path, capsys
) -> None:  # type: ignore[no-untyped-def]
    model, labels = tmp_path / "model", tmp_path / "l.csv"
    checkpoint = checkpoints["gpt2"]
    words = ("train", coded, "--encoder", checkpoint, "--finetune", "--epochs", 2, "-o", model)
    assert run(*words) == 0
    assert "on the tenth that was held out" in capsys.readouterr().err
    assert not (tmp_path / "model.unfinished").exists()
    assert run("label", new, "--model", model, "-o", labels) == 0
    assert len(frames(labels)) == 2
    line = refused(capsys, "label", new, "--model", model, "--encoder", checkpoint, "-o", labels)
    assert "leave --encoder out" in line


def test_ctrl_c_keeps_what_was_trained(
    checkpoints: dict[str, Path], coded: Path, tmp_path: Path, monkeypatch, capsys
) -> None:  # type: ignore[no-untyped-def]
    from framing.learning.classifier import Classifier

    def stop(self: object, lessons: object) -> None:
        raise KeyboardInterrupt

    words = ("train", coded, "--encoder", checkpoints["bert"], "--finetune", "--epochs", 1)
    words += ("--variable", "frame", "-o", tmp_path / "model")
    with monkeypatch.context() as patched:
        patched.setattr(Classifier, "score", stop)
        assert run(*words) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()
    assert run(*words) == 0
    assert "going on" in capsys.readouterr().err
    assert read_model(tmp_path / "model").networks is not None


def test_without_a_model_heads_are_trained_on_the_shipped_sentences_once(
    checkpoints: dict[str, Path], new: Path, tmp_path: Path, monkeypatch, capsys
) -> None:  # type: ignore[no-untyped-def]
    from framing import labelers

    monkeypatch.setenv("BINGKAI_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(labelers, "read_table", lambda path: coded_sentences())
    trained: list[Model] = []

    def train(*arguments: object, **options: object) -> Model:
        trained.append(labelers_train(*arguments, **options))  # type: ignore[arg-type]
        return trained[-1]

    labelers_train = labelers.train_model
    monkeypatch.setattr(labelers, "train_model", train)
    for name in ("one.csv", "two.csv"):
        words = ("label", new, "--encoder", checkpoints["bert"], "-o", tmp_path / name)
        assert run(*words) == 0
        assert "heads trained on" in capsys.readouterr().err
    assert len(trained) == 1
    assert frames(tmp_path / "one.csv") == ["threat", "economy"] == frames(tmp_path / "two.csv")


def test_a_study_names_a_folder_beside_it(
    coded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checkpoint("bert", tmp_path / "tiny")
    assert run("train", coded, "--encoder", tmp_path / "tiny", "-o", tmp_path / "model") == 0
    pages = tmp_path / "pages"
    pages.mkdir()
    page = (
        "Judul Khayal\n\nKota Khayal, Warta Uji - Rudal itu jatuh di laut pada Rabu (12/3/2025).\n"
    )
    (pages / "one.txt").write_text(page + "\nHarga gandum turun lagi di pasar itu.\n")
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "T"\ncorpus = "pages"\nmodel = "model"\nencoder = "tiny"\n'
    )
    monkeypatch.chdir("/")
    assert run("run", tmp_path / "study.toml", "--until", "labels", "-o", tmp_path / "r") == 0
    assert frames(tmp_path / "r" / "labels.csv")
    assert (tmp_path / "r" / "articles.csv").is_file()
    assert str(tmp_path) not in (tmp_path / "r" / "provenance.json").read_text()


def test_models_on_two_folders_are_compared(
    checkpoints: dict[str, Path], coded: Path, tmp_path: Path
) -> None:
    words: list[object] = ["evaluate", coded, "-o", tmp_path / "differences.csv"]
    for kind in ("bert", "gpt2"):
        model = tmp_path / f"on-{kind}"
        assert run("train", coded, "--encoder", checkpoints[kind], "-o", model) == 0
        words += ["--model", model, "--encoder", checkpoints[kind]]
    assert run(*words) == 0
    table = pd.read_csv(tmp_path / "differences.csv")
    assert table[["labeler", "other"]].to_numpy().tolist() == [["on-bert", "on-gpt2"]] * 2
    assert table["n_clusters"].tolist() == [9, 9]
    assert table["estimate"].between(-1, 1).all()


# --------------------------------------------------------------------------------- the hub


def test_offline_one_line_says_what_where_and_how(
    new: Path, coded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring = f"hf download {HUB_ID} --local-dir indobert-base-p1"
    for words in (
        ("label", new, "--encoder", HUB_ID, "-o", tmp_path / "l.csv"),
        ("train", coded, "--encoder", HUB_ID, "-o", tmp_path / "m"),
        ("train", coded, "--encoder", HUB_ID, "--finetune", "-o", tmp_path / "m"),
    ):
        line = refused(capsys, *words)
        assert HUB_ID in line
        assert constants.HF_HUB_CACHE in line
        assert bring in line
    assert not (tmp_path / "m").exists()


def test_a_cached_model_needs_no_network(
    checkpoints: dict[str, Path], coded: Path, new: Path, tmp_path: Path
) -> None:
    """And the model finds it again by itself, though it would not fetch it."""
    put_into_cache(HUB_ID, checkpoints["bert"], Path(constants.HF_HUB_CACHE))
    assert run("train", coded, "--encoder", HUB_ID, "-o", tmp_path / "model") == 0
    assert run("label", new, "--model", tmp_path / "model", "-o", tmp_path / "l.csv") == 0
    assert frames(tmp_path / "l.csv") == ["threat", "economy"]


def test_the_same_weights_from_the_hub_and_from_a_folder_are_one_encoder(
    checkpoints: dict[str, Path], coded: Path, new: Path, tmp_path: Path
) -> None:
    put_into_cache("org/tiny-bert", checkpoints["bert"], Path(constants.HF_HUB_CACHE))
    assert run("train", coded, "--encoder", "org/tiny-bert", "-o", tmp_path / "model") == 0
    words = ("--model", tmp_path / "model", "--encoder", checkpoints["bert"])
    assert run("label", new, *words, "-o", tmp_path / "l.csv") == 0


def test_a_model_file_alone_fetches_nothing(  # noqa: PLR0917
    checkpoints: dict[str, Path], coded: Path, new: Path, tmp_path: Path, monkeypatch, capsys
) -> None:  # type: ignore[no-untyped-def]
    cache = Path(constants.HF_HUB_CACHE)
    put_into_cache(HUB_ID, checkpoints["bert"], cache)
    assert run("train", coded, "--encoder", HUB_ID, "-o", tmp_path / "model") == 0
    cache.rename(tmp_path / "elsewhere")
    import huggingface_hub

    def fetch(name: str, *, local_files_only: bool = False, **options: object) -> str:
        assert local_files_only, "the network was asked"
        raise FileNotFoundError

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    line = refused(capsys, "label", new, "--model", tmp_path / "model", "-o", tmp_path / "l.csv")
    assert f"add --encoder {HUB_ID} to fetch" in line


def test_a_model_on_a_folder_asks_for_the_folder(
    checkpoints: dict[str, Path], coded: Path, new: Path, tmp_path: Path, capsys
) -> None:  # type: ignore[no-untyped-def]
    model = tmp_path / "model"
    assert run("train", coded, "--encoder", checkpoints["bert"], "-o", model) == 0
    words = ("label", new, "--model", model, "-o", tmp_path / "l.csv")
    assert "name the folder with --encoder" in refused(capsys, *words)
    line = refused(capsys, *words, "--encoder", checkpoints["gpt2"])
    assert "was trained on the encoder tiny-bert-" in line


def test_weights_are_fetched_as_safetensors_where_there_are_any(
    checkpoints: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a model with pickled weights alone, these come in a second turn."""
    import huggingface_hub

    asked: list[list[str]] = []

    def fetch(name: str, *, allow_patterns: list[str] | None = None, **options: object) -> str:
        if allow_patterns is None:
            raise FileNotFoundError
        asked.append(allow_patterns)
        folder = tmp_path / "fetched"
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text("{}")
        if "pytorch_model*.bin" in allow_patterns:
            (folder / "pytorch_model.bin").write_bytes(b"")
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    from framing.encoders.hub import find_checkpoint

    assert find_checkpoint(HUB_ID) == tmp_path / "fetched"
    assert ["*.safetensors" in patterns for patterns in asked] == [True, False]
    assert not any("tf_model.h5" in pattern for patterns in asked for pattern in patterns)


def test_an_encoder_of_several_networks_is_one_encoder(checkpoints: dict[str, Path]) -> None:
    from framing.encoders.checkpoint import load_checkpoint

    found = load_checkpoint(checkpoints["bert"])
    two = TransformerEncoder([found.network, found.network], found.tokens, name="two")
    one = load_transformer(str(checkpoints["bert"]))
    half = one.encode(TEXTS) / np.sqrt(2)
    np.testing.assert_allclose(two.encode(TEXTS), np.hstack([half, half]), atol=1e-6)
