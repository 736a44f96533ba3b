"""`history verify` finds what happened to statements behind the triggers' back."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from alunite.foundation.history import triggers
from alunite.foundation.history.models import Entry
from alunite.foundation.history.verification import verify
from alunite.foundation.importing import checks, kinds
from alunite.foundation.importing.checks import check_statements
from alunite.foundation.importing.models import Statement
from alunite.foundation.importing.tests.conftest import take_up
from tests.decided import erase_by

STATED_BY = {
    "certificates": ("certification_event.stated", "certification_event.restated"),
    "members": ("member.listed", "member.restated"),
}


@contextmanager
def as_the_owner_of_the_database():
    """Take the guards off, as somebody with the file or a superuser's password can."""
    table = "importing_statement"
    with connection.cursor() as cursor:
        guards = triggers.SQLITE_GUARDS if connection.vendor == "sqlite" else triggers.POSTGRESQL_GUARDS
        on = "" if connection.vendor == "sqlite" else f" ON {table}"
        for guard in guards:
            cursor.execute(f"DROP TRIGGER {table}_{guard}{on}")
        yield cursor


@pytest.fixture(params=[True, False], ids=["kinds named", "no kinds named"])
def stated(request, scheme, put, monkeypatch):
    """Two versions under T1 and one under T2; two of one member."""
    found = {
        name: dataclasses.replace(kind, stated_by=STATED_BY.get(name, kind.stated_by) if request.param else ())
        for name, kind in kinds._kinds.items()
    }
    monkeypatch.setattr(kinds, "_kinds", found)
    take_up(
        ("certificates", put("certificates", {"scope": "first"}, {"record_id": "T2"})),
        ("members", put("members", {})),
    )
    take_up(
        ("certificates", put("certificates", {"scope": "second"})),
        ("members", put("members", {"note": "restated"})),
    )
    return request.param


def held(kind: str, key: str, version: int = 1) -> int:
    return Statement.objects.get(kind=kind, key=key, version=version).pk


def problems() -> list[tuple[str, str]]:
    return [(problem.kind, problem.where) for problem in check_statements()]


def entry_of(number: int) -> Entry:
    [entry] = [
        entry for entry in Entry.objects.select_related("payload") if (entry.data or {}).get("statement") == number
    ]
    return entry


def test_what_was_only_stated_and_restated_has_no_problem(stated):
    assert problems() == []


def test_verify_itself_asks_for_statements(stated):
    number = held("certificates", "T2")
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("UPDATE importing_statement SET cells = '{}' WHERE id = %s", [number])
    assert [(problem.kind, problem.where) for problem in verify().problems] == [("altered", f"statement {number}")]


@pytest.mark.parametrize(
    "change",
    [
        "cells = '{}'",
        "cells = '[]'",
        "cells = '1'",
        "cells = (SELECT cells FROM importing_statement WHERE key = 'T2')",
        "key = 'T9'",
        "kind = 'members'",
        "kind = 'nothing'",
    ],
)
@pytest.mark.parametrize(("kind", "key", "version"), [("certificates", "T1", 2), ("members", "Test Metals", 2)])
def test_an_altered_statement_is_found(stated, change, kind, key, version):
    if change == "kind = 'members'" and kind == "members":
        change = "kind = 'certificates'"
    number = held(kind, key, version)
    with as_the_owner_of_the_database() as cursor:
        cursor.execute(f"UPDATE importing_statement SET {change} WHERE id = %s", [number])
    found = problems()
    assert ("altered", f"statement {number}") in found
    assert {where for _, where in found} == {f"statement {number}"}


def test_one_cell_changed_is_found(stated):
    number = held("certificates", "T1", 2)
    with as_the_owner_of_the_database() as cursor:
        cells = "replace(cells{}, 'second', 'forged')".format("::text" if connection.vendor == "postgresql" else "")
        cells += "::jsonb" if connection.vendor == "postgresql" else ""
        cursor.execute(f"UPDATE importing_statement SET cells = {cells} WHERE id = %s", [number])
    assert Statement.objects.get(pk=number).cells["scope"] == "forged"
    assert problems() == [("altered", f"statement {number}")]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL holds JSON only")
