"""Rows of certificates: each is a statement, kept cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from alunite.foundation.adoption import vocabulary
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.importing.cells import (
    Column,
    country,
    list_of,
    partial_date,
    text_cell,
    web_address,
)
from alunite.foundation.importing.kinds import ImportKind, register
from alunite.foundation.publications.records import withheld_keys
from alunite.foundation.scheme.pack import Pack
from alunite.programme.audits.models import LONGEST_NAME as LONGEST_FIRM
from alunite.programme.certificates.actions import publish_certificates, take_up_certificates
from alunite.programme.certificates.models import LONGEST_NUMBER, LONGEST_RECORD_ID, CertificationEvent
from alunite.programme.members.vocabulary import member_name


def _check_row(values: dict[str, Any], pack: Pack) -> Iterable[tuple[str, str]]:
    yield from vocabulary.check_version(values, pack)
    issued, expires = values.get("issue_date"), values.get("expiry_date")
    if issued and expires and expires.latest < issued.earliest:
        yield "expiry_date", f"a day that is not before the issue date {issued}"


CERTIFICATES = register(
    ImportKind(
        name="certificates",
        order=20,
        columns=(
            Column("record_id", text_cell, required=True, longest=LONGEST_RECORD_ID),
            Column("certificate_number", text_cell, longest=LONGEST_NUMBER),
            Column("member", list_of(member_name), required=True),
            Column("entity", text_cell, required=True),
            Column("country", list_of(country), empty=()),
            Column("standard", vocabulary.family, required=True),
            Column("standard_version", vocabulary.printed_version),
            Column("level", vocabulary.level),
            Column("scope", text_cell),
            Column("supply_chain_activities", list_of(vocabulary.activity), empty=()),
            Column("audit_firm", text_cell, longest=LONGEST_FIRM),
            Column("issue_date", partial_date),
            Column("expiry_date", partial_date),
            Column("certified_since", partial_date),
            Column("announced_date", partial_date),
            Column("event", vocabulary.event),
            Column("source_url", web_address, required=True),
        ),
        key="record_id",
        context=current_pack,
        check_row=_check_row,
        apply=take_up_certificates,
        finish=publish_certificates,
        stated_by=("certification_event.stated", "certification_event.restated"),
        record="certification_event",
        withheld=partial(withheld_keys, CertificationEvent, "certification_event", "certificates", key="record_id"),
    )
)
