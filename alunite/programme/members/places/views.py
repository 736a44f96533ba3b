from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import Actor, Refused, actor_for, allows
from alunite.foundation.accounts.workspace import in_workspace
from alunite.foundation.history import editing
from alunite.foundation.history.editing import Stale
from alunite.programme.members.models import Entity, OwnFacility, Transfer
from alunite.programme.members.places import queries
from alunite.programme.members.places.actions import Listed, facts_of, is_frozen, record_type_of
from alunite.programme.members.places.forms import (
    EntityForm,
    FacilityForm,
    LastDayForm,
    OfferForm,
    PlaceForm,
    TransferForm,
    activity_choices,
)

AT = "facilities"
# How an offer ended.
OUTCOMES = {"accepted": _("Accepted"), "refused": _("Refused"), "withdrawn": _("Taken back")}
MakeForm = Callable[..., PlaceForm]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is listed: how one is found, which form it has, and what pages say of it."""

    find: Callable[[Actor, uuid.UUID, uuid.UUID], Listed | None]
    form: Callable[[Organisation, Actor], MakeForm]
    add_title: Any
    added: Any


KINDS = {
    "facility": Kind(
        queries.own_facility,
        lambda member, actor: partial(FacilityForm, member=member, actor=actor),
        _("List a facility"),
        _("The facility is listed."),
    ),
    "entity": Kind(
        queries.own_entity,
        lambda _member, _actor: EntityForm,
        _("List an entity"),
        _("The entity is listed."),
    ),
}


@require_safe
@never_cache
@login_required
def facilities_of_members(request: HttpRequest) -> HttpResponse:
    """Whose lists there are; whoever sees one only is led to it."""
    actor = actor_for(request.user)
    if not allows(actor, "places.list"):
        raise Http404
    members = queries.members_with_lists(actor)
    if len(members) == 1:
        return redirect("own_facilities", members[0].pk)
    return in_workspace(request, actor, "members/places/members.html", {"members": members}, at=AT)


@require_safe
@never_cache
@login_required
def own_facilities(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    actor = actor_for(request.user)
    member = queries.member_visible_to(actor, organisation_id)
    if member is None:
        raise Http404
    labels = dict(activity_choices())
    facilities = queries.own_facilities(actor, member.pk)
    frozen = is_frozen(member)
    context = {
        "member": member,
        "frozen": frozen,
        "transfers": [one for one in queries.open_transfers(actor) if member.pk in _parties(one)],
        "rows": [(one, ", ".join(labels.get(item, item) for item in one.activities)) for one in facilities],
        "entities": queries.own_entities(actor, member.pk),
        "may_edit": allows(actor, "places.edit", member) and not frozen,
    }
    return in_workspace(request, actor, "members/places/list.html", context, at=AT)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def add_place(request: HttpRequest, organisation_id: uuid.UUID, what: str) -> HttpResponse:
    actor = actor_for(request.user)
    member = _edited(actor, organisation_id)
    form = KINDS[what].form(member, actor)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.add(member, actor):
        messages.success(request, str(KINDS[what].added))
        return redirect("own_facilities", member.pk)
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    context = {"member": member, "form": form, "title": KINDS[what].add_title}
    return in_workspace(request, actor, "members/places/add.html", context, at=AT, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def place(request: HttpRequest, organisation_id: uuid.UUID, place_id: uuid.UUID, what: str) -> HttpResponse:
    actor = actor_for(request.user)
    member = _edited(actor, organisation_id)
    found = _found(KINDS[what].find(actor, member.pk, place_id))
    make = KINDS[what].form(member, actor)
    if request.method != "POST":
        return _page(request, actor, found, _opened(make, found))
    form, differences, status = make(request.POST), [], HTTPStatus.BAD_REQUEST
    try:
        if form.edit(found, actor):
            messages.success(request, gettext("Saved."))
            return redirect("own_facilities", member.pk)
    except Stale as stale:
        differences = [(form.fields[item.field].label, item) for item in stale.differences]
        newest = _found(KINDS[what].find(actor, member.pk, place_id))
        form, status = _opened(make, newest, form.cleaned_data), HTTPStatus.CONFLICT
    return _page(request, actor, found, form, differences=differences, status=status)


@require_POST
@login_required
def place_last_day(request: HttpRequest, organisation_id: uuid.UUID, place_id: uuid.UUID, what: str) -> HttpResponse:
    actor = actor_for(request.user)
    member = _edited(actor, organisation_id)
    found = _found(KINDS[what].find(actor, member.pk, place_id))
    form = LastDayForm(request.POST, auto_id="id_last_%s")
    if form.edit(found, actor):
        messages.success(request, gettext("Saved."))
        return redirect("own_facilities", member.pk)
    opened = _opened(KINDS[what].form(member, actor), found)
    return _page(request, actor, found, opened, last_day=form, status=HTTPStatus.BAD_REQUEST)


@require_POST
@never_cache
@login_required
def offer_entity(request: HttpRequest, organisation_id: uuid.UUID, place_id: uuid.UUID) -> HttpResponse:
    """Offer an entity to another member."""
    actor = actor_for(request.user)
    member = _edited(actor, organisation_id)
    found = _found(queries.own_entity(actor, member.pk, place_id))
    form = OfferForm(request.POST, auto_id="id_offer_%s")
    if form.edit(found, actor):
        messages.success(request, gettext("Offered. The other member finds it among its tasks."))
        return redirect("own_entity", member.pk, found.pk)
    return _page(request, actor, found, _opened(EntityForm, found), offer=form, status=HTTPStatus.BAD_REQUEST)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def transfer(request: HttpRequest, transfer_id: uuid.UUID) -> HttpResponse:
    """The offer of an entity: where it was, what goes with it, and what either member can do."""
    actor = actor_for(request.user)
    found = queries.transfer_visible_to(actor, transfer_id)
    if found is None:
        raise Http404
    form, status = None, HTTPStatus.OK
    if request.method == "POST":
        form, status = TransferForm(request.POST), HTTPStatus.BAD_REQUEST
        try:
            if form.edit(found, actor):
                messages.success(request, gettext("Done."))
                return redirect("transfer", found.pk)
        except Refused as refused:
            raise Http404 from refused
    context = {**_of_transfer(actor, found), "form": form}
    return in_workspace(request, actor, "members/places/transfer.html", context, at=AT, status=status)


def _of_transfer(actor: Actor, found: Transfer) -> dict[str, Any]:
    """Return what the page of an offer shows."""
    return {
        "transfer": found,
        "line": queries.line_of(found.entity),
        "facilities": queries.facilities_going_with(found.entity),
        "may_answer": not found.outcome and allows(actor, "transfers.answer", found),
        "may_withdraw": not found.outcome and allows(actor, "transfers.withdraw", found),
        "outcome": OUTCOMES.get(found.outcome, ""),
    }


def _parties(found: Transfer) -> tuple[uuid.UUID, uuid.UUID]:
    return found.entity.organisation_id, found.receiver_id


def _edited(actor: Actor, organisation_id: uuid.UUID) -> Organisation:
    """Return the member whose list the actor may change."""
    member = queries.member_visible_to(actor, organisation_id)
    if member is None or not allows(actor, "places.edit", member):
        raise Http404
    return member


def _found(listed: Listed | None) -> Listed:
    if listed is None:
        raise Http404
    return listed


def _opened(make: MakeForm, listed: Listed, given: dict[str, Any] | None = None) -> PlaceForm:
    """Return a form opened now, with what was given before in place of what stands."""
    facts = facts_of(listed)
    mark = editing.mark(record_type_of(listed), listed.pk, facts.as_texts())
    return make(initial={**asdict(facts), **(given or {}), "mark": mark})


def _page(
    request: HttpRequest,
    actor: Actor,
    listed: Listed,
    form: PlaceForm,
    *,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    name = "own_facility" if isinstance(listed, OwnFacility) else "own_entity"
    keys = (listed.organisation_id, listed.pk)
    context = {
        "member": listed.organisation,
        "listed": listed,
        "form": form,
        "last_day": LastDayForm(initial={"valid_to": listed.valid_to}, auto_id="id_last_%s"),
        **_of_entity(listed),
        "addresses": {"edit": reverse(name, args=keys), "last_day": reverse(f"{name}_last_day", args=keys)},
        **more,
    }
    return in_workspace(request, actor, "members/places/place.html", context, at=AT, status=status)


def _of_entity(listed: Listed) -> dict[str, Any]:
    """Return what the page of an entity shows beside its form: where it was before, where it is now, and offers."""
    if not isinstance(listed, Entity):
        return {}
    offered = queries.open_transfer_of(listed)
    return {
        "line": queries.line_of(listed)[:-1],
        "offered": offered,
        "offer": None if offered or listed.valid_to else OfferForm(auto_id="id_offer_%s"),
    }
