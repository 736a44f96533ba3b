"""The worker's job of this room, and its place in the rail."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.policies import SYSTEM, allows
from alunite.foundation.accounts.workspace import place
from alunite.foundation.messages.jobs import periodic
from alunite.front.inbox.actions import mail_tasks

place("tasks", _("Tasks"), "work", order=10, shows=lambda actor: allows(actor, "inbox.view"))
place("calendar", _("Calendar and mail"), "work_calendar", order=90, shows=lambda actor: allows(actor, "inbox.view"))


@periodic("inbox.mail", every=timedelta(hours=1))
def tell_of_tasks() -> str:
    """Write to those who want a mail of their tasks."""
    return f"{mail_tasks(actor=SYSTEM)} written"
