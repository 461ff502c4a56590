"""A small adapter that turns a general encoder towards a task: low-rank changes of its matrices.

LoRA (Hu et al. 2022): a matrix W becomes W + B A, with A of shape (rank, n_in) and B of shape
(n_out, rank). The sum is formed once when the encoder is built, so an adapter costs nothing at run
time. It is stored as plain float16 arrays.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Half = npt.NDArray[np.float16]


@dataclass(frozen=True)
class Adapter:
    """Low-rank changes by the name of the matrix that they change.

    Attributes
    ----------
    down
        By matrix, A, shape (rank, n_in).
    up
        By matrix, B, shape (n_out, rank); the scale is part of it.
    """

    down: Mapping[str, Half]
    up: Mapping[str, Half]

    def change(self, name: str) -> npt.NDArray[np.float32] | None:
        """Return B A for the matrix `name`, shape (n_out, n_in); None if it stays as it is."""
        if name not in self.down:
            return None
        return self.up[name].astype(np.float32) @ self.down[name].astype(np.float32)

    @property
    def sha256(self) -> str:
        """Hash of every array, by name."""
        digest = hashlib.sha256()
        for name in sorted(self.down):
            digest.update(name.encode())
            digest.update(self.down[name].astype("<f2").tobytes())
            digest.update(self.up[name].astype("<f2").tobytes())
        return digest.hexdigest()

    def arrays(self) -> dict[str, Half]:
        """Return all arrays by a name each, to be stored."""
        return {f"{name}.down": array for name, array in self.down.items()} | {
            f"{name}.up": array for name, array in self.up.items()
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Half]) -> "Adapter":
        """Build an adapter from what `arrays` gave."""
        parts = {
            part: {
                name.removesuffix(f".{part}"): np.asarray(array)
                for name, array in arrays.items()
                if name.endswith(f".{part}")
            }
            for part in ("down", "up")
        }
        if parts["down"].keys() != parts["up"].keys():
            raise ValueError("an adapter needs both factors of every matrix")
        return cls(**parts)
