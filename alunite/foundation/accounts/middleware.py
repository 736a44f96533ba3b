"""People of the Secretariat go on only with a second factor."""

from __future__ import annotations

import re
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Person, held_at
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
        if settings.ALUNITE_SECOND_FACTOR and not STAYS_OPEN.match(request.path) and lacks_factor(request.user):
            return redirect("mfa_index")
        return self.get_response(request)


def lacks_factor(person: object) -> bool:
    """Tell whether a person has any role in the Secretariat and signs in with one factor only. One query.

    Its administrator is meant as well: whoever gives the office's roles could give them to themselves.
    """
    if not isinstance(person, Person):
        return False
    factors = Authenticator.objects.filter(user=OuterRef("person")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    held = Affiliation.objects.filter(
        held_at(timezone.now()),
        person=person,
        organisation__kind=OrganisationKind.SECRETARIAT,
    )
    return held.exclude(Exists(factors)).exists()
