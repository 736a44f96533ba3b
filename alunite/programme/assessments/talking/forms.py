"""What is said in a thread."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.models import Person
from alunite.foundation.messages.threads.actions import Unfit
from alunite.foundation.messages.threads.models import LONGEST_TEXT, ThreadKind


class SayForm(forms.Form):
    """Words, and among colleagues who is to look at them."""

    text = forms.CharField(label=_("Your words"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4}))
    to = forms.ChoiceField(label=_("Who is to look"), required=False)

    def __init__(self, colleagues: Sequence[Person], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own
        if colleagues:
            choices = [("", _("nobody in particular")), *((str(one.pk), str(one)) for one in colleagues)]
            self.fields["to"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["to"]

    def tell(self, error: Unfit) -> None:
        """Put faults of an action beside the fields they concern."""
        for field, expected in error.faults:
            text = _("expected %(expected)s") % {"expected": expected}
            self.add_error(field if field in self.fields else None, text)


class BeginForm(SayForm):
    """The same, to colleagues or to the help desk."""

    kind = forms.ChoiceField(
        choices=ThreadKind.choices, widget=forms.HiddenInput, error_messages={"required": _("Say whom you ask.")}
    )
