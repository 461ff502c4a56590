"""Code who is speaking in each sentence, and for whom the words stand.

A cascade of rules reads one sentence: how much of it stands between quotation marks, what marks
a source, whether it speaks in the first person. The context of the article then adds what one
sentence cannot show: a quotation that runs on, a pronoun's source. Which rule decided is kept,
and its probabilities are how often it held on sentences that were composed and coded for it
(``framing/data/voice-rules.json``), smoothed towards what the rule presumes.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from framing.errors import BingkaiError
from framing.language.lexicon import read_words
from framing.language.phrases import tokenise
from framing.language.quotations import Quotation, find_quotations
from framing.scheme import Codebook
from framing.speakers.attribution import Attribution, find_attributions
from framing.speakers.sources import OTHER, OWN_WORDS, UNNAMED, Cast, Source, SourceGroups
from framing.tables import read_table, write_text

VALUES: tuple[str, ...] = ("quoted", "attributed", "outlet")

# Markers of a source from the surest to the weakest: the first one present decides.
_MARKERS = (
    "tag", "according", "say", "relayed", "judge", "noun", "colon", "headline", "hearsay", "study",
    "think", "urge", "called_by", "act", "verdict", "called", "mute",
)  # fmt: skip
_CLAIMS_LITTLE = frozenset(["act", "called", "mute"])

# What each rule presumes; the counts of composed sentences outweigh it where there are any.
PRESUMED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        ["quote_whole", "quote_tagged", "quote_main", "first_person", "first_person_kita"], "quoted"
    )
    | {marker: "outlet" if marker in _CLAIMS_LITTLE else "attributed" for marker in _MARKERS}
    | {f"{marker}_embedded": "outlet" for marker in _MARKERS}
    | dict.fromkeys(["quote_lead", "quote_part"], "attributed")
    | dict.fromkeys(["scare_quote", "plain"], "outlet")
)
_PRESUMED_COUNT, _OTHER_COUNT = 3, 1

_WORDS = read_words("speech")
_WORD = re.compile(r"\w+")
_SPLIT_SUFFIX = re.compile(
    r"\b(me[mn]\w{2,}|di ?\w{3,}|kata) kan\b|\b(\w{3,}) nya\b", re.IGNORECASE
)
_SPLIT_PREFIX = re.compile(r"\bdi (\w+)", re.IGNORECASE)
_BETWEEN = " \t\u00a0,.-–—"
_WHOLE, _MAIN = 0.8, 0.5
_LOOK_AHEAD = 8  # sentences in which a quotation that was opened has to be closed


@dataclass(frozen=True)
class Reading:
    """What the rules see in one sentence.

    Parameters
    ----------
    rule
        The rule that decided, a key of `PRESUMED`.
    attribution
        The marker that names the source, None if there is none.
    opens, closes
        Whether a quotation is still open at the sentence's end, or was open at its beginning.
    """

    rule: str
    attribution: Attribution | None
    opens: bool
    closes: bool


def find_voices(sentences: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Tell who speaks in every sentence.

    Parameters
    ----------
    sentences
        Table with a ``text`` column. With ``article_id``, an article's rows stand together in
        reading order and share their context; rows without one are read alone. ``unit`` tells
        titles; ``sentence_id`` is copied.
    codebook
        Gives the source groups and the actors whose names they go by.

    Returns
    -------
    DataFrame
        One row a sentence, in order: ``sentence_id``, ``value`` (quoted, attributed, outlet),
        a probability in each of the columns ``quoted``, ``attributed`` and ``outlet`` (sum 1),
        ``source`` (name or role, "" if there is none), ``source_group`` and ``rule``.

    Raises
    ------
    BingkaiError
        There is no ``text`` column.
    """
    if "text" not in sentences.columns:
        raise BingkaiError("the sentences table has no text column; name it text")
    texts = [text if isinstance(text, str) else "" for text in sentences["text"]]
    size = len(texts)
    titles = [unit == "title" for unit in sentences.get("unit", [""] * size)]
    ids = sentences.get("sentence_id", pd.Series(range(size), dtype=str))
    groups = SourceGroups(codebook)
    rows: list[tuple[object, ...]] = []
    for article in _group_rows(sentences):
        readings = read_article([texts[row] for row in article], [titles[row] for row in article])
        sources = _resolve_sources([texts[row] for row in article], readings, groups)
        for reading, source in zip(readings, sources, strict=True):
            shares = rule_distribution(reading.rule)
            value = _value_of(reading.rule)
            named = Source("", OWN_WORDS) if value == "outlet" else source
            probs = (shares[name] for name in VALUES)
            rows.append((value, *probs, named.name, named.group, reading.rule))
    columns = ["value", *VALUES, "source", "source_group", "rule"]
    # Object columns: the string type of pandas 3 refuses lone surrogates.
    table = pd.DataFrame(rows, columns=columns, dtype=object).astype(
        dict.fromkeys(VALUES, "float64")
    )
    table.insert(0, "sentence_id", list(ids))
    return table


