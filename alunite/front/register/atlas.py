"""All facilities in memory: which fit a question of the map, how many have each value, and what is known of their operators.

As with lines, each process keeps what it read as long as the read tables say that it still holds. No source says which
certificate covers which facility, so a facility has no state; its operator has one where it bears the name of a member.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Q

from alunite.foundation.core.text import fold, words
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.facets import words_said
from alunite.front.register.lines import Bits, Lines, bits_of, numbers_by_member, numbers_of, recall, remember
from alunite.front.register.models import Record, shown_at
from alunite.front.register.queries import STATE_ORDER

FACILITY, MEMBER = "facility", "member"
PAGE_LENGTH = 50
# How many facilities are read at once.
AT_ONCE = 500
# The word for an operator of whom no certificate and no event is known: no state of a certificate, and told apart from one nobody knows.
NONE = "none"
STATES = (*STATE_ORDER, NONE)
PLACED = ("yes", "no")
GROUPS = ("activity", "state", "country", "placed")

_IN_BRACKETS = re.compile(r"\([^()]*\)")


Value = TypeVar("Value")


class Facility(NamedTuple):
    """What the map shows of a facility; it has a place where both coordinates are published."""

    subject: str
    name: str
    slug: str
    operator: str
    activities: tuple[str, ...]
    countries: tuple[str, ...]
    position: tuple[float, float] | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Atlas:
    """The facilities shown as of a publication, by name; `newest` is the publication that last said something of one or of a member.

    A set of facilities is one whole number, as one of lines is: bit n stands for the facility of number n. So a question
    makes nothing for each of thousands, and a process that answers several at once holds no list of them for each.

    Parameters
    ----------
    stamp : tuple
        What must be as it was for all of it to hold.
    facilities : sequence of Facility
        All, in the order of the list.
    members, titles : mapping
        The member who bears the name of an operator, and what members are called.
    values : mapping of filter to mapping of value to Bits
        The facilities that have each value; without the state, which goes by the day.
    operators : mapping of str to sequence of int
        The numbers of each operator's facilities.
    chains : mapping of activities to int
        How many facilities have exactly these activities.
    """

    stamp: tuple[Any, ...]
    facilities: Sequence[Facility]
    members: Mapping[str, str]
    titles: Mapping[str, str]
    values: Mapping[str, Mapping[str, Bits]]
    operators: Mapping[str, Sequence[int]]
    chains: Mapping[tuple[str, ...], int]

    def member_of(self, operator: str) -> str:
        """Return the member who bears the name of an operator, empty where none does or several do."""
        return self.members.get(operator, "")

    def of(self, operators: Iterable[str]) -> Bits:
        """Return the facilities of some operators."""
        return bits_of(number for operator in operators for number in self.operators.get(operator, ()))


@dataclass(frozen=True, slots=True)
class AskedMap:
    """What a reader asks of the map.

    Parameters
    ----------
    text : str
        Words that must all begin a word of name or operator.
    chosen : mapping of filter to values
        Of each filter a facility must have one of these values.
    members : sequence of str
        Members one of whom must bear the operator's name.
    operator : str
        The operator as printed; empty for any.
    """

    text: str
    chosen: Mapping[str, Sequence[str]]
    members: Sequence[str] = ()
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A facility that fits, and the best state of what its operator is known to hold."""

    facility: Facility
    member: str
    state: str
    member_title: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The facilities that fit with the counts of each filter; the choice in a filter itself counts for the others only."""

    atlas: Atlas
    fitting: Bits
    states: Mapping[str, str]
    facets: Mapping[str, Mapping[str, int]]

    @property
    def count(self) -> int:
        """How many fit."""
        return self.fitting.bit_count()

    @property
    def whole(self) -> int:
        """How many there are."""
        return len(self.atlas.facilities)

    @property
    def placed(self) -> int:
        """How many of those that fit have a place on the map."""
        return (self.fitting & self.atlas.values["placed"].get("yes", 0)).bit_count()

    def some(self, first: int = 0, last: int | None = None) -> Iterator[Mapped]:
        """Yield those that fit from a place of their list on, and before another."""
        for number in numbers_of(self.fitting)[first:last]:
            one = self.atlas.facilities[number]
            member = self.atlas.member_of(one.operator)
            yield Mapped(one, member, self.states.get(member, NONE), self.atlas.titles.get(member, ""))


def found(asked: AskedMap, atlas: Atlas, states: Mapping[str, str]) -> Found:
    """Return the facilities a question finds; `states` is the best state of each member who is known to hold anything."""
    everything = among = (1 << len(atlas.facilities)) - 1
    if asked.text:
        among &= _with_words(atlas, words(asked.text))
    if asked.members:
        among &= atlas.of(name for name, member in atlas.members.items() if member in asked.members)
    if asked.operator:
        among &= atlas.of([asked.operator])
    values = {**atlas.values, "state": _by_state(atlas, states, everything)}
    fits = {
        name: reduce(or_, (values[name].get(value, 0) for value in asked.chosen[name]))
        for name in GROUPS
        if asked.chosen.get(name)
    }
    facets = {}
    for name in GROUPS:
        others = reduce(and_, (fit for other, fit in fits.items() if other != name), among)
        counted = {value: (having & others).bit_count() for value, having in values[name].items()}
        facets[name] = {value: count for value, count in counted.items() if count}
    return Found(atlas, reduce(and_, fits.values(), among), states, facets)


def _with_words(atlas: Atlas, typed: Sequence[str]) -> Bits:
    """Return the facilities of which each word typed begins a word; none where what was typed holds no word."""
    return bits_of(
        number
        for number, one in enumerate(atlas.facilities)
        if typed and all(any(word.startswith(begun) for word in one.words) for begun in typed)
    )


def _by_state(atlas: Atlas, states: Mapping[str, str], everything: Bits) -> dict[str, Bits]:
    """Return the facilities of operators by what those are known to hold."""
    bearers: dict[str, list[str]] = {}
    for operator, member in atlas.members.items():
        bearers.setdefault(states.get(member, NONE), []).append(operator)
    told = {state: atlas.of(operators) for state, operators in bearers.items() if state != NONE}
    return told | {NONE: everything & ~reduce(or_, told.values(), 0)}


def values_of(atlas: Atlas) -> dict[str, Iterable[str]]:
    """Return, for each filter, the values there are; state and place have the same ones always."""
    return {**atlas.values, "state": STATES, "placed": PLACED}


def states_of(atlas: Atlas, known: Lines, at: int | None, day: date) -> dict[str, str]:
    """Return the best state on a day of what each operator who is a member is known to hold.

    At most two queries; none where it was asked since the last publication.
    """
    asked = ("best states", atlas.stamp, at, day)
    best: dict[str, str] | None = recall(known.beside, asked)
    return remember(known.beside, asked, _best_states(atlas, known, at, day)) if best is None else best


def _best_states(atlas: Atlas, known: Lines, at: int | None, day: date) -> dict[str, str]:
    members = sorted({member for member in atlas.members.values() if member})
    words = (*STATE_ORDER, UNKNOWN, NONE)
    ranks = _ranks(known, at, day)
    hidden = len(words)
    best = {}
    for member, numbers in numbers_by_member(members):
        # What was published since `known` was read is left out.
        rank = min((ranks[number] for number in numbers if number < len(ranks)), default=hidden)
        if rank != hidden:
            best[member] = words[rank]
    return best


def _ranks(known: Lines, at: int | None, day: date) -> bytearray:
    """Return, by publication, the rank of what a line is on a day: its state; unknown without a date; none before it began.

    One more for what is not shown. Members hold few lines each: to look those up one by one takes no set for each member.
    """
    shown = known.shown_at(at)
    states = known.states_on(day)
    sets = [shown & states.get(state, 0) for state in STATE_ORDER]
    # What had not begun by the day was not known then; of what has no date nobody knows.
    sets += [shown & ~known.dated, shown]
    ranks = bytearray([len(sets)]) * (known.newest + 1)
    for rank, having in reversed([*enumerate(sets)]):
        for number in numbers_of(having):
            ranks[number] = rank
    return ranks


_known: dict[tuple[Any, ...], Atlas] = {}
_turn = Lock()
# As many earlier publications are kept as readers look at in a row.
MOST_KEPT = 4


# The sum keeps PostgreSQL from walking all publications backwards in search of one of these kinds.
_NEWEST = """
    SELECT publication, published_at, digest FROM register_record WHERE publication = (
        SELECT MAX(publication + 0) FROM register_record WHERE kind IN (%s, %s) AND publication <= %s
    )
