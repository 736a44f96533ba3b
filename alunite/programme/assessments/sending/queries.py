"""Reading to whom self assessments were sent."""

from __future__ import annotations

from django.db.models import OuterRef, Q, QuerySet, Subquery, UUIDField
from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Organisation, held_at
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.programme.assessments.models import Assessment, Sending
from alunite.programme.assessments.policies import firms_audited_for, organisations_managed_by


def with_sending(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Return self assessments with `sent_to_id`, `sent_to`, `sent_at` and `received_at` of the sending that stands; None without one."""
    standing = Sending.objects.filter(assessment=OuterRef("pk"), withdrawn_at=None)
    return assessments.annotate(
        sent_to_id=Subquery(standing.values("firm_id"), output_field=UUIDField()),
        sent_to=Subquery(standing.values("firm__name")),
        sent_at=Subquery(standing.values("sent_at")),
        received_at=Subquery(standing.values("received_at")),
    )


def firms_to_choose() -> QuerySet[Organisation]:
    """Return the audit firms somebody leads audits for, by name. One query."""
    leads = Affiliation.objects.filter(held_at(timezone.now()), role=Role.LEAD_AUDITOR, person__is_active=True)
    firms = Organisation.objects.filter(kind=OrganisationKind.FIRM, pk__in=leads.values("organisation_id"))
    return firms.order_by("name", "pk")


def sendings_of(assessment: Assessment) -> list[Sending]:
    """Return all sendings of a self assessment, the newest first. One query."""
    return list(assessment.sendings.select_related("firm", "sent_by", "received_by").order_by("-sent_at", "-pk"))


def unconfirmed(actor: Actor) -> list[Sending]:
    """Return the sendings that wait for a firm to confirm them, of the firm's auditors and of the member. One query, or none."""
    mine, firms = organisations_managed_by(actor), firms_audited_for(actor)
    if not (mine or firms):
        return []
    theirs = Q(firm_id__in=firms) | Q(assessment__organisation_id__in=mine)
    found = Sending.objects.filter(theirs, withdrawn_at=None, received_at=None)
    return list(found.select_related("firm", "assessment__scope", "assessment__organisation").order_by("sent_at", "pk"))
