"""Forms of the account pages: what they take, never what may be done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as library
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts import sign_ins
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.roles import ROLES_OF_KIND


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in ROLES_OF_KIND[organisation.kind]]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class LeaveForm(forms.Form):
    """Who takes over what a leaver has to do."""

    successor = forms.ChoiceField(label=_("Who takes it over"), required=False)

    def __init__(self, *args: Any, successors: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", _("nobody")), *((str(one.pk), str(one)) for one in successors)]
        self.fields["successor"].choices = offered  # type: ignore[attr-defined]


class NewcomerForm(forms.Form):
    display_name = forms.CharField(
        label=_("Your name, as others see it"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        help_text=_("Letters a to z, digits and . @ + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least twelve characters."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class CountedCode(library.BaseAuthenticateForm):
    """The library's form for a code; what was wrong is kept, and after too many nothing is tried for a while.

    The library counts as well, in the memory of one web worker.
    """

    def clean_code(self) -> str:
        """Return a code that is right."""
        with transaction.atomic():
            sign_ins.take_turn(self.user)
            paused = sign_ins.codes_run_out(self.user)
            try:
                if not paused:
                    code: str = super().clean_code()
                    if not sign_ins.code_was_used(self.authenticator, code):
                        return code
                    raise get_adapter().validation_error("incorrect_code")
                wrong = ValidationError(
                    _("Too many wrong codes. For a quarter of an hour none is tried, not even a right one."),
                    code="too_many_codes",
                )
            except ValidationError as error:
                wrong = error
            sign_ins.code_failed(self.user, paused=paused)
        # Outside, so that what was kept of it stays.
        raise wrong


class CodeForm(CountedCode, library.AuthenticateForm):
    """A code while signing in."""


class ConfirmingCodeForm(CountedCode, library.ReauthenticateForm):
    """A code by which somebody signed in says that it is still they."""


class OrganisationForm(forms.Form):
    """What can be changed of an organisation, with the mark of when it was opened."""

    name = forms.CharField(
        label=_("Name"),
        max_length=Organisation._meta.get_field("name").max_length,  # noqa: SLF001, Django's own name for it
        help_text=_("As it is shown to its own people and to the office. The register is not changed."),
    )
    mark = forms.CharField(widget=forms.HiddenInput)
