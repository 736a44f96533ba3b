"""What readers type into the register, checked as a whole: every fault at once, beside its field."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.front.register import cursor
from alunite.front.register.clocks import AFTER, Clocks
from alunite.front.register.cursor import Cursor
from alunite.front.register.lines import GROUPS
from alunite.front.register.queries import EVENT_DAY, EXPIRY, NAME, RELEVANCE, STATE, Asked, Bookmark, Listing
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day
from alunite.front.register.typed import ChoiceField, DayField, TextField, said_back

LONGEST_QUERY = 200
# Of so many values typed wrong it is said.
MOST_FAULTS = 10

# What the list can be narrowed by, in the order a reader sees it; a member is chosen on a page of its own.
OFFERED = ("state", *GROUPS)
FILTERS = (*GROUPS, "member")
LABELS = {
    "state": _("State"),
    "standard": _("Standard"),
    "version": _("Version"),
    "level": _("Level at issue"),
    "activity": _("Activity"),
    "country": _("Country"),
    "firm": _("Audit firm"),
    "year": _("Year of the last known event"),
    "member": _("Member"),
}
SORT_WORDS = {
    STATE: _("state, then last event"),
    EVENT_DAY: _("newest event"),
    NAME: _("name"),
    EXPIRY: _("next to expire"),
    RELEVANCE: _("relevance"),
}
# Parameters that others put behind a link of ours so as to know where it was followed; they ask nothing of a list.
OF_OTHERS = ("utm_", "fbclid", "gclid", "msclkid")


class Values(forms.MultipleChoiceField):
    """Some of the values a list can be narrowed to; a value given twice counts once, an empty one not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.error_messages["invalid_choice"] = _("“%(value)s” is not in this register. Choose from the list.")

    def to_python(self, value: Any) -> list[str]:
        """Return the values without those that are empty."""
        return list(dict.fromkeys(text for item in super().to_python(value) if (text := item.strip())))

    def validate(self, value: Any) -> None:
        """Tell each value that is none."""
        strange = [said_back(item) for item in value if not self.valid_value(item)]
        if strange:
            raise forms.ValidationError(
                [
                    forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": item})
                    for item in strange[:MOST_FAULTS]
                ]
            )


def read_as_of(parameters: Mapping[str, str], clocks: Clocks) -> int | None:
    """Return the publication a list is read as of, its choices and names too: a later page as its first one was."""
    try:
        return cursor.read(parameters[AFTER]).at
    except (KeyError, ValueError):  # a first page, or a link that the form finds fault with
        return clocks.at


class DaysForm(forms.Form):
    """The two clocks of a page, read whatever else it is asked."""

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


class ClockForm(DaysForm):
    """What a page can be asked: its clocks, and in a form of its own what else it knows; nothing it does not know."""

    def clean(self) -> dict[str, Any]:
        """Refuse what is no question of this page: a filter misspelt must not count as none."""
        return refuse_strange(self)


