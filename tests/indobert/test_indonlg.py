"""The toolkit's tokenizer on today's transformers, beside plain sentencepiece."""

from pathlib import Path

import numpy as np
import pytest
import sentencepiece
import torch
from hypothesis import given
from hypothesis import strategies as st
from indobert.checkpoints import WORDS
from transformers import utils
from transformers.utils import generic

from framing.encoders.indonlg import VOCABULARY, IndoNLGTokenizer

TEXTS = ["Rudal ITU jatuh", "kata menteri dan untuk yang"]
LANGUAGES = {"[javanese]": 40000, "[sundanese]": 40001, "[indonesian]": 40002, "<mask>": 40003}


@pytest.fixture(scope="module")
def pieces(checkpoints: dict[str, Path]) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_file=str(checkpoints["mbart"] / VOCABULARY))


@pytest.fixture(scope="module")
def tokenizer(checkpoints: dict[str, Path]) -> IndoNLGTokenizer:
    return IndoNLGTokenizer.from_pretrained(checkpoints["mbart"])


def test_the_names_that_the_import_needed_are_gone_again() -> None:
    assert not hasattr(utils, "is_tf_available")
    assert not hasattr(generic, "_is_jax")


def test_the_test_model_is_as_large_as_the_real_one(
    pieces: sentencepiece.SentencePieceProcessor, tokenizer: IndoNLGTokenizer
) -> None:
    """The toolkit writes 40000 to 40003 out: with another size they would mean pieces."""
    assert len(pieces) == 40_000
    assert len(tokenizer) == 40_004
    assert tokenizer.convert_tokens_to_ids([*LANGUAGES]) == [*LANGUAGES.values()]


@given(st.lists(st.sampled_from([*WORDS, "Rudal", "KATA", "tak dikenal", "é", "."]), max_size=8))
def test_ids_are_those_of_sentencepiece_in_lower_case(words: list[str]) -> None:
    pieces, tokenizer = _PLAIN["pieces"], _PLAIN["tokenizer"]
    text = " ".join(words)
    assert tokenizer(text)["input_ids"] == pieces.encode(text.lower())


_PLAIN: dict[str, object] = {}


@pytest.fixture(autouse=True)
def _share(pieces: object, tokenizer: object) -> None:
    """Hypothesis runs one test many times and takes no fixture with a function's scope."""
    _PLAIN.update(pieces=pieces, tokenizer=tokenizer)


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_batch_is_padded_on_either_side(tokenizer: IndoNLGTokenizer, side: str) -> None:
    batch = tokenizer(TEXTS, padding=True, padding_side=side)
    lengths = [len(tokenizer(text)["input_ids"]) for text in TEXTS]
    blank = max(lengths) - min(lengths)
    short = int(np.argmin(lengths))
    padded, mask = batch["input_ids"][short], batch["attention_mask"][short]
    plain = tokenizer(TEXTS[short])["input_ids"]
    pad, one = [tokenizer.pad_token_id] * blank, [1] * len(plain)
    assert padded == (plain + pad if side == "right" else pad + plain)
    assert mask == (one + [0] * blank if side == "right" else [0] * blank + one)


def test_the_input_of_indobart_and_of_indogpt(
    tokenizer: IndoNLGTokenizer, pieces: sentencepiece.SentencePieceProcessor
) -> None:
    """As IndoNLG's paper has them: text, end, language; and begin, text."""
    plain = pieces.encode("rudal itu")
    bart = tokenizer.prepare_input_for_generation("Rudal itu")
    assert bart["input_ids"] == [0, *plain, 2, 40002]
    gpt = tokenizer.prepare_input_for_generation("Rudal itu", model_type="indogpt")
    assert gpt["input_ids"] == [0, *plain]


def test_what_a_decoder_is_to_write_is_padded_too(tokenizer: IndoNLGTokenizer) -> None:
    batch = tokenizer.prepare_input_for_generation(
        TEXTS, decoder_inputs=["ekspor kopi", "naik"], return_tensors="pt"
    )
    assert batch["input_ids"].shape == batch["attention_mask"].shape
    assert batch["decoder_input_ids"].shape == batch["labels"].shape
    assert (batch["labels"][1] == -100).any()
    rows = [
        {"input_ids": [5, 6], "attention_mask": [1, 1], "decoder_input_ids": [7], "labels": [7]},
        {"input_ids": [5], "attention_mask": [1], "decoder_input_ids": [7, 8], "labels": [7, 8]},
    ]
    padded = tokenizer.pad(rows, padding_side="right")
    assert padded["input_ids"] == [[5, 6], [5, 1]]
    assert padded["decoder_input_ids"] == [[7, 1], [7, 8]]
    assert padded["labels"] == [[7, -100], [7, 8]]


def test_ids_turn_into_text_again(tokenizer: IndoNLGTokenizer) -> None:
    ids = tokenizer.prepare_input_for_generation(TEXTS, return_tensors="pt")["input_ids"]
    assert tokenizer.batch_decode(ids, skip_special_tokens=True) == [t.lower() for t in TEXTS]
    assert tokenizer.decode(ids[1]) == f"<s> {TEXTS[1].lower()} </s> [indonesian]"
    assert tokenizer.decode(torch.tensor([2, 40000])) == "</s> [javanese]"


def test_ids_turn_into_pieces(
    tokenizer: IndoNLGTokenizer, pieces: sentencepiece.SentencePieceProcessor
) -> None:
    ids = pieces.encode("rudal itu jatuh")
    assert tokenizer.convert_ids_to_tokens(ids) == [pieces.id_to_piece(n) for n in ids]
    assert tokenizer.convert_ids_to_tokens(40002) == "[indonesian]"
    assert tokenizer.convert_ids_to_tokens([0, *ids, 40001], skip_special_tokens=True) == [
        pieces.id_to_piece(n) for n in ids
    ]


def test_the_vocabulary_is_whole(
    tokenizer: IndoNLGTokenizer, pieces: sentencepiece.SentencePieceProcessor
) -> None:
    vocabulary = tokenizer.get_vocab()
    assert sorted(vocabulary.values()) == list(range(40_004))
    assert all(vocabulary[pieces.id_to_piece(n)] == n for n in range(0, 40_000, 997))


def test_written_and_read_again_it_is_the_same(tokenizer: IndoNLGTokenizer, tmp_path: Path) -> None:
    tokenizer.save_pretrained(tmp_path)
    again = IndoNLGTokenizer.from_pretrained(tmp_path)
    assert (tmp_path / VOCABULARY).is_file()
    assert again.get_vocab() == tokenizer.get_vocab()
    assert [again(text)["input_ids"] for text in TEXTS] == [
        tokenizer(text)["input_ids"] for text in TEXTS
    ]
    tokenizer.save_pretrained(Path(tokenizer.vocab_file).parent)  # over itself: nothing is lost
    assert len(IndoNLGTokenizer.from_pretrained(Path(tokenizer.vocab_file).parent)) == 40_004
