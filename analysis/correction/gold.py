"""People's codes of a random part of a corpus: checked, and matched to its sentences."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.coding.sampling import Design, list_population, name_strata
from framing.errors import BingkaiError
from framing.schema import VARIABLES, require_columns
from framing.scheme import Codebook
from framing.tables import hash_text

TARGETED = "stance"
_DESIGN = ("sample_id", "design", "stratum", "inclusion_prob")
_STRATUM_PART = r"(?:^|; )(outlet|" + "|".join(VARIABLES) + ")="


@dataclass(frozen=True)
class Gold:
    """The codes of a probability sample.

    Parameters
    ----------
    codes
        sentence_id, variable, value, target, inclusion_prob: a row a coded sentence and variable.
    strata
        The stratum of every sentence of the corpus, by sentence_id; None where it is not known,
        because labels have changed since the draw.
    refused
        Why a variable that was coded cannot be used, by variable.
    design
        How the sample was drawn.
    targeted
        Whether stances have their targets.
    """

    codes: pd.DataFrame
    strata: "pd.Series[str] | None"
    refused: dict[str, str]
    design: Design
    targeted: bool

    @property
    def variables(self) -> list[str]:
        """The variables that were coded, in the order of `framing.schema.VARIABLES`."""
        coded = set(self.codes["variable"]) | set(self.refused)
        return [variable for variable in VARIABLES if variable in coded]


def match_gold(
    gold: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codebook: Codebook,
    units: tuple[str, ...] = ("sentence",),
) -> Gold:
    """Check a gold table and match it to the sentences that it was drawn from.

    Parameters
    ----------
    gold
        As in `framing.schema.COLUMNS`, or wide: one row a sentence and one column a variable, with
        the columns of the design. Sentences are matched by sentence_id, else by text.
    labels, sentences, articles
        The corpus.
    codebook
        Has the values that a code may be.

    Returns
    -------
    Gold
        A variable of which only some drawn sentences are coded is refused, not guessed at.

    Raises
    ------
    BingkaiError
        The sentences were chosen and not drawn at random, or their inclusion probabilities or the
        way of the draw are not known; a code is not in the codebook; there are two codes of one
        sentence; a sentence is not in the corpus, or the sample is of another corpus.
    """
    long = _lengthen(gold, codebook)
    _check_design(long)
    _check_codes(long, codebook)
    population = list_population(sentences, articles, units)
    long["sentence_id"] = _find_sentences(long, population)
    twice = long.duplicated(["sentence_id", "variable"])
    if twice.any():
        first = long.loc[twice].iloc[0]
        raise BingkaiError(
            f"gold: {first['sentence_id']} has {first['variable']} twice; keep one code, such as "
            "that on which the coders agreed"
        )
    drawn = long.drop_duplicates("sentence_id")
    _check_size(drawn["inclusion_prob"].to_numpy(dtype=float), len(population))
    refused, coded = {}, []
    for variable, rows in long.groupby("variable", sort=False):
        n_coded = int((rows["value"] != "").sum())
        if n_coded == len(drawn):
            coded.append(rows)
        elif n_coded:
            refused[str(variable)] = (
                f"{len(drawn) - n_coded} of {len(drawn)} drawn sentences have no code: those that "
                "have one are no random sample"
            )
    codes = pd.concat(coded) if coded else long.iloc[:0]
    stance = codes.loc[codes["variable"] == TARGETED]
    return Gold(
        codes[["sentence_id", "variable", "value", "target", "inclusion_prob"]],
        _know_strata(drawn, population, labels),
        refused,
        Design(drawn["design"].iloc[0]),
        bool((stance["target"] != "").any()),
    )


def _lengthen(gold: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return a gold table, long or wide, as a long one of texts."""
    table = gold.astype("object").where(gold.notna(), "").astype(str)
    if table.empty:
        raise BingkaiError("gold: the table is empty")
    lacking = [name for name in ("design", "inclusion_prob") if name not in table.columns]
    if lacking:
        raise BingkaiError(
            f"gold: no column {' and no column '.join(lacking)}: how the sentences were drawn is "
            "not known, so they cannot correct estimates; draw them with bingkai sample"
        )
    for name in (*_DESIGN, "target", "sentence_id", "text_sha256"):
        if name not in table.columns:
            table[name] = ""
    if "text" in table.columns:
        unhashed = table["text_sha256"] == ""
        table.loc[unhashed, "text_sha256"] = table.loc[unhashed, "text"].map(hash_text)
    if "variable" not in table.columns:
        known = [v.id for v in codebook.variables if v.id in VARIABLES and v.id in table.columns]
        if not known:
            raise BingkaiError(f"gold: no column variable, and none called {', '.join(VARIABLES)}")
        table = table.melt(
            id_vars=["sentence_id", "text_sha256", "target", *_DESIGN],
            value_vars=known,
            var_name="variable",
        )
        table.loc[table["variable"] != TARGETED, "target"] = ""
    return require_columns(table.assign(coder=""), "gold")


