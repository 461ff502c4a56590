"""Sources: whose name is read from a phrase, and which group it falls into."""

from dataclasses import replace

import pytest

from framing.scheme import Codebook, read_codebook
from framing.speakers.sources import UNNAMED, Cast, Source, SourceGroups


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook()


@pytest.fixture(scope="module")
def groups(codebook: Codebook) -> SourceGroups:
    return SourceGroups(codebook)


@pytest.mark.parametrize(
    ("phrase", "group"),
    [
        ("juru bicara Kementerian Luar Negeri RI", "own_government"),
        ("Duta Besar Indonesia untuk Jepang", "own_government"),
        ("Duta Besar Jepang untuk Indonesia", "foreign_government"),
        ("Menlu RI", "own_government"),
        ("menteri pertanian", "own_government"),
        ("juru bicara kementerian luar negeri Cina", "foreign_government"),
        ("seorang jenderal purnawirawan Polandia", "foreign_government"),
        ("utusan khusus PBB", "organisation"),
        ("Ketua NATO", "organisation"),
        ("direktur perusahaan pelayaran Yunani", "organisation"),
        ("media pemerintah Rusia", "agency"),
        ("kantor berita Xinhua", "agency"),
        ("analis dari Bangkok", "expert"),
        ("peneliti Universitas Andaian", "expert"),
        ("guru besar hukum internasional", "expert"),
        ("warga Seoul", "ordinary_people"),
        ("saksi mata", "ordinary_people"),
        ("seorang ibu di Kharkiv", "ordinary_people"),
        ("Danu Wirya", "other"),
    ],
)
def test_the_head_of_the_phrase_decides_the_group(
    phrase: str, group: str, groups: SourceGroups
) -> None:
    assert groups.sort(phrase) == group
    assert groups.sort(phrase.lower()) == group


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("Presiden Kenya Wanjiru Andaian", "Wanjiru Andaian"),
        ("Menteri Luar Negeri Ukraina, Danylo Rekayenko", "Danylo Rekayenko"),
        ("Danu Wirya, pengamat dari Lembaga Kajian Rekaan", "Danu Wirya"),
        ("ajudan Kremlin Igor Karangov", "Igor Karangov"),
        ("juru bicara Dewan Keamanan Nasional AS, Jane Madeup", "Jane Madeup"),
        ("ketua Partai Rakyat Rekaan", "ketua Partai Rakyat Rekaan"),
        ("peneliti Universitas Andaian", "peneliti Universitas Andaian"),
        ("seorang diplomat Eropa", "diplomat Eropa"),
        ("salah satu pedagang itu", "pedagang"),
        ("Juru bicara kementerian itu", "juru bicara kementerian"),
        ("Perdana Menteri Jepang", "Perdana Menteri Jepang"),
        ("Hamzah bin Rekaan, sopir truk", "Hamzah bin Rekaan"),
        ("Gedung Putih", "Gedung Putih"),
        ("", ""),
    ],
)
def test_a_person_goes_by_name_and_others_by_role(
    phrase: str, name: str, groups: SourceGroups
) -> None:
    assert groups.name(phrase).name == name


def test_the_unmarked_state_is_home_until_the_article_goes_on_about_another(
    groups: SourceGroups,
) -> None:
    cast = Cast(groups)
    assert cast.resolve("menteri pertahanan").group == "own_government"
    assert cast.resolve("presiden Ukraina").group == "foreign_government"
    assert cast.resolve("menteri pertahanan").group == "foreign_government"


def test_home_is_what_the_codebook_says(codebook: Codebook) -> None:
    abroad = SourceGroups(replace(codebook, home="japan", source_groups=()))
    assert abroad.sort("Tokyo") == "own_government"
    assert abroad.sort("Jakarta") == "foreign_government"


def test_a_codebook_without_groups_and_actors_sorts_into_other(codebook: Codebook) -> None:
    bare = SourceGroups(replace(codebook, actors=(), source_groups=()))
    assert bare.sort("Menlu RI") == "other"
    assert bare.name("Danu Wirya") == Source("Danu Wirya", "other")


def test_a_pronoun_without_a_source_is_nobody(groups: SourceGroups) -> None:
    assert Cast(groups).resolve("", pronoun=True) == UNNAMED


def test_a_pronoun_may_point_at_somebody_who_has_not_spoken(groups: SourceGroups) -> None:
    cast = Cast(groups)
    cast.introduce("Presiden Kenya Wanjiru Andaian tiba di Doha.")
    assert cast.resolve("", pronoun=True).name == "Wanjiru Andaian"
    assert cast.resolve("Andaian").name == "Wanjiru Andaian"
