"""Tasks as a file for spreadsheets, and days as a calendar."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext

from alunite.foundation.core.icalendar import Event, calendar
from alunite.foundation.importing.cells import protect
from alunite.front.inbox.present import group_label, room_label, trust_note, with_whom, words_of
from alunite.front.inbox.queries import Days
from alunite.front.inbox.rules import Line


def as_csv(lines: Iterable[Line], today: date, origin: str) -> str:
    """Return tasks as CSV, a line each; text that a spreadsheet would run gets an apostrophe."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    columns = ("Task", "About", "Part", "Group", "With", "Organisation", "Due", "Clock", "Rule", "Trust", "Address")
    writer.writerow(columns)
    for line in lines:
        task, reading = line.task, line.reading
        cells = (
            *(task.title, task.about, room_label(task.room), group_label(line.group)),
            *(with_whom(task), task.place, str(line.due or "")),
            words_of(line, today),
            reading.clock.rule if reading else "",
            trust_note(reading.clock.allowed) if reading else "",
            origin + task.address,
        )
        writer.writerow(protect(cell) for cell in cells)
    return file.getvalue()


def as_calendar(days: Days, at: datetime, *, origin: str, host: str) -> bytes:
    """Return days as a calendar that programs subscribe to."""
    events = (
        Event(
            uid=f"{marked.key.replace(':', '-')}@{host}",
            at=at,
            first=marked.day,
            last=marked.day,
            summary=marked.title,
            address=origin + marked.address,
            description=marked.about,
        )
        for marked in days.marked
    )
    return calendar(events, name=gettext("My tasks"))
