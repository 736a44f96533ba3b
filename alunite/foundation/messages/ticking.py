"""What days bring: deadlines that pass, reminders that fall due. Each day of the scheme is done once, in order.

A room registers in its ``chores.py``, imported in its ``AppConfig.ready()``, what one day brings to it::

    @ticks("members.suspend_late_payers", order=20)
    def suspend(day: date, actor: Actor) -> str: ...

It calls ordinary actions of its room with the day as today, and returns what it did in a few words, or nothing. It runs
in one transaction with the mark that says that this day is done, so that a process killed at any moment leaves either
both or neither, and two at once do nothing twice. No page waits for it: what holds on a day is always worked out from
the day itself.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.core.locks import is_locked
from alunite.foundation.core.operation import Finding
from alunite.foundation.messages.models import TickedDay

log = logging.getLogger(__name__)

ONE_DAY = timedelta(days=1)
Function = Callable[[date, Actor], str]


@dataclass(frozen=True, slots=True)
class Tick:
    """Something days bring; of one day, what has a lower order comes first."""

    name: str
    order: int
    function: Function


@dataclass(frozen=True, slots=True)
class Done:
    """What was done for one day."""

    day: date
    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Failed:
    """What could not be done, and the kind of fault; it and its later days are left to the next time."""

    day: date
    name: str
    fault: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did and what it could not do."""

    done: tuple[Done, ...]
    failed: tuple[Failed, ...]


_ticks: dict[str, Tick] = {}


def ticks(name: str, *, order: int = 50) -> Callable[[Function], Function]:
    """Register a function as something days bring; a new one begins with the day it is first run on.

    Parameters
    ----------
    name : str
        ``room.what``. The mark in the database bears it: renaming it makes a new one.
    order : int, optional
        Place among what the same day brings, lower first; rooms on higher floors take higher numbers.
    """

    def register(function: Function) -> Function:
        if name in _ticks:
            raise ValueError(f"tick {name!r} is registered twice")
        _ticks[name] = Tick(name, order, function)
        return function

    return register


def registered() -> tuple[Tick, ...]:
    """Return all that days bring, in the order it is done."""
    return tuple(sorted(_ticks.values(), key=lambda one: (one.order, one.name)))


@policy("days.tick", says="Only the installation itself does what days bring.")
def _days_tick(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


def tick(until: date, *, today: date, actor: Actor) -> Outcome:
    """Do what each day brings, from the day after the last one done up to and including `until`.

    What fails does not keep the rest from being done. A lock that others hold ends the run; what is done stays done.

    Parameters
    ----------
    until : date
        The last day to do.
    today : date
        Today in the scheme's zone: what is new begins with it.

    Raises
    ------
    ValueError
        If `until` lies after today: a day that has not come brings nothing yet.
    """
    require(actor, "days.tick")
    if until > today:
        raise ValueError(f"expected a day up to today, {today}; found {until}")
    last = _begun(today)
    done: list[Done] = []
    failed: dict[str, Failed] = {}
    for day in _days_after(min(last.values(), default=today), until):
        for one in registered():
            if one.name in failed or last[one.name] >= day:
                continue
            try:
                said = _do(one, day, actor)
            except Exception as error:
                if isinstance(error, OperationalError) and is_locked(error):
                    raise
                failed[one.name] = _failure(one, day, error)
            else:
                done += [] if said is None else [Done(day, one.name, said)]
    return Outcome(tuple(done), tuple(failed.values()))


def _begun(today: date) -> dict[str, date]:
    """Return the last day done of each, where nothing was done yet the day before today."""
    names = [one.name for one in registered()]
    known = set(TickedDay.objects.filter(name__in=names).values_list("name", flat=True))
    if new := [TickedDay(name=name, day=today - ONE_DAY) for name in names if name not in known]:
        TickedDay.objects.bulk_create(new, ignore_conflicts=True)
    return dict(TickedDay.objects.filter(name__in=names).values_list("name", "day"))


def _days_after(last: date, until: date) -> Iterator[date]:
    yield from (last + timedelta(days=number) for number in range(1, (until - last).days + 1))


def _do(one: Tick, day: date, actor: Actor) -> str | None:
    """Do one thing for one day, or nothing where another process has; that one is waited for."""
    with transaction.atomic():
        before = TickedDay.objects.filter(name=one.name, day=day - ONE_DAY)
        if not before.update(day=day, done_at=timezone.now()):
            return None
        return one.function(day, actor)


def _failure(one: Tick, day: date, error: Exception) -> Failed:
    # Where, and the kind of fault only: its words may name a person or an address.
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed for %s: %s\n%s", one.name, day, type(error).__name__, where)
    return Failed(day, one.name, type(error).__name__)


def lagging(today: date) -> Iterator[Finding]:
    """Say what has not been done for yesterday yet, and what was done for days that are still to come."""
    for row in TickedDay.objects.filter(name__in=[one.name for one in registered()]).order_by("name"):
        if row.day < today - ONE_DAY:
            yield Finding(
                f"{row.name} is done up to {row.day}; today is {today}.",
                "What days bring, such as reminders and deadlines that pass, has not come about.",
                "See that alunite worker runs; alunite tick does it at once and says what fails.",
            )
        elif row.day > today:
            yield Finding(
                f"{row.name} is done up to {row.day}, and today is {today}.",
                "Nothing is done for the days in between: they count as done.",
                "If ALUNITE_TODAY was set for a trial here, begin a new trial; else set this machine's clock right.",
            )
