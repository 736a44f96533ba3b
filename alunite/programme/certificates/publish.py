"""What is said in public of certification events and certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.kinds import (
    UNKNOWN,
    NamedPayload,
    Payload,
    SegmentPayload,
    publication_kind,
    said,
)
from alunite.foundation.scheme.pack import Pack
from alunite.programme.certificates import rules
from alunite.programme.certificates.models import Certificate, CertificationEvent

SILENT = "The source is silent."


class _Stated(Payload):
    """What events and certificates have in common; `unknown` where the source is silent."""

    id: str = said("Public id of the record.")
    entity: str = said("The part of the member that is named on the certificate.")
    members: list[NamedPayload] = said("Members the entity belongs to.")
    countries: list[str] = said("Countries of the entity, ISO 3166-1 alpha-2.", unknown=SILENT)
    family: str = said("Family of standards, by its id.")
    version: str = said("Version of the standard, by its id.", unknown="No source states the version.")
    version_printed: str = said("The version as the source prints it.", unknown="No source prints one.")
    level: str = said("Level of the certificate at issue, by its id.", unknown="No source states the level.")
    scope: str = said("What is certified, in short words of the collectors.", unknown=SILENT)
    activities: list[str] = said(
        "Supply chain activities in the scope, by their ids.", unknown="No source names the activities."
    )
    firm: NamedPayload | None = said("The audit firm; null when no source names it.")
    certificate_number: str = said("The number printed on the certificate.", unknown="No source prints it.")
    issue_date: str = said("Day, month or year of issue.", unknown=SILENT)
    expiry_date: str = said("Last day, month or year of validity.", unknown=SILENT)
    certified_since: str = said(
        "Day, month or year since when a source calls it certified, perhaps by an earlier certificate.", unknown=SILENT
    )
    announced_date: str = said("Day or month of the announcement; not the day of issue.", unknown=SILENT)
    event: str = said("What happened, by the id of the kind of event.", unknown="No source says what happened.")
    source_url: str = said("Address of the page it was read on.")
    licence: str = said("Licence of the row.", unknown="Its source names none.", default=UNKNOWN)
    attribution: str = said(
        "Who is to be named when the row is used.", unknown="Its source asks for no name.", default=UNKNOWN
    )
    timeline: list[SegmentPayload] = said(
        "States over time, without gaps or overlaps, future ones included; empty when no day is known."
    )


@publication_kind("certification_event")
class CertificationEventPayload(_Stated):
    """One row of a source, with the states that can be made out from it alone."""

    record_id: str = said("Id of the row in the collection it came from.")
    certificate: str = said("Public id of the certificate it belongs to; empty when none is identified.")
    statement_version: int = said("How many times the row was stated; 1 unless corrected.")


class EventInCertificate(Payload):
    """An event a certificate is made out from."""

    id: str = said("Public id of the event.")
    record_id: str = said("Id of the row in the collection it came from.")
    entity: str = said("The entity as this source names it.")
    event: str = said("What happened, by the id of the kind of event.", unknown="No source says what happened.")
    issue_date: str = said("Day, month or year of issue.", unknown=SILENT)
    expiry_date: str = said("Last day, month or year of validity.", unknown=SILENT)
    certified_since: str = said("Day, month or year since when it is called certified.", unknown=SILENT)
    announced_date: str = said("Day or month of the announcement.", unknown=SILENT)
    source_url: str = said("Address of the page it was read on.")
    licence: str = said("Licence of the row.", unknown="Its source names none.", default=UNKNOWN)
    attribution: str = said(
        "Who is to be named when the row is used.", unknown="Its source asks for no name.", default=UNKNOWN
    )


@publication_kind("certificate", tells_of=("events",))
class CertificatePayload(_Stated):
    """A certificate: of each value the latest that is stated, its timeline, and the events it is made out from."""

    events: list[EventInCertificate] = said("The events it is made out from, oldest first.")


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """An event with the values of its current statement and the names it bears."""

    event: CertificationEvent
    values: dict[str, Any]
    members: tuple[tuple[str, str], ...]
    firm: tuple[str, str] | None
    statement_version: int


def facts(read: ReadEvent, pack: Pack) -> rules.Facts:
    """Return what the statement says about when."""
    values = read.values
    source = values["source_url"]
    return rules.Facts(
        record_id=read.event.record_id,
        issued=values["issue_date"] or None,
        expires=values["expiry_date"] or None,
        certified_since=values["certified_since"] or None,
        announced=values["announced_date"] or None,
        level=values["level"] or UNKNOWN,
        origin=pack.origin_of(source),
        source=source,
    )


def terms(pack: Pack) -> rules.Terms:
    """Return how many years a certificate of each level lasts."""
    return {level.id: level.validity_years.as_param() for level in pack.levels}


def event_payload(read: ReadEvent, pack: Pack) -> dict[str, Any]:
    """Return the payload of one event."""
    line = rules.timeline([facts(read, pack)], terms(pack))
    return _stated(read, line) | {
        "id": read.event.pk,
        "record_id": read.event.record_id,
        "certificate": read.event.certificate_id or "",
        "statement_version": read.statement_version,
    }


def certificate_payload(certificate: Certificate, events: Sequence[ReadEvent], pack: Pack) -> dict[str, Any]:
    """Return the payload of a certificate from all its events: each value from the latest event that states it."""
    ordered = sorted(events, key=_by_time)
    line = rules.timeline([facts(read, pack) for read in ordered], terms(pack))
    stated: dict[str, Any] = {}
    for read in ordered:
        values = _stated(read, line)
        stated |= {name: value for name, value in values.items() if name not in stated or not _is_silent(value)}
    return stated | {
        "id": certificate.pk,
        "certificate_number": certificate.number or UNKNOWN,
        "certified_since": min((_day(read, "certified_since") for read in ordered), default=UNKNOWN),
        "events": [
            {
                "id": read.event.pk,
                "record_id": read.event.record_id,
                "entity": read.values["entity"],
                "event": read.values["event"] or UNKNOWN,
                **{name: _day(read, name) for name in _DAYS},
                "source_url": read.values["source_url"],
                **_terms_of_use(read),
            }
            for read in ordered
        ],
    }


def _is_silent(value: Any) -> bool:
    return value in (None, UNKNOWN, [UNKNOWN])


_DAYS = ("issue_date", "expiry_date", "certified_since", "announced_date")


def _day(read: ReadEvent, name: str) -> str:
    return str(read.values[name] or UNKNOWN)


def _terms_of_use(read: ReadEvent) -> dict[str, str]:
    return {name: read.values[name] or UNKNOWN for name in ("licence", "attribution")}


def _by_time(read: ReadEvent) -> tuple[str, str]:
    """Order events by the day that tells best when they were: of issue, else of announcement, else since when certified.

    Dateless ones come first, since they say nothing of being later; events of one day, in the order of their records.
    """
    days = [str(read.values[name]) for name in ("issue_date", "announced_date", "certified_since") if read.values[name]]
    return (days[0] if days else "", read.event.record_id)


def _stated(read: ReadEvent, line: Timeline) -> dict[str, Any]:
    values = read.values
    return {
        "entity": values["entity"],
        "members": [{"id": identifier, "name": name} for identifier, name in read.members],
        "countries": list(values["country"]) or [UNKNOWN],
        "family": values["standard"],
        "version": values["version"] or UNKNOWN,
        "version_printed": values["standard_version"] or UNKNOWN,
        "level": values["level"] or UNKNOWN,
        "scope": values["scope"] or UNKNOWN,
        "activities": list(values["supply_chain_activities"]) or [UNKNOWN],
        "firm": {"id": read.firm[0], "name": read.firm[1]} if read.firm else None,
        "certificate_number": values["certificate_number"] or UNKNOWN,
        **{name: _day(read, name) for name in _DAYS},
        "event": values["event"] or UNKNOWN,
        "source_url": values["source_url"],
        **_terms_of_use(read),
        "timeline": line.as_list(),
    }
