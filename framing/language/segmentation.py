"""Split Indonesian news text into sentences without ever losing an offset.

One compiled pattern finds every place where a sentence *could* end (full stop, question or
exclamation mark or ellipsis, closing marks, then white space); a few questions about the word
before and the character after decide whether it does. Every character is looked at a bounded
number of times, so that the time is linear in the text, whatever the text is.
"""

import re
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from framing.language.lexicon import read_words
from framing.schema import COLUMNS, require_columns
from framing.tables import hash_text

_WORDS = read_words("splitting")
_DEGREE = re.compile(
    r"(?:[MS]\.(?:Ag|Ak|Ars|Farm|H|Hum|Hut|I\.?[KP]|Ikom|Ked|Keb|Kep|Kes|Kom|Pd|Phil|Psi|Sc|Si|Sn|Sos"
    r"|Stat|T|Th|Tr)|S\.[EPU]|M\.[AEM]|M\.[BP]\.A|[AB]\.(?:A|Md|Sc)|Ph\.D|LL\.[BDM]|Sp\.[A-Z]\w*)\Z"
)
_CANDIDATE = re.compile(
    r"""
    \( [^()]{0,200} [^().!?…] \)                        # passed over: a short aside
    | (?<![.!?…]) (?P<stop>[.!?…]++)
      (?P<close> ["'”’»)\]]*+ (?:\s\([^()]{1,40}\)(?=\s))? )     # the credit in "usai. (AFP)"
      (?: (?P<space>\s++)
        | (?<=[a-z]{3}[.!?])     (?=[A-Z][a-z]++[\s,])   # a glued sentence: "usai.Ia pergi"
        | (?<=[a-z]{3}[.!?]["”]) (?=[A-Z][a-z]++[\s,])
      )
    | [؟۔。！？]++ ["”’»)\]」』]*+
    """,
    re.VERBOSE,
)
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]++")
_SPACE = re.compile(r"\s*+")
_WORD = re.compile(r"[^\W_]++(?:-[^\W_]++)*+")
_DOTTED = re.compile(r"[^\W\d_]{1,4}(?:\.[^\W\d_]{1,4})+\Z")
_CLOSING = frozenset("”’»")
_OPENING_AND_BLANK = "\"'“‘„«`([{¿¡ "
_NEVER_FIRST = frozenset(",;:.!?…%/&)]}”’»–—-")
_REACH = 40  # characters looked at before and after a candidate


def split_text(text: str) -> list[tuple[int, int]]:
    """Find the sentences of a text.

    Line breaks of every kind end a sentence. Inside a quotation every sentence is one of its own;
    a quotation that ends with its own mark and goes on in lower case ("'Siapa?' tanya dia.")
    stays one. A line without any capital is split before small letters, too.

    Parameters
    ----------
    text
        Any string, strange characters and lone surrogates included.

    Returns
    -------
    list of (int, int)
        Offsets in reading order, disjoint: ``text[start:end]`` is the sentence without outer
        white space, and only white space lies between two sentences.
    """
    spans: list[tuple[int, int]] = []
    for match in _LINE.finditer(text):
        offset = match.start()
        spans.extend((offset + start, offset + end) for start, end in _split_line(match.group()))
    return spans


def split_articles(articles: pd.DataFrame) -> pd.DataFrame:
    """Turn the articles table into the sentences table.

    Parameters
    ----------
    articles
        Table with at least ``article_id``, ``title`` and ``text``.

    Returns
    -------
    DataFrame
        The columns of ``COLUMNS["sentences"]``: an article's title first (unit ``title``,
        position 0, without offsets), then the sentences of its text (unit ``sentence``, from 1).
        ``source``, ``source_group`` and ``copy_of`` are left empty for later steps. The id comes
        from article, unit and text (and, for a text that an article repeats, its count), so that
        it survives another cleaning of the page.

    Raises
    ------
    BingkaiError
        A needed column is missing.
    """
    require_columns(articles, "articles")
    rows: list[tuple[object, ...]] = []
    for article_id, title, text in zip(
        articles["article_id"], articles["title"], articles["text"], strict=True
    ):
        rows.extend(_article_rows(str(article_id), _string(title).strip(), _string(text)))
    # Object columns: the string type of pandas 3 refuses lone surrogates.
    sentences = pd.DataFrame(rows, columns=list(COLUMNS["sentences"]), dtype=object)
    return sentences.astype({"position": "int64", "start": "Int64", "end": "Int64"})


