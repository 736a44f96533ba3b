from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, actor_for
from alunite.foundation.accounts.workspace import in_workspace
from alunite.front.inbox import files
from alunite.front.inbox.actions import NotReminded, choose_mail, end_calendar_address, make_calendar_address, remind
from alunite.front.inbox.forms import AddressForm, MailForm
from alunite.front.inbox.models import Often
from alunite.front.inbox.present import page_of
from alunite.front.inbox.queries import ALL, days_ahead, inbox, wish_by_secret, wish_of


@require_safe
@never_cache
@login_required
def work(request: HttpRequest) -> HttpResponse:
    """Everything one has to do, or waits for."""
    actor = actor_for(request.user)
    shown = inbox(actor, view=request.GET.get("view", ALL), selected=request.GET.get("task", ""))
    context = {**page_of(shown), "has_role": bool(actor.roles)}
    return in_workspace(request, actor, "inbox/tasks.html", context, at="tasks")


@require_POST
@never_cache
@login_required
def remind_of_task(request: HttpRequest) -> HttpResponse:
    """Have those reminded who have the ball."""
    key, view = request.POST.get("task", ""), request.POST.get("view", ALL)
    try:
        mails = remind(key, actor=actor_for(request.user))
    except NotReminded as why:
        messages.error(request, str(why))
    else:
        text = ngettext("%(count)d person is reminded by mail.", "%(count)d people are reminded by mail.", mails)
        messages.success(request, text % {"count": mails})
    return redirect(f"{reverse('work')}?{urlencode({'view': view, 'task': key})}")


@require_safe
@never_cache
@login_required
def tasks_csv(request: HttpRequest) -> HttpResponse:
    """The same view as a file."""
    shown = inbox(actor_for(request.user), view=request.GET.get("view", ALL))
    name = f"tasks-{shown.today}.csv"
    return HttpResponse(
        files.as_csv(shown.lines, shown.today, request.build_absolute_uri("/").rstrip("/")),
        content_type="text/csv; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@never_cache
@login_required
def calendar(request: HttpRequest) -> HttpResponse:
    """What happens on which day, and what one wants of it elsewhere."""
    return _calendar_page(request, actor_for(request.user))


@require_POST
@never_cache
@login_required
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Make, renew or take back the address of one's calendar. A new one is shown here, and never again."""
    actor, person, form = actor_for(request.user), _person(request), AddressForm(request.POST)
    if not form.is_valid():
        return _calendar_page(request, actor, status=HTTPStatus.BAD_REQUEST)
    if form.cleaned_data["act"] == AddressForm.END:
        end_calendar_address(person, actor=actor)
        return redirect("work_calendar")
    secret = make_calendar_address(person, actor=actor)
    return _calendar_page(request, actor, secret=secret)


@require_POST
@never_cache
@login_required
def task_mail(request: HttpRequest) -> HttpResponse:
    """Say how often a mail is to tell of one's tasks."""
    actor, form = actor_for(request.user), MailForm(request.POST)
    if not form.is_valid():
        return _calendar_page(request, actor, form=form, status=HTTPStatus.BAD_REQUEST)
    choose_mail(_person(request), form.cleaned_data["mail"], actor=actor)
    return redirect("work_calendar")


@require_safe
@never_cache
def own_calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """One's days for a calendar program, which cannot sign in: whoever has the address reads it."""
    wish = wish_by_secret(secret)
    if wish is None:
        raise Http404
    origin = request.build_absolute_uri("/").rstrip("/")
    with override(wish.language):
        days = days_ahead(actor_for(wish.person))
        body = files.as_calendar(days, timezone.now(), origin=origin, host=request.get_host())
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def _calendar_page(
    request: HttpRequest,
    actor: Actor,
    *,
    form: MailForm | None = None,
    secret: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    wish = wish_of(_person(request))
    context = {
        "days": days_ahead(actor),
        "form": form or MailForm(initial={"mail": wish.mail if wish else Often.NEVER}),
        "wish": wish,
        "address": secret and request.build_absolute_uri(reverse("own_calendar", args=[secret])),
        "has_mail_address": bool(_person(request).email),
    }
    return in_workspace(request, actor, "inbox/calendar.html", context, at="calendar", status=status)
