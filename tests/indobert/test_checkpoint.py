"""Checkpoints get the tokenizer that they were trained with, or are refused in one line."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import sentencepiece
import torch
from indobert.checkpoints import KINDS, write_checkpoint
from transformers import AutoTokenizer, BertModel, BertTokenizer

from framing.encoders.checkpoint import load_checkpoint, load_network
from framing.encoders.hub import find_checkpoint
from framing.encoders.indonlg import VOCABULARY
from framing.errors import BingkaiError

TEXT = "Rudal itu jatuh di laut"


def copy_of(checkpoint: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


def one_line(folder: Path) -> str:
    with pytest.raises(BingkaiError) as caught:
        load_checkpoint(find_checkpoint(str(folder)))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("kind", "after"), [("mbart", [2, 40002]), ("gpt2", [])])
def test_indobart_and_indogpt_get_sentencepiece_ids(
    kind: str, after: list[int], checkpoints: dict[str, Path]
) -> None:
    """AutoTokenizer gives mBART's ids for the one and none for the other, without a word."""
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(checkpoints[kind] / VOCABULARY))
    plain = [0, *pieces.encode(TEXT.lower()), *after]
    tokens = load_checkpoint(checkpoints[kind]).tokens
    assert tokens.ids(TEXT) == plain
    assert tokens.ids(TEXT.upper()) == plain
    assert AutoTokenizer.from_pretrained(checkpoints[kind])(TEXT)["input_ids"] != plain


def test_indobert_lite_gets_word_pieces(checkpoints: dict[str, Path]) -> None:
    """An ALBERT with ``vocab.txt``: AutoTokenizer finds every word unknown, without a word."""
    lines = (checkpoints["albert"] / "vocab.txt").read_text().splitlines()
    words = [lines.index(word) for word in TEXT.lower().split()]
    tokens = load_checkpoint(checkpoints["albert"]).tokens
    assert tokens.ids(TEXT) == [lines.index("[CLS]"), *words, lines.index("[SEP]")]
    theirs = AutoTokenizer.from_pretrained(checkpoints["albert"])
    assert not set(theirs(TEXT, add_special_tokens=False)["input_ids"]) & set(words)


