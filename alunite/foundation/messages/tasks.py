"""What people have to do: each room says its part, and the inbox shows all of it to whom it concerns.

In the room's ``tasks.py``, imported in its ``AppConfig.ready()``::

    @tasks("members", _("Membership"))
    def applications_to_review(actor: Actor, today: date) -> list[Task]: ...

A function asks a fixed number of queries, whatever there is, and gives only what the actor may know of. The zone of the
scheme is the current one while it runs: ``timezone.localdate(instant)`` is the scheme's day of an instant. A task is
never stored; it stands as long as what it is made from does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.utils.functional import Promise

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.core.clocks import Clock, Holder


@dataclass(frozen=True, slots=True)
class Task:
    """Something somebody has to do.

    Parameters
    ----------
    key : str
        ``what:id``, the same as long as the task stands and nobody else's.
    title : str
        What is to be done, in plain verbs, in the reader's language, as all words here.
    about : str
        Where and which, in one line.
    address : str
        The page on which it is done.
    act : str
        What the button says that leads there.
    is_mine : bool
        Whether the reader is one of those who can do it now.
    who, place : str
        Who else has the ball, and for which organisation; not used where it is the reader's.
    clock : Clock, optional
        By when, and by which rule.
    by : date, optional
        Its last day, where somebody set one and no rule allows a span.
    told : str
        A sentence or two on what it is about.
    ends, if_late : str
        What ends the clock, and what comes of being late.
    held : tuple of Holder
        Who had the ball, oldest first.
    reminds : callable, optional
        Returns those who have the ball and may be reminded, where it is others; asked only when somebody reminds them.
    room : str
        Set by the registry: whose view of the inbox it stands in.
    """

    key: str
    title: str
    about: str
    address: str
    act: str
    is_mine: bool
    who: str = ""
    place: str = ""
    clock: Clock | None = None
    by: date | None = None
    told: str = ""
    ends: str = ""
    if_late: str = ""
    held: tuple[Holder, ...] = ()
    reminds: Callable[[], Iterable[Person]] | None = None
    room: str = ""

    @property
    def can_remind(self) -> bool:
        """Tell whether the reader can have a reminder sent to whoever has the ball."""
        return not self.is_mine and self.reminds is not None


Function = Callable[[Actor, date], list[Task]]

_functions: list[tuple[str, Function]] = []
_labels: dict[str, str | Promise] = {}


def tasks(room: str, label: str | Promise) -> Callable[[Function], Function]:
    """Register what a room puts into the inbox; `label` names the view that shows only these, by its first function."""

    def register(function: Function) -> Function:
        if any(known is function for _, known in _functions):
            raise ValueError(f"tasks of {room!r} are registered twice")
        _labels.setdefault(room, label)
        _functions.append((room, function))
        return function

    return register


def tasks_of(actor: Actor, today: date) -> list[Task]:
    """Return all tasks an actor may know of, in the order of the rooms; as many queries as the rooms ask."""
    return [replace(task, room=room) for room, function in _functions for task in function(actor, today)]


def room_labels() -> dict[str, str | Promise]:
    """Return what the views of rooms are called, in the order the rooms registered."""
    return dict(_labels)
