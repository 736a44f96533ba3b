"""What the first page counts and shows: a fixed number of queries, however much there is, each on either clock.

`at` is the publication a question is asked as of; None for what is shown now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value, Window

from alunite.front.register.models import Facet, Record, Row, Tally, shown_at
from alunite.front.register.projector import LAST_DAY, LINES, SUBJECT_BITS

# Lines that the list of latest changes holds.
LATEST = 8
# Marks beyond which nobody could tell one from another.
MOST_MARKS = 2000

Shares = dict[str, list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records and lines of each kind there are, and lines left out because no date of theirs is known."""

    records: dict[str, int]
    lines: dict[str, int]
    dateless: int

    @property
    def all_lines(self) -> int:
        """How many lines there are of all kinds."""
        return sum(self.lines.values())


@dataclass(frozen=True, slots=True)
class Placed:
    """A facility with its place, both as stated."""

    activities: list[str]
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Facilities:
    """Facilities that have a place, at most `MOST_MARKS` of them, and how many there are with one and without."""

    placed: list[Placed]
    with_place: int
    without: int


def figures(indicators: Sequence[str], at: int | None) -> list[Record]:
    """Return all figures of some indicators of the scheme. One query."""
    having = Facet.objects.filter(kind="figure", name="metric", value__in=indicators).values("publication")
    found = Record.objects.filter(shown_at(at), kind="figure", withdrawal="", pk__in=having).order_by("slug", "subject")
    # What a company calls by the same word is no figure of the scheme.
    return [record for record in found if record.payload and record.payload["indicator"] in indicators]


def counts(on: date | None, at: int | None) -> Counts:
    """Return how many records of each kind there are, and how many lines; with a day, those begun by it. One query."""
    records = Record.objects.filter(shown_at(at), withdrawal="").values_list("kind")
    rows = Row.objects.filter(shown_at(at)).values_list("kind")
    listed = Count("pk") if on is None else Count("pk", filter=Q(first_day__lte=on))
    dateless = Count("pk", filter=Q(first_day=None))
    counted = records.annotate(n=Count("pk"), dateless=Value(0), line=Value(0)).union(
        rows.annotate(n=listed, dateless=dateless, line=Value(1)), all=True
    )
    held: dict[str, int] = {}
    lines: dict[str, int] = {}
    left_out = 0
    for kind, n, without, is_line in counted:
        (lines if is_line else held)[kind] = n
        left_out += without
    return Counts(held, lines, 0 if on is None else left_out)


def shares(names: Sequence[str], on: date | None, at: int | None) -> Shares:
    """Return, for each facet, its values with how many lines have each. One query.

    What is shown now is counted already; a day or a publication has to be counted through.
    """
    found: Shares = defaultdict(list)
    if on is None and at is None:
        held = Tally.objects.filter(name__in=names, lines__gt=0).order_by("name", "-lines", "value")
        counted: Any = held.values_list("name", "value", "lines")
    else:
        values = Facet.objects.filter(kind__in=LINES, name__in=names, publication__in=_rows(on, at).values("pk"))
        counted = values.values_list("name", "value").annotate(n=Count("pk")).order_by("name", "-n", "value")
    for name, value, count in counted:
        found[name].append((value, count))
    return found


def _rows(on: date | None, at: int | None) -> QuerySet[Row]:
    rows = Row.objects.filter(shown_at(at))
    return rows if on is None else rows.filter(first_day__lte=on)


def latest(on: date | None, at: int | None) -> list[Record]:
    """Return the lines whose last known event came last, with a day those whose event came by it. One query."""
    rows = _rows(on, at)
    if on is not None:
        rows = rows.filter(place__gte=(LAST_DAY.toordinal() - on.toordinal()) << (SUBJECT_BITS + 1))
    first = rows.order_by("place").values("publication")[:LATEST]
    place = Subquery(Row.objects.filter(pk=OuterRef("pk")).values("place"))
    return list(Record.objects.filter(pk__in=first).annotate(place=place).order_by("place"))


def facilities(known: int, at: int | None) -> Facilities:
    """Return the facilities that have a place, of so many that are known. One query."""
    having = Facet.objects.filter(kind="facility", name="placed", value="yes").values("publication")
    shown = Record.objects.filter(shown_at(at), kind="facility", withdrawal="", pk__in=having)
    held = list(
        shown.annotate(among=Window(Count("pk")))
        .order_by("slug", "subject")
        .values_list("among", "payload__activities", "payload__latitude", "payload__longitude")[:MOST_MARKS]
    )
    with_place = held[0][0] if held else 0
    return Facilities(
        placed=[
            Placed([item["activity"] for item in activities], float(latitude), float(longitude))
            for _among, activities, latitude, longitude in held
        ],
        with_place=with_place,
        without=known - with_place,
    )
