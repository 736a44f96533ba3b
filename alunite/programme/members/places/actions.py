"""Listing entities and facilities: adding, changing, giving and taking back a last day."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.judgement import Judgement, Reason
from alunite.foundation.history import editing
from alunite.foundation.history.actions import record
from alunite.foundation.importing.cells import COUNTRY_CODES
from alunite.programme.members import policies  # noqa: F401, registers the policies asked for below
from alunite.programme.members.joining.models import Membership
from alunite.programme.members.models import Entity, Facility, OwnFacility
from alunite.programme.members.places.rules import (
    EntityFacts,
    FacilityFacts,
    entity_fits,
    facility_fits,
    last_day_fits,
)

Listed = Entity | OwnFacility

# With the office, or approved on what was listed.
FROZEN = ("submitted", "approved", "awaiting_payment")
RECORD_TYPES: dict[type[Listed], str] = {Entity: "entity", OwnFacility: "own_facility"}


class UnfitPlace(ValueError):
    """It cannot be listed so; each of `reasons` names its field among its values."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = reasons


def record_type_of(listed: Listed) -> str:
    """Return what history calls it."""
    return RECORD_TYPES[type(listed)]


def entity_facts(entity: Entity) -> EntityFacts:
    """Return what stands of an entity."""
    return EntityFacts(entity.name, entity.valid_from)


def facility_facts(facility: OwnFacility) -> FacilityFacts:
    """Return what stands of a facility."""
    return FacilityFacts(
        name=facility.name,
        country=facility.country,
        activities=tuple(facility.activities),
        valid_from=facility.valid_from,
        headcount=facility.headcount,
        entity=str(facility.entity_id or ""),
        facility=facility.facility_id or "",
    )


def facts_of(listed: Listed) -> EntityFacts | FacilityFacts:
    """Return what stands of either."""
    return entity_facts(listed) if isinstance(listed, Entity) else facility_facts(listed)


def add_entity(organisation: Organisation, facts: EntityFacts, *, actor: Actor) -> Entity:
    """List an entity of a member.

    Raises
    ------
    UnfitPlace
        With everything that stands against it.
    Refused
        If the actor may not.
    """
    require(actor, "places.edit", organisation)
    with transaction.atomic():
        lock(organisation)
        require_not_frozen(organisation)
        require_fit(entity_fits(facts, others=open_names(organisation)))
        made = Entity.objects.create(organisation=organisation, name=facts.name, valid_from=facts.valid_from)
        _tell("entity.added", made, {"organisation": str(organisation.pk), **facts.as_texts()}, actor)
    return made


def edit_entity(entity: Entity, facts: EntityFacts, *, mark: str, actor: Actor) -> Entity:
    """Change an entity as a form says that was opened when `mark` was made. Errors as for `edit_facility`."""
    require(actor, "places.edit", entity.organisation)
    with transaction.atomic():
        lock(entity.organisation)
        require_not_frozen(entity.organisation)
        held = Entity.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=entity.pk)
        before = entity_facts(held).as_texts()
        changed = editing.check(mark, "entity", held.pk, now=before, yours=facts.as_texts())
        if changed:
            _require_not_moved(held)
            require_fit(entity_fits(facts, others=open_names(held.organisation, but=held)))
            require_fit(last_day_fits(facts.valid_from, held.valid_to))
            held.name, held.valid_from = facts.name, facts.valid_from
            held.save(update_fields=["name", "valid_from"])
            _tell_edited(held, before, changed, actor)
    return held


def add_facility(organisation: Organisation, facts: FacilityFacts, *, actor: Actor) -> OwnFacility:
    """List a facility of a member. Errors as for `add_entity`."""
    require(actor, "places.edit", organisation)
    require_fit(_facility_fits(facts, organisation))
    with transaction.atomic():
        lock(organisation)
        require_not_frozen(organisation)
        made = OwnFacility(organisation=organisation)
        _set(made, facts)
        made.save(force_insert=True)
        _tell("own_facility.added", made, {"organisation": str(organisation.pk), **facts.as_texts()}, actor)
    return made


