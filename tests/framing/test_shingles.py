"""Overlaps of texts: by hand, and against a plain comparison of every pair."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framing.language.shingles import MOST_TEXTS, find_overlaps, measure_overlap, split_words


def compare_plainly(texts: list[list[str]], least: float) -> dict[tuple[int, int], float]:
    """Return the pairs and overlaps by sets of runs, every text with every other."""
    runs = [{tuple(words[n : n + 3]) for n in range(len(words) - 2)} for words in texts]
    found = {}
    for left, right in itertools.combinations(range(len(texts)), 2):
        shorter = min(len(runs[left]), len(runs[right]))
        common = len(runs[left] & runs[right])
        if common and common / shorter >= least:
            found[left, right] = common / shorter
    return found


def test_overlap_by_hand() -> None:
    """Runs of the first: abc bcd cde def; of the second: abc bcd cdx dxy xyz; two in common."""
    overlaps = find_overlaps([list("abcdef"), list("abcdxyz"), list("qrstuv")], least=0.1)
    assert [overlaps.left.tolist(), overlaps.right.tolist()] == [[0], [1]]
    assert overlaps.runs.tolist() == [0.5]
    assert overlaps.words.tolist() == [4 / 6]
    assert measure_overlap(list("abcdef"), list("abcdxyz")) == 0.5


def test_an_added_half_sentence_takes_nothing_from_the_overlap() -> None:
    short = split_words("Kapal itu berlayar menuju pelabuhan utara")
    long = split_words("Kapal itu berlayar menuju pelabuhan utara, kata saksi di dermaga.")
    assert measure_overlap(short, long) == 1


def test_texts_shorter_than_a_run_overlap_with_nothing() -> None:
    assert measure_overlap(["satu", "dua"], ["satu", "dua"]) == 0
    assert len(find_overlaps([[], ["satu"], ["satu", "dua"]], least=0.1).left) == 0
    assert len(find_overlaps([], least=0.1).left) == 0


def test_words_are_folded() -> None:
    assert split_words("“KAPAL-kapal” itu, ﬁksi!") == ["kapal", "kapal", "itu", "fiksi"]


def test_a_set_phrase_suggests_no_pair_but_counts_in_one() -> None:
    phrase = ["kata", "juru", "bicara"]
    many = [[*phrase, f"x{n}", f"y{n}", f"z{n}"] for n in range(MOST_TEXTS + 1)]
    assert len(find_overlaps(many, least=0.1).left) == 0
    pair = [*phrase, "itu", "lagi", "nian"]
    overlaps = find_overlaps([*many, pair, pair], least=0.9)
    assert overlaps.left.tolist() == [MOST_TEXTS + 1]
    assert overlaps.runs.tolist() == [1]


@given(
    st.lists(st.lists(st.sampled_from("abcd"), max_size=9), max_size=9),
    st.sampled_from([0.2, 0.5, 1.0]),
)
@settings(max_examples=60)
def test_the_same_as_a_comparison_of_every_pair(texts: list[list[str]], least: float) -> None:
    overlaps = find_overlaps(texts, least=least)
    pairs = zip(overlaps.left.tolist(), overlaps.right.tolist(), strict=True)
    found = dict(zip(pairs, overlaps.runs.tolist(), strict=True))
    assert found == pytest.approx(compare_plainly(texts, least))