class PagedForm(ClockForm):
    """A question whose answer has pages."""

    after = TextField(required=False, widget=forms.HiddenInput)

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
    """The state of the list, all of it in the address.

    Parameters
    ----------
    offered : mapping of filter to mapping of value to words
        What the list can be narrowed to.
    names : mapping of member to title
        The members asked for that are shown here.
    """

    q = TextField(label=_("Entity, member, place or certificate number"), required=False, max_length=LONGEST_QUERY)
    sort = ChoiceField(label=_("Order"), required=False)

    def __init__(
        self, *args: Any, offered: Mapping[str, Mapping[str, Any]], names: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered, self.names = offered, names
        self.fields["q"].widget.attrs["placeholder"] = self.fields["q"].label
        for name in OFFERED:
            self.fields[name] = Values(label=LABELS[name], choices=list(offered[name].items()))
        self.fields["member"] = Values(label=LABELS["member"], choices=list(names.items()))
        self.fields["member"].error_messages["invalid_choice"] = _(
            "“%(value)s” is not the id of a record shown here. It stands in the address of its page."
        )
        sort: Any = self.fields["sort"]
        sort.choices = [(name, words) for name, words in SORT_WORDS.items() if name != RELEVANCE or self.has_text]
        sort.error_messages["invalid_choice"] = _("“%(value)s” is no order of this list. Choose from the list.")

    @property
    def has_text(self) -> bool:
        """Whether words are looked for."""
        return bool(str(self.data.get("q", "")).strip())

    def clean_q(self) -> str:
        """Return the words looked for."""
        return str(self.cleaned_data["q"]).strip()

    def clean_sort(self) -> str:
        """Return the order: by relevance where words are looked for, else by state, unless another was chosen."""
        return self.cleaned_data["sort"] or (RELEVANCE if self.has_text else STATE)

    @property
    def question(self) -> str:
        """What stands for these filters and clocks in a cursor."""
        asked: dict[str, str | list[str]] = {
            name: str(self.data.get(name, "")).strip() for name in ("q", "on", "as_of", "sort")
        }
        return cursor.question(asked | {name: self._given(name) for name in (*FILTERS, "state")})

    def _given(self, name: str) -> list[str]:
        return sorted({text for value in self.data.getlist(name) if (text := value.strip())})  # type: ignore[attr-defined]

    def asked(self, clocks: Clocks) -> Asked:
        """Return the question, once the form is valid; a later page is read as the first one was."""
        data = self.cleaned_data
        begun: Cursor | None = data.get(AFTER)
        return Asked(
            text=data["q"],
            chosen={name: data[name] for name in FILTERS if data[name]},
            states=data["state"],
            sort=data["sort"],
            on=clocks.on,
            today=begun.day if begun else clocks.today,
            at=begun.at if begun else clocks.at,
            after=begun.after if begun and isinstance(begun.after, Bookmark) else None,
        )

    def following(self, clocks: Clocks, listing: Listing) -> str:
        """Return the query of the page after this one, empty on the last."""
        if listing.next is None or listing.at is None:
            return ""
        parameters = clocks.parameters.copy()
        day = self.asked(clocks).day
        parameters[AFTER] = cursor.write(Cursor(listing.next, listing.at, day, self.question))
        return parameters.urlencode()


def refuse_strange(form: forms.Form) -> dict[str, Any]:
    """Find fault with each parameter that a form does not know, and with one of several values where it knows one; return what it read."""
    for name, values in form.data.lists():  # type: ignore[attr-defined]  # what stands in an address
        field = form.fields.get(name)
        given = list(dict.fromkeys(text for value in values if (text := value.strip())))
        if field is None and not name.startswith(OF_OTHERS):
            form.add_error(None, _strange(name, [*form.fields]))
        elif field is not None and len(given) > 1 and not isinstance(field, forms.MultipleChoiceField):
            form.add_error(name, _several(name, given))
    found: dict[str, Any] = form.cleaned_data
    return found


def _several(name: str, given: Sequence[str]) -> forms.ValidationError:
    """Say that a parameter was given with several values, of which the last would win in silence."""
    values = ", ".join(said_back(value) for value in given[:MOST_FAULTS])
    return forms.ValidationError(
        _("“%(name)s” is given more than once here: %(values)s. Give one of them."),
        params={"name": said_back(name), "values": values},
    )


def _strange(name: str, known: Sequence[str]) -> forms.ValidationError:
    """Say that a parameter is not known, and which is meant where one is close to it."""
    close = difflib.get_close_matches(name, known, n=1)
    params = {"name": said_back(name), "close": close[0] if close else "", "known": ", ".join(sorted(known))}
    if close:
        return forms.ValidationError(
            _("“%(name)s” is not something this list can be asked by. Do you mean “%(close)s”?"), params=params
        )
    return forms.ValidationError(
        _("“%(name)s” is not something this list can be asked by. It knows %(known)s."), params=params
    )
