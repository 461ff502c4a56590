import pandas as pd

from framing.coverage import describe_coverage, measure_coverage

SENTENCES = pd.DataFrame({"sentence_id": list("stuv"), "article_id": ["a", "a", "a", "b"]})
ARTICLES = pd.DataFrame({"article_id": ["a", "b"], "outlet": ["Harian", "Kabar"]})
LABELS = pd.DataFrame(
    {
        "sentence_id": [*"stuv", *"stuv"],
        "variable": ["frame"] * 4 + ["stance"] * 4,
        "value": ["threat", "", "", "none", "neutral", "neutral", "critical", ""],
    }
)


def test_coverage_by_hand() -> None:
    table = measure_coverage(LABELS, SENTENCES, ARTICLES).set_index(["variable", "outlet"])
    assert table["coverage"].to_dict() == {
        ("frame", ""): 2 / 4,
        ("frame", "Harian"): 1 / 3,
        ("frame", "Kabar"): 1.0,
        ("stance", ""): 3 / 4,
        ("stance", "Harian"): 1.0,
        ("stance", "Kabar"): 0.0,
    }
    assert table.loc[("frame", ""), ["n_sentences", "n_labelled"]].tolist() == [4, 2]


def test_without_outlets_there_is_one_part() -> None:
    assert measure_coverage(LABELS, SENTENCES)["outlet"].tolist() == ["", ""]
    rows = SENTENCES.drop(columns="article_id")
    assert measure_coverage(LABELS, rows, rows)["coverage"].tolist() == [0.5, 0.75]


def test_the_lines_name_the_outlets_with_least_and_most() -> None:
    assert list(describe_coverage(LABELS, SENTENCES, ARTICLES)) == [
        "frame      50% have a label (33% in Harian to 100% in Kabar)",
        "stance     75% have a label (0% in Kabar to 100% in Harian)",
    ]
    assert list(describe_coverage(LABELS, SENTENCES)) == [
        "frame      50% have a label",
        "stance     75% have a label",
    ]
