import io

import pandas as pd
import pytest

from analysis.statistics.counts import check_counts, count_cells, keep_copies
from analysis.statistics.settings import Copies
from framing.errors import BingkaiError
from framing.schema import COLUMNS
from framing.scheme import Codebook, read_codebook


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook()


def make_articles() -> pd.DataFrame:
    rows = [("a1", "Harian Satu", "2024-06-19"), ("a2", "Harian Dua", "")]
    table = pd.DataFrame(rows, columns=["article_id", "outlet", "published"])
    return table.reindex(columns=list(COLUMNS["articles"]), fill_value="")


def make_sentences() -> pd.DataFrame:
    rows = [
        ("s0", "a1", "title", "", ""),
        ("s1", "a1", "sentence", "", ""),
        ("s2", "a1", "sentence", "", ""),
        ("s3", "a1", "sentence", "expert", ""),
        ("s4", "a2", "sentence", "", "s1"),
        ("s5", "a2", "sentence", "", None),
    ]
    columns = ["sentence_id", "article_id", "unit", "source_group", "copy_of"]
    return pd.DataFrame(rows, columns=columns).reindex(
        columns=list(COLUMNS["sentences"]), fill_value=""
    )


def make_labels() -> pd.DataFrame:
    """Make labels of every sentence; an empty value is meant to be none."""
    rows = [
        ("s0", "frame", "threat", ""),
        ("s0", "stance", "neutral", ""),
        ("s1", "frame", "threat", ""),
        ("s1", "stance", "critical", "russia"),
        ("s2", "frame", "threat", ""),
        ("s2", "stance", "critical", "russia"),
        ("s3", "frame", "economy", ""),
        ("s3", "stance", "neutral", ""),
        ("s4", "frame", "threat", ""),
        ("s4", "stance", "neutral", ""),
        ("s5", "frame", "", ""),
        ("s5", "stance", "", ""),
        *[(f"s{i}", "voice", "quoted" if i == 3 else "", "") for i in range(6)],
    ]
    table = pd.DataFrame(rows, columns=["sentence_id", "variable", "value", "target"])
    return table.reindex(columns=list(COLUMNS["labels"]), fill_value="")


def count() -> pd.DataFrame:
    return count_cells(make_labels(), make_sentences(), make_articles())


def test_equal_sentences_share_a_row_and_titles_are_left_out() -> None:
    counts = count()
    assert list(counts.columns) == list(COLUMNS["counts"])
    assert counts["n_sentences"].sum() == 5
    threat = counts.loc[(counts["article_id"] == "a1") & (counts["frame"] == "threat")].iloc[0]
    assert threat["n_sentences"] == 2
    assert (threat["stance"], threat["target"], threat["voice"]) == ("critical", "russia", "")
    assert (threat["outlet"], threat["published"]) == ("Harian Satu", "2024-06-19")


def test_titles_count_when_asked_for() -> None:
    counts = count_cells(
        make_labels(), make_sentences(), make_articles(), units=("title", "sentence")
    )
    assert counts["n_sentences"].sum() == 6


def test_a_copy_is_marked_and_a_sentence_labelled_as_none_still_counts() -> None:
    second = count().query("article_id == 'a2'").set_index("frame")
    assert bool(second.loc["threat", "copied"])
    assert not bool(second.loc["", "copied"])


def test_copies_can_be_left_out() -> None:
    counts = count()
    assert keep_copies(counts, Copies.IN) is counts
    assert keep_copies(counts, Copies.OUT)["n_sentences"].sum() == 4
    with pytest.raises(BingkaiError, match="every sentence is a copy"):
        keep_copies(counts.assign(copied=True), Copies.OUT)


def test_counts_survive_a_file(codebook: Codebook) -> None:
    counts = check_counts(count(), codebook)
    text = io.StringIO(counts.to_csv(index=False))
    back = check_counts(pd.read_csv(text, dtype=str, keep_default_na=False), codebook)
    assert back.astype(object).equals(counts.astype(object))


def test_order_of_rows_does_not_matter(codebook: Codebook) -> None:
    counts = count()
    shuffled = counts.sample(frac=1, random_state=1)
    assert check_counts(shuffled, codebook).equals(check_counts(counts, codebook))


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("labels", {"sentence_id": "s9"}, "sentence_id s9 is not in the sentences table"),
        ("sentences", {"article_id": "a9"}, "article_id a9 is not in the articles table"),
        ("articles", {"outlet": ""}, "article a1 has no outlet"),
        ("articles", {"article_id": "a2"}, "articles: a2 stands twice"),
        ("sentences", {"sentence_id": "s1"}, "sentences: s1 stands twice"),
        ("labels", {"sentence_id": "s1"}, "labels: s1, frame stands twice; keep one label"),
        (
            "labels",
            {"variable": "tone"},
            "labels: no variable 'tone' can be compared, only frame, s",
        ),
        ("articles", {"published": "19/06/2024"}, "article a1 is published '19/06/2024'; write YY"),
        ("articles", {"published": "20240619"}, "article a1 is published '20240619'"),
        ("articles", {"published": "2024-02-30"}, "article a1 is published '2024-02-30'"),
    ],
)
def test_keys_that_do_not_fit_are_named(table: str, change: dict[str, str], message: str) -> None:
    tables = {
        "labels": make_labels(),
        "sentences": make_sentences(),
        "articles": make_articles(),
    }
    for column, value in change.items():
        tables[table].loc[0, column] = value
    with pytest.raises(BingkaiError, match=message):
        count_cells(**tables)


