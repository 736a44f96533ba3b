"""What sites say otherwise, taken over into a self assessment under a later version."""

from __future__ import annotations

from collections.abc import Collection

from alunite.foundation.history.actions import Change
from alunite.foundation.scheme.models import Link, Standard
from alunite.programme.assessments.models import Assessment, SiteAnswer
from alunite.programme.assessments.rules import Carriage, Words, carried_over
from alunite.programme.assessments.sites.queries import values_of


def site_answers_carried(
    made: Assessment, earlier: Assessment, links: Collection[Link], after: Standard
) -> list[SiteAnswer]:
    """Return what sites say otherwise under a later version, by the same mapping as the answers for all. One query.

    Day and person of a gap, and evidence, stay where they were said, as of the answers for all. What an emptied one said was
    taken back, and is not carried.
    """
    said: dict[str, dict[str, Words]] = {}
    for one in earlier.site_answers.order_by("pk"):
        if one.level or one.text or one.gap:
            said.setdefault(str(one.facility_id), {})[one.number] = Words(one.level, one.text, one.gap)
    return [
        SiteAnswer(
            assessment=made,
            number=one.number,
            facility_id=facility,
            level=one.words.level,
            text=one.words.text,
            gap=one.words.gap,
            saved_at=made.opened_at,
        )
        for facility, words in said.items()
        for one in carried_over(links, after, words)
        if one.words is not None and one.carriage is not Carriage.NEW
    ]


def changes_of(found: Collection[SiteAnswer]) -> list[Change]:
    """Return what history says of them."""
    return [
        Change("site_answer", f"{one.assessment_id}/{one.number}/{one.facility_id}", {"values": values_of(one, ())})
        for one in found
    ]
