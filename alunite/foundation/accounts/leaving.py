"""Leaving an organisation: what was somebody's to do goes to a colleague, their roles end, and so do their sessions.

A room says what of its work is somebody's, in a module its `AppConfig.ready` imports::

    @works("assessments.criteria", _("criteria to answer"), "assessments")
    class Criteria:
        def count(self, person, organisation) -> int: ...
        def hand_over(self, person, to, organisation, *, actor, cause) -> int: ...
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise

from alunite.foundation.accounts.actions import end_affiliation
from alunite.foundation.accounts.models import Affiliation, Handover, Organisation, Person, held_at
from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.accounts.roles import Role
from alunite.foundation.accounts.rules import may_leave
from alunite.foundation.accounts.sign_ins import end_sessions
from alunite.foundation.core.judgement import Reason
from alunite.foundation.history.actions import record
from alunite.foundation.history.models import Entry


class Work(Protocol):
    """One kind of work that is somebody's in an organisation."""

    def count(self, person: Person, organisation: Organisation) -> int:
        """Return how much of it is this person's there. One query."""

    def hand_over(
        self, person: Person, to: Person | None, organisation: Organisation, *, actor: Actor, cause: Entry
    ) -> int:
        """Give all of it to another, or to nobody, with its history; return how much, in the transaction at hand."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work: what it is called, and the name of the page where its new owner finds it."""

    name: str
    label: str | Promise
    url_name: str
    work: Work


class CannotLeave(ValueError):
    """Somebody cannot leave so; nothing changed. `reasons` say why, all of them."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = reasons


_kinds: dict[str, Kind] = {}


def works(name: str, label: str | Promise, url_name: str) -> Callable[[type[Work]], type[Work]]:
    """Register a kind of work; `ValueError` if there is one of that name."""

    def register(made: type[Work]) -> type[Work]:
        if name in _kinds:
            raise ValueError(f"{name!r} is registered twice")
        _kinds[name] = Kind(name, label, url_name, made())
        return made

    return register


@policy("handovers.view", says="Only whoever took the work over, or looks after the organisation's people, sees this.")
def _handovers_view(actor: Actor, handover: Handover) -> bool:
    return str(handover.taken_by_id) == actor.person_id or actor.administers(handover.organisation_id)


@policy("handovers.see", says="Only whoever took the work over says that they have seen it.")
def _handovers_see(actor: Actor, handover: Handover) -> bool:
    return str(handover.taken_by_id) == actor.person_id


def work_of(person: Person, organisation: Organisation) -> list[tuple[Kind, int]]:
    """Return what is somebody's to do in an organisation: each kind there is any of, with how much. A query a kind."""
    counted = [(kind, kind.work.count(person, organisation)) for kind in _kinds.values()]
    return [(kind, count) for kind, count in counted if count]


def work_handed_over(handover: Handover) -> list[tuple[Kind, int]]:
    """Return the kinds of work of a handover, with how much of each. No query."""
    return [(_kinds[name], count) for name, count in handover.work.items() if name in _kinds]


def roles_of(person_id: uuid.UUID, organisation: Organisation) -> list[Affiliation]:
    """Return what somebody holds in an organisation now, the administration of its people last. One query."""
    held = Affiliation.objects.filter(held_at(timezone.now()), organisation=organisation, person=person_id, until=None)
    return sorted(held.select_related("person", "organisation"), key=lambda one: (one.role == Role.ADMIN, one.pk))


def successors(roles: Iterable[Affiliation]) -> list[Person]:
    """Return the others who do there what the holder of these roles does. One query."""
    mine = [one for one in roles if one.role != Role.ADMIN]
    if not mine:
        return []
    same = Affiliation.objects.filter(
        held_at(timezone.now()), organisation=mine[0].organisation_id, role__in=[one.role for one in mine]
    ).exclude(person=mine[0].person_id)
    people = Person.objects.filter(pk__in=same.values("person"), is_active=True)
    return list(people.order_by("display_name", "username", "pk"))


def let_leave(person: Person, organisation: Organisation, successor: str, *, actor: Actor) -> Handover:
    """Let somebody leave an organisation: their work goes to the successor, their roles there and all sessions end.

    Parameters
    ----------
    successor : str
        Id of the person who takes the work over; empty for nobody.

    Raises
    ------
    CannotLeave
        With everything that stands against it.
    CannotEnd
        If it is the actor, and the last administrator.
    Refused
        If the actor may not.
    """
    require(actor, "organisation.people", organisation)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        roles = roles_of(person.pk, organisation)
        others = {str(one.pk): one for one in successors(roles)}
        waiting = work_of(person, organisation)
        judgement = may_leave(
            holds_a_role=bool(roles),
            work=sum(count for _kind, count in waiting),
            successor=successor,
            successors=others,
        )
        if not judgement.result:
            raise CannotLeave(judgement.reasons)
        made = Handover(organisation=organisation, leaver=person, taken_by=others.get(successor))
        entry = _tell("handover.made", made, actor, leaver=str(person.pk), to=successor, organisation=organisation.pk)
        for kind, _count in waiting:
            made.work[kind.name] = kind.work.hand_over(person, made.taken_by, organisation, actor=actor, cause=entry)
        made.save(force_insert=True)
        for affiliation in roles:
            end_affiliation(affiliation, actor=actor)
        end_sessions(person)
    return made


def see_handover(handover: Handover, *, actor: Actor) -> Handover:
    """Say that what was taken over has been looked at; said once it stays said."""
    require(actor, "handovers.see", handover)
    with transaction.atomic():
        held = Handover.objects.select_for_update().get(pk=handover.pk)
        if held.seen_at is None:
            held.seen_at = timezone.now()
            held.save(update_fields=["seen_at"])
            _tell("handover.seen", held, actor)
    return held


def _tell(kind: str, handover: Handover, actor: Actor, **said: object) -> Entry:
    payload = {name: str(value) for name, value in said.items()}
    return record(kind, record_type="handover", record_id=str(handover.pk), payload=payload, actor=actor.label)
