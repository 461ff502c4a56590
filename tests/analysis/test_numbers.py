"""Numbers of the manuscript: worked out by hand from a corpus of five articles."""

import json
import math

import pandas as pd
import pytest

from analysis.writing.numbers import collect_numbers
from framing import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import Codebook, read_codebook

EVIDENCE = ["frame", "outlet", "article_id", "sentence_id", "text", "prob", "source"]


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook()


def count(article: str, outlet: str, n: int, **cell: object) -> dict[str, object]:
    empty = dict.fromkeys(COLUMNS["counts"], "") | {"copied": False}
    given = {"article_id": article, "outlet": outlet, "n_sentences": n}
    return empty | {"voice": "outlet", "published": "2031-05-02"} | given | cell


def estimate(estimand: str, **fields: object) -> dict[str, object]:
    empty = dict.fromkeys(COLUMNS["estimates"], "")
    numbers = {"n_sentences": 10, "n_articles": 2, "weight": "sentence", "copies": "in"}
    return empty | numbers | {"estimand": estimand, "variable": "frame"} | fields


def collect(
    codebook: Codebook,
    counts: list[dict[str, object]] | None = None,
    estimates: list[dict[str, object]] | None = None,
    evidence: list[list[object]] | None = None,
    **provenance: object,
) -> dict[str, object]:
    return collect_numbers(
        pd.DataFrame(counts or [count("a1", "Alfa", 10, frame="threat")]),
        pd.DataFrame(estimates or [], columns=list(COLUMNS["estimates"])),
        pd.DataFrame(evidence or [], columns=EVIDENCE),
        provenance,
        codebook,
    )


def test_corpus_counts_articles_sentences_days_and_copies(codebook):
    numbers = collect(
        codebook,
        [
            count("a1", "Alfa", 3, frame="threat"),
            count("a1", "Alfa", 2, frame="economy", copied=True),
            count("a2", "Alfa", 5, frame="threat", published="2031-05-04"),
            count("b1", "Beta", 10, frame="none", published=""),
        ],
    )
    corpus = numbers["corpus"]
    assert (corpus["n_articles"], corpus["n_sentences"], corpus["n_outlets"]) == (3, 20, 2)
    assert (corpus["first_day"], corpus["last_day"]) == ("2031-05-02", "2031-05-04")
    assert corpus["n_undated"] == 1
    assert (corpus["n_copied"], corpus["copied_share"]) == (2, 0.1)
    assert corpus["single"] == ["Beta"]
    assert corpus["n_comparable"] == 1
    alfa = corpus["outlets"][0]
    assert (alfa["name"], alfa["n_sentences"], alfa["copied_share"]) == ("Alfa", 10, 0.2)
    assert corpus["outlets"][1]["first_day"] is None


def test_leading_frame_leaves_no_frame_aside(codebook):
    shares = [("threat", 0.2), ("diplomacy", 0.3), ("none", 0.5)]
    rows = [estimate("share", value=value, outlet="Alfa", estimate=x) for value, x in shares]
    frame = collect(codebook, estimates=rows)["variables"]["frame"]
    assert [(cell["outlet"], cell["value"]) for cell in frame["leading"]] == [("Alfa", "diplomacy")]


def test_widest_gap_passes_over_lone_articles(codebook):
    rows = [
        estimate("share", value="threat", outlet=outlet, estimate=x, n_articles=n)
        for outlet, x, n in (("Alfa", 0.1, 2), ("Beta", 0.4, 3), ("Gama", 0.9, 1))
    ]
    widest = collect(codebook, estimates=rows)["variables"]["frame"]["widest"]
    assert (widest["most"]["outlet"], widest["least"]["outlet"]) == ("Beta", "Alfa")
    assert widest["gap"] == pytest.approx(0.3)


def test_differences_that_hold_are_turned_and_sorted_by_size(codebook):
    counts = [
        count("a1", "Alfa", 10, frame="threat"),
        count("b1", "Beta - Pagi", 10, frame="threat"),
        count("c1", "Gama", 10, frame="threat"),
    ]
    rows = [
        estimate("difference", value="threat", contrast="Alfa - Beta - Pagi", estimate=-0.2,
                 conf_low=-0.3, conf_high=-0.1, p_value=0.001, p_adjusted=0.01),
        estimate("odds_ratio", value="threat", contrast="Alfa - Beta - Pagi", estimate=0.25),
        estimate("difference", value="threat", contrast="Alfa - Gama", estimate=0.1,
                 conf_low=0.05, conf_high=0.15, p_value=0.002, p_adjusted=0.049),
        estimate("difference", value="economy", contrast="Alfa - Gama", estimate=0.5,
                 p_value=0.05, p_adjusted=0.05),
        estimate("difference", value="economy", contrast="Beta - Pagi - Gama", estimate=0.5,
                 reason="Gama: one article"),
    ]  # fmt: skip
    found = collect(codebook, counts, rows)["variables"]["frame"]["differences"]
    assert (found["n"], found["n_tested"], found["n_held"]) == (4, 3, 2)
    assert found["reasons"] == ["Gama: one article"]
    first, second = found["held"]
    assert (first["more"], first["less"], first["estimate"]) == ("Beta - Pagi", "Alfa", 0.2)
    assert (first["conf_low"], first["conf_high"], first["odds_ratio"]) == (0.1, 0.3, 4.0)
    assert (second["more"], second["less"], second["odds_ratio"]) == ("Alfa", "Gama", None)


