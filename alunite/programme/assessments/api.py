"""Self assessments for programs: what the pages do, by the same actions and queries, for whoever is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Query, Router, Schema
from ninja.files import UploadedFile

from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.messages.threads.queries import Talk
from alunite.programme.assessments import actions, present, queries
from alunite.programme.assessments.actions import AnswerGiven, Fault, Faulty, StaleAnswer, values_of
from alunite.programme.assessments.answering import answered as _answered
from alunite.programme.assessments.answering import not_there as _not_there
from alunite.programme.assessments.answering import problem as _problem
from alunite.programme.assessments.models import LONGEST_ID, LONGEST_NUMBER, Answer, Assessment, SentWorkbook
from alunite.programme.assessments.queries import Row
from alunite.programme.assessments.sites.actions import SiteAnswerGiven, save_site_answers
from alunite.programme.assessments.sites.queries import Departure
from alunite.programme.assessments.talking.queries import talk_in
from alunite.programme.assessments.workbook import actions as workbooks
from alunite.programme.assessments.workbook import queries as of_workbooks
from alunite.programme.assessments.workbook.exporting import file_name, written
from alunite.programme.assessments.workbook.rules import mark
from alunite.programme.assessments.workbook.writing import MEDIA_TYPE

MOST = 100
READING = ["GET", "HEAD"]
WORKBOOK = "/assessments/{assessment_id}/workbook"

router = Router(tags=["Self assessments"])


class Listed(Schema):
    """Where a list begins, and how much of it is wanted."""

    after: Annotated[str, Field(max_length=100, description="`next` of the page before")] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class Opening(Schema):
    """Which self assessment is to be opened."""

    scope: Annotated[str, Field(max_length=LONGEST_ID)]
    standard: Annotated[str, Field(max_length=LONGEST_ID)]
    carried_from: Annotated[str, Field(max_length=LONGEST_ID)] = ""


class Saying(Schema):
    """What is to be changed of one answer: only the fields that stand in `values`, each as text."""

    version: Annotated[int, Field(ge=0, description="The version that was seen; 0 where there was none")] = 0
    values: dict[str, str]


class SayingOf(Saying):
    """The same with the criterion."""

    number: Annotated[str, Field(max_length=LONGEST_NUMBER)]


class Sayings(Schema):
    """Answers that are saved all or none."""

    answers: Annotated[list[SayingOf], Field(max_length=actions.MOST_AT_ONCE)]


class Decision(Schema):
    """What is decided of a workbook whose differences were told."""

    seen: Annotated[str, Field(max_length=100, description="`seen` of the differences")]
    choices: dict[Annotated[str, Field(max_length=LONGEST_ID)], str] = {}


class SayingAt(SayingOf):
    """The same with the site: what it says otherwise. An empty value is as the answer for all."""

    site: Annotated[str, Field(max_length=LONGEST_ID, description="Id of the site")]


class SayingsAt(Schema):
    """What sites say otherwise, saved all or none."""

    answers: Annotated[list[SayingAt], Field(max_length=actions.MOST_AT_ONCE)]


def _faults(error: Faulty | StaleAnswer) -> HttpResponse:
    if isinstance(error, Faulty):
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, [_told(one) for one in error.faults])
    told = [
        {"place": f"{number}.{one.field}", "before": one.before, "theirs": one.theirs, "yours": one.yours}
        for number, differences in error.differences.items()
        for one in differences
    ]
    return _problem(HTTPStatus.CONFLICT, told)


def _told(fault: Fault) -> dict[str, str]:
    return {"place": fault.place, "value": fault.value, "expected": fault.expected}


def _seen(actor: Actor, assessment_id: str) -> Assessment | None:
    if "\0" in assessment_id:  # no id has one, and PostgreSQL takes none
        return None
    return queries.assessments_seen_by(actor).filter(pk=assessment_id).first()


def _answer(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "number": answer.number,
        "version": answer.version,
        "values": values_of(answer),
        "saved_at": answer.saved_at,
        "saved_by": str(answer.saved_by_id or ""),
        "carried": answer.carried,
        "carried_numbers": answer.carried_numbers,
    }


def _row(row: Row, talk: Talk | None) -> dict[str, Any]:
    asked = row.asked
    return {
        "number": row.number,
        "title": asked.criterion.title,
        "requirement": asked.criterion.requirement.text,
        "principle": asked.principle.number,
        "applies": str(asked.answer),
        "is_asked": asked.is_asked,
        "objection": asked.objection.reason if asked.objection else "",
        "open_conditions": asked.open_conditions,
        "reasons": [reason.as_dict() for reason in asked.reasons],
        "answer": _answer(row.answer),
        "threads": talk.threads if talk else 0,
        "open_questions": talk.open_questions if talk else 0,
        "sites": [_departure(one) for one in row.departures if one.version],
    }


def _departure(one: Departure) -> dict[str, Any]:
    return {"number": one.number, "site": one.site.pk, "version": one.version, "values": one.values}


def _sites(told: queries.Whole) -> list[dict[str, str]]:
    return [{"id": one.pk, "name": one.name} for one in told.sites]


def _head(assessment: Assessment) -> dict[str, Any]:
    return {
        "id": assessment.pk,
        "scope": assessment.scope_id,
        "title": assessment.scope.title,
        "organisation": str(assessment.organisation_id),
        "standard": assessment.standard,
        "opened_at": assessment.opened_at,
        "carried_from": assessment.carried_from_id or "",
    }


@router.api_operation(READING, "/assessments", summary="List self assessments, newest first")
def list_assessments(request: HttpRequest, asked: Query[Listed]) -> HttpResponse:
    """Those one may see, each with how many criteria have a level and how many carried answers wait to be checked."""
    place = present.place_of(asked.after)
    if asked.after and place is None:
        expected = "`next` of the page before"
        return _problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, [{"place": "after", "value": asked.after, "expected": expected}]
        )
    page = queries.page_of_assessments(actor_for(request.user), after=place, limit=asked.limit)
    items = [_head(one.assessment) | {"with_level": one.with_level, "to_check": one.to_check} for one in page.items]
    return _answered({"items": items, "next": f"{page.next[0].isoformat()}~{page.next[1]}" if page.next else ""})


@router.post("/assessments", summary="Open a self assessment")
def open_one(request: HttpRequest, given: Opening) -> HttpResponse:
    """Of a scope against a version; answers of an earlier one are carried over where it is named."""
    actor = actor_for(request.user)
    scope = queries.scopes_seen_by(actor).filter(pk=given.scope.replace("\0", "")).first()
    if scope is None or not allows(actor, "scopes.write", scope.organisation_id):
        return _not_there("scope", given.scope)
    earlier = _seen(actor, given.carried_from) if given.carried_from else None
    if given.carried_from and earlier is None:
        return _not_there("carried_from", given.carried_from)
    try:
        made = actions.open_assessment(scope, given.standard, actor=actor, carried_from=earlier)
    except Faulty as error:
        return _faults(error)
    return _answered(_head(made), HTTPStatus.CREATED)


@router.api_operation(READING, "/assessments/{assessment_id}", summary="A whole self assessment")
def whole(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """All its page needs: every criterion with reasons and answer, levels to choose from, and what is missing."""
    actor = actor_for(request.user)
    found = _seen(actor, assessment_id)
    if found is None:
        return _not_there("assessment_id", assessment_id)
    told, talk = queries.whole(found, queries.now()), talk_in(actor, found)[0]
    return _answered(
        _head(found)
        | {
            "levels": [{"id": level.id, "label": level.label, "is_gap": level.is_gap} for level in told.wanted.levels],
            "sites": _sites(told),
            "criteria": [_row(row, talk.get(row.number)) for row in told.rows],
            **_readiness(told),
        }
    )


def _readiness(told: queries.Whole) -> dict[str, Any]:
    return {
        "is_ready": told.ready.result,
        "missing": [reason.as_dict() for reason in told.ready.reasons],
    }


@router.api_operation(READING, "/assessments/{assessment_id}/readiness", summary="What is missing before an audit")
def readiness(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Whether an audit can begin, and each thing that is missing with the criteria it concerns."""
    found = _seen(actor_for(request.user), assessment_id)
    if found is None:
        return _not_there("assessment_id", assessment_id)
    return _answered(_readiness(queries.whole(found, queries.now())))


