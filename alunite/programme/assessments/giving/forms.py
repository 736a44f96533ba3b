"""Which criteria go to whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.models import Person
from alunite.programme.assessments.rules import Asked


class GiveForm(forms.Form):
    """Criteria, one by one or all of a principle, and the colleague; or the address of somebody without an account."""

    to = forms.ChoiceField(label=_("Colleague"), required=False)
    email = forms.EmailField(label=_("Or invite somebody by mail"), required=False)
    principles = forms.MultipleChoiceField(label=_("All of a principle"), required=False)
    numbers = forms.MultipleChoiceField(label=_("Criteria"), required=False)

    def __init__(self, colleagues: Sequence[Person], asked: Sequence[Asked], *args: Any, may_invite: bool) -> None:
        super().__init__(*args)
        self.asked = asked
        people = [(str(one.pk), str(one)) for one in colleagues]
        self._choose("to", [("", _("choose")), *people])
        self._choose("numbers", [(one.number, one.number) for one in asked])
        parts = dict.fromkeys(str(one.principle.number) for one in asked)
        self._choose("principles", [(one, one) for one in parts])
        if not may_invite:
            del self.fields["email"]

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two ways to name somebody."""
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("to")) == bool(data.get("email")):
            self.add_error("to", _("Choose a colleague, or give an address: one of the two."))
        return data

    def chosen(self) -> list[str]:
        """Return the numbers of the criteria chosen either way, in the order of the standard."""
        numbers, principles = set(self.cleaned_data["numbers"]), set(self.cleaned_data["principles"])
        return [one.number for one in self.asked if one.number in numbers or str(one.principle.number) in principles]
