"""The worker looks for duplicates again after imports."""

from __future__ import annotations

from datetime import timedelta

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.importing.queries import newest_import
from alunite.foundation.merging.actions import propose_duplicates
from alunite.foundation.merging.queries import looked_through
from alunite.foundation.messages.jobs import periodic


@periodic("duplicates.propose", every=timedelta(minutes=15))
def propose() -> str:
    """Look for likely duplicates, where something was imported since the last time."""
    if looked_through() >= newest_import():
        return "nothing imported since the last time"
    done = propose_duplicates(actor=SYSTEM)
    return f"{done.new} new, {done.changed} changed, {done.back} back, {done.lapsed} lapsed, {done.unchanged} as before"
