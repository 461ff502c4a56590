"""Voice: who speaks, for whom, in one sentence and over an article."""

import csv
import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.errors import BingkaiError
from framing.language.quotations import find_quotations
from framing.scheme import Codebook, read_codebook
from framing.speakers.voice import (
    PRESUMED,
    VALUES,
    count_rules,
    find_voices,
    is_headline,
    read_sentence,
    rule_distribution,
)

CASES_FILE = Path(__file__).with_name("voice_cases.csv")
with CASES_FILE.open(encoding="utf-8", newline="") as cases_file:
    CASES = list(csv.DictReader(cases_file, delimiter=";"))


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook()


def read_alone(codebook: Codebook, *texts: str) -> pd.DataFrame:
    return find_voices(pd.DataFrame({"text": texts}), codebook)


def read_together(
    codebook: Codebook, texts: Sequence[str], units: Sequence[str] = ()
) -> list[tuple[str, str, str]]:
    """Return (value, source, source group) of an article's sentences."""
    table = pd.DataFrame({"article_id": ["a1"] * len(texts), "text": texts}, dtype=object)
    if units:
        table["unit"] = list(units)
    voices = find_voices(table, codebook)
    return list(zip(voices["value"], voices["source"], voices["source_group"], strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_single_sentences(case: dict[str, str], codebook: Codebook) -> None:
    row = read_alone(codebook, case["text"]).iloc[0]
    wanted = (case["value"], case["source"], case["source_group"])
    assert (row["value"], row["source"], row["source_group"]) == wanted


def test_there_are_enough_cases_of_every_value() -> None:
    values = [case["value"] for case in CASES]
    assert len(CASES) >= 120
    assert min(values.count(value) for value in VALUES) >= 25


def test_a_quotation_that_runs_on_keeps_its_source(codebook: Codebook) -> None:
    voices = read_together(
        codebook,
        [
            "“Beras tinggal untuk dua pekan.",
            "Kapal bantuan belum juga merapat.",
            "Anak-anak mulai sakit,” kata Ratna Sari, relawan di pelabuhan itu.",
            "Pelabuhan itu ditutup sejak Mei.",
        ],
    )
    assert voices[:3] == [("quoted", "Ratna Sari", "ordinary_people")] * 3
    assert voices[3] == ("outlet", "", "own_words")


def test_every_paragraph_of_a_quotation_may_open_anew(codebook: Codebook) -> None:
    voices = read_together(
        codebook, ["“Jalan itu rusak.", "“Jembatan juga putus,” kata Danu Wirya, sopir truk."]
    )
    assert voices == [("quoted", "Danu Wirya", "ordinary_people")] * 2


def test_a_pronoun_is_the_last_source(codebook: Codebook) -> None:
    voices = read_together(
        codebook,
        [
            "Juru bicara Kemlu RI, Sinta Andaian, mengatakan 20 WNI sudah pulang.",
            "“Sisanya menunggu pesawat,” imbuhnya.",
            "Bandara itu kecil.",
            "Ia berharap semuanya selesai pekan ini.",
            "Menurut dia, biaya ditanggung negara.",
        ],
    )
    sinta = ("Sinta Andaian", "own_government")
    assert [voice[1:] for voice in voices] == [sinta, sinta, ("", "own_words"), sinta, sinta]
    assert [voice[0] for voice in voices] == [
        "attributed", "quoted", "outlet", "attributed", "attributed",
    ]  # fmt: skip


def test_a_last_name_stands_for_the_person_named_before(codebook: Codebook) -> None:
    voices = read_together(
        codebook,
        [
            "Presiden Ukraina Danylo Rekayenko tiba di Kopenhagen pada Senin pagi.",
            "Rekayenko mengatakan pertemuan itu berguna.",
            "“Kami pulang dengan tangan penuh,” kata Rekayenko.",
        ],
    )
    assert [voice[1:] for voice in voices[1:]] == [("Danylo Rekayenko", "foreign_government")] * 2


def test_an_untagged_quotation_goes_on_with_the_speaker(codebook: Codebook) -> None:
    voices = read_together(
        codebook,
        ["“Kami lelah,” kata seorang nelayan.", "“Sudah tiga bulan kami tidak melaut.”"],
    )
    assert voices[1] == ("quoted", "nelayan", "ordinary_people")


def test_a_quotation_may_come_before_its_speaker(codebook: Codebook) -> None:
    voices = read_together(
        codebook, ["“Sudah tiga bulan kami tidak melaut.”", "Begitu kata seorang nelayan."]
    )
    assert voices[0] == ("quoted", "nelayan", "ordinary_people")


def test_an_opening_mark_that_nobody_closes_ends_with_its_sentence(codebook: Codebook) -> None:
    voices = read_together(
        codebook,
        ["“Kami siap, kata Danu Wirya.", "Hujan turun.", "Film “Laut Kita” diputar di kota itu."],
    )
    assert [voice[0] for voice in voices] == ["quoted", "outlet", "outlet"]


def test_articles_do_not_lend_each_other_sources(codebook: Codebook) -> None:
    table = pd.DataFrame(
        {
            "article_id": ["a1", "a2", None, None],
            "text": [
                "Danu Wirya, pengamat dari Lembaga Rekaan, meragukan angka itu. “Tidak mungkin.",
                "Ia menilai angka itu wajar.",
                "Ia menilai angka itu wajar.",
                "Kami siap.",
            ],
        }
    )
    voices = find_voices(table, codebook)
    assert list(voices["source"][1:]) == ["", "", ""]
    assert list(voices["value"][1:]) == ["attributed", "attributed", "quoted"]


def test_titles_speak_in_bare_stems(codebook: Codebook) -> None:
    texts = ["Kremlin tuding Barat sembunyikan bukti", "Kremlin membuka arsip lama."]
    voices = read_together(codebook, texts, ["title", "sentence"])
    assert voices == [
        ("attributed", "Kremlin", "foreign_government"),
        ("outlet", "", "own_words"),
    ]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('Ia berkata, "Kami siap."', ['"Kami siap."']),
        ("”Kami siap,” ujarnya.", ["”Kami siap,”"]),
        ('"Kami siap,” ujarnya.', ['"Kami siap,”']),
        ("`` Kami siap , '' ujarnya", ["`` Kami siap , ''"]),
        ('" Kami siap , " ujarnya', ['" Kami siap , "']),
        ("“Ia bilang ‘jangan’,” ujarnya.", ["“Ia bilang ‘jangan’,”"]),
        ("Kami siap,” ujarnya.", ["Kami siap,”"]),
        ("Katanya, “Kami siap.", ["“Kami siap."]),
        ("Hari Jum'at di Cox's Bazar.", []),
        ("Musim '98 itu lama.", []),
        ("“Kami,” katanya, “siap.”", ["“Kami,”", "“siap.”"]),
    ],
)
def test_quotations_are_found(text: str, held: list[str]) -> None:
    assert [text[found.start : found.end] for found in find_quotations(text)] == held


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("Kremlin Tuding Barat Sembunyikan Bukti", True),
        ("Kremlin Tuding Barat Sembunyikan Bukti.", False),
        ("kremlin tuding barat sembunyikan bukti", False),
        ("Kremlin Menuding", False),
        ("", False),
    ],
)
def test_headlines_are_known_by_their_capitals(text: str, headline: bool) -> None:
    assert is_headline(text) is headline


