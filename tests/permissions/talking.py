"""Threads about a self assessment of the cast's member, for the table of permissions."""

from __future__ import annotations

import uuid
from typing import Any

from alunite.foundation.messages.threads.actions import begin_thread, say
from alunite.programme.assessments.talking.publishing import AnswerWords, publish_answer
from alunite.programme.assessments.talking.queries import about
from alunite.programme.assessments.tests.made import make_assessment
from tests.cast import Cast

THREAD, BEGIN = (
    "/work/threads/<uuid:thread_id>/",
    "/work/assessments/<slug:assessment_id>/<criterion_number:number>/threads/",
)
API = "/api/v1/work/threads/<thread_id>"
IN_ASSESSMENT = "/api/v1/work/assessments/<assessment_id>/threads"
ANSWER = "/work/answers/<slug:answer_id>/"
PUBLIC = {"question": "Which words?", "answer": "Those.", "language": "en"}
COMMENT, QUESTION, NOBODYS = "a comment", "a question", "nobody's"


def places_of_threads(cast: Cast) -> dict[tuple[str, str], str]:
    """The path of each case of threads."""
    found = make_assessment(cast)
    keys = {NOBODYS: uuid.uuid4()}
    for case, kind in ((COMMENT, "comment"), (QUESTION, "question")):
        made = begin_thread(about(found, "5.3"), kind, "Words.", actor=cast.actor("member"))
        keys[case] = made.pk
    say(made, "Other words.", actor=cast.actor("office"))
    answer = publish_answer(made, found, AnswerWords("Which words?", "These.", "en"), actor=cast.actor("office"))
    paths: dict[tuple[str, str], str] = {}
    for case, key in keys.items():
        paths |= {(THREAD, f"{case}{more}"): f"/work/threads/{key}/" for more in ("", ", said in")}
        paths |= {(f"{THREAD}publish/", f"{case}{more}"): f"/work/threads/{key}/publish/" for more in ("", ", said in")}
        paths[f"{THREAD}close/", case] = f"/work/threads/{key}/close/"
        paths |= {(f"{API}/{end}", case): f"/api/v1/work/threads/{key}/{end}" for end in ("said", "closed")}
    for case, key in (("the member's", found.pk), (NOBODYS, "22222222")):
        paths[BEGIN, case] = f"/work/assessments/{key}/5.3/threads/"
        paths[IN_ASSESSMENT, case] = f"/api/v1/work/assessments/{key}/threads"
    for case, key in (("the help desk's", answer.pk), ("the help desk's, changed", answer.pk), (NOBODYS, "22222222")):
        paths |= {
            (ANSWER, case): f"/work/answers/{key}/",
            (f"{ANSWER}withdraw/", case): f"/work/answers/{key}/withdraw/",
        }
    return paths


def bodies_of_threads() -> dict[tuple[str, str], dict[str, Any]]:
    """What is sent to them."""
    said = {"text": "Words."}
    return {
        **{(THREAD, f"{case}, said in"): said for case in (COMMENT, QUESTION, NOBODYS)},
        (f"{THREAD}publish/", f"{QUESTION}, said in"): PUBLIC,
        (ANSWER, "the help desk's, changed"): PUBLIC | {"version": 1},
        (f"{ANSWER}withdraw/", "the help desk's"): {"reason": "It is wrong."},
        (BEGIN, "the member's"): said | {"kind": "comment"},
    }
