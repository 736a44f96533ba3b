"""What is known of members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.text import fold
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.importing.models import Statement
from alunite.foundation.merging.kinds import Likely, Line, Side, likely_among
from alunite.foundation.merging.likeness import ORGANISATIONS, PLACES, Described
from alunite.foundation.merging.queries import standing_merges
from alunite.foundation.merging.rules import spoken_for
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.records import chunks
from alunite.foundation.scheme.pack import Pack
from alunite.programme.members.models import Facility, FormerName, Member
from alunite.programme.members.rules import owners

LOOK_UP = 500

Stated = tuple[Member, Mapping[str, Any] | None]


def stated_members(ids: Iterable[str]) -> dict[str, Stated]:
    """Return members with the values of their statements, None for one that is only named. A query for each 500."""
    wanted = sorted(set(ids))
    pack = current_pack()
    return {
        member.pk: (member, values_of(member.statement, pack))
        for start in range(0, len(wanted), LOOK_UP)
        for member in Member.objects.filter(pk__in=wanted[start : start + LOOK_UP]).select_related("statement")
    }


def values_of(statement: Statement | None, pack: Pack) -> Mapping[str, Any] | None:
    """Return what a member's statement says, read by the columns it came in."""
    return None if statement is None else import_kind(statement.kind).read_cells(statement.cells, pack)


