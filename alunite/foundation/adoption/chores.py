"""Days are those of the scheme in force, so whatever days bring is set off from here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.adoption.queries import scheme_today
from alunite.foundation.core.operation import Finding, doctor_check
from alunite.foundation.messages.jobs import periodic
from alunite.foundation.messages.ticking import lagging, tick


class NotAllDone(Exception):
    """Something a day brings could not be done."""


@periodic("days.tick", every=timedelta(minutes=10))
def do_what_days_bring() -> str:
    """Do what the days since the last time bring, up to today."""
    today = scheme_today()
    outcome = tick(today, today=today, actor=SYSTEM)
    if outcome.failed:
        raise NotAllDone
    return f"{len(outcome.done)} done up to {today}" if outcome.done else "nothing left to do"


def _lagging() -> Iterator[Finding]:
    yield from lagging(scheme_today())


doctor_check("days", _lagging)
