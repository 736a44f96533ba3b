"""Tables the database itself refuses to change, on SQLite and PostgreSQL.

Use in a migration, after the table has been created::

    operations = [
        migrations.CreateModel(...),
        *triggers.append_only("publication"),
        *triggers.erasable("publication_payload", payload_columns=["payload", "salt"], reason_column="redacted_by"),
    ]

A later migration that alters such a table repeats the operation: SQLite makes the table anew and forgets triggers,
and the rule for erasing names the columns there are. `missing_guards` tells whether anything is unguarded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation

_NAME = re.compile(r"[a-z][a-z0-9_]*")
SQLITE_GUARDS = ("no_replace", "no_delete", "no_update")
POSTGRESQL_GUARDS = ("no_change", "no_truncate")


def append_only(table: str) -> list[Operation]:
    """Return operations after which rows of `table` can be added and never changed or deleted."""
    return [Guard(table)]


def erasable(table: str, *, payload_columns: Sequence[str], reason_column: str) -> list[Operation]:
    """Return operations after which one change of a row is possible, once, and none else, nor deletion.

    The change: every payload column becomes NULL while the reason goes from NULL to a text; nothing else changes.
    """
    return [Guard(table, payload_columns=tuple(payload_columns), reason_column=reason_column)]


class Guard(Operation):
    """Put the triggers on one table."""

    reversible = True
    reduces_to_sql = True
    elidable = False

    def __init__(self, table: str, *, payload_columns: Sequence[str] = (), reason_column: str = "") -> None:
        for name in (table, *payload_columns, *([reason_column] if reason_column else [])):
            if not _NAME.fullmatch(name):
                raise ValueError(f"not a plain column or table name: {name!r}")
        if bool(payload_columns) != bool(reason_column):
            raise ValueError("payload columns and a reason column go together")
        self.table = table
        self.payload_columns = tuple(payload_columns)
        self.reason_column = reason_column

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        named = {"payload_columns": self.payload_columns, "reason_column": self.reason_column}
        return self.__class__.__qualname__, [self.table], {key: value for key, value in named.items() if value}

    def describe(self) -> str:
        return f"Refuse changes of {self.table}"

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the models' state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        del app_label, from_state, to_state
        for statement in self._drop(schema_editor.connection) + self._create(schema_editor.connection):
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        del app_label, from_state, to_state
        for statement in self._drop(schema_editor.connection):
            schema_editor.execute(statement)

    def _drop(self, connection: BaseDatabaseWrapper) -> list[str]:
        table = self.table
        if connection.vendor == "sqlite":
            return [f"DROP TRIGGER IF EXISTS {table}_{guard}" for guard in SQLITE_GUARDS]
        return [
            *(f"DROP TRIGGER IF EXISTS {table}_{guard} ON {table}" for guard in POSTGRESQL_GUARDS),
            f"DROP FUNCTION IF EXISTS {table}_refuse() CASCADE",
        ]

    def _create(self, connection: BaseDatabaseWrapper) -> list[str]:
        if connection.vendor == "sqlite":
            return self._create_sqlite(connection)
        return self._create_postgresql()

    @property
    def _message(self) -> str:
        if self.reason_column:
            return f"{self.table}: a payload can only be erased, once, by a decision; nothing else can change"
        return f"{self.table} only grows: rows are never changed or deleted"

    def _create_sqlite(self, connection: BaseDatabaseWrapper) -> list[str]:
        table = self.table
        refuse = f"BEGIN SELECT RAISE(ABORT, '{self._message}'); END"
        columns, unique = _sqlite_columns(connection, table)
        allowed = ""
        if self.reason_column:
            kept = [name for name in columns if name not in {*self.payload_columns, self.reason_column}]
            conditions = [
                *(f'NEW."{name}" IS OLD."{name}"' for name in kept),
                *(f'NEW."{name}" IS NULL' for name in self.payload_columns),
                f'OLD."{self.reason_column}" IS NULL',
                f"COALESCE(NEW.\"{self.reason_column}\", '') <> ''",
            ]
            allowed = f"WHEN NOT ({' AND '.join(conditions)})"
        # INSERT OR REPLACE deletes without asking delete triggers, so a taken key is refused before the insert.
        taken = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(f'{name} = NEW.{name}' for name in key)})"  # noqa: S608
            for key in unique
        )
        keys = "; ".join(", ".join(key) for key in unique)
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {allowed} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} "
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows: a row with this key is there already ({keys})'); END",
        ]

    def _create_postgresql(self) -> list[str]:
        table = self.table
        allowed = ""
        if self.reason_column:
            names = ", ".join(f"'{name}'" for name in (*self.payload_columns, self.reason_column))
            nulls = " AND ".join(f"NEW.{name} IS NULL" for name in self.payload_columns)
            allowed = f"""
                IF TG_OP = 'UPDATE' THEN
                    IF OLD.{self.reason_column} IS NULL AND COALESCE(NEW.{self.reason_column}::text, '') <> ''
                        AND {nulls}
                        AND to_jsonb(NEW) - ARRAY[{names}] = to_jsonb(OLD) - ARRAY[{names}]
                    THEN RETURN NEW; END IF;
                END IF;"""
        return [
            f"""
            CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $refuse$
            BEGIN{allowed}
                RAISE EXCEPTION '{self._message}' USING ERRCODE = 'integrity_constraint_violation';
            END $refuse$""",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
            # ALWAYS: also where session_replication_role would leave ordinary triggers out.
            *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{guard}" for guard in POSTGRESQL_GUARDS),
        ]


def _sqlite_columns(connection: BaseDatabaseWrapper, table: str) -> tuple[list[str], list[list[str]]]:
    """Return the columns of a table, and its unique keys, the primary key first."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA table_info({table})")
        rows = cursor.fetchall()
        columns = [row[1] for row in rows]
        unique = [[row[1] for row in rows if row[5]]]
        cursor.execute(f"PRAGMA index_list({table})")
        for name in [row[1] for row in cursor.fetchall() if row[2] and not row[4]]:
            cursor.execute(f"PRAGMA index_info({name})")
            key = [row[2] for row in cursor.fetchall()]
            if key not in unique and None not in key:
                unique.append(key)
    return columns, unique


def missing_guards(table: str, connection: BaseDatabaseWrapper | None = None) -> list[str]:
    """Return the names of triggers that `table` should have and has not, or has switched off."""
    connection = connection or default_connection
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            wanted = {f"{table}_{guard}" for guard in SQLITE_GUARDS}
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        else:
            wanted = {f"{table}_{guard}" for guard in POSTGRESQL_GUARDS}
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgenabled = 'A'", [table])
        present = {row[0] for row in cursor.fetchall()}
    return sorted(wanted - present)
