from __future__ import annotations

import uuid
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alunite.foundation.accounts import actions, leaving
from alunite.foundation.accounts import invitations as inviting
from alunite.foundation.accounts.actions import CannotEnd, InvalidAccount, end_affiliation
from alunite.foundation.accounts.forms import InviteForm, LeaveForm, NewcomerForm, OrganisationForm
from alunite.foundation.accounts.models import Affiliation, Handover, Invitation, Organisation, Person
from alunite.foundation.accounts.policies import actor_for, allows
from alunite.foundation.accounts.queries import organisations_visible_to, people_of, sign_in_lines
from alunite.foundation.accounts.reviews import confirm_affiliation
from alunite.foundation.accounts.single_sign_on import FOLLOWED
from alunite.foundation.accounts.workspace import in_workspace
from alunite.foundation.history import editing
from alunite.foundation.history.editing import NoMark, Stale


@require_safe
@never_cache
@login_required
def account_home(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request.user)
    context = {
        "organisations": organisations_visible_to(actor),
        "sees_imports": allows(actor, "imports.view"),
        "sees_decisions": allows(actor, "decisions.view"),
    }
    return render(request, "account/home.html", context)


@require_safe
@never_cache
@login_required
def account_sign_ins(request: HttpRequest) -> HttpResponse:
    person = request.user
    assert isinstance(person, Person)
    return render(request, "account/sign_ins.html", {"lines": sign_in_lines(person)})


