"""What the first page counts and shows: a fixed number of queries, however much there is, each on either clock.

`at` is the publication a question is asked as of; None for what is shown now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Window

from alunite.front.register import queries
from alunite.front.register.lines import PLACE, Lines
from alunite.front.register.models import Facet, Record, shown_at
from alunite.front.register.projector import LAST_DAY, SUBJECT_BITS

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


def counts(known: Lines, on: date | None, at: int | None) -> Counts:
    """Return how many records of each kind there are, and how many lines; with a day, those begun by it. One query."""
    shown, listed = known.shown_at(at), known.listed(on, at)
    lines = {kind: n for kind, having in sorted(known.kinds.items()) if (n := (having & listed).bit_count())}
    return Counts(queries.counts(at), lines, 0 if on is None else (shown & ~known.dated).bit_count())


def shares(known: Lines, names: Sequence[str], on: date | None, at: int | None) -> Shares:
    """Return, for each facet, its values with how many lines have each, most lines first. No query."""
    listed = known.listed(on, at)
    return {name: known.values_among(name, listed) for name in names}


def latest(known: Lines, on: date | None, at: int | None) -> list[Record]:
    """Return the lines whose last known event came last, with a day those whose event came by it. One query."""
    listed = known.listed(on, at)
    if on is not None:
        listed &= known.from_place((LAST_DAY.toordinal() - on.toordinal()) << (SUBJECT_BITS + 1))
    return queries.said_in(known.order(PLACE).some(listed, 0, LATEST))


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
