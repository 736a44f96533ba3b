from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alunite.foundation.messages.queries import recent_mail, shows_mail


@require_safe
@never_cache
def demo_mail(request: HttpRequest) -> HttpResponse:
    if not shows_mail():
        raise Http404
    return render(request, "messages/demo_mail.html", {"mail": recent_mail()})
