"""What the page of a facility shows. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from alunite.front.register.present.cited import Cited, cited, known, reasons
from alunite.front.register.present.records import ReasonShown
from alunite.front.register.present.words import countries
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import number


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact with the year it is stated for; empty is what the source does not say."""

    name: str
    value: str
    year: str = ""


@dataclass(frozen=True, slots=True)
class ActivityShown:
    """An activity as printed, and the scheme's name for it, empty where it has none."""

    printed: str
    label: str


@dataclass(frozen=True, slots=True)
class CapacityShown:
    """A capacity as stated, with the row that states it, and where that was read if the record says."""

    tonnes: str
    product: str
    year: str
    row: str
    is_used: bool
    cited: Cited | None


@dataclass(frozen=True, slots=True)
class Capacities:
    """Capacities that speak of one product, the one used first, with why."""

    product: str
    items: list[CapacityShown]
    reasons: list[ReasonShown]
    is_undecided: bool


@dataclass(frozen=True, slots=True)
class FacilityShown:
    """What the page of a facility shows."""

    countries: list[str]
    operator: str
    activities: list[ActivityShown]
    inside: list[str]
    capacities: list[Capacities]
    facts: list[Fact]
    is_placed: bool
    cited: Cited


def facility(said: Mapping[str, Any], site: Site) -> FacilityShown:
    """Return what the page of a facility shows."""
    is_placed = not (is_unknown(said["latitude"]) or is_unknown(said["longitude"]))
    return FacilityShown(
        countries=countries(said["countries"]),
        operator=known(said["operator"]),
        activities=[
            ActivityShown(item["activity_printed"], activity_label(item["activity"], site))
            for item in said["activities"]
        ],
        inside=[item["activity"] for item in said["activities"]],
        capacities=_capacities(said, site),
        facts=_facts(said),
        is_placed=is_placed,
        cited=cited(said, site),
    )


def activity_label(identifier: str, site: Site) -> str:
    """Return the scheme's name of an activity, empty where it has none."""
    return "" if is_unknown(identifier) else site.label("activities", identifier)


def used_capacity(said: Mapping[str, Any]) -> str:
    """Return the capacity a list shows, empty where none is stated."""
    used = [item for item in said["capacities"] if item["is_used"]]
    shown = [_tonnes(item) + (f", {item['product']}" if len(used) > 1 else "") for item in used]
    return "; ".join(shown)


def _tonnes(item: Mapping[str, Any]) -> str:
    return _("%(n)s\u202ft a\u00a0year") % {"n": number(item["tonnes_per_year"])}


def _capacities(said: Mapping[str, Any], site: Site) -> list[Capacities]:
    """Put together what was compared: a payload tells it group by group, each with the reasons they share."""
    sources = {one["record_id"]: cited(one, site) for one in (said, *said.get("merged", ()))}
    groups: list[list[dict[str, Any]]] = []
    for item in said["capacities"]:
        is_of_last = groups and groups[-1][0]["reasons"] == item["reasons"] and item["reasons"]
        if is_of_last:
            groups[-1].append(item)
        else:
            groups.append([item])
    return [_group(group, sources, site) for group in groups]


def _group(group: list[dict[str, Any]], sources: Mapping[str, Cited], site: Site) -> Capacities:
    items = sorted(group, key=lambda item: not item["is_used"])
    why = items[0]["reasons"]
    return Capacities(
        product=known(items[0]["product"]),
        items=[
            CapacityShown(
                tonnes=_tonnes(item),
                product=known(item["product"]),
                year=known(item["year"]),
                row=item["record_id"],
                is_used=item["is_used"],
                cited=sources.get(item["record_id"]),
            )
            for item in items
        ],
        reasons=reasons(why, [item["tonnes_per_year"] for item in group], site),
        is_undecided=any(reason["rule"].endswith(".undecided") for reason in why),
    )


def _facts(said: Mapping[str, Any]) -> list[Fact]:
    owners = ", ".join(
        owner["name"] if is_unknown(owner["percent"]) else f"{owner['name']} ({owner['percent']} %)"
        for owner in said["owners"]
    )
    place = "" if is_unknown(said["latitude"]) else f"{said['latitude']}, {said['longitude']}"
    return [
        Fact(_("Operator"), known(said["operator"])),
        Fact(_("Owners"), owners, known(said["owner_year"])),
        Fact(_("Owners, as printed"), known(said["owner"]), known(said["owner_year"])),
        Fact(_("Country"), ", ".join(name for name in countries(said["countries"]) if not is_unknown(name))),
        Fact(_("Region"), known(said["region"])),
        Fact(_("Latitude, longitude"), place),
        Fact(_("First year of operation"), known(said["start_year"])),
        Fact(_("Last year of operation"), known(said["end_year"])),
        Fact(_("Status"), known(said["status"])),
        Fact(_("Power from"), known(said["power_source"])),
        Fact(_("Products"), known(said["products"])),
        Fact(_("Code of its industry (NAICS)"), known(said["industry_code"])),
    ]
