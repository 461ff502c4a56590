"""Which outlet a page is from: datelines, site names and bylines, weighed against each other."""

import re
from collections import defaultdict
from collections.abc import Sequence

from framing.language.cues import NAME, ROLE, Kind
from framing.language.wordlists import COUNTRIES, LIST_WORDS, SECTION_WORDS, WIDGET_WORDS, word_set
from framing.news.agencies import canonical_agency
from framing.news.datelines import (
    DOMAIN,
    is_site_shaped,
    key_of,
    read_dateline,
    split_site_prefix,
    split_site_suffix,
)
from framing.news.dates import find_dates
from framing.news.lines import Line, remainder_of_date_line

# Sites that pages point to, not sites that pages are from.
_PLATFORMS = word_set(
    """
    facebook twitter instagram youtube youtu tiktok whatsapp telegram t x google bit linkedin
    pinterest threads apple gmail yahoo line wa goo shopee tokopedia wordpress blogspot blogger play
    getty gettyimages microsoft msn
    """
)
_NOT_SITES = word_set(
    """
    kami berita news pt all rights reserved telah redaksi penulis editor tim ini kita anda aplikasi
    wa channel media sosial wartawan reporter jurnalis kontributor koresponden
    siaranpers rilispers keteranganpers pressrelease suarapembaca kabarduka
    """
)
_SITE = (
    r"(?P<name>(?:[A-Z][\w&’'-]*(?:\.\w+){0,3}|[a-z0-9][\w-]*(?:\.\w{2,5}){1,2})"
    r"(?:\s(?!All\b|Hak\b)[A-Z][\w&’'-]*(?:\.\w+){0,2}){0,3})"
)
# Sentences of a page about itself, with the weight of what they say.
_STATEMENTS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (4.0, re.compile(
        rf"^(?:[Tt]entang [Kk]ami|TENTANG KAMI|About [Uu]s)\s?[:–—-]?\s?{_SITE}"
        r"\s(?:adalah|merupakan|ialah|is)\b")),
    (4.0, re.compile(rf"^(?:[Tt]im\s)?(?:[Rr]edaksi|REDAKSI|Liputan)\s?[,|–—-]\s?{_SITE}$")),
    (3.0, re.compile(
        rf"^{_SITE}\s(?:adalah|merupakan|ialah)\s(?:sebuah\s)?"
        r"(?:portal|media|situs|koran|surat kabar|stasiun|majalah)\b")),
    (3.0, re.compile(
        r"(?:[Cc]opyright|COPYRIGHT|©|\([Cc]\)|[Hh]ak [Cc]ipta)\W*(?:\d{4}\W*){0,2}"
        rf"(?:oleh |by )?{_SITE}")),
    (3.0, re.compile(
        r"(?:[Ff]ollow|[Ii]kuti|IKUTI|FOLLOW)"
        r"(?:\s(?:[Bb]erita|[Aa]kun|[Kk]ami|[Mm]edia sosial|[Cc]hannel|[Ss]aluran|terbaru"
        r"|terkini|di)){0,5}"
        rf"(?:\sdari)?\s{_SITE}\s(?:di|on|dan|in|lewat|melalui)\b")),
    (3.0, re.compile(
        r"(?:[Ss]aluran|[Cc]hannel|[Kk]anal|[Gg]rup|[Aa]kun)"
        rf"\s(?:WhatsApp|Telegram|WA|YouTube|Instagram)\s{_SITE}")),
    (3.0, re.compile(
        r"\b(?:tayang|terbit|dimuat|diterbitkan|dipublikasikan)\s(?:pertama kali\s)?"
        rf"(?:di|pada|oleh)\s(?:laman\s|situs\s)?{_SITE}\s(?:dengan|pada|berjudul|edisi)\b")),
    (2.0, re.compile(rf"^Tim\s{_SITE}$")),
    (2.5, re.compile(
        rf"^(?i:laporan (?:wartawan|jurnalis|reporter|kontributor|koresponden))\s{_SITE},")),
)  # fmt: skip
_LABELLED = re.compile(rf"(?:{ROLE})\s?[:,|]\s", re.IGNORECASE)
_EDITION = re.compile(r"\s(?:dalam [Bb]ahasa|[Ee]disi|[Vv]ersi)\s.+$")
_FURNITURE = LIST_WORDS | SECTION_WORDS | WIDGET_WORDS
_ENOUGH = 2.0


class _Ballot:
    """Weights by outlet; spellings of one name count together."""

    def __init__(self) -> None:
        self.weights: defaultdict[str, float] = defaultdict(float)
        self._spellings: defaultdict[str, dict[str, float]] = defaultdict(dict)

    def add(self, name: str, weight: float) -> None:
        """Count a name, unless it is a platform, a country, a company or a common word."""
        name = re.sub(r"^(?:https?://)?(?:www\.)?|^Tim\s", "", name).strip(" .,:;-–—|")
        key = key_of(name)
        if len(key) < 2 or len(name) > 45 or key in _PLATFORMS | _NOT_SITES:
            return
        if _FURNITURE.issuperset(name.lower().split()):
            return
        if name.lower() in COUNTRIES or re.match(r"(?i)pt\b", name):
            return
        self.weights[key] += weight
        self._spellings[key][name] = max(weight, self._spellings[key].get(name, 0.0))

    def winner(self) -> str:
        """Return the heaviest name as it is spelt best, "" without enough weight."""
        best = max(self.weights, key=lambda key: (self.weights[key], key), default="")
        if self.weights[best] < _ENOUGH:
            return ""
        spellings = self._spellings[best]
        # capitals are a dateline's or a banner's way of writing a name
        return max(spellings, key=lambda name: (not _is_shouted(name), spellings[name], name))


