"""Jobs run when due, never twice at once, and one that fails stops no other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from alunite.foundation.history.models import Checkpoint
from alunite.foundation.messages.jobs import Job, jobs, periodic, run_due
from alunite.foundation.messages.models import WorkerJob
from tests.forking import forkery
from tests.machine import ALUNITE

HOUR = timedelta(hours=1)


def job(name: str, function, every: timedelta = HOUR) -> Job:
    return Job(name, every, function, timedelta(minutes=5))


def test_the_jobs_of_the_plan_are_there():
    every = {one.name: one.every for one in jobs()}
    assert every["history.seal"] == timedelta(minutes=1)
    assert {"mail.send", "mail.forget"} <= every.keys()


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="twice"):
        periodic("history.seal", every=HOUR)(lambda: "")


def test_a_job_runs_when_due_and_not_before(db):
    runs = []
    mine = job("mine", lambda: str(runs.append(1)))
    assert len(run_due([mine])) == 1
    assert run_due([mine]) == []
    WorkerJob.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert len(run_due([mine])) == 1
    assert len(run_due([mine], at_once=True)) == 1
    assert len(runs) == 3


def test_a_failing_job_is_tried_later_each_time_and_stops_no_other(db, caplog):
    address = "marit@example.org"

    def fail() -> str:
        raise ValueError(address)

    def succeed() -> str:
        return "well"

    pair = [job("a", fail, timedelta(minutes=1)), job("b", succeed)]
    assert [(one.name, one.ok) for one in run_due(pair)] == [("a", False), ("b", True)]
    waits = []
    for _ in range(8):
        row = WorkerJob.objects.get(name="a")
        waits.append(round((row.due_at - timezone.now()).total_seconds() / 60))
        run_due(pair[:1], at_once=True)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    row = WorkerJob.objects.get(name="a")
    assert (row.failures, row.last_fault) == (9, "ValueError")
    assert "job a failed: ValueError" in caplog.text
    assert address not in caplog.text


def test_a_job_cut_off_is_taken_up_again_after_its_longest_time(db):
    mine = job("mine", lambda: "done")
    WorkerJob.objects.create(name="mine", claimed_by="dead", claimed_until=timezone.now() + timedelta(minutes=1))
    assert run_due([mine]) == []
    WorkerJob.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert [one.said for one in run_due([mine])] == ["done"]


def test_two_workers_never_do_one_job_at_once(committed_db):
    inside, most = [], []
    guard = threading.Lock()

    def work() -> str:
        with guard:
            inside.append(1)
            most.append(len(inside))
        time.sleep(0.05)
        with guard:
            inside.pop()
        return ""

    mine = job("mine", work, timedelta())

    def one_worker() -> int:
        try:
            return sum(len(run_due([mine])) for _ in range(10))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ran = sum(pool.map(lambda _: one_worker(), range(4)))
    assert ran == len(most) >= 2
    assert set(most) == {1}


def said(environment: dict[str, str], *arguments: str) -> dict:
    return json.loads(alunite(environment, "worker", *arguments, "--json"))


def alunite(environment: dict[str, str], *arguments: str) -> str:
    status, out, err = forkery.run(arguments, environment, Path.cwd())
    assert status == 0, err
    return out


@pytest.fixture
def environment(committed_db) -> dict[str, str]:
    alunite(committed_db.environment, "init")
    return committed_db.environment


def test_the_worker_runs_until_asked_to_stop_and_stays_small(environment):
    said(environment, "--once")
    assert Checkpoint.objects.exists()
    before = Checkpoint.objects.count()
    alunite(environment, "user", "add", "x")
    WorkerJob.objects.update(due_at=timezone.now() - timedelta(seconds=1), done_at=None)
    worker = subprocess.Popen([ALUNITE, "worker"], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert "running" in worker.stderr.readline()
        until = time.monotonic() + 20
        while WorkerJob.objects.filter(done_at=None).exists() and time.monotonic() < until:
            time.sleep(0.1)
        peak = next(line for line in Path(f"/proc/{worker.pid}/status").read_text().splitlines() if "VmHWM" in line)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
        worker.stderr.close()
    state = said(environment)
    assert all(one["done_at"] and not one["failures"] for one in state["jobs"]), state
    assert state["mail"] == {"waiting": 0, "sent": 0, "given_up": 0}
    assert Checkpoint.objects.count() >= before
    assert int(peak.split()[1]) < 200 * 1024, peak


def test_the_worker_of_a_demo_ends_with_it(environment):
    """Its parent, here this test's, is not the process it was told of."""
    worker = subprocess.Popen([ALUNITE, "worker", "--beside", str(os.getpid() + 1)], env=environment)
    assert worker.wait(30) == 0
