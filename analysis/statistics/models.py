"""What remains of the outlets' differences when voice, length and date are alike.

A multinomial logit of the value of every sentence on outlet, voice, length and day, with articles
as clusters. Its log odds are hard to read and depend on the value that they are taken against, so
they are turned into shares: what each outlet's share would be with the sentences of all outlets
(standardisation; Lane and Nelder 1982), and average marginal effects, which are differences of
such shares.

Where the data cannot carry the model, it is made smaller and says so, or there is no estimate and a
reason; no estimate rests on a coefficient that runs away.

References
----------
Lane, P. W. and Nelder, J. A. (1982). Analysis of covariance and standardization as instances of
prediction. Biometrics 38:613-621.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from threadpoolctl import threadpool_limits

from analysis.statistics.bootstrap import draw_deviations, take_maxima
from analysis.statistics.counts import gather_sentences
from analysis.statistics.design import NOT_SEEN, Design, prepare_design
from analysis.statistics.differences import pair_outlets
from analysis.statistics.estimates import NAIVE, Estimate, because, tabulate
from analysis.statistics.intervals import critical_value, limit_shares
from analysis.statistics.logit import (
    Effects,
    Floats,
    LogitFit,
    Unfit,
    average_probabilities,
    average_slopes,
    fit_gee,
    fit_logit,
    measure_effects,
)
from analysis.statistics.multiplicity import Maxima, adjust_p_values
from analysis.statistics.settings import Adjust, Copies, Covariate, Settings, Working
from analysis.statistics.shares import ONE_ARTICLE
from framing.errors import BingkaiError
from framing.scheme import Codebook

STEPS = {Covariate.LENGTH: "doubled", Covariate.DATE: "a week later"}


@dataclass(frozen=True)
class _Contrast:
    """A difference of mean probabilities: the effect (J,) and its gradients, None if unknown."""

    contrast: str
    outlets: tuple[str, ...]
    by: str = ""
    level: str = ""
    effect: Floats | None = None
    gradients: Floats | None = None


def model_outlets(
    labels: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codebook: Codebook,
    settings: Settings | None = None,
    *,
    variable: str = "frame",
) -> pd.DataFrame:
    """Model a variable on outlet, voice, length and date.

    Parameters
    ----------
    labels, sentences, articles
        Tables as for `analysis.statistics.counts.count_cells`.
    codebook
        The codebook of the labels.
    settings
        Choices; the defaults if not given. Sentences weigh alike, whatever `weight` is.
    variable
        What is modelled: a nominal or ordinal variable without targets.

    Returns
    -------
    pandas.DataFrame
        Rows of the estimates table: ``adjusted_share`` of every outlet and value, and
        ``marginal_effect`` of every pair of outlets, of every voice against the outlet's own
        (``by="voice"``), of a sentence twice as long (``by="length"``) and of a week
        (``by="date"``). Empty if the variable is not labelled or there are no covariates.

    Raises
    ------
    BingkaiError
        A table is not what it should be, or the variable has targets.
    """
    settings = settings or Settings()
    if variable == "stance":
        raise BingkaiError("models: stance has targets; model frame, sentiment or voice")
    observed = _observe(labels, sentences, articles, variable, settings)
    if observed.empty or not settings.covariates:
        return tabulate([])
    # One thread: sums of several threads round differently, and bytes would hang on their number.
    with threadpool_limits(1):
        return tabulate(_estimate(observed, codebook, settings, variable))


def _observe(
    labels: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    variable: str,
    settings: Settings,
) -> pd.DataFrame:
    observed = gather_sentences(labels, sentences, articles)
    if settings.copies is Copies.OUT:
        observed = observed.loc[~observed["copied"]]
    texts = sentences.set_index("sentence_id")["text"]
    n_words = texts.map(lambda text: len(str(text).split()))
    about = articles.set_index("article_id")
    day = about["published"].astype("object").where(about["published"].notna(), "").astype(str)
    return pd.DataFrame(
        {
            "value": observed[variable],
            "article_id": observed["article_id"],
            "outlet": observed["article_id"].map(about["outlet"]).astype(str),
            "voice": observed["voice"],
            "n_words": observed["sentence_id"].map(n_words),
            "day": observed["article_id"].map(day),
        }
    ).loc[observed[variable] != ""]


@dataclass(frozen=True)
class _Frame:
    """What the rows of a model have in common."""

    variable: str
    values: tuple[str, ...]
    settings: Settings
    n_sentences: "pd.Series[int]"  # by outlet
    n_articles: "pd.Series[int]"

    @property
    def outlets(self) -> list[str]:
        return list(self.n_articles.index)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return pair_outlets(self.outlets, self.settings)

    def row(self, estimand: str, outlets: Sequence[str], **fields: Any) -> Estimate:
        """Return a row that rests on the sentences of some outlets."""
        return Estimate(
            estimand=estimand,
            variable=self.variable,
            copies=self.settings.copies,
            n_sentences=int(self.n_sentences[list(outlets)].sum()),
            n_articles=int(self.n_articles[list(outlets)].sum()),
            **fields,
        )

    def why_alone(self, outlets: Sequence[str]) -> str:
        return because(*(f"{o}: {ONE_ARTICLE}" for o in outlets if self.n_articles[o] < 2))


def _estimate(
    observed: pd.DataFrame, codebook: Codebook, settings: Settings, variable: str
) -> Iterator[Estimate]:
    by_outlet = observed.groupby("outlet")["article_id"]
    frame = _Frame(
        variable=variable,
        values=codebook.variable(variable).value_ids,
        settings=settings,
        n_sentences=by_outlet.size(),
        n_articles=by_outlet.nunique(),
    )
    kept = observed.loc[observed["outlet"].isin(frame.n_articles.index[frame.n_articles > 1])]
    covariates = [name for name in settings.covariates if name != variable]
    try:
        design, fit = _fit(kept, covariates, settings.working)
    except Unfit as lack:
        yield from _say_why(frame, str(lack))
        return
    yield from _estimate_shares(frame, design, fit)
    contrasts = list(_compare_outlets(frame, design, fit))
    yield from _estimate_effects(frame, design, fit, contrasts, what=f"{len(frame.pairs)} pairs")
    contrasts = list(_compare_covariates(design, fit))
    if contrasts:
        what = f"{len(contrasts)} effects of {', '.join(dict.fromkeys(c.by for c in contrasts))}"
        yield from _estimate_effects(frame, design, fit, contrasts, what=what)


def _fit(
    kept: pd.DataFrame, covariates: Sequence[Covariate], working: Working
) -> tuple[Design, LogitFit]:
    """Fit the largest model that has estimates: the last covariates are left out if need be."""
    design = prepare_design(kept, covariates)
    left_out = [*design.left_out]
    while True:
        try:
            fit = fit_logit(design.sentences)
            break
        except Unfit as lack:
            if not design.covariates:
                raise
            left_out.append(f"{design.covariates[-1]} ({lack})")
            design = prepare_design(kept, design.covariates[:-1])
    design = replace(design, left_out=tuple(left_out))
    return design, fit if working is Working.INDEPENDENCE else fit_gee(fit)


def _say_why(frame: _Frame, lack: str) -> Iterator[Estimate]:
    """Give the rows of the outlets without a number and with the reason."""
    method = f"{NAIVE}; multinomial logit"
    for outlet in frame.outlets:
        for value in frame.values:
            yield frame.row(
                "adjusted_share", [outlet], outlet=outlet, value=value, method=method, reason=lack
            )
    for pair in frame.pairs:
        for value in frame.values:
            yield frame.row(
                "marginal_effect", pair, contrast=" - ".join(pair), value=value, method=method,
                reason=lack,
            )  # fmt: skip


def _estimate_shares(frame: _Frame, design: Design, fit: LogitFit) -> Iterator[Estimate]:
    """Give every outlet's shares with the sentences of all outlets, score intervals around."""
    method = _name_method(design, fit)
    level = frame.settings.conf_level
    known = [average_probabilities(fit, design.place(outlet)) for outlet in design.outlets]
    measured = dict(zip(design.outlets, _measure_all(fit, [g for _, g in known]), strict=True))
    for outlet in frame.outlets:
        alone = frame.why_alone([outlet])
        if not alone:
            shares, effects = known[design.outlets.index(outlet)][0], measured[outlet]
            spread = shares * (1 - shares)
            limits = limit_shares(
                shares, spread / effects.variances, critical_value(effects.df, level)
            )
        for value in frame.values:
            reason = alone or _why_missing(design, value)
            numbers: dict[str, float] = {}
            if not reason:
                k = design.values.index(value)
                numbers = {
                    "estimate": float(shares[k]),
                    "std_error": math.sqrt(effects.variances[k]),
                    "df": float(effects.df[k]),
                    "conf_low": float(limits.low[k]),
                    "conf_high": float(limits.high[k]),
                    "conf_level": level,
                }
            yield frame.row(
                "adjusted_share", [outlet], outlet=outlet, value=value, method=method,
                reason=reason, **numbers,
            )  # fmt: skip


