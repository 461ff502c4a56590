"""What several tests of the extra share."""

from pathlib import Path

import pytest
from indobert.checkpoints import KINDS, write_checkpoint


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder with a tiny checkpoint, by architecture."""
    folder = tmp_path_factory.mktemp("checkpoints")
    return {kind: write_checkpoint(kind, folder / f"tiny-{kind}") for kind in KINDS}


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test may reach the network, or the hub's cache of whoever runs it."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
