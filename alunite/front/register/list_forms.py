"""What readers type into a list by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alunite.front.register import cursor
from alunite.front.register.clocks import AFTER, Clocks
from alunite.front.register.cursor import Cursor
from alunite.front.register.forms import LONGEST_QUERY, PagedForm
from alunite.front.register.named import AskedNames, Bookmark, Names
from alunite.front.register.typed import ChoiceField, TextField

# Between a slug and an id, which hold none.
BETWEEN = " "


class NamesForm(PagedForm):
    """The state of a list by name, all of it in the address.

    Parameters
    ----------
    kind : str
        Kind of the records listed.
    text_label : str
        Label of the field for words; empty for a list that nobody searches.
    offered : mapping of facet to label and choices
        What the list can be narrowed by.
    exact : mapping of facet to label
        What a link can narrow the list by, which no field offers.
    """

    def __init__(
        self,
        *args: Any,
        kind: str,
        text_label: str,
        offered: Mapping[str, tuple[str, list[tuple[str, str]]]],
        exact: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["q"] = TextField(label=text_label, required=False, max_length=LONGEST_QUERY)
        for name, (label, choices) in offered.items():
            field = ChoiceField(label=label, required=False, choices=[("", _("any")), *choices])
            field.error_messages["invalid_choice"] = _("“%(value)s” is not in this list. Choose one that is.")
            self.fields[name] = field
        for name, label in exact.items():
            self.fields[name] = TextField(label=label, required=False, widget=forms.HiddenInput)
        self.filters: Sequence[str] = (*offered, *exact)
        self.offered = tuple(offered)
        self._exact = tuple(exact)

    @property
    def question(self) -> str:
        """What stands for this list, its filters and clocks in a cursor."""
        names = ("q", "on", "as_of", *self.filters)
        asked = {name: str(self.data.get(name, "")).strip() for name in names}
        return cursor.question({"list": self.kind, **asked})

    def asked(self, clocks: Clocks, always: Mapping[str, str]) -> AskedNames:
        """Return the question, once the form is valid; a later page is read as the first one was.

        `always` is what all records of the list have.
        """
        data = self.cleaned_data
        begun: Cursor | None = data[AFTER]
        return AskedNames(
            kind=self.kind,
            chosen={**always, **{name: data[name] for name in self.filters if data[name]}},
            text=data["q"],
            at=begun.at if begun else clocks.at,
            after=_bookmark(begun) if begun else None,
        )

    def following(self, clocks: Clocks, listing: Names) -> str:
        """Return the query of the page after this one, empty on the last."""
        if listing.next is None:
            return ""
        parameters = clocks.parameters.copy()
        parameters[AFTER] = cursor.write(Cursor(BETWEEN.join(listing.next), listing.at, clocks.day, self.question))
        return parameters.urlencode()

    @property
    def bounded(self) -> list[forms.BoundField]:
        """The fields a reader narrows the list with."""
        return [self[name] for name in (*self.offered, "on", "as_of")]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for but the whole list."""
        return any(self.cleaned_data[name] for name in ("q", "after", *self.filters))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Name and value of what a link narrowed the list by, for the form to carry along."""
        values = ((name, self.cleaned_data.get(name, "")) for name in self._exact)
        return [(name, value) for name, value in values if value]

    @property
    def named(self) -> list[tuple[str, str]]:
        """Label and value of what a link narrowed the list by."""
        return [(str(self.fields[name].label), value) for name, value in self.kept]


def _bookmark(begun: Cursor) -> Bookmark:
    slug, _between, subject = str(begun.after).partition(BETWEEN)
    return slug, subject
