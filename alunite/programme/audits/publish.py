"""What is said in public of an audit firm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from alunite.foundation.adoption.sources import Sourced, sourced
from alunite.foundation.adoption.vocabulary import version_id
from alunite.foundation.publications.kinds import UNKNOWN, NamedPayload, Payload, publication_kind, said
from alunite.foundation.scheme.pack import Pack
from alunite.programme.audits.models import Audit, Finding, Firm
from alunite.programme.audits.rules import covers

# A number nobody said is the word, and never 0.
Count = int | Literal["unknown"]


@dataclass(frozen=True, slots=True)
class Named:
    """Ids and names of the records that speak for the members (by name) and firms (by id) that audits name."""

    members: Mapping[str, tuple[str, str]]
    firms: Mapping[str, tuple[str, str]]

    def firm(self, audit: Audit) -> dict[str, str] | None:
        """Return the firm that speaks for the one an audit names, or None."""
        if audit.firm is None:
            return None
        pk, name = self.firms.get(audit.firm.pk, (audit.firm.pk, audit.firm.name))
        return {"id": pk, "name": name}


@publication_kind("firm")
class FirmPayload(Payload):
    """An audit firm as sources name it; whether it is accredited is not known from these."""

    id: str = said("Public id of the firm.")
    name: str = said("Its name, as the source prints it.")
    standing: Literal["named_in_source_only"] = said("How it is known: named by a source, not from a list of firms.")
    merged: list[NamedPayload] = said("Firms that were merged into it, as one firm under other names.", default=[])


def firm_payload(firm: Firm, merged: Sequence[Firm] = ()) -> dict[str, Any]:
    """Return the payload of one firm, with the names of those that were merged into it."""
    others = [{"id": other.pk, "name": other.name} for other in merged]
    return {"id": firm.pk, "name": firm.name, "standing": "named_in_source_only", "merged": others}


class FindingInAudit(Sourced):
    """What was said of a criterion, of several or of all, and nothing that would follow from it."""

    id: str = said("Public id of the finding.")
    record_id: str = said("Key of the finding in the file it came with.")
    criterion: str = said("Criterion or group of criteria as printed.", unknown="No criterion is named.")
    extent: Literal["criterion", "group", "all_applicable", "none"] = said(
        "What the finding speaks of: one criterion, a group, all that apply, or none that is named."
    )
    criteria: list[str] = said("The criteria a single one or a group stands for, one by one; empty for the others.")
    principle: str = said("Principle as printed.", unknown="The source does not say.")
    rating: str = said("Rating, by its id in the scheme.", unknown="The scheme has no rating of that name.")
    rating_printed: str = said("Rating as printed.")
    count: Count = said("How many there were.", unknown="The source does not say.")
    period: str = said(
        "Day, month, year or run of them a sum is over.", unknown="It is no sum, or the source does not say."
    )
    note: str = said("A remark of the collectors; empty when there is none.")


class _Audited(Sourced):
    """Whom and what an audit or a finding speaks of."""

    id: str = said("Public id of the record.")
    record_id: str = said("Key of the record in the file it came with.")
    entity: str = said("Whom it speaks of, as printed.")
    members: list[NamedPayload] = said("The members named; empty when the source names none.")
    family: str = said("Family of standards, by its id in the scheme.")
    version: str = said(
        "Version of the standard, by its id in the scheme.",
        unknown="The source prints no version, or none the scheme knows.",
    )
    version_printed: str = said("Version of the standard as printed.", unknown="The source does not say.")
    certificate_number: str = said("Number of the certificate.", unknown="The source does not say.")
    note: str = said("A remark of the collectors; empty when there is none.")
    statement_version: int = said("How often the row was stated, this time included.")


@publication_kind("audit", tells_of=("findings", "members"))
class AuditPayload(_Audited):
    """An audit as it was announced; `unknown` where the source is silent, also for numbers of non-conformances."""

    certificate_record: str = said(
        "Key of the row of certificates the audit belongs to.", unknown="None is known here."
    )
    audit_type: str = said("Kind of audit as announced.", unknown="The source does not say.")
    firm: NamedPayload | None = said("The audit firm as named; null when the source names none.")
    audit_start: str = said("First day, to the day, month or year.", unknown="The source does not say.")
    audit_end: str = said("Last day, to the day, month or year.", unknown="The source does not say.")
    report_date: str = said("Day of the report.", unknown="The source does not say.")
    outcome: str = said("Outcome as announced.", unknown="The source does not say.")
    overall_maturity_rating: str = said("Overall maturity rating as printed.", unknown="The source does not say.")
    next_audit: str = said("When the next audit is due, as announced.", unknown="The source does not say.")
    mode: str = said("Whether on site or remote, as printed.", unknown="The source does not say.")
    nc_major: Count = said("Number of major non-conformances announced.", unknown="Nobody said; it may be any number.")
    nc_minor: Count = said("Number of minor non-conformances announced.", unknown="Nobody said; it may be any number.")
    detail_level: str = said("How much of the audit could be read.", unknown="The source does not say.")
    findings: list[FindingInAudit] = said(
        "What was said of single criteria; there may have been more than is told here."
    )


@publication_kind("finding", tells_of=("members",))
class FindingPayload(_Audited, FindingInAudit):
    """A finding by itself; without an audit it is a sum over many, for the period it names."""

    audit: str = said("Public id of the audit; empty for a sum over many.")
    audit_record: str = said("Key of the audit in the file it came with.", unknown="It is a sum over many audits.")


def audit_payload(audit: Audit, findings: Sequence[Finding], named: Named, pack: Pack) -> dict[str, Any]:
    """Return the payload of one audit with its findings, these in the order of their records."""
    values = audit.values(pack)
    as_read = ("audit_type", "audit_start", "audit_end", "report_date", "outcome", "next_audit", "mode", "detail_level")
    return _audited(audit, values, named, pack) | {
        "certificate_record": values["certificate_record_id"] or UNKNOWN,
        **{name: str(values[name] or UNKNOWN) for name in as_read},
        "overall_maturity_rating": values["overall_maturity_rating"] or UNKNOWN,
        "firm": named.firm(audit),
        "nc_major": _count(values["nc_major"]),
        "nc_minor": _count(values["nc_minor"]),
        "findings": [_found(finding, finding.values(pack), pack) for finding in findings],
    }


def finding_payload(finding: Finding, named: Named, pack: Pack) -> dict[str, Any]:
    """Return the payload of one finding."""
    values = finding.values(pack)
    return (
        _audited(finding, values, named, pack)
        | _found(finding, values, pack)
        | {"audit": finding.audit_id or "", "audit_record": values["audit_id"] or UNKNOWN}
    )


def _audited(record: Audit | Finding, values: Mapping[str, Any], named: Named, pack: Pack) -> dict[str, Any]:
    return {
        "id": record.pk,
        "record_id": record.record_id,
        "entity": values["entity"],
        # Two names of one organisation in one row are one member.
        "members": [
            {"id": pk, "name": name} for pk, name in dict.fromkeys(named.members[name] for name in values["member"])
        ],
        "family": values["standard"],
        "version": version_id(values, pack),
        "version_printed": values["standard_version"] or UNKNOWN,
        "certificate_number": values["certificate_number"] or UNKNOWN,
        "note": values["note"],
        "statement_version": record.statement.version,
        **sourced(values, pack),
    }


def _found(finding: Finding, values: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    covered = covers(values["criterion"])
    return {
        "id": finding.pk,
        "record_id": finding.record_id,
        "criterion": values["criterion"] or UNKNOWN,
        "extent": covered.extent,
        "criteria": list(covered.criteria),
        "principle": values["principle"] or UNKNOWN,
        "rating": values["rating"].id,
        "rating_printed": values["rating"].printed,
        "count": _count(values["count"]),
        "period": str(values["period"] or UNKNOWN),
        "note": values["note"],
        **sourced(values, pack),
    }


def _count(value: int | str) -> int | str:
    return UNKNOWN if value == "" else value
