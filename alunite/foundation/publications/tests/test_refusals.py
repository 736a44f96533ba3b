"""The database itself refuses to change what was published, on either engine, whoever asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.history.triggers import missing_guards
from alunite.foundation.publications.actions import publish
from alunite.foundation.publications.models import Publication, PublicationPayload
from alunite.foundation.publications.tests.kinds import KIND, notice

TABLES = ("publication", "publication_payload")


@pytest.fixture
def published(db):
    return publish(KIND, [notice("a1"), notice("a2")], actor=OPERATOR)


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Publication, PublicationPayload)]


def run(statement: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(statement: str, *values) -> None:
    before = everything()
    with pytest.raises(DatabaseError):
        run(statement, *values)
    assert everything() == before


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'x'",
        "subject = 'x'",
        "version = version + 1",
        "published_at = '2020-01-01T00:00:00+00:00'",
        "digest = 'x'",
        "withdrawal = 'x'",
        "withdrawal = withdrawal",
        "successor = 'x'",
        "id = id + 100",
    ],
)
def test_no_column_of_a_publication_can_be_changed(published, change):
    refused(f"UPDATE publication SET {change}")


@pytest.mark.parametrize("table", TABLES)
def test_nothing_published_can_be_deleted(published, table):
    refused(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "change",
    [
        "payload = '{}'",
        "payload = NULL",
        "redacted_by = 'D-1'",
        "payload = '{}', redacted_by = 'D-1'",
        "payload = NULL, redacted_by = ''",
        "payload = NULL, redacted_by = NULL",
        "payload = NULL, redacted_by = 'D-1', publication_id = publication_id + 100",
    ],
)
def test_a_payload_changes_in_no_way_but_to_nothing_by_a_decision(published, change):
    refused(f"UPDATE publication_payload SET {change}")


def test_a_payload_goes_to_nothing_by_a_decision_once(published):
    run("UPDATE publication_payload SET payload = NULL, redacted_by = 'D-1' WHERE publication_id = %s", published[0].id)
    refused("UPDATE publication_payload SET redacted_by = 'D-2' WHERE publication_id = %s", published[0].id)
    refused("UPDATE publication_payload SET redacted_by = NULL WHERE publication_id = %s", published[0].id)
    refused("UPDATE publication_payload SET payload = '{}' WHERE publication_id = %s", published[0].id)
    assert PublicationPayload.objects.get(pk=published[1].id).payload is not None


def test_nothing_published_can_be_replaced(published):
    """SQLite's INSERT OR REPLACE deletes without a word; PostgreSQL's ON CONFLICT DO UPDATE is an update."""
    row = Publication.objects.order_by("pk").first()
    values = (row.pk, row.kind, row.subject, row.version, "2020-01-01T00:00:00+00:00", "x", "")
    marks = ", ".join(["%s"] * len(values))
    columns = "id, kind, subject, version, published_at, digest, withdrawal"
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO publication ({columns}) VALUES ({marks})", *values)
        refused(f"INSERT OR REPLACE INTO publication ({columns}) VALUES ({marks})", 10_000, *values[1:])
        refused("INSERT OR REPLACE INTO publication_payload (publication_id, payload) VALUES (%s, '{}')", row.pk)
    else:
        refused(
            f"INSERT INTO publication ({columns}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET digest = 'x'", *values
        )


@pytest.mark.postgresql
@pytest.mark.parametrize("table", TABLES)
def test_a_table_cannot_be_truncated_or_have_its_triggers_slept_through(published, table):
    refused(f"TRUNCATE {table} CASCADE")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_the_guards_are_all_there(db, table):
    assert missing_guards(table) == []


def test_the_models_themselves_cannot_change_anything_either(published):
    row = Publication.objects.order_by("pk").first()
    row.digest = "x"
    for change in (row.save, row.delete, Publication.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Publication.objects.count() == 2
