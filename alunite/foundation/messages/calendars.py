"""Days to come that people keep in their calendars, beside their tasks: each room says its part.

In the room's ``calendar.py``, imported in its ``AppConfig.ready()``::

    @dates("members")
    def ends_of_membership(actor: Actor, first: date, last: date) -> list[Marked]: ...

As with tasks, a function asks a fixed number of queries, gives only what the actor may know of, and runs while the zone
of the scheme is the current one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from alunite.foundation.accounts.policies import Actor


@dataclass(frozen=True, slots=True)
class Marked:
    """Something that happens on a day.

    Parameters
    ----------
    key : str
        ``what:id``, the same as long as it stands, also when its day moves: calendar programs know it by this. The last
        day of a task bears the task's key, and is shown once.
    day : date
        The day of the scheme.
    title, about : str
        What happens, and where or which.
    address : str
        The page that says more.
    """

    key: str
    day: date
    title: str
    about: str
    address: str


Function = Callable[[Actor, date, date], list[Marked]]

_functions: list[tuple[str, Function]] = []


def dates(room: str) -> Callable[[Function], Function]:
    """Register what a room puts into calendars."""

    def register(function: Function) -> Function:
        if any(known is function for _, known in _functions):
            raise ValueError(f"dates of {room!r} are registered twice")
        _functions.append((room, function))
        return function

    return register


def dates_of(actor: Actor, first: date, last: date) -> list[Marked]:
    """Return what happens on the days from `first` to `last`, both included, as far as the actor may know of it."""
    found = [marked for _, function in _functions for marked in function(actor, first, last)]
    return sorted(found, key=lambda one: (one.day, one.title, one.key))
