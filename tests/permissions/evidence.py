"""Evidence of the member, for the table of who gets what."""

from __future__ import annotations

import uuid
from typing import Any

from alunite.foundation.files.storing import receiving
from alunite.foundation.history import editing
from alunite.programme.assessments.evidence.actions import Given, Sent, add_evidence
from alunite.programme.assessments.evidence.queries import criteria_of, values_of
from alunite.programme.assessments.evidence.rules import Words
from alunite.programme.assessments.models import Evidence
from tests.cast import Cast

ONE, NEW = "/work/evidence/<slug:evidence_id>/", "/work/evidence/new/<uuid:organisation_id>/"


def places_of_evidence(cast: Cast) -> dict[tuple[str, str], str]:
    """The paths of the member's evidence: a file with its public copy, one for the audit alone, a page elsewhere."""
    place, actor = cast.organisation("member"), cast.actor("member")
    with receiving([b"kept, made up"]) as whole, receiving([b"redacted, made up"]) as redacted:
        files = {"file": Sent(whole, "a.txt"), "public_file": Sent(redacted, "b.txt")}
        shared = add_evidence(place, Given(Words("Shared", sharing="member"), **files), actor=actor)
    with receiving([b"kept, made up"]) as received:
        alone = Given(Words("For the audit", sharing="audit"), file=Sent(received, "a.txt"))
        for_audit = add_evidence(place, alone, actor=actor)
    linked = add_evidence(place, Given(Words("A page", link="https://example.org/")), actor=actor)
    found = {
        (f"{ONE}file/", "a page elsewhere"): f"/work/evidence/{linked.pk}/file/",
        (f"{ONE}file/", "nobody's, asked by its SHA-256"): f"/work/evidence/{shared.content_id}/file/",
        (f"{ONE}public-copy/", "without one"): f"/work/evidence/{linked.pk}/public-copy/",
    }
    cases = ("the member's", "the member's, changed", "the member's, with a reason", "changing something")
    for end in ("", "edit/", "withdraw/", "file/", "public-copy/"):
        found |= {(f"{ONE}{end}", case): f"/work/evidence/{shared.pk}/{end}" for case in cases}
        found[f"{ONE}{end}", "the member's, for the audit alone"] = f"/work/evidence/{for_audit.pk}/{end}"
        found[f"{ONE}{end}", "nobody's"] = f"/work/evidence/22222222/{end}"
    found |= {
        (NEW, case): f"/work/evidence/new/{place.pk}/" for case in ("the member's", "the member's, sending a link")
    }
    found[NEW, "nobody's"] = f"/work/evidence/new/{uuid.uuid4()}/"
    return found


def bodies_of_evidence(paths: dict[tuple[str, str], str]) -> dict[tuple[str, str], dict[str, Any]]:
    held = Evidence.objects.get(pk=paths[ONE, "the member's"].split("/")[3])
    said = {"title": "Another title", "sharing": "member", "link": "https://example.org/"}
    mark = editing.mark("evidence", held.pk, values_of(held, criteria_of(held)))
    return {
        (NEW, "the member's, sending a link"): said,
        (f"{ONE}edit/", "the member's, changed"): {**said, "mark": mark},
        (f"{ONE}withdraw/", "the member's, with a reason"): {"reason": "Replaced"},
    }
