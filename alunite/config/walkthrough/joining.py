"""The made-up members of a demonstration join: data from `samples/walkthrough`, through the real actions day by day."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db import transaction
from django.utils import timezone

from alunite.config.walkthrough.story import Said, acting, place_of, read_story
from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.files.storing import receiving
from alunite.foundation.history import editing
from alunite.programme.members.joining import actions, changes, extensions, queries
from alunite.programme.members.joining.documents import add_document
from alunite.programme.members.joining.models import Invoice, Membership
from alunite.programme.members.places.actions import add_entity, add_facility
from alunite.programme.members.places.rules import EntityFacts, FacilityFacts

DAYS_TO_FILL_IN = 9


class Applied(Said):
    """What an application says."""

    kind: str
    country: str
    member_class: str
    wants_certificate: bool
    size: int
    has_group: bool
    activities: tuple[str, ...]
    answers: dict[str, str]


class Part(Said):
    """An entity of a member."""

    name: str
    valid_from: date


class Works(Said):
    """A facility of a member."""

    name: str
    country: str
    activities: tuple[str, ...]
    headcount: int
    valid_from: date
    entity: str = ""


class Paper(Said):
    """A document of an application."""

    question: str
    name: str
    text: str


class Step(Said):
    """Something that was done, so many days ago."""

    days_ago: int
    act: Literal["submit", "query", "answer", "look", "approve", "invoice", "pay", "owner", "renew", "ask"]
    says: str = ""
    value: str = ""
    months: int = 0


class Taken(Said):
    """One member: who of the cast applies for it, and how it went."""

    player: str
    application: Applied
    entities: tuple[Part, ...] = ()
    facilities: tuple[Works, ...] = ()
    documents: tuple[Paper, ...] = ()
    steps: tuple[Step, ...] = ()


class WalkThrough(Said):
    """All of it, for one scheme."""

    scheme: str
    members: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Here:
    """A step under way: the membership it is about, its day, and who of the cast can do it."""

    membership: Membership
    step: Step
    day: date
    applicant: Actor
    office: Actor


def join_all(today: date) -> int:
    """Take the made-up members through joining, and return how many; those that have begun are left as they are.

    All of a member or nothing: a process that is killed leaves no half of one.
    """
    story = read_story("members.yaml", WalkThrough)
    if story is None or current_pack().membership is None:
        return 0
    return sum(_taken(member, today) for member in story.members)


def _taken(member: Taken, today: date) -> bool:
    office, applicant = acting("office"), acting(member.player)
    with transaction.atomic():
        place = place_of(member.player)
        if Membership.objects.filter(organisation=place).exists():
            return False
        begun = timezone.now() - timedelta(days=member.steps[0].days_ago + DAYS_TO_FILL_IN)
        membership = actions.begin_application("", place, actor=applicant, at=begun)
        _list(member, place, applicant)
        _apply(member, membership, applicant, begun)
        for step in member.steps:
            held = Membership.objects.select_related("organisation", "application").get(pk=membership.pk)
            here = Here(held, step, today - timedelta(days=step.days_ago), applicant, office)
            STEPS.get(step.act, _step)(here)
    return True


def _list(member: Taken, place: Organisation, actor: Actor) -> None:
    parts: dict[str, uuid.UUID] = {}
    for one in member.entities:
        parts[one.name] = add_entity(place, EntityFacts(one.name, one.valid_from), actor=actor).pk
    for works in member.facilities:
        facts = FacilityFacts(
            works.name,
            works.country,
            works.activities,
            works.valid_from,
            works.headcount,
            str(parts[works.entity]) if works.entity else "",
        )
        add_facility(place, facts, actor=actor)


def _apply(member: Taken, membership: Membership, actor: Actor, at: datetime) -> None:
    scheme = queries.membership_rules(current_pack())
    asked = tuple(one.id for one in queries.asked_in_words(scheme))
    now = actions.values_of(membership.application, asked).as_texts()
    values = actions.Values(**dict(member.application))
    mark = editing.mark("application", membership.pk, now)
    actions.save_application(membership, values, mark=mark, actor=actor)
    for paper in member.documents:
        with receiving([paper.text.encode()]) as received:
            add_document(membership, paper.question, received, paper.name, actor=actor, at=at)


def _step(here: Here) -> None:
    """Take a step of the scheme's table."""
    held, act = here.membership, here.step.act
    scheme = queries.membership_rules(current_pack())
    transition = scheme.transition(act, held.state)
    actor = here.applicant if transition and transition.by == "applicant" else here.office
    actions.take_step(held, act, version=held.version, today=here.day, actor=actor, reason=here.step.says)


def _look(here: Here) -> None:
    """Look into everything that is looked into."""
    for topic in queries.membership_rules(current_pack()).due_diligence:
        actions.note_due_diligence(
            here.membership, topic.id, here.step.says, is_clear=True, today=here.day, actor=here.office
        )


def _pay(here: Here) -> None:
    """Pay all that is open."""
    for invoice in Invoice.objects.filter(membership=here.membership).order_by("number"):
        actions.note_payment(
            invoice,
            version=Membership.objects.get(pk=invoice.membership_id).version,
            day=here.day,
            amount=invoice.open,
            note="Made up",
            today=here.day,
            actor=here.office,
        )


def _owner(here: Here) -> None:
    held, step = here.membership, here.step
    changes.change_owner(
        held,
        version=held.version,
        owner=step.value,
        day=here.day,
        reason=step.says,
        today=here.day,
        actor=here.office,
    )


def _renew(here: Here) -> None:
    actions.renew(here.membership, version=here.membership.version, today=here.day, actor=here.office)


def _ask(here: Here) -> None:
    step = here.step
    extensions.ask(here.membership, months=step.months, reason=step.says, today=here.day, actor=here.applicant)


STEPS: dict[str, Callable[[Here], None]] = {
    "look": _look,
    "pay": _pay,
    "owner": _owner,
    "renew": _renew,
    "ask": _ask,
}
