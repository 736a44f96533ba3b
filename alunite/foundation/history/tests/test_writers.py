"""Several writers at once. Events and locks decide what is tried, never the time it takes."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection, transaction

from alunite.foundation.history.actions import record
from alunite.foundation.history.errors import StaleRecord
from alunite.foundation.history.models import Entry
from alunite.foundation.history.verification import verify

PATIENCE = 30

pytestmark = pytest.mark.usefixtures("no_reactions")


def _record(record_id):
    return record("member.renamed", record_type="member", record_id=record_id, payload={}, actor="person:7")


class Writer(threading.Thread):
    """Writes to a record in a transaction of its own and keeps it open until told."""

    def __init__(self, record_id, *, hold=False):
        super().__init__()
        self.record_id = record_id
        self.begun, self.written, self.go_on = threading.Event(), threading.Event(), threading.Event()
        self.error = self.backend = None
        if not hold:
            self.go_on.set()

    def run(self):
        try:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute("SET LOCAL lock_timeout = '20s'")
                        cursor.execute("SELECT pg_backend_pid()")
                        self.backend = cursor.fetchone()[0]
                self.begun.set()
                _record(self.record_id)
                self.written.set()
                assert self.go_on.wait(PATIENCE)
        except (StaleRecord, OperationalError) as error:
            self.error = error
        finally:
            connection.close()

    def is_waiting(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted", [self.backend])
            return cursor.fetchone()[0] > 0


@pytest.mark.postgresql
def test_writers_of_different_records_do_not_wait_for_each_other(committed_db):
    with transaction.atomic():
        _record("m1")
        _record("m2")
    first, second = Writer("m1", hold=True), Writer("m2")
    first.start()
    assert first.written.wait(PATIENCE)
    second.start()
    second.join(PATIENCE)  # it ends while the first is still open
    assert not second.is_alive()
    assert second.error is None
    assert Entry.objects.filter(record_id="m2").count() == 2
    assert Entry.objects.filter(record_id="m1").count() == 1
    first.go_on.set()
    first.join(PATIENCE)
    assert first.error is None
    assert Entry.objects.count() == 4
    assert verify().ok


@pytest.mark.postgresql
@pytest.mark.parametrize("known", [False, True])
def test_the_second_writer_of_one_record_is_stale_after_the_first_commits(committed_db, known):
    if known:
        with transaction.atomic():
            _record("m1")
    first, second = Writer("m1", hold=True), Writer("m1")
    first.start()
    assert first.written.wait(PATIENCE)
    second.start()
    assert second.begun.wait(PATIENCE)
    pause = threading.Event()
    for _ in range(3000):
        if second.is_waiting():
            break
        pause.wait(0.01)
    assert second.is_waiting()
    first.go_on.set()
    for writer in (first, second):
        writer.join(PATIENCE)
    assert first.error is None
    assert isinstance(second.error, StaleRecord)
    assert "run the action again" in str(second.error)
    with transaction.atomic():
        again = _record("m1")
    assert again.record_version == (3 if known else 2)
    assert verify().ok


@pytest.mark.postgresql
def test_a_writer_that_waited_for_the_row_gets_the_next_version(committed_db):
    """An action that locks its own row first reads the newest entry after the other's commit."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE thing (id integer)")
        cursor.execute("INSERT INTO thing VALUES (1)")
    versions, errors = [], []
    barrier = threading.Barrier(4)

    def write():
        try:
            barrier.wait(PATIENCE)
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT id FROM thing FOR UPDATE")
                versions.append(_record("m1").record_version)
        except Exception as error:  # noqa: BLE001 - told by the main thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert (errors, sorted(versions)) == ([], [1, 2, 3, 4])
    assert verify().ok


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="on PostgreSQL the second is stale, see above")
def test_on_sqlite_writers_of_one_record_queue(committed_db):
    writers = [Writer("m1") for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(PATIENCE)
    assert [writer.error for writer in writers] == [None] * 4
    assert sorted(Entry.objects.values_list("record_version", flat=True)) == [1, 2, 3, 4]
    assert verify().ok
