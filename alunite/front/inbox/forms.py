"""What readers ask of the inbox, and say they want of it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from alunite.front.inbox.models import Often


class MailForm(forms.Form):
    mail = forms.ChoiceField(label=_("A mail of my tasks"), choices=Often.choices, widget=forms.RadioSelect)


class AddressForm(forms.Form):
    """One of the two buttons of the calendar's address."""

    MAKE, END = "make", "end"

    act = forms.ChoiceField(choices=[(MAKE, MAKE), (END, END)])
