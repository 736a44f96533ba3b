"""What readers type into the register, checked as a whole: every fault at once, beside its field."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alunite.foundation.core.days import FIRST_YEAR, LAST_YEAR
from alunite.front.register.queries import FILTERS, Asked, read_cursor
from alunite.front.register.site import Site

LONGEST_QUERY = 200


class OnField(forms.CharField):
    """A day in ISO 8601 form."""

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]
        """Return the day, None when nothing was typed."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is not None and day.isoformat() != text:
            day = None  # a week or another form of the standard
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(
                _("“%(text)s” is not a day from 1800 to 2199. Write it as 2020-06-30."), params={"text": text[:40]}
            )
        return day


class RegisterForm(forms.Form):
    """The state of the list, all of it in the address."""

    q = forms.CharField(
        label=_("Entity, member, place or certificate number"), required=False, max_length=LONGEST_QUERY
    )
    standard = forms.ChoiceField(label=_("Standard"), required=False)
    activity = forms.ChoiceField(label=_("Activity"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    on = OnField(label=_("State on the day"), required=False)
    after = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: dict[str, list[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FILTERS:
            field = self.fields[name]
            field.choices = [("", _("any")), *choices[name]]  # type: ignore[attr-defined]
            field.error_messages["invalid_choice"] = _("“%(value)s” is not in this register. Choose from the list.")
        self.fields["on"].widget.attrs.update(placeholder="2020-06-30", inputmode="numeric")

    def clean_after(self) -> tuple[int, str, str] | None:
        """Return the place a page begins at."""
        text = self.cleaned_data["after"]
        if not text:
            return None
        try:
            return read_cursor(text)
        except ValueError:
            raise forms.ValidationError(_("This link to a later page is not complete. Start from the first.")) from None

    def asked(self, site: Site) -> Asked:
        """Return the question, once the form is valid."""
        data = self.cleaned_data
        return Asked(
            text=data["q"],
            chosen={name: data[name] for name in FILTERS if data[name]},
            on=data["on"],
            today=site.today,
            after=data["after"],
        )


class OnForm(forms.Form):
    """The day a record's page is asked for."""

    on = OnField(label=_("State on the day"), required=False)
