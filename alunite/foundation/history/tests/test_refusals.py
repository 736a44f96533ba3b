"""The database itself refuses to change history, whoever asks."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from alunite.foundation.history import triggers
from alunite.foundation.history.actions import record
from alunite.foundation.history.models import Checkpoint, Entry, Payload, Reaction
from alunite.foundation.history.tests.attacker import execute

PROTECTED = (Entry, Payload, Checkpoint, Reaction)


@pytest.fixture
def rows(db, no_reactions):
    """One row in each table; the entry's id is returned."""
    entry = record("a.b", record_type="thing", record_id="1", payload={"a": 1}, actor="system")
    fields = {"first": 1, "last": 1, "count": 1, "root": "", "contents": "", "at": entry.at}
    Checkpoint.objects.create(number=1, **fields)
    Reaction.objects.create(cause=entry, reaction="x.y")
    return entry.pk


def _refused(statement, *parameters):
    with pytest.raises(IntegrityError, match=r"only grows|can only be erased"), transaction.atomic():
        execute(statement, *parameters)


@pytest.mark.parametrize("model", PROTECTED)
def test_no_row_is_deleted(rows, model):
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    _refused(f"DELETE FROM {model._meta.db_table}")


@pytest.mark.parametrize("model", PROTECTED)
def test_no_column_is_changed(rows, model):
    for field in model._meta.concrete_fields:
        if field.column != "erased_by":
            _refused(f'UPDATE {model._meta.db_table} SET "{field.column}" = "{field.column}"')


@pytest.mark.parametrize("model", PROTECTED)
@pytest.mark.postgresql
def test_no_table_is_emptied(rows, model):
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    _refused(f"TRUNCATE {model._meta.db_table} CASCADE")


@pytest.mark.postgresql
def test_replication_role_does_not_get_round_it(rows):
    execute("SET LOCAL session_replication_role = replica")
    _refused("UPDATE history_entry SET kind = 'c.d'")


@pytest.mark.parametrize("model", PROTECTED)
def test_no_row_is_replaced_by_an_insert(rows, model):
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        key = model._meta.pk.column
        _refused(f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {key} = excluded.{key}")
    else:
        _refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        _refused(f"REPLACE INTO {table} SELECT * FROM {table}")


def test_no_row_is_replaced_under_a_new_id(rows):
    """SQLite deletes whatever stands in the way of a REPLACE, also by another unique key than the id."""
    columns = [field.column for field in Entry._meta.concrete_fields if field.column != "id"]
    names = ", ".join(columns)
    replace = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    with pytest.raises(IntegrityError, match="record_version"), transaction.atomic():
        execute(f"{replace} INTO history_entry (id, {names}) SELECT id + 1000, {names} FROM history_entry")


@pytest.mark.parametrize(
    "change",
    [
        "payload = NULL",
        "payload = NULL, salt = NULL",
        "payload = NULL, salt = NULL, erased_by = ''",
        "payload = NULL, erased_by = 'd'",
        "salt = NULL, erased_by = 'd'",
        "erased_by = 'd'",
        "payload = NULL, salt = NULL, erased_by = 'd', entry_id = entry_id + 1",
        "payload = '{}', salt = NULL, erased_by = 'd'",
    ],
)
def test_no_payload_is_erased_by_halves(rows, change):
    _refused(f"UPDATE history_payload SET {change}")


def test_a_payload_is_erased_once_by_a_decision(rows):
    execute("UPDATE history_payload SET payload = NULL, salt = NULL, erased_by = 'd'")
    assert Payload.objects.values_list("payload", "salt", "erased_by").get() == (None, None, "d")
    for change in (
        "erased_by = 'e'",
        "erased_by = NULL",
        "payload = '{}'",
        "payload = NULL, salt = NULL, erased_by = 'd'",
    ):
        _refused(f"UPDATE history_payload SET {change}")


def test_every_table_is_guarded_and_a_missing_guard_is_noticed(db):
    for model in PROTECTED:
        assert triggers.missing_guards(model._meta.db_table) == []
    execute("DROP TRIGGER history_entry_no_delete" if connection.vendor == "sqlite"
            else "ALTER TABLE history_entry DISABLE TRIGGER history_entry_no_change")  # fmt: skip
    assert len(triggers.missing_guards("history_entry")) == 1
    assert triggers.missing_guards("no_such_table")


def test_the_operations_serve_other_tables_and_can_be_taken_back(committed_db):
    operations = [
        migrations.CreateModel(
            "Thing",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("kept", models.TextField()),
                ("body", models.TextField(null=True)),
                ("redacted_by", models.BigIntegerField(null=True)),
            ],
            options={"db_table": "thing"},
        ),
        *triggers.erasable("thing", payload_columns=["body"], reason_column="redacted_by"),
    ]
    state = ProjectState()
    for operation in operations:
        new_state = state.clone()
        operation.state_forwards("made_up", new_state)
        with connection.schema_editor() as editor:
            operation.database_forwards("made_up", editor, state, new_state)
        state = new_state
    execute("INSERT INTO thing (kept, body) VALUES ('a', 'b'), ('c', 'd')")
    _refused("UPDATE thing SET body = NULL, redacted_by = 3, kept = 'x'")
    execute("UPDATE thing SET body = NULL, redacted_by = 3 WHERE kept = 'a'")
    _refused("DELETE FROM thing")
    guard = operations[-1]
    with connection.schema_editor() as editor:
        guard.database_forwards("made_up", editor, state, state)  # again, as after a later migration
    assert triggers.missing_guards("thing") == []
    with connection.schema_editor() as editor:
        guard.database_backwards("made_up", editor, state, state)
    execute("DELETE FROM thing")


def test_the_operation_can_be_written_into_a_migration():
    guard = triggers.erasable("thing", payload_columns=["body"], reason_column="redacted_by")[0]
    text, imports = MigrationWriter.serialize(guard)
    scope: dict[str, object] = {}
    exec("\n".join(imports), scope)
    again = eval(text, scope)
    assert again.deconstruct() == guard.deconstruct()
    assert "thing" in guard.describe()


@pytest.mark.parametrize("table", ["a; drop", "A", ""])
def test_only_plain_names_are_taken(table):
    with pytest.raises(ValueError):
        triggers.append_only(table)
    with pytest.raises(ValueError):
        triggers.erasable("fine", payload_columns=[], reason_column="fine")