@router.api_operation(READING, "/assessments/{assessment_id}/answers", summary="List answers by number")
def list_answers(request: HttpRequest, assessment_id: str, asked: Query[Listed]) -> HttpResponse:
    """Those that were given, in the order of their numbers as text."""
    found = _seen(actor_for(request.user), assessment_id)
    if found is None:
        return _not_there("assessment_id", assessment_id)
    listed = queries.answers_after(found, asked.after.replace("\0", ""), asked.limit + 1)
    shown = listed[: asked.limit]
    return _answered(
        {"items": [_answer(one) for one in shown], "next": shown[-1].number if len(listed) > len(shown) else ""}
    )


@router.put("/assessments/{assessment_id}/answers", summary="Save answers, all or none")
def save_all(request: HttpRequest, assessment_id: str, given: Sayings) -> HttpResponse:
    """Each with its own values. 409 tells what somebody else changed meanwhile; then nothing was saved."""
    wanted = [AnswerGiven(one.number, one.version, one.values) for one in given.answers]
    return _saved(request, assessment_id, wanted)


@router.put("/assessments/{assessment_id}/answers/{number}", summary="Save one answer")
def save_one(request: HttpRequest, assessment_id: str, number: str, given: Saying) -> HttpResponse:
    """409 tells what somebody else changed meanwhile; then nothing was saved."""
    return _saved(request, assessment_id, [AnswerGiven(number, given.version, given.values)])


