"""Days in Indonesian and English news text: found, parsed, completed and inferred.

`find_dates` finds every day that a text names, with or without its year; `parse_date` reads a
field that should be nothing but a date; `infer_day` decides from which day a report is when
only its own sentences tell.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

WESTERN_INDONESIA = timezone(timedelta(hours=7), "WIB")
"""The zone whose calendar day an instant is given in (most outlets sit in it)."""

_MONTH_NAMES = (
    "januari january jan", "februari pebruari february feb peb", "maret march mar mrt",
    "april apr", "mei may", "juni june jun", "juli july jul",
    "agustus august agt agu agus ags agst aug", "september sept sep",
    "oktober october okt oct", "november nopember nov nop", "desember december des dec",
)  # fmt: skip
_WEEKDAY_NAMES = (
    "senin monday sen mon", "selasa tuesday sel tue tues", "rabu wednesday rab wed",
    "kamis thursday kam thu thur thurs", "jumat jum'at friday jum fri", "sabtu saturday sab sat",
    "minggu ahad sunday min mgg sun",
)  # fmt: skip
_MONTHS = {name: n for n, row in enumerate(_MONTH_NAMES, 1) for name in row.split()}
_WEEKDAYS = {name: n for n, row in enumerate(_WEEKDAY_NAMES) for name in row.split()}


def _any_of(names: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True)).replace("'", "['’‘`]")


_MONTH = rf"(?P<month>{_any_of(_MONTHS)})\b\.?"
_WEEKDAY = (
    rf"(?:\b(?P<weekday>{_any_of(_WEEKDAYS)})\b\.?"
    r"(?:\s(?:dini\shari|pagi|siang|sore|petang|malam|pahing|pon|wage|kliwon|legi))?"
    r"(?P<open>,?\s?\(|,\s?|\s|(?<=\.))(?:tanggal\s)?)?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d|['’]\d\d)(?!\d)"
_DAY = r"(?<!\d)(?<!\d[.,/])(?:(?P<first>\d{1,2})\s?[-–]\s?)?(?P<day>\d{1,2})"
_CLOCK = re.compile(
    r"\s?[,|•·\-–—/(]{0,2}\s?(?:(?:pukul|jam|pkl|at)\b\.?\s?)?"
    r"(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?:[:.][0-5]\d)?(?!\d)"
    r"(?:\s?(?:am|pm)\b)?(?:\s?(?:wib|wita|wit|gmt|utc)\b(?:[+-]\d+)?)?\)?",
    re.IGNORECASE,
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # 19 Juni 2024, Rabu (19 Juni), 18-19 Juni 2024
        rf"{_WEEKDAY}{_DAY}(?:st|nd|rd|th)?[\s\-./]?\s?{_MONTH}(?:[,\s\-./]{{0,2}}{_YEAR})?",
        # June 19, 2024
        rf"{_WEEKDAY}\b{_MONTH}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s{_YEAR}",
        # 2024-06-19, 2024/06/19
        r"(?<![\d.,/-])(?P<year>(?:19|20)\d\d)[-/.](?P<monthnumber>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        # 19/06/2024, 19-6-24, (18-19/6/2024)
        rf"{_WEEKDAY}{_DAY}(?P<sep>[/.-])(?P<monthnumber>\d{{1,2}})(?P=sep)"
        r"(?P<year>(?:19|20)\d\d|\d\d)(?![\d/])",
        # Selasa (18/6), (18/6), Rabu 19/6
        rf"{_WEEKDAY}(?P<paren>\()?{_DAY}/(?P<monthnumber>\d{{1,2}})(?![\d/.,]\d|\d)",
    )
)


@dataclass(frozen=True)
class DateMention:
    """A day that a text names at ``text[start:end]``.

    `year` is 0 where the text leaves it out, `weekday` is -1 or 0 (Monday) to 6. `marked` says
    that the day carries a weekday or stands in brackets, as news marks the days that it
    reports from, not those that it recalls. `span` is set for "18-19 Juni" (its last day).
    """

    start: int
    end: int
    day: int
    month: int
    year: int
    weekday: int
    marked: bool
    clock: bool
    span: bool

    @property
    def value(self) -> date | None:
        """The day, or None without a year."""
        return date(self.year, self.month, self.day) if self.year else None


def _complete_year(text: str | None) -> int:
    if not text:
        return 0
    digits = text.lstrip("'’")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _mention(match: re.Match[str], text: str) -> DateMention | None:
    groups = match.groupdict()
    named = groups.get("month")
    month = _MONTHS[named.lower()] if named else int(groups["monthnumber"])
    day = int(groups["day"])
    year = _complete_year(groups["year"]) if "year" in groups else 0
    weekday = _WEEKDAYS.get(re.sub("[’‘`]", "'", (groups.get("weekday") or "").lower()), -1)
    if not named and year and month > 12 >= day:
        day, month = month, day  # 6/19/2024, the English order
    if not _exists(year, month, day):
        return None
    bracketed = text[match.start() - 1 : match.start()] == "(" or "(" in match.group()
    if not named and not year and weekday < 0 and not bracketed:
        return None  # a bare 3/4 is a fraction as often as a day
    clock = _CLOCK.match(text, match.end())
    end = clock.end() if clock else match.end()
    if bracketed and text[end : end + 1] == ")":
        end += 1
    return DateMention(
        match.start(), end, day, month, year, weekday, weekday >= 0 or bracketed,
        clock is not None, bool(groups.get("first")),
    )  # fmt: skip


def find_dates(text: str) -> list[DateMention]:
    """Return the days that `text` names, in order, without overlap.

    Known are "Rabu, 19 Juni 2024", "RABU (19/6/2024)", "(18/6)", "19 Jun 2024 17:41 WIB",
    "Jum'at, 21-06-2024", "June 19, 2024" and "2024-06-19"; days that do not exist are no days.
    """
    found: list[DateMention] = []
    taken = bytearray(len(text))
    for form in _FORMS:
        for match in form.finditer(text):
            mention = None if any(taken[slice(*match.span())]) else _mention(match, text)
            if mention:
                found.append(mention)
                taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    return sorted(found, key=lambda mention: mention.start)


_SHORT_YEAR = re.compile(r"^(\d{1,2}[-/ ][A-Za-z]{3,}[-/ ])(\d\d)$")


def parse_date(text: str) -> date | None:
    """Read a field that is a date and nothing else; None if it is not one.

    A clock time and zone may follow. An instant with an offset ("2024-06-19T23:30:00Z") gives
    its day in western Indonesia (UTC+7). The day stands before the month in 3/6/2024. "19-Jun-24",
    as spreadsheets write it, is of this century.
    """
    text = _SHORT_YEAR.sub(r"\g<1>20\g<2>", " ".join(text.split()))
    if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d", text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return (moment.astimezone(WESTERN_INDONESIA) if moment.tzinfo else moment).date()
    mentions = find_dates(text)
    if len(mentions) != 1 or mentions[0].span:
        return None
    return mentions[0].value if mentions[0].start == 0 and mentions[0].end == len(text) else None


def complete_date(mention: DateMention, anchors: Sequence[date]) -> date | None:
    """Give a day its year by the days around it.

    The year is determined when exactly one year puts the day within 183 days of the span of
    `anchors` and on the weekday that the text names, if it names one; else the result is None.
    """
    if mention.year:
        return mention.value
    if not anchors:
        return None
    margin = timedelta(days=183)
    earliest, latest = min(anchors) - margin, max(anchors) + margin
    fitting = [
        date(year, mention.month, mention.day)
        for year in range(earliest.year, latest.year + 1)
        if _exists(year, mention.month, mention.day)
        and earliest <= date(year, mention.month, mention.day) <= latest
        and mention.weekday in (-1, date(year, mention.month, mention.day).weekday())
    ]
    return fitting[0] if len(fitting) == 1 else None


_REPORTING = (
    r"kata|ujar|tutur|ucap|ungkap|imbuh|jelas|tegas|terang|sebut|papar|tandas|beber|cetus|lapor|"
    r"kutip|lansir|umum|nyata|tulis|berita|kabar|warta|bantah|tuduh|desak|tambah"
)
_FUTURE = (
    r"akan|bakal|hendak|mau|dijadwalkan|direncanakan|berencana|rencananya|diagendakan|nanti|"
    r"mendatang|diperkirakan|diharapkan|menjelang|jelang|"
    r"(?:berlangsung|berlaku|digelar|dibuka)\s(?:\w+\s){0,4}(?:hingga|sampai)"
)
_TURN = re.compile(
    rf"\b(?:(?P<said>(?:(?:me|di|ter)\w{{0,3}})?(?:{_REPORTING})(?:kan|nya|i)?)|(?P<ahead>{_FUTURE}))\b",
    re.IGNORECASE,
)
_QUOTATION = re.compile(r"“[^”“\n]{0,300}”|\"[^\"\n]{0,300}\"")
_SENTENCE_END = re.compile(r"[.!?][\"”’)]{0,2}\s+(?=[A-Z“\"‘])")


def _is_ahead(text: str, mention: DateMention) -> bool:
    """Tell whether a day still lay ahead: the word nearest before it looks forward.

    Quotations do not count (what is said in them is said on the day outside), and a word of
    saying nearer to the day makes it the day of saying.
    """
    if re.match(r"\W{0,3}(?:mendatang|nanti|depan)\b", text[mention.end : mention.end + 20]):
        return True
    before = text[max(0, mention.start - 300) : mention.start].rpartition("\n")[2]
    before = _SENTENCE_END.split(_QUOTATION.sub(" ", before))[-1]
    turns = list(_TURN.finditer(before))
    return bool(turns) and turns[-1]["ahead"] is not None


def days_of_report(text: str) -> list[DateMention]:
    """Return the days in a report's body that it can be from: marked, and not ahead of it."""
    return [
        mention
        for mention in find_dates(text)
        if mention.marked and not mention.span and not _is_ahead(text, mention)
    ]


