"""Django's way of sending mail, made into writing it down: whoever sends mail in an action writes into the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from alunite.foundation.messages.actions import write_mail


class Outbox(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail down once for each address, in the transaction at hand; return how many mails there were."""
        for message in email_messages:
            write_mail(message.recipients(), str(message.subject), str(message.body))
        return len(email_messages)
