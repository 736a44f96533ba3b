"""What is said in public of a member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from alunite.foundation.publications.kinds import UNKNOWN, Payload, publication_kind
from alunite.programme.members.models import Member


@publication_kind("member")
class MemberPayload(Payload):
    """A member as one source states it. `unknown` where the source is silent."""

    id: str
    name: str
    standing: Literal["listed", "named_in_source_only"]
    membership_class: str
    class_basis: str
    countries: list[str]
    joined: str
    activities: list[str]
    certified: str
    note: str
    source_url: str
    licence: str = UNKNOWN
    attribution: str = UNKNOWN


def member_payload(member: Member, values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the payload of one member from the values of its statement, or from its name alone."""
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
