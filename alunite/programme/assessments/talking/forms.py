"""What is said in a thread."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.models import Person
from alunite.foundation.messages.threads.actions import Unfit
from alunite.foundation.messages.threads.models import LONGEST_TEXT, ThreadKind
from alunite.programme.assessments.models import LONGEST_REASON
from alunite.programme.assessments.models import LONGEST_TEXT as LONGEST_ANSWER
from alunite.programme.assessments.talking.publishing import AnswerWords


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


class PublishForm(forms.Form):
    """Question and answer as everybody will read them."""

    question = forms.CharField(
        label=_("Question"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("As it helps others. Leave out who asked, and whatever tells of a member."),
    )
    answer = forms.CharField(label=_("Answer"), max_length=LONGEST_ANSWER, widget=forms.Textarea(attrs={"rows": 8}))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def words(self) -> AnswerWords:
        """Return what was filled in, once it is valid."""
        data = self.cleaned_data
        return AnswerWords(data["question"], data["answer"], data["language"])


class WithdrawAnswerForm(forms.Form):
    """Why a published answer holds no more."""

    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=LONGEST_REASON)


class BeginForm(SayForm):
    """The same, to colleagues or to the help desk."""

    kind = forms.ChoiceField(
        choices=ThreadKind.choices, widget=forms.HiddenInput, error_messages={"required": _("Say whom you ask.")}
    )
