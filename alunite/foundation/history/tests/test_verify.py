"""What verification finds after an attack by somebody who holds the database."""

from __future__ import annotations

import base64
import json
import shutil

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from alunite.foundation.history import findings, sealing, triggers, verification
from alunite.foundation.history.actions import erase, record
from alunite.foundation.history.findings import Problem, register_check
from alunite.foundation.history.models import Checkpoint, Entry, Payload
from alunite.foundation.history.sealing import seal
from alunite.foundation.history.tests import attacker
from alunite.foundation.history.tests.attacker import execute
from alunite.foundation.history.verification import verify
from alunite.foundation.keys import signing
from alunite.foundation.keys.models import SigningKey
from tests.decided import decide

FIRST, LAST, LAST_SEALED = 1, 15, 13


@pytest.fixture
def attacked(sample):
    """The sample, with the database's protections switched off."""
    attacker.switch_protection_off()
    return sample


def _kinds(found=None):
    return {problem.kind for problem in (found or verify()).problems}


def _wheres(kind):
    return {problem.where for problem in verify().problems if problem.kind == kind}


def _swap(first, second, columns):
    """Swap columns of two entries, by way of a third place, so that no unique key is hurt."""
    rows = {pk: Entry.objects.filter(pk=pk).values(*columns).get() for pk in (first, second)}
    execute("UPDATE history_entry SET record_version = 999 WHERE id = %s", first)
    for target, source in ((second, first), (first, second)):
        Entry.objects.filter(pk=target).update(**rows[source])


def test_a_sound_history_is_found_sound(sample):
    found = verify()
    assert found.ok, found.problems
    assert (found.entries, found.sealed, found.unsealed, found.checkpoints) == (LAST, LAST_SEALED, 2, 2)
    assert found.erased == {"decision-9": 1}
    assert found.notes() == ["1 payload was erased by decision decision-9", "2 entries are not sealed yet"]
    assert json.loads(json.dumps(found.as_dict()))["ok"] is True
    for table in attacker.TABLES:
        assert triggers.missing_guards(table) == []


def test_no_history_at_all_is_sound(committed_db):
    assert verify().ok
    assert verify().keys == []


def test_the_keys_that_signed_are_named_in_their_order(sample):
    first = signing.active_signing_key().id
    second = signing.rotate_signing_key().id
    seal()
    assert verify().keys == verify().as_dict()["keys"] == [first, second]


def test_a_key_without_a_good_signature_is_not_named(attacked):
    execute("UPDATE history_checkpoint SET signature = '' WHERE number > 0")
    assert verify().keys == []


def test_small_slices_join(sample, monkeypatch):
    monkeypatch.setattr(verification, "CHUNK", 2)
    found = verify()
    assert found.ok, found.problems
    assert found.entries == LAST


def test_a_copy_without_the_master_key_is_verified(sample, monkeypatch):
    monkeypatch.delenv("ALUNITE_MASTER_KEY")
    assert verify().ok


@pytest.mark.parametrize("pk", [FIRST, LAST_SEALED, LAST])
@pytest.mark.parametrize(
    "change", ["kind = 'member.other'", "actor = 'person:8'", "at = '2020-01-01 00:00:00+00'", "cause_id = 2"]
)
def test_an_altered_entry_is_found(attacked, pk, change):
    execute(f"UPDATE history_entry SET {change} WHERE id = %s", pk)
    assert _wheres("altered") == {f"entry {pk}"}


def test_an_altered_entry_with_its_own_hash_mended_is_found(attacked):
    entry = Entry.objects.get(pk=2)
    entry.actor = "person:8"
    attacker.hash_again(entry)
    entry.save()
    assert _kinds() == {"recomputed", "altered"}  # the range's root; the record's next entry does not follow


@pytest.mark.parametrize("column", ["payload", "salt"])
def test_an_altered_payload_is_found(attacked, column):
    execute(f"UPDATE history_payload SET {column} = %s WHERE entry_id = 1", '{"name":"X"}')
    assert _wheres("payload") == {"entry 1"}


