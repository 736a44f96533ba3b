"""What self assessments ask of people: criteria to answer or to check, and gaps to close by a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, allows
from alunite.foundation.accounts.queries import people_in_role
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.clocks import Holder
from alunite.foundation.messages.tasks import Task, tasks
from alunite.foundation.messages.threads.models import Thread, ThreadKind
from alunite.foundation.scheme.pack import Pack
from alunite.programme.assessments.models import Answer, Assessment, ScopeFacility, Sending, SiteAnswer
from alunite.programme.assessments.policies import organisations_managed_by
from alunite.programme.assessments.present import anchor
from alunite.programme.assessments.sending.queries import unconfirmed
from alunite.programme.assessments.talking.queries import waiting

# As much of a plan as the margin of the inbox shows.
LONGEST_TOLD = 300


@tasks("assessments", gettext_lazy("Self assessments"))
def answers_and_gaps(actor: Actor, today: date) -> list[Task]:
    """Return what waits in the self assessments of the actor's own organisations, at the help desk, and at firms. Five queries, or none."""
    del today
    if not allows(actor, "scopes.list"):
        return []
    found = [*_own(actor), *waiting(actor), *unconfirmed(actor)]
    pack = current_pack() if found else None
    return [_task(actor, pack, one) for one in found if not _is_closed(pack, one)] if pack else []


def _own(actor: Actor) -> list[Any]:
    """Return what waits in one's own self assessments; in one that was carried on, nothing does any more."""
    mine = organisations_managed_by(actor)
    carried_on = Exists(Assessment.objects.filter(carried_from=OuterRef("assessment")))
    answers = Answer.objects.filter(~carried_on, assessment__organisation_id__in=mine)
    sites = SiteAnswer.objects.filter(~carried_on, assessment__organisation_id__in=mine)
    return [*_given_to(actor, answers), *_gaps(answers, sites)] if mine else []


def _is_closed(pack: Pack, one: Any) -> bool:
    """Tell whether one is a gap with a level by which nothing is missing any more, whatever stands in the plan."""
    levels = pack.assessments.levels if pack.assessments else ()
    return isinstance(one, Gap) and any(level.id == one.level and not level.is_gap for level in levels)


def _task(actor: Actor, pack: Pack, one: Any) -> Task:
    if isinstance(one, Thread):
        return _to_say(actor, pack, one)
    if isinstance(one, Sending):
        return _to_receive(actor, pack, one)
    return _to_close(actor, pack, one) if isinstance(one, Gap) else _to_answer(pack, one)


def _given_to(actor: Actor, answers: Any) -> Any:
    """Return the self assessments in which criteria given to the actor have no level, or a difference to check."""
    waits = Q(level="") | (~Q(carried="") & Q(checked_at=None))
    return (
        answers.filter(waits, owner_id=actor.person_id)
        .order_by("assessment__scope__title", "assessment_id")
        .values("assessment_id", title=F("assessment__scope__title"), standard=F("assessment__standard"))
        .annotate(count=Count("pk"))
    )


class Gap(NamedTuple):
    """A gap with a day, of all sites or of one: what is told of it, and who sees to it."""

    by: date
    number: str
    plan: str
    assessment: str
    title: str
    standard: str
    owner_id: UUID | None
    owner_name: str
    owner_login: str
    facility_id: UUID | None
    facility: str
    level: str

    @property
    def owner(self) -> str:
        """Name of who sees to it, empty for nobody."""
        return self.owner_name or self.owner_login or ""


def _gaps(answers: QuerySet[Answer], sites: QuerySet[SiteAnswer]) -> Iterator[Gap]:
    """Yield the gaps of answers for all and of single sites that the scope covers, by their days. One query.

    A site without a level of its own goes by that of all.
    """
    for_all = Answer.objects.filter(assessment=OuterRef("assessment"), number=OuterRef("number")).values("level")
    covered = ScopeFacility.objects.filter(
        scope=OuterRef("assessment__scope"), facility=OuterRef("facility"), left_out_because=""
    )
    held = Coalesce(NullIf("level", Value("")), Subquery(for_all), Value(""), output_field=CharField())
    sites = sites.filter(Exists(covered)).annotate(held=held)
    of_answer = ("gap_due", "number", "gap", "assessment_id", "assessment__scope__title", "assessment__standard")
    of_owner = ("gap_owner_id", "gap_owner__display_name", "gap_owner__username")
    nowhere = (Value(None, output_field=UUIDField()), Value("", output_field=CharField()))
    found = (
        answers.exclude(gap="").exclude(gap_due=None).values_list(*of_answer, *of_owner, *nowhere, "level"),
        sites.exclude(gap="")
        .exclude(gap_due=None)
        .values_list(*of_answer, *of_owner, F("facility_id"), F("facility__name"), "held"),
    )
    yield from (Gap(*row) for row in found[0].union(found[1], all=True).order_by("gap_due", "number"))


