"""Words: a published example, a hand computation, articles as clusters, and what is kept."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from analysis.statistics.settings import Settings
from analysis.statistics.words import cluster_errors, compare_words, count_words, weigh_log_odds
from framing.schema import COLUMNS

FOX = "the quick brown fox jumps over the lazy pig"
DONKEY = "the lazy purple pig jumps over the lazier donkey"


def test_the_example_of_the_package_fightin_words() -> None:
    """Its README gives z with a prior of 0.05 a word for these two documents."""
    known = sorted(set(f"{FOX} {DONKEY}".split()))
    here, elsewhere = (
        np.array([text.split().count(word) for word in known], dtype=float)
        for text in (FOX, DONKEY)
    )
    z = dict(zip(known, weigh_log_odds(here, elsewhere, np.full(11, 0.05)).z, strict=True))
    for word in ("donkey", "lazier", "purple"):
        assert z[word] == pytest.approx(-0.6894227886807968)
    for word in ("brown", "fox", "quick"):
        assert z[word] == pytest.approx(0.6894227886807968)
    for word in ("jumps", "lazy", "over", "pig", "the"):
        assert z[word] == pytest.approx(0)


def test_an_informative_prior_by_hand() -> None:
    """Uses 8 of 20 here and 2 of 20 elsewhere; the prior adds 3 of 10 to both.

    Log-odds log(11 / 19) and log(5 / 25): their difference is log(55 / 19) = 1.06290; the standard
    error is sqrt(1 / 11 + 1 / 5) = 0.53936.
    """
    weighed = weigh_log_odds(np.array([8.0, 12]), np.array([2.0, 18]), np.array([3.0, 7]))
    assert weighed.log_odds[0] == pytest.approx(np.log(55 / 19))
    assert weighed.std_errors[0] == pytest.approx(0.53936, abs=5e-6)
    assert weighed.z[0] == pytest.approx(1.97067, abs=5e-5)
    assert weighed.log_odds[1] == pytest.approx(-weighed.log_odds[0])  # there are two words


def test_clustered_errors_are_the_sum_over_articles_written_out() -> None:
    """The same formula, article by article with plain arrays; two articles stand on both sides."""
    rng = np.random.default_rng(3)
    here, elsewhere = rng.poisson(1.5, (2, 6, 4)).astype(float)
    here[4:], elsewhere[:2] = 0, 0
    prior = np.array([0.5, 1, 2, 0.25])
    influence = np.zeros((6, 4))
    for sign, side in ((1, here), (-1, elsewhere)):
        uses = side.sum(axis=0) + prior
        p = uses / uses.sum()
        for i in range(6):
            influence[i] += sign * (side[i] - p * side[i].sum()) / (uses.sum() * p * (1 - p))
    expected = np.sqrt((influence**2).sum(axis=0) * 6 / 5)
    found = cluster_errors(sparse.csr_array(here), sparse.csr_array(elsewhere), prior)
    assert found == pytest.approx(expected)


def test_words_of_one_article_are_less_sure_than_of_many() -> None:
    prior, rest = np.array([1.0, 9]), sparse.csr_array(np.array([[0.0, 0], [2, 18], [2, 18]]))
    spread = [np.array([[4.0, 6], [4, 6], [0, 0]]), np.array([[8.0, 2], [0, 10], [0, 0]])]
    even, odd = (cluster_errors(sparse.csr_array(side), rest, prior)[0] for side in spread)
    assert even < odd


def make_tables(
    texts: dict[str, list[tuple[str, str]]],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make labels, sentences and articles of outlet: [(text, frame), ...], one an article."""
    rows = [
        {"outlet": outlet, "article_id": f"{outlet}-{n}", "text": text, "frame": frame}
        for outlet, group in texts.items()
        for n, (text, frame) in enumerate(group)
    ]
    table = pd.DataFrame(rows).assign(unit="sentence", copy_of="", published="", agency="")
    table["sentence_id"] = table["article_id"]
    labels = table[["sentence_id"]].assign(variable="frame", value=table["frame"], prob=0.9)
    return (
        labels,
        table.drop(columns="frame"),
        table[["article_id", "outlet", "published", "agency"]],
    )


# Composed.
TABLES = make_tables(
    {
        "Kabar Rekaan": [
            (f"Kabar Rekaan menulis kapal perang {place} berlayar.", "threat")
            for place in ("utara", "selatan", "timur")
        ],
        "Lensa Fiktif": [
            (f"Pedagang {goods} di pasar yang ramai menunggu pembeli.", "economy")
            for goods in ("beras", "ikan", "garam", "kain")
        ],
    }
)


def test_words_of_outlets_and_frames() -> None:
    words, examples = compare_words(*TABLES, Settings())
    assert list(words.columns) == list(COLUMNS["words"])
    assert list(examples.columns) == list(COLUMNS["word_examples"])
    found = {
        side: set(rows["word"]) for side, rows in words.groupby(["outlet", "frame"], sort=False)
    }
    # Not "utara" (one use), not "di" and "yang" (function words), not the outlet's own name.
    kapal = {"kapal", "perang", "berlayar", "menulis"}
    pasar = {"pedagang", "pasar", "ramai", "menunggu", "pembeli"}
    assert found["Kabar Rekaan", ""] == kapal
    assert found["Lensa Fiktif", ""] == found["", "economy"] == pasar
    assert found["", "threat"] == kapal | {"kabar", "rekaan"}
    assert ("Kabar Rekaan", "threat") not in found  # nobody else has the frame
    kapal_rows = examples.loc[
        (examples["outlet"] == "Kabar Rekaan") & (examples["word"] == "kapal")
    ]
    assert kapal_rows["rank"].tolist() == [1, 2, 3]
    assert kapal_rows["text"].str.contains("kapal").all()
    assert set(words["copies"]) == {"in"}


def test_copies_are_compared_in_and_out() -> None:
    labels, sentences, articles = TABLES
    copied = sentences.assign(copy_of=["", "Kabar Rekaan-0", "", "", "", "", ""])
    words, _ = compare_words(labels, copied, articles, Settings())
    assert words["copies"].unique().tolist() == ["in", "out"]
    kabar = words.loc[words["outlet"] == "Kabar Rekaan"]
    assert set(kabar["copies"]) == {"in"}  # without the copy, no word is used three times


def test_a_word_of_one_article_is_left_out() -> None:
    text = "Kapal kapal kapal kapal berlayar."
    tables = make_tables({"A": [(text, "threat")], "B": [("Pasar itu sepi.", "economy")] * 3})
    words, _ = compare_words(*tables, Settings())
    assert "kapal" not in set(words["word"])


def test_words_are_letters_with_inner_hyphens() -> None:
    sentences = pd.DataFrame({"text": ["Anak-anak ber-KTP 17 tahun — A, B2B dan Jum’at"]})
    assert count_words(sentences).words.tolist() == ["anak-anak", "at", "ber-ktp", "jum", "tahun"]
