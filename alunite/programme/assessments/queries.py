"""Reading scopes and self assessments, in a fixed number of queries however much there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Organisation, Person, held_at
from alunite.foundation.accounts.policies import Actor, scoped
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.adoption.queries import current_pack, pack_of, today_in
from alunite.foundation.core.judgement import Judgement
from alunite.foundation.history.models import Entry
from alunite.foundation.scheme.models import AssessmentsFile, Standard
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.versions import VersionUse, usable
from alunite.programme.assessments.evidence.queries import Piece, evidence_by_criterion
from alunite.programme.assessments.models import Answer, Assessment, Override, Presence, Scope
from alunite.programme.assessments.policies import organisations_managed_by
from alunite.programme.assessments.rules import (
    Asked,
    Objection,
    Said,
    ScopeValues,
    Unmet,
    criteria_of,
    readiness,
)
from alunite.programme.assessments.sites.queries import Departure, Site, Sites, said_with_sites, sites_of

PAGE_LENGTH = 50
# How long after somebody was last seen in a place they are shown there.
SEEN_FOR = timedelta(seconds=45)


class NoAssessments(LookupError):
    """The scheme in force says nothing of self assessments, or has no criteria of the version asked for."""


class Now(NamedTuple):
    """The scheme in force, and today in its zone."""

    pack: Pack
    today: date


def now() -> Now:
    """Return the scheme in force, and today. One query."""
    pack = current_pack()
    return Now(pack, today_in(ZoneInfo(pack.scheme.time_zone)))


def scopes_seen_by(actor: Actor) -> QuerySet[Scope]:
    """Return the scopes an actor may see, with their organisations."""
    return scoped(actor, "scopes.view", Scope.objects.select_related("organisation"))


def assessments_seen_by(actor: Actor) -> QuerySet[Assessment]:
    """Return the self assessments an actor may see, with scope and organisation."""
    found = Assessment.objects.select_related("scope", "organisation", "carried_from")
    return scoped(actor, "assessments.view", found)


def organisations_to_write_for(actor: Actor) -> QuerySet[Organisation]:
    """Return the member organisations an actor may make scopes for."""
    mine = Organisation.objects.filter(pk__in=organisations_managed_by(actor), kind=OrganisationKind.MEMBER)
    return mine.order_by("name", "pk")


def colleagues_of(organisation_id: Any) -> list[Person]:
    """Return the people who manage for an organisation now, by name. One query."""
    held = Affiliation.objects.filter(held_at(timezone.now()), organisation_id=organisation_id, role=Role.MANAGER)
    people = {one.person_id: one.person for one in held.select_related("person")}
    return sorted(people.values(), key=lambda person: (str(person), person.pk))


def colleagues_and_places(assessment: Assessment, *, but: Actor) -> tuple[list[Person], list[tuple[str, str]]]:
    """Return the colleagues of a self assessment by name, and who else of them is in it just now, and where. One query."""
    seen = Presence.objects.filter(
        assessment=assessment, person=OuterRef("person"), at__gte=timezone.now() - SEEN_FOR
    ).values("number")
    held = Affiliation.objects.filter(
        held_at(timezone.now()), organisation_id=assessment.organisation_id, role=Role.MANAGER
    )
    found = {one.person_id: one for one in held.select_related("person").annotate(seen_in=Subquery(seen))}
    listed = sorted(found.values(), key=lambda one: (str(one.person), one.person_id))
    others = [one for one in listed if one.seen_in is not None and str(one.person_id) != but.person_id]
    return [one.person for one in listed], [(str(one.person), one.seen_in) for one in others]


def version_of(record_type: str, record_id: str) -> int:
    """Return the newest version of a record's history; 0 where there is none. One query."""
    found = Entry.objects.filter(record_type=record_type, record_id=record_id).order_by("-record_version")
    return int(found.values_list("record_version", flat=True).first() or 0)


def assessed_by(pack: Pack) -> AssessmentsFile:
    """Return what a pack says of self assessments; `NoAssessments` where it says nothing."""
    if pack.assessments is None:
        raise NoAssessments("the scheme says nothing of self assessments")
    return pack.assessments


