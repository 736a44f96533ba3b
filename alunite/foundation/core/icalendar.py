"""Days as calendars that other programs subscribe to (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

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


@dataclass(frozen=True, slots=True)
class Event:
    """Something on whole days.

    Parameters
    ----------
    uid : str
        Unlike that of anything else anywhere, and the same as long as it is the same event.
    at : datetime
        When it was last said, in UTC.
    first, last : date
        Its days, both included.
    summary, address, description : str
        What it is, where to read of it, and more words or none.
    """

    uid: str
    at: datetime
    first: date
    last: date
    summary: str
    address: str
    description: str = ""


def calendar(events: Iterable[Event], *, name: str) -> bytes:
    """Return a calendar; `name` is what a program calls it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Alunite//Register//EN", "CALSCALE:GREGORIAN"]
    lines += [f"X-WR-CALNAME:{_escaped(name)}", *ZONE]
    for event in events:
        lines += _lines(event)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _lines(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{event.at:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{_basic(event.first)}"
    # The end is the day after; the last day there is has none, and needs none.
    if event.last < date.max:
        yield f"DTEND;VALUE=DATE:{_basic(event.last + timedelta(days=1))}"
    yield f"SUMMARY:{_escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{_escaped(event.description)}"
    yield f"URL:{event.address}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _basic(day: date) -> str:
    """Return a day in the basic format of ISO 8601; `strftime` writes the year 26 without its zeros."""
    return day.isoformat().replace("-", "")


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
