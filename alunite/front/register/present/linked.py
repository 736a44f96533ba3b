"""A record as schema.org has it (JSON-LD), as far as it is known: what no source tells is left out, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.scheme.standing import NOT_IN_FORCE
from alunite.front.register.models import Record

CONTEXT = "https://schema.org"
EXACT = len("2020-06-30")


def linked(record: Record, day: date, address: str) -> dict[str, Any]:
    """Return what a record is to a search engine; empty for a kind that schema.org has no honest word for."""
    said: Mapping[str, Any] = record.payload or {}
    if record.kind == "certificate":
        return _certificate(said, day, address)
    if record.kind in {"member", "firm"}:
        return {"@context": CONTEXT, "@id": address, "url": address, **_organisation(said)}
    if record.kind == "facility":
        return {"@context": CONTEXT, "@id": address, "url": address, **_facility(said)}
    return {}


def _facility(said: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "Place", "name": said["name"], **_place(said)}
    addresses = found.get("address", [])
    if len(addresses) == 1 and said["region"] != UNKNOWN:
        addresses[0]["addressRegion"] = said["region"]
    if UNKNOWN not in (said["latitude"], said["longitude"]):
        found["geo"] = {"@type": "GeoCoordinates", "latitude": said["latitude"], "longitude": said["longitude"]}
    return found


def _certificate(said: Mapping[str, Any], day: date, address: str) -> dict[str, Any]:
    members = [{"@type": "Organization", "name": member["name"]} for member in said["members"]]
    about: dict[str, Any] = {"@type": "Organization", "name": said["entity"], **_place(said)}
    if members:
        about["parentOrganization"] = members
    found: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Certification",
        "@id": address,
        "url": address,
        "name": said["entity"],
        "about": about,
    }
    if said["certificate_number"] != UNKNOWN:
        found["certificationIdentification"] = said["certificate_number"]
    for name, field in (("validFrom", "issue_date"), ("expires", "expiry_date")):
        if len(said[field]) == EXACT:
            found[name] = said[field]
    state = Timeline.from_list(said["timeline"]).state_on(day)
    if state == "active":
        found["certificationStatus"] = f"{CONTEXT}/CertificationActive"
    elif state in NOT_IN_FORCE:
        found["certificationStatus"] = f"{CONTEXT}/CertificationInactive"
    return found


def _organisation(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"@type": "Organization", "name": said["name"], **_place(said)}


def _place(said: Mapping[str, Any]) -> dict[str, Any]:
    codes = [code for code in said.get("countries", ()) if code != UNKNOWN]
    if not codes:
        return {}
    return {"address": [{"@type": "PostalAddress", "addressCountry": code} for code in codes]}
