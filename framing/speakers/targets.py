"""The target of a stance: which of the codebook's actors is evaluated, not merely mentioned.

The rules follow Indonesian clause order: the evaluated party is the object of an evaluating verb
(*mengecam Rusia*, *berterima kasih kepada Iran*), the subject of its passive (*Rusia dikecam
oleh ...*), else the first actor that is not the speaker.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from framing.scheme import Codebook

_EVALUATING = re.compile(
    r"\b(?:me(?:ngecam|ngutuk|nuduh|nuding|nyalahkan|ngkritik|ngritik|ncela|nyindir|ngejek|ngancam|"
    r"nentang|nolak|ndesak|nyerang|muji|nyanjung|ndukung|mbela|nghargai|nyambut|ngapresiasi|"
    r"nyebut|nilai|nganggap|mperingatkan|ncurigai|ngkhawatirkan|nyesalkan|nyatakan dukungan)|"
    r"berterima kasih|khawatir|prihatin|cemas|waspada|dukungan|solidaritas|kecaman|kritik|tuduhan|"
    r"pujian|terima kasih|kekhawatiran|ketergantungan)(?:nya|kan)?\b",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\b(?:di(?:kecam|kutuk|tuduh|tuding|salahkan|kritik|cela|puji|sanjung|dukung|bela|curigai|nilai|"
    r"anggap|sebut)|terkucil|terisolasi)\b",
    re.IGNORECASE,
)
_SPEAKS_BEFORE = re.compile(
    r"\b(?:kata|ujar|tutur|ucap|tegas|jelas|imbuh|tambah|ungkap|menurut|tulis)(?:nya)?\b[^,.]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """One mention of an actor in a sentence."""

    actor: str
    start: int
    end: int


class TargetFinder:
    """Finds the actor that a sentence evaluates.

    Parameters
    ----------
    codebook
        Its actors' aliases are matched as whole words; the longest alias wins, so that *Korea
        Utara* is never *Korea*.
    """

    def __init__(self, codebook: Codebook) -> None:
        aliases = [
            (form, actor.id)
            for actor in codebook.actors
            for alias in actor.aliases
            for form in dict.fromkeys((alias, alias[:1].upper() + alias[1:]))
        ]
        aliases.sort(key=lambda pair: -len(pair[0]))
        self._exact = dict(aliases)
        self._folded = {alias.casefold(): actor for alias, actor in reversed(aliases)}
        body = "|".join(re.escape(alias) for alias, _ in aliases)
        self._pattern = re.compile(rf"(?<!\w)(?:{body})(?!\w)") if aliases else None
        self._folded_pattern = (
            re.compile(rf"(?<!\w)(?:{body})(?!\w)", re.IGNORECASE) if aliases else None
        )

    def mentions(self, text: str) -> list[Mention]:
        """Return the mentions in order; case counts unless the text has no capitals."""
        if self._pattern is None or self._folded_pattern is None:
            return []
        if text == text.lower():
            return [
                Mention(self._folded[match[0].casefold()], match.start(), match.end())
                for match in self._folded_pattern.finditer(text)
                if len(match[0]) > 2  # "as" and "ri" are words when capitals are lost
            ]
        return [
            Mention(self._exact[match[0]], match.start(), match.end())
            for match in self._pattern.finditer(text)
        ]

    def target(self, text: str, *, source: str = "") -> str:
        """Return the id of the evaluated actor, ``""`` if no actor fits.

        Parameters
        ----------
        text
            A sentence whose stance is not neutral.
        source
            The sentence's source; an actor inside it speaks and is not the target.
        """
        mentions = self.mentions(text)
        speaking = _span_of(source, text)
        free = [item for item in mentions if not _speaks(item, text, speaking)]
        verb = _EVALUATING.search(text)
        passive = _PASSIVE.search(text)
        if passive and (verb is None or passive.start() < verb.start()):
            before = [item for item in free if item.end <= passive.start()]
            if before:
                return before[-1].actor
        if verb:
            after = [item for item in free if item.start >= verb.end()]
            if after:
                return after[0].actor
            speaker = [item for item in free if item.end <= verb.start()]
            free = [item for item in free if item not in speaker] or free
        return free[0].actor if free else ""


def find_targets(
    texts: Sequence[str], stances: Sequence[str], sources: Sequence[str], codebook: Codebook
) -> list[str]:
    """Return the target of each sentence: an actor's id, ``""`` where stance is neutral.

    Parameters
    ----------
    texts, stances, sources
        One of each a sentence.
    codebook
        Holds the actors.
    """
    finder = TargetFinder(codebook)
    return [
        finder.target(text, source=source) if stance not in ("", "neutral") else ""
        for text, stance, source in zip(texts, stances, sources, strict=True)
    ]


def _span_of(source: str, text: str) -> tuple[int, int]:
    start = text.find(source) if source else -1
    return (start, start + len(source)) if start >= 0 else (-1, -1)


def _speaks(mention: Mention, text: str, speaking: tuple[int, int]) -> bool:
    inside = speaking[0] <= mention.start and mention.end <= speaking[1]
    return inside or _SPEAKS_BEFORE.search(text[: mention.start]) is not None
