"""IndoNLGTokenizer of indobenchmark-toolkit 0.1.7, made to work with transformers 5.

The toolkit imports six names that transformers 5 no longer has, and overrides methods by signatures
that no longer hold (``pad`` since 4.45, ``decode``, ``convert_ids_to_tokens``, ``get_vocab``) or
never wrote them (``save_vocabulary``). Ids are left as they are: those of the sentencepiece model,
and 40000 to 40003 for the languages and the mask, which the toolkit writes out and IndoBART and
IndoGPT were trained with. Text is lower-cased, as they were trained.

Needs the extra ``indobert``.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizer, utils
from transformers.utils import generic

N_PIECES = 40_000  # the toolkit's first own id
VOCABULARY = "sentencepiece.bpe.model"
_GONE = (
    (utils, "is_tf_available"), (generic, "_is_jax"), (generic, "_is_numpy"),
    (generic, "_is_tensorflow"), (generic, "_is_torch"), (generic, "_is_torch_device"),
)  # fmt: skip


def _never(*arguments: object) -> bool:
    return False


@contextmanager
def _lend_names() -> Iterator[None]:
    """Give transformers the names that the toolkit imports, for as long as it imports them."""
    lacking = [(module, name) for module, name in _GONE if not hasattr(module, name)]
    for module, name in lacking:
        setattr(module, name, _never)
    try:
        yield
    finally:
        for module, name in lacking:
            delattr(module, name)


with _lend_names():
    from indobenchmark import tokenization_indonlg as toolkit


class IndoNLGTokenizer(toolkit.IndoNLGTokenizer):
    """The toolkit's tokenizer, of a folder with ``sentencepiece.bpe.model``."""

    def get_vocab(self) -> dict[str, int]:
        """Return the id of every piece, language and mask."""
        pieces = {self.sp_model.IdToPiece(number): number for number in range(len(self.sp_model))}
        return {**pieces, **self.special_tokens_to_ids}

    def convert_ids_to_tokens(
        self, ids: int | list[int], skip_special_tokens: bool = False
    ) -> str | list[str]:
        """Return the piece of every id; with `skip_special_tokens`, none of languages either."""
        if isinstance(ids, int):
            return str(self._convert_id_to_token(ids))
        skipped = set(self.special_token_ids) if skip_special_tokens else set()
        return [str(self._convert_id_to_token(int(n))) for n in ids if int(n) not in skipped]

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        """Join pieces to words, with special tokens as words of their own."""
        special = {*self.all_special_tokens, *self.special_tokens_to_ids}
        parts: list[str] = []
        for is_special, run in groupby(tokens, key=lambda token: token in special):
            pieces = list(run)
            parts += pieces if is_special else [self.sp_model.decode(pieces)]
        return " ".join(parts)

    def decode(self, token_ids: Any, skip_special_tokens: bool = False, **options: Any) -> Any:
        """Return the text of ids, or the texts of several rows of ids."""
        return PreTrainedTokenizer.decode(
            self, token_ids, skip_special_tokens=skip_special_tokens, **options
        )

    def pad(self, encoded_inputs: Any, *arguments: Any, **options: Any) -> Any:
        """Pad as every tokenizer does; what a decoder is to read, as only the toolkit can."""
        first = encoded_inputs[0] if isinstance(encoded_inputs, list | tuple) else encoded_inputs
        if "decoder_input_ids" in first:
            options.pop("padding_side", None)
            return super().pad(encoded_inputs, *arguments, **options)
        return PreTrainedTokenizer.pad(self, encoded_inputs, *arguments, **options)

    def save_vocabulary(
        self, save_directory: str, filename_prefix: str | None = None
    ) -> tuple[str, ...]:
        """Copy the sentencepiece model into a folder."""
        prefix = f"{filename_prefix}-" if filename_prefix else ""
        target = Path(save_directory) / f"{prefix}{VOCABULARY}"
        if target.resolve() != Path(self.vocab_file).resolve():
            shutil.copyfile(self.vocab_file, target)
        return (str(target),)

    def _convert_id_to_token(self, index: int, skip_special_tokens: bool = False) -> str:
        known: str | None = self.special_ids_to_tokens.get(index)
        return known if known is not None else str(self.sp_model.IdToPiece(index))
