"""Rows of open data: what is held of a kind by both clocks, as nested JSON, as flat cells, as a file.

Everything here is made from publications. `Clocks.publication` is the highest publication that counts, so that what
was once asked for never shifts: publications are numbered in the order in which they were made.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, cast

import msgspec
from django.db.models import Exists, OuterRef

from alunite.foundation.core.canonical import canonical_json
from alunite.foundation.core.timeline import Segment
from alunite.foundation.importing.cells import protect
from alunite.foundation.publications.dictionary import (
    HEAD,
    LIST_SEPARATOR,
    STATE,
    TERMS,
    Column,
    columns,
    dictionary,
    plural,
    schema,
)
from alunite.foundation.publications.kinds import UNKNOWN, kind
from alunite.foundation.publications.models import Publication

BATCH = 500
ROWS_STATEMENT = (
    "Facts collected from the pages named in source_url. Where a row came with a licence and an attribution it bears "
    "them; elsewhere they are unknown and the page stays its owner's work: name it when you use the row."
)


@dataclass(frozen=True, slots=True)
class Clocks:
    """What is asked by both clocks.

    Parameters
    ----------
    publication : int
        The highest publication that counts; 0 before the first.
    on : date
        The day states are given for.
    as_of : date or None
        The day by whose end it had to be published; None for now.
    redactions : int
        How many publications had been emptied by a decision. Nobody asks for it: whatever keeps an answer keeps it under
        this too, for the publications that count are the same as before, and say less.
    """

    publication: int
    on: date
    as_of: date | None = None
    redactions: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the clocks JSON-ready."""
        return {
            "on": self.on.isoformat(),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "publication": self.publication,
        }


def held(kind_name: str, publication: int) -> list[int]:
    """Return the number of the publication that speaks of each subject of a kind, in the order they were made.

    A subject withdrawn by then has none. One query, and no payload is looked at.
    """
    later = Publication.objects.filter(
        kind=OuterRef("kind"),
        subject=OuterRef("subject"),
        version__gt=OuterRef("version"),
        pk__lte=publication,
    )
    found = Publication.objects.filter(~Exists(later), kind=kind_name, pk__lte=publication, withdrawal="")
    return list(found.order_by("pk").values_list("pk", flat=True))


class Spoken(NamedTuple):
    """A publication with what it says. Lists and files are made of many: plain values, and no objects of Django's."""

    publication: int
    kind: str
    subject: str
    version: int
    published_at: datetime
    payload: str

    @classmethod
    def by(cls, publication: Publication) -> Spoken:
        """Return what a publication says, which was read with its body."""
        return cls(
            publication.pk,
            publication.kind,
            publication.subject,
            publication.version,
            publication.published_at,
            publication.body.payload or "",
        )


def speaking(numbers: Sequence[int]) -> list[Spoken]:
    """Return publications by their numbers, in the order of these; the payload of a redacted one is empty. One query."""
    found = Publication.objects.filter(pk__in=numbers).order_by("pk")
    of = ("pk", "kind", "subject", "version", "published_at", "body__payload")
    return [
        Spoken(number, kind_name, subject, version, at, payload or "")
        for number, kind_name, subject, version, at, payload in found.values_list(*of)
    ]


def batches(kind_name: str, publication: int) -> Iterator[list[Spoken]]:
    """Yield what speaks of the subjects of a kind, some hundred at a time, each batch one query."""
    numbers = held(kind_name, publication)
    for start in range(0, len(numbers), BATCH):
        yield [said for said in speaking(numbers[start : start + BATCH]) if said.payload]


