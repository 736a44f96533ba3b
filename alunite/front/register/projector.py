"""Keeps the read tables in step with publications, in the publishing transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Min

from alunite.foundation.core.days import LAST_YEAR, PartialDate
from alunite.foundation.core.text import slugify
from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.actions import Published, projector, take_turn
from alunite.foundation.publications.countries import country_name
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.queries import publications, read
from alunite.foundation.tables.bulk import insert_rows
from alunite.front.register import search
from alunite.front.register.facets import facets, last_event
from alunite.front.register.models import NOW, Facet, Held, Record, Row, Shape, Tally

# Names what is made of a publication beside its own words: facets, lines, states, words to be found by. Where another
# shape stands in the database, its tables answer filters of an earlier version until they are made anew.
# `tests/test_shape.py` fails when it changes, and says what to write here.
SHAPE = "5e3062265018ce3e"

BATCH = 500
# Rows beyond which PostgreSQL is told anew what its tables hold, where they are twice what it was told last.
FEW = 250
CERTIFICATE = "certificate"
EVENT = "certification_event"
LINES = (CERTIFICATE, EVENT)

# What a line can be filtered by; these stand as marks in the index of words.
MARKS = ("activity", "country", "firm", "level", "member", "standard", "version", "year")
# Filters whose values a form offers, with how many lines have each.
TALLIED = ("activity", "country", "level", "standard", "version")

# Day a line without any date is sorted by: after all others.
LONG_AGO = date(1, 1, 1)
LAST_DAY = date(LAST_YEAR, 12, 31)
# A public id read in base 36 takes 42 bits; the days from the year 1 to 2199 fit into the 20 bits above.
SUBJECT_BITS = 42

Ends = Mapping[int, int | None]
Pair = tuple[str, str]


class RecordRow(NamedTuple):
    """A row of `Record`. Rows are plain values: there are a score of them for each certificate."""

    publication: int
    until: int | None
    kind: str
    subject: str
    version: int
    title: str
    slug: str
    payload: Any
    published_at: datetime
    withdrawal: str
    successor: str
    digest: str
    redacted_by: str
    redaction_ground: str
    redacted_at: datetime | None


class LineRow(NamedTuple):
    """A row of `Row`."""

    publication: int
    until: int | None
    kind: str
    place: int
    first_day: date | None
    expires: int | None


class HeldRow(NamedTuple):
    """A row of `Held`."""

    publication: int
    state: str
    level: str
    first: date
    last: date | None


class FacetRow(NamedTuple):
    """A row of `Facet`."""

    publication: int
    kind: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Made:
    """What publications make of the read tables; a text is of a line, by its publication."""

    records: list[RecordRow]
    rows: list[LineRow]
    held: list[HeldRow]
    facets: list[FacetRow]
    texts: list[tuple[int, str, list[str]]]


@projector
def project(published: Sequence[Published]) -> None:
    """Add what was published, and close the version before it; empty what was redacted."""
    for start in range(0, len(published), BATCH):
        _project_batch(published[start : start + BATCH])
    if len(published) >= FEW:
        _tell_planner()


def rebuild() -> int:
    """Make the read tables anew from all publications, in one transaction; return how many subjects there are."""
    with transaction.atomic():
        # An import touches them subject by subject, a rebuild table by table: each has its turn.
        take_turn()
        search.clear()
        for model in (Tally, Facet, Held, Row, Record):
            model.objects.all().delete()
        with closing(read(publications())) as everything:
            while batch := list(islice(everything, BATCH)):
                _project_batch(batch)
        _tell_planner()
        Shape.objects.update_or_create(pk=1, defaults={"shape": SHAPE})
        return Record.objects.filter(NOW).count()


def has_this_shape() -> bool:
    """Tell whether the read tables were made as this version makes them. One query."""
    return Shape.objects.filter(shape=SHAPE).exists()


def made_of(batch: Sequence[Published], until: Ends) -> Made:
    """Return what the read tables hold of publications; `until` says which publication came after each."""
    made = Made([_record(item, until.get(item.id)) for item in batch], [], [], [], [])
    for item in batch:
        said = item.payload
        if said is None:
            continue
        values = facets(item.kind, said)
        made.facets.extend(FacetRow(item.id, item.kind, name, value) for name, value in values)
        if is_line(item.kind, said):
            timeline = Timeline.from_list(said["timeline"])
            made.rows.append(_row(item, said, timeline, until.get(item.id)))
            made.held.extend(HeldRow(item.id, part.state, part.qualifier, part.first, part.last) for part in timeline)
            made.texts.append((item.id, _text(said), _marks(said, values)))
    return made


def is_line(kind: str, said: Mapping[str, Any]) -> bool:
    """Tell whether it is a line of its own: an event under a certificate is told by the certificate's line."""
    return kind == CERTIFICATE or (kind == EVENT and not said.get("certificate"))


