"""Sealing: ranges that meet, a signed statement, one line in a file, and healing after a crash."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from alunite.foundation.core.canonical import sha256_hex
from alunite.foundation.history import queries, rules, sealing
from alunite.foundation.history.actions import record
from alunite.foundation.history.errors import CheckpointLogError, SealingBusy
from alunite.foundation.history.models import Checkpoint, Entry, Payload
from alunite.foundation.history.sealing import seal
from alunite.foundation.history.verification import verify
from alunite.foundation.keys import signing
from alunite.foundation.keys.signing import CannotSign

pytestmark = pytest.mark.usefixtures("no_reactions")


def _write(record_id="m1"):
    with transaction.atomic():
        return record("member.renamed", record_type="member", record_id=record_id, payload={}, actor="person:7")


@pytest.fixture
def place(committed_db):
    signing.ensure_signing_key()
    return committed_db


def _log() -> Path:
    return sealing.log_path()


def test_nothing_unsealed_makes_no_checkpoint(place):
    assert seal() is None
    _write()
    assert seal() is not None
    assert seal() is None
    assert Checkpoint.objects.count() == 1
    assert queries.unsealed_count() == 0


def test_ranges_meet_and_each_checkpoint_names_the_one_before(place):
    _write("m1")
    _write("m2")
    first = seal()
    third = _write("m3")
    second = seal()
    assert (first.number, first.first, first.count, first.previous_hash) == (1, 1, 2, "")
    assert (second.number, second.first, second.last, second.count) == (2, first.last + 1, third.pk, 1)
    assert second.previous_hash == first.hash
    assert queries.newest_checkpoint() == second
    assert abs(timezone.now() - second.at) < timedelta(hours=1)


def test_ids_that_were_rolled_back_leave_no_hole(place):
    _write()
    with transaction.atomic():
        _write("m2")
        transaction.set_rollback(True)
    newest = _write("m3")
    checkpoint = seal()
    assert (checkpoint.first, checkpoint.last, checkpoint.count) == (1, newest.pk, 2)
    assert verify().ok


def test_the_line_is_signed_and_can_be_checked_without_us(place):
    _write()
    checkpoint = seal()
    line = json.loads(_log().read_bytes())
    signature, stated_hash = base64.b64decode(line.pop("signature")), line.pop("hash")
    statement = json.dumps(line, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(statement).hexdigest() == stated_hash == checkpoint.hash
    assert signing.verify(line["key_id"], statement, signature)
    assert signing.fingerprint(signing.find_public_key(line["key_id"])) == line["key_id"]


def test_without_a_key_nothing_is_sealed(place, monkeypatch):
    _write()
    monkeypatch.delenv("ALUNITE_MASTER_KEY")
    with pytest.raises(CannotSign):
        seal()
    assert not Checkpoint.objects.exists()
    assert not _log().exists()
    assert verify().ok


@pytest.mark.parametrize("written", [0, 1, 100, -1])
@pytest.mark.parametrize("earlier", [0, 2])
def test_a_crash_before_or_in_the_middle_of_the_line_is_healed(place, monkeypatch, written, earlier):
    for number in range(earlier):
        _write(f"m{number}")
        seal()
    append = sealing._append

    def crash(path, content):
        append(path, content[:written])
        raise OSError("no space left on device")

    _write("new")
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_append", crash)
        with pytest.raises(OSError, match="no space"):
            seal()
    assert Checkpoint.objects.count() == earlier + 1
    assert verify().ok
    assert verify().awaits_line
    assert seal() is None
    assert not verify().awaits_line
    lines = _log().read_bytes().splitlines(keepends=True)
    assert lines == [sealing.log_line(each) for each in Checkpoint.objects.order_by("number")]


def test_after_a_crash_no_further_checkpoint_is_made_until_the_line_is_written(place, monkeypatch):
    def crash(path, content):
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_append", crash)
        for record_id in ("m1", "m2"):
            _write(record_id)
            with pytest.raises(OSError, match="no space"):
                seal()
    assert Checkpoint.objects.count() == 1
    assert seal().number == 2
    assert verify().ok


def _lose(path):
    path.unlink()


def _shorten(path):
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])


def _garble(path):
    path.write_bytes(path.read_bytes() + b"not json\n")


def _tail(path):
    path.write_bytes(path.read_bytes() + b"{")


def _change(path):
    path.write_bytes(path.read_bytes().replace(b'"number":3', b'"number":2'))


def _other_root(path):
    path.write_bytes(path.read_bytes().replace(b'"root":"', b'"root":"f'))


@pytest.mark.parametrize("damage", [_lose, _shorten, _garble, _tail, _change, _other_root])
def test_a_file_that_disagrees_is_left_alone(place, damage):
    for record_id in ("m1", "m2", "m3"):
        _write(record_id)
        seal()
    damage(_log())
    before = _log().read_bytes() if _log().exists() else None
    _write("m4")
    with pytest.raises(CheckpointLogError):
        seal()
    assert Checkpoint.objects.count() == 3
    assert (_log().read_bytes() if _log().exists() else None) == before


def test_half_a_line_that_is_not_ours_is_left_alone(place, monkeypatch):
    def crash(path, content):
        path.write_bytes(b'{"at":"some other line')
        raise OSError("no space left on device")

    _write()
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_append", crash)
        with pytest.raises(OSError, match="no space"):
            seal()
    with pytest.raises(CheckpointLogError, match="half a line"):
        seal()
    assert _log().read_bytes() == b'{"at":"some other line'


def test_a_file_newer_than_the_database_stops_the_sealing(place):
    _write()
    line = sealing.log_line(seal())
    _log().write_bytes(line + line.replace(b'"number":1', b'"number":2'))
    _write("m2")
    with pytest.raises(CheckpointLogError, match="older than the file"):
        seal()


def test_a_lost_file_is_written_again_on_purpose_only_and_history_tells(place):
    for record_id in ("m1", "m2"):
        _write(record_id)
        seal()
    whole = _log().read_bytes()
    with pytest.raises(CheckpointLogError, match="move it away"):
        sealing.write_log_again(actor="person:7", reason="lost")
    _log().unlink()
    with pytest.raises(CheckpointLogError, match="alunite history write-log --reason"):
        seal()
    with pytest.raises(ValueError, match="a reason"):
        sealing.write_log_again(actor="person:7", reason=" ")
    assert not _log().exists()
    assert sealing.write_log_again(actor="person:7", reason="the disk broke") == 2
    assert _log().read_bytes() == whole
    told = queries.entries_of_kind("history.log_rewritten").get()
    assert told.actor == "person:7"
    assert json.loads(Payload.objects.get(entry=told).payload)["reason"] == "the disk broke"
    assert seal().number == 3
    assert verify().ok


def test_a_rotated_key_seals_the_next_checkpoint(place):
    _write()
    first = seal()
    new = signing.rotate_signing_key()
    _write()
    second = seal()
    assert (second.key_id, second.key_id != first.key_id) == (new.id, True)
    assert verify().ok


@pytest.mark.postgresql
def test_an_open_writer_with_a_lower_id_is_waited_for(place, monkeypatch):
    """Its id is taken and it is not to be seen yet; a checkpoint past it would later look like an insertion."""
    monkeypatch.setattr(sealing, "LOCK_ATTEMPTS", 1)
    monkeypatch.setattr(sealing, "LOCK_TIMEOUT", "50ms")
    written, go_on = threading.Event(), threading.Event()

    def write_slowly():
        try:
            with transaction.atomic():
                record("member.renamed", record_type="member", record_id="slow", payload={}, actor="person:7")
                written.set()
                assert go_on.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert written.wait(30)
    try:
        newer = _write("fast")
        with pytest.raises(SealingBusy):
            seal()
        assert not Checkpoint.objects.exists()
    finally:
        go_on.set()
        thread.join()
    checkpoint = seal()
    assert (checkpoint.last, checkpoint.count) == (newer.pk, 2)
    assert Entry.objects.get(record_id="slow").pk < newer.pk
    assert verify().ok


def test_another_sealer_that_was_faster_is_no_harm(place, monkeypatch):
    _write()
    calls = []
    original = sealing.contents_of_range

    def other_sealer_first(first, last):
        if not calls:
            calls.append(1)
            assert seal().number == 1
            _write("m2")
        return original(first, last)

    monkeypatch.setattr(sealing, "contents_of_range", other_sealer_first)
    assert seal().number == 2
    assert verify().ok


def _root(leaves):
    """RFC 6962, section 2.1, as it stands there: split at the largest power of two smaller than n."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + _root(leaves[:split]) + _root(leaves[split:])).digest()


@given(st.integers(1, 200))
def test_the_streamed_tree_is_that_of_rfc_6962(size):
    tree = rules.MerkleTree()
    leaves = []
    for number in range(1, size + 1):
        text = sha256_hex(str(number).encode())
        tree.add(number, text)
        leaves.append(f"{number}:{text}".encode())
    assert tree.root() == _root(leaves).hex()
    assert tree.count == size


def test_the_root_of_nothing_is_that_of_rfc_6962():
    assert rules.MerkleTree().root() == hashlib.sha256(b"").hexdigest()