@lru_cache(maxsize=1024)
def instant(at: datetime) -> str:
    """Return an instant in ISO 8601, UTC. What was published together bears the same one, so it is written once.

    >>> instant(datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    '2026-11-22T09:30:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Run(msgspec.Struct):
    """A segment of a timeline without its reasons."""

    state: str
    first: date
    last: date | None
    qualifier: str


class _Glance(msgspec.Struct):
    """The little that has to be read of what is said; the rest is handed on as it stands."""

    licence: str | None = None
    attribution: str | None = None
    timeline: list[Run] | None = None


class _Row(msgspec.Struct):
    """A row as it is written."""

    kind: str
    subject: str
    publication: int
    publication_version: int
    published_at: str
    licence: str
    attribution: str
    state: dict[str, Any] | msgspec.UnsetType
    said: msgspec.Raw


_glance = msgspec.json.Decoder(_Glance)
_encode = msgspec.json.Encoder().encode


def row_json(spoken: Spoken, on: date) -> bytes:
    """Return what a publication says, with its number and day and the terms of its source, as JSON.

    What is said was checked against its schema when it was published; it is handed on to the letter.
    """
    said = spoken.payload.encode()
    glance = _glance.decode(said)
    return _encode(
        _Row(
            spoken.kind,
            spoken.subject,
            spoken.publication,
            spoken.version,
            instant(spoken.published_at),
            glance.licence or UNKNOWN,
            glance.attribution or UNKNOWN,
            msgspec.UNSET if glance.timeline is None else state_on(glance.timeline, on),
            msgspec.Raw(said),
        )
    )


def row(spoken: Spoken, on: date) -> dict[str, Any]:
    """Return a row as `row_json` writes it."""
    found: dict[str, Any] = msgspec.json.decode(row_json(spoken, on))
    return found


def state_on(segments: Iterable[Run], on: date) -> dict[str, Any]:
    """Return which state holds on a day, and over which run of days."""
    # What a timeline is was checked when it was made; which segment covers a day is asked of it all the same.
    segment = next((one for one in segments if Segment.covers(cast("Segment", one), on)), None)
    return {
        "on": on.isoformat(),
        "state": segment.state if segment else UNKNOWN,
        "level": (segment.qualifier if segment else "") or UNKNOWN,
        "from": segment.first.isoformat() if segment else None,
        "to": segment.last.isoformat() if segment and segment.last else None,
    }


def values(found: dict[str, Any], of: tuple[Column, ...]) -> list[Any]:
    """Return a row's values by column: text, a number, a list of texts, or JSON as text."""
    flat = {name: value for name, value in found.items() if name not in {"said", "state"}}
    if "state" in found:
        flat |= {"state_on": found["state"]["on"], "state": found["state"]["state"]}
        flat |= {f"state_{name}": found["state"][name] for name in ("level", "from", "to")}
    own = {column.name for column in (*HEAD, *STATE, *TERMS)}
    return [
        _value(flat[column.name], column)
        if column.name in own and column.name in flat
        else _value(_inside(found["said"], column), column)
        for column in of
    ]


def _inside(said: Any, column: Column) -> Any:
    """Return what a payload says in a column; one that was published before its kind had the field does not tell."""
    if column.path[0] not in said:
        return (column.unknown and UNKNOWN) or None
    return _along(said, column.path)


def _along(said: Any, path: tuple[str, ...]) -> Any:
    for place, name in enumerate(path):
        if isinstance(said, list):
            return [_along(item, path[place:]) for item in said]
        if said is None:
            return None
        said = said[name]
    return said


def _value(value: Any, column: Column) -> Any:
    if column.type == "json":
        return canonical_json(value).decode()
    if column.type == "list":
        return [str(item) for item in value or ()]
    # A number that may be the word unknown is text.
    return str(value) if column.type == "text" and value is not None else value