def _compare_outlets(frame: _Frame, design: Design, fit: LogitFit) -> Iterator[_Contrast]:
    known = {o: average_probabilities(fit, design.place(o)) for o in design.outlets}
    for first, second in frame.pairs:
        contrast = _Contrast(f"{first} - {second}", outlets=(first, second))
        if first in known and second in known:
            effect, gradients = (a - b for a, b in zip(known[first], known[second], strict=True))
            contrast = replace(contrast, effect=effect, gradients=gradients)
        yield contrast


def _compare_covariates(design: Design, fit: LogitFit) -> Iterator[_Contrast]:
    """Give the effects of the covariates, averaged over the sentences as they are."""
    for level in design.levels("voice"):
        there, there_gradients = average_probabilities(fit, design.set_level("voice", level))
        own, own_gradients = average_probabilities(fit, design.set_level("voice", ""))
        yield _Contrast(
            f"{level} - {design.first_voice}",
            outlets=design.outlets,
            by="voice",
            level=level,
            effect=there - own,
            gradients=there_gradients - own_gradients,
        )
    for covariate, said in STEPS.items():
        if covariate in design.columns:
            step = np.array([float(name == covariate) for name in design.columns])
            effect, gradients = average_slopes(fit, design.sentences.covariates, step)
            yield _Contrast(
                "", outlets=design.outlets, by=covariate, level=said, effect=effect,
                gradients=gradients,
            )  # fmt: skip


