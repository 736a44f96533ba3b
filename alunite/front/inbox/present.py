"""What lines of the inbox look like: words, and the clock as a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from alunite.foundation.core.clocks import Holder, Reading
from alunite.foundation.core.days import PartialDate
from alunite.foundation.core.judgement import Param, Trust
from alunite.foundation.messages.clock_words import clock_words, days_to, span_words
from alunite.foundation.messages.tasks import Task, room_labels
from alunite.front.inbox.queries import Inbox
from alunite.front.inbox.rules import Group, Line

# Where the tick of a clock stands while nothing is over, in pixels of its drawing.
TICK = 110
ALMOST = 0.8

GROUPS = {
    Group.LATE: (gettext_lazy("Late"), gettext_lazy("more time used than allowed")),
    Group.DUE: (gettext_lazy("Due soon"), gettext_lazy("the next 14 days")),
    Group.LATER: (gettext_lazy("With you"), gettext_lazy("later, or on no set day")),
    Group.WAITING: (gettext_lazy("Waiting on others"), gettext_lazy("nothing for you to do")),
}
TRUST_NOTES = {
    Trust.READ: gettext_lazy("Read at its source."),
    Trust.CUT: gettext_lazy("Its source broke off; completed by us."),
    Trust.KNOWN: gettext_lazy("General knowledge, not checked against a source."),
    Trust.DESIGN: gettext_lazy("Our default, not taken from the text of the scheme."),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A clock as a bar: how far it is filled, where the tick stands, how far it runs over (empty: not), in pixels.

    Written as SVG takes numbers, whatever the language.
    """

    fill: str
    tick: str
    over: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the list shows it."""

    key: str
    task: Task
    with_whom: str
    words: str
    is_default: bool
    drawn: Drawn | None
    due: date | None
    is_other_year: bool
    is_selected: bool

    @property
    def due_partial(self) -> PartialDate | None:
        """The last day as the filters for days take it."""
        return PartialDate.parse(str(self.due)) if self.due else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A group with its head."""

    name: str
    label: str
    means: str
    rows: tuple[Row, ...]


def group_label(group: Group) -> str:
    """Return what a group is called."""
    return str(GROUPS[group][0])


def room_label(room: str) -> str:
    """Return what the part of a room is called."""
    return str(room_labels()[room])


def with_whom(task: Task) -> str:
    """Return who has the ball."""
    return gettext("You") if task.is_mine else task.who


def words_of(line: Line, today: date) -> str:
    """Return the count of a task's clock, or of the days to the day somebody set; empty where there is neither."""
    if line.reading:
        return clock_words(line.reading)
    return days_to(line.task.by, today) if line.task.by else ""


def trust_note(allowed: Param[Any]) -> str:
    """Return how far the length of a span can be trusted, in a sentence."""
    return str(TRUST_NOTES[allowed.trust])


def drawn(reading: Reading) -> Drawn:
    """Return a clock as a bar, scaled so that the tick and what is over both fit."""
    if reading.is_late:
        tick = TICK * reading.allowed / reading.used
        return Drawn(f"{tick:.1f}", f"{tick:.1f}", f"{TICK - tick:.1f}", "over")
    tone = "almost" if reading.share > ALMOST else "running"
    return Drawn(f"{min(reading.share, 1) * TICK:.1f}", f"{TICK:.1f}", "", tone)


def row_of(line: Line, today: date, selected: Line | None) -> Row:
    """Return a line as the list shows it."""
    reading = line.reading
    return Row(
        key=line.task.key,
        task=line.task,
        with_whom=with_whom(line.task),
        words=words_of(line, today),
        is_default=bool(reading and reading.clock.allowed.trust is not Trust.READ),
        drawn=drawn(reading) if reading else None,
        due=line.due,
        is_other_year=bool(line.due and line.due.year != today.year),
        is_selected=line is selected,
    )


@dataclass(frozen=True, slots=True)
class Why:
    """Why a clock runs as it does."""

    start: date
    allowed: str
    words: str
    due: date | None
    rule: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Selected:
    """The task that is looked at, for the margin."""

    row: Row
    why: Why | None
    held: tuple[Holder, ...]


def selected_of(line: Line, today: date) -> Selected:
    """Return a task as the margin shows it."""
    reading = line.reading
    why = None
    if reading:
        allowed = reading.clock.allowed
        why = Why(
            start=reading.clock.start,
            allowed=span_words(allowed.value),
            words=clock_words(reading),
            due=reading.due,
            rule=reading.clock.rule,
            note=trust_note(allowed),
            source=allowed.source,
        )
    return Selected(row_of(line, today, line), why, line.task.held)


def page_of(inbox: Inbox) -> dict[str, Any]:
    """Return what the page of tasks shows."""
    groups = [
        Shown(
            name=str(group),
            label=group_label(group),
            means=str(GROUPS[group][1]),
            rows=tuple(row_of(line, inbox.today, inbox.selected) for line in lines),
        )
        for group, lines in inbox.groups
    ]
    return {
        "inbox": inbox,
        "groups": groups,
        "selected": selected_of(inbox.selected, inbox.today) if inbox.selected else None,
    }