def cells(found: list[Any]) -> list[str]:
    """Return values as cells of a file that a spreadsheet may open."""
    return [_cell(value) for value in found]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return protect(LIST_SEPARATOR.join(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    # A number is written as it is: its minus runs nothing.
    return str(value) if isinstance(value, int | float | Decimal) else protect(value)


def csv_chunks(kind_name: str, clocks: Clocks) -> Iterator[bytes]:
    """Yield a CSV file piece by piece: UTF-8, a header, lines ended as RFC 4180 has them."""
    return csv_of(kind_name, batches(kind_name, clocks.publication), clocks.on)


def csv_of(kind_name: str, told: Iterable[Iterable[Spoken]], on: date) -> Iterator[bytes]:
    """Yield the rows of publications of a kind, batch by batch, below the header every file of the kind has."""
    of = columns(kind_name)
    yield _lines([[column.name for column in of]])
    for batch in told:
        yield _lines(cells(values(row(publication, on), of)) for publication in batch)


def _lines(rows: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def json_chunks(kind_name: str, clocks: Clocks) -> Iterator[bytes]:
    """Yield a JSON file piece by piece: one array, one row a line, so that it can be compared line by line."""
    before = b"["
    for batch in batches(kind_name, clocks.publication):
        rows = [row_json(publication, clocks.on) for publication in batch]
        if rows:
            yield before + b"\n" + b",\n".join(rows)
            before = b","
    yield b"[]\n" if before == b"[" else b"\n]\n"


def row_schema(kind_name: str) -> dict[str, Any]:
    """Return the JSON Schema of one row of a kind as JSON, self-contained."""
    own = dict(schema(kind_name))
    definitions = own.pop("$defs", {})
    dialect = own.pop("$schema")
    properties: dict[str, Any] = {
        column.name: {"type": "integer" if column.type == "integer" else "string", "description": column.meaning}
        for column in (*HEAD, *TERMS)
    }
    properties["kind"]["const"] = kind_name
    properties["published_at"]["format"] = "date-time"
    if "timeline" in own["properties"]:
        properties["state"] = {"$ref": "#/$defs/StateOnDay"}
        definitions = definitions | {"StateOnDay": STATE_SCHEMA}
    properties["said"] = own
    return {
        "$schema": dialect,
        "title": f"{own['title'].removesuffix('Payload')}Row",
        "description": " ".join((kind(kind_name).payload.__doc__ or "").split()),
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "$defs": definitions,
    }


_DAY = {"type": "string", "format": "date"}
STATE_SCHEMA: dict[str, Any] = {
    "title": "StateOnDay",
    "description": "Which state holds on a day.",
    "type": "object",
    "properties": {
        "on": {**_DAY, "description": STATE[0].meaning},
        "state": {"type": "string", "description": f"{STATE[1].meaning} unknown: {STATE[1].unknown}"},
        "level": {"type": "string", "description": f"{STATE[2].meaning} unknown: {STATE[2].unknown}"},
        "from": {"anyOf": [_DAY, {"type": "null"}], "description": "First day of the run of days; null when unknown."},
        "to": {"anyOf": [_DAY, {"type": "null"}], "description": "Last day of that run; null when no end is known."},
    },
    "required": ["on", "state", "level", "from", "to"],
    "additionalProperties": False,
}
CSVW_TYPES = {"integer": "integer", "number": "double", "boolean": "boolean", "json": "json"}


def csv_metadata(kind_name: str, url: str) -> dict[str, Any]:
    """Return what the columns of a CSV mean, in the form of the W3C's CSV on the Web."""
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": url,
        "dc:title": plural(kind_name),
        "dc:description": dictionary(kind_name)["about"],
        "dc:rights": ROWS_STATEMENT,
        "tableSchema": {
            "columns": [_csvw_column(column) for column in columns(kind_name)],
            "primaryKey": "subject",
        },
    }


def _csvw_column(column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name.replace(".", "_"),
        "titles": column.name,
        "datatype": CSVW_TYPES.get(column.type, "string"),
        "dc:description": column.meaning,
    }
    if column.type == "list":
        said["separator"] = LIST_SEPARATOR
    if column.unknown:
        said["rdfs:comment"] = f"{UNKNOWN}: {column.unknown}"
    if column.unit:
        said["schema:unitText"] = column.unit
    return said
