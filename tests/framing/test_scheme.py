from pathlib import Path

import pytest

from framing.errors import BingkaiError
from framing.scheme import Level, default_codebook_path, read_codebook

SMALL = """
id = "tone"
version = "1"
language = "en"
title = { en = "Tone", id = "Nada" }

[[variable]]
id = "tone"
level = "nominal"
name = { en = "Tone", id = "Nada" }
definition = { en = "How it sounds.", id = "Bagaimana bunyinya." }

[[variable.value]]
id = "warm"
name = { en = "Warm", id = "Hangat" }
definition = { en = "Warm.", id = "Hangat." }

[[variable.value]]
id = "cold"
name = { en = "Cold", id = "Dingin" }
definition = { en = "Cold.", id = "Dingin." }
"""


def _read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    read_codebook(path)


def test_the_shipped_codebook_is_the_coding_scheme() -> None:
    codebook = read_codebook()
    assert codebook.variable("frame").value_ids == (
        "threat", "diplomacy", "rivalry", "legality", "economy", "humanitarian", "protocol", "none",
    )  # fmt: skip
    assert codebook.variable("stance").value_ids == ("critical", "neutral", "supportive")
    assert codebook.variable("sentiment").level is Level.ORDINAL
    assert set(codebook.variable("voice").value_ids) == {"quoted", "attributed", "outlet"}
    assert not any(variable.multi for variable in codebook.variables)


def test_every_value_of_the_shipped_codebook_has_an_example_and_two_languages() -> None:
    for variable in read_codebook().variables:
        for value in variable.values:
            assert value.examples, value.id
            assert value.name.en and value.name.id
            assert value.definition.en != value.definition.id


def test_names_are_given_in_both_languages() -> None:
    codebook = read_codebook()
    assert codebook.value_name("frame", "threat") == "Threat"
    assert codebook.value_name("frame", "threat", language="id") == "Ancaman"
    assert codebook.value_name("frame", "not there") == "not there"
    assert codebook.actor_name("russia", language="id") == "Rusia"


def test_the_hash_is_of_the_file() -> None:
    import hashlib

    expected = hashlib.sha256(default_codebook_path().read_bytes()).hexdigest()
    assert read_codebook().sha256 == expected


def test_a_codebook_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL, encoding="utf-8")
    assert read_codebook(path).variable("tone").value_ids == ("warm", "cold")


def test_one_language_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL.replace('{ en = "Warm", id = "Hangat" }', '"Warm"'), encoding="utf-8")
    codebook = read_codebook(path)
    assert codebook.value_name("tone", "warm", language="id") == "Warm"
    assert codebook.value_name("tone", "cold", language="id") == "Dingin"


@pytest.mark.parametrize(
    ("language", "value", "ruled"),
    [("id", "quoted", ("voice",)), ("en", "quoted", ()), ("id", "shouted", ())],
)
def test_rules_decide_only_the_voice_that_they_know(
    tmp_path: Path, language: str, value: str, ruled: tuple[str, ...]
) -> None:
    values = "".join(
        f'[[variable.value]]\nid = "{name}"\nname = "N"\ndefinition = "D"\n'
        for name in ("outlet", "attributed", value)
    )
    head = SMALL.split("[[variable.value]]", maxsplit=1)[0].replace('"en"', f'"{language}"')
    path = tmp_path / "mine.toml"
    head = head.replace('[[variable]]\nid = "tone"', '[[variable]]\nid = "voice"')
    path.write_text(head + values, encoding="utf-8")
    assert read_codebook(path).ruled == ruled


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('level = "nominal"', 'levl = "nominal"'), "unknown key 'levl'"),
        (lambda text: text.replace('level = "nominal"', 'level = "interval"'), "interval"),
        (lambda text: text.replace('id = "cold"', 'id = "warm"'), "'warm' stands twice"),
        (lambda text: text.replace('version = "1"\n', ""), "'version' is missing"),
        (lambda text: text + '\n[[actr]]\nid = "x"\n', "unknown key 'actr'"),
        (lambda text: 'id = "again"\n' + text, "not valid TOML"),
        (lambda text: text.replace('{ en = "Warm", id = "Hangat" }', "7"), "7 is no text"),
        (lambda text: text.split("[[variable.value]]")[0], "'value' is missing"),
    ],
)
def test_a_wrong_codebook_is_refused_in_one_line(tmp_path: Path, change, message: str) -> None:
    with pytest.raises(BingkaiError, match="mine.toml") as caught:
        _read(tmp_path, change(SMALL))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_codebook_is_named(tmp_path: Path) -> None:
    with pytest.raises(BingkaiError, match="nowhere.toml"):
        read_codebook(tmp_path / "nowhere.toml")


def test_an_unknown_variable_is_refused_with_those_there_are() -> None:
    with pytest.raises(BingkaiError, match="frame, stance, sentiment, voice"):
        read_codebook().variable("tone")
