"""What days bring to this room."""

from __future__ import annotations

from datetime import date

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.messages.ticking import ticks
from alunite.programme.members.joining.actions import days_of_certification, days_of_invoices


@ticks("members.invoices", order=20)
def invoices(day: date, actor: Actor) -> str:
    """Remind of what is open, and propose what follows when it stays so."""
    return _said(days_of_invoices(day, actor=actor))


@ticks("members.certification", order=21)
def certification(day: date, actor: Actor) -> str:
    """Remind of the first certificate, and propose to suspend where the last day has passed without one."""
    return _said(days_of_certification(day, actor=actor))


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)
