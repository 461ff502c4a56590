"""The model's arrays: against statsmodels, shares and refits, and where there are no estimates."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.genmod.cov_struct import NominalIndependence

from analysis.statistics.clusters import fit_shares
from analysis.statistics.logit import (
    LogitFit,
    NominalGEE,
    Sentences,
    Unfit,
    average_probabilities,
    average_slopes,
    fit_gee,
    fit_logit,
    is_separated,
    measure_effects,
)


def draw_sentences(seed: int, *, n_articles: int = 40, n_values: int = 4) -> Sentences:
    """Draw sentences of articles that lean to values of their own, with three covariates."""
    rng = np.random.default_rng(seed)
    length = rng.integers(3, 15, n_articles)
    articles = np.repeat(np.arange(n_articles), length)
    x = np.column_stack([
        np.ones(len(articles)), (articles % 2).astype(float), rng.normal(size=len(articles)),
    ])  # fmt: skip
    truth = rng.normal(size=(3, n_values)) * 0.5
    own = rng.normal(size=(n_articles, n_values)) * 0.4
    odds = np.exp(x @ truth + own[articles])
    below = rng.random(len(x))[:, None] > (odds / odds.sum(1, keepdims=True)).cumsum(1)
    return Sentences(below.sum(1), x, articles)


@pytest.fixture(scope="module")
def fit() -> LogitFit:
    return fit_logit(draw_sentences(1))


def sandwich(fit: LogitFit) -> np.ndarray:
    """statsmodels' covariance over articles without its factor, coefficients value by value."""
    s = fit.sentences
    result = sm.MNLogit(s.codes, s.covariates).fit(
        disp=False, cov_type="cluster", cov_kwds={"groups": s.articles, "use_correction": False}
    )
    assert np.asarray(result.params) == pytest.approx(fit.coefficients, abs=1e-8)
    return np.asarray(result.cov_params())


def test_variances_of_statsmodels(fit: LogitFit) -> None:
    """Squares of the contributions are statsmodels' sandwich, but for the leverage of articles."""
    gradients = np.eye(fit.coefficients.size)
    ratio = (measure_effects(fit, gradients).contributions ** 2).sum(0) / np.diag(sandwich(fit))
    assert ((ratio > 1) & (ratio < 1.2)).all()
    many = fit_logit(draw_sentences(2, n_articles=2_000))
    ratio = (measure_effects(many, gradients).contributions ** 2).sum(0) / np.diag(sandwich(many))
    assert ratio == pytest.approx(np.ones(len(ratio)), abs=0.01)


def test_marginal_effects_of_statsmodels(fit: LogitFit) -> None:
    """get_margeff: mean derivatives by the covariates, with delta-method errors.

    Its effect of a dummy variable fails in statsmodels 0.15.0 with four values.
    """
    s = fit.sentences
    result = sm.MNLogit(s.codes, s.covariates).fit(
        disp=False, cov_type="cluster", cov_kwds={"groups": s.articles, "use_correction": False}
    )
    theirs = result.get_margeff()
    step = 1e-5
    for column in (1, 2):
        slopes, gradients = average_slopes(fit, s.covariates, step * np.eye(3)[column])
        assert slopes / step == pytest.approx(theirs.margeff[column - 1], abs=1e-5)
        errors = np.sqrt(np.diag(gradients @ sandwich(fit) @ gradients.T)) / step
        assert errors == pytest.approx(theirs.margeff_se[column - 1], rel=1e-3)


def test_gradients_by_differences(fit: LogitFit) -> None:
    x = fit.sentences.covariates
    _, gradients = average_slopes(fit, x, np.array([0, 0, 1.0]))
    step = 1e-6
    for q in range(fit.coefficients.size):
        moved = fit.coefficients.T.ravel().copy()
        moved[q] += step
        other = LogitFit(moved.reshape(-1, 3).T, fit.information, fit.sentences)
        change = average_slopes(other, x, np.array([0, 0, 1.0]))[0]
        change -= average_slopes(fit, x, np.array([0, 0, 1.0]))[0]
        assert change / step == pytest.approx(gradients[:, q], abs=1e-6)