def member_heads(ids: Iterable[str], heads: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return id and name of the member that speaks for each of `ids` that was merged. A query, where there are any."""
    wanted = {record: heads[record] for record in ids if record in heads}
    if not wanted:
        return {}
    names = dict(Member.objects.filter(pk__in=set(wanted.values())).values_list("pk", "name"))
    return {record: (head, names[head]) for record, head in wanted.items()}


def likely_members() -> dict[tuple[str, str], Likely]:
    """Return the pairs of members that are likely one organisation."""
    merges = standing_merges("member")
    behind = spoken_for(merges)
    stated = stated_members(Member.objects.values_list("pk", flat=True))
    described = [
        _described(record, [stated[record], *(stated[other] for other in behind.get(record, ()))])
        for record in sorted(stated)
        if record not in merges
    ]
    return likely_among(described, ORGANISATIONS)


def _described(record: str, stated: Sequence[Stated]) -> Described:
    said = [values or {} for _member, values in stated]
    return Described(
        id=record,
        names=tuple(member.name for member, _values in stated),
        countries=frozenset(code for values in said for code in values.get("country") or ()),
        activities=frozenset(item for values in said for item in values.get("supply_chain_activities") or ()),
        origins=frozenset(values["source_url"] for values in said if values.get("source_url")),
    )


def sides(ids: Sequence[str]) -> dict[str, Side]:
    """Return what a page of proposals puts side by side of these members. Three queries."""
    behind = spoken_for(standing_merges("member"))
    stated = stated_members([*ids, *(other for record in ids for other in behind.get(record, ()))])
    pack = current_pack()
    return {
        record: Side(
            record,
            stated[record][0].name,
            tuple(line for one in (record, *behind.get(record, ())) for line in _lines(*stated[one], pack)),
        )
        for record in ids
        if record in stated
    }


def _lines(member: Member, values: Mapping[str, Any] | None, pack: Pack) -> Iterable[Line]:
    said = values or {}
    source = said.get("source_url") or ""
    class_of_member = pack.find_class(said.get("membership_class") or "")
    activities = [
        found.label for item in said.get("supply_chain_activities") or () if (found := pack.find_activity(item))
    ]
    lines = (
        (_("Name as printed"), member.name),
        (_("How it is known"), str(member.standing.label)),
        (_("Class of membership"), class_of_member.label if class_of_member else ""),
        (_("Countries"), ", ".join(said.get("country") or ())),
        (_("Joined"), str(said.get("joined") or "")),
        (_("Activities"), ", ".join(activities)),
        (_("Note"), said.get("note") or ""),
    )
    return (Line(label, value, source) for label, value in lines)


def members_called(names: Iterable[str]) -> dict[str, Member]:
    """Return the members of these names, by name, those who once bore one too. Two queries at most for each 500."""
    found: dict[str, Member] = {}
    for chunk in chunks(sorted(set(names))):
        found |= {member.name: member for member in Member.objects.filter(name__in=chunk)}
        if unknown := [name for name in chunk if name not in found]:
            former = FormerName.objects.filter(name__in=unknown).select_related("member")
            found |= {one.name: one.member for one in former}
    return found


def facilities_by_id(ids: Iterable[str]) -> dict[str, Facility]:
    """Return these facilities with their statements, by id. One query for each 500."""
    return {
        facility.pk: facility
        for chunk in chunks(sorted(set(ids)))
        for facility in Facility.objects.filter(pk__in=chunk).select_related("statement")
    }


def likely_facilities() -> dict[tuple[str, str], Likely]:
    """Return the pairs of facilities that are likely one place."""
    pack = current_pack()
    merges = standing_merges("facility")
    behind = spoken_for(merges)
    rows = Facility.objects.select_related("statement").order_by("pk").iterator(chunk_size=LOOK_UP)
    values = {facility.pk: facility.values(pack) for facility in rows}
    described = [
        _described_place(key, [values[key], *(values[other] for other in behind.get(key, ()))])
        for key in values
        if key not in merges
    ]
    return likely_among(described, PLACES)


def _described_place(key: str, said: Sequence[Mapping[str, Any]]) -> Described:
    located = [one for one in said if one["latitude"] != "" and one["longitude"] != ""]
    stated = [one for one in said if one["capacity_t_per_year"] != ""]
    return Described(
        id=key,
        names=tuple(one["name"] for one in said),
        countries=frozenset(code for one in said for code in one["country"]),
        region=next((one["region"] for one in said if one["region"]), ""),
        holders=tuple(name for one in said for name in (one["operator"], *_owner_names(one)) if name),
        activities=frozenset(
            word.id if word.id != UNKNOWN else fold(word.printed) for one in said for word in one["activity"]
        ),
        place=(float(located[0]["latitude"]), float(located[0]["longitude"])) if located else None,
        capacities={fold(one["capacity_product"]): float(one["capacity_t_per_year"]) for one in reversed(stated)},
        # The compilation it was read from; without one, the page itself.
        origins=frozenset(one["via_url"] or one["source_url"] for one in said),
    )


def _owner_names(values: Mapping[str, Any]) -> Iterable[str]:
    return (owner.name for owner in owners(values["owner"] or ""))


def facility_sides(ids: Sequence[str]) -> dict[str, Side]:
    """Return what a page of proposals puts side by side of these facilities. Three queries."""
    pack = current_pack()
    behind = spoken_for(standing_merges("facility"))
    held = facilities_by_id([*ids, *(other for key in ids for other in behind.get(key, ()))])
    return {
        key: Side(
            key,
            held[key].values(pack)["name"],
            tuple(line for one in (key, *behind.get(key, ())) for line in _place_lines(held[one], pack)),
        )
        for key in ids
        if key in held
    }


def _place_lines(facility: Facility, pack: Pack) -> Iterable[Line]:
    said = facility.values(pack)
    labels = [found.label if (found := pack.find_activity(word.id)) else word.printed for word in said["activity"]]
    capacity = [format(said["capacity_t_per_year"], "f"), _("t a year")] if said["capacity_t_per_year"] != "" else []
    of_what = [text for text in (said["capacity_product"], str(said["capacity_year"] or "")) if text]
    place = f"{said['latitude']}, {said['longitude']}" if said["latitude"] != "" else ""
    lines = (
        (_("Name as printed"), said["name"]),
        (_("Operator"), said["operator"] or ""),
        (_("Owner"), said["owner"] or ""),
        (_("Activities"), ", ".join(labels)),
        (_("Countries"), ", ".join(said["country"])),
        (_("Region"), said["region"] or ""),
        (_("Latitude, longitude"), place),
        (_("Capacity"), " · ".join([" ".join(capacity), *of_what]) if capacity else ""),
        (_("Status"), said["status"] or ""),
        (_("Cited from"), said["source"] or ""),
        (_("Compiled in"), said["via_url"] or ""),
        (_("Record"), facility.record_id),
    )
    return (Line(label, value, said["source_url"] or "") for label, value in lines)