def test_indobert_gets_word_pieces(checkpoints: dict[str, Path]) -> None:
    tokens = load_checkpoint(checkpoints["bert"]).tokens
    plain = BertTokenizer.from_pretrained(checkpoints["bert"])
    assert tokens.ids(TEXT) == plain(TEXT.lower())["input_ids"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_text_is_cut_and_an_empty_one_has_a_token(
    kind: str, checkpoints: dict[str, Path]
) -> None:
    tokens = load_checkpoint(checkpoints[kind]).tokens
    whole, short = tokens.ids("harga kopi " * 500), tokens.ids("harga kopi")
    assert len(whole) == tokens.longest == 62  # of 64 positions
    assert whole[-1] == (short[-1] if kind != "gpt2" else whole[-1])  # the end mark is kept
    assert tokens.ids("")
    assert tokens.ids("\udcff\0")


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_decoder_is_causal(kind: str, checkpoints: dict[str, Path]) -> None:
    assert load_checkpoint(checkpoints[kind]).network.causal == (kind == "gpt2")


def test_the_states_are_averaged_over_the_text_alone(checkpoints: dict[str, Path]) -> None:
    """By hand: the mean over the tokens of one text, whatever is padded behind them."""
    network = load_checkpoint(checkpoints["bert"]).network
    ids = torch.tensor([[5, 6, 7]])
    padded = torch.tensor([[5, 6, 7, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 0, 0]])
    with torch.inference_mode():
        states = network.body(input_ids=ids).last_hidden_state[0]
        np.testing.assert_allclose(network.pool(padded, mask)[0], states.mean(dim=0), atol=1e-6)


def test_of_a_decoder_the_first_state_does_not_count(checkpoints: dict[str, Path]) -> None:
    network = load_checkpoint(checkpoints["gpt2"]).network
    ids = torch.tensor([[0, 6, 7]])
    with torch.inference_mode():
        states = network.body(input_ids=ids).last_hidden_state[0]
        pooled = network.pool(ids, torch.ones_like(ids))[0]
        alone = network.pool(ids[:, :1], torch.ones(1, 1, dtype=torch.long))[0]
    np.testing.assert_allclose(pooled, states[1:].mean(dim=0), atol=1e-6)
    np.testing.assert_allclose(alone, states[0], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_written_and_read_again_has_the_same_states(
    kind: str, checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    found = load_checkpoint(checkpoints[kind])
    found.network.write(tmp_path)
    again = load_network(tmp_path)
    ids = torch.tensor([found.tokens.ids(TEXT)])
    with torch.inference_mode():
        here = found.network.pool(ids, torch.ones_like(ids))
        there = again.pool(ids, torch.ones_like(ids))
    assert torch.equal(here, there)
    assert again.causal == found.network.causal


def test_the_hash_is_that_of_the_content_not_of_the_file(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    """The hub has the same weights as .bin and as .safetensors."""
    folder = copy_of(checkpoints["bert"], tmp_path)
    arrays = BertModel.from_pretrained(folder).state_dict()
    (folder / "model.safetensors").unlink()
    torch.save(arrays, folder / "pytorch_model.bin")
    same = load_checkpoint(checkpoints["bert"]).sha256()
    assert load_checkpoint(folder).sha256() == same
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text(vocabulary.read_text().replace("\nrudal\n", "\nroket\n"))
    assert load_checkpoint(folder).sha256() != same
    assert load_checkpoint(write_checkpoint("bert", tmp_path / "other", seed=1)).sha256() != same


def test_weights_from_a_stranger_run_no_code(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    folder = copy_of(checkpoints["bert"], tmp_path)
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"weight": Trap()}))
    assert "cannot load the model" in one_line(folder)
    assert not (tmp_path / "sprung").exists()


def test_files_that_are_missing(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    folder = copy_of(checkpoints["bert"], tmp_path)
    (folder / "vocab.txt").unlink()
    assert "tokenizer" in one_line(folder)
    (folder / "model.safetensors").unlink()
    assert "model.safetensors or pytorch_model.bin is missing" in one_line(folder)
    (folder / "config.json").unlink()
    assert "config.json is missing" in one_line(folder)


def test_damaged_files(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    folder = copy_of(checkpoints["gpt2"], tmp_path)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert "cannot load the model" in one_line(folder)
    (folder / "config.json").write_text('{"model_type": "no such thing"}')
    assert "config.json" in one_line(folder)


def test_weights_that_lack_a_part_are_not_filled_at_random(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    folder = copy_of(checkpoints["bert"], tmp_path)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))
    assert "would be random" in one_line(folder)


def test_a_vocabulary_that_is_not_the_models(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    folder = copy_of(checkpoints["bert"], tmp_path)
    vocabulary = folder / "vocab.txt"
    lines = vocabulary.read_text().splitlines()
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "xyz"]) + "\n")
    assert "knows no word" in one_line(folder)
    filler = [f"tambahan{number}" for number in range(len(lines))]
    vocabulary.write_text("\n".join([*lines[:5], *filler, *lines[5:]]) + "\n")
    assert "where the model knows" in one_line(folder)


def test_an_indogpt_with_other_pieces_is_refused(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    folder = copy_of(checkpoints["gpt2"], tmp_path)
    pieces = folder / VOCABULARY
    text = b"<unused-more>"
    piece = b"\x0a" + bytes([len(text)]) + text + b"\x15\0\0\0\0" + b"\x18\x05"
    pieces.write_bytes(pieces.read_bytes() + b"\x0a" + bytes([len(piece)]) + piece)
    assert "has 40001 pieces" in one_line(folder)


def test_a_gpt2_without_its_pieces_is_refused(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    """AutoTokenizer would give no ids for any text."""
    folder = copy_of(checkpoints["gpt2"], tmp_path)
    (folder / VOCABULARY).unlink()
    assert "tokenizer" in one_line(folder)
