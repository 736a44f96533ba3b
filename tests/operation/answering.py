"""A member's self assessments to be killed at: answers saved, carried over to a new version, and taken in from a workbook."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max

from alunite.foundation.accounts.actions import add_organisation, add_person, affiliate
from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import OPERATOR, Actor, actor_for
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.history.models import Entry
from alunite.programme.assessments.actions import (
    AnswerGiven,
    ScopeGiven,
    create_scope,
    open_assessment,
    save_answers,
    values_of,
)
from alunite.programme.assessments.models import Answer, Assessment, Scope, SentWorkbook
from alunite.programme.assessments.queries import now
from alunite.programme.assessments.workbook.actions import receive, take_in
from alunite.programme.assessments.workbook.exporting import written
from alunite.programme.assessments.workbook.queries import merged_now
from alunite.programme.assessments.workbook.rules import mark
from alunite.programme.assessments.workbook.tests.sheets import book, cells, changed

BEFORE, NOW_, OTHER = "ps-2", "ps-3", "Another scope"
NUMBERS = ("1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "5.1", "5.2", "5.3")
FILLED = "filled.xlsx"


def writer() -> Actor:
    """Who writes for the member."""
    return actor_for(Person.objects.get(username="writer"))


def prepare(home: Path) -> None:
    """Make a member with two scopes; beside one self assessment lies a workbook of it, which is behind it in one answer."""
    add_person("writer", actor=OPERATOR)
    works = add_organisation("Works (made up)", OrganisationKind.MEMBER, actor=OPERATOR)
    affiliate("writer", works, Role.MANAGER, actor=OPERATOR)
    said: dict[str, Any] = dict.fromkeys(("text", "excluded", "shared_functions", "joint_ventures", "member_class"), "")
    said |= {"type": "facility", "activities": ("casthouses",), "is_first_cycle": False, "given": (), "absent": ()}
    said |= {"fieldwork_from": date(2027, 9, 14), "facilities": (), "left_out": {}}
    one, other = (create_scope(works, ScopeGiven(title=title, **said), actor=writer()) for title in ("A scope", OTHER))
    earlier = open_assessment(other, BEFORE, actor=writer())
    say(earlier, "Said of the version before.")
    found = open_assessment(one, NOW_, actor=writer())
    content = written(found, now(), actor=writer())
    ours = {(number, "text"): f"Filled in for {number}." for number in NUMBERS}
    (home / FILLED).write_bytes(book(changed(cells(content), ours)).getvalue())
    save_answers(found, [AnswerGiven("5.3", 0, {"text": "Theirs."})], actor=writer())


def say(assessment: Assessment, text: str) -> None:
    """Answer every criterion of `NUMBERS`."""
    given = [AnswerGiven(number, 0, {"level": "conformance", "text": f"{text} {number}"}) for number in NUMBERS]
    save_answers(assessment, given, actor=writer())


def run_save(_folder: Path) -> None:
    """Answer nine criteria at once; again it changes nothing."""
    found = Assessment.objects.filter(scope__title=OTHER, standard=BEFORE).get()
    given = [AnswerGiven(number, 1, {"level": "minor_nc", "gap": f"Missing in {number}."}) for number in NUMBERS]
    save_answers(found, given, actor=writer())


def run_carry_over(_folder: Path) -> None:
    """Carry a self assessment over to the next version, unless that is there."""
    scope = Scope.objects.get(title=OTHER)
    if not scope.assessments.filter(standard=NOW_).exists():
        open_assessment(scope, NOW_, actor=writer(), carried_from=scope.assessments.get(standard=BEFORE))


def run_workbook(_folder: Path) -> None:
    """Send a workbook, look at what it changes, decide its conflict, and save it."""
    found = Assessment.objects.select_related("scope", "organisation").get(scope__title="A scope")
    file = io.BytesIO((Path(settings.ALUNITE_HOME) / FILLED).read_bytes())
    sent = receive(found, file, FILLED, now(), actor=writer())
    assert sent is not None
    seen = mark(merged_now(sent), sent.sha256)
    take_in(sent, seen=seen, choices={"5.3.text": "sent"}, actor=writer())


def outcome_of_answers() -> dict[str, Any]:
    """What stands in the end, and what waits."""
    rows = Answer.objects.order_by("assessment__scope__title", "assessment__standard", "number")
    return {
        "answers": [(one.number, one.version, one.carried, values_of(one)) for one in rows],
        "assessments": sorted(Assessment.objects.values_list("scope__title", "standard")),
        "workbooks": SentWorkbook.objects.count(),
    }


def answers_unlike_their_history() -> list[str]:
    """Return the answers whose version or values are not those history tells last."""
    newest = dict(
        Entry.objects.filter(record_type="answer").values_list("record_id").annotate(newest=Max("record_version"))
    )
    told = {
        (entry.record_id, entry.record_version): entry.data["values"]
        for entry in Entry.objects.filter(record_type="answer").select_related("payload")
    }
    held = {f"{one.assessment_id}/{one.number}": one for one in Answer.objects.all()}
    return [
        key
        for key in sorted({*newest, *held})
        if key not in held
        or held[key].version != newest.get(key)
        or values_of(held[key]) != told[key, held[key].version]
    ]
