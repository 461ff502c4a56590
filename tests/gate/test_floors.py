"""Floors rise by themselves and fall only when told to."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import say_gate
from gate import floors as module
from gate.floors import (
    MEASURES,
    Floors,
    Pinned,
    measure_all,
    measure_splitting,
    read_floors,
    renew_floors,
    round_down,
    write_floors,
)

from framing.errors import BingkaiError

OLD = {"dev.csv": Pinned("aa", {"frame": 0.7, "stance": 0.6})}


def reach(sha256: str = "aa", **floors: float) -> Floors:
    return {"dev.csv": Pinned(sha256, floors)}


def test_floors_rise() -> None:
    kept, line = renew_floors(OLD, reach(frame=0.72, stance=0.6, voice=0.9))
    assert kept["dev.csv"].floors == {"frame": 0.72, "stance": 0.6, "voice": 0.9}
    assert line == "frame 0.700 -> 0.720, voice none -> 0.900"
    assert renew_floors(OLD, OLD)[1] == "no floor changes"


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (reach(frame=0.69, stance=0.6), "frame 0.700 -> 0.690"),
        (reach(frame=0.9, stance=0.599), "stance 0.600 -> 0.599"),
        (reach(frame=0.9), "stance 0.600 -> none"),
        ({}, "frame 0.700 -> none"),
        (reach("bb", frame=0.9, stance=0.9), "dev.csv is another file"),
    ],
)
def test_a_floor_falls_only_when_told_to(new: Floors, reason: str) -> None:
    with pytest.raises(BingkaiError, match=f"nothing written: .*{reason}.*--lower"):
        renew_floors(OLD, new)
    kept, line = renew_floors(OLD, new, lower=True)
    assert kept == new
    assert reason in line


def test_scores_are_rounded_down() -> None:
    assert round_down(0.7419) == 0.741
    assert round_down(0.29) == 0.29  # 0.29 * 1000 is 289.99999999999994
    assert round_down(1.0) == 1.0


def test_floors_survive_the_disk_and_no_hand(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    write_floors(OLD, path)
    assert read_floors(path) == OLD
    content = json.loads(path.read_text())
    content["files"]["dev.csv"]["floors"]["frame"] = 0.5
    path.write_text(json.dumps(content))
    with pytest.raises(BingkaiError, match="changed by hand"):
        read_floors(path)


def test_the_pinned_floors_are_those_of_the_measures() -> None:
    pinned = read_floors()
    assert set(pinned) == set(MEASURES)
    variables = {"frame", "stance", "sentiment", "voice"}
    fast = {f"fast_{name}" for name in variables}
    assert set(pinned["gold/dev.csv"].floors) == variables | fast | {"voice_in_articles"}
    assert set(pinned["segmentation/pud.txt"].floors) == {"boundaries"}


def test_the_command_writes_nothing_when_it_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "floors.json"
    write_floors(OLD, path)
    before = path.read_bytes()
    monkeypatch.setattr(module, "PINNED", path)
    monkeypatch.setattr(module, "read_floors", lambda: read_floors(path))
    monkeypatch.setattr(module, "write_floors", lambda floors: write_floors(floors, path))
    monkeypatch.setattr(module, "measure_all", lambda shared: reach(frame=0.5, stance=0.8))
    monkeypatch.setattr("sys.argv", ["floors"])
    assert module.main() == 2
    assert path.read_bytes() == before
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr("sys.argv", ["floors", "--lower"])
    assert module.main() == 0
    assert read_floors(path) == reach(frame=0.5, stance=0.8)
    assert capsys.readouterr().out == "floors: frame 0.700 -> 0.500, stance 0.600 -> 0.800\n"


def test_without_the_files_nothing_is_measured(tmp_path: Path) -> None:
    with pytest.raises(BingkaiError, match="dev.csv: not there"):
        measure_all(tmp_path)


def test_splitting_is_measured_inside_joined_sentences(tmp_path: Path) -> None:
    """Ten sentences make two joins of four boundaries; one abbreviation cannot fool a splitter."""
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(f"Kapal {name} tiba." for name in "ABCDEFGHIJ"), encoding="utf-8")
    assert measure_splitting(path) == {"boundaries": 1.0}


def report(name: str) -> SimpleNamespace:
    return SimpleNamespace(nodeid=f"tests/gate/test_gate.py::{name}")


def test_the_summary_says_how_much_of_the_gate_was_left_out() -> None:
    skipped = [report("one"), report("two"), SimpleNamespace(nodeid="tests/test_x.py::y")]
    stats = {"skipped": skipped, "passed": [report("three"), SimpleNamespace(nodeid="a::b")]}
    assert say_gate(stats) == "gate: 2 of 3 tests left out, no ../shared"
    assert say_gate({"passed": [report("one")]}) == "gate: 0 of 1 tests left out"
    assert say_gate({"passed": [SimpleNamespace(nodeid="tests/test_x.py::y")]}) == ""
    assert say_gate({"deselected": ["what is no report"]}) == ""
