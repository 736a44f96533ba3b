"""What fits into a member's list of its entities and facilities. Every fault at once, as a reason that names its field."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from alunite.foundation.core.judgement import Judgement, Reason


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """What a member says of an entity; `valid_from` is the first day it belongs to it."""

    name: str
    valid_from: date

    def as_texts(self) -> dict[str, str]:
        """Return the values as a form shows them."""
        return {"name": self.name, "valid_from": self.valid_from.isoformat()}


@dataclass(frozen=True, slots=True)
class FacilityFacts:
    """What a member says of a facility.

    Parameters
    ----------
    name : str
        As the member calls it.
    country : str
        ISO 3166-1, two letters.
    activities : tuple of str
        Ids of the scheme pack.
    valid_from : date
        First day it belongs to the member, inclusive.
    headcount : int or None
        People who work there; None where it is not said.
    entity : str
        Id of the entity it belongs to; empty for the member itself.
    facility : str
        Public id of the same place in the register; empty where none is named.
    """

    name: str
    country: str
    activities: tuple[str, ...]
    valid_from: date
    headcount: int | None = None
    entity: str = ""
    facility: str = ""

    def as_texts(self) -> dict[str, str]:
        """Return the values as a form shows them."""
        return {
            "name": self.name,
            "country": self.country,
            "activities": ";".join(self.activities),
            "headcount": "" if self.headcount is None else str(self.headcount),
            "entity": self.entity,
            "valid_from": self.valid_from.isoformat(),
            "facility": self.facility,
        }


def entity_fits(facts: EntityFacts, *, others: Container[str]) -> Judgement[bool]:
    """Return whether an entity can be listed so, with all that stands against it.

    Parameters
    ----------
    facts : EntityFacts
        What the member says.
    others : container of str
        Names of its other entities that have no last day.

    >>> entity_fits(EntityFacts("Upper Works", date(2020, 1, 1)), others={"Upper Works"}).reasons[0].rule
    'places.entity_once'
    """
    found = list(_name_fits(facts.name))
    if facts.name in others:
        text = "You list an entity of this name already. Give it a last day first, or take another name."
        found.append(Reason("places.entity_once", text, {"field": "name"}))
    return Judgement(result=not found, reasons=tuple(found))


def facility_fits(
    facts: FacilityFacts,
    *,
    activities: Container[str],
    countries: Container[str],
    entities: Container[str],
    facilities: Container[str],
) -> Judgement[bool]:
    """Return whether a facility can be listed so, with all that stands against it.

    Parameters
    ----------
    facts : FacilityFacts
        What the member says.
    activities, countries, entities, facilities : container of str
        Ids there are: activities of the scheme, codes of countries, the member's own entities, public facilities.
    """
    found = list(_name_fits(facts.name))
    if facts.country not in countries:
        text = "Expected a country of ISO 3166-1 by its two-letter code, such as NO."
        found.append(Reason("places.country", text, {"field": "country", "country": facts.country}))
    if not facts.activities:
        text = "Choose at least one activity: which rules apply follows from it."
        found.append(Reason("places.activity_needed", text, {"field": "activities"}))
    if strange := [one for one in facts.activities if one not in activities]:
        text = "The scheme has no such activity. Choose from the list."
        found.append(Reason("places.activity_known", text, {"field": "activities", "activities": strange}))
    if facts.headcount is not None and facts.headcount < 0:
        text = "Expected a whole number of people, or nothing where you do not know it."
        found.append(Reason("places.headcount", text, {"field": "headcount", "headcount": facts.headcount}))
    if facts.entity and facts.entity not in entities:
        text = "Choose one of your own entities, or none."
        found.append(Reason("places.entity_own", text, {"field": "entity"}))
    if facts.facility and facts.facility not in facilities:
        text = "The register has no facility of this id. Copy it from the address of its page, or leave it empty."
        found.append(Reason("places.facility_public", text, {"field": "facility", "facility": facts.facility}))
    return Judgement(result=not found, reasons=tuple(found))


def last_day_fits(first: date, last: date | None) -> Judgement[bool]:
    """Return whether something that began on `first` can have `last` as its last day; None is none.

    >>> [last_day_fits(date(2020, 1, 2), date(2020, 1, day)).result for day in (1, 2)]
    [False, True]
    """
    if last is None or last >= first:
        return Judgement(result=True, reasons=())
    text = "The last day comes before the first one."
    values = {"field": "valid_to", "first": first.isoformat(), "last": last.isoformat()}
    return Judgement(result=False, reasons=(Reason("places.days_in_order", text, values),))


def _name_fits(name: str) -> Iterator[Reason]:
    if not name.strip():
        yield Reason("places.name_needed", "Give it a name.", {"field": "name"})


def transfer_fits(
    name: str, first: date, day: date, *, begun: Iterable[date], others: Container[str]
) -> Judgement[bool]:
    """Return whether an entity can belong to another member from `day` on, with all that stands against it.

    Parameters
    ----------
    name : str
        Of the entity.
    first : date
        First day it belonged to the member that gives it.
    day : date
        First day at the member that gets it; the day before is its last at the other.
    begun : iterable of date
        First days of its facilities that go with it.
    others : container of str
        Names of the open entities of the member that gets it; empty where that is not asked yet.

    >>> transfer_fits("Upper Works", date(2020, 1, 1), date(2020, 1, 1), begun=(), others=()).reasons[0].rule
    'places.transfer_day'
    """
    found = []
    latest = max([first, *begun])
    if day <= latest:
        text = "Expected a day after the first one of the entity and of each of its facilities."
        found.append(Reason("places.transfer_day", text, {"field": "day", "after": latest.isoformat()}))
    if name in others:
        text = "You list an entity of this name already. Give that one a last day first, or rename it."
        found.append(Reason("places.transfer_name", text, {"field": ""}))
    return Judgement(result=not found, reasons=tuple(found))