def edit_facility(facility: OwnFacility, facts: FacilityFacts, *, mark: str, actor: Actor) -> OwnFacility:
    """Change a facility as a form says that was opened when `mark` was made.

    Raises
    ------
    Stale
        If somebody else changed it since; nothing is saved.
    NoMark
        If the mark is not one of this facility.
    UnfitPlace
        With everything that stands against it.
    Refused
        If the actor may not.
    """
    require(actor, "places.edit", facility.organisation)
    with transaction.atomic():
        lock(facility.organisation)
        require_not_frozen(facility.organisation)
        held = OwnFacility.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=facility.pk)
        before = facility_facts(held).as_texts()
        changed = editing.check(mark, "own_facility", held.pk, now=before, yours=facts.as_texts())
        if changed:
            _require_not_moved(held)
            require_fit(_facility_fits(facts, held.organisation))
            require_fit(last_day_fits(facts.valid_from, held.valid_to))
            _set(held, facts)
            held.save()
            _tell_edited(held, before, changed, actor)
    return held


def set_last_day(listed: Listed, last: date | None, *, actor: Actor) -> Listed:
    """Give an entity or a facility the last day it belongs to the member, inclusive, or take it back with None.

    Raises
    ------
    UnfitPlace
        If the last day comes before the first, or the entity would stand beside another of its name.
    Refused
        If the actor may not.
    """
    require(actor, "places.edit", listed.organisation)
    with transaction.atomic():
        lock(listed.organisation)
        require_not_frozen(listed.organisation)
        held: Listed = type(listed).objects.select_for_update().get(pk=listed.pk)
        if held.valid_to == last:
            return held
        _require_not_moved(held)
        require_fit(last_day_fits(held.valid_from, last))
        if last is None and isinstance(held, Entity):
            require_fit(entity_fits(entity_facts(held), others=open_names(held.organisation, but=held)))
        said = {"before": _text(held.valid_to), "after": _text(last)}
        held.valid_to = last
        held.save(update_fields=["valid_to"])
        _tell(f"{record_type_of(held)}.{'closed' if last else 'reopened'}", held, said, actor)
    return held


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _facility_fits(facts: FacilityFacts, organisation: Organisation) -> Judgement[bool]:
    entities = Entity.objects.filter(organisation=organisation).values_list("pk", flat=True)
    named = Facility.objects.filter(pk=facts.facility).values_list("pk", flat=True) if facts.facility else ()
    return facility_fits(
        facts,
        activities={activity.id for activity in current_pack().activities},
        countries=COUNTRY_CODES,
        entities={str(pk) for pk in entities},
        facilities=set(named),
    )


def _set(held: OwnFacility, facts: FacilityFacts) -> None:
    held.name = facts.name
    held.country = facts.country
    held.activities = list(facts.activities)
    held.headcount = facts.headcount
    held.entity_id = uuid.UUID(facts.entity) if facts.entity else None
    held.facility_id = facts.facility or None
    held.valid_from = facts.valid_from


def is_frozen(organisation: Organisation) -> bool:
    """Tell whether the office looks at what is listed: then it stays as it was submitted. One query."""
    return Membership.objects.filter(organisation=organisation, state__in=FROZEN).exists()


def require_not_frozen(organisation: Organisation) -> None:
    """Raise `UnfitPlace` while an application is with the office."""
    if is_frozen(organisation):
        text = (
            "The application is with the office. What it lists changes again when a question is asked or it is decided."
        )
        raise UnfitPlace((Reason("places.frozen", text, {}),))


def _require_not_moved(listed: Listed) -> None:
    """Raise `UnfitPlace` where it belongs to another member since: what it was here stays as it was."""
    if type(listed).objects.filter(continues=listed.pk).exists():
        text = "It belongs to another member since. What it was here stays as it was."
        raise UnfitPlace((Reason("places.moved", text, {}),))


def lock(organisation: Organisation) -> None:
    """Let only one at a time change what names the organisation's entities bear."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def open_names(organisation: Organisation, but: Entity | None = None) -> set[str]:
    rows = Entity.objects.filter(organisation=organisation, valid_to=None)
    return set((rows.exclude(pk=but.pk) if but else rows).values_list("name", flat=True))


def require_fit(judgement: Judgement[bool]) -> None:
    if not judgement.result:
        raise UnfitPlace(judgement.reasons)


def _tell_edited(held: Listed, before: Mapping[str, str], changed: Mapping[str, str], actor: Actor) -> None:
    said = {"before": {name: before[name] for name in changed}, "after": dict(changed)}
    _tell(f"{record_type_of(held)}.edited", held, said, actor)


def _tell(kind: str, held: Listed, said: Mapping[str, Any], actor: Actor) -> None:
    record(kind, record_type=record_type_of(held), record_id=str(held.pk), payload=said, actor=actor.label)
