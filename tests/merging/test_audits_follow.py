"""An audit names who speaks for its firm and its members, and again the first ones when a merge is undone."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.history.verification import ALTERED
from alunite.foundation.merging.actions import merge_records, propose_duplicates, undo_merge
from alunite.foundation.merging.models import Proposal
from alunite.foundation.publications.checks import check_publications
from alunite.foundation.publications.models import Mention, Publication
from alunite.foundation.publications.queries import told_in
from alunite.programme.audits import actions
from alunite.programme.audits.models import Audit, Finding, Firm
from alunite.programme.members.models import Member
from tests import rows
from tests.merging.rows import merge_pair


def test_an_audit_names_the_firm_that_speaks_for_its_own(scheme, cast, tmp_path):
    audits = [{"audit_firm": "Check Aurora"}, {"audit_id": "A2", "audit_firm": "Check Aurora Certification"}]
    rows.taken_up(rows.importer(tmp_path)(audits=audits))
    propose_duplicates(actor=OPERATOR)
    proposal = Proposal.objects.get(kind="firm")
    subject = Audit.objects.get(statement__key="A2").pk
    before = rows.published("audit", subject)
    stays = Firm.objects.get(name="Check Aurora").pk
    merge_records(proposal.pk, survivor=stays, version=1, note="", actor=cast.actor("office"))
    assert rows.published("audit", subject)["firm"] == {"id": stays, "name": "Check Aurora"}
    undo_merge(proposal.pk, version=2, note="", actor=cast.actor("office"))
    assert rows.published("audit", subject) == before


def test_audits_and_findings_name_the_member_that_speaks_though_first_stated_while_merged(scheme, cast, tmp_path):
    take_up = rows.importer(tmp_path)
    rows.taken_up(take_up(members=[{"name": "North Metals"}, {"name": "South Metals"}, {"name": "East Metals"}]))
    north, south, east = (Member.objects.get(name=f"{word} Metals").pk for word in ("North", "South", "East"))
    office = cast.actor("office")
    first = merge_pair("member", north, south, office)
    rows.taken_up(take_up(audits=[{"member": "North Metals;East Metals"}], findings=[{"member": "North Metals"}]))
    audit, finding = Audit.objects.get().pk, Finding.objects.get().pk

    def named() -> list[list[str]]:
        return [
            [one["id"] for one in rows.published(*record)["members"]]
            for record in (("audit", audit), ("finding", finding))
        ]

    assert named() == [[south, east], [south]]
    second = merge_pair("member", south, east, office)
    assert named() == [[east], [east]]
    undo_merge(first.pk, version=2, note="", actor=office)
    assert named() == [[north, east], [north]], "stated only while another spoke for the member"
    undo_merge(second.pk, version=2, note="", actor=office)
    assert named() == [[north, east], [north]]


def work(monkeypatch, act: Callable[[], object]) -> tuple[int, int]:
    """How many payloads of audits and findings an act makes, and how many queries it asks."""
    made = []
    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as asked:
        for name in ("audit_payload", "finding_payload"):
            usual = getattr(actions, name)
            patch.setattr(actions, name, lambda *told, usual=usual: made.append(told) or usual(*told))
        act()
    return len(made), len(asked)


def test_a_merge_looks_only_at_what_names_its_records(scheme, cast, tmp_path, monkeypatch):
    take_up = rows.importer(tmp_path)
    both = [{"audit_id": f"B{place}", "member": f"{place} Metals", "audit_firm": f"Check {place}"} for place in (1, 2)]
    rows.taken_up(take_up(audits=both, findings=[{"finding_id": "G1", "audit_id": "B1", "member": "1 Metals"}]))
    pairs = {
        kind: [model.objects.get(name=name % place).pk for place in (1, 2)]
        for kind, model, name in (("member", Member, "%s Metals"), ("firm", Firm, "Check %s"))
    }

    def merge_and_part() -> None:
        for kind, (loser, survivor) in pairs.items():
            pair = merge_pair(kind, loser, survivor, cast.actor("office"))
            undo_merge(pair.pk, version=pair.version + 1, note="", actor=cast.actor("office"))

    def lookup() -> tuple[int, int]:
        """How far the engine walks to find who tells of a finding: its own instructions, which only SQLite counts."""
        finding = Finding.objects.get(statement__key="F0").pk
        walked: list[int] = []
        if connection.vendor == "sqlite":
            connection.connection.set_progress_handler(lambda: walked.append(1), 1)
        told = told_in("audit", [finding])
        if connection.vendor == "sqlite":
            connection.connection.set_progress_handler(None, 1)
        return len(told), len(walked)

    work(monkeypatch, merge_and_part)
    found = []
    for others in (2, 200):
        rest = [{"audit_id": f"A{number}", "audit_firm": "Check 3"} for number in range(others)]
        findings = [{"finding_id": f"F{number}", "audit_id": f"A{number}"} for number in range(others)]
        rows.taken_up(take_up(audits=rest, findings=findings))
        found.append((work(monkeypatch, merge_and_part), lookup()))
    (few, (told, walked)), (many, (told_of_many, walked_of_many)) = found
    assert few == many
    assert told == told_of_many == 1
    # To the next page of an index is a step more; through all of the kind it would be thirty for each.
    assert abs(walked_of_many - walked) < 10
    # Each time the audit and the finding of the first member, or both of it and the second; the audit of the first firm.
    assert few[0] < 20


def test_a_publication_that_is_noted_to_tell_of_another_record_is_found(scheme, tmp_path):
    rows.taken_up(rows.importer(tmp_path)(audits=[{}], findings=[{}]))
    assert list(check_publications()) == []
    audit = Publication.objects.filter(kind="audit").last()
    Mention.objects.create(publication=audit, record="elsewhere")
    assert [(problem.kind, problem.where) for problem in check_publications()] == [(ALTERED, f"publication {audit.pk}")]
