from pathlib import Path

import pytest

from analysis.study import read_study
from framing.errors import BingkaiError

STUDY = """
[study]
title = "A small study"
corpus = "pages"
seed = 3

[statistics]
conf_level = 0.9
contrasts = [["A", "B"]]
"""


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "pages").mkdir()

    def write(text: str) -> Path:
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        return tmp_path / "study.toml"

    return write


def test_a_study_is_read_with_its_defaults(write, tmp_path: Path) -> None:
    study = read_study(write(STUDY))
    assert study.title == "A small study"
    assert study.corpus == tmp_path / "pages"
    assert study.statistics.conf_level == 0.9
    assert study.statistics.seed == 3
    assert study.statistics.contrasts == (("A", "B"),)
    assert study.statistics.events == ()
    assert study.formats == ("pdf", "docx", "tex")
    assert study.codebook is None
    assert not study.composed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("seed", "sed"), "[study] has an unknown key 'sed'"),
        (lambda text: text.replace("[statistics]", "[statstics]"), "unknown key 'statstics'"),
        (
            lambda text: text.replace("seed = 3", 'seed = "three"'),
            "seed = 'three' is no whole number",
        ),
        (lambda text: text.replace("seed = 3", "seed = true"), "seed = True is no whole number"),
        (lambda text: text.replace("0.9", "1.5"), "conf_level is 1.5"),
        (lambda text: text.replace('[["A", "B"]]', '["A", "B"]'), "contrasts"),
        (lambda text: text + 'events = ["2024-06-19"]', "write events as"),
        (lambda text: text + 'events = [["19 June", "x"]]', "events are days and names"),
        (lambda text: text + 'period = "hour"', "period is 'hour'"),
        (lambda text: text.replace('corpus = "pages"', 'corpus = "nowhere"'), "there is no"),
        (lambda text: text.replace('title = "A small study"\n', ""), "lacks the key 'title'"),
        (lambda text: text + '[draw]\nfigures = ["pie"]\n', "figures 'pie' is unknown"),
        (lambda text: text + '[write]\nformats = ["rtf"]\n', "formats 'rtf' is unknown"),
        (lambda text: text + "[statistics]\n", "not valid TOML"),
        (lambda text: text.replace("seed = 3", 'language = "fr"'), "language 'fr' is unknown"),
        (lambda text: text.replace("seed = 3", 'authors = "me"'), "authors = 'me' is no list"),
    ],
)
def test_a_wrong_study_is_refused_in_one_line(write, change, message: str) -> None:
    with pytest.raises(BingkaiError) as caught:
        read_study(write(change(STUDY)))
    assert message in str(caught.value)
    assert "study.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_events_and_the_period_are_read(write) -> None:
    text = STUDY + 'events = [["2024-06-19", "Treaty"]]\nperiod = "week"\n'
    settings = read_study(write(text)).statistics
    assert settings.events == (("2024-06-19", "Treaty"),)
    assert settings.period == "week"


def test_a_missing_study_is_named(tmp_path: Path) -> None:
    with pytest.raises(BingkaiError, match="nowhere.toml"):
        read_study(tmp_path / "nowhere.toml")
