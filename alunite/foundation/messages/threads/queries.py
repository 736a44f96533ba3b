"""Reading threads, in a fixed number of queries however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from alunite.foundation.accounts.policies import Actor, scoped
from alunite.foundation.messages.threads.models import Thread, ThreadKind
from alunite.foundation.messages.threads.subjects import subject_of


@dataclass(frozen=True, slots=True)
class Said:
    """What was said once: by whom, by name, and whether for the help desk."""

    by: str
    by_id: str
    from_desk: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread with what was said in it, oldest first; `waits_for_name` names the person it waits for."""

    thread: Thread
    waits_for_name: str
    said: list[Said] = field(default_factory=list)


@dataclass(slots=True)
class Talk:
    """How much is said at a place: threads, and of them open questions and those that wait for the reader."""

    threads: int = 0
    open_questions: int = 0
    for_reader: int = 0


def threads_seen_by(actor: Actor, type_: str) -> QuerySet[Thread]:
    """Return the threads about things of a type that an actor may read."""
    return scoped(actor, subject_of(type_).reads, Thread.objects.filter(subject_type=type_))


def talk_about(actor: Actor, type_: str, id_: str, place: str) -> tuple[dict[str, Talk], list[Conversation]]:
    """Return how much is said at each place of a thing, and all that is said at one of them, as far as the actor may read it.

    What is still open comes first, then what was begun last. One query.
    """
    seen = threads_seen_by(actor, type_).filter(subject_id=id_)
    found = _conversations(seen, Q(place=place))
    talk: dict[str, Talk] = {}
    for one in found:
        thread, of_place = one.thread, talk.setdefault(one.thread.place, Talk())
        of_place.threads += 1
        of_place.open_questions += thread.kind == ThreadKind.QUESTION and thread.closed_at is None
        of_place.for_reader += thread.waits_for_id is not None and str(thread.waits_for_id) == actor.person_id
    here = [one for one in found if place and one.thread.place == place]
    return talk, sorted(here, key=lambda one: (one.thread.closed_at is not None, -one.thread.begun_at.timestamp()))


def conversations(threads: QuerySet[Thread]) -> list[Conversation]:
    """Return threads with what was said in them, as they were begun. One query."""
    return _conversations(threads, Q())


def _conversations(threads: QuerySet[Thread], with_posts: Q) -> list[Conversation]:
    """Return threads, and what was said in those that `with_posts` names. Plain values: an assessment may have hundreds."""
    own = [one.attname for one in Thread._meta.concrete_fields]  # noqa: SLF001, Django's own description of a model
    posts = FilteredRelation("posts", condition=with_posts) if with_posts else FilteredRelation("posts")
    rows = threads.annotate(
        told=posts, waiting=_name("waits_for"), speaker=_name("told__by"), post=F("told__id")
    ).order_by("begun_at", "id", "told__id")
    found: dict[Any, Conversation] = {}
    columns = (*own, "waiting", "speaker", "post", "told__by_id", "told__from_desk", "told__text", "told__at")
    for row in rows.values(*columns):
        one = found.get(row["id"])
        if one is None:
            one = found[row["id"]] = Conversation(Thread(**{name: row[name] for name in own}), row["waiting"] or "")
        if row["post"] is not None:
            one.said.append(_said(row))
    return list(found.values())


def _said(row: Mapping[str, Any]) -> Said:
    return Said(
        row["speaker"] or "", str(row["told__by_id"] or ""), row["told__from_desk"], row["told__text"], row["told__at"]
    )


def _name(path: str) -> Coalesce:
    """Return what a person is called, as `str(person)` says it."""
    return Coalesce(NullIf(F(f"{path}__display_name"), Value("")), F(f"{path}__username"))


def newest_questions(actor: Actor, type_: str, *, only_waiting: bool, limit: int) -> Sequence[Thread]:
    """Return the questions an actor may read: those that wait for the help desk, longest first, or all, newest first. One query."""
    found = threads_seen_by(actor, type_).filter(kind=ThreadKind.QUESTION)
    found = found.select_related("organisation", "begun_by", "waits_for")
    if only_waiting:
        return list(found.filter(waits_for_desk=True).order_by("last_at", "pk")[:limit])
    return list(found.order_by("-last_at", "-pk")[:limit])


def waiting_threads(actor: Actor, type_: str) -> QuerySet[Thread]:
    """Return the open threads an actor may read that wait for the help desk, for the actor, or for whom the actor asked."""
    mine = Q(waits_for=actor.person_id) | Q(begun_by=actor.person_id, waits_for__isnull=False)
    found = threads_seen_by(actor, type_).filter(Q(waits_for_desk=True) | mine)
    return found.select_related("waits_for", "begun_by").order_by("last_at", "pk")
