"""How django-allauth is used here: accounts are opened by invitation or command, never by a sign-up form."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from alunite.foundation.accounts.actions import change_own_password
from alunite.foundation.accounts.models import sign_in_name

# A page that shows who is signed in needs no banner about it.
UNSAID = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})


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

    def set_password(self, user: Any, password: str) -> None:
        """Keep a password somebody chose for themselves, with its entry of history."""
        change_own_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002, the library's signature
        """Return to the account's first page, which says that it is done."""
        return reverse("account_home")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Say what was done, save that somebody signed in or out."""
        if message_template not in UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)
