import hashlib
import json
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.errors import BingkaiWarning
from framing.language.cues import Kind
from framing.news.characters import normalise
from framing.news.cleaning import Page, clean_page
from framing.news.datelines import key_of, read_dateline, split_site_suffix
from framing.news.lines import kind_of
from framing.news.reading import read_corpus

HERE = Path(__file__).parent
# two corpora: the years of the days that pages leave open come from the other pages
FOLDERS = (HERE / "pages", HERE / "pages-earlier")
PATHS = {path.name: path for folder in FOLDERS for path in sorted(folder.iterdir())}
EXPECTED = json.loads((HERE / "pages-expected.json").read_text(encoding="utf-8"))
REAL = json.loads((HERE / "real_pages.json").read_text(encoding="utf-8"))
EXPECTED.pop("about")
REAL.pop("about")


def read_quietly(folder: Path) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BingkaiWarning)
        return read_corpus(folder)


@pytest.fixture(scope="module")
def composed() -> dict[str, dict[str, Any]]:
    rows = [row for folder in FOLDERS for row in read_quietly(folder).to_dict("records")]
    return dict(zip(PATHS, rows, strict=True))


def resolve_body(name: str, body: list[int | list[int] | str]) -> str:
    lines = ["", *PATHS[name].read_text(encoding="utf-8", errors="replace").split("\n")]
    paragraphs = [
        part
        if isinstance(part, str)
        else " ".join(lines[n] for n in ([part] if isinstance(part, int) else part))
        for part in body
    ]
    return "\n\n".join(paragraphs)


def test_every_composed_page_has_its_expectation() -> None:
    assert sorted(PATHS) == sorted(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_composed_pages_of_unlike_layouts(name: str, composed: dict[str, dict[str, Any]]) -> None:
    expected = EXPECTED[name]
    article = composed[name]
    fields = ("title", "outlet", "author", "published", "published_source", "agency")
    assert {field: article[field] for field in fields} == {f: expected[f] for f in fields}
    assert article["text"] == resolve_body(name, expected["body"])


@pytest.fixture(scope="module")
def real(shared: Path) -> dict[str, dict[str, Any]]:
    names = sorted(path.name for path in (shared / "corpus").glob("*.txt"))
    if names != sorted(REAL):
        pytest.skip("../shared/corpus holds other pages than those that were read by hand")
    return dict(zip(names, read_quietly(shared / "corpus").to_dict("records"), strict=True))


@pytest.mark.parametrize("name", sorted(REAL))
def test_real_pages(name: str, real: dict[str, dict[str, Any]], shared: Path) -> None:
    expected, article = REAL[name], real[name]
    page = (shared / "corpus" / name).read_bytes().decode("utf-8")

    def cut(span: list[Any]) -> str:
        start, end, digest = span
        assert hashlib.sha256(page[start:end].encode()).hexdigest().startswith(digest)
        return page[start:end].replace("\xa0", " ")  # the reader writes plain spaces

    assert article["title"] == cut(expected["title"])
    assert article["text"].split("\n\n") == [cut(span) for span in expected["body"]]
    assert set(article["agency"].split("; ")) == set(expected["agency"])
    for field in ("outlet", "author", "published", "published_source"):
        assert article[field] == expected[field]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (Kind.PROSE, "Ya."),
        (Kind.PROSE, "Kapal itu tiba Kamis (20/6)."),
        (Kind.PROSE, "Pada Rabu, 19 Juni 2024, kedua menteri bertemu."),
        (Kind.PROSE, "Oleh karena itu, pemerintah meminta semua pihak menahan diri."),
        (Kind.PROSE, "Editor surat kabar tersebut ditahan sejak Mei."),
        (Kind.PROSE, "Komentar itu menuai kecaman dari sejumlah negara."),
        (Kind.PROSE, "Menurut akun Instagram kedutaan, acara itu dihadiri 200 orang."),
        (Kind.PROSE, "Foto itu sudah menguning di tepinya."),
        (Kind.PROSE, "Apa dampaknya bagi Indonesia?"),
        (Kind.HEADLINE, "Apa Itu Pakta Pertahanan Bersama?"),
        (Kind.HEADLINE, "Kronologi Kapal Karam di Selat, 19 Juni 2024"),
        (Kind.HEADLINE, "Pertahanan Bersama"),
        (Kind.LINK, "Baca Juga :"),
        (Kind.LINK, "Simak Video \"Detik-detik Kapal Terbakar\""),
        (Kind.WIDGET, "Bagikan: Facebook Twitter WhatsApp"),
        (Kind.WIDGET, "SCROLL TO CONTINUE WITH CONTENT"),
        (Kind.WIDGET, "Halaman 1 2 3"),
        (Kind.PLEA, "Ikuti kami di Google News dan WhatsApp Channel"),
        (Kind.PLEA, "Situs ini menggunakan cookie untuk meningkatkan pengalaman Anda."),
        (Kind.PLEA, "Dengan mendaftar, Anda menyetujui ketentuan layanan."),
        (Kind.PLEA, "Jadilah bagian dari pembaca setia kami."),
        (Kind.PROSE, "“Jadilah bagian dari perubahan,” kata rektor itu."),
        (Kind.PROSE, "Mereka kirimkan donasi ke tiga kamp di perbatasan."),
        (Kind.WIDGET, "Apakah berita ini bermanfaat bagi Anda?"),
        (Kind.WIDGET, "***"),
        (Kind.HEADLINE, "[CEK FAKTA] Foto Jembatan Putus Diambil di Negara Lain"),
        (Kind.DATE, "Sabtu Pon, 6 Januari 2024 / 24 Jumadil Akhir 1445 H"),
        (Kind.DATE, "Kabar Khayal - Senin, 8 Januari 2024 | Penulis: Rina Rekaan"),
        (Kind.END, "Penulis adalah peneliti pada sebuah lembaga kajian."),
        (Kind.LIST, "Artikel Terkait:"),
        (Kind.LIST, "TERPOPULER"),
        (Kind.END, "Alamat email Anda tidak akan dipublikasikan."),
        (Kind.END, "#laut #kapal"),
        (Kind.END, "(abc/def)"),
        (Kind.BYLINE, "Penulis: Rina Rekaan | Editor: Budi Rekaan"),
        (Kind.BYLINE, "Oleh Rina Rekaan"),
        (Kind.DATE, "Rina Rekaan • 19 Juni 2024 17:41"),
        (Kind.DATE, "2 jam yang lalu"),
        (Kind.DATE, "Jakarta, 19 Juni 2024"),
        (Kind.CAPTION, "Kapal bersandar di Suva. (AP Photo/Rina Rekaan)"),
        (Kind.CAPTION, "Ilustrasi kapal perang. (Foto: dok. Kementerian)"),
        (Kind.SECTION, "Home > Dunia > Asia"),
        (Kind.SECTION, "Internasional"),
        (Kind.CREDIT, "REUTERS | AFP"),
    ],
)  # fmt: skip
def test_kinds_of_lines(kind: Kind, line: str) -> None:
    assert kind_of(line) is kind


