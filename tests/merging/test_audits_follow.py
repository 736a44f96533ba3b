"""An audit names who speaks for its firm and its members, and again the first ones when a merge is undone."""

from __future__ import annotations

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.merging.actions import merge_records, propose_duplicates, undo_merge
from alunite.foundation.merging.models import Proposal
from alunite.programme.audits.models import Audit, Firm
from tests import rows


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
