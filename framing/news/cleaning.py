"""One scraped page to one article: title, outlet, author, day, agencies and body.

`clean_page` looks at the kinds of the page's lines (`framing.news.lines`) and at how they follow
each other: the body is the prose below the title, from the dateline on if there is one, up to where
comments, tags, rights or lists of other articles begin.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from framing.language.cues import Kind
from framing.news.agencies import canonical_agency, credited, find_agencies, strip_credit
from framing.news.bylines import find_author, find_day, find_url
from framing.news.datelines import key_of, read_dateline
from framing.news.lines import Line, ends_sentence, kind_of, lower_share, n_function_words, words_of
from framing.news.outlets import find_outlet
from framing.news.titles import bare_title, find_title, titles_with_site

_INLINE_RUBBISH = re.compile(
    r"\[Gambas:[^\]\n]{0,80}\]|\bADVERTISEMENT\b"
    r"|\bSCROLL TO (?:CONTINUE|RESUME)(?: WITH CONTENT)?\b"
)
_INLINE_LINK = re.compile(r"(?<=[.!?”\"])\s(?:BACA JUGA|Baca [Jj]uga)\s?:?\s[^.\n]{5,160}$")
_INITIALS = re.compile(
    r"(?<=[.!?”\"])\s?[(\[][A-Za-z]{2,4}(?:\s?[/\-]\s?[A-Za-z0-9]{1,5}){0,4}[)\]]$"
)
# "Sumber: KBX" and "ab/cd (KBX, KBY)" below the last paragraph
_CREDIT_AT_END = re.compile(r"(?:(?i:sumber|source)\s?:|[a-z]{2,4}/[a-z]{2,4}\s?\().{2,80}$")


@dataclass(frozen=True)
class Page:
    """What a page says; a field that it leaves open is empty."""

    title: str = ""
    outlet: str = ""
    author: str = ""
    published: date | None = None
    agencies: tuple[str, ...] = ()
    url: str = ""
    body: tuple[str, ...] = field(default=())


def clean_page(text: str, *, known: Page | None = None) -> Page:
    """Read the article of a scraped page.

    Parameters
    ----------
    text
        The page's text, normalised (`framing.news.characters.normalise`).
    known
        What is known from elsewhere (an HTML page's metadata); its non-empty fields win.

    Returns
    -------
    The article. `published` is only what the page states; a day that has to be inferred from the
    body needs the other pages (`framing.news.dates.infer_day`).
    """
    known = known or Page()
    lines = _read_lines(text)
    if not lines:
        return known
    dateline = _dateline_at(lines)
    rough = dateline if dateline >= 0 else _heaviest_prose(lines)
    title_at = find_title(lines, body_at=rough, above_only=dateline >= 0, known_title=known.title)
    chosen = _drop_asides(lines, _walk(lines, _find_start(lines, title_at)))
    paragraphs = [lines[n].text for n in chosen]
    title_line = lines[title_at].text if title_at >= 0 else ""
    top = range(title_at + 1, chosen[0] if chosen else len(lines))
    outlet = known.outlet or find_outlet(
        lines,
        body=paragraphs,
        titles=titles_with_site(lines, title_line),
        near_title=[lines[n].text for n in top if _may_name_site(lines[n])],
    )
    return Page(
        title=bare_title(known.title or title_line, outlet, lines),
        outlet=outlet,
        author=known.author or find_author(lines, top, chosen, outlet),
        published=known.published or find_day(lines, title_at, chosen, paragraphs),
        agencies=known.agencies or _agencies(lines, chosen, outlet),
        url=known.url or find_url(lines, chosen[0] if chosen else 0),
        body=tuple(_clean_paragraphs(paragraphs)),
    )


def _agencies(lines: Sequence[Line], chosen: Sequence[int], outlet: str) -> tuple[str, ...]:
    """Return the suppliers that dateline, body, captions and closing credits name."""
    told = [lines[n].text for n in chosen]
    if told and not any(map(canonical_agency, credited(told[-1]))):
        # initials below the last paragraph are its editor's, elsewhere they credit an agency
        told[-1] = _INITIALS.sub("", told[-1])
    inside = set(chosen)
    beside = [
        line.text
        for n, line in enumerate(lines)
        if n not in inside
        and (line.kind in (Kind.CAPTION, Kind.CREDIT) or _CREDIT_AT_END.match(line.text))
    ]
    dateline = read_dateline(told[0]) if told else None
    first = [dateline.agency] if dateline and dateline.agency else []
    found = dict.fromkeys([*first, *find_agencies([*told, *beside])])
    own = {key_of(outlet), *map(key_of, outlet.split())}
    return tuple(name for name in found if key_of(name) not in own)


def _may_name_site(line: Line) -> bool:
    return line.kind in (Kind.DATE, Kind.BYLINE) or len(words_of(line.text)) <= 4


def _read_lines(text: str) -> list[Line]:
    texts = [_INLINE_RUBBISH.sub(" ", line).strip() or line for line in _unwrap(text.split("\n"))]
    texts = [" ".join(line.split()) for line in texts if line]
    texts = _join_split_datelines(texts)
    lines = [Line(line, kind_of(line)) for line in texts]
    count = Counter(texts)
    return [
        replace(line, kind=Kind.CAPTION)
        if count[line.text] > 1
        and (line.kind is Kind.PROSE or re.search(r"[.!?]\s", line.text))
        and line.text in texts[max(0, n - 3) : n] + texts[n + 1 : n + 4]
        else line
        for n, line in enumerate(lines)
    ]


def _unwrap(lines: Sequence[str]) -> list[str]:
    """Join paragraphs whose lines were broken at a fixed width."""
    joined: list[str] = []
    block: list[str] = []
    for line in [*lines, ""]:
        if line:
            block.append(line)
            continue
        widest = max(map(len, block), default=0)
        inner = block[:-1]
        wrapped = (
            len(block) >= 3 and 45 <= widest <= 120
            and sum(len(part) > 0.72 * widest for part in inner) >= 0.9 * len(inner)
            and sum(ends_sentence(part) for part in inner) < 0.5 * len(inner)
        )  # fmt: skip
        joined += [" ".join(block)] if wrapped else block
        block = []
    return joined


def _join_split_datelines(lines: list[str]) -> list[str]:
    """Join "Jakarta -" that stands alone with the paragraph below it."""
    joined: list[str] = []
    for line in lines:
        above = joined[-1] if joined else ""
        parted = re.match(r"^[A-Z][\w.,()’' ]{2,50}\s?(?:--?|[–—])$", above) or (
            re.match(r"^[A-Z’' ]{3,25}, [A-Z][\w.’' ]{2,30}$", above)
            and re.match(r"^(?:--?|[–—])\s[A-Z]", line)
        )
        if parted and read_dateline(f"{above} {line}"):
            joined[-1] = f"{above} {line}"
        else:
            joined.append(line)
    return joined


def _prose(lines: Sequence[Line]) -> list[int]:
    return [n for n, line in enumerate(lines) if line.kind is Kind.PROSE]


def _dateline_at(lines: Sequence[Line]) -> int:
    """Return the first line with a dateline among the first prose lines, -1 if none.

    One that only looks like it ("Pyongyang – ") may have a single short line of prose above it.
    """
    prose = _prose(lines)[:6]
    for nth, n in enumerate(prose):
        dateline = read_dateline(lines[n].text)
        if dateline is None or len(lines[n].text) < dateline.end + 40:
            continue
        if dateline.is_certain or nth == 0 or (nth == 1 and len(lines[prose[0]].text) < 250):
            return n
    return -1


def _heaviest_prose(lines: Sequence[Line]) -> int:
    """Return where the heaviest stretch of prose begins: above it stand title and furniture."""
    best, best_weight, run, weight, gap = 0, 0, 0, 0, 99
    for n, line in enumerate(lines):
        if line.kind is Kind.PROSE:
            if gap > 6:
                run, weight = n, 0
            weight, gap = weight + len(line.text), 0
            if weight > best_weight:
                best, best_weight = run, weight
        else:
            gap += 1
    return best


def _find_start(lines: Sequence[Line], title_at: int) -> int:
    dateline = _dateline_at(lines)
    if dateline > title_at:
        return dateline
    # byline, clock line and captions may stand below a standfirst: the body begins after them
    prose_seen = 0
    start = title_at + 1
    for n in range(title_at + 1, min(title_at + 8, len(lines))):
        prose_seen += lines[n].kind is Kind.PROSE
        if lines[n].kind in (Kind.BYLINE, Kind.DATE) and prose_seen <= 1:
            start = n + 1
    return start


_LEADING_CAPTION = re.compile(r"[.!?]\s\([A-Z][^()/]{1,40}/[A-Z@][^()/]{1,40}\)$")
_ITEM = re.compile(r"^(?:\(?\d{1,2}[.)]|[-•–*▪])\s")


def _is_fragment(lines: Sequence[Line], n: int, kept: Sequence[int]) -> bool:
    """Tell whether a line that does not end like a sentence still belongs to the body."""
    text = lines[n].text
    below = lines[n + 1].text if n + 1 < len(lines) else ""
    above = lines[n - 1].text if kept and kept[-1] == n - 1 else ""
    if _ITEM.match(text) and (_ITEM.match(below) or _ITEM.match(above)):
        return above.endswith(":") or bool(_ITEM.match(above))
    if lines[n].kind is not Kind.HEADLINE or lower_share(text) < 0.45:
        return False
    n_words = len(words_of(text))
    goes_on = bool(below) and lines[n + 1].kind in (Kind.PROSE, Kind.HEADLINE)
    return (
        (bool(kept) and text[0].islower() and n_words >= 3)
        or (goes_on and text.endswith((":", ",", ";")))
        or (goes_on and bool(kept) and below[0].islower() and n_words >= 6)
        or (above.endswith(":") and not _ITEM.match(text) and n_words >= 3)
        or (n_words >= 14 and n_function_words(text) >= 3)
    )


def _is_question(lines: Sequence[Line], n: int, kept: Sequence[int]) -> bool:
    """Tell whether a short question is an interviewer's: others stand above, an answer below."""
    asked = lines[n].kind is Kind.HEADLINE and lines[n].text.endswith("?")
    answered = n + 1 < len(lines) and lines[n + 1].kind is Kind.PROSE
    return asked and answered and sum(lines[m].text.endswith("?") for m in kept) >= 2


def _drop_asides(lines: Sequence[Line], chosen: Sequence[int]) -> list[int]:
    """Drop a credited caption above the body and quotations pulled out of their paragraphs."""
    text = {n: lines[n].text for n in chosen}
    if len(chosen) > 2 and len(text[chosen[0]]) < 200 and _LEADING_CAPTION.search(text[chosen[0]]):
        chosen = chosen[1:]
    return [
        n
        for nth, n in enumerate(chosen)
        if not any(
            _is_pulled(text[n], text[m]) for m in chosen[max(0, nth - 4) : nth + 5] if m != n
        )
    ]


def _is_pulled(quotation: str, paragraph: str) -> bool:
    """Tell whether a line only repeats, in quotation marks, words of a paragraph near it."""
    bare = quotation.strip("“”\"'’‘.,!? ")
    repeated = 20 < len(bare) < 200 and len(paragraph) > len(quotation) + 10 and bare in paragraph
    return repeated and quotation[0] in "“\"‘'"


def _resume(lines: Sequence[Line], n: int) -> int:
    """Return where the body goes on below a list inside it: at two paragraphs in a row; else -1."""
    aside = (Kind.LINK, Kind.WIDGET, Kind.CAPTION, Kind.PLEA)
    while n < len(lines) and lines[n].kind is not Kind.END:
        if lines[n].kind is Kind.PROSE and len(lines[n].text) > 60:
            m = n + 1
            while m < len(lines) and lines[m].kind in aside:
                m += 1
            if m < len(lines) and lines[m].kind is Kind.PROSE and len(lines[m].text) > 60:
                return n
        n += 1
    return -1


_EDITORS = re.compile(r"[.!?”\"]\s?\([a-z]{2,4}/[a-z]{2,4}\)$")


def _walk(lines: Sequence[Line], start: int) -> list[int]:
    """Return the lines of the body from `start` on."""
    kept: list[int] = []
    seen: set[str] = set()
    n, strange, linked = start, 0, False

    def is_told(n: int) -> bool:
        return _is_fragment(lines, n, kept) or _is_question(lines, n, kept)

    while n < len(lines):
        line = lines[n]
        if line.kind is Kind.LINK:
            linked = len(line.text) < 25  # "Baca juga:" alone, the headlines stand below it
        elif line.kind is Kind.PROSE and not line.text.endswith(("?", "!")):
            linked = False
        if linked and line.kind in (Kind.PROSE, Kind.HEADLINE, Kind.LINK):
            pass
        elif line.kind is Kind.PROSE or is_told(n):
            if line.text not in seen:
                kept.append(n)
            seen.add(line.text)
            strange = 0
            if _EDITORS.search(line.text):
                break
        elif line.kind in (Kind.END, Kind.LIST) and (kept or line.kind is Kind.LIST):
            early = len(kept) < 2
            again = _resume(lines, n + 1) if line.kind is Kind.LIST or early else -1
            if again < 0 and kept:
                break
            n, strange = max(again, n + 1), 0
            continue
        elif line.kind in (Kind.HEADLINE, Kind.DATE) and kept:
            strange += 1
            if strange >= 3:
                again = _resume(lines, n + 1)
                if again < 0:
                    break
                n, strange = again, 0
                continue
        n += 1
    return kept


def _clean_paragraphs(paragraphs: Sequence[str]) -> list[str]:
    cleaned = []
    for n, paragraph in enumerate(paragraphs):
        text = strip_credit(_INLINE_LINK.sub("", paragraph)) if len(paragraph) < 5000 else paragraph
        if n == len(paragraphs) - 1:
            text = _INITIALS.sub("", text)
        if text.strip():
            cleaned.append(text.strip())
    return cleaned
