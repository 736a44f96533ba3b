"""What applications, memberships and invoices ask of people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, allows
from alunite.foundation.accounts.queries import people_in_role
from alunite.foundation.accounts.roles import SECRETARIAT_ROLES, OrganisationKind, Role
from alunite.foundation.adoption.queries import NoScheme, current_pack
from alunite.foundation.core.clocks import Clock, Holder, Span
from alunite.foundation.core.judgement import Param
from alunite.foundation.messages.tasks import Task, tasks
from alunite.foundation.scheme.models import MembershipFile
from alunite.foundation.scheme.pack import Pack
from alunite.programme.members.joining import queries
from alunite.programme.members.joining.models import ENDED, Invoice, Membership
from alunite.programme.members.joining.rules import certification_clock
from alunite.programme.members.models import Transfer
from alunite.programme.members.places.queries import open_transfers
from alunite.programme.members.policies import belongs_to

# What is to be done in a state, and by whom: the applicant, or the office.
NEXT = {
    "enquiry": ("applicant", gettext_lazy("Complete the application")),
    "queried": ("applicant", gettext_lazy("Answer the question of the office")),
    "submitted": ("office", gettext_lazy("Review the application")),
    "approved": ("office", gettext_lazy("Make the invoice of a membership")),
}


@tasks("membership", gettext_lazy("Membership"))
def membership_tasks(actor: Actor, today: date) -> list[Task]:
    """Return what applications, invoices and certification clocks ask. Eight queries, fewer where there is nothing."""
    pack = _pack()
    if pack is None or pack.membership is None or not allows(actor, "membership.list"):
        return []
    visible = queries.memberships_visible_to(actor, pack.membership)
    going_on = [one for one in visible if one.state not in ENDED]
    money = queries.open_invoices_of(going_on) if going_on else []
    return [
        *_steps(actor, going_on),
        *(_invoice(actor, one, pack.membership) for one in money),
        *_certification(actor, going_on, pack.membership, today),
        *_proposals(actor, going_on),
        *_requests(actor, going_on),
    ]


@tasks("membership", gettext_lazy("Membership"))
def transfers(actor: Actor, today: date) -> list[Task]:
    """Return the entities offered to the actor's own members, and by them. One query, none for others."""
    del today
    return [_transfer(actor, one) for one in open_transfers(actor)]


def _transfer(actor: Actor, transfer: Transfer) -> Task:
    is_mine = belongs_to(actor, transfer.receiver_id)
    giver = transfer.entity.organisation.name
    return Task(
        key=f"membership.transfer:{transfer.pk}",
        title=gettext("Accept or refuse an entity"),
        about=gettext("%(entity)s of %(giver)s") % {"entity": transfer.entity.name, "giver": giver},
        address=reverse("transfer", args=[transfer.pk]),
        act=gettext("Look at the offer"),
        is_mine=is_mine,
        who="" if is_mine else transfer.receiver.name,
        place="" if is_mine else transfer.receiver.name,
        told=transfer.reason,
        ends=gettext("when it is answered or taken back"),
        reminds=partial(people_in_role, Q(organisation=transfer.receiver_id)),
    )


def _pack() -> Pack | None:
    try:
        return current_pack()
    except NoScheme:
        return None


def _steps(actor: Actor, memberships: list[Membership]) -> Iterator[Task]:
    for one in memberships:
        # What somebody has only begun is nobody else's business yet.
        if one.state not in NEXT or (one.state == "enquiry" and not belongs_to(actor, one.organisation_id)):
            continue
        who, title = NEXT[one.state]
        is_office = who == "office"
        name = one.organisation.name
        yield Task(
            key=f"membership.{one.state}:{one.pk}",
            title=str(title),
            about=name,
            address=reverse("membership", args=[one.pk]),
            act=gettext("Open the membership"),
            is_mine=actor.holds(Role.OFFICE) if is_office else belongs_to(actor, one.organisation_id),
            who=gettext("Membership office") if is_office else name,
            place=gettext("Secretariat") if is_office else name,
            ends=gettext("when the next step is taken"),
            reminds=_office if is_office else partial(people_in_role, Q(organisation=one.organisation_id)),
        )


