"""All facilities in memory: which fit a question of the map, how many have each value, and what is known of their operators.

As with lines, each process keeps what it read as long as the read tables say that it still holds. No source says which
certificate covers which facility, so a facility has no state; its operator has one where it bears the name of a member.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Q

from alunite.foundation.core.text import fold, words
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.lines import Lines, lines_by_member
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
    """The facilities shown as of a publication, by name; `newest` is the publication that last said something of one or of a member."""

    stamp: tuple[Any, ...]
    facilities: Sequence[Facility]
    members: Mapping[str, str]
    titles: Mapping[str, str]

    def member_of(self, operator: str) -> str:
        """Return the member who bears the name of an operator, empty where none does or several do."""
        return self.members.get(operator, "")


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

    facilities: Sequence[Mapped]
    whole: int
    facets: Mapping[str, Mapping[str, int]]

    @property
    def placed(self) -> int:
        """How many of them have a place on the map."""
        return sum(one.facility.position is not None for one in self.facilities)


def found(asked: AskedMap, atlas: Atlas, states: Mapping[str, str]) -> Found:
    """Return the facilities a question finds; `states` is the best state of each member who is known to hold anything."""
    typed = words(asked.text)
    all_mapped = [_mapped(one, atlas, states) for one in atlas.facilities]
    among = [
        one
        for one in all_mapped
        if all(any(word.startswith(begun) for word in one.facility.words) for begun in typed)
        and (typed or not asked.text)
        and (not asked.members or one.member in asked.members)
        and (not asked.operator or one.facility.operator == asked.operator)
    ]
    narrowed = [name for name in GROUPS if asked.chosen.get(name)]
    fits = [{name: _fits(one, name, asked.chosen[name]) for name in narrowed} for one in among]
    facets = {
        name: Counter(
            value
            for one, fit in zip(among, fits, strict=True)
            if all(fit[other] for other in narrowed if other != name)
            for value in VALUES[name](one)
        )
        for name in GROUPS
    }
    return Found(
        [one for one, fit in zip(among, fits, strict=True) if all(fit.values())], len(atlas.facilities), facets
    )


def values_of(atlas: Atlas) -> dict[str, set[str]]:
    """Return, for each filter, the values there are; state and place have the same ones always."""
    shown = [Mapped(one, "", NONE) for one in atlas.facilities]
    found = {name: {value for one in shown for value in VALUES[name](one)} for name in GROUPS}
    return found | {"state": set(STATES), "placed": set(PLACED)}


def _mapped(one: Facility, atlas: Atlas, states: Mapping[str, str]) -> Mapped:
    member = atlas.member_of(one.operator)
    return Mapped(one, member, states.get(member, NONE), atlas.titles.get(member, ""))


def _fits(one: Mapped, name: str, chosen: Sequence[str]) -> bool:
    return any(value in chosen for value in VALUES[name](one))


VALUES: Mapping[str, Callable[[Mapped], Iterable[str]]] = {
    "activity": lambda one: one.facility.activities,
    "country": lambda one: one.facility.countries,
    "placed": lambda one: ("yes",) if one.facility.position else ("no",),
    "state": lambda one: (one.state,),
}


def states_of(atlas: Atlas, known: Lines, at: int | None, day: date) -> dict[str, str]:
    """Return the best state on a day of what each operator who is a member is known to hold. At most two queries."""
    members = sorted({member for one in atlas.facilities if (member := atlas.member_of(one.operator))})
    shown = known.shown_at(at)
    states = known.states_on(day)
    ordered = [(state, shown & states.get(state, 0)) for state in STATE_ORDER]
    best = {}
    for member, lines in lines_by_member(members).items():
        if held := lines & shown:
            # What had not begun by the day was not known then; of what has no date nobody knows.
            otherwise = UNKNOWN if held & ~known.dated else NONE
            best[member] = next((state for state, having in ordered if held & having), otherwise)
    return best


_known: dict[tuple[Any, ...], Atlas] = {}
_turn = Lock()
# As many earlier publications are kept as readers look at in a row.
MOST_KEPT = 4


_NEWEST = """
    SELECT publication, published_at, digest FROM register_record WHERE publication = (
        SELECT MAX(publication) FROM register_record WHERE kind IN (%s, %s) AND publication <= %s
    )
"""


def atlas(known: Lines, at: int | None) -> Atlas:
    """Return the facilities shown as of a publication; None for now. One query, two more where they are read anew."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [FACILITY, MEMBER, known.newest if at is None else at])
        newest = cursor.fetchone() or (0, "", "")
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
    bearers = {operator: members.get(fold(operator), "") for operator in {one.operator for one in facilities}}
    known = {operator: member for operator, member in bearers.items() if operator != UNKNOWN}
    return Atlas(stamp, facilities, known, {member: titles[member] for member in known.values() if member})


def _facility(subject: str, slug: str, said: Mapping[str, Any], once: dict[Any, Any]) -> Facility:
    def same(value: Value) -> Value:
        kept: Value = once.setdefault(value, value)
        return kept

    position = None
    if UNKNOWN not in (said["latitude"], said["longitude"]):
        position = (float(said["longitude"]), float(said["latitude"]))
    operator = "" if said["operator"] == UNKNOWN else said["operator"]
    return Facility(
        subject=subject,
        name=said["name"],
        slug=slug,
        operator=same(said["operator"]),
        activities=same(tuple(dict.fromkeys(item["activity"] for item in said["activities"])) or (UNKNOWN,)),
        countries=same(tuple(said["countries"]) or (UNKNOWN,)),
        position=position,
        words=tuple(map(same, words(f"{said['name']} {operator}"))),
    )
