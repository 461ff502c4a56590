"""The word lists behind the rules, kept in framing/data/indonesian.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def read_words(section: str) -> Mapping[str, frozenset[str]]:
    """Return the word sets of one section of the lexicon, by name."""
    source = files("framing") / "data" / "indonesian.toml"
    lists: Mapping[str, str] = tomllib.loads(source.read_text(encoding="utf-8"))[section]
    return {name: frozenset(words.split()) for name, words in lists.items()}
