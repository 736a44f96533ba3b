"""Rows written as plain values are what Django would have written, under the same constraints and triggers."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.models import Batch, Statement
from alunite.foundation.publications.models import Publication
from alunite.foundation.tables.bulk import insert_new, insert_rows
from tests import rows


@pytest.fixture(autouse=True)
def database(request):
    """Give each test the database, in a transaction unless it asks for one that commits."""
    if "committed_db" not in request.fixturenames:
        request.getfixturevalue("db")


@pytest.fixture
def scheme(database):
    adopt_pack(settings.REPOSITORY / "schemes" / "asi", actor=OPERATOR)


COLUMNS = ("kind", "subject", "version", "published_at", "digest", "withdrawal", "successor")
AT = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)
# What COPY parts rows and cells by, marks NULL and escapes with, and what SQL quotes with.
AWKWARD = ("tab\there", "line\nend\r", "\\N", "back\\slash", "'quote\"", "", "%s ? %(a)s", "Zürich 中 \U0001f600")


def publication(subject: str, version: int = 1) -> tuple[object, ...]:
    return ("notice", subject, version, AT, "0" * 64, "", None)


@pytest.mark.parametrize("text", AWKWARD, ids=map(str, range(len(AWKWARD))))
def test_values_come_back_as_they_went_in(text):
    batch = Batch.objects.create(
        kind="k", file="f", sha256="0" * 64, rows=1, created=1, changed=0, unchanged=0, actor="import", at=AT
    )
    cells = {"a": text, "b": ""}
    (number,) = insert_new(
        Statement, ("batch_id", "kind", "key", "version", "row", "cells"), [(batch.pk, "k", text, 1, 2, cells)]
    )
    row = Statement.objects.get(pk=number)
    assert (row.key, row.cells, row.batch_id) == (text, cells, batch.pk)
    again = Statement.objects.create(batch=batch, kind="k", key=text, version=2, row=2, cells=cells)
    assert set(Statement.objects.filter(cells=cells)) == {row, again}, "both ways store one form"


def test_instants_and_nulls_come_back_as_they_went_in():
    (number,) = insert_new(Publication, COLUMNS, [publication("a")])
    row = Publication.objects.get(pk=number)
    assert (row.published_at, row.successor, row.withdrawal) == (AT, None, "")


def test_numbers_ascend_with_the_rows_and_go_on_from_those_of_django():
    first = Publication.objects.create(**dict(zip(COLUMNS, publication("a"), strict=True)))
    numbers = insert_new(Publication, COLUMNS, [publication(f"b{place}") for place in range(3)])
    last = Publication.objects.create(**dict(zip(COLUMNS, publication("c"), strict=True)))
    assert first.pk < numbers[0] < numbers[1] < numbers[2] < last.pk
    assert [Publication.objects.get(pk=number).subject for number in numbers] == ["b0", "b1", "b2"]


def test_what_breaks_a_constraint_leaves_nothing_and_cannot_be_committed_by_half():
    with pytest.raises(IntegrityError, match="publication"), transaction.atomic():
        insert_new(Publication, COLUMNS, [publication("a"), publication("b"), publication("a")])
    assert not Publication.objects.exists()
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert_rows(Publication, COLUMNS, [publication("a"), publication("a")])
        assert connection.needs_rollback
        transaction.set_rollback(True)


def test_a_column_that_is_not_there_is_a_fault_of_the_caller():
    with pytest.raises(FieldDoesNotExist, match="a foreign key is named by its id"):
        insert_rows(Entry, ("cause",), [(None,)])


def test_no_rows_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows(Publication, COLUMNS, [])
        assert insert_new(Publication, COLUMNS, []) == []


def test_rows_are_numbered_in_a_transaction_only(committed_db):
    with pytest.raises(TransactionManagementError, match="atomic"):
        insert_new(Publication, COLUMNS, [publication("a")])


@pytest.mark.parametrize("kind", ["members", "certificates", "audits"])
def test_a_row_that_was_taken_up_is_let_go(scheme, tmp_path, kind):
    """Nothing of it stands in a circle: an import lets Python look for garbage rarely, and would grow with its rows."""
    key = {"members": "name", "certificates": "record_id", "audits": "audit_id"}[kind]
    many = [{key: f"{kind} {number}"} for number in range(300)]
    take_up = rows.importer(tmp_path)
    rows.taken_up(take_up(**{kind: many[:1]}))
    gc.collect()
    gc.disable()
    try:
        rows.taken_up(take_up(**{kind: many}))
        assert gc.collect() < len(many)
    finally:
        gc.enable()