def has_criterion(assessment: Assessment, number: str, then: Now) -> bool:
    """Tell whether the version a self assessment is against has a criterion of this number."""
    found = then.pack.standard(assessment.standard)
    return found is not None and any(one.number == number for one in found.criteria)


def values_of(scope: Scope, today: date) -> ScopeValues:
    """Return what of a scope decides which criteria apply; without a day of fieldwork, today."""
    said: Mapping[str, bool] = scope.conditions
    return ScopeValues(
        activities=tuple(scope.activities),
        member_class=scope.member_class,
        is_first_cycle=scope.is_first_cycle,
        given=tuple(sorted(one for one, given in said.items() if given)),
        absent=tuple(sorted(one for one, given in said.items() if not given)),
        day=scope.fieldwork_from or today,
    )


def criteria_for(scope: Scope, standard: str, then: Now) -> tuple[Asked, ...]:
    """Return the criteria of a version as they stand for a scope. One query.

    Raises
    ------
    NoAssessments
        If the scheme has no criteria of the version.
    """
    said = Override.objects.filter(scope=scope, standard=standard).values_list("number", "applies", "reason")
    return _judged(scope, standard, then, {number: Objection(applies, reason) for number, applies, reason in said})


def _judged(scope: Scope, standard: str, then: Now, objections: Mapping[str, Objection]) -> tuple[Asked, ...]:
    return _criteria(then.pack.digest, standard, values_of(scope, then.today), tuple(sorted(objections.items())))


@lru_cache(maxsize=256)
def _criteria(
    digest: str, standard: str, values: ScopeValues, objections: tuple[tuple[str, Objection], ...]
) -> tuple[Asked, ...]:
    """Judge once what the same scope asks under the same scheme on the same day."""
    pack = pack_of(digest)
    found = pack.standard(standard)
    if found is None:
        raise NoAssessments(f"the scheme has no criteria of {standard}")
    return criteria_of(pack, found, values, dict(objections))


