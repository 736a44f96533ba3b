"""Writing entries: chained per record, digested with salt, only in a transaction, in few queries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from alunite.foundation.core.canonical import digest, sha256_hex
from alunite.foundation.history import queries
from alunite.foundation.history.actions import Change, erase, record, record_many
from alunite.foundation.history.decided import NotDecided
from alunite.foundation.history.errors import HistoryError, NotInTransaction
from alunite.foundation.history.models import Entry, Payload
from tests.decided import decide

pytestmark = pytest.mark.usefixtures("no_reactions")


def _record(record_id="m1", kind="member.renamed", **more):
    given = {"payload": {"name": "Ä"}, "actor": "person:7", **more}
    return record(kind, record_type="member", record_id=record_id, **given)


def test_each_records_entries_count_up_and_follow_from_one_another(db):
    first, other, second = _record("m1"), _record("m2"), _record("m1")
    assert [entry.record_version for entry in (first, other, second)] == [1, 1, 2]
    assert (first.previous_hash, other.previous_hash, second.previous_hash) == ("", "", first.hash)
    assert list(queries.entries_of("member", "m1")) == [first, second]
    assert queries.newest_entry_of("member", "m1") == second
    assert queries.newest_entry_of("member", "nobody") is None


def test_the_hash_is_the_digest_of_the_documented_fields(db):
    at = datetime(2026, 11, 22, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    entry = _record(at=at)
    entry = Entry.objects.get(pk=entry.pk)
    assert entry.at == at
    assert entry.payload_digest == sha256_hex((entry.payload.salt + entry.payload.payload).encode())
    assert entry.hash == digest(
        {
            "format": "alunite-entry-1",
            "record_type": "member",
            "record_id": "m1",
            "record_version": 1,
            "kind": "member.renamed",
            "actor": "person:7",
            "at": "2026-11-22T12:30:00.000000Z",
            "cause": None,
            "payload_digest": entry.payload_digest,
            "previous_hash": "",
        }
    )


def test_equal_payloads_have_different_digests(db):
    assert _record("m1").payload_digest != _record("m2").payload_digest


def test_the_payload_is_given_back_without_a_query_at_first_and_stored_canonically(db, django_assert_num_queries):
    entry = _record(payload={"b": [1, None], "a": "x\u0000y"})
    with django_assert_num_queries(0):
        assert entry.data == {"b": [1, None], "a": "x\u0000y"}
    stored = Payload.objects.get(entry=entry)
    assert stored.payload == '{"a":"x\\u0000y","b":[1,null]}'
    assert stored.data == entry.data


def test_a_cause_is_kept_and_hashed(db):
    cause = _record("m1")
    assert _record("m2", cause=cause).cause == cause
    assert _record("m3", cause=cause.pk).cause_id == cause.pk


def test_many_are_written_in_order_and_one_record_may_come_twice(db):
    changes = [
        Change("member", "m1", {"n": 1}),
        Change("site", "m1", {"n": 2}),
        Change("member", "m1", {"n": 3}, "a.b"),
    ]
    entries = record_many("member.imported", changes, actor="import")
    assert [(entry.record_type, entry.record_version, entry.kind) for entry in entries] == [
        ("member", 1, "member.imported"),
        ("site", 1, "member.imported"),
        ("member", 2, "a.b"),
    ]
    assert entries[2].previous_hash == entries[0].hash
    assert [entry.data["n"] for entry in entries] == [1, 2, 3]
    assert [entry.pk for entry in entries] == sorted(entry.pk for entry in entries)


def test_nothing_to_write_is_nothing_written(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert len(record_many("member.imported", [], actor="import")) == 0


@pytest.mark.parametrize("known", [False, True])
def test_queries_do_not_grow_with_the_items_of_a_batch(db, known):
    def count(number):
        changes = [Change("member", f"{number}-{each}", {}) for each in range(number)]
        if known:
            record_many("member.imported", changes, actor="import")
        with CaptureQueriesContext(connection) as captured:
            record_many("member.imported", changes, actor="import")
        return len(captured)

    assert count(2) == count(20)


def test_batches_join(db, monkeypatch):
    monkeypatch.setattr("alunite.foundation.history.actions.BATCH", 2)
    entries = record_many("a.b", [Change("member", "m1", {"n": n}) for n in range(5)], actor="import")
    assert [entry.record_version for entry in entries] == [1, 2, 3, 4, 5]
    assert [after.previous_hash for after in entries[1:]] == [before.hash for before in entries[:-1]]


def test_writing_outside_a_transaction_is_refused(committed_db):
    with pytest.raises(NotInTransaction):
        _record()
    with pytest.raises(NotInTransaction):
        erase([], decision="1", actor="system")
    with transaction.atomic():
        _record()
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "renamed"),
        ("kind", "Member.renamed"),
        ("kind", "a." + "b" * 96),
        ("actor", "jane@example.org"),
        ("actor", "Jane Doe"),
        ("actor", ""),
        ("record_id", ""),
        ("record_id", "a\nb"),
        ("record_id", "x" * 101),
        ("payload", {"a": object()}),
        ("payload", {"a": float("nan")}),
        ("payload", {1: 2}),
        ("at", datetime(2026, 1, 1)),  # noqa: DTZ001
    ],
)
def test_a_malformed_entry_is_refused_before_anything_is_written(db, field, value):
    with pytest.raises(ValueError):
        _record(**{field: value})
    assert not Entry.objects.exists()


def test_erasing_leaves_the_entry_and_tells_of_itself(db):
    entry, other = _record("m1"), _record("m2")
    decide("decision-9", entry=[entry.pk])
    assert erase([entry], decision="decision-9", actor="person:8") == 1
    entry = Entry.objects.get(pk=entry.pk)
    assert entry.data is None
    assert (entry.payload.salt, entry.payload.erased_by) == (None, "decision-9")
    assert Entry.objects.get(pk=other.pk).data == {"name": "Ä"}
    told = queries.newest_entry_of("history.payload", entry.pk)
    assert (told.kind, told.actor) == ("history.payload_erased", "person:8")
    assert told.data == {"entry": entry.pk, "decision": "decision-9"}
    decide("decision-10", entry=[entry.pk, other.pk, told.pk])
    assert erase([entry, other], decision="decision-10", actor="person:8") == 1
    with pytest.raises(HistoryError, match="make what is gone accountable"):
        erase([told], decision="decision-11", actor="person:8")


def test_an_erasure_needs_the_decision_of_two_people_about_just_that(db):
    entry, other = _record("m1"), _record("m2")
    decide("D-named-another", entry=[other.pk])
    decide("D-one-person", entry=[entry.pk], confirmer="person:7")
    decide("D-a-machine", entry=[entry.pk], confirmer="system")
    decide("D-publications", publication=[entry.pk])
    record("decision.proposed", record_type="decision", record_id="D-open", payload={}, actor="person:7")
    decide("D-used", entry=[entry.pk])
    record("decision.carried_out", record_type="decision", record_id="D-used", payload={}, actor="person:8")
    for decision in ("", "D-0", "D-named-another", "D-one-person", "D-a-machine", "D-publications", "D-open", "D-used"):
        with pytest.raises(NotDecided):
            erase([entry], decision=decision, actor="person:8")
    assert Entry.objects.get(pk=entry.pk).data == {"name": "Ä"}


def test_of_a_decision_only_what_was_proposed_can_be_erased(db):
    decide("D-1")
    proposed, confirmed = Entry.objects.filter(record_id="D-1").order_by("pk")
    decide("D-2", entry=[proposed.pk, confirmed.pk])
    assert erase([proposed], decision="D-2", actor="person:8") == 1
    with pytest.raises(HistoryError):
        erase([confirmed], decision="D-2", actor="person:8")


def test_utc_is_what_the_instant_becomes(db):
    assert _record(at=datetime(2026, 1, 1, tzinfo=UTC)).at.tzinfo == UTC
