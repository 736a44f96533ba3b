"""Pages of scopes and self assessments."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alunite.foundation.accounts.policies import Actor, actor_for, allows, scoped
from alunite.foundation.accounts.workspace import in_workspace
from alunite.programme.assessments import actions, present, queries
from alunite.programme.assessments.actions import Faulty, OpenedMeanwhile, StaleAnswer
from alunite.programme.assessments.evidence.policies import reading_in
from alunite.programme.assessments.forms import OverrideForm, ScopeForm, answer_given, version_in
from alunite.programme.assessments.models import Assessment, Scope
from alunite.programme.assessments.sending.queries import with_sending
from alunite.programme.assessments.sites import present as of_sites
from alunite.programme.assessments.talking.queries import answers_to, talk_in
from alunite.programme.members.joining.queries import class_of_membership
from alunite.programme.members.models import OwnFacility
from alunite.programme.members.places.queries import own_facilities

T = TypeVar("T")
SCOPES, ASSESSMENTS = "scopes", "assessments"


@require_safe
@never_cache
@login_required
def scopes(request: HttpRequest) -> HttpResponse:
    """The scopes one may see."""
    actor = actor_for(request.user)
    found = queries.scopes_seen_by(actor).order_by("organisation__name", "title", "pk")
    context = {"scopes": found, "writes_for": queries.organisations_to_write_for(actor)}
    return in_workspace(request, actor, "assessments/scopes.html", context, at=SCOPES)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def scope_new(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """The form for a scope of an organisation."""
    actor = actor_for(request.user)
    organisation = queries.organisations_to_write_for(actor).filter(pk=organisation_id).first()
    if organisation is None:
        raise Http404
    facilities = own_facilities(actor, organisation.pk)
    form = _form(request, organisation.pk, facilities, {"is_first_cycle": "yes"})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("scope", actions.create_scope(organisation, form.given(), actor=actor).pk)
        except Faulty as error:
            present.tell(form, error)
    context = {"form": form, "organisation": organisation}
    return in_workspace(request, actor, "assessments/scope_form.html", context, at=SCOPES, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def scope_edit(request: HttpRequest, scope_id: str) -> HttpResponse:
    """The form of a scope that stands."""
    actor, scope = _scope(request, scope_id, to_write=True)
    facilities = own_facilities(actor, scope.organisation_id)
    first = ScopeForm.first_values(scope, queries.version_of("scope", scope.pk))
    form = _form(request, scope.organisation_id, facilities, first)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_scope(scope, form.given(), version=form.cleaned_data["version"] or 0, actor=actor)
        except Faulty as error:
            present.tell(form, error)
        else:
            return redirect("scope", scope.pk)
    context = {"form": form, "organisation": scope.organisation, "scope": scope}
    return in_workspace(request, actor, "assessments/scope_form.html", context, at=SCOPES, status=_status(form))


@require_safe
@never_cache
@login_required
def scope_page(request: HttpRequest, scope_id: str) -> HttpResponse:
    """A scope: what it covers, which versions may be used, and its self assessments."""
    actor, scope = _scope(request, scope_id)
    now = queries.now()
    context = present.scope(scope, queries.versions_for(scope, now), now.pack)
    context |= {"may_write": allows(actor, "scopes.write", scope.organisation_id)}
    return in_workspace(request, actor, "assessments/scope.html", context, at=SCOPES)


@require_safe
@never_cache
@login_required
def scope_criteria(request: HttpRequest, scope_id: str, standard: str) -> HttpResponse:
    """Which criteria of a version apply to a scope, and why."""
    actor, scope = _scope(request, scope_id)
    now = queries.now()
    try:
        asked = queries.criteria_for(scope, standard, now)
    except queries.NoAssessments as error:
        raise Http404 from error
    context = present.criteria(scope, standard, asked, now.pack)
    context |= {"may_write": allows(actor, "scopes.write", scope.organisation_id), "form": OverrideForm()}
    return in_workspace(request, actor, "assessments/criteria.html", context, at=SCOPES)


@require_POST
@login_required
def scope_override(request: HttpRequest, scope_id: str, standard: str, number: str) -> HttpResponse:
    """Say against the rule that a criterion applies, or does not."""
    actor, scope = _scope(request, scope_id, to_write=True)
    form = OverrideForm(request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.override(scope, standard, number, applies=form.wish(), reason=reason, actor=actor)
        except Faulty as error:
            present.tell(form, error)
    if not form.errors:
        return redirect(f"{reverse('scope_criteria', args=[scope.pk, standard])}#c-{number.replace('.', '-')}")
    context = {"scope": scope, "standard": standard, "number": number, "form": form}
    status = HTTPStatus.BAD_REQUEST
    return in_workspace(request, actor, "assessments/override.html", context, at=SCOPES, status=status)


@require_POST
@login_required
def assessment_open(request: HttpRequest, scope_id: str, standard: str) -> HttpResponse:
    """Open a self assessment, with what is carried over from an earlier one where that is asked."""
    actor, scope = _scope(request, scope_id, to_write=True)
    earlier = None
    if chosen := request.POST.get("carried_from"):
        earlier = _found(queries.assessments_seen_by(actor).filter(pk=chosen.replace("\0", ""), scope=scope).first())
    seen = version_in(request.POST.get("seen", ""))
    try:
        made = actions.open_assessment(
            scope, standard, actor=actor, carried_from=earlier, seen=seen if seen >= 0 else None
        )
    except OpenedMeanwhile as error:
        made = error.assessment
    except Faulty as error:
        raise Http404 from error
    return redirect("assessment", made.pk)


@require_safe
@never_cache
@login_required
def assessments(request: HttpRequest) -> HttpResponse:
    """The self assessments one may see, newest first."""
    actor = actor_for(request.user)
    page = queries.page_of_assessments(actor, after=present.place_of(request.GET.get("after", "")))
    context = present.list_of_assessments(page, queries.now().pack)
    return in_workspace(request, actor, "assessments/assessments.html", context, at=ASSESSMENTS)


@require_safe
@never_cache
@login_required
def assessment(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """A self assessment: every criterion, those that are open in place."""
    actor, found = assessment_seen(request, assessment_id)
    wanted = present.Wanted.of(request.GET, actor)
    context = all_of(actor, found, wanted, site=request.GET.get("site", ""))
    return in_workspace(request, actor, "assessments/assessment.html", context, at=ASSESSMENTS)


@require_POST
@login_required
def answer_save(request: HttpRequest, assessment_id: str, number: str) -> HttpResponse:
    """Save what was changed of one answer; a page with scripts gets only what it has to show anew."""
    actor, found = assessment_seen(request, assessment_id, to_write=True)
    trouble: Faulty | StaleAnswer | None = None
    try:
        actions.save_answers(found, [answer_given(number, request.POST.dict())], actor=actor)
    except (Faulty, StaleAnswer) as error:
        trouble = error
    if trouble is None and not request.headers.get("HX-Request"):
        return redirect(f"{reverse('assessment', args=[found.pk])}?open={number}#{present.anchor(number)}")
    context = all_of(actor, found, present.Wanted.of({"open": number}, actor), trouble=trouble)
    return after_saving(request, actor, context, "assessments/_saved.html", is_refused=trouble is not None)


def all_of(
    actor: Actor,
    found: Assessment,
    wanted: present.Wanted,
    *,
    site: str = "",
    trouble: Faulty | StaleAnswer | None = None,
    site_trouble: Faulty | StaleAnswer | None = None,
) -> dict[str, Any]:
    """Return all the page of a self assessment shows, with what was wrong with what was sent."""
    now = queries.now()
    whole, reads = queries.whole(found, now), reading_in(actor, found)
    talk, conversations = talk_in(actor, found, wanted.open)
    colleagues, others = queries.colleagues_and_places(found, but=actor)
    context = present.assessment(whole, wanted, now.pack, reads=reads, trouble=trouble, talk=talk)
    context["days_left"] = (found.scope.fieldwork_from - now.today).days if found.scope.fieldwork_from else 0
    context |= of_sites.opened(whole, wanted.open, site, reads=reads, trouble=site_trouble)
    return context | {
        "earlier": queries.answers_before(actor, whole, wanted.open),
        "conversations": conversations,
        "published": answers_to(found.standard, wanted.open) if wanted.open else [],
        "may_write": allows(actor, "scopes.write", found.organisation_id),
        "may_receive": allows(actor, "assessments.receive", found.sent_to_id),  # type: ignore[attr-defined]  # by `with_sending`
        "colleagues": colleagues,
        # Who works at the member just now is no business of a firm.
        "others": others if allows(actor, "scopes.view", found.organisation_id) else [],
    }


def after_saving(
    request: HttpRequest, actor: Actor, context: dict[str, Any], part: str, *, is_refused: bool
) -> HttpResponse:
    """Return the whole page, or to a page with scripts the part of it that is new."""
    status = HTTPStatus.CONFLICT if is_refused else HTTPStatus.OK
    if request.headers.get("HX-Request"):
        return render(request, part, context, status=status)
    return in_workspace(request, actor, "assessments/assessment.html", context, at=ASSESSMENTS, status=status)


@require_POST
@login_required
def presence(request: HttpRequest, assessment_id: str) -> HttpResponse:
    """Note where somebody is, and tell who else is there."""
    actor, found = assessment_seen(request, assessment_id)
    if not allows(actor, "scopes.view", found.organisation_id):
        raise Http404
    if allows(actor, "scopes.write", found.organisation_id):  # who only reads is nobody's business
        actions.be_present(found, present.known_number(request.POST.get("number", "")), actor=actor)
    context = {"others": present.others(queries.present_in(found, but=actor))}
    return render(request, "assessments/_others.html", context)


def _scope(request: HttpRequest, scope_id: str, *, to_write: bool = False) -> tuple[Actor, Scope]:
    """Return who acts and a scope they may see; what they may not write is not there for writing."""
    actor = actor_for(request.user)
    # Whom one self assessment was sent to learns nothing of others of the scope.
    assessments = Prefetch("assessments", scoped(actor, "assessments.view", Assessment.objects.all()))
    parts = (assessments, "facilities__facility")
    found = _found(queries.scopes_seen_by(actor).prefetch_related(*parts).filter(pk=scope_id).first())
    if to_write and not allows(actor, "scopes.write", found.organisation_id):
        raise Http404
    return actor, found


def assessment_seen(request: HttpRequest, assessment_id: str, *, to_write: bool = False) -> tuple[Actor, Assessment]:
    """Return who acts and a self assessment they may see; what they may not write is not there for writing."""
    actor = actor_for(request.user)
    found = _found(with_sending(queries.assessments_seen_by(actor)).filter(pk=assessment_id).first())
    if to_write and not allows(actor, "scopes.write", found.organisation_id):
        raise Http404
    return actor, found


def _form(
    request: HttpRequest, organisation_id: Any, facilities: list[OwnFacility], first: dict[str, Any]
) -> ScopeForm:
    now, held = queries.now(), class_of_membership(organisation_id)
    sent = request.POST or None
    return ScopeForm(now.pack, facilities, sent, initial=first, member_class=held, today=now.today)


def _found(one: T | None) -> T:
    if one is None:
        raise Http404
    return one


def _status(form: ScopeForm) -> int:
    return HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
