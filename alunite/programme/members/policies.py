"""Who may see and change what a member lists of itself: its own people, and the Secretariat looks."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from alunite.foundation.accounts.policies import Actor, policy, scope
from alunite.foundation.accounts.roles import OrganisationKind, Role


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


@policy("transfers.withdraw", says="Only the member that offered an entity takes the offer back.")
def _transfers_withdraw(actor: Actor, transfer: Any) -> bool:
    return belongs_to(actor, transfer.entity.organisation_id)


@policy("transfers.answer", says="Only the member an entity is offered to answers.")
def _transfers_answer(actor: Actor, transfer: Any) -> bool:
    return belongs_to(actor, transfer.receiver_id)


@scope("transfers.view")
def _transfers_view(actor: Actor) -> Q:
    """Of transfers: those the actor's own members offered or were offered; the Secretariat's people see all."""
    if actor.is_secretariat:
        return Q()
    own = Q(entity__organisation_id__in=actor.organisations) | Q(receiver_id__in=actor.organisations)
    return own & Q(receiver__kind=OrganisationKind.MEMBER)


@policy("membership.apply", says="Only whoever is signed in can apply, for an organisation of their own or a new one.")
def _membership_apply(actor: Actor, organisation: Any) -> bool:
    return actor.person_id is not None and (organisation is None or belongs_to(actor, organisation.pk))


@policy("membership.list", says="Memberships are for members and for the Secretariat.")
def _membership_list(actor: Actor, _subject: Any) -> bool:
    return _places_list(actor, None)


@policy("membership.applicant", says="Only people of the organisation itself do this.")
def _membership_applicant(actor: Actor, membership: Any) -> bool:
    return belongs_to(actor, membership.organisation_id)


@policy("membership.office", says="Only the membership office does this.")
def _membership_office(actor: Actor, _membership: Any) -> bool:
    return actor.holds(Role.OFFICE)


@policy("membership.propose", says="Only the membership office, or a date by the rules, proposes this.")
def _membership_propose(actor: Actor, _membership: Any) -> bool:
    return actor.is_installation or actor.holds(Role.OFFICE)


@policy("membership.decide", says="Only a person of the Secretariat decides what another has proposed.")
def _membership_decide(actor: Actor, _membership: Any) -> bool:
    return actor.person_id is not None and actor.is_secretariat


@policy("membership.tick", says="Only the installation itself does what days bring.")
def _membership_tick(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


@scope("memberships.view")
def _memberships_view(actor: Actor) -> Q:
    """Of memberships: those of the actor's own organisations; the Secretariat's people see all."""
    return _places_view(actor)
