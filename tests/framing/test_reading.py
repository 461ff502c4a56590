import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from framing.errors import BingkaiError, BingkaiWarning
from framing.news.reading import guess_language, read_corpus, read_outlets
from framing.schema import COLUMNS

BODY = (
    "JAKARTA, Kabar Maya — Kapal itu karam pada malam hari di dekat pelabuhan.",
    "Penumpangnya selamat semua, lapor Reuters.",
)
PAGE = "\n\n".join(("Kapal Karam di Selat", "Rabu, 19 Juni 2024 17:41 WIB", *BODY))


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_page_becomes_a_row_of_the_contract(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", PAGE)
    articles = read_corpus(tmp_path)
    assert list(articles.columns) == list(COLUMNS["articles"])
    assert articles.loc[0].to_dict() == {
        "article_id": hashlib.sha256(b"Kabar Maya\nKapal Karam di Selat").hexdigest()[:12],
        "outlet": "Kabar Maya",
        "published": "2024-06-19",
        "published_source": "stated",
        "title": "Kapal Karam di Selat",
        "author": "",
        "agency": "Reuters",
        "url": "",
        "language": "id",
        "text": "\n\n".join(BODY),
        "text_sha256": hashlib.sha256("\n\n".join(BODY).encode()).hexdigest(),
    }


def test_the_manifest_wins_over_the_page(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", PAGE)
    write(
        tmp_path,
        "manifest.csv",
        "file,outlet,published,title,url,country,type\n"
        "a.txt,Koran Lain,2024-06-18,Judul Lain,https://a.example,Indonesia,portal\n",
    )
    article = read_corpus(tmp_path).loc[0]
    assert (article["outlet"], article["title"]) == ("Koran Lain", "Judul Lain")
    assert (article["published"], article["published_source"]) == ("2024-06-18", "manifest")
    assert article["url"] == "https://a.example"
    assert read_outlets(tmp_path).to_dict("records") == [
        {"outlet": "Koran Lain", "country": "Indonesia", "type": "portal"}
    ]


def test_outlets_without_a_manifest_are_none(tmp_path: Path) -> None:
    assert read_outlets(tmp_path).empty


def test_an_outlet_with_two_countries_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "manifest.csv", "file,outlet,country\na.txt,X,Fiji\nb.txt,X,Tonga\n")
    with pytest.raises(BingkaiError, match="two values of country, 'Fiji' and 'Tonga'"):
        read_outlets(tmp_path)


def test_an_unnamed_outlet_is_called_by_its_file_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path, "halaman-7.txt", PAGE.replace("JAKARTA, Kabar Maya", "JAKARTA"))
    with pytest.warns(BingkaiWarning, match=r"halaman-7\.txt: the page does not name its outlet"):
        articles = read_corpus(tmp_path)
    assert articles.loc[0, "outlet"] == "halaman-7"


def test_a_file_name_that_is_no_utf_8_makes_no_trouble(tmp_path: Path) -> None:
    page = PAGE.replace("JAKARTA, Kabar Maya", "JAKARTA")
    try:
        write(tmp_path, "hal\udce9.txt", page)
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    with pytest.warns(BingkaiWarning, match="does not name its outlet"):
        assert read_corpus(tmp_path).loc[0, "outlet"] == "hal?"


