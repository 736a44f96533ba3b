"""Clocks against days counted one by one, and against the worked table of docs/algorithms/clocks.md."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alunite.foundation.core.clocks import (
    Clock,
    Holder,
    Passed,
    Saying,
    Span,
    Stop,
    Unit,
    WorkCalendar,
    holders,
    read,
    stops_of,
)
from alunite.foundation.core.days import last_day_of_months, last_day_of_term
from alunite.foundation.core.judgement import OURS, Param, Trust

ONE_DAY = timedelta(days=1)
PAGE = Path(__file__).resolve().parents[4] / "docs" / "algorithms" / "clocks.md"


def clock(start: str, amount: int, unit: str = "days", stops=(), rest=frozenset({5, 6}), holidays=()) -> Clock:
    allowed = Param(Span(amount, Unit(unit)), Trust.DESIGN, OURS)
    return Clock("r", date.fromisoformat(start), allowed, tuple(stops), WorkCalendar(rest, tuple(holidays)))


# Expected by hand, with a calendar: the rows of the page, in its words.
TABLE = (
    ("2026-11-02", 8, "weeks", "", "2026-11-23", "2026-12-28", "day 21 of 56"),
    ("2026-10-30", 60, "days", "", "2026-11-23", "2026-12-29", "day 24 of 60"),
    ("2026-11-10", 10, "working_days", "", "2026-11-23", "2026-11-24", "working day 9 of 10"),
    ("2026-11-10", 10, "working_days", "", "2026-11-28", "2026-11-24", "3 working days over"),
    ("2026-11-13", 5, "working_days", "", "2026-11-21", "2026-11-20", "working day 5 of 5"),
    ("2026-10-17", 30, "days", "", "2026-11-23", "2026-11-16", "7 days over"),
    ("2025-03-01", 2, "years", "", "2026-11-23", "2027-02-28", "97 days left"),
    ("2024-02-29", 1, "years", "", "2025-02-28", "2025-02-28", "0 days left"),
    ("2026-08-31", 6, "months", "", "2026-11-23", "2027-02-28", "97 days left"),
    ("2026-11-01", 10, "days", "2026-11-04/2026-11-08", "2026-11-10", "2026-11-16", "day 4 of 10"),
    ("2026-11-01", 10, "days", "2026-11-04/", "2026-11-10", "not known", "stopped on day 2 of 10"),
    ("2026-11-01", 10, "days", "2026-11-13/", "2026-11-23", "2026-11-11", "1 day over"),
    ("2026-12-01", 10, "days", "", "2026-11-23", "2026-12-11", "begins in 8 days"),
)
WORDS = {
    Saying.BEGINS_IN: "begins in {} days",
    Saying.STOPPED: "stopped on day {} of {}",
    Saying.DAY_OF: "day {} of {}",
    Saying.WORKING_DAY_OF: "working day {} of {}",
    Saying.LEFT: "{} days left",
    Saying.OVER: "{} days over",
    Saying.WORKING_OVER: "{} working days over",
}


def stop_of(text: str) -> list[Stop]:
    first, _, last = text.partition("/")
    return [Stop(date.fromisoformat(first), date.fromisoformat(last) if last else None)] if first else []


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[6]} by {row[5]}")
def test_worked_table(row):
    start, amount, unit, stops, today, due, words = row
    found = read(clock(start, amount, unit, stop_of(stops)), date.fromisoformat(today))
    assert str(found.due or "not known") == due
    saying, number, of = found.saying
    assert WORDS[saying].format(number, of).replace("1 days", "1 day") == words
    cells = f"| {start} | {amount} {unit.replace('_', ' ')} | {stops.replace('/', ' to ') or 'none'} | {today} | {due} | {words} |"
    assert cells in PAGE.read_text("utf-8").splitlines(), cells


def counts(one: Clock, day: date) -> bool:
    """Tell by itself whether a day counts."""
    if any(stop.first <= day and (stop.last is None or day <= stop.last) for stop in one.stops):
        return False
    return not one.in_working_days or (day.weekday() not in one.calendar.rest and day not in one.calendar.holidays)


def length(one: Clock) -> int:
    """How many days are allowed, by walking months on a calendar."""
    amount, unit = one.allowed.value.amount, one.allowed.value.unit
    if unit not in {Unit.MONTHS, Unit.YEARS}:
        return amount * (7 if unit is Unit.WEEKS else 1)
    year, month = one.start.year, one.start.month
    for _ in range(amount * (12 if unit is Unit.YEARS else 1)):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    longest = calendar.monthrange(year, month)[1]
    # The day before the same day; where there is none, the day before the first of the next month.
    end = (
        date(year, month, min(one.start.day, longest + 1) - 1) if one.start.day > 1 else date(year, month, 1) - ONE_DAY
    )
    return (end - one.start).days


days = st.dates(date(2023, 12, 1), date(2025, 3, 31))
spans = st.one_of(
    st.tuples(st.integers(1, 90), st.sampled_from(["days", "working_days"])),
    st.tuples(st.integers(1, 12), st.just("weeks")),
    st.tuples(st.integers(1, 14), st.just("months")),
    st.tuples(st.integers(1, 2), st.just("years")),
)
stops = st.lists(
    st.builds(lambda first, length: Stop(first, first + length * ONE_DAY), days, st.integers(0, 40)), max_size=4
)
calendars = st.builds(
    lambda rest, holidays: {"rest": frozenset(rest), "holidays": holidays},
    st.sets(st.integers(0, 6), max_size=4),
    st.lists(days, max_size=6),
)


@given(days, spans, stops, st.none() | days, calendars, st.integers(-20, 1200))
def test_as_days_counted_one_by_one(start, span, closed, open_from, kept, later):
    every = [*closed, *([Stop(open_from)] if open_from else [])]
    one = clock(str(start), *span, every, **kept)
    today = start + later * ONE_DAY
    allowed, ends = length(one), [number for number in range(1, 1300) if counts(one, start + number * ONE_DAY)]
    due = start + ends[allowed - 1] * ONE_DAY if len(ends) >= allowed else None
    expected = sum(number <= later for number in ends)
    found = read(one, today)
    assert found.allowed == allowed
    assert found.used == expected
    assert found.due == due
    assert found.over == max(expected - allowed, 0)
    assert found.is_late == (due is not None and any(due < start + n * ONE_DAY <= today for n in ends))
    assert found.is_stopped == any(stop.first <= today <= (stop.last or today) for stop in every)


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("ab"), st.sampled_from("xy")), min_size=1, max_size=8))
def test_holders_meet_and_every_day_is_somebodys(steps):
    passed, day = [], date(2026, 1, 1)
    for wait, who, what in steps:
        day += wait * ONE_DAY
        passed.append(Passed(day, who, what))
    runs = holders(passed)
    assert runs[0].since == passed[0].day
    assert runs[-1].until is None
    assert all(before.until == after.since for before, after in pairwise(runs))
    assert all((one.who, one.what) != (other.who, other.what) for one, other in pairwise(runs))
    # Each day after the first is counted by the one of the two who does not wait for the other.
    today = day + 5 * ONE_DAY
    allowed = Param(Span(1000), Trust.DESIGN, OURS)
    used = [Clock("r", passed[0].day, allowed, stops_of(runs, who)).counted(today) for who in "ab"]
    assert sum(used) == (today - passed[0].day).days


def test_who_had_the_ball():
    """The case of the picture, read from its dates."""
    story = (
        (date(2026, 11, 2), "Northlight", "report"),
        (date(2026, 11, 10), "Secretariat", "queries"),
        (date(2026, 11, 13), "Northlight", "answers"),
        (date(2026, 11, 18), "Secretariat", "decision"),
        (date(2026, 11, 20), "Secretariat", "decision"),
    )
    runs = holders(Passed(*each) for each in story)
    assert runs[2] == Holder("Northlight", "answers", date(2026, 11, 13), date(2026, 11, 18))
    assert runs[3] == Holder("Secretariat", "decision", date(2026, 11, 18))
    assert stops_of(runs, "Secretariat")[1] == Stop(date(2026, 11, 14), date(2026, 11, 18))
    with pytest.raises(ValueError, match="cannot pass"):
        holders([Passed(date(2026, 2, 1), "a", "x"), Passed(date(2026, 1, 1), "b", "x")])


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_twelve_months_are_a_year(start, years):
    assert last_day_of_months(start, 12 * years) == last_day_of_term(start, years)


def test_what_is_no_clock():
    with pytest.raises(ValueError, match="at least one"):
        Span(0)
    with pytest.raises(ValueError, match="people work"):
        WorkCalendar(frozenset(range(7)))
    with pytest.raises(ValueError, match="the last day there is"):
        clock("9999-12-01", 90).due()
