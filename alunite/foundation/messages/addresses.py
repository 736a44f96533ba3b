"""Where mail is handed over, read from one address in the settings. Imported by the settings: needs no database."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

EXPECTED = "expected smtp://user:password@host:587 (STARTTLS), smtps://host:465 (TLS), or unset for files"


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server to hand mail to."""

    host: str
    port: int
    username: str
    password: str
    starttls: bool
    tls: bool


def mail_server(address: str) -> MailServer | None:
    """Return the server an address names, or None for an empty address: mail is then written into files.

    `smtp://` asks for STARTTLS, save on this machine itself; `smtps://` speaks TLS from the start.

    >>> mail_server("smtps://robot@mail.example.org").port
    465
    >>> mail_server("") is None
    True

    Raises
    ------
    ValueError
        If the address names no mail server.
    """
    if not address:
        return None
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(EXPECTED)
    try:
        given = parts.port
    except ValueError as error:
        raise ValueError(EXPECTED) from error
    tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=given or (465 if tls else 587),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=not tls and parts.hostname not in {"127.0.0.1", "::1", "localhost"},
        tls=tls,
    )
