"""Many rows into one table, as plain values.

`bulk_create` makes an object of each row and compiles each of its values into a statement; for the tables that an
import fills widest this took half of its time (`docs/decisions/0018-rows-as-plain-values.md`). Here values go to the
database as they are: a prepared statement on SQLite, COPY on PostgreSQL. Constraints and triggers hold as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models, transaction
from django.db.models import Field, Model
from django.db.transaction import TransactionManagementError

# Their values go to both databases as Python has them.
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.AutoField, models.BooleanField)

DAYS_AT_ONCE = 1024

Rows = Sequence[Sequence[Any]]


def insert_rows(model: type[Model], columns: Sequence[str], rows: Rows) -> None:
    """Insert rows whose values stand in the order of `columns`, foreign keys by their id. One query.

    Defaults and `auto_now` are the caller's business. `IntegrityError` as with Django.
    """
    if not rows:
        return
    fields = [_field(model, name) for name in columns]
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001, Django's own name for it
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values: Any = _prepared(fields, rows)
    # Where it fails half way, whoever catches that cannot commit the half.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {table} ({names}) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608, names of models


def insert_new(model: type[Model], columns: Sequence[str], rows: Rows) -> list[int]:
    """Insert rows of a model that numbers its rows; return their numbers, ascending in the order of the rows. Two queries.

    In a transaction only: on SQLite the numbers are ours because whoever writes is alone.
    """
    if not rows:
        return []
    if not connection.in_atomic_block:
        raise TransactionManagementError("insert_new: rows are numbered in a transaction only; use atomic()")
    key = model._meta.pk  # noqa: SLF001
    numbers = _new_numbers(model._meta.db_table, str(key.column), len(rows))  # noqa: SLF001
    insert_rows(model, [key.attname, *columns], [(number, *row) for number, row in zip(numbers, rows, strict=True)])
    return numbers


def _new_numbers(table: str, column: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Looked up once: as the argument itself, the name of the sequence would be looked up for every number.
            cursor.execute(
                "SELECT nextval((SELECT pg_get_serial_sequence(%s, %s))) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), column, count],
            )
            return sorted(number for (number,) in cursor.fetchall())
        # Never a number that was given to a row before, though it is gone: that is what AUTOINCREMENT keeps.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        last = found[0] if found else 0
        return list(range(last + 1, last + 1 + count))


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    for field in model._meta.concrete_fields:  # noqa: SLF001
        if field.attname == name:
            return field
    raise FieldDoesNotExist(f"{model.__name__} has no column {name!r}; a foreign key is named by its id")


def _prepared(fields: Sequence[Field[Any, Any]], rows: Rows) -> Iterator[Sequence[Any]] | Rows:
    """Return rows as the database takes them; dates and JSON are not the same to both."""
    special = [(place, _prepare(field)) for place, field in enumerate(fields) if not _is_plain(field)]
    if not special:
        return rows

    def prepared() -> Iterator[Sequence[Any]]:
        for row in rows:
            values = list(row)
            for place, prepare in special:
                values[place] = prepare(values[place])
            yield values

    return prepared()


def _prepare(field: Field[Any, Any]) -> Callable[[Any], Any]:
    # SQLite finds JSON by its text, so there it has to be written the way Django writes it.
    if isinstance(field, models.JSONField) and field.encoder is None and connection.vendor == "postgresql":
        return _json_text

    def prepare(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    # Rows written together mostly bear one instant, or one of few days.
    return lru_cache(maxsize=DAYS_AT_ONCE)(prepare) if isinstance(field, models.DateField) else prepare


def _json_text(value: Any) -> str | None:
    """Return a value as JSON, in less time than Django takes."""
    return None if value is None else msgspec.json.encode(value).decode()


def _is_plain(field: Field[Any, Any]) -> bool:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return isinstance(target, _PLAIN) and not isinstance(target, models.JSONField)
