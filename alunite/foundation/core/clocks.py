"""Clocks: how long something may take, how much of it is used, and who had the ball meanwhile.

The day something begins is day 0 of its clock, and whoever gets the ball counts from the day after. Days on which others
hold the ball do not count. Everything is worked out from days; nothing here knows what day it is today.
docs/algorithms/clocks.md has the rules and a worked table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from alunite.foundation.core.days import last_day_of_months, last_day_of_term
from alunite.foundation.core.judgement import Param

ONE_DAY = timedelta(days=1)
WEEK = 7


class Unit(StrEnum):
    """What an allowed span is counted in."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Span:
    """So many days, weeks, months, years or working days.

    Raises
    ------
    ValueError
        If it is not at least one.
    """

    amount: int
    unit: Unit = Unit.DAYS

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"a span is at least one of its unit: {self.amount}")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are working days.

    Parameters
    ----------
    rest : frozenset of int
        Days of the week nobody works, Monday being 0.
    holidays : tuple of date
        Days nobody works besides, in any order.

    Raises
    ------
    ValueError
        If no day of the week is left to work on.
    """

    rest: frozenset[int] = frozenset({5, 6})
    holidays: tuple[date, ...] = ()
    _free: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.rest >= set(range(WEEK)):
            raise ValueError("a calendar needs a day of the week on which people work")
        free = {day.toordinal() for day in self.holidays if day.weekday() not in self.rest}
        object.__setattr__(self, "_free", tuple(sorted(free)))

    def working_days(self, after: int, last: int) -> int:
        """Count the working days among those after one ordinal day, up to and including another."""
        weeks, rest = divmod(last - after, WEEK)
        # Day 1 of the ordinals was a Monday.
        extra = sum((after + number) % WEEK not in self.rest for number in range(rest))
        holidays = bisect_right(self._free, last) - bisect_right(self._free, after)
        return weeks * (WEEK - len(self.rest)) + extra - holidays


WEEKDAYS = WorkCalendar()


@dataclass(frozen=True, slots=True)
class Stop:
    """Days that do not count, both ends included; without a last day it has not ended."""

    first: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """That on a day the ball went to somebody, and what for."""

    day: date
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who had the ball from the day they got it to the day they passed it on; without one they have it still."""

    who: str
    what: str
    since: date
    until: date | None = None


class Saying(StrEnum):
    """What is said of a clock in a few words; the numbers stand beside it."""

    BEGINS_IN = "begins_in"
    STOPPED = "stopped"
    DAY_OF = "day_of"
    WORKING_DAY_OF = "working_day_of"
    LEFT = "left"
    OVER = "over"
    WORKING_OVER = "working_over"


