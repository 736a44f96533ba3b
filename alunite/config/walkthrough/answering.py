"""The made-up self assessments of a demonstration: data from `samples/walkthrough`, through the real actions day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from alunite.config.walkthrough.story import Said, acting, person_of, place_of, read_story
from alunite.foundation.accounts.models import Organisation
from alunite.foundation.accounts.policies import Actor
from alunite.foundation.adoption.queries import scheme_zone
from alunite.foundation.files.storing import receiving
from alunite.foundation.messages.threads.actions import begin_thread
from alunite.foundation.messages.threads.models import ThreadKind
from alunite.programme.assessments.actions import (
    AnswerGiven,
    ScopeGiven,
    create_scope,
    open_assessment,
    save_answers,
)
from alunite.programme.assessments.evidence.actions import Given, Sent, add_evidence
from alunite.programme.assessments.evidence.rules import Words
from alunite.programme.assessments.models import Assessment, Evidence, Scope
from alunite.programme.assessments.sites.actions import SiteAnswerGiven, save_site_answers
from alunite.programme.assessments.talking.queries import about
from alunite.programme.members.models import OwnFacility

NOON = time(12)


class Answered(Said):
    """What somebody says of a criterion; without a day of its own, on the day the self assessment was opened."""

    number: str
    level: str = ""
    text: str = ""
    gap: str = ""
    gap_owner: str = ""
    gap_in_days: int | None = None
    owner: str = ""
    checked: bool = False
    player: str = ""
    days_ago: int | None = None


class Departed(Said):
    """What one site says otherwise than the answer for all."""

    number: str
    facility: str
    level: str = ""
    text: str = ""
    gap: str = ""
    gap_owner: str = ""
    gap_in_days: int | None = None
    days_ago: int


class Remark(Said):
    """A comment to a colleague, or a question to the help desk."""

    number: str
    text: str
    to: str = ""
    days_ago: int


class Answering(Said):
    """A self assessment."""

    standard: str
    days_ago: int
    is_carried: bool = False
    answers: tuple[Answered, ...] = ()
    sites: tuple[Departed, ...] = ()
    comments: tuple[Remark, ...] = ()
    questions: tuple[Remark, ...] = ()


class Covered(Said):
    """A scope with its self assessments, each carried over from the one before where it says so."""

    player: str
    title: str
    type: str
    text: str
    activities: tuple[str, ...]
    facilities: tuple[str, ...]
    shared_functions: str = ""
    member_class: str
    fieldwork_in_days: int
    assessments: tuple[Answering, ...]


class Shown(Said):
    """A piece of evidence, and the criteria it speaks to by version."""

    player: str
    title: str
    file: str
    text: str
    public_file: str = ""
    public_text: str = ""
    sharing: str
    recognised: str = ""
    certificate_number: str = ""
    certificate_body: str = ""
    dated_days_ago: int
    valid_in_days: int | None = None
    speaks_to: dict[str, tuple[str, ...]]


class Story(Said):
    """All of it, for one scheme."""

    scheme: str
    scopes: tuple[Covered, ...]
    evidence: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Counts days from today in the zone of the scheme."""

    today: date
    zone: ZoneInfo

    def ago(self, days: int) -> datetime:
        """Return noon so many days ago."""
        return datetime.combine(self.today - timedelta(days=days), NOON, self.zone)

    def ahead(self, days: int | None) -> date | None:
        """Return the day so many days from now."""
        return None if days is None else self.today + timedelta(days=days)


def answer_all(today: date) -> int:
    """Take the made-up self assessments through the real actions, and return how many; where there is a scope, nothing is added.

    All of it or nothing: a process that is killed leaves no half.
    """
    story = read_story("assessments.yaml", Story)
    if story is None:
        return 0
    days = Days(today, scheme_zone())
    with ExitStack() as files, transaction.atomic():
        places = {one.player: place_of(one.player) for one in story.scopes}
        if Scope.objects.filter(organisation__in=places.values()).exists():
            return 0
        made: dict[str, Assessment] = {}
        for covered in story.scopes:
            made |= _cover(covered, places[covered.player], days)
        for shown in story.evidence:
            _show(shown, made, days, files)
    return len(made)