def test_a_payload_emptied_without_a_decision_is_found(attacked):
    execute("UPDATE history_payload SET payload = NULL, salt = NULL WHERE entry_id = 1")
    (problem,) = verify().problems
    assert (problem.kind, problem.where) == ("payload", "entry 1")
    assert "no decision" in problem.text


def test_a_payload_emptied_under_a_decision_history_does_not_know_is_found(sample):
    """Even the one change the triggers let through, if it does not come through the action."""
    execute("UPDATE history_payload SET payload = NULL, salt = NULL, erased_by = 'decision-1' WHERE entry_id = 1")
    (problem,) = verify().problems
    assert (problem.kind, problem.where) == ("payload", "entry 1")
    assert "no such erasure" in problem.text


def test_an_erasure_under_another_decision_is_found(attacked):
    execute("UPDATE history_payload SET erased_by = 'decision-1' WHERE erased_by = 'decision-9'")
    assert _kinds() == {"payload"}


def test_an_erased_payload_is_reported_and_is_no_problem(sample):
    with transaction.atomic():
        decide("decision-10", entry=[1])
        assert erase([Entry.objects.get(pk=1)], decision="decision-10", actor="person:8") == 1
    found = verify()
    assert found.ok, found.problems
    assert found.erased == {"decision-9": 1, "decision-10": 1}


def test_an_erasure_by_a_decision_nobody_confirmed_is_found(attacked):
    """All of history written anew by whoever holds the database and the key, but one person stayed one person."""
    confirmed = Entry.objects.get(record_id="decision-9", kind="decision.confirmed")
    execute("UPDATE history_entry SET actor = 'person:7' WHERE id = %s", confirmed.pk)
    assert "undecided" in _kinds()


def test_a_payloads_row_that_is_gone_is_found(attacked):
    execute("DELETE FROM history_payload WHERE entry_id = 3")
    assert _wheres("payload") == {"entry 3"}


@pytest.mark.parametrize("pk", [2, 6, 7, 9])
def test_an_entry_missing_from_the_middle_is_found(attacked, pk):
    execute("DELETE FROM history_payload WHERE entry_id = %s", pk)
    execute("DELETE FROM history_entry WHERE id = %s", pk)
    assert _wheres("missing") & {"checkpoint 1", "checkpoint 2"}
    assert "cut_off" not in _kinds()


def test_an_unsealed_entry_missing_before_a_newer_one_of_its_record_is_found(attacked):
    with transaction.atomic():
        record("member.renamed", record_type="member", record_id="m3", payload={}, actor="person:7")
    execute("DELETE FROM history_payload WHERE entry_id = 14")
    execute("DELETE FROM history_entry WHERE id = 14")
    assert _wheres("missing") == {"member m3"}


def test_a_payload_left_behind_is_found(attacked):
    execute("DELETE FROM history_entry WHERE id = %s", LAST)
    assert _wheres("payload") == {f"entry {LAST}"}


def test_an_inserted_entry_is_found(attacked):
    """Its own hash is right; it takes the id of one that was rolled back inside the sealed range."""
    execute("UPDATE history_entry SET id = 100 WHERE id = 14")
    execute("UPDATE history_payload SET entry_id = 100 WHERE entry_id = 14")
    with transaction.atomic():
        record("a.b", record_type="thing", record_id="1", payload={}, actor="system")
    seal()  # 15, 16 and 100 are sealed; ids between them are free
    assert verify().ok
    attacker.forge_entry(50, "intruder")
    found = verify()
    assert [(each.kind, each.where) for each in found.problems] == [("inserted", "checkpoint 3")]


@pytest.mark.parametrize("pk", [0, -5])
def test_an_entry_inserted_before_the_first_is_found(attacked, pk):
    attacker.forge_entry(pk, "intruder")
    assert _wheres("inserted") == {f"entry {pk}"}


