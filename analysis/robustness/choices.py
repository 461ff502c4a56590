"""Does the main finding hang on how it was made? One contrast under every reasonable choice.

References
----------
Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020). Specification curve analysis. Nature Human
Behaviour 4:1208-1214.
Steegen, S., Tuerlinckx, F., Gelman, A. and Vanpaemel, W. (2016). Increasing transparency through a
multiverse analysis. Perspectives on Psychological Science 11:702-712.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from itertools import product
from types import MappingProxyType

import pandas as pd

from analysis.correction.corrected import correct_differences
from analysis.statistics.counts import check_counts, count_cells, keep_copies
from analysis.statistics.differences import estimate_differences
from analysis.statistics.estimates import NAIVE, Estimate, tabulate
from analysis.statistics.settings import Copies, Settings, Weight, parse_choice
from analysis.statistics.tallies import tally_variables
from framing.errors import BingkaiError
from framing.scheme import Codebook

NOT_THERE = "the outlets or the value are not in what this specification counts"


@dataclass(frozen=True)
class Tables:
    """The labels of one labeler with their sentences, articles and, if there are any, codes."""

    labels: pd.DataFrame
    sentences: pd.DataFrame
    articles: pd.DataFrame
    gold: pd.DataFrame | None = None

    def leave_unsure(self, abstain: float) -> "Tables":
        """Return the same with the labels left empty that are less probable than `abstain`."""
        prob = pd.to_numeric(self.labels["prob"], errors="coerce").fillna(1.0)
        sure = prob >= abstain
        labels = self.labels.assign(
            value=self.labels["value"].where(sure, ""), target=self.labels["target"].where(sure, "")
        )
        return replace(self, labels=labels)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """The counts table."""
        return count_cells(self.labels, self.sentences, self.articles)


@dataclass(frozen=True)
class Contrast:
    """The main contrast: a difference of the shares of one value in two outlets.

    Parameters
    ----------
    first, second
        The outlets, first minus second.
    value
        Of the variable.
    variable
        What is compared.
    level
        The target, where the variable is stance.
    """

    first: str
    second: str
    value: str
    variable: str = "frame"
    level: str = ""

    @property
    def name(self) -> str:
        """As in the column ``contrast``."""
        return f"{self.first} - {self.second}"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What may reasonably be chosen otherwise; the first of each is the main choice.

    Parameters
    ----------
    encoder
        Keys of the tables: labelers, such as ``"e5-small"`` and ``"fast"``.
    abstain
        Probabilities below which a label is left empty.
    weight
        What counts once.
    copies
        Whether copied sentences are counted.
    method
        Keys of `METHODS`: how label errors are dealt with; all but ``"naive"`` want codes.
    seed
        Seeds of what is random in a method or in the adjustment; another seed should change next
        to nothing.

    Raises
    ------
    BingkaiError
        A choice is empty or has what cannot be.
    """

    encoder: tuple[str, ...] = ("e5-small",)
    abstain: tuple[float, ...] = (0.0, 0.5)
    weight: tuple[Weight, ...] = (Weight.SENTENCE, Weight.ARTICLE)
    copies: tuple[Copies, ...] = (Copies.IN, Copies.OUT)
    method: tuple[str, ...] = ("naive",)
    seed: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name):
                raise BingkaiError(f"robustness: {field.name} is empty; name one choice or more")
        for name, kind in (("weight", Weight), ("copies", Copies)):
            chosen = [parse_choice(kind, c, name, where="robustness") for c in getattr(self, name)]
            object.__setattr__(self, name, tuple(chosen))
        for probability in self.abstain:
            if not 0 <= probability <= 1:
                raise BingkaiError(f"robustness: abstain has {probability}; write 0 to 1")
        unknown = sorted(set(self.method) - set(METHODS))
        if unknown:
            raise BingkaiError(
                f"robustness: method {unknown[0]!r} is unknown; use {', '.join(METHODS)}"
            )


@dataclass(frozen=True, kw_only=True)
class Specification:
    """One way through the choices."""

    encoder: str
    abstain: float
    weight: Weight
    copies: Copies
    method: str
    seed: int

    @property
    def name(self) -> str:
        """As in the column ``spec``: ``"encoder=fast; abstain=0.5; ..."``."""
        return "; ".join(f"{f.name}={_write(getattr(self, f.name))}" for f in fields(self))


Method = Callable[[Tables, Codebook, Settings, Contrast], Iterable[Estimate]]


