"""Rows of members."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.adoption.vocabulary import activity, membership_class
from alunite.foundation.importing.cells import Column, country, list_of, one_of, partial_date, text_cell, web_address
from alunite.foundation.importing.kinds import ImportKind, register
from alunite.programme.members.actions import take_up_members
from alunite.programme.members.models import LONGEST_NAME


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
    )
)
