"""What readers type into the register, checked as a whole: every fault at once, beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.foundation.core.days import FIRST_YEAR, LAST_YEAR
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register import cursor
from alunite.front.register.clocks import AFTER, Clocks
from alunite.front.register.cursor import Cursor
from alunite.front.register.projector import TALLIED
from alunite.front.register.queries import Asked, Listing
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day

LONGEST_QUERY = 200

# What the list can be narrowed by: those whose values are offered, and those that name another record.
OFFERED = (*TALLIED, "state")
NAMED = ("firm", "member")
FILTERS = (*TALLIED, *NAMED)


class DayField(forms.CharField):
    """A day in ISO 8601 form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.widget.attrs.update(placeholder="2020-06-30", inputmode="numeric")

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]
        """Return the day, None when nothing was typed."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is not None and day.isoformat() != text:
            day = None  # a week or another form of the standard
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(
                _("“%(text)s” is not a day from 1800 to 2199. Write it as 2020-06-30."), params={"text": text[:40]}
            )
        return day


def read_as_of(parameters: Mapping[str, str], clocks: Clocks) -> int | None:
    """Return the publication a list is read as of, its choices and names too: a later page as its first one was."""
    try:
        return cursor.read(parameters[AFTER]).at
    except (KeyError, ValueError):  # a first page, or a link that the form finds fault with
        return clocks.at


class ClockForm(forms.Form):
    """The two clocks of a page."""

    on = DayField(label=_("State on the day"))
    as_of = DayField(label=_("As published by"))

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site

    def clean_as_of(self) -> date | None:
        """Return the day; of one to come nobody can say what will have been published."""
        asked: date | None = self.cleaned_data["as_of"]
        now = self.site.day_of(timezone.now())
        if asked is not None and asked > now:
            raise forms.ValidationError(
                _("What will have been published by %(day)s is not known yet. The last day to ask for is %(now)s."),
                params={"day": show_day(asked), "now": now.isoformat()},
            )
        return asked

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The days asked for; none where one of them could not be read: a page shows both or neither."""
        return (self.cleaned_data["on"], self.cleaned_data["as_of"]) if self.is_valid() else (None, None)


class PagedForm(ClockForm):
    """A question whose answer has pages."""

    after = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def question(self) -> str:
        """What stands for the filters and clocks in a cursor."""
        raise NotImplementedError

    def clean_after(self) -> Cursor | None:
        """Return the place a page begins at."""
        text = self.cleaned_data["after"]
        if not text:
            return None
        try:
            read = cursor.read(text)
        except ValueError:
            raise forms.ValidationError(_("This link to a later page is not complete. Start from the first.")) from None
        if read.question != self.question:
            raise forms.ValidationError(
                _("This link to a later page belongs to other filters or other days. Start from the first.")
            )
        return read


class RegisterForm(PagedForm):
    """The state of the list, all of it in the address."""

    q = forms.CharField(
        label=_("Entity, member, place or certificate number"), required=False, max_length=LONGEST_QUERY
    )
    standard = forms.ChoiceField(label=_("Standard"), required=False)
    version = forms.ChoiceField(label=_("Version"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    activity = forms.ChoiceField(label=_("Activity"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    firm = forms.CharField(label=_("Audit firm"), required=False, max_length=LONGEST_QUERY)
    member = forms.CharField(label=_("Member"), required=False, max_length=LONGEST_QUERY)

    def __init__(
        self, *args: Any, choices: Mapping[str, list[tuple[str, Any]]], names: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for name in OFFERED:
            field = self.fields[name]
            field.choices = [("", _("any")), *choices[name]]  # type: ignore[attr-defined]
            field.error_messages["invalid_choice"] = _("“%(value)s” is not in this register. Choose from the list.")

    def clean_firm(self) -> str:
        """Return the id of a firm."""
        return self._of_record("firm")

    def clean_member(self) -> str:
        """Return the id of a member."""
        return self._of_record("member")

    def _of_record(self, kind: str) -> str:
        identifier: str = self.cleaned_data[kind]
        if identifier and identifier != UNKNOWN and kind not in self.names:
            raise forms.ValidationError(
                _("“%(id)s” is not the id of a record shown here. It stands in the address of its page."),
                params={"id": identifier[:40]},
            )
        return identifier

    @property
    def question(self) -> str:
        """What stands for these filters and clocks in a cursor."""
        names = ("q", "on", "as_of", *FILTERS, "state")
        return cursor.question({name: str(self.data.get(name, "")).strip() for name in names})

    def asked(self, clocks: Clocks) -> Asked:
        """Return the question, once the form is valid; a later page is read as the first one was."""
        data = self.cleaned_data
        begun: Cursor | None = data[AFTER]
        return Asked(
            text=data["q"],
            chosen={name: data[name] for name in FILTERS if data[name]},
            state=data["state"],
            on=clocks.on,
            today=begun.day if begun else clocks.today,
            at=begun.at if begun else clocks.at,
            after=int(begun.after) if begun else None,
        )

    def following(self, clocks: Clocks, listing: Listing) -> str:
        """Return the query of the page after this one, empty on the last."""
        if listing.next is None or listing.at is None:
            return ""
        parameters = clocks.parameters.copy()
        day = self.asked(clocks).day
        parameters[AFTER] = cursor.write(Cursor(listing.next, listing.at, day, self.question))
        return parameters.urlencode()

    def named(self) -> list[tuple[str, str]]:
        """Return label and title of each record the list is narrowed to."""
        return [(str(self.fields[kind].label), title) for kind, title in self.names.items()]
