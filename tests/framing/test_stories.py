"""Wire stories: which articles tell the same one."""

import pandas as pd

from framing.stories import group_stories


def make(
    shared: dict[tuple[str, str], int], *, size: int = 10
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make articles of `size` sentences, pairs of which share some of their first sentences."""
    names = sorted({name for pair in shared for name in pair})
    copy_of = {}
    for (origin, copy), n in shared.items():
        copy_of.update({f"{copy}-{place}": f"{origin}-{place}" for place in range(n)})
    rows = [
        {"sentence_id": f"{name}-{place}", "article_id": name}
        for name in names
        for place in range(size)
    ]
    sentences = pd.DataFrame(rows)
    sentences["copy_of"] = [copy_of.get(name, "") for name in sentences["sentence_id"]]
    articles = pd.DataFrame({"article_id": names, "published": "2024-06-19", "outlet": names})
    return sentences, articles.assign(agency="")


def test_a_fifth_of_the_shorter_article_makes_a_story() -> None:
    stories = group_stories(*make({("a", "b"): 2, ("c", "d"): 1, ("e", "f"): 0}))
    assert stories.to_dict() == {"a": "a", "b": "a", "c": "c", "d": "d", "e": "e", "f": "f"}


def test_two_sentences_of_a_long_article_make_none() -> None:
    assert group_stories(*make({("a", "b"): 2}, size=11)).to_dict() == {"a": "a", "b": "b"}


def test_a_story_is_called_after_its_earliest_article() -> None:
    sentences, articles = make({("a", "b"): 5, ("a", "c"): 5})
    articles["published"] = ["", "2024-06-20", "2024-06-18"]
    assert set(group_stories(sentences, articles)) == {"c"}


def test_without_copies_every_article_is_its_own() -> None:
    assert group_stories(*make({("a", "b"): 0})).tolist() == ["a", "b"]
