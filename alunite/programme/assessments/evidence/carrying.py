"""Evidence that speaks to criteria of an earlier version, linked to those of a later one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from alunite.foundation.history.actions import Change
from alunite.foundation.scheme.models import Link, Standard
from alunite.programme.assessments.evidence.queries import criteria_said
from alunite.programme.assessments.models import Assessment, EvidenceLink, SiteEvidence
from alunite.programme.assessments.rules import Carriage, carried_over


class Shown(NamedTuple):
    """A link to be kept, and the facilities the evidence speaks for alone; none where it speaks for all."""

    link: EvidenceLink
    facilities: frozenset[UUID]


def evidence_carried(made: Assessment, earlier: Assessment, links: Collection[Link], after: Standard) -> list[Shown]:
    """Return the evidence that speaks to criteria of a later version, by the same mapping as the answers. One query.

    Of what several criteria became one, evidence that spoke for all to one of them speaks for all.
    """
    told: dict[str, dict[str, set[UUID | None]]] = {}
    found = earlier.evidence_links.order_by("pk", "at_sites__pk")
    for number, piece, facility in found.values_list("number", "evidence_id", "at_sites__facility_id"):
        sites = told.setdefault(number, {}).setdefault(piece, set())
        sites.add(facility)  # type: ignore[arg-type]  # an id of a facility is a UUID
    carried: list[Shown] = []
    for one in carried_over(links, after, {}):
        if one.carriage is Carriage.NEW:
            continue
        pieces: dict[str, set[UUID | None]] = {}
        for number in one.before:
            for piece, facilities in told.get(number, {}).items():
                pieces.setdefault(piece, set()).update(facilities)
        for piece, facilities in pieces.items():
            alone = {facility for facility in facilities if facility} if None not in facilities else set()
            link = EvidenceLink(assessment=made, number=one.number, evidence_id=piece)
            carried.append(Shown(link, frozenset(alone)))
    return carried


def keep_carried(found: Sequence[Shown]) -> None:
    """Keep the links, and for which sites they speak. Two queries, or none."""
    EvidenceLink.objects.bulk_create([one.link for one in found])
    SiteEvidence.objects.bulk_create(
        SiteEvidence(link=one.link, facility_id=facility) for one in found for facility in sorted(one.facilities)
    )


def evidence_changes(found: Sequence[Shown]) -> list[Change]:
    """Return what history says of each piece: the criteria it speaks to as well."""
    numbers: dict[str, list[EvidenceLink]] = {}
    for one in found:
        numbers.setdefault(one.link.evidence_id, []).append(one.link)
    return [
        Change("evidence", piece, {"criteria": criteria_said({links[0].assessment_id: [one.number for one in links]})})
        for piece, links in numbers.items()
    ]
