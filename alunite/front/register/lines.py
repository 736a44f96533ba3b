"""All lines of the register in memory: which fit a question, how many have each value, and in which order they stand.

A set of lines is one whole number: bit n stands for the line of publication n. To narrow is to AND such numbers and to count
is to count bits, which takes microseconds for 100,000 lines where either database takes a good part of a second.

Each process holds one `Lines`, brought up to date by what was published since, at the next question. Nothing here is
believed longer than the read tables say so: every question begins by asking which publication is the newest, when it
was made and what it says, and how many were redacted. A process that knows other answers reads anew.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, groupby, pairwise
from operator import itemgetter
from threading import Lock
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Collate

from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register import search
from alunite.front.register.models import Record
from alunite.front.register.projector import LINES

# A set of lines: bit n is the line of publication n.
Bits = int

# What a reader narrows by beside the state; members are too many to be kept, and are looked up.
GROUPS = ("standard", "version", "level", "activity", "country", "firm", "year")

# How many days and texts a process remembers the lines of; each is asked for on several pages in a row.
REMEMBERED = 16

# The orders in which lines are kept: by place, the latest event first; by name; by the day they expire, next first and last
# first; by the first day of their timelines.
PLACE, NAME, NEXT, PAST, BEGUN = "place", "name", "next", "past", "begun"

# Into how many parts an order is cut: what is kept for each is a set of lines, and what is looked at is a part or two.
PARTS = 32
# A part this many times as long as the others makes it worth while to cut anew.
UNEVEN = 4

# How many characters of a list of publications are read at once.
PIECE = 10_000
# How many rows are read at once.
ROWS_AT_ONCE = 2_000

# Of a set that is smaller than where it is looked for by this much it is quicker to sort its lines than to walk along all.
SPARSE = 8

_STAMP = """
    SELECT publication, published_at, digest, (SELECT COUNT(*) FROM publication_redaction)
    FROM register_record WHERE publication = %s
    UNION ALL SELECT * FROM (
        SELECT publication, published_at, digest, (SELECT COUNT(*) FROM publication_redaction)
        FROM register_record ORDER BY publication DESC LIMIT 1
    ) newest
"""
_ROWS = """
    SELECT publication, until, kind, place, {first_day}, expires FROM register_row
    WHERE publication <= %s AND (publication > %s OR until > %s) ORDER BY publication
"""
_VALUES = """
    SELECT name, value, {ids} FROM register_facet
    WHERE {plus}kind IN %s AND {plus}name IN %s AND publication > %s AND publication <= %s GROUP BY {plus}name, {plus}value
"""
_MEMBERS = """
    SELECT value, {ids} FROM register_facet WHERE kind IN %s AND name = 'member' AND value IN %s GROUP BY value
"""
_STATES = """
    SELECT state, {ids} FROM register_held
    WHERE {plus}first <= %s AND ({plus}last IS NULL OR {plus}last >= %s) AND publication > %s AND publication <= %s
    GROUP BY {plus}state
