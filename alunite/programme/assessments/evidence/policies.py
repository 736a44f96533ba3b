"""Who keeps evidence and who reads it: the managers of the member itself, and of the Secretariat whom it is shared with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Q

from alunite.foundation.accounts.policies import Actor, allows, policy, scope
from alunite.foundation.accounts.roles import Role
from alunite.programme.assessments.models import Assessment, EvidenceLink, Sharing
from alunite.programme.assessments.policies import firms_audited_for, organisations_managed_by, sent_to_firms_of


@policy("evidence.write", says="Only managers of the member itself keep its evidence.")
def _evidence_write(actor: Actor, organisation_id: Any) -> bool:
    return str(organisation_id) in organisations_managed_by(actor)


@policy("evidence.list", says="Evidence is for managers of members, and for the Secretariat.")
def _evidence_list(actor: Actor, _subject: Any) -> bool:
    return bool(organisations_managed_by(actor)) or actor.is_secretariat


@policy("evidence.read", says="Only the member itself, and of the Secretariat whom it is shared with, read evidence.")
def _evidence_read(actor: Actor, evidence: Any) -> bool:
    """Say of one piece what the scope below says of all: a page may hold some that is not for its reader."""
    if actor.holds(Role.ASSURANCE) or str(evidence.organisation_id) in organisations_managed_by(actor):
        return True
    return actor.is_secretariat and evidence.sharing == Sharing.MEMBER


def reading_in(actor: Actor, assessment: Assessment) -> Callable[[Any], bool]:
    """Return what tells which evidence of a self assessment that the actor may see they may read.

    Who is neither of the member nor of the Secretariat sees it because it was sent to their firm, with all its evidence.
    """
    if allows(actor, "scopes.view", assessment.organisation_id):
        return partial(allows, actor, "evidence.read")
    return lambda _piece: True


@scope("evidence.view")
def _evidence_view(actor: Actor) -> Q:
    """Oversight reads all, the rest of the Secretariat what is not for the audit alone, a firm what it was sent."""
    if actor.holds(Role.ASSURANCE):
        return Q()
    own = Q(organisation_id__in=organisations_managed_by(actor))
    if firms_audited_for(actor):
        linked = EvidenceLink.objects.filter(assessment__in=sent_to_firms_of(actor))
        own |= Q(pk__in=linked.values("evidence"))
    return own | Q(sharing=Sharing.MEMBER) if actor.is_secretariat else own
