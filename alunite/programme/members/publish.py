"""What is said in public of a member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from alunite.foundation.publications.kinds import UNKNOWN, Payload, publication_kind, said
from alunite.programme.members.models import Member


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
        "standing": str(member.standing),
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