@router.api_operation(READING, "/assessments/{assessment_id}/sites", summary="What sites say otherwise")
def list_sites(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """The sites of its scope, and what each says otherwise than the answer for all; an empty value is as that says it."""
    found = _seen(actor_for(request.user), assessment_id)
    if found is None:
        return _not_there("assessment_id", assessment_id)
    told = queries.whole(found, queries.now())
    said = [_departure(one) for row in told.rows for one in row.departures if one.version]
    return _answered({"sites": _sites(told), "items": said})


@router.put("/assessments/{assessment_id}/sites", summary="Save what sites say otherwise, all or none")
def save_sites(request: HttpRequest, assessment_id: str, given: SayingsAt) -> HttpResponse:
    """Each with its own values. 409 tells what somebody else changed meanwhile; then nothing was saved."""
    actor = actor_for(request.user)
    found = _seen(actor, assessment_id)
    if found is None or not allows(actor, "scopes.write", found.organisation_id):
        return _not_there("assessment_id", assessment_id)
    wanted = [SiteAnswerGiven(one.number, one.site, one.version, one.values) for one in given.answers]
    try:
        held = save_site_answers(found, wanted, actor=actor)
    except (Faulty, StaleAnswer) as error:
        return _faults(error)
    items = []
    for one in wanted:
        if saved := held.get((one.number, one.facility)):
            answer, values = saved
            items.append({"number": one.number, "site": one.facility, "version": answer.version, "values": values})
    return _answered({"items": items})


def _saved(request: HttpRequest, assessment_id: str, wanted: list[AnswerGiven]) -> HttpResponse:
    actor = actor_for(request.user)
    found = _seen(actor, assessment_id)
    if found is None or not allows(actor, "scopes.write", found.organisation_id):
        return _not_there("assessment_id", assessment_id)
    try:
        held: Mapping[str, Answer] = actions.save_answers(found, wanted, actor=actor)
    except (Faulty, StaleAnswer) as error:
        return _faults(error)
    return _answered({"items": [_answer(held.get(one.number)) for one in wanted]})


@router.api_operation(READING, WORKBOOK, summary="A self assessment as a workbook")
def workbook_file(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """XLSX: a row for each criterion, to be changed and sent back. What may stand in its cells is in its lists."""
    actor = actor_for(request.user)
    found = _seen(actor, assessment_id)
    if found is None:
        return _not_there("assessment_id", assessment_id)
    answer = HttpResponse(written(found, queries.now(), actor=actor), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(found)}"'
    return answer


@router.post(WORKBOOK, summary="Send a workbook back")
def workbook_send(request: HttpRequest, assessment_id: str, file: File[UploadedFile]) -> HttpResponse:
    """Saves no answer: tells what would change, and what somebody else changed meanwhile. 422 tells every fault by its cell."""
    actor = actor_for(request.user)
    found = _to_write(actor, assessment_id)
    if found is None:
        return _not_there("assessment_id", assessment_id)
    try:
        sent = workbooks.receive(found, cast("BinaryIO", file.file), file.name or "", queries.now(), actor=actor)
    except Faulty as error:
        return _faults(error)
    return _answered({"seen": "", "differences": []} if sent is None else _differences(sent))


@router.post(f"{WORKBOOK}/decision", summary="Save what a workbook changes")
def workbook_decide(request: HttpRequest, assessment_id: str, given: Decision) -> HttpResponse:
    """All of it or nothing. Each conflict is decided by `sent` or `now`. 409 tells the differences anew: they are not what was seen."""
    actor = actor_for(request.user)
    found = _to_write(actor, assessment_id)
    if found is None:
        return _not_there("assessment_id", assessment_id)
    sent = of_workbooks.waiting(found, actor)
    if sent is None:
        return _not_there("workbook", "")
    try:
        saved = workbooks.take_in(sent, seen=given.seen, choices=given.choices, actor=actor)
    except workbooks.Moved:
        return _answered(_differences(sent), HTTPStatus.CONFLICT)
    except Faulty as error:
        return _faults(error)
    return _answered({"items": [_answer(one) for one in saved.values()]})


@router.delete(WORKBOOK, summary="Throw a workbook away that was sent")
def workbook_discard(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """No answer changes."""
    actor = actor_for(request.user)
    found = _to_write(actor, assessment_id)
    sent = of_workbooks.waiting(found, actor) if found is not None else None
    if sent is None:
        return _not_there("workbook", assessment_id)
    workbooks.discard(sent, actor=actor)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _to_write(actor: Actor, assessment_id: str) -> Assessment | None:
    found = _seen(actor, assessment_id)
    return found if found is not None and allows(actor, "scopes.write", found.organisation_id) else None


def _differences(sent: SentWorkbook) -> dict[str, Any]:
    merged = of_workbooks.merged_now(sent)
    told = [
        {
            "number": one.wish.number,
            "field": one.wish.field,
            "cell": one.wish.cell,
            "outcome": str(one.outcome),
            "before": one.wish.before,
            "now": one.now,
            "sent": one.wish.sent,
        }
        for one in merged
    ]
    return {"seen": mark(merged, sent.sha256), "differences": told}