def test_ids_swapped_between_records_are_found(attacked):
    """Each entry, payload and record is right in itself; only the order is not."""
    for table, column in (("history_entry", "id"), ("history_payload", "entry_id")):
        for old, new in ((2, 1000), (3, 2), (1000, 3)):
            execute(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", new, old)
    found = verify()
    assert [(each.kind, each.where) for each in found.problems] == [("reordered", "checkpoint 1")]


def test_ids_swapped_within_a_record_are_found(attacked):
    for table, column in (("history_entry", "id"), ("history_payload", "entry_id")):
        for old, new in ((4, 1000), (5, 4), (1000, 5)):
            execute(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", new, old)
    assert _wheres("reordered") == {"checkpoint 1", "member m1"}


def test_contents_swapped_between_entries_are_found(attacked):
    columns = [field.attname for field in Entry._meta.concrete_fields if field.attname != "id"]
    _swap(2, 3, columns)
    assert "reordered" in _kinds()  # and their payloads, which stayed where they were
    assert _wheres("payload") == {"entry 2", "entry 3"}


def test_contents_swapped_but_for_the_hashes_are_found(attacked):
    _swap(2, 3, ["record_id", "record_version", "payload_digest"])
    assert {"entry 2", "entry 3"} <= _wheres("altered")


def test_history_cut_off_at_the_end_is_found(attacked):
    """With the last checkpoint gone as well, the file still has it."""
    first = Checkpoint.objects.get(number=1)
    execute("DELETE FROM history_payload WHERE entry_id > %s", first.last)
    execute("DELETE FROM history_entry WHERE id > %s", first.last)
    execute("DELETE FROM history_checkpoint WHERE number > 1")
    assert [(each.kind, each.where) for each in verify().problems] == [("cut_off", "checkpoint 2")]


def test_entries_cut_off_at_the_end_are_found(attacked):
    execute("DELETE FROM history_payload WHERE entry_id > 9")
    execute("DELETE FROM history_entry WHERE id > 9")
    assert _wheres("cut_off") == {"checkpoint 2"}


def test_everything_deleted_is_found(attacked):
    for table in ("history_payload", "history_reaction", "history_entry", "history_checkpoint"):
        execute(f"DELETE FROM {table}")
    assert _wheres("cut_off") == {"checkpoint 1", "checkpoint 2"}


def test_wholly_recomputed_history_is_found(attacked):
    """All hashes, links, checkpoints and signatures fit, under a key of the attacker's own; the file does not."""
    noted = verify().keys
    assert noted == [signing.active_signing_key().id]
    Entry.objects.filter(pk=2).update(actor="person:8")
    attacker.write_all_hashes_anew()
    attacker.write_all_checkpoints_anew()
    found = verify()
    assert [(each.kind, each.where) for each in found.problems] == [
        ("recomputed", "checkpoint 1"),
        ("recomputed", "checkpoint 2"),
    ]
    kept = sealing.log_path().with_name("kept-elsewhere.log")
    shutil.copy(sealing.log_path(), kept)
    attacker.write_file_anew()
    forged = verify()
    assert forged.ok  # whoever holds the file as well is found out only by a copy kept elsewhere, or a key id noted
    assert len(forged.keys) == 1
    assert forged.keys != noted
    assert _kinds(verify(kept)) == {"recomputed"}


def test_recomputed_entries_alone_are_found(attacked):
    Entry.objects.filter(pk=2).update(actor="person:8")
    attacker.write_all_hashes_anew()
    assert _wheres("recomputed") >= {"checkpoint 1"}


def test_a_checkpoint_that_is_gone_is_found(attacked):
    execute("DELETE FROM history_checkpoint WHERE number = 1")
    assert _wheres("missing") == {"checkpoint 1", "checkpoint 2"}


def test_an_altered_checkpoint_is_found(attacked):
    execute("UPDATE history_checkpoint SET count = count - 1 WHERE number = 1")
    assert "checkpoint 1" in _wheres("altered")


def test_one_checkpoint_written_anew_in_database_and_file_does_not_fit_the_next(attacked):
    first = Checkpoint.objects.get(number=1)
    first.at = Checkpoint.objects.get(number=2).at
    attacker.sign_anew(first, attacker.put_own_key())
    attacker.write_file_anew()
    assert [(each.kind, each.where) for each in verify().problems] == [("recomputed", "checkpoint 2")]


def test_a_hole_between_two_checkpoints_is_found(attacked):
    """An entry left out of all ranges, by an attacker who signs and writes the file."""
    second = Checkpoint.objects.get(number=2)
    execute("DELETE FROM history_payload WHERE entry_id = 14")
    execute("DELETE FROM history_entry WHERE id = 14")
    second.first += 1
    attacker.sign_anew(second, attacker.put_own_key())
    attacker.write_file_anew()
    assert _wheres("checkpoint") == {"checkpoint 2"}


def test_a_changed_hash_is_found(attacked):
    execute("UPDATE history_entry SET hash = %s WHERE id = 6", "0" * 64)
    assert _wheres("altered") == {"entry 6", "checkpoint 1"}


def test_a_salt_that_outlives_its_payload_is_found(attacked):
    execute("UPDATE history_payload SET salt = %s WHERE payload IS NULL", "0" * 32)
    assert _kinds() == {"payload"}


def test_a_payload_marked_as_erased_that_is_there_is_found(attacked):
    execute("UPDATE history_payload SET erased_by = 'decision-1' WHERE entry_id = 1")
    assert _wheres("payload") == {"entry 1"}


def test_a_version_that_cannot_be_is_found(attacked):
    attacker.forge_entry(100, "m1", version=0)
    assert _wheres("inserted") == {"member m1"}


def test_a_signature_in_another_spelling_is_found(attacked):
    """The last character of its base64 has bits that no byte takes up."""
    signature = Checkpoint.objects.get(number=1).signature
    spelt = signature[:-3] + chr(ord(signature[-3]) + 1) + "=="
    assert base64.b64decode(spelt) == base64.b64decode(signature)
    execute("UPDATE history_checkpoint SET signature = %s WHERE number = 1", spelt)
    attacker.write_file_anew()
    assert _wheres("signature") == {"checkpoint 1"}


def test_half_a_line_of_something_else_is_told_as_such(sample):
    path = sealing.log_path()
    path.write_bytes(path.read_bytes()[:-20] + b"x")
    assert _wheres("checkpoint_file") == {"checkpoint 2", "checkpoints.log, line 2"}


@pytest.mark.parametrize("left", [lambda lines: lines[:1], lambda lines: [lines[0], lines[1][:-20]]])
def test_what_a_crash_costs_the_file_is_said_and_is_no_problem(sample, left):
    path = sealing.log_path()
    path.write_bytes(b"".join(left(path.read_bytes().splitlines(keepends=True))))
    found = verify()
    assert found.problems == []
    assert found.awaits_line
    assert any("the next sealing adds it" in note for note in found.notes())
    sealing.seal()
    assert not verify().awaits_line


def test_a_bad_signature_is_found(attacked):
    second = Checkpoint.objects.get(number=2)
    execute("UPDATE history_checkpoint SET signature = %s WHERE number = 1", second.signature)
    assert _wheres("signature") == {"checkpoint 1"}


def test_a_public_key_that_is_not_here_is_told(attacked):
    key = SigningKey.objects.get()
    signing._public_file(key.id).unlink()
    SigningKey.objects.all().delete()
    assert _wheres("signature") == {"checkpoint 1", "checkpoint 2"}


def _drop_line(lines):
    return lines[1:]


def _garble(lines):
    return [lines[0][:50] + b"\n", lines[1]]


def _half_of_the_first(lines):
    return [lines[0][:-20]]


def _twice(lines):
    return [lines[0], lines[0], lines[1]]


def _twice_at_the_end(lines):
    return [*lines, lines[0]]


def _out_of_order(lines):
    return lines[::-1]


def _empty(lines):
    return []


def _odd_json(lines):
    return [lines[0], b"[1]\n", b'{"number": "2"}\n', b"\xff\n", lines[1]]


@pytest.mark.parametrize(
    "damage",
    [_drop_line, _garble, _half_of_the_first, _twice, _twice_at_the_end, _out_of_order, _empty, _odd_json],
)
def test_a_damaged_file_of_checkpoints_is_told(sample, damage):
    path = sealing.log_path()
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))
    assert _kinds() == {"checkpoint_file"}


