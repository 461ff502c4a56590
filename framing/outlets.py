"""Which outlet a page is from: datelines, site names and bylines, weighed against each other."""

import re
from collections import defaultdict
from collections.abc import Sequence

from framing.agencies import canonical_agency
from framing.cues import NAME, ROLE, Kind
from framing.datelines import DOMAIN, is_site_shaped, key_of, read_dateline, split_site_suffix
from framing.dates import find_dates
from framing.lines import Line, remainder_of_date_line
from framing.wordlists import COUNTRIES, word_set

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
        rf"\s{_SITE}\s(?:di|on|dan|in|lewat|melalui)\b")),
    (3.0, re.compile(
        r"(?:[Ss]aluran|[Cc]hannel|[Kk]anal|[Gg]rup|[Aa]kun)"
        rf"\s(?:WhatsApp|Telegram|WA|YouTube|Instagram)\s{_SITE}")),
    (3.0, re.compile(
        r"\b(?:tayang|terbit|dimuat|diterbitkan|dipublikasikan)\s(?:pertama kali\s)?"
        rf"(?:di|pada|oleh)\s(?:laman\s|situs\s)?{_SITE}\s(?:dengan|pada|berjudul|edisi)\b")),
    (2.5, re.compile(
        rf"^(?i:laporan (?:wartawan|jurnalis|reporter|kontributor|koresponden))\s{_SITE},")),
)  # fmt: skip
_LABELLED = re.compile(rf"(?:{ROLE})\s?[:,|]\s", re.IGNORECASE)
_ENOUGH = 2.0


class _Ballot:
    """Weights by outlet; spellings of one name count together."""

    def __init__(self) -> None:
        self.weights: defaultdict[str, float] = defaultdict(float)
        self._spellings: defaultdict[str, dict[str, float]] = defaultdict(dict)

    def add(self, name: str, weight: float) -> None:
        """Count a name, unless it is a platform, a country, a company or a common word."""
        name = re.sub(r"^(?:https?://)?(?:www\.)?", "", name).strip(" .,:;-–—|")
        key = key_of(name)
        if len(key) < 2 or len(name) > 45 or key in _PLATFORMS | _NOT_SITES:
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
    datelines = [dateline for text in body[:3] if (dateline := read_dateline(text))]
    for dateline in [item for item in datelines if item.site][:1]:
        ballot.add(dateline.site, 5.0)
    for text in near_title:
        if len(text) <= 200 and not _LABELLED.match(text):
            _hear_byline(text, ballot)
    alone = {line.text for line in lines}
    for title in titles:
        bare, site = split_site_suffix(title)
        if site and (is_site_shaped(site) or key_of(site) in ballot.weights or bare in alone):
            ballot.add(site, 2.5)
    return ballot.winner()


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
