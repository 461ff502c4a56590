"""A pretrained transformer with the tokenizer that it was trained with.

The tokenizers of IndoBERT-lite, IndoBART and IndoGPT are not those that their config names, and
transformers' AutoTokenizer gives others without a word: a BERT vocabulary read as ALBERT's makes
every word unknown, IndoBART gets the ids of mBART, IndoGPT no ids at all. They are chosen here by
the files that lie in the folder, and every tokenizer must pass `_check_tokenizer`.

Needs the extra ``indobert``.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, BertTokenizer

from framing.encoders.indonlg import N_PIECES, VOCABULARY, IndoNLGTokenizer
from framing.errors import BingkaiError
from framing.tables import new_file, write_json

PROBE = "Menteri itu mengatakan pada hari Rabu bahwa harga beras naik."
_LONGEST = 512  # tokens, as for e5-small; less where a model knows fewer positions
_WEIGHTS = "model.safetensors"


class Tokens:
    """Texts to token ids, with the marks that the model was trained with.

    Parameters
    ----------
    folder
        Holds the tokenizer's files.
    config
        Of the model.

    Raises
    ------
    BingkaiError
        The files are missing or do not belong to the model.
    """

    def __init__(self, folder: Path, config: Any) -> None:
        self._tokenizer = _load_tokenizer(folder, config)
        positions = getattr(config, "max_position_embeddings", None) or _LONGEST + 2
        # Two fewer: RoBERTa and its kin count positions from two on.
        self.longest = min(_LONGEST, positions - 2, self._tokenizer.model_max_length)
        self._before: list[int] = []
        self._after: list[int] = []
        if isinstance(self._tokenizer, IndoNLGTokenizer):
            self._before = [self._tokenizer.bos_token_id]
            if config.model_type != "gpt2":
                self._after = [self._tokenizer.eos_token_id, self._tokenizer.indonesian_token_id]
        _check_tokenizer(self._tokenizer, folder, config)

    @property
    def kind(self) -> str:
        """Name of the tokenizer's class."""
        return type(self._tokenizer).__name__

    def ids(self, text: str) -> list[int]:
        """Return the token ids of a text, marks included, at most `longest`, at least one."""
        clean = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
        if isinstance(self._tokenizer, IndoNLGTokenizer):
            room = self.longest - len(self._before) - len(self._after)
            content = self._tokenizer(clean)["input_ids"][:room]
            return [*self._before, *content, *self._after]
        found = self._tokenizer(clean, truncation=True, max_length=self.longest)["input_ids"]
        return [int(number) for number in found] or [self._tokenizer.eos_token_id or 0]

    def digest(self) -> bytes:
        """Return a hash of the vocabulary and of how it is used."""
        vocabulary = sorted(
            self._tokenizer.get_vocab().items(), key=lambda item: (item[1], item[0])
        )
        told = [self.longest, self.ids(PROBE), self.ids(PROBE.upper()), vocabulary]
        return hashlib.sha256(json.dumps(told).encode()).digest()

    def write(self, folder: Path) -> None:
        """Write the tokenizer's files into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._tokenizer.save_pretrained(folder)


@dataclass(frozen=True)
class Network:
    """The part of a transformer that reads: its encoder, or the whole of a decoder.

    Attributes
    ----------
    body
        Token ids to states.
    causal
        Whether a token sees only those before it.
    """

    body: nn.Module
    causal: bool

    @property
    def config(self) -> Any:
        """Of the body."""
        return self.body.config

    @property
    def dimension(self) -> int:
        """Length of a state."""
        return int(getattr(self.config, "hidden_size", None) or self.config.d_model)

    def pool(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the mean of the last states of each text, shape (n_texts, dimension).

        The first token of a causal model has seen no other, and its state tells nothing of the
        text; it counts only where there is no other.

        Parameters
        ----------
        ids, mask
            Shape (n_texts, n_tokens); `mask` is 1 where there is a token.
        """
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        counted = mask.float()
        if self.causal:
            counted[:, 0] *= (mask.sum(dim=1) == 1).float()
        return (states * counted[..., None]).sum(dim=1) / counted.sum(dim=1, keepdim=True)

    def write(self, folder: Path) -> None:
        """Write ``config.json`` and ``model.safetensors`` into a folder."""
        write_json(self.config.to_dict(), folder / "config.json")
        arrays = {
            name: array.detach().cpu().contiguous().clone()
            for name, array in self.body.state_dict().items()
        }
        with new_file(folder / _WEIGHTS) as partial:
            save_file(arrays, partial, metadata={"format": "pt"})


@dataclass(frozen=True)
class Checkpoint:
    """A network and its tokens."""

    network: Network
    tokens: Tokens

    def sha256(self) -> str:
        """Return a hash of weights and tokenizer, however they are stored."""
        return hash_networks([self.network], self.tokens)


