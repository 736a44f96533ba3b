"""A day as every form takes it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from alunite.foundation.core.days import FIRST_YEAR, LAST_YEAR, is_asked_about

EXPECTED = format_lazy(_("Expected a day from {first} to {last}."), first=str(FIRST_YEAR), last=str(LAST_YEAR))


class DayField(forms.DateField):
    """A day in a year that somebody asks about: 0026-10-01 is a slip of the hand."""

    def validate(self, value: Any) -> None:
        """Refuse a day that no page shows and no calendar holds."""
        super().validate(value)
        if isinstance(value, date) and not is_asked_about(value):
            raise ValidationError(EXPECTED)
