"""The inbox of one person: tasks and days of all rooms, as they stand today."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.adoption.queries import one_scheme, scheme_zone, today_in
from alunite.foundation.history.queries import newest_entry_of
from alunite.foundation.messages.calendars import Marked, dates_of
from alunite.foundation.messages.tasks import room_labels, tasks_of
from alunite.front.inbox.models import Wish
from alunite.front.inbox.rules import SOON, Group, Line, in_view, lines_of

ALL, MINE = "all", "mine"
# What history calls a task: there is no other record of one.
REMINDED = "task"
# What a calendar program is told of: what is over for a while, and what comes.
BEFORE, AHEAD = timedelta(days=31), timedelta(days=400)


@dataclass(frozen=True, slots=True)
class View:
    """A view of the list: its name, what it is called, and how many tasks stand in it."""

    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """The tasks of one view by group, how many there are in each view and group, and the one that is looked at.

    `reminded` is the day of the scheme on which somebody last reminded of that one.
    """

    today: date
    soon: date
    views: tuple[View, ...]
    view: str
    groups: tuple[tuple[Group, tuple[Line, ...]], ...]
    counts: dict[str, int]
    selected: Line | None
    reminded: date | None = None

    @property
    def lines(self) -> list[Line]:
        """All lines of the view, in order."""
        return [line for _, lines in self.groups for line in lines]


@one_scheme()
def lines_for(actor: Actor, zone: ZoneInfo) -> list[Line]:
    """Return every task of an actor as it stands today in a zone, the scheme's. As many queries as the rooms ask."""
    require(actor, "inbox.view")
    today = today_in(zone)
    with timezone.override(zone):
        return lines_of(tasks_of(actor, today), today)


@one_scheme()
def inbox(actor: Actor, *, view: str = ALL, selected: str = "") -> Inbox:
    """Return the inbox of an actor. A view that is not there is all of it; without a selected task it is the reader's first."""
    zone = scheme_zone()
    today, lines = today_in(zone), lines_for(actor, zone)
    views = _views(lines)
    chosen = view if view in {one.name for one in views} else ALL
    shown = in_view(lines, chosen)
    named = next((line for line in shown if line.task.key == selected), None)
    groups = tuple((group, tuple(each)) for group, each in groupby(shown, key=lambda line: line.group))
    counts = {str(group): sum(line.group is group for line in lines) for group in Group}
    looked_at = named or next(iter(in_view(shown, MINE) or shown), None)
    reminded = reminded_on(looked_at.task.key) if looked_at and looked_at.task.can_remind else None
    return Inbox(today, today + SOON, views, chosen, groups, counts, looked_at, reminded)


def reminded_on(key: str) -> date | None:
    """Return the day of the scheme on which somebody last reminded of a task. One query."""
    entry = newest_entry_of(REMINDED, key)
    return date.fromisoformat(entry.data["day"]) if entry and entry.data else None


def _views(lines: Sequence[Line]) -> tuple[View, ...]:
    counted = [View(ALL, gettext("All"), len(lines)), View(MINE, gettext("With me"), len(in_view(lines, MINE)))]
    rooms = [View(room, str(label), len(in_view(lines, room))) for room, label in room_labels().items()]
    return (*counted, *(view for view in rooms if view.count))


@dataclass(frozen=True, slots=True)
class Days:
    """What happens on which day."""

    today: date
    marked: tuple[Marked, ...]


@one_scheme()
def days_ahead(actor: Actor) -> Days:
    """Return the last days of an actor's tasks, late ones too, and the other days rooms name.

    A day that a room names under the key of a task is shown once, as that task's. Queries as for the inbox, and those the
    rooms ask for days.
    """
    zone = scheme_zone()
    today = today_in(zone)
    due = [
        Marked(line.task.key, line.due, line.task.title, line.task.about, line.task.address)
        for line in lines_for(actor, zone)
        if line.due
    ]
    shown = {one.key for one in due}
    with timezone.override(zone):
        others = [one for one in dates_of(actor, today - BEFORE, today + AHEAD) if one.key not in shown]
    return Days(today, tuple(sorted([*due, *others], key=lambda one: (one.day, one.title, one.key))))


def wish_of(person: Person) -> Wish | None:
    """Return what a person wants of their tasks, if they said anything. One query."""
    return Wish.objects.filter(person=person).first()


def digest_of(secret: str) -> str:
    """Return what is kept of the secret in a calendar's address."""
    return hashlib.sha256(secret.encode()).hexdigest()


def wish_by_secret(secret: str) -> Wish | None:
    """Return whose calendar an address opens; None where it opens nobody's, or their account is closed. One query."""
    found = Wish.objects.filter(secret_digest=digest_of(secret), person__is_active=True)
    return found.select_related("person").first()
