"""Name a source and tell what kind of speaker it is.

Indonesian noun phrases begin with their head: in "juru bicara Kementerian Luar Negeri RI" the
post comes first, then whose it is. The first known word therefore decides the group, except that
a government post belongs to the first state or organisation named after it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, takewhile

from framing.language.lexicon import read_words
from framing.language.phrases import Token, read_name, text_of, tokenise
from framing.scheme import Codebook

OWN_WORDS = "own_words"
OWN_GOVERNMENT = "own_government"
FOREIGN_GOVERNMENT = "foreign_government"
ORGANISATION = "organisation"
OTHER = "other"

_WORDS = read_words("speech")
_INNER = frozenset(["bin", "binti", "al", "van", "von", "der", "de", "la", "dos", "ibn"])
_ARTICLES = _WORDS["articles"] | _WORDS["quantifiers"]
_DETERMINERS = frozenset(["itu", "ini", "tersebut", "tadi"])
_LONGEST_NAME = 5


@dataclass(frozen=True)
class Source:
    """Who is spoken for.

    Parameters
    ----------
    name
        The personal name where one is given, else the words for the role; "" if unnamed.
    group
        Id of the codebook's source group.
    is_person
        Whether `name` is a personal name.
    """

    name: str
    group: str
    is_person: bool = False


UNNAMED = Source("", OTHER)


class SourceGroups:
    """The codebook's source groups, ready to sort a source's words into one of them."""

    def __init__(self, codebook: Codebook) -> None:
        common: dict[str, str] = {}
        proper: dict[str, str] = {}
        for actor in codebook.actors:
            group = OWN_GOVERNMENT if actor.id == codebook.home else FOREIGN_GOVERNMENT
            proper.update((alias, group) for alias in actor.aliases if alias[:1].isupper())
        for source_group in codebook.source_groups:
            for word in source_group.words:
                (proper if word[:1].isupper() else common)[word] = source_group.id
        self._common = {word.lower(): group for word, group in common.items()}
        self._proper = proper
        self._small = {word.lower(): group for word, group in proper.items()} | self._common
        self._pattern = _compile([*common], [*proper])
        self._small_pattern = _compile([*self._small], [])

    def find(self, phrase: str) -> list[tuple[int, int, str, bool]]:
        """Return (start, end, group, is a name) of the known words, first and longest first."""
        small = phrase == phrase.lower()
        pattern = self._small_pattern if small else self._pattern
        found = []
        for match in pattern.finditer(phrase):
            word = match.group()
            if small:
                is_name = word not in self._common
                group = self._small[word]
            else:
                is_name = word in self._proper
                group = self._proper[word] if is_name else self._common[word.lower()]
            found.append((*match.span(), group, is_name))
        return found

    def sort(self, phrase: str, *, unmarked: str = OWN_GOVERNMENT) -> str:
        """Return the group of a source's words.

        Parameters
        ----------
        phrase
            Role, office, place or name, as the sentence has it.
        unmarked
            Group of a government post without a state ("menteri pertahanan"): in a country's own
            press the unmarked state is the home country, unless an article goes on about another.
        """
        found = self.find(phrase)
        if not found:
            return OTHER
        _, _, head, is_name = found[0]
        if head != FOREIGN_GOVERNMENT or is_name:
            return head
        holders = (OWN_GOVERNMENT, FOREIGN_GOVERNMENT, ORGANISATION)
        named = [group for _, _, group, is_name in found if is_name and group in holders]
        return named[0] if named else unmarked

    def name(self, phrase: str, *, unmarked: str = OWN_GOVERNMENT) -> Source:
        """Return the source that a phrase names, with its group."""
        tokens = _trim(tokenise(phrase))
        if not tokens:
            return UNNAMED
        phrase = text_of(phrase, tokens)
        group = self.sort(phrase, unmarked=unmarked)
        person = self._find_person(phrase)
        if person:
            return Source(person, group, is_person=True)
        head = self.find(phrase)[:1]
        is_role = tokens[0].lower in _WORDS["posts"] or any(
            start == 0 and not is_name for start, _, _, is_name in head
        )
        if is_role and not any(token.is_capital for token in tokens[1:2]):
            phrase = phrase[:1].lower() + phrase[1:]  # a sentence's first letter is no name's
        return Source(" ".join(phrase.split()), group, is_person=False)

    def _find_person(self, phrase: str) -> str:
        """Return the personal name that stands beside a post, "" if there is none."""
        chunks = [chunk.strip() for chunk in phrase.split(",") if chunk.strip()]
        if len(chunks) > 1:
            names = [chunk for chunk in chunks[:3] if self._is_bare_name(chunk)]
            if names:
                return names[0]
        tokens = tokenise(chunks[0] if chunks else "")
        known = self._known_places(chunks[0] if chunks else "")
        rest = list(dropwhile(lambda token: self._is_role(token, known), tokens))
        before = tokens[: len(tokens) - len(rest)]
        rest = list(takewhile(_is_in_name, rest))
        if not before or before[-1].lower in _WORDS["bodies"] or not _is_name(rest):
            return ""
        if len(rest) == 1:
            return ""  # "diplomat Eropa": one word behind a post is more often a place
        return text_of(chunks[0], rest)

    def _is_role(self, token: Token, known: Sequence[tuple[int, int]]) -> bool:
        return (
            token.lower in _WORDS["posts"]
            or token.lower in _WORDS["bodies"]
            or not token.is_capital
            or any(start <= token.start < end for start, end in known)
        )

    def _is_bare_name(self, chunk: str) -> bool:
        tokens = tokenise(chunk)
        if not _is_name(tokens) or tokens[0].lower in _WORDS["posts"] | _WORDS["bodies"]:
            return False
        places = [group for start, _, group, is_name in self.find(chunk) if is_name and not start]
        return not places or len(tokens) > 1

    def _known_places(self, phrase: str) -> list[tuple[int, int]]:
        return [(start, end) for start, end, _, _ in self.find(phrase)]


@dataclass
class Cast:
    """The people and offices that an article has named so far."""

    groups: SourceGroups
    last: Source = UNNAMED
    topic: Source = UNNAMED
    unmarked: str = OWN_GOVERNMENT
    _people: dict[str, Source] = field(default_factory=dict)

    def introduce(self, text: str) -> None:
        """Remember the people whom a sentence names beside their posts, and whom it begins with.

        A pronoun that comes later may point at somebody who has not spoken yet.
        """
        tokens = tokenise(text)
        for index, token in enumerate(tokens):
            begins = index == 0 or tokens[index - 1].lower not in _WORDS["posts"]
            if begins and token.lower in _WORDS["posts"]:
                self._remember(self.groups.name(_read_post(text, tokens[index : index + 12])))
        if tokens and tokens[0].lower in _WORDS["articles"] | _WORDS["posts"]:
            topic = self.groups.name(text_of(text, read_name(tokens, 0)))
            self.topic = topic if topic.group != OTHER else self.topic
        elif tokens and tokens[0].lower in self._people:
            self.topic = self._people[tokens[0].lower]

    def resolve(self, phrase: str, *, pronoun: bool = False) -> Source:
        """Return the source that a phrase or a pronoun stands for, and keep it as the last."""
        source = self.topic if pronoun else self.groups.name(phrase, unmarked=self.unmarked)
        if not source.name:
            return source
        if source.is_person:
            self._remember(source)
        else:
            known = self._people.get(source.name.split()[-1].lower())
            if known is not None and source.name in known.name:
                source = known
        if source.group in (OWN_GOVERNMENT, FOREIGN_GOVERNMENT):
            self.unmarked = source.group
        self.last = self.topic = source
        return source

    def _remember(self, source: Source) -> None:
        if source.is_person:
            for part in (source.name.split()[-1], source.name.split()[0]):
                self._people.setdefault(part.lower(), source)


def _read_post(text: str, tokens: Sequence[Token]) -> str:
    """Return a post and the name behind it, one comma between them at most."""
    taken: list[Token] = []
    commas = 0
    for token in tokens:
        commas += token.text == ","
        in_post = token.lower in _WORDS["posts"] and not commas
        if commas > 1 or not (token.is_capital or in_post or token.text == ","):
            break
        taken.append(token)
    while taken and not taken[-1].is_word:
        taken.pop()
    return text_of(text, taken)


def _is_name(tokens: Sequence[Token]) -> bool:
    """Whether the words can be a personal name: capitals, apart from particles like *bin*."""
    words = [token for token in tokens if token.is_word]
    return (
        0 < len(words) <= _LONGEST_NAME
        and words[0].is_capital
        and all(_is_in_name(token) for token in words)
        and not any(token.text.isupper() and len(token.text) > 2 for token in words)
    )


def _is_in_name(token: Token) -> bool:
    return token.is_capital or token.lower in _INNER or token.text in "-.'’"


def _trim(tokens: Sequence[Token]) -> list[Token]:
    """Drop articles before a phrase and determiners after it."""
    rest = list(dropwhile(lambda token: token.lower in _ARTICLES, tokens))
    while rest and (rest[-1].lower in _DETERMINERS or not rest[-1].is_word):
        rest.pop()
    return rest


def _compile(common: Sequence[str], proper: Sequence[str]) -> re.Pattern[str]:
    """Build one pattern; the longest alternative first, common words in any case."""
    parts = [(word, f"(?i:{re.escape(word)})") for word in common]
    parts += [(word, re.escape(word)) for word in proper]
    parts.sort(key=lambda part: -len(part[0]))
    if not parts:
        return re.compile(r"(?!)")  # a codebook without groups matches nothing
    return re.compile(r"(?<!\w)(?:" + "|".join(part for _, part in parts) + r")(?!\w)")
