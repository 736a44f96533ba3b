"""A rebuild and those who publish at the same time wait for each other, and never in a circle."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import OPERATOR, SYSTEM
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.decisions.actions import CannotAnswer, confirm_decision, propose_decision
from alunite.foundation.decisions.queries import decision_visible_to
from alunite.foundation.keys.signing import ensure_signing_key
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.models import Publication, PublicationPayload, Snapshot
from alunite.foundation.publications.queries import current_publications, read
from alunite.foundation.publications.snapshots import scheme_zone, write_snapshot
from alunite.front.register.projector import EVENT, rebuild
from alunite.front.register.tests.world import adopt, read_tables, shown, take_up
from tests import rows
from tests.cast import make_cast

PATIENCE = 30


class Worker(threading.Thread):
    """Runs something on a connection of its own, and keeps what it raised."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001, told by the main thread
            self.error = error
        finally:
            connection.close()


def wait_for_a_waiter() -> None:
    """Return once a connection to this test's database waits for a lock."""
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE NOT granted AND datname = current_database()
            """)
            if cursor.fetchone()[0]:
                return
        pause.wait(0.01)
    pytest.fail("nobody waits")


def restate(kind: str, **changes: str) -> None:
    """Say something else of the one subject of a kind."""
    [item] = read(current_publications().filter(kind=kind))
    publish(kind, [ToPublish(item.subject, {**(item.payload or {}), **changes})], actor=OPERATOR)


@pytest.fixture
def one_event(committed_db, tmp_path):
    adopt()
    take_up(tmp_path, {"record_id": "R1"})


@pytest.mark.postgresql
def test_a_rebuild_waits_for_an_import_that_has_published(one_event):
    published, go_on = threading.Event(), threading.Event()

    def take_up_members_then_events() -> None:
        with transaction.atomic():
            restate("member", note="restated")
            published.set()
            assert go_on.wait(PATIENCE)
            restate("certification_event", entity="Restated works")

    importing, rebuilding = Worker(take_up_members_then_events), Worker(rebuild)
    importing.start()
    assert published.wait(PATIENCE)
    rebuilding.start()
    wait_for_a_waiter()
    go_on.set()
    for worker in (importing, rebuilding):
        worker.join(PATIENCE)
    assert [importing.error, rebuilding.error] == [None, None]
    assert [shown(EVENT).title] == ["Restated works"]
    assert_rebuilt_is_lived()


@pytest.mark.postgresql
def test_an_import_waits_for_a_rebuild_and_is_not_lost(one_event):
    rebuilt, go_on = threading.Event(), threading.Event()

    def rebuild_and_tarry() -> None:
        with transaction.atomic():
            rebuild()
            rebuilt.set()
            assert go_on.wait(PATIENCE)

    rebuilding = Worker(rebuild_and_tarry)
    importing = Worker(lambda: restate("certification_event", entity="Restated works"))
    rebuilding.start()
    assert rebuilt.wait(PATIENCE)
    importing.start()
    wait_for_a_waiter()
    go_on.set()
    for worker in (rebuilding, importing):
        worker.join(PATIENCE)
    assert [rebuilding.error, importing.error] == [None, None]
    assert shown(EVENT).title == "Restated works"
    assert_rebuilt_is_lived()


@pytest.mark.postgresql
def test_two_who_publish_have_their_turn_one_after_the_other(one_event):
    """What is published up to an id never changes once it was seen: ids are taken in the order of commits."""
    with transaction.atomic():
        restate("member", note="restated")
        other = Worker(lambda: restate("certification_event", entity="Restated works"))
        other.start()
        wait_for_a_waiter()
        newest = Publication.objects.order_by("-pk").values_list("kind", flat=True)[0]
    other.join(PATIENCE)
    assert other.error is None
    assert newest == "member"
    first, second = Publication.objects.order_by("-pk")[:2][::-1]
    assert [first.kind, second.kind] == ["member", "certification_event"]
    assert first.published_at <= second.published_at


@pytest.mark.postgresql
def test_many_rebuilds_and_restatements_at_once_all_end(one_event):
    barrier = threading.Barrier(4)

    def again_and_again(work: Callable[[int], object]) -> None:
        for number in range(5):
            barrier.wait(PATIENCE)
            work(number)

    def import_both(number: int) -> None:
        with transaction.atomic():
            restate("member", note=f"note {number}")
            restate("certification_event", entity=f"Works {number}")

    workers = [Worker(lambda: again_and_again(lambda _: rebuild())) for _ in range(3)]
    workers.append(Worker(lambda: again_and_again(import_both)))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert [worker.error for worker in workers] == [None] * 4
    assert [shown(EVENT).title] == ["Works 4"]
    assert_rebuilt_is_lived()


def assert_rebuilt_is_lived() -> None:
    lived = read_tables()
    rebuild()
    assert read_tables() == lived


@pytest.mark.postgresql
def test_the_snapshot_of_a_day_waits_for_whoever_still_publishes(one_event, own_home):
    ensure_signing_key()
    now = timezone.now()
    with transaction.atomic():
        restate("member", note="restated before midnight")
        day_after = now + timedelta(days=1)
        writing = Worker(lambda: write_snapshot(now.astimezone(scheme_zone()).date(), now=day_after, actor=SYSTEM))
        writing.start()
        wait_for_a_waiter()
    writing.join(PATIENCE)
    assert writing.error is None
    assert Snapshot.objects.get().last == Publication.objects.order_by("-pk").values_list("pk", flat=True)[0]


@pytest.mark.postgresql
def test_a_pack_adopted_during_an_import_says_what_was_restated(one_event, tmp_path):
    take_up_rows = rows.importer(tmp_path)
    rows.taken_up(take_up_rows(facilities=[{"name": "Test works"}]))
    pack = Path(shutil.copytree(settings.REPOSITORY / "schemes" / "asi", tmp_path / "pack"))
    scheme = pack / "scheme.yaml"
    text = scheme.read_text("utf-8")
    assert text.count("validity_years: {value: 3,") == 1
    scheme.write_text(text.replace("validity_years: {value: 3,", "validity_years: {value: 4,"), "utf-8")
    with transaction.atomic():
        rows.taken_up(take_up_rows(facilities=[{"name": "Restated works"}]))
        adopting = Worker(lambda: adopt_pack(pack, actor=OPERATOR))
        adopting.start()
        wait_for_a_waiter()
    adopting.join(PATIENCE)
    assert adopting.error is None
    assert shown("facility").title == "Restated works"


@pytest.mark.postgresql
def test_what_is_said_while_a_redaction_is_confirmed_goes_too_or_nothing_does(one_event):
    cast = make_cast()
    subject = shown("member").subject
    made = propose_decision("redact", f"member {subject}", ground="court_order", note="", actor=cast.actor("office"))
    actor = cast.actor("assurance")
    seen = decision_visible_to(actor, made.pk).seen
    with transaction.atomic():
        restate("member", note="said meanwhile")
        confirming = Worker(lambda: confirm_decision(made.pk, version=1, seen=seen, actor=actor))
        confirming.start()
        wait_for_a_waiter()
    confirming.join(PATIENCE)
    # Not what was seen: it has to be looked at again, and nothing was taken out by halves.
    assert isinstance(confirming.error, CannotAnswer)
    assert not PublicationPayload.objects.exclude(redacted_by=None).exists()
