from pathlib import Path

import pytest

from framing.errors import BingkaiError, BingkaiWarning
from framing.news.characters import decode, normalise
from framing.news.pages import looks_like_html, read_manifest, read_pages

PAGE = (
    "Kapal Karam di Selat\nRabu, 19 Juni 2024 17:41 WIB\n"
    "JAKARTA, Kabar Maya — Kapal itu karam “pelan-pelan” pada malam hari – kata nakhoda.\n"
    "Penumpangnya selamat semua.\n"
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_usual_encoding_gives_the_same_page(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes(PAGE.encode(encoding))
    (file,) = read_pages(tmp_path)
    assert file.page.body[0] == PAGE.splitlines()[2]
    assert file.page.outlet == "Kabar Maya"


def test_carriage_returns_and_hidden_characters_are_taken_out() -> None:
    assert normalise("a\r\nb\rc\u2028d") == "a\nb\nc\nd"
    assert normalise("\ufeffka\u200bpal\u00a0 karam\u00ad") == "kapal karam"
    assert normalise("cafe\u0301") == "café"
    assert normalise("a\ud800b\x00") == "a\ufffdb"
    assert normalise("\ufdfa") == "\ufdfa"


def test_good_utf8_with_a_broken_byte_stays_utf8() -> None:
    assert decode("“kapal” é".encode() + b"\xff") == "“kapal” é\ufffd"


@pytest.mark.parametrize(
    "raw", [b"%PDF-1.7 kapal", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04abc", bytes(range(32)) * 20]
)
def test_binary_files_are_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.txt").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(raw)
    with pytest.raises(BingkaiError, match=r"b\.txt: the file is binary") as error:
        read_pages(tmp_path)
    assert "\n" not in str(error.value)


def test_a_nul_inside_a_text_does_not_make_it_binary(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(PAGE.encode().replace(b"selamat", b"sela\x00mat"))
    (file,) = read_pages(tmp_path)
    assert file.page.body[1] == "Penumpangnya selamat semua."


def test_an_empty_file_is_left_out_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.txt").write_text(" \n\ufeff\n", encoding="utf-8")
    with pytest.warns(BingkaiWarning, match=r"b\.txt: the file has no text"):
        files = read_pages(tmp_path)
    assert [file.name for file in files] == ["a.txt"]


@pytest.mark.filterwarnings("ignore::framing.errors.BingkaiWarning")
def test_folders_without_anything_to_read_are_errors(tmp_path: Path) -> None:
    with pytest.raises(BingkaiError, match="no .txt or .html files"):
        read_pages(tmp_path)
    (tmp_path / "a.txt").write_text("", encoding="utf-8")
    with pytest.raises(BingkaiError, match="are empty"):
        read_pages(tmp_path)


def test_html_is_known_by_its_tags() -> None:
    assert looks_like_html("<!doctype html><p>x")
    assert looks_like_html("<div><p>a</p><p>b</p><br></div>")
    assert not looks_like_html("Nilai x < 3 dan y > 2. Kapal karam.")


def test_html_metadata_give_outlet_and_the_local_day(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in PAGE.splitlines()[2:])
    (tmp_path / "a.html").write_text(
        "<html><head><title>Kapal Karam di Selat</title>"
        '<meta property="og:site_name" content="Koran Maya">'
        '<meta property="article:published_time" content="2024-06-19T20:00:00Z"></head>'
        f"<body><article><h1>Kapal Karam di Selat</h1>{paragraphs}</article></body></html>",
        encoding="utf-8",
    )
    (file,) = read_pages(tmp_path)
    assert file.page.outlet == "Koran Maya"
    assert str(file.page.published) == "2024-06-20"  # three in the morning in Jakarta


def write_manifest(folder: Path, text: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_manifest_may_use_semicolons_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = write_manifest(tmp_path, "\ufeffFile;Outlet;published\na.txt;Koran Maya;19 Juni 2024\n")
    assert read_manifest(path) == {"a.txt": {"outlet": "Koran Maya", "published": "2024-06-19"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("outlet\nKoran Maya\n", "no column 'file'"),
        ("file,outlet\nz.txt,Koran Maya\n", r"row 2: there is no file 'z\.txt'"),
        ("file,outlet,Outlet\na.txt,X,Y\n", "the column 'outlet' stands twice"),
        ("file,outlet\na.txt,X\na.txt,Y\n", "row 3: .* stands twice"),
        ("file,published\na.txt,19 Junuari 2024\n", "row 2: '19 Junuari 2024' is no date"),
        ("file,outlet\n,Koran Maya\n", "row 2: the column 'file' is empty"),
    ],
)
def test_a_broken_manifest_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = write_manifest(tmp_path, text)
    with pytest.raises(BingkaiError, match=message) as error:
        read_manifest(path, {"a.txt"})
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_columns_of_the_manifest_that_are_not_known_are_named(tmp_path: Path) -> None:
    path = write_manifest(tmp_path, "file,oulet,note\na.txt,Koran Maya,x\n")
    with pytest.warns(BingkaiWarning, match=r"not used: 'oulet', 'note'; known .* outlet"):
        assert read_manifest(path) == {"a.txt": {}}


def test_what_is_only_named_like_a_page_is_left_out_with_a_word(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kapal Karam\n\nKapal itu karam di selat pada malam hari.\n")
    (tmp_path / "b.html").mkdir()
    (tmp_path / "c.txt").symlink_to(tmp_path / "nothing.txt")
    with pytest.warns(BingkaiWarning) as said:
        assert [page.name for page in read_pages(tmp_path)] == ["a.txt"]
    messages = [str(warning.message) for warning in said]
    assert [message.rpartition("/")[2] for message in messages] == [
        "b.html: a folder, no page; left out", "c.txt: a link to nothing, no page; left out",
    ]  # fmt: skip
