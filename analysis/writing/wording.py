"""How numbers and texts are written in a manuscript: the filters of its templates.

Everything that a template prints is escaped for Markdown unless it is `Markup`, so that no sentence
of a corpus and no outlet's name can break a manuscript, or put formatting or code into it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPECIAL = re.compile(r"""[\\`*_{}\[\]<>#$@^~|"'&]""")
# At the start of a line these would begin a list, a heading, a rule, a fence or a definition.
_LEADING = re.compile(r"^(?:(\()|([-+:=%.!]))?(\w*)([.)](?=\s|$))?")
_BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escape_markdown(text: object) -> Markup:
    """Return a text on one line that pandoc reads as just that text.

    Control characters and the marks that turn the direction of writing are dropped; what no XML or
    UTF-8 file can hold (lone surrogates, non-characters) becomes U+FFFD.
    """
    clean = "".join(map(_printable, " ".join(str(text).split())))
    escaped = _SPECIAL.sub(r"\\\g<0>", " ".join(clean.split()))
    return Markup(_LEADING.sub(_escape_leading, escaped, count=1))


def spell(number: int) -> str:
    """Return a count as prose writes it: in a word below ten, else with thousands set off."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else group(number)


def spell_with(number: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: ``one article``, ``five articles``."""
    return f"{spell(number)} {noun if number == 1 else plural or noun + 's'}"


def group(number: int) -> str:
    """Return a count in digits with commas between thousands."""
    return f"{number:,}"


def percent(share: float, *, decimals: int = 1) -> str:
    """Return a share as a percentage."""
    return f"{_round(100 * share, decimals)}%"


def whole_percent(share: float) -> str:
    """Return a share, such as a confidence level, as a percentage without needless decimals."""
    return f"{100 * share:g}%"


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, without the unit."""
    return _round(100 * difference, 1)


def decimal(number: float) -> str:
    """Return a number with two decimals."""
    return _round(number, 2)


def p_value(p: float) -> Markup:
    """Return ``*p* = 0.012`` or ``*p* < 0.001``."""
    return Markup(r"*p* \< 0.001" if p < 0.0005 else f"*p* = {bare_p(p)}")


def test_p(test: Mapping[str, Any]) -> Markup:
    """Return the p-value that a test is judged by, and whether it was adjusted."""
    adjusted = Markup("adjusted " if test["adjusted"] else "")
    return adjusted + p_value(test["p"])


def bounds(cell: Mapping[str, Any]) -> str:
    """Return the interval of a share, ``10.2 to 33.0%``."""
    return f"{points(cell['conf_low'])} to {percent(cell['conf_high'])}"


def short_bounds(cell: Mapping[str, Any]) -> str:
    """Return an interval for a table, ``[10.2, 33.0]``; a dash where there is none."""
    if cell["conf_low"] is None or cell["conf_high"] is None:
        return "\N{EN DASH}"
    return f"[{points(cell['conf_low'])}, {points(cell['conf_high'])}]"


def whole_bounds(cell: Mapping[str, Any]) -> str:
    """Return an interval of a share for a narrow table, in whole per cent: ``[10, 33]``."""
    if cell["conf_low"] is None or cell["conf_high"] is None:
        return "\N{EN DASH}"
    return f"[{_round(100 * cell['conf_low'], 0)}, {_round(100 * cell['conf_high'], 0)}]"


def bare_p(p: float) -> str:
    """Return a p-value for a table, ``0.012`` or ``< 0.001``."""
    return "< 0.001" if p < 0.0005 else _round(p, 3)


def columns(*widths: int) -> Markup:
    """Return the line under the head of a pipe table whose columns have these relative widths.

    The line is longer than pandoc's ``--columns``, which makes the widths count and the text wrap.
    """
    dashes = (max(3, 240 * width // sum(widths)) for width in widths)
    return Markup("|" + "|".join(":" + "-" * n for n in dashes) + "|")


def long_date(day: str) -> str:
    """Return an ISO day as ``19 June 2024``."""
    parsed = date.fromisoformat(day)
    return f"{parsed.day} {_MONTHS[parsed.month - 1]} {parsed.year}"


def month_year(day: str) -> str:
    """Return the month of an ISO day as ``June 2024``."""
    parsed = date.fromisoformat(day)
    return f"{_MONTHS[parsed.month - 1]} {parsed.year}"


def join_words(items: Iterable[object]) -> Markup:
    """Return items as prose lists them: ``a``, ``a and b``, ``a, b and c``."""
    words = [item if isinstance(item, Markup) else escape_markdown(item) for item in items]
    if len(words) < 2:
        return Markup("").join(words)
    return Markup(", ").join(words[:-1]) + Markup(" and ") + words[-1]


def capitalize(text: str) -> str:
    """Return a text with its first letter large and the rest as it is."""
    return type(text)(text[:1].upper() + text[1:])


def lower_first(text: str) -> str:
    """Return a text with its first letter small, unless the first word is an abbreviation."""
    return text if text[:2].isupper() else type(text)(text[:1].lower() + text[1:])


def drop_stop(text: str) -> str:
    """Return a text without the full stop at its end."""
    return type(text)(text.rstrip().removesuffix("."))


def short_hash(digest: str) -> Markup:
    """Return the beginning of a hash as code, enough to compare by eye."""
    return Markup(f"`{re.sub('[^0-9a-zA-Z]', '', digest)[:12]}`")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "bare_p": bare_p,
    "bounds": bounds,
    "capitalize": capitalize,
    "decimal": decimal,
    "drop_stop": drop_stop,
    "group": group,
    "join_words": join_words,
    "long_date": long_date,
    "lower_first": lower_first,
    "month_year": month_year,
    "p_value": p_value,
    "percent": percent,
    "points": points,
    "short_bounds": short_bounds,
    "short_hash": short_hash,
    "spell": spell,
    "spell_with": spell_with,
    "test_p": test_p,
    "whole_bounds": whole_bounds,
    "whole_percent": whole_percent,
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def _round(number: float, decimals: int) -> str:
    text = f"{abs(number):.{decimals}f}"
    return f"\N{MINUS SIGN}{text}" if number < 0 and float(text) else text


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs" or (ord(character) & 0xFFFE) == 0xFFFE or "\ufdd0" <= character <= "\ufdef":
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category == "Cc" or character in _BIDI_CONTROLS else character


def _escape_leading(match: "re.Match[str]") -> str:
    bracket, mark, word, end = match.groups()
    head = f"\\{bracket}" if bracket else f"\\{mark}" if mark else ""
    return f"{head}{word or ''}" + (f"\\{end}" if end else "")