def compare_naively(
    tables: Tables, codebook: Codebook, settings: Settings, contrast: Contrast
) -> Iterable[Estimate]:
    """Return the differences of the contrast's variable as the main table has them."""
    counts = keep_copies(check_counts(tables.counts, codebook), settings.copies)
    for tally in tally_variables(counts, codebook, targets=settings.targets):
        if tally.variable == contrast.variable:
            return estimate_differences(tally, settings)
    return []


def _compare_corrected(
    name: str, tables: Tables, codebook: Codebook, settings: Settings, contrast: Contrast
) -> Iterable[Estimate]:
    """Return the same, corrected by people's codes."""
    if tables.gold is None:
        raise BingkaiError(f"robustness: the method {name!r} wants people's codes; set gold")
    return correct_differences(
        tables.gold, tables.labels, sentences=tables.sentences, articles=tables.articles,
        codebook=codebook, settings=settings, variable=contrast.variable, method=name,
    )  # fmt: skip


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "naive": compare_naively,
        **{name: partial(_compare_corrected, name) for name in ("dsl", "ppi", "matrix")},
    }
)


def cross_choices(choices: Choices) -> list[Specification]:
    """Return every specification, the main one first."""
    names = [field.name for field in fields(choices)]
    return [
        Specification(**dict(zip(names, combined, strict=True)))
        for combined in product(*(getattr(choices, name) for name in names))
    ]


def vary_contrast(
    contrast: Contrast,
    specifications: Sequence[Specification],
    tables: Mapping[str, Tables],
    codebook: Codebook,
    settings: Settings | None = None,
    *,
    methods: Mapping[str, Method] = METHODS,
) -> pd.DataFrame:
    """Estimate one contrast under every specification.

    Every row is the one that the estimates table would have if the specification were the main
    one: its p-value is adjusted in the same family of tests. The specifications share sentences
    and gold, so that rows which agree are no independent evidence.

    Parameters
    ----------
    contrast
        Named before the data were looked at.
    specifications
        As `cross_choices` gives them.
    tables
        By encoder.
    codebook
        The codebook of the labels.
    settings
        What the specifications do not choose.
    methods
        By name.

    Returns
    -------
    pandas.DataFrame
        Rows of the estimates table, one a specification, with its name in ``spec``.

    Raises
    ------
    BingkaiError
        An encoder or method is unknown, or a table is not what it should be.
    """
    settings = settings or Settings()
    known: dict[tuple[str, float], Tables] = {}
    rows = []
    for spec in specifications:
        for kind, name, there in (
            ("encoder", spec.encoder, tables),
            ("method", spec.method, methods),
        ):
            if name not in there:
                raise BingkaiError(
                    f"robustness: {kind} {name!r} is unknown; use {', '.join(there)}"
                )
        key = (spec.encoder, spec.abstain)
        if key not in known:
            known[key] = tables[spec.encoder].leave_unsure(spec.abstain)
        own = replace(settings, weight=spec.weight, copies=spec.copies, seed=spec.seed)
        rows.append(
            _estimate(
                contrast,
                spec,
                known[key],
                codebook=codebook,
                settings=own,
                method=methods[spec.method],
            )
        )
    return tabulate(rows)


def _estimate(
    contrast: Contrast,
    spec: Specification,
    tables: Tables,
    *,
    codebook: Codebook,
    settings: Settings,
    method: Method,
) -> Estimate:
    outlets = set(tables.counts["outlet"])
    found: Iterable[Estimate] = []
    if {contrast.first, contrast.second} <= outlets:
        pairs = settings.contrasts
        if pairs and (contrast.first, contrast.second) not in pairs:
            settings = replace(settings, contrasts=(*pairs, (contrast.first, contrast.second)))
        found = method(tables, codebook, settings, contrast)
    for row in found:
        turned = row.contrast == f"{contrast.second} - {contrast.first}"
        if (row.value, row.level) == (contrast.value, contrast.level) and (
            turned or row.contrast == contrast.name
        ):
            return replace(_turn(row, contrast) if turned else row, spec=spec.name)
    return Estimate(
        estimand="difference",
        variable=contrast.variable,
        value=contrast.value,
        level=contrast.level,
        contrast=contrast.name,
        method=NAIVE if spec.method == "naive" else spec.method,
        weight=spec.weight,
        copies=spec.copies,
        spec=spec.name,
        reason=NOT_THERE,
    )


def _turn(row: Estimate, contrast: Contrast) -> Estimate:
    return replace(
        row,
        contrast=contrast.name,
        estimate=-row.estimate,
        conf_low=-row.conf_high,
        conf_high=-row.conf_low,
    )


def _write(choice: object) -> str:
    return f"{choice:g}" if isinstance(choice, float) else str(choice)
