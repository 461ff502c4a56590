"""The project's own sentences: different from one another and from every real one."""

import itertools
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from nearness import near_pairs, shingles

from framing.inputs import read_units, to_sentences
from framing.scheme import read_codebook

ROOT = Path(__file__).parents[1]
TRAINING = pd.read_csv(ROOT / "framing/data/sentences.csv", dtype=str, keep_default_na=False)
MIN_WORDS = 6


@pytest.fixture(scope="module")
def demo() -> pd.DataFrame:
    return to_sentences(*read_units(ROOT / "paper/corpus"))


def _examples() -> list[str]:
    return [
        example
        for variable in read_codebook().variables
        for value in variable.values
        for example in value.examples
    ]


def _long(texts: list[str]) -> list[str]:
    return [text for text in texts if len(text.split()) >= MIN_WORDS]


def test_near_pairs_finds_what_is_near() -> None:
    left = ["Kapal itu berlayar menuju pelabuhan utara pada malam hari."]
    near = "Kapal itu berlayar menuju pelabuhan utara, kata saksi."
    far = "Kapal lain tenggelam di laut selatan kemarin."
    assert list(near_pairs(left, [near, far])) == [(left[0], near)]
    assert len(shingles(near)) == 5


def test_there_are_enough_training_sentences_of_every_frame() -> None:
    assert len(TRAINING) >= 4500
    frames = set(read_codebook().variable("frame").value_ids)
    lone = TRAINING.loc[TRAINING["article_id"] == "", "frame"].value_counts(normalize=True)
    assert set(lone.index) == frames
    assert lone.min() > 0.09 and lone.max() < 0.18
    in_articles = TRAINING.loc[TRAINING["article_id"] != "", "frame"].value_counts(normalize=True)
    assert set(in_articles.index) == frames
    assert in_articles.min() > 0.04 and in_articles.max() < 0.25


def test_training_articles_are_whole() -> None:
    sizes = TRAINING.loc[TRAINING["article_id"] != "", "article_id"].value_counts()
    assert len(sizes) >= 300
    assert sizes.between(6, 20).all()


def test_training_codes_are_the_codebook_s() -> None:
    for variable in read_codebook().variables:
        assert set(TRAINING[variable.id]) - {""} == set(variable.value_ids)
    assert (TRAINING["frame"] != "").all() and (TRAINING["voice"] != "").all()
    coded = (TRAINING[["stance", "sentiment"]] != "").all(axis=1)
    assert coded[TRAINING["article_id"] == ""].all()
    assert coded.mean() > 0.7


def test_a_target_stands_where_stance_is_not_neutral() -> None:
    neutral = TRAINING["stance"].isin(["neutral", ""])
    assert (TRAINING.loc[neutral, "target"] == "").all()


def test_training_sentences_are_different() -> None:
    texts = TRAINING["text"].str.casefold()
    assert texts.is_unique
    pair_of = dict(zip(TRAINING["text"], TRAINING["pair_id"], strict=True))
    near = [
        (one, other)
        for one, other in near_pairs(TRAINING["text"], TRAINING["text"], share=0.7)
        if one < other and not (pair_of[one] and pair_of[one] == pair_of[other])
    ]
    assert near == []


def test_training_sentences_have_the_length_of_news() -> None:
    words = TRAINING["text"].str.split().str.len()
    assert 14 <= words.mean() <= 26
    assert words.max() <= 60


def test_no_demo_sentence_is_near_a_training_sentence_or_an_example(demo: pd.DataFrame) -> None:
    texts = _long(demo["text"].tolist())
    assert list(near_pairs(texts, [*TRAINING["text"], *_examples()])) == []


def test_no_example_is_a_training_sentence() -> None:
    assert list(near_pairs(_examples(), TRAINING["text"])) == []


def test_the_demo_corpus_is_what_the_paper_says(demo: pd.DataFrame) -> None:
    articles, _ = read_units(ROOT / "paper/corpus")
    assert len(articles) >= 60
    assert articles["outlet"].nunique() == 5
    days = articles["published"].to_numpy()
    assert (days >= "2024-06-17").all() and (days <= "2024-06-23").all()
    assert articles.groupby("outlet")["published"].nunique().min() >= 5
    body = demo[demo["unit"] == "sentence"]
    assert body.groupby("article_id").size().between(10, 22).all()


def test_demo_sentences_repeat_only_where_a_dispatch_was_planted(demo: pd.DataFrame) -> None:
    body = demo[demo["unit"] == "sentence"]
    repeats = Counter(text for text in body["text"] if len(text.split()) >= MIN_WORDS)
    planted = {text for text, times in repeats.items() if times > 1}
    assert 5 <= len(planted) <= 30
    assert (body["copy_of"] != "").sum() >= 10


def _real_texts(shared: Path) -> list[str]:
    gold = pd.read_csv(shared / "gold/dev.csv", dtype=str, keep_default_na=False)["text"].tolist()
    pud = (shared / "segmentation/pud.txt").read_text(encoding="utf-8").splitlines()
    pages = [
        path.read_text(encoding="utf-8").splitlines() for path in (shared / "corpus").glob("*.txt")
    ]
    return _long([*gold, *pud, *itertools.chain.from_iterable(pages)])


def test_nothing_composed_is_near_a_real_sentence(shared: Path, demo: pd.DataFrame) -> None:
    composed = [*TRAINING["text"], *_examples(), *demo["text"]]
    assert list(near_pairs(_long(composed), _real_texts(shared))) == []
