"""Tiny checkpoints on disk, as the hub has them, of the four architectures; weights are random.

The words are composed. Nothing is fetched.
"""

from pathlib import Path

import pandas as pd
import sentencepiece
import torch
import transformers

from framing.encoders.indonlg import N_PIECES, VOCABULARY

_TEXT = (
    "rudal itu jatuh di laut tank dikerahkan ke perbatasan meriam meletus sepanjang malam kapal "
    "perang mendekati pulau ekspor kopi naik tajam harga gandum turun lagi investasi pabrik "
    "baterai disetujui nilai tukar melemah kata menteri dan yang pada hari dengan untuk"
)
WORDS = _TEXT.split()
KINDS = ("bert", "albert", "mbart", "gpt2")
MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_UNUSED = 5  # sentencepiece's type of a piece that no text ever gets


def write_sentencepiece(path: Path) -> None:
    """Train a model on the words and pad it to as many pieces as IndoNLG's has.

    `path` ends with ``.model``.
    """
    lines = path.with_suffix(".txt")
    lines.write_text("\n".join(" ".join(WORDS[n:] + WORDS[:n]) for n in range(40)))
    sentencepiece.SentencePieceTrainer.train(
        input=str(lines), model_prefix=str(path.with_suffix("")), vocab_size=90, model_type="bpe",
        bos_id=0, pad_id=1, eos_id=2, unk_id=3, minloglevel=2, byte_fallback=False,
        num_threads=1,
    )  # fmt: skip
    model = path.read_bytes()
    size = sentencepiece.SentencePieceProcessor(model_proto=model).get_piece_size()
    # Protobuf: a repeated field may be written on at the end. Field 1 is a piece; of it, field 1
    # is its text, field 2 its score (0), and field 3 its type.
    padding = bytearray()
    for number in range(N_PIECES - size):
        text = f"<unused{number}>".encode()
        piece = b"\x0a" + bytes([len(text)]) + text + b"\x15\0\0\0\0" + bytes([0x18, _UNUSED])
        padding += b"\x0a" + bytes([len(piece)]) + piece
    lines.unlink()
    path.with_suffix(".vocab").unlink()
    path.write_bytes(model + bytes(padding))


def write_vocabulary(path: Path) -> list[str]:
    """Write a word-piece vocabulary: marks, letters alone and inside words, and the words."""
    letters = sorted({letter for word in WORDS for letter in word} | set(".,"))
    pieces = [*MARKS, *letters, *(f"##{letter}" for letter in letters), *dict.fromkeys(WORDS)]
    path.write_text("\n".join([*MARKS, *dict.fromkeys(p for p in pieces if p not in MARKS)]) + "\n")
    return pieces


def write_checkpoint(kind: str, folder: Path, *, seed: int = 0) -> Path:
    """Write a tiny checkpoint of ``bert``, ``albert``, ``mbart`` or ``gpt2``."""
    folder.mkdir(parents=True)
    torch.manual_seed(seed)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    if kind in ("bert", "albert"):
        size = len(write_vocabulary(folder / "vocab.txt"))
        own = {"embedding_size": 8} if kind == "albert" else {}
        config = transformers.AutoConfig.for_model(
            kind, vocab_size=size, intermediate_size=32, max_position_embeddings=64,
            **sizes, **own,
        )  # fmt: skip
    else:
        write_sentencepiece(folder / VOCABULARY)
        own = (
            {
                "d_model": 16, "encoder_layers": 2, "decoder_layers": 1, "encoder_ffn_dim": 32,
                "decoder_ffn_dim": 32, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
                "max_position_embeddings": 64, "pad_token_id": 1, "bos_token_id": 0,
                "eos_token_id": 2,
            }
            if kind == "mbart"
            else {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64, "bos_token_id": 0,
                  "eos_token_id": 2}
        )  # fmt: skip
        config = transformers.AutoConfig.for_model(kind, vocab_size=N_PIECES + 4, **own)
    transformers.logging.disable_progress_bar()
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    return folder


def coded_sentences() -> pd.DataFrame:
    """Return composed sentences of ten articles, coded for frame and sentiment."""
    plots = {
        "rudal itu jatuh di laut": "threat", "tank dikerahkan ke perbatasan": "threat",
        "kapal perang mendekati pulau": "threat", "ekspor kopi naik tajam": "economy",
        "harga gandum turun lagi": "economy", "nilai tukar melemah": "economy",
    }  # fmt: skip
    openings = ("hari", "kata menteri", "pada malam", "yang", "untuk", "dan", "dengan", "di", "ke")
    rows = [
        {
            "text": f"{opening} {plot}", "frame": frame, "article_id": f"a{number}",
            "sentiment": "negative" if "threat" in frame else "neutral",
        }
        for number, opening in enumerate(openings)
        for plot, frame in plots.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)
