"""Taking up members: those a file lists, and those another record names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.kinds import Parsed
from alunite.foundation.merging import rules as merging
from alunite.foundation.merging.queries import MERGED, standing_merges, told_beside
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.identifiers import unused_ids
from alunite.foundation.publications.records import publish_again, take_up
from alunite.programme.members.joining.queries import said_of_members
from alunite.programme.members.models import Facility, Member
from alunite.programme.members.publish import facility_payload, member_payload
from alunite.programme.members.queries import facilities_by_id, members_called, stated_members

LOOK_UP = 500


def take_up_members(rows: Sequence[Parsed], actor: Actor) -> None:
    """Make or restate the members these rows list, and publish them. Runs inside the import's transaction."""
    require(actor, "imports.run")
    held = members_called(row.key for row in rows)
    rows = _once_each(rows, held)
    ids = iter(unused_ids(Member, sum(row.key not in held for row in rows)))
    new: list[Member] = []
    stated: list[Member] = []
    changes: list[Change] = []
    for row in rows:
        member = held.get(row.key)
        kind = "member.restated"
        if member is None:
            member = Member(id=next(ids), name=row.key)
            new.append(member)
            kind = "member.listed"
        elif member.statement_id is None:
            kind = "member.listed"
            stated.append(member)
        else:
            stated.append(member)
        # Not the object: the two would name each other, and stay until Python looks for garbage.
        member.statement_id = row.statement.pk
        held[row.key] = member
        payload = {"statement": row.statement.pk, "cells": row.statement.cells}
        changes.append(Change(record_type="member", record_id=member.pk, payload=payload, kind=kind))
    Member.objects.bulk_create(new, batch_size=LOOK_UP)
    Member.objects.bulk_update(stated, ["statement"], batch_size=LOOK_UP)
    record_many("member.listed", changes, actor=actor.label)
    merges = standing_merges("member")
    concerned = {*merges, *merges.values(), *said_of_members(held[row.key].pk for row in rows)}
    alone = [row for row in rows if held[row.key].pk not in concerned]
    said = [ToPublish(held[row.key].pk, member_payload((held[row.key], row.values))) for row in alone]
    publish("member", said, actor=actor)
    publish_members([held[row.key].pk for row in rows if held[row.key].pk in concerned], actor=actor)


def _once_each(rows: Sequence[Parsed], held: Mapping[str, Member]) -> list[Parsed]:
    """Return the rows without those that name a member as it was called before, where another names it as it is."""
    current = {held[row.key].pk for row in rows if row.key in held and held[row.key].name == row.key}
    return [
        row for row in rows if row.key not in held or held[row.key].name == row.key or held[row.key].pk not in current
    ]


def publish_members(ids: Iterable[str], *, actor: Actor, cause: Entry | None = None) -> None:
    """Publish what is said of these members: what was merged gives way to the record that speaks for it."""
    merges = standing_merges("member")
    wanted = sorted({head for record in ids for head in (record, merging.head_of(record, merges))})
    behind = told_beside("member", merges, wanted)
    stated = stated_members([*wanted, *(other for record in wanted for other in behind.get(record, ()))])
    memberships = said_of_members(wanted)
    said = []
    for record in wanted:
        membership = memberships.get(record)
        if record in merges:
            said.append(ToPublish(record, None, MERGED, merges[record]))
        elif isinstance(membership, str):
            said.append(ToPublish(record, None, membership))
        else:
            member, values = stated[record]
            # What the office keeps itself goes before what a source states.
            own = (member, {**(values or {}), **membership}) if membership else (member, values)
            said.append(ToPublish(record, member_payload(own, [stated[other] for other in behind.get(record, ())])))
    publish("member", said, actor=actor, cause=cause)


def publish_all_members(*, actor: Actor, cause: Entry | None = None) -> None:
    """Publish every member; what would say nothing new is not published. A batch at a time."""
    ids = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), LOOK_UP):
        publish_members(ids[start : start + LOOK_UP], actor=actor, cause=cause)


def members_named(names: Iterable[str], *, actor: Actor) -> dict[str, Member]:
    """Return the members of these names; those not yet known are made and published as named in a source only."""
    require(actor, "imports.run")
    wanted = sorted(set(names))
    held = members_called(wanted)
    absent = [name for name in wanted if name not in held]
    made = [Member(id=key, name=name) for key, name in zip(unused_ids(Member, len(absent)), absent, strict=True)]
    new = Member.objects.bulk_create(made, batch_size=LOOK_UP)
    if new:
        record_many(
            "member.named_in_source",
            [Change(record_type="member", record_id=member.pk, payload={"name": member.name}) for member in new],
            actor=actor.label,
        )
        publish("member", [ToPublish(member.pk, member_payload((member, None))) for member in new], actor=actor)
    return held | {member.name: member for member in new}


def take_up_facilities(rows: Sequence[Parsed], actor: Actor) -> None:
    """Make or restate the facilities these rows describe, and publish them. Runs inside the import's transaction."""
    facilities = take_up(Facility, "facility", rows, actor=actor)
    publish("facility", _facilities_said(facilities), actor=actor)


def publish_facilities(*, actor: Actor, cause: Entry | None = None) -> None:
    """Publish every facility; what would say nothing new is not published."""
    publish_again("facility", Facility, _facilities_said, actor=actor, cause=cause)


def publish_some_facilities(ids: Iterable[str], *, actor: Actor, cause: Entry | None = None) -> None:
    """Publish what is said of these facilities: what was merged gives way to the record that speaks for it."""
    held = facilities_by_id(ids)
    publish("facility", _facilities_said([held[key] for key in sorted(held)]), actor=actor, cause=cause)


def _facilities_said(facilities: Sequence[Facility]) -> list[ToPublish]:
    """Return what is said of these facilities, and of those that speak for them."""
    pack = current_pack()
    merges = standing_merges("facility")
    held = {facility.pk: facility for facility in facilities}
    wanted = list(dict.fromkeys(key for one in held for key in (one, merging.head_of(one, merges))))
    behind = told_beside("facility", merges, wanted)
    others = [key for one in wanted for key in (one, *behind.get(one, ())) if key not in held]
    held |= facilities_by_id(others) if others else {}
    return [
        ToPublish(key, None, MERGED, merges[key])
        if key in merges
        else ToPublish(key, facility_payload(held[key], pack, [held[other] for other in behind.get(key, ())]))
        for key in wanted
    ]
