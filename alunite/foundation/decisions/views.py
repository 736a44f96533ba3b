from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.decisions.acts import acts
from alunite.foundation.decisions.forms import AnswerForm, ProposeForm, SubjectsForm
from alunite.foundation.decisions.queries import decision_visible_to, decisions_visible_to


def _actor_who_may(request: HttpRequest, policy: str) -> Actor:
    actor = actor_for(request.user)
    if not allows(actor, policy):
        raise Http404
    return actor


@require_safe
@never_cache
@login_required
def decisions(request: HttpRequest) -> HttpResponse:
    actor = _actor_who_may(request, "decisions.view")
    return render(request, "decisions/list.html", {"decisions": decisions_visible_to(actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def propose(request: HttpRequest) -> HttpResponse:
    actor = _actor_who_may(request, "decisions.propose")
    form: SubjectsForm
    if request.method == "POST":
        form = ProposeForm(request.POST)
        if made := form.propose(actor):
            return redirect("decision", made.pk)
        preview, status = None, HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        form = SubjectsForm(request.GET or None)
        preview, status = form.preview() if form.is_bound else None, HTTPStatus.OK
        if preview:
            form = ProposeForm(initial=form.cleaned_data)
    context = {"form": form, "preview": preview, "acts": acts(), "proposes": isinstance(form, ProposeForm)}
    return render(request, "decisions/propose.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def decision(request: HttpRequest, decision_id: str) -> HttpResponse:
    actor = _actor_who_may(request, "decisions.view")
    detail = decision_visible_to(actor, decision_id)
    if detail is None:
        raise Http404
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.give(decision_id, actor):
        return redirect("decision", decision_id)
    status = HTTPStatus.CONFLICT if form.errors else HTTPStatus.OK
    return render(request, "decisions/decision.html", {"detail": detail, "form": form}, status=status)
