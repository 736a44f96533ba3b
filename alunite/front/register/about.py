"""What is known of the register as a whole: how much, said by whom, read where, what is missing, how fresh.

Each is asked as of a publication like everything else. Who says a record, and where it was read, stands in what is said
alone: each process reads that once, and what was published since at the next question.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import Any

import msgspec
from django.db.models import Func, Q, TextField

from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.queries import last_snapshot
from alunite.front.register.clocks import Clocks
from alunite.front.register.lines import Bits, Closed, Lines, bits_of, numbers_of, recall, remember
from alunite.front.register.models import Facet, Record

# How many records are read at once.
AT_ONCE = 2000

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

    publications: int
    first: datetime | None
    last: datetime | None
    snapshot: date | None


@dataclass(slots=True)
class Ledger:
    """What takes a look at every record, kept as sets of publications; filled once, then only read.

    Parameters
    ----------
    lineage : object
        Whose it is: that of the lines it was read beside.
    newest : int
        The publication up to which it was read.
    every, said : Bits
        All publications, and those that say something: neither withdrawn nor redacted.
    closed : Closed
        Versions that others took the place of.
    told : mapping of kind, origin, attribution and licence to Bits
        Publications by who says them and on which terms.
    missing : mapping of kind and facet to Bits
        Publications that lack what their kind is asked for.
    pages : array
        By publication: what stands for the page it was read on, 0 for none.
    """

    lineage: object
    newest: int = 0
    every: Bits = 0
    said: Bits = 0
    closed: Closed = field(default_factory=Closed)
    told: dict[tuple[str, str, str, str], Bits] = field(default_factory=dict)
    missing: dict[tuple[str, str], Bits] = field(default_factory=dict)
    pages: array[int] = field(default_factory=lambda: array("q", [0]))
    _pages_read: dict[int, int] = field(default_factory=dict)

    def held(self, at: int) -> Bits:
        """Return what is said as of a publication."""
        return self._by(at) & self.said & ~self.closed.by(at)

    def _by(self, at: int) -> Bits:
        return self.every & ((1 << (at + 1)) - 1)

    def whole(self, at: int) -> Whole:
        """Return by whom and on which terms records are said, and how many different pages they were read on."""
        held = self.held(at)
        counted = ((key, (having & held).bit_count()) for key, having in self.told.items())
        told = [Said(*key, n) for key, n in sorted(counted, key=lambda item: (-item[1], item[0])) if n]
        read = recall(self._pages_read, at)
        if read is None:
            pages = {page for number in numbers_of(held) if (page := self.pages[number])}
            read = remember(self._pages_read, at, len(pages))
        return Whole(told, read)

    def lacking(self, at: int) -> dict[tuple[str, str], int]:
        """Return how many records lack what their kind is asked for, by kind and facet."""
        held = self.held(at)
        return {key: n for key, having in self.missing.items() if (n := (having & held).bit_count())}

    def freshness(self, at: int) -> Freshness:
        """Return when it was published. Two queries."""
        every = self._by(at)
        first, last = (every & -every).bit_length() - 1, every.bit_length() - 1
        told = dict(Record.objects.filter(pk__in=[first, last]).values_list("pk", "published_at"))
        return Freshness(every.bit_count(), told.get(first), told.get(last), last_snapshot(at))


_known = Ledger(object())
_turn = Lock()


def ledger(known: Lines) -> Ledger:
    """Return what is known of every record, at least up to where the lines are. No query; three since a publication."""
    global _known  # noqa: PLW0603, what a process knows is one thing
    with _turn:
        if _known.lineage is not known.lineage:
            _known = _after(Ledger(known.lineage), known.newest)
        elif _known.newest < known.newest:
            _known = _after(_known, known.newest)
        return _known


def _after(known: Ledger, newest: int) -> Ledger:
    """Return what is known with everything up to a publication."""
    last = known.newest
    made = Ledger(known.lineage, newest)
    closed = Record.objects.filter(publication__lte=last, until__gt=last, until__lte=newest)
    ended = [(until, number) for until, number in closed.values_list("until", "publication") if until]
    made.pages = known.pages[:]
    made.pages.frombytes(bytes(made.pages.itemsize * (newest - last)))
    every: list[int] = []
    told: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    new = Record.objects.filter(publication__gt=last, publication__lte=newest).order_by().annotate(told=Told("payload"))
    for number, until, kind, withdrawal, said in new.values_list(
        "publication", "until", "kind", "withdrawal", "told"
    ).iterator(AT_ONCE):
        every.append(number)
        if until is not None and until <= newest:
            ended.append((until, number))
        if not withdrawal and said:
            of_record, of_line, attribution, licence, page = msgspec.json.decode(said)
            told[kind, of_record or of_line or "", attribution or "", licence or ""].append(number)
            made.pages[number] = 0 if page is None else hash(page) or 1
    made.closed = known.closed.with_more(ended)
    made.every = known.every | bits_of(every)
    made.said = known.said | bits_of(number for numbers in told.values() for number in numbers)
    made.told = known.told | {key: known.told.get(key, 0) | bits_of(numbers) for key, numbers in told.items()}
    lacking: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    wanted = Q()
    for kind, name, value in MISSING:
        wanted |= Q(kind=kind, name=name, value=value)
    asked = Facet.objects.filter(wanted, publication__gt=last, publication__lte=newest)
    for kind, name, number in asked.values_list("kind", "name", "publication"):
        lacking[kind, name].append(number)
    made.missing = known.missing | {
        key: known.missing.get(key, 0) | bits_of(numbers) for key, numbers in lacking.items()
    }
    return made


def lines(known: Lines, at: int | None) -> dict[str, tuple[int, int]]:
    """Return how many lines of each kind there are, and how many of them have no date at all. No query."""
    shown = known.shown_at(at)
    listed = {kind: having & shown for kind, having in known.kinds.items() if having & shown}
    return {kind: (having.bit_count(), (having & ~known.dated).bit_count()) for kind, having in listed.items()}


def states(known: Lines, clocks: Clocks) -> dict[str, int]:
    """Return how many lines of the list are in each state on the day. One query where the day is new."""
    listed = known.listed(clocks.on, clocks.at)
    return {state: (having & listed).bit_count() for state, having in known.states_listed(clocks.day).items()}


class Told(Func):
    """Who says a record, on which terms and where, as a JSON list: read at one go, for each look reads a payload whole."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return it for SQLite."""
        paths = "'$.origin', '$.timeline[0].reasons[0].origin', '$.attribution', '$.licence', '$.source_url'"
        return self.as_sql(compiler, connection, template=f"JSON_EXTRACT(%(expressions)s, {paths})", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return it for PostgreSQL."""
        paths = ("{origin}", "{timeline,0,reasons,0,origin}", "{attribution}", "{licence}", "{source_url}")
        parts = ", ".join(f"%(expressions)s #> '{path}'" for path in paths)
        return self.as_sql(compiler, connection, template=f"JSONB_BUILD_ARRAY({parts})::text", **more)
