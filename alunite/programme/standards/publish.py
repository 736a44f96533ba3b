"""What is said in public of the scheme: its vocabulary, each version of its standards, and what became of which criterion."""

from __future__ import annotations

from typing import Any

from alunite.foundation.publications.kinds import Payload, publication_kind, said
from alunite.foundation.scheme.models import (
    Activity,
    Event,
    Family,
    Indicator,
    Level,
    Link,
    MemberClass,
    Milestone,
    Rating,
    Scheme,
    Source,
    Standard,
    Version,
    VersionChange,
)
from alunite.foundation.scheme.pack import VOCABULARY, Pack


@publication_kind("scheme")
class SchemePayload(Payload):
    """The vocabulary of the scheme: whatever a page needs to call ids by their names."""

    name: str = said("Name of the scheme.")
    scheme: Scheme = said("Id, names, owner, notice and time zone of the scheme.")
    activities: tuple[Activity, ...] = said("Supply chain activities, in the order of the chain.")
    classes: tuple[MemberClass, ...] = said("Classes of membership.")
    families: tuple[Family, ...] = said("Families of standards.")
    versions: tuple[Version, ...] = said("Versions of the standards.")
    version_changes: tuple[VersionChange, ...] = said("When new versions take over from old ones.")
    milestones: tuple[Milestone, ...] = said("Dated facts in the life of standards, earliest first.", default=())
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


@publication_kind("standard_mapping")
class StandardMappingPayload(Payload):
    """What became of each criterion of a version in a later one: every criterion of both stands in one link."""

    name: str = said("Names of the two versions.")
    family: str = said("Family of standards, by its id.")
    before: str = said("Id of the earlier version.")
    after: str = said("Id of the later version.")
    basis: str | None = said("How the links that no page states were found; null where nothing is said of that.")
    links: tuple[Link, ...] = said("Numbers of criteria, what became of them, and how well that is known.")
    sources: tuple[Source, ...] = said("Pages the links cite.")


def scheme_payload(pack: Pack) -> dict[str, Any]:
    """Return the vocabulary of a pack."""
    document = pack.document()
    said = {name: document.get(name, []) for name in VOCABULARY}
    return {"name": pack.scheme.name, "scheme": document["scheme"], **said}


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


def mapping_payloads(pack: Pack) -> list[tuple[str, dict[str, Any]]]:
    """Return id and payload of each mapping between versions."""
    found: list[tuple[str, dict[str, Any]]] = []
    for mapping in pack.mappings:
        before, after = (pack.version(version) for version in (mapping.head.before, mapping.head.after))
        if before is None or after is None:  # a document that no loader checked
            raise ValueError(f"{mapping.id} joins a version that the pack does not have")
        said_of = mapping.model_dump(mode="json", by_alias=True)
        payload = {
            "name": f"{_family_label(pack, after.family)}, {before.label} to {after.label}",
            "family": after.family,
            "before": before.id,
            "after": after.id,
            "basis": mapping.head.basis,
            "links": said_of["links"],
            "sources": said_of["sources"],
        }
        found.append((mapping.id, payload))
    return found


def _family_label(pack: Pack, family_id: str) -> str:
    return next(family.label for family in pack.families if family.id == family_id)
