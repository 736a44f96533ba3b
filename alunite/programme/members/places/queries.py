"""What a member lists of itself."""

from __future__ import annotations

import uuid

from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import Actor, scoped
from alunite.foundation.accounts.roles import OrganisationKind
from alunite.programme.members.models import Entity, OwnFacility, Transfer


def member_visible_to(actor: Actor, organisation_id: uuid.UUID) -> Organisation | None:
    """Return the member whose list the actor may see; None where there is none, or not for them. One query."""
    found = scoped(actor, "organisations.view", Organisation.objects.filter(kind=OrganisationKind.MEMBER))
    return found.filter(pk=organisation_id).first()


def members_with_lists(actor: Actor) -> list[Organisation]:
    """Return the members whose lists the actor may see, by name. One query."""
    found = scoped(actor, "organisations.view", Organisation.objects.filter(kind=OrganisationKind.MEMBER))
    return list(found.order_by("name", "pk"))


def own_facilities(actor: Actor, organisation_id: uuid.UUID) -> list[OwnFacility]:
    """Return all facilities a member lists, with their entities, those with a last day too. One query."""
    rows = scoped(actor, "places.view", OwnFacility.objects.filter(organisation=organisation_id))
    return list(rows.select_related("entity").order_by("name", "pk"))


def own_entities(actor: Actor, organisation_id: uuid.UUID) -> list[Entity]:
    """Return all entities a member lists, those with a last day too. One query."""
    rows = scoped(actor, "places.view", Entity.objects.filter(organisation=organisation_id))
    both = rows.select_related("continues__organisation", "continued_as__organisation")
    return list(both.order_by("name", "valid_from", "pk"))


def own_facility(actor: Actor, organisation_id: uuid.UUID, pk: uuid.UUID) -> OwnFacility | None:
    """Return one facility a member lists; None where there is none, or not for the actor. One query."""
    rows = scoped(actor, "places.view", OwnFacility.objects.filter(organisation=organisation_id))
    return rows.select_related("organisation", "entity").filter(pk=pk).first()


def own_entity(actor: Actor, organisation_id: uuid.UUID, pk: uuid.UUID) -> Entity | None:
    """Return one entity a member lists; None where there is none, or not for the actor. One query."""
    rows = scoped(actor, "places.view", Entity.objects.filter(organisation=organisation_id))
    return rows.select_related("organisation").filter(pk=pk).first()


def transfer_visible_to(actor: Actor, pk: uuid.UUID) -> Transfer | None:
    """Return an offer of an entity; None where there is none, or not for the actor. One query."""
    rows = scoped(actor, "transfers.view", Transfer.objects.filter(pk=pk))
    return rows.select_related("entity__organisation", "receiver").first()


def open_transfers(actor: Actor) -> list[Transfer]:
    """Return the offers the actor's own members made or were made that nobody has answered. One query."""
    if not actor.organisations:
        return []
    rows = scoped(actor, "transfers.view", Transfer.objects.filter(outcome=""))
    return list(rows.select_related("entity__organisation", "receiver").order_by("offered_on", "pk"))


def open_transfer_of(entity: Entity) -> Transfer | None:
    """Return the offer of an entity that nobody has answered, if there is one. One query."""
    return Transfer.objects.filter(entity=entity, outcome="").select_related("receiver").first()


def line_of(entity: Entity) -> list[Entity]:
    """Return an entity as it stood at each member it belonged to, the first one first. A query for each member before."""
    line = [entity]
    while line[0].continues_id:
        line.insert(0, Entity.objects.select_related("organisation").get(pk=line[0].continues_id))
    return line


def facilities_going_with(entity: Entity) -> list[OwnFacility]:
    """Return the facilities that go where the entity goes. One query."""
    return list(OwnFacility.objects.filter(entity=entity, valid_to=None).order_by("name", "pk"))
