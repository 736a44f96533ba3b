"""What is said in public of a member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from alunite.foundation.adoption.sources import Sourced, sourced
from alunite.foundation.publications.kinds import UNKNOWN, Payload, ReasonPayload, publication_kind, said
from alunite.foundation.scheme.pack import Pack
from alunite.programme.members.models import Facility, Member, Standing
from alunite.programme.members.rules import Capacity, owners, preferred_capacities


class StatedMember(Payload):
    """A member as one source states it. `unknown` where the source is silent."""

    id: str = said("Public id of the member.")
    name: str = said("Name of the organisation.")
    standing: Literal["listed", "named_in_source_only"] = said(
        "listed: a source calls it a member; named_in_source_only: a source names it with a certificate or event only."
    )
    membership_class: str = said("Class of membership, by its id in the scheme.", unknown="No source states the class.")
    class_basis: str = said(
        "How the class is known: stated by the source, or inferred from activities.", unknown="The class is unknown."
    )
    countries: list[str] = said("Countries of the head office, ISO 3166-1 alpha-2; empty when no source names one.")
    joined: str = said("Day, month or year of joining.", unknown="No source says when it joined.")
    activities: list[str] = said("Supply chain activities, by their ids; empty when no source names one.")
    certified: str = said("Whether the source says that it holds a certificate: yes or no.", unknown="No source says.")
    note: str = said("A remark of the collectors; empty when there is none.")
    source_url: str = said("Address of the page it was read on; empty when it is only named by other records.")
    licence: str = said("Licence of the row.", unknown="Its source names none.", default=UNKNOWN)
    attribution: str = said(
        "Who is to be named when the row is used.", unknown="Its source asks for no name.", default=UNKNOWN
    )


@publication_kind("member")
class MemberPayload(StatedMember):
    """A member. Where records were merged into it: what each of them says, and here its own word before theirs."""

    merged: list[StatedMember] = said(
        "What the records say that were merged into it; empty where none was.", default=[]
    )


# What a record that speaks for others takes from the first of them that states it, where its own source is silent.
_FILLED = ("membership_class", "countries", "joined", "activities", "certified")

Stated = tuple[Member, Mapping[str, Any] | None]


def member_payload(own: Stated, merged: Sequence[Stated] = ()) -> dict[str, Any]:
    """Return the payload of one member, with those that were merged into it."""
    first, *others = told = [_stated(*one) for one in (own, *merged)]
    filled = {
        name: next((one[name] for one in told if one[name] not in (UNKNOWN, [])), first[name]) for name in _FILLED
    }
    # How a class is known belongs to the class that is shown.
    classed = next((one for one in told if one["membership_class"] != UNKNOWN), first)
    listed = next((one for one in told if one["standing"] == "listed"), first)
    beside = {"class_basis": classed["class_basis"], "standing": listed["standing"], "merged": others}
    return first | filled | beside


def _stated(member: Member, values: Mapping[str, Any] | None) -> dict[str, Any]:
    stated = values or {}
    return {
        "id": member.pk,
        "name": member.name,
        "standing": str(Standing.NAMED_ONLY if values is None else Standing.LISTED),
        "membership_class": stated.get("membership_class") or UNKNOWN,
        "class_basis": stated.get("class_basis") or UNKNOWN,
        "countries": list(stated.get("country") or ()),
        "joined": str(stated.get("joined") or UNKNOWN),
        "activities": list(stated.get("supply_chain_activities") or ()),
        "certified": stated.get("certified") or UNKNOWN,
        "note": stated.get("note") or "",
        "source_url": stated.get("source_url") or "",
        "licence": stated.get("licence") or UNKNOWN,
        "attribution": stated.get("attribution") or UNKNOWN,
    }


class FacilityActivity(Payload):
    """What is done there: the scheme's id, or `unknown`, and the source's own words."""

    activity: str = said("Activity, by its id in the scheme.", unknown="The scheme has no activity of that name.")
    activity_printed: str = said("Activity as printed.")


class FacilityOwner(Payload):
    name: str = said("Name of the owner as printed.")
    percent: str = said("Its share.", unknown="The source does not say.", unit="percent")


class FacilityCapacity(Payload):
    """A capacity a source states, in tonnes a year; of those that speak of one product, one is used."""

    record_id: str = said("Key of the row that states it.")
    tonnes_per_year: str = said("The capacity, exactly as stated.", unit="tonnes a year")
    product: str = said("Of what, as printed.", unknown="The source does not say.")
    year: str = said("The year it is stated for.", unknown="The source does not say.")
    is_used: bool = said("Whether it is the one used, of those that speak of one product.")
    reasons: list[ReasonPayload] = said("Why that one is used; empty where it stands alone.")


class StatedFacility(Sourced):
    """A place as one source describes it. `unknown` where the source is silent."""

    id: str = said("Public id of the facility.")
    record_id: str = said("Key of the row that describes it.")
    name: str = said("Name as printed.")
    operator: str = said("Who runs it, as printed.", unknown="The source does not say.")
    owner: str = said("Owners and shares as printed.", unknown="The source does not say.")
    owners: list[FacilityOwner] = said("Owners made out from what is printed; empty when the source names none.")
    owner_year: str = said("The year the owners are stated for.", unknown="The source does not say.")
    activities: list[FacilityActivity] = said("What is done there.")
    countries: list[str] = said("Country, ISO 3166-1 alpha-2.", unknown="The source does not say.")
    region: str = said("Region as printed.", unknown="The source does not say.")
    latitude: str = said("Latitude, north positive.", unknown="The source does not say.", unit="degrees")
    longitude: str = said("Longitude, east positive.", unknown="The source does not say.", unit="degrees")
    capacities: list[FacilityCapacity] = said(
        "Capacities stated, with which is used and why; empty when the source states none."
    )
    start_year: str = said("First year of operation.", unknown="The source does not say.")
    end_year: str = said("Last year of operation.", unknown="The source does not say.")
    status: str = said("Status as printed.", unknown="The source does not say.")
    power_source: str = said("Where its power comes from, as printed.", unknown="The source does not say.")
    industry_code: str = said("Code of its industry (NAICS).", unknown="The source does not say.")
    products: str = said("Products as printed.", unknown="The source does not say.")
    source: str = said("Report or list it is cited from, as printed.", unknown="The source does not say.")
    via_url: str = said("Address of the compilation the source was read from.", unknown="It was read at its source.")
    statement_version: int = said("How often the row was stated, this time included.")


@publication_kind("facility")
class FacilityPayload(StatedFacility):
    """A place. Where records were merged into it: what each of them says, and here its own word before theirs.

    Of activities and capacities here are those of all; each capacity names the row that states it.
    """

    merged: list[StatedFacility] = said(
        "What the records say that were merged into it; empty where none was.", default=[]
    )


# What a facility takes together from the first record that states it, where its own source is silent.
_TOGETHER = (
    *(("operator",), ("owner", "owners", "owner_year"), ("countries",), ("region",), ("latitude", "longitude")),
    *(("start_year",), ("end_year",), ("status",), ("power_source",), ("industry_code",), ("products",)),
)


def facility_payload(facility: Facility, pack: Pack, merged: Sequence[Facility] = ()) -> dict[str, Any]:
    """Return the payload of one facility, with those that were merged into it."""
    first, *others = told = [_facility_stated(one, pack) for one in (facility, *merged)]
    filled: dict[str, Any] = {}
    for names in _TOGETHER:
        stated = next((one for one in told if one[names[0]] not in (UNKNOWN, [UNKNOWN])), first)
        filled |= {name: stated[name] for name in names}
    # One activity once, however many sources name it.
    activities = {_activity_key(item): item for one in reversed(told) for item in one["activities"]}
    in_order = list(dict.fromkeys(_activity_key(item) for one in told for item in one["activities"]))
    done = [activities[key] for key in in_order] if others else first["activities"]
    capacities = [item for one in (facility, *merged) for item in capacities_of(one.record_id, one.values(pack))]
    beside = {"activities": done, "capacities": capacity_payloads(capacities), "merged": others}
    return first | filled | beside


def _activity_key(item: Mapping[str, str]) -> str:
    return item["activity_printed"] if item["activity"] == UNKNOWN else item["activity"]


def _facility_stated(facility: Facility, pack: Pack) -> dict[str, Any]:
    values = facility.values(pack)
    as_printed = ("name", "operator", "owner", "region", "status", "power_source", "products", "source", "via_url")
    as_read = ("owner_year", "latitude", "longitude", "start_year", "end_year")
    return {
        "id": facility.pk,
        "record_id": facility.record_id,
        **{name: values[name] or UNKNOWN for name in as_printed},
        # Not by their truth: the equator is a latitude.
        **{name: UNKNOWN if values[name] == "" else str(values[name]) for name in as_read},
        "owners": [
            {"name": owner.name, "percent": UNKNOWN if owner.percent is None else str(owner.percent)}
            for owner in owners(values["owner"])
        ],
        "activities": [{"activity": word.id, "activity_printed": word.printed} for word in values["activity"]],
        "countries": list(values["country"]) or [UNKNOWN],
        "capacities": capacity_payloads(capacities_of(facility.record_id, values)),
        "industry_code": values["naics"] or UNKNOWN,
        **sourced(values, pack),
        "statement_version": facility.statement.version,
    }


def capacities_of(record_id: str, values: Mapping[str, Any]) -> list[Capacity]:
    """Return the capacity a statement gives, if it gives one."""
    if values["capacity_t_per_year"] == "":
        return []
    return [
        Capacity(
            record_id,
            values["capacity_t_per_year"],
            values["capacity_product"],
            values["capacity_year"] or None,
            values["source"],
        )
    ]


def capacity_payloads(capacities: Sequence[Capacity]) -> list[dict[str, Any]]:
    """Return all that is stated of a facility's capacity, with which is used and why."""
    return [
        {
            "record_id": item.record_id,
            "tonnes_per_year": format(item.value, "f"),
            "product": item.product or UNKNOWN,
            "year": str(item.year or UNKNOWN),
            "is_used": item is judged.result,
            "reasons": [reason.as_dict() for reason in judged.reasons],
        }
        for judged, group in preferred_capacities(capacities)
        for item in group
    ]
