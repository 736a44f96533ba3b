"""Giving criteria to colleagues, many at once, and inviting somebody for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from alunite.foundation.accounts.invitations import CannotInvite, invite
from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, actor_for, require
from alunite.foundation.accounts.roles import Role
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.history.actions import record
from alunite.programme.assessments.actions import AnswerGiven, Fault, Faulty, save_answers
from alunite.programme.assessments.models import Assessment, InvitedToCriteria


def give_criteria(assessment: Assessment, numbers: Sequence[str], to: Any, *, actor: Actor) -> None:
    """Say who answers these criteria, whoever did before. As many queries for a hundred as for one.

    Raises
    ------
    Faulty
        If none is named, one is no criterion of the version, or the person does not manage for the organisation.
    Refused
        If the actor may not.
    """
    require(actor, "scopes.write", assessment.organisation_id)
    _check(assessment, numbers)
    with transaction.atomic():
        _give(assessment, numbers, to, actor)


def invite_to_criteria(
    assessment: Assessment, numbers: Sequence[str], email: str, *, actor: Actor, origin: str
) -> InvitedToCriteria:
    """Invite somebody by mail to manage for the organisation; once they accept, the criteria are theirs.

    Raises
    ------
    Faulty
        As `give_criteria`; also where the address cannot be invited.
    Refused
        If the actor may not, or does not look after the organisation's people.
    """
    require(actor, "scopes.write", assessment.organisation_id)
    _check(assessment, numbers)
    with transaction.atomic():
        try:
            invitation = invite(assessment.organisation, email, Role.MANAGER, actor=actor, origin=origin)
        except CannotInvite as error:
            raise Faulty([Fault("email", email, str(error))]) from error
        made = InvitedToCriteria.objects.create(invitation=invitation, assessment=assessment, numbers=list(numbers))
        said = {"invitation": str(invitation.pk), "numbers": list(numbers)}
        record("assessment.invited", record_type="assessment", record_id=assessment.pk, payload=said, actor=actor.label)
    return made


def take_up(invitation_id: str, person_id: str) -> None:
    """Give whoever accepted an invitation the criteria it was for that nobody else has taken on meanwhile."""
    found = InvitedToCriteria.objects.filter(invitation=UUID(invitation_id)).select_related("assessment").first()
    if found is None:
        return
    taken = found.assessment.answers.filter(number__in=found.numbers, owner__isnull=False)
    others = set(taken.values_list("number", flat=True))
    known = _known(found.assessment)
    numbers = [one for one in found.numbers if one in known and one not in others]
    _give(found.assessment, numbers, person_id, actor_for(Person.objects.get(pk=person_id)))


def _give(assessment: Assessment, numbers: Sequence[str], to: Any, actor: Actor) -> None:
    held = assessment.answers.select_for_update().filter(number__in=numbers)
    versions = dict(held.values_list("number", "version"))
    save_answers(
        assessment, [AnswerGiven(one, versions.get(one, 0), {"owner": str(to)}) for one in numbers], actor=actor
    )


def _known(assessment: Assessment) -> set[str]:
    standard = current_pack().standard(assessment.standard)
    return {one.number for one in standard.criteria} if standard else set()


def _check(assessment: Assessment, numbers: Sequence[str]) -> None:
    known = _known(assessment)
    faults = [
        Fault("numbers", one, _("a criterion of %(standard)s") % {"standard": assessment.standard})
        for one in numbers
        if one not in known
    ]
    if not numbers:
        faults.append(Fault("numbers", "", _("at least one criterion")))
    if faults:
        raise Faulty(faults)