@pytest.mark.parametrize(("p", "found"), [("0.04", True), ("0.05", False), ("", None)])
def test_the_test_finds_only_below_the_level(codebook, p, found):
    row = estimate("permutation", estimate="2.5", p_value=p, p_adjusted=p, reason="why")
    assert collect(codebook, estimates=[row])["variables"]["frame"]["test"]["found"] is found


def test_weight_gap_is_the_largest_change_of_a_share(codebook):
    rows = [
        estimate("share", value=value, outlet="Alfa", estimate=x, weight=weight)
        for weight, shares in (("sentence", (0.2, 0.5)), ("article", (0.25, 0.3)))
        for value, x in zip(("threat", "economy"), shares, strict=True)
    ]
    frame = collect(codebook, estimates=rows)["variables"]["frame"]
    assert frame["weight_gap"] == pytest.approx(0.2)
    assert len(frame["shares"]) == 2  # of the study's weight only


def test_voice_names_the_frames_at_both_ends(codebook):
    rows = [
        estimate("share", variable="voice", value="outlet", by="frame", level=level, estimate=x)
        for level, x in (("threat", 0.2), ("economy", 0.7), ("none", 0.95))
    ]
    rows.append(rows[0] | {"level": "protocol", "estimate": 1.0, "n_sentences": 9})
    voice = collect(codebook, estimates=rows)["voice"]
    assert voice["most_own"]["frame"] == "economy"
    assert voice["least_own"]["frame"] == "threat"
    assert voice["least_own"]["sourced"] == pytest.approx(0.8)
    rare = collect(codebook, estimates=rows[-1:])["voice"]
    assert rare["most_own"] is None
    assert len(rare["frames"]) == 1


def test_stance_is_counted_by_target(codebook):
    counts = [
        count("a1", "Alfa", 9, stance="critical", target="russia"),
        count("a1", "Alfa", 3, stance="supportive", target="russia"),
        count("a1", "Alfa", 3, stance="supportive", target="west"),
        count("a1", "Alfa", 9, stance="neutral"),
    ]
    rows = [
        estimate("share", variable="stance", value="critical", by="target", level=target,
                 outlet="Alfa", estimate=0.1)
        for target in ("west", "russia")
    ]  # fmt: skip
    stance = collect(codebook, counts, rows)["stance"]
    assert (stance["n_sentences"], stance["n_targeted"]) == (24, 15)
    first, second = stance["targets"]
    assert (first["name"], first["n_critical"], first["critical_share"]) == ("Russia", 9, 0.75)
    assert (second["n_sentences"], second["critical_share"]) == (3, None)  # too few for a share


def test_without_stance_voice_evidence_and_model_there_is_none_of_them(codebook):
    numbers = collect(codebook)
    assert numbers["stance"] is None
    assert numbers["voice"] is None
    assert numbers["evidence"] == []
    assert numbers["model"]["encoder"] is None
    assert numbers["inputs"] is None


def test_evidence_is_the_surest_sentence_of_a_frame_in_the_order_of_the_codebook(codebook):
    rows = [
        ["economy", "Alfa", "a", "s1", "Satu.", "0.8", ""],
        ["threat", "Alfa", "a", "s2", "Dua.", "0.9", ""],
        ["economy", "Beta", "b", "s3", "Tiga.", "0.95", ""],
    ]
    evidence = collect(codebook, evidence=rows)["evidence"]
    assert [(e["frame"], e["outlet"]) for e in evidence] == [
        ("threat", "Alfa"),
        ("economy", "Beta"),
    ]


def test_unlikely_evidence_is_left_out_and_a_bad_probability_named(codebook):
    row = ["economy", "Alfa", "a", "s1", "Satu.", "0.49", ""]
    assert collect(codebook, evidence=[row])["evidence"] == []
    row[5] = "high"
    with pytest.raises(BingkaiError, match="evidence: the prob of sentence_id s1 is 'high'"):
        collect(codebook, evidence=[row])


