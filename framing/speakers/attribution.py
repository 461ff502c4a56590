"""Find where a sentence lays its words on somebody, and the words that name that somebody.

Indonesian marks a source in few ways: a bare speech word beside it (", kata dia"), *menurut*, a
verb of saying, judging, wanting or thinking whose subject it is, a passive of hearsay
(*dilaporkan*), a credit (*dikutip Reuters*) and, in headlines, a bare stem or a colon.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from framing.language.lexicon import read_words
from framing.language.phrases import (
    CLAUSE_END,
    LONGEST_SUBJECT,
    MARK,
    Token,
    is_capital_at,
    lower_at,
    read_name,
    read_subject,
    text_of,
    tokenise,
)
from framing.language.quotations import Quotation

_WORDS = read_words("speech")
_NYA_TAGS = frozenset(f"{tag}nya" for tag in _WORDS["tags"]) | {"akunya", "menurutnya"}
_ACTIVE = {
    verb: kind for kind in ("find", "act", "think", "urge", "judge", "say") for verb in _WORDS[kind]
}  # a verb in two lists counts as the later kind
_PEOPLE = frozenset().union(
    *(_WORDS[name] for name in ("posts", "articles", "quantifiers", "speakers"))
)
_POINTING = _NYA_TAGS | {
    f"{word}nya" for name in ("hearsay", "relayed", "speech_nouns") for word in _WORDS[name]
}
_SURE_NYA = frozenset(["katanya", "ujarnya", "tuturnya", "imbuhnya", "tandasnya", "pungkasnya"])
_WARM_WORDS = frozenset(["baik", "gembira", "positif", "terima"])  # "menyambut baik"
_NOUN_FRAMES = frozenset(["dalam", "berdasarkan", "begitu", "demikian", "lewat", "melalui"])
_POINTERS = frozenset(["itu", "demikian", "begitu"])  # "meski demikian" subordinates nothing
_BEFORE_TAG = frozenset([MARK, ",", ".", "?", "!", "—", "–", "-", "…"])
_NEAR_TAG = frozenset(["", "demikian", "begitu"])


@dataclass(frozen=True)
class Attribution:
    """One marker of a source.

    Parameters
    ----------
    kind
        How the source is marked: ``tag``, ``according``, ``say``, ``judge``, ``urge``, ``think``,
        ``hearsay``, ``relayed``, ``noun``, ``headline``, ``colon``, ``study`` ("survei
        menunjukkan"), ``called`` and ``called_by`` ("disebut", without and with an agent),
        ``act`` (verbs that often only act), ``verdict`` (a court's words), ``mute`` (a subject
        without a mouth); with ``_embedded`` where the marker stands in a clause that does not
        carry the sentence.
    start
        Offset of the marker in the sentence.
    phrase
        The words that name the source, "" if none do.
    pronoun
        Whether the source is only pointed at ("ujarnya", "ia mengatakan").
    """

    kind: str
    start: int
    phrase: str
    pronoun: bool


def find_attributions(
    text: str, quotations: Sequence[Quotation] = (), *, headline: bool = False
) -> list[Attribution]:
    """Find the markers of sources outside the quotations of a sentence, in reading order.

    Parameters
    ----------
    text
        One sentence.
    quotations
        Its quotations (`framing.language.quotations.find_quotations`); what they hold is not
        searched.
    headline
        Whether bare stems ("Tuding") and colons mark a source.
    """
    tokens = tokenise(text, quotations)
    found: list[Attribution] = []
    for index, token in enumerate(tokens):
        if token.is_word:
            found.extend(_read_marker(text, tokens, index, headline=headline))
        elif headline and _is_speaker_colon(tokens, index):
            phrase = text_of(text, tokens[:index])
            found.append(Attribution("colon", token.start, phrase, pronoun=False))
    return [item for item in found if not _asks(item.phrase)]


def _asks(phrase: str) -> bool:
    """Tell a question's subject ("Apakah Seoul meminta ...?", "Anda yakin ...?") from a source."""
    first = phrase.partition(" ")[0]
    return first.lower() in _WORDS["asking"]


def _is_speaker_colon(tokens: Sequence[Token], index: int) -> bool:
    """Tell "Pakar: Sanksi Sia-sia" from "Jejak Peluru dari Timur: ..." and from "22:31"."""
    head = tokens[:index]
    if tokens[index].text != ":" or not 0 < index <= 8 or head[-1].text.isdigit():
        return False
    return head[0].lower in _PEOPLE or (index <= 3 and all(token.is_capital for token in head))


def _read_marker(
    text: str, tokens: Sequence[Token], index: int, *, headline: bool
) -> Iterator[Attribution]:
    """Yield the attribution that the word at `index` marks, if it marks one."""
    token = tokens[index]
    word = token.lower
    before = lower_at(tokens, index - 1)
    stem = word.removesuffix("nya")
    stems = "headline" if headline else "stems"
    if _is_tag(tokens, index):
        yield _name_behind(text, tokens, index, "tag")
    elif word == "menurut":
        if lower_at(tokens, index + 1) not in _WORDS["no_source"] | _WORDS["first_person"]:
            kind = "according" if before != "yang" else "according_embedded"
            yield _name_behind(text, tokens, index, kind)
    elif word in _WORDS["relaying"] or (word in _WORDS["relayed"] and _is_credit(tokens, index)):
        yield _name_behind(text, tokens, index, "relayed")
    elif word in _WORDS["hearsay"] or stem in _WORDS["hearsay"]:
        yield _name_behind(text, tokens, index, "hearsay" + _embedded(tokens, index))
    elif word in _WORDS["called"]:
        kind = "called_by" if _has_agent(tokens, index) else "called"
        yield _name_behind(text, tokens, index, kind + _embedded(tokens, index))
    elif (word in _ACTIVE or stem in _ACTIVE) and lower_at(tokens, index + 1) != "diri":
        kind = _ACTIVE.get(word) or _ACTIVE[stem]
        if kind == "act" and lower_at(tokens, index + 1) in _WARM_WORDS:
            kind = "judge"
        yield from _name_before(text, tokens, index, kind)
    elif stem in _WORDS["speech_nouns"] and _carries_speech(tokens, index):
        yield _name_behind(text, tokens, index, "noun")
    elif word == "demikian" and before == "," and index + 1 < len(tokens):
        yield _name_behind(text, tokens, index, "tag")
    elif index and (headline or not token.is_capital) and word in _WORDS[stems]:
        yield from _name_before(text, tokens, index, "headline")


def _is_tag(tokens: Sequence[Token], index: int) -> bool:
    """Tell ", kata dia" from "dengan kata lain" and "tambah dua gol"."""
    word, before, after = (lower_at(tokens, index + step) for step in (0, -1, 1))
    if word in _NYA_TAGS:
        return before in _BEFORE_TAG or before in _NEAR_TAG or word in _SURE_NYA
    if word not in _WORDS["tags"]:
        return False
    if before == MARK:
        return True
    if tokens[index].is_capital and index > 0:
        return False  # headlines write "Pesan Keras" with capitals
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    named = following is not None and (
        (following.is_capital and index > 0) or after in _WORDS["pronouns"] or after in _PEOPLE
    )
    if word in _WORDS["sure_tags"]:
        free = before in _BEFORE_TAG or before in _NEAR_TAG
        return named or (free and following is not None and following.is_word)
    return named and (before in _BEFORE_TAG or before in ("demikian", "begitu"))


def _is_credit(tokens: Sequence[Token], index: int) -> bool:
    """Whether "dikutip" credits a medium: a name or *dari* follows, or it opens an aside."""
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if after is None or lower_at(tokens, index - 1) in ("yang", "untuk", "harus", "akan"):
        return False
    return after.is_capital or after.lower in ("dari", "oleh", "kantor", "media", "laman", "harian")


def _has_agent(tokens: Sequence[Token], index: int) -> bool:
    """Whether somebody stands behind a passive: "disebut Kremlin", "dinilai kacau oleh ..."."""
    near = [token.lower for token in tokens[index + 1 : index + 4]]
    if "oleh" in near:
        return True
    return is_capital_at(tokens, index + 1) or bool(near and near[0] in _PEOPLE)


def _carries_speech(tokens: Sequence[Token], index: int) -> bool:
    """Whether a noun of speech frames the sentence: "dalam pernyataannya", "begitu pengakuan"."""
    near = [lower_at(tokens, index - step) for step in (1, 2)]
    return not _NOUN_FRAMES.isdisjoint(near)


def _embedded(tokens: Sequence[Token], index: int) -> str:
    before = index - 1
    while before >= 0 and tokens[before].lower in _WORDS["adverbs"]:
        before -= 1
    return "_embedded" if lower_at(tokens, before) in _WORDS["embedding"] else ""


def _subordinate(tokens: Sequence[Token], verb: int) -> str:
    """Whether a conjunction between the last comma and the verb puts its clause below another."""
    for index in range(verb - 1, max(-1, verb - LONGEST_SUBJECT), -1):
        token = tokens[index]
        if token.text == "," or token.text in CLAUSE_END:
            break
        if token.lower in _WORDS["subordinators"]:
            return "" if lower_at(tokens, index + 1) in _POINTERS else "_embedded"
    return ""


def _name_behind(text: str, tokens: Sequence[Token], index: int, kind: str) -> Attribution:
    """Read the source behind its marker."""
    token = tokens[index]
    pointing = token.lower in _POINTING or lower_at(tokens, index + 1) in _WORDS["pronouns"]
    if pointing:
        return Attribution(kind, token.start, "", pronoun=True)
    passive = kind.startswith(("hearsay", "called"))
    if passive and not _has_agent(tokens, index):
        return Attribution(kind, token.start, "", pronoun=False)
    name = read_name(tokens, index + 1, closing=kind == "tag" and index > 0)
    return Attribution(kind, token.start, text_of(text, name), pronoun=False)


def _name_before(
    text: str, tokens: Sequence[Token], index: int, kind: str
) -> Iterator[Attribution]:
    """Read the source before its verb; a speaker who says "kami" is no reported one."""
    subject = read_subject(tokens, index)
    last = subject[-1].lower if subject else ""
    if last in _WORDS["first_person"] and len(subject) <= 3:
        return
    start = tokens[index].start
    words = {token.lower for token in subject[:4]}
    if kind != "headline" and words & _WORDS["rulers"]:
        kind = "verdict"
    elif subject and subject[0].lower in _WORDS["mute"]:
        kind = "mute"
    elif kind == "find":
        if not words & _WORDS["studies"]:
            return
        kind = "study"
    kind += _embedded(tokens, index) or _subordinate(tokens, index)
    if last in _WORDS["pronouns"]:
        yield Attribution(kind, start, "", pronoun=True)
    else:
        yield Attribution(kind, start, text_of(text, subject), pronoun=False)
