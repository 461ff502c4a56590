"""Coder files to codes, agreement and gold; what each step says to people."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.cli import main
from analysis.coding.adjudication import lay_out_disputes, settle_codes
from analysis.coding.agreement import measure_agreement
from analysis.coding.assignment import assign_coders, deal_sheets, show_labels
from analysis.coding.codes import gather_codes, place_in_articles
from analysis.coding.sampling import draw_sample
from analysis.coding.sheet_problems import find_problems
from analysis.correction.corrected import correct_outlets
from framing.errors import BingkaiError, BingkaiWarning
from framing.schema import COLUMNS
from framing.scheme import read_codebook
from framing.tables import hash_text, read_table, write_table

CODEBOOK = read_codebook()


def corpus(n_articles: int = 12, size: int = 5) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Articles of two outlets, and their sentences."""
    ids = [f"a{number:02d}" for number in range(n_articles)]
    articles = pd.DataFrame(
        {"article_id": ids, "outlet": ["A", "B"] * (n_articles // 2), "title": ids}
    ).reindex(columns=list(COLUMNS["articles"]), fill_value="")
    rows = [
        {"sentence_id": f"{a}-{i}", "article_id": a, "unit": "sentence", "position": i,
         "text": f"Kalimat {i} dari {a}."}
        for a in ids
        for i in range(size)
    ]  # fmt: skip
    sentences = pd.DataFrame(rows).reindex(columns=list(COLUMNS["sentences"]), fill_value="")
    return sentences.assign(text_sha256=sentences["text"].map(hash_text)), articles


def code(coder: str, values: list[str], **more: list[str]) -> pd.DataFrame:
    """One coder's file: sentences s0, s1, ... of articles of two."""
    ids = [f"s{i}" for i in range(len(values))]
    articles = [f"a{i // 2}" for i in range(len(values))]
    return pd.DataFrame(
        {"sentence_id": ids, "article_id": articles, "coder": coder, "frame": values, **more}
    )


FRAMES = ["threat", "threat", "none", "economy", "none", "none", "threat", "economy"]
OTHERS = ["threat", "none", "none", "economy", "none", "threat", "threat", "economy"]


def pick(estimates: pd.DataFrame, estimand: str, **where: str) -> pd.Series:
    where = {"variable": "frame", "value": "", "contrast": "people"} | where
    rows = estimates.loc[estimates["estimand"] == estimand]
    for name, wanted in where.items():
        rows = rows.loc[rows[name] == wanted]
    assert len(rows) == 1
    return rows.iloc[0]


def test_two_coders() -> None:
    codes = gather_codes({"a": code("Ani", FRAMES), "b": code("Budi", OTHERS)}, CODEBOOK)
    found = measure_agreement(codes, CODEBOOK)
    assert list(found.estimates.columns) == list(COLUMNS["estimates"])
    row = pick(found.estimates, "agreement")
    assert (row["estimate"], row["n_sentences"], row["n_articles"]) == (0.75, 8, 4)
    # krippendorff 0.9.0, alpha(value_counts=...) of these counts: 0.6341463.
    # By hand: 16 codes, 6 threat, 6 none, 4 economy; 4 of 16 ordered pairs differ.
    expected = 16 * 16 - 36 - 36 - 16
    assert pick(found.estimates, "alpha")["estimate"] == pytest.approx(1 - 15 * 4 / expected)
    threat = pick(found.estimates, "specific_agreement", value="threat")
    assert threat["estimate"] == pytest.approx(4 / 6)
    never = pick(found.estimates, "alpha", value="legality")
    assert np.isnan(never["estimate"]) and never["reason"] == "never coded where two people coded"
    cell = found.confusion.query("value == 'threat' and other_value == 'none'")
    assert list(cell["n_sentences"]) == [1] and list(cell["other"]) == ["Budi"]
    assert found.confusion["n_sentences"].sum() == 8
    assert list(found.disputes["sentence_id"]) == ["s1", "s5"]
    assert found.disputes["codes"].iloc[0] == "Ani: threat; Budi: none"


def test_the_order_of_stances_counts() -> None:
    near = [("neutral", "supportive"), ("critical", "critical"), ("supportive", "supportive")]
    far = [("critical", "supportive"), ("neutral", "neutral"), ("supportive", "supportive")]
    alphas = []
    for pairs in (near, far):
        tables = {
            name: code(name, ["none"] * 6, stance=[p[place] for p in pairs] * 2)
            for place, name in enumerate(("Ani", "Budi"))
        }
        found = measure_agreement(gather_codes(tables, CODEBOOK), CODEBOOK)
        row = pick(found.estimates, "alpha", variable="stance")
        assert "ordinal" in row["method"]
        alphas.append(row["estimate"])
    assert alphas[0] > alphas[1]
    frame = pick(found.estimates, "alpha")
    assert np.isnan(frame["estimate"]) and "no variation" in frame["reason"]
    assert pick(found.estimates, "ac1")["estimate"] == 1


def test_missing_codes_and_three_coders() -> None:
    tables = {
        "a": code("Ani", FRAMES),
        "b": code("Budi", ["", *OTHERS[1:]]),
        "c": code("Citra", ["threat"] + [""] * 7),
    }
    found = measure_agreement(gather_codes(tables, CODEBOOK), CODEBOOK)
    assert pick(found.estimates, "agreement")["n_sentences"] == 8
    pair = pick(found.estimates, "agreement", contrast="Ani - Budi")
    assert pair["estimate"] == pytest.approx(5 / 7)
    none = pick(found.estimates, "alpha", contrast="Budi - Citra")
    assert none["reason"] == "no sentence has two codes" and np.isnan(none["estimate"])


def test_the_machine_stands_beside_people() -> None:
    codes = gather_codes({"a": code("Ani", FRAMES), "b": code("Budi", OTHERS)}, CODEBOOK)
    labels = pd.DataFrame(
        {"sentence_id": [f"s{i}" for i in range(8)], "variable": "frame", "value": FRAMES}
    ).reindex(columns=list(COLUMNS["labels"]), fill_value="")
    found = measure_agreement(codes, CODEBOOK, labels=labels)
    # The machine says what Ani says: it agrees with 8 of her codes and 6 of Budi's.
    assert pick(found.estimates, "agreement", contrast="Ani - machine")["estimate"] == 1
    both = pick(found.estimates, "agreement", contrast="people - machine")
    assert (both["estimate"], both["n_sentences"]) == (14 / 16, 8)
    gap = pick(found.estimates, "agreement_gap", contrast="(people) - (people - machine)")
    assert gap["estimate"] == pytest.approx(0.75 - 14 / 16)
    alone = measure_agreement(codes.query("coder == 'Ani'"), CODEBOOK, labels=labels)
    assert pick(alone.estimates, "agreement", contrast="people - machine")["n_sentences"] == 8
    other = labels.assign(sentence_id="x")
    with pytest.raises(BingkaiError, match="none is of a coded sentence"):
        measure_agreement(codes, CODEBOOK, labels=other.iloc[:1])


def test_targets_are_compared_where_both_evaluate() -> None:
    stance = ["critical", "critical", "neutral", "supportive"]
    first = code("Ani", [""] * 4, stance=stance, target=["russia", "russia", "", ""])
    second = code("Budi", [""] * 4, stance=stance, target=["russia", "ukraine", "", ""])
    found = measure_agreement(gather_codes({"a": first, "b": second}, CODEBOOK), CODEBOOK)
    row = pick(found.estimates, "agreement", variable="target")
    assert (row["estimate"], row["n_sentences"]) == (pytest.approx(2 / 3), 3)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"a.csv": code("", FRAMES)}, "all codes are a's: agreement needs two coders"),
        ({"a": code("Ani", [""] * 8), "b": code("Budi", [""] * 8)}, "nobody coded anything"),
        (
            {"a": code("Ani", FRAMES[:4] + [""] * 4), "b": code("Budi", [""] * 4 + FRAMES[4:])},
            "no sentence was coded by two of Ani, Budi: there is no overlap",
        ),
        ({"a": code("Ani", ["danger"] * 8)}, "a: row 2: frame 'danger' is not in the codebook"),
        (
            {"a": code("Ani", FRAMES), "b": code("Ani", OTHERS)},
            "b: row 2: Ani has frame of s0 already .a: row 2.",
        ),
        ({"a": code("Ani", FRAMES).drop(columns="frame")}, "a: no column of codes"),
        (
            {"a": code("Ani", FRAMES, text=["x"] * 8), "b": code("B", FRAMES, text=["y"] * 8)},
            "b: row 2: the text of s0 is another one",
        ),
        (
            {"a": code("Ani", FRAMES).assign(coder=["", "Ani", "Budi", *[""] * 5])},
            "a: row 2 has no coder, and others have Ani and Budi",
        ),
    ],
)
def test_what_cannot_be_compared_is_said(tables: dict[str, pd.DataFrame], message: str) -> None:
    with pytest.raises(BingkaiError, match=message):
        measure_agreement(gather_codes(tables, CODEBOOK), CODEBOOK)


