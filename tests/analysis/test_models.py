"""Models of the frame: known values, what is left out and why, and no number that runs away."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.statistics.clusters import fit_shares
from analysis.statistics.design import NOT_SEEN, ONE_VALUE, TOO_FEW_OUTLETS, find_together
from analysis.statistics.estimates import PROMISED
from analysis.statistics.models import model_outlets
from analysis.statistics.settings import Settings
from analysis.statistics.shares import ONE_ARTICLE
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
FRAMES = CODEBOOK.variable("frame").value_ids
Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def make_tables(rows: pd.DataFrame) -> Tables:
    """Make labels, sentences and articles of rows: article_id, outlet, day, frame, voice, words."""
    rows = rows.reset_index(drop=True)
    ids = "s" + rows.index.astype(str).str.zfill(5)
    sentences = pd.DataFrame(
        {
            "sentence_id": ids,
            "article_id": rows["article_id"],
            "unit": "sentence",
            "text": ["kata " * n for n in rows["words"]],
        }
    ).reindex(columns=list(COLUMNS["sentences"]), fill_value="")
    articles = (
        rows.drop_duplicates("article_id")
        .rename(columns={"day": "published"})
        .reindex(columns=list(COLUMNS["articles"]), fill_value="")
    )
    labels = pd.concat(
        pd.DataFrame({"sentence_id": ids, "variable": name, "value": rows[name]})
        for name in ("frame", "voice")
    ).reindex(columns=list(COLUMNS["labels"]), fill_value="")
    return labels.assign(prob=0.9, labeler="m"), sentences, articles


def draw_rows(
    seed: int,
    *,
    outlets: str = "AB",
    n_articles: int = 12,
    frames: tuple[str, ...] = FRAMES[:3],
    lean: float = 0.0,
    voiced: float = 0.0,
) -> pd.DataFrame:
    """Draw sentences: B quotes more, quoted sentences lean to the first frame, and so does A."""
    rng = np.random.default_rng(seed)
    rows = []
    for outlet in outlets:
        for number in range(n_articles):
            for _ in range(12):
                quoted = rng.random() < (0.3 if outlet == "A" else 0.7)
                odds = np.ones(len(frames))
                odds[0] *= math.exp(lean * (outlet == "A") + voiced * quoted)
                rows.append(
                    {
                        "article_id": f"{outlet}{number:02d}",
                        "outlet": outlet,
                        "day": f"2024-06-{1 + number % 9:02d}",
                        "frame": frames[rng.choice(len(frames), p=odds / odds.sum())],
                        "voice": "quoted" if quoted else "outlet",
                        "words": int(rng.integers(5, 40)),
                    }
                )
    return pd.DataFrame(rows)


def model(rows: pd.DataFrame, **settings: object) -> pd.DataFrame:
    return model_outlets(*make_tables(rows), CODEBOOK, Settings(**settings))


def pick(table: pd.DataFrame, **wanted: str) -> "pd.Series[float]":
    for column, value in wanted.items():
        table = table.loc[table[column] == value]
    assert len(table) == 1, f"{len(table)} rows for {wanted}"
    return table.iloc[0]


def test_no_number_without_a_reason() -> None:
    table = model(draw_rows(1, frames=FRAMES))
    assert list(table.columns) == list(COLUMNS["estimates"])
    assert set(table["estimand"]) == {"adjusted_share", "marginal_effect"}
    assert (table["reason"] == "").all()
    for _, row in table.iterrows():
        assert not row[list(PROMISED[row["estimand"]])].isna().any()
    shares = table.loc[table["estimand"] == "adjusted_share"]
    assert shares.groupby("outlet")["estimate"].sum().to_numpy() == pytest.approx([1, 1])
    assert shares["estimate"].between(shares["conf_low"], shares["conf_high"]).all()
    effects = table.loc[table["estimand"] == "marginal_effect"]
    assert set(effects["by"]) == {"", "voice", "length", "date"}
    sums = effects.groupby(["contrast", "by"])["estimate"].sum()
    assert sums.to_numpy() == pytest.approx(np.zeros(len(sums)), abs=1e-12)
    assert set(effects.loc[effects["by"] == "", "family"]) == {
        "frame: 8 values x 1 pairs, adjusted; Holm"
    }


def test_with_a_covariate_that_tells_nothing_it_is_the_share() -> None:
    """Every sentence comes once short and once long, so length changes nothing in any outlet."""
    rows = draw_rows(2)
    twice = pd.concat([rows.assign(words=4), rows.assign(words=16)]).sort_values("article_id")
    table = model(twice, covariates=("length",))
    row = pick(table, estimand="adjusted_share", outlet="A", value=FRAMES[0])
    own = rows.loc[rows["outlet"] == "A"]
    hits = own["frame"].eq(FRAMES[0]).groupby(own["article_id"]).sum().to_numpy(float) * 2
    known = fit_shares(hits[:, None], np.full(len(hits), 24.0))
    assert row["estimate"] == pytest.approx(known.shares[0], abs=1e-8)
    assert row["std_error"] == pytest.approx(known.std_errors[0], rel=1e-5)
    longer = pick(table, by="length", value=FRAMES[0])
    assert longer["estimate"] == pytest.approx(0, abs=1e-8)


def test_quoting_is_told_from_framing() -> None:
    """B only quotes more: the plain difference is real, and gone once voices are alike.

    Quoted, the first frame has the odds e^1.5 : 1 : 1, so 0.691, else 1/3; by 0.3 and 0.7 of the
    sentences quoted the plain shares are 0.441 and 0.584, and the effect of quoting is 0.358.
    """
    rows = draw_rows(3, n_articles=150, voiced=1.5)
    plain = rows.groupby("outlet")["frame"].agg(lambda f: (f == FRAMES[0]).mean())
    assert plain["A"] - plain["B"] == pytest.approx(-0.143, abs=0.04)
    table = model(rows)
    row = pick(table, contrast="A - B", value=FRAMES[0])
    assert row["conf_low"] < 0 < row["conf_high"]
    assert abs(row["estimate"]) < 0.04
    quoting = pick(table, by="voice", value=FRAMES[0])
    assert quoting["contrast"] == "quoted - outlet"
    assert quoting["estimate"] == pytest.approx(0.358, abs=0.04)
    assert quoting["p_adjusted"] < 0.001


def test_rare_values_are_counted_together() -> None:
    """By hand: B lacks protocol, so it is joined by threat, the rarest of the rest."""
    table = pd.DataFrame(
        {"A": [5, 9, 20, 1], "B": [4, 8, 30, 0]}, index=["threat", "economy", "none", "protocol"]
    )
    assert find_together(table) == {
        "protocol": "never seen in B, so its log odds would be infinite; "
        "counted together with threat",
        "threat": "others are rarer still and cannot stand alone; counted together with protocol",
    }
    assert find_together(table.drop("protocol")) == {}


def test_empty_cells_are_explained() -> None:
    rows = draw_rows(4, frames=FRAMES[:5])
    rare = (rows["frame"] == FRAMES[4]) & (rows["outlet"] == "B")
    table = model(rows.assign(frame=rows["frame"].where(~rare, FRAMES[0])))
    gone = table.loc[table["value"] == FRAMES[4]]
    assert gone["estimate"].isna().all()
    assert gone["reason"].str.contains("never seen in B").all()
    assert (table.loc[table["value"] == FRAMES[7], "reason"] == NOT_SEEN).all()
    rest = table.loc[table["reason"] == ""]
    assert rest["std_error"].max() < 0.2


def test_separation_by_length_is_explained() -> None:
    """The third frame only in long sentences: length is left out, and the rest is estimated."""
    rows = draw_rows(5)
    rows["words"] = np.where(rows["frame"] == FRAMES[2], 60, rows["words"])
    table = model(rows, covariates=("voice", "length"))
    assert set(table["by"]) == {"", "voice"}
    assert table["method"].str.contains("left out: length (some values and cov", regex=False).all()
    assert table.loc[table["reason"] == "", "std_error"].max() < 0.2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": "2024-06-01"}, "date (all articles are of one day)"),
        ({"voice": "outlet"}, "voice (all sentences have the same)"),
        ({"words": 7}, "length (all sentences are alike)"),
        ({"voice": ""}, "voice (not every sentence has one)"),
    ],
)
def test_what_is_left_out_is_said(change: dict[str, object], said: str) -> None:
    table = model(draw_rows(6).assign(**change))
    assert table["method"].str.endswith(f"left out: {said}").all()


def test_undated_articles_and_dates_of_outlets() -> None:
    rows = draw_rows(7)
    undated = rows.assign(day=rows["day"].where(rows["article_id"] != "A03", ""))
    assert "date (1 of 24 articles has no day)" in model(undated)["method"].iloc[0]
    apart = rows.assign(day=np.where(rows["outlet"] == "A", "2024-06-01", "2024-06-09"))
    assert "date (told by the outlet and the rest)" in model(apart)["method"].iloc[0]


def test_voices_that_cannot_stand_alone_are_sources() -> None:
    rows = draw_rows(8)
    some = (rows["voice"] == "quoted") & (rows["frame"] != FRAMES[0]) & (rows.index % 2 == 0)
    table = model(rows.assign(voice=rows["voice"].where(~some, "attributed")))
    assert set(table.loc[table["by"] == "voice", "contrast"]) == {"sources - outlet"}


def test_too_little_is_explained() -> None:
    rows = draw_rows(9)
    lone = model(rows.loc[rows["article_id"].isin(["A00", "A01", "B00"])])
    assert set(lone["reason"]) == {TOO_FEW_OUTLETS}
    assert lone["estimate"].isna().all()
    same = model(rows.assign(frame=np.where(rows["outlet"] == "A", FRAMES[0], FRAMES[1])))
    assert set(same["reason"]) == {ONE_VALUE}
    table = model(pd.concat([rows, draw_rows(10, outlets="C", n_articles=1)]))
    alone = pick(table, estimand="adjusted_share", outlet="C", value=FRAMES[0])
    assert alone["reason"] == f"C: {ONE_ARTICLE}"
    assert pick(table, contrast="A - C", value=FRAMES[0])["reason"] == f"C: {ONE_ARTICLE}"
    assert pick(table, contrast="A - B", value=FRAMES[0])["reason"] == ""


def test_band_agrees_with_its_tests() -> None:
    table = model(draw_rows(11, lean=1.2), adjust="max_t", n_bootstrap=999)
    rows = table.loc[(table["estimand"] == "marginal_effect") & (table["reason"] == "")]
    outside = (rows["conf_low"] > 0) | (rows["conf_high"] < 0)
    assert outside.any() and not outside.all()
    assert (outside == (rows["p_adjusted"] < 0.05)).all()
    assert rows["method"].str.contains("simultaneous max-t band").all()


def test_estimating_equations() -> None:
    """Two frames: equations and likelihood agree on what an outlet does, by a hair's breadth."""
    rows = draw_rows(12, frames=FRAMES[:2], lean=0.8)
    logit, gee = (
        pick(model(rows, working=working), contrast="A - B", value=FRAMES[0])
        for working in ("independence", "odds_ratio")
    )
    assert gee["method"].startswith("naive: machine labels; nominal GEE, one odds ratio on outlet")
    assert gee["estimate"] == pytest.approx(logit["estimate"], abs=0.02)
    assert gee["std_error"] == pytest.approx(logit["std_error"], rel=0.2)


def test_order_of_rows_does_not_matter() -> None:
    labels, sentences, articles = make_tables(draw_rows(13))
    shuffled = sentences.sample(frac=1, random_state=1)
    tables = [model_outlets(labels, s, articles, CODEBOOK) for s in (sentences, shuffled)]
    numbers = ["estimate", "std_error", "df", "p_value"]
    first, second = (table[numbers].to_numpy(float) for table in tables)
    assert first == pytest.approx(second, nan_ok=True, rel=1e-9)


def test_no_model_where_none_is_wanted() -> None:
    assert model(draw_rows(14), covariates=()).empty
    with pytest.raises(BingkaiError, match="stance has targets"):
        model_outlets(*make_tables(draw_rows(14)), CODEBOOK, variable="stance")
    with pytest.raises(BingkaiError, match="covariates is 'weather'; give 'voice' or"):
        Settings(covariates=("weather",))
    with pytest.raises(BingkaiError, match="working is 'exchangeable'"):
        Settings(working="exchangeable")