def _invoice(actor: Actor, invoice: Invoice, scheme: MembershipFile) -> Task:
    membership, name = invoice.membership, invoice.membership.organisation.name
    days = scheme.clocks.invoice.days
    told = gettext("Of invoice %(number)s %(amount)s %(currency)s is open.")
    return Task(
        key=f"membership.pay:{invoice.number}",
        title=gettext("Pay the membership invoice"),
        about=f"{name} · {invoice.number}",
        address=reverse("membership", args=[membership.pk]),
        act=gettext("Open the membership"),
        is_mine=belongs_to(actor, membership.organisation_id),
        who=name,
        place=name,
        clock=Clock("membership.invoice", invoice.dated, Param(Span(days.value), days.trust, days.origin, days.source)),
        told=told % {"number": invoice.number, "amount": invoice.open, "currency": invoice.currency},
        ends=gettext("when it is paid or credited in full"),
        if_late=gettext("the membership can be suspended, and later ended"),
        reminds=partial(people_in_role, Q(organisation=membership.organisation_id)),
    )


def _certification(actor: Actor, memberships: list[Membership], scheme: MembershipFile, today: date) -> Iterator[Task]:
    """Give the clock of each member that has to certify and has not."""
    for one in memberships:
        since = queries.must_certify_since(one, scheme)
        if since is None or not queries.light_of(one, scheme, today).result.runs:
            continue
        name = one.organisation.name
        yield Task(
            key=f"membership.certify:{one.pk}",
            title=gettext("Reach the first certificate"),
            about=name,
            address=reverse("membership", args=[one.pk]),
            act=gettext("Open the membership"),
            is_mine=belongs_to(actor, one.organisation_id),
            who=name,
            place=name,
            clock=certification_clock(scheme.clocks.certification, since, one.extension_months),
            ends=gettext("when the first day of a certificate is noted"),
            if_late=gettext("the membership can be suspended"),
            reminds=partial(people_in_role, Q(organisation=one.organisation_id)),
        )


def _requests(actor: Actor, memberships: list[Membership]) -> Iterator[Task]:
    """Give the requests for more time that wait for the office."""
    by_id = {one.pk: one for one in memberships}
    is_mine = actor.holds(Role.OFFICE)
    office = gettext("Membership office")
    for waiting in queries.requests_of(memberships) if memberships else []:
        yield Task(
            key=f"membership.extension:{waiting.pk}",
            title=gettext("Answer a request for more time"),
            about=by_id[waiting.membership_id].organisation.name,
            address=reverse("membership", args=[waiting.membership_id]),
            act=gettext("Open the membership"),
            is_mine=is_mine,
            who="" if is_mine else office,
            place="" if is_mine else gettext("Secretariat"),
            told=waiting.reason,
            ends=gettext("when the office grants or refuses it"),
            reminds=_office,
            held=(Holder(office, gettext("a request to answer"), waiting.asked_on),),
        )


def _proposals(actor: Actor, memberships: list[Membership]) -> Iterator[Task]:
    """Give the steps that wait for a second person, to the Secretariat alone."""
    if not actor.is_secretariat:
        return
    by_id = {one.pk: one for one in memberships}
    for waiting in queries.proposals_of(memberships):
        membership = by_id[waiting.membership_id]
        is_own = waiting.proposed_by == actor.label
        another = gettext("Another person")
        yield Task(
            key=f"membership.decide:{waiting.pk}",
            title=gettext("Wait for the answer to a proposed step")
            if is_own
            else gettext("Confirm or refuse a proposed step"),
            about=membership.organisation.name,
            address=reverse("membership", args=[membership.pk]),
            act=gettext("Open the membership"),
            is_mine=not is_own,
            who=another if is_own else "",
            place=gettext("Secretariat") if is_own else "",
            ends=gettext("when a second person confirms or refuses it"),
            reminds=_secretariat,
        )


def _office() -> QuerySet[Person]:
    return people_in_role(Q(organisation__kind=OrganisationKind.SECRETARIAT, role=Role.OFFICE))


def _secretariat() -> QuerySet[Person]:
    return people_in_role(Q(organisation__kind=OrganisationKind.SECRETARIAT, role__in=SECRETARIAT_ROLES))