def test_long_and_wide_files_are_the_same() -> None:
    wide = code("Ani", FRAMES)
    long = wide.rename(columns={"frame": "value"}).assign(variable="frame", target="")
    first, second = (gather_codes({"a": table}, CODEBOOK) for table in (wide, long))
    pd.testing.assert_frame_equal(first, second)


def test_unknown_articles_are_warned_of() -> None:
    tables = {"a": code("Ani", FRAMES), "b": code("Budi", OTHERS)}
    bare = gather_codes({k: t.drop(columns="article_id") for k, t in tables.items()}, CODEBOOK)
    with pytest.warns(BingkaiWarning, match="give --sentences"):
        found = measure_agreement(bare, CODEBOOK)
    assert pick(found.estimates, "alpha")["n_articles"] == 8
    sentences = code("Ani", FRAMES)[["sentence_id", "article_id"]]
    again = measure_agreement(place_in_articles(bare, sentences), CODEBOOK)
    assert pick(again.estimates, "alpha")["n_articles"] == 4


def test_loads_are_equal_and_every_pair_overlaps() -> None:
    sentences, articles = corpus()
    sample = draw_sample(sentences, articles, CODEBOOK, n=44)
    dealt = assign_coders(sample, ["Ani", "Budi", "Citra", "Dewi"], overlap=18)
    loads = dealt["coder"].value_counts()
    assert loads.sum() == 44 + 18 and loads.max() - loads.min() <= 1
    teams = dealt.groupby("sentence_id")["coder"].agg("+".join)
    shared = teams.loc[teams.str.contains(r"\+")].value_counts()
    assert len(shared) == 6 and set(shared) == {3}
    assert set(dealt["sentence_id"]) == set(sample["sentence_id"])
    everybody = assign_coders(sample, ["Ani", "Budi", "Citra"], together=3)
    assert len(everybody) == 3 * 44


