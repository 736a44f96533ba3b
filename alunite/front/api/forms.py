"""Which day the open data page and its files are asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alunite.front.register.typed import DayField


class ClocksForm(forms.Form):
    """Both clocks."""

    on = DayField(label=_("State on the day"))
    as_of = DayField(label=_("As published by the end of"))

    def __init__(self, *args: Any, last_day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_day = last_day

    def clean_as_of(self) -> date | None:
        """Return the day; of one to come nobody can say what will have been published."""
        asked: date | None = self.cleaned_data["as_of"]
        if asked is not None and asked > self.last_day:
            raise forms.ValidationError(
                _("What will have been published by %(day)s is not known yet. The last day to ask for is %(last)s."),
                params={"day": asked.isoformat(), "last": self.last_day.isoformat()},
            )
        return asked
