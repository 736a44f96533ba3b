from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.merging.actions import CannotDecide, dismiss_proposal, merge_records, undo_merge
from alunite.foundation.merging.forms import DecisionForm, ListForm, ProposeForm
from alunite.foundation.merging.queries import Pair, proposal, proposals
from alunite.foundation.publications.sentences import spoken


@require_safe
@never_cache
@login_required
def duplicates(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request.user)
    if not allows(actor, "duplicates.view"):
        raise Http404
    form = ListForm(request.GET)
    if not form.is_valid():
        return render(request, "merging/list.html", {"form": form}, status=HTTPStatus.BAD_REQUEST)
    asked = form.asked()
    listing = proposals(actor, asked)
    following = request.GET.copy()
    following["after"] = str(listing.following)
    context = {"form": form, "asked": asked, "listing": listing, "next": following.urlencode()}
    return render(request, "merging/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def propose_duplicate(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request.user)
    if not allows(actor, "duplicates.decide"):
        raise Http404
    form = ProposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (made := form.propose(actor)):
        return redirect("duplicate", made.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "merging/propose.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def duplicate(request: HttpRequest, key: int) -> HttpResponse:
    actor = actor_for(request.user)
    pair = proposal(actor, key)
    if pair is None:
        raise Http404
    form = DecisionForm(pair, request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.BAD_REQUEST
        if form.is_valid():
            status = _decide(pair, form, actor)
        if status is HTTPStatus.SEE_OTHER:
            return redirect("duplicate", key)
        # What stands in the database now, beside what the person had seen.
        pair = proposal(actor, key) or pair
    return render(request, "merging/proposal.html", {"pair": pair, "form": form}, status=status)


def _decide(pair: Pair, form: DecisionForm, actor: Actor) -> HTTPStatus:
    """Carry a decision out; what stands against it is said on the form."""
    said = form.cleaned_data
    key, version, note = pair.proposal.pk, said["version"], said["note"]
    try:
        if said["act"] == form.MERGE:
            merge_records(key, survivor=said["survivor"], version=version, note=note, actor=actor)
        elif said["act"] == form.DISMISS:
            dismiss_proposal(key, version=version, note=note, actor=actor)
        else:
            undo_merge(key, version=version, note=note, actor=actor)
    except CannotDecide as refusal:
        for reason in refusal.reasons:
            form.add_error(None, spoken(reason.text))
        return HTTPStatus.CONFLICT
    return HTTPStatus.SEE_OTHER
