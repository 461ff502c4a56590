"""Which line of a page is its title."""

import re
from collections import Counter
from collections.abc import Sequence

from framing.language.cues import Kind
from framing.news.agencies import canonical_agency
from framing.news.datelines import (
    is_site_shaped,
    key_of,
    read_dateline,
    split_site_prefix,
    split_site_suffix,
)
from framing.news.lines import Line, words_of

_BELOW_TITLES = (Kind.DATE, Kind.BYLINE, Kind.CAPTION, Kind.CREDIT)
_ENOUGH = 3.0
_PERSON = re.compile(r"[A-Z][\w.’'-]*(?:\s[A-Z][\w.’'-]*){0,2}")


def find_title(
    lines: Sequence[Line], *, body_at: int, above_only: bool, known_title: str = ""
) -> int:
    """Return the line that is the title, -1 if none is.

    A title has words of the body, stands above byline, clock line or caption, has the length of a
    headline and does not end like a sentence; each of these has a weight, and the heaviest wins.

    Parameters
    ----------
    lines
        The lines of the page.
    body_at
        Where the body, roughly, begins.
    above_only
        Whether the title is sure to stand above `body_at`; else it may stand below the body's
        first two paragraphs, which are then captions.
    known_title
        The title, if it is known from elsewhere: only its line is looked for.
    """
    if known_title:
        key = key_of(known_title)
        head = range(min(len(lines), body_at + 6))
        same = [n for n in head if key_of(split_site_suffix(lines[n].text)[0]) == key]
        return same[-1] if same else -1
    prose = [n for n, line in enumerate(lines) if n >= body_at and line.kind is Kind.PROSE]
    limit = body_at if above_only else (prose[2] if len(prose) > 2 else len(lines))
    head_texts = [line.text for line in lines[:limit]]
    before_site = {bare for bare, site in map(split_site_suffix, head_texts) if site}
    story = _content_words(" ".join(_bare_paragraph(lines[n].text) for n in prose[:8])[:6000])
    count = Counter(line.text for line in lines)

    def is_above_date(n: int) -> bool:
        return n + 1 < len(lines) and lines[n + 1].kind in (Kind.DATE, Kind.BYLINE)

    def weigh(n: int) -> float:
        line = lines[n]
        words = _content_words(line.text)
        headline = line.kind is Kind.HEADLINE
        above = lines[n - 1].kind if n else None
        evidence = (
            (2.0, 4 <= len(words_of(line.text)) <= 22),
            (2.0, headline),
            (4.0, len(words & story) / max(4, len(words))),
            (1.5, any(below.kind in _BELOW_TITLES for below in lines[n + 1 : n + 4])),
            (1.0, headline and count[line.text] > 1),
            (1.5, line.text in before_site),
            (0.5, n == 0),
            (1.0, headline and lines[n].text.isupper() and len(words_of(line.text)) >= 5),
            (-2.0, headline and _is_dated_above(lines, n)),
            (-2.0, bool(_PERSON.fullmatch(line.text)) and is_above_date(n)),
            (-2.5, line.text.endswith(".")),
            (-3.0, above in (Kind.LIST, Kind.LINK)),
            (-1.0, 0 < n < limit - 1 and _amid_headlines(lines, n)),
            (-2.0, not headline and n >= body_at),
            (-2.0, sum(other < n for other in prose[:3])),
        )
        return sum(weight * strength for weight, strength in evidence)

    scores = {n: weigh(n) for n in range(limit) if _may_be_title(lines[n])}
    best = max(scores, key=lambda n: (scores[n], -n), default=-1)
    if best < 0 or scores[best] < _ENOUGH:
        return -1
    # a title in capitals may stand below in its usual spelling
    twins = [n for n in scores if lines[n].text.casefold() == lines[best].text.casefold()]
    return next((n for n in [best, *twins] if not lines[n].text.isupper()), best)


def _may_be_title(line: Line) -> bool:
    fitting = line.kind in (Kind.HEADLINE, Kind.PROSE) and len(line.text) <= 250
    return fitting and len(words_of(line.text)) >= 2


def _is_dated_above(lines: Sequence[Line], n: int) -> bool:
    """Tell whether prose, below a headline with its clock line, stands above a line."""
    dates = [m for m in range(max(0, n - 12), n) if lines[m].kind in (Kind.DATE, Kind.BYLINE)]
    return any(
        any(lines[k].kind is Kind.PROSE for k in range(m + 1, n))
        and any(
            lines[k].kind is Kind.HEADLINE and len(words_of(lines[k].text)) >= 4
            for k in range(max(0, m - 3), m)
        )
        for m in dates
    )


def _amid_headlines(lines: Sequence[Line], n: int) -> bool:
    return all(line.kind is Kind.HEADLINE for line in lines[n - 1 : n + 2])


def _content_words(text: str) -> set[str]:
    return {word.lower() for word in words_of(text) if len(word) > 3}


def _bare_paragraph(paragraph: str) -> str:
    dateline = read_dateline(paragraph)
    return paragraph[dateline.end :] if dateline else paragraph


def bare_title(title: str, outlet: str, lines: Sequence[Line]) -> str:
    """Return a title without the name of the site before or after it."""
    after_site = split_site_prefix(title)[1]
    if after_site and any(line.text == after_site for line in lines):
        return after_site
    bare, site = split_site_suffix(title)
    named = is_site_shaped(site) or canonical_agency(site) or key_of(site) == key_of(outlet)
    return bare if site and (named or any(line.text == bare for line in lines)) else title


def titles_with_site(lines: Sequence[Line], title: str) -> list[str]:
    """Return the lines that begin or end with the title: the rest may be the site's name."""
    longer = [
        line.text
        for line in lines
        if len(line.text) < 250 and (line.text.startswith(title) or line.text.endswith(title))
    ]
    return longer if title and longer else [title]