def infer_day(text: str, anchors: Sequence[date] = ()) -> date | None:
    """Infer from which day a report is, from the days that its body names.

    A report is from the latest day that it tells of as past or present. Candidates are the days
    that news marks as current (with a weekday, or in brackets: "Senin (17/6)") and that are
    not ahead of the report ("akan ... pada Selasa (18/6)"). Where none is marked, a day with
    its year in the first two paragraphs counts. A day without its year takes it from the other
    days of the body, else from `anchors`, the days stated on the other pages of the corpus.

    Parameters
    ----------
    text
        The body, paragraphs separated by newlines.
    anchors
        Days to complete a missing year by; without them the year must come from the body.

    Returns
    -------
    The day, or None if the text does not determine one.
    """
    candidates = days_of_report(text)
    if not candidates:
        lead = "\n".join(line for line in text.split("\n") if line.strip())
        lead = "\n".join(lead.split("\n")[:2])
        candidates = [
            replace(mention, marked=True)
            for mention in find_dates(lead)
            if mention.year and not mention.span and not _is_ahead(lead, mention)
        ]
    named = {(m.month, m.day, m.year, m.weekday): m for m in candidates}.values()
    own = max((mention.value for mention in named if mention.value), default=None)
    days = [
        (complete_date(mention, [own]) if own else None) or complete_date(mention, anchors)
        for mention in named
    ]
    return max((day for day in days if day), default=None)
