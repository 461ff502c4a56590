import pytest

from framing.scheme import read_codebook
from framing.speakers.targets import TargetFinder, find_targets

FINDER = TargetFinder(read_codebook())


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("Seoul mengecam Pyongyang atas peluncuran balon itu.", "Seoul", "north_korea"),
        ("Rusia dikecam Jepang karena latihan di Kuril.", "Jepang", "russia"),
        ("Menteri itu berterima kasih kepada Iran.", "Menteri itu", "iran"),
        ("Washington menuduh Beijing menyadap kabel laut.", "Washington", "china"),
        ("Kiev khawatir dengan sikap Amerika Serikat yang berubah.", "Kiev", "united_states"),
        ("Pakta itu buruk bagi semua orang, kata seorang analis.", "seorang analis", "their_deal"),
        ("NATO sudah kehilangan arah, ujar pejabat Kremlin.", "pejabat Kremlin", "nato"),
        ("Kebijakan itu gagal, menurut seorang dosen.", "seorang dosen", ""),
        ("korea utara dituduh mencuri aset kripto", "", "north_korea"),
    ],
)
def test_the_evaluated_party(text: str, source: str, target: str) -> None:
    assert FINDER.target(text, source=source) == target


def test_the_longest_alias_wins() -> None:
    mentions = FINDER.mentions("Korea Utara dan Korea Selatan berunding di Uni Eropa.")
    assert [item.actor for item in mentions] == ["north_korea", "south_korea", "european_union"]


def test_capitals_count_where_there_are_any() -> None:
    assert FINDER.mentions("Dia sebagai saksi, asap mengepul.") == []
    assert FINDER.mentions("Pasukan AS mundur.")[0].actor == "united_states"
    assert FINDER.mentions("ia bertindak as usual") == []


def test_aliases_are_whole_words() -> None:
    assert FINDER.mentions("Kimia dan Iranian bukan nama negara.") == []


def test_neutral_sentences_have_no_target() -> None:
    texts = ["Rusia mengirim gandum.", "Seoul mengecam Moskow."]
    assert find_targets(texts, ["neutral", "critical"], ["", "Seoul"], read_codebook()) == [
        "", "russia",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "\0", "😀", "a" * 100_000, "mengecam " * 10_000])
def test_strange_text(text: str) -> None:
    assert FINDER.target(text) == ""
