"""Records each of which is what one statement says: taken up, written into history, published again.

A room's model adds what it needs beside the statement, and says in a payload what the statement's values mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import models

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.kinds import Parsed, import_kind
from alunite.foundation.importing.models import Statement
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.identifiers import new_public_id, unused_ids
from alunite.foundation.publications.withheld import withheld_redactions

CHUNK = 500

T = TypeVar("T")


class StatedRecord(models.Model):
    """A record known by the key of its statement."""

    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="%(class)s")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.record_id

    @property
    def record_id(self) -> str:
        """What its source, or the collection it came with, calls it."""
        return self.statement.key

    def values(self, context: Any) -> dict[str, Any]:
        """Return what the cells of its statement say, read by the words of today."""
        return import_kind(self.statement.kind).read_cells(self.statement.cells, context)


R = TypeVar("R", bound=StatedRecord)


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield a few hundred items at a time."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def named_one_way(statements: Iterable[Statement]) -> None:
    """Let statements forget the records they were read with: in a circle both stay until Python looks for garbage."""
    for statement in statements:
        statement._state.fields_cache.clear()  # noqa: SLF001, what Django fills on both sides


def held_records(model: type[R], kind: str, keys: Sequence[str]) -> dict[str, R]:
    """Return the records of these keys of a kind of import, by key, their statements with them."""
    return {
        record.statement.key: record
        for chunk in chunks(keys)
        for record in model._default_manager.filter(  # noqa: SLF001, Django's name for a model's manager
            statement__kind=kind, statement__key__in=chunk
        ).select_related("statement")
    }


def take_up(
    model: type[R],
    record_type: str,
    rows: Sequence[Parsed],
    *,
    actor: Actor,
    prepare: Callable[[R, Parsed], None] | None = None,
    fields: Sequence[str] = (),
) -> list[R]:
    """Make or restate the record of each row and write its entry; return them in the order of their keys.

    Runs inside the import's transaction. The number of queries grows with hundreds of rows.

    Parameters
    ----------
    model : type of StatedRecord
        The room's model.
    record_type : str
        As history knows it; its entries are of the kinds ``<record_type>.stated`` and ``<record_type>.restated``.
    rows : sequence of Parsed
        Of one kind of import, in any order.
    prepare : callable (record, row), optional
        Sets the `fields` the room keeps beside the statement.
    """
    require(actor, "imports.run")
    # In the order of their keys, so that the order of rows in a file never matters.
    rows = sorted(rows, key=lambda row: row.key)
    held = held_records(model, rows[0].statement.kind, [row.key for row in rows]) if rows else {}
    ids = iter(unused_ids(model, sum(row.key not in held for row in rows)))
    records = [held.get(row.key) or model(id=next(ids)) for row in rows]
    for record, row in zip(records, rows, strict=True):
        record.statement_id = row.statement.pk
        # Not the other way round as well: in a circle both would stay until Python looks for garbage.
        record._state.fields_cache["statement"] = row.statement  # noqa: SLF001
        if prepare:
            prepare(record, row)
    new = [record for record in records if record._state.adding]  # noqa: SLF001, Django's own test
    restated = [record for record in records if not record._state.adding]  # noqa: SLF001
    manager = model._default_manager  # noqa: SLF001
    manager.bulk_create(new, batch_size=CHUNK)
    manager.bulk_update(restated, ["statement", *fields], batch_size=CHUNK)
    changes = [
        Change(
            record_type=record_type,
            record_id=record.pk,
            kind=f"{record_type}.{'stated' if row.statement.version == 1 else 'restated'}",
            payload={"statement": row.statement.pk, "cells": row.statement.cells},
        )
        for record, row in zip(records, rows, strict=True)
    ]
    record_many(f"{record_type}.stated", changes, actor=actor.label)
    return records


def stated_by(record_type: str) -> tuple[str, ...]:
    """Return the kinds of the entries `take_up` writes."""
    return (f"{record_type}.stated", f"{record_type}.restated")


def withheld_keys(
    model: type[models.Model], record_kind: str, import_kind_name: str, *, key: str = "statement__key"
) -> dict[str, str]:
    """Return the keys of the rows of a kind of import whose record two people took out, each with the record's id.

    Two queries; there are few such records.
    """
    taken_out = withheld_redactions().filter(publication__kind=record_kind)
    records = model._default_manager.filter(pk__in=set(taken_out.values_list("publication__subject", flat=True)))  # noqa: SLF001
    if key == "statement__key":
        records = records.filter(statement__kind=import_kind_name)
    return dict(records.values_list(key, "pk"))


def publish_again(
    kind: str,
    model: type[R],
    said: Callable[[Sequence[R]], Sequence[ToPublish]],
    *,
    actor: Actor,
    cause: Entry | None = None,
) -> None:
    """Publish every record of a model a few hundred at a time; what would say nothing new is not published."""
    manager = model._default_manager  # noqa: SLF001, Django's name for a model's manager
    for chunk in chunks(list(manager.order_by("pk").values_list("pk", flat=True))):
        records = list(manager.filter(pk__in=chunk).select_related("statement").order_by("pk"))
        publish(kind, said(records), actor=actor, cause=cause)
