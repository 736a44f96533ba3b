"""What two people took out comes back by no merge, no undoing, no regrouping and no row that stands beside it."""

from __future__ import annotations

import pytest

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.decisions.actions import confirm_decision, propose_decision
from alunite.foundation.decisions.queries import decision_visible_to
from alunite.foundation.history.verification import verify
from alunite.foundation.keys.signing import ensure_signing_key
from alunite.foundation.merging.actions import merge_records, propose_duplicates, undo_merge
from alunite.foundation.merging.models import Proposal
from alunite.foundation.publications.models import PublicationPayload
from alunite.programme.audits.models import Audit, Finding
from alunite.programme.certificates.models import CertificationEvent
from alunite.programme.members.models import Facility, Member
from alunite.society.impact.models import Figure
from tests import rows

SECRET = "Privatperson Nordmann"


@pytest.fixture
def take_up(scheme, tmp_path):
    return lambda **kinds: rows.taken_up(rows.importer(tmp_path)(**kinds))


def redact(cast, what: str, act: str = "redact") -> str:
    made = propose_decision(act, what, ground="personal_data", note="", actor=cast.actor("office"))
    actor = cast.actor("assurance")
    confirm_decision(made.pk, version=1, seen=decision_visible_to(actor, made.pk).seen, actor=actor)
    return made.pk


def told(secret: str = SECRET) -> list[str]:
    """Return which publications still say it."""
    said = PublicationPayload.objects.filter(payload__contains=secret).select_related("publication").order_by("pk")
    return [str(body.publication) for body in said]


def merge(cast, kind: str, survivor: str) -> int:
    propose_duplicates(actor=OPERATOR)
    proposal = Proposal.objects.get(kind=kind)
    merge_records(proposal.pk, survivor=survivor, version=proposal.version, note="", actor=cast.actor("office"))
    return proposal.pk


@pytest.fixture
def two_members(take_up):
    take_up(
        members=[
            {"name": "Test Metals AS", "note": SECRET, "country": "NO"},
            {"name": "Test Metals A/S", "country": "NO"},
        ]
    )
    return Member.objects.get(name="Test Metals AS").pk, Member.objects.get(name="Test Metals A/S").pk


def test_a_member_redacted_while_merged_stays_out_when_the_merge_is_undone(cast, two_members):
    loser, survivor = two_members
    proposal = merge(cast, "member", survivor)
    redact(cast, f"member {loser}")
    assert told() == []
    undo_merge(proposal, version=2, note="", actor=cast.actor("office"))
    assert told() == []


def test_a_redacted_member_is_not_told_by_the_one_it_is_merged_into(cast, two_members):
    loser, survivor = two_members
    redact(cast, f"member {loser}")
    merge(cast, "member", survivor)
    assert told() == []
    assert rows.published("member", survivor)["name"] == "Test Metals A/S"


def test_a_redacted_facility_is_not_told_by_the_one_it_is_merged_into(cast, take_up):
    place = {
        "name": "Nordmann smelter",
        "country": "NO",
        "latitude": "60.1",
        "longitude": "5.2",
        "operator": "Nordmann",
    }
    take_up(
        facilities=[
            place | {"facility_id": "S1", "owner": SECRET},
            place | {"facility_id": "S2", "source_url": "https://example.com/2"},
        ]
    )
    loser, survivor = (Facility.objects.get(statement__key=key).pk for key in ("S1", "S2"))
    redact(cast, f"facility {loser}")
    merge(cast, "facility", survivor)
    assert told() == []
    assert rows.published("facility", survivor)["record_id"] == "S2"


def test_an_event_that_stood_under_another_certificate_goes_there_too(cast, take_up):
    first = {"record_id": "C1", "certificate_number": "11", "scope": SECRET}
    take_up(certificates=[first, {"record_id": "C2", "certificate_number": "11"}])
    take_up(certificates=[first | {"certificate_number": "22"}])
    assert {text.split()[0] for text in told()} == {"certificate", "certification_event"}
    redact(cast, f"certification_event {CertificationEvent.objects.get(record_id='C1').pk}")
    assert told() == []
    left = CertificationEvent.objects.get(record_id="C2").certificate_id
    assert rows.published("certificate", left)["scope"] == "unknown"


