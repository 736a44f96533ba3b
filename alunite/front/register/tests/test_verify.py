"""`history verify` finds what happened to the read tables behind the projector's back."""

from __future__ import annotations

import pytest
from django.db import connection

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.history import triggers
from alunite.foundation.history.verification import verify
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.models import Publication
from alunite.front.register import checks
from alunite.front.register.checks import check_read_tables
from alunite.front.register.models import NOW, Facet, Held, Record, Row
from alunite.front.register.projector import rebuild
from alunite.front.register.tests.world import shown as shown_now
from alunite.front.register.tests.world import take_up
from tests.decided import redact_by


@pytest.fixture
def shown(scheme, tmp_path):
    """A certificate of two events, and an event that stands alone."""
    dated = {"certificate_number": "77", "issue_date": "2024-01-15", "expiry_date": "2027-01-14", "country": "NO;SE"}
    take_up(tmp_path, dated | {"record_id": "R1"}, dated | {"record_id": "R2"}, {"record_id": "R3"})


def places() -> list[str]:
    return [where for where, _ in check_read_tables()]


def change(statement: str, *parameters: object) -> None:
    """Write to a read table, which no trigger guards."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def certificate() -> str:
    return f"register certificate {shown_now('certificate').subject}"


def test_what_was_only_published_has_no_difference(shown):
    assert places() == []
    rebuild()
    assert places() == []


def test_the_samples_have_no_difference_in_chunks_of_any_size(samples, monkeypatch):
    assert places() == []
    monkeypatch.setattr(checks, "CHUNK", 7)
    assert places() == []


def test_a_changed_payload_is_found_by_verify(shown):
    change("""UPDATE register_record SET payload = '{"entity": "Forged"}' WHERE kind = 'certificate'""")
    found = [(problem.kind, problem.where) for problem in verify().problems]
    assert found == [("altered", certificate())]
    rebuild()
    assert verify().ok


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE register_record SET payload = NULL WHERE kind = 'certificate'", "record"),
        ("UPDATE register_record SET title = 'Forged' WHERE kind = 'certificate'", "record"),
        ("UPDATE register_record SET withdrawal = 'annulled' WHERE kind = 'certificate'", "record"),
        ("UPDATE register_record SET version = 9 WHERE kind = 'certificate'", "record"),
        ("UPDATE register_record SET published_at = '2030-01-01 00:00:00+00:00' WHERE kind = 'certificate'", "record"),
        ("DELETE FROM register_record WHERE kind = 'certificate'", "record"),
        ("UPDATE register_record SET until = 99999 WHERE kind = 'certificate'", "record"),
        ("UPDATE register_record SET redacted_by = 'D-9' WHERE kind = 'certificate'", "record"),
        ("UPDATE register_row SET place = 1 WHERE kind = 'certificate'", "line"),
        ("UPDATE register_row SET first_day = '2030-01-01' WHERE kind = 'certificate'", "line"),
        ("UPDATE register_row SET until = 99999 WHERE kind = 'certificate'", "line"),
        ("UPDATE register_row SET kind = 'certification_event' WHERE kind = 'certificate'", "line"),
        ("UPDATE register_held SET state = 'forged' WHERE publication IN (SELECT publication FROM register_record"
         " WHERE kind = 'certificate')", "states"),
        ("UPDATE register_held SET last = '2099-01-01' WHERE publication IN (SELECT publication FROM register_record"
         " WHERE kind = 'certificate')", "states"),
        ("DELETE FROM register_facet WHERE kind = 'certificate' AND name = 'firm'", "facets"),
        ("UPDATE register_facet SET value = 'x' WHERE kind = 'certificate' AND name = 'firm'", "facets"),
    ],
)  # fmt: skip
def test_what_was_changed_in_a_read_table_is_found_and_no_other(shown, statement, name):
    subject = shown_now("certificate").subject
    change(statement)
    [(where, text)] = [found for found in check_read_tables() if found[0] != "register tallies"]
    assert where == f"register certificate {subject}"
    assert f": {name}." in text


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL holds JSON and days only")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_record SET payload = 'no json' WHERE kind = 'certificate'",
        "UPDATE register_record SET published_at = 'soon' WHERE kind = 'certificate'",
        "UPDATE register_row SET first_day = 'soon' WHERE kind = 'certificate'",
    ],
)
def test_values_that_cannot_be_read_are_found(shown, statement):
    change("PRAGMA ignore_check_constraints = ON")
    change(statement)
    change("PRAGMA ignore_check_constraints = OFF")
    assert places() == [certificate()]


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_version_is_compared_as_the_one_shown_is(shown, version):
    subject = shown_now("certificate").subject
    publish("certificate", [ToPublish(subject, None, "annulled")], actor=OPERATOR)
    [publication] = Record.objects.filter(kind="certificate", version=version).values_list("pk", flat=True)
    change("UPDATE register_record SET title = 'Forged' WHERE publication = %s", publication)
    [(where, text)] = check_read_tables()
    assert where == f"register certificate {subject}"
    assert text.startswith(f"Version {version} is not as it was published: record.")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_tally SET lines = lines + 1 WHERE value = 'NO'",
        "UPDATE register_tally SET since = since + 1 WHERE value = 'NO'",
        "DELETE FROM register_tally WHERE value = 'NO'",
        "INSERT INTO register_tally (name, value, lines, since) VALUES ('country', 'CN', 1, 1)",
        "UPDATE register_tally SET value = 'CN' WHERE value = 'NO'",
    ],
)
def test_a_tally_that_counts_wrong_is_found(shown, statement):
    change(statement)
    assert places() == ["register tallies"]
    rebuild()
    assert places() == []


def test_what_nobody_published_is_found_in_every_table(shown):
    record = shown_now("certificate")
    facet = Facet.objects.filter(publication=record.publication).first()
    held = Held.objects.filter(publication=record.publication).first()
    for held_of_it in (record, Row.objects.get(pk=record.pk), held, facet):
        if hasattr(held_of_it, "id"):
            held_of_it.id = None
        held_of_it.publication = 10**9
        if isinstance(held_of_it, Record):
            held_of_it.subject = "zzzzzzzz"
        held_of_it.save(force_insert=True)
    found = [f"register {name} of publication {10**9}" for name in ("record", "line", "states", "facets")]
    assert [place for place in places() if place != "register tallies"] == found


def test_a_line_of_an_event_that_stands_under_its_certificate_is_found(shown):
    event = next(item for item in Record.objects.filter(kind="certification_event") if item.payload["certificate"])
    row = Row.objects.get(publication=shown_now("certificate").publication)
    row.publication = event.publication
    row.save(force_insert=True)
    assert f"register certification_event {event.subject}" in places()


def test_what_was_withdrawn_or_redacted_is_no_difference_and_shown_again_is(shown):
    subject = shown_now("certificate").subject
    kept = Record.objects.filter(kind="certificate").values_list("payload", flat=True)[0]
    event = Record.objects.filter(kind="certification_event").order_by("pk")[0]
    redact_by("D-1", [event.publication])
    publish("certificate", [ToPublish(subject, None, "annulled")], actor=OPERATOR)
    assert places() == []
    Record.objects.filter(NOW, kind="certificate").update(payload=kept, withdrawal="")
    assert places() == [f"register certificate {subject}"]


def test_a_publication_that_was_itself_changed_is_told_by_its_own_check_alone(shown):
    latest = Publication.objects.filter(kind="certificate").order_by("-version")[0]
    with connection.cursor() as cursor:
        guards = triggers.SQLITE_GUARDS if connection.vendor == "sqlite" else triggers.POSTGRESQL_GUARDS
        for guard in guards:
            on = "" if connection.vendor == "sqlite" else " ON publication_payload"
            cursor.execute(f"DROP TRIGGER publication_payload_{guard}{on}")
        cursor.execute("UPDATE publication_payload SET payload = 'no json' WHERE publication_id = %s", [latest.pk])
    assert places() == []
    assert [problem.where for problem in verify().problems] == [f"publication {latest.pk}"]


def test_what_is_published_while_it_is_looked_at_is_no_difference(shown, monkeypatch):
    look = checks._differences

    def publish_meanwhile(chunk):
        monkeypatch.setattr(checks, "_differences", look)
        [row] = [row for row in chunk if row["kind"] == "certificate"]
        publish("certificate", [ToPublish(row["subject"], None, "annulled")], actor=OPERATOR)
        return look(chunk)

    monkeypatch.setattr(checks, "_differences", publish_meanwhile)
    assert places() == []


def test_checking_asks_no_more_for_more_subjects_of_one_chunk(scheme, tmp_path, django_assert_num_queries):
    take_up(tmp_path, *({"record_id": f"R{number}", "member": f"M{number}"} for number in range(100)))
    with django_assert_num_queries(12):
        assert places() == []
