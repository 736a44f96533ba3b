"""Pages of the workbook of a self assessment."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.accounts.workspace import in_workspace
from alunite.programme.assessments import queries as room
from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.models import Assessment, SentWorkbook
from alunite.programme.assessments.workbook import actions, present, queries
from alunite.programme.assessments.workbook.exporting import file_name, written
from alunite.programme.assessments.workbook.forms import DecisionForm, WorkbookForm
from alunite.programme.assessments.workbook.writing import MEDIA_TYPE

PLACE = "assessments"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def workbook(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Where a self assessment is had as a workbook and sent back; what was sent waits here to be decided on."""
    is_sent = request.method == "POST"
    actor, found = _assessment(request, assessment_id, to_write=is_sent)
    if not is_sent:
        return _shown(request, actor, found)
    form = WorkbookForm(request.POST, request.FILES, is_cut_off=getattr(request, "is_cut_off", False))
    if not form.is_valid():
        return _shown(request, actor, found, {"form": form}, status=HTTPStatus.BAD_REQUEST)
    file = form.sent()
    try:
        waits = actions.receive(found, cast("BinaryIO", file.file), file.name or "", room.now(), actor=actor)
    except Faulty as faulty:
        return _shown(request, actor, found, {"faults": faulty.faults}, status=HTTPStatus.BAD_REQUEST)
    if waits is None:
        messages.success(request, _("The workbook says nothing otherwise than when it was written. Nothing to save."))
    return redirect("assessment_workbook", found.pk)


@require_safe
@never_cache
@login_required
def workbook_file(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """The workbook itself."""
    actor, found = _assessment(request, assessment_id)
    answer = HttpResponse(written(found, room.now(), actor=actor), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(found)}"'
    return answer


@require_POST
@login_required
def workbook_decision(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Save what was shown, with what was decided of conflicts, or forget what was sent."""
    actor, found = _assessment(request, assessment_id, to_write=True)
    form, waits = DecisionForm(request.POST), queries.waiting(found, actor)
    if waits is None:
        messages.info(request, _("The workbook was decided on already."))
        return redirect("assessment_workbook", found.pk)
    if not form.is_valid():
        return _shown(request, actor, found, {"trouble": "form"}, status=HTTPStatus.BAD_REQUEST)
    if form.cleaned_data["act"] == DecisionForm.SAVE:
        return _saved(request, actor, waits, form)
    actions.discard(waits, actor=actor)
    messages.success(request, _("The workbook was thrown away. No answer was changed."))
    return redirect("assessment_workbook", found.pk)


def _saved(request: HttpRequest, actor: Actor, waits: SentWorkbook, form: DecisionForm) -> HttpResponse:
    found, choices = waits.assessment, form.choices()
    try:
        saved = actions.take_in(waits, seen=form.cleaned_data["seen"], choices=choices, actor=actor)
    except actions.Moved:
        return _shown(request, actor, found, {"trouble": "moved"}, choices, status=HTTPStatus.CONFLICT)
    except Faulty:
        return _shown(request, actor, found, {"trouble": "undecided"}, choices, status=HTTPStatus.BAD_REQUEST)
    said = ngettext(
        "%(n)s answer was saved from the workbook.", "%(n)s answers were saved from the workbook.", len(saved)
    )
    messages.success(request, said % {"n": len(saved)})
    return redirect("assessment", found.pk)


def _assessment(request: HttpRequest, assessment_id: str, *, to_write: bool = False) -> tuple[Actor, Assessment]:
    actor = actor_for(request.user)
    found = room.assessments_seen_by(actor).filter(pk=assessment_id).first()
    if found is None or (to_write and not allows(actor, "scopes.write", found.organisation_id)):
        raise Http404
    return actor, found


def _shown(
    request: HttpRequest,
    actor: Actor,
    found: Assessment,
    said: Mapping[str, Any] | None = None,
    choices: Mapping[str, str] | None = None,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    now = room.now()
    may_write = allows(actor, "scopes.write", found.organisation_id)
    context = present.head(found, now) | {"may_write": may_write, "form": WorkbookForm()}
    waits = queries.waiting(found, actor) if may_write else None
    if waits is not None:
        merged = queries.merged_now(waits)
        asked = room.criteria_for(found.scope, found.standard, now)
        context |= present.shown(waits, merged, asked, queries.words_of(found, merged, now), choices or {})
    context |= said or {}
    return in_workspace(request, actor, "assessments/workbook.html", context, at=PLACE, status=status)