def versions_for(scope: Scope, then: Now) -> list[tuple[VersionUse, Standard]]:
    """Return the versions whose criteria the scheme has, each with whether it may be used on the first day of fieldwork."""
    pack = then.pack
    day = scope.fieldwork_from or then.today
    return [
        (use, standard)
        for family in pack.families
        for use in usable(pack, family.id, day)
        if (standard := pack.standard(use.version.id)) is not None
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion of a self assessment with what was said of it."""

    asked: Asked
    answer: Answer | None
    said: Said
    evidence: tuple[Piece, ...] = ()
    departures: tuple[Departure, ...] = ()

    @property
    def number(self) -> str:
        """The number of the criterion."""
        return self.asked.number


@dataclass(frozen=True, slots=True)
class Whole:
    """All of a self assessment a page needs.

    Parameters
    ----------
    assessment : Assessment
        With scope and organisation.
    standard : Standard
        The version it is against.
    wanted : AssessmentsFile
        Levels, and what is asked before an audit.
    rows : tuple of Row
        Every criterion, in order.
    ready : Judgement of bool
        Whether an audit can begin, with a reason for each thing that is missing.
    unmet : tuple of Unmet
        Those things.
    sites : tuple of Site
        The facilities its scope covers, by name.
    """

    assessment: Assessment
    standard: Standard
    wanted: AssessmentsFile
    rows: tuple[Row, ...]
    ready: Judgement[bool]
    unmet: tuple[Unmet, ...]
    sites: tuple[Site, ...] = ()

    def row(self, number: str) -> Row | None:
        """Return the row of a criterion, or None."""
        return next((one for one in self.rows if one.number == number), None)


def whole(assessment: Assessment, then: Now) -> Whole:
    """Return all of a self assessment. Three queries, whatever it holds.

    Raises
    ------
    NoAssessments
        If the scheme in force says nothing of self assessments, or of the version.
    """
    wanted = assessed_by(then.pack)
    standard = then.pack.standard(assessment.standard)
    if standard is None:
        raise NoAssessments(f"the scheme has no criteria of {assessment.standard}")
    people = ("owner", "gap_owner", "saved_by")
    answers = {one.number: one for one in assessment.answers.select_related(*people)}
    shown = evidence_by_criterion(assessment)
    of_sites = [(number, piece.pk, piece.facilities) for number, pieces in shown.items() for piece in pieces]
    sites = sites_of(assessment, of_sites)
    asked = _judged(assessment.scope, assessment.standard, then, sites.objections)
    rows = tuple(_row(one, answers.get(one.number), shown.get(one.number, ()), sites) for one in asked)
    ready, unmet = readiness(wanted, asked, {row.number: row.said for row in rows})
    return Whole(assessment, standard, wanted, rows, ready, unmet, sites.covered)


def _row(asked: Asked, answer: Answer | None, evidence: Sequence[Piece], sites: Sites) -> Row:
    said = Said(evidence=sum(not one.facilities for one in evidence))
    if answer is not None:
        is_planned = bool(answer.gap and answer.gap_due and answer.gap_owner_id)
        said = Said(answer.level, bool(answer.text), answer.is_to_check, is_planned, said.evidence)
    said = said_with_sites(said, answer, sites, asked.number)
    return Row(asked, answer, said, tuple(evidence), sites.told.get(asked.number, ()))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a self assessment is: criteria that have a level, and those carried over that nobody has looked at."""

    assessment: Assessment
    with_level: int
    to_check: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some self assessments, newest first, and what the next page begins after; None on the last."""

    items: list[Progress]
    next: tuple[datetime, str] | None


def page_of_assessments(actor: Actor, *, after: tuple[datetime, str] | None = None, limit: int = PAGE_LENGTH) -> Page:
    """Return a page of the self assessments an actor may see, each with how far it is. Three queries.

    Which they are is found first: what else is told of them is then joined to fifty, not to all.
    """
    found = scoped(actor, "assessments.view", Assessment.objects.all())
    if after is not None:
        at, pk = after
        found = found.filter(Q(opened_at__lt=at) | Q(opened_at=at, pk__lt=pk))
    listed = list(found.order_by("-opened_at", "-pk").values_list("pk", flat=True)[: limit + 1])
    told = Assessment.objects.select_related("scope", "organisation").in_bulk(listed[:limit])
    shown = [told[pk] for pk in listed[:limit]]
    counted = {
        row["assessment"]: row
        for row in Answer.objects.filter(assessment__in=shown)
        .values("assessment")
        .annotate(
            leveled=Count("pk", filter=~Q(level="")),
            unchecked=Count("pk", filter=~Q(carried="") & Q(checked_at__isnull=True)),
        )
    }
    nothing = {"leveled": 0, "unchecked": 0}
    items = [
        Progress(one, counted.get(one.pk, nothing)["leveled"], counted.get(one.pk, nothing)["unchecked"])
        for one in shown
    ]
    last = shown[-1] if len(listed) > limit else None
    return Page(items, (last.opened_at, last.pk) if last else None)


def present_in(assessment: Assessment, *, but: Actor) -> list[Presence]:
    """Return who else was seen in an assessment just now, by when. One query."""
    since = timezone.now() - SEEN_FOR
    found = Presence.objects.filter(assessment=assessment, at__gte=since).exclude(
        person__in=[but.person_id] if but.person_id else []
    )
    return list(found.select_related("person").order_by("-at"))


def answers_before(actor: Actor, whole: Whole, number: str) -> list[Answer]:
    """Return the earlier answers that one was carried over from, as far as the actor may see them. One query, or none.

    Whom the later self assessment was sent to was not sent the earlier one.
    """
    row = whole.row(number)
    earlier = whole.assessment.carried_from
    if earlier is None or row is None or row.answer is None or not row.answer.carried:
        return []
    seen = scoped(actor, "assessments.view", Assessment.objects.all())
    found = Answer.objects.filter(assessment__in=seen.filter(pk=earlier.pk), number__in=row.answer.carried_numbers)
    return list(found.order_by("pk"))


def answers_after(assessment: Assessment, number: str, limit: int) -> Sequence[Answer]:
    """Return answers of an assessment in the order of their numbers as text, after one. One query."""
    return list(assessment.answers.filter(number__gt=number).order_by("number")[:limit])
