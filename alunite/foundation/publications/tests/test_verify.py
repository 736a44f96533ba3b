"""`history verify` finds what happened to publications behind the triggers' back."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import connection

from alunite.foundation.accounts.policies import OPERATOR, Actor
from alunite.foundation.history import triggers
from alunite.foundation.publications.actions import ToPublish, publish, redact
from alunite.foundation.publications.checks import check_publications
from alunite.foundation.publications.kinds import publication_digest
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.tests.kinds import KIND, notice, withdrawn
from tests.decided import decide

OFFICE = Actor("person:1", "1", frozenset({("org", "secretariat", "office")}))


@pytest.fixture
def published(db):
    found = publish(KIND, [notice("a1"), notice("a2"), notice("a3")], actor=OPERATOR)
    return found + publish(KIND, [notice("a1", "changed"), withdrawn("a3")], actor=OPERATOR)


@contextmanager
def as_the_owner_of_the_database():
    """Take the guards off, as somebody with the file or a superuser's password can."""
    with connection.cursor() as cursor:
        for table in ("publication", "publication_payload"):
            guards = triggers.SQLITE_GUARDS if connection.vendor == "sqlite" else triggers.POSTGRESQL_GUARDS
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            for guard in guards:
                cursor.execute(f"DROP TRIGGER {table}_{guard}{on}")
        yield cursor


def problems() -> list[tuple[str, str]]:
    return [(problem.kind, problem.where) for problem in check_publications()]


def test_what_was_only_published_restated_and_withdrawn_has_no_problem(published):
    assert problems() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE publication SET digest = 'x' WHERE id = %s",
        "UPDATE publication SET published_at = '2020-01-01 00:00:00+00:00' WHERE id = %s",
        "UPDATE publication SET withdrawal = 'annulled' WHERE id = %s",
        """UPDATE publication_payload SET payload = '{"id":"a2","text":"other"}' WHERE publication_id = %s""",
        "UPDATE publication_payload SET payload = 'no json' WHERE publication_id = %s",
        "UPDATE publication_payload SET payload = NULL WHERE publication_id = %s",
        """UPDATE publication_payload SET payload = '{"n":123456789012345678901234567890}' WHERE publication_id = %s""",
    ],
)
def test_an_altered_publication_is_found_and_no_other(published, change):
    with as_the_owner_of_the_database() as cursor:
        cursor.execute(change, [published[1].id])
    found = problems()
    assert found
    assert set(found) == {("altered", f"publication {published[1].id}")}


def test_a_withdrawal_turned_into_words_is_found(published):
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("UPDATE publication_payload SET payload = '{}' WHERE publication_id = %s", [published[4].id])
    assert problems() == [("altered", f"publication {published[4].id}")]


def test_a_publication_whose_words_and_digest_were_both_changed_is_found(published):
    """The digest stands in sealed history as well."""
    said = {"by": None, "id": "a2", "number": 0, "text": "forged"}
    with as_the_owner_of_the_database() as cursor:
        cursor.execute(
            "UPDATE publication_payload SET payload = %s WHERE publication_id = %s",
            ['{"by":null,"id":"a2","number":0,"text":"forged"}', published[1].id],
        )
        cursor.execute(
            "UPDATE publication SET digest = %s WHERE id = %s",
            [publication_digest(KIND, "a2", 1, said), published[1].id],
        )
    assert problems() == [("altered", f"publication {published[1].id}")]


@pytest.mark.parametrize("place", [0, 1, 4])
def test_a_missing_publication_is_found_and_named(published, place):
    gone = published[place]
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("DELETE FROM publication_payload WHERE publication_id = %s", [gone.id])
        cursor.execute("DELETE FROM publication WHERE id = %s", [gone.id])
    [problem] = check_publications()
    assert problem.kind == "missing"
    assert f"Version {gone.version} of {KIND}:{gone.subject}" in problem.text


def test_a_missing_payload_is_found(published):
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("DELETE FROM publication_payload WHERE publication_id = %s", [published[1].id])
    assert problems() == [("missing", f"publication {published[1].id}")]


def test_an_inserted_publication_is_found(published):
    """Adding rows is what the triggers let through: only history can tell."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO publication (kind, subject, version, published_at, digest, withdrawal)"
            " VALUES (%s, 'a2', 2, '2030-01-01 00:00:00+00:00', 'x', '')",
            [KIND],
        )
    inserted = Publication.objects.order_by("pk").last()
    assert problems() == [("inserted", f"publication {inserted.pk}")]


def test_one_publication_exchanged_for_another_is_found_twice(published):
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("UPDATE publication SET subject = 'zz' WHERE id = %s", [published[1].id])
    assert sorted(kind for kind, _ in problems()) == ["inserted", "missing"]


def test_another_successor_than_was_published_is_found(published):
    [gone] = publish(KIND, [ToPublish(published[0].subject, None, "merged", "elsewhere")], actor=OPERATOR)
    assert problems() == []
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("UPDATE publication SET successor = 'evil' WHERE id = %s", [gone.id])
    assert problems() == [("altered", f"publication {gone.id}")]


def test_a_redaction_by_decision_is_no_problem(published):
    decide("D-1", publication=[published[1].id])
    redact([published[1].id], decision="D-1", actor=OFFICE)
    assert problems() == []


def test_a_redaction_history_knows_nothing_of_is_found(published):
    """The trigger lets it through; without its decision in history it is a hole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE publication_payload SET payload = NULL, redacted_by = 'D-9' WHERE publication_id = %s",
            [published[1].id],
        )
    assert problems() == [("missing", f"publication {published[1].id}")]


def test_a_redaction_under_another_decision_than_recorded_is_found(published):
    decide("D-1", publication=[published[1].id])
    redact([published[1].id], decision="D-1", actor=OFFICE)
    with as_the_owner_of_the_database() as cursor:
        cursor.execute(
            "UPDATE publication_payload SET redacted_by = 'D-2' WHERE publication_id = %s", [published[1].id]
        )
    assert problems() == [("missing", f"publication {published[1].id}")]


def test_checking_asks_no_more_for_more_publications_of_one_chunk(published, django_assert_num_queries):
    publish(KIND, [notice(f"s{number}") for number in range(100)], actor=OPERATOR)
    with django_assert_num_queries(5):
        assert problems() == []