def _article_rows(article_id: str, title: str, text: str) -> Iterator[tuple[object, ...]]:
    seen: Counter[str] = Counter()

    def row(unit: str, position: int, start: object, end: object, body: str) -> tuple[object, ...]:
        sentence_id = hash_text(f"{article_id}\n{unit}\n{body}\n{seen[body]}")[:16]
        seen[body] += 1
        place = (article_id, unit, position, start, end)
        return (sentence_id, *place, body, hash_text(body), "", "", "")

    if title:
        yield row("title", 0, pd.NA, pd.NA, title)
    for position, (start, end) in enumerate(split_text(text), start=1):
        yield row("sentence", position, start, end, text[start:end])


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _split_line(line: str) -> Iterator[tuple[int, int]]:
    start = len(line) - len(line.lstrip())
    end = len(line.rstrip())
    small: bool | None = None
    quotes = counted = 0
    for match in _CANDIDATE.finditer(line):
        cut = match.end() - len(match["space"] or "")
        resume = _skip_space(line, cut)
        if line[match.start()] == "(":
            continue
        if resume < end and line[resume] in "\"'”’»" and line[resume + 1 : resume + 2].isspace():
            # A mark that blanks have split off closes the sentence if one is open.
            quotes += line.count('"', counted, resume)
            counted = resume
            if line[resume] in _CLOSING or quotes % 2:
                cut, resume = resume + 1, _skip_space(line, resume + 1)
        if resume >= end:
            break
        if match["stop"] is not None:
            if small is None:
                small = line == line.lower()
            if not _is_boundary(line, match, start=start, resume=resume, small=small):
                continue
        yield start, cut
        start = resume
    if start < end:
        yield start, end


def _is_boundary(line: str, match: re.Match[str], *, start: int, resume: int, small: bool) -> bool:
    """Decide whether the candidate `match` ends the sentence that begins at `start`."""
    if line[resume] in _NEVER_FIRST:
        return False
    rest = line[resume : resume + _REACH].lstrip(_OPENING_AND_BLANK)
    found = _WORD.match(rest)
    word = found.group() if found else ""
    if rest[:1].islower() and not _is_brand(rest):
        closed = resume - match.end("stop") > len(match["space"] or "")
        if closed or not small:
            return False
    if match["space"] is None and word.lower() in _WORDS["domains"]:
        return False
    return match["stop"] != "." or _ends_at_point(line, start, match.start(), next_word=word)


def _ends_at_point(line: str, start: int, point: int, *, next_word: str) -> bool:
    """Tell a full stop from the point of an abbreviation, an initial or a list number."""
    tokens = line[max(start, point - _REACH) : point].rsplit(None, 2)
    word = tokens[-1].lstrip(_OPENING_AND_BLANK + "/-–—") if tokens else ""
    lowered = word.lower()
    if (
        lowered in _WORDS["before_names"]
        or lowered in _WORDS["inside"]
        or word in _WORDS["before_names_capital"]
        or (lowered in _WORDS["before_numbers"] and next_word[:1].isdigit())
        or (len(tokens) == 1 and len(word) <= 3 and word.isdigit())  # the "2." of a list
    ):
        return False
    starter = next_word.lower() in _WORDS["starters"]
    if len(word) == 1 and word.isalpha():
        return starter or (len(tokens) > 1 and tokens[-2].lower() in _WORDS["labelled"])
    if lowered in _WORDS["open"]:
        return starter
    if _DOTTED.match(word) and lowered.rpartition(".")[2] not in _WORDS["domains"]:
        after_comma = len(tokens) > 1 and tokens[-2].endswith(",")
        return starter or (after_comma and _DEGREE.match(word) is not None)
    return True


def _is_brand(rest: str) -> bool:
    """Names that begin small: "iPhone", "eBay", "al-Qaeda"."""
    return rest[1:2].isupper() or (rest[:3] in ("al-", "el-") and rest[3:4].isupper())


def _skip_space(line: str, index: int) -> int:
    match = _SPACE.match(line, index)
    return match.end() if match else index
