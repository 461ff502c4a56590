"""The codebook: which variables are coded, with which values, about which actors.

A codebook is a TOML file. `read_codebook` checks every key and returns frozen records, so that
nothing later has to ask whether a value exists.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from framing.errors import BingkaiError

VOICES = ("outlet", "attributed", "quoted")


class Level(StrEnum):
    """Level of measurement of a variable."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"


@dataclass(frozen=True)
class Text:
    """A text in English and Indonesian; the same text twice where the codebook has only one."""

    en: str
    id: str

    def in_language(self, language: str) -> str:
        """Return the Indonesian text for ``"id"``, else the English one."""
        return self.id if language == "id" else self.en


@dataclass(frozen=True)
class Value:
    """One value of a variable."""

    id: str
    name: Text
    definition: Text
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Variable:
    """One variable: its values in the order in which they are shown (and ranked, if ordinal)."""

    id: str
    name: Text
    definition: Text
    level: Level
    multi: bool
    rules: tuple[Text, ...]
    values: tuple[Value, ...]

    @property
    def value_ids(self) -> tuple[str, ...]:
        """Ids of the values, in the codebook's order."""
        return tuple(value.id for value in self.values)


@dataclass(frozen=True)
class Actor:
    """A state, organisation, leader or deal that a stance can be about."""

    id: str
    name: Text
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class SourceGroup:
    """A kind of speaker, with the words by which it is known."""

    id: str
    name: Text
    words: tuple[str, ...]


@dataclass(frozen=True)
class Codebook:
    """A checked codebook."""

    id: str
    version: str
    language: str
    home: str
    title: Text
    variables: tuple[Variable, ...]
    actors: tuple[Actor, ...]
    source_groups: tuple[SourceGroup, ...]
    sha256: str

    def variable(self, variable_id: str) -> Variable:
        """Return the variable `variable_id`.

        Raises
        ------
        BingkaiError
            The codebook has no such variable.
        """
        for variable in self.variables:
            if variable.id == variable_id:
                return variable
        known = ", ".join(variable.id for variable in self.variables)
        raise BingkaiError(f"codebook {self.id}: no variable {variable_id!r}; it has {known}")

    @property
    def ruled(self) -> tuple[str, ...]:
        """Ids of the variables that rules decide: voice in Indonesian, with the values `VOICES`."""
        return tuple(
            variable.id
            for variable in self.variables
            if self.language == "id"
            and variable.id == "voice"
            and set(variable.value_ids) == set(VOICES)
        )

    def value_name(self, variable_id: str, value_id: str, *, language: str = "en") -> str:
        """Return the display name of a value (the id itself if the codebook lacks it)."""
        for value in self.variable(variable_id).values:
            if value.id == value_id:
                return value.name.in_language(language)
        return value_id

    def actor_name(self, actor_id: str, *, language: str = "en") -> str:
        """Return the display name of an actor (the id itself if the codebook lacks it)."""
        for actor in self.actors:
            if actor.id == actor_id:
                return actor.name.in_language(language)
        return actor_id


def default_codebook_path() -> Path:
    """Return the path of the shipped coding scheme: foreign-affairs news in Indonesian."""
    return Path(str(files("framing") / "data" / "foreign-affairs.toml"))


