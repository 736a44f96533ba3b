"""What `history verify` asks of the read tables: that they hold what the latest publications make of them.

What is shown is read from here, so a line changed behind the projector's back would be believed. Values are read as
text where an attacker could have written what no model field holds. The index of words is not read back.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import DateField, JSONField, Model, QuerySet, TextField
from django.db.models.functions import Cast

from alunite.foundation.core.canonical import canonical_json
from alunite.foundation.publications.actions import Published
from alunite.foundation.publications.checks import register_read_tables
from alunite.foundation.publications.kinds import publication_digest
from alunite.foundation.publications.models import REDACTED, Publication
from alunite.foundation.publications.queries import current_publications
from alunite.front.register.models import Facet, Held, Record, Row
from alunite.front.register.projector import LINES, alone, made_of

CHUNK = 500
REMEDY = "`alunite register rebuild` makes it anew."

Difference = tuple[str, str]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Table:
    """A read table: what it is of a subject, the columns compared, and those that name the subject."""

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    key: tuple[str, ...]


def _columns(model: type[Model], *, without: str = "") -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname != without)  # noqa: SLF001, Django's own name for it


RECORDS = _Table("record", Record, _columns(Record, without="id"), ("kind", "subject"))
ROWS = _Table("line", Row, _columns(Row), ("id",))
HELD = _Table("states", Held, _columns(Held, without="id"), ("row_id",))
FACETS = _Table("facets", Facet, _columns(Facet, without="id"), ("row_id",))


def check_read_tables() -> Iterator[Difference]:
    """Yield where the read tables differ from publications, a few hundred subjects at a time."""
    for chunk in _chunks(_publications().iterator(chunk_size=CHUNK)):
        if any(_differences(chunk)):
            yield from _differences_alone([row["subject"] for row in chunk])
    for chunk in _chunks(Record.objects.order_by("pk").values("kind", "subject").iterator(chunk_size=CHUNK)):
        yield from _strays([(row["kind"], row["subject"]) for row in chunk])
    for chunk in _chunks(Row.objects.order_by("pk").values("pk").iterator(chunk_size=CHUNK)):
        ids = [row["pk"] for row in chunk]
        known = set(Publication.objects.filter(kind__in=LINES, subject__in=ids).values_list("subject", flat=True))
        for row_id in ids:
            if row_id not in known:
                yield f"register line {row_id}", f"Nothing was published of it. {REMEDY}"


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _publications() -> QuerySet[Publication, Values]:
    head = ("pk", "kind", "subject", "version", "digest", "withdrawal", "successor", "at")
    found = current_publications().annotate(at=Cast("published_at", TextField()))
    rows: QuerySet[Publication, Values] = found.values(*head, "body__payload", "body__redacted_by")
    return rows


def _differences_alone(subjects: Sequence[str]) -> list[Difference]:
    """Look once more while nobody publishes: what was published in between is no difference."""
    with transaction.atomic():
        alone()
        return list(_differences(list(_publications().filter(subject__in=subjects))))


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
    withdrawal = REDACTED if is_redacted else row["withdrawal"]
    return Published(
        row["pk"], row["kind"], row["subject"], row["version"], row["at"], said, withdrawal, row["successor"] or ""
    )


def _differences(chunk: Sequence[Values]) -> Iterator[Difference]:
    said = [item for row in chunk if (item := _published(row)) is not None]
    made = made_of(said)
    subjects = [item.subject for item in said]
    lines = [item.subject for item in said if item.kind in LINES]
    records = _Compared(RECORDS, Record.objects.filter(subject__in=subjects), made.records)
    of_lines = [
        _Compared(ROWS, Row.objects.filter(pk__in=lines), made.rows),
        _Compared(HELD, Held.objects.filter(row__in=lines), made.held),
        _Compared(FACETS, Facet.objects.filter(row__in=lines), made.facets),
    ]
    for item in said:
        wrong = [] if records.is_right(item.kind, item.subject) else [records.name]
        if item.kind in LINES:
            wrong += [table.name for table in of_lines if not table.is_right(item.subject)]
        if wrong:
            text = f"Not as it was last published: {', '.join(wrong)}. {REMEDY}"
            yield f"register {item.kind} {item.subject}", text


class _Compared:
    """What a read table holds, beside what it should."""

    def __init__(self, table: _Table, held: QuerySet[Any], made: Iterable[Model]) -> None:
        self.name = table.name
        as_text = {f"{name}_text": Cast(name, TextField()) for name in table.columns if _is_read_as_text(table, name)}
        names = [f"{name}_text" if f"{name}_text" in as_text else name for name in table.columns]
        rows = held.annotate(**as_text).values_list(*names)
        self._held = self._by_subject(table, (dict(zip(table.columns, row, strict=True)) for row in rows))
        self._made = self._by_subject(table, ({name: getattr(row, name) for name in table.columns} for row in made))

    def is_right(self, *subject: str) -> bool:
        return self._held.get(subject) == self._made.get(subject)

    @staticmethod
    def _by_subject(table: _Table, rows: Iterable[Values]) -> dict[tuple[Any, ...], list[str]]:
        found: dict[tuple[Any, ...], list[str]] = defaultdict(list)
        for row in rows:
            said = [_comparable(table, name, value) for name, value in row.items()]
            found[tuple(row[name] for name in table.key)].append(repr(said))
        return {subject: sorted(said) for subject, said in found.items()}


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


def _strays(subjects: Sequence[tuple[str, str]]) -> Iterator[Difference]:
    rows = Publication.objects.filter(subject__in=[subject for _, subject in subjects])
    known = set(rows.values_list("kind", "subject"))
    for kind, subject in subjects:
        if (kind, subject) not in known:
            yield f"register {kind} {subject}", f"Nothing was published of it. {REMEDY}"


register_read_tables("register", check_read_tables)
