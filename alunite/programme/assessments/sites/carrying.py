"""What sites say otherwise, taken over into a self assessment under a later version."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from alunite.foundation.history.actions import Change
from alunite.foundation.scheme.models import Link, Standard
from alunite.programme.assessments.evidence.carrying import Shown
from alunite.programme.assessments.models import Assessment, SiteAnswer
from alunite.programme.assessments.rules import Carriage, Words, carried_over
from alunite.programme.assessments.sites.queries import values_of


def site_answers_carried(
    made: Assessment, earlier: Assessment, links: Collection[Link], after: Standard, shown: Collection[Shown]
) -> list[SiteAnswer]:
    """Return what sites say otherwise under a later version, by the same mapping as the answers for all. One query.

    Where only evidence speaks for a site, an empty one says so. What an emptied one said was taken back, and is not carried.
    """
    said: dict[UUID, dict[str, Words]] = {}
    for one in earlier.site_answers.order_by("pk"):
        if one.level or one.text or one.gap:
            words = Words(one.level, one.text, one.gap, one.gap_due, one.gap_owner_id)
            said.setdefault(one.facility_id, {})[one.number] = words
    found = [
        SiteAnswer(
            assessment=made,
            number=one.number,
            facility_id=facility,
            level=one.words.level,
            text=one.words.text,
            gap=one.words.gap,
            gap_due=one.words.gap_due,
            gap_owner_id=one.words.gap_owner,
            saved_at=made.opened_at,
        )
        for facility, words in said.items()
        for one in carried_over(links, after, words)
        if one.words is not None and one.carriage is not Carriage.NEW
    ]
    there = {(one.number, one.facility_id) for one in found}
    alone = sorted(_pieces(shown).keys() - there)
    found += [
        SiteAnswer(assessment=made, number=number, facility_id=facility, saved_at=made.opened_at)
        for number, facility in alone
    ]
    return found


def _pieces(shown: Collection[Shown]) -> dict[tuple[str, UUID], list[str]]:
    """Return the ids of the evidence that speaks for single sites, by number and facility."""
    found: dict[tuple[str, UUID], list[str]] = {}
    for link, facilities in shown:
        for facility in facilities:
            found.setdefault((link.number, facility), []).append(link.evidence_id)
    return found


def changes_of(found: Collection[SiteAnswer], shown: Collection[Shown]) -> list[Change]:
    """Return what history says of them."""
    pieces = _pieces(shown)
    return [
        Change(
            "site_answer",
            f"{one.assessment_id}/{one.number}/{one.facility_id}",
            {"values": values_of(one, pieces.get((one.number, one.facility_id), ()))},
        )
        for one in found
    ]
