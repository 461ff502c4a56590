"""Who wrote a page, when, and where it stands: its byline, clock line and address."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from framing.language.cues import NAME, ROLE, Kind
from framing.news.agencies import canonical_agency
from framing.news.datelines import is_site_shaped, key_of, read_dateline
from framing.news.dates import DateMention, complete_date, days_of_report, find_dates
from framing.news.lines import Line, remainder_of_date_line

_WRITER = (
    r"(?:penulis|oleh|reporter|pewarta|jurnalis|wartawan|kontributor|koresponden|rep|teks|author|writer"
    r"|ditulis oleh|by)"
)
_AUTHOR_ROLES = re.compile(
    rf"(?:^|[|/;•]\s?|\s){_WRITER}(?:\s?[:,]\s?|\s)(?P<name>(?-i:{NAME}))", re.IGNORECASE
)
_ANY_ROLE = re.compile(rf"\s?\b(?:{ROLE}|oleh|by)\s?:.*$", re.IGNORECASE)


def find_author(lines: Sequence[Line], top: range, chosen: Sequence[int], outlet: str) -> str:
    """Return who wrote the article: by a label, a byline, a name beside clock line or outlet."""
    below = range(chosen[-1] + 1 if chosen else len(lines), len(lines))
    above = range(max(0, top.start - 8), max(0, top.start - 1))
    labelled = (lines[n] for n in top if _LABELLED.match(lines[n].text))
    named = next((name for line in labelled if (name := _author_of(line, outlet, bare=False))), "")
    if named:
        return named
    for n in (*top, *below, *above):
        line = lines[n]
        if len(line.text) > 200:
            continue
        if _ROLE_ALONE.fullmatch(line.text):
            name = lines[n + 1].text if n + 1 < len(lines) else ""
            author = name if re.fullmatch(NAME, name) else ""
        else:
            author = _author_of(line, outlet, bare=n in top and _is_beside_label(lines, n))
        # outside the head "Jakarta, 19 Juni 2024" names a place
        if author and (n in top or line.kind is not Kind.DATE or f"{author}," not in line.text):
            # the dot of a last initial is no punctuation
            return (
                f"{author}."
                if re.search(r"\s[A-Z]$", author) and f"{author}." in line.text
                else author
            )
    return ""


_ROLE_ALONE = re.compile(
    r"(?:penulis|oleh|reporter|pewarta|jurnalis|wartawan|author|by)\s?:?", re.IGNORECASE
)


_ROLE_AHEAD = re.compile(r"^(?:Reporter|Wartawan|Pewarta|Jurnalis|Kontributor|Koresponden)\s")
_LABELLED = re.compile(rf"{_WRITER}\s?:\s?\S", re.IGNORECASE)
_ROLE_BELOW = re.compile(rf"[-–—]?\s?(?:{_WRITER})\b[^.:]{{0,25}}", re.IGNORECASE)


def _is_beside_label(lines: Sequence[Line], n: int) -> bool:
    """Tell whether a line stands beside a clock line, or above "Penulis", "- Wartawan Daerah"."""
    below = lines[n + 1].text if n + 1 < len(lines) else ""
    dated = any(line.kind is Kind.DATE for line in lines[max(0, n - 1) : n + 2])
    return dated or bool(_ROLE_BELOW.fullmatch(below))


def _author_of(line: Line, outlet: str, *, bare: bool) -> str:
    def is_same_site(name: str) -> bool:
        key, site = key_of(name), key_of(outlet)
        return key == site or (len(key) > 8 and key in site)

    def is_person(name: str) -> bool:
        return (
            bool(re.fullmatch(NAME, name)) and not canonical_agency(name) and not is_same_site(name)
        )

    rest = remainder_of_date_line(line.text, find_dates(line.text))
    parts = [part.strip() for part in re.split(r"\s?[|•·–—,]\s?|\s-\s", rest) if part.strip()]
    if line.kind in (Kind.BYLINE, Kind.DATE):
        match = _AUTHOR_ROLES.search(line.text)
        if match:
            split = re.split(r"\s-\s|,\s", _ANY_ROLE.sub("", match["name"]))
            named = [part.strip(" ,.-–|") for part in split if is_person(part.strip(" ,.-–|"))]
            return named[0] if named else ""
        if re.match(
            r"(?i)(?:editor|red|redaktur|penyunting|penerjemah|sumber|uploader)\s?[:/]", line.text
        ):
            return ""
        if (
            line.kind is Kind.BYLINE
            or len(parts) > 1
            or not re.match(r"[A-Z]\w+(?:\s[A-Z]\w+)?, \d", line.text)
        ):
            first = next((part for part in parts if is_person(re.sub(_REPORT_BY, "", part))), "")
            first = re.sub(_REPORT_BY, "", first)
            return (
                first
                if not is_site_shaped(first) or first.lower().startswith(("tim", "redaksi"))
                else ""
            )
    if len(parts) == 2 and outlet and key_of(parts[1]) == key_of(outlet) and is_person(parts[0]):
        return parts[0]
    if not bare or len(parts) != 1 or line.kind is not Kind.HEADLINE:
        return ""
    name = _ROLE_AHEAD.sub("", parts[0])
    alone = (2 <= len(name.split()) <= 4 or name != parts[0]) and is_person(name)
    return name if alone and (not is_site_shaped(name) or name.startswith("Tim ")) else ""


_REPORT_BY = re.compile(
    r"^laporan (?:wartawan|jurnalis|reporter|kontributor|koresponden)\s", re.IGNORECASE
)
_SCRAPE = re.compile(
    r"\b(?:diakses|diunduh|(?:di)?unggah ulang|diarsip\w*|dicetak|diambil|dimuat ulang"
    r"|(?:di)?tayang(?:kan)? ulang|di(?:terbit|publikasi)kan ulang|accessed|retrieved|archived"
    r"|scraped|crawled|republished|reprint\w*|copyright|hari ini)\b",
    re.IGNORECASE,
)
_UPDATE = re.compile(
    r"\b(?:di)?(?:perbarui|perbaharui|update|updated|modified|revisi)\b", re.IGNORECASE
)
_PUBLISH = re.compile(
    r"\b(?:di)?(?:publish|publikasi|terbit|tayang|unggah|posting|rilis|posted|created)(?:kan|ed)?\b",
    re.IGNORECASE,
)


def find_day(
    lines: Sequence[Line], title_at: int, chosen: Sequence[int], paragraphs: Sequence[str]
) -> date | None:
    """Return the day that the page states, weighing its date lines; None if it states none.

    Days of a scrape or a reprint do not count, and a day in the page's head counts only if the
    body's own days are close to it: many pages carry the day on which they were looked at.
    """
    body = "\n".join(paragraphs)
    dateline = read_dateline(paragraphs[0]) if paragraphs else None
    ranked: list[tuple[float, int, date]] = []
    first = chosen[0] if chosen else len(lines)
    last = chosen[-1] if chosen else len(lines)
    listed = next(
        (n for n in range(last + 1, len(lines)) if lines[n].kind is Kind.LIST), len(lines)
    )
    for n, line in enumerate(lines[:listed]):
        if line.kind not in (Kind.DATE, Kind.BYLINE, Kind.END) or first <= n <= last:
            continue
        end = 0
        for mention in find_dates(line.text[:300]):
            label = line.text[end : mention.start]
            end = mention.end
            if (
                mention.value is None
                or _SCRAPE.search(label)
                or (line.kind is Kind.END and not _PUBLISH.search(label))
            ):
                continue
            score = 3.0 * bool(_PUBLISH.search(label)) - 3.0 * bool(_UPDATE.search(label))
            score += 2.0 * mention.clock + (mention.weekday >= 0) + 0.5
            score += 2.0 * (title_at < n < first) + 1.0 * (
                line.kind is Kind.DATE and title_at < n <= title_at + 4
            )
            score -= 1.0 * (n > last) + 1.0 * (n < title_at)
            slack = (
                30
                if _PUBLISH.search(label) or (title_at < n < first and mention.clock)
                else 7
                if n > title_at
                else 3
            )
            if _agrees(mention, body, slack) and score > 0:
                ranked.append((score, -n, mention.value))
    if dateline and dateline.day:
        ranked.append((3.0, 0, dateline.day))
    return max(ranked)[2] if ranked else None


def _agrees(mention: DateMention, body: str, slack: int) -> bool:
    """Tell whether a stated day is at most `slack` days after the body's latest day."""
    stated = mention.value
    assert stated is not None
    days = [complete_date(day, [stated]) for day in days_of_report(body)]
    known = [day for day in days if day and day <= stated + timedelta(days=1)]
    return not known or stated - max(known) <= timedelta(days=slack)


def find_url(lines: Sequence[Line], first: int) -> str:
    """Return the address in the page's head, or after a label."""
    for n, line in enumerate(lines):
        match = _URL.fullmatch(line.text)
        if match and (n < first or match["label"]):
            return match["url"]
    return ""


_URL = re.compile(
    r"(?P<label>(?:url|link|tautan|sumber|source)\s?:\s?)?(?P<url>https?://\S{4,500})",
    re.IGNORECASE,
)
