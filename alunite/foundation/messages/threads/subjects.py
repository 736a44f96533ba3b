"""What threads can be about: each room says which policies answer for its own.

In a module that the room's ``AppConfig.ready`` imports::

    subject("assessment", reads="assessments.threads", writes="assessments.discuss", answers="assessments.answer")

`writes` and `answers` are policies asked with the thread, `reads` a scope over threads. `writes` is for the organisation
the thread belongs to, `answers` for the help desk.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """A type of thing threads can be about, with the names of what says who reads, writes and answers."""

    type: str
    reads: str
    writes: str
    answers: str


_subjects: dict[str, Subject] = {}


def subject(type_: str, *, reads: str, writes: str, answers: str) -> None:
    """Register a type of subject; `ValueError` if there is one of that name."""
    if type_ in _subjects:
        raise ValueError(f"threads about {type_!r} are registered twice")
    _subjects[type_] = Subject(type_, reads, writes, answers)


def subject_of(type_: str) -> Subject:
    """Return what was registered of a type; `LookupError` if nothing was."""
    try:
        return _subjects[type_]
    except KeyError:
        raise LookupError(f"nothing says who reads threads about {type_!r}") from None
