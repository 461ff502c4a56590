"""Bytes to text, and text to one spelling: what every page goes through before it is read."""

import codecs
import re
import unicodedata

_BREAKS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# Zero-width characters, soft hyphens, marks of direction: invisible, and they split equal words.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f\x80-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_MAGIC = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"\x7fELF",
    b"RIFF",
    b"\xd0\xcf\x11\xe0",
)


def normalise(text: str) -> str:
    """Return `text` in NFC, with plain spaces and line feeds, without invisible characters.

    Lone surrogates, which no file can hold, become U+FFFD. Runs of spaces become one space;
    lines lose spaces at both ends.
    """
    text = _SURROGATES.sub("\ufffd", text)
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", text))
    text = unicodedata.normalize("NFC", text)
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))


def decode(raw: bytes) -> str | None:
    """Decode the bytes of a text file; None if they are no text.

    UTF-8 and UTF-16 with or without a byte order mark, else Windows-1252, the usual encoding of
    old Indonesian pages. A file of mostly good UTF-8 keeps it, with U+FFFD for its broken bytes.
    """
    if raw.startswith(_MAGIC):
        return None
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    for encoding, zero in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(raw) >= 4 and raw[zero::2].count(0) > 0.4 * len(raw[zero::2]):
            return raw.decode(encoding, errors="replace")
    control = sum(raw.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\v\x1b")
    if control > max(8, 0.02 * len(raw)):
        return None
    text = raw.decode("utf-8-sig", errors="replace")
    broken = text.count("\ufffd") - raw.count("\ufffd".encode())
    intact = sum(char > "\x7f" for char in text) - broken
    return text if intact >= broken else raw.decode("cp1252", errors="replace")