def test_a_missing_file_of_checkpoints_is_told(sample):
    sealing.log_path().unlink()
    assert _kinds() == {"checkpoint_file"}


def test_a_changed_line_is_told(sample):
    path = sealing.log_path()
    path.write_bytes(path.read_bytes().replace(b'"count":6', b'"count":5'))
    assert _wheres("recomputed") == {"checkpoint 1"}


def test_an_older_copy_of_the_file_vouches_for_what_it_has(sample, tmp_path):
    copy = tmp_path / "copy.log"
    copy.write_bytes(sealing.log_path().read_bytes().splitlines(keepends=True)[0])
    found = verify(copy)
    assert found.ok, found.problems
    assert found.beyond_file == 1
    assert f"the newest 1 of 2 checkpoints are not in {copy}" in found.notes()
    copy.write_bytes(b"")
    assert not verify(copy).ok


def test_a_checkpoint_sealed_while_verifying_is_no_problem(sample, monkeypatch):
    check_records = verification._check_records

    def seal_meanwhile(*args):
        check_records(*args)
        assert seal() is not None

    monkeypatch.setattr(verification, "_check_records", seal_meanwhile)
    found = verify()
    assert found.ok, found.problems
    assert found.checkpoints == 2


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite stores anything in any column")
@pytest.mark.parametrize("column", ["at", "record_version", "record_id", "kind", "hash", "cause_id"])
@pytest.mark.parametrize("value", ["2026-13-45 99:99:99", "x", b"\xff\x00", 3.5])
def test_values_of_no_sense_are_found_and_do_no_harm(attacked, column, value):
    execute(f"UPDATE history_entry SET {column} = %s WHERE id = 2", value)
    assert "altered" in _kinds()


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite stores anything in any column")
@pytest.mark.parametrize("table", ["history_entry", "history_payload", "history_checkpoint"])
def test_text_that_is_none_is_found_and_does_no_harm(attacked, table):
    column = "payload" if table == "history_payload" else "hash"
    execute(f"UPDATE {table} SET {column} = CAST(x'ff00' AS TEXT)")
    assert not verify().ok


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite stores anything in any column")
@pytest.mark.parametrize(
    "column", [field.column for field in Checkpoint._meta.concrete_fields if field.column != "number"]
)
@pytest.mark.parametrize("value", ["x", b"\xff\x00", 3.5])
def test_checkpoints_of_no_sense_are_found_and_do_no_harm(attacked, column, value):
    execute(f"UPDATE history_checkpoint SET {column} = %s WHERE number = 1", value)
    assert not verify().ok


