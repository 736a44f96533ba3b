"""Events that speak of one certificate stand under one when a person says so, and apart again when it is undone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.core.days import PartialDate
from alunite.foundation.history.models import Entry
from alunite.foundation.importing import actions as importing
from alunite.foundation.merging.actions import merge_records, propose_duplicates, undo_merge
from alunite.foundation.merging.likeness import Corpus, Described
from alunite.foundation.merging.models import Proposal
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.queries import latest_payload
from alunite.programme.certificates.grouping import Told, judge, likely_one
from alunite.programme.certificates.models import Certificate, CertificationEvent
from tests.merging.rows import merge_pair, take_up

FIRST = {"record_id": "T1", "announced_date": "2020-09", "standard_version": "V2 2017", "event": "certification"}
LATER = {"record_id": "T2", "announced_date": "2024", "event": "recertification"}


def event(record_id: str) -> CertificationEvent:
    return CertificationEvent.objects.get(record_id=record_id)


def said(subject: str | None) -> dict:
    payload = latest_payload("certificate", subject or "")
    assert payload is not None
    return payload


def last(subject: str) -> Publication:
    found = Publication.objects.filter(kind="certificate", subject=subject).order_by("-version").first()
    assert found is not None
    return found


def proposed() -> Proposal:
    propose_duplicates(actor=OPERATOR, kinds=["certification_event"])
    return Proposal.objects.get(kind="certification_event")


def test_a_long_import_looks_through_all_events_once(scheme, tmp_path, monkeypatch):
    """What stood beside an event whose row was corrected is found among all others, however many thousand rows later."""
    monkeypatch.setattr(importing, "CHUNK", 1)
    numbered = [FIRST | {"record_id": f"T{place}", "certificate_number": f"{place}"} for place in range(4)]
    with CaptureQueriesContext(connection) as asked:
        take_up(tmp_path, certificates=numbered)
    assert CertificationEvent.objects.count() == 4
    looked = [query["sql"] for query in asked if '"identified_as_id" IS NULL' in query["sql"]]
    assert len(looked) == 1


def test_a_renewal_is_proposed_and_confirmed_makes_one_certificate_of_both(scheme, tmp_path, cast):
    take_up(tmp_path, certificates=[FIRST, LATER])
    pair = proposed()
    assert {reason["rule"] for reason in pair.reasons} >= {"grouping.in_sequence", "grouping.one_holder"}
    assert not Certificate.objects.exists(), "a rule only proposes"
    page = cast["office"].get(f"/duplicates/{pair.pk}/").content.decode()
    assert all(f"Test works ({event(key).pk})" in page for key in ("T1", "T2")), "told apart where they are named alike"
    merge_records(pair.pk, survivor=event("T2").pk, version=1, note="", actor=cast.actor("office"))
    certificate = event("T1").certificate_id
    assert certificate == event("T2").certificate_id
    found = said(certificate)
    assert [item["record_id"] for item in found["events"]] == ["T1", "T2"]
    assert [(item["state"], item["first"]) for item in found["timeline"]] == [
        ("unknown", "2020-09-01"),
        ("unknown", "2024-01-01"),
    ]
    assert latest_payload("certification_event", event("T1").pk)["certificate"] == certificate
    assert Entry.objects.filter(kind="certificate.regrouped", record_id=certificate).count() == 1


def test_undone_each_event_stands_where_its_row_puts_it_and_done_again_under_the_same_address(scheme, tmp_path, cast):
    take_up(tmp_path, certificates=[FIRST, LATER])
    before = [latest_payload("certification_event", event(key).pk) for key in ("T1", "T2")]
    pair, office = proposed(), cast.actor("office")
    merge_records(pair.pk, survivor=pair.first, version=1, note="", actor=office)
    certificate = event("T1").certificate_id or ""
    undo_merge(pair.pk, version=2, note="", actor=office)
    assert [latest_payload("certification_event", event(key).pk) for key in ("T1", "T2")] == before
    assert (last(certificate).withdrawal, last(certificate).successor) == ("regrouped", None)
    merge_records(pair.pk, survivor=pair.second, version=3, note="", actor=office)
    assert event("T1").certificate_id == certificate


def test_one_number_under_two_members_is_two_certificates_until_a_person_says_it_is_one(scheme, tmp_path, cast):
    """Issue 2's note: such a join was silent."""
    row = {"certificate_number": "9", "standard_version": "V3 2022"}
    take_up(
        tmp_path,
        certificates=[
            row | {"record_id": "T1", "member": "North Metals", "issue_date": "2024-01"},
            row | {"record_id": "T2", "member": "South Metals"},
        ],
    )
    north, south = event("T1").certificate_id, event("T2").certificate_id
    assert north != south
    assert [said(key)["certificate_number"] for key in (north, south)] == ["9", "9"]
    pair = proposed()
    assert "grouping.one_number" in {reason["rule"] for reason in pair.reasons}
    merge_records(pair.pk, survivor=event("T1").pk, version=1, note="", actor=cast.actor("office"))
    assert event("T2").certificate_id == north
    assert (last(south).withdrawal, last(south).successor) == ("merged", north)
    undo_merge(pair.pk, version=2, note="", actor=cast.actor("office"))
    assert event("T2").certificate_id == south
    assert said(south)["members"][0]["name"] == "South Metals"


