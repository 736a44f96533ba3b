"""What the outbox holds of a person: mail to their address."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.personal import By, holds
from alunite.foundation.accounts.queries import addresses_of
from alunite.foundation.messages.actions import remove_mail
from alunite.foundation.messages.models import OutgoingMail


@holds("mail", "Mail to your address that is still kept")
class Mail:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return the mail by subject and time; its text may hold a link that signs in."""
        kept = _mail_to(person)
        return [
            {"to": mail.to, "subject": mail.subject, "written_at": mail.written_at.isoformat(), "state": mail.state}
            for mail in kept.order_by("pk")
        ]

    def erase(self, person: Person, by: By) -> int:  # noqa: ARG002, mail is removed, not marked
        """Remove the mail, also what was not sent yet, and the files it was written into."""
        return remove_mail(_mail_to(person))


def _mail_to(person: Person) -> QuerySet[OutgoingMail]:
    written_to = OutgoingMail.objects.annotate(lower_to=Lower("to"))
    return written_to.filter(lower_to__in=addresses_of(person))
