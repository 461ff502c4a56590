"""The files of a fine-tuned model: a network for each variable, and their tokenizer."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from framing.errors import BingkaiError
from framing.tables import hash_file, new_file

TOKENIZER = "tokenizer"


@dataclass(frozen=True)
class FineTuned:
    """Networks on disk; they are read by `framing.encoders.checkpoint.load_network`.

    Attributes
    ----------
    folder
        Holds a folder for each variable and one for the tokenizer.
    files
        Hash of every file, by its name in the folder.
    """

    folder: Path
    files: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in self.files:
            if Path(name).is_absolute() or ".." in Path(name).parts:
                raise ValueError(f"{name!r} is no file of a model folder")

    @classmethod
    def from_folder(cls, folder: Path) -> "FineTuned":
        """Take the files that lie in a folder."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return cls(folder, {path.relative_to(folder).as_posix(): hash_file(path) for path in paths})

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that have a network, in alphabetical order."""
        folders = {name.partition("/")[0] for name in self.files}
        return tuple(sorted(folders - {TOKENIZER}))

    def check(self) -> None:
        """Refuse files that are not those that were trained.

        Raises
        ------
        BingkaiError
            A file is missing or another one.
        """
        for name, sha256 in self.files.items():
            path = self.folder / name
            if not path.is_file() or hash_file(path) != sha256:
                raise BingkaiError(
                    f"{path}: missing, or not the file that was trained; copy the whole model "
                    "folder again"
                )

    def copy(self, folder: Path) -> None:
        """Copy the files into another folder, which then holds no others."""
        if folder.resolve() == self.folder.resolve():
            return
        for name in self.files:
            with new_file(folder / name) as partial:
                shutil.copyfile(self.folder / name, partial)
        for path in folder.rglob("*"):
            if path.is_file() and path.relative_to(folder).as_posix() not in self.files:
                path.unlink()
