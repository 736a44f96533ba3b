"""What the register holds by one value of a facet, a country or an activity: a fixed number of queries on either clock.

`at` is the publication a question is asked as of; None for what is shown now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Window
from django.db.models.functions import RowNumber

from alunite.front.register import queries
from alunite.front.register.clocks import Clocks
from alunite.front.register.lines import PLACE, Bits, Lines
from alunite.front.register.models import Facet, Record, shown_at

ACTIVE = "active"
# How many of a list a page shows before it leads to the list.
SHOWN = 10
# The key of lines, of whichever kind, beside records of other kinds.
LINE = "line"


@dataclass(slots=True)
class Summary:
    """How much the register holds by one value: lines of each kind, those in date on the day, and other records."""

    value: str
    lines: int = 0
    in_date: int = 0
    kinds: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """How the lines that have a value divide.

    Parameters
    ----------
    kinds : mapping of kind to lines
        Certificates, and events besides.
    states : mapping of state to lines
        On the day, states without a line left out.
    values : mapping of facet to value and lines
        Those of the facets asked for, most lines first.
    """

    kinds: dict[str, int]
    states: dict[str, int]
    values: dict[str, list[tuple[str, int]]]

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class Shown:
    """The first records of each kind that have a value, and how many of other kinds than lines there are."""

    records: dict[str, list[Record]]
    counts: dict[str, int]


def overview(known: Lines, name: str, kinds: tuple[str, ...], clocks: Clocks) -> list[Summary]:
    """Return how much there is by each value of a facet, in the order of the values. One query, two where the day is new."""
    found: dict[str, Summary] = {}

    def of(value: str) -> Summary:
        return found.setdefault(value, Summary(value))

    at, listed = clocks.at, known.listed(clocks.on, clocks.at)
    for value, count in known.values_among(name, listed):
        of(value).lines = count
    for value, count in known.values_among(name, listed & known.states_on(clocks.day).get(ACTIVE, 0)):
        of(value).in_date = count
    others = Record.objects.filter(shown_at(at), kind__in=kinds, withdrawal="").values("pk")
    facets = Facet.objects.filter(kind__in=kinds, name=name, publication__in=others)
    for kind, value, count in facets.values_list("kind", "value").annotate(n=Count("pk")):
        of(value).kinds[kind] = count
    return [found[value] for value in sorted(found)]


def having(known: Lines, name: str, value: str, clocks: Clocks) -> Bits:
    """Return the lines that have a value, as the list holds them. No query."""
    return known.listed(clocks.on, clocks.at) & known.values[name].get(value, 0)


def counts(known: Lines, lines: Bits, by: tuple[str, ...], day: date) -> Counts:
    """Return how lines divide, by kind, by state on a day, and by other facets. One query where the day is new, else none."""

    def counted(sets: Mapping[str, Bits]) -> dict[str, int]:
        return {key: n for key, among in sorted(sets.items()) if (n := (among & lines).bit_count())}

    return Counts(
        counted(known.kinds), counted(known.states_listed(day)), {name: known.values_among(name, lines) for name in by}
    )


def first_of_each(known: Lines, lines: Bits, kinds: tuple[str, ...], having: tuple[str, str], at: int | None) -> Shown:
    """Return the first of some lines, and the first records by name of each kind that have a value. Two queries."""
    name, value = having
    facets = Facet.objects.filter(kind__in=kinds, name=name, value=value).values("publication")
    there = Record.objects.filter(shown_at(at), kind__in=kinds, withdrawal="", pk__in=facets).annotate(
        among=Window(Count("pk"), partition_by="kind"),
        rank=Window(RowNumber(), partition_by="kind", order_by=["slug", "subject"]),
    )
    told = list(there.filter(rank__lte=SHOWN).order_by("kind", "rank").values_list("kind", "pk", "among"))
    first = known.order(PLACE).some(lines, 0, SHOWN)
    records: dict[str, list[Record]] = {kind: [] for kind in (LINE, *kinds)}
    for record in queries.said_in([*first, *(number for _kind, number, _among in told)]):
        records[record.kind if record.kind in kinds else LINE].append(record)
    return Shown(records, dict.fromkeys(kinds, 0) | {kind: among for kind, _number, among in told})