@pytest.mark.parametrize(
    ("coders", "more", "message"),
    [
        (["Ani"], {}, "give two or more names"),
        (["Ani", "Ani"], {}, "each once"),
        (["Ani", "a/b"], {}, "cannot be part of a file's name"),
        (["Ani", "Budi"], {"together": 3}, "give 2 to 2"),
        (["Ani", "Budi"], {"overlap": 99}, "the sample has 20 sentences"),
    ],
)
def test_bad_assignments_are_refused(coders: list[str], more: dict[str, int], message: str) -> None:
    sentences, articles = corpus()
    sample = draw_sample(sentences, articles, CODEBOOK, n=20)
    with pytest.raises(BingkaiError, match=message):
        assign_coders(sample, coders, **more)


def test_sheets_are_blind_unless_asked() -> None:
    sentences, articles = corpus()
    sample = draw_sample(sentences, articles, CODEBOOK, n=20)
    dealt = assign_coders(sample, ["Ani", "Budi"], overlap=10)
    sheets = deal_sheets(sample, sentences, articles, dealt=dealt)
    for coder, sheet in sheets.items():
        own = set(dealt.loc[dealt["coder"] == coder, "sentence_id"])
        assert set(sheet["sentence_id"]) == own and set(sheet["coder"]) == {coder}
        assert not any(name.startswith("machine") for name in sheet.columns)
    shared = set(sheets["Ani"]["sentence_id"]) & set(sheets["Budi"]["sentence_id"])
    orders = [[i for i in sheet["sentence_id"] if i in shared] for sheet in sheets.values()]
    assert orders[0] != orders[1]
    labels = sentences[["sentence_id"]].assign(variable="frame", value="threat")
    shown = show_labels(
        sheets["Ani"], labels.reindex(columns=list(COLUMNS["labels"]), fill_value="")
    )
    assert set(shown["machine_frame"]) == {"threat"}