def test_labels_are_counted_by_variable(codebook):
    counts = [count("a1", "Alfa", 6, frame="threat"), count("a1", "Alfa", 4, frame="")]
    labelled = collect(codebook, counts)["corpus"]["labelled"]
    assert [(x["variable"], x["n_sentences"], x["complete"]) for x in labelled] == [
        ("frame", 6, False),
        ("voice", 10, True),
    ]


def test_sources_in_no_named_group_are_counted_apart(codebook):
    counts = [
        count("a1", "Alfa", 6, voice="quoted", source_group="other"),
        count("a1", "Alfa", 3, voice="quoted", source_group="expert"),
        count("a1", "Alfa", 1, voice="attributed", source_group="ordinary_people"),
        count("a1", "Alfa", 5, source_group="own_words"),
    ]
    sources = collect(codebook, counts)["sources"]
    assert (sources["n_placed"], sources["n_unplaced"]) == (4, 6)
    assert [(x["group"], x["share"]) for x in sources["groups"]] == [
        ("expert", 0.75),
        ("ordinary_people", 0.25),
    ]


def test_an_outlet_of_few_sentences_leads_with_nothing_and_is_no_end_of_a_gap(codebook):
    rows = [
        estimate("share", value="threat", outlet=outlet, estimate=x, n_sentences=n)
        for outlet, x, n in (("Alfa", 0.1, 10), ("Beta", 0.4, 10), ("Gama", 0.9, 9))
    ]
    frame = collect(codebook, estimates=rows)["variables"]["frame"]
    assert [cell["outlet"] for cell in frame["leading"]] == ["Alfa", "Beta"]
    assert frame["widest"]["most"]["outlet"] == "Beta"


@pytest.mark.parametrize(
    ("encoder", "name", "bits"),
    [
        ("e5-small-int8-12ab+34cd", "multilingual-e5-small", 8),
        ("e5-small", "multilingual-e5-small", None),
        ("mine-e5", None, None),
    ],
)
def test_the_encoder_is_called_by_its_published_name(codebook, encoder, name, bits):
    model = collect(codebook, model={"encoder": encoder})["model"]
    assert (model["encoder_name"], model["encoder_bits"]) == (name, bits)


def test_only_names_are_in_the_language_of_the_study(codebook):
    frame = codebook.variable("frame")
    found = collect(codebook, study={"language": "id"})["codebook"]["variables"]["frame"]
    assert found["name"] == frame.name.id
    assert found["definition"] == frame.definition.en
    assert found["values"][0]["definition"] == frame.values[0].definition.en


def test_copies_left_out_are_left_out_of_stance_and_sources(codebook):
    counts = [
        count("a1", "Alfa", 4, stance="critical", target="russia", copied=True,
              voice="quoted", source_group="expert"),
        count("a1", "Alfa", 5, stance="critical", target="russia", voice="quoted",
              source_group="expert"),
    ]  # fmt: skip
    row = estimate("share", variable="stance", value="critical", by="target", level="russia",
                   copies="out", estimate=0.1)  # fmt: skip
    numbers = collect(codebook, counts, [row], settings={"copies": "out"})
    assert numbers["stance"]["n_sentences"] == 5
    assert numbers["sources"]["groups"][0]["n_sentences"] == 5
    assert numbers["corpus"]["n_sentences"] == 9


def test_numbers_are_plain_json_and_do_not_depend_on_the_order_of_counts(codebook):
    counts = [count(f"a{i}", "Alfa", i, frame="threat") for i in range(1, 5)]
    one = collect(codebook, counts, inputs={"b.txt": "22", "a.txt": "11"})
    two = collect(codebook, counts[::-1], inputs={"a.txt": "11", "b.txt": "22"})
    assert json.dumps(one, sort_keys=True, allow_nan=False) == json.dumps(two, sort_keys=True)
    assert one["inputs"]["n_files"] == 2


def test_numbers_typed_or_read_as_text_are_the_same(codebook):
    typed = [estimate("share", value="threat", outlet="Alfa", estimate=0.5, conf_low=math.nan)]
    texts = [{name: str(value) for name, value in typed[0].items()} | {"conf_low": ""}]
    assert collect(codebook, estimates=typed) == collect(codebook, estimates=texts)


def test_a_missing_column_is_named(codebook):
    with pytest.raises(BingkaiError, match="estimates table lacks the column.*family"):
        collect_numbers(
            pd.DataFrame([count("a1", "Alfa", 1, frame="threat")]),
            pd.DataFrame(columns=list(COLUMNS["estimates"])).drop(columns="family"),
            pd.DataFrame(columns=EVIDENCE),
            {},
            codebook,
        )