def test_a_redacted_event_is_told_by_no_certificate_it_moves_to(cast, take_up):
    first = {"record_id": "C1", "certificate_number": "11", "scope": SECRET}
    take_up(certificates=[first, {"record_id": "C2", "certificate_number": "22"}])
    redact(cast, f"certification_event {CertificationEvent.objects.get(record_id='C1').pk}")
    take_up(certificates=[first | {"certificate_number": "22"}])
    assert told() == []
    kept = CertificationEvent.objects.get(record_id="C2")
    assert [event["id"] for event in rows.published("certificate", kept.certificate_id)["events"]] == [kept.pk]


def test_a_redacted_finding_is_told_by_no_audit(cast, take_up):
    finding = {"finding_id": "F1", "audit_id": "A1", "note": SECRET}
    take_up(audits=[{"audit_id": "A1"}, {"audit_id": "A2"}, {"audit_id": "A3"}], findings=[finding])
    take_up(findings=[finding | {"audit_id": "A2"}])
    redact(cast, f"finding {Finding.objects.get().pk}")
    assert told() == []
    take_up(findings=[finding | {"audit_id": "A3"}])
    assert told() == []
    assert rows.published("audit", Audit.objects.get(statement__key="A1").pk)["findings"] == []


def test_a_redacted_figure_is_told_by_none_beside_it(cast, take_up):
    take_up(ghg=[{"value": "11.5", "note": SECRET}])
    redact(cast, f"figure {Figure.objects.get().pk}")
    take_up(ghg=[{"value": "12.5", "source_url": "https://example.org/2"}])
    assert told("11.5") == []
    new = Figure.objects.get(statement__cells__value="12.5")
    assert (rows.published("figure", new.pk)["beside"], rows.published("figure", new.pk)["is_used"]) == ([], True)


def test_rows_of_withheld_records_are_counted_and_stand_on_the_page_of_their_decision(cast, scheme, tmp_path):
    take_up = rows.importer(tmp_path)
    rows.taken_up(take_up(**({kind: [{}] for kind in rows.GOOD} | {"members": [{}, {"name": "Other Metals"}]})))
    figures = [("figure", row.pk) for row in Figure.objects.order_by("statement__kind")]
    alone = [("member", Member.objects.get(name="Test Metals").pk), ("facility", Facility.objects.get().pk), *figures]
    taken_out = [
        *alone,
        ("certification_event", CertificationEvent.objects.get().pk),
        ("audit", Audit.objects.get().pk),
    ]
    assert len(taken_out) == 7
    made = [redact(cast, f"{kind} {pk}") for kind, pk in taken_out]
    anew = {kind: [{"licence": "CC0-1.0"}] for kind in rows.GOOD}
    anew["members"].append({"name": "Other Metals"})
    result = rows.taken_up(take_up(**anew))
    assert (result.withheld, result.changed, result.unchanged) == (8, 8, 1)
    assert result.as_dict()["withheld"] == 8
    assert {file.kind: file.withheld for file in result.files} == dict.fromkeys(rows.GOOD, 1)
    found = [decision_visible_to(cast.actor("office"), key) for key in made]
    listed = [sorted(row.kind for row in detail.stated_since) for detail in found]
    assert listed == [
        *(["members"], ["facilities"], ["ghg"], ["production"], ["yearly"], ["certificates"]),
        ["audits", "findings"],
    ]
    page = cast["office"].get(f"/decisions/{made[0]}/").content.decode()
    assert "Test Metals" in page.partition("Imported since, and not published")[2]
    redact(cast, f"member {taken_out[0][1]}", act="release")
    assert decision_visible_to(cast.actor("office"), made[0]).stated_since == ()


def test_all_of_it_leaves_history_and_read_tables_in_order(cast, two_members):
    ensure_signing_key()
    loser, survivor = two_members
    proposal = merge(cast, "member", survivor)
    redact(cast, f"member {loser}")
    undo_merge(proposal, version=2, note="", actor=cast.actor("office"))
    redact(cast, f"member {loser}", act="release")
    found = verify()
    assert found.ok, found.problems
