"""Handing a mail over: to a mail server, or into a file."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from alunite.foundation.messages.addresses import MailServer
from alunite.foundation.messages.models import OutgoingMail

SECONDS_TO_ANSWER = 20
REFUSED_FOR_GOOD = range(500, 600)


class Transport(Protocol):
    def send(self, mail: OutgoingMail) -> None:
        """Hand over one mail, or raise."""


@contextmanager
def transport() -> Iterator[Transport]:
    """Give the transport of the settings, open for several mails."""
    server: MailServer | None = settings.MAIL_SERVER
    if server is None:
        yield Files()
        return
    given = Smtp(server)
    try:
        yield given
    finally:
        given.close()


def as_email(mail: OutgoingMail) -> EmailMessage:
    """Return the mail as it goes out: the same bytes at every attempt."""
    return EmailMessage(
        subject=mail.subject,
        body=mail.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        headers={
            "Message-ID": mail.message_id,
            "Date": format_datetime(mail.written_at),
            # No holiday answers, please.
            "Auto-Submitted": "auto-generated",
        },
    )


def written_file(message_id: str) -> Path:
    """Return where the mail of a Message-ID is written while there is no mail server."""
    return Path(settings.EMAIL_FILE_PATH) / f"{message_id.strip('<>').partition('@')[0]}.eml"


class Files:
    """Each mail a file, named by its Message-ID: sent twice, it is still one file."""

    def send(self, mail: OutgoingMail) -> None:
        """Write the file under another name first, so that nobody reads half of it."""
        path = written_file(mail.message_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(".part")
        part.write_bytes(as_email(mail).message().as_bytes())
        part.replace(path)
        os.utime(path, (mail.written_at.timestamp(), mail.written_at.timestamp()))


class Smtp:
    def __init__(self, server: MailServer) -> None:
        self.connection = EmailBackend(
            host=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.starttls,
            use_ssl=server.tls,
            timeout=SECONDS_TO_ANSWER,
        )

    def send(self, mail: OutgoingMail) -> None:
        """Hand the mail to the server, over the connection at hand."""
        self.connection.open()
        try:
            self.connection.send_messages([as_email(mail)])
        except Exception:  # whatever it was, its connection is not one for the next mail; it is raised again
            self.close()
            raise

    def close(self) -> None:
        """End the connection; the next mail opens another."""
        self.connection.close()


def fault_of(error: Exception) -> tuple[str, bool]:
    """Return what is kept of a fault, and whether trying again is of no use. No address and no text of the server."""
    codes: list[int] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException) and not isinstance(error, smtplib.SMTPAuthenticationError):
        codes = [error.smtp_code]
    text = " ".join([type(error).__name__, *map(str, codes)])
    return text[:100], bool(codes) and all(code in REFUSED_FOR_GOOD for code in codes)
