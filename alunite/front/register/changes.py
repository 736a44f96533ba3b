"""What changed in the list between two days: days the facts hold, or days by which something had been published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.lines import Bits, Lines, numbers_of
from alunite.front.register.models import Record
from alunite.front.register.projector import SUBJECT_BITS

PAGE_LENGTH = 50
# What happened to a line; in this order a page tells of them.
IN, OUT, STATE, SAID = "in", "out", "state", "said"
WHAT = (IN, OUT, STATE, SAID)
# Fields of a payload that say nothing of the certificate: how it was put together, and what follows from other fields.
BESIDE = frozenset({"id", "statement_version", "timeline", "events", "merged", "record_id"})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two days: the publication by which, and the day on which."""

    at: int | None
    day: date
    on: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """A line that is not the same on both sides: its publications, 0 where it is not listed, and its states."""

    what: str
    before: int
    after: int
    was: str
    is_now: str


@dataclass(frozen=True, slots=True)
class Changes:
    """All lines that changed, what happened to how many, and between which states."""

    changes: Sequence[Change]
    counts: Mapping[str, int]
    moves: Sequence[tuple[str, str, int]]
    before: int
    after: int


def between(known: Lines, before: Side, after: Side) -> Changes:
    """Return what is not the same on two sides. No query but for states on a day asked for the first time."""
    first, second = _listed(known, before), _listed(known, after)
    was, now = _states(known, before), _states(known, after)
    # The same version on both sides can only have changed its state.
    same = first & second
    moved = [(one, other, same & was[one] & now[other]) for one in was for other in now if one != other]
    changes = [
        Change(STATE, number, number, one, other) for one, other, bits in moved for number in known.in_order(bits)
    ]
    changes += _versions(known, first & ~second, second & ~first, was, now)
    changes.sort(key=lambda change: (WHAT.index(change.what), known.place[change.after or change.before]))
    counts = Counter(change.what for change in changes)
    between_states = Counter((change.was, change.is_now) for change in changes if change.what == STATE)
    moves = sorted(((*pair, n) for pair, n in between_states.items()), key=lambda move: (-move[2], move))
    return Changes(changes, counts, moves, first.bit_count(), second.bit_count())


def _listed(known: Lines, side: Side) -> Bits:
    shown = known.shown_at(side.at)
    return shown & reduce(or_, known.states_on(side.day).values(), 0) if side.on else shown


def _states(known: Lines, side: Side) -> dict[str, Bits]:
    """Return the lines of each state on a day; of a line without any date, and of one not begun, nobody knows one."""
    states = dict(known.states_on(side.day))
    told = reduce(or_, states.values(), 0)
    return states | {UNKNOWN: states.get(UNKNOWN, 0) | (known.spoken & ~told)}


def _versions(
    known: Lines, gone: Bits, come: Bits, was: Mapping[str, Bits], now: Mapping[str, Bits]
) -> Iterator[Change]:
    """Yield what came in, went out, or is said anew: the lower bits of a place are the line itself."""
    earlier = {_line(known, number): number for number in known.in_order(gone)}
    later = {_line(known, number): number for number in known.in_order(come)}
    states_before, states_after = _state_of_each(gone, was), _state_of_each(come, now)
    for line in {**earlier, **later}:
        one, other = earlier.get(line, 0), later.get(line, 0)
        before, after = states_before.get(one, UNKNOWN), states_after.get(other, UNKNOWN)
        if not one or not other:
            yield Change(IN if other else OUT, one, other, before, after)
        else:
            yield Change(SAID if before == after else STATE, one, other, before, after)


def _line(known: Lines, number: int) -> int:
    return known.place[number] & ((1 << (SUBJECT_BITS + 1)) - 1)


def _state_of_each(lines: Bits, states: Mapping[str, Bits]) -> dict[int, str]:
    return {number: state for state, having in states.items() for number in numbers_of(having & lines)}


def records_of(changes: Sequence[Change]) -> dict[int, Record]:
    """Return what is said by the publications of some changes. One query."""
    wanted = {number for change in changes for number in (change.before, change.after) if number}
    return Record.objects.in_bulk(wanted)


def fields_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the fields that say something else.

    >>> fields_changed({"scope": "a", "id": "1"}, {"scope": "b", "id": "2"})
    ['scope']
    """
    names = sorted((before.keys() | after.keys()) - BESIDE)
    return [name for name in names if before.get(name) != after.get(name)]
