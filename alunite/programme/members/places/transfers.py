"""Giving an entity to another member: one offers, the other accepts. Nothing that was true before is changed.

The entity and its facilities get a last day where they were, and a first one where they go, each new row naming the one
it continues. Scopes and certificates of the member before still name what it had.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.core.judgement import Judgement, Reason
from alunite.foundation.history.actions import record
from alunite.foundation.history.models import Entry
from alunite.programme.members.joining.models import Membership
from alunite.programme.members.models import Entity, OwnFacility, Transfer
from alunite.programme.members.places.actions import UnfitPlace, lock, open_names, require_fit, require_not_frozen
from alunite.programme.members.places.rules import transfer_fits


def offer(entity: Entity, public_id: str, day: date, reason: str, *, today: date, actor: Actor) -> Transfer:
    """Offer an entity, with its facilities, to the member of this public id.

    Parameters
    ----------
    day : date
        The first day it belongs to the other; it may have passed, or be to come.

    Raises
    ------
    UnfitPlace
        With everything that stands against it; each reason names its field.
    Refused
        If the actor may not.
    """
    require(actor, "places.edit", entity.organisation)
    with transaction.atomic():
        lock(entity.organisation)
        held = Entity.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=entity.pk)
        require_not_frozen(held.organisation)
        active = Membership.objects.filter(member=public_id, state="active") if public_id else Membership.objects.none()
        to = active.exclude(organisation=held.organisation_id).select_related("organisation").first()
        found = list(_still_there(held))
        if to is None:
            text = "The register has no other active member of this id here. Copy it from the address of its page."
            found.append(Reason("places.transfer_to", text, {"field": "member"}))
        if not reason.strip():
            found.append(Reason("places.transfer_reason", "Say why.", {"field": "reason"}))
        if Transfer.objects.filter(entity=held, outcome="").exists():
            found.append(Reason("places.transfer_once", "It is offered already. Take that offer back first.", {}))
        found += transfer_fits(held.name, held.valid_from, day, begun=_begun(held, day), others=()).reasons
        if found or to is None:
            raise UnfitPlace(tuple(found))
        made = Transfer.objects.create(
            entity=held, receiver=to.organisation, day=day, reason=reason.strip(), offered_on=today
        )
        _tell("entity.offered", made, actor)
    return made


def answer(transfer: Transfer, *, accepts: bool, today: date, actor: Actor) -> Transfer:
    """Accept an entity that was offered, which moves it, or refuse it. Errors as for `offer`."""
    require(actor, "transfers.answer", transfer)
    with transaction.atomic():
        held = _locked(transfer)
        if accepts:
            _move(held, actor)
        _close(held, "accepted" if accepts else "refused", today, actor)
    return held


def withdraw(transfer: Transfer, *, today: date, actor: Actor) -> Transfer:
    """Take an offer back that nobody has answered. Errors as for `offer`."""
    require(actor, "transfers.withdraw", transfer)
    with transaction.atomic():
        held = _locked(transfer)
        _close(held, "withdrawn", today, actor)
    return held


def _move(held: Transfer, actor: Actor) -> None:
    before = held.entity
    facilities = list(_open_from(before, held.day).select_for_update().order_by("pk"))
    begun = [one.valid_from for one in facilities]
    others = open_names(held.receiver)
    fits = transfer_fits(before.name, before.valid_from, held.day, begun=begun, others=others)
    against = (*_still_there(before), *_not_active(held), *fits.reasons)
    require_fit(Judgement(result=not against, reasons=against))
    cause = _tell("entity.transferred", held, actor)
    after = Entity.objects.create(organisation=held.receiver, name=before.name, valid_from=held.day, continues=before)
    _end(before, held.day, after, cause, actor)
    for one in facilities:
        again = OwnFacility.objects.create(
            organisation=held.receiver,
            entity=after,
            name=one.name,
            country=one.country,
            activities=one.activities,
            headcount=one.headcount,
            valid_from=held.day,
            valid_to=one.valid_to,
            facility_id=one.facility_id,
            continues=one,
        )
        _end(one, held.day, again, cause, actor)


def _end(before: Entity | OwnFacility, day: date, after: Entity | OwnFacility, cause: Entry, actor: Actor) -> None:
    """Give what moved its last day where it was, and tell of both rows."""
    record_type = "entity" if isinstance(before, Entity) else "own_facility"
    planned = before.valid_to.isoformat() if before.valid_to else ""
    before.valid_to = day - timedelta(days=1)
    before.save(update_fields=["valid_to"])
    of_before = {"before": planned, "after": before.valid_to.isoformat(), "continued_as": str(after.pk)}
    of_after = {
        "organisation": str(after.organisation_id),
        "name": after.name,
        "valid_from": day.isoformat(),
        "continues": str(before.pk),
        **({"valid_to": planned} if planned else {}),
    }
    for kind, row, said in (("closed", before, of_before), ("added", after, of_after)):
        record(
            f"{record_type}.{kind}",
            record_type=record_type,
            record_id=str(row.pk),
            payload=said,
            actor=actor.label,
            cause=cause,
        )


def _still_there(entity: Entity) -> tuple[Reason, ...]:
    """Return what stands against moving an entity that has left already."""
    if entity.valid_to is None:
        return ()
    return (Reason("places.transfer_closed", "The entity has a last day already; it cannot be given away.", {}),)


def _not_active(held: Transfer) -> tuple[Reason, ...]:
    """Return what stands against moving an entity to a member that has left, or is suspended, since it was offered."""
    if Membership.objects.filter(organisation=held.receiver_id, state="active").exists():
        return ()
    text = "The membership of the member it goes to is not active."
    return (Reason("places.transfer_to", text, {"field": "member"}),)


def _open_from(entity: Entity, day: date) -> QuerySet[OwnFacility]:
    """Return the facilities that go with an entity on a day: all that have not ended, a planned last day or none."""
    return OwnFacility.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), entity=entity)


def _begun(entity: Entity, day: date) -> list[date]:
    return list(_open_from(entity, day).values_list("valid_from", flat=True))


def _locked(transfer: Transfer) -> Transfer:
    """Hold an open offer with both members, in one order whoever comes first."""
    for one in Organisation.objects.filter(pk__in=[transfer.entity.organisation_id, transfer.receiver_id]).order_by(
        "pk"
    ):
        lock(one)
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("entity__organisation", "receiver")
    held = rows.get(pk=transfer.pk)
    if held.outcome:
        raise UnfitPlace((Reason("places.transfer_answered", "The offer was answered or taken back already.", {}),))
    return held


def _close(held: Transfer, outcome: str, today: date, actor: Actor) -> None:
    held.outcome, held.answered_on = outcome, today
    held.save(update_fields=["outcome", "answered_on"])
    _tell(f"entity.offer_{outcome}", held, actor)


def _tell(kind: str, held: Transfer, actor: Actor) -> Entry:
    said = {
        "entity": str(held.entity_id),
        "from": str(held.entity.organisation_id),
        "to": str(held.receiver_id),
        "day": held.day.isoformat(),
        "reason": held.reason,
    }
    return record(kind, record_type="transfer", record_id=str(held.pk), payload=said, actor=actor.label)
