"""Pages of what sites say otherwise than the answer for all."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from alunite.foundation.accounts.workspace import in_workspace
from alunite.programme.assessments import present as room
from alunite.programme.assessments import queries
from alunite.programme.assessments.actions import Faulty, StaleAnswer
from alunite.programme.assessments.evidence.policies import reading_in
from alunite.programme.assessments.sites import actions, present
from alunite.programme.assessments.sites.forms import site_answer_given
from alunite.programme.assessments.views import ASSESSMENTS, after_saving, all_of, assessment_seen


@require_safe
@never_cache
@login_required
def site_differences(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Which sites differ from the answer for all, and how."""
    actor, found = assessment_seen(request, assessment_id)
    now = queries.now()
    reads = reading_in(actor, found)
    context = present.differences(queries.whole(found, now), request.GET.get("site", ""), now.pack, reads=reads)
    return in_workspace(request, actor, "assessments/sites/differences.html", context, at=ASSESSMENTS)


@require_POST
@login_required
def site_answer_save(request: HttpRequest, assessment_id: str, number: str, facility_id: UUID) -> HttpResponse:
    """Save what one site says otherwise; a page with scripts gets only what it has to show anew."""
    actor, found = assessment_seen(request, assessment_id, to_write=True)
    site, held = str(facility_id), {}
    trouble: Faulty | StaleAnswer | None = None
    try:
        held = actions.save_site_answers(found, [site_answer_given(number, site, request.POST)], actor=actor)
    except (Faulty, StaleAnswer) as error:
        trouble = error
    if trouble is None and not request.headers.get("HX-Request"):
        page = reverse("assessment", args=[found.pk])
        return redirect(f"{page}?open={number}&site={site}#{room.anchor(number)}-{site}")
    context = all_of(actor, found, room.Wanted.of({"open": number}, actor), site=site, site_trouble=trouble)
    if held:
        context["saved_at"] = max(answer.saved_at for answer, _values in held.values())
    return after_saving(request, actor, context, "assessments/sites/_saved.html", is_refused=trouble is not None)