@dataclass(frozen=True, slots=True)
class Clock:
    """How long something may take from a day on, by a rule.

    Parameters
    ----------
    rule : str
        Id of the rule that allows the span.
    start : date
        Day 0.
    allowed : Param of Span
        The span, with its trust, origin and source.
    stops : tuple of Stop
        Days that do not count, in any order; they may overlap.
    calendar : WorkCalendar
        Which days count where the span is of working days.
    """

    rule: str
    start: date
    allowed: Param[Span]
    stops: tuple[Stop, ...] = ()
    calendar: WorkCalendar = WEEKDAYS

    @property
    def in_working_days(self) -> bool:
        """Tell whether only working days count."""
        return self.allowed.value.unit is Unit.WORKING_DAYS

    @property
    def days_allowed(self) -> int:
        """How many days may count: of working days as many as the span says, else those of the calendar."""
        span = self.allowed.value
        if span.unit is Unit.WEEKS:
            return span.amount * WEEK
        if span.unit is Unit.MONTHS:
            return (last_day_of_months(self.start, span.amount) - self.start).days
        if span.unit is Unit.YEARS:
            return (last_day_of_term(self.start, span.amount) - self.start).days
        return span.amount

    def due(self) -> date | None:
        """Return the last day of the span; None while others hold the ball and it cannot be told.

        Raises
        ------
        ValueError
            If it lies beyond the last day there is.
        """
        merged = _merged(self.stops)
        allowed, begin = self.days_allowed, self.start.toordinal()
        farthest = date.max.toordinal()
        if merged and merged[-1][1] is None:
            farthest = max(begin, merged[-1][0] - 1)
            if self._counted(farthest, merged) < allowed:
                return None
        low, high = begin, min(begin + 2 * allowed, farthest)
        while self._counted(high, merged) < allowed:
            if high == farthest:
                raise ValueError(f"{allowed} days from {self.start} on end after the last day there is")
            low, high = high, min(begin + 2 * (high - begin), farthest)
        while low < high:
            middle = (low + high) // 2
            if self._counted(middle, merged) < allowed:
                low = middle + 1
            else:
                high = middle
        return date.fromordinal(low)

    def counted(self, day: date) -> int:
        """Return how many days have counted by the end of a day."""
        return self._counted(day.toordinal(), _merged(self.stops))

    def _counted(self, last: int, stops: Sequence[tuple[int, int | None]]) -> int:
        after = self.start.toordinal()
        if last <= after:
            return 0
        stopped = sum(
            self._between(max(first - 1, after), last if end is None else min(end, last))
            for first, end in stops
            if first <= last and (end is None or end > after)
        )
        return self._between(after, last) - stopped

    def _between(self, after: int, last: int) -> int:
        return self.calendar.working_days(after, last) if self.in_working_days else last - after

    def is_stopped(self, day: date) -> bool:
        """Tell whether a day does not count because others hold the ball."""
        return any(stop.first <= day and (stop.last is None or day <= stop.last) for stop in self.stops)


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock as it stands at the end of a day.

    Parameters
    ----------
    due : date or None
        The last day of the span; None while it is not known because others hold the ball.
    used, allowed : int
        Days that have counted, and that may.
    over : int
        Days that have counted beyond those allowed.
    """

    clock: Clock
    today: date
    due: date | None
    used: int
    allowed: int
    over: int
    is_stopped: bool

    @property
    def is_late(self) -> bool:
        """Tell whether a day that counts has come after the due day; on a rest day after it nothing is late yet."""
        return self.over > 0

    @property
    def share(self) -> float:
        """The part that is used; more than 1 where it is over."""
        return self.used / self.allowed

    @property
    def left(self) -> int:
        """Days that may still count."""
        return max(self.allowed - self.used, 0)

    @property
    def saying(self) -> tuple[Saying, int, int]:
        """What is to be said in a few words, with its number, and the number it is of."""
        working = self.clock.in_working_days
        if self.is_late:
            return (Saying.WORKING_OVER if working else Saying.OVER), self.over, self.allowed
        if self.today < self.clock.start:
            return Saying.BEGINS_IN, (self.clock.start - self.today).days, self.allowed
        if self.is_stopped:
            return Saying.STOPPED, self.used, self.allowed
        if working:
            return Saying.WORKING_DAY_OF, self.used, self.allowed
        if self.clock.allowed.value.unit in {Unit.MONTHS, Unit.YEARS}:
            return Saying.LEFT, self.left, self.allowed
        return Saying.DAY_OF, self.used, self.allowed


def read(clock: Clock, today: date) -> Reading:
    """Read a clock at the end of a day."""
    used, allowed = clock.counted(today), clock.days_allowed
    over = max(used - allowed, 0)
    return Reading(clock, today, clock.due(), used, allowed, over, is_stopped=clock.is_stopped(today))


def holders(passed: Iterable[Passed]) -> tuple[Holder, ...]:
    """Replay who had the ball from the events that passed it on, in the order they happened.

    Whoever passes it to themselves for the same thing keeps it.

    Raises
    ------
    ValueError
        If an event lies before the one it follows.
    """
    runs: list[Holder] = []
    for event in passed:
        if runs:
            last = runs[-1]
            if event.day < last.since:
                raise ValueError(f"on {event.day} the ball cannot pass: {last.who} had it from {last.since} on")
            if (event.who, event.what) == (last.who, last.what):
                continue
            runs[-1] = Holder(last.who, last.what, last.since, event.day)
        runs.append(Holder(event.who, event.what, event.day))
    return tuple(runs)


def stops_of(runs: Iterable[Holder], owner: str) -> tuple[Stop, ...]:
    """Return the days that do not count against `owner`: those after another got the ball, until it came back."""
    return tuple(
        Stop(run.since + ONE_DAY, run.until)
        for run in runs
        if run.who != owner and (run.until is None or run.until > run.since)
    )


def _merged(stops: Iterable[Stop]) -> list[tuple[int, int | None]]:
    """Return stops as ordinals in order, those that overlap or meet as one; only the last may be open."""
    found: list[tuple[int, int | None]] = []
    for stop in sorted(stops, key=lambda one: one.first):
        first, last = stop.first.toordinal(), stop.last.toordinal() if stop.last else None
        if not found or (found[-1][1] is not None and found[-1][1] + 1 < first):
            found.append((first, last))
        elif found[-1][1] is not None and (last is None or last > found[-1][1]):
            found[-1] = found[-1][0], last
    return found