def place(day: date, subject: str, kind: str) -> int:
    """Return where a line stands in the list: later events first, then by subject; no two lines stand at one place.

    >>> place(date(2021, 1, 2), "22222222", EVENT) < place(date(2021, 1, 1), "22222222", CERTIFICATE)
    True
    >>> place(date(2021, 1, 1), "22222222", CERTIFICATE) < place(date(2021, 1, 1), "22222222", EVENT)
    True
    """
    days = LAST_DAY.toordinal() - min(day, LAST_DAY).toordinal()
    # Ids are drawn for each kind by itself: a certificate and an event may have the same.
    return (days << SUBJECT_BITS | int(subject, 36)) << 1 | (kind == EVENT)


def _project_batch(batch: Sequence[Published]) -> None:
    gone = _take_out([item.id for item in batch if item.redaction])
    new = [item for item in batch if item.id not in gone.until]
    until: dict[int, int | None] = dict(gone.until)
    until |= _next_of_each(new)
    closed = _close(new)
    made = made_of(batch, until)
    insert_rows(Record, RecordRow._fields, made.records)
    insert_rows(Row, LineRow._fields, made.rows)
    insert_rows(Held, HeldRow._fields, made.held)
    insert_rows(Facet, FacetRow._fields, made.facets)
    search.add(made.texts)
    _count(made, closed, gone)


def _tell_planner() -> None:
    """Let PostgreSQL look at read tables that have doubled: it looks by itself a minute later, and plans blindly until then.

    Without it, a page that counts values of facets took a second where it now takes a thirtieth of one.
    """
    if connection.vendor != "postgresql":
        return
    tables = [model._meta.db_table for model in (Record, Row, Held, Facet)]  # noqa: SLF001, Django's own name for it
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [tables[0]])
        told = cursor.fetchone()[0]
        newest = Record.objects.order_by("-publication").values_list("publication", flat=True).first() or 0
        if newest > 2 * max(told, FEW):
            cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, [*tables, search.TABLE]))}")


@dataclass(frozen=True, slots=True)
class _Gone:
    """What was held of publications redacted now: the publication after each, and the values of their lines."""

    until: Ends
    was_shown: Counter[Pair]
    values: set[Pair]


def _take_out(redacted: Sequence[int]) -> _Gone:
    """Take out all that is held of publications; of one made anew nothing is held yet."""
    held = Record.objects.filter(pk__in=redacted)
    until = dict(held.values_list("pk", "until")) if redacted else {}
    if not until:
        return _Gone({}, Counter(), set())
    values = _values_of_lines(list(until))
    for model in (Facet, Held, Row):
        model.objects.filter(publication__in=list(until)).delete()
    search.remove(list(until))
    search.forget()
    held.delete()
    shown = Counter(pair for publication, pair in values if until[publication] is None)
    return _Gone(until, shown, {pair for _, pair in values})


def _next_of_each(batch: Sequence[Published]) -> dict[int, int | None]:
    """Return the publication after each one of a batch, within it: what is said of a subject last has none."""
    until: dict[int, int | None] = {}
    latest: dict[tuple[str, str], int] = {}
    for item in batch:
        subject = (item.kind, item.subject)
        if subject in latest:
            until[latest[subject]] = item.id
        latest[subject] = item.id
        until[item.id] = None
    return until


def _close(batch: Sequence[Published]) -> Counter[Pair]:
    """End the versions shown so far of what a batch speaks of; return the values their lines had."""
    first: dict[tuple[str, str], int] = {}
    for item in batch:
        if item.version > 1:
            first.setdefault((item.kind, item.subject), item.id)
    if not first:
        return Counter()
    kinds, subjects = {kind for kind, _ in first}, {subject for _, subject in first}
    shown = Record.objects.filter(NOW, kind__in=kinds, subject__in=subjects).values_list("pk", "kind", "subject")
    until = {pk: first[kind, subject] for pk, kind, subject in shown if (kind, subject) in first}
    if not until:
        return Counter()
    values = _values_of_lines(list(until)) if kinds.intersection(LINES) else []
    Record.objects.bulk_update([Record(pk=pk, until=end) for pk, end in until.items()], ["until"], batch_size=BATCH)
    Row.objects.bulk_update([Row(pk=pk, until=end) for pk, end in until.items()], ["until"], batch_size=BATCH)
    return Counter(pair for _, pair in values)