def _to_answer(pack: Pack, row: Mapping[str, Any]) -> Task:
    title = ngettext("Answer %(count)d criterion", "Answer %(count)d criteria", row["count"])
    return Task(
        key=f"assessments.answer:{row['assessment_id']}",
        title=title % {"count": row["count"]},
        about=_about(pack, row["title"], row["standard"]),
        address=reverse("assessment", args=[row["assessment_id"]]),
        act=gettext("Open the self assessment"),
        is_mine=True,
        told=gettext("They were given to you, and have no level yet or a difference nobody has checked."),
    )


def _to_close(actor: Actor, pack: Pack, gap: Gap) -> Task:
    is_mine = gap.owner_id is None or str(gap.owner_id) == actor.person_id
    page = f"{reverse('assessment', args=[gap.assessment])}?open={gap.number}"
    key, place = f"assessments.gap:{gap.assessment}/{gap.number}", anchor(gap.number)
    about = _about(pack, gap.title, gap.standard)
    if gap.facility_id:
        key, page, place = f"{key}/{gap.facility_id}", f"{page}&site={gap.facility_id}", f"{place}-{gap.facility_id}"
        about = f"{gap.facility} · {about}"
    return Task(
        key=key,
        title=gettext("Close the gap in %(number)s") % {"number": gap.number},
        about=about,
        address=f"{page}#{place}",
        act=gettext("Open the criterion"),
        is_mine=is_mine,
        who="" if is_mine else gap.owner,
        by=gap.by,
        told=gap.plan if len(gap.plan) <= LONGEST_TOLD else f"{gap.plan[:LONGEST_TOLD]}…",
        reminds=partial(_open_account, gap.owner_id) if gap.owner_id else None,
    )


def _about(pack: Pack, title: str, standard: str) -> str:
    version = pack.version(standard)
    return f"{title} · {version.label if version else standard}"


def _open_account(owner: Any) -> Iterable[Person]:
    return Person.objects.filter(pk=owner, is_active=True)


def _to_say(actor: Actor, pack: Pack, thread: Any) -> Task:
    number, asked = thread.place, thread.waits_for
    reminds: Callable[[], Iterable[Person]] | None = None
    if thread.waits_for_desk:
        title, who, is_mine = gettext("Answer the question on %(number)s"), gettext("Help desk"), actor.is_secretariat
        page = reverse("thread", args=[thread.pk])
        reminds = partial(people_in_role, Q(organisation__kind=OrganisationKind.SECRETARIAT, role=Role.OFFICE))
    else:
        is_answer = thread.kind == ThreadKind.QUESTION
        title = gettext("Read the answer on %(number)s") if is_answer else gettext("Look at the comment on %(number)s")
        who, is_mine = str(asked), str(thread.waits_for_id) == actor.person_id
        page = f"{reverse('assessment', args=[thread.subject_id])}?open={number}#{anchor(number)}"
        reminds = partial(_open_account, asked.pk) if asked else None
    since = timezone.localdate(thread.last_at)
    return Task(
        key=f"assessments.thread:{thread.pk}",
        title=title % {"number": number},
        about=_about(pack, thread.title, thread.standard),
        address=page,
        act=gettext("Open the thread"),
        is_mine=is_mine,
        who="" if is_mine else who,
        place=gettext("Secretariat") if thread.waits_for_desk and not is_mine else "",
        told=gettext("Begun by %(name)s.") % {"name": thread.begun_by},
        ends=gettext("when it is answered, or somebody says that nothing is open"),
        held=(Holder(gettext("You") if is_mine else who, gettext("to be looked at"), since),),
        reminds=reminds,
    )


def _to_receive(actor: Actor, pack: Pack, sending: Sending) -> Task:
    assessment, is_mine = sending.assessment, allows(actor, "assessments.receive", sending.firm_id)
    about = _about(pack, assessment.scope.title, assessment.standard)
    auditors = partial(people_in_role, Q(organisation=sending.firm_id, role__in=[Role.LEAD_AUDITOR, Role.AUDITOR]))
    return Task(
        key=f"assessments.sending:{sending.pk}",
        title=gettext("Confirm that you have the self assessment"),
        about=f"{assessment.organisation.name} · {about}",
        address=reverse("assessment", args=[assessment.pk]),
        act=gettext("Open the self assessment"),
        is_mine=is_mine,
        who="" if is_mine else sending.firm.name,
        place="" if is_mine else sending.firm.name,
        told=gettext("The member sent it to your firm.") if is_mine else gettext("You sent it to the firm."),
        ends=gettext("when an auditor of the firm confirms it, or the member withdraws it"),
        held=(
            Holder(
                gettext("You") if is_mine else sending.firm.name,
                gettext("to be confirmed"),
                timezone.localdate(sending.sent_at),
            ),
        ),
        reminds=auditors,
    )
