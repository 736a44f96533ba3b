"""The worker's jobs of this room, and what the doctor asks of it."""

from __future__ import annotations

from datetime import timedelta

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.core.operation import doctor_check
from alunite.foundation.messages.jobs import periodic
from alunite.foundation.publications.snapshots import write_daily_snapshot
from alunite.foundation.publications.stored import outdated_findings, remove_outdated

doctor_check("snapshots", outdated_findings)


@periodic("snapshot.write", every=timedelta(hours=1))
def write_snapshot_of_yesterday() -> str:
    """Write the snapshot of the last day that is over, once."""
    written = write_daily_snapshot(actor=SYSTEM)
    return f"{written.as_of}: {written.publications} publications" if written else "written already"


@periodic("snapshot.remove_redacted", every=timedelta(minutes=10))
def remove_snapshots_of_what_was_redacted() -> str:
    """Remove the snapshots that a redaction could not remove itself, because its process ended first."""
    removed = remove_outdated()
    return f"removed {', '.join(removed)}" if removed else "none"
