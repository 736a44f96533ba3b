"""The worker's job of this room."""

from __future__ import annotations

from datetime import timedelta

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.messages.jobs import periodic
from alunite.foundation.publications.snapshots import write_daily_snapshot


@periodic("snapshot.write", every=timedelta(hours=1))
def write_snapshot_of_yesterday() -> str:
    """Write the snapshot of the last day that is over, once."""
    written = write_daily_snapshot(actor=SYSTEM)
    return f"{written.as_of}: {written.publications} publications" if written else "written already"