def _check_design(long: pd.DataFrame) -> None:
    chosen = long["design"] == Design.CHOSEN
    if chosen.any():
        n = long.loc[chosen, ["sentence_id", "text_sha256"]].drop_duplicates().shape[0]
        raise BingkaiError(
            f"gold: {n} sentences have the design 'chosen': they were not drawn at random, so "
            "their errors need not be those of the others, and they cannot correct estimates; "
            "leave them out, or draw a sample with bingkai sample"
        )
    for name in ("design", "sample_id"):
        values = sorted(set(long[name]))
        if len(values) > 1:
            raise BingkaiError(
                f"gold: {name} is {values[0]!r} and {values[1]!r}; give the rows of one sample"
            )
    if long["design"].iloc[0] not in set(Design):
        raise BingkaiError(
            f"gold: design is {long['design'].iloc[0]!r}; write random, stratified or "
            "weighted where sentences were drawn so, and chosen where they were not"
        )
    numbers = pd.to_numeric(long["inclusion_prob"], errors="coerce")
    wrong = ~((numbers > 0) & (numbers <= 1))
    if wrong.any():
        raise BingkaiError(
            f"gold: inclusion_prob is {long.loc[wrong, 'inclusion_prob'].iloc[0]!r}; without the "
            "probability (above 0, up to 1) with which a sentence was drawn, it cannot correct "
            "estimates"
        )
    long["inclusion_prob"] = numbers


def _check_codes(long: pd.DataFrame, codebook: Codebook) -> None:
    known = {variable.id: {*variable.value_ids, ""} for variable in codebook.variables}
    for variable, rows in long.groupby("variable", sort=False):
        if variable not in known or variable not in VARIABLES:
            raise BingkaiError(f"gold: the variable {variable!r} cannot be compared")
        wrong = sorted(set(rows["value"]) - known[str(variable)])
        if wrong:
            raise BingkaiError(
                f"gold: {variable} {wrong[0]!r} is not in the codebook {codebook.id}; "
                f"it has {', '.join(codebook.variable(str(variable)).value_ids)}"
            )
    actors = {actor.id for actor in codebook.actors} | {""}
    wrong = sorted(set(long["target"]) - actors)
    if wrong:
        raise BingkaiError(f"gold: target {wrong[0]!r} is no actor of {codebook.id}")


def _find_sentences(long: pd.DataFrame, population: pd.DataFrame) -> "pd.Series[str]":
    """Return the sentence_id in the corpus of every gold row."""
    hashes = population.set_index("sentence_id")["text_sha256"]
    once = population.drop_duplicates("text_sha256", keep=False)
    by_text = once.set_index("text_sha256")["sentence_id"]
    known = long["sentence_id"].isin(hashes.index)
    found = long["sentence_id"].where(known, long["text_sha256"].map(by_text))
    lost = found.isna()
    if lost.any():
        n = long.loc[lost, ["sentence_id", "text_sha256"]].drop_duplicates().shape[0]
        first = long.loc[lost].iloc[0]
        raise BingkaiError(
            f"gold: {n} sentences are not in the corpus (or their text stands there twice), "
            f"such as {first['sentence_id'] or first['text_sha256']}; "
            "give the sentences that the sample was drawn from"
        )
    hashed = long["text_sha256"] != ""
    changed = hashed & (found.map(hashes) != long["text_sha256"])
    if changed.any():
        raise BingkaiError(
            f"gold: the text of {long.loc[changed, 'sentence_id'].iloc[0]} is another one in the "
            "corpus; code the sentence again"
        )
    return found


def _check_size(chances: "np.typing.NDArray[np.float64]", n_sentences: int) -> None:
    """Refuse a sample whose probabilities do not add up to the corpus.

    The sum of 1 / pi over the drawn sentences estimates their number in the population (Horvitz and
    Thompson 1952); with sentences drawn one by one, its standard error is sqrt(sum((1 - pi) /
    pi^2)).
    """
    estimated = float((1 / chances).sum())
    error = float(np.sqrt(((1 - chances) / chances**2).sum()))
    if abs(estimated - n_sentences) > 4 * error + 0.5:
        raise BingkaiError(
            f"gold: by its inclusion probabilities, the sample is of {estimated:,.0f} sentences, "
            f"but the corpus has {n_sentences:,}; give the corpus that it was drawn from"
        )


def _know_strata(
    drawn: pd.DataFrame, population: pd.DataFrame, labels: pd.DataFrame
) -> "pd.Series[str] | None":
    """Return the stratum of every sentence, if today's labels give those of the draw."""
    by = list(drawn["stratum"].str.extractall(_STRATUM_PART)[0].drop_duplicates())
    try:
        names = name_strata(population, by, labels)
    except BingkaiError:  # strata by what is not labelled today
        return None
    strata = pd.Series(names.to_numpy(), index=population["sentence_id"])
    if not (strata[drawn["sentence_id"]].to_numpy() == drawn["stratum"].to_numpy()).all():
        return None
    sizes = (1 / drawn["inclusion_prob"]).groupby(drawn["stratum"]).sum()
    true_sizes = strata.value_counts().reindex(sizes.index)
    complete = len(sizes) == strata.nunique()
    return strata if complete and np.allclose(sizes, true_sizes, rtol=1e-6) else None
