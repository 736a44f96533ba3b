"""Who may see and change what a member lists of itself: its own people, and the Secretariat looks."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from alunite.foundation.accounts.policies import Actor, policy, scope
from alunite.foundation.accounts.roles import OrganisationKind


def belongs_to(actor: Actor, organisation_id: Any) -> bool:
    """Tell whether the actor is one of the people of this member."""
    return any(own == str(organisation_id) and kind == OrganisationKind.MEMBER for own, kind, _ in actor.roles)


@policy("places.edit", says="Only the member's own people change what it lists of itself.")
def _places_edit(actor: Actor, organisation: Any) -> bool:
    return actor.is_installation or belongs_to(actor, organisation.pk)


@policy("places.list", says="Lists of facilities are for members and for the Secretariat.")
def _places_list(actor: Actor, _subject: Any) -> bool:
    return actor.is_secretariat or any(kind == OrganisationKind.MEMBER for _, kind, _ in actor.roles)


@scope("places.view")
def _places_view(actor: Actor) -> Q:
    """Of entities and facilities: those of the actor's own members; the Secretariat's people see all."""
    if actor.is_installation or actor.is_secretariat:
        return Q()
    return Q(organisation_id__in=actor.organisations, organisation__kind=OrganisationKind.MEMBER)
