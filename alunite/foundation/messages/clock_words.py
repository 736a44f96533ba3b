"""What a clock says, in the reader's language."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext, ngettext

from alunite.foundation.core.clocks import Reading, Saying, Span, Unit


def clock_words(reading: Reading) -> str:
    """Return the count of a clock in a few words: day 21 of 56, 7 days over."""
    saying, number, of = reading.saying
    told = {"number": number, "of": of}
    if saying is Saying.OVER:
        text = ngettext("%(number)d day over", "%(number)d days over", number)
    elif saying is Saying.WORKING_OVER:
        text = ngettext("%(number)d working day over", "%(number)d working days over", number)
    elif saying is Saying.LEFT:
        text = ngettext("%(number)d day left", "%(number)d days left", number)
    elif saying is Saying.BEGINS_IN:
        text = ngettext("begins in %(number)d day", "begins in %(number)d days", number)
    elif saying is Saying.STOPPED:
        text = gettext("stopped on day %(number)d of %(of)d")
    elif saying is Saying.WORKING_DAY_OF:
        text = gettext("working day %(number)d of %(of)d")
    else:
        text = gettext("day %(number)d of %(of)d")
    return text % told


def days_to(day: date, today: date) -> str:
    """Return how far off a day is that somebody set: 10 days left, 7 days over."""
    number = abs((day - today).days)
    if day < today:
        return ngettext("%(number)d day over", "%(number)d days over", number) % {"number": number}
    return ngettext("%(number)d day left", "%(number)d days left", number) % {"number": number}


def span_words(span: Span) -> str:
    """Return how long something may take: 8 weeks, 10 working days."""
    texts = {
        Unit.DAYS: ngettext("%(number)d day", "%(number)d days", span.amount),
        Unit.WEEKS: ngettext("%(number)d week", "%(number)d weeks", span.amount),
        Unit.MONTHS: ngettext("%(number)d month", "%(number)d months", span.amount),
        Unit.YEARS: ngettext("%(number)d year", "%(number)d years", span.amount),
        Unit.WORKING_DAYS: ngettext("%(number)d working day", "%(number)d working days", span.amount),
    }
    return texts[span.unit] % {"number": span.amount}
