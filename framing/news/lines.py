"""What kind of line a line of a scraped page is, by scored evidence.

The cues of `framing.language.cues`, the share of words that furniture is made of, and the line's
shape give each kind a score; the line is of the kind with the highest.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from framing.language.cues import CUES, NAME, ROLE, Kind
from framing.language.wordlists import FUNCTION_WORDS, LIST_WORDS, SECTION_WORDS, WIDGET_WORDS
from framing.news.agencies import is_credit_line
from framing.news.dates import DateMention, find_dates


@dataclass(frozen=True)
class Line:
    """A non-empty line of a page with its kind."""

    text: str
    kind: Kind


_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]{0,3}$|[.!?…,][\"”’]$")
_TRAILING_CREDIT = re.compile(r"(?<=[.!?”\"])\s?\([^()]{2,60}\)$")
_RELATIVE = re.compile(
    r"^\W*(?:(?:\d+|se)\s?(?:detik|menit|jam|hari|minggu|pekan|bulan|mins?|minutes?|hours?|days?)"
    r"\s(?:(?:yang )?lalu|ago)"
    r"|(?:hari ini|kemarin|baru saja),?\s?\d{0,2}[:.]?\d{0,2}(?:\s?wi[bt]a?)?"
    r"|[0-2]?\d[:.][0-5]\d(?:\s?wi[bt]a?)?)\W*$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"[A-Z]\w+(?:\s[A-Z]\w+)?(?:\s?\([\w\s]+\))?,\s?")
_DATE_LABEL = re.compile(
    r"\b(?:di)?(?:publish|publikasi|terbit|tayang|perbarui|perbaharui|update|unggah|muat|posting|post"
    r"|akses|unduh|arsip|cetak|buat|rilis|modified|upload)(?:kan|ed|d)?\b"
    r"|\b(?:tanggal|date|on|pada|last|terakhir|pukul|jam|waktu|by|oleh|hari|created|ulang|first"
    r"|pertama|wib|wita|wit|am|pm|gmt|utc)\b",
    re.IGNORECASE,
)
# the Islamic date beside the date
_OTHER_CALENDARS = re.compile(
    r"\s?[/|(,]\s?\d{1,2}\s[A-Z][\w'’‘`-]{2,15}(?:\s[A-Z][\w'’‘`-]{2,15})?\s1[34]\d\d\s?H?\b\)?",
    re.IGNORECASE,
)
_ROLE_BESIDE_DATE = re.compile(rf"\s[|•·]\s(?i:{ROLE})\s?:\s?{NAME}$")
_LONG = 1200


def words_of(text: str) -> list[str]:
    """Return the words of a text, without numbers and signs."""
    return _WORD.findall(text)


def ends_sentence(text: str) -> bool:
    """Tell whether a line ends as a sentence does."""
    return bool(_SENTENCE_END.search(text[-6:]))


def lower_share(text: str) -> float:
    """Return which share of the words of four letters and more begins in lower case."""
    long_words = [word for word in words_of(text) if len(word) > 3]
    return sum(word[0].islower() for word in long_words) / len(long_words) if long_words else 0.0


def n_function_words(text: str) -> int:
    """Return how many lower-case function words a line has: headlines have few, prose many."""
    return sum(word in FUNCTION_WORDS for word in words_of(text))


def remainder_of_date_line(text: str, mentions: list[DateMention]) -> str:
    """Return what a line says besides its dates, clock times and their labels."""
    rest = text
    for mention in reversed(mentions):
        rest = f"{rest[: mention.start]} | {rest[mention.end :]}"
    rest = re.sub(r"\b\d{1,2}[:.]\d{2}\b", " ", _DATE_LABEL.sub(" ", rest))
    return re.sub(r"(?:\s?[|•·–—:,;/()\[\]-]+\s?){1,}", " | ", rest).strip(" |.")


def _date_score(text: str) -> float:
    if _RELATIVE.match(text):
        return 9.0
    text = _OTHER_CALENDARS.sub("", text)
    text = _ROLE_BESIDE_DATE.sub("", text) if len(text) <= 200 else text
    mentions = find_dates(text) if len(text) <= 200 else []
    if not any(mention.year or mention.weekday >= 0 for mention in mentions):
        return 0.0
    rest = remainder_of_date_line(text, mentions)
    n_rest = len(words_of(rest))
    if n_rest > 8 or (n_rest and ends_sentence(text)):
        return 0.0
    if n_rest == 0 or _DATE_LABEL.match(text):
        return 9.0
    first, last = mentions[0], mentions[-1]
    at_end = last.end >= len(text) - 1
    apart = any(
        re.search(r"[|•·–—-]\s?$", text[: mention.start])
        or re.match(r"\s?[|•·–—-]", text[mention.end :])
        for mention in mentions
    )
    beside_name = (apart or any(mention.clock for mention in mentions)) and (
        not n_function_words(rest) and (first.start == 0 or at_end)
    )
    below_place = _PLACE.fullmatch(text[: first.start]) and n_rest <= 4 and at_end
    return 8.0 if beside_name or below_place else 0.0


def _vocabulary_scores(text: str, words: list[str]) -> dict[Kind, float]:
    lowered = [word.lower() for word in words]
    short = len(lowered) <= 14
    scores = {Kind.WIDGET: 0.0, Kind.LIST: 0.0, Kind.SECTION: 0.0}
    if not lowered:
        scores[Kind.WIDGET] = 8.5  # numbers and signs alone: a pager, a rule, a counter
    elif short:
        shares = {
            Kind.WIDGET: sum(word in WIDGET_WORDS for word in lowered) / len(lowered),
            Kind.LIST: sum(word in LIST_WORDS for word in lowered) / len(lowered),
            Kind.SECTION: sum(word in SECTION_WORDS for word in lowered) / len(lowered),
        }
        full = 6.5 if not ends_sentence(text) or text.endswith(("...", "…")) else 2.0
        if shares[Kind.LIST] >= 0.75 and len(lowered) <= 8:
            scores[Kind.LIST] = full + (shares[Kind.LIST] == 1)
        if shares[Kind.WIDGET] >= 0.65:
            scores[Kind.WIDGET] = full + (shares[Kind.WIDGET] == 1) / 2
        if shares[Kind.SECTION] == 1 and len(lowered) <= 4:
            scores[Kind.SECTION] = 7.6
    return scores


def _shape_scores(text: str, words: list[str]) -> dict[Kind, float]:
    n_words, lower, function = len(words), lower_share(text), n_function_words(text)
    closed = ends_sentence(_TRAILING_CREDIT.sub("", text))
    asks = text[-1] in "?!"  # headlines end so, too
    prose = (
        4.0 * (closed and not asks)
        - 1.5 * text.endswith(("...", "…"))
        + 2.5 * asks
        + (n_words >= 8)
        + (n_words >= 15)
        + (function >= 2)
        + (lower >= 0.45)
    )
    prose += (n_words >= 30) - (not closed and n_words < 14) - 2 * (asks and lower < 0.45)
    headline = 2.0 * (not closed) + (3 <= n_words <= 22) + (lower < 0.45) + (function < 3)
    headline += 2 * (asks and lower < 0.45)
    return {Kind.PROSE: float(prose), Kind.HEADLINE: float(headline)}


def kind_of(text: str) -> Kind:
    """Return the kind of a non-empty, stripped line."""
    if len(text) > _LONG:
        return Kind.PROSE
    if is_credit_line(text):
        return Kind.CREDIT
    words = words_of(text)
    scores: defaultdict[Kind, float] = defaultdict(float)
    for cue in CUES:
        if cue.pattern.search(text):
            scores[cue.kind] += cue.weight
    for more in (_shape_scores(text, words), _vocabulary_scores(text, words)):
        for kind, score in more.items():
            scores[kind] += score
    scores[Kind.DATE] += _date_score(text)
    return max(scores, key=lambda kind: scores[kind])


def read_lines(text: str) -> list[Line]:
    """Return the non-empty lines of a normalised text with their kinds."""
    return [Line(line, kind_of(line)) for line in text.split("\n") if line]
