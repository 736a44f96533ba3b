"""What people type to propose and answer decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.decisions.actions import (
    CannotAnswer,
    UnfitProposal,
    confirm_decision,
    propose_decision,
    refuse_decision,
    subjects_meant,
)
from alunite.foundation.decisions.acts import Preview, act_named, acts
from alunite.foundation.decisions.models import LONGEST_NOTE, Decision, Ground
from alunite.foundation.publications.sentences import spoken

LONGEST_LIST = 20_000


class SubjectsForm(forms.Form):
    """What is to be done, to what."""

    act = forms.ChoiceField(label=_("What is to be done"))
    what = forms.CharField(
        label=_("To what, one a line"), max_length=LONGEST_LIST, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["act"].choices = [(act.name, act.label) for act in acts()]  # type: ignore[attr-defined]

    def preview(self) -> Preview | None:
        """Return what would be touched; None, with what was wrong, where it cannot be read."""
        if not self.is_valid():
            return None
        act = act_named(self.cleaned_data["act"])
        try:
            return act.preview(act.touches(subjects_meant(act, self.cleaned_data["what"])))
        except UnfitProposal as unfit:
            _put(self, unfit)
            return None


class ProposeForm(SubjectsForm):
    """The same with the reason."""

    ground = forms.ChoiceField(label=_("Reason"), choices=Ground.choices)
    note = forms.CharField(
        label=_("Note for the Secretariat"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Only the Secretariat reads it. It can be erased later like anything else; write no more than needed."
        ),
    )

    def propose(self, actor: Actor) -> Decision | None:
        """Return the decision proposed; None where something was wrong, which the form then says."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        try:
            return propose_decision(data["act"], data["what"], ground=data["ground"], note=data["note"], actor=actor)
        except UnfitProposal as unfit:
            _put(self, unfit)
            return None


def _put(form: forms.Form, unfit: UnfitProposal) -> None:
    for name, text in unfit.faults:
        form.add_error(name if name in form.fields else None, text)


class AnswerForm(forms.Form):
    """Yes or no, to what was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("confirm", ""), ("refuse", "")], widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Why not, if you refuse"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def give(self, decision_id: str, actor: Actor) -> bool:
        """Answer the decision; False where the answer does not count, and the form then says why."""
        if not self.is_valid():
            return False
        data = self.cleaned_data
        try:
            if data["answer"] == "confirm":
                confirm_decision(decision_id, version=data["version"], seen=data["seen"], actor=actor)
            else:
                refuse_decision(decision_id, version=data["version"], note=data["note"], actor=actor)
        except CannotAnswer as refused:
            for reason in refused.reasons:
                self.add_error(None, spoken(reason.text))
        return not self.errors
