"""What the register holds by one value of a facet, a country or an activity: a fixed number of queries on either clock.

`at` is the publication a question is asked as of; None for what is shown now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from alunite.front.register.models import Facet, Held, Record, Row, Tally, shown_at
from alunite.front.register.projector import LINES

ACTIVE = "active"


@dataclass(slots=True)
class Place:
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
    states : list of state, level and lines
        On the day, states without a line left out.
    values : mapping of facet to value and lines
        Those of the facets asked for, most lines first.
    """

    kinds: dict[str, int]
    states: list[tuple[str, str, int]]
    values: dict[str, list[tuple[str, int]]]

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return sum(self.kinds.values())


def _on(day: date) -> Q:
    return Q(first__lte=day) & (Q(last=None) | Q(last__gte=day))


def overview(name: str, kinds: tuple[str, ...], day: date, at: int | None) -> list[Place]:
    """Return how much there is by each value of a facet, in the order of the values. Three queries."""
    found: dict[str, Place] = {}

    def place(value: str) -> Place:
        return found.setdefault(value, Place(value))

    shown = Row.objects.filter(shown_at(at))
    for value, count in _tallied(name) if at is None else _counted(LINES, name, shown.values("pk")):
        place(value).lines = count
    in_date = Held.objects.filter(_on(day), state=ACTIVE, publication__in=shown.values("pk"))
    for value, count in _counted(LINES, name, in_date.values("publication")):
        place(value).in_date = count
    others = Record.objects.filter(shown_at(at), kind__in=kinds, withdrawal="").values("pk")
    facets = Facet.objects.filter(kind__in=kinds, name=name, publication__in=others)
    for kind, value, count in facets.values_list("kind", "value").annotate(n=Count("pk")):
        place(value).kinds[kind] = count
    return [found[value] for value in sorted(found)]


def _tallied(name: str) -> Iterable[tuple[str, int]]:
    return Tally.objects.filter(name=name, lines__gt=0).values_list("value", "lines")


def _counted(kinds: tuple[str, ...], name: str, among: QuerySet[Any, Any]) -> Iterable[tuple[str, int]]:
    facets = Facet.objects.filter(kind__in=kinds, name=name, publication__in=among)
    return facets.values_list("value").annotate(n=Count("pk"))


def counts(name: str, value: str, by: tuple[str, ...], day: date, at: int | None) -> Counts:
    """Return how the lines that have a value divide, by kind, by state on a day, and by other facets. Three queries."""
    having = Facet.objects.filter(kind__in=LINES, name=name, value=value).values("publication")
    lines = Row.objects.filter(shown_at(at), pk__in=having)
    kinds = dict(lines.order_by().values_list("kind").annotate(n=Count("pk")))
    numbers = lines.order_by().values("pk")
    held = Held.objects.filter(_on(day), publication__in=numbers)
    states = list(held.values_list("state", "level").annotate(n=Count("pk")).order_by("state", "level"))
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    facets = Facet.objects.filter(kind__in=LINES, name__in=by, publication__in=numbers)
    for facet, other, count in (
        facets.values_list("name", "value").annotate(n=Count("pk")).order_by("name", "-n", "value")
    ):
        found[facet].append((other, count))
    return Counts(kinds, states, found)
