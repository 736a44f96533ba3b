"""What the list of the register is narrowed by: its filters with their counts, and what was chosen. No query, only words and order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from alunite.foundation.core.text import fold
from alunite.foundation.publications.countries import country_name
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.present.words import STATE_MARKS, STATE_WORDS
from alunite.front.register.site import Site, is_unknown

# Of filters with many values so many are shown at once; the others stand behind a word.
SHOWN = 7
LONG = ("country", "firm", "year")

Words = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a filter with how many lines have it; `mark` is the drawn shape of a state."""

    value: str
    label: str
    count: int
    is_chosen: bool
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A filter: the values shown at once, and those behind a word."""

    name: str
    label: str
    values: list[Value]
    more: list[Value]
    faults: list[str]


@dataclass(frozen=True, slots=True)
class Chip:
    """A value that was chosen, and the query without it."""

    label: str
    group: str
    query: str


def words_of(site: Site, titles: Mapping[tuple[str, str], str]) -> dict[str, Words]:
    """Return how the values of each filter are said; `titles` are those of firms and members."""
    return {
        "activity": lambda value: site.label("activities", value),
        "country": country_name,
        "firm": lambda value: titles.get(("firm", value), value),
        "level": lambda value: site.label("levels", value),
        "member": lambda value: titles.get(("member", value), value),
        "standard": lambda value: site.label("families", value),
        "state": lambda value: str(STATE_WORDS[value]),
        "version": lambda value: version_in_full(value, site),
        "year": lambda value: value,
    }


def version_in_full(version: str, site: Site) -> str:
    """Return a version with the standard it is of: versions of several have the same number."""
    families = {item["id"]: item["family"] for item in site.vocabulary.get("versions", [])}
    label = site.label("versions", version)
    return f"{site.label('families', families[version])} {label}" if version in families else label


def said(value: str, word: Words) -> str:
    """Return a value in words; unknown is the same word in every filter."""
    return _("Unknown") if is_unknown(value) else word(value)


# The vocabulary a filter takes its values from.
GROUPS_OF = MappingProxyType(
    {
        "activity": "activities",
        "standard": "families",
        "version": "versions",
        "level": "levels",
        "membership_class": "classes",
    }
)


def offered(
    values: Mapping[str, Iterable[str]], words: Mapping[str, Words], site: Site, asked: QueryDict
) -> dict[str, dict[str, str]]:
    """Return the values of each filter with their words, in the order of the scheme or of the alphabet.

    What was asked for is among them where it is a word of the vocabulary, though nothing has it: a question can be carried
    from the list to the map and back, and the answer to it is none.
    """
    found = {
        name: {
            value: said(value, words[name])
            for value in {*among, *(text for text in asked.getlist(name) if is_a_word(name, text, site))}
        }
        for name, among in values.items()
    }
    return {name: dict(sorted(labels.items(), key=_order(name, site))) for name, labels in found.items()}


def is_a_word(name: str, value: str, site: Site) -> bool:
    """Tell whether a value of a filter is a word of the vocabulary, or unknown."""
    if name == "country":
        return value == UNKNOWN or country_name(value) != value
    group = GROUPS_OF.get(name)
    return group is not None and (value == UNKNOWN or value in site.labels[group])


def _order(name: str, site: Site) -> Callable[[tuple[str, str]], tuple[Any, ...]]:
    group = GROUPS_OF.get(name)
    places = {value: place for place, value in enumerate(site.labels[group] if group else STATE_WORDS)}

    def order(item: tuple[str, str]) -> tuple[Any, ...]:
        value, label = item
        if name == "year":
            return (is_unknown(value), "".join(chr(ord("9") - int(digit)) for digit in value if digit.isdigit()))
        return (is_unknown(value), places.get(value, len(places)), fold(label))

    return order


def groups(
    form: Any, counts: Mapping[str, Mapping[str, int]], names: Sequence[str], chosen: Mapping[str, Sequence[str]]
) -> list[Group]:
    """Return the filters with their counts: values no line has are left out unless they were chosen."""
    made = []
    for name in names:
        held = counts.get(name, {})
        among = chosen.get(name, ())
        values = [
            Value(value, label, held.get(value, 0), value in among, _mark(name, value))
            for value, label in form.offered[name].items()
            if held.get(value) or value in among
        ]
        if name in {"country", "firm"}:
            values.sort(key=lambda one: -one.count)
        at_once = SHOWN if name in LONG and len(values) > SHOWN + 1 else len(values)
        first = [one for place, one in enumerate(values) if place < at_once or one.is_chosen]
        made.append(
            Group(
                name,
                str(form.fields[name].label),
                first,
                [one for one in values if one not in first],
                list(form.errors.get(name, [])),
            )
        )
    return made


def _mark(name: str, value: str) -> str:
    return STATE_MARKS.get(value, value) if name == "state" and value in STATE_WORDS else ""


def chips(
    form: Any, parameters: QueryDict, words: Mapping[str, Words], names: Sequence[str], *, without: Sequence[str]
) -> list[Chip]:
    """Return what was chosen, each with the query of the same list without it, and without what says which page it is."""
    made = []
    for name in names:
        for value in form.cleaned_data[name]:
            rest = parameters.copy()
            rest.setlist(name, [other for other in rest.getlist(name) if other.strip() != value])
            for other in [other for other, given in rest.lists() if other in without or not any(given)]:
                rest.pop(other)
            made.append(Chip(said(value, words[name]), str(form.fields[name].label), rest.urlencode()))
    return made
