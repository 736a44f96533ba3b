"""What pages of threads show. No query, no rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from alunite.foundation.messages.threads.queries import Conversation
from alunite.foundation.scheme.models import Criterion
from alunite.foundation.scheme.pack import Pack
from alunite.programme.assessments.forms import version_label
from alunite.programme.assessments.models import Assessment, PublishedAnswer
from alunite.programme.assessments.present import anchor
from alunite.programme.assessments.talking.queries import Asked


def criterion_of(pack: Pack, standard: str, number: str) -> Criterion | None:
    """Return a criterion; None where the pack in force has it no more."""
    found = pack.standard(standard)
    return next((one for one in found.criteria if one.number == number), None) if found else None


def listed(questions: Sequence[Asked], pack: Pack) -> dict[str, Any]:
    """Return what the list of questions shows."""
    return {
        "questions": [
            {
                "thread": one.thread,
                "criterion": criterion_of(pack, one.assessment.standard, one.thread.place),
                "version": version_label(pack, one.assessment.standard),
            }
            for one in questions
        ]
    }


def thread(talk: Conversation, assessment: Assessment, pack: Pack) -> dict[str, Any]:
    """Return what the page of a thread shows."""
    number = talk.thread.place
    return {
        "talk": talk,
        "thread": talk.thread,
        "assessment": assessment,
        "anchor": anchor(number),
        "criterion": criterion_of(pack, assessment.standard, number),
        "version": version_label(pack, assessment.standard),
    }


def first_words(talk: Conversation) -> dict[str, Any]:
    """Return what the form that publishes an answer begins with: what was asked first, and what the desk said last."""
    asked = next((one.text for one in talk.said if not one.from_desk), "")
    answered = next((one.text for one in reversed(talk.said) if one.from_desk), "")
    return {"question": asked, "answer": answered, "language": get_language() or settings.LANGUAGE_CODE}


def words_of(answer: PublishedAnswer, version: int) -> dict[str, Any]:
    """Return what the form of a published answer begins with."""
    return {name: getattr(answer, name) for name in ("question", "answer", "language")} | {"version": version}
