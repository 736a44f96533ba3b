"""Pages of sending a self assessment to a firm."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.accounts.workspace import in_workspace
from alunite.programme.assessments import queries as room
from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.models import Assessment, Sending
from alunite.programme.assessments.present import tell
from alunite.programme.assessments.sending import present, queries
from alunite.programme.assessments.sending.actions import confirm_receipt, send_to_firm, withdraw_sending

PLACE = "assessments"


class SendForm(forms.Form):
    """Which firm."""

    firm = forms.ChoiceField(label=_("Audit firm"), widget=forms.RadioSelect)

    def __init__(self, firms: Sequence[Organisation], *args: Any) -> None:
        super().__init__(*args)
        self.fields["firm"].choices = [(str(one.pk), one.name) for one in firms]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def assessment_send(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """To which firm a self assessment was sent, and the form that sends it."""
    actor, found = _own(request, assessment_id)
    firms = list(queries.firms_to_choose())
    form = SendForm(firms, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            send_to_firm(found, form.cleaned_data["firm"], actor=actor)
        except Faulty as error:
            tell(form, error)
        else:
            messages.success(request, gettext("The self assessment is sent."))
            return redirect(request.path)
    whole = room.whole(found, room.now())
    context = present.sending(whole, queries.sendings_of(found)) | {"form": form, "firms": firms}
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return in_workspace(request, actor, "assessments/send.html", context, at=PLACE, status=status)


@require_POST
@login_required
def sending_withdraw(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Take a self assessment back from the firm."""
    actor, found = _own(request, assessment_id)
    withdraw_sending(_standing(found), actor=actor)
    messages.success(request, gettext("The firm reads it no more."))
    return redirect("assessment_send", found.pk)


@require_POST
@login_required
def sending_receive(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Confirm that the firm has a self assessment."""
    actor = actor_for(request.user)
    found = room.assessments_seen_by(actor).filter(pk=assessment_id).first()
    if found is None:
        raise Http404
    standing = _standing(found)
    if not allows(actor, "assessments.receive", standing.firm_id):
        raise Http404
    confirm_receipt(standing, actor=actor)
    return redirect("assessment", found.pk)


def _own(request: HttpRequest, assessment_id: str) -> tuple[Actor, Assessment]:
    actor = actor_for(request.user)
    found = room.assessments_seen_by(actor).filter(pk=assessment_id).first()
    if found is None or not allows(actor, "scopes.write", found.organisation_id):
        raise Http404
    return actor, found


def _standing(assessment: Assessment) -> Sending:
    found = assessment.sendings.filter(withdrawn_at=None).select_related("assessment").first()
    if found is None:
        raise Http404
    return found