def load_checkpoint(folder: Path) -> Checkpoint:
    """Load a pretrained transformer from a folder.

    Raises
    ------
    BingkaiError
        A file is missing or damaged, weights lack a part, or the tokenizer is not the model's.
    """
    with _quiet(), own_seed(0):
        config = _load_config(folder)
        tokens = Tokens(folder, config)
        try:
            model, report = AutoModel.from_pretrained(
                folder, config=config, dtype=torch.float32, local_files_only=True,
                trust_remote_code=False, output_loading_info=True,
            )  # fmt: skip
        except Exception as error:  # of many kinds: damaged files, pickles with code, odd configs
            raise BingkaiError(
                f"{folder}: transformers cannot load the model ({_first_line(error)})"
            ) from None
    lacking = [name for name in sorted(report["missing_keys"]) if "pooler" not in name]
    if lacking:
        raise BingkaiError(
            f"{folder}: the weights lack {lacking[0]} and {len(lacking) - 1} more, which would be "
            "random; give a folder with the whole pretrained model"
        )
    return Checkpoint(reading_part(model), tokens)


def load_network(folder: Path) -> Network:
    """Load a network that `Network.write` wrote; every weight must be there and fit.

    Raises
    ------
    BingkaiError
        A file is missing or damaged.
    """
    try:
        with _quiet(), own_seed(0):
            network = reading_part(AutoModel.from_config(_load_config(folder)))
        network.body.load_state_dict(load_file(folder / _WEIGHTS), strict=True)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise BingkaiError(
            f"{folder}: the fine-tuned network is damaged ({_first_line(error)}); "
            "bingkai train --finetune makes one"
        ) from None
    return network


def hash_networks(networks: list[Network], tokens: Tokens) -> str:
    """Return a hash of the weights of some networks and of their tokens."""
    digest = hashlib.sha256(tokens.digest())
    for network in networks:
        digest.update(f"{network.config.model_type} {network.causal}".encode())
        for name, array in sorted(network.body.state_dict().items()):
            values = np.ascontiguousarray(array.detach().cpu().numpy())
            digest.update(f"{name} {values.shape} {values.dtype}".encode())
            digest.update(values.tobytes())
    return digest.hexdigest()


def reading_part(model: Any) -> Network:
    """Return the part of a transformer that reads: its encoder, or the whole."""
    if getattr(model.config, "is_encoder_decoder", False):
        model = model.get_encoder()
    body = model.eval()
    return Network(body, _is_causal(body))


def _is_causal(body: nn.Module) -> bool:
    """Tell whether the first state stays the same whatever comes after; no config says it."""
    ids = torch.tensor([[4, 5, 6], [4, 7, 8]])
    with torch.inference_mode():
        states = body(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
    return bool(torch.allclose(states[0, 0], states[1, 0], rtol=0, atol=1e-6))


def _load_config(folder: Path) -> Any:
    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise BingkaiError(
            f"{folder}: config.json is none that transformers knows ({_first_line(error)})"
        ) from None


def _load_tokenizer(folder: Path, config: Any) -> Any:
    kind = config.model_type
    pieces = folder / VOCABULARY
    if pieces.is_file() and kind in ("gpt2", "mbart", "bart"):
        tokenizer = IndoNLGTokenizer(str(pieces))
        if len(tokenizer.sp_model) == N_PIECES:
            return tokenizer
        if kind == "gpt2":  # no other GPT2 has such a file
            raise BingkaiError(
                f"{pieces}: has {len(tokenizer.sp_model)} pieces where IndoGPT's has {N_PIECES}; "
                "bring the model again"
            )
    try:
        if kind == "albert" and (folder / "vocab.txt").is_file():
            return BertTokenizer.from_pretrained(folder, local_files_only=True)
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # of many kinds, by what is missing
        raise BingkaiError(
            f"{folder}: transformers cannot load the tokenizer ({_first_line(error)}); "
            "are its files in the folder, beside the weights?"
        ) from None


def _check_tokenizer(tokenizer: Any, folder: Path, config: Any) -> None:
    """Refuse a tokenizer that gives no ids, only unknown ones, or ids that the model lacks."""
    ids = tokenizer(PROBE, add_special_tokens=False)["input_ids"]
    if not ids:
        problem = "gives no ids"
    elif set(ids) <= {tokenizer.unk_token_id}:
        problem = "knows no word"
    elif max(ids) >= config.vocab_size:
        problem = f"gives the id {max(ids)} where the model knows {config.vocab_size}"
    else:
        return
    raise BingkaiError(
        f"{folder}: the tokenizer ({type(tokenizer).__name__}) {problem} for an Indonesian "
        "sentence; the files of the tokenizer are not those of the model: bring both again"
    )


@contextmanager
def own_seed(seed: int) -> Iterator[None]:
    """Let torch draw from a seed for as long as the block lasts, and as before after it."""
    devices = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers from reporting and drawing bars while it loads."""
    logging = transformers.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