def test_a_later_row_of_what_was_put_together_shows_up_there(scheme, tmp_path, cast):
    take_up(tmp_path, certificates=[FIRST, LATER])
    pair = proposed()
    merge_records(pair.pk, survivor=pair.first, version=1, note="", actor=cast.actor("office"))
    certificate = event("T1").certificate_id
    dated = {"issue_date": "2024-05-01", "expiry_date": "2027-04-30", "level": "full"}
    take_up(tmp_path, certificates=[LATER | dated])
    # Its row identifies a certificate by itself now, so both stand under that one.
    now = event("T2").certificate_id or ""
    assert event("T1").certificate_id == now == event("T2").identified_as_id
    assert last(certificate or "").successor == now
    assert ("active", "full") in [(item["state"], item["qualifier"]) for item in said(now)["timeline"]]


def test_rows_that_stand_together_are_restated_in_as_many_queries_however_many_there_are(scheme, tmp_path, cast):
    """Each moves from where its own row puts it to where people put it, and names a firm."""
    asked = []
    for count in (2, 12):
        keys = [f"{count}-{place}" for place in range(count)]
        rows = [FIRST | {"record_id": key, "entity": f"Works {key}", "audit_firm": f"Firm {key}"} for key in keys]
        take_up(tmp_path, certificates=rows)
        for one, other in zip(keys[::2], keys[1::2], strict=True):
            merge_pair("certification_event", event(one).pk, event(other).pk, cast.actor("office"))
        with CaptureQueriesContext(connection) as made:
            take_up(tmp_path, certificates=[row | {"announced_date": "2020-10"} for row in rows])
        assert all(event(key).certificate_id for key in keys)
        assert latest_payload("certification_event", event(keys[-1]).pk)["firm"]["name"] == f"Firm {keys[-1]}"
        asked.append(len(made))
    assert asked[0] == asked[1]


def test_an_event_that_came_along_goes_back_when_the_one_it_came_with_is_corrected(scheme, tmp_path, cast):
    """T1 and T3 bear one number; T3 stands with T1 and T2, and nothing holds them together afterwards."""
    numbers = {"T1": "7", "T2": "8", "T3": "7"}
    take_up(tmp_path, certificates=[FIRST | {"record_id": key, "certificate_number": numbers[key]} for key in numbers])
    own, other = event("T3").certificate_id, event("T2").certificate_id
    merge_pair("certification_event", event("T1").pk, event("T2").pk, cast.actor("office"))
    assert len({event(key).certificate_id for key in numbers}) == 1, "of T2 or of T3: whose id comes first speaks"
    take_up(tmp_path, certificates=[FIRST | {"certificate_number": "9"}])
    assert [event(key).certificate_id for key in numbers] == [other, other, own]
    assert latest_payload("certification_event", event("T3").pk)["certificate"] == own
    assert [item["record_id"] for item in said(own)["events"]] == ["T3"]
    assert [item["record_id"] for item in said(other)["events"]] == ["T1", "T2"]


def test_members_that_are_merged_let_their_events_be_proposed(scheme, tmp_path, cast):
    take_up(tmp_path, certificates=[FIRST | {"member": "Test Metals"}, LATER | {"member": "Test Metals Works"}])
    propose_duplicates(actor=OPERATOR)
    pair = Proposal.objects.get()
    assert pair.kind == "member", "events of two holders are not proposed"
    merge_records(pair.pk, survivor=pair.first, version=1, note="", actor=cast.actor("office"))
    assert proposed().score >= 60


@pytest.mark.parametrize(
    ("change", "rule", "share"),
    [
        ({}, "in_sequence", 0.15),
        ({"day": PartialDate.parse("2019")}, "out_of_sequence", -0.3),
        ({"begins": True, "continues": False, "day": PartialDate.parse("2020-09-20")}, "one_day", 0.05),
        ({"begins": True, "continues": False}, "two_beginnings", -0.3),
        ({"begins": True, "continues": False}, "other_versions", -0.4),
        ({"version": "v2"}, "one_version", 0.1),
        ({"number": "7"}, "one_number", 0.6),
        ({"number": "8"}, "other_numbers", -0.6),
        ({"holders": frozenset("x")}, "other_holders", -0.3),
        ({}, "one_holder", 0.15),
    ],
)
def test_each_piece_of_evidence_counts_what_the_table_says(change, rule, share):
    first = Told(Described("a", ("Works",)), frozenset("m"), "f", "v2", "7", PartialDate.parse("2020-09"), begins=True)
    told = {"entity": Described("b", ("Works",)), "holders": frozenset("m"), "family": "f", "version": "v3"}
    later = Told(**(told | {"day": PartialDate.parse("2024"), "continues": True} | change))
    found = judge(first, later, Corpus.of([first.entity, later.entity])).reasons
    assert {reason.rule: reason.values["share"] for reason in found}[f"grouping.{rule}"] == share


def test_what_stands_together_already_is_not_proposed():
    one = Told(Described("a", ("Works",)), frozenset("m"), "f", "v2", stands_under="c1")
    other = Told(Described("b", ("Works",)), frozenset("m"), "f", "v2", stands_under="c1")
    assert likely_one([one, other]) == {}


def test_of_the_real_rows_renewals_are_proposed_and_sites_of_one_member_are_not(samples):
    """Read by hand on 22 November 2026: eleven pairs of rows name one entity and member, first and then renewed."""
    propose_duplicates(actor=OPERATOR, kinds=["certification_event"])
    found = {
        tuple(
            sorted(
                CertificationEvent.objects.filter(pk__in=(row.first, row.second)).values_list("record_id", flat=True)
            )
        )
        for row in Proposal.objects.all()
    }
    assert len(found) == 11
    assert not any(row.score < 60 for row in Proposal.objects.all())
