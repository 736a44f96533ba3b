"""Sending a self assessment to a firm, confirming it, taking it back. Who may read it follows from what stands."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.history.actions import record
from alunite.programme.assessments.actions import Fault, Faulty
from alunite.programme.assessments.models import Assessment, Sending
from alunite.programme.assessments.sending.queries import firms_to_choose


def send_to_firm(assessment: Assessment, firm_id: Any, *, actor: Actor) -> Sending:
    """Let the auditors of a firm read a self assessment with its evidence, until it is withdrawn.

    Raises
    ------
    Faulty
        If nobody leads audits for the firm here, or it stands with a firm already.
    Refused
        If the actor may not.
    """
    require(actor, "scopes.write", assessment.organisation_id)
    with transaction.atomic():
        Assessment.objects.select_for_update().get(pk=assessment.pk)
        firm = next((one for one in firms_to_choose() if str(one.pk) == str(firm_id)), None)
        faults = [] if firm else [Fault("firm", str(firm_id), _("an audit firm somebody leads audits for"))]
        if assessment.sendings.filter(withdrawn_at=None).exists():
            faults.append(Fault("firm", "", _("one firm at a time; withdraw it from the other first")))
        if faults or firm is None:
            raise Faulty(faults)
        made = Sending.objects.create(assessment=assessment, firm=firm, sent_by_id=actor.person_id)
        _record("assessment.sent", made, actor)
    return made


def confirm_receipt(sending: Sending, *, actor: Actor) -> Sending:
    """Say that the firm has it. What was confirmed or withdrawn already stays as it is. `Refused` if the actor may not."""
    require(actor, "assessments.receive", sending.firm_id)
    with transaction.atomic():
        held = Sending.objects.select_for_update().get(pk=sending.pk)
        if held.received_at is None and held.withdrawn_at is None:
            held.received_at, held.received_by_id = timezone.now(), actor.person_id
            held.save(update_fields=["received_at", "received_by"])
            _record("assessment.received", held, actor)
    return held


def withdraw_sending(sending: Sending, *, actor: Actor) -> Sending:
    """Take a self assessment back: the firm reads it no more. `Refused` if the actor may not."""
    require(actor, "scopes.write", sending.assessment.organisation_id)
    with transaction.atomic():
        held = Sending.objects.select_for_update().get(pk=sending.pk)
        if held.withdrawn_at is None:
            held.withdrawn_at = timezone.now()
            held.save(update_fields=["withdrawn_at"])
            _record("assessment.sending_withdrawn", held, actor)
    return held


def _record(kind: str, sending: Sending, actor: Actor) -> None:
    said = {"firm": str(sending.firm_id), "sending": sending.pk}
    record(kind, record_type="assessment", record_id=sending.assessment_id, payload=said, actor=actor.label)
