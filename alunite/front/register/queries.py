"""What the register's pages show: a fixed number of queries, however much there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing
from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    FilteredRelation,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)

from alunite.front.register import search
from alunite.front.register.models import Facet, Record, Row
from alunite.front.register.projector import CERTIFICATE, EVENT

PAGE_LENGTH = 50

# In date first, then what needs attention, then what is over; the order of a first look.
STATE_ORDER = ("active", "suspended", "expired", "withdrawn", "revoked", "annulled", "superseded", "unknown")
FILTERS = ("standard", "activity", "country")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the list.

    Parameters
    ----------
    text : str
        Words that must all begin a word of the line.
    chosen : mapping of filter to value
        At most one value a filter; empty values are absent.
    on : date or None
        The day the state is asked for; None for today, which also lists what has no date.
    today : date
        Today in the scheme's zone.
    after : tuple or None
        Where the page begins, from `Listing.next`.
    """

    text: str
    chosen: dict[str, str]
    on: date | None
    today: date
    after: tuple[int, str, str] | None = None

    @property
    def day(self) -> date:
        """The day states are shown for."""
        return self.on or self.today


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list with its counts.

    Parameters
    ----------
    rows : list of Row
        Each with `state` and `state_level`, and `held_from`, `held_to` (the run of days around the day asked for).
    certificates, events : int
        How many of each there are over all pages.
    dateless : int
        Events left out because no source gives any date; only counted when a day is asked for.
    next : str
        Cursor of the following page, empty on the last.
    """

    rows: list[Any]
    certificates: int
    events: int
    dateless: int
    next: str


def listing(asked: Asked) -> Listing:
    """Return one page of the list. Three queries, two without `on`."""
    matching = _matching(asked)
    dated = _on(matching, asked)
    kinds = dict(dated.values_list("kind").annotate(n=Count("pk", distinct=True)).order_by())
    dateless = matching.filter(first_day=None).count() if asked.on else 0
    page = list(_after(_ordered(dated), asked.after)[: PAGE_LENGTH + 1])
    following = _cursor(page[PAGE_LENGTH - 1]) if len(page) > PAGE_LENGTH else ""
    return Listing(page[:PAGE_LENGTH], kinds.get(CERTIFICATE, 0), kinds.get(EVENT, 0), dateless, following)


def _matching(asked: Asked) -> QuerySet[Row]:
    rows = Row.objects.all()
    for name, value in asked.chosen.items():
        rows = rows.filter(pk__in=Facet.objects.filter(name=name, value=value).values("row"))
    if asked.text:
        found = search.matching(asked.text)
        rows = rows.none() if found is None else rows.filter(text_id__in=found)
    return rows


def _on(rows: QuerySet[Row], asked: Asked) -> QuerySet[Row]:
    day = asked.day
    covers = Q(held__first__lte=day) & (Q(held__last__isnull=True) | Q(held__last__gte=day))
    rows = rows.annotate(now=FilteredRelation("held", condition=covers))
    if asked.on is not None:
        rows = rows.filter(now__isnull=False)
    return rows.annotate(
        state=F("now__state"), state_level=F("now__level"), held_from=F("now__first"), held_to=F("now__last")
    )


def _ordered(rows: QuerySet[Row]) -> QuerySet[Row]:
    places = [When(now__state=state, then=Value(place)) for place, state in enumerate(STATE_ORDER)]
    place = Case(*places, default=Value(len(STATE_ORDER)), output_field=IntegerField())
    return rows.annotate(place=place).order_by("place", "-sort_day", "pk")


def _after(rows: QuerySet[Row], after: tuple[int, str, str] | None) -> QuerySet[Row]:
    if after is None:
        return rows
    place, day, pk = after
    sort_day = Value(date.fromisoformat(day), output_field=DateField())
    same_place = Q(place=place)
    return rows.filter(
        Q(place__gt=place) | same_place & Q(sort_day__lt=sort_day) | same_place & Q(sort_day=sort_day, pk__gt=pk)
    )


def _signer() -> signing.Signer:
    # Without a time stamp, so that the same question has the same page.
    return signing.Signer(salt="register.cursor")


def _cursor(row: Any) -> str:
    return _signer().sign_object([row.place, row.sort_day.isoformat(), row.pk])


def read_cursor(text: str) -> tuple[int, str, str]:
    """Return the place a cursor stands for; `ValueError` if it is not one of ours."""
    try:
        place, day, pk = _signer().unsign_object(text)
        return int(place), date.fromisoformat(day).isoformat(), str(pk)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise ValueError("not a cursor of this register") from error


def filter_values() -> dict[str, list[tuple[str, int]]]:
    """Return, for each filter, its values with how many lines have each. One query."""
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in FILTERS}
    counted = Facet.objects.filter(name__in=FILTERS).values_list("name", "value").annotate(n=Count("pk"))
    for name, value, count in counted.order_by("name", "value"):
        found[name].append((value, count))
    return found


def record(kind: str, subject: str) -> Record | None:
    """Return what is held of a subject. One query."""
    return Record.objects.filter(kind=kind, subject=subject).first()


def records(kind: str) -> list[Record]:
    """Return all records of a kind by title. One query; for kinds of which there are few."""
    return list(Record.objects.filter(kind=kind, withdrawal="").order_by("title", "subject"))


def lines_of(facet: str, value: str, day: date) -> tuple[list[Any], int]:
    """Return up to a page of lines that have a facet's value, with their state on `day`, and how many there are.

    Two queries.
    """
    asked = Asked(text="", chosen={facet: value}, on=None, today=day)
    matching = _matching(asked)
    return list(_ordered(_on(matching, asked))[:PAGE_LENGTH]), matching.count()


def counts() -> dict[str, int]:
    """Return how many records of each kind the register holds. One query."""
    return dict(Record.objects.filter(withdrawal="").values_list("kind").annotate(n=Count("pk")).order_by("kind"))


def line_counts() -> dict[str, int]:
    """Return how many lines of each kind the register lists. One query."""
    return dict(Row.objects.values_list("kind").annotate(n=Count("pk")).order_by("kind"))
