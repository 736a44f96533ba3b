"""Rows of members."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.adoption.vocabulary import activity, membership_class, open_activity
from alunite.foundation.importing.cells import (
    Column,
    country,
    list_of,
    number,
    one_of,
    partial_date,
    text_cell,
    web_address,
    year,
)
from alunite.foundation.importing.kinds import ImportKind, register
from alunite.foundation.publications.records import stated_by, withheld_keys
from alunite.programme.members.actions import take_up_facilities, take_up_members
from alunite.programme.members.models import LONGEST_NAME, LONGEST_RECORD_ID, Facility, Member


def _no_check(_values: dict[str, Any], _context: Any) -> Iterable[tuple[str, str]]:
    return ()


MEMBERS = register(
    ImportKind(
        name="members",
        order=10,
        columns=(
            Column("name", text_cell, required=True, longest=LONGEST_NAME),
            Column("membership_class", membership_class),
            Column("class_basis", one_of("stated", "inferred from activities")),
            Column("country", list_of(country), empty=()),
            Column("joined", partial_date),
            Column("supply_chain_activities", list_of(activity), empty=()),
            Column("certified", one_of("yes", "no")),
            Column("note", text_cell),
            Column("source_url", web_address, required=True),
        ),
        key="name",
        context=current_pack,
        check_row=_no_check,
        apply=take_up_members,
        stated_by=("member.listed", "member.restated"),
        record="member",
        withheld=partial(withheld_keys, Member, "member", "members", key="name"),
    )
)


def _check_facility(values: dict[str, Any], _context: Any) -> Iterable[tuple[str, str]]:
    latitude, longitude = values.get("latitude"), values.get("longitude")
    if latitude is not None and longitude is not None and (latitude == "") != (longitude == ""):
        yield "latitude" if latitude == "" else "longitude", "both latitude and longitude, or neither"
    begins, ends = values.get("start_year"), values.get("end_year")
    if begins and ends and ends.latest < begins.earliest:
        yield "end_year", f"a year that is not before the start year {begins}"


FACILITIES = register(
    ImportKind(
        name="facilities",
        order=15,
        columns=(
            Column("facility_id", text_cell, required=True, longest=LONGEST_RECORD_ID),
            Column("name", text_cell, required=True, longest=LONGEST_NAME),
            Column("operator", text_cell, longest=LONGEST_NAME),
            Column("owner", text_cell),
            Column("owner_year", year),
            Column("activity", list_of(open_activity), required=True),
            Column("country", list_of(country), empty=()),
            Column("region", text_cell),
            Column("latitude", number(-90, 90)),
            Column("longitude", number(-180, 180)),
            Column("capacity_t_per_year", number(0)),
            Column("capacity_product", text_cell),
            Column("capacity_year", year),
            Column("start_year", year),
            Column("end_year", year),
            Column("status", text_cell),
            Column("power_source", text_cell),
            Column("naics", text_cell),
            Column("products", text_cell),
            Column("source", text_cell),
            Column("source_url", web_address, required=True),
            Column("via_url", web_address),
        ),
        key="facility_id",
        context=current_pack,
        check_row=_check_facility,
        apply=take_up_facilities,
        stated_by=stated_by("facility"),
        record="facility",
        withheld=partial(withheld_keys, Facility, "facility", "facilities"),
    )
)
