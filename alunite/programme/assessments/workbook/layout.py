"""What stands where in the workbook of a self assessment, and in which words. Shared by writing and reading.

Its sheet has two rows above the answers: one of names that never change, by which it is read, and one of headings in the
reader's language. Whatever language it was written in, it is read by the words of all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from alunite.foundation.accounts.models import Person
from alunite.foundation.scheme.models import SelfLevel
from alunite.programme.assessments.actions import FIELDS
from alunite.programme.assessments.forms import label_of

ID, VERSION = "id", "version"
# What is told of each criterion beside what can be changed; it is not read.
TOLD_BEFORE, TOLD_AFTER = ("number", "title", "requirement", "applies", "carried"), ("evidence", "sites")
COLUMNS = (*TOLD_BEFORE, *FIELDS, *TOLD_AFTER, ID, VERSION)
# What stands in place of an id in the row of headings.
HEADINGS = "#"
PARTED_BY = "/"
SHEET = pgettext_lazy("sheet of a workbook", "Answers")
YES = _("yes")
TOO_LONG = _("(too long for a cell; it stays as it is unless you write something here)")
# Of a spreadsheet, in units of UTF-16.
LONGEST_CELL = 32_767
# XML has no way to write them, and no spreadsheet shows them.
_UNWRITABLE = re.compile("[\ufffe\uffff]")


def sheet_names() -> frozenset[str]:
    """Return what the sheet of answers is called, in every language."""
    return in_every_language(SHEET)


def in_every_language(text: str | Promise) -> frozenset[str]:
    """Return a text in every language of the site."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(str(text))
    return frozenset(found)


def plain(text: str) -> str:
    """Return a text as it is compared: without what spreadsheets change of themselves, at its ends and at the ends of lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def key_of(assessment_id: str, number: str) -> str:
    """Return the id of a row."""
    return f"{assessment_id}{PARTED_BY}{number}"


def units(text: str) -> int:
    """Return how long a text is as spreadsheets count.

    >>> units("abc"), units("\N{GRINNING FACE}")
    (3, 2)
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Words:
    """The words values stand for in a workbook.

    Parameters
    ----------
    levels : sequence of SelfLevel
        Of the scheme.
    people : mapping of str to Person
        By id: those who may be named, and those who are.
    """

    levels: Sequence[SelfLevel]
    people: Mapping[str, Person]

    def cell(self, field: str, value: str) -> str:
        """Return what stands in a cell for a value."""
        if not value:
            return ""
        match field:
            case "level":
                return next((label_of(one) for one in self.levels if one.id == value), value)
            case "gap_owner" | "owner":
                return self._name(value)
            case "checked":
                return str(YES)
            case "gap_due":
                return value
        return str(TOO_LONG) if units(value) > LONGEST_CELL else _UNWRITABLE.sub("\ufffd", value)

    def is_as_it_was(self, field: str, text: str, value: str) -> bool:
        """Tell whether a cell says of a value what a workbook in any language would say of it."""
        return text in {plain(value), *(plain(one) for one in self._in_every_language(field, value))}

    def value(self, field: str, text: str) -> str | None:
        """Return the value a cell stands for, None where it is no word for one."""
        if not text or field in {"text", "gap"}:
            return text
        if field == "gap_due":
            return _day(text)
        found = {one for one in self._known(field) if self._says(field, text, one)}
        return found.pop() if len(found) == 1 else None

    def choices(self, field: str) -> list[str]:
        """Return the words there are for the values of a field, where not anything can be said."""
        return [self.cell(field, one) for one in self._known(field)]

    def _known(self, field: str) -> list[str]:
        match field:
            case "level":
                return [one.id for one in self.levels]
            case "gap_owner" | "owner":
                return sorted(self.people, key=lambda pk: (str(self.people[pk]), pk))
            case "checked":
                return ["yes"]
        return []

    def _says(self, field: str, text: str, value: str) -> bool:
        said = {value, *self._in_every_language(field, value)}
        if field in {"gap_owner", "owner"}:
            said.add(str(self.people[value]))
        return text.casefold() in {plain(one).casefold() for one in said}

    def _in_every_language(self, field: str, value: str) -> frozenset[str]:
        found = set()
        for code, _name in settings.LANGUAGES:
            with override(code):
                found.add(self.cell(field, value))
        return frozenset(found)

    def _name(self, pk: str) -> str:
        """Return a person's name; of two of the same name, each with what they sign in as."""
        person = self.people.get(pk)
        if person is None:
            return pk
        is_one_of_two = sum(str(one) == str(person) for one in self.people.values()) > 1
        return f"{person} ({person.username})" if is_one_of_two else str(person)


def _day(text: str) -> str:
    """Return a day as it is kept, or the text as it stands: whoever saves it says what is wrong."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return text
