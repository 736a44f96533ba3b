from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alunite.foundation.accounts.policies import actor_for, allows
from alunite.foundation.accounts.queries import organisations_visible_to


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
def organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    visible = organisations_visible_to(actor_for(request.user))
    return render(
        request, "account/organisation.html", {"organisation": get_object_or_404(visible, pk=organisation_id)}
    )
