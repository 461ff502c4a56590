"""What several tests share."""

import importlib.util
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# On a CI machine the same examples each time; elsewhere new ones, and no clock anywhere.
settings.register_profile("bingkai", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("bingkai")

# The tests of the extra need a second environment: see make test-indobert.
HAS_EXTRA = all(map(importlib.util.find_spec, ("torch", "transformers", "indobenchmark")))
collect_ignore = [] if HAS_EXTRA else ["indobert"]
if HAS_EXTRA:  # before torch is imported; two threads take ten times as long on a busy machine
    os.environ["OMP_NUM_THREADS"] = "1"

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


def say_gate(stats: Mapping[str, Sequence[Any]]) -> str:
    """Return how many tests of the gate were left out; nothing where none was asked for."""
    ran, left_out = (
        {
            report.nodeid
            for outcome in outcomes
            for report in stats.get(outcome, ())
            if report.nodeid.startswith("tests/gate/test_gate.py")
        }
        for outcomes in (("passed", "failed", "error"), ("skipped",))
    )
    if not ran and not left_out:
        return ""
    reason = ", no ../shared" if left_out else ""
    return f"gate: {len(left_out)} of {len(ran | left_out)} tests left out{reason}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Generator[None, None, None]:
    yield  # the other summaries first
    line = say_gate(terminalreporter.stats)
    if line:
        terminalreporter.write_line(line)
    if not HAS_EXTRA:
        terminalreporter.write_line(
            "indobert: left out, its extra is not installed; make test-indobert runs these tests"
        )
