"""What is said in public of the scheme: its vocabulary, and each version of its standards."""

from __future__ import annotations

from typing import Any

from alunite.foundation.publications.kinds import Payload, publication_kind, said
from alunite.foundation.scheme.models import (
    Activity,
    Event,
    Family,
    Indicator,
    Level,
    MemberClass,
    Rating,
    Scheme,
    Standard,
    Version,
    VersionChange,
)
from alunite.foundation.scheme.pack import Pack


@publication_kind("scheme")
class SchemePayload(Payload):
    """The vocabulary of the scheme: whatever a page needs to call ids by their names."""

    name: str = said("Name of the scheme.")
    scheme: Scheme = said("Id, names, owner, notice and time zone of the scheme.")
    activities: tuple[Activity, ...] = said("Supply chain activities, in the order of the chain.")
    classes: tuple[MemberClass, ...] = said("Classes of membership.")
    families: tuple[Family, ...] = said("Families of standards.")
    versions: tuple[Version, ...] = said("Versions of the standards.")
    version_changes: tuple[VersionChange, ...] = said("What changed between versions.")
    levels: tuple[Level, ...] = said("Levels of certificate, with the years each lasts.")
    events: tuple[Event, ...] = said("Kinds of certification event.")
    ratings: tuple[Rating, ...] = said("Words an auditor can rate a criterion with.")
    indicators: tuple[Indicator, ...] = said("What is counted about the programme.")


@publication_kind("standard_version")
class StandardVersionPayload(Payload):
    """A version of a standard; `standard` is null where its criteria are not in the pack."""

    name: str = said("Name of the standard with its version.")
    family: str = said("Family of standards, by its id.")
    version: Version = said("The version: when it was published, from when it holds.")
    standard: Standard | None = said(
        "Its principles and criteria, in our words; null where the pack does not hold them."
    )


def scheme_payload(pack: Pack) -> dict[str, Any]:
    """Return the vocabulary of a pack."""
    document = pack.document()
    groups = (
        "activities",
        "classes",
        "families",
        "versions",
        "version_changes",
        "levels",
        "events",
        "ratings",
        "indicators",
    )
    return {"name": pack.scheme.name, "scheme": document["scheme"], **{name: document.get(name, []) for name in groups}}


def standard_payloads(pack: Pack) -> list[tuple[str, dict[str, Any]]]:
    """Return id and payload of each version, oldest first within its family."""
    found: list[tuple[str, dict[str, Any]]] = []
    for version in pack.versions:
        standard = pack.standard(version.id)
        payload = {
            "name": f"{_family_label(pack, version.family)} {version.label}",
            "family": version.family,
            "version": version.model_dump(mode="json", by_alias=True),
            "standard": standard.model_dump(mode="json", by_alias=True) if standard else None,
        }
        found.append((version.id, payload))
    return found


def _family_label(pack: Pack, family_id: str) -> str:
    return next(family.label for family in pack.families if family.id == family_id)
