"""What a member gives of a self assessment: to the cast's firm, and to colleagues. For the table of permissions."""

from __future__ import annotations

from typing import Any

from alunite.foundation.files.storing import receiving
from alunite.programme.assessments.evidence.actions import Given, Sent, add_evidence
from alunite.programme.assessments.evidence.rules import Words
from alunite.programme.assessments.sending.actions import send_to_firm
from alunite.programme.assessments.tests.made import make_assessment
from tests.cast import Cast

ASSESSMENT, EVIDENCE = "/work/assessments/<slug:assessment_id>/", "/work/evidence/<slug:evidence_id>/"
GIVE = f"{ASSESSMENT}people/"
SENT, MEMBERS, NOBODYS = "sent to the firm", "the member's", "nobody's"


def places_of_sendings(cast: Cast) -> dict[tuple[str, str], str]:
    """The path of each case of what was sent to a firm, and of what was not."""
    actor, kept = cast.actor("member"), make_assessment(cast)
    sent = make_assessment(cast)
    with receiving([b"for the auditor, made up"]) as received:
        criteria = {sent.pk: ("5.3",)}
        given = Given(Words("For the audit", sharing="audit"), criteria, file=Sent(received, "a.txt"))
        evidence = add_evidence(cast.organisation("member"), given, actor=actor)
    send_to_firm(sent, cast.organisation("auditor").pk, actor=actor)
    paths: dict[tuple[str, str], str] = {
        (EVIDENCE, SENT): f"/work/evidence/{evidence.pk}/",
        (f"{EVIDENCE}file/", SENT): f"/work/evidence/{evidence.pk}/file/",
        ("/work/scopes/<slug:scope_id>/", SENT): f"/work/scopes/{sent.scope_id}/",
        ("/api/v1/work/assessments/<assessment_id>", SENT): f"/api/v1/work/assessments/{sent.pk}",
        (ASSESSMENT, SENT): f"/work/assessments/{sent.pk}/",
        (f"{ASSESSMENT}send/", "the member's, to a firm"): f"/work/assessments/{kept.pk}/send/",
    }
    for case, key in ((MEMBERS, kept.pk), (f"{MEMBERS}, to a colleague", kept.pk), (f"{MEMBERS}, by mail", kept.pk)):
        paths[GIVE, case] = f"/work/assessments/{key}/people/"
    paths[GIVE, NOBODYS] = "/work/assessments/22222222/people/"
    for case, key in ((SENT, sent.pk), (MEMBERS, kept.pk), (NOBODYS, "22222222")):
        for end in ("send/", "send/withdraw/", "received/"):
            paths[f"{ASSESSMENT}{end}", case] = f"/work/assessments/{key}/{end}"
    return paths


def bodies_of_sendings(cast: Cast) -> dict[tuple[str, str], dict[str, Any]]:
    """What is sent to them."""
    colleague = str(cast.person("colleague").pk)
    return {
        (GIVE, f"{MEMBERS}, to a colleague"): {"to": colleague, "numbers": ["5.3"]},
        (GIVE, f"{MEMBERS}, by mail"): {"email": "a.newcomer@example.org", "principles": ["5"]},
        (f"{ASSESSMENT}send/", "the member's, to a firm"): {"firm": str(cast.organisation("auditor").pk)},
    }
