"""Publishing answers of the help desk, changing and withdrawing them. What was published stays findable by its day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.adoption.queries import current_pack, scheme_zone, today_in
from alunite.foundation.history.actions import record
from alunite.foundation.messages.threads.models import Thread, ThreadKind
from alunite.foundation.publications.actions import ToPublish, publish, take_turn
from alunite.programme.assessments.actions import Fault, Faulty
from alunite.programme.assessments.models import LONGEST_REASON, LONGEST_TEXT, Assessment, PublishedAnswer
from alunite.programme.assessments.publish import payload_of
from alunite.programme.assessments.queries import version_of

RECORD_TYPE = "published_answer"
WITHDRAWN = "withdrawn_by_the_help_desk"


@policy("assessments.publish_answers", says="Only the Secretariat publishes answers of its help desk.")
def _publish_answers(actor: Actor, _subject: Any) -> bool:
    return actor.is_secretariat


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """Question and answer as everybody will read them, and their language."""

    question: str
    answer: str
    language: str


def publish_answer(thread: Thread, assessment: Assessment, words: AnswerWords, *, actor: Actor) -> PublishedAnswer:
    """Publish an answer that the help desk gave in a thread, beside the criterion it was asked at.

    Raises
    ------
    Faulty
        With every fault; nothing is published.
    Refused
        If the actor may not.
    """
    require(actor, "assessments.publish_answers")
    is_answered = thread.kind == ThreadKind.QUESTION and thread.posts.filter(from_desk=True).exists()
    _check(words, [] if is_answered else [Fault("", "", _("a question that the help desk has answered"))])
    made = PublishedAnswer(
        thread=thread,
        standard=assessment.standard,
        number=thread.place,
        made_up=Person.objects.filter(pk__in=[actor.person_id], made_up=True).exists(),
    )
    with transaction.atomic():
        take_turn()
        _keep(made, words, "answer.published", actor)
    return made


def change_answer(answer: PublishedAnswer, words: AnswerWords, *, version: int, actor: Actor) -> PublishedAnswer:
    """Publish other words in place of those that stand, as a form says that was opened at a version of the history.

    Raises
    ------
    Faulty, Refused
        As `publish_answer`; also where somebody changed it since, or it was withdrawn.
    """
    require(actor, "assessments.publish_answers")
    with transaction.atomic():
        take_turn()
        held = PublishedAnswer.objects.select_for_update().get(pk=answer.pk)
        stands = held.withdrawn_at is None and version_of(RECORD_TYPE, held.pk) == version
        faults = [] if stands else [Fault("", "", _("the version that stands; somebody changed it since"))]
        _check(words, faults)
        _keep(held, words, "answer.changed", actor)
    return held


def withdraw_answer(answer: PublishedAnswer, *, reason: str, actor: Actor) -> None:
    """Take a published answer back; one that was withdrawn stays as it is.

    Raises
    ------
    Faulty
        Without a reason.
    Refused
        If the actor may not.
    """
    require(actor, "assessments.publish_answers")
    if not reason.strip():
        raise Faulty([Fault("reason", "", _("a reason"))])
    with transaction.atomic():
        take_turn()
        held = PublishedAnswer.objects.select_for_update().get(pk=answer.pk)
        if held.withdrawn_at is not None:
            return
        held.withdrawn_at = timezone.now()
        held.save(update_fields=["withdrawn_at"])
        said = {"reason": reason.strip()}
        entry = record("answer.withdrawn", record_type=RECORD_TYPE, record_id=held.pk, payload=said, actor=actor.label)
        publish(RECORD_TYPE, [ToPublish(held.pk, None, WITHDRAWN)], actor=actor, cause=entry)


def _check(words: AnswerWords, faults: list[Fault]) -> None:
    for place, text, most in (("question", words.question, LONGEST_REASON), ("answer", words.answer, LONGEST_TEXT)):
        if not text.strip() or "\0" in text:
            faults.append(Fault(place, "", _("some words")))
        if len(text) > most:
            faults.append(Fault(place, "", _("at most %(most)d characters") % {"most": most}))
    if words.language not in dict(settings.LANGUAGES):
        faults.append(Fault("language", words.language, _("a language of the site")))
    if faults:
        raise Faulty(faults)


def _keep(answer: PublishedAnswer, words: AnswerWords, kind: str, actor: Actor) -> None:
    answer.question, answer.answer = (text.replace("\r\n", "\n").strip() for text in (words.question, words.answer))
    answer.language, answer.answered_on = words.language, today_in(scheme_zone())
    answer.save()
    payload = payload_of(answer, current_pack())
    said = {**payload, "thread": answer.thread_id.hex}
    entry = record(kind, record_type=RECORD_TYPE, record_id=answer.pk, payload=said, actor=actor.label)
    publish(RECORD_TYPE, [ToPublish(answer.pk, payload)], actor=actor, cause=entry)
