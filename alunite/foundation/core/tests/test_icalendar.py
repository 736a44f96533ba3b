"""Days at the ends of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime

import icalendar

from alunite.foundation.core.icalendar import Event, calendar


def test_the_first_and_the_last_day_there_are_can_be_read_again():
    at = datetime(2026, 11, 23, tzinfo=UTC)
    days = [date.min, date(999, 1, 1), date(2026, 11, 23), date.max]
    events = [Event(str(day), at, day, day, "A day", "https://example.org/") for day in days]
    read = icalendar.Calendar.from_ical(calendar(events, name="Days"))
    assert [event.decoded("DTSTART") for event in read.walk("VEVENT")] == days
    ends = [event.decoded("DTEND") for event in read.walk("VEVENT") if "DTEND" in event]
    assert ends == [date(1, 1, 2), date(999, 1, 2), date(2026, 11, 24)]
