"""Rows of audits and of findings: each is a statement of what was announced."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from alunite.foundation.adoption import vocabulary
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.importing.cells import Column, count, list_of, partial_date, period, text_cell, web_address
from alunite.foundation.importing.kinds import ImportKind, register
from alunite.foundation.publications.records import stated_by, withheld_keys
from alunite.foundation.scheme.pack import Pack
from alunite.programme.audits.actions import take_up_audits, take_up_findings
from alunite.programme.audits.models import LONGEST_NAME, LONGEST_NUMBER, LONGEST_RECORD_ID, Audit, Finding
from alunite.programme.members.vocabulary import member_name


def _check_audit(values: dict[str, Any], pack: Pack) -> Iterable[tuple[str, str]]:
    yield from vocabulary.check_version(values, pack)
    begins, ends = values.get("audit_start"), values.get("audit_end")
    if begins and ends and ends.latest < begins.earliest:
        yield "audit_end", f"a day that is not before the start {begins}"


def _check_finding(values: dict[str, Any], pack: Pack) -> Iterable[tuple[str, str]]:
    yield from vocabulary.check_version(values, pack)
    if values.get("audit_id") == "" and values.get("period") == "":
        yield "period", "the period of the sum, where no audit is named"


AUDITS = register(
    ImportKind(
        name="audits",
        order=30,
        columns=(
            Column("audit_id", text_cell, required=True, longest=LONGEST_RECORD_ID),
            Column("certificate_record_id", text_cell, longest=LONGEST_RECORD_ID, refers_to="certificates"),
            Column("certificate_number", text_cell, longest=LONGEST_NUMBER),
            Column("member", list_of(member_name), empty=()),
            Column("entity", text_cell, required=True),
            Column("standard", vocabulary.family, required=True),
            Column("standard_version", vocabulary.printed_version),
            Column("audit_type", text_cell),
            Column("audit_firm", text_cell, longest=LONGEST_NAME),
            Column("audit_start", partial_date),
            Column("audit_end", partial_date),
            Column("report_date", partial_date),
            Column("outcome", text_cell),
            Column("overall_maturity_rating", text_cell),
            Column("next_audit", partial_date),
            Column("mode", text_cell),
            Column("nc_major", count),
            Column("nc_minor", count),
            Column("detail_level", text_cell),
            Column("note", text_cell),
            Column("source_url", web_address, required=True),
        ),
        key="audit_id",
        context=current_pack,
        check_row=_check_audit,
        apply=take_up_audits,
        stated_by=stated_by("audit"),
        record="audit",
        withheld=partial(withheld_keys, Audit, "audit", "audits"),
    )
)

FINDINGS = register(
    ImportKind(
        name="findings",
        order=40,
        columns=(
            Column("finding_id", text_cell, required=True, longest=LONGEST_RECORD_ID),
            Column("audit_id", text_cell, longest=LONGEST_RECORD_ID, refers_to="audits"),
            Column("certificate_number", text_cell, longest=LONGEST_NUMBER),
            Column("member", list_of(member_name), empty=()),
            Column("entity", text_cell, required=True),
            Column("standard", vocabulary.family, required=True),
            Column("standard_version", vocabulary.printed_version),
            Column("criterion", text_cell),
            Column("principle", text_cell),
            Column("rating", vocabulary.open_rating, required=True),
            Column("count", count),
            Column("period", period),
            Column("note", text_cell),
            Column("source_url", web_address, required=True),
        ),
        key="finding_id",
        context=current_pack,
        check_row=_check_finding,
        apply=take_up_findings,
        stated_by=stated_by("finding"),
        record="finding",
        withheld=partial(withheld_keys, Finding, "finding", "findings"),
    )
)
