"""What the register's pages show: a fixed number of queries, however much there is, each on either clock.

`at` is the publication a question is asked as of; None for what is shown now.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, QuerySet, Subquery

from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register import search
from alunite.front.register.models import NOW, Held, Record, Row, Tally, shown_at
from alunite.front.register.projector import CERTIFICATE, EVENT, TALLIED

PAGE_LENGTH = 50

# In date first, then what needs attention, then what is over; the order a form offers them in.
STATE_ORDER = ("active", "suspended", "expired", "withdrawn", "revoked", "annulled", "superseded", "unknown")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the list.

    Parameters
    ----------
    text : str
        Words that must all begin a word of the line.
    chosen : mapping of filter to value
        At most one value a filter; empty values are absent.
    state : str
        The state a line has on the day asked for; empty for any.
    on : date or None
        The day the state is asked for; None for today, which also lists what has no date.
    today : date
        Today in the scheme's zone, or, on a later page, what it was when the first one was read.
    at : int or None
        The publication the list is read as of.
    after : int or None
        The place the page begins after, from `Listing.next`.
    """

    text: str
    chosen: dict[str, str]
    on: date | None
    today: date
    state: str = ""
    at: int | None = None
    after: int | None = None

    @property
    def day(self) -> date:
        """The day states are shown for."""
        return self.on or self.today

    @property
    def is_narrowed(self) -> bool:
        """Whether less than the whole list is asked for."""
        return bool(self.text or self.chosen or self.state)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list with its counts.

    Parameters
    ----------
    records : list of Record
        The lines of the page, each in the version asked for.
    certificates, events : int
        How many of each there are over all pages.
    dateless : int
        Lines left out because no source gives any date; only counted when a day is asked for.
    at : int or None
        The publication the page was read as of; None for an empty page read now.
    is_newest : bool
        Whether nothing has been published since.
    next : int or None
        Place the following page begins after; None on the last.
    """

    records: list[Record]
    certificates: int
    events: int
    dateless: int
    at: int | None
    is_newest: bool
    next: int | None


@dataclass(slots=True)
class _Counted:
    """Lines of each kind that are listed, those left out for want of a date, and the newest publication by then."""

    listed: dict[str, int] = field(default_factory=dict)
    dateless: int = 0
    newest: int | None = None


def listing(asked: Asked) -> Listing:
    """Return one page of the list. Three queries, two where it is narrowed."""
    found, counted = _looked_for_once(asked) if asked.is_narrowed else _looked_up(asked)
    at = counted.newest if asked.at is None else asked.at
    page = found[:PAGE_LENGTH]
    return Listing(
        records=_in_order([publication for publication, _ in page]),
        certificates=counted.listed.get(CERTIFICATE, 0),
        events=counted.listed.get(EVENT, 0),
        dateless=counted.dateless,
        at=at,
        is_newest=counted.newest is None or at == counted.newest,
        next=page[-1][1] if len(found) > PAGE_LENGTH else None,
    )


def _looked_up(asked: Asked) -> tuple[list[tuple[int, int]], _Counted]:
    """Return a page of the whole list and its counts, each by an index of its own. Two queries."""
    found = list(_page(asked, PAGE_LENGTH + 1))
    newest = found[0][2] if found else None
    counted = _counted(asked)
    if asked.at is None and newest is not None and counted.newest != newest:
        counted = _counted(replace(asked, at=newest))  # something was published between the two
    counted.newest = newest
    return [(publication, place) for publication, place, _ in found], counted


def _looked_for_once(asked: Asked) -> tuple[list[tuple[int, int]], _Counted]:
    """Return a page of what the list is narrowed to and its counts; looking for it takes longest. One query."""
    matching = _matching(asked).order_by().values_list("publication", "place", "kind", "first_day")
    try:
        lines, parameters = matching.query.sql_with_params()
    except EmptyResultSet:
        return [], _Counted()
    # A timeline has no gap after its first day: a line that had begun by a day has a state on it.
    begun = "1 = 1" if asked.on is None else "first_day <= %s"
    day = [] if asked.on is None else [connection.ops.adapt_datefield_value(asked.on)]
    after = -1 if asked.after is None else asked.after
    statement = f"""
        WITH found (publication, place, kind, first_day) AS ({lines}),
        counted AS (
            SELECT COUNT(*) FILTER (WHERE kind = %s AND {begun}), COUNT(*) FILTER (WHERE kind = %s AND {begun}),
            COUNT(*) FILTER (WHERE first_day IS NULL), (SELECT MAX(publication) FROM register_record) FROM found
        ),
        page AS (
            SELECT publication, place FROM found WHERE place > %s AND {begun} ORDER BY place LIMIT {PAGE_LENGTH + 1}
        )
        SELECT * FROM counted LEFT JOIN page ON 1 = 1 ORDER BY place
    """  # noqa: S608, made of constants and what the ORM wrote
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, CERTIFICATE, *day, EVENT, *day, after, *day])
        rows = cursor.fetchall()
    certificates, events, dateless, newest, *_ = rows[0]
    found = [(publication, place) for *_, publication, place in rows if publication is not None]
    counted = _Counted(
        listed={CERTIFICATE: certificates, EVENT: events},
        dateless=dateless if asked.on else 0,
        newest=newest if found else None,
    )
    return found, counted


def _newest() -> Subquery:
    """Return the newest publication as part of a query, so that both see the same."""
    return Subquery(Record.objects.order_by("-publication").values("publication")[:1])


def places(asked: Asked, most: int) -> list[tuple[int, int, int]]:
    """Return publication and place of up to `most` lines, each with the newest publication of all. One query."""
    found: list[tuple[int, int, int]] = list(_page(asked, most))
    return found


def _page(asked: Asked, most: int) -> QuerySet[Row, Any]:
    rows = _matching(asked)
    if asked.on is not None:
        rows = rows.filter(first_day__lte=asked.on)
    if asked.after is not None:
        rows = rows.filter(place__gt=asked.after)
    ordered = rows.annotate(newest=_newest()).order_by("place")
    found: QuerySet[Row, Any] = ordered.values_list("publication", "place", "newest")[:most]
    return found


def _counted(asked: Asked) -> _Counted:
    rows = _matching(asked).order_by().values_list("kind").annotate(newest=_newest())
    if asked.on is None:
        found = [(*row, 0) for row in rows.annotate(listed=Count("pk"))]
    else:
        # A timeline has no gap after its first day: a line that had begun by a day has a state on it.
        listed = Count("pk", filter=Q(first_day__lte=asked.on))
        found = list(rows.annotate(listed=listed, dateless=Count("pk", filter=Q(first_day=None))))
    counted = _Counted()
    for kind, newest, lines, dateless in found:
        counted.listed[kind] = lines
        counted.dateless += dateless
        counted.newest = newest
    return counted


def ever_matching(asked: Asked) -> QuerySet[Row]:
    """Return all versions of lines, up to the publication of the question, that it fits, whatever was said after them."""
    rows = _narrowed(Row.objects.filter(publication__lte=asked.at), asked)
    return rows if asked.on is None else rows.filter(first_day__lte=asked.on)


def _matching(asked: Asked) -> QuerySet[Row]:
    return _narrowed(Row.objects.filter(shown_at(asked.at)), asked)


def _narrowed(rows: QuerySet[Row], asked: Asked) -> QuerySet[Row]:
    if asked.text and not search.cut(asked.text):
        return rows.none()
    held = _held(asked)
    dateless = Q(first_day=None) if asked.state == UNKNOWN else None
    marks = [search.mark(name, value) for name, value in asked.chosen.items()]
    found = search.matching(asked.text, marks, among=[] if dateless else held)
    if found is not None:
        rows = rows.filter(pk__in=found)
    if held and (found is None or dateless):
        rows = rows.filter(reduce(or_, (Q(pk__in=one) for one in held), dateless or Q(pk__in=[])))
    return rows


def _held(asked: Asked) -> list[QuerySet[Held, Any]]:
    """Return sub-queries of the publications whose lines have the state asked for; none for any state.

    Two looks into the index of ends: as one condition, neither database would use it.
    """
    if not asked.state:
        return []
    begun = Held.objects.filter(state=asked.state, first__lte=asked.day).values("publication")
    return [begun.filter(last=None), begun.filter(last__gte=asked.day)]


def _in_order(publications: list[int]) -> list[Record]:
    held = Record.objects.in_bulk(publications)
    return [held[publication] for publication in publications if publication in held]


def lines_of(facet: str, value: str, day: date, at: int | None) -> tuple[list[Record], int]:
    """Return up to a page of lines that have a value, and how many there are. Three queries."""
    found = listing(Asked(text="", chosen={facet: value}, on=None, today=day, at=at))
    return found.records, found.certificates + found.events


def choices(at: int | None) -> dict[str, list[tuple[str, int | None]]]:
    """Return, for each filter, the values lines have with how many have each. One query.

    As of a publication these are the values any line had by then, and how many had each is not counted.
    """
    found: dict[str, list[tuple[str, int | None]]] = {name: [] for name in TALLIED}
    tallies = Tally.objects.filter(lines__gt=0) if at is None else Tally.objects.filter(since__lte=at)
    for name, value, lines in tallies.order_by("name", "value").values_list("name", "value", "lines"):
        found[name].append((value, lines if at is None else None))
    return found


def places_with_lines() -> list[tuple[str, str]]:
    """Return the countries and activities that lines name now, as facet and value. One query."""
    named = Tally.objects.filter(name__in=("country", "activity"), lines__gt=0).exclude(value=UNKNOWN)
    return list(named.order_by("name", "value").values_list("name", "value"))


def names(chosen: dict[str, str], at: int | None) -> dict[str, str]:
    """Return, for each kind whose subject is named, the title of that subject. One query, none for none."""
    if not chosen:
        return {}
    subjects = Q()
    for kind, subject in chosen.items():
        subjects |= Q(kind=kind, subject=subject)
    shown = Record.objects.filter(subjects, shown_at(at), withdrawal="")
    return dict(shown.values_list("kind", "title"))


def record(kind: str, subject: str, at: int | None = None) -> Record | None:
    """Return what is shown of a subject. One query."""
    found = Record.objects.filter(kind=kind, subject=subject)
    if at is None:
        return found.filter(NOW).first()
    return found.filter(publication__lte=at).order_by("-publication").first()


def now_and_then(kind: str, subject: str, at: int | None) -> tuple[Record | None, Record | None]:
    """Return what is shown of a subject now, and what is shown of it as of a publication. One query."""
    found = Record.objects.filter(shown_at(None) | shown_at(at), kind=kind, subject=subject)
    versions = sorted(found, key=lambda version: version.publication)
    if not versions:
        return None, None
    now, then = versions[-1], versions[0]
    return now, (then if at is None or then.publication <= at else None)


def first_told(kind: str, subject: str) -> datetime | None:
    """Return when anything was first published of a subject. One query."""
    told = Record.objects.filter(kind=kind, subject=subject).order_by("publication")
    return told.values_list("published_at", flat=True).first()


def published_at(publication: int) -> datetime | None:
    """Return when a publication was made. One query."""
    return Record.objects.filter(pk=publication).values_list("published_at", flat=True).first()


def records(kind: str, at: int | None = None) -> list[Record]:
    """Return all records of a kind by title. One query; for kinds of which there are few."""
    return list(Record.objects.filter(shown_at(at), kind=kind, withdrawal="").order_by("title", "subject"))


def counts(at: int | None = None) -> dict[str, int]:
    """Return how many records of each kind the register holds. One query."""
    held = Record.objects.filter(shown_at(at), withdrawal="")
    return dict(held.values_list("kind").annotate(n=Count("pk")).order_by("kind"))
