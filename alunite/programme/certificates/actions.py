"""Taking up rows of certificates: each becomes an event; events that can be told apart make certificates.

A certificate is made only from an event with a number, or with both issue and expiry date. Events under one number of
one family of standards that name the same members speak of one certificate; others do when a person has put them
together. When a corrected row no longer identifies its certificate and no other event stands under it, the certificate
leaves the register: its address stays and says so, or leads to the certificate its events stand under now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.canonical import digest
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.kinds import Parsed, import_kind
from alunite.foundation.importing.models import Statement
from alunite.foundation.merging import rules as merging
from alunite.foundation.merging.queries import MERGED, standing_merges
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.identifiers import unused_ids
from alunite.foundation.publications.records import named_one_way
from alunite.foundation.publications.withheld import withheld
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.tables.bulk import insert_rows
from alunite.programme.audits.actions import firms_named
from alunite.programme.audits.models import Firm
from alunite.programme.audits.queries import firm_heads
from alunite.programme.certificates.grouping import groups
from alunite.programme.certificates.models import LONGEST_HOLDERS, Certificate, CertificationEvent, EventMember
from alunite.programme.certificates.publish import ReadEvent, certificate_payload, event_payload
from alunite.programme.certificates.rules import is_identified
from alunite.programme.members.actions import members_named
from alunite.programme.members.models import Member
from alunite.programme.members.queries import member_heads

LOOK_UP = 500
NO_LONGER_IDENTIFIED = "statement_corrected"
REGROUPED = "regrouped"


def take_up_certificates(rows: Sequence[Parsed], actor: Actor) -> set[str]:
    """Make or restate the events these rows state and publish them; return the ids of the certificates touched.

    Runs inside the import's transaction, with rows in the order of their keys.
    """
    require(actor, "imports.run")
    pack = current_pack()
    members = members_named((name for row in rows for name in row.values["member"]), actor=actor)
    firms = firms_named((row.values["audit_firm"] for row in rows if row.values["audit_firm"]), actor=actor)
    events, left = _restated(rows, firms)
    joined = _regroup(rows, events, members)
    _save(rows, events, members)
    moved, settled = _settle(everywhere=False)
    for event in moved:
        if event.record_id in events:
            events[event.record_id].certificate_id = event.certificate_id
    _record(rows, events, actor)
    in_hand = {events[row.key].pk for row in rows}
    stated = [_Stated(events[row.key], with_version(row.values, pack), row.statement.version) for row in rows]
    if elsewhere := [event.pk for event in moved if event.pk not in in_hand]:
        stated += _stated(CertificationEvent.objects.filter(pk__in=elsewhere), pack)
    said = [ToPublish(read.event.pk, event_payload(read, pack)) for read in _read(stated)]
    publish("certification_event", said, actor=actor)
    return left | joined | settled


def publish_certificates(certificate_ids: Sequence[str], actor: Actor) -> None:
    """Record which events make out these certificates, and publish them: once for each, after the last row."""
    require(actor, "imports.run")
    pack = current_pack()
    # Events that stood beside one of the rows' and are held there by nothing any more.
    moved, settled = _settle()
    said = [ToPublish(read.event.pk, event_payload(read, pack)) for read in _read_again(moved, pack)]
    publish("certification_event", said, actor=actor)
    for chunk in _chunks(sorted({*certificate_ids, *settled})):
        touched = _certificates(set(chunk))
        by_certificate = _events_of(touched, pack)
        grouped = _grouped(touched, by_certificate, "certificate.identified")
        record_many("certificate.identified", grouped, actor=actor.label)
        publish("certificate", _all_to_publish(touched, by_certificate, pack), actor=actor)


def stand_together(records: Sequence[str], *, actor: Actor, cause: Entry) -> None:
    """Let events stand as people put them together, after a confirmation or its undoing, and publish what changed."""
    pack = current_pack()
    moved, settled = _settle(records)
    touched = _certificates(settled)
    by_certificate = _events_of(touched, pack)
    record_many("certificate.regrouped", _grouped(touched, by_certificate, "certificate.regrouped"), actor=actor.label)
    said = [ToPublish(read.event.pk, event_payload(read, pack)) for read in _read_again(moved, pack)]
    publish("certification_event", said, actor=actor, cause=cause)
    publish("certificate", _all_to_publish(touched, by_certificate, pack), actor=actor, cause=cause)


def publish_all(*, actor: Actor, cause: Entry | None = None) -> None:
    """Publish every event and certificate; what would say nothing new is not published. A batch at a time."""
    pack = current_pack()
    for chunk in _chunks(list(CertificationEvent.objects.order_by("pk").values_list("pk", flat=True))):
        read = _read(_stated(CertificationEvent.objects.filter(pk__in=chunk), pack))
        said = [ToPublish(item.event.pk, event_payload(item, pack)) for item in read]
        publish("certification_event", said, actor=actor, cause=cause)
    for chunk in _chunks(list(Certificate.objects.order_by("pk").values_list("pk", flat=True))):
        certificates = list(Certificate.objects.filter(pk__in=chunk))
        events = _events_of(certificates, pack)
        said = _all_to_publish(certificates, events, pack)
        publish("certificate", said, actor=actor, cause=cause)


def publish_naming(kind: str, record: str, *, actor: Actor, cause: Entry | None = None) -> None:
    """Publish anew what names a member or firm, or one that was merged into it: another speaks for it now."""
    names = merging.all_behind(record, standing_merges(kind))
    among = {f"{'members' if kind == 'member' else 'firm'}__in": names}
    events = CertificationEvent.objects.filter(**among).distinct()
    pack = current_pack()
    for chunk in _chunks(list(events.order_by("pk").values_list("pk", flat=True))):
        rows = _read(_stated(CertificationEvent.objects.filter(pk__in=chunk), pack))
        said = [ToPublish(item.event.pk, event_payload(item, pack)) for item in rows]
        publish("certification_event", said, actor=actor, cause=cause)
        touched = _certificates({item.event.certificate_id for item in rows if item.event.certificate_id})
        by_certificate = _events_of(touched, pack)
        said = _all_to_publish(touched, by_certificate, pack)
        publish("certificate", said, actor=actor, cause=cause)


def _all_to_publish(
    certificates: Sequence[Certificate], events: dict[str, list[ReadEvent]], pack: Pack
) -> list[ToPublish]:
    """Return what is said of certificates; one without events leaves, to where those it was known by stand now."""
    empty = [certificate.pk for certificate in certificates if not events[certificate.pk]]
    known_by: dict[str, set[str]] = defaultdict(set)
    gathered: set[str] = set()
    for chunk in _chunks(empty):
        among = Q(identified_as__in=chunk) | Q(gathered_as__in=chunk)
        for event in CertificationEvent.objects.filter(among):
            for key in {event.identified_as_id, event.gathered_as_id} - {None}:
                known_by[key or ""] |= {event.certificate_id or ""} - {""}
            gathered.add(event.gathered_as_id or "")
    taken_out = withheld("certification_event", [read.event.pk for among in events.values() for read in among])
    said = []
    for certificate in certificates:
        successor = min(known_by[certificate.pk], default="")
        told = [read for read in events[certificate.pk] if read.event.pk not in taken_out]
        if told:
            said.append(ToPublish(certificate.pk, certificate_payload(certificate, told, pack)))
        elif successor:
            said.append(ToPublish(certificate.pk, None, MERGED, successor))
        else:
            reason = REGROUPED if certificate.pk in gathered else NO_LONGER_IDENTIFIED
            said.append(ToPublish(certificate.pk, None, reason))
    return said


def _chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + LOOK_UP] for start in range(0, len(items), LOOK_UP))


def _restated(rows: Sequence[Parsed], firms: dict[str, Firm]) -> tuple[dict[str, CertificationEvent], set[str]]:
    """Return the events by record id, new ones unsaved, and the certificates they stood under before."""
    events = {
        event.record_id: event
        for keys in _chunks([row.key for row in rows])
        for event in CertificationEvent.objects.filter(record_id__in=keys)
    }
    left = {event.certificate_id for event in events.values() if event.certificate_id}
    ids = iter(unused_ids(CertificationEvent, sum(row.key not in events for row in rows)))
    for row in rows:
        event = events.get(row.key) or CertificationEvent(id=next(ids), record_id=row.key)
        events[row.key] = event
        # Not the object: the two would name each other, and stay until Python looks for garbage.
        event.statement_id = row.statement.pk
        event.firm = firms.get(row.values["audit_firm"])
    return events, left


def _regroup(rows: Sequence[Parsed], events: dict[str, CertificationEvent], members: dict[str, Member]) -> set[str]:
    """Put each event under the certificate its statement identifies; return the ids of those certificates."""
    numbered = _numbered({row.values["certificate_number"] for row in rows if row.values["certificate_number"]})
    alone = _stand_alone([event.identified_as_id for event in events.values() if event.identified_as_id])
    ids = iter(unused_ids(Certificate, len(rows)))
    made: list[Certificate] = []
    renumbered: list[Certificate] = []
    for row in rows:
        event, values = events[row.key], row.values
        family, number = values["standard"], values["certificate_number"]
        holders = _holders_key([members[name].pk for name in values["member"]]) if number else ""
        own = alone.get(event.identified_as_id or "")
        if not is_identified(number, values["issue_date"] or None, values["expiry_date"] or None):
            event.certificate = event.identified_as = None
            continue
        found = numbered.get((family, number, holders)) if number else own if own and not own.number else None
        if found is None and own is not None and own.family == family:
            # Nobody else stands under it: the certificate is the same, its number was corrected.
            numbered.pop((family, own.number, own.holders), None)
            own.number, own.holders = number, holders
            renumbered.append(own)
            found = own
        if found is None:
            found = Certificate(id=next(ids), family=family, number=number, holders=holders)
            made.append(found)
        if number:
            numbered[family, number, holders] = found
        if found is not own:
            alone.pop(found.pk, None)
        event.certificate = event.identified_as = found
    # All corrected numbers are given up before any is taken: one row's new number may be another's old one.
    for chunk in _chunks([certificate.pk for certificate in renumbered]):
        Certificate.objects.filter(pk__in=chunk).update(number="")
    Certificate.objects.bulk_update(renumbered, ["number", "holders"], batch_size=LOOK_UP)
    now = timezone.now()
    columns = ("id", "family", "number", "holders", "created_at")
    insert_rows(Certificate, columns, [(item.pk, item.family, item.number, item.holders, now) for item in made])
    return {event.certificate_id for event in events.values() if event.certificate_id}


def _settle(records: Sequence[str] = (), *, everywhere: bool = True) -> tuple[list[CertificationEvent], set[str]]:
    """Let events stand together as people put them; return those that moved, and all certificates concerned.

    Looked at are the events named, those people put together, those that stand elsewhere than their row identifies, and
    whatever is identified as the same: a few, however many there are. To find those that stand elsewhere all events are
    read: once, when an import is over.
    """
    joins = standing_merges("certification_event")
    if not joins and not everywhere:
        return [], set()
    identified_elsewhere = (
        Q(certificate=None, identified_as__isnull=False)
        | Q(certificate__isnull=False, identified_as=None)
        | Q(certificate__isnull=False, identified_as__isnull=False) & ~Q(certificate=F("identified_as"))
    )
    among = Q(pk__in={*records, *joins, *joins.values()})
    if everywhere:
        among |= identified_elsewhere
    held = CertificationEvent.objects.select_related("statement")
    events = held.filter(among).in_bulk()
    identities = {event.identified_as_id for event in events.values() if event.identified_as_id}
    events |= held.filter(identified_as__in=identities).in_bulk()
    before = {key: event.certificate_id for key, event in events.items()}
    identified = {key: event.identified_as_id or "" for key, event in events.items()}
    for head, together in groups(identified, joins).items():
        stands_under = identified[head] or next((identified[key] for key in together if identified[key]), "")
        if not stands_under and len(together) > 1:
            stands_under = _gathered(events[head], [events[key] for key in together])
        for key in together:
            events[key].certificate_id = stands_under or None
    moved = [event for event in events.values() if event.certificate_id != before[event.pk]]
    CertificationEvent.objects.bulk_update(moved, ["certificate"], batch_size=LOOK_UP)
    return moved, {key for event in moved for key in (event.certificate_id, before[event.pk]) if key}


def _gathered(head: CertificationEvent, together: Sequence[CertificationEvent]) -> str:
    """Return the certificate of events none of which identifies one: one made for them before, or a new one."""
    held = [event.gathered_as_id for event in (head, *together) if event.gathered_as_id]
    if held:
        return held[0]
    family = import_kind("certificates").read_cells(head.statement.cells, current_pack())["standard"]
    head.gathered_as = Certificate.objects.create(family=family)
    head.save(update_fields=["gathered_as"])
    return head.gathered_as.pk


def _holders_key(members: Sequence[str]) -> str:
    """Return what the holders of a number are compared by: their ids in order; their digest where these are too many."""
    text = ";".join(sorted(members))
    return text if len(text) <= LONGEST_HOLDERS else digest(sorted(members))


def _numbered(numbers: set[str]) -> dict[tuple[str, str, str], Certificate]:
    return {
        (certificate.family, certificate.number, certificate.holders): certificate
        for chunk in _chunks(sorted(numbers))
        for certificate in Certificate.objects.filter(number__in=chunk)
    }


def _stand_alone(certificate_ids: Sequence[str]) -> dict[str, Certificate]:
    """Return those of the certificates that exactly one event identifies."""
    certificates: dict[str, Certificate] = {}
    standing: dict[str, int] = defaultdict(int)
    for chunk in _chunks(sorted(set(certificate_ids))):
        for event in CertificationEvent.objects.filter(identified_as_id__in=chunk).select_related("identified_as"):
            if event.identified_as is not None:
                certificates[event.identified_as.pk] = event.identified_as
                standing[event.identified_as.pk] += 1
    return {key: certificate for key, certificate in certificates.items() if standing[key] == 1}


def _save(rows: Sequence[Parsed], events: dict[str, CertificationEvent], members: dict[str, Member]) -> None:
    """Save the events as they were restated and regrouped, with the members they name."""
    stated = [events[row.key] for row in rows]
    new = [event for event in stated if event._state.adding]  # noqa: SLF001, Django's own test
    held = [event for event in stated if not event._state.adding]  # noqa: SLF001
    now = timezone.now()
    columns = ("id", "record_id", "statement_id", "certificate_id", "identified_as_id", "firm_id", "created_at")
    insert_rows(CertificationEvent, columns, [(*(getattr(event, name) for name in columns[:-1]), now) for event in new])
    CertificationEvent.objects.bulk_update(
        held, ["statement", "firm", "certificate", "identified_as"], batch_size=LOOK_UP
    )
    for chunk in _chunks([event.pk for event in held]):
        EventMember.objects.filter(event_id__in=chunk).delete()
    insert_rows(
        EventMember,
        ("event_id", "member_id", "place"),
        [
            (events[row.key].pk, members[name].pk, place)
            for row in rows
            for place, name in enumerate(row.values["member"])
        ],
    )


def _certificates(ids: set[str]) -> list[Certificate]:
    return [item for chunk in _chunks(sorted(ids)) for item in Certificate.objects.filter(pk__in=chunk)]


def _events_of(certificates: Sequence[Certificate], pack: Pack) -> dict[str, list[ReadEvent]]:
    found: dict[str, list[ReadEvent]] = {certificate.pk: [] for certificate in certificates}
    for chunk in _chunks(sorted(found)):
        for read in _read(_stated(CertificationEvent.objects.filter(certificate_id__in=chunk), pack)):
            found[read.event.certificate_id or ""].append(read)
    return found


class _Stated(NamedTuple):
    """An event, its firm with it, and the values of its current statement."""

    event: CertificationEvent
    values: dict[str, Any]
    statement_version: int


def _stated(found: QuerySet[CertificationEvent], pack: Pack) -> list[_Stated]:
    """Return events with what their statements say. One query."""
    events = list(found.select_related("statement", "firm"))
    named_one_way(event.statement for event in events)
    return [_Stated(event, values_of(event.statement, pack), event.statement.version) for event in events]


def _read_again(events: Sequence[CertificationEvent], pack: Pack) -> list[ReadEvent]:
    """Return events as the database has them by now. Three queries for 500, as for `_read` two more for merged names."""
    return [
        read
        for chunk in _chunks([event.pk for event in events])
        for read in _read(_stated(CertificationEvent.objects.filter(pk__in=chunk), pack))
    ]


def _read(stated: Sequence[_Stated]) -> list[ReadEvent]:
    """Return the events with the members and firms that speak for those named.

    Two queries, and one for 500 events; two more where one of them was merged.
    """
    read: list[ReadEvent] = []
    of_members, of_firms = (merging.heads(standing_merges(kind)) for kind in ("member", "firm"))
    for chunk in _chunks(stated):
        named = list(
            EventMember.objects.filter(event_id__in=[item.event.pk for item in chunk])
            .order_by("place")
            .values_list("event_id", "member_id", "member__name")
        )
        members = member_heads([member_id for _, member_id, _ in named], of_members)
        firms = firm_heads([item.event.firm_id for item in chunk if item.event.firm_id], of_firms)
        # Two names of one organisation in one row are one member.
        names: dict[str, dict[str, str]] = defaultdict(dict)
        for event_id, member_id, name in named:
            head, head_name = members.get(member_id, (member_id, name))
            names[event_id][head] = head_name
        for event, values, version in chunk:
            firm = event.firm
            speaks = firms.get(firm.pk, (firm.pk, firm.name)) if firm else None
            read.append(ReadEvent(event, values, tuple(names[event.pk].items()), speaks, version))
    return read


def values_of(statement: Statement, pack: Pack) -> dict[str, Any]:
    """Return what a statement's cells say, with the version of the standard as its id."""
    return with_version(import_kind(statement.kind).read_cells(statement.cells, pack), pack)


def with_version(values: dict[str, Any], pack: Pack) -> dict[str, Any]:
    """Return values with the version of the standard as its id, which a file says as it is printed."""
    version = pack.find_version(values["standard"], values["standard_version"]) if values["standard_version"] else None
    return values | {"version": version.id if version else ""}


def _record(
    rows: Sequence[Parsed],
    events: dict[str, CertificationEvent],
    actor: Actor,
) -> None:
    stated = [
        Change(
            record_type="certification_event",
            record_id=events[row.key].pk,
            kind="certification_event.stated" if row.statement.version == 1 else "certification_event.restated",
            payload={
                "certificate": events[row.key].certificate_id or "",
                "cells": row.statement.cells,
                "statement": row.statement.pk,
            },
        )
        for row in rows
    ]
    record_many("certification_event.stated", stated, actor=actor.label)


def _grouped(
    certificates: Sequence[Certificate], by_certificate: dict[str, list[ReadEvent]], kind: str
) -> list[Change]:
    return [
        Change(
            record_type="certificate",
            record_id=item.pk,
            kind=kind if by_certificate[item.pk] else "certificate.no_longer_identified",
            payload={"number": item.number, "events": [read.event.pk for read in by_certificate[item.pk]]},
        )
        for item in certificates
    ]
