from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alunite.foundation.accounts.addresses import counted_address
from alunite.foundation.accounts.policies import PUBLIC, actor_for
from alunite.foundation.messages.corrections import MOST_OF_ONE, TooMany, send_correction, takes_corrections
from alunite.foundation.publications.forms import CorrectionForm
from alunite.foundation.publications.queries import named_in


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def corrections(request: HttpRequest) -> HttpResponse:
    if not takes_corrections():
        return render(request, "corrections/nobody.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    given = request.POST if request.method == "POST" else None
    about = (given or request.GET).get("about", "")
    form = CorrectionForm(given, initial={"about": about})
    status = HTTPStatus.OK
    if given is not None:
        if form.is_valid() and _sent(request, form):
            return redirect("corrections_sent")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "form": form,
        "own_address": request.path,
        "meant": named_in(about),
        "kept_days": settings.ALUNITE_MAIL_KEPT_DAYS,
    }
    return render(request, "corrections/form.html", context, status=status)


@require_safe
def corrections_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "corrections/sent.html")


def _sent(request: HttpRequest, form: CorrectionForm) -> bool:
    """Send what was typed; False, with the reason on the form, where it is one too many."""
    actor = actor_for(request.user)
    sender = counted_address(request) if actor == PUBLIC else actor.label
    origin = settings.ALUNITE_ORIGIN or f"{request.scheme}://{request.get_host()}"
    try:
        send_correction(form.correction(origin), sender=sender)
    except TooMany as refused:
        form.add_error(None, _reason(refused))
        return False
    return True


def _reason(refused: TooMany) -> str:
    if refused.by_all:
        return _(
            "So many corrections were sent in this hour that no more are taken, from anybody. Send this one later."
        )
    said = _("Up to %(most)s corrections an hour are taken from one place. Send this one later, or all together.")
    return said % {"most": MOST_OF_ONE}
