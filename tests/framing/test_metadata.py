from datetime import date

import lxml.html
import pytest

from framing.news.metadata import read_metadata


def read(markup: str) -> tuple[date | None, str]:
    return read_metadata(lxml.html.document_fromstring(f"<html><body>{markup}</body></html>"))


def linked(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


@pytest.mark.parametrize(
    "author",
    [
        '"Rina Rekaan"',
        '{"name": " Rina  Rekaan "}',
        '[{"name": "Rina Rekaan"}, {"name": "Budi Rekaan"}]',
    ],
)
def test_linked_data_state_day_and_author(author: str) -> None:
    markup = linked(f'{{"@graph": [{{"datePublished": "2024-06-07", "author": {author}}}]}}')
    assert read(markup) == (date(2024, 6, 7), "Rina Rekaan")


def test_the_article_comes_before_its_video() -> None:
    video = '{"@type": "VideoObject", "datePublished": "2020-01-01"}'
    article = '{"@type": "NewsArticle", "datePublished": "2024-06-07"}'
    assert read(linked(f"[{video}, {article}]"))[0] == date(2024, 6, 7)


def test_meta_elements_come_first_and_time_elements_last() -> None:
    meta = '<meta property="article:published_time" content="2024-06-05">'
    data = linked('{"datePublished": "2024-06-06"}')
    time = '<time datetime="2024-06-07">7 Juni</time>'
    assert read(meta + data + time)[0] == date(2024, 6, 5)
    assert read(data + time)[0] == date(2024, 6, 6)
    assert read(time)[0] == date(2024, 6, 7)


@pytest.mark.parametrize(
    "json", ["", "{", "null", "[1, [2]]", '{"datePublished": 5, "author": 7}', '{"author": "A B"}']
)
def test_broken_or_silent_linked_data_state_nothing(json: str) -> None:
    assert read(linked(json)) == (None, "")


def test_a_page_that_is_no_markup_states_nothing() -> None:
    assert read_metadata(None) == (None, "")


def test_an_address_is_no_author() -> None:
    markup = linked('{"datePublished": "2024-06-07", "author": "https://kabar.example/rina"}')
    assert read(markup)[1] == ""
