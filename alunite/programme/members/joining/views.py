from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alunite.foundation.accounts.policies import Actor, Refused, actor_for, allows
from alunite.foundation.accounts.workspace import in_workspace
from alunite.foundation.adoption.queries import current_pack, scheme_today
from alunite.foundation.files.answers import attachment
from alunite.foundation.history import editing
from alunite.foundation.history.editing import Stale
from alunite.programme.members.joining import actions, present, queries
from alunite.programme.members.joining.documents import OPEN
from alunite.programme.members.joining.forms import DOINGS, ApplicationForm, BeginForm, DocumentForm, Doing, KeptUpForm
from alunite.programme.members.joining.models import Membership
from alunite.programme.members.joining.paper import invoice_pdf

AT = "membership"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def join(request: HttpRequest) -> HttpResponse:
    """For which organisation to apply, and what the classes are."""
    actor = actor_for(request.user)
    if current_pack().membership is None:
        raise Http404
    form = BeginForm(request.POST if request.method == "POST" else None, actor=actor)
    if request.method == "POST" and (made := form.begin()):
        return redirect("membership_application", made.pk)
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    context = {"form": form, "classes": present.classes(current_pack())}
    return in_workspace(request, actor, "members/joining/join.html", context, at=AT, status=status)


@require_safe
@never_cache
@login_required
def memberships(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request.user)
    scheme = current_pack().membership
    if not allows(actor, "membership.list") or scheme is None:
        raise Http404
    found = queries.memberships_visible_to(actor, scheme)
    if len(found) == 1 and not actor.is_secretariat:
        return redirect("membership", found[0].pk)
    context = {"rows": present.rows(found, current_pack(), scheme_today()), "is_office": actor.is_secretariat}
    return in_workspace(request, actor, "members/joining/list.html", context, at=AT)


@require_safe
@never_cache
@login_required
def membership(request: HttpRequest, membership_id: uuid.UUID) -> HttpResponse:
    actor = actor_for(request.user)
    return _page(request, actor, _found(actor, membership_id))


@require_POST
@never_cache
@login_required
def membership_do(request: HttpRequest, membership_id: uuid.UUID) -> HttpResponse:
    """One thing done: a step, a note, an answer to a proposal, money."""
    actor = actor_for(request.user)
    found = _found(actor, membership_id)
    form = DOINGS.get(request.POST.get("what", ""), Doing)(request.POST)
    try:
        if form.do(found, scheme_today(), actor):
            messages.success(request, gettext("Done."))
            return redirect("membership", found.pk)
    except Refused as refused:
        raise Http404 from refused
    return _page(request, actor, _found(actor, membership_id), faults=form, status=HTTPStatus.BAD_REQUEST)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def membership_application(request: HttpRequest, membership_id: uuid.UUID) -> HttpResponse:
    actor = actor_for(request.user)
    found = _found(actor, membership_id)
    if not allows(actor, "membership.applicant", found):
        raise Http404
    if request.method != "POST":
        return _form_page(request, actor, found, _opened(found))
    form, differences, status = _make(found)(request.POST), [], HTTPStatus.BAD_REQUEST
    try:
        if form.save(found, actor):
            messages.success(request, gettext("Saved. You can go on another time."))
            return redirect("membership", found.pk)
    except Stale as stale:
        differences = [(form.fields[item.field].label, item) for item in stale.differences]
        found = _found(actor, membership_id)
        form, status = _opened(found, form.cleaned_data), HTTPStatus.CONFLICT
    return _form_page(request, actor, found, form, differences=differences, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def membership_documents(request: HttpRequest, membership_id: uuid.UUID) -> HttpResponse:
    """The documents of an application: to add to, to take back from, to save."""
    actor = actor_for(request.user)
    found = _found(actor, membership_id)
    scheme = queries.membership_rules(current_pack())
    is_applicant = allows(actor, "membership.applicant", found)
    if not queries.asked_in_files(scheme) or (request.method == "POST" and not is_applicant):
        raise Http404
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DocumentForm(*sent, scheme=scheme, is_cut_off=getattr(request, "is_cut_off", False))
    if request.method == "POST" and form.do(found, scheme_today(), actor):
        messages.success(request, gettext("Done."))
        return redirect("membership_documents", found.pk)
    context = {"membership": found, "questions": present.documents(found, scheme), "form": form}
    context["may_change"] = is_applicant and found.state in OPEN
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return in_workspace(request, actor, "members/joining/documents.html", context, at=AT, status=status)


@require_safe
@never_cache
@login_required
def membership_document(request: HttpRequest, membership_id: uuid.UUID, document_id: uuid.UUID) -> FileResponse:
    """A document of an application, to be saved."""
    found = queries.document_visible_to(actor_for(request.user), membership_id, document_id)
    if found is None:
        raise Http404
    return attachment(found.content, found.file_name)


@require_safe
@never_cache
@login_required
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """An invoice on paper."""
    found = queries.invoice_visible_to(actor_for(request.user), number)
    if found is None:
        raise Http404
    answer = HttpResponse(invoice_pdf(present.invoice_paper(found, current_pack())), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="invoice-{found.number}.pdf"'
    return answer


def _found(actor: Actor, membership_id: uuid.UUID) -> Membership:
    found = queries.membership_visible_to(actor, membership_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, actor: Actor, found: Membership, *, faults: Doing | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = present.membership_page(actor, found, current_pack(), scheme_today())
    template = "members/joining/membership.html"
    return in_workspace(request, actor, template, {**context, "faults": faults}, at=AT, status=status)


def _opened(found: Membership, given: dict[str, Any] | None = None) -> ApplicationForm:
    """Return a form opened now, with what was given before in place of what stands."""
    pack = current_pack()
    scheme = queries.membership_rules(pack)
    application = found.application
    questions = tuple(question.id for question in queries.asked_in_words(scheme))
    values = actions.values_of(application, questions).as_texts()
    initial = ApplicationForm.typed(application, scheme) | (given or {})
    initial["mark"] = editing.mark("application", found.pk, values)
    return _make(found)(initial=initial)


def _make(found: Membership) -> Callable[..., ApplicationForm]:
    """Return the form of an application, or, of a member, that of what it keeps up to date."""
    pack = current_pack()
    if queries.kept_up_by(found, queries.membership_rules(pack)):
        return partial(KeptUpForm, pack=pack, membership=found)
    return partial(ApplicationForm, pack=pack)


def _form_page(
    request: HttpRequest,
    actor: Actor,
    found: Membership,
    form: ApplicationForm,
    *,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    context = {"membership": found, "form": form, **more}
    return in_workspace(request, actor, "members/joining/application.html", context, at=AT, status=status)