def read_sentence(text: str, *, title: bool = False, inside: bool = False) -> Reading:
    """Apply the rules to one sentence.

    Parameters
    ----------
    text
        The sentence.
    title
        Whether it is a title, in which bare stems and colons mark a source.
    inside
        Whether a quotation from a sentence before is still open.
    """
    text = _rejoin(text)
    quotations = _close_before_tag(text, find_quotations(text, inside=inside))
    attributions = find_attributions(text, quotations, headline=title or is_headline(text))
    best = min(attributions, key=_strength, default=None)
    direct = [quotation for quotation in quotations if _is_direct(text, quotation)]
    tag = _find_tag(text, direct, attributions)
    return Reading(
        rule=_decide(text, quotations, direct=direct, tag=tag, best=best),
        attribution=tag or best,
        opens=bool(quotations) and not quotations[-1].closed,
        closes=bool(quotations) and not quotations[0].opened and quotations[0].closed,
    )


def read_article(texts: Sequence[str], titles: Sequence[bool]) -> list[Reading]:
    """Apply the rules to an article's sentences, carrying open quotations on."""
    alone = [read_sentence(text, title=title) for text, title in zip(texts, titles, strict=True)]
    readings: list[Reading] = []
    inside_until = -1
    for index, reading in enumerate(alone):
        if index <= inside_until:
            readings.append(read_sentence(texts[index], inside=True))
            continue
        readings.append(reading)
        if reading.opens and not titles[index]:
            inside_until = _find_close(texts, alone, index)
    return readings


def is_headline(text: str) -> bool:
    """Tell a headline by its capitals and its missing full stop."""
    if text.rstrip()[-1:] in (*'.?!…”"', ""):
        return False
    words = re.findall(r"[^\W\d_]+", text)
    return len(words) > 2 and sum(word[0].isupper() for word in words) >= 0.6 * len(words)


@cache
def rule_distribution(rule: str) -> Mapping[str, float]:
    """Return the probabilities of the values where a rule decides."""
    counts = _read_rule_counts().get(rule, {})
    weights = {
        value: counts.get(value, 0) + (_PRESUMED_COUNT if PRESUMED[rule] == value else _OTHER_COUNT)
        for value in VALUES
    }
    total = sum(weights.values())
    return MappingProxyType({value: weight / total for value, weight in weights.items()})


