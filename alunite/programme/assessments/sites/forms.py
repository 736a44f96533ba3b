"""What a page sends of a site: what is taken, never what may be done."""

from __future__ import annotations

from django.http import QueryDict

from alunite.programme.assessments.forms import version_in
from alunite.programme.assessments.sites.actions import SiteAnswerGiven
from alunite.programme.assessments.sites.rules import SITE_FIELDS


def site_answer_given(number: str, site: str, sent: QueryDict) -> SiteAnswerGiven:
    """Return what a page sent of one site: those fields that stand in it. What is no number is no version.

    Evidence comes as boxes, of which those not ticked are not sent: `has_evidence` says that they stood there. `again` takes
    everything back.
    """
    values = {name: str(sent[name]).replace("\r\n", "\n") for name in SITE_FIELDS if name in sent}
    if "has_evidence" in sent:
        values["evidence"] = ", ".join(sorted(set(sent.getlist("evidence"))))
    if "again" in sent:
        values = dict.fromkeys(SITE_FIELDS, "")
    return SiteAnswerGiven(number, site, version_in(sent.get("version", "0")), values)
