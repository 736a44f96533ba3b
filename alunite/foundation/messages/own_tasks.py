"""The tasks and dates of the rooms from here down: people to look through, and mail that was given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from alunite.foundation.accounts.models import Affiliation, Handover, Invitation, held_at
from alunite.foundation.accounts.policies import Actor, allows, policy
from alunite.foundation.accounts.queries import people_in_role
from alunite.foundation.accounts.reviews import overdue
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.core.clocks import Clock, Holder, Span
from alunite.foundation.core.judgement import OURS, Param, Trust
from alunite.foundation.messages.calendars import Marked, dates
from alunite.foundation.messages.models import MailState, OutgoingMail
from alunite.foundation.messages.tasks import Task, tasks

SOON = timedelta(days=14)


@policy("mail.given_up", says="Only the Secretariat sees which mail could not be sent.")
def _mail_given_up(actor: Actor, _subject: object) -> bool:
    return actor.is_secretariat


@tasks("accounts", gettext_lazy("People"))
def people_to_look_through(actor: Actor, today: date) -> list[Task]:
    """Return the organisations with roles that nobody has confirmed for long, or soon will not have. One query."""
    del today
    if not settings.ALUNITE_REVIEW_DAYS:
        return []
    mine = Q(organisation_id__in=[place for place, _, role in actor.roles if role == Role.ADMIN])
    if actor.holds(Role.OFFICE):
        mine |= ~Q(organisation__kind=OrganisationKind.SECRETARIAT)
    now = timezone.now()
    administered = Affiliation.objects.filter(
        held_at(now), organisation=OuterRef("organisation"), role=Role.ADMIN, person__is_active=True
    )
    found = (
        overdue(now + SOON)
        .filter(mine)
        .order_by("organisation__name", "organisation_id")
        .values("organisation_id", "organisation__name")
        .annotate(since=Min("seen_at"), count=Count("pk"), is_administered=Exists(administered))
    )
    return [_to_look_through(actor, row) for row in found]


def _to_look_through(actor: Actor, row: Mapping[str, Any]) -> Task:
    place, name, count = str(row["organisation_id"]), str(row["organisation__name"]), int(row["count"])
    since = timezone.localdate(row["since"])
    is_mine = actor.administers(place) or not row["is_administered"]
    administrator = gettext("Its administrator")
    text = ngettext(
        "Nobody has said for long that %(count)d role still holds, or soon will not have.",
        "Nobody has said for long that %(count)d roles still hold, or soon will not have.",
        count,
    )
    return Task(
        key=f"accounts.look_through:{place}",
        title=gettext("Look through people and roles"),
        about=name,
        address=reverse("organisation_people", args=[place]),
        act=gettext("Look through them"),
        is_mine=is_mine,
        who="" if is_mine else administrator,
        place="" if is_mine else name,
        clock=Clock("accounts.review", since, Param(Span(settings.ALUNITE_REVIEW_DAYS), Trust.DESIGN, OURS)),
        told=text % {"count": count},
        ends=gettext("when each role is confirmed or ended"),
        if_late=gettext("whoever left may still see what they should not; a reminder goes out every two weeks"),
        reminds=partial(people_in_role, Q(organisation_id=place, role=Role.ADMIN)),
        held=(Holder(gettext("You") if is_mine else administrator, gettext("roles to confirm"), since),),
    )


@tasks("accounts", gettext_lazy("People"))
def taken_over(actor: Actor, today: date) -> list[Task]:
    """Return what somebody took over from people who left, until they have looked at it. One query."""
    del today
    if actor.person_id is None:
        return []
    waiting = Handover.objects.filter(taken_by=UUID(actor.person_id), seen_at=None).exclude(work={})
    return [
        Task(
            key=f"accounts.taken_over:{one.pk}",
            title=gettext("Look at what you took over"),
            about=gettext("from %(name)s · %(organisation)s") % {"name": one.leaver, "organisation": one.organisation},
            address=reverse("handover", args=[one.pk]),
            act=gettext("Look at it"),
            is_mine=True,
            told=gettext("They left, and what was theirs to do is yours since."),
            ends=gettext("when you say that you have seen it"),
        )
        for one in waiting.select_related("leaver", "organisation").order_by("at", "pk")
    ]


@tasks("outbox", gettext_lazy("Mail"))
def mail_given_up(actor: Actor, today: date) -> list[Task]:
    """Return that mail could not be sent, if any. One query, none for whoever may not know."""
    del today
    if not allows(actor, "mail.given_up"):
        return []
    count = OutgoingMail.objects.filter(state=MailState.GIVEN_UP).count()
    if not count:
        return []
    title = ngettext(
        "See to %(count)d letter that could not be sent", "See to %(count)d letters that could not be sent", count
    )
    return [
        Task(
            key="outbox.given_up:all",
            title=title % {"count": count},
            about=gettext("outgoing mail"),
            address=reverse("admin:outbox_outgoingmail_changelist"),
            act=gettext("Look at the mail"),
            is_mine=True,
            told=gettext(
                "Somebody waits for what it said. Check the address, and begin again what it was written for."
            ),
        )
    ]


@dates("accounts")
def invitations_that_lapse(actor: Actor, first: date, last: date) -> list[Marked]:
    """Return until when open invitations hold, for whoever looks after the people they would join. One query."""
    found = []
    administered = [place for place, _, role in actor.roles if role == Role.ADMIN]
    unanswered = Invitation.objects.filter(organisation_id__in=administered, accepted_at=None, revoked_at=None)
    for one in unanswered.select_related("organisation").order_by("expires_at", "pk"):
        day = timezone.localdate(one.expires_at)
        if first <= day <= last:
            found.append(
                Marked(
                    key=f"accounts.invitation:{one.pk}",
                    day=day,
                    title=gettext("Invitation lapses"),
                    about=f"{one.organisation.name} · {one.get_role_display()}",
                    address=reverse("organisation_people", args=[one.organisation_id]),
                )
            )
    return found
