"""What readers type to say that something published is wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from alunite.foundation.messages.corrections import Correction
from alunite.foundation.publications.queries import Meant, record_meant, told_of

LONGEST_TEXT = 4_000
LONGEST_LINE = 500


class CorrectionForm(forms.Form):
    """What is wrong, about what, what is right, and where that can be seen."""

    about = forms.CharField(
        label=_("Which record"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("Its address, copied from the browser. Leave it empty where it is about no single record."),
    )
    wrong = forms.CharField(
        label=_("What is wrong"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What the page says, and on which line."),
        error_messages={"required": _("Say what is wrong: without it nobody knows where to look.")},
    )
    right = forms.CharField(
        label=_("What is right"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("As far as you know it. “Unknown” is an answer too."),
    )
    source = forms.CharField(
        label=_("Where it can be seen"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("Address of a public page or document. What nobody can read up is not taken over."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address, if you want an answer"),
        required=False,
        help_text=_("Used for the answer and for nothing else; it is not published."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    # People do not see it. Programs that fill in every field give themselves away by it.
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean_about(self) -> Meant | None:
        """Return the record meant, None where none is."""
        text: str = self.cleaned_data["about"].strip()
        if not text:
            return None
        try:
            return told_of(*record_meant(text))
        except ValueError:
            raise forms.ValidationError(
                _("“%(text)s” is no address of a record here. Copy the address of its page, or leave this empty."),
                params={"text": text[:80]},
            ) from None

    def clean_website(self) -> str:
        """Refuse what no person typed."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("This field has to stay empty."))
        return ""

    def correction(self, origin: str) -> Correction:
        """Return what was typed; addresses begin with `origin`."""
        given: dict[str, Any] = self.cleaned_data
        about: Meant | None = given["about"]
        return Correction(
            about=about.name if about else "",
            address=f"{origin}{about.path}" if about and about.path else "",
            wrong=given["wrong"],
            right=given["right"],
            source=given["source"],
            email=given["email"],
            language=get_language() or "",
        )
