"""News suppliers that a page credits or quotes: agencies, and media that it took the story from.

A gazetteer gives known agencies their usual name; the wordings by which Indonesian pages lean on
others ("kantor berita X", "dilansir dari X", a credit in brackets at a paragraph's end) find
suppliers that no list knows.
"""

import re
from collections.abc import Iterable

from framing.language.wordlists import COUNTRIES, word_set

_GAZETTEER: dict[str, tuple[str, ...]] = {
    "AFP": ("AFP", "Agence France-Presse", "Agence France Presse"),
    "Anadolu": ("Anadolu", "Anadolu Agency"),
    "ANSA": ("ANSA",),
    "Antara": ("ANTARA", "LKBN Antara", "Antaranews", "Kantor Berita Antara"),
    "AP": ("AP", "Associated Press", "The Associated Press"),
    "Bernama": ("Bernama",),
    "DPA": ("dpa", "DPA", "Deutsche Presse-Agentur"),
    "DW": ("DW", "Deutsche Welle"),
    "EFE": ("EFE",),
    "Interfax": ("Interfax",),
    "IRNA": ("IRNA",),
    "KCNA": ("KCNA", "Korean Central News Agency"),
    "Kyodo": ("Kyodo", "Kyodo News"),
    "NHK": ("NHK",),
    "PTI": ("Press Trust of India",),
    "Reuters": ("Reuters", "REUTERS"),
    "RIA Novosti": ("RIA Novosti", "RIA", "Ria Novosti"),
    "SPA": ("Saudi Press Agency",),
    "Sputnik": ("Sputnik",),
    "TASS": ("TASS", "Itar-Tass", "ITAR-TASS", "Tass"),
    "UPI": ("UPI", "United Press International"),
    "VNA": ("Vietnam News Agency",),
    "VOA": ("VOA", "Voice of America"),
    "WAFA": ("WAFA",),
    "Xinhua": ("Xinhua", "Xin Hua", "XINHUA"),
    "Yonhap": ("Yonhap", "Yonhap News", "Yonhap News Agency", "YONHAP"),
}
_CANONICAL = {alias: name for name, aliases in _GAZETTEER.items() for alias in aliases}
_CANONICAL_FOLDED = {alias.casefold(): name for alias, name in _CANONICAL.items()}
# Names that are common words or other things too need a credit or a verb of relaying beside them.
_AMBIGUOUS = {
    "Sputnik",
    "Anadolu",
    "AP",
    "Antara",
    "SPA",
    "RIA",
    "NHK",
    "DW",
    "VOA",
    "EFE",
    "ANTARA",
}
_KNOWN = re.compile(
    r"(?<![\w@.])(?:"
    + "|".join(sorted(map(re.escape, _CANONICAL), key=len, reverse=True))
    + r")(?!\w)"
)

_NAME = (
    r"(?P<name>(?:the\s|The\s)?[A-Z][\w.’'&-]{0,30}(?:\s(?:of\s|the\s)?[A-Z][\w.’'&-]{0,30}){0,4})"
)
_ABBREVIATION = r"(?:\s\((?P<short>[A-Z][A-Za-z]{1,7})\))?"
_RELAYS = re.compile(
    r"\b(?:[Dd]ilansir|[Mm]elansir|[Dd]ikutip|[Mm]engutip|[Dd]isadur|[Ll]apor|[Ll]aporan|[Dd]ilaporkan"
    r"|[Mm]enurut laporan|[Dd]iberitakan|[Dd]iwartakan|[Mm]ewartakan|[Dd]isiarkan)"
    r"(?:\s(?:dari|oleh|laman|situs|media|harian|surat kabar|stasiun televisi|kantor berita"
    r"|portal berita)\b){0,3}"
    r"\s" + _NAME + _ABBREVIATION
)
_AGENCY = re.compile(
    r"\b[Kk]antor [Bb]erita\s(?:(?:pemerintah|resmi|negara|milik negara|swasta|asal)\s){0,2}"
    + _NAME
    + _ABBREVIATION
)
# "..., demikian KBX." closes a report; only names in capitals, for people close quotations so, too
_CLOSING = re.compile(r"\b[Dd]emikian\s(?P<name>[A-Z]{3,6})(?P<short>)(?=[.,]|$)")
_SOURCE_LINE = re.compile(r"^\W{0,3}(?:sumber|source|sc)\s?:\s?(?P<names>.{2,120})$", re.IGNORECASE)
_DASHED_LINE = re.compile(r"^[-–—]\s?(?P<names>[A-Z][\w. ]{1,30})$")
_CREDIT = re.compile(r"(?<=[.!?”\"])\s?\((?P<names>[^()\n]{2,60})\)\.?$")

