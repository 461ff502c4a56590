from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cli import main
from analysis.coding.sampling import Allocation, allocate_sample, draw_sample
from analysis.coding.sheets import make_sheet, merge_codes
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import read_codebook
from framing.tables import hash_text, read_table, write_table

CODEBOOK = read_codebook()


def corpus(lengths: dict[str, int], *, size: int = 4) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Articles of `size` sentences, so many an outlet, and their sentences."""
    articles = pd.DataFrame(
        [
            {"article_id": f"{o}{a}", "outlet": o, "title": f"Judul {o}{a}"}
            for o, n in lengths.items()
            for a in range(n)
        ]
    ).reindex(columns=list(COLUMNS["articles"]), fill_value="")
    rows = [
        {"sentence_id": f"{article}-{i}", "article_id": article, "unit": "sentence",
         "position": i, "text": f"Kalimat {i} dari {article}."}
        for article in articles["article_id"]
        for i in range(size)
    ]  # fmt: skip
    sentences = pd.DataFrame(rows).reindex(columns=list(COLUMNS["sentences"]), fill_value="")
    return sentences.assign(text_sha256=sentences["text"].map(hash_text)), articles


def label(sentences: pd.DataFrame, values: list[str]) -> pd.DataFrame:
    chosen = [values[i % len(values)] for i in range(len(sentences))]
    frames = sentences[["sentence_id"]].assign(variable="frame", labeler="m", value=chosen)
    return frames.reindex(columns=list(COLUMNS["labels"]), fill_value="")


def test_proportional_allocation_by_hand() -> None:
    # 10 of 40, 40 and 20 sentences: 4, 4 and 2; and with 5, at least 2 of each: 2 (1.5), 2, ...
    sizes = np.array([40, 40, 20])
    assert list(allocate_sample(sizes, 10)) == [4, 4, 2]
    # The stratum of 1 is taken whole; 9 are left for 60 and 30.
    assert list(allocate_sample(np.array([1, 60, 30]), 10)) == [1, 6, 3]
    assert list(allocate_sample(sizes, 12, allocation=Allocation.EQUAL)) == [4, 4, 4]
    assert list(allocate_sample(np.array([2, 50]), 12, allocation=Allocation.EQUAL)) == [2, 10]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.data())
def test_allocation_keeps_its_bounds(sizes: list[int], data: st.DataObject) -> None:
    floor = sum(min(size, 2) for size in sizes)
    n = data.draw(st.integers(floor, sum(sizes)))
    for allocation in Allocation:
        taken = allocate_sample(np.array(sizes), n, allocation=allocation)
        assert taken.sum() == n
        assert (taken >= np.minimum(sizes, 2)).all() and (taken <= sizes).all()


def test_too_few_and_too_many_are_refused() -> None:
    with pytest.raises(BingkaiError, match="too few for 3 strata .* give n = 6 or more"):
        allocate_sample(np.array([9, 9, 9]), 5)
    with pytest.raises(BingkaiError, match="n = 28, but there are 27"):
        allocate_sample(np.array([9, 9, 9]), 28)


def test_every_sentence_has_the_stated_chance() -> None:
    sentences, articles = corpus({"A": 3, "B": 6})
    labels = label(sentences, ["threat", "threat", "none"])
    chances: dict[str, float] = {}
    seen = pd.Series(0, index=sentences["sentence_id"])
    for seed in range(200):
        sample = draw_sample(
            sentences, articles, CODEBOOK, n=12, by=["outlet", "frame"], labels=labels,
            variables=["frame"], seed=seed,
        )  # fmt: skip
        seen[sample["sentence_id"]] += 1
        chances |= dict(zip(sample["sentence_id"], sample["inclusion_prob"], strict=True))
    stated = pd.Series(chances)
    assert set(stated.index) == set(sentences["sentence_id"])
    gap = (seen[stated.index] - 200 * stated) / np.sqrt(200 * stated * (1 - stated))
    assert gap.abs().max() < 4  # 36 z-values: beyond 4 once in 400 such tests


def test_the_design_is_kept() -> None:
    sentences, articles = corpus({"A": 3, "B": 6})
    simple = draw_sample(sentences, articles, CODEBOOK, n=9, variables=["frame", "voice"])
    assert list(simple.columns) == list(COLUMNS["gold"])
    assert set(simple["design"]) == {"random"} and set(simple["stratum"]) == {""}
    assert (simple["inclusion_prob"] == 0.25).all() and len(simple) == 18
    assert (simple[["coder", "value", "target"]] == "").all(axis=None)
    by_outlet = draw_sample(sentences, articles, CODEBOOK, n=9, by=["outlet"], variables=["frame"])
    assert dict(by_outlet["stratum"].value_counts()) == {"outlet=B": 6, "outlet=A": 3}
    assert (1 / by_outlet["inclusion_prob"]).sum() == pytest.approx(36)


def test_the_order_of_the_tables_does_not_matter() -> None:
    sentences, articles = corpus({"A": 3, "B": 6})
    first = draw_sample(sentences, articles, CODEBOOK, n=9, by=["outlet"], seed=3)
    second = draw_sample(
        sentences.iloc[::-1], articles.iloc[::-1], CODEBOOK, n=9, by=["outlet"], seed=3
    )
    assert set(first["sentence_id"]) == set(second["sentence_id"])
    assert first["sample_id"].iloc[0] == second["sample_id"].iloc[0]


def test_titles_are_not_drawn() -> None:
    sentences, articles = corpus({"A": 2})
    titles = sentences.iloc[:2].assign(sentence_id=["t1", "t2"], unit="title")
    sample = draw_sample(pd.concat([sentences, titles]), articles, CODEBOOK, n=8)
    assert not sample["sentence_id"].isin(["t1", "t2"]).any()


def test_a_sheet_tells_nothing_of_the_machine_or_the_outlet() -> None:
    sentences, articles = corpus({"A": 3, "B": 6})
    labels = label(sentences, ["threat", "none"])
    sample = draw_sample(sentences, articles, CODEBOOK, n=12, by=["outlet", "frame"], labels=labels)
    sheet = make_sheet(sample, sentences, articles)
    assert list(sheet.columns) == [
        "sample_id", "sentence_id", "title", "before", "text", "frame", "stance", "target",
        "sentiment", "voice", "doubt", "comment", "coder",
    ]  # fmt: skip
    third = make_sheet(
        draw_sample(sentences, articles, CODEBOOK, n=36), sentences, articles
    ).set_index("sentence_id")
    assert third.loc["B2-2", "before"] == "Kalimat 0 dari B2. Kalimat 1 dari B2."
    assert third.loc["B2-0", "before"] == ""
    articles_in_order = third["title"].drop_duplicates()
    assert list(articles_in_order) != sorted(articles_in_order)


def coded() -> tuple[pd.DataFrame, pd.DataFrame]:
    sentences, articles = corpus({"A": 3, "B": 6})
    sample = draw_sample(sentences, articles, CODEBOOK, n=9, variables=["frame", "stance"])
    sheet = make_sheet(sample, sentences, articles)
    return sample, sheet.assign(
        frame="threat", stance="critical", target="russia", coder="K", comment=""
    )


def test_codes_come_back_into_the_sample() -> None:
    sample, sheet = coded()
    gold = merge_codes(sample, sheet.iloc[::-1], CODEBOOK)
    assert list(gold["sentence_id"]) == list(sample["sentence_id"])
    assert gold["inclusion_prob"].equals(sample["inclusion_prob"])
    stance = gold.loc[gold["variable"] == "stance"]
    assert set(stance["value"]) == {"critical"} and set(stance["target"]) == {"russia"}
    frame = gold.loc[gold["variable"] == "frame"]
    assert set(frame["value"]) == {"threat"} and set(frame["target"]) == {""}
    assert set(gold["coder"]) == {"K"}
    half = merge_codes(sample, sheet.iloc[:4], CODEBOOK)
    assert (half["value"] != "").sum() == 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda s: s.assign(frame="danger"),
            "F2, F3, .*F10: frame 'danger' is not in the codebook",
        ),
        (lambda s: s.assign(target="mars"), "H2, .*: target 'mars' is not in the codebook"),
        (
            lambda s: s.assign(text=s["text"].shift(1)),
            "E2: the text of the sentence was changed; E3, .*: the text of another",
        ),
        (lambda s: pd.concat([s, s.iloc[:1]]), "B11: .* stands twice, also in B2"),
        (lambda s: s.assign(sentence_id="x"), "B2, .*: 'x' is not in the sample"),
        (lambda s: s.assign(sample_id="other"), "A2, .*: of the sample 'other'"),
        (lambda s: s.drop(columns="frame"), "no column frame"),
    ],
)
def test_a_bad_sheet_is_refused(change, message: str) -> None:  # type: ignore[no-untyped-def]
    sample, sheet = coded()
    with pytest.raises(BingkaiError, match=message):
        merge_codes(sample, change(sheet), CODEBOOK)


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sentences, articles = corpus({"A": 3, "B": 6})
    labels = label(sentences, ["threat", "none"])
    for name, table in (("s", sentences), ("a", articles), ("l", labels)):
        write_table(table, tmp_path / f"{name}.csv")
    draw = [
        "sample", f"{tmp_path}/s.csv", "--articles", f"{tmp_path}/a.csv", "-n", "12",
        "--by", "outlet", "frame", "-o", f"{tmp_path}/sample.csv", "--sheet",
        f"{tmp_path}/sheet.csv",
    ]  # fmt: skip
    assert main(draw) == 2
    assert "need the machine's labels; give --labels" in capsys.readouterr().err
    assert main([*draw, "--labels", f"{tmp_path}/l.csv"]) == 0
    assert "12 sentences of 4 strata" in capsys.readouterr().err
    sheet = read_table(tmp_path / "sheet.csv").assign(frame="none")
    write_table(sheet, tmp_path / "sheet.csv")
    merge = ["merge", f"{tmp_path}/sample.csv", f"{tmp_path}/sheet.csv"]
    assert main([*merge, "-o", f"{tmp_path}/gold.csv"]) == 0
    assert "codes of 12 sentences: 12 of frame" in capsys.readouterr().err
    assert list(read_table(tmp_path / "gold.csv").columns) == [
        *COLUMNS["gold"], "doubt", "comment",
    ]  # fmt: skip
