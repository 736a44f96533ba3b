"""All lines of the register in memory: which fit a question, how many have each value, and in which order they stand.

A set of lines is one whole number: bit n stands for the line of publication n. To narrow is to AND such numbers and to count
is to count bits, which takes microseconds for 100,000 lines where either database takes a good part of a second.

Each process holds one `Lines`, brought up to date by what was published since, at the next question. Nothing here is
believed longer than the read tables say so: every question begins by asking which publication is the newest, when it
was made and what it says, and how many were redacted. A process that knows other answers reads anew.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from threading import Lock
from typing import Any, TypeVar

from django.db import connection

from alunite.front.register import search
from alunite.front.register.models import Record
from alunite.front.register.projector import LINES

# A set of lines: bit n is the line of publication n.
Bits = int

# What a reader narrows by beside the state; members are too many to be kept, and are looked up.
GROUPS = ("standard", "version", "level", "activity", "country", "firm", "year")

# How many days and texts a process remembers the lines of; each is asked for on several pages in a row.
REMEMBERED = 16

# Later than the ordinal of any day.
NEVER = 10**6

# Of a set that is smaller than the whole by this much it is quicker to sort its lines than to walk along all.
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
    SELECT publication, until, kind, place, CASE WHEN first_day IS NULL THEN 0 ELSE 1 END, expires FROM register_row
    WHERE publication <= %s AND (publication > %s OR until > %s) ORDER BY publication
"""
_VALUES = """
    SELECT name, value, {ids} FROM register_facet WHERE kind IN %s AND name IN %s AND publication > %s AND publication <= %s
    GROUP BY name, value
"""
_MEMBERS = """
    SELECT value, {ids} FROM register_facet WHERE kind IN %s AND name = 'member' AND value IN %s GROUP BY value
"""
_STATES = """
    SELECT state, {ids} FROM register_held
    WHERE first <= %s AND (last IS NULL OR last >= %s) AND publication > %s AND publication <= %s GROUP BY state
"""


