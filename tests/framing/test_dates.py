from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framing.news.dates import complete_date, days_of_report, find_dates, infer_day, parse_date

JUNE_19 = date(2024, 6, 19)


@pytest.mark.parametrize(
    "text",
    [
        "Rabu, 19 Juni 2024",
        "RABU, 19 JUNI 2024",
        "Rabu,19 Juni 2024",
        "Rabu (19/6/2024)",
        "19 Juni 2024 17:41",
        "Rabu, 19 Jun 2024 17:41 WIB",
        "Rabu, 19 Juni 2024 | 17:41 WITA",
        "Rabu, 19 Juni 2024 - 17:41 WIT",
        "Rabu 19/06/2024 17.41",
        "19/06/2024, 17:41 WIB",
        "19-06-24",
        "19-Jun-24",
        "19 Juni 24",
        "19.06.2024",
        "2024-06-19",
        "2024/06/19",
        "June 19, 2024",
        "Wed, Jun 19, 2024 5:41 PM",
        "19th June 2024",
        "6/19/2024",
        "19 Juni 2024 pukul 17.41 WIB",
        "2024-06-19T17:41:00+07:00",
    ],
)
def test_a_field_in_any_usual_form_is_read(text: str) -> None:
    assert parse_date(text) == JUNE_19


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kemarin",
        "19-Abc-24",
        "31/2/2024",
        "19 Juni",
        "18-19 Juni 2024",
        "2024",
        "19 Juni 2024 lalu",
    ],
)
def test_a_field_that_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("Agustus", 8), ("Agt", 8), ("Ags", 8), ("Okt", 10), ("Nopember", 11), ("Des", 12),
        ("Pebruari", 2), ("Mei", 5), ("Maret", 3),
    ],
)  # fmt: skip
def test_indonesian_months_and_their_abbreviations(name: str, month: int) -> None:
    assert parse_date(f"7 {name} 2023") == date(2023, month, 7)


def test_jumat_is_friday_with_any_apostrophe() -> None:
    for name in ("Jumat", "Jum'at", "Jum’at"):
        (mention,) = find_dates(f"{name} (21/6)")
        assert mention.weekday == 4


def test_an_instant_in_utc_gives_the_day_in_western_indonesia() -> None:
    assert parse_date("2024-06-19T23:30:00Z") == date(2024, 6, 20)


def test_fractions_and_scores_are_no_days() -> None:
    assert find_dates("Sebanyak 3/4 penduduk memilih, dengan skor 2-1 dan 1.500 suara.") == []


def test_offsets_point_at_the_day_and_its_clock_time() -> None:
    text = "Ani Rekaan • 19 Juni 2024 17:41 WIB, Jakarta"
    (mention,) = find_dates(text)
    assert text[mention.start : mention.end] == "19 Juni 2024 17:41 WIB"
    assert mention.clock


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_read_back_from_its_numbers(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.day}/{day.month}/{day.year}") == day


@given(st.text(max_size=300))
def test_any_text_is_searched_without_overlap(text: str) -> None:
    mentions = find_dates(text)
    assert all(one.end <= two.start for one, two in pairwise(mentions))


def test_the_year_comes_from_the_nearest_known_days() -> None:
    (mention,) = find_dates("Senin (30/12)")
    assert complete_date(mention, [date(2025, 1, 2)]) == date(2024, 12, 30)


def test_a_weekday_that_no_year_fits_leaves_the_day_open() -> None:
    (mention,) = find_dates("Minggu (19/6)")  # 19 June 2024 was a Wednesday
    assert complete_date(mention, [JUNE_19]) is None


def test_known_days_years_apart_leave_a_bare_day_open() -> None:
    (mention,) = find_dates("(19/6)")
    assert complete_date(mention, [date(2019, 1, 1), date(2024, 1, 1)]) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # the day of saying, not the day that is still to come
        ("“Kapal akan berangkat,” kata pejabat itu, Senin (17/6/2024).\n"
         "Kapal dijadwalkan tiba pada Rabu (19/6/2024).", date(2024, 6, 17)),
        ("Kapal akan berlayar pada Kamis (20/6/2024), kata pejabat, Rabu (19/6/2024).", JUNE_19),
        ("Rapat berlangsung Selasa (18/6/2024).\nHasilnya diumumkan Rabu (19/6).", JUNE_19),
        ("Korban bertambah hingga Rabu (19/6/2024) malam.", JUNE_19),
        ("Pemilu digelar pada Rabu (19/6/2024) mendatang, ujar dia, Selasa (18/6/2024).",
         date(2024, 6, 18)),
        # days that the report recalls
        ("Pakta 6 Juli 1961 diganti, demikian pengumuman Rabu (19/6/2024).", JUNE_19),
        ("Pakta itu ditandatangani pada 19 Juni 2024 di ibu kota.", JUNE_19),
        ("Tidak ada hari yang disebut di sini.", None),
        ("Rapat digelar Rabu (19/6).", None),
    ],
)  # fmt: skip
def test_the_day_of_a_report_is_the_latest_that_lies_behind_it(
    body: str, expected: date | None
) -> None:
    assert infer_day(body) == expected


def test_other_pages_days_complete_a_year() -> None:
    assert infer_day("Rapat digelar Rabu (19/6).", [date(2024, 6, 21)]) == JUNE_19


def test_a_plan_inside_a_quotation_does_not_touch_the_day_outside() -> None:
    text = "“Kami akan datang,” kata dia, Rabu (19/6/2024)."
    assert [mention.day for mention in days_of_report(text)] == [19]
