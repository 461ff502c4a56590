from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.errors import BingkaiError
from framing.schema import COLUMNS, require_columns
from framing.tables import read_table, write_table

TEXTS = st.lists(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")), min_size=1
)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_a_table_comes_back(tmp_path: Path, ending: str) -> None:
    table = pd.DataFrame({"text": ['Ia berkata, "Ya."', "NA", "", "dua\nbaris"], "n": list("1234")})
    write_table(table, tmp_path / f"t{ending}")
    pd.testing.assert_frame_equal(read_table(tmp_path / f"t{ending}"), table)


@given(texts=TEXTS)
@settings(max_examples=40, deadline=None)
def test_any_text_survives_jsonl(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("t") / "t.jsonl"
    write_table(pd.DataFrame({"text": texts}), path)
    assert read_table(path)["text"].tolist() == texts


def test_a_lone_surrogate_in_json_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"text": "a\\ud800b"}\n')
    assert read_table(tmp_path / "t.jsonl")["text"].tolist() == ["a?b"]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbftext\nhalo\n")
    assert list(read_table(tmp_path / "t.csv").columns) == ["text"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "the file is empty"),
        ("t.xlsx", b"x", "unknown table format"),
        ("t.csv", "text\nGr\xfc\xdfe".encode("cp1252"), "not UTF-8"),
        ("t.jsonl", b'{"text": 1}\n{oops\n', "line 2 is not JSON"),
        ("t.jsonl", b"[1]\n", "line 1 is not a JSON object"),
        ("t.parquet", b"not parquet at all", "not a readable .parquet"),
        ("t.csv", b"a,b\n1,2,3\n", "line 2 has 3 fields, the header has 2"),
    ],
)
def test_a_bad_table_is_named_in_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BingkaiError) as caught:
        read_table(tmp_path / name)
    assert message in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(BingkaiError, match=r"t\.csv: cannot read it"):
        read_table(tmp_path / "t.csv")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(pd.DataFrame({"a": [1]}), path)
    before = path.read_bytes()
    with pytest.raises(Exception, match=r"(?i)convert|expected|type"):
        write_table(pd.DataFrame({"a": [1, "two", object()]}), path)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["t.parquet"]


def test_missing_columns_are_listed() -> None:
    with pytest.raises(BingkaiError, match=r"my.csv.*lacks the column\(s\) prob, target"):
        require_columns(
            pd.DataFrame(columns=["sentence_id", "variable", "labeler", "value"]),
            "labels",
            where="my.csv",
        )


def test_the_contract_of_the_tables() -> None:
    assert COLUMNS["labels"][:2] == ("sentence_id", "variable")
    assert "reason" in COLUMNS["estimates"]
    assert "published_source" in COLUMNS["articles"]
