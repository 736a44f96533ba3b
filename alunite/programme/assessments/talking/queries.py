"""Reading what is said about self assessments, in a fixed number of queries however much it is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Subquery

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.messages.threads.actions import About
from alunite.foundation.messages.threads.models import Thread
from alunite.foundation.messages.threads.queries import (
    Conversation,
    Talk,
    conversations,
    newest_questions,
    talk_about,
    threads_seen_by,
    waiting_threads,
)
from alunite.programme.assessments.models import Assessment, PublishedAnswer
from alunite.programme.assessments.queries import version_of
from alunite.programme.assessments.talking.policies import ASSESSMENT
from alunite.programme.assessments.talking.publishing import RECORD_TYPE

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the self assessment it was asked in."""

    thread: Thread
    assessment: Assessment


def about(assessment: Assessment, number: str) -> About:
    """Return what a thread at a criterion of a self assessment is about."""
    return About(ASSESSMENT, assessment.pk, number, assessment.organisation_id)


def talk_in(actor: Actor, assessment: Assessment, number: str = "") -> tuple[dict[str, Talk], list[Conversation]]:
    """Return how much is said of each criterion, and all that is said of one, as far as the actor may read it. One query."""
    return talk_about(actor, ASSESSMENT, assessment.pk, number)


def all_said_in(actor: Actor, assessment: Assessment) -> list[Conversation]:
    """Return all threads of a self assessment that the actor may read, as they were begun. One query."""
    return conversations(threads_seen_by(actor, ASSESSMENT).filter(subject_id=assessment.pk))


def conversation(actor: Actor, thread_id: UUID) -> tuple[Conversation, Assessment] | None:
    """Return a thread the actor may read with what was said, and its self assessment. Two queries."""
    found = conversations(threads_seen_by(actor, ASSESSMENT).filter(pk=thread_id))
    if not found:
        return None
    told = Assessment.objects.select_related("scope", "organisation")
    return found[0], told.get(pk=found[0].thread.subject_id)


def questions(actor: Actor, *, only_waiting: bool) -> list[Asked]:
    """Return questions the actor may read, at most a hundred: those that wait longest, or the newest. Two queries."""
    found = newest_questions(actor, ASSESSMENT, only_waiting=only_waiting, limit=MOST_LISTED)
    told = Assessment.objects.in_bulk([one.subject_id for one in found])
    return [Asked(one, told[one.subject_id]) for one in found]


def answers_to(standard: str, number: str) -> list[PublishedAnswer]:
    """Return the published answers to a criterion, newest first. One query."""
    found = PublishedAnswer.objects.filter(standard=standard, number=number, withdrawn_at=None)
    return list(found.order_by("-answered_on", "pk"))


def answers_from(talk: Conversation) -> list[PublishedAnswer]:
    """Return the answers that were published from a thread and stand. One query."""
    return list(PublishedAnswer.objects.filter(thread=talk.thread, withdrawn_at=None).order_by("pk"))


def version_of_answer(answer: PublishedAnswer) -> int:
    """Return the version of a published answer's history. One query."""
    return version_of(RECORD_TYPE, answer.pk)


def waiting(actor: Actor) -> list[Thread]:
    """Return the threads the inbox tells of, each with `title` of its scope and `standard`. One query."""
    told = Assessment.objects.filter(pk=OuterRef("subject_id"))
    found = waiting_threads(actor, ASSESSMENT)
    return list(found.annotate(title=Subquery(told.values("scope__title")), standard=Subquery(told.values("standard"))))
