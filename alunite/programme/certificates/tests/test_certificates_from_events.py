"""Certificates are made out from events, and leave the register when nothing makes them out any more."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from alunite.foundation.accounts.policies import IMPORTER, OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.queries import latest_payload
from alunite.programme.certificates.models import Certificate, CertificationEvent
from alunite.programme.members.models import Member, Standing

ROW = {
    "record_id": "T1",
    "member": "Test Metals",
    "entity": "Test works",
    "standard": "PS",
    "standard_version": "V3 2022",
    "source_url": "https://example.org/1",
}
DATED = {"issue_date": "2024-01-15", "expiry_date": "2027-01-14", "level": "full"}


@pytest.fixture(autouse=True)
def scheme(adopted_scheme):
    """Work under ASI's scheme."""


@pytest.fixture
def take_up(tmp_path: Path):
    """Import rows, each given as what differs from ROW."""

    def run(*rows: dict[str, str]):
        path = tmp_path / "certificates.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, import_kind("certificates").column_names, restval="")
            writer.writeheader()
            writer.writerows(ROW | row for row in rows)
        result = import_files([("certificates", path)], actor=IMPORTER)
        assert result.faults == []
        return result

    return run


@pytest.fixture(params=[2_000, 1], ids=["one chunk", "a chunk a row"])
def chunk(request, monkeypatch):
    """Rows taken up together or one by one: what becomes of them is the same."""
    monkeypatch.setattr("alunite.foundation.importing.actions.CHUNK", request.param)


def event(record_id: str) -> CertificationEvent:
    return CertificationEvent.objects.get(record_id=record_id)


def published(kind: str, subject: str | None) -> dict:
    payload = latest_payload(kind, subject or "")
    assert payload is not None
    return payload


def test_an_announcement_identifies_no_certificate(take_up):
    take_up({"announced_date": "2024-02"})
    assert event("T1").certificate is None
    assert not Certificate.objects.exists()
    said = published("certification_event", event("T1").pk)
    assert said["certificate"] == ""
    assert (said["level"], said["issue_date"], said["countries"]) == ("unknown", "unknown", ["unknown"])


@pytest.mark.parametrize("cells", [{"certificate_number": "777"}, DATED], ids=["by its number", "by both days"])
def test_a_number_or_both_days_identify_a_certificate(take_up, cells):
    take_up(cells)
    said = published("certificate", event("T1").certificate_id)
    assert said["certificate_number"] == cells.get("certificate_number", "unknown")
    assert [item["record_id"] for item in said["events"]] == ["T1"]


def test_events_under_one_number_speak_of_one_certificate_and_the_latest_speaks_for_its_scope(take_up):
    take_up(
        {"record_id": "T2", "certificate_number": "9", "entity": "New name", **DATED},
        {
            "record_id": "T1",
            "certificate_number": "9",
            "entity": "Old name",
            "issue_date": "2021-01-15",
            "expiry_date": "2024-01-14",
            "level": "provisional",
        },
    )
    assert event("T1").certificate_id == event("T2").certificate_id
    said = published("certificate", event("T1").certificate_id)
    assert said["entity"] == "New name"
    assert said["level"] == "full"
    assert [item["record_id"] for item in said["events"]] == ["T1", "T2"]
    assert [(item["state"], item["qualifier"]) for item in said["timeline"]] == [
        ("active", "provisional"),
        ("active", "full"),
        ("expired", "full"),
    ]


def test_a_silent_later_event_hides_nothing_that_an_earlier_one_states(take_up):
    take_up(
        {"record_id": "T1", "certificate_number": "9", "audit_firm": "Check Ltd", "country": "NO", **DATED},
        {"record_id": "T2", "certificate_number": "9", "announced_date": "2025-05", "event": "scope extension"},
    )
    said = published("certificate", event("T1").certificate_id)
    assert (said["level"], said["issue_date"], said["expiry_date"]) == ("full", "2024-01-15", "2027-01-14")
    assert (said["countries"], said["firm"]["name"]) == (["NO"], "Check Ltd")
    assert (said["event"], said["announced_date"]) == ("scope_extension", "2025-05")


def test_one_number_in_two_families_is_two_certificates(take_up):
    take_up(
        {"record_id": "T1", "certificate_number": "9"},
        {"record_id": "T2", "certificate_number": "9", "standard": "CoC", "standard_version": "V2 2022"},
    )
    assert event("T1").certificate_id != event("T2").certificate_id


def test_a_corrected_number_keeps_the_certificate_and_its_address(take_up):
    take_up({"certificate_number": "56"})
    before = event("T1").certificate_id
    take_up({"certificate_number": "57"})
    assert event("T1").certificate_id == before
    assert published("certificate", before)["certificate_number"] == "57"


def test_a_certificate_that_nothing_identifies_any_more_leaves_the_register(take_up):
    take_up({"certificate_number": "56"})
    before = event("T1").certificate_id
    take_up({"announced_date": "2024"})
    assert event("T1").certificate is None
    last = Publication.objects.filter(kind="certificate", subject=before).order_by("-version").first()
    assert last is not None
    assert (last.version, last.withdrawal) == (2, "statement_corrected")
    assert latest_payload("certificate", before) is None


