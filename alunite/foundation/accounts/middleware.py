"""People of the Secretariat go on only with a second factor."""

from __future__ import annotations

import re
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, actor_for
from alunite.foundation.accounts.roles import OrganisationKind

# Here somebody adds the factor, shows once more who they are, or signs out; no page here shows anybody else.
STAYS_OPEN = re.compile(
    r"/static/|(/[a-z]{2})?/account/(second-factor|reauthenticate|password|sessions|sign-ins|logout)/"
)


class SecondFactorRequired:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lead whoever lacks the factor to the page that adds one, wherever they wanted to go."""
        if settings.ALUNITE_SECOND_FACTOR and not STAYS_OPEN.match(request.path) and isinstance(request.user, Person):
            actor = actor_for(request.user)
            if lacks_factor(actor):
                return redirect("mfa_index")
            # What is asked here is not asked again by the page: one request, one actor.
            request.user.acts_as = actor
        return self.get_response(request)


def lacks_factor(actor: Actor) -> bool:
    """Tell whether an actor has any role in the Secretariat and signs in with one factor only. One query for the Secretariat.

    Its administrator is meant as well: whoever gives the office's roles could give them to themselves.
    """
    if not any(kind == OrganisationKind.SECRETARIAT for _, kind, _ in actor.roles):
        return False
    factors = Authenticator.objects.filter(user=actor.person_id).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return not factors.exists()