"""


class Order:
    """Lines in an order, so that those at any place of it are found without a walk there.

    It is cut into parts, and holds for the beginning of each the set of all lines before it: that AND a set, counted, is how
    many lines of the set stand before the part.
    """

    __slots__ = ("_before", "_key", "_starts", "numbers")

    def __init__(self, numbers: Iterable[int], key: Callable[[int], Any] | None) -> None:
        self.numbers = array("i", numbers)
        self._key = key
        length = -(-len(self.numbers) // PARTS) or 1
        self._starts = [*(range(0, len(self.numbers), length) or [0]), len(self.numbers)]
        self._before = [0]
        for start, end in pairwise(self._starts):
            self._before.append(self._before[-1] | bits_of(self.numbers[start:end]))

    def with_more(self, more: Sequence[int], key: Callable[[int], Any]) -> Order:
        """Return the order with some more lines: put in where they are few, else made anew."""
        longest = max(end - start for start, end in pairwise(self._starts))
        if len(more) > PARTS or longest > UNEVEN * (len(self.numbers) // PARTS + 1):
            return Order(sorted([*self.numbers, *more], key=key), key)
        made = Order((), key)
        made.numbers, made._starts, made._before = self.numbers[:], self._starts[:], self._before[:]
        for number in more:
            rank = bisect_right(made.numbers, key(number), key=key)
            made.numbers.insert(rank, number)
            for part in range(max(1, bisect_left(made._starts, rank)), len(made._starts)):
                made._starts[part] += 1
                made._before[part] |= 1 << number
        return made

    def before(self, rank: int) -> Bits:
        """Return the set of the first so many lines."""
        part = bisect_right(self._starts, rank) - 1
        return self._before[part] | bits_of(self.numbers[self._starts[part] : rank])

    def key_of(self, number: int) -> Any:
        """Return by what a line stands where it does, of an order that is kept by keys."""
        return self._key(number) if self._key else None

    def up_to(self, key: Any) -> Bits:
        """Return the set of the lines up to a key, whether or not a line has it, of an order that is kept by keys."""
        return self.before(bisect_right(self.numbers, key, key=self._key))

    def some(self, found: Bits, first: int, most: int) -> list[int]:
        """Return, of a set, the lines after so many of its own, and at most so many."""

        def passed(part: int) -> int:
            return (found & self._before[part]).bit_count()

        parts = range(len(self._before))
        begin = bisect_right(parts, first, key=passed) - 1
        end = min(bisect_left(parts, first + most, key=passed), parts[-1])
        among = found & self._before[end] & ~self._before[begin]
        start, stop = self._starts[begin], self._starts[end]
        if self._key and among.bit_count() * SPARSE < stop - start:
            lines = sorted(numbers_of(among), key=self._key)
        else:
            raw = among.to_bytes(self._before[-1].bit_length() // 8 + 1, "little")
            lines = [number for number in self.numbers[start:stop] if raw[number >> 3] >> (number & 7) & 1]
        skipped = first - passed(begin)
        return lines[skipped : skipped + most]


@dataclass(frozen=True, slots=True)
class Ordered:
    """Lines that were found, in the order of a list: sets that stand one after another, each in an order."""

    parts: Sequence[tuple[Bits, Order]]

    def some(self, first: int, most: int) -> list[int]:
        """Return the lines after so many, and at most so many."""
        found: list[int] = []
        for lines, order in self.parts:
            count = lines.bit_count()
            if first < count and len(found) < most:
                found += order.some(lines, first, most - len(found))
            first = max(0, first - count)
        return found

    def part_of(self, number: int) -> int:
        """Return in which of the sets one of the lines is."""
        return next(rank for rank, (lines, _) in enumerate(self.parts) if lines >> number & 1)


class Closed:
    """Versions that others took the place of, in the order in which that happened; as arrays, since there are many."""

    __slots__ = ("_after", "_versions")

    def __init__(self) -> None:
        self._versions = array("i")
        self._after = array("i")

    def by(self, publication: int) -> Bits:
        """Return those that had been closed by a publication."""
        return bits_of(self._versions[: bisect_right(self._after, publication)])

    def with_more(self, ended: Iterable[tuple[int, int]]) -> Closed:
        """Return these and others, each given with the publication after it: one made after all that are known."""
        later = sorted(ended)
        made = Closed()
        made._after = self._after + array("i", [after for after, _ in later])
        made._versions = self._versions + array("i", [version for _, version in later])
        return made


@dataclass(slots=True)
class Lines:
    """The lines of the register up to a publication; filled once, then only read.

    Parameters
    ----------
    stamp : tuple
        The newest publication, when it was made, its digest, and how many had been redacted.
    lineage : object
        The same for all that went on from one reading of everything: what else was read beside it goes on being true.
    spoken, dated, open : Bits
        Versions of lines; those of which a day is known; those nothing was said after.
    kinds : mapping of kind to Bits
        Certificates and events.
    closed : Closed
        Versions that others took the place of.
    place, expires, first : array
        By publication: the line's place in the list, and the day it expires and the first one of its timeline as ordinals, 0
        where unknown.
    values : mapping of group to mapping of value to Bits
        Versions that have a value.
    beside : mapping
        What others made of the lines as they are and want to find again; bounded by `remember`, gone with the next publication.
    """

    stamp: tuple[Any, ...] = (0, "", "", 0)
    lineage: object = field(default_factory=object)
    spoken: Bits = 0
    dated: Bits = 0
    open: Bits = 0
    kinds: dict[str, Bits] = field(default_factory=dict)
    closed: Closed = field(default_factory=Closed)
    place: array[int] = field(default_factory=lambda: array("q", [0]))
    expires: array[int] = field(default_factory=lambda: array("i", [0]))
    first: array[int] = field(default_factory=lambda: array("i", [0]))
    values: dict[str, dict[str, Bits]] = field(default_factory=lambda: {name: {} for name in GROUPS})
    beside: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    _states: dict[date, tuple[int, dict[str, Bits]]] = field(default_factory=dict)
    _texts: dict[tuple[str, ...], list[Bits]] = field(default_factory=dict)
    _shown: dict[int, Bits] = field(default_factory=dict)
    _orders: dict[str, Order] = field(default_factory=dict)

    @property
    def newest(self) -> int:
        """The newest publication of all, of a line or of anything else; 0 when there is none."""
        number: int = self.stamp[0]
        return number

    def shown_at(self, at: int | None) -> Bits:
        """Return the versions shown as of a publication; None for now."""
        if at is None or at >= self.newest:
            return self.open
        found = recall(self._shown, at)
        if found is None:
            found = remember(self._shown, at, self.spoken & ((1 << (at + 1)) - 1) & ~self.closed.by(at))
        return found

    def states_on(self, day: date) -> Mapping[str, Bits]:
        """Return the versions that have each state on a day. One query where the day is asked for anew, else none."""
        known, states = recall(self._states, day) or (0, {})
        if known < self.newest:
            states = dict(states)
            iso = connection.ops.adapt_datefield_value(day)
            for state, ids in _asked(_STATES, [iso, iso, known, self.newest], since=known):
                states[state] = states.get(state, 0) | _bits_of_text(ids)
            remember(self._states, day, (self.newest, states))
        return states

    def with_text(self, text: str) -> Sequence[Bits]:
        """Return the versions whose words `text` begins, the best first: each set holds those before it. One query or none.

        First those whose number it is, then those whose names hold its words whole, then those whose names hold words
        that begin with them, then all.
        """
        typed = tuple(search.cut(text)[: search.MOST_WORDS])
        if not typed:
            return [0]
        found = recall(self._texts, typed)
        if found is None:
            told = search.by_relevance(typed, _ids("rowid"))
            found = remember(self._texts, typed, [_bits_of_text(ids) & self.spoken for ids in told])
        return found

    def values_among(self, name: str, among: Bits) -> list[tuple[str, int]]:
        """Return the values of a filter that lines of a set have, with how many have each: most lines first."""
        counted = ((value, (having & among).bit_count()) for value, having in self.values[name].items())
        return sorted(((value, n) for value, n in counted if n), key=lambda item: (-item[1], item[0]))

    def listed(self, on: date | None, at: int | None) -> Bits:
        """Return the versions that the list holds: with a day, those begun by it; what has no date is left out there."""
        shown = self.shown_at(at)
        return shown if on is None else shown & self.begun_by(on)

    def states_listed(self, day: date) -> dict[str, Bits]:
        """Return the versions in each state on a day, as the list counts them: of what has no date nobody knows it."""
        states = dict(self.states_on(day))
        states[UNKNOWN] = states.get(UNKNOWN, 0) | (self.spoken & ~self.dated)
        return states

    def begun_by(self, day: date) -> Bits:
        """Return the versions whose timelines have begun by a day; none has a gap after its first one."""
        begun = self.order(BEGUN)
        unknown = bisect_left(begun.numbers, 1, key=self.first.__getitem__)
        return begun.before(bisect_right(begun.numbers, day.toordinal(), key=self.first.__getitem__)) & ~begun.before(
            unknown
        )

    def in_order(self, found: Bits) -> list[int]:
        """Return lines by place: the latest event first."""
        return sorted(numbers_of(found), key=self.place.__getitem__)

    def from_place(self, place: int) -> Bits:
        """Return the versions at a place and after it."""
        order = self.order(PLACE)
        return self.spoken & ~order.before(bisect_left(order.numbers, place, key=self.place.__getitem__))

    def by_expiry(self, found: Bits, day: date) -> Ordered:
        """Return lines by the day they expire: what expires next after a day first, then what is past, then the unknown."""
        following = self.order(NEXT)
        unknown, today = (
            following.before(bisect_left(following.numbers, ordinal, key=self.expires.__getitem__))
            for ordinal in (1, day.toordinal())
        )
        sets = (
            (found & ~today, following),
            (found & today & ~unknown, self.order(PAST)),
            (found & unknown, self.order(PLACE)),
        )
        return Ordered(sets)

    def order(self, name: str) -> Order:
        """Return all versions in an order. One query by name where nobody asked since the last publication, else none."""
        if name not in self._orders:
            self._orders[name] = self._by_name() if name == NAME else self._made(name)
        return self._orders[name]

    def _made(self, name: str) -> Order:
        numbers = numbers_of(self.spoken)
        if name in {NEXT, PAST}:
            # By one after the other: a key of both for every line would take many times what is kept.
            sign = 1 if name == NEXT else -1
            numbers.sort(key=self.place.__getitem__)
            numbers.sort(key=lambda number: sign * self.expires[number])
        else:
            numbers.sort(key=self._keys[name])
        return Order(numbers, self._keys[name])

    @property
    def _keys(self) -> Mapping[str, Callable[[int], Any]]:
        place, expires = self.place, self.expires
        return {
            PLACE: place.__getitem__,
            NEXT: lambda number: (expires[number], place[number]),
            PAST: lambda number: (-expires[number], place[number]),
            BEGUN: self.first.__getitem__,
        }

    def _by_name(self) -> Order:
        # The database sorts the names, as Python would: all of them here at once would take many times what is kept.
        told = named().filter(publication__lte=self.newest).order_by("name")
        lines = self.spoken.to_bytes(self.newest // 8 + 1, "little")
        numbers = array("q")
        for _, same in groupby(told.values_list("slug", "publication").iterator(), key=itemgetter(0)):
            among = (number for _, number in same if lines[number >> 3] >> (number & 7) & 1)
            numbers.extend(sorted(among, key=lambda number: (self.place[number], number)))
        return Order(numbers, None)


def named() -> QuerySet[Any, Any]:
    """Return what there is of lines, each with the name the order of names is made by, letters as Python compares them."""
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    return Record.objects.filter(kind__in=LINES).annotate(name=Collate("slug", collation))


def bits_of(numbers: Iterable[int]) -> Bits:
    """Return the set of these publications.

    >>> bin(bits_of([1, 3]))
    '0b1010'
    """
    # As an array: of a list, each number alone takes four times the room.
    numbers = array("q", numbers)
    if not numbers:
        return 0
    raw = bytearray(max(numbers) // 8 + 1)
    for number in numbers:
        raw[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(raw, "little")


_IN_A_BYTE = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def numbers_of(found: Bits) -> list[int]:
    """Return the publications of a set, in order.

    >>> numbers_of(0b1010)
    [1, 3]
    """
    raw = found.to_bytes(found.bit_length() // 8 + 1, "little")
    return [place * 8 + bit for place, byte in enumerate(raw) if byte for bit in _IN_A_BYTE[byte]]


def numbers_by_member(members: Sequence[str]) -> Iterator[tuple[str, Iterator[int]]]:
    """Yield what there is under each of these members: all publications, of lines and of others. One query, none for none.

    Not as sets: each would be as long as the register, however few lines a member holds.
    """
    rows = _asked(_MEMBERS, [_among(LINES), _among(members)]) if members else ()
    for member, ids in rows:
        yield member, _numbers_of_text(ids)


_known = Lines()
_turn = Lock()


def lines() -> Lines:
    """Return the lines as they are now. One query; three where something was published since the last time, or redacted."""
    global _known  # noqa: PLW0603, what a process knows is one thing
    known = _known
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, [known.newest])
        told = sorted(map(tuple, cursor.fetchall())) or [Lines().stamp]
    # What is known goes on being true where its newest publication is there as it was, and nothing was redacted.
    stamp, is_continued = told[-1], told[0] == known.stamp
    if stamp == known.stamp:
        return known
    with _turn:
        if _known.stamp != stamp:
            _known = _after(known if is_continued else Lines(), stamp)
        return _known


def _after(known: Lines, stamp: tuple[Any, ...]) -> Lines:
    """Return what is known once everything up to the newest publication is added. Two queries."""
    newest, last = stamp[0], known.newest
    made = Lines(stamp, known.lineage, known.spoken, known.dated, known.open, dict(known.kinds))
    made.place, made.expires, made.first = known.place[:], known.expires[:], known.first[:]
    for days in (made.place, made.expires, made.first):
        days.frombytes(bytes(days.itemsize * (newest - last)))
    new = {name: array("q") for name in ("spoken", "dated", *LINES)}
    ended = []
    with _cursor_for_many() as cursor:
        cursor.execute(_ROWS.replace("{first_day}", _ORDINAL[connection.vendor]), [newest, last, last])
        pieces = iter(lambda: cursor.fetchmany(ROWS_AT_ONCE), [])
        for number, until, kind, place, first, expires in chain.from_iterable(pieces):
            if until is not None and until <= newest:
                ended.append((until, number))
            if number <= last:
                continue
            new["spoken"].append(number)
            new[kind].append(number)
            if first:
                new["dated"].append(number)
            made.place[number] = place
            made.expires[number] = expires or 0
            made.first[number] = first or 0
    added = bits_of(new["spoken"])
    made.spoken |= added
    made.dated |= bits_of(new["dated"])
    made.closed = known.closed.with_more(ended)
    made.open = (made.open | added) & ~bits_of(number for _, number in ended)
    for kind in LINES:
        made.kinds[kind] = made.kinds.get(kind, 0) | bits_of(new[kind])
    keys = made._keys  # noqa: SLF001, its own
    made._orders = {  # noqa: SLF001
        name: order.with_more(new["spoken"], keys[name]) if new["spoken"] else order
        for name, order in dict(known._orders).items()  # noqa: SLF001, another thread may be adding one
        if name in keys or not new["spoken"]
    }
    made.values = {name: dict(values) for name, values in known.values.items()}
    for name, value, ids in _asked(_VALUES, [_among(LINES), _among(GROUPS), last, newest], since=last):
        if having := _bits_of_text(ids) & added:
            made.values[name][value] = made.values[name].get(value, 0) | having
    with _keeping:
        made._states.update(known._states)  # noqa: SLF001, its own; what was said since is added when the day is asked for
    return made


def _cursor_for_many() -> Any:
    """Return a cursor that reads piece by piece, where it may: all rows at once leave a hole in the process for ever."""
    # Behind something that gives each statement another connection, there is none to be read on from.
    is_kept = not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    return connection.chunked_cursor() if is_kept else connection.cursor()


def _asked(statement: str, parameters: Sequence[Any], since: int = 0) -> Iterator[tuple[Any, ...]]:
    """Run a statement whose lists of publications come as one text a row: far quicker than a row each.

    Of what was published `since` it asks by publication: the plus keeps SQLite from another index.
    """
    statement = statement.replace("{plus}", "+" if since and connection.vendor == "sqlite" else "")
    flat: list[Any] = []
    for item in parameters:
        flat.extend(item if isinstance(item, _Among) else [item])
    parts = statement.replace("{ids}", _ids("publication")).split("%s")
    marks = ["(" + ", ".join(["%s"] * len(item)) + ")" if isinstance(item, _Among) else "%s" for item in parameters]
    with connection.cursor() as cursor:
        cursor.execute("".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True)), flat)
        yield from cursor


class _Among(tuple[str, ...]):
    """The values of an IN."""

    __slots__ = ()


def _among(values: Iterable[str]) -> _Among:
    return _Among(values)


# The first day of a row, counted as Python counts days.
_ORDINAL = {
    "sqlite": "CAST(JULIANDAY(first_day) - 1721424.5 AS INTEGER)",
    "postgresql": "first_day - DATE '0001-01-01' + 1",
}


def _ids(column: str) -> str:
    return f"string_agg({column}::text, ',')" if connection.vendor == "postgresql" else f"group_concat({column})"


def _bits_of_text(ids: str | None) -> Bits:
    return bits_of(_numbers_of_text(ids)) if ids else 0


def _numbers_of_text(ids: str) -> Iterator[int]:
    """Yield the numbers of a list as the database wrote it, a piece at a time: its words take ten times its room."""
    end = -1
    while end < len(ids):
        start, end = end + 1, ids.find(",", end + PIECE)
        if end < 0:
            end = len(ids)
        yield from map(int, ids[start:end].split(","))


Key = TypeVar("Key")
Value = TypeVar("Value")


_keeping = Lock()


def recall(memory: dict[Key, Value], key: Key) -> Value | None:
    """Return a value that was kept, None where it was not, and count it as used last."""
    with _keeping:
        value = memory.pop(key, None)
        if value is not None:
            memory[key] = value
        return value


def remember(memory: dict[Key, Value], key: Key, value: Value) -> Value:
    """Keep a value, forget beyond what is kept what was used longest ago, and return the value.

    Whoever needs the value takes what is returned: another thread may have made it forgotten by then.
    """
    with _keeping:
        memory.pop(key, None)
        while len(memory) >= REMEMBERED:
            del memory[next(iter(memory))]
        memory[key] = value
    return value
