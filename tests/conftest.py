"""What several tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# On a CI machine the same examples each time; elsewhere new ones, and no clock anywhere.
settings.register_profile("bingkai", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("bingkai")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests' embeddings apart from the user's."""
    before = os.environ.get("BINGKAI_CACHE")
    os.environ["BINGKAI_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["BINGKAI_CACHE"]
    else:
        os.environ["BINGKAI_CACHE"] = before


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real texts that only measure; not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared: measurements on real texts are left out")
    return SHARED
