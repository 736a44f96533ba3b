"""Published next audits as a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from alunite.foundation.core import icalendar
from alunite.foundation.core.days import PartialDate, Precision
from alunite.foundation.core.icalendar import Event
from alunite.foundation.publications.kinds import UNKNOWN


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
    return icalendar.calendar((event for audit in audits for event in _event(*audit, host)), name=name)


def _event(subject: str, at: datetime, said: Mapping[str, Any], address: str, host: str) -> Iterator[Event]:
    text = str(said.get("next_audit", ""))
    if text in {"", UNKNOWN, "None"}:
        return
    day = PartialDate.parse(text)
    entity = str(said.get("entity") or said.get("name") or subject)
    some_day = _("Some day of it: the source says no more than %(day)s.") % {"day": text}
    yield Event(
        uid=f"next-audit-{subject}@{host}",
        at=at,
        first=day.earliest,
        last=day.latest,
        summary=_("Next audit: %(entity)s") % {"entity": entity},
        address=address,
        description="" if day.precision is Precision.DAY else some_day,
    )
