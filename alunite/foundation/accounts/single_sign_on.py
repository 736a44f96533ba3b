"""Whose account a first single sign-on opens: a person with a role and that address, or whoever was invited."""

from __future__ import annotations

import re

from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.utils import timezone

from alunite.foundation.accounts.invitations import accept_as_newcomer, find_by_token
from alunite.foundation.accounts.models import Person, held_at

# Where an invitation waits while its guest is at the provider.
SESSION_KEY = "invitation"
NOT_IN_A_NAME = re.compile(r"[^a-z0-9.@+_-]+")


def person_for(request: HttpRequest, sociallogin: SocialLogin) -> Person | None:
    """Return the person a sign-in that is linked to nobody yet belongs to; None when it opens nothing.

    The provider's word that the address is verified is what links it; an address that two people with a role share
    links to neither. An invitation is taken up by whoever followed its link, whatever address they sign in with.
    """
    token = request.session.pop(SESSION_KEY, "")
    # The word as it came: the text "false", which some providers say, would count as yes.
    addresses = [one.email for one in sociallogin.email_addresses if one.email and one.verified is True]
    if token:
        return _newcomer(token, sociallogin)
    if not addresses:
        return None
    with_role = Person.objects.filter(held_at(timezone.now(), "affiliations__"), is_active=True)
    found = list(with_role.filter(email__iexact=addresses[0]).distinct()[:2])
    return found[0] if len(found) == 1 else None


def _newcomer(token: str, sociallogin: SocialLogin) -> Person | None:
    invitation = find_by_token(token)
    if invitation is None:
        return None
    said = sociallogin.account.extra_data.get("userinfo") or sociallogin.account.extra_data.get("id_token") or {}
    username = _free_name(NOT_IN_A_NAME.sub("", invitation.email.lower())[:140])
    taken_up = accept_as_newcomer(token, username, str(said.get("name") or username)[:200], None)
    return taken_up[0] if taken_up else None


def _free_name(wanted: str) -> str:
    taken = set(Person.objects.filter(username__startswith=wanted).values_list("username", flat=True))
    numbered = (f"{wanted}{number or ''}" for number in range(len(taken) + 1))
    return next(name for name in numbered if name not in taken)
