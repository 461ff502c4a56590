import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.news.agencies import (
    canonical_agency,
    credited,
    find_agencies,
    is_credit_line,
    strip_credit,
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Kapal itu karam, lapor Reuters, Senin (17/6).", ["Reuters"]),
        ("Kapal itu karam, dikutip dari Samudra Kini, Senin (17/6).", ["Samudra Kini"]),
        ("Demikian dilansir dari laman AFP.", ["AFP"]),
        ("Kantor berita resmi KCNA menyiarkan gambarnya.", ["KCNA"]),
        ("Kapal karam, tulis Kantor Berita Lautan Rekaan (KBLR).", ["KBLR"]),
        ("Kapal karam malam itu. (KBLR)", ["KBLR"]),
        ("Kapal karam. (AFP/Z-2)", ["AFP"]),
        ("Kapal bersandar. (ANTARA FOTO/Ani Rekaan)", ["Antara"]),
        ("REUTERS | AFP", ["Reuters", "AFP"]),
        ("- DW", ["DW"]),
        ("Sumber: Reuters/AP", ["Reuters", "AP"]),
        ("(Tass, Xinhua)", ["TASS", "Xinhua"]),
    ],
)
def test_suppliers_are_found_by_name_and_by_wording(line: str, expected: list[str]) -> None:
    assert list(find_agencies([line])) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Hubungan antara kedua negara membaik.",
        "Antara keduanya tidak ada sengketa.",
        "Satelit Sputnik diluncurkan pada 1957.",
        "Seorang pejabat bicara kepada kantor berita Rusia.",
        "Dikutip dari Kementerian Perikanan, hasil panen naik.",
        "Dilansir dari laman Kremlin, jadwal berubah.",
        "Ia mengutip Presiden Marwan Rekaan.",
        "Kapal karam. (ros/had)",
    ],
)
def test_what_is_no_supplier_is_not_taken_for_one(line: str) -> None:
    assert find_agencies([line]) == ()


def test_a_supplier_is_named_once_in_order_of_appearance() -> None:
    lines = ["Dikutip dari TASS.", "Menurut Reuters, kapal itu kosong.", "Kapal, lapor Itar-Tass."]
    assert find_agencies(lines) == ("TASS", "Reuters")


def test_names_of_agencies_are_brought_to_one_spelling() -> None:
    assert canonical_agency("associated press") == "AP"
    assert canonical_agency("Kabar Rekaan") == ""


def test_a_credit_after_the_last_sentence_is_taken_off_and_kept_inside_one() -> None:
    assert strip_credit("Kapal itu karam. (KBLR)") == "Kapal itu karam."
    assert strip_credit("Kapal itu karam (KBLR).") == "Kapal itu karam (KBLR)."
    assert strip_credit("Kapal itu karam. (ros/had)") == "Kapal itu karam. (ros/had)"
    assert credited("Kapal itu karam. (Reuters, AFP)") == ["Reuters", "AFP"]


def test_a_line_of_agencies_alone_is_a_credit() -> None:
    assert is_credit_line("(AFP)")
    assert not is_credit_line("AFP menyiarkan kabar itu")


@given(st.text(max_size=300))
def test_any_line_is_read(line: str) -> None:
    find_agencies([line])
    assert line.startswith(strip_credit(line).rstrip()) or not line.strip()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Kantor berita Malaysia, Bernama, melaporkan hujan deras.", ("Bernama",)),
        ("Kantor berita Palestina WAFA melaporkan hujan deras.", ("WAFA",)),
        ("Hujan turun tiga hari, demikian KBX.", ("KBX",)),
        ("Hujan turun tiga hari, demikian Menlu.", ()),
    ],
)
def test_the_country_of_an_agency_is_no_supplier(line: str, expected: tuple[str, ...]) -> None:
    assert find_agencies([line]) == expected
