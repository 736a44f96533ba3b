"""Who works on scopes and self assessments: the managers of their organisation. The Secretariat reads, and the firm they are sent to."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from alunite.foundation.accounts.policies import Actor, policy, scope
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.programme.assessments.models import Assessment, Sending


def organisations_managed_by(actor: Actor) -> frozenset[str]:
    """Return the ids of the member organisations whose scopes the actor may write."""
    return frozenset(
        organisation
        for organisation, kind, role in actor.roles
        if kind == OrganisationKind.MEMBER and role == Role.MANAGER
    )


def firms_audited_for(actor: Actor) -> frozenset[str]:
    """Return the ids of the audit firms the actor audits for."""
    return frozenset(
        organisation
        for organisation, kind, role in actor.roles
        if kind == OrganisationKind.FIRM and role in {Role.LEAD_AUDITOR, Role.AUDITOR}
    )


def sent_to_firms_of(actor: Actor) -> QuerySet[Sending, str]:
    """Return the ids of the self assessments that were sent to the firms an actor audits for, and not withdrawn."""
    standing = Sending.objects.filter(Q(firm_id__in=firms_audited_for(actor)), withdrawn_at=None)
    return standing.values_list("assessment_id", flat=True)


@policy("scopes.write", says="Only managers of the member itself write its scopes and its self assessments.")
def _scopes_write(actor: Actor, organisation_id: Any) -> bool:
    return str(organisation_id) in organisations_managed_by(actor)


@policy(
    "scopes.list", says="Scopes are for managers of members, for auditors they are sent to, and for the Secretariat."
)
def _scopes_list(actor: Actor, _subject: Any) -> bool:
    return bool(organisations_managed_by(actor)) or bool(firms_audited_for(actor)) or actor.is_secretariat


@policy("assessments.receive", says="Only auditors of the firm it was sent to confirm that they have it.")
def _assessments_receive(actor: Actor, firm_id: Any) -> bool:
    return str(firm_id) in firms_audited_for(actor)


@policy("scopes.view", says="Only the member itself and the Secretariat see its scopes and its self assessments.")
def _scopes_view(actor: Actor, organisation_id: Any) -> bool:
    return actor.is_secretariat or str(organisation_id) in organisations_managed_by(actor)


def _own(actor: Actor) -> Q:
    return Q() if actor.is_secretariat else Q(organisation_id__in=organisations_managed_by(actor))


@scope("scopes.view")
def _scopes_seen(actor: Actor) -> Q:
    sent = Q(pk__in=Assessment.objects.filter(pk__in=sent_to_firms_of(actor)).values("scope"))
    return _own(actor) | sent if firms_audited_for(actor) else _own(actor)


@scope("assessments.view")
def _assessments_seen(actor: Actor) -> Q:
    return _own(actor) | Q(pk__in=sent_to_firms_of(actor)) if firms_audited_for(actor) else _own(actor)
