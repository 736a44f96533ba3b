"""The jobs of the rooms from here down, and what days bring to them."""

from __future__ import annotations

from datetime import date, timedelta

from alunite.foundation.accounts.policies import SYSTEM, Actor
from alunite.foundation.accounts.reviews import remind_of_reviews
from alunite.foundation.accounts.sign_ins import forget_ended_sessions
from alunite.foundation.files.actions import clear_left_over
from alunite.foundation.history.errors import SealingBusy
from alunite.foundation.history.sealing import seal
from alunite.foundation.messages.actions import forget_old_mail, send_waiting_mail
from alunite.foundation.messages.jobs import periodic
from alunite.foundation.messages.ticking import ticks


@periodic("mail.send", every=timedelta(seconds=5))
def send_mail() -> str:
    """Send what waits in the outbox."""
    counts = send_waiting_mail(actor=SYSTEM)
    return f"{counts['sent']} sent, {counts['put_off']} put off, {counts['given_up']} given up"


@periodic("mail.forget", every=timedelta(days=1))
def forget_mail() -> str:
    """Remove old mail."""
    return f"{forget_old_mail(actor=SYSTEM)} removed"


@periodic("sessions.forget", every=timedelta(days=1))
def forget_sessions() -> str:
    """Remove what is kept of browsers whose sessions ran out."""
    return f"{forget_ended_sessions(actor=SYSTEM)} removed"


@periodic("files.clear", every=timedelta(days=1))
def clear_files() -> str:
    """Remove files that were given up on the way."""
    return f"{clear_left_over(actor=SYSTEM)} removed"


@periodic("history.seal", every=timedelta(minutes=1))
def seal_history() -> str:
    """Put new entries of history under a checkpoint."""
    try:
        made = seal()
    except SealingBusy:
        return "others are writing; left to the next time"
    return f"checkpoint {made.number}" if made else "nothing new"


@ticks("accounts.remind_of_reviews", order=10)
def remind(day: date, actor: Actor) -> str:
    """Remind whoever looks after people whose roles nobody has confirmed for long."""
    mails = remind_of_reviews(day, actor=actor)
    return f"{mails} reminded" if mails else ""