def _estimate_effects(
    frame: _Frame, design: Design, fit: LogitFit, contrasts: Sequence[_Contrast], *, what: str
) -> list[Estimate]:
    """Return the rows of one family of marginal effects."""
    settings = frame.settings
    named = [design.values.index(v) for v in frame.values if not _why_missing(design, v)]
    usable = [c for c in contrasts if c.gradients is not None]
    maxima, level = None, settings.conf_level
    measured = _measure_all(fit, [c.gradients for c in usable if c.gradients is not None])
    effects = dict(zip(map(id, usable), measured, strict=True))
    if settings.adjust is Adjust.MAX_T and usable:
        maxima = _draw_maxima(measured, named, settings)
        level = maxima.find_level(settings.conf_level)
    rows = []
    for contrast in contrasts:
        for value in frame.values:
            reason = frame.why_alone(contrast.outlets) if contrast.by == "" else ""
            reason = reason or _why_missing(design, value)
            numbers: dict[str, float] = {}
            if not reason and contrast.effect is not None:
                k = design.values.index(value)
                own = effects[id(contrast)]
                numbers = _test(
                    float(contrast.effect[k]), float(own.variances[k]), float(own.df[k]), level
                )
                numbers["conf_level"] = settings.conf_level
            row = frame.row(
                "marginal_effect",
                contrast.outlets,
                value=value,
                contrast=contrast.contrast,
                by=contrast.by,
                level=contrast.level,
                reason=reason,
                method=_name_method(design, fit, band=maxima is not None),
                **numbers,
            )
            rows.append(row)
    family = f"{frame.variable}: {len(named)} values x {what}, adjusted"
    return adjust_p_values(rows, family=family, adjust=settings.adjust, maxima=maxima)


def _test(effect: float, variance: float, df: float, level: float) -> dict[str, float]:
    error = math.sqrt(variance)
    half = float(stats.t.ppf(0.5 + level / 2, df)) * error
    p_value = float(2 * stats.t.sf(abs(effect) / error, df))
    return {
        "estimate": effect, "std_error": error, "df": df,
        "conf_low": max(effect - half, -1.0), "conf_high": min(effect + half, 1.0),
        "p_value": p_value, "p_adjusted": p_value,
    }  # fmt: skip


def _measure_all(fit: LogitFit, gradients: Sequence[Floats]) -> list[Effects]:
    """Measure the effects of several gradients (J, Q) in one pass over the articles."""
    if not gradients:
        return []
    together = measure_effects(fit, np.concatenate(gradients))
    cuts = np.cumsum([len(part) for part in gradients])[:-1]
    return [
        Effects(*parts)
        for parts in zip(
            np.split(together.variances, cuts),
            np.split(together.df, cuts),
            np.split(together.contributions, cuts, axis=1),
            strict=True,
        )
    ]


def _draw_maxima(effects: Sequence[Effects], named: Sequence[int], settings: Settings) -> Maxima:
    """Draw how far the most extreme effect strays; all move with the same articles."""
    contributions = np.column_stack([own.contributions[:, named] for own in effects])
    deviations = draw_deviations(
        contributions,
        n_replicates=settings.n_bootstrap,
        rng=np.random.default_rng(settings.seed),
    )
    return Maxima(take_maxima([deviations], n_replicates=settings.n_bootstrap))


def _why_missing(design: Design, value: str) -> str:
    if value in design.together:
        return design.together[value]
    return "" if value in design.values else NOT_SEEN


def _name_method(design: Design, fit: LogitFit, *, band: bool = False) -> str:
    kind = "multinomial logit" if fit.covariance is None else "nominal GEE, one odds ratio"
    covered = ", ".join(("outlet", *design.covariates))
    variance = "CR2" if fit.covariance is None else "Mancl-DeRouen"
    interval = "simultaneous max-t band" if band else "t with Satterthwaite df"
    parts = [NAIVE, f"{kind} on {covered}", f"{variance} variance over articles", interval]
    if design.left_out:
        parts.append(f"left out: {', '.join(design.left_out)}")
    return "; ".join(parts)
