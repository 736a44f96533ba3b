"""What is known of certification events, for whoever puts them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.canonical import digest
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.merging.kinds import Likely, Line, Side
from alunite.foundation.merging.likeness import Described
from alunite.foundation.merging.queries import standing_merges
from alunite.foundation.merging.rules import heads
from alunite.foundation.scheme.pack import Pack
from alunite.programme.certificates.grouping import Told, likely_one
from alunite.programme.certificates.models import CertificationEvent, EventMember

LOOK_UP = 500


def likely_events() -> dict[tuple[str, str], Likely]:
    """Return the pairs of events that likely speak of one certificate and do not stand under one yet."""
    pack = current_pack()
    joined = standing_merges("certification_event")
    speaks = heads(standing_merges("member"))
    holders: dict[str, set[str]] = defaultdict(set)
    for event_id, member_id in EventMember.objects.values_list("event_id", "member_id").iterator():
        holders[event_id].add(speaks.get(member_id, member_id))
    rows = CertificationEvent.objects.select_related("statement").order_by("pk").iterator(chunk_size=LOOK_UP)
    told = {row.pk: _told(row, frozenset(holders[row.pk]), pack) for row in rows if row.pk not in joined}
    return {
        pair: Likely(judgement, digest([_plain(told[record]) for record in pair]))
        for pair, judgement in likely_one(list(told.values())).items()
    }


def _values(event: CertificationEvent, pack: Pack) -> dict[str, Any]:
    return import_kind(event.statement.kind).read_cells(event.statement.cells, pack)


def _told(event: CertificationEvent, holders: frozenset[str], pack: Pack) -> Told:
    values = _values(event, pack)
    version = pack.find_version(values["standard"], values["standard_version"]) if values["standard_version"] else None
    kind = pack.find_event(values["event"]) if values["event"] else None
    days = (values["issue_date"], values["announced_date"], values["certified_since"])
    return Told(
        entity=Described(
            event.pk,
            (values["entity"],),
            countries=frozenset(values["country"]),
            activities=frozenset(values["supply_chain_activities"]),
        ),
        holders=holders,
        family=values["standard"],
        version=version.id if version else "",
        number=values["certificate_number"] or "",
        day=next((day for day in days if day), None),
        begins=bool(kind and not kind.continues),
        continues=bool(kind and kind.continues),
        stands_under=event.certificate_id or "",
    )


def _plain(told: Told) -> list[Any]:
    said = [told.id, list(told.entity.names), sorted(told.holders), told.family, told.version, told.number]
    return [*said, str(told.day or ""), told.begins, told.continues, sorted(told.entity.countries)]


def sides(ids: Sequence[str]) -> dict[str, Side]:
    """Return what a page of proposals puts side by side of these events. Three queries."""
    pack = current_pack()
    names: dict[str, list[str]] = defaultdict(list)
    named = EventMember.objects.filter(event_id__in=ids).order_by("place").values_list("event_id", "member__name")
    for event_id, name in named:
        names[event_id].append(name)
    events = CertificationEvent.objects.filter(pk__in=ids).select_related("statement", "certificate", "firm")
    return {event.pk: _side(event, names[event.pk], pack) for event in events}


def _side(event: CertificationEvent, members: Sequence[str], pack: Pack) -> Side:
    values = _values(event, pack)
    kind = pack.find_event(values["event"] or "")
    family = pack.find_family(values["standard"])
    standing = (event.certificate.number or event.certificate.pk) if event.certificate else ""
    lines: Iterable[tuple[str, str]] = (
        (_("Entity"), values["entity"]),
        (_("Members"), ", ".join(members)),
        (_("Standard"), f"{family.label if family else values['standard']} {values['standard_version'] or ''}".strip()),
        (_("Event"), kind.label if kind else ""),
        (_("Issued"), str(values["issue_date"] or "")),
        (_("Last day"), str(values["expiry_date"] or "")),
        (_("Announced"), str(values["announced_date"] or "")),
        (_("Certified since"), str(values["certified_since"] or "")),
        (_("Number"), values["certificate_number"] or ""),
        (_("Countries"), ", ".join(values["country"])),
        (_("Scope"), values["scope"] or ""),
        (_("Audit firm"), event.firm.name if event.firm else ""),
        (_("Stands under the certificate"), standing),
        (_("Record"), event.record_id),
    )
    source = values["source_url"] or ""
    return Side(event.pk, values["entity"], tuple(Line(label, value, source) for label, value in lines))
