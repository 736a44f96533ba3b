"""`history verify` finds what happened to adopted packs behind the triggers' back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.adoption.checks import check_packs
from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.core.canonical import digest
from alunite.foundation.history import triggers
from alunite.foundation.history.models import Entry
from alunite.foundation.history.verification import verify
from tests.decided import erase_by

ASI = settings.REPOSITORY / "schemes" / "asi"


@contextmanager
def as_the_owner_of_the_database():
    """Take the guards off, as somebody with the file or a superuser's password can."""
    table = "adoption_adoptedpack"
    with connection.cursor() as cursor:
        guards = triggers.SQLITE_GUARDS if connection.vendor == "sqlite" else triggers.POSTGRESQL_GUARDS
        on = "" if connection.vendor == "sqlite" else f" ON {table}"
        for guard in guards:
            cursor.execute(f"DROP TRIGGER {table}_{guard}{on}")
        yield cursor


@pytest.fixture(scope="module")
def packs(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[list[int]]:
    """A pack, one that follows it, and the first again; adopted once, and undone when the last test here is done."""
    other = shutil.copytree(ASI, tmp_path_factory.mktemp("packs") / "pack")
    scheme = other / "scheme.yaml"
    scheme.write_text(scheme.read_text("utf-8").replace("partial, and not", "partial and not"), "utf-8")
    with django_db_blocker.unblock(), transaction.atomic():
        for folder in (ASI, other, ASI):
            adopt_pack(folder, actor=OPERATOR)
        yield list(AdoptedPack.objects.order_by("pk").values_list("pk", flat=True))
        transaction.set_rollback(True)


@pytest.fixture
def adopted(packs, db) -> list[int]:
    """The packs adopted; what the test does to them is undone after it."""
    return packs


def forged(pk: int) -> tuple[str, str]:
    """Return the document of a pack with another notice, and its digest."""
    document = AdoptedPack.objects.get(pk=pk).document
    document["scheme"]["notice"] = "forged"
    return json.dumps(document), digest(document)


def problems() -> list[tuple[str, str]]:
    return [(problem.kind, problem.where) for problem in check_packs()]


def test_packs_that_were_only_adopted_have_no_problem(adopted):
    assert len(adopted) == 3
    assert problems() == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_document_is_found_by_verify(adopted, place):
    with as_the_owner_of_the_database() as cursor:
        text, _ = forged(adopted[place])
        cursor.execute("UPDATE adoption_adoptedpack SET document = %s WHERE id = %s", [text, adopted[place]])
    found = [(problem.kind, problem.where) for problem in verify().problems]
    assert found == [("altered", f"scheme pack {adopted[place]}")]


@pytest.mark.parametrize("change", ["document = '[]'", "document = '1'", "digest = 'x'", "scheme = 'other'"])
def test_an_altered_pack_is_found_and_no_other(adopted, change):
    with as_the_owner_of_the_database() as cursor:
        cursor.execute(f"UPDATE adoption_adoptedpack SET {change} WHERE id = %s", [adopted[1]])
    assert set(problems()) == {("altered", f"scheme pack {adopted[1]}")}


def test_a_pack_whose_document_and_digest_were_both_changed_is_found(adopted):
    """The digest stands in sealed history as well."""
    with as_the_owner_of_the_database() as cursor:
        cursor.execute(
            "UPDATE adoption_adoptedpack SET document = %s, digest = %s WHERE id = %s",
            [*forged(adopted[2]), adopted[2]],
        )
    assert problems() == [("altered", f"scheme pack {adopted[2]}")]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_missing_pack_is_found(adopted, place):
    entry = Entry.objects.filter(kind="scheme.adopted").order_by("pk")[place]
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("DELETE FROM adoption_adoptedpack WHERE id = %s", [adopted[place]])
    assert problems() == [("missing", f"entry {entry.pk}")]


def test_an_older_pack_put_in_force_by_a_new_row_is_found(adopted):
    """Adding rows is what the triggers let through: only history can tell."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO adoption_adoptedpack (scheme, digest, document, adopted_at)"
            " SELECT scheme, digest, document, adopted_at FROM adoption_adoptedpack WHERE id = %s",
            [adopted[1]],
        )
    inserted = AdoptedPack.objects.order_by("pk").last()
    assert inserted is not None
    assert problems() == [("inserted", f"scheme pack {inserted.pk}")]


def test_packs_exchanged_so_that_another_is_in_force_are_found(adopted):
    first, second = adopted[1:]
    with as_the_owner_of_the_database() as cursor:
        for number, instead in ((first, 1000), (second, first), (1000, second)):
            cursor.execute("UPDATE adoption_adoptedpack SET id = %s WHERE id = %s", [instead, number])
    assert problems() != []


def test_a_pack_whose_entry_was_erased_is_accounted_for(adopted):
    entry = Entry.objects.filter(kind="scheme.adopted").order_by("pk")[1]
    with transaction.atomic():
        erase_by("D-1", [entry])
    assert problems() == []


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL holds JSON only")
def test_a_document_that_is_no_json_is_found(adopted):
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute("UPDATE adoption_adoptedpack SET document = 'no json' WHERE id = %s", [adopted[0]])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert problems() == [("altered", f"scheme pack {adopted[0]}")]