def read_codebook(path: str | Path | None = None) -> Codebook:
    """Read and check a codebook file.

    Parameters
    ----------
    path
        A TOML file; the built-in coding scheme if not given.

    Raises
    ------
    BingkaiError
        The file is missing or no TOML, a key is unknown or missing, or an id stands twice.
    """
    path = Path(path) if path is not None else default_codebook_path()
    try:
        raw = path.read_bytes()
        data = tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise BingkaiError(f"{path}: cannot read the codebook ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BingkaiError(f"{path}: the codebook is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BingkaiError(f"{path}: the codebook is not valid TOML: {error}") from None
    return _Parser(str(path)).codebook(data, hashlib.sha256(raw).hexdigest())


@dataclass(frozen=True)
class _Parser:
    """Turns parsed TOML into records; knows the file's name for its messages."""

    where: str

    def codebook(self, data: Mapping[str, Any], sha256: str) -> Codebook:
        self._keys(
            data,
            "the codebook",
            needed={"id", "version", "language", "title", "variable"},
            allowed={"home", "actor", "source_group"},
        )
        variables = tuple(self._variable(entry) for entry in self._tables(data, "variable"))
        if not variables:
            raise BingkaiError(f"{self.where}: the codebook has no [[variable]]")
        actors = tuple(self._actor(entry) for entry in self._tables(data, "actor"))
        groups = tuple(self._source_group(entry) for entry in self._tables(data, "source_group"))
        self._unique((variable.id for variable in variables), "variable")
        self._unique((actor.id for actor in actors), "actor")
        self._unique((group.id for group in groups), "source_group")
        return Codebook(
            id=str(data["id"]),
            version=str(data["version"]),
            language=str(data["language"]),
            home=str(data.get("home", "")),
            title=self._text(data["title"], "title"),
            variables=variables,
            actors=actors,
            source_groups=groups,
            sha256=sha256,
        )

    def _variable(self, entry: Mapping[str, Any]) -> Variable:
        place = f"variable {entry.get('id', '(without id)')}"
        self._keys(
            entry,
            place,
            needed={"id", "name", "definition", "level", "value"},
            allowed={"multi", "rules"},
        )
        if entry["level"] not in list(Level):
            raise BingkaiError(
                f"{self.where}: {place}: level {entry['level']!r} is neither nominal nor ordinal"
            )
        values = tuple(self._value(item, place) for item in self._tables(entry, "value"))
        if len(values) < 2:
            raise BingkaiError(f"{self.where}: {place}: a variable needs at least two values")
        self._unique((value.id for value in values), f"value of {entry['id']}")
        return Variable(
            id=str(entry["id"]),
            name=self._text(entry["name"], place),
            definition=self._text(entry["definition"], place),
            level=Level(entry["level"]),
            multi=bool(entry.get("multi", False)),
            rules=tuple(self._text(rule, place) for rule in entry.get("rules", ())),
            values=values,
        )

    def _value(self, entry: Mapping[str, Any], place: str) -> Value:
        place = f"{place}, value {entry.get('id', '(without id)')}"
        self._keys(entry, place, needed={"id", "name", "definition"}, allowed={"examples"})
        return Value(
            id=str(entry["id"]),
            name=self._text(entry["name"], place),
            definition=self._text(entry["definition"], place),
            examples=tuple(entry.get("examples", ())),
        )

    def _actor(self, entry: Mapping[str, Any]) -> Actor:
        place = f"actor {entry.get('id', '(without id)')}"
        self._keys(entry, place, needed={"id", "name", "aliases"})
        return Actor(str(entry["id"]), self._text(entry["name"], place), tuple(entry["aliases"]))

    def _source_group(self, entry: Mapping[str, Any]) -> SourceGroup:
        place = f"source_group {entry.get('id', '(without id)')}"
        self._keys(entry, place, needed={"id", "name"}, allowed={"words"})
        return SourceGroup(
            str(entry["id"]), self._text(entry["name"], place), tuple(entry.get("words", ()))
        )

    def _text(self, entry: Any, place: str) -> Text:
        if isinstance(entry, str):
            return Text(entry, entry)
        if not isinstance(entry, dict):
            raise BingkaiError(
                f"{self.where}: {place}: {entry!r} is no text; "
                f'write "..." or, in both languages, {{ en = "...", id = "..." }}'
            )
        self._keys(entry, place, needed={"en", "id"})
        return Text(str(entry["en"]), str(entry["id"]))

    def _tables(self, data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        entries = data.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(item, dict) for item in entries):
            raise BingkaiError(f"{self.where}: write {key} as [[{key}]] tables")
        return entries

    def _keys(
        self,
        data: Mapping[str, Any],
        place: str,
        *,
        needed: set[str],
        allowed: set[str] = frozenset(),  # type: ignore[assignment]
    ) -> None:
        unknown = sorted(set(data) - needed - allowed)
        if unknown:
            raise BingkaiError(
                f"{self.where}: {place}: unknown key {unknown[0]!r}; "
                f"it may have {', '.join(sorted(needed | allowed))}"
            )
        missing = sorted(needed - set(data))
        if missing:
            raise BingkaiError(f"{self.where}: {place}: the key {missing[0]!r} is missing")

    def _unique(self, ids: Iterable[str], what: str) -> None:
        seen: set[str] = set()
        for entry_id in ids:
            if entry_id in seen:
                raise BingkaiError(f"{self.where}: the {what} {entry_id!r} stands twice")
            seen.add(entry_id)