"""


def atlas(known: Lines, at: int | None) -> Atlas:
    """Return the facilities shown as of a publication; None for now. No query; three where they are read anew."""
    last = known.newest if at is None else at
    newest = recall(known.beside, ("atlas", last))
    if newest is None:
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST, [FACILITY, MEMBER, last])
            newest = remember(known.beside, ("atlas", last), cursor.fetchone() or (0, "", ""))
    # Redactions change what was said earlier.
    stamp = (*newest, known.stamp[3])
    with _turn:
        if stamp not in _known:
            while len(_known) >= MOST_KEPT:
                _known.pop(next(iter(_known)))
            _known[stamp] = _read(stamp, newest[0])
        return _known[stamp]


def _read(stamp: tuple[Any, ...], at: int) -> Atlas:
    shown = Record.objects.filter(shown_at(at), withdrawal="")
    told = shown.filter(kind=FACILITY).order_by("slug", "subject").values_list("subject", "slug", "payload")
    # What many say is kept once, and what is said beside it not at all: so thousands take a tenth of the room.
    once: dict[Any, Any] = {}
    facilities = [_facility(subject, slug, said, once) for subject, slug, said in told.iterator(AT_ONCE) if said]
    members: dict[str, str] = {}
    titles: dict[str, str] = {}
    for subject, title in shown.filter(~Q(title=""), kind=MEMBER).values_list("subject", "title"):
        titles[subject] = title
        for name in {fold(title), fold(_IN_BRACKETS.sub(" ", title))}:
            # A name that two bear says nothing of either.
            members[name] = "" if members.get(name, subject) != subject else subject
    operators: dict[str, array[int]] = {}
    for number, one in enumerate(facilities):
        operators.setdefault(one.operator, array("i")).append(number)
    bearers = {operator: members.get(fold(operator), "") for operator in operators if operator != UNKNOWN}
    return Atlas(
        stamp,
        facilities,
        members=bearers,
        titles={member: titles[member] for member in bearers.values() if member},
        values=_values(facilities),
        operators=operators,
        chains=Counter(one.activities for one in facilities),
    )


def _values(facilities: Sequence[Facility]) -> dict[str, dict[str, Bits]]:
    numbers: dict[str, dict[str, list[int]]] = {"activity": {}, "country": {}, "placed": {}}
    for number, one in enumerate(facilities):
        has = {"activity": one.activities, "country": one.countries, "placed": ("yes" if one.position else "no",)}
        for name, values in has.items():
            for value in values:
                numbers[name].setdefault(value, []).append(number)
    return {name: {value: bits_of(some) for value, some in values.items()} for name, values in numbers.items()}


def _facility(subject: str, slug: str, said: Mapping[str, Any], once: dict[Any, Any]) -> Facility:
    def same(value: Value) -> Value:
        kept: Value = once.setdefault(value, value)
        return kept

    position = None
    if UNKNOWN not in (said["latitude"], said["longitude"]):
        position = (float(said["longitude"]), float(said["latitude"]))
    return Facility(
        subject=subject,
        name=said["name"],
        slug=slug,
        operator=same(said["operator"]),
        activities=same(tuple(dict.fromkeys(item["activity"] for item in said["activities"])) or (UNKNOWN,)),
        countries=same(tuple(said["countries"]) or (UNKNOWN,)),
        position=position,
        words=tuple(map(same, words_said(said, "name", "operator"))),
    )
