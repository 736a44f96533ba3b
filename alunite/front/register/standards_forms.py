"""What readers ask of standards: a scope, a mapping between versions. Every fault at once, beside its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alunite.foundation.scheme.rules import CYCLES, Answer
from alunite.front.register.forms import ClockForm
from alunite.front.register.present.applies import CYCLE_WORDS
from alunite.front.register.site import Site
from alunite.front.register.typed import ChoiceField

Choices = Sequence[tuple[str, Any]]

NOT_OFFERED = _("“%(value)s” is not among what can be chosen here. Choose from the list.")


class Boxes(forms.CheckboxSelectMultiple):
    """Boxes to tick; a fault of theirs leads to the fieldset around them."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of the fieldset, or of one box."""
        return id_ if index is None else super().id_for_label(id_, index)


class AppliesForm(ClockForm):
    """A scope, the day, and which answers to show; all of it stands in the address."""

    standard = ChoiceField(label=_("Standard"), required=False)
    activity = forms.MultipleChoiceField(label=_("Activities in your scope"), required=False, widget=Boxes)
    member_class = ChoiceField(label=_("Class of the member"), required=False)
    cycle = ChoiceField(label=_("Certification cycle under this version"), required=False)
    trigger = forms.MultipleChoiceField(label=_("Conditions that are given"), required=False, widget=Boxes)
    show = ChoiceField(label=_("Shown"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, site: Site, standards: Choices, triggers: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        offered: dict[str, Choices] = {
            "standard": standards,
            "activity": list(site.labels["activities"].items()),
            "member_class": [("", _("not said")), *site.labels["classes"].items()],
            "cycle": [(cycle, CYCLE_WORDS[cycle]) for cycle in reversed(CYCLES)],
            "trigger": list(triggers.items()),
            "show": [("", ""), *((str(answer), "") for answer in Answer)],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            field.choices = choices  # type: ignore[attr-defined]
            field.error_messages["invalid_choice"] = NOT_OFFERED
        self.fields["on"].label = _("On the day")


class CompareForm(ClockForm):
    """Which versions to lay side by side, and which kind of change to show."""

    mapping = ChoiceField(label=_("Versions"), required=False)
    kind = ChoiceField(label=_("Shown"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, mappings: Choices, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, Choices] = {"mapping": mappings, "kind": [("", ""), *((kind, "") for kind in kinds)]}
        for name, choices in offered.items():
            field = self.fields[name]
            field.choices = choices  # type: ignore[attr-defined]
            field.error_messages["invalid_choice"] = NOT_OFFERED
