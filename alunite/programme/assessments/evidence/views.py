"""Pages of the evidence library. Whoever may not see a piece of it gets the answer of one that does not exist."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.accounts.workspace import in_workspace
from alunite.foundation.files.answers import attachment
from alunite.foundation.history import editing
from alunite.programme.assessments import queries as room
from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.evidence import actions, present, queries
from alunite.programme.assessments.evidence.actions import Given
from alunite.programme.assessments.evidence.forms import EvidenceForm, WithdrawForm
from alunite.programme.assessments.models import Evidence, Sharing

PLACE = "evidence"


@require_safe
@never_cache
@login_required
def evidence_list(request: HttpRequest) -> HttpResponse:
    """The evidence one may see, in one of its views."""
    actor = actor_for(request.user)
    if not allows(actor, "evidence.list"):
        raise Http404
    now, asked = room.now(), present.Asked.of(request.GET)
    page = queries.page_of_evidence(actor, asked.view, asked.words, asked.page, now.today)
    context = present.listed(page, asked, now) | {"writes_for": room.organisations_to_write_for(actor)}
    return in_workspace(request, actor, "assessments/evidence_list.html", context, at=PLACE)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def evidence_new(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """The form for a new piece of evidence of an organisation."""
    actor = actor_for(request.user)
    organisation = room.organisations_to_write_for(actor).filter(pk=organisation_id).first()
    if organisation is None:
        raise Http404
    # A page of an assessment leads here with the criterion it was asked at.
    first = {name: value for name, value in request.GET.items() if name.startswith("criteria_")}
    form = _form(request, Evidence(organisation=organisation), {"sharing": Sharing.MEMBER, **first})
    if made := _kept(form, lambda given: actions.add_evidence(organisation, given, actor=actor)):
        return redirect("evidence", made.pk)
    context = {"form": form, "organisation": organisation}
    return in_workspace(request, actor, "assessments/evidence_form.html", context, at=PLACE, status=_status(form))


@require_safe
@never_cache
@login_required
def evidence_page(request: HttpRequest, evidence_id: str) -> HttpResponse:
    """One piece of evidence, with the criteria it speaks to."""
    actor, found = _found(request, evidence_id)
    return _shown(request, actor, found, WithdrawForm())


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def evidence_edit(request: HttpRequest, evidence_id: str) -> HttpResponse:
    """The form of a piece of evidence that stands."""
    actor, found = _found(request, evidence_id, to_write=True)
    form, differences = _form(request, found, _opened(found)), []
    try:
        if saved := _kept(form, lambda given: actions.edit_evidence(found, given, mark=form.mark_sent, actor=actor)):
            return redirect("evidence", saved.pk)
    except editing.Stale as stale:
        differences = present.differences(form, stale)
        form.open_again(_opened(Evidence.objects.get(pk=found.pk))["mark"])
    context = {"form": form, "evidence": found, "differences": differences}
    status = HTTPStatus.CONFLICT if differences else _status(form)
    return in_workspace(request, actor, "assessments/evidence_form.html", context, at=PLACE, status=status)


@require_POST
@login_required
def evidence_withdraw(request: HttpRequest, evidence_id: str) -> HttpResponse:
    """Take a piece of evidence back."""
    actor, found = _found(request, evidence_id, to_write=True)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _shown(request, actor, found, form, status=HTTPStatus.BAD_REQUEST)
    actions.withdraw_evidence(found, reason=form.cleaned_data["reason"], actor=actor)
    return redirect("evidence", found.pk)


@require_safe
@never_cache
@login_required
def evidence_file(request: HttpRequest, evidence_id: str) -> FileResponse:
    """The file of a piece of evidence, to be saved."""
    _actor, found = _found(request, evidence_id)
    if found.content is None:
        raise Http404
    return attachment(found.content, found.file_name)


@require_safe
@never_cache
@login_required
def evidence_public_copy(request: HttpRequest, evidence_id: str) -> FileResponse:
    """Its redacted public copy, to be saved."""
    _actor, found = _found(request, evidence_id)
    if found.public_content is None:
        raise Http404
    return attachment(found.public_content, found.public_file_name)


def _found(request: HttpRequest, evidence_id: str, *, to_write: bool = False) -> tuple[Actor, Evidence]:
    """Return who acts and a piece of evidence they may see; what they may not write is not there for writing."""
    actor = actor_for(request.user)
    found = queries.evidence_seen_by(actor).filter(pk=evidence_id).first()
    if found is None:
        raise Http404
    if to_write and (found.withdrawn_at or not allows(actor, "evidence.write", found.organisation_id)):
        raise Http404
    return actor, found


def _kept(form: EvidenceForm, act: Callable[[Given], Evidence]) -> Evidence | None:
    """Do what a form was sent for; None where none was sent or something was wrong, which the form then says."""
    if not (form.is_bound and form.is_valid()):
        return None
    with form.given() as given:
        try:
            return act(given) if given is not None else None
        except Faulty as faulty:
            form.tell(faulty)
        except editing.NoMark:
            form.add_error(None, _("The form was not opened here. Nothing was changed; open it anew."))
    return None


def _opened(evidence: Evidence) -> dict[str, Any]:
    """Return what the form of a piece of evidence shows that is opened now."""
    criteria = queries.criteria_of(evidence)
    mark = editing.mark(actions.RECORD_TYPE, evidence.pk, queries.values_of(evidence, criteria))
    return EvidenceForm.first_values(evidence, criteria, mark)


def _form(request: HttpRequest, evidence: Evidence, first: dict[str, Any]) -> EvidenceForm:
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    is_cut_off = getattr(request, "is_cut_off", False)
    assessments = queries.assessments_for(evidence)
    return EvidenceForm(room.now().pack, assessments, *sent, initial=first, is_cut_off=is_cut_off)


def _shown(
    request: HttpRequest, actor: Actor, found: Evidence, form: WithdrawForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    assessments = queries.assessments_for(found, room.assessments_seen_by(actor))
    context = present.one(found, assessments, queries.criteria_of(found), room.now())
    may_write = found.withdrawn_at is None and allows(actor, "evidence.write", found.organisation_id)
    context |= {"form": form, "may_write": may_write}
    return in_workspace(request, actor, "assessments/evidence.html", context, at=PLACE, status=status)


def _status(form: EvidenceForm) -> int:
    return HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
