"""What is said in public of questions to the help desk."""

from __future__ import annotations

from typing import Any

from alunite.foundation.publications.kinds import Payload, publication_kind, said
from alunite.foundation.scheme.pack import Pack
from alunite.programme.assessments.models import PublishedAnswer


@publication_kind("published_answer")
class PublishedAnswerPayload(Payload):
    """A question about a criterion with the answer of the scheme's help desk, as somebody there published it."""

    name: str = said("Version of the standard and number of the criterion.")
    family: str = said("Family of standards, by its id.")
    version: str = said("Version of the standard, by its id.")
    criterion: str = said("Number of the criterion.")
    question: str = said("The question, in the help desk's words; it names nobody.")
    answer: str = said("The answer.")
    language: str = said("Language of both, as in BCP 47.")
    answered_on: str = said("Day it was published or last changed.")
    made_up: bool = said("Whether an account of the walk-through said it: then it is nobody's answer.")


def payload_of(answer: PublishedAnswer, pack: Pack) -> dict[str, Any]:
    """Return what is published of an answer."""
    version = pack.version(answer.standard)
    family = version.family if version else ""
    named = next((one.label for one in pack.families if one.id == family), family)
    label = version.label if version else answer.standard
    return {
        "name": f"{named} {label}, {answer.number}",
        "family": family,
        "version": answer.standard,
        "criterion": answer.number,
        "question": answer.question,
        "answer": answer.answer,
        "language": answer.language,
        "answered_on": answer.answered_on.isoformat(),
        "made_up": answer.made_up,
    }
