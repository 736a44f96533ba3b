"""Whose account a first single sign-on opens: a person with a role and that address, or whoever was invited."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from alunite.foundation.accounts.invitations import accept_as_newcomer, find_by_token
from alunite.foundation.accounts.models import Person, held_at
from alunite.foundation.core.canonical import digest

# Where a browser's session keeps the token of the invitation it asked to take up by single sign-on.
FOLLOWED = "invitation_followed"
# Claims of OpenID Connect Core 1.0, 5.1: what the page of linked sign-ins names a link by.
KEPT = ("sub", "name", "preferred_username", "email")
NOT_IN_A_NAME = re.compile(r"[^a-z0-9.@+_-]+")


def key_by_issuer(sociallogin: SocialLogin) -> None:
    """Have a sign-in looked up by the provider's issuer together with the id it gave the person; keep names only.

    The id alone means nothing to another provider: whoever came next would inherit the accounts of the one before. What
    else the provider tells of a person, such as a picture or a telephone number, is of no use here.

    Raises
    ------
    OAuth2Error
        If the provider sent no token that names issuer and person, or its two answers speak of two people: OpenID
        Connect Core 1.0, 3.1.3.3 and 5.3.2.
    """
    said = sociallogin.account.extra_data
    token = said.get("id_token") or {}
    issuer, subject = token.get("iss"), token.get("sub")
    if not issuer or not subject:
        raise OAuth2Error("the provider sent no id token with issuer and subject")
    claims = said.get("userinfo") or token
    if claims.get("sub") != subject:
        raise OAuth2Error("the id token and userinfo name different subjects")
    sociallogin.account.uid = digest([issuer, subject])
    kept = {name: _printable(claims[name]) for name in KEPT if claims.get(name)}
    sociallogin.account.extra_data = {"id_token": {"iss": issuer, "sub": _printable(subject)}, "userinfo": kept}


def person_for(sociallogin: SocialLogin, followed: str = "") -> Person | None:
    """Return the person a sign-in that is linked to nobody yet belongs to; None when it opens nothing.

    The provider's word that the address is verified is what links it; an address that two people with a role share
    links to neither. An invitation is taken up by whoever followed its link, whatever address they sign in with:
    `followed` is the token of the one whose page this browser asked from, as anybody can write an address that names one.
    """
    token = _invitation_followed(sociallogin)
    # The word as it came: the text "false", which some providers say, would count as yes.
    addresses = [one.email for one in sociallogin.email_addresses if one.email and one.verified is True]
    if token and token == followed:
        return _newcomer(token, sociallogin)
    if not addresses:
        return None
    with_role = Person.objects.filter(held_at(timezone.now(), "affiliations__"), is_active=True)
    found = list(with_role.filter(email__iexact=addresses[0]).distinct()[:2])
    return found[0] if len(found) == 1 else None


def _invitation_followed(sociallogin: SocialLogin) -> str:
    """Return the token of the invitation this very sign-in set out from, or nothing.

    It travels as the address to go on to, bound to the state the provider sends back: a sign-in given up half way
    leaves nothing in the browser for whoever signs in next.
    """
    try:
        found = resolve(urlsplit(sociallogin.state.get("next") or "").path)
    except Resolver404:
        return ""
    return str(found.kwargs["token"]) if found.url_name == "invitation" else ""


def _newcomer(token: str, sociallogin: SocialLogin) -> Person | None:
    invitation = find_by_token(token)
    if invitation is None:
        return None
    said = sociallogin.account.extra_data["userinfo"]
    username = _free_name(NOT_IN_A_NAME.sub("", invitation.email.lower())[:140])
    taken_up = accept_as_newcomer(token, username, said.get("name", "")[:200].strip() or username, None)
    if taken_up is None:
        return None
    # Its link has served: whoever is signed in goes on to the account.
    sociallogin.state["next"] = reverse("account_home")
    return taken_up[0]


def _printable(said: object) -> str:
    """Return what a provider says as one line that can be kept; it may say anything, or nothing but spaces."""
    text = "".join(char if char.isprintable() else " " for char in str(said))
    return " ".join(text.split())


def _free_name(wanted: str) -> str:
    taken = set(Person.objects.filter(username__startswith=wanted).values_list("username", flat=True))
    numbered = (f"{wanted}{number or ''}" for number in range(len(taken) + 1))
    return next(name for name in numbered if name not in taken)
