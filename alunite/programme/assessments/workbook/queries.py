"""What a workbook is compared with when it comes back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.models import Entry
from alunite.programme.assessments import queries as room
from alunite.programme.assessments.actions import FIELDS, values_of
from alunite.programme.assessments.models import Answer, Assessment, SentWorkbook
from alunite.programme.assessments.queries import Now
from alunite.programme.assessments.workbook.layout import Words, key_of
from alunite.programme.assessments.workbook.rules import Merged, Wish, merge

KEPT_FOR = timedelta(days=7)


def words_for(assessment: Assessment, answers: Collection[Answer], now: Now, named: Collection[str] = ()) -> Words:
    """Return the words of a self assessment's workbook. Two queries at most: whom answers name may have left since."""
    people = {str(one.pk): one for one in room.colleagues_of(assessment.organisation_id)}
    keys = {str(key) for one in answers for key in (one.owner_id, one.gap_owner_id) if key} | set(named)
    if others := keys - set(people):
        people |= {str(one.pk): one for one in Person.objects.filter(pk__in=others)}
    return Words(room.assessed_by(now.pack).levels, people)


def values_at(assessment: Assessment, versions: Mapping[str, int]) -> dict[str, Mapping[str, str] | None]:
    """Return what answers said at versions of theirs, by number; None where that was erased. One query."""
    found: dict[str, Mapping[str, str] | None] = {
        number: None if version else dict.fromkeys(FIELDS, "") for number, version in versions.items()
    }
    keys = {key_of(assessment.pk, number): number for number, version in versions.items() if version}
    entries = Entry.objects.filter(
        record_type="answer", record_id__in=list(keys), record_version__in=set(versions.values())
    )
    for entry in entries.select_related("payload"):
        number = keys[entry.record_id]
        if entry.record_version == versions[number] and entry.data:
            found[number] = entry.data["values"]
    return found


def waiting(assessment: Assessment, actor: Actor) -> SentWorkbook | None:
    """Return the workbook somebody sent and has not decided on, while it is kept. One query."""
    found = sent_by(actor).select_related("assessment__scope", "assessment__organisation")
    return found.filter(assessment=assessment, sent_at__gt=timezone.now() - KEPT_FOR).first()


def sent_by(actor: Actor) -> QuerySet[SentWorkbook]:
    """Return the workbooks somebody sent: nobody else decides on them."""
    found = SentWorkbook.objects.all()
    return found.filter(person=UUID(actor.person_id)) if actor.person_id else found.none()


def wishes_in(sent: SentWorkbook) -> list[Wish]:
    """Return what a workbook says otherwise."""
    return [Wish(**one) for one in sent.wishes]


def merged_with(wishes: Sequence[Wish], answers: Mapping[str, Answer]) -> tuple[Merged, ...]:
    """Return what a workbook says otherwise beside the answers that stand, by number."""
    return merge(wishes, {one.number: values_of(answers.get(one.number)) for one in wishes})


def merged_now(sent: SentWorkbook) -> tuple[Merged, ...]:
    """Return what a workbook says otherwise beside what stands. One query."""
    wishes = wishes_in(sent)
    held = Answer.objects.filter(assessment=sent.assessment_id, number__in={one.number for one in wishes})
    return merged_with(wishes, {one.number: one for one in held})


def words_of(assessment: Assessment, merged: Sequence[Merged], now: Now) -> Words:
    """Return the words of what a workbook says otherwise. Two queries at most."""
    people = [one for one in merged if one.wish.field in {"owner", "gap_owner"}]
    named = {text for one in people for text in (one.wish.before, one.now, one.wish.sent) if text}
    return words_for(assessment, (), now, named)
