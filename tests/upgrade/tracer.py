"""The tracer's filled database (`tracer/`, made by `make_tracer.py` at commit 2af0033), put into a database of today.

On SQLite every table, index and trigger is made with the very words the tracer made it with. PostgreSQL has no such
text of its own, so its tables are made by the tracer's migrations and then compared with a list kept from then.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import databases

TRACER = Path(__file__).parent / "tracer"
HOME = TRACER / "home"
EXPORTS = TRACER / "exports"
MASTER_KEY = (TRACER / "master-key.txt").read_text().strip()

# What PostgreSQL says of its own tables: columns, keys and checks, indexes, triggers and what they run.
POSTGRESQL_SCHEMA = (
    """SELECT 'column', c.table_name, c.column_name, c.data_type, c.is_nullable, c.character_maximum_length::text
       FROM information_schema.columns c WHERE c.table_schema = 'public'""",
    """SELECT 'constraint', conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "SELECT 'index', tablename::text, regexp_replace(indexdef, 'INDEX \\S+', 'INDEX') FROM pg_indexes "
    "WHERE schemaname = 'public'",
    "SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled::text FROM pg_trigger "
    "WHERE NOT tgisinternal",
    "SELECT 'function', proname::text, md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    with (TRACER / "rows.jsonl").open(encoding="utf-8") as file:
        for line in file:
            table, row = json.loads(line)
            yield table, row


def put_home(home: Path) -> None:
    shutil.copytree(HOME, home, dirs_exist_ok=True)


def load(copies: databases.Copies, label: str) -> None:
    """Make a database as the tracer left it."""
    copies.create(label)
    if copies.vendor == "sqlite":
        _load_sqlite(Path(copies.name_of(label)))
    else:
        with databases.pointed_at(copies, label):
            _load_postgresql()


def _load_sqlite(path: Path) -> None:
    database = sqlite3.connect(path)
    database.executescript((TRACER / "schema-sqlite.sql").read_text(encoding="utf-8"))
    for table, row in rows():
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
        database.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))
    database.commit()
    database.execute("PRAGMA journal_mode=WAL")
    database.close()


def _load_postgresql() -> None:
    applied = [(row["app"], row["name"]) for table, row in rows() if table == "django_migrations"]
    executor = MigrationExecutor(connection)
    executor.migrate(applied)
    with connection.cursor() as cursor:
        found = postgresql_schema()
        kept = (TRACER / "schema-postgresql.txt").read_text(encoding="utf-8").splitlines()
        assert found == kept, "a released migration makes other tables than it did: add a new migration instead"
        cursor.execute("SET session_replication_role = replica")  # rows come table by table, whatever refers to what
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = 'boolean'"
        )
        booleans = set(cursor.fetchall())
        for table, row in rows():
            if table == "django_migrations":
                continue
            values = [bool(value) if (table, name) in booleans else value for name, value in row.items()]
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
            if table == "register_text":
                marks = "%s, array_to_tsvector(string_to_array(%s, ' '))"
            cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"
            )


def postgresql_schema() -> list[str]:
    """Describe every table of the database, one line for each thing a migration makes."""
    lines = []
    with connection.cursor() as cursor:
        for query in POSTGRESQL_SCHEMA:
            cursor.execute(query)
            lines += [" | ".join("" if value is None else str(value) for value in row) for row in cursor.fetchall()]
    return sorted(line.replace("\n", " ") for line in lines)


def sqlite_schema() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        return sorted(" ".join(text.split()) for (text,) in cursor.fetchall())
