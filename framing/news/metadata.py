"""What an HTML page says about itself in its metadata: the day of publication, the author."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import lxml.html

from framing.news.dates import parse_date

_DATE_PATHS = (
    "//meta[@property='article:published_time' or @property='og:article:published_time']/@content",
    "//meta[@itemprop='datePublished' or @name='publishdate' or @name='publish-date']/@content",
    "//meta[@name='pubdate' or @name='content_PublishedDate']/@content",
    "//*[@itemprop='datePublished']/@datetime",
)  # fmt: skip
_TIME_PATHS = (
    "//article//time[@datetime and not(ancestor::aside)]/@datetime",
    "//time[@datetime]/@datetime",
)


def read_metadata(tree: lxml.html.HtmlElement | None) -> tuple[date | None, str]:
    """Return the day of publication, as a day in western Indonesia, and the author.

    The day is that of the page's meta elements, else of its JSON-LD, else of its first time
    element; the author is JSON-LD's. Each is empty (None, "") where nothing states it.
    """
    if tree is None:
        return None, ""
    # the article's own object before those of its videos and pictures
    linked = sorted(_linked_data(tree), key=lambda item: "Article" not in str(item.get("@type")))
    stated = [
        *_values(tree, _DATE_PATHS),
        *(str(item.get("datePublished", "")) for item in linked),
        *_values(tree, _TIME_PATHS),
    ]
    day = next((day for value in stated if (day := parse_date(value))), None)
    authors = [name for item in linked if (name := _name_of(item.get("author")))]
    return day, next(iter(authors), "")


def _values(tree: lxml.html.HtmlElement, paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        yield from map(str, tree.xpath(path))


def _linked_data(tree: lxml.html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Yield the objects of a page's JSON-LD that have a day of publication."""
    for text in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            waiting = [json.loads(str(text))]
        except (ValueError, RecursionError):
            continue  # many pages carry broken JSON; what they show is read all the same
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting = [*item, *waiting]
            elif isinstance(item, dict):
                waiting = [*waiting, item.get("@graph")]
                if "datePublished" in item:
                    yield item


def _name_of(author: object) -> str:
    """Return the first name of JSON-LD's `author`: a text, an object with a name, or a list."""
    if isinstance(author, list):
        author = author[0] if author else None
    if isinstance(author, dict):
        author = author.get("name")
    name = " ".join(author.split()) if isinstance(author, str) else ""
    return "" if "://" in name or len(name) > 80 else name
