"""The page that gives criteria to colleagues."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.accounts.workspace import in_workspace
from alunite.programme.assessments import queries as room
from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.giving.actions import give_criteria, invite_to_criteria
from alunite.programme.assessments.giving.forms import GiveForm
from alunite.programme.assessments.giving.present import shown
from alunite.programme.assessments.models import Assessment
from alunite.programme.assessments.present import tell

PLACE = "assessments"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def criteria_give(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Who answers which criterion, and the form that gives some to somebody."""
    actor, found = _own(request, assessment_id)
    whole = room.whole(found, room.now())
    asked = [row.asked for row in whole.rows if row.asked.is_asked]
    may_invite = allows(actor, "organisation.people", found.organisation)
    colleagues = room.colleagues_of(found.organisation_id)
    form = GiveForm(colleagues, asked, request.POST or None, may_invite=may_invite)
    if request.method == "POST" and form.is_valid():
        try:
            _give(request, actor, found, form)
        except Faulty as error:
            tell(form, error)
        else:
            return redirect(request.path)
    context = shown(whole, form)
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return in_workspace(request, actor, "assessments/give.html", context, at=PLACE, status=status)


def _give(request: HttpRequest, actor: Actor, assessment: Assessment, form: GiveForm) -> None:
    numbers, email = form.chosen(), form.cleaned_data.get("email")
    if email:
        origin = request.build_absolute_uri("/")
        invite_to_criteria(assessment, numbers, email, actor=actor, origin=origin)
        messages.success(request, _("The invitation is sent; the criteria are theirs once they accept it."))
        return
    give_criteria(assessment, numbers, form.cleaned_data["to"], actor=actor)
    text = ngettext("%(count)d criterion is given.", "%(count)d criteria are given.", len(numbers))
    messages.success(request, text % {"count": len(numbers)})


def _own(request: HttpRequest, assessment_id: str) -> tuple[Actor, Assessment]:
    actor = actor_for(request.user)
    found = room.assessments_seen_by(actor).filter(pk=assessment_id).first()
    if found is None or not allows(actor, "scopes.write", found.organisation_id):
        raise Http404
    return actor, found
