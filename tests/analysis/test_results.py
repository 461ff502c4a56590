import json
from pathlib import Path

import pytest

from analysis.results import (
    amended_results,
    differing_files,
    new_results,
    read_provenance,
    write_provenance,
)
from framing.errors import BingkaiError


def _make(folder: Path, content: str = "one") -> None:
    with new_results(folder) as work:
        (work / "sub").mkdir()
        (work / "sub" / "table.csv").write_text(content)
        write_provenance(work, {"seed": 1})


def _entries(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_results_appear_with_their_hashes(tmp_path: Path) -> None:
    _make(tmp_path / "results")
    provenance = read_provenance(tmp_path / "results")
    # sha256 of the text "one"
    assert provenance["outputs"] == {
        "sub/table.csv": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    }
    assert provenance["seed"] == 1
    assert "numpy" in provenance["packages"]


def test_provenance_names_no_time_path_or_user(tmp_path: Path) -> None:
    _make(tmp_path / "results")
    text = (tmp_path / "results" / "provenance.json").read_text()
    assert str(tmp_path) not in text
    assert "/home" not in text and "202" not in json.dumps(
        read_provenance(tmp_path / "results")["seed"]
    )


def test_a_failure_leaves_the_old_results_and_nothing_else(tmp_path: Path) -> None:
    _make(tmp_path / "results")
    before = _entries(tmp_path)
    with pytest.raises(KeyboardInterrupt), new_results(tmp_path / "results") as work:
        (work / "half.csv").write_text("half")
        raise KeyboardInterrupt
    assert _entries(tmp_path) == before
    assert (tmp_path / "results" / "sub" / "table.csv").read_text() == "one"


def test_new_results_replace_old_ones_but_keep_what_is_the_user_s(tmp_path: Path) -> None:
    _make(tmp_path / "results")
    (tmp_path / "results" / "sub" / "my notes.txt").write_text("mine")
    with new_results(tmp_path / "results") as work:
        (work / "other.csv").write_text("two")
        write_provenance(work, {})
    assert _entries(tmp_path / "results") == [
        "other.csv", "provenance.json", "sub", "sub/my notes.txt",
    ]  # fmt: skip
    assert _entries(tmp_path)[0] == "results"


def test_a_folder_of_somebody_else_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(BingkaiError, match="not a results folder of bingkai"):
        _make(tmp_path / "thesis")
    assert _entries(tmp_path) == ["thesis", "thesis/chapter.txt"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    with pytest.raises(BingkaiError, match="a file of that name"):
        _make(tmp_path / "results")


def test_messages_do_not_name_the_work_folder(tmp_path: Path) -> None:
    with (
        pytest.raises(BingkaiError, match=r"^labels.csv: empty$"),
        new_results(tmp_path / "results") as work,
    ):
        raise BingkaiError(f"{work / 'labels.csv'}: empty")


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    _make(tmp_path / "results")
    assert read_provenance(tmp_path / "results")["seed"] == 1


def test_amending_starts_from_what_is_there(tmp_path: Path) -> None:
    _make(tmp_path / "results")
    with amended_results(tmp_path / "results") as work:
        (work / "more.csv").write_text("more")
        write_provenance(work, {"seed": 1})
    assert set(read_provenance(tmp_path / "results")["outputs"]) == {"more.csv", "sub/table.csv"}


def test_amending_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BingkaiError, match="no results folder"), amended_results(tmp_path):
        pass


def test_differences_are_named(tmp_path: Path) -> None:
    _make(tmp_path / "one")
    _make(tmp_path / "two", "changed")
    (tmp_path / "two" / "extra").write_text("x")
    reports = differing_files(tmp_path / "one", tmp_path / "two")
    assert [report.split(":")[0] for report in reports] == [
        "extra", "provenance.json", "sub/table.csv",
    ]  # fmt: skip
    assert differing_files(tmp_path / "one", tmp_path / "one") == []
