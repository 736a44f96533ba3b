"""Fields for words and days that readers type, with every fault in our words."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alunite.foundation.core.days import read_day

# Stands for a character that cannot be shown.
REPLACEMENT = "\ufffd"


# Of what was typed wrong so much is said back.
SHOWN = 40


def said_back(text: str) -> str:
    r"""Return what was typed wrong as a page can say it back: not all of it, and no character that is no text.

    >>> said_back("a\0b") == "a\ufffdb", len(said_back("x" * 100))
    (True, 40)
    """
    return text[:SHOWN].replace("\0", REPLACEMENT)


class Typed(forms.Field):
    """A field of words, into which somebody may put a character that is no text."""

    default_error_messages = {
        "null_characters_not_allowed": _(
            "This holds a character that is no text (NUL). Type the words anew without it."
        ),
    }

    def to_python(self, value: Any) -> Any:
        """Return the words; what is no text is found before anything is read of it."""
        text = super().to_python(value)
        if text and "\0" in text:
            code = "null_characters_not_allowed"
            raise forms.ValidationError(self.error_messages[code], code)
        return text

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what comes back to be mended; no page can show the character that is no text."""
        told = super().bound_data(data, initial)
        return told.replace("\0", REPLACEMENT) if isinstance(told, str) else told


class TextField(Typed, forms.CharField):
    """Words that a reader types, or that stand in an address."""

    default_error_messages = {
        "max_length": _("This has %(show_value)d characters; at most %(limit_value)d can be looked for. Shorten it."),
    }


class ChoiceField(Typed, forms.ChoiceField):
    """One of the values that are offered."""


class DayField(TextField):
    """A day in ISO 8601 form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.widget.attrs.update(placeholder=_("YYYY-MM-DD"), inputmode="numeric")

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]
        """Return the day, None when nothing was typed."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            return read_day(text)
        except ValueError:
            raise forms.ValidationError(
                _("“%(text)s” is not a day from 1800 to 2199. Write it as 2020-06-30."),
                params={"text": said_back(text)},
            ) from None
