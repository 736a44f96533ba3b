"""Pages of threads. Whoever may not read one gets the answer of one that does not exist."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, actor_for, allows
from alunite.foundation.accounts.workspace import in_workspace
from alunite.foundation.messages.threads.actions import Unfit, begin_thread, close_thread, say
from alunite.foundation.messages.threads.models import ThreadKind
from alunite.foundation.messages.threads.queries import Conversation
from alunite.programme.assessments import queries as room
from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.models import Assessment, PublishedAnswer
from alunite.programme.assessments.present import anchor, tell
from alunite.programme.assessments.talking import present, queries
from alunite.programme.assessments.talking.forms import BeginForm, PublishForm, SayForm, WithdrawAnswerForm
from alunite.programme.assessments.talking.publishing import change_answer, publish_answer, withdraw_answer

PLACE = "questions"


@require_safe
@never_cache
@login_required
def questions(request: HttpRequest) -> HttpResponse:
    """Questions to the help desk that one may read."""
    actor = actor_for(request.user)
    if not allows(actor, "questions.list"):
        raise Http404
    only_waiting = request.GET.get("show") != "all"
    context = present.listed(queries.questions(actor, only_waiting=only_waiting), room.now().pack)
    context |= {"only_waiting": only_waiting}
    return in_workspace(request, actor, "assessments/questions.html", context, at=PLACE)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def thread(request: HttpRequest, thread_id: uuid.UUID) -> HttpResponse:
    """A thread; what is sent to it is said in it."""
    actor, talk, assessment = _found(request, thread_id)
    may_write = allows(actor, "assessments.discuss", talk.thread)
    form = SayForm(_colleagues(talk) if may_write else [], request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            say(talk.thread, form.cleaned_data["text"], to=form.cleaned_data.get("to"), actor=actor)
        except Unfit as error:
            form.tell(error)
        else:
            return redirect(_row(talk.thread.place, assessment) if may_write else request.path)
    context = present.thread(talk, assessment, room.now().pack) | {"form": form, "may_write": may_write}
    context |= {"may_publish": allows(actor, "assessments.publish_answers"), "answers": queries.answers_from(talk)}
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return in_workspace(request, actor, "assessments/thread.html", context, at=PLACE, status=status)


@require_POST
@login_required
def thread_close(request: HttpRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Say that nothing is open in a thread any more."""
    actor, talk, assessment = _found(request, thread_id)
    close_thread(talk.thread, actor=actor)
    is_own = allows(actor, "assessments.discuss", talk.thread)
    return redirect(_row(talk.thread.place, assessment) if is_own else reverse("thread", args=[thread_id]))


@require_POST
@login_required
def thread_begin(request: HttpRequest, assessment_id: str, number: str) -> HttpResponse:
    """Comment on a criterion, or ask the help desk about it."""
    actor = actor_for(request.user)
    found = room.assessments_seen_by(actor).filter(pk=assessment_id).first()
    if found is None or not allows(actor, "scopes.write", found.organisation_id):
        raise Http404
    if not room.has_criterion(found, number, room.now()):
        raise Http404
    form = BeginForm(room.colleagues_of(found.organisation_id), request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            begin_thread(queries.about(found, number), said["kind"], said["text"], to=said["to"], actor=actor)
        except Unfit as error:
            form.tell(error)
        else:
            return redirect(_row(number, found))
    context = {"form": form, "assessment": found, "number": number}
    status = HTTPStatus.BAD_REQUEST
    return in_workspace(request, actor, "assessments/thread_begin.html", context, at="assessments", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def answer_publish(request: HttpRequest, thread_id: uuid.UUID) -> HttpResponse:
    """The form that makes a question and its answer public."""
    actor, talk, assessment = _found(request, thread_id)
    if not allows(actor, "assessments.publish_answers"):
        raise Http404
    form = PublishForm(request.POST or None, initial=present.first_words(talk))
    if request.method == "POST" and form.is_valid():
        try:
            publish_answer(talk.thread, assessment, form.words(), actor=actor)
        except Faulty as error:
            tell(form, error)
        else:
            messages.success(request, _("The answer is published."))
            return redirect("thread", thread_id)
    context = present.thread(talk, assessment, room.now().pack) | {"form": form}
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return in_workspace(request, actor, "assessments/answer_publish.html", context, at=PLACE, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def answer_change(request: HttpRequest, answer_id: str) -> HttpResponse:
    """A published answer, to be changed or withdrawn."""
    actor, found = _answer(request, answer_id)
    form = PublishForm(request.POST or None, initial=present.words_of(found, queries.version_of_answer(found)))
    if request.method == "POST" and form.is_valid():
        try:
            change_answer(found, form.words(), version=form.cleaned_data["version"] or 0, actor=actor)
        except Faulty as error:
            tell(form, error)
        else:
            messages.success(request, _("The answer is published."))
            return redirect("thread", found.thread_id)
    context = {"form": form, "answer": found, "withdraw": WithdrawAnswerForm()}
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return in_workspace(request, actor, "assessments/answer_change.html", context, at=PLACE, status=status)


@require_POST
@login_required
def answer_withdraw(request: HttpRequest, answer_id: str) -> HttpResponse:
    """Take a published answer back."""
    actor, found = _answer(request, answer_id)
    form = WithdrawAnswerForm(request.POST)
    if form.is_valid():
        withdraw_answer(found, reason=form.cleaned_data["reason"], actor=actor)
        messages.success(request, _("The answer is withdrawn."))
        return redirect("thread", found.thread_id)
    first = PublishForm(initial=present.words_of(found, queries.version_of_answer(found)))
    context = {"form": first, "answer": found, "withdraw": form}
    status = HTTPStatus.BAD_REQUEST
    return in_workspace(request, actor, "assessments/answer_change.html", context, at=PLACE, status=status)


def _answer(request: HttpRequest, answer_id: str) -> tuple[Actor, PublishedAnswer]:
    actor = actor_for(request.user)
    found = PublishedAnswer.objects.filter(pk=answer_id, withdrawn_at=None).first()
    if found is None or not allows(actor, "assessments.publish_answers"):
        raise Http404
    return actor, found


def _found(request: HttpRequest, thread_id: uuid.UUID) -> tuple[Actor, Conversation, Assessment]:
    actor = actor_for(request.user)
    found = queries.conversation(actor, thread_id)
    if found is None:
        raise Http404
    return actor, *found


def _colleagues(talk: Conversation) -> list[Person]:
    return room.colleagues_of(talk.thread.organisation_id) if talk.thread.kind == ThreadKind.COMMENT else []


def _row(number: str, assessment: Assessment) -> str:
    return f"{reverse('assessment', args=[assessment.pk])}?open={number}#{anchor(number)}"
