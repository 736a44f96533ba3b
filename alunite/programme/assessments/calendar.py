"""Days of this room in the calendars of those who manage for a member."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.messages.calendars import Marked, dates
from alunite.programme.assessments.models import Evidence, Scope
from alunite.programme.assessments.policies import organisations_managed_by


@dates("assessments")
def evidence_ends(actor: Actor, first: date, last: date) -> list[Marked]:
    """Return the last valid days of the evidence of one's own member. One query."""
    mine = organisations_managed_by(actor)
    if not mine:
        return []
    found = Evidence.objects.filter(organisation_id__in=mine, withdrawn_at=None, valid_until__range=(first, last))
    title = gettext("Last valid day of evidence")
    return [
        Marked(f"evidence.ends:{pk}", day, title, about, reverse("evidence", args=[pk]))
        for pk, day, about in found.order_by("valid_until", "pk").values_list("pk", "valid_until", "title")
        if day is not None
    ]


@dates("assessments")
def first_days_of_fieldwork(actor: Actor, first: date, last: date) -> list[Marked]:
    """Return the first days of fieldwork of one's own member's scopes. One query."""
    mine = organisations_managed_by(actor)
    if not mine:
        return []
    found = Scope.objects.filter(organisation_id__in=mine, fieldwork_from__range=(first, last))
    title = gettext("First day of fieldwork")
    return [
        Marked(f"assessments.fieldwork:{pk}", day, title, about, reverse("scope", args=[pk]))
        for pk, day, about in found.order_by("fieldwork_from", "pk").values_list("pk", "fieldwork_from", "title")
        if day is not None
    ]
