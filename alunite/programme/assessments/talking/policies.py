"""Who talks about a self assessment: its member among itself, and with the Secretariat's help desk where it asks."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from alunite.foundation.accounts.policies import Actor, policy, scope
from alunite.foundation.messages.threads.models import ThreadKind
from alunite.foundation.messages.threads.subjects import subject
from alunite.programme.assessments.policies import organisations_managed_by

ASSESSMENT = "assessment"


@policy("assessments.discuss", says="Only managers of the member itself comment and ask in its self assessments.")
def _discuss(actor: Actor, thread: Any) -> bool:
    return str(thread.organisation_id) in organisations_managed_by(actor)


@policy("assessments.answer_question", says="Only the Secretariat answers questions to its help desk.")
def _answer_question(actor: Actor, thread: Any) -> bool:
    return actor.is_secretariat and thread.kind == ThreadKind.QUESTION


@policy("questions.list", says="Questions are for managers of members, and for the Secretariat.")
def _questions_list(actor: Actor, _subject: Any) -> bool:
    return bool(organisations_managed_by(actor)) or actor.is_secretariat


@scope("assessments.threads")
def _threads(actor: Actor) -> Q:
    """What colleagues say to each other is nobody else's; the help desk reads what it is asked."""
    own = Q(organisation_id__in=organisations_managed_by(actor))
    return own | Q(kind=ThreadKind.QUESTION) if actor.is_secretariat else own


subject(
    ASSESSMENT,
    reads="assessments.threads",
    writes="assessments.discuss",
    answers="assessments.answer_question",
)
