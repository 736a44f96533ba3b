"""A member bears another name, or belongs to another owner, from a day on. What it was before stays, with its days."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

from django.db import transaction

from alunite.foundation.accounts.actions import InvalidAccount, rename_organisation
from alunite.foundation.accounts.policies import SYSTEM, Actor, require
from alunite.foundation.core.judgement import Reason
from alunite.foundation.history.models import Entry
from alunite.foundation.publications.actions import take_turn
from alunite.programme.members.actions import publish_members
from alunite.programme.members.joining.actions import CannotDo, as_seen, tell
from alunite.programme.members.joining.models import DatedChange, Membership
from alunite.programme.members.joining.rules import Becoming, change_fits
from alunite.programme.members.models import FormerName, Member

What = DatedChange.What


def change_name(
    membership: Membership, *, version: int, name: str, day: date, reason: str, today: date, actor: Actor
) -> Membership:
    """Let a member bear another name from a day on, here and in the register.

    Sources that still call it as before are understood to mean it.

    Raises
    ------
    CannotDo
        With everything that stands against it.
    Refused
        If the actor may not.
    """
    require(actor, "membership.office", membership)
    with transaction.atomic():
        take_turn()
        held = as_seen(membership, version)
        change = Becoming(What.NAME, held.organisation.name, name.strip(), day, reason.strip())
        found = _against(held, change, today)
        taken = Member.objects.filter(name=change.after).exclude(pk=held.member_id).exists()
        if taken or FormerName.objects.filter(name=change.after).exclude(member=held.member_id).exists():
            text = "The register has, or had, another member of this name."
            found.append(Reason("membership.name_taken", text, {"field": "name"}))
        if found:
            raise CannotDo(tuple(found))
        entry = _keep(held, change, actor)
        try:
            rename_organisation(held.organisation, name, actor=actor, cause=entry)
        except InvalidAccount as invalid:
            reasons = (Reason("membership.name", text, {"field": "name"}) for _field, text in invalid.faults)
            raise CannotDo(tuple(reasons)) from invalid
        if held.member_id:
            _rename_record(held.member_id, change.after, day)
            publish_members([held.member_id], actor=SYSTEM, cause=entry)
    return held


def change_owner(
    membership: Membership, *, version: int, owner: str, day: date, reason: str, today: date, actor: Actor
) -> Membership:
    """Note who owns or controls a member from a day on. Errors as for `change_name`."""
    require(actor, "membership.office", membership)
    with transaction.atomic():
        held = as_seen(membership, version)
        last = DatedChange.objects.filter(membership=held, what=What.OWNER).order_by("-day", "-pk").first()
        change = Becoming(What.OWNER, last.after if last else "", owner.strip(), day, reason.strip())
        if found := _against(held, change, today):
            raise CannotDo(tuple(found))
        _keep(held, change, actor)
    return held


def _rename_record(member_id: str, name: str, day: date) -> None:
    """Give the record of the register its new name, and keep the old one to be found by."""
    record = Member.objects.select_for_update().get(pk=member_id)
    # Whoever goes back to a name bears it again.
    FormerName.objects.filter(name=name, member=record).delete()
    if record.name != name:
        FormerName.objects.create(member=record, name=record.name, until=day - timedelta(days=1))
        record.name = name
        record.save(update_fields=["name"])


def _against(held: Membership, change: Becoming, today: date) -> list[Reason]:
    earlier = DatedChange.objects.filter(membership=held, what=change.what).order_by("-day")
    is_member = held.joined is not None and held.ended is None
    return list(
        change_fits(
            change,
            joined=held.joined if is_member else None,
            last=earlier.values_list("day", flat=True).first(),
            today=today,
        ).reasons
    )


def _keep(held: Membership, change: Becoming, actor: Actor) -> Entry:
    DatedChange.objects.create(membership=held, **asdict(change))
    held.version += 1
    held.save(update_fields=["version"])
    said = {"from": change.before, "to": change.after, "day": change.day.isoformat(), "reason": change.reason}
    return tell(f"membership.{change.what}_changed", held, said, actor)
