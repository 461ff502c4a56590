"""Take the words of a sentence apart and read the noun phrases that can name a source."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from framing.language.lexicon import read_words
from framing.language.quotations import Quotation

MARK = '"'
LONGEST_SUBJECT = 26
CLAUSE_END = frozenset([MARK, ":", ";", "—", "–", "(", ")", "...", "…", ".", "?", "!"])

_WORDS = read_words("speech")
_TOKEN = re.compile(r"\w+(?:[-.'’/&]\w+)*|[^\w\s]")
_PREFIXED = re.compile(r"(?:me[mnlrwyp]|ber|di|ter)\w{3,}")
_IN_NAMES = frozenset("-.'’")
_JOINS = frozenset(["dan", "serta", "seraya", "sambil", "sembari", "lalu", "tetapi"])
_BREAKS = _WORDS["conjunctions"] - {"dan", "serta"}
_MODIFIERS = frozenset(["yang", "dalam"])  # what follows them is no part of a name
_LONGEST_NAME = 14
_LONGEST_SENTENCE = 80


@dataclass(frozen=True)
class Token:
    """A word or mark of a sentence; a quotation is the single token '"'."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The word in small letters."""
        return self.text.lower()

    @property
    def is_word(self) -> bool:
        """Whether it is a word or number."""
        return self.text[0].isalnum()

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper()


def tokenise(text: str, quotations: Sequence[Quotation] = ()) -> list[Token]:
    """Split a sentence into words and marks, each quotation into one token."""
    tokens: list[Token] = []
    position = 0
    for quotation in quotations:
        tokens.extend(_tokens(text, position, quotation.start))
        tokens.append(Token(MARK, quotation.start, quotation.end))
        position = quotation.end
    tokens.extend(_tokens(text, position, len(text)))
    return tokens


def read_name(tokens: Sequence[Token], start: int, *, closing: bool = False) -> list[Token]:
    """Take the words of the name or post that begins at `start`.

    A comma is passed only where an apposition follows ("kata Danu, pengamat ..."): behind a tag
    that closes a sentence (`closing`) any role is one. What stands in brackets is left out.
    """
    name: list[Token] = []
    depth = 0
    tokens = tokens[start : start + _LONGEST_NAME]
    for index, token in enumerate(tokens):
        if token.text in "()":
            depth += 1 if token.text == "(" else -1
        elif depth > 0 or (not name and token.lower in ("oleh", "dari")):
            continue
        elif _ends_name(name, tokens, index, closing=closing):
            break
        else:
            name.append(token)
    while name and not name[-1].is_word:
        name.pop()
    return name


def _ends_name(
    name: Sequence[Token], tokens: Sequence[Token], index: int, *, closing: bool
) -> bool:
    token = tokens[index]
    if token.text == ",":
        return not name or not _is_apposition(name, tokens[index + 1 :], closing=closing)
    if token.text == ".":
        return not _is_initial(tokens, index)
    if not token.is_word:
        return token.text not in _IN_NAMES
    if token.lower in ("dan", "untuk"):
        return not is_capital_at(tokens, index + 1)
    return bool(name) and token.lower in _WORDS["stops"]


def read_subject(tokens: Sequence[Token], verb: int) -> list[Token]:
    """Take the noun phrase before a verb; for a second verb ("..., dan mengatakan") the first's."""
    end = verb
    while end > 0 and tokens[end - 1].lower in _WORDS["adverbs"]:
        end -= 1
    first = max(0, end - LONGEST_SUBJECT)
    start = end
    while start > first and tokens[start - 1].text not in CLAUSE_END:
        start -= 1
    chunks = _split_at_commas(tokens[start:end])
    chunk = chunks.pop() if chunks else []
    while chunks and (not chunk or chunk[0].lower in ("yang", "seperti")):
        chunk = chunks.pop()
    chunk = _strip_openings(chunk)
    if chunks and chunk:  # "Ketua NATO, Danu Wirya mengatakan", "Danu Wirya, ketua NATO, ..."
        other = _strip_openings(chunks[-1])
        if (_begins_with_post(other) and _is_all_capital(chunk)) or (
            _begins_with_post(chunk) and _is_all_capital(other)
        ):
            return [*other, *chunk]
    if (chunk and chunk[-1].lower not in _JOINS) or not end:
        return list(takewhile(lambda token: token.lower not in _MODIFIERS, chunk))
    return _read_first_subject(tokens[: min(end, _LONGEST_SENTENCE)])


def lower_at(tokens: Sequence[Token], index: int) -> str:
    """Return the word at `index` in small letters, "" outside the sentence."""
    return tokens[index].lower if 0 <= index < len(tokens) else ""


def is_capital_at(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word with a capital stands at `index`."""
    return index < len(tokens) and tokens[index].is_capital


def text_of(text: str, tokens: Sequence[Token]) -> str:
    """Return the stretch of text that the tokens cover."""
    return text[tokens[0].start : tokens[-1].end] if tokens else ""


def _is_initial(tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and len(tokens[index - 1].text) <= 3 and is_capital_at(tokens, index + 1)


def _is_apposition(name: Sequence[Token], rest: Sequence[Token], *, closing: bool) -> bool:
    """Whether the words behind a comma only name the source again."""
    chunk = list(takewhile(lambda token: token.is_word, rest))
    if not chunk or chunk[0].lower in _WORDS["stops"]:
        return False
    if chunk[0].lower in _WORDS["posts"] or chunk[0].lower in _WORDS["articles"]:
        return True
    if any(part.text == "," for part in name):
        return False
    if chunk[0].is_capital:
        return name[0].lower in _WORDS["posts"] or name[0].lower in _WORDS["articles"]
    return closing and name[-1].is_capital and not _looks_like_verb(chunk[0])


def _begins_with_post(tokens: Sequence[Token]) -> bool:
    return bool(tokens) and tokens[0].lower in _WORDS["posts"]


def _is_all_capital(tokens: Sequence[Token]) -> bool:
    return bool(tokens) and all(token.is_capital for token in tokens)


def _read_first_subject(tokens: Sequence[Token]) -> list[Token]:
    """Take the words up to the sentence's first verb."""
    chunks = _split_at_commas(tokens)
    chunk = next((part for part in chunks if _strip_openings(part) == part and part), [])
    return list(takewhile(lambda token: not _looks_like_verb(token) and token.is_word, chunk))


def _looks_like_verb(token: Token) -> bool:
    if token.lower in _WORDS["adverbs"] or token.lower in _WORDS["stops"]:
        return True
    return not token.is_capital and _PREFIXED.match(token.text) is not None


def _split_at_commas(tokens: Sequence[Token]) -> list[list[Token]]:
    chunks: list[list[Token]] = [[]]
    for token in tokens:
        if token.text == ",":
            chunks.append([])
        else:
            chunks[-1].append(token)
    return chunks


def _strip_openings(tokens: Sequence[Token]) -> list[Token]:
    """Drop connectives and a leading adverbial from a subject."""
    rest = list(dropwhile(lambda token: token.lower in _WORDS["openings"], tokens))
    if rest and rest[0].lower in _WORDS["prepositions"]:
        return []
    breaks = [place for place, token in enumerate(rest) if token.lower in _BREAKS]
    return _strip_openings(rest[breaks[-1] + 1 :]) if breaks else rest


def _tokens(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        yield Token(match.group(), match.start(), match.end())
