"""Threads about a self assessment of the cast's member, for the table of permissions."""

from __future__ import annotations

import uuid
from typing import Any

from alunite.foundation.messages.threads.actions import begin_thread
from alunite.programme.assessments.talking.queries import about
from alunite.programme.assessments.tests.made import make_assessment
from tests.cast import Cast

THREAD, BEGIN = (
    "/work/threads/<uuid:thread_id>/",
    "/work/assessments/<slug:assessment_id>/<criterion_number:number>/threads/",
)
API = "/api/v1/work/threads/<thread_id>"
IN_ASSESSMENT = "/api/v1/work/assessments/<assessment_id>/threads"
COMMENT, QUESTION, NOBODYS = "a comment", "a question", "nobody's"


def places_of_threads(cast: Cast) -> dict[tuple[str, str], str]:
    """The path of each case of threads."""
    found = make_assessment(cast)
    keys = {NOBODYS: uuid.uuid4()}
    for case, kind in ((COMMENT, "comment"), (QUESTION, "question")):
        keys[case] = begin_thread(about(found, "5.3"), kind, "Words.", actor=cast.actor("member")).pk
    paths: dict[tuple[str, str], str] = {}
    for case, key in keys.items():
        paths |= {(THREAD, f"{case}{more}"): f"/work/threads/{key}/" for more in ("", ", said in")}
        paths[f"{THREAD}close/", case] = f"/work/threads/{key}/close/"
        paths |= {(f"{API}/{end}", case): f"/api/v1/work/threads/{key}/{end}" for end in ("said", "closed")}
    for case, key in (("the member's", found.pk), (NOBODYS, "22222222")):
        paths[BEGIN, case] = f"/work/assessments/{key}/5.3/threads/"
        paths[IN_ASSESSMENT, case] = f"/api/v1/work/assessments/{key}/threads"
    return paths


def bodies_of_threads() -> dict[tuple[str, str], dict[str, Any]]:
    """What is sent to them."""
    said = {"text": "Words."}
    return {
        **{(THREAD, f"{case}, said in"): said for case in (COMMENT, QUESTION, NOBODYS)},
        (BEGIN, "the member's"): said | {"kind": "comment"},
    }
