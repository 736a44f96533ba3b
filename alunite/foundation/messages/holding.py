"""What the outbox holds of a person: mail to their address."""

from __future__ import annotations

from typing import Any

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.personal import By, holds
from alunite.foundation.messages.models import OutgoingMail


@holds("mail", "Mail to your address that is still kept")
class Mail:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return the mail by subject and time; its text may hold a link that signs in."""
        kept = OutgoingMail.objects.filter(to__iexact=person.email) if person.email else OutgoingMail.objects.none()
        return [
            {"to": mail.to, "subject": mail.subject, "written_at": mail.written_at.isoformat(), "state": mail.state}
            for mail in kept.order_by("pk")
        ]

    def erase(self, person: Person, by: By) -> int:  # noqa: ARG002, mail is removed, not marked
        """Remove the mail, also what was not sent yet."""
        if not person.email:
            return 0
        removed, _ = OutgoingMail.objects.filter(to__iexact=person.email).delete()
        return removed
