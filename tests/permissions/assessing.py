"""Scopes and self assessments of the cast's member, for the table of permissions."""

from __future__ import annotations

import io
import uuid
from typing import Any

from alunite.programme.assessments.models import Assessment
from alunite.programme.assessments.queries import now
from alunite.programme.assessments.tests.made import make_assessment, say
from alunite.programme.assessments.workbook.actions import receive
from alunite.programme.assessments.workbook.tests.sheets import SentFile, book, changed, exported
from tests.cast import Cast

SCOPE, ASSESSMENT = "/work/scopes/<slug:scope_id>/", "/work/assessments/<slug:assessment_id>/"
NEW, ANSWER = "/work/scopes/new/<uuid:organisation_id>/", f"{ASSESSMENT}<criterion_number:number>/"
AT_SITE = f"{ANSWER}sites/<uuid:facility_id>/"
API = "/api/v1/work/assessments/<assessment_id>"
MEMBERS, NOBODYS = "the member's", "nobody's"
WORKBOOK = f"{ASSESSMENT}workbook/"
WORKBOOK_ENDS = ("", "file/", "decision/")
SENDING, DISCARDING = "the member's, sending one back", "the member's, throwing it away"
CHANGED = {"title": "Smelter", "type": "facility", "is_first_cycle": "no"}
ENDS = {
    "": "",
    "edit/": "edit/",
    "criteria/<slug:standard>/": "criteria/ps-3/",
    "criteria/<slug:standard>/<criterion_number:number>/": "criteria/ps-3/6.6/",
    "assess/<slug:standard>/": "assess/ps-3/",
}


def places_of_scopes(cast: Cast) -> dict[tuple[str, str], str]:
    """The path of each case of scopes and self assessments."""
    made = make_assessment(cast)
    say(cast, made, "5.3", level="minor_nc", text="A plan to 2030.", gap="Scope 3 is missing.")
    scopes = {MEMBERS: f"/work/scopes/{made.scope_id}/", NOBODYS: "/work/scopes/22222222/"}
    assessments = {MEMBERS: f"/work/assessments/{made.pk}/", NOBODYS: "/work/assessments/22222222/"}
    found = {(SCOPE + end, case): path + tail for case, path in scopes.items() for end, tail in ENDS.items()}
    found[SCOPE + "edit/", "the member's, changed"] = found[SCOPE + "edit/", MEMBERS]
    found[SCOPE + "criteria/<slug:standard>/", "of no version"] = f"{scopes[MEMBERS]}criteria/ps-99/"
    for case, path in assessments.items():
        found |= {(ASSESSMENT, case): path, (ANSWER, case): f"{path}5.3/"}
        found[f"{ASSESSMENT}presence/", case] = f"{path}presence/"
    found[ASSESSMENT, "with a criterion open"] = f"{assessments[MEMBERS]}?open=5.3"
    found[ASSESSMENT, "the gaps"] = f"{assessments[MEMBERS]}?show=gaps"
    facility = made.scope.facilities.get().facility_id
    for case, path in assessments.items():
        found |= {(f"{ASSESSMENT}sites/", case): f"{path}sites/", (AT_SITE, case): f"{path}5.3/sites/{facility}/"}
        key = path.strip("/").rpartition("/")[2]
        for end in ("", "/readiness", "/sites", "/answers", "/answers/<number>", "/workbook", "/workbook/decision"):
            found[API + end, case] = f"/api/v1/work/assessments/{key}{end.replace('<number>', '5.3')}"
        for end in WORKBOOK_ENDS:
            found[WORKBOOK + end, case] = f"{path}workbook/{end}"
    receive(made, changed_book(cast, made), "back.xlsx", now(), actor=cast.actor("member"))
    found[WORKBOOK, SENDING] = found[WORKBOOK, MEMBERS]
    found[f"{WORKBOOK}decision/", DISCARDING] = found[f"{WORKBOOK}decision/", MEMBERS]
    found[f"{API}/workbook", SENDING] = found[f"{API}/workbook", MEMBERS]
    found[NEW, MEMBERS] = f"/work/scopes/new/{cast.organisation('member').pk}/"
    found[NEW, "the member's, saying too little"] = found[NEW, MEMBERS]
    found[NEW, NOBODYS] = f"/work/scopes/new/{uuid.uuid4()}/"
    return found


def changed_book(cast: Cast, assessment: Assessment) -> io.BytesIO:
    """A workbook of a self assessment in which something was changed."""
    return book(changed(exported(cast, assessment), {("5.3", "text"): "A plan to 2035."}))


def bodies_of_scopes(cast: Cast) -> dict[tuple[str, str], dict[str, Any]]:
    """What is sent to them."""
    sent = SentFile(changed_book(cast, Assessment.objects.get(answers__number="5.3")).getvalue())
    return {
        (WORKBOOK, SENDING): {"file": sent},
        (f"{API}/workbook", SENDING): {"file": sent},
        (f"{WORKBOOK}decision/", DISCARDING): {"act": "discard"},
        (NEW, "the member's, saying too little"): {"title": ""},
        (SCOPE + "edit/", "the member's, changed"): CHANGED | {"version": 1},
        (SCOPE + "criteria/<slug:standard>/<criterion_number:number>/", MEMBERS): {
            "applies": "yes",
            "reason": "It does.",
        },
        (ANSWER, MEMBERS): {"version": 1, "text": "Another plan."},
    }
