"""`alunite worker`."""

from __future__ import annotations

import logging
import os
import signal
import threading
from datetime import timedelta
from types import FrameType
from typing import Any

import click
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone

from alunite.config.command_line import DONE, OUR_FAULT
from alunite.config.commands.common import json_option, need_key, need_ready, say, show
from alunite.foundation.core.locks import is_locked
from alunite.foundation.messages.jobs import Ran, next_due, run_due
from alunite.foundation.messages.queries import worker_state

log = logging.getLogger(__name__)

SHORTEST_WAIT, LONGEST_WAIT = 0.2, 5.0


@click.command()
@click.option("--once", is_flag=True, help="Run every job once, due or not, and end: for cron and for trying things.")
@click.option(
    "--state", is_flag=True, help="Show each job, when it ran and is due, and end. --json alone does the same."
)
@click.option("--beside", type=int, hidden=True, help="End when the process of this number, our parent, has ended.")
@json_option
def worker(*, once: bool, state: bool, beside: int | None, as_json: bool) -> int:
    """Send mail, seal history and do what else is to be done again and again, until stopped.

    Several may run beside each other: no job is done by two at once.
    """
    need_ready()
    if once:
        need_key()
        return _once(as_json=as_json)
    if state or as_json:
        found = worker_state()
        show(found, _as_text(found), as_json=as_json)
        return DONE
    need_key()
    _run(beside)
    return DONE


def _once(*, as_json: bool) -> int:
    ran = run_due(at_once=True)
    data = [{"job": one.name, "ok": one.ok, "said": one.said} for one in ran]
    show({"jobs": data}, "\n".join(_line(one) for one in ran), as_json=as_json)
    return DONE if all(one.ok for one in ran) else OUR_FAULT


def _line(one: Ran) -> str:
    return f"{one.name}: {one.said}" if one.ok else f"{one.name}: failed ({one.said})"


def _run(parent: int | None) -> None:
    """Run what is due until asked to stop; the job at hand is done to its end."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if parent is None:
        say("worker: running; stop it with Ctrl-C or SIGTERM")
    while not stopped.is_set() and parent in {None, os.getppid()}:
        close_old_connections()
        try:
            for one in run_due():
                log.info("%s", _line(one))
            wait = _seconds_to_wait()
        except OperationalError as error:
            if not is_locked(error):
                # The database is being restarted, perhaps: a new connection is tried in a moment.
                log.exception("the database did not answer")
                connection.close()
            wait = LONGEST_WAIT
        stopped.wait(wait)


def _seconds_to_wait() -> float:
    due = next_due() or timezone.now()
    wait = (due - timezone.now()) / timedelta(seconds=1)
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def _as_text(found: dict[str, Any]) -> str:
    rows = [
        f"{job['name']:<20} last done {job['done_at'] or 'never':<34} due {job['due_at'] or 'now'}"
        + (f"  failed {job['failures']} times ({job['last_fault']})" if job["failures"] else "")
        for job in found["jobs"]
    ]
    mail = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in found["mail"].items())
    return "\n".join([*rows, f"mail: {mail}"])