@pytest.mark.parametrize("rule", PRESUMED)
def test_every_rule_has_a_distribution(rule: str) -> None:
    shares = rule_distribution(rule)
    assert set(shares) == set(VALUES)
    assert sum(shares.values()) == pytest.approx(1)
    assert min(shares.values()) > 0


def test_counts_of_rules_are_counts() -> None:
    coded = pd.DataFrame(
        [
            ("Kota itu sepi.", "outlet", "wire"),
            ("Laut surut.", "outlet", "wire"),
            ("Laut pasang.", "quoted", "speech"),
            ("Kremlin tuding Barat sembunyikan bukti", "attributed", "headline"),
        ],
        columns=["text", "voice", "register"],
    )
    assert count_rules(coded) == {
        "headline": {"attributed": 1},
        "plain": {"quoted": 1, "outlet": 2},
    }


def test_the_shipped_counts_are_those_of_the_shipped_sentences() -> None:
    data = files("framing") / "data"
    shipped = json.loads((data / "voice-rules.json").read_text(encoding="utf-8"))
    with (data / "sentences.csv").open(encoding="utf-8") as sentences:
        coded = pd.read_csv(sentences, keep_default_na=False)
    assert count_rules(coded) == shipped


def test_the_table_keeps_rows_ids_and_order(codebook: Codebook) -> None:
    table = pd.DataFrame({"sentence_id": ["s2", "s1"], "text": ["Kami siap.", None]}, index=[7, 3])
    voices = find_voices(table, codebook)
    assert list(voices["sentence_id"]) == ["s2", "s1"]
    assert list(voices.columns) == [
        "sentence_id", "value", *VALUES, "source", "source_group", "rule",
    ]  # fmt: skip
    assert voices[list(VALUES)].sum(axis=1).tolist() == pytest.approx([1, 1])
    assert list(voices["value"]) == ["quoted", "outlet"]


def test_an_empty_table_gives_an_empty_table(codebook: Codebook) -> None:
    voices = find_voices(pd.DataFrame({"text": []}), codebook)
    assert len(voices) == 0
    assert voices["quoted"].dtype == "float64"


def test_a_table_without_text_is_refused(codebook: Codebook) -> None:
    with pytest.raises(BingkaiError, match="text"):
        find_voices(pd.DataFrame({"teks": ["Kami siap."]}), codebook)


WORDS = ["Kami", "ia", "kata", "menurut", "menuduh", "dan", "yang", "Danu", "PBB", "menteri"]
TAGS = ["katanya", "dilaporkan", "demikian", "disebut", "tuding"]
MARKS = [*",.:\"“”'()-", "\0", "\ud800", "ﷺ", "🎉"]
PIECES = st.sampled_from([*WORDS, *TAGS, *MARKS])


@given(st.lists(PIECES, max_size=30).map(" ".join), st.booleans(), st.booleans())
def test_any_sentence_meets_a_rule(text: str, title: bool, inside: bool) -> None:
    reading = read_sentence(text, title=title, inside=inside)
    assert reading.rule in PRESUMED
    if reading.attribution is not None:
        assert 0 <= reading.attribution.start < len(text)


@given(st.lists(st.lists(PIECES, max_size=12).map(" ".join), max_size=6))
def test_any_article_is_read(codebook: Codebook, texts: list[str]) -> None:
    voices = read_together(codebook, texts)
    assert len(voices) == len(texts)
    for value, source, group in voices:
        assert (group == "own_words") == (value == "outlet")
        assert source == "" or value != "outlet"


LONG = ["kata " * 20_000, '"' * 100_000, "mengatakan dan " * 7_000, "a" * 100_000, "ﷺ" * 50_000]


@pytest.mark.parametrize("text", LONG)
def test_long_lines_are_read(text: str, codebook: Codebook) -> None:
    assert len(read_alone(codebook, text)) == 1
