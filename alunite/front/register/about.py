"""What is known of the register as a whole: how much, said by whom, read where, what is missing, how fresh.

Each question is one query whatever there is, asked as of a publication like everything else.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Func, Max, Min, Q, QuerySet, TextField

from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.queries import last_snapshot
from alunite.front.register.models import Facet, Held, Record, Row, shown_at

# At a hundred thousand certificates the two queries take three seconds; redacting makes no new publication.
KEPT_SECONDS = 60

# What is asked of records of a kind, and the facet that says it is missing.
MISSING = (
    ("facility", "placed", "no"),
    ("certification_event", "level", UNKNOWN),
    ("certification_event", "version", UNKNOWN),
    ("certification_event", "activity", UNKNOWN),
    ("certification_event", "firm", UNKNOWN),
    ("member", "standing", "named_in_source_only"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """Records of one kind that came on the same terms, said by the same side."""

    kind: str
    origin: str
    attribution: str
    licence: str
    records: int


@dataclass(frozen=True, slots=True)
class Whole:
    """What takes a look at every record: by whom and on which terms they are said, and how many pages were read."""

    told: list[Said]
    pages: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """When it was published: the first and the last time, how many times, and the last signed snapshot of it all."""

    newest: int
    publications: int
    first: datetime | None
    last: datetime | None
    snapshot: date | None


def _held(at: int | None) -> QuerySet[Record]:
    return Record.objects.filter(shown_at(at), withdrawal="", payload__isnull=False)


def whole(newest: int) -> Whole:
    """Return what takes a look at every record shown as of a publication. Two queries, none within a minute."""
    found: Whole | None = cache.get(f"about:{newest}")
    if found is None:
        found = Whole(said(newest), pages_read(newest))
        cache.set(f"about:{newest}", found, KEPT_SECONDS)
    return found


def said(at: int | None) -> list[Said]:
    """Return how many records there are by kind, by who says them and by the terms they came on. One query.

    A line says who speaks in the first reason of its timeline; what was merged, or is only named, says it nowhere.
    """
    rows = _held(at).order_by().annotate(told=Told("payload")).values_list("kind", "told").annotate(n=Count("pk"))
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for kind, told, records in rows:
        of_record, of_line, attribution, licence = json.loads(told)
        counted[kind, of_record or of_line or "", attribution or "", licence or ""] += records
    return [Said(*key, records) for key, records in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]


def pages_read(at: int | None) -> int:
    """Return how many different pages records were read on. One query."""
    counted: dict[str, Any] = _held(at).aggregate(pages=Count("payload__source_url", distinct=True))
    return int(counted["pages"])


class Told(Func):
    """Who says a record and on which terms, as a JSON list: read at one go, for each look reads a payload whole."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return it for SQLite."""
        paths = "'$.origin', '$.timeline[0].reasons[0].origin', '$.attribution', '$.licence'"
        return self.as_sql(compiler, connection, template=f"JSON_EXTRACT(%(expressions)s, {paths})", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return it for PostgreSQL."""
        paths = ("{origin}", "{timeline,0,reasons,0,origin}", "{attribution}", "{licence}")
        parts = ", ".join(f"%(expressions)s #> '{path}'" for path in paths)
        return self.as_sql(compiler, connection, template=f"JSONB_BUILD_ARRAY({parts})::text", **more)


def missing(at: int | None) -> dict[tuple[str, str], int]:
    """Return how many records lack what their kind is asked for, by kind and facet. One query."""
    wanted = Q()
    for kind, name, value in MISSING:
        wanted |= Q(kind=kind, name=name, value=value)
    rows = Facet.objects.filter(wanted, publication__in=_held(at).values("pk")).order_by()
    return {(kind, name): records for kind, name, records in rows.values_list("kind", "name").annotate(n=Count("pk"))}


def lines(at: int | None) -> dict[str, tuple[int, int]]:
    """Return how many lines of each kind there are, and how many of them have no date at all. One query."""
    rows = Row.objects.filter(shown_at(at)).order_by().values_list("kind")
    counted = rows.annotate(n=Count("pk"), dateless=Count("pk", filter=Q(first_day=None)))
    return {kind: (n, dateless) for kind, n, dateless in counted}


def states(at: int | None, day: date) -> dict[str, int]:
    """Return how many lines are in each state on a day; those without a date are in none. One query."""
    on_day = Held.objects.filter(Q(last=None) | Q(last__gte=day), first__lte=day)
    shown = on_day.filter(publication__in=Row.objects.filter(shown_at(at)).values("pk")).order_by()
    return dict(shown.values_list("state").annotate(n=Count("pk")))


def freshness(at: int | None) -> Freshness:
    """Return when it was published. Two queries."""
    by_then = Record.objects.all() if at is None else Record.objects.filter(publication__lte=at)
    told = by_then.aggregate(newest=Max("pk"), n=Count("pk"), first=Min("published_at"), last=Max("published_at"))
    return Freshness(told["newest"] or 0, told["n"], told["first"], told["last"], last_snapshot(at))