# A name that begins so is an institution, an office, a country or a platform: no supplier of news.
_NO_SUPPLIERS = word_set(
    """
    Kementerian Kemlu Kemhan Departemen Kremlin Gedung Presiden Perdana Menteri Menlu Menhan
    Jenderal Pemerintah Badan Dewan Komisi Kepolisian Polri Polda TNI PBB NATO BPS Bank
    Universitas Lembaga Institut Juru Kantor Ketua Direktur Kepala Pak Bapak Ibu Rusia Korea
    Korut Korsel Amerika AS Ukraina China Tiongkok Cina Jepang Vietnam Indonesia Inggris
    Iran Israel Prancis Jerman Turki India Instagram Twitter Facebook Telegram YouTube
    TikTok X WhatsApp Senin Selasa Rabu Kamis Jumat Sabtu Minggu
    """
)
_WEEKDAY_TAIL = re.compile(r"\s(?:Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu|Pada|Di)$")
_PHOTO = re.compile(
    r"(?:^|\b)(?:foto|photo|pool|getty|images|istimewa|dok|handout|ho)\b", re.IGNORECASE
)


def canonical_agency(name: str) -> str:
    """Return the usual name of a known agency, or "" for any other name."""
    bare = name.strip(" .,:;()[]-–—/")
    return _CANONICAL.get(bare) or _CANONICAL_FOLDED.get(bare.casefold(), "")


def _supplier(match: re.Match[str]) -> str:
    """Name the supplier of a wording, or "" if its capitalised words are something else."""
    name = _WEEKDAY_TAIL.sub("", match["name"].rstrip(".’'-&")).strip()
    while name.partition(" ")[0].lower() in COUNTRIES:  # "kantor berita Palestina KBX"
        name = name.partition(" ")[2]
    if not name:
        return ""
    if canonical_agency(name):
        return canonical_agency(name)
    first = name.split()[0]
    if first in _NO_SUPPLIERS:
        return ""
    short = match["short"] or ""
    return canonical_agency(short) or short or name


def _split_credit(names: str) -> list[str]:
    return [
        part.strip(" .") for part in re.split(r"[/,;|&]|\bdan\b|\s-\s", names) if part.strip(" .")
    ]


def credited(line: str) -> list[str]:
    """Return the suppliers that a credit names: "(KBX)" after a sentence, "- KBX", "Sumber: KBX".

    Only known agencies, or an abbreviation in capitals that stands alone, make a credit: editors'
    initials and photographers do not.
    """
    line = line.strip()
    for form in (_SOURCE_LINE, _DASHED_LINE, _CREDIT):
        match = form.search(line[-400:])
        if match is None:
            continue
        parts = _split_credit(match["names"])
        known = [canonical_agency(part) for part in parts]
        if any(known):
            return [name for name in known if name]
        alone = re.fullmatch(r"[A-Z]{3,6}", match["names"].strip())
        if form is _CREDIT and alone:
            return [alone.group()]
    return []


def is_credit_line(line: str) -> bool:
    """Tell whether a line is nothing but a credit: "- KBX", "(KBX)", "KBX | KBY", "Sumber: KBX"."""
    bare = re.sub(r"^(?:sumber|source)\s?:\s?", "", line.strip(), flags=re.IGNORECASE)
    parts = _split_credit(bare.strip("-–—() "))
    return 0 < len(parts) <= 5 and all(canonical_agency(part) for part in parts)


def strip_credit(line: str) -> str:
    """Return a paragraph without the agency credit in brackets after its last sentence."""
    match = _CREDIT.search(line)
    return line[: match.start()].rstrip() if match and credited(line) else line


def find_agencies(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the suppliers that a page's lines credit or quote, in the order of appearance.

    Parameters
    ----------
    lines
        Body paragraphs, captions and credit lines.
    """
    found: dict[str, None] = {}
    for line in lines:
        hits: list[tuple[int, str]] = []
        for form in (_AGENCY, _RELAYS, _CLOSING):
            hits += [(match.start("name"), _supplier(match)) for match in form.finditer(line)]
        for match in _KNOWN.finditer(line):
            context = line[max(0, match.start() - 40) : match.end() + 12]
            beside = _PHOTO.search(context) or re.search(r"[/(|]\s?$", line[: match.start()][-2:])
            if match.group() not in _AMBIGUOUS or beside:
                hits.append((match.start(), canonical_agency(match.group())))
        if is_credit_line(line):
            bare = re.sub(r"^(?:sumber|source)\s?:\s?", "", line.strip(), flags=re.IGNORECASE)
            hits += [(0, canonical_agency(part)) for part in _split_credit(bare.strip("-–—() "))]
        hits += [(len(line), name) for name in credited(line)]
        for _, name in sorted(hits, key=lambda hit: hit[0]):
            if name:
                found.setdefault(name)
    return tuple(found)
