"""Where a pretrained transformer lies: a local folder, or a model of huggingface.co.

Nothing is fetched unless `find_checkpoint` is told to, and it is told so only where the user named
the model himself.
"""

import re
from importlib.util import find_spec
from pathlib import Path

from framing.errors import BingkaiError

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
_SMALL = ["*.json", "*.txt", "*.model"]
_WEIGHTS = "*.safetensors"
_OLD_WEIGHTS = "pytorch_model*.bin"


def require_extra(what: str) -> None:
    """Say how to install torch and transformers where they are not.

    Raises
    ------
    BingkaiError
        They are not installed.
    """
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise BingkaiError(
            f"{what} needs torch and transformers; install them: pip install 'bingkai[indobert]'"
        )


def short_name(name: str) -> str:
    """Return the last part of a hub id or of a folder's path."""
    return Path(name).resolve().name if Path(name).is_dir() else name.rpartition("/")[2]


def is_hub_id(name: str) -> bool:
    """Tell whether a name is a hub id and no folder."""
    return not Path(name).is_dir() and _HUB_ID.fullmatch(name) is not None


def find_checkpoint(name: str, *, fetch: bool = True) -> Path:
    """Return the folder of a pretrained transformer.

    Parameters
    ----------
    name
        A local folder, else a hub id.
    fetch
        Whether a hub id that is not in the local cache may be fetched.

    Raises
    ------
    BingkaiError
        There is no such folder or model, it lacks a file, or the hub cannot be reached.
    """
    folder = Path(name)
    if folder.is_dir():
        lacking = _lacking(folder)
        if lacking:
            raise BingkaiError(
                f"{name}: no pretrained transformer lies there ({lacking} is missing); give the "
                "folder that holds config.json, the weights and the tokenizer"
            )
        return folder
    if not is_hub_id(name):
        raise BingkaiError(
            f"no encoder {name!r}: neither a folder nor a hub id; use e5-small, fast, a hub id "
            "such as indobenchmark/indobert-base-p1, or a local folder"
        )
    require_extra(f"the encoder {name}")
    return _find_on_hub(name, fetch=fetch)


def _find_on_hub(name: str, *, fetch: bool) -> Path:
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        kept = Path(snapshot_download(name, local_files_only=True))
        if not _lacking(kept):
            return kept
    except OSError:
        pass
    bring = (
        f"bring it with: hf download {name} --local-dir {short_name(name)}, "
        f"and give --encoder {short_name(name)}"
    )
    looked = f"{name}: not in {constants.HF_HUB_CACHE}"
    if not fetch:
        raise BingkaiError(
            f"{looked}, and nothing is fetched that was not named; add --encoder {name} to fetch "
            f"it, or {bring}"
        )
    try:
        folder = Path(snapshot_download(name, allow_patterns=[*_SMALL, _WEIGHTS]))
        if _lacking(folder):
            folder = Path(snapshot_download(name, allow_patterns=[*_SMALL, _OLD_WEIGHTS]))
    except LocalEntryNotFoundError:
        raise BingkaiError(
            f"{looked}, and huggingface.co cannot be reached; where there is a network, {bring}"
        ) from None
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "an error")
        raise BingkaiError(
            f"{looked}, and huggingface.co answers {status} for it; is the name right, and is the "
            "model open to everybody?"
        ) from None
    except OSError as error:
        raise BingkaiError(
            f"{looked}, and it could not be fetched ({type(error).__name__}); "
            f"where there is a network, {bring}"
        ) from None
    lacking = _lacking(folder)
    if lacking:
        raise BingkaiError(f"{name}: the model on huggingface.co has no {lacking}")
    return folder


def _lacking(folder: Path) -> str:
    """Return what a folder needs and has not; ``""`` if nothing."""
    if not (folder / "config.json").is_file():
        return "config.json"
    if not any(folder.glob(_WEIGHTS)) and not any(folder.glob(_OLD_WEIGHTS)):
        return "model.safetensors or pytorch_model.bin"
    return ""
