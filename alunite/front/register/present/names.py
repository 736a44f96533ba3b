"""Lines of the lists by name. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from alunite.foundation.scheme.notes import host
from alunite.front.register.models import Record
from alunite.front.register.present.cited import known
from alunite.front.register.present.facilities import activity_label, used_capacity
from alunite.front.register.present.figures import amount, is_undecided, subject
from alunite.front.register.present.words import PLACED_WORDS, countries, record_url
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with the head of its column; empty is what is not published."""

    head: str
    value: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A line: its name, what stands below it, and its cells."""

    name: str
    url: str
    under: str
    cells: list[Cell]


def names(records: Sequence[Record], site: Site) -> list[Name]:
    """Return the lines of a page of a list."""
    columns = {kind: heads(kind)[1:] for kind in {record.kind for record in records}}
    return [_name(record, record.payload, columns[record.kind], site) for record in records if record.payload]


def heads(kind: str) -> list[str]:
    """Return the heads of the columns of a list, that of the name first."""
    columns: dict[str, tuple[str, ...]] = {
        "member": (_("Member"), _("Class of membership"), _("Country"), _("Joined")),
        "firm": (_("Audit firm"), _("How it is known")),
        "facility": (_("Facility"), _("Activity"), _("Country"), _("Capacity used"), _("Place on the map")),
        "figure": (_("What it says"), _("Year"), _("Value used"), _("Other values"), _("Source")),
    }
    return list(columns[kind])


def _name(record: Record, said: Mapping[str, Any], columns: Sequence[str], site: Site) -> Name:
    tell: Callable[[Mapping[str, Any], Site], tuple[str, Sequence[tuple[str, str]]]] = {
        "member": _member,
        "firm": _firm,
        "facility": _facility,
        "figure": _figure,
    }[record.kind]
    under, cells = tell(said, site)
    return Name(
        name=record.title,
        url=record_url(record.kind, record.subject, record.title, site.query),
        under=under,
        cells=[Cell(head, *cell) for head, cell in zip(columns, cells, strict=True)],
    )


def _also(said: Mapping[str, Any]) -> str:
    others = [other["name"] for other in said.get("merged", [])]
    return _("also %(names)s") % {"names": ", ".join(others)} if others else ""


def _member(said: Mapping[str, Any], site: Site) -> tuple[str, Sequence[tuple[str, str]]]:
    joined = known(said["joined"])
    return _also(said), (
        (site.label("classes", known(said["membership_class"])), ""),
        (", ".join(countries(said["countries"])), ""),
        (show_day(joined) if joined else "", ""),
    )


def _firm(said: Mapping[str, Any], _site: Site) -> tuple[str, Sequence[tuple[str, str]]]:
    return _also(said), ((_("named in sources only"), ""),)


def _facility(said: Mapping[str, Any], site: Site) -> tuple[str, Sequence[tuple[str, str]]]:
    activities = [activity_label(item["activity"], site) or item["activity_printed"] for item in said["activities"]]
    placed = bool(known(said["latitude"]) and known(said["longitude"]))
    return known(said["operator"]), (
        (", ".join(activities), ""),
        (", ".join(countries([code for code in said["countries"] if known(code)])), ""),
        (used_capacity(said), ""),
        (str(PLACED_WORDS["yes"]) if placed else "", ""),
    )


def _figure(said: Mapping[str, Any], _site: Site) -> tuple[str, Sequence[tuple[str, str]]]:
    others = len(said["beside"])
    return subject(said), (
        (said["period"], ""),
        (amount(said), _under(said)),
        (
            ngettext("%(n)d other", "%(n)d others", others) % {"n": others}
            if others
            else pgettext("other values", "none"),
            "",
        ),
        (host(said["source_url"]), known(said["source"])),
    )


def _under(said: Mapping[str, Any]) -> str:
    if is_undecided(said):
        return _("shown first; nothing tells which is meant")
    until = known(said["as_of"])
    return _("until %(day)s") % {"day": show_day(until)} if until else ""