def test_labels_of_several_labelers_are_refused() -> None:
    labels = make_labels().assign(labeler="model-2")
    labels.loc[3, "labeler"] = "model-1"
    message = (
        r"labels: 2 labelers, 'model-1', 'model-2'; keep the rows of one, "
        r"such as labels\[labels\['labeler'\] == 'model-2'\]"
    )
    with pytest.raises(BingkaiError, match=message):
        count_cells(labels, make_sentences(), make_articles())
    # Two labels of every sentence, one by each, are refused for the same reason.
    labels = pd.concat([make_labels().assign(labeler=name) for name in ("model-1", "model-2")])
    with pytest.raises(BingkaiError, match=message):
        count_cells(labels, make_sentences(), make_articles())


@pytest.mark.parametrize("prob", ["1.2", "-0.1", "sure", "nan", "inf", "", 2, float("nan")])
def test_probabilities_that_cannot_be_are_named(prob: object) -> None:
    labels = make_labels().assign(prob=0.5).astype({"prob": object})
    labels.loc[2, "prob"] = prob
    with pytest.raises(BingkaiError, match=r"prob of sentence_id s1 is '.*'; write a number from"):
        count_cells(labels, make_sentences(), make_articles())


def test_an_empty_value_needs_no_probability() -> None:
    labels = make_labels().assign(prob=0.5).astype({"prob": object})
    labels.loc[2, ["value", "prob"]] = ["", ""]
    counts = count_cells(labels, make_sentences(), make_articles())
    assert counts["n_sentences"].sum() == (make_sentences()["unit"] == "sentence").sum()


def test_probabilities_may_be_numbers_texts_or_none_at_all() -> None:
    expected = count()
    for prob in (0, 1.0, "0.25", "", None):
        counts = count_cells(make_labels().assign(prob=prob), make_sentences(), make_articles())
        pd.testing.assert_frame_equal(counts, expected)


def test_sentences_that_lack_a_label_are_counted_and_named() -> None:
    labels = make_labels()
    lost = (labels["variable"] == "frame") & labels["sentence_id"].isin(["s2", "s4"])
    with pytest.raises(BingkaiError, match=r"2 sentences lack `frame`, such as s2; label them"):
        count_cells(labels[~lost], make_sentences(), make_articles())
    # Titles are not counted here, and need no labels.
    titles = labels["sentence_id"] == "s0"
    pd.testing.assert_frame_equal(
        count_cells(labels[~titles], make_sentences(), make_articles()), count()
    )
    with pytest.raises(BingkaiError, match="1 sentence lacks `frame`, such as s0"):
        count_cells(labels[~titles], make_sentences(), make_articles(), units=("title", "sentence"))


def test_nothing_to_count_is_said() -> None:
    with pytest.raises(BingkaiError, match="articles: the table is empty"):
        count_cells(make_labels(), make_sentences(), make_articles().iloc[:0])
    titles = make_sentences().query("unit == 'title'")
    with pytest.raises(BingkaiError, match="none has the unit sentence"):
        count_cells(make_labels().iloc[:1], titles, make_articles())
    with pytest.raises(BingkaiError, match=r"lacks the column\(s\) value"):
        count_cells(make_labels().drop(columns="value"), make_sentences(), make_articles())


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("frame", "danger", "frame 'danger' is not in the codebook foreign-affairs"),
        ("target", "atlantis", "target 'atlantis' is not in the codebook"),
        ("source_group", "ghost", "source_group 'ghost' is not in the codebook"),
        ("outlet", "", "article a1 has no outlet"),
        ("outlet", "Harian Tiga", "article a1 stands under two outlets"),
        ("n_sentences", "many", "n_sentences is 'many'"),
        ("n_sentences", "-1", "n_sentences is '-1'"),
        ("n_sentences", "1.5", "n_sentences is '1.5'"),
        ("copied", "perhaps", "copied is 'perhaps'"),
    ],
)
def test_counts_that_cannot_be_are_named(
    codebook: Codebook, column: str, value: str, message: str
) -> None:
    counts = count().astype(object)
    counts.loc[0, column] = value
    with pytest.raises(BingkaiError, match=message):
        check_counts(counts, codebook)


def test_an_empty_table_is_refused(codebook: Codebook) -> None:
    with pytest.raises(BingkaiError, match="counts: the table is empty"):
        check_counts(count().iloc[:0], codebook)
