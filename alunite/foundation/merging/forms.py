"""What a person decides about a proposal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.core.judgement import Reason
from alunite.foundation.merging.actions import CannotDecide, propose_by_hand
from alunite.foundation.merging.kinds import merge_kinds
from alunite.foundation.merging.models import LONGEST_NOTE, Proposal, Status
from alunite.foundation.merging.queries import Asked, Named, Pair, may_be_proposed
from alunite.foundation.publications.queries import record_meant
from alunite.foundation.publications.sentences import spoken

LONGEST_NAMED = 500


class ListForm(forms.Form):
    """The state of the list, all of it in the address."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False)
    after = forms.IntegerField(min_value=0, max_value=1_000_000, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any) -> None:
        super().__init__({"status": Status.OPEN} | data.dict(), auto_id="%s")
        kinds = [(kind.name, kind.label) for kind in merge_kinds()]
        self.fields["kind"].choices = [("", _("All kinds")), *kinds]  # type: ignore[attr-defined]
        self.fields["status"].choices = [*Status.choices, ("", _("Any"))]  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """Return what was asked of the list; call it when the form is valid."""
        said = self.cleaned_data
        return Asked(said["kind"], said["status"], said["after"] or 0)


class DecisionForm(forms.Form):
    """One of the buttons, with the version of the proposal the person saw."""

    MERGE, DISMISS, UNDO = "merge", "dismiss", "undo"

    act = forms.ChoiceField(choices=[(MERGE, MERGE), (DISMISS, DISMISS), (UNDO, UNDO)], widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    survivor = forms.ChoiceField(label=_("Which record stays"), required=False, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why you decide so. History keeps it; the public does not see it."),
    )

    def __init__(self, pair: Pair, data: Any = None) -> None:
        super().__init__(data, initial={"version": pair.proposal.version, "survivor": pair.first.id})
        # Where both bear one name, the id beside it tells them apart, as at the head of the table.
        alike = pair.first.name == pair.second.name
        names = [(side.id, f"{side.name} ({side.id})" if alike else side.name) for side in pair.sides]
        self.fields["survivor"].choices = names  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that a merge says which record stays."""
        said = self.cleaned_data
        if said.get("act") == self.MERGE and not said.get("survivor"):
            self.add_error("survivor", _("Choose the record that stays."))
        return said


class ProposeForm(forms.Form):
    """Two records a person takes for one thing, and why."""

    first = forms.CharField(
        label=_("One record"),
        max_length=LONGEST_NAMED,
        help_text=_("The address of its page, or the id in it."),
    )
    second = forms.CharField(label=_("The other record"), max_length=LONGEST_NAMED)
    why = forms.CharField(
        label=_("Why they are one thing"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For whoever decides. History keeps it; the public does not see it."),
    )

    def clean_first(self) -> Named:
        """Find the one record."""
        return _meant(self.cleaned_data["first"])

    def clean_second(self) -> Named:
        """Find the other record."""
        return _meant(self.cleaned_data["second"])

    def clean(self) -> dict[str, Any]:
        """Say what stands against the pair beside what else is wrong."""
        said = self.cleaned_data
        if "first" in said and "second" in said:
            self._refuse(may_be_proposed(said["first"], said["second"]).reasons)
        return said

    def propose(self, actor: Actor) -> Proposal | None:
        """Return the proposal made; None where something was wrong, which the form then says."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        try:
            return propose_by_hand(said["first"], said["second"], why=said["why"], actor=actor)
        except CannotDecide as refusal:
            self._refuse(refusal.reasons)
            return None

    def _refuse(self, reasons: Iterable[Reason]) -> None:
        for reason in reasons:
            text = spoken(reason.text)
            if proposal := reason.values.get("proposal"):
                address, link = reverse("duplicate", args=[proposal]), gettext("Open it")
                text = format_html('{} <a href="{}">{}</a>', text, address, link)
            self.add_error(None, text)


def _meant(text: str) -> Named:
    try:
        return record_meant(text)
    except ValueError as error:
        said = str(error)
        raise forms.ValidationError(f"{said[:1].upper()}{said[1:]}.") from error