def test_a_withdrawn_certificate_comes_back_under_its_address_when_it_is_identified_again(take_up):
    take_up({"certificate_number": "56"})
    before = event("T1").certificate_id
    take_up({"announced_date": "2024"})
    take_up({"certificate_number": "56"})
    assert event("T1").certificate_id == before
    assert published("certificate", before)["certificate_number"] == "56"


@pytest.mark.usefixtures("chunk")
def test_two_rows_that_swap_their_numbers_swap_certificates(take_up):
    take_up({"record_id": "T1", "certificate_number": "1"}, {"record_id": "T2", "certificate_number": "2"})
    one, two = event("T1").certificate_id, event("T2").certificate_id
    take_up({"record_id": "T1", "certificate_number": "2"}, {"record_id": "T2", "certificate_number": "1"})
    assert (event("T1").certificate_id, event("T2").certificate_id) == (two, one)
    assert published("certificate", one)["certificate_number"] == "1"
    assert [item["record_id"] for item in published("certificate", one)["events"]] == ["T2"]


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_chain_of_corrected_numbers_never_mixes_two_certificates(take_up, order):
    take_up({"record_id": "T1", "certificate_number": "1"}, {"record_id": "T2", "certificate_number": "2"})
    moved = [{"record_id": "T1", "certificate_number": "2"}, {"record_id": "T2", "certificate_number": "3"}]
    take_up(*(moved[place] for place in order))
    assert event("T1").certificate_id != event("T2").certificate_id
    assert published("certificate", event("T1").certificate_id)["certificate_number"] == "2"
    assert published("certificate", event("T2").certificate_id)["certificate_number"] == "3"


@pytest.mark.usefixtures("chunk")
def test_numbers_that_all_move_by_one_keep_their_certificates_apart(take_up):
    def rows(shift: int) -> list[dict[str, str]]:
        return [{"record_id": f"T{place:02}", "certificate_number": str(place + shift)} for place in range(30)]

    take_up(*rows(100))
    take_up(*rows(99))
    standing = {event(f"T{place:02}").certificate_id: place for place in range(30)}
    assert len(standing) == 30
    for certificate, place in standing.items():
        assert published("certificate", certificate)["certificate_number"] == str(place + 99)


def test_a_changed_family_makes_another_certificate(take_up):
    take_up({"certificate_number": "56"})
    before = event("T1").certificate_id
    take_up({"certificate_number": "56", "standard": "CoC", "standard_version": "V2 2022"})
    assert event("T1").certificate_id != before
    assert latest_payload("certificate", before or "") is None


def test_members_and_firms_named_in_a_row_are_made_and_say_so(take_up):
    take_up({"member": "North Metals;South Metals", "audit_firm": "Check Ltd"})
    said = published("certification_event", event("T1").pk)
    assert [item["name"] for item in said["members"]] == ["North Metals", "South Metals"]
    north = Member.objects.get(name="North Metals")
    assert north.standing is Standing.NAMED_ONLY
    assert published("member", north.pk)["standing"] == "named_in_source_only"
    assert published("firm", said["firm"]["id"])["name"] == "Check Ltd"


def test_every_record_changed_has_its_entry(take_up):
    take_up({"certificate_number": "56", "audit_firm": "Check Ltd"})
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {
        "member.named_in_source",
        "firm.named_in_source",
        "certification_event.stated",
        "certificate.identified",
        "publication.published",
    } <= kinds
    assert set(Entry.objects.filter(kind="certification_event.stated").values_list("actor", flat=True)) == {"import"}


def test_a_source_on_the_owners_own_pages_is_told_from_one_that_reports(take_up):
    take_up(
        {"record_id": "T1", "source_url": "https://aluminium-stewardship.org/some-news", **DATED},
        {"record_id": "T2", "source_url": "https://news.example.org/some-news", **DATED},
    )
    origins = {
        key: published("certification_event", event(key).pk)["timeline"][0]["reasons"][0]["origin"]
        for key in ("T1", "T2")
    }
    assert origins == {"T1": "asi", "T2": "third_party"}


def test_another_term_in_a_new_pack_is_published_at_once(take_up, tmp_path):
    take_up({"certificate_number": "9", "issue_date": "2024-11-11", "level": "full"})
    certificate = event("T1").certificate_id
    assert published("certificate", certificate)["timeline"][0]["last"] == "2027-11-10"
    pack = Path(shutil.copytree(settings.REPOSITORY / "schemes" / "asi", tmp_path / "pack"))
    scheme = pack / "scheme.yaml"
    text = scheme.read_text(encoding="utf-8")
    assert text.count("value: 3,") == 1
    scheme.write_text(text.replace("value: 3,", "value: 4,"), encoding="utf-8")
    adopt_pack(pack, actor=OPERATOR)
    assert published("certificate", certificate)["timeline"][0]["last"] == "2028-11-10"
