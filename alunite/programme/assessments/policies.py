"""Who works on scopes and self assessments: the managers of their organisation. The Secretariat reads."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from alunite.foundation.accounts.policies import Actor, policy, scope
from alunite.foundation.accounts.roles import OrganisationKind, Role


def organisations_managed_by(actor: Actor) -> frozenset[str]:
    """Return the ids of the member organisations whose scopes the actor may write."""
    return frozenset(
        organisation
        for organisation, kind, role in actor.roles
        if kind == OrganisationKind.MEMBER and role == Role.MANAGER
    )


@policy("scopes.write", says="Only managers of the member itself write its scopes and its self assessments.")
def _scopes_write(actor: Actor, organisation_id: Any) -> bool:
    return str(organisation_id) in organisations_managed_by(actor)


@policy("scopes.list", says="Scopes are for managers of members, and for the Secretariat.")
def _scopes_list(actor: Actor, _subject: Any) -> bool:
    return bool(organisations_managed_by(actor)) or actor.is_secretariat


@policy("scopes.view", says="Only the member itself and the Secretariat see its scopes and its self assessments.")
def _scopes_view(actor: Actor, organisation_id: Any) -> bool:
    return actor.is_secretariat or str(organisation_id) in organisations_managed_by(actor)


def _own(actor: Actor) -> Q:
    return Q() if actor.is_secretariat else Q(organisation_id__in=organisations_managed_by(actor))


@scope("scopes.view")
def _scopes_seen(actor: Actor) -> Q:
    return _own(actor)


@scope("assessments.view")
def _assessments_seen(actor: Actor) -> Q:
    return _own(actor)
