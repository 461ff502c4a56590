"""The gate: on real sentences, what is shipped is no worse than what its floors say."""

from pathlib import Path

import pytest
from gate.floors import MEASURES, Floors, measure_all, read_floors

FLOORS = read_floors()
KEPT = 0.87  # of the default model's macro-F1, by the fast one


@pytest.fixture(scope="session")
def reached(shared: Path) -> Floors:
    """What is reached today, measured once."""
    return measure_all(shared)


@pytest.mark.parametrize("file", MEASURES)
def test_the_measured_file_is_the_pinned_one(file: str, reached: Floors) -> None:
    assert reached[file].sha256 == FLOORS[file].sha256, f"{file} changed: see make floors"


@pytest.mark.parametrize(
    ("file", "name"), [(file, name) for file in FLOORS for name in FLOORS[file].floors]
)
def test_a_floor_holds(file: str, name: str, reached: Floors) -> None:
    assert reached[file].floors[name] >= FLOORS[file].floors[name]


@pytest.mark.parametrize("variable", ["frame", "stance", "sentiment", "voice"])
def test_the_fast_model_keeps_most_of_the_default_s_score(variable: str, reached: Floors) -> None:
    scores = reached["gold/dev.csv"].floors
    assert scores[f"fast_{variable}"] >= KEPT * scores[variable]
