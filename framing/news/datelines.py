"""The head of a first paragraph, "JAKARTA, Kabar X — ", and the names of sites in it."""

import re
from dataclasses import dataclass
from datetime import date

from framing.language.wordlists import COUNTRIES, FUNCTION_WORDS
from framing.news.agencies import canonical_agency
from framing.news.dates import find_dates
from framing.news.lines import words_of

DOMAIN = re.compile(
    r"(?<![\w@])(?:https?://)?(?:(?:www|m|amp|news|en|id)\.)*(?P<name>[A-Za-z0-9][\w-]{1,40}"
    r"(?:\.(?:co|or|go|ac|my|web|sch))?"
    r"\.(?:com|id|net|org|tv|news|info|co|media|asia|today|xyz|press|online))\b",
    re.IGNORECASE,
)
# Words that outlets' names are made of; a name with one of them is a site, no person or place.
_SITE_WORD = re.compile(
    r"\b(?:news|post|pos|times|daily|herald|tribune|gazette|globe|express|ekspres|media|harian|koran"
    r"|kabar|berita|warta|suara|radar|radio|tv|televisi|online|redaksi|pers|press|majalah|tabloid"
    r"|portal|jurnal|journal|network|today|update|kanal|channel)\b",
    re.IGNORECASE,
)
_ENTRY = r"(?:[A-Z0-9]|[a-z](?=[A-Z]|\w*\.))[\w.’'&/ -]{1,40}?"
_DASH = r"(?:\.?(?:\s?(?:--+|[–—―|])\s?|\s?-\s)-?|:\s)"
_DATED = re.compile(  # JAKARTA, 19 Juni 2024 (KBX) -
    r"^(?P<place>[A-Z][\w.’' -]{1,40}?),?\s"
    r"\(?(?P<day>\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}\s\w+\s\d{4})\)?\s?"
    rf"(?:\((?P<site>[A-Z][\w.’' -]{{1,40}})\)\s?)?{_DASH}"
)
_LISTED = re.compile(  # JAKARTA, Kabar X — ; kabarx.com, Jakarta -
    rf"^(?P<one>{_ENTRY}),\s(?P<two>{_ENTRY})(?:,\s(?P<three>{_ENTRY}))?{_DASH}"
)
_BRACKETED = re.compile(  # Jakarta (KBX) -
    rf"^(?P<one>{_ENTRY}),?\s?\((?P<two>[A-Za-z0-9][\w.’' -]{{1,40}})\)\s?{_DASH}"
)
_SINGLE = re.compile(  # KABARX.com - ; Pyongyang –
    r"^(?P<one>[A-Z][\w.’'/-]*(?:\s[A-Z0-9][\w.’'/-]*){0,3}?)(?:--+|\s?[–—―|]|\s-)\s"
)
_COLON = re.compile(r"^(?P<one>[A-Z][a-zA-Z’' ]{2,25}|[A-Z’' ]{3,25}):\s(?=[A-Z“\"])")
# "Menlu: ...", "Tanya: ..." open a statement, not a dateline
_SPEAKER = re.compile(
    r"\b(?:menlu|menhan|menteri|presiden|wapres|kata|tanya|jawab|catatan|sumber|penulis|foto|jumlah"
    r"|pertama|kedua|ketiga|alasan|tujuan|hasil|isi|fakta|intinya|misalnya|contoh|yakni|yaitu"
    r"|update)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Dateline:
    """The head of a first paragraph: "JAKARTA, Kabar X — ". `end` is where the sentence starts."""

    end: int
    place: str
    site: str
    agency: str
    day: date | None

    @property
    def is_certain(self) -> bool:
        """Whether it is more than a capitalised word before a dash."""
        shouted = len(self.place) > 3 and self.place.isupper()
        return bool(self.site or self.agency or self.day or shouted)


def key_of(name: str) -> str:
    """Return a name's letters and digits without a domain's ending: an outlet's spellings agree."""
    domain = DOMAIN.fullmatch(name.strip())
    if domain:
        name = re.sub(r"(?:\.(?:co|or|go|ac|my|web|sch))?\.\w+$", "", domain["name"])
    return re.sub(r"\W|_", "", name).casefold()


def is_site_shaped(name: str) -> bool:
    """Tell whether a name looks like an outlet's: a domain, or a word that outlets go by."""
    return bool(DOMAIN.fullmatch(name.strip()) or _SITE_WORD.search(name))


def read_dateline(paragraph: str) -> Dateline | None:
    """Read the dateline of a paragraph, None if it has none.

    Of two names the site is the one that looks like a site, else the second ("Jakarta, Kabar X");
    a known agency, or capitals in brackets, are an agency.
    """
    head = paragraph[:140]
    dated = _DATED.match(head)
    if dated:
        days = find_dates(dated["day"])
        agency = canonical_agency(dated["site"] or "")
        site = "" if agency else dated["site"] or ""
        return Dateline(dated.end(), dated["place"], site, agency, days[0].value if days else None)
    for form in (_LISTED, _BRACKETED, _SINGLE, _COLON):
        match = form.match(head)
        if match and _is_plausible(match):
            return _sort_names(match)
    return None


def _names_of(match: re.Match[str]) -> list[str]:
    return [part.strip() for part in match.groups() if part]


def _is_plausible(match: re.Match[str]) -> bool:
    names = _names_of(match)
    if FUNCTION_WORDS.intersection(word for name in names for word in name.split()):
        return False
    return match.re is not _COLON or (
        len(words_of(names[0])) <= 2 and not _SPEAKER.search(names[0])
    )


def _sort_names(match: re.Match[str]) -> Dateline:
    names = _names_of(match)
    agencies = [canonical_agency(name) for name in names if canonical_agency(name)]
    if match.re is _BRACKETED and not agencies and re.fullmatch(r"[A-Z]{2,6}", names[1]):
        return Dateline(match.end(), names[0], "", names[1], None)
    others = [name for name in names if not canonical_agency(name)]
    sites = [name for name in others if is_site_shaped(name)]
    foreign = [name for name in others[1:] if name.lower().rstrip(".") not in COUNTRIES]
    if not sites and len(names) > 1 and foreign and not find_dates(foreign[0]):
        sites = foreign[:1]
    site = max(sites, key=lambda name: bool(DOMAIN.fullmatch(name)), default="")
    place = next((name for name in others if name != site), "")
    return Dateline(match.end(), place, site, agencies[0] if agencies else "", None)


def split_site_suffix(title: str) -> tuple[str, str]:
    """Split "Title - Site" or "Title | Site"; the site is "" if there is none."""
    match = re.match(
        r"^(?P<title>.{15,}?)\s(?:[|•·»–—]|-{1,2})\s(?P<site>[^|•·»–—]{2,40})$", title[:400]
    )
    return (match["title"].strip(), match["site"].strip()) if match else (title, "")


def split_site_prefix(title: str) -> tuple[str, str]:
    """Split "Site - Title" or "Site :: Title"; the site is "" if there is none."""
    match = re.match(
        r"^(?P<site>[^|•·»–—:]{2,40}?)\s(?:[|•·»–—]|-{1,2}|::)\s(?P<title>.{15,})$", title[:400]
    )
    return (match["site"].strip(), match["title"].strip()) if match else ("", "")
