"""Days as sources print them: to the day, the month, the year, or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

FIRST_YEAR = 1800
LAST_YEAR = 2199

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class Precision(StrEnum):
    """How exactly a day is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A day known to the day, the month or the year.

    Parameters
    ----------
    earliest, latest : date
        The first and the last day it can be, both inclusive.
    precision : Precision
        What the source printed.

    >>> PartialDate.parse("2023-08")
    PartialDate(earliest=datetime.date(2023, 8, 1), latest=datetime.date(2023, 8, 31), precision=<Precision.MONTH: 'month'>)
    """

    earliest: date
    latest: date
    precision: Precision

    @classmethod
    @lru_cache(maxsize=8192)  # a file names few days, many times each
    def parse(cls, text: str) -> PartialDate:
        """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

        Raises
        ------
        ValueError
            If the text has another form, names a day that does not exist, or a year outside 1800 to 2199.
        """
        match = _PARTIAL.fullmatch(text)
        # \d also matches other scripts' digits; those are not ISO 8601.
        if match is None or not text.isascii():
            raise ValueError(f"not an ISO 8601 day, month or year: {text!r}")
        year, month, day = (int(part) if part else None for part in match.groups())
        if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"year outside {FIRST_YEAR} to {LAST_YEAR}: {text!r}")
        if month is None:
            return cls(date(year, 1, 1), date(year, 12, 31), Precision.YEAR)
        if day is None:
            first = date(year, month, 1)
            return cls(first, _first_of_next_month(first) - timedelta(days=1), Precision.MONTH)
        exact = date(year, month, day)
        return cls(exact, exact, Precision.DAY)

    def __str__(self) -> str:
        """Return the ISO 8601 text at its own precision."""
        width = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}[self.precision]
        return self.earliest.isoformat()[:width]


def read_day(text: str) -> date:
    """Return a day written as 2020-06-30; `ValueError` for any other form and for years nobody asks about.

    >>> read_day("2020-06-30")
    datetime.date(2020, 6, 30)
    """
    day = date.fromisoformat(text)
    if day.isoformat() != text or not is_asked_about(day):
        raise ValueError(text)
    return day


def is_asked_about(day: date) -> bool:
    """Tell whether a day lies in a year that somebody asks about: others are slips of the hand.

    >>> is_asked_about(date(2026, 10, 1)), is_asked_about(date(26, 10, 1)), is_asked_about(date(9999, 12, 31))
    (True, False, False)
    """
    return FIRST_YEAR <= day.year <= LAST_YEAR


@dataclass(frozen=True, slots=True)
class Period:
    """A run of days, its first and last known each to the day, month or year.

    >>> str(Period.parse("2018-01/2022-06")), str(Period.parse("2021-05"))
    ('2018-01/2022-06', '2021-05')
    """

    first: PartialDate
    last: PartialDate

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2021``, ``2021-05`` or ``2018-01/2022-06`` (ISO 8601); `ValueError` for anything else."""
        first, slash, last = text.partition("/")
        begins = PartialDate.parse(first)
        ends = PartialDate.parse(last) if slash else begins
        if ends.latest < begins.latest:
            raise ValueError(f"it ends before it begins: {text!r}")
        return cls(begins, ends)

    def __str__(self) -> str:
        """Return the ISO 8601 text."""
        return str(self.first) if self.first == self.last else f"{self.first}/{self.last}"


def _first_of_next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def years_later(start: date, years: int) -> date:
    """Return the same day `years` years later; 29 February becomes 1 March where the year has none.

    >>> years_later(date(2020, 2, 29), 1)
    datetime.date(2021, 3, 1)
    """
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def months_later(start: date, months: int) -> date:
    """Return the same day `months` months later, or the last day of that month where it is shorter.

    >>> months_later(date(2019, 12, 13), 18), months_later(date(2023, 8, 31), 18)
    (datetime.date(2021, 6, 13), datetime.date(2025, 2, 28))
    """
    years, month = divmod(start.month - 1 + months, 12)
    last = PartialDate.parse(f"{start.year + years:04}-{month + 1:02}").latest
    return last.replace(day=min(start.day, last.day))


def last_day_of_term(start: date, years: int) -> date:
    """Return the last day of a term of `years` years that begins on `start`.

    The last day is the same day `years` years later minus one; 29 February counts as 1 March.

    >>> last_day_of_term(date(2019, 12, 13), 3)
    datetime.date(2022, 12, 12)
    >>> last_day_of_term(date(2024, 11, 11), 3)
    datetime.date(2027, 11, 10)
    """
    return years_later(start, years) - timedelta(days=1)


def last_day_of_months(start: date, months: int) -> date:
    """Return the last day of a term of `months` months that begins on `start`: the same day so many months later, minus one.

    Where that month has no such day, the first of the next counts as it, as with 29 February in `last_day_of_term`.

    >>> last_day_of_months(date(2026, 11, 23), 6), last_day_of_months(date(2026, 8, 31), 6)
    (datetime.date(2027, 5, 22), datetime.date(2027, 2, 28))
    """
    years, month = divmod(start.month - 1 + months, 12)
    try:
        same = start.replace(year=start.year + years, month=month + 1)
    except ValueError:
        same = _first_of_next_month(date(start.year + years, month + 1, 1))
    return same - timedelta(days=1)
