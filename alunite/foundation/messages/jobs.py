"""The worker's periodic jobs: one registry, and running what is due.

A room registers a job in a module its `AppConfig.ready` imports::

    @periodic("snapshot", every=timedelta(days=1))
    def write_snapshot() -> str: ...

What it returns is shown by `alunite worker`. A job may be run again after it was cut off half way, so it has to be one
that does no harm twice.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from alunite.foundation.messages.models import WorkerJob

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(hours=1)
Function = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Job:
    """What is done how often; after `longest` another worker takes a job to be cut off."""

    name: str
    every: timedelta
    function: Function
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a job, and what it said."""

    name: str
    ok: bool
    said: str


_jobs: dict[str, Job] = {}


def periodic(
    name: str, *, every: timedelta, longest: timedelta = timedelta(minutes=15)
) -> Callable[[Function], Function]:
    """Register a job of the worker."""

    def register(function: Function) -> Function:
        if name in _jobs:
            raise ValueError(f"job {name!r} is registered twice")
        _jobs[name] = Job(name, every, function, longest)
        return function

    return register


def jobs() -> tuple[Job, ...]:
    """Return all jobs, by name."""
    return tuple(_jobs[name] for name in sorted(_jobs))


def run_due(chosen: Iterable[Job] | None = None, *, at_once: bool = False) -> list[Ran]:
    """Run each job that is due and that no other worker has claimed; with `at_once` those not yet due as well.

    A job that fails is told in the log and tried again, later each time; the others run nevertheless.
    """
    ran = []
    for job in jobs() if chosen is None else chosen:
        claim = _claim(job, at_once=at_once)
        if claim is not None:
            ran.append(_run(job, claim))
    return ran


def next_due() -> datetime | None:
    """Return when the next job is due, or None when none has ever run."""
    return WorkerJob.objects.filter(name__in=_jobs).order_by("due_at").values_list("due_at", flat=True).first()


def _claim(job: Job, *, at_once: bool) -> str | None:
    """Take a job for this run, and return the claim's token; None when it is not due or is another's."""
    now = timezone.now()
    token = secrets.token_hex(8)
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = Q() if at_once else Q(due_at__lte=now)
    claim = {"claimed_by": token, "claimed_until": now + job.longest, "began_at": now}
    # Read first, so that a job that is not due costs no write.
    row, _ = WorkerJob.objects.get_or_create(name=job.name, defaults={"due_at": now})
    if row.due_at > now and not at_once:
        return None
    return token if WorkerJob.objects.filter(free, due, name=job.name).update(**claim) else None


def _run(job: Job, token: str) -> Ran:
    began = timezone.now()
    mine = WorkerJob.objects.filter(name=job.name, claimed_by=token)
    free = {"claimed_by": "", "claimed_until": None}
    try:
        said = job.function()
    except Exception as error:  # noqa: BLE001, whatever one job raises must not stop the others
        # Where, and the kind of fault only: its words may name a person or an address.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("job %s failed: %s\n%s", job.name, type(error).__name__, where)  # noqa: TRY400
        failures = mine.values_list("failures", flat=True).first() or 0
        wait = min(job.every * 2 ** min(failures, 10), max(job.every, LONGEST_WAIT))
        fault = type(error).__name__
        mine.update(due_at=timezone.now() + wait, failures=F("failures") + 1, last_fault=fault, **free)
        return Ran(job.name, ok=False, said=fault)
    mine.update(due_at=began + job.every, done_at=timezone.now(), failures=0, last_fault="", **free)
    return Ran(job.name, ok=True, said=said)