def _is_shouted(name: str) -> bool:
    letters = [char for char in name if char.isalpha()]
    return len(letters) > 5 and sum(char.isupper() for char in letters) > 0.6 * len(letters)


def find_outlet(
    lines: Sequence[Line],
    *,
    body: Sequence[str],
    titles: Sequence[str] = (),
    near_title: Sequence[str] = (),
) -> str:
    """Return the name of the outlet that most of the evidence names, "" if there is too little.

    Parameters
    ----------
    lines
        The lines of the page.
    body
        The body's paragraphs: their dateline counts, the domains that they mention do not.
    titles
        Lines with the title, whose end may name the site.
    near_title
        Lines between title and body: bylines and clock lines that may name the site.
    """
    ballot = _Ballot()
    paragraphs = set(body)
    for line in lines:
        if line.text not in paragraphs and len(line.text) <= 600:
            _hear_statements(line, ballot)
    _hear_mastheads(lines, titles, ballot)
    datelines = [dateline for text in body[:3] if (dateline := read_dateline(text))]
    for dateline in [item for item in datelines if item.site][:1]:
        first = key_of(dateline.place) in ballot.weights and not is_site_shaped(dateline.site)
        ballot.add(dateline.place if first else dateline.site, 5.0)
    for text in near_title:
        if len(text) <= 200 and not _LABELLED.match(text):
            _hear_byline(text, ballot)
    alone = {line.text for line in lines}
    for title in titles:
        bare, site = split_site_suffix(title)
        if site and (is_site_shaped(site) or key_of(site) in ballot.weights or bare in alone):
            ballot.add(site, 2.5)
        before, bare = split_site_prefix(title)
        if before and bare in alone:
            ballot.add(before, 2.5)
    return _spell_out(ballot.winner(), lines, titles)


def _hear_mastheads(lines: Sequence[Line], titles: Sequence[str], ballot: _Ballot) -> None:
    """Count a name alone at the page's top, the more if the page uses it again."""
    no_names = {title.casefold() for title in titles}
    for n, line in enumerate(lines[:4]):
        if line.text.casefold() in no_names:
            break
        name = _EDITION.sub("", line.text.removeprefix("Tim "))
        words = name.split()
        named = all(word[0].isupper() for word in words) and name[-1].isalnum()
        if line.kind is not Kind.HEADLINE or not named or not 2 <= len(words) <= 5:
            continue
        again = any(_uses(other, name) for other in lines[n + 1 :])
        # two words further down may be a section: "Suara Daerah"
        shaped = is_site_shaped(name) and (n == 0 or again or len(words) > 2)
        weight = 1.5 * again + 2.0 * shaped + 0.5 * (n == 0)
        ballot.add(name, weight if weight >= _ENOUGH else 0.0)


def _uses(line: Line, name: str) -> bool:
    """Tell whether a line uses a name as pages do their own: in a byline, plea or photo credit."""
    text, name = line.text.casefold(), name.casefold()
    if line.kind in (Kind.BYLINE, Kind.DATE, Kind.PLEA):
        return name in text
    return line.kind is Kind.CAPTION and bool(re.search(rf"[/(]\s?{re.escape(name)}\)", text))


def _spell_out(name: str, lines: Sequence[Line], titles: Sequence[str]) -> str:
    """Return an outlet as the page itself spells it: in full, and not in capitals."""
    texts = [line.text for line in lines if len(line.text) <= 200]
    banner = lines[0].text.split() if lines and lines[0].text not in titles else []
    if name in banner[:1] and 2 <= len(banner) <= 4 and all(word[0].isupper() for word in banner):
        return lines[0].text
    if _is_shouted(name):
        usual = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)", re.IGNORECASE)
        spellings = [match.group() for text in texts for match in usual.finditer(text)]
        return next((spelling for spelling in spellings if not _is_shouted(spelling)), name)
    if re.fullmatch(r"[A-Z]{2,4}", name):
        initials = r"\s".join(rf"{letter}[a-z]+" for letter in name)
        named = re.compile(rf"(?:^|,\s|[|–—-]\s)(?P<name>{initials})(?=$|\s[|–—-]|,)")
        spelt = next((match["name"] for text in texts if (match := named.search(text))), "")
        return spelt or name
    return name


def _hear_statements(line: Line, ballot: _Ballot) -> None:
    for weight, form in _STATEMENTS:
        for match in form.finditer(line.text):
            ballot.add(match["name"], weight)
    if line.kind in (Kind.PROSE, Kind.HEADLINE, Kind.CAPTION):
        return
    about_itself = line.kind in (Kind.PLEA, Kind.END, Kind.BYLINE, Kind.DATE)
    for name in sorted({match["name"] for match in DOMAIN.finditer(line.text)}):
        ballot.add(name, 2.5 if about_itself else 1.0)


def _hear_byline(text: str, ballot: _Ballot) -> None:
    """Count the site of "Name - Site" or "Site - clock time"; a first name is rather a person."""
    rest = remainder_of_date_line(text, find_dates(text))
    parts = [part.strip() for part in re.split(r"\s?[|•·–—]\s?|\s-\s", rest) if part.strip()]
    for n, part in enumerate(parts):
        if canonical_agency(part) or not re.match(r"[A-Z]|\w+\.\w{2,3}$", part):
            continue
        if is_site_shaped(part):
            ballot.add(part, 3.0)
        elif n > 0 and re.fullmatch(NAME, parts[0]):
            ballot.add(part, 2.0)
        elif key_of(part) in ballot.weights:
            ballot.add(part, 1.0)
