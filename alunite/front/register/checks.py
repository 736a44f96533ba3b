"""What `history verify` asks of the read tables: that they hold what publications, all of them, make of them.

What is shown is read from here, so a line changed behind the projector's back would be believed. Values are read as
text where an attacker could have written what no model field holds. The index of words is not read back.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, DateField, Exists, JSONField, Min, Model, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from alunite.foundation.core.canonical import canonical_json
from alunite.foundation.publications.actions import Published, Redacted, take_turn
from alunite.foundation.publications.checks import register_read_tables
from alunite.foundation.publications.kinds import publication_digest
from alunite.foundation.publications.models import REDACTED, Publication
from alunite.front.register.models import NOW, Facet, Held, Record, Row, Tally
from alunite.front.register.projector import LINES, TALLIED, made_of

CHUNK = 500
REMEDY = "`alunite register rebuild` makes it anew."

Difference = tuple[str, str]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Table:
    """A read table: what it is of a publication, and the columns compared."""

    name: str
    model: type[Model]
    columns: tuple[str, ...]


def _columns(model: type[Model], *, without: str = "") -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname != without)  # noqa: SLF001, Django's own name for it


TABLES = (
    _Table("record", Record, _columns(Record)),
    _Table("line", Row, _columns(Row)),
    _Table("states", Held, _columns(Held, without="id")),
    _Table("facets", Facet, _columns(Facet, without="id")),
)


def check_read_tables() -> Iterator[Difference]:
    """Yield where the read tables differ from publications, a few hundred of these at a time."""
    for chunk in _chunks(_publications().iterator(chunk_size=CHUNK)):
        if any(_differences(chunk)):
            yield from _differences_alone([row["pk"] for row in chunk])
    for table in TABLES:
        known = Publication.objects.filter(pk=OuterRef("publication"))
        strays = table.model._default_manager.filter(~Exists(known)).values_list("publication", flat=True)  # noqa: SLF001
        for publication in strays.distinct().order_by("publication").iterator(chunk_size=CHUNK):
            yield f"register {table.name} of publication {publication}", f"There is no such publication. {REMEDY}"
    if _are_tallies_wrong():
        with transaction.atomic():
            take_turn()
            if _are_tallies_wrong():
                yield "register tallies", f"They do not count the lines there are. {REMEDY}"


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _publications() -> QuerySet[Publication, Values]:
    head = ("pk", "kind", "subject", "version", "digest", "withdrawal", "successor", "at", "until")
    after = Publication.objects.filter(
        kind=OuterRef("kind"), subject=OuterRef("subject"), version=OuterRef("version") + 1
    )
    found = Publication.objects.annotate(
        at=Cast("published_at", TextField()),
        until=Subquery(after.values("pk")[:1]),
        redacted_at=Cast("redaction__at", TextField()),
    )
    redaction = ("body__redacted_by", "redaction__decision", "redaction__ground", "redacted_at")
    rows: QuerySet[Publication, Values] = found.order_by("pk").values(*head, "body__payload", *redaction)
    return rows


def _differences_alone(publications: Sequence[int]) -> list[Difference]:
    """Look once more while nobody publishes: what was published in between is no difference."""
    with transaction.atomic():
        take_turn()
        return list(_differences(list(_publications().filter(pk__in=publications))))


def _published(row: Values) -> Published | None:
    """Return a publication as the projector got it; None if it is not as it was published, which others tell of."""
    is_redacted = row["body__redacted_by"] is not None
    try:
        said = json.loads(row["body__payload"]) if row["body__payload"] is not None else None
        fits = publication_digest(row["kind"], row["subject"], row["version"], said) == row["digest"]
    except (ValueError, TypeError):  # not JSON, or JSON that has no canonical form
        return None
    if not fits and not (is_redacted and said is None):
        return None
    why = Redacted(row["redaction__decision"] or "", row["redaction__ground"] or "", row["redacted_at"])
    return Published(
        row["pk"],
        row["kind"],
        row["subject"],
        row["version"],
        row["at"],
        said,
        REDACTED if is_redacted else row["withdrawal"],
        row["digest"],
        row["successor"] or "",
        redaction=why if is_redacted else None,
    )


def _differences(chunk: Sequence[Values]) -> Iterator[Difference]:
    said = [item for row in chunk if (item := _published(row)) is not None]
    made = made_of(said, {row["pk"]: row["until"] for row in chunk})
    ids = [item.id for item in said]
    tables: tuple[Sequence[NamedTuple], ...] = (made.records, made.rows, made.held, made.facets)
    compared = [
        _Compared(table, table.model._default_manager.filter(publication__in=ids), rows)  # noqa: SLF001
        for table, rows in zip(TABLES, tables, strict=True)
    ]
    for item in said:
        if wrong := [table.name for table in compared if not table.is_right(item.id)]:
            text = f"Version {item.version} is not as it was published: {', '.join(wrong)}. {REMEDY}"
            yield f"register {item.kind} {item.subject}", text


def _are_tallies_wrong() -> bool:
    lines = Row.objects.filter(pk=OuterRef("publication"))
    values = Facet.objects.filter(Exists(lines), kind__in=LINES, name__in=TALLIED).values_list("name", "value")
    since = {(name, value): first for name, value, first in values.annotate(first=Min("publication")).order_by()}
    shown = values.filter(Exists(lines.filter(NOW))).annotate(n=Count("pk")).order_by()
    lines_now = Counter({(name, value): count for name, value, count in shown})
    made = {(*pair, lines_now[pair], first) for pair, first in since.items()}
    return made != set(Tally.objects.values_list("name", "value", "lines", "since"))


class _Compared:
    """What a read table holds, beside what it should."""

    def __init__(self, table: _Table, held: QuerySet[Any], made: Iterable[NamedTuple]) -> None:
        self.name = table.name
        as_text = {f"{name}_text": Cast(name, TextField()) for name in table.columns if _is_read_as_text(table, name)}
        names = [f"{name}_text" if f"{name}_text" in as_text else name for name in table.columns]
        rows = held.annotate(**as_text).values_list(*names)
        self._held = self._by_publication(table, (dict(zip(table.columns, row, strict=True)) for row in rows))
        self._made = self._by_publication(table, ({name: getattr(row, name) for name in table.columns} for row in made))

    def is_right(self, publication: int) -> bool:
        return self._held.get(publication) == self._made.get(publication)

    @staticmethod
    def _by_publication(table: _Table, rows: Iterable[Values]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        for row in rows:
            said = [_comparable(table, name, value) for name, value in row.items()]
            found[row["publication"]].append(repr(said))
        return {publication: sorted(said) for publication, said in found.items()}


def _is_read_as_text(table: _Table, name: str) -> bool:
    return isinstance(_field(table, name), JSONField | DateField)  # a DateTimeField is one as well


def _field(table: _Table, name: str) -> Any:
    return next(field for field in table.model._meta.concrete_fields if field.attname == name)  # noqa: SLF001


def _comparable(table: _Table, name: str, value: Any) -> Any:
    """Return a value in one form, whether it was made or read back as text."""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(_field(table, name), JSONField):
        return value
    try:
        said = json.loads(value) if isinstance(value, str) else value
        return canonical_json(said)
    except (ValueError, TypeError):  # not JSON, or JSON that has no canonical form
        return value


register_read_tables("register", check_read_tables)
