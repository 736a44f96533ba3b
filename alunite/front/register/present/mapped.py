"""What the map shows: marks, rows of its list, places as GeoJSON. No query, only words and order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from alunite.foundation.publications.countries import country_name
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.atlas import NONE, STATES, Atlas, Found, Mapped
from alunite.front.register.lines import Bits
from alunite.front.register.present.narrowing import Words
from alunite.front.register.present.words import PLACED_WORDS, STATE_MARKS, STATE_WORDS, Link, Status, record_url
from alunite.front.register.site import Site, is_unknown

# The shapes of the map, each with a hue of its own; what is left over has one for all.
SHAPES = ("triangle", "square", "dot", "diamond")
OTHER = "ring"


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape of the map: which activities it stands for, and how many placed facilities bear it."""

    shape: str
    label: str
    activities: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list beside the map."""

    subject: str
    url: str
    name: str
    operator: str
    member: Link | None
    shape: str
    activities: str
    countries: str
    status: Status
    longitude: str
    latitude: str


def words_of_map(site: Site, titles: Mapping[tuple[str, str], str]) -> dict[str, Words]:
    """Return how the values of each filter of the map are said."""
    return {
        "activity": lambda value: site.label("activities", value),
        "country": country_name,
        "member": lambda value: titles.get(("member", value), value),
        "placed": lambda value: str(PLACED_WORDS[value]),
        "state": lambda value: _("None known") if value == NONE else str(STATE_WORDS[value]),
    }


def legend(found: Found, site: Site) -> list[Mark]:
    """Return the marks, each with how many of the placed facilities that fit bear it.

    A facility bears the mark of the first activity of its chain. The activities most facilities begin with have a shape
    of their own, in the order of the scheme; all others share one. The same for every question, so that a shape never
    changes its meaning.
    """
    order = list(site.labels["activities"])
    atlas = found.atlas
    begun: Counter[str] = Counter()
    for activities, count in atlas.chains.items():
        begun[first_activity(activities, order)] += count
    begun.pop(UNKNOWN, None)
    most = {name for name, _count in sorted(begun.items(), key=lambda item: -item[1])[: len(SHAPES)]}
    placed = _by_first(found.fitting & atlas.values["placed"].get("yes", 0), atlas, order)
    marks = [
        Mark(shape, site.label("activities", name), (name,), placed[name])
        for shape, name in zip(SHAPES, sorted(most, key=order.index), strict=False)
    ]
    others = tuple(name for name in placed if name not in most)
    marks.append(Mark(OTHER, _("Other or unknown"), others, sum(placed[name] for name in others)))
    return marks


def _by_first(among: Bits, atlas: Atlas, order: Sequence[str]) -> dict[str, int]:
    """Return how many of some facilities there are by the first activity of their chain."""
    counted = {}
    for name in order:
        having = among & atlas.values["activity"].get(name, 0)
        counted[name] = having.bit_count()
        among &= ~having
    return counted | {UNKNOWN: among.bit_count()}


def first_activity(activities: Sequence[str], order: Sequence[str]) -> str:
    """Return the activity that comes first in the scheme's order, unknown where none is the scheme's."""
    return min((name for name in activities if name in order), key=order.index, default=UNKNOWN)


def shape_of(activities: Sequence[str], order: Sequence[str], marks: Sequence[Mark]) -> str:
    first = first_activity(activities, order)
    return next((mark.shape for mark in marks if first in mark.activities), OTHER)


def geojson(found: Found, marks: Sequence[Mark], order: Sequence[str]) -> dict[str, Any]:
    """Return the placed facilities that fit as a collection of points."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": number,
                "geometry": {"type": "Point", "coordinates": one.facility.position},
                "properties": {
                    "id": one.facility.subject,
                    "slug": one.facility.slug,
                    "name": one.facility.name,
                    "operator": one.facility.operator,
                    "activities": list(one.facility.activities),
                    "countries": list(one.facility.countries),
                    "certificate_of_operator": one.state,
                    "shape": shape_of(one.facility.activities, order, marks),
                },
            }
            for number, one in enumerate(found.some())
            if one.facility.position
        ],
        "matching": found.count,
        "without_place": found.count - found.placed,
    }


def operator_status(state: str) -> Status:
    """Return how the certificate known of an operator is shown."""
    if state == NONE:
        return Status(NONE, "none", _("None known"))
    return Status(state, STATE_MARKS.get(state, state), str(STATE_WORDS[state]))


def mapped(one: Mapped, site: Site, marks: Sequence[Mark]) -> Row:
    """Return a row of the list."""
    facility = one.facility
    position = facility.position
    return Row(
        subject=facility.subject,
        url=record_url("facility", facility.subject, facility.name, site.query),
        name=facility.name,
        operator="" if is_unknown(facility.operator) else facility.operator,
        member=Link(facility.operator, record_url("member", one.member, one.member_title, site.query))
        if one.member
        else None,
        shape=shape_of(facility.activities, list(site.labels["activities"]), marks),
        activities=", ".join(
            _("none of the scheme’s") if is_unknown(name) else site.label("activities", name)
            for name in facility.activities
        ),
        countries=", ".join(_("unknown") if is_unknown(code) else country_name(code) for code in facility.countries),
        status=operator_status(one.state),
        longitude=f"{position[0]:g}" if position else "",
        latitude=f"{position[1]:g}" if position else "",
    )


def state_words() -> dict[str, str]:
    """Return the word of each state of an operator's certificates."""
    return {state: operator_status(state).word for state in STATES}
