"""A member asks for more time to its first certificate; the office grants it or says why not."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.judgement import Reason
from alunite.programme.members.joining import queries
from alunite.programme.members.joining.actions import CannotDo, locked, put_off, refuse, tell, write_to
from alunite.programme.members.joining.models import ExtensionRequest, Membership
from alunite.programme.members.joining.rules import request_fits


def ask(membership: Membership, *, months: int, reason: str, today: date, actor: Actor) -> ExtensionRequest:
    """Ask for this many months beyond the last day as it stands.

    Raises
    ------
    CannotDo
        With everything that stands against it.
    Refused
        If the actor may not.
    """
    require(actor, "membership.applicant", membership)
    with transaction.atomic():
        held = locked(membership)
        found = _against(held, months, today)
        if not reason.strip():
            found.append(Reason("membership.reason_needed", "Say why.", {"field": "reason"}))
        if ExtensionRequest.objects.filter(membership=held, outcome="").exists():
            found.append(Reason("membership.asked_already", "It is asked for already, and waits for the office."))
        if found:
            raise CannotDo(tuple(found))
        made = ExtensionRequest.objects.create(membership=held, months=months, reason=reason.strip(), asked_on=today)
        said = {"months": months, "reason": made.reason, "day": today.isoformat()}
        tell("membership.extension_asked", held, said, actor)
    return made


def answer(request: ExtensionRequest, *, grants: bool, words: str, today: date, actor: Actor) -> ExtensionRequest:
    """Grant a request, which puts the clock off, or refuse it; the member gets a mail. Errors as for `ask`."""
    require(actor, "membership.office", request.membership)
    with transaction.atomic():
        held = locked(request.membership)
        waiting = ExtensionRequest.objects.select_for_update().get(pk=request.pk)
        if waiting.outcome:
            refuse("membership.answered_already", "It was answered already.")
        if not words.strip():
            refuse("membership.reason_needed", "Say why.", field="words")
        if grants and (against := _against(held, waiting.months, today)):
            raise CannotDo(tuple(against))
        waiting.outcome = "granted" if grants else "refused"
        waiting.answer, waiting.answered_on = words.strip(), today
        waiting.save(update_fields=["outcome", "answer", "answered_on"])
        said = {"months": waiting.months, "reason": waiting.answer, "day": today.isoformat()}
        cause = tell(f"membership.extension_{waiting.outcome}", held, said, actor)
        if grants:
            put_off(held, held.extension_months + waiting.months, waiting.answer, actor, cause, today=today)
        write_to(held, f"extension_{waiting.outcome}", reason=waiting.answer)
    return waiting


def _against(held: Membership, months: int, today: date) -> list[Reason]:
    scheme = queries.membership_rules(current_pack())
    judgement = request_fits(
        scheme.clocks.certification,
        queries.light_of(held, scheme, today).result,
        is_active=held.state == "active",
        granted=held.extension_months,
        months=months,
    )
    return list(judgement.reasons) if not judgement.result else []
