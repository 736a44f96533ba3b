"""Taking up audits and findings as they were announced, and the audit firms that sources name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.kinds import Parsed
from alunite.foundation.merging import rules as merging
from alunite.foundation.merging.queries import MERGED, standing_merges, told_beside
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.identifiers import unused_ids
from alunite.foundation.publications.queries import telling_of
from alunite.foundation.publications.records import CHUNK, chunks, held_records, named_one_way, publish_again, take_up
from alunite.foundation.publications.withheld import withheld
from alunite.programme.audits.models import Audit, Finding, Firm
from alunite.programme.audits.publish import Named, audit_payload, finding_payload, firm_payload
from alunite.programme.audits.queries import firm_heads
from alunite.programme.members.actions import members_named
from alunite.programme.members.queries import member_heads, members_called


def firms_named(names: Iterable[str], *, actor: Actor) -> dict[str, Firm]:
    """Return the firms of these names, making and publishing those not yet known. Runs inside a transaction."""
    require(actor, "imports.run")
    wanted = sorted(set(names))
    held = {firm.name: firm for chunk in chunks(wanted) for firm in Firm.objects.filter(name__in=chunk)}
    absent = [name for name in wanted if name not in held]
    made = [Firm(id=key, name=name) for key, name in zip(unused_ids(Firm, len(absent)), absent, strict=True)]
    new = Firm.objects.bulk_create(made, batch_size=CHUNK)
    if new:
        record_many(
            "firm.named_in_source",
            [Change(record_type="firm", record_id=firm.pk, payload={"name": firm.name}) for firm in new],
            actor=actor.label,
        )
        publish("firm", [ToPublish(firm.pk, firm_payload(firm)) for firm in new], actor=actor)
    return held | {firm.name: firm for firm in new}


def publish_firms(ids: Iterable[str], *, actor: Actor, cause: Entry | None = None) -> None:
    """Publish what is said of these firms: what was merged gives way to the record that speaks for it."""
    merges = standing_merges("firm")
    wanted = sorted({head for record in ids for head in (record, merging.head_of(record, merges))})
    behind = told_beside("firm", merges, wanted)
    firms = Firm.objects.in_bulk([*wanted, *(other for record in wanted for other in behind.get(record, ()))])
    said = [
        ToPublish(record, None, MERGED, merges[record])
        if record in merges
        else ToPublish(record, firm_payload(firms[record], [firms[other] for other in behind.get(record, ())]))
        for record in wanted
    ]
    publish("firm", said, actor=actor, cause=cause)


def take_up_audits(rows: Sequence[Parsed], actor: Actor) -> None:
    """Make or restate the audits these rows announce, and publish them. Runs inside the import's transaction."""
    require(actor, "imports.run")
    members_named((name for row in rows for name in row.values["member"]), actor=actor)
    firms = firms_named((row.values["audit_firm"] for row in rows if row.values["audit_firm"]), actor=actor)

    def prepare(audit: Audit, row: Parsed) -> None:
        audit.firm = firms.get(row.values["audit_firm"])

    audits = take_up(Audit, "audit", rows, actor=actor, prepare=prepare, fields=("firm",))
    _publish_audits([audit.pk for audit in audits], actor=actor)


def take_up_findings(rows: Sequence[Parsed], actor: Actor) -> None:
    """Make or restate the findings these rows tell of; publish them, and anew the audits they belong or belonged to.

    Runs inside the import's transaction.
    """
    require(actor, "imports.run")
    members_named((name for row in rows for name in row.values["member"]), actor=actor)
    audits = held_records(Audit, "audits", sorted({row.values["audit_id"] for row in rows if row.values["audit_id"]}))
    touched: set[str] = set()

    def prepare(finding: Finding, row: Parsed) -> None:
        touched.add(finding.audit_id or "")
        # That the audit is there was checked at the door.
        finding.audit = audits[row.values["audit_id"]] if row.values["audit_id"] else None
        touched.add(finding.audit_id or "")

    findings = take_up(Finding, "finding", rows, actor=actor, prepare=prepare, fields=("audit",))
    publish("finding", _findings_said(findings), actor=actor)
    _publish_audits(sorted(touched - {""}), actor=actor)


def publish_all(*, actor: Actor, cause: Entry | None = None) -> None:
    """Publish every audit and finding; what would say nothing new is not published."""
    publish_again("finding", Finding, _findings_said, actor=actor, cause=cause)
    _publish_audits(list(Audit.objects.order_by("pk").values_list("pk", flat=True)), actor=actor, cause=cause)


def publish_naming_members(members: Sequence[str], *, actor: Actor, cause: Entry | None = None) -> None:
    """Publish the audits and findings that name one of these members, or one that speaks for it, anew.

    They name whoever spoke for the member when they were last published: one of these, or the end of their merges.
    """
    merges = standing_merges("member")
    named = sorted({head for member in members for head in (member, merging.head_of(member, merges))})
    for chunk in chunks(telling_of("finding", named)):
        findings = list(Finding.objects.filter(pk__in=chunk).select_related("statement").order_by("pk"))
        publish("finding", _findings_said(findings), actor=actor, cause=cause)
    _publish_audits(telling_of("audit", named), actor=actor, cause=cause)


def publish_naming_firm(firm: str, *, actor: Actor, cause: Entry | None = None) -> None:
    """Publish the audits that name a firm, or one that was merged into it, anew."""
    audits = Audit.objects.filter(firm__in=merging.all_behind(firm, standing_merges("firm")))
    _publish_audits(list(audits.order_by("pk").values_list("pk", flat=True)), actor=actor, cause=cause)


def _publish_audits(ids: Sequence[str], *, actor: Actor, cause: Entry | None = None) -> None:
    for chunk in chunks(ids):
        audits = Audit.objects.filter(pk__in=chunk).select_related("statement", "firm").in_bulk()
        named_one_way(audit.statement for audit in audits.values())
        said = _audits_said([audits[key] for key in chunk])
        publish("audit", said, actor=actor, cause=cause)


def _audits_said(audits: Sequence[Audit]) -> list[ToPublish]:
    pack = current_pack()
    findings: dict[str, list[Finding]] = defaultdict(list)
    rows = Finding.objects.filter(audit__in=[audit.pk for audit in audits]).select_related("statement")
    taken_out = withheld("finding", [finding.pk for finding in rows])
    told = [finding for finding in rows if finding.pk not in taken_out]
    for finding in sorted(told, key=lambda finding: finding.record_id):
        findings[finding.audit_id or ""].append(finding)
    named = _named_in(audits, [audit.firm_id for audit in audits if audit.firm_id])
    return [ToPublish(audit.pk, audit_payload(audit, findings[audit.pk], named, pack)) for audit in audits]


def _findings_said(findings: Sequence[Finding]) -> list[ToPublish]:
    pack = current_pack()
    named = _named_in(findings, ())
    return [ToPublish(finding.pk, finding_payload(finding, named, pack)) for finding in findings]


def _named_in(records: Sequence[Audit | Finding], firms: Sequence[str]) -> Named:
    """Return the members these records name and the firms of these ids; where one was merged, who speaks for it."""
    pack = current_pack()
    of_members, of_firms = (merging.heads(standing_merges(kind)) for kind in ("member", "firm"))
    called = members_called(name for record in records for name in record.values(pack)["member"])
    heads = member_heads([member.pk for member in called.values()], of_members)
    members = {name: heads.get(member.pk, (member.pk, name)) for name, member in called.items()}
    return Named(members, firm_heads(firms, of_firms))
