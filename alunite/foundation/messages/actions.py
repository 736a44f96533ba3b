"""Writing mail down, sending it, and forgetting it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.messages.models import MailState, OutgoingMail
from alunite.foundation.messages.queries import shows_mail
from alunite.foundation.messages.transports import Transport, fault_of, transport, written_file

log = logging.getLogger(__name__)

# Waits between attempts; after the last one the mail is given up, about two days after it was written.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
HELD = timedelta(minutes=5)
MOST_AT_ONCE = 200


@policy("mail.send", says="Only the installation itself sends mail.")
def _mail_send(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


def write_mail(addresses: Sequence[str], subject: str, body: str) -> list[OutgoingMail]:
    """Write a mail into the outbox, once for each address, in the transaction at hand.

    Whoever may do the action may cause its mail, so nothing more is asked here.
    """
    host = urlsplit(settings.ALUNITE_ORIGIN).hostname or "localhost"
    return OutgoingMail.objects.bulk_create(
        OutgoingMail(
            message_id=f"<{uuid.uuid4()}@{host}>", to=address, subject=" ".join(subject.split())[:500], body=body
        )
        for address in addresses
    )


def send_waiting_mail(*, actor: Actor) -> dict[str, int]:
    """Try every mail that is due, and return how many were sent, put off and given up.

    Mail is sent at least once: a worker that dies between handing a mail over and saying so lets it be sent again,
    with the same Message-ID.
    """
    require(actor, "mail.send")
    counts = {"sent": 0, "put_off": 0, "given_up": 0}
    with transport() as way:
        for _ in range(MOST_AT_ONCE):
            mail = _next()
            if mail is None:
                break
            counts[_try(mail, way, actor)] += 1
    return counts


def _next() -> OutgoingMail | None:
    """Take hold of the mail that has waited longest, unless another worker is faster each time."""
    while True:
        now = timezone.now()
        free = Q(held_until=None) | Q(held_until__lt=now)
        due = OutgoingMail.objects.filter(free, state=MailState.WAITING, due_at__lte=now).order_by("due_at", "pk")
        mail = due.first()
        if mail is None:
            return None
        if OutgoingMail.objects.filter(free, pk=mail.pk, state=MailState.WAITING).update(held_until=now + HELD):
            return mail


def _try(mail: OutgoingMail, way: Transport, actor: Actor) -> str:
    try:
        way.send(mail)
    except Exception as error:  # noqa: BLE001, whatever keeps one mail from going must not keep back the others
        return _put_off(mail, error, actor)
    mail.state, mail.done_at, mail.held_until, mail.last_fault = MailState.SENT, timezone.now(), None, ""
    mail.attempts += 1
    _forget_text(mail)
    mail.save(update_fields=["state", "done_at", "held_until", "last_fault", "attempts", "body"])
    return "sent"


def _put_off(mail: OutgoingMail, error: Exception, actor: Actor) -> str:
    mail.last_fault, for_good = fault_of(error)
    mail.attempts += 1
    mail.held_until = None
    if not for_good and mail.attempts <= len(WAITS):
        mail.due_at = timezone.now() + WAITS[mail.attempts - 1]
        mail.save(update_fields=["due_at", "held_until", "last_fault", "attempts"])
        log.warning("mail %s put off after attempt %d: %s", mail.pk, mail.attempts, mail.last_fault)
        return "put_off"
    _give_up([mail], actor)
    log.error("mail %s given up after attempt %d: %s", mail.pk, mail.attempts, mail.last_fault)
    return "given_up"


def give_up_waiting_mail(fault: str, *, actor: Actor) -> int:
    """Give up every mail that waits, for this reason, and return how many there were."""
    require(actor, "mail.send")
    with transaction.atomic():
        waiting = list(OutgoingMail.objects.select_for_update().filter(state=MailState.WAITING).order_by("pk"))
        for mail in waiting:
            mail.last_fault, mail.held_until = fault, None
        _give_up(waiting, actor)
    return len(waiting)


def _give_up(mails: Sequence[OutgoingMail], actor: Actor) -> None:
    now = timezone.now()
    for mail in mails:
        mail.state, mail.done_at = MailState.GIVEN_UP, now
        _forget_text(mail)
    told = [Change("mail", str(mail.pk), {"attempts": mail.attempts, "fault": mail.last_fault}) for mail in mails]
    with transaction.atomic():
        fields = ["state", "done_at", "held_until", "last_fault", "attempts", "body"]
        OutgoingMail.objects.bulk_update(mails, fields, batch_size=500)
        record_many("mail.given_up", told, actor=actor.label)


def _forget_text(mail: OutgoingMail) -> None:
    """Forget what is of no more use here: it may hold a link that still signs somebody in. A demonstration shows it."""
    if not shows_mail():
        mail.body = ""


def forget_old_mail(*, actor: Actor) -> int:
    """Remove what was sent or given up longer ago than mail is kept, and return how many."""
    require(actor, "mail.send")
    before = timezone.now() - timedelta(days=settings.ALUNITE_MAIL_KEPT_DAYS)
    return remove_mail(OutgoingMail.objects.exclude(state=MailState.WAITING).filter(done_at__lt=before))


def remove_mail(mail: QuerySet[OutgoingMail]) -> int:
    """Remove mail with the files it was written into, and return how many there were."""
    for message_id in mail.values_list("message_id", flat=True):
        written_file(message_id).unlink(missing_ok=True)
    removed, _ = mail.delete()
    return removed