@require_safe
@never_cache
@login_required
def organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    actor = actor_for(request.user)
    found = get_object_or_404(organisations_visible_to(actor), pk=organisation_id)
    context = {
        "organisation": found,
        "looks_after": allows(actor, "organisation.people", found),
        "may_edit": allows(actor, "organisations.edit", found),
    }
    return render(request, "account/organisation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def organisation_people(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Who holds a role, who is invited, and the form to invite."""
    found = _looked_after(request, get_object_or_404(Organisation, pk=organisation_id))
    form = InviteForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            inviting.invite(
                found, given["email"], given["role"], actor=actor_for(request.user), origin=_origin(request)
            )
        except inviting.CannotInvite as error:
            form.add_error(None, gettext(str(error)))
        else:
            messages.success(request, gettext("The invitation is on its way."))
            return redirect("organisation_people", found.pk)
    context = {"organisation": found, "form": form, **people_of(found)}
    return render(request, "account/people.html", context)


@require_POST
@login_required
def invitation_revoke(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    found = _invitation(request, invitation_id)
    inviting.revoke(found, actor=actor_for(request.user))
    messages.success(request, gettext("The invitation is taken back; its link no longer works."))
    return redirect("organisation_people", found.organisation_id)


@require_POST
@login_required
def invitation_resend(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    found = _invitation(request, invitation_id)
    try:
        inviting.send_again(found, actor=actor_for(request.user), origin=_origin(request))
    except inviting.CannotInvite as error:
        messages.error(request, gettext(str(error)))
    else:
        messages.success(request, gettext("Another link is on its way; the one before no longer works."))
    return redirect("organisation_people", found.organisation_id)


@require_POST
@login_required
def affiliation_confirm(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    found = _affiliation(request, affiliation_id)
    confirm_affiliation(found, actor=actor_for(request.user))
    messages.success(request, gettext("Confirmed: the role still holds."))
    return redirect("organisation_people", found.organisation_id)


@require_POST
@login_required
def affiliation_end(request: HttpRequest, affiliation_id: int) -> HttpResponse:
    found = _affiliation(request, affiliation_id)
    try:
        end_affiliation(found, actor=actor_for(request.user))
    except CannotEnd as error:
        messages.error(request, gettext(str(error)))
    else:
        messages.success(request, gettext("The role has ended."))
    # Whoever ended their own administration may not come back here.
    still = allows(actor_for(request.user), "organisation.people", found.organisation)
    return redirect("organisation_people", found.organisation_id) if still else redirect("account_home")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def person_leaves(request: HttpRequest, organisation_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    """What ends and what is handed over when somebody leaves, and the form that does it."""
    found = _looked_after(request, get_object_or_404(Organisation, pk=organisation_id))
    roles = leaving.roles_of(person_id, found)
    if not roles:
        raise Http404
    leaver = roles[0].person
    others = leaving.successors(roles)
    form = LeaveForm(request.POST if request.method == "POST" else None, successors=others)
    if request.method == "POST" and form.is_valid() and _left(request, leaver, found, form):
        messages.success(request, gettext("%(name)s has left.") % {"name": leaver})
        still = allows(actor_for(request.user), "organisation.people", found)
        return redirect("organisation_people", found.pk) if still else redirect("account_home")
    context = {"organisation": found, "leaver": leaver, "roles": roles, "form": form, "has_successors": bool(others)}
    context["work"] = leaving.work_of(leaver, found)
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "account/leave.html", context, status=status)


def _left(request: HttpRequest, leaver: Person, found: Organisation, form: LeaveForm) -> bool:
    try:
        leaving.let_leave(leaver, found, form.cleaned_data["successor"], actor=actor_for(request.user))
    except (leaving.CannotLeave, CannotEnd) as error:
        for reason in error.reasons:
            form.add_error("successor" if reason.values.get("field") else None, gettext(reason.text))
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def handover(request: HttpRequest, handover_id: uuid.UUID) -> HttpResponse:
    """What somebody took over from whoever left."""
    actor = actor_for(request.user)
    rows = Handover.objects.select_related("organisation", "leaver", "taken_by")
    found = get_object_or_404(rows, pk=handover_id)
    if not allows(actor, "handovers.view", found):
        raise Http404
    may_see = allows(actor, "handovers.see", found)
    if request.method == "POST":
        if not may_see:
            raise Http404
        leaving.see_handover(found, actor=actor)
        messages.success(request, gettext("Seen."))
        return redirect("work")
    context = {"handover": found, "work": leaving.work_handed_over(found), "may_see": may_see}
    return in_workspace(request, actor, "account/handover.html", context, at="tasks")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where an invitation's link leads: the same answer for every link that does not hold."""
    found = inviting.find_by_token(token)
    if found is None:
        return render(request, "account/invitation_gone.html", status=404)
    if isinstance(request.user, Person):
        return _accept_signed_in(request, found, token)
    form = NewcomerForm(request.POST if request.method == "POST" else None, initial={"username": found.email.lower()})
    if request.method == "POST" and "single_sign_on" in request.POST:
        request.session[FOLLOWED] = token
        start = reverse("openid_connect_login", kwargs={"provider_id": "sso"})
        return redirect(f"{start}?{urlencode({'next': request.path})}")
    if request.method == "POST" and form.is_valid() and (answer := _accept_as_newcomer(request, token, form)):
        return answer
    return render(request, "account/invitation.html", {"invitation": found, "form": form, "token": token})


def _accept_signed_in(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    if request.method == "POST" and isinstance(request.user, Person):
        if inviting.accept(token, request.user) is None:
            return render(request, "account/invitation_gone.html", status=404)
        messages.success(request, gettext("The role is yours."))
        return redirect("account_home")
    return render(request, "account/invitation.html", {"invitation": found, "token": token})


def _accept_as_newcomer(request: HttpRequest, token: str, form: NewcomerForm) -> HttpResponse | None:
    try:
        made = inviting.accept_as_newcomer(token, **form.cleaned_data)
    except InvalidAccount as error:
        for name, expected in error.faults:
            form.add_error(name if name in form.fields else None, expected)
        return None
    if made is None:
        return render(request, "account/invitation_gone.html", status=404)
    get_adapter().login(request, made[0])
    messages.success(request, gettext("Welcome. Add a passkey or a one-time code to keep the account safe."))
    return redirect("mfa_index")


def _looked_after(request: HttpRequest, found: Organisation) -> Organisation:
    if not allows(actor_for(request.user), "organisation.people", found):
        raise Http404
    return found


def _invitation(request: HttpRequest, pk: uuid.UUID) -> Invitation:
    found = get_object_or_404(Invitation.objects.select_related("organisation"), pk=pk)
    _looked_after(request, found.organisation)
    return found


def _affiliation(request: HttpRequest, pk: int) -> Affiliation:
    found = get_object_or_404(Affiliation.objects.select_related("organisation"), pk=pk)
    _looked_after(request, found.organisation)
    return found


def _origin(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def edit_organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    actor = actor_for(request.user)
    found = get_object_or_404(organisations_visible_to(actor), pk=organisation_id)
    if not allows(actor, "organisations.edit", found):
        raise Http404
    form, differences, status = _edit_form(found), [], HTTPStatus.OK
    if request.method == "POST":
        form, status = OrganisationForm(request.POST), HTTPStatus.BAD_REQUEST
        if form.is_valid():
            given = {"name": form.cleaned_data["name"]}
            try:
                saved = actions.edit_organisation(found, given, mark=form.cleaned_data["mark"], actor=actor)
            except NoMark:
                form.add_error(None, gettext("The form was not opened here. Nothing was changed; open it anew."))
            except Stale as stale:
                differences = [(form.fields[item.field].label, item) for item in stale.differences]
                form, status = _edit_form(Organisation.objects.get(pk=found.pk), given), HTTPStatus.CONFLICT
            else:
                return redirect("organisation", saved.pk)
    context = {"organisation": found, "form": form, "differences": differences}
    return render(request, "account/organisation_edit.html", context, status=status)


def _edit_form(organisation: Organisation, given: dict[str, str] | None = None) -> OrganisationForm:
    """Return a form opened now, with what was given before in place of what stands."""
    values = actions.values_of(organisation)
    mark = editing.mark("organisation", organisation.pk, values)
    return OrganisationForm(initial={**values, **(given or {}), "mark": mark})
