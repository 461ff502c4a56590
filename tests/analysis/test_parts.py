"""Who says it: parts by hand, and that they add up."""

import pandas as pd
import pytest

from analysis.statistics.comparison import compare_outlets
from analysis.statistics.settings import Settings
from framing.schema import COLUMNS
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
OWN, FOREIGN = ("outlet", "own_words"), ("quoted", "foreign_government")
EXPERT = ("attributed", "expert")


def make_counts(*cells: tuple[str, str, str, tuple[str, str], int]) -> pd.DataFrame:
    """Make counts of (article, outlet, frame, (voice, source group), sentences)."""
    rows = [
        {
            "article_id": article, "outlet": outlet, "frame": frame, "voice": voice,
            "source_group": group, "n_sentences": n,
        }
        for article, outlet, frame, (voice, group), n in cells
    ]  # fmt: skip
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS["counts"])).assign(copied=False)


# A calls it a threat itself, B quotes a government that does: half of the sentences in each.
COUNTS = make_counts(
    ("a1", "A", "threat", OWN, 4), ("a1", "A", "economy", FOREIGN, 4),
    ("a2", "A", "threat", OWN, 2), ("a2", "A", "threat", EXPERT, 2), ("a2", "A", "economy", OWN, 4),
    ("b1", "B", "threat", FOREIGN, 4), ("b1", "B", "economy", OWN, 4),
    ("b2", "B", "threat", FOREIGN, 4), ("b2", "B", "economy", OWN, 4),
)  # fmt: skip


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return compare_outlets(COUNTS, CODEBOOK, Settings(n_permutations=99))


def part(table: pd.DataFrame, estimand: str, value: str, by: str, **more: str) -> dict[str, float]:
    rows = table.loc[
        (table["estimand"] == estimand) & (table["value"] == value) & (table["by"] == by)
    ]
    for column, wanted in more.items():
        rows = rows.loc[rows[column] == wanted]
    return dict(zip(rows["level"], rows["estimate"], strict=True))


def test_the_same_share_in_other_mouths(table: pd.DataFrame) -> None:
    groups = {"foreign_government": 0.0, "expert": 2 / 16, "own_words": 6 / 16}
    assert part(table, "part", "threat", "source_group", outlet="A") == groups
    groups = {"foreign_government": 0.5, "expert": 0.0, "own_words": 0.0}
    assert part(table, "part", "threat", "source_group", outlet="B") == groups
    gap = part(table, "part_difference", "threat", "voice")
    assert gap == {"outlet": 6 / 16, "attributed": 2 / 16, "quoted": -0.5}
    assert sum(gap.values()) == 0


def test_parts_add_up_to_the_share_and_differences_to_the_difference(table: pd.DataFrame) -> None:
    shares = table.loc[(table["estimand"] == "share") & (table["by"] == "")]
    shares = shares.loc[(shares["variable"] == "frame") & (shares["weight"] == "sentence")]
    for by in ("voice", "source_group"):
        for _, row in shares.iterrows():
            parts = part(table, "part", row["value"], by, outlet=row["outlet"])
            assert sum(parts.values()) == pytest.approx(row["estimate"])
        differences = table.loc[(table["estimand"] == "difference") & (table["by"] == "")]
        for _, row in differences.loc[differences["variable"] == "frame"].iterrows():
            parts = part(table, "part_difference", row["value"], by)
            assert sum(parts.values()) == pytest.approx(row["estimate"])


def test_a_part_has_an_interval_and_no_test(table: pd.DataFrame) -> None:
    rows = table.loc[table["estimand"] == "part_difference"]
    assert rows["conf_low"].notna().all() and rows["p_value"].isna().all()
    assert (rows["family"] == "").all()
    # A's own part by hand: 4 and 2 of 8 sentences; residuals +-1, leverages 1/2, of 16 sentences.
    own = table.loc[
        (table["estimand"] == "part") & (table["value"] == "threat") & (table["outlet"] == "A")
        & (table["level"] == "own_words")
    ]  # fmt: skip
    assert own["std_error"].item() == pytest.approx((2 * 1 / 0.5 / 16**2) ** 0.5)
