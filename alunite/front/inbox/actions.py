"""Saying what one wants of one's tasks, and sending it."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, override

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, actor_for, require
from alunite.foundation.adoption.queries import one_scheme, scheme_zone, today_in
from alunite.foundation.history.actions import record
from alunite.foundation.history.errors import StaleRecord
from alunite.front.inbox.models import Often, Wish
from alunite.front.inbox.queries import REMINDED, digest_of, lines_for, reminded_on
from alunite.front.inbox.rules import Group, belongs_into_mail, mail_is_due


def choose_mail(person: Person, often: str, *, actor: Actor) -> Wish:
    """Say how often a mail is to tell of one's tasks; it is written in the language at hand."""
    require(actor, "inbox.choose", person)
    values = {"mail": Often(often).value, "language": get_language() or settings.LANGUAGE_CODE}
    return _wish(person, "person.tasks_mail_chosen", values, {"mail": values["mail"]}, actor)


def make_calendar_address(person: Person, *, actor: Actor) -> str:
    """Return the secret of a new address for one's calendar; the one before opens nothing any more. It is kept nowhere."""
    require(actor, "inbox.choose", person)
    secret = secrets.token_urlsafe(32)
    values = {"secret_digest": digest_of(secret), "secret_made_at": timezone.now()}
    _wish(person, "person.calendar_address_made", values, {}, actor)
    return secret


def end_calendar_address(person: Person, *, actor: Actor) -> None:
    """Take the address for one's calendar back."""
    require(actor, "inbox.choose", person)
    _wish(person, "person.calendar_address_ended", {"secret_digest": None, "secret_made_at": None}, {}, actor)


class NotReminded(Exception):
    """Nobody was reminded, and why: there is no such task to remind of, it was done today, or nobody could be reached."""


def remind(key: str, *, actor: Actor) -> int:
    """Write to those who have the ball of a task the actor waits for, once a day whoever asks; return how many.

    Each is told of it as it stands in their own inbox: whoever may not know of it is not told.

    Raises
    ------
    NotReminded
        With a sentence for the reader; then nothing was done.
    """
    require(actor, "inbox.remind")
    zone = scheme_zone()
    today = today_in(zone)
    task = next((line.task for line in lines_for(actor, zone) if line.task.key == key), None)
    if task is None or not task.can_remind or task.reminds is None:
        raise NotReminded(gettext("This task is not there any more, or waits for you."))
    with transaction.atomic():
        if reminded_on(key) == today:
            raise NotReminded(gettext("Somebody has reminded of it today already."))
        mails = sum(_remind_one(person, key, zone) for person in task.reminds() if person.email)
        if not mails:
            raise NotReminded(gettext("Nobody who has it could be reached by mail."))
        payload = {"day": str(today), "mails": mails}
        try:
            record("task.reminded", record_type=REMINDED, record_id=key, payload=payload, actor=actor.label)
        except StaleRecord as error:  # somebody else was faster; what was written here is undone
            raise NotReminded(gettext("Somebody has reminded of it today already.")) from error
    return mails


def _remind_one(person: Person, key: str, zone: ZoneInfo) -> bool:
    wish = Wish.objects.filter(person=person).first()
    with override(wish.language if wish else settings.LANGUAGE_CODE):
        line = next((line for line in lines_for(actor_for(person), zone) if line.task.key == key), None)
        if line is None or not line.task.is_mine:
            return False
        address = settings.ALUNITE_ORIGIN and urljoin(settings.ALUNITE_ORIGIN, line.task.address)
        body = render_to_string("inbox/reminder.txt", {"line": line, "person": person, "address": address})
        send_mail(gettext("Reminder: %(task)s") % {"task": line.task.title}, body, None, [person.email])
    return True


def _wish(person: Person, kind: str, values: dict[str, Any], said: dict[str, Any], actor: Actor) -> Wish:
    defaults = {**values, "changed_at": timezone.now()}
    language = get_language() or settings.LANGUAGE_CODE
    with transaction.atomic():
        wish, _ = Wish.objects.update_or_create(
            person=person, defaults=defaults, create_defaults={"language": language, **defaults}
        )
        record(kind, record_type="person", record_id=str(person.pk), payload=said, actor=actor.label)
    return wish


@one_scheme()
def mail_tasks(*, actor: Actor) -> int:
    """Write to whoever wants a mail of their tasks and has had none for the day or the week; return how many.

    Who has nothing to do gets none. Each mail and the mark that it was written are one transaction.
    """
    require(actor, "inbox.mail")
    zone = scheme_zone()
    today = today_in(zone)
    asked = Wish.objects.exclude(mail=Often.NEVER).filter(person__is_active=True).exclude(person__email="")
    written = 0
    for wish in asked.select_related("person").order_by("pk"):
        if mail_is_due(wish.mail, wish.mailed_for, today):
            with transaction.atomic(), override(wish.language):
                # Another worker may have been faster.
                mine = Wish.objects.filter(pk=wish.pk, mailed_for=wish.mailed_for).update(mailed_for=today)
                written += bool(mine) and _write(wish, lines_for(actor_for(wish.person), zone))
    return written


def _write(wish: Wish, lines: list[Any]) -> bool:
    told = [line for line in lines if belongs_into_mail(line)]
    if not told:
        return False
    late = sum(line.group is Group.LATE for line in told)
    subject = ngettext("%(count)d task", "%(count)d tasks", len(told)) % {"count": len(told)}
    if late:
        subject += ", " + ngettext("%(count)d of them late", "%(count)d of them late", late) % {"count": late}
    context = {
        "lines": told,
        "person": wish.person,
        "often": wish.get_mail_display(),
        # Without it nobody knows here what the site is called: half an address leads nowhere.
        "tasks": settings.ALUNITE_ORIGIN and urljoin(settings.ALUNITE_ORIGIN, reverse("work")),
        "wishes": settings.ALUNITE_ORIGIN and urljoin(settings.ALUNITE_ORIGIN, reverse("work_calendar")),
    }
    body = render_to_string("inbox/mail.txt", context)
    send_mail(gettext("Your tasks: %(tasks)s") % {"tasks": subject}, body, None, [wish.person.email])
    return True
