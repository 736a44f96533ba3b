"""Audits and findings: what was said, with its exact standing."""

from __future__ import annotations

import pytest

from alunite.foundation.history.models import Entry
from alunite.foundation.importing.checks import check_statements
from alunite.foundation.importing.models import Statement
from alunite.foundation.publications.models import Publication
from alunite.programme.audits.models import Audit, Finding
from tests import rows


@pytest.fixture
def take_up(adopted_scheme, tmp_path):
    return rows.importer(tmp_path)


def audit(record_id: str = "A1") -> dict:
    return rows.published("audit", Audit.objects.get(statement__key=record_id).pk)


def finding(record_id: str = "F1") -> dict:
    return rows.published("finding", Finding.objects.get(statement__key=record_id).pk)


def test_numbers_of_non_conformances_that_nobody_said_are_unknown_and_not_0(take_up):
    rows.taken_up(take_up(audits=[{"nc_minor": "0"}, {"audit_id": "A2", "nc_major": "0", "nc_minor": "8"}]))
    assert (audit()["nc_major"], audit()["nc_minor"]) == ("unknown", 0)
    assert (audit("A2")["nc_major"], audit("A2")["nc_minor"]) == (0, 8)


def test_an_announced_audit_is_published_as_it_was_announced(take_up):
    rows.taken_up(
        take_up(
            certificates=[{}],
            audits=[
                {
                    "certificate_record_id": "C1",
                    "standard_version": "V3.1",
                    "audit_type": "Surveillance audit and scope change",
                    "audit_firm": "Check Ltd",
                    "audit_start": "2023-07",
                    "outcome": "Certificate maintained",
                    "mode": "remote (desk top)",
                    "note": "transitional audit against principles 1-4",
                }
            ],
        )
    )
    said = audit()
    assert said["certificate_record"] == "C1"
    assert (said["version"], said["version_printed"]) == ("ps-3", "V3.1")
    assert (said["audit_type"], said["outcome"]) == ("Surveillance audit and scope change", "Certificate maintained")
    assert (said["audit_start"], said["audit_end"], said["next_audit"]) == ("2023-07", "unknown", "unknown")
    assert said["mode"] == "remote (desk top)"
    assert said["note"] == "transitional audit against principles 1-4"
    assert said["firm"]["name"] == "Check Ltd"
    assert [item["name"] for item in said["members"]] == ["Test Metals"]
    assert said["findings"] == []


def test_an_audit_of_a_certificate_nobody_brings_is_at_fault(take_up):
    result = take_up(audits=[{"certificate_record_id": "C9"}])
    assert rows.faults(result) == [(2, "certificate_record_id", "C9")]
    assert not Audit.objects.exists()


def test_a_finding_is_told_with_its_audit_which_is_published_anew(take_up):
    rows.taken_up(take_up(audits=[{"nc_major": "1", "outcome": "Certificate maintained"}]))
    rows.taken_up(
        take_up(
            findings=[
                {"finding_id": "F2", "criterion": "8.1", "rating": "Major non-conformance", "note": "exempted"},
                {"finding_id": "F1", "criterion": "2.1a-c", "count": "1"},
            ]
        )
    )
    assert Publication.objects.filter(kind="audit").count() == 2
    told = audit()["findings"]
    assert [(item["record_id"], item["extent"], item["criteria"]) for item in told] == [
        ("F1", "group", ["2.1a", "2.1b", "2.1c"]),
        ("F2", "criterion", ["8.1"]),
    ]
    # What was said, and not what would follow: a certificate may stand although a major was found.
    assert (told[1]["rating"], told[1]["note"]) == ("major_nc", "exempted")
    assert audit()["outcome"] == "Certificate maintained"
    assert (finding("F2")["audit_record"], finding("F2")["count"]) == ("A1", "unknown")
    assert (finding()["criterion"], finding()["count"]) == ("2.1a-c", 1)


def test_a_finding_that_moves_to_another_audit_leaves_the_first(take_up):
    rows.taken_up(take_up(audits=[{}, {"audit_id": "A2"}], findings=[{}]))
    rows.taken_up(take_up(findings=[{"audit_id": "A2"}]))
    assert audit("A1")["findings"] == []
    assert [item["record_id"] for item in audit("A2")["findings"]] == ["F1"]


def test_a_statement_on_the_audit_as_a_whole_names_no_criterion(take_up):
    rows.taken_up(take_up(audits=[{}], findings=[{"criterion": "all applicable", "rating": "No non-conformance"}]))
    said = finding()
    assert (said["extent"], said["criteria"]) == ("all_applicable", [])
    # Nobody here decides that this is the scheme's word for conformance.
    assert (said["rating"], said["rating_printed"]) == ("unknown", "No non-conformance")


def test_a_sum_over_many_audits_belongs_to_none(take_up):
    sums = {"audit_id": "", "count": "31", "period": "2018-01/2022-06", "rating": "Non-conformance (major and minor)"}
    rows.taken_up(take_up(findings=[sums | {"principle": "2 Policy and management"}]))
    said = finding()
    assert (said["audit"], said["audit_record"], said["members"]) == ("", "unknown", [])
    assert (said["count"], said["period"], said["extent"]) == (31, "2018-01/2022-06", "none")
    assert said["principle"] == "2 Policy and management"


def test_every_bad_value_is_told_at_once_and_nothing_is_loaded(take_up):
    result = take_up(
        audits=[
            {"nc_major": "-1", "nc_minor": "two", "audit_start": "2021-05", "audit_end": "2021-04-30"},
            {"audit_id": "A2", "standard_version": "V9", "entity": "", "next_audit": "soon", "nc_minor": "1.5"},
        ],
        findings=[
            {"audit_id": "A7"},
            {"finding_id": "F2", "audit_id": "", "count": "²", "period": ""},
            {"finding_id": "F3", "audit_id": "", "period": "2022-06/2018-01", "rating": ""},
        ],
    )
    assert sorted(rows.faults(result)) == sorted(
        [
            (2, "nc_major", "-1"),
            (2, "nc_minor", "two"),
            (2, "audit_end", "2021-04-30"),
            (3, "entity", ""),
            (3, "next_audit", "soon"),
            (3, "nc_minor", "1.5"),
            (3, "standard_version", "V9"),
            (2, "audit_id", "A7"),
            (3, "count", "²"),
            (3, "period", ""),
            (4, "rating", ""),
            (4, "period", "2022-06/2018-01"),
        ]
    )
    assert not Statement.objects.exists()


def test_every_row_has_the_entry_that_vouches_for_it(take_up):
    rows.taken_up(take_up(audits=[{}], findings=[{}]))
    rows.taken_up(take_up(audits=[{"note": "restated"}], findings=[{"note": "restated"}]))
    assert list(Entry.objects.filter(record_type="audit").values_list("kind", flat=True)) == [
        "audit.stated",
        "audit.restated",
    ]
    assert list(Entry.objects.filter(record_type="finding").values_list("kind", flat=True)) == [
        "finding.stated",
        "finding.restated",
    ]
    assert list(check_statements()) == []
