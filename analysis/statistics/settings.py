"""How a comparison is made: one frozen record of every choice."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from framing.errors import BingkaiError

_Choice = TypeVar("_Choice", bound=StrEnum)


class Weight(StrEnum):
    """What counts once: every sentence, or every article."""

    SENTENCE = "sentence"
    ARTICLE = "article"


class Copies(StrEnum):
    """Whether sentences copied from another text are counted."""

    IN = "in"
    OUT = "out"


class Adjust(StrEnum):
    """How p-values allow for the number of tests in their family."""

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini_hochberg"
    MAX_T = "max_t"


class Covariate(StrEnum):
    """What a model allows for beside the outlet."""

    VOICE = "voice"
    LENGTH = "length"
    DATE = "date"


class Working(StrEnum):
    """How a model takes the sentences of an article to hang together while it is fitted."""

    INDEPENDENCE = "independence"
    ODDS_RATIO = "odds_ratio"


class Period(StrEnum):
    """What a corpus is cut into to follow it over time; `AUTO` chooses by its length."""

    AUTO = "auto"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Choices of a comparison; the defaults are those of the manual.

    Parameters
    ----------
    conf_level
        Confidence level of every interval, between 0.5 and 1.
    n_permutations
        Shuffles of the permutation test, at least 99.
    n_bootstrap
        Replicates of the bootstrap, at least 99.
    seed
        Seed of every random draw.
    weight
        ``"sentence"`` or ``"article"``: contrasts and tests are made with this one, shares with
        both.
    copies
        ``"in"`` counts copied sentences, ``"out"`` leaves them away; this comparison comes first,
        and the other one after it.
    adjust
        ``"holm"``, ``"benjamini_hochberg"`` or ``"max_t"``: how the tests of a family are adjusted
        for their number. ``"max_t"`` also widens the intervals of differences to a band in which
        all of the family hold together.
    contrasts
        Pairs of outlets to compare, ``(("A", "B"),)`` for A minus B; all pairs if empty. Fewer
        pairs, chosen beforehand, mean a smaller family of tests.
    targets
        Actors whose stance is compared; every actor that is a target in the counts if empty.
    covariates
        What the model of the frame allows for: ``"voice"``, ``"length"``, ``"date"``; there is no
        model if empty.
    working
        ``"independence"`` fits the model by maximum likelihood, ``"odds_ratio"`` by estimating
        equations with one odds ratio between the sentences of an article.
    period
        What shares over time are of: ``"day"``, ``"week"`` (Monday to Sunday), ``"month"``, or
        ``"auto"``, days in up to a month, weeks in up to a year and months in a longer time.
    events
        Days and names, ``(("2024-06-19", "treaty"),)``: shares from that day on are compared with
        those before it.

    Raises
    ------
    BingkaiError
        A setting has a value that it cannot have.
    """

    conf_level: float = 0.95
    n_permutations: int = 9_999
    n_bootstrap: int = 9_999
    seed: int = 0
    weight: Weight = Weight.SENTENCE
    copies: Copies = Copies.IN
    adjust: Adjust = Adjust.HOLM
    contrasts: tuple[tuple[str, str], ...] = ()
    targets: tuple[str, ...] = ()
    covariates: tuple[Covariate, ...] = tuple(Covariate)
    working: Working = Working.INDEPENDENCE
    period: Period = Period.AUTO
    events: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not 0.5 < self.conf_level < 1:
            raise BingkaiError(
                f"settings: conf_level is {self.conf_level}; give a number between 0.5 and 1"
            )
        for name in ("n_permutations", "n_bootstrap"):
            if getattr(self, name) < 99:
                raise BingkaiError(f"settings: {name} is {getattr(self, name)}; give at least 99")
        if self.seed < 0:
            raise BingkaiError(f"settings: seed is {self.seed}; give 0 or a positive whole number")
        if any(len(pair) != 2 for pair in self.contrasts):
            raise BingkaiError("settings: contrasts are pairs of outlets, such as [['A', 'B']]")
        for event in self.events:
            if len(event) != 2 or not _is_day(event[0]):
                raise BingkaiError(
                    "settings: events are days and names, such as [['2024-06-19', 'treaty']]"
                )
        if len({day for day, _ in self.events}) < len(self.events):
            raise BingkaiError("settings: two events are on one day; name them together")
        # Lists and strings from a study file become tuples and enums here, once.
        object.__setattr__(self, "contrasts", tuple((a, b) for a, b in self.contrasts))
        object.__setattr__(self, "targets", tuple(self.targets))
        object.__setattr__(self, "weight", parse_choice(Weight, self.weight, "weight"))
        object.__setattr__(self, "copies", parse_choice(Copies, self.copies, "copies"))
        object.__setattr__(self, "adjust", parse_choice(Adjust, self.adjust, "adjust"))
        object.__setattr__(self, "working", parse_choice(Working, self.working, "working"))
        named = {parse_choice(Covariate, name, "covariates") for name in self.covariates}
        object.__setattr__(self, "covariates", tuple(c for c in Covariate if c in named))
        object.__setattr__(self, "events", tuple((day, name) for day, name in self.events))
        object.__setattr__(self, "period", parse_choice(Period, self.period, "period"))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except (TypeError, ValueError):
        return False


def parse_choice(kind: type[_Choice], text: str, name: str, *, where: str = "settings") -> _Choice:
    """Return the member of an enumeration that a text names.

    Raises
    ------
    BingkaiError
        There is none; the message lists those that there are.
    """
    try:
        return kind(text)
    except ValueError:
        allowed = " or ".join(repr(str(member)) for member in kind)
        raise BingkaiError(f"{where}: {name} is {text!r}; give {allowed}") from None