def test_an_article_that_stands_twice_is_kept_once(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", PAGE)
    write(tmp_path, "b.txt", PAGE)
    with pytest.warns(BingkaiWarning, match=r"b\.txt: the same article as .*a\.txt"):
        articles = read_corpus(tmp_path)
    assert len(articles) == 1


def test_a_reprint_by_another_outlet_stays(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", PAGE)
    write(tmp_path, "b.txt", PAGE)
    write(tmp_path, "manifest.csv", "file,outlet\nb.txt,Koran Lain\n")
    assert list(read_corpus(tmp_path)["outlet"]) == ["Kabar Maya", "Koran Lain"]


def test_one_title_over_two_texts_gives_two_ids(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", PAGE)
    write(tmp_path, "b.txt", PAGE.replace("malam", "siang"))
    articles = read_corpus(tmp_path)
    content = "Kabar Maya\nKapal Karam di Selat\n" + articles.loc[0, "text_sha256"]
    assert articles.loc[0, "article_id"] == hashlib.sha256(content.encode()).hexdigest()[:12]
    assert articles["article_id"].is_unique


def test_two_spellings_of_an_outlet_are_pointed_out(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", PAGE)
    write(tmp_path, "b.txt", PAGE.replace("Kabar Maya", "KabarMaya.id").replace("malam", "siang"))
    with pytest.warns(BingkaiWarning, match="'Kabar Maya' and 'KabarMaya.id' look like one"):
        assert len(read_corpus(tmp_path)) == 2


def test_a_day_is_inferred_with_the_year_of_the_other_pages(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", PAGE)
    undated = PAGE.replace("\n\nRabu, 19 Juni 2024 17:41 WIB", "").replace(
        "malam hari", "Kamis (20/6) malam"
    )
    write(tmp_path, "b.txt", undated)
    article = read_corpus(tmp_path).loc[1]
    assert (article["published"], article["published_source"]) == ("2024-06-20", "inferred")


def test_a_day_that_nothing_determines_stays_empty_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", PAGE.replace("\n\nRabu, 19 Juni 2024 17:41 WIB", ""))
    with pytest.warns(BingkaiWarning, match=r"a\.txt: nothing tells the day"):
        article = read_corpus(tmp_path).loc[0]
    assert (article["published"], article["published_source"]) == ("", "")


@pytest.mark.filterwarnings("ignore::framing.errors.BingkaiWarning")
def test_pages_without_any_article_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "Home\nLogin\nTerpopuler\n")
    with pytest.raises(BingkaiError, match="no page holds sentences"):
        read_corpus(tmp_path)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_tables_of_every_kind_give_the_same_articles(tmp_path: Path, ending: str) -> None:
    table = pd.DataFrame(
        {
            "text": ["Kapal itu karam.\r\nSemua selamat.", "Kapal lain tiba."],
            "title": ["Kapal Karam", "Kapal Tiba"],
            "outlet": ["Kabar Maya", "Koran Maya"],
            "published": ["19 Juni 2024", ""],
        }
    )
    path = tmp_path / f"corpus.{ending}"
    if ending == "csv":
        table.to_csv(path, index=False)
    elif ending == "jsonl":
        table.to_json(path, orient="records", lines=True)
    else:
        table.to_parquet(path)
    articles = read_corpus(path)
    assert list(articles["text"]) == ["Kapal itu karam.\n\nSemua selamat.", "Kapal lain tiba."]
    assert list(articles["published"]) == ["2024-06-19", ""]
    assert list(articles["published_source"]) == ["manifest", ""]


def test_reading_what_was_read_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", PAGE)
    articles = read_corpus(tmp_path)
    articles.to_csv(tmp_path / "articles.csv", index=False)
    pd.testing.assert_frame_equal(read_corpus(tmp_path / "articles.csv"), articles)


def test_a_tables_raw_pages_are_cleaned(tmp_path: Path) -> None:
    pd.DataFrame({"text": [PAGE + "\n\nBaca juga: Kapal Lain\n\nTinggalkan Balasan"]}).to_csv(
        tmp_path / "t.csv", index=False
    )
    article = read_corpus(tmp_path / "t.csv").loc[0]
    assert article["title"] == "Kapal Karam di Selat"
    assert article["text"] == "\n\n".join(BODY)


def test_lone_surrogates_in_a_table_become_writable(tmp_path: Path) -> None:
    row = json.dumps({"text": "Kapal \ud800 karam \x00 malam.", "outlet": "X"})
    articles = read_corpus(write(tmp_path, "t.jsonl", row + "\n"))
    text = articles.loc[0, "text"]
    assert re.fullmatch(r"Kapal [?\ufffd] karam malam\.", text)
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.csv", "isi,outlet\nKapal karam.,X\n", "no column 'text' \\(it has isi, outlet\\)"),
        ("t.csv", "", "the file is empty"),
        ("t.csv", "text,outlet,published\nKapal karam.,X,31 Juni 2024\n", "row 1: '31 Juni 2024'"),
        ("t.jsonl", "{bukan json\n", r"t\.jsonl: "),
        ("t.parquet", "bukan parquet", r"not a readable \.parquet table"),
        ("t.xlsx", "x", "unknown table format"),
    ],
)
def test_a_broken_table_is_one_clear_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    path = write(tmp_path, name, text)
    with pytest.raises(BingkaiError, match=message) as error:
        read_corpus(path)
    assert re.match(re.escape(str(path)), str(error.value))
    assert "\n" not in str(error.value)


@pytest.mark.filterwarnings("ignore::framing.errors.BingkaiWarning")
def test_a_table_without_any_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BingkaiError, match="no row has text"):
        read_corpus(write(tmp_path, "t.csv", "text,outlet\n,X\n"))


def test_a_missing_corpus_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BingkaiError, match="no such folder or file"):
        read_corpus(tmp_path / "nirwana")


def test_the_language_is_told_by_function_words() -> None:
    assert guess_language("Kapal itu karam di selat pada malam hari.") == "id"
    assert guess_language("The ship went down in the strait at night.") == "en"
    assert guess_language("12345") == "id"
