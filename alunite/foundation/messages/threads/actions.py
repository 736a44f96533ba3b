"""Beginning a thread, saying something in it, closing it. What waits for whom follows from who spoke last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alunite.foundation.accounts.models import Affiliation, Person, held_at
from alunite.foundation.accounts.policies import Actor, Refused, judge, require
from alunite.foundation.accounts.roles import Role
from alunite.foundation.history.actions import record
from alunite.foundation.messages.threads.models import LONGEST_TEXT, Post, Thread, ThreadKind
from alunite.foundation.messages.threads.subjects import subject_of

RECORD_TYPE = "thread"


@dataclass(frozen=True, slots=True)
class About:
    """What a thread is about: a place in a thing of a room, and whose thing it is."""

    type: str
    id: str
    place: str
    organisation_id: Any


class Unfit(ValueError):
    """What was said cannot be kept; `faults` are pairs of field and what was expected."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: expected {expected}" for field, expected in faults))
        self.faults = tuple(faults)


def begin_thread(
    about: About, kind: str, text: str, *, actor: Actor, to: Any = None, at: datetime | None = None
) -> Thread:
    """Begin a thread: a comment, perhaps for one colleague to look at, or a question, which waits for the help desk.

    Raises
    ------
    Unfit
        With every fault.
    Refused
        If the actor may not.
    """
    made = Thread(
        organisation_id=about.organisation_id,
        subject_type=about.type,
        subject_id=about.id,
        place=about.place,
        kind=kind,
        begun_at=at or timezone.now(),
        begun_by_id=actor.person_id,
    )
    require(actor, subject_of(about.type).writes, made)
    faults = [] if kind in ThreadKind.values else [("kind", _("a comment or a question"))]
    if kind == ThreadKind.QUESTION and to:
        faults.append(("to", _("nobody: the help desk answers questions")))
    _check(made, text, to, faults)
    with transaction.atomic():
        _wait(made, actor, to, is_desk=False)
        made.last_at = made.begun_at
        made.save(force_insert=True)
        said = {
            "organisation": str(made.organisation_id),
            "subject": f"{about.type}:{about.id}",
            "place": about.place,
            "kind": kind,
        }
        _say(made, text, actor, "thread.begun", said, is_desk=False)
    return made


def say(thread: Thread, text: str, *, actor: Actor, to: Any = None, at: datetime | None = None) -> Thread:
    """Say something in a thread; one that was closed is open again.

    Raises
    ------
    Unfit, Refused
        As `begin_thread`.
    """
    with transaction.atomic():
        held = Thread.objects.select_for_update().get(pk=thread.pk)
        is_desk = _speaks_for_desk(held, actor)
        _check(held, text, to, [("to", _("nobody: whoever asked is told"))] if is_desk and to else [])
        held.last_at, held.closed_at = at or timezone.now(), None
        _wait(held, actor, to, is_desk=is_desk)
        held.save(update_fields=["last_at", "closed_at", "waits_for", "waits_for_desk"])
        _say(held, text, actor, "thread.said", {}, is_desk=is_desk)
    return held


def close_thread(thread: Thread, *, actor: Actor) -> Thread:
    """Say that nothing is open in a thread any more; nobody waits for anybody. What is closed already stays as it is.

    Raises
    ------
    Refused
        If the actor may not.
    """
    with transaction.atomic():
        held = Thread.objects.select_for_update().get(pk=thread.pk)
        is_desk = _speaks_for_desk(held, actor)
        if held.closed_at is None:
            held.closed_at, held.waits_for, held.waits_for_desk = timezone.now(), None, False
            held.save(update_fields=["closed_at", "waits_for", "waits_for_desk"])
            said = {"from_desk": is_desk}
            record("thread.closed", record_type=RECORD_TYPE, record_id=held.pk.hex, payload=said, actor=actor.label)
    return held


def _speaks_for_desk(thread: Thread, actor: Actor) -> bool:
    """Tell whether the actor speaks for the help desk here, and not for the organisation; refuse who speaks for neither."""
    subject = subject_of(thread.subject_type)
    own = judge(actor, subject.writes, thread)
    if own.result:
        return False
    if not judge(actor, subject.answers, thread).result:
        raise Refused(own.reasons)
    return True


def _check(thread: Thread, text: str, to: Any, faults: list[tuple[str, str]]) -> None:
    if not text.strip():
        faults.append(("text", _("some words")))
    if len(text) > LONGEST_TEXT:
        faults.append(("text", _("at most %(most)d characters") % {"most": LONGEST_TEXT}))
    if "\0" in text:
        faults.append(("text", _("text without a NUL")))
    if to and not faults and str(to) not in _people_of(thread.organisation_id):
        faults.append(("to", _("somebody of the organisation")))
    if faults:
        raise Unfit(faults)


def _people_of(organisation_id: Any) -> set[str]:
    """Return the ids of those who could say something: who only looks after its people reads no threads."""
    held = Affiliation.objects.filter(held_at(timezone.now()), organisation_id=organisation_id).exclude(role=Role.ADMIN)
    return {str(pk) for pk in held.values_list("person_id", flat=True)}


def _wait(thread: Thread, actor: Actor, to: Any, *, is_desk: bool) -> None:
    """Set whom the thread waits for now that the actor has spoken."""
    thread.waits_for_desk = thread.kind == ThreadKind.QUESTION and not is_desk
    if is_desk:
        # Who asked may have left meanwhile: then it waits for nobody in particular.
        is_there = str(thread.begun_by_id) in _people_of(thread.organisation_id)
        thread.waits_for_id = thread.begun_by_id if is_there else None
    elif to:
        thread.waits_for_id = Person(pk=to).pk
    elif thread.kind == ThreadKind.QUESTION or str(thread.waits_for_id) == actor.person_id:
        thread.waits_for = None


def _say(thread: Thread, text: str, actor: Actor, kind: str, said: dict[str, Any], *, is_desk: bool) -> None:
    words = text.replace("\r\n", "\n").strip()
    Post.objects.create(thread=thread, by_id=actor.person_id, from_desk=is_desk, text=words, at=thread.last_at)
    payload = {
        **said,
        "text": words,
        "from_desk": is_desk,
        "waits_for": str(thread.waits_for_id or ""),
        "waits_for_desk": thread.waits_for_desk,
    }
    record(
        kind, record_type=RECORD_TYPE, record_id=thread.pk.hex, payload=payload, actor=actor.label, at=thread.last_at
    )
