"""What people type into the list of a member's entities and facilities. What fits is said by the rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.adoption.queries import current_pack, scheme_today
from alunite.foundation.history.editing import NoMark
from alunite.foundation.importing.cells import COUNTRY_CODES
from alunite.foundation.importing.day_field import DayField
from alunite.foundation.publications.countries import country_choices
from alunite.foundation.publications.identifiers import ALPHABET, LENGTH
from alunite.foundation.publications.sentences import spoken
from alunite.programme.members.models import LONGEST_NAME, LONGEST_REASON, Entity, OwnFacility, Transfer
from alunite.programme.members.places import actions, transfers
from alunite.programme.members.places.actions import Listed, UnfitPlace
from alunite.programme.members.places.queries import own_entities
from alunite.programme.members.places.rules import EntityFacts, FacilityFacts

_PUBLIC_ID = re.compile(rf"(?:^|/(?:facilities|members)/)(?P<id>[{ALPHABET}]{{{LENGTH}}})(?:-|/|$)")
LONGEST_ADDRESS = 500
MOST_PEOPLE = 1_000_000


def public_id_in(text: str) -> str:
    """Return the public id in the address of a record, or what was typed."""
    found = _PUBLIC_ID.search(text)
    return found["id"] if found else text[:LONGEST_NAME]


class CountryField(forms.ChoiceField):
    """A country, chosen by its name in the reader's language; gives the code, empty where none was chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=_countries, **kwargs)
        self.error_messages["invalid_choice"] = _("Choose a country of the list.")


def _countries() -> list[tuple[str, str]]:
    return [("", gettext("not said")), *country_choices(COUNTRY_CODES)]


class DayInput(forms.DateInput):
    """A day as every browser takes and sends it: 2020-06-30."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Boxes(forms.CheckboxSelectMultiple):
    """Boxes to tick; a fault of theirs leads to the fieldset around them."""

    use_fieldset = True

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of the fieldset, or of one box."""
        return id_ if index is None else super().id_for_label(id_, index)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the boxes are drawn from; the fieldset bears the id, which the list of boxes would bear again."""
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].pop("id", None)
        return context


def activity_choices() -> list[tuple[str, str]]:
    """Return the activities of the scheme to choose from, in its order and in the language of the page. One query."""
    language = get_language() or ""
    return [(one.id, one.translations.get(language, one.label)) for one in current_pack().activities]


class PlaceForm(forms.Form):
    """A form whose faults are said by rules, beside the fields they name."""

    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    def add(self, member: Organisation, actor: Actor) -> bool:
        """List what was typed; False where something stands against it, which the form then says."""
        return self.is_valid() and self._kept(lambda: self._add(member, actor))

    def edit(self, listed: Any, actor: Actor) -> bool:
        """Change it to what was typed; False as for `add`. `Stale` comes through."""
        return self.is_valid() and self._kept(lambda: self._edit(listed, actor))

    def _kept(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except UnfitPlace as unfit:
            for reason in unfit.reasons:
                field = str(reason.values.get("field", ""))
                self.add_error(field if field in self.fields else None, spoken(reason.text))
        except NoMark:
            self.add_error(None, _("The form was not opened here. Nothing was changed; open it anew."))
        return not self.errors

    def _add(self, member: Organisation, actor: Actor) -> object:
        raise NotImplementedError

    def _edit(self, listed: Any, actor: Actor) -> object:
        raise NotImplementedError


class EntityForm(PlaceForm):
    """An entity of a member."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, help_text=_("As it stands on certificates."))
    valid_from = DayField(label=_("Belongs to you since"), widget=DayInput)

    def _facts(self) -> EntityFacts:
        return EntityFacts(self.cleaned_data["name"], self.cleaned_data["valid_from"])

    def _add(self, member: Organisation, actor: Actor) -> object:
        return actions.add_entity(member, self._facts(), actor=actor)

    def _edit(self, listed: Entity, actor: Actor) -> object:
        return actions.edit_entity(listed, self._facts(), mark=self.cleaned_data["mark"], actor=actor)


class FacilityForm(PlaceForm):
    """A facility of a member."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, help_text=_("As you call it."))
    country = CountryField(label=_("Country"))
    activities = forms.MultipleChoiceField(label=_("Activities"), required=False, widget=Boxes)
    headcount = forms.IntegerField(
        label=_("People working there"),
        required=False,
        max_value=MOST_PEOPLE,
        help_text=_("Leave it empty where you do not know it."),
    )
    entity = forms.ChoiceField(label=_("Entity it belongs to"), required=False)
    valid_from = DayField(label=_("Belongs to you since"), widget=DayInput)
    facility = forms.CharField(
        label=_("The same place in the register"),
        required=False,
        max_length=LONGEST_ADDRESS,
        help_text=_("Address of its page or its id; leave it empty where the register does not have it."),
    )

    def __init__(self, *args: Any, member: Organisation, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(str(one.pk), one.name) for one in own_entities(actor, member.pk)]
        self.fields["activities"].choices = activity_choices()  # type: ignore[attr-defined]
        self.fields["entity"].choices = [("", _("the member itself")), *own]  # type: ignore[attr-defined]

    def clean_facility(self) -> str:
        """Return the id in an address, or what was typed."""
        return public_id_in(self.cleaned_data["facility"])

    def _facts(self) -> FacilityFacts:
        names = ("name", "country", "valid_from", "headcount", "entity", "facility")
        activities = tuple(self.cleaned_data["activities"])
        return FacilityFacts(activities=activities, **{name: self.cleaned_data[name] for name in names})

    def _add(self, member: Organisation, actor: Actor) -> object:
        return actions.add_facility(member, self._facts(), actor=actor)

    def _edit(self, listed: OwnFacility, actor: Actor) -> object:
        return actions.edit_facility(listed, self._facts(), mark=self.cleaned_data["mark"], actor=actor)


class LastDayForm(PlaceForm):
    """The last day something belongs to a member."""

    valid_to = DayField(
        label=_("Last day it belongs to you"),
        required=False,
        widget=DayInput,
        help_text=_("Empty while it does. Whatever it was part of before stays as it was."),
    )

    def _edit(self, listed: Listed, actor: Actor) -> object:
        return actions.set_last_day(listed, self.cleaned_data["valid_to"], actor=actor)


class OfferForm(PlaceForm):
    """To whom an entity is offered, and from when on."""

    member = forms.CharField(
        label=_("Its new member"),
        max_length=LONGEST_ADDRESS,
        help_text=_("Address of the member’s page in the register, or its id."),
    )
    day = DayField(label=_("Belongs to it since"), widget=DayInput)
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)

    def _edit(self, listed: Entity, actor: Actor) -> object:
        given = self.cleaned_data
        to = public_id_in(given["member"])
        return transfers.offer(listed, to, given["day"], given["reason"], today=scheme_today(), actor=actor)


class TransferForm(PlaceForm):
    """What somebody does with an offer."""

    act = forms.ChoiceField(choices=[(one, "") for one in ("accept", "refuse", "withdraw")], widget=forms.HiddenInput)

    def _edit(self, listed: Transfer, actor: Actor) -> object:
        act, today = self.cleaned_data["act"], scheme_today()
        if act == "withdraw":
            return transfers.withdraw(listed, today=today, actor=actor)
        return transfers.answer(listed, accepts=act == "accept", today=today, actor=actor)