def count_rules(coded: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count the values that each rule met on coded sentences.

    Parameters
    ----------
    coded
        Table with ``text``, ``voice`` and ``register`` (``headline`` is read as a title). Sentences
        with an ``article_id`` are left out: they were coded in their context, which a rule that
        reads one sentence lacks.

    Returns
    -------
    dict
        Rule to value to count: what ``framing/data/voice-rules.json`` holds for
        ``framing/data/sentences.csv``.
    """
    counts: dict[str, Counter[str]] = {}
    if "article_id" in coded.columns:
        coded = coded[coded["article_id"].fillna("") == ""]
    for text, value, register in zip(coded["text"], coded["voice"], coded["register"], strict=True):
        reading = read_sentence(text, title=register == "headline")
        counts.setdefault(reading.rule, Counter())[value] += 1
    return {
        rule: {value: counts[rule][value] for value in VALUES if counts[rule][value]}
        for rule in sorted(counts)
    }


def _value_of(rule: str) -> str:
    return max(VALUES, key=rule_distribution(rule).__getitem__)


@cache
def _read_rule_counts() -> Mapping[str, Mapping[str, int]]:
    source = files("framing") / "data" / "voice-rules.json"
    counts: Mapping[str, Mapping[str, int]] = json.loads(source.read_text(encoding="utf-8"))
    return counts


def _decide(
    text: str,
    quotations: Sequence[Quotation],
    *,
    direct: Sequence[Quotation],
    tag: Attribution | None,
    best: Attribution | None,
) -> str:
    """Return the first rule of the cascade that holds."""
    share = sum(_count(text, quotation) for quotation in direct) / max(1, len(_WORD.findall(text)))
    outside = {token.lower for token in tokenise(text, quotations)}
    speaks = bool(outside & _WORDS["first_person_clitics"])
    speaks_for_all = "kita" in outside
    first_person = "first_person" if speaks else "first_person_kita"
    rules = {
        "quote_whole": share >= _WHOLE,
        "quote_tagged": tag is not None,
        "quote_main": share >= _MAIN,
        "marker": best is not None and not ((speaks or speaks_for_all) and _is_weak(best)),
        first_person: speaks or speaks_for_all,
        "quote_lead": bool(direct) and not text[: direct[0].start].strip(),
        "quote_part": bool(direct),
        "scare_quote": bool(quotations),
        "plain": True,
    }
    rule = next(name for name, holds in rules.items() if holds)
    return best.kind if best is not None and rule == "marker" else rule


def _is_direct(text: str, quotation: Quotation) -> bool:
    """Tell speech from a title or a scare quote between marks."""
    held = text[quotation.start : quotation.end].rstrip("\"'”’» ")
    whole = quotation.opened and quotation.closed
    return not whole or held[-1:] in ",.!?…" or _count(text, quotation) >= 4


def _find_tag(
    text: str, direct: Sequence[Quotation], attributions: Sequence[Attribution]
) -> Attribution | None:
    """Return the marker right behind a quotation that opens the sentence."""
    if not direct or text[: direct[0].start].strip() or _count(text, direct[0]) < 2:
        return None
    for quotation in direct:
        for attribution in attributions:
            between = text[quotation.end : max(quotation.end, attribution.start)]
            if attribution.start >= quotation.end and not between.strip(_BETWEEN):
                return attribution
    return None


def _close_before_tag(text: str, quotations: list[Quotation]) -> list[Quotation]:
    """End a quotation whose closing mark is lost where its tag begins (“Kami siap, kata Danu)."""
    if not quotations or quotations[-1].closed:
        return quotations
    *before, last = quotations
    tags = [found for found in find_attributions(text, before) if found.kind == "tag"]
    start = max((tag.start for tag in tags), default=last.start)
    if start <= last.start:
        return quotations
    return [*before, replace(last, end=start, closed=True)]


def _is_weak(attribution: Attribution) -> bool:
    """Whether a marker yields to a first person: it points at nobody or hardly speaks."""
    kind = attribution.kind
    if kind in ("tag", "according", "relayed", "colon"):
        return False
    named = bool(attribution.phrase)
    return not named or kind.endswith("_embedded") or kind in ("act", "think", "urge", "called")


def _strength(attribution: Attribution) -> tuple[bool, int, bool]:
    marker = attribution.kind.removesuffix("_embedded")
    nameless = not attribution.phrase and not attribution.pronoun
    return attribution.kind != marker, _MARKERS.index(marker), nameless


def _find_close(texts: Sequence[str], alone: Sequence[Reading], opened: int) -> int:
    """Return the index of the sentence that closes what `opened` left open, `opened` if none."""
    for index in range(opened + 1, min(opened + 1 + _LOOK_AHEAD, len(texts))):
        if find_quotations(texts[index]):
            return index if alone[index].closes else opened
    return opened


def _resolve_sources(
    texts: Sequence[str], readings: Sequence[Reading], groups: SourceGroups
) -> list[Source]:
    """Name the source of every sentence; untagged quotations take a neighbour's."""
    cast = Cast(groups)
    sources: list[Source] = []
    waiting: list[int] = []
    for index, (text, reading) in enumerate(zip(texts, readings, strict=True)):
        marker = reading.attribution
        value = _value_of(reading.rule)
        if value == "outlet" or (marker is not None and not marker.pronoun):
            cast.introduce(text)
        if value != "outlet" and marker is not None and (marker.phrase or marker.pronoun):
            source = cast.resolve(marker.phrase, pronoun=marker.pronoun)
            for earlier in waiting:
                sources[earlier] = source
            waiting = []
        else:
            source = cast.last if value == "quoted" else UNNAMED
            unsettled = value == "quoted" and (reading.opens or not source.name)
            waiting = [*waiting, index] if unsettled else []
        sources.append(source)
    return [source if source.name else replace(source, group=OTHER) for source in sources]


def _group_rows(sentences: pd.DataFrame) -> Iterator[list[int]]:
    """Yield the row numbers of each run of one article; rows without an article come alone."""
    if "article_id" not in sentences.columns:
        yield from ([row] for row in range(len(sentences)))
        return
    articles = [None if pd.isna(name) or name == "" else name for name in sentences["article_id"]]
    for article, run in groupby(range(len(articles)), key=articles.__getitem__):
        if article is None:
            yield from ([row] for row in run)
        else:
            yield list(run)


def _count(text: str, quotation: Quotation) -> int:
    return len(_WORD.findall(text, quotation.start, quotation.end))


def _rejoin(text: str) -> str:
    """Undo the blanks that scraped pages put into words: "di lapor kan", "kata nya"."""

    def join_suffix(match: re.Match[str]) -> str:
        return f"{match[1]}kan" if match[1] else f"{match[2]}nya"

    def join_prefix(match: re.Match[str]) -> str:
        joined = f"di{match[1]}"
        known = any(joined.lower() in _WORDS[name] for name in ("hearsay", "relayed", "called"))
        return joined if known else match[0]

    return _SPLIT_PREFIX.sub(join_prefix, _SPLIT_SUFFIX.sub(join_suffix, text))


if __name__ == "__main__":  # what `make model` calls after the composed sentences changed
    _data = Path(__file__).parents[1] / "data"
    _counts = count_rules(read_table(_data / "sentences.csv"))
    write_text(json.dumps(_counts, indent=1) + "\n", _data / "voice-rules.json")
