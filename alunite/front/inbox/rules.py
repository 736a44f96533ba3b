"""Which task stands in which group, in which order, and when a mail is due: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from alunite.foundation.core.clocks import Reading, read
from alunite.foundation.messages.tasks import Task

SOON = timedelta(days=14)


class Group(StrEnum):
    """The groups of the list, in order."""

    LATE = "late"
    DUE = "due"
    LATER = "later"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Line:
    """A task with its clock as it stands today."""

    task: Task
    reading: Reading | None
    group: Group

    @property
    def due(self) -> date | None:
        """The last day, where there is one and it can be told."""
        return self.reading.due if self.reading else self.task.by


def lines_of(tasks: Iterable[Task], today: date) -> list[Line]:
    """Return the tasks by group, in each the one that is due first at the head, those without a day last."""
    lines = []
    for task in tasks:
        reading = read(task.clock, today) if task.clock else None
        lines.append(Line(task, reading, _group(task, reading, today)))
    order = list(Group)
    return sorted(
        lines,
        key=lambda one: (order.index(one.group), one.due or date.max, one.task.title, one.task.about, one.task.key),
    )


def _group(task: Task, reading: Reading | None, today: date) -> Group:
    due = reading.due if reading else task.by
    if reading.is_late if reading else due and due < today:
        return Group.LATE
    if due and due <= today + SOON:
        return Group.DUE
    return Group.LATER if task.is_mine else Group.WAITING


def in_view(lines: Sequence[Line], view: str) -> list[Line]:
    """Return the lines of a view: all, those with the reader, or those of a room."""
    if view == "all":
        return list(lines)
    if view == "mine":
        return [line for line in lines if line.task.is_mine]
    return [line for line in lines if line.task.room == view]


def mail_is_due(often: str, mailed_for: date | None, today: date) -> bool:
    """Tell whether a mail is due: daily once a day, weekly once from each Monday on.

    >>> mail_is_due("weekly", date(2026, 11, 20), date(2026, 11, 23)), mail_is_due("weekly", None, date(2026, 11, 25))
    (True, True)
    >>> mail_is_due("weekly", date(2026, 11, 23), date(2026, 11, 29)), mail_is_due("never", None, date(2026, 11, 23))
    (False, False)
    """
    begins = {"daily": today, "weekly": today - timedelta(days=today.weekday())}.get(often)
    return begins is not None and (mailed_for is None or mailed_for < begins)


def belongs_into_mail(line: Line) -> bool:
    """Tell whether a mail speaks of it: what is late or due soon, and what waits for the reader alone."""
    return line.task.is_mine or line.group in {Group.LATE, Group.DUE}
