"""Threads about criteria for programs: what the pages do, by the same actions and queries."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.messages.threads.actions import Unfit, begin_thread, close_thread, say
from alunite.foundation.messages.threads.models import LONGEST_TEXT
from alunite.foundation.messages.threads.queries import Conversation
from alunite.programme.assessments import queries as room
from alunite.programme.assessments.answering import answered, not_there, problem
from alunite.programme.assessments.models import LONGEST_NUMBER, Assessment
from alunite.programme.assessments.talking import queries

READING = ["GET", "HEAD"]

router = Router(tags=["Self assessments"])


class Saying(Schema):
    """What is said, and among colleagues the id of who is to look."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    to: Annotated[str, Field(max_length=36)] = ""


class Beginning(Saying):
    """The same at a criterion, as a comment or a question to the help desk."""

    number: Annotated[str, Field(max_length=LONGEST_NUMBER)]
    kind: Annotated[str, Field(max_length=10, description="comment or question")]


def _unfit(error: Unfit) -> HttpResponse:
    faults = [{"place": field, "value": "", "expected": expected} for field, expected in error.faults]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, faults)


def _told(talk: Conversation) -> dict[str, Any]:
    thread = talk.thread
    return {
        "id": str(thread.pk),
        "number": thread.place,
        "kind": thread.kind,
        "begun_at": thread.begun_at,
        "closed_at": thread.closed_at,
        "waits_for": str(thread.waits_for_id or ""),
        "waits_for_desk": thread.waits_for_desk,
        "said": [
            {"at": post.at, "by": post.by_id, "from_desk": post.from_desk, "text": post.text} for post in talk.said
        ],
    }


def _seen(actor: Actor, assessment_id: str) -> Assessment | None:
    return room.assessments_seen_by(actor).filter(pk=assessment_id.replace("\0", "")).first()


@router.api_operation(READING, "/assessments/{assessment_id}/threads", summary="List comments and questions")
def list_threads(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Those of a self assessment that one may read, each with what was said, in the order they were begun."""
    actor = actor_for(request.user)
    found = _seen(actor, assessment_id)
    if found is None:
        return not_there("assessment_id", assessment_id)
    return answered({"items": [_told(one) for one in queries.all_said_in(actor, found)]})


@router.post("/assessments/{assessment_id}/threads", summary="Comment on a criterion, or ask the help desk")
def begin(request: HttpRequest, assessment_id: str, given: Beginning) -> HttpResponse:
    """A comment is read by the managers of the organisation alone; a question also by the Secretariat."""
    actor = actor_for(request.user)
    found = _seen(actor, assessment_id)
    if found is None or not allows(actor, "scopes.write", found.organisation_id):
        return not_there("assessment_id", assessment_id)
    if not room.has_criterion(found, given.number, room.now()):
        expected = f"a criterion of {found.standard}"
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, [{"place": "number", "value": given.number, "expected": expected}]
        )
    try:
        made = begin_thread(queries.about(found, given.number), given.kind, given.text, to=given.to, actor=actor)
    except Unfit as error:
        return _unfit(error)
    return _as_it_stands(actor, made.pk, HTTPStatus.CREATED)


@router.post("/threads/{thread_id}/said", summary="Say something in a thread")
def say_in(request: HttpRequest, thread_id: uuid.UUID, given: Saying) -> HttpResponse:
    """Of a question, the Secretariat answers and the organisation asks on; one that was closed is open again."""
    actor = actor_for(request.user)
    found = queries.conversation(actor, thread_id)
    if found is None:
        return not_there("thread_id", str(thread_id))
    try:
        say(found[0].thread, given.text, to=given.to, actor=actor)
    except Unfit as error:
        return _unfit(error)
    return _as_it_stands(actor, thread_id, HTTPStatus.CREATED)


@router.put("/threads/{thread_id}/closed", summary="Say that nothing is open in a thread")
def close(request: HttpRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Nobody waits for anybody in it any more; whatever is said later opens it again."""
    actor = actor_for(request.user)
    found = queries.conversation(actor, thread_id)
    if found is None:
        return not_there("thread_id", str(thread_id))
    close_thread(found[0].thread, actor=actor)
    return _as_it_stands(actor, thread_id, HTTPStatus.OK)


def _as_it_stands(actor: Actor, thread_id: uuid.UUID, status: int) -> HttpResponse:
    found = queries.conversation(actor, thread_id)
    if found is None:  # its reader lost the right to it meanwhile
        return not_there("thread_id", str(thread_id))
    return answered(_told(found[0]), status)
