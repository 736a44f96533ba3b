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
from alunite.front.register.models import Record, Row
from alunite.front.register.projector import rebuild
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
    return f"register certificate {Record.objects.get(kind='certificate').subject}"


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
        ("UPDATE register_row SET entity = 'Forged' WHERE kind = 'certificate'", "line"),
        ("UPDATE register_row SET members = '[]' WHERE kind = 'certificate'", "line"),
        ("UPDATE register_row SET sort_day = '2030-01-01' WHERE kind = 'certificate'", "line"),
        ("UPDATE register_row SET kind = 'certification_event' WHERE kind = 'certificate'", "line"),
        ("UPDATE register_held SET state = 'forged' WHERE row_id IN (SELECT subject FROM register_record"
         " WHERE kind = 'certificate')", "states"),
        ("UPDATE register_held SET last = '2099-01-01' WHERE row_id IN (SELECT subject FROM register_record"
         " WHERE kind = 'certificate')", "states"),
        ("DELETE FROM register_facet WHERE value = 'SE'", "facets"),
        ("UPDATE register_facet SET value = 'CN' WHERE value = 'SE'", "facets"),
    ],
)  # fmt: skip
def test_what_was_changed_in_a_read_table_is_found_and_no_other(shown, statement, name):
    subject = Row.objects.get(kind="certificate").pk
    change(statement)
    [(where, text)] = check_read_tables()
    assert where == f"register certificate {subject}"
    assert f": {name}." in text


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL holds JSON and days only")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_record SET payload = 'no json' WHERE kind = 'certificate'",
        "UPDATE register_record SET published_at = 'soon' WHERE kind = 'certificate'",
        "UPDATE register_row SET sort_day = 'soon' WHERE kind = 'certificate'",
    ],
)
def test_values_that_cannot_be_read_are_found(shown, statement):
    change("PRAGMA ignore_check_constraints = ON")
    change(statement)
    change("PRAGMA ignore_check_constraints = OFF")
    assert places() == [certificate()]


def test_a_record_nobody_published_is_found(shown):
    change(
        "INSERT INTO register_record (kind, subject, title, slug, payload, publication, version, published_at,"
        " withdrawal) SELECT kind, 'zzzzzzzz', title, slug, payload, publication, version, published_at, withdrawal"
        " FROM register_record WHERE kind = 'certificate'"
    )
    assert places() == ["register certificate zzzzzzzz"]


def test_lines_nobody_published_are_found(shown):
    line = Row.objects.get(kind="certificate")
    line.pk, line.text_id = "zzzzzzzz", 1
    line.save(force_insert=True)
    under = Record.objects.filter(kind="certification_event", payload__certificate__isnull=False)
    event = next(record for record in under if (record.payload or {}).get("certificate"))
    line.pk, line.text_id = event.subject, 2
    line.save(force_insert=True)
    assert places() == [f"register certification_event {event.subject}", "register line zzzzzzzz"]


def test_what_was_withdrawn_or_redacted_is_no_difference_and_shown_again_is(shown):
    subject = Record.objects.get(kind="certificate").subject
    kept = Record.objects.filter(kind="certificate").values_list("payload", flat=True)[0]
    event = Record.objects.filter(kind="certification_event").order_by("pk")[0]
    redact_by("D-1", [event.publication])
    publish("certificate", [ToPublish(subject, None, "annulled")], actor=OPERATOR)
    assert places() == []
    Record.objects.filter(kind="certificate").update(payload=kept, withdrawal="")
    assert places() == [certificate()]


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
    with django_assert_num_queries(9):
        assert places() == []
