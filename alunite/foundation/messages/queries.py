"""What waits, what was given up, and how the worker fares."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet

from alunite.foundation.messages.jobs import jobs
from alunite.foundation.messages.models import MailState, OutgoingMail, WorkerJob

MOST_SHOWN = 100


def shows_mail() -> bool:
    """Tell whether this is a demonstration that writes its mail into files: only there the mail page exists."""
    return bool(settings.ALUNITE_DEMO) and settings.MAIL_SERVER is None


def recent_mail() -> QuerySet[OutgoingMail]:
    """Return the newest mail of a demonstration; none anywhere else. One query."""
    if not shows_mail():
        return OutgoingMail.objects.none()
    return OutgoingMail.objects.order_by("-pk")[:MOST_SHOWN]


def mail_counts() -> dict[str, int]:
    """Return how many mails wait, were sent, and were given up. One query."""
    found = dict(OutgoingMail.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in MailState.values}


def worker_state() -> dict[str, Any]:
    """Return each job with its times and faults, and the mail by state. Two queries."""
    rows = {row.name: row for row in WorkerJob.objects.all()}
    return {"jobs": [_job(job.name, job.every.total_seconds(), rows.get(job.name)) for job in jobs()]} | {
        "mail": mail_counts()
    }


def _job(name: str, every: float, row: WorkerJob | None) -> dict[str, Any]:
    moments = ("due_at", "began_at", "done_at", "claimed_until")
    times = {moment: getattr(row, moment, None) for moment in moments}
    return {
        "name": name,
        "every_seconds": every,
        **{moment: time.isoformat() if time else None for moment, time in times.items()},
        "failures": row.failures if row else 0,
        "last_fault": row.last_fault if row else "",
    }
