"""Taking in a workbook: read and compared first, saved once whoever sent it has seen what would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.history.actions import record
from alunite.foundation.messages.jobs import periodic
from alunite.programme.assessments import queries as room
from alunite.programme.assessments.actions import (
    AnswerGiven,
    Fault,
    Faulty,
    begin_alone,
    check_answers,
    save_answers,
)
from alunite.programme.assessments.models import LONGEST_TITLE, Answer, Assessment, SentWorkbook
from alunite.programme.assessments.queries import Now
from alunite.programme.assessments.workbook.queries import (
    KEPT_FOR,
    merged_with,
    sent_by,
    values_at,
    wishes_in,
    words_for,
)
from alunite.programme.assessments.workbook.reading import Line, place_key, read, wishes_of
from alunite.programme.assessments.workbook.rules import Merged, Wish, mark, taken, undecided


class Moved(ValueError):
    """What was shown is not what would be saved any more; nothing was. It has to be looked at again."""


def receive(assessment: Assessment, file: BinaryIO, name: str, now: Now, *, actor: Actor) -> SentWorkbook | None:
    """Read a workbook of a self assessment, and keep what it says otherwise until somebody decides; None where nothing.

    One that was sent before and not decided on is forgotten. Saves no answer.

    Raises
    ------
    Faulty
        With every fault, by cell. Nothing is kept then, and what was sent before stays.
    Refused
        If the actor may not.
    """
    require(actor, "scopes.write", assessment.organisation_id)
    asked = room.criteria_for(assessment.scope, assessment.standard, now)
    table = read(file, assessment.pk, {one.number for one in asked})
    answers = {one.number: one for one in assessment.answers.all()}
    base = values_at(assessment, {line.number: line.version for line in table.lines})
    named = {
        said[name] for said in base.values() if said for name in ("owner", "gap_owner") if said.get(name)
    }  # they may have left since
    words = words_for(assessment, list(answers.values()), now, named)
    wishes, unknown = wishes_of(table.lines, base, words)
    faults = [*table.faults, *_too_new(table.lines, answers), *unknown, *_wrong(assessment, wishes, answers)]
    if faults:
        raise Faulty(sorted(faults, key=lambda fault: place_key(fault.place)))
    with transaction.atomic():
        sent_by(actor).filter(assessment=assessment).delete()
        if not wishes:
            return None
        return SentWorkbook.objects.create(
            assessment=assessment,
            person_id=str(actor.person_id),
            file_name=name[-LONGEST_TITLE:],
            sha256=table.sha256,
            wishes=[asdict(one) for one in wishes],
        )


def _too_new(lines: Sequence[Line], answers: Mapping[str, Answer]) -> list[Fault]:
    """Return the versions that there are not yet."""
    newest = {line.number: answers[line.number].version if line.number in answers else 0 for line in lines}
    return [
        Fault(line.place.place, str(line.version), f"a version from 0 to {newest[line.number]}")
        for line in lines
        if line.version > newest[line.number]
    ]


def _wrong(assessment: Assessment, wishes: Sequence[Wish], answers: Mapping[str, Answer]) -> list[Fault]:
    """Return what saving would refuse, by cell."""
    cells = {wish.key: wish.cell for wish in wishes}
    try:
        check_answers(assessment, _given(_by_number(wishes), answers), answers)
    except Faulty as faulty:
        return [replace(fault, place=cells.get(fault.place, fault.place)) for fault in faulty.faults]
    return []


def _by_number(wishes: Sequence[Wish]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for wish in wishes:
        found.setdefault(wish.number, {})[wish.field] = wish.sent
    return found


def _given(values: Mapping[str, Mapping[str, str]], answers: Mapping[str, Answer]) -> list[AnswerGiven]:
    return [
        AnswerGiven(number, answers[number].version if number in answers else 0, said)
        for number, said in values.items()
    ]


def take_in(sent: SentWorkbook, *, seen: str, choices: Mapping[str, str], actor: Actor) -> dict[str, Answer]:
    """Save what a workbook changes, and what was decided of its conflicts; return the answers saved, by number.

    Parameters
    ----------
    sent : SentWorkbook
        The actor's own.
    seen : str
        Mark of the differences that were shown.
    choices : mapping of str to str
        ``sent`` or ``now`` for each conflict, by criterion and field as in ``5.3.text``.

    Raises
    ------
    Moved
        If an answer changed since they were shown, or it was decided on already.
    Faulty
        With every conflict nobody decided on, and what saving refuses.
    Refused
        If the actor may not.
    """
    assessment = sent.assessment
    require(actor, "scopes.write", assessment.organisation_id)
    with transaction.atomic():
        held = sent_by(actor).select_for_update().filter(pk=sent.pk).first()
        if held is None:
            raise Moved("the workbook was decided on already")
        wishes = wishes_in(held)
        begin_alone(assessment)
        found = Answer.objects.select_for_update().filter(
            assessment=assessment, number__in={one.number for one in wishes}
        )
        answers = {one.number: one for one in found.order_by("number")}
        merged = merged_with(wishes, answers)
        if mark(merged, held.sha256) != seen:
            raise Moved("what stands was changed since the differences were shown")
        if open_ones := undecided(merged, choices):
            raise Faulty([Fault(one.key, choices.get(one.key, ""), "sent or now") for one in open_ones])
        values = taken(merged, choices)
        saved: Mapping[str, Answer] = {}
        if values:
            saved = save_answers(assessment, _given(values, answers), actor=actor)
            _record(held, merged, values, actor)
        held.delete()
    return {number: saved[number] for number in values}


def _record(
    sent: SentWorkbook, merged: Sequence[Merged], values: Mapping[str, Mapping[str, str]], actor: Actor
) -> None:
    said = {
        "file": sent.file_name,
        "sha256": sent.sha256,
        "saved": {number: sorted(fields) for number, fields in sorted(values.items())},
        "left": sorted(one.wish.key for one in merged if one.wish.field not in values.get(one.wish.number, ())),
    }
    record(
        "assessment.workbook_taken_in",
        record_type="assessment",
        record_id=sent.assessment_id,
        payload=said,
        actor=actor.label,
    )


def discard(sent: SentWorkbook, *, actor: Actor) -> None:
    """Forget a workbook that was sent. No answer changes, and history tells nothing of it."""
    require(actor, "scopes.write", sent.assessment.organisation_id)
    sent_by(actor).filter(pk=sent.pk).delete()


@periodic("workbooks.remove", every=timedelta(days=1))
def remove_old() -> str:
    """Forget workbooks that nobody decided on in time."""
    removed, _of = SentWorkbook.objects.filter(sent_at__lte=timezone.now() - KEPT_FOR).delete()
    return f"{removed} workbooks removed"