@dataclass(slots=True)
class Lines:
    """The lines of the register up to a publication; filled once, then only read.

    Parameters
    ----------
    stamp : tuple
        The newest publication, when it was made, its digest, and how many had been redacted.
    spoken, dated, open : Bits
        Versions of lines; those of which a day is known; those nothing was said after.
    kinds : mapping of kind to Bits
        Certificates and events.
    closed : list of (publication after it, publication)
        Versions that others took the place of, in the order in which that happened.
    place, expires : array
        By publication: the line's place in the list, and the day it expires as an ordinal, 0 where unknown.
    order : list of int
        All versions by place.
    values : mapping of group to mapping of value to Bits
        Versions that have a value.
    """

    stamp: tuple[Any, ...] = (0, "", "", 0)
    spoken: Bits = 0
    dated: Bits = 0
    open: Bits = 0
    kinds: dict[str, Bits] = field(default_factory=dict)
    closed: list[tuple[int, int]] = field(default_factory=list)
    place: array[int] = field(default_factory=lambda: array("q", [0]))
    expires: array[int] = field(default_factory=lambda: array("i", [0]))
    order: list[int] = field(default_factory=list)
    values: dict[str, dict[str, Bits]] = field(default_factory=lambda: {name: {} for name in GROUPS})
    _states: dict[date, tuple[int, dict[str, Bits]]] = field(default_factory=dict)
    _texts: dict[tuple[str, ...], list[Bits]] = field(default_factory=dict)
    _shown: dict[int, Bits] = field(default_factory=dict)
    _by_name: list[int] | None = None

    @property
    def newest(self) -> int:
        """The newest publication of all, of a line or of anything else; 0 when there is none."""
        number: int = self.stamp[0]
        return number

    def shown_at(self, at: int | None) -> Bits:
        """Return the versions shown as of a publication; None for now."""
        if at is None or at >= self.newest:
            return self.open
        if at not in self._shown:
            gone = bits_of(number for _, number in self.closed[: bisect_right(self.closed, (at, self.newest))])
            _remember(self._shown, at, self.spoken & ((1 << (at + 1)) - 1) & ~gone)
        return self._shown[at]

    def states_on(self, day: date) -> Mapping[str, Bits]:
        """Return the versions that have each state on a day. One query where the day is asked for anew, else none."""
        known, states = self._states.get(day, (0, {}))
        if known < self.newest:
            states = dict(states)
            iso = connection.ops.adapt_datefield_value(day)
            for state, ids in _asked(_STATES, [iso, iso, known, self.newest]):
                states[state] = states.get(state, 0) | _bits_of_text(ids)
            _remember(self._states, day, (self.newest, states))
        return states

    def with_text(self, text: str) -> Sequence[Bits]:
        """Return the versions whose words `text` begins, the best first: each set holds those before it. One query or none.

        First those whose number it is, then those whose names hold its words whole, then those whose names hold words
        that begin with them, then all.
        """
        typed = tuple(search.cut(text)[: search.MOST_WORDS])
        if not typed:
            return [0]
        if typed not in self._texts:
            found = [_bits_of_text(ids) & self.spoken for ids in search.by_relevance(typed, _ids("rowid"))]
            _remember(self._texts, typed, found)
        return self._texts[typed]

    def in_order(self, found: Bits) -> Iterator[int]:
        """Yield lines by place: the latest event first."""
        return self._walk(found, self.order, self.place.__getitem__)

    def by_name(self, found: Bits) -> Iterator[int]:
        """Yield lines by name. One query where nobody asked since the last publication, else none."""
        if self._by_name is None:
            told = Record.objects.filter(kind__in=LINES, publication__lte=self.newest).values_list(
                "slug", "publication"
            )
            lines = set(self.order)
            named = [(slug, self.place[number], number) for slug, number in told if number in lines]
            self._by_name = [number for _, _, number in sorted(named)]
        return self._walk(found, self._by_name, None)

    def by_expiry(self, found: Bits, day: date) -> Iterator[int]:
        """Yield lines by the day they expire: what expires next after a day first, then what is past, then the unknown."""
        today = day.toordinal()

        def wait(number: int) -> int:
            expires = self.expires[number]
            if not expires:
                return 3 * NEVER
            return expires if expires >= today else 2 * NEVER - expires

        return iter(sorted(self.in_order(found), key=wait))  # what expires on one day stays by place

    def _walk(self, found: Bits, order: list[int], key: Callable[[int], int] | None) -> Iterator[int]:
        count = found.bit_count()
        if key and count * SPARSE < len(order):
            yield from sorted(numbers_of(found), key=key)
            return
        raw = found.to_bytes(self.newest // 8 + 1, "little")
        yield from islice((number for number in order if raw[number >> 3] >> (number & 7) & 1), count)


def bits_of(numbers: Iterable[int]) -> Bits:
    """Return the set of these publications.

    >>> bin(bits_of([1, 3]))
    '0b1010'
    """
    numbers = list(numbers)
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


def lines_by_member(members: Sequence[str]) -> dict[str, Bits]:
    """Return what there is under each of these members: all publications, of lines and of others. One query, none for none."""
    rows = _asked(_MEMBERS, [_among(LINES), _among(members)]) if members else []
    return {member: _bits_of_text(ids) for member, ids in rows}


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
    made = Lines(stamp, known.spoken, known.dated, known.open, dict(known.kinds), list(known.closed))
    made.place, made.expires = known.place[:], known.expires[:]
    made.place.frombytes(bytes(made.place.itemsize * (newest - last)))
    made.expires.frombytes(bytes(made.expires.itemsize * (newest - last)))
    new: dict[str, list[int]] = {"spoken": [], "dated": [], **{kind: [] for kind in LINES}}
    ended = []
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [newest, last, last])
        for number, until, kind, place, dated, expires in cursor.fetchall():
            if until is not None and until <= newest:
                ended.append((until, number))
            if number <= last:
                continue
            new["spoken"].append(number)
            new[kind].append(number)
            if dated:
                new["dated"].append(number)
            made.place[number] = place
            made.expires[number] = expires or 0
    added = bits_of(new["spoken"])
    made.spoken |= added
    made.dated |= bits_of(new["dated"])
    made.closed = sorted(made.closed + ended)
    made.open = (made.open | added) & ~bits_of(number for _, number in ended)
    for kind in LINES:
        made.kinds[kind] = made.kinds.get(kind, 0) | bits_of(new[kind])
    made.order = sorted(known.order + new["spoken"], key=made.place.__getitem__)
    made.values = {name: dict(values) for name, values in known.values.items()}
    for name, value, ids in _asked(_VALUES, [_among(LINES), _among(GROUPS), last, newest]):
        if having := _bits_of_text(ids) & added:
            made.values[name][value] = made.values[name].get(value, 0) | having
    made._states.update(known._states)  # noqa: SLF001, its own; what was said since is added when the day is asked for
    return made


def _asked(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement whose lists of publications come as one text a row: far quicker than a row each."""
    flat: list[Any] = []
    for item in parameters:
        flat.extend(item if isinstance(item, _Among) else [item])
    parts = statement.replace("{ids}", _ids("publication")).split("%s")
    marks = ["(" + ", ".join(["%s"] * len(item)) + ")" if isinstance(item, _Among) else "%s" for item in parameters]
    with connection.cursor() as cursor:
        cursor.execute("".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True)), flat)
        return list(cursor.fetchall())


class _Among(tuple[str, ...]):
    """The values of an IN."""

    __slots__ = ()


def _among(values: Iterable[str]) -> _Among:
    return _Among(values)


def _ids(column: str) -> str:
    return f"string_agg({column}::text, ',')" if connection.vendor == "postgresql" else f"group_concat({column})"


def _bits_of_text(ids: str | None) -> Bits:
    return bits_of(map(int, ids.split(","))) if ids else 0


Key = TypeVar("Key")
Value = TypeVar("Value")


def _remember(memory: dict[Key, Value], key: Key, value: Value) -> None:
    """Keep a value, and forget the oldest beyond what is kept."""
    while len(memory) >= REMEMBERED:
        memory.pop(next(iter(memory), key), None)
    memory[key] = value