def _values_of_lines(among: Sequence[int]) -> list[tuple[int, Pair]]:
    """Return the tallied values of those of these publications that are lines."""
    lines = list(Row.objects.filter(pk__in=among).values_list("pk", flat=True))
    values = Facet.objects.filter(publication__in=lines, name__in=TALLIED)
    return [
        (publication, (name, value)) for publication, name, value in values.values_list("publication", "name", "value")
    ]


def _count(made: Made, closed: Counter[Pair], gone: _Gone) -> None:
    """Bring the tallies up to date."""
    shown = {row.publication: row.until is None for row in made.rows}
    values = [item for item in made.facets if item.publication in shown and item.name in TALLIED]
    change: Counter[Pair] = Counter((item.name, item.value) for item in values if shown[item.publication])
    change.subtract(closed)
    change.subtract(gone.was_shown)
    since: dict[Pair, int] = {}
    for item in values:
        pair = (item.name, item.value)
        since[pair] = min(item.publication, since.get(pair, item.publication))
    touched = change.keys() | since.keys() | gone.values
    if not touched:
        return
    held = {(tally.name, tally.value): tally for tally in Tally.objects.all()}
    kept = []
    for pair in sorted(touched):
        tally = held.get(pair) or Tally(name=pair[0], value=pair[1], lines=0, since=since.get(pair, 0))
        tally.lines += change[pair]
        if pair in gone.values and (first := _first_with(pair)) is None:
            Tally.objects.filter(name=pair[0], value=pair[1]).delete()
            continue
        if pair in gone.values:
            tally.since = first or 0
        kept.append(tally)
    Tally.objects.bulk_create(
        [Tally(name=tally.name, value=tally.value, lines=tally.lines, since=tally.since) for tally in kept],
        update_conflicts=True,
        unique_fields=["name", "value"],
        update_fields=["lines", "since"],
        batch_size=BATCH,
    )


def _first_with(pair: Pair) -> int | None:
    """Return the first publication whose line has a value, None when no line ever had."""
    name, value = pair
    having = Facet.objects.filter(kind__in=LINES, name=name, value=value, publication__in=Row.objects.values("pk"))
    first: int | None = having.aggregate(first=Min("publication"))["first"]
    return first


def _record(item: Published, until: int | None) -> RecordRow:
    # What was withdrawn keeps its address but no name: nothing is shown of it but that it was withdrawn.
    said = item.payload or {}
    title = str(said.get("entity") or said.get("name") or "")
    return RecordRow(
        publication=item.id,
        until=until,
        kind=item.kind,
        subject=item.subject,
        version=item.version,
        title=title,
        slug=slugify(title),
        payload=item.payload,
        published_at=item.published_at,
        withdrawal=item.withdrawal,
        successor=item.successor,
        digest=item.digest,
        redacted_by=item.redaction.decision if item.redaction else "",
        redaction_ground=item.redaction.ground if item.redaction else "",
        redacted_at=item.redaction.at if item.redaction else None,
    )


def _row(item: Published, said: Mapping[str, Any], timeline: Timeline, until: int | None) -> LineRow:
    day = last_event(said)[1]
    return LineRow(
        publication=item.id,
        until=until,
        kind=item.kind,
        place=place(_first_of(day) if day else LONG_AGO, item.subject, item.kind),
        first_day=timeline.first,
        expires=None if said["expiry_date"] == UNKNOWN else PartialDate.parse(said["expiry_date"]).latest.toordinal(),
    )


def _marks(said: Mapping[str, Any], values: Sequence[Pair]) -> list[str]:
    """Return what a line is looked up by beside its words: values of filters, words of its names, and its number."""
    number = "" if said["certificate_number"] == UNKNOWN else said["certificate_number"]
    names = search.cut(" ".join([number, said["entity"], *(member["name"] for member in said["members"])]))
    return [
        *(search.mark(*value) for value in values if value[0] in MARKS),
        *(search.name_mark(word) for word in names),
        *([search.number_mark(number)] if number else []),
    ]


def _first_of(day: str) -> date:
    return date.fromisoformat((day + "-01-01")[:10])


def _text(said: Mapping[str, Any]) -> str:
    parts = [
        said["certificate_number"],
        said["entity"],
        *(member["name"] for member in said["members"]),
        said["scope"],
        said["firm"]["name"] if said["firm"] else "",
        *(country_name(code, "en") for code in said["countries"] if code != UNKNOWN),
    ]
    return " ".join(part for part in parts if part != UNKNOWN)
