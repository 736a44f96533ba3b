"""Keeps the read tables in step with publications, in the publishing transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from alunite.foundation.core.text import slugify
from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.actions import Published, projector
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.queries import current_publications, read
from alunite.front.register import search
from alunite.front.register.countries import country_name
from alunite.front.register.models import Facet, Held, Record, Row

BATCH = 500
CERTIFICATE = "certificate"
EVENT = "certification_event"
LINES = frozenset({CERTIFICATE, EVENT})

# Names the lock under which the read tables are written.
LOCK = "alunite register read tables"

# Day a line without any date is sorted by: after all others.
LONG_AGO = date(1, 1, 1)

# Which day of a payload is its last known event, best first.
EVENT_DAYS = (("issue_date", "issued"), ("announced_date", "announced"), ("certified_since", "certified_since"))


@dataclass(frozen=True, slots=True)
class Made:
    """What publications make of the read tables; a text is of a line, by its id."""

    records: list[Record]
    rows: list[Row]
    held: list[Held]
    facets: list[Facet]
    texts: list[tuple[str, str]]


@projector
def project(published: Sequence[Published]) -> None:
    """Replace what the read tables hold of each subject by what was said of it last."""
    beside_others()
    latest = list({(item.kind, item.subject): item for item in published}.values())
    for start in range(0, len(latest), BATCH):
        _project_batch(latest[start : start + BATCH])
    if any(item.redaction for item in latest):
        search.forget()


def rebuild() -> int:
    """Make the read tables anew from all publications, in one transaction; return how many subjects there are."""
    count = 0
    with transaction.atomic():
        alone()
        search.clear()
        for model in (Facet, Held, Row, Record):
            model.objects.all().delete()
        batch: list[Published] = []
        for item in read(current_publications()):
            batch.append(item)
            count += 1
            if len(batch) == BATCH:
                _project_batch(batch)
                batch = []
        _project_batch(batch)
    return count


def beside_others() -> None:
    """Keep out, until this transaction ends, whoever wants the read tables alone; wait for one who has them."""
    _lock("pg_advisory_xact_lock_shared")


def alone() -> None:
    """Have the read tables alone until this transaction ends.

    An import touches them subject by subject, a rebuild table by table: without this each could wait for the other.
    """
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    # SQLite has one writer at a time.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [LOCK])


def made_of(batch: Sequence[Published]) -> Made:
    """Return what the read tables hold of these subjects, each named once."""
    shown = [(item.subject, item.kind, item.payload) for item in batch if item.payload and _is_line(item)]
    return Made(
        records=[_record(item) for item in batch],
        rows=[_row(*line) for line in shown],
        held=[held for subject, _, said in shown for held in _held(subject, said)],
        facets=[facet for subject, kind, said in shown for facet in _facets(subject, kind, said)],
        texts=[(subject, _text(said)) for subject, _, said in shown],
    )


def _project_batch(batch: Sequence[Published]) -> None:
    if not batch:
        return
    made = made_of(batch)
    _save_records(made.records)
    subjects = [item.subject for item in batch if item.kind in LINES]
    if not subjects:
        return
    Row.objects.filter(pk__in=subjects).delete()
    search.remove(subjects)
    Row.objects.bulk_create(made.rows, batch_size=BATCH)
    Held.objects.bulk_create(made.held, batch_size=BATCH)
    Facet.objects.bulk_create(made.facets, batch_size=BATCH)
    search.add(made.texts)


def _is_line(item: Published) -> bool:
    """Tell whether it is a line of its own: an event under a certificate is told by the certificate's line."""
    return item.kind == CERTIFICATE or (item.kind == EVENT and not (item.payload or {}).get("certificate"))


def _save_records(records: Sequence[Record]) -> None:
    Record.objects.bulk_create(
        records,
        update_conflicts=True,
        unique_fields=["kind", "subject"],
        update_fields=["title", "slug", "payload", "publication", "version", "published_at", "withdrawal", "successor"],
        batch_size=BATCH,
    )


def _record(item: Published) -> Record:
    # What was withdrawn keeps its address but no name: nothing is shown of it but that it was withdrawn.
    said = item.payload or {}
    title = str(said.get("entity") or said.get("name") or "")
    return Record(
        kind=item.kind,
        subject=item.subject,
        title=title,
        slug=slugify(title),
        payload=item.payload,
        publication=item.id,
        version=item.version,
        published_at=item.published_at,
        withdrawal=item.withdrawal,
        successor=item.successor,
    )


def _row(subject: str, kind: str, said: dict[str, Any]) -> Row:
    name, day = next(((word, said[field]) for field, word in EVENT_DAYS if said[field] != UNKNOWN), (UNKNOWN, ""))
    return Row(
        id=subject,
        text_id=search.text_id(subject),
        kind=kind,
        slug=slugify(said["entity"]),
        number="" if said["certificate_number"] == UNKNOWN else said["certificate_number"],
        entity=said["entity"],
        members=said["members"],
        family=said["family"],
        version=said["version"],
        level=said["level"],
        countries=said["countries"],
        activities=said["activities"],
        last_event=name,
        last_day=day,
        sort_day=_first_of(day) if day else LONG_AGO,
        first_day=Timeline.from_list(said["timeline"]).first,
    )


def _first_of(day: str) -> date:
    return date.fromisoformat((day + "-01-01")[:10])


def _held(subject: str, said: dict[str, Any]) -> Iterable[Held]:
    for segment in Timeline.from_list(said["timeline"]):
        yield Held(row_id=subject, state=segment.state, level=segment.qualifier, first=segment.first, last=segment.last)


def _facets(subject: str, kind: str, said: dict[str, Any]) -> Iterable[Facet]:
    values = {
        "activity": said["activities"],
        "country": said["countries"],
        "firm": [said["firm"]["id"]] if said["firm"] else [UNKNOWN],
        "kind": [kind],
        "level": [said["level"]],
        "member": [member["id"] for member in said["members"]],
        "standard": [said["family"]],
        "version": [said["version"]],
    }
    return (Facet(row_id=subject, name=name, value=value) for name, among in values.items() for value in among)


def _text(said: dict[str, Any]) -> str:
    parts = [
        said["certificate_number"],
        said["entity"],
        *(member["name"] for member in said["members"]),
        said["scope"],
        said["firm"]["name"] if said["firm"] else "",
        *(country_name(code) for code in said["countries"]),
    ]
    return " ".join(part for part in parts if part != UNKNOWN)
