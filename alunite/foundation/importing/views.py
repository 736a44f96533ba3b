from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alunite.foundation.accounts.policies import actor_for, allows
from alunite.foundation.importing.queries import latest_imports


@require_safe
@never_cache
@login_required
def imports(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request.user)
    if not allows(actor, "imports.view"):
        raise Http404
    return render(request, "importing/list.html", {"imports": latest_imports(actor)})