def test_another_rooms_check_is_asked(sample, monkeypatch):
    monkeypatch.setattr(findings, "checks", {})

    def check():
        yield Problem("publication", "publication 4", "It is not the one history tells of.")

    register_check("publications", check)
    register_check("publications", check)
    with pytest.raises(ValueError, match="already"):
        register_check("publications", list)
    assert _wheres("publication") == {"publication 4"}


def test_many_problems_are_counted_and_not_all_kept(attacked, monkeypatch):
    monkeypatch.setattr(findings, "LISTED", 3)
    execute("UPDATE history_entry SET actor = 'person:9'")
    found = verify()
    assert (len(found.problems), found.further_problems) == (3, LAST - 2), (
        "one for the decision whose two people became one"
    )
    assert found.as_dict()["further_problems"] == LAST - 2


def test_every_field_has_a_class():
    for model in (Entry, Payload, Checkpoint, SigningKey):
        assert set(model.field_classes) == {field.name for field in model._meta.concrete_fields}
        assert set(model.field_classes.values()) <= {"public", "member", "parties", "audit", "sealed"}


def test_verifying_writes_nothing(sample, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as captured:
        verify()
    # DECLARE is how PostgreSQL names a SELECT that is read in slices.
    reading = ("SELECT", "DECLARE")
    assert not [query for query in captured.captured_queries if not query["sql"].lstrip().upper().startswith(reading)]


def test_the_number_of_queries_does_not_grow_with_the_entries(sample):
    def count():
        with CaptureQueriesContext(connection) as captured:
            assert verify().ok
        return len(captured)

    before = count()
    with transaction.atomic():
        for number in range(20):
            record("a.b", record_type="thing", record_id=str(number), payload={}, actor="system")
    assert count() == before