@pytest.mark.parametrize(
    ("paragraph", "place", "site", "agency"),
    [
        ("JAKARTA, Kabar Maya — Kapal", "JAKARTA", "Kabar Maya", ""),
        ("KABARMAYA.COM, Jakarta - Kapal", "Jakarta", "KABARMAYA.COM", ""),
        ("Kabarmaya.com - Kapal", "", "Kabarmaya.com", ""),
        ("Jakarta, Layar Maya -- Kapal", "Jakarta", "Layar Maya", ""),
        ("SEOUL, iMaya.id - Kapal", "SEOUL", "iMaya.id", ""),
        ("London (Reuters) - Kapal", "London", "", "Reuters"),
        ("Moskow, Rusia - Kapal", "Moskow", "", ""),
        ("Pyongyang: Kapal", "Pyongyang", "", ""),
    ],
)
def test_datelines(paragraph: str, place: str, site: str, agency: str) -> None:
    dateline = read_dateline(paragraph)
    assert dateline is not None
    assert (dateline.place, dateline.site, dateline.agency) == (place, site, agency)
    assert paragraph[dateline.end :] == "Kapal"


@pytest.mark.parametrize(
    "paragraph",
    [
        "Menlu: Kapal itu milik kita",
        "Kapal yang karam - milik Panama",
        "Jakarta–Bandung kini dekat",
    ],
)
def test_what_only_looks_like_a_dateline(paragraph: str) -> None:
    assert read_dateline(paragraph) is None


def test_spellings_of_an_outlet_share_a_key() -> None:
    assert key_of("KabarMaya.co.id") == key_of("Kabar Maya") == key_of("https://www.kabarmaya.id")


def test_a_site_is_split_from_a_title_and_a_dash_inside_one_is_not() -> None:
    assert split_site_suffix("Kapal Karam di Selat Sunda - Kabar Maya")[1] == "Kabar Maya"
    assert split_site_suffix("Kapal Karam di Selat Sunda-Bali")[1] == ""


def test_known_fields_win_over_the_page() -> None:
    known = Page(title="Judul Lain", outlet="Outlet Lain", published=date(2020, 1, 1))
    text = "Kapal Karam\n19 Juni 2024\nJAKARTA, Kabar Maya — Kapal itu karam pada malam hari."
    page = clean_page(text, known=known)
    assert (page.title, page.outlet, page.published) == (
        "Judul Lain",
        "Outlet Lain",
        known.published,
    )
    assert page.body == ("JAKARTA, Kabar Maya — Kapal itu karam pada malam hari.",)


STRANGE = [
    "1" * 100_000,
    "Senin " * 17_000,
    "(1/6" * 5_000,
    "“" * 100_000,
    "A. " * 33_000,
    "\ufdfa" * 100_000,
    "😀 " * 30_000,
    "العربية " * 12_000,
    "Baca juga: " * 9_000,
    "(foto " * 16_000,
    "#a " * 30_000,
    "x.com " * 16_000,
    "\x00\ud800" * 1_000,
    "dikutip dari A " * 6_000,
]


@pytest.mark.parametrize("line", STRANGE, ids=range(len(STRANGE)))
def test_strange_lines_neither_crash_nor_swallow_the_article(line: str) -> None:
    sentence = "JAKARTA, Kabar Maya — Kapal itu karam pada malam hari di dekat pelabuhan."
    page = clean_page(normalise(f"Kapal Karam di Selat\n{sentence}\n{line}"))
    assert page.title == "Kapal Karam di Selat"
    assert page.body[0] == sentence


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=12))
def test_the_body_is_made_of_the_pages_own_words(lines: list[str]) -> None:
    text = normalise("\n".join(lines))
    page = clean_page(text)
    flat = " ".join(text.split())
    assert all(" ".join(paragraph.split()) in flat for paragraph in page.body)


LINES = sorted(
    {
        line
        for path in PATHS.values()
        if path.suffix == ".txt"
        for line in path.read_text("utf-8").split("\n")
        if line
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=15))
def test_lines_of_pages_in_any_order_make_some_page(lines: list[str]) -> None:
    page = clean_page(normalise("\n".join(lines)))
    words = set(" ".join(lines).split())
    assert all(word in words for paragraph in page.body for word in paragraph.split())


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    once.encode("utf-8")
