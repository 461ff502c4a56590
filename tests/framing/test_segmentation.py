"""Sentences: what ends one, what does not, and that no offset is ever lost."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.errors import BingkaiError
from framing.language.segmentation import split_articles, split_text
from framing.schema import COLUMNS

# "|" stands where a sentence ends and the next begins.
CASES = {
    "plain": "Sidang ditunda. | Menteri belum tiba. | Kapan dimulai? | Entahlah!",
    "titles": "Menurut Prof. Dr. Ir. H. Darmawan Sutedja, laut itu dangkal. | Drs. Hadi setuju.",
    "ranks": "Letjen. Wirya dan Kombes. Pol. Santoso hadir. | Brigjen. Tito absen.",
    "initials": "Buku karya A.H. Sunarya dan J. Pramudya terbit. | W. S. Hartono menulisnya.",
    "initial in the middle": "Presiden John F. Harland tiba. | Ia disambut George W. Sutton.",
    "degrees": "Ketua panitia, Rina Hapsari, S.H., M.Si., membuka acara. | Tamu bertepuk tangan.",
    "degree at the end": "Acara dibuka Rina Hapsari, S.H. | Tamu bertepuk tangan.",
    "initials after a comma": "Hadir pula Danu, A.R. Sunarya, dan Sari. | Acara usai.",
    "numbers": "Kerugian Rp 1.250.000,50 atau 3.5 persen. | Pada 1961. | Lalu 2,5 juta.",
    "number signs": "Lihat No. 17 hlm. 23 dan Jl. Kenanga No. 5 di kota itu. | Rumah itu kosong.",
    "numbers open": "Gempa terjadi pada 1998. | 15 orang tewas. | 3 selamat.",
    "times": "Pesawat mendarat pukul 07.30 WIB. | Pukul 09.00. | Lalu hening.",
    "in a clause": "Surat ditandatangani a.n. Bupati dan s.d. Juni berlaku. | Sesudah itu batal.",
    "et cetera": "Mereka membawa beras, gula, dll. | Bantuan itu cukup.",
    "et cetera goes on": "Beras, gula, dsb. dibawa ke sana. | Selesai.",
    "acronyms": "Kapal U.S. Navy lewat. | Ia bertolak ke Washington, D.C. | Setelah itu sepi.",
    "firms": "PT. Samudra Jaya Tbk. merugi. | Laba Orchard Inc. turun. | Namun saham naik.",
    "label": "Tubuh perlu vitamin C. | Kekurangan itu berbahaya.",
    "tag in small letters": '"Siapa yang datang?" tanya dia. | "Saya!" jawab Sari.',
    "quotation of several": "“Kami siap. | Kami tidak takut,” kata Danu. | Ia lalu pergi.",
    "closing after the point": '"Kami siap." | Danu lalu pergi.',
    "straight quotes": 'Ia berkata, "Kami siap." | "Kami kuat," katanya.',
    "unbalanced": "“Kami siap, kata Danu. | Ia pergi. | Kami kuat,” kata Sari.",
    "nested": "“Ia bilang ‘jangan’. | Kami pergi,” kata Danu.",
    "ellipsis inside": "Ia terdiam ... lalu pergi. | Hujan turun… dan reda.",
    "ellipsis at the end": "Ia terdiam... | Hujan turun… | Semua pulang.",
    "marks in a row": "Benarkah?! | Tentu saja!!! | Ya.",
    "split-off marks": '" Kami siap . " kata Danu . | Ia pergi .',
    "split-off closing": 'Ia berkata , " Kami siap . " | Danu pergi .',
    "small letters": "sidang ditunda . | menteri belum tiba . | dr. hadi sakit .",
    "aside": "Partai (berdiri pada 1998. Kini bubar) kalah. | Mereka mundur.",
    "credit": "Hujan reda. (KBRD) | Warga pulang.",
    "glued": "Hujan reda.|Warga pulang. | Laman detik.Com ramai. | “Kami siap.”|Danu pergi.",
    "brand": "Harga turun. | iPhone laris. | eBay tutup.",
    "address": "Sumber: kabarandai.co.id. | Warga membacanya.",
    "list numbers": "1. Siapkan paspor.\n|2. Datang pagi.",
    "lines": "Judul tanpa titik\n|Isi pertama. | Isi kedua\r\n\r\n|Alinea lain",
    "other scripts": "هل أنت هنا؟ | نعم. | 你好。|再见。",
    "emoji": "Menang! | 🎉 Semua senang. | Pulang.",
}


@pytest.mark.parametrize("name", CASES)
def test_sentences_end_where_a_reader_ends_them(name: str) -> None:
    wanted = [part.strip() for part in CASES[name].split("|")]
    text = CASES[name].replace(" | ", " ").replace("|", "")
    assert [text[start:end] for start, end in split_text(text)] == wanted


def check_spans(text: str) -> list[str]:
    """Assert what holds for the spans of any text; return the sentences."""
    position = 0
    sentences = []
    for start, end in split_text(text):
        sentence = text[start:end]
        assert position <= start < end <= len(text)
        assert sentence == sentence.strip() != ""
        assert not text[position:start].strip()
        assert len(sentence.splitlines()) == 1
        sentences.append(sentence)
        position = end
    assert not text[position:].strip()
    return sentences


WORDS = ["Kami", "siap", "kata", "Danu", "Dr.", "S.H.", "No.", "5", "1961.", "A.", "(AFP)"]
MARKS = [*".…?!,()-—\"“”‘’'»«؟。", "...", "``", "''"]
BLANKS = [" ", "  ", "\n", "\r\n", "\u2028", "\x85", "\xa0", "\t"]
STRANGE = ["\0", "\ud800", "🎉", "ﷺ"]
NEWS_PIECES = st.sampled_from([*WORDS, *MARKS, *BLANKS, *STRANGE])


@given(st.lists(NEWS_PIECES, max_size=40).map("".join))
def test_spans_cover_any_news_like_text(text: str) -> None:
    check_spans(text)


@given(st.text(st.characters(), max_size=60))
def test_spans_cover_any_text(text: str) -> None:
    check_spans(text)


@given(st.lists(NEWS_PIECES, max_size=40).map("".join))
def test_one_sentence_a_line_is_only_ever_split_further(text: str) -> None:
    """Sentences written one a line keep their boundaries: a second pass loses none."""
    sentences = check_spans(text)
    again = check_spans("\n".join(sentences))
    assert "".join("".join(again).split()) == "".join("".join(sentences).split())
    assert len(again) >= len(sentences)


@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
def test_a_line_break_separates_what_stands_on_its_sides(left: str, right: str) -> None:
    joined = check_spans(f"{left}\n{right}")
    assert joined == check_spans(left) + check_spans(right)


@pytest.mark.parametrize(
    "text",
    [
        "." * 100_000,
        "a" * 100_000,
        '."' * 50_000,
        "(" * 100_000,
        "A. " * 33_000,
        " \"'" * 33_000,
        "usai. " + " " * 100_000 + "Ia pergi.",
        "ya? " * 25_000,
        "\u0627\u0644. " * 25_000,
        "ﷺ" * 100_000,
        "\ud800. \0" * 20_000,
    ],
)
def test_long_lines_of_anything_are_split_without_loss(text: str) -> None:
    check_spans(text)


def test_an_empty_text_has_no_sentence() -> None:
    assert split_text("") == []
    assert split_text(" \n\t\xa0 ") == []


def articles(*rows: tuple[str, object, object]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["article_id", "title", "text"], dtype=object)
    return table.reindex(columns=list(COLUMNS["articles"]), fill_value="").assign(
        article_id=table["article_id"], title=table["title"], text=table["text"]
    )


def test_title_and_sentences_become_rows_in_order() -> None:
    text = "Hujan reda. Warga pulang.\nHujan reda."
    table = split_articles(articles(("a1", " Hujan Reda ", text), ("a2", "", "Sepi.")))
    assert list(table.columns) == list(COLUMNS["sentences"])
    assert list(table["unit"]) == ["title", "sentence", "sentence", "sentence", "sentence"]
    assert list(table["position"]) == [0, 1, 2, 3, 1]
    assert list(table["article_id"]) == ["a1"] * 4 + ["a2"]
    assert table.loc[0, ["start", "end"]].isna().all()
    assert str(table["start"].dtype) == str(table["end"].dtype) == "Int64"
    assert list(table["start"][1:]) == [0, 12, 26, 0]
    for row in table[table["unit"] == "sentence"].itertuples():
        body = text if row.article_id == "a1" else "Sepi."
        assert body[row.start : row.end] == row.text
    assert (table[["source", "source_group", "copy_of"]] == "").all(axis=None)


def test_ids_come_from_content_and_count_repeats() -> None:
    table = split_articles(articles(("a1", "", "Sepi. Sepi.")))
    wanted = [hashlib.sha256(f"a1\nsentence\nSepi.\n{k}".encode()).hexdigest() for k in (0, 1)]
    assert list(table["sentence_id"]) == [digest[:16] for digest in wanted]
    assert set(table["text_sha256"]) == {hashlib.sha256(b"Sepi.").hexdigest()}


def test_ids_survive_another_cleaning_of_the_page() -> None:
    before = split_articles(articles(("a1", "Judul", "Foto: Danu.\nHujan reda. Warga pulang.")))
    after = split_articles(articles(("a1", "Judul", "Hujan reda.\n\nWarga pulang.")))
    kept = before[before["text"] != "Foto: Danu."]
    assert list(kept["sentence_id"]) == list(after["sentence_id"])


def test_missing_titles_and_texts_give_no_rows() -> None:
    table = split_articles(articles(("a1", None, float("nan")), ("a2", float("nan"), "Sepi.")))
    assert list(table["text"]) == ["Sepi."]
    empty = split_articles(articles().iloc[:0])
    assert list(empty.columns) == list(COLUMNS["sentences"])
    assert str(empty["position"].dtype) == "int64"


def test_strange_texts_have_hashes() -> None:
    table = split_articles(articles(("a1", "\ud800", "\0 \udfff. Ia pergi.")))
    assert table["sentence_id"].is_unique
    assert table["text_sha256"].str.len().eq(64).all()


def test_a_missing_column_is_named() -> None:
    with pytest.raises(BingkaiError, match="text"):
        split_articles(articles(("a1", "Judul", "Sepi.")).drop(columns="text"))


@pytest.mark.parametrize("page", ["000", "001", "003"])
def test_real_pages_hold_the_coded_sentences(page: str, shared: Path) -> None:
    gold = pd.read_csv(shared / "gold" / "dev.csv", keep_default_na=False, dtype=str)
    (path,) = (shared / "corpus").glob(f"{page}_*.txt")
    text = path.read_text(encoding="utf-8")
    sentences = [text[start:end] for start, end in split_text(text)]
    wanted = list(gold.loc[gold["article"] == page, "text"])
    assert wanted
    assert [sentence for sentence in sentences if sentence in wanted] == wanted