def coded() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A sample of 20 with the codes of Ani and Budi, who differ in the first sentence."""
    sentences, articles = corpus()
    sample = draw_sample(sentences, articles, CODEBOOK, n=20, variables=["frame", "stance"])
    sheet = deal_sheets(sample, sentences, articles, dealt=assign_coders(sample, ["Ani", "Budi"]))[
        "Ani"
    ].sort_values("sentence_id", ignore_index=True)
    sheet = sheet.assign(frame="none", stance="critical", target="russia")
    other = sheet.assign(coder="Budi", comment="")
    other.loc[0, "frame"] = "threat"
    other.loc[1, "target"] = "ukraine"
    other.loc[1, "comment"] = "Dua pihak."
    return sample, sheet, other, sentences


def test_disputes_are_settled_and_gold_says_by_whom() -> None:
    sample, first, second, _ = coded()
    second.loc[2, ["frame", "stance", "target"]] = ""
    first.loc[3, "frame"] = second.loc[3, "frame"] = ""
    codes = gather_codes({"a": first, "b": second}, CODEBOOK)
    gold = settle_codes(sample, codes)
    sheet = lay_out_disputes(codes, gold)
    assert list(sheet["sentence_id"]) == list(first["sentence_id"][:2])
    assert list(sheet["frame"]) == ["", "none"] and list(sheet["stance"]) == ["critical", ""]
    assert sheet["codes"].iloc[0] == "frame: none x1, threat x1"
    assert sheet["codes"].iloc[1] == "stance: critical (russia) x1, critical (ukraine) x1"
    assert sheet["comments"].iloc[1] == "Dua pihak."
    sheet.loc[0, "frame"] = "threat"
    sheet.loc[1, ["stance", "target"]] = ["critical", "ukraine"]
    decided = gather_codes({"d": sheet.assign(coder="Guru")}, CODEBOOK)
    gold = settle_codes(sample, codes, decided=decided).set_index(["sentence_id", "variable"])
    ids = list(first["sentence_id"])
    assert tuple(gold.loc[(ids[0], "frame"), ["value", "coder", "decision"]]) == (
        "threat", "Guru", "adjudicated",
    )  # fmt: skip
    assert tuple(gold.loc[(ids[1], "stance"), ["target", "coder"]]) == ("ukraine", "Guru")
    assert tuple(gold.loc[(ids[2], "frame"), ["coder", "decision"]]) == ("Ani", "single")
    assert tuple(gold.loc[(ids[0], "stance"), ["coder", "decision"]]) == ("Ani+Budi", "agreed")
    assert tuple(gold.loc[(ids[3], "frame"), ["value", "coder", "decision"]]) == (
        "", "", "uncoded",
    )  # fmt: skip
    assert (gold["value"] == "").sum() == 1 and (gold["inclusion_prob"] == 20 / 60).all()


def test_files_without_texts_give_disputes_without_texts() -> None:
    """An empty text on the sheet would be refused as a changed one when it comes back."""
    sample, first, second, _ = coded()
    bare = [sheet[["sentence_id", "frame", "stance", "target"]] for sheet in (first, second)]
    codes = gather_codes(dict(zip("ab", bare, strict=True)), CODEBOOK)
    sheet = lay_out_disputes(codes, settle_codes(sample, codes))
    assert "text" not in sheet.columns
    decided = sheet.assign(frame="none", stance="neutral", target="", coder="Guru")
    assert find_problems(decided, sample, CODEBOOK) == []


def test_a_majority_stands_if_wanted() -> None:
    sample, first, second, _ = coded()
    codes = gather_codes({"a": first, "b": second, "c": first.assign(coder="Citra")}, CODEBOOK)
    assert (settle_codes(sample, codes)["decision"] == "open").sum() == 2
    gold = settle_codes(sample, codes, majority=True)
    row = gold.loc[gold["decision"] == "majority"].iloc[0]
    assert (row["value"], row["coder"]) == ("none", "Ani+Citra")


def test_gold_goes_straight_into_corrected_estimates() -> None:
    sample, first, second, sentences = coded()
    _, articles = corpus()
    codes = gather_codes({"a": first, "b": second, "c": first.assign(coder="Citra")}, CODEBOOK)
    gold = settle_codes(sample, codes, majority=True)
    wrong = sentences["sentence_id"].str.endswith(("0", "3"))
    labels = sentences[["sentence_id"]].assign(variable="frame", value="none")
    labels["value"] = labels["value"].mask(wrong, "economy")
    labels = labels.reindex(columns=list(COLUMNS["labels"]), fill_value="")
    stances = labels.assign(variable="stance", value="critical", target="russia")
    stances["value"] = stances["value"].mask(wrong, "neutral")
    estimates = correct_outlets(
        gold, pd.concat([labels, stances]), sentences=sentences, articles=articles,
        codebook=CODEBOOK,
    )  # fmt: skip
    share = estimates.query(
        "estimand == 'share' and variable == 'frame' and value == 'none' and outlet == ''"
    )
    alone = share.loc[share["method"].str.startswith("gold-only")]
    assert len(alone) == 2 and (alone["n_gold"] == 20).all()
    assert alone["estimate"].to_numpy() == pytest.approx(1)  # everybody coded none


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.assign(sample_id="other"), "is of the sample other"),
        (lambda s: s.assign(sentence_id=s["sentence_id"] + "x"), "is not in the sample"),
        (lambda s: s.assign(text=s["text"] + " "), "row 2: the text of .* was changed"),
    ],
)
def test_codes_of_another_sample_are_refused(change, message: str) -> None:  # type: ignore[no-untyped-def]
    sample, first, _, _ = coded()
    with pytest.raises(BingkaiError, match=message):
        settle_codes(sample, gather_codes({"a": change(first)}, CODEBOOK))


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sentences, articles = corpus()
    paths = {name: str(tmp_path / f"{name}.csv") for name in ("s", "a", "sample", "gold", "open")}
    write_table(sentences, paths["s"])
    write_table(articles, paths["a"])
    drawn = main([
        "sample", paths["s"], "--articles", paths["a"], "-n", "30", "--variables", "frame",
        "--coders", "Ani", "Budi", "--overlap", "20", "--sheet", f"{tmp_path}/sheet.csv",
        "-o", paths["sample"],
    ])  # fmt: skip
    assert drawn == 0 and "sheet-Budi.csv" in capsys.readouterr().err
    sheets = [str(tmp_path / f"sheet-{name}.csv") for name in ("Ani", "Budi")]
    for place, path in enumerate(sheets):
        sheet = read_table(path)
        values = np.where(sheet["sentence_id"].str[-1] == "0", "threat", "none").astype(object)
        values[: 12 * place] = "economy"
        write_table(sheet.assign(frame=values), path)
    assert main(["agree", *sheets, "--sentences", paths["s"], "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().err
    assert "frame      people: alpha" in said and "20 sentences of" in said
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "agreement.csv", "confusion.csv", "disputes.csv", "provenance.json",
    }  # fmt: skip
    n_disputed = read_table(tmp_path / "out" / "disputes.csv")["sentence_id"].nunique()
    assert n_disputed
    settle = ["adjudicate", paths["sample"], *sheets]
    assert main(settle) == 2
    assert "nothing to write" in capsys.readouterr().err
    assert main([*settle, "--sheet", paths["open"]]) == 0
    assert f"{n_disputed} sentences with something to settle" in capsys.readouterr().err
    settled = read_table(paths["open"]).assign(frame="none", coder="Guru")
    write_table(settled.assign(frame=["danger", *settled["frame"][1:]]), paths["open"])
    assert main([*settle, "--settled", paths["open"], "-o", paths["gold"]]) == 2
    assert "open.csv: F2: frame 'danger'" in capsys.readouterr().err
    write_table(settled, paths["open"])
    assert main([*settle, "--settled", paths["open"], "-o", paths["gold"]]) == 0
    assert f"{n_disputed} adjudicated" in capsys.readouterr().err
    gold = read_table(paths["gold"])
    assert len(gold) == 30 and (gold["value"] != "").all()
    assert set(gold.loc[gold["decision"] == "adjudicated", "coder"]) == {"Guru"}