def test_without_covariates_it_is_a_share() -> None:
    """Two outlets and nothing else: shares, CR2 variances and degrees of freedom of the outlets.

    Articles of one length, for which the working models of both come to the same.
    """
    rng = np.random.default_rng(3)
    hits = np.vstack([rng.multinomial(8, rng.dirichlet([3, 2, 2]), size=1) for _ in range(14)])
    outlet = np.repeat([0, 1], [6, 8])
    articles = np.repeat(np.arange(14), 8)
    codes = np.concatenate([np.repeat(np.arange(3), row) for row in hits])
    x = np.column_stack([np.ones(len(codes)), outlet[articles]]).astype(float)
    fit = fit_logit(Sentences(codes, x, articles))
    for code in (0, 1):
        at = x.copy()
        at[:, 1] = code
        shares, gradients = average_probabilities(fit, at)
        effects = measure_effects(fit, gradients)
        known = fit_shares(hits[outlet == code].astype(float), np.full((outlet == code).sum(), 8.0))
        assert shares == pytest.approx(known.shares, abs=1e-8)
        variances = known.shares * (1 - known.shares) / known.n_effective
        assert effects.variances == pytest.approx(variances, rel=1e-6)
        assert effects.df == pytest.approx(np.full(3, (outlet == code).sum() - 1.0), rel=1e-6)


def test_variance_of_refits() -> None:
    """The spread of the effect over 300 drawn corpora is what the variance says on average."""
    found, said = [], []
    for run in range(300):
        rng = np.random.default_rng([4, run])
        articles = np.repeat(np.arange(24), 10)
        x = np.column_stack([np.ones(240), (articles < 12).astype(float), rng.normal(size=240)])
        lean = rng.normal(size=(24, 2)) * 0.6
        odds = np.exp(np.column_stack([np.zeros(240), lean[articles] + x[:, [2]] * 0.4]))
        below = rng.random(240)[:, None] > (odds / odds.sum(1, keepdims=True)).cumsum(1)
        fit = fit_logit(Sentences(below.sum(1), x, articles))
        ends = [average_probabilities(fit, x * [1, 0, 1] + [0, one, 0]) for one in (1.0, 0.0)]
        found.append(ends[0][0] - ends[1][0])
        said.append(measure_effects(fit, ends[0][1] - ends[1][1]).variances)
    # A variance of 300 draws is known to 8%.
    assert np.mean(said, axis=0) / np.var(found, axis=0) == pytest.approx(np.ones(3), abs=0.25)


def test_gee_with_independence_is_the_logit(fit: LogitFit) -> None:
    """Two roads to one estimate; statsmodels 0.15.0 alone misses it by more than 0.01."""
    s = fit.sentences
    for kind, close in ((NominalGEE, True), (sm.NominalGEE, False)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # theirs does not converge
            result = kind(
                3 - s.codes, s.covariates, s.articles, cov_struct=NominalIndependence()
            ).fit(maxiter=60)
        coefficients = np.asarray(result.params).reshape(3, -1).T[:, ::-1]
        assert (np.abs(coefficients - fit.coefficients).max() < 1e-6) == close


def test_gee_with_odds_ratio() -> None:
    """Two values: the estimates of statsmodels' own equations, whose derivative is right there."""
    start = fit_logit(draw_sentences(5, n_values=2))
    found = fit_gee(start)
    s = start.sentences
    from statsmodels.genmod.cov_struct import GlobalOddsRatio

    theirs = sm.NominalGEE(
        1 - s.codes, s.covariates, s.articles, cov_struct=GlobalOddsRatio("nominal")
    ).fit(cov_type="bias_reduced")
    assert found.coefficients[:, 0] == pytest.approx(np.asarray(theirs.params), abs=1e-4)
    assert found.covariance is not None
    assert np.diag(found.covariance) == pytest.approx(np.asarray(theirs.bse) ** 2, rel=1e-3)
    assert measure_effects(found, np.eye(3)).variances == pytest.approx(np.diag(found.covariance))


def test_separation_is_found() -> None:
    codes = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
    articles = np.arange(10)
    mixed = np.array([0.0, 1, 2, 0, 1, 2, 0, 1, 2, 1])
    apart = np.where(codes == 2, 5.0, mixed)
    nearly = np.where(codes == 2, 2.0, mixed)  # touches: quasi-complete
    for column, separated in ((mixed, False), (apart, True), (nearly, True)):
        sentences = Sentences(codes, np.column_stack([np.ones(10), column]), articles)
        assert is_separated(sentences) == separated
        if separated:
            with pytest.raises(Unfit, match="separated: log odds would be infinite"):
                fit_logit(sentences)
        else:
            fit_logit(sentences)
