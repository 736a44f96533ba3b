"""Forms of scopes and self assessments: what they take, never what may be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from alunite.foundation.importing.day_field import DayField
from alunite.foundation.scheme.models import Named
from alunite.foundation.scheme.pack import Pack
from alunite.programme.assessments.actions import FIELDS, AnswerGiven, ScopeGiven
from alunite.programme.assessments.models import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE, Scope
from alunite.programme.assessments.rules import conditions_that_decide
from alunite.programme.members.models import OwnFacility

MOST_DIGITS = 9
GIVEN, ABSENT, UNSAID = "given", "absent", ""
CONDITION_WORDS = ((GIVEN, _("given")), (ABSENT, _("not given")), (UNSAID, _("not said yet")))


def label_of(one: Named) -> str:
    """Return the label of a thing of the pack in the reader's language, where the pack has it."""
    return one.translations.get((get_language() or "").partition("-")[0], one.label)


def version_label(pack: Pack, version_id: str) -> str:
    """Return a version of a standard with the name of its family."""
    version = pack.version(version_id)
    family = pack.find_family(version.family) if version else None
    return f"{label_of(family)} {version.label}" if version and family else version_id


class FacilityFields(NamedTuple):
    """The two fields that say whether a scope covers a facility."""

    facility: OwnFacility
    covers: BoundField
    because: BoundField


def _area(label: Any, rows: int, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=LONGEST_TEXT, widget=area, help_text=help_text)


class ScopeForm(forms.Form):
    """A scope as its member writes it. What the scheme offers comes from the pack."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    type = forms.ChoiceField(label=_("Kind of scope"), widget=forms.RadioSelect)
    text = _area(_("What it covers"), 4, _("As the certificate and the public register will say it."))
    activities = forms.MultipleChoiceField(label=_("Activities"), required=False, widget=forms.CheckboxSelectMultiple)
    member_class = forms.ChoiceField(label=_("Class of membership"), required=False)
    is_first_cycle = forms.TypedChoiceField(
        label=_("Certification cycle under this version"),
        choices=[("yes", _("the first")), ("no", _("a later one"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    fieldwork_from = DayField(
        label=_("First day of fieldwork"),
        required=False,
        help_text=_("It decides which version of a standard may be used. Empty: as if it were today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    excluded = _area(_("What is left out, and why"), 3)
    shared_functions = _area(_("Functions shared with others, such as a head office"), 3)
    joint_ventures = _area(_("Joint ventures, and who controls them"), 3)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, pack: Pack, facilities: Sequence[OwnFacility], *args: Any, member_class: str, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.facilities = facilities
        self.pack, self.today = pack, today
        self.conditions = {trigger.id: trigger for standard in pack.standards for trigger in standard.triggers}
        types = pack.assessments.scope_types if pack.assessments else ()
        self._choose("type", [(one.id, label_of(one)) for one in types])
        self._choose("activities", [(one.id, label_of(one)) for one in pack.activities])
        classes = [(one.id, label_of(one)) for one in pack.classes]
        self._choose("member_class", [("", _("not said")), *classes])
        if member_class:
            field = self.fields["member_class"]
            field.disabled, field.initial = True, member_class
            field.help_text = _("As the membership says. It changes with the membership.")
            self.initial["member_class"] = member_class
        for facility in facilities:
            self.fields[f"covers_{facility.pk}"] = forms.BooleanField(label=_("Covered"), required=False)
            self.fields[f"because_{facility.pk}"] = forms.CharField(
                label=_("Left out, because"), required=False, max_length=LONGEST_REASON
            )
        for condition in self.conditions.values():
            self.fields[f"condition_{condition.id}"] = forms.ChoiceField(
                label=condition.label, choices=CONDITION_WORDS, required=False, widget=forms.RadioSelect
            )

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def first_values(cls, scope: Scope, version: int) -> dict[str, Any]:
        """Return what the form shows of a scope that stands; its facilities come with it."""
        names = (
            "title",
            "type",
            "text",
            "activities",
            "member_class",
            "fieldwork_from",
            "excluded",
            "shared_functions",
        )
        values = {name: getattr(scope, name) for name in (*names, "joint_ventures")}
        values |= {"is_first_cycle": "yes" if scope.is_first_cycle else "no", "version": version}
        values |= {f"condition_{one}": GIVEN if given else ABSENT for one, given in scope.conditions.items()}
        for row in scope.facilities.all():
            values[f"covers_{row.facility_id}"] = not row.left_out_because
            values[f"because_{row.facility_id}"] = row.left_out_because
        return values

    def facility_fields(self) -> Iterator[FacilityFields]:
        """Yield the fields of each facility."""
        for one in self.facilities:
            yield FacilityFields(one, self[f"covers_{one.pk}"], self[f"because_{one.pk}"])

    def condition_fields(self) -> Iterator[BoundField]:
        """Yield the field of each condition that decides something for the activities chosen, and of each said already."""
        known = {one.id for one in self.pack.activities}
        chosen = [one for one in self["activities"].value() or () if one in known]
        deciding = conditions_that_decide(self.pack, chosen, self.today)
        for one in self.conditions:
            if one in deciding or self[f"condition_{one}"].value():
                yield self[f"condition_{one}"]

    def given(self) -> ScopeGiven:
        """Return what was filled in, once it is valid."""
        data = self.cleaned_data
        said = {one: data[f"condition_{one}"] for one in self.conditions}
        left_out = {str(one.pk): data[f"because_{one.pk}"] for one in self.facilities if data[f"because_{one.pk}"]}
        return ScopeGiven(
            title=data["title"],
            type=data["type"],
            text=data["text"],
            activities=tuple(data["activities"]),
            excluded=data["excluded"],
            shared_functions=data["shared_functions"],
            joint_ventures=data["joint_ventures"],
            member_class=data["member_class"],
            is_first_cycle=data["is_first_cycle"],
            given=tuple(one for one, word in said.items() if word == GIVEN),
            absent=tuple(one for one, word in said.items() if word == ABSENT),
            fieldwork_from=data["fieldwork_from"],
            facilities=tuple(str(one.pk) for one in self.facilities if data[f"covers_{one.pk}"]),
            left_out=left_out,
        )


class OverrideForm(forms.Form):
    """What a member says against the rule."""

    applies = forms.ChoiceField(
        label=_("In this scope"),
        choices=[("yes", _("applies")), ("no", _("does not apply")), ("rule", _("as the rule says"))],
    )
    reason = forms.CharField(label=_("Because"), required=False, max_length=LONGEST_REASON)

    def wish(self) -> bool | None:
        """Return what is wanted, None for what the rule says."""
        word = self.cleaned_data["applies"]
        return None if word == "rule" else word == "yes"


def answer_given(number: str, sent: Mapping[str, str]) -> AnswerGiven:
    """Return what a page sent of one answer: those fields that stand in it. What is no number is no version."""
    values = {name: sent[name].replace("\r\n", "\n") for name in FIELDS if name in sent}
    return AnswerGiven(number, version_in(sent.get("version", "0")), values)


def version_in(text: str) -> int:
    """Return the version a page sent, -1 for what is none: Python reads no number of thousands of digits.

    >>> version_in("3"), version_in("three"), version_in("9" * 5_000)
    (3, -1, -1)
    """
    return int(text) if len(text) <= MOST_DIGITS and text.isascii() and text.isdigit() else -1
