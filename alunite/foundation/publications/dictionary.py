"""The data dictionary: what the columns of each public kind mean, and JSON Schemas, made from the payload models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from alunite.foundation.publications.kinds import UNKNOWN, Kind, kind, kinds

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LIST_SEPARATOR = ";"
SCALARS = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a flat file.

    Parameters
    ----------
    name : str
        As in the header; of a thing inside a thing its path with dots.
    type : str
        ``text``, ``integer``, ``number``, ``boolean``, ``list`` (joined with semicolons) or ``json``.
    meaning : str
        What it says, for a reader.
    unit : str
        Unit of the value, empty where it has none.
    unknown : str
        What the word `unknown` in it means; empty where it is never unknown.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    unknown: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """Where the value stands in a payload."""
        return tuple(self.name.split("."))

    def as_dict(self) -> dict[str, str]:
        """Return the column JSON-ready. What is not public is not published, so the class is the same for all."""
        return {
            "name": self.name,
            "type": self.type,
            "meaning": self.meaning,
            "unit": self.unit,
            UNKNOWN: self.unknown,
            "class": "public",
        }


# What a row has beside what its publication says. The state is there for kinds that have a timeline.
HEAD = (
    Column("kind", "text", "Kind of record."),
    Column("subject", "text", "Public id of the record; for ever."),
    Column("publication", "integer", "Number of the publication the row is made from; later ones have higher numbers."),
    Column("publication_version", "integer", "How many publications of this record there were, this one included."),
    Column("published_at", "text", "When it was published, UTC."),
)
STATE = (
    Column("state_on", "text", "The day the state is given for."),
    Column("state", "text", "State on that day.", unknown="Nothing is known of that day."),
    Column("state_level", "text", "Level that goes with the state.", unknown="No source states the level."),
    Column("state_from", "text", "First day of the run of days with that state; empty when nothing is known."),
    Column("state_to", "text", "Last day of that run; empty when no end is known."),
)
# How the row may be used, where its source says so. In the payload of kinds whose files have these columns.
TERMS = (
    Column("licence", "text", "Licence of the row.", unknown="Its source names none."),
    Column("attribution", "text", "Who is to be named when the row is used.", unknown="Its source asks for no name."),
)


def plural(kind_name: str) -> str:
    """Return what files and addresses call a kind.

    >>> plural("facility"), plural("certification_event")
    ('facilities', 'certification_events')
    """
    return f"{kind_name[:-1]}ies" if kind_name.endswith("y") else f"{kind_name}s"


def public_kinds() -> dict[str, Kind]:
    """Return every public kind by what files and addresses call it."""
    return {plural(item.name): item for item in kinds()}


@lru_cache(maxsize=64)
def columns(kind_name: str) -> tuple[Column, ...]:
    """Return the columns of a kind's flat file, in order."""
    own = tuple(_flat(schema(kind_name), ""))
    names = {column.name for column in own}
    return (
        *HEAD,
        *(column for column in own if column.name != "timeline"),
        *(STATE if "timeline" in names else ()),
        *(column for column in own if column.name == "timeline"),
        *(column for column in TERMS if column.name not in names),
    )


@lru_cache(maxsize=64)
def schema(kind_name: str) -> dict[str, Any]:
    """Return the JSON Schema of what is stored of a kind: as it is written, not as it may be typed in."""
    made = kind(kind_name).payload.model_json_schema(by_alias=False, mode="serialization")
    return {"$schema": DIALECT, **made}


def fields_without_description(kind_name: str) -> list[str]:
    """Return the public fields, inner ones too, that do not say what they mean."""
    whole = schema(kind_name)
    records = {whole["title"]: whole, **whole.get("$defs", {})}
    return sorted(
        f"{title}.{name}"
        for title, record in records.items()
        for name, field in record.get("properties", {}).items()
        if not field.get("description")
    )


def _flat(node: dict[str, Any], before: str, whole: dict[str, Any] | None = None) -> Iterator[Column]:
    whole = whole or node
    for name, field in node.get("properties", {}).items():
        inner = _resolved(field, whole)
        described = {
            "meaning": field.get("description", ""),
            "unit": field.get("x-unit", ""),
            "unknown": field.get("x-unknown", ""),
        }
        if inner.get("type") == "array":
            item = _resolved(inner.get("items", {}), whole)
            if _is_name(item):
                for part, of in item["properties"].items():
                    yield Column(f"{before}{name}.{part}", "list", f"{described['meaning']} {of['description']}")
            else:
                form = "list" if item.get("type") in SCALARS else "json"
                yield Column(f"{before}{name}", form, **described)
        elif _is_name(inner):
            for part, of in inner["properties"].items():
                yield Column(f"{before}{name}.{part}", "text", f"{described['meaning']} {of['description']}")
        else:
            yield Column(f"{before}{name}", _scalar(inner), **described)


def _resolved(field: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """Return the schema a field points at, without the null it may be instead; of several, that they are several."""
    choices = [choice for choice in field.get("anyOf", ()) if choice.get("type") != "null"]
    if len(choices) > 1:
        are_scalars = all(_scalar(_resolved(choice, whole)) != "json" for choice in choices)
        return {"type": "string"} if are_scalars else {}
    if choices:
        return _resolved(choices[0], whole)
    if "$ref" in field:
        found: dict[str, Any] = whole["$defs"][field["$ref"].rsplit("/", 1)[1]]
        return found
    return field


def _is_name(node: dict[str, Any]) -> bool:
    """Tell whether it is a thing named by another record: flat enough for columns of its own."""
    return set(node.get("properties", ())) == {"id", "name"}


def _scalar(node: dict[str, Any]) -> str:
    kinds_of = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
    if "enum" in node or "const" in node:
        return "text"
    return kinds_of.get(str(node.get("type")), "json")


def dictionary(kind_name: str) -> dict[str, Any]:
    """Return the dictionary of a kind, JSON-ready."""
    registered = kind(kind_name)
    about = " ".join((registered.payload.__doc__ or "").split())
    return {
        "kind": kind_name,
        "file": plural(kind_name),
        "about": about,
        "columns": [column.as_dict() for column in columns(kind_name)],
    }


def dictionary_tables() -> str:
    """Return the dictionary of every kind as Markdown, for the reference page."""
    return "\n".join(line for registered in public_kinds().values() for line in _lines(registered.name))


def _lines(kind_name: str) -> Iterator[str]:
    told = dictionary(kind_name)
    yield f"### `{told['file']}`"
    yield ""
    yield told["about"]
    yield ""
    yield "| Column | Type | Unit | Meaning | `unknown` means |"
    yield "| --- | --- | --- | --- | --- |"
    for column in columns(kind_name):
        yield _row(f"`{column.name}`", column.type, column.unit, column.meaning, column.unknown)
    yield ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
