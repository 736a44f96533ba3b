"""Published next audits as a calendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from alunite.foundation.core.days import PartialDate, Precision
from alunite.foundation.publications.kinds import UNKNOWN

# A line holds 75 octets, the line end not counted.
LONGEST_LINE = 75
# A calendar has at least one component, so that one without events needs this.
ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "TZNAME:UTC",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def calendar(audits: Iterable[tuple[str, datetime, Mapping[str, Any], str]], *, name: str, host: str) -> bytes:
    """Return the calendar of the audits that say when the next one is.

    Parameters
    ----------
    audits : iterable of subject, instant, what is said, address
        Of each audit: its id, when it was published, its payload, and where to read of it.
    name : str
        What a calendar program calls it.
    host : str
        What makes ids of events unlike those of anybody else.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Alunite//Register//EN", "CALSCALE:GREGORIAN"]
    lines += [f"X-WR-CALNAME:{_escaped(name)}", *ZONE]
    for audit in audits:
        lines += _event(*audit, host)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _event(subject: str, at: datetime, said: Mapping[str, Any], address: str, host: str) -> Iterator[str]:
    text = str(said.get("next_audit", ""))
    if text in {"", UNKNOWN, "None"}:
        return
    day = PartialDate.parse(text)
    entity = str(said.get("entity") or said.get("name") or subject)
    summary = _("Next audit: %(entity)s") % {"entity": entity}
    yield "BEGIN:VEVENT"
    yield f"UID:next-audit-{subject}@{host}"
    yield f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day.earliest:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day.latest + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(summary)}"
    if day.precision is not Precision.DAY:
        yield f"DESCRIPTION:{_escaped(_('Some day of it: the source says no more than %(day)s.') % {'day': text})}"
    yield f"URL:{address}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    for letter in ("\\", ";", ","):
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """Yield a content line in pieces, each but the first begun by a space, no letter cut in two."""
    piece = b""
    for letter in line:
        encoded = letter.encode()
        if len(piece) + len(encoded) > LONGEST_LINE:
            yield piece
            piece = b" "
        piece += encoded
    yield piece
