"""The words of a sheet in English and Indonesian, and the way back to ids."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from framing.scheme import Codebook, Text

DOUBTFUL = "yes"

COLUMN_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "number": Text("No.", "No."),
        "outlet": Text("Outlet", "Media"),
        "title": Text("Title", "Judul"),
        "before": Text("Just before it", "Tepat sebelumnya"),
        "text": Text("Sentence to code", "Kalimat yang dikodekan"),
        "target": Text("Stance toward", "Sikap terhadap"),
        "doubt": Text("In doubt?", "Ragu?"),
        "comment": Text("Comment", "Komentar"),
        "coder": Text("Coder", "Pengode"),
        "codes": Text("Codes given", "Kode yang diberikan"),
        "comments": Text("Coders' comments", "Komentar para pengode"),
    }
)
DOUBT_NAME = Text("yes", "ya")


def map_columns(codebook: Codebook) -> dict[str, str]:
    """Return the id of a column by every name that a sheet can give it, the id itself included."""
    named = [(variable.id, variable.name) for variable in codebook.variables]
    return _map_names([*named, *COLUMN_NAMES.items()])


def map_values(codebook: Codebook) -> dict[str, dict[str, str]]:
    """Return, by column that is coded, the id of a value by its id and its names."""
    values = {
        variable.id: _map_names((value.id, value.name) for value in variable.values)
        for variable in codebook.variables
    }
    values["target"] = _map_names((actor.id, actor.name) for actor in codebook.actors)
    values["doubt"] = _map_names([(DOUBTFUL, DOUBT_NAME)])
    return values


def name_columns(codebook: Codebook, language: str) -> dict[str, str]:
    """Return the name of every column by its id; the id itself where a name is not unique."""
    named = [(variable.id, variable.name) for variable in codebook.variables]
    return _name_ids([*named, *COLUMN_NAMES.items()], language)


def name_values(codebook: Codebook, language: str) -> dict[str, dict[str, str]]:
    """Return, by column that is coded, the name of every value by its id."""
    names = {
        variable.id: _name_ids([(value.id, value.name) for value in variable.values], language)
        for variable in codebook.variables
    }
    names["target"] = _name_ids([(actor.id, actor.name) for actor in codebook.actors], language)
    names["doubt"] = _name_ids([(DOUBTFUL, DOUBT_NAME)], language)
    return names


def _map_names(entries: Iterable[tuple[str, Text]]) -> dict[str, str]:
    """Map names to ids; a name that could mean two things means neither."""
    listed = list(entries)
    ids = {entry_id: entry_id for entry_id, _ in listed}
    meanings: dict[str, set[str]] = {}
    for entry_id, name in listed:
        for text in {name.en.strip(), name.id.strip()}:
            meanings.setdefault(text, set()).add(entry_id)
    named = {text: min(meant) for text, meant in meanings.items() if len(meant) == 1}
    return named | ids


def _name_ids(entries: list[tuple[str, Text]], language: str) -> dict[str, str]:
    back = _map_names(entries)
    return {
        entry_id: text if back.get(text := name.in_language(language).strip()) == entry_id
        else entry_id
        for entry_id, name in entries
    }  # fmt: skip
