"""What is known of members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.importing.models import Statement
from alunite.foundation.merging.kinds import Likely, Line, Side, likely_among
from alunite.foundation.merging.likeness import ORGANISATIONS, Described
from alunite.foundation.merging.queries import standing_merges
from alunite.foundation.merging.rules import spoken_for
from alunite.foundation.publications.records import chunks
from alunite.foundation.scheme.pack import Pack
from alunite.programme.members.models import Member

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
    """Return the members of these names, by name. One query for each 500."""
    return {
        member.name: member for chunk in chunks(sorted(set(names))) for member in Member.objects.filter(name__in=chunk)
    }
