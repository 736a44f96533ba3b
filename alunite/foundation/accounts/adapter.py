"""How django-allauth is used here: accounts are opened by invitation or command, never by a sign-up form."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urljoin, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sites.requests import RequestSite
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from alunite.foundation.accounts import sign_ins, single_sign_on
from alunite.foundation.accounts.actions import change_own_password
from alunite.foundation.accounts.addresses import client_address
from alunite.foundation.accounts.models import Person, sign_in_name

# A page that shows who is signed in needs no banner about it.
UNSAID = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})

# What the library would write to an address without an account.
TO_NOBODY = "account/email/unknown_account"


class ClosedAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002, the signature is the library's
        """Nobody signs up by themselves."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing: wrong passwords are counted by name and address in the database, the same for all workers.

        The library would count by name alone, in the memory of one worker; a stranger could lock anyone out.
        """

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check a name and a password; the count of wrong ones goes by the name as it is kept, whatever was typed."""
        if "username" in credentials:
            credentials["username"] = sign_in_name(credentials["username"])
            # django-axes reads the name under the form's own word, AXES_USERNAME_FORM_FIELD.
            credentials["login"] = credentials["username"]
        found: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return found

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep that somebody failed; of the first refusal of a pause, that there is one."""
        paused = bool(getattr(request, "axes_locked_out", False))
        sign_ins.failed(str(credentials.get("username", "")), paused=paused)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign a person in, with its entry of history."""
        records = get_authentication_records(request, user)
        method = records[-1] if records else {}
        with transaction.atomic():
            super().login(request, user)
            sign_ins.signed_in(user, str(method.get("type") or method.get("method") or "password"))

    def logout(self, request: HttpRequest) -> None:
        """Sign a person out, with its entry of history."""
        if isinstance(request.user, Person):
            sign_ins.signed_out(request.user)
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        """Keep a password somebody chose for themselves, with its entry of history."""
        change_own_password(user, password)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Keep what changed, and tell the person."""
        with transaction.atomic():
            sign_ins.noticed(user, template_prefix)
            super().send_notification_mail(template_prefix, user, context, email or user.email)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return a link to the site as it is known, not as whoever asked for the mail called it."""
        asked: str = super().get_reset_password_from_key_url(key)
        return urljoin(settings.ALUNITE_ORIGIN, urlsplit(asked).path) if settings.ALUNITE_ORIGIN else asked

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign mail with the same name; to an address nobody has, send none.

        Anybody may type anybody's address: the site would be writing to strangers for strangers. The mail is written
        and taken back, so that both answers take as long.
        """
        site = RequestSite(self.request)
        if settings.ALUNITE_ORIGIN:
            site.domain = site.name = urlsplit(settings.ALUNITE_ORIGIN).netloc
        with transaction.atomic():
            super().send_mail(template_prefix, email, {"current_site": site, **context})
            if template_prefix == TO_NOBODY:
                transaction.set_rollback(True)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address attempts are counted by."""
        return client_address(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002, the library's signature
        """Return to the account's first page, which says that it is done."""
        return reverse("account_home")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Say what was done, save that somebody signed in or out."""
        if message_template not in UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        """Close a secret under the installation's master key."""
        return _closed().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return _closed().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        """Name the account in somebody's app as they sign in to it."""
        return str(user.username)

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.username)


def _closed() -> Fernet:
    secret = settings.INSTALLATION.derived_secret("second-factor")
    if secret is None:
        raise ImproperlyConfigured("There is no master key here, so no second factor can be opened.")
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: Any) -> None:
        """End sessions elsewhere, with the entry of history."""
        ended = list(sessions)
        with transaction.atomic():
            super().end_sessions(ended)
            if ended:
                sign_ins.signed_out(ended[0].user, everywhere_else=True)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002, the library's
        """Nobody signs up by themselves."""
        return False

    def populate_user(
        self,
        request: HttpRequest,  # noqa: ARG002, the library's signature
        sociallogin: SocialLogin,
        data: dict[str, Any],  # noqa: ARG002
    ) -> AbstractBaseUser:
        """Key the sign-in by issuer and id: this is called between reading the answer and looking the person up.

        The account the library would fill in from the answer is never opened, so nothing is put into it.
        """
        single_sign_on.key_by_issuer(sociallogin)
        unsaved: AbstractBaseUser = sociallogin.user
        return unsaved

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link a first sign-in to whom it can only be, or say that there is no account for it."""
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        person = single_sign_on.person_for(sociallogin, request.session.pop(single_sign_on.FOLLOWED, ""))
        if person is None:
            raise ImmediateHttpResponse(render(request, "socialaccount/no_account.html", status=403))
        sociallogin.connect(request, person)