def test_cells_that_are_no_json_are_found(stated):
    number = held("certificates", "T2")
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute("UPDATE importing_statement SET cells = 'no json' WHERE id = %s", [number])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert problems() == [("altered", f"statement {number}")]


def test_versions_exchanged_so_that_the_old_words_hold_again_are_found(stated):
    first, second = held("certificates", "T1"), held("certificates", "T1", 2)
    with as_the_owner_of_the_database() as cursor:
        for number, version in ((first, 3), (second, 1), (first, 2)):
            cursor.execute("UPDATE importing_statement SET version = %s WHERE id = %s", [version, number])
    assert problems() == [("altered", f"statement {first}"), ("altered", f"statement {second}")]


@pytest.mark.parametrize("version", [1, 2])
def test_a_missing_statement_is_found_and_named(stated, version):
    number = held("certificates", "T1", version)
    entry = entry_of(number)
    with as_the_owner_of_the_database() as cursor:
        for reference in Statement._meta.related_objects:
            said_instead = held("certificates", "T1", 1 if version == 2 else 2)
            reference.related_model.objects.filter(statement=number).update(statement=said_instead)
        cursor.execute("DELETE FROM importing_statement WHERE id = %s", [number])
    found = problems()
    assert ("missing", f"entry {entry.pk}") in found
    assert len(found) == (2 if version == 1 else 1)  # the second has then no first before it


def insert(cursor, key: str, version: int) -> None:
    """Insert a statement with the cells of T2."""
    cursor.execute(
        'INSERT INTO importing_statement (kind, key, version, "row", cells, batch_id)'
        ' SELECT kind, %s, %s, "row", cells, batch_id FROM importing_statement WHERE id = %s',
        [key, version, held("certificates", "T2")],
    )


@pytest.mark.parametrize(("key", "version"), [("T2", 2), ("T7", 1)])
def test_an_inserted_statement_is_found(stated, key, version):
    """Adding rows is what the triggers let through: only history can tell."""
    with connection.cursor() as cursor:
        insert(cursor, key, version)
    assert problems() == [("inserted", f"statement {held('certificates', key, version)}")]


@pytest.mark.parametrize("key", ["T1", "T2"])
def test_a_statement_whose_entry_was_erased_is_accounted_for(stated, key):
    with transaction.atomic():
        erase_by("D-1", [entry_of(held("certificates", key))])
    assert problems() == []
    assert verify().ok


def test_an_erased_entry_does_not_hide_an_inserted_statement(stated):
    with transaction.atomic():
        erase_by("D-1", [entry_of(held("certificates", "T2"))])
    with connection.cursor() as cursor:
        insert(cursor, "T7", 1)
    assert [kind for kind, _ in problems()] == ["inserted"]


def test_an_erased_entry_of_another_kind_accounts_for_no_statement(stated):
    other = Entry.objects.filter(kind="scheme.adopted").first()
    with transaction.atomic():
        erase_by("D-1", [other])
    with connection.cursor() as cursor:
        insert(cursor, "T7", 1)
    assert [kind for kind, _ in problems()] == (["inserted"] if stated else [])


def test_the_samples_have_no_problem_in_chunks_of_any_size(samples, monkeypatch):
    assert problems() == []
    monkeypatch.setattr(checks, "CHUNK", 7)
    monkeypatch.setattr(checks, "PAGE", 8)
    assert problems() == []


def test_checking_asks_no_more_for_more_statements_of_one_chunk(scheme, put, django_assert_num_queries):
    take_up(("members", put("members", *({"name": f"M{number}"} for number in range(100)))))
    with django_assert_num_queries(4):
        assert problems() == []