def _cover(covered: Covered, place: Organisation, days: Days) -> dict[str, Assessment]:
    """Make a scope with its self assessments; return those by their version."""
    actor = acting(covered.player)
    own = OwnFacility.objects.filter(organisation=place, name__in=covered.facilities)
    given = ScopeGiven(
        title=covered.title,
        type=covered.type,
        text=covered.text,
        activities=covered.activities,
        excluded="",
        shared_functions=covered.shared_functions,
        joint_ventures="",
        member_class=covered.member_class,
        is_first_cycle=False,
        given=(),
        absent=(),
        fieldwork_from=days.ahead(covered.fieldwork_in_days),
        facilities=tuple(str(one.pk) for one in own),
        left_out={},
    )
    scope = create_scope(place, given, actor=actor)
    made: dict[str, Assessment] = {}
    earlier: Assessment | None = None
    for one in covered.assessments:
        held = open_assessment(
            scope,
            one.standard,
            actor=actor,
            carried_from=earlier if one.is_carried else None,
            at=days.ago(one.days_ago),
        )
        _answer(held, one, covered.player, days)
        _depart(held, one, {works.name: str(works.pk) for works in own}, actor, days)
        _talk(held, one, actor, days)
        earlier = made[one.standard] = held
    return made


def _answer(held: Assessment, answering: Answering, player: str, days: Days) -> None:
    versions = dict(held.answers.values_list("number", "version"))
    for said in answering.answers:
        given = AnswerGiven(said.number, versions.get(said.number, 0), _values(said, days))
        ago = answering.days_ago if said.days_ago is None else said.days_ago
        save_answers(held, [given], actor=acting(said.player or player), at=days.ago(ago))


def _depart(held: Assessment, answering: Answering, facilities: Mapping[str, str], actor: Actor, days: Days) -> None:
    for said in answering.sites:
        given = SiteAnswerGiven(said.number, facilities[said.facility], 0, _wishes(said, days))
        save_site_answers(held, [given], actor=actor, at=days.ago(said.days_ago))


def _wishes(said: Answered | Departed, days: Days) -> dict[str, str]:
    """Return what sites can say as well, and nothing of the fields that stay as they are."""
    due = days.ahead(said.gap_in_days)
    values = {
        "level": said.level,
        "text": said.text,
        "gap": said.gap,
        "gap_due": due.isoformat() if due else "",
        "gap_owner": _person_id(said.gap_owner),
    }
    return {name: value for name, value in values.items() if value}


def _values(said: Answered, days: Days) -> dict[str, str]:
    """Return what is said, and nothing of the fields that stay as they are."""
    values = {"owner": _person_id(said.owner), "checked": "yes" if said.checked else ""}
    return _wishes(said, days) | {name: value for name, value in values.items() if value}


def _person_id(player: str) -> str:
    return str(person_of(player).pk) if player else ""


def _talk(held: Assessment, answering: Answering, actor: Actor, days: Days) -> None:
    remarks: Sequence[tuple[str, Remark]] = (
        *((ThreadKind.COMMENT, one) for one in answering.comments),
        *((ThreadKind.QUESTION, one) for one in answering.questions),
    )
    for kind, one in remarks:
        to = _person_id(one.to)
        begin_thread(about(held, one.number), kind, one.text, actor=actor, to=to, at=days.ago(one.days_ago))


def _show(shown: Shown, made: Mapping[str, Assessment], days: Days, files: ExitStack) -> Evidence:
    def sent(name: str, text: str) -> Sent | None:
        return Sent(files.enter_context(receiving([text.encode()])), name) if name else None

    words: dict[str, Any] = {
        "title": shown.title,
        "sharing": shown.sharing,
        "evidence_date": days.ago(shown.dated_days_ago).date(),
        "valid_until": days.ahead(shown.valid_in_days),
        "recognised": shown.recognised,
        "certificate_number": shown.certificate_number,
        "certificate_body": shown.certificate_body,
    }
    given = Given(
        Words(**words),
        {made[version].pk: numbers for version, numbers in shown.speaks_to.items()},
        sent(shown.file, shown.text),
        sent(shown.public_file, shown.public_text),
    )
    return add_evidence(place_of(shown.player), given, actor=acting(shown.player))
