"""What the register's pages show: a fixed number of queries, however much there is, each on either clock.

`at` is the publication a question is asked as of; None for what is shown now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Subquery, Window

from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register import lines as memory
from alunite.front.register import search
from alunite.front.register.lines import NAME as BY_NAME
from alunite.front.register.lines import PLACE, Bits, Lines, Order, Ordered
from alunite.front.register.models import NOW, Held, Record, Row, Tally, shown_at
from alunite.front.register.projector import CERTIFICATE

PAGE_LENGTH = 50

# In date first, then what needs attention, then what is over; the order a form offers them in.
STATE_ORDER = ("active", "suspended", "expired", "withdrawn", "revoked", "annulled", "superseded", UNKNOWN)


class Bookmark(NamedTuple):
    """Where a page ends, by what its last line stood there for; so that it is found once that line is redacted, too.

    Parameters
    ----------
    part : int
        Which of the sets that stand one after another the line is in.
    key : int or tuple of int
        By what it stands where it does in its set; by name, by what it stands among lines of one name.
    slug : str
        Its name, where lines stand by name.
    """

    part: int
    key: Any
    slug: str


# The orders a list can be read in; by relevance only where words are looked for.
STATE, EVENT_DAY, NAME, EXPIRY, RELEVANCE = "state", "event", "name", "expiry", "relevance"
SORTS = (STATE, EVENT_DAY, NAME, EXPIRY, RELEVANCE)
# How many of the lines that words are found in are listed by relevance: nobody reads on, and narrowing helps more.
MOST_RELEVANT = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the list.

    Parameters
    ----------
    text : str
        Words that must all begin a word of the line.
    chosen : mapping of filter to values
        Of each filter a line must have one of these values.
    on : date or None
        The day the state is asked for; None for today, which also lists what has no date.
    today : date
        Today in the scheme's zone, or, on a later page, what it was when the first one was read.
    states : sequence of str
        The states of which a line has one on the day asked for; empty for any.
    sort : str
        The order, one of `SORTS`.
    at : int or None
        The publication the list is read as of.
    after : Bookmark or None
        What the page begins after, from `Listing.next`.
    """

    text: str
    chosen: Mapping[str, Sequence[str]]
    on: date | None
    today: date
    states: Sequence[str] = ()
    sort: str = STATE
    at: int | None = None
    after: Bookmark | None = None

    @property
    def day(self) -> date:
        """The day states are shown for."""
        return self.on or self.today


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list with its counts.

    Parameters
    ----------
    records : list of Record
        The lines of the page, each in the version asked for.
    certificates, events : int
        How many of each there are over all pages.
    whole : int
        How many lines there are however narrowed, on the same clocks.
    dateless : int
        Lines left out because no source gives any date; only counted when a day is asked for.
    first : int
        The number of the first line of the page, counted from 1.
    is_cut : bool
        Whether only the most relevant of them are listed.
    facets : mapping of filter to mapping of value to count
        How many lines have each value; the choice in a filter itself counts for the others only.
    at : int or None
        The publication the page was read as of; None for an empty page read now.
    is_newest : bool
        Whether nothing has been published since.
    next : Bookmark or None
        What the following page begins after; None on the last.
    """

    records: list[Record]
    certificates: int
    events: int
    whole: int
    dateless: int
    first: int
    is_cut: bool
    facets: Mapping[str, Mapping[str, int]]
    at: int | None
    is_newest: bool
    next: Bookmark | None

    @property
    def count(self) -> int:
        """How many lines there are over all pages."""
        return self.certificates + self.events

    @property
    def last(self) -> int:
        """The number of the last line of the page."""
        return self.first + len(self.records) - 1


def listing(asked: Asked, known: Lines) -> Listing:
    """Return one page of the list. One query, and one more for words, for a member, and for a day asked for the first time.

    And one by name, where the line that a page begins after was redacted.
    """
    found = _narrowed_to(asked, known)
    certificates = (found.lines & known.kinds.get(CERTIFICATE, 0)).bit_count()
    count = found.lines.bit_count()
    ordered = _ordered(asked, found, known)
    numbers, first = _page(asked, ordered, known)
    records = said_in(numbers[:PAGE_LENGTH])
    # Where all of a page was redacted this very moment, what follows it begins where it did; of the first one nowhere.
    following = _bookmark(asked, records[-1], ordered, known) if records else asked.after
    at = known.newest if asked.at is None else asked.at
    return Listing(
        records=records,
        certificates=certificates,
        events=count - certificates,
        whole=found.whole.bit_count(),
        dateless=found.dateless.bit_count(),
        first=first + 1,
        is_cut=asked.sort == RELEVANCE and count > MOST_RELEVANT,
        facets=found.facets(),
        at=at or None,
        is_newest=at >= known.newest,
        next=following if len(numbers) > PAGE_LENGTH else None,
    )


def every(asked: Asked, known: Lines) -> list[int]:
    """Return the publications of all lines a question finds, in its order."""
    found = _narrowed_to(asked, known)
    return _ordered(asked, found, known).some(0, found.lines.bit_count())


def offered(known: Lines) -> dict[str, set[str]]:
    """Return, for each filter, the values any line had at any time: as of a day on which none had one, the answer is none."""
    return {name: {value for value, having in values.items() if having} for name, values in known.values.items()}


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """Sets of lines: all there are on these clocks, those each filter leaves, those all of them leave, and the dateless left out."""

    whole: Bits
    text: Sequence[Bits]
    parts: Mapping[str, Bits]
    values: Mapping[str, Mapping[str, Bits]]
    lines: Bits
    dateless: Bits

    def facets(self) -> dict[str, dict[str, int]]:
        found = {}
        for name, values in self.values.items():
            others = reduce(and_, (part for other, part in self.parts.items() if other != name), self.whole)
            found[name] = {value: n for value, having in values.items() if (n := (having & others).bit_count())}
        return found


def _narrowed_to(asked: Asked, known: Lines) -> _Narrowed:
    shown = known.shown_at(asked.at)
    states = known.states_listed(asked.day)
    values = {**known.values, "state": states}
    parts = {
        name: reduce(or_, (values[name].get(value, 0) for value in among), 0)
        for name, among in {**asked.chosen, "state": asked.states}.items()
        if among and name in values
    }
    if members := asked.chosen.get("member"):
        held = (number for _member, numbers in memory.numbers_by_member(members) for number in numbers)
        parts["member"] = memory.bits_of(held) & known.spoken
    text = known.with_text(asked.text) if asked.text else []
    if text:
        parts["q"] = text[-1]
    every = reduce(and_, parts.values(), shown)
    if asked.on is None:
        return _Narrowed(shown, text, parts, values, every, 0)
    # A line without any date is left out where a day is asked for, and counted.
    listed = known.listed(asked.on, asked.at)
    return _Narrowed(listed, text, parts, values, every & listed, every & ~known.dated)


def _ordered(asked: Asked, found: _Narrowed, known: Lines) -> Ordered:
    if asked.sort == EVENT_DAY:
        return Ordered([(found.lines, known.order(PLACE))])
    if asked.sort == NAME:
        return Ordered([(found.lines, known.order(BY_NAME))])
    if asked.sort == EXPIRY:
        return known.by_expiry(found.lines, asked.day)
    if asked.sort == RELEVANCE and found.text:
        return _one_after_another(found.lines, found.text, known)
    states = found.values["state"]
    # As many sets whatever states there are: one that a redaction takes out must not move those behind it.
    others = reduce(or_, (states[state] for state in states if state not in STATE_ORDER), 0)
    return _one_after_another(found.lines, [*(states.get(state, 0) for state in STATE_ORDER), others, -1], known)


def _one_after_another(lines: Bits, sets: Iterable[Bits], known: Lines) -> Ordered:
    """Return lines set by set, each by place, each once."""
    parts, by_place = [], known.order(PLACE)
    for one in sets:
        parts.append((lines & one, by_place))
        lines &= ~one
    return Ordered(parts)


def _page(asked: Asked, ordered: Ordered, known: Lines) -> tuple[list[int], int]:
    """Return up to one line more than a page holds, and how many stand before it."""
    seen = _seen(asked, asked.after, ordered, known) if asked.after else 0
    most = PAGE_LENGTH + 1
    if asked.sort == RELEVANCE:
        most = min(most, max(0, MOST_RELEVANT - seen))
    return ordered.some(seen, most), seen


def _bookmark(asked: Asked, last: Record, ordered: Ordered, known: Lines) -> Bookmark:
    """Return where a page ends."""
    number = last.publication
    part = ordered.part_of(number)
    if asked.sort == NAME:
        return Bookmark(part, (known.place[number], number), last.slug)
    return Bookmark(part, ordered.parts[part][1].key_of(number), "")


def _seen(asked: Asked, after: Bookmark, ordered: Ordered, known: Lines) -> int:
    """Return how many lines stand before a page now: each one redacted meanwhile is one less. No query; one at most by name."""
    lines, order = ordered.parts[after.part]
    up_to = _named_up_to(after, order, known) if asked.sort == NAME else order.up_to(after.key)
    return sum(before.bit_count() for before, _ in ordered.parts[: after.part]) + (lines & up_to).bit_count()


def _named_up_to(after: Bookmark, order: Order, known: Lines) -> Bits:
    """Return the lines up to one in the order of names."""
    _place, number = after.key
    if known.spoken >> number & 1:
        return order.before(order.numbers.index(number) + 1)
    # It was redacted, and what stood before it is known to the database alone: names are not kept here.
    named = memory.named().filter(name__lte=after.slug, publication__lte=known.newest)
    return memory.bits_of(
        number
        for number, slug in named.values_list("publication", "slug").iterator()
        if slug < after.slug or (known.place[number], number) <= after.key
    )


def places(asked: Asked, most: int, *, after: int | None = None) -> list[tuple[int, int, int]]:
    """Return publication and place of up to `most` lines by place, each with the newest publication of all. One query.

    With `after`, those behind a place.
    """
    rows = _matching(asked)
    if asked.on is not None:
        # A timeline has no gap after its first day: a line that had begun by a day has a state on it.
        rows = rows.filter(first_day__lte=asked.on)
    if after is not None:
        rows = rows.filter(place__gt=after)
    newest = Subquery(Record.objects.order_by("-publication").values("publication")[:1])
    ordered = rows.annotate(newest=newest).order_by("place")
    found: list[tuple[int, int, int]] = list(ordered.values_list("publication", "place", "newest")[:most])
    return found


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
    dateless = Q(first_day=None) if UNKNOWN in asked.states else None
    marks = [[search.mark(name, value) for value in values] for name, values in asked.chosen.items() if values]
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
    if not asked.states:
        return []
    begun = Held.objects.filter(state__in=asked.states, first__lte=asked.day).values("publication")
    return [begun.filter(last=None), begun.filter(last__gte=asked.day)]


def said_in(publications: Sequence[int]) -> list[Record]:
    """Return what these publications say of lines, in their order; without what was redacted meanwhile. One query."""
    held = Record.objects.in_bulk(publications)
    return [held[number] for number in publications if number in held and held[number].payload]


def lines_of(facet: str, value: str, on: date | None, today: date, at: int | None) -> tuple[list[Record], int]:
    """Return up to a page of lines that have a value, with a day those begun by it, and how many there are. Two queries."""
    having = _matching(Asked(text="", chosen={facet: [value]}, on=on, today=today, at=at))
    if on is not None:
        having = having.filter(first_day__lte=on)
    counted = having.annotate(n=Window(Count("pk"))).order_by("place").values_list("publication", "n")
    found = list(counted[:PAGE_LENGTH])
    return said_in([publication for publication, _ in found]), found[0][1] if found else 0


def places_with_lines() -> list[tuple[str, str]]:
    """Return the countries and activities that lines name now, as facet and value. One query."""
    named = Tally.objects.filter(name__in=("country", "activity"), lines__gt=0).exclude(value=UNKNOWN)
    return list(named.order_by("name", "value").values_list("name", "value"))


def names(subjects: Mapping[str, Collection[str]], at: int | None) -> dict[tuple[str, str], str]:
    """Return the title of each of these subjects of these kinds: the one shown then, else now. One query, none for none."""
    asked = [Q(kind=kind, subject__in=among) for kind, among in subjects.items() if among]
    if not asked:
        return {}
    shown = Record.objects.filter(reduce(or_, asked), shown_at(at) | shown_at(None), withdrawal="")
    titles = shown.order_by("-publication").values_list("kind", "subject", "title")
    return {(kind, subject): title for kind, subject, title in titles}


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
