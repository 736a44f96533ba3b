"""Applying, reviewing, paying, suspending, leaving: every step an action, with its reasons in history."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import urljoin

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from alunite.foundation.accounts.actions import begin_affiliation, begin_organisation
from alunite.foundation.accounts.lineage import behind_roles
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import SYSTEM, Actor, actor_for, allows, require
from alunite.foundation.accounts.roles import SECRETARIAT_ROLES, OrganisationKind, Role
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.judgement import Judgement, Reason
from alunite.foundation.decisions import rules as two_people
from alunite.foundation.history import editing
from alunite.foundation.history.actions import record
from alunite.foundation.history.models import Entry
from alunite.foundation.merging.queries import standing_merges
from alunite.foundation.publications.actions import take_turn
from alunite.foundation.publications.identifiers import unused_ids
from alunite.foundation.scheme.models import InvoiceClock
from alunite.programme.members import policies  # noqa: F401, registers the policies asked for below
from alunite.programme.members.actions import publish_members
from alunite.programme.members.joining import queries
from alunite.programme.members.joining.models import (
    ENDED,
    Application,
    Cause,
    CreditNote,
    DatedChange,
    DueDiligence,
    Invoice,
    InvoiceLine,
    Membership,
    Payment,
    Proposal,
    Round,
)
from alunite.programme.members.joining.rules import Due, Given, Light, fee, invoice_due, step, takes_two
from alunite.programme.members.models import Member

log = logging.getLogger(__name__)

# How many organisations one person may be applying for at a time.
MOST_BEGUN = 3
PROPOSED_FOR = timedelta(days=90)
# What history calls a step once it is done.
DONE = {
    "submit": "membership.submitted",
    "query": "membership.queried",
    "answer": "membership.answered",
    "approve": "membership.approved",
    "decline": "membership.declined",
    "invoice": "membership.invoiced",
    "activate": "membership.activated",
    "suspend": "membership.suspended",
    "reinstate": "membership.reinstated",
    "terminate": "membership.terminated",
    "resign": "membership.resigned",
}
POLICIES = {"applicant": "membership.applicant", "office": "membership.office"}


class CannotDo(ValueError):
    """It cannot be done; `reasons` say why, all of them."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Values:
    """What an application form says."""

    kind: str = ""
    country: str = ""
    member_class: str = ""
    wants_certificate: bool = False
    size: int | None = None
    has_group: bool | None = None
    activities: tuple[str, ...] = ()
    answers: Mapping[str, str] | None = None

    def as_texts(self) -> dict[str, str]:
        """Return the values as a form shows them, a question each under its id."""
        given = "" if self.has_group is None else str(self.has_group)
        return {
            "kind": self.kind,
            "country": self.country,
            "member_class": self.member_class,
            "wants_certificate": str(self.wants_certificate),
            "size": "" if self.size is None else str(self.size),
            "has_group": given,
            "activities": ";".join(self.activities),
            **{f"answer_{name}": text for name, text in (self.answers or {}).items()},
        }


def values_of(application: Application, questions: tuple[str, ...]) -> Values:
    """Return what stands in an application, every question with an answer, empty where there is none."""
    return Values(
        kind=application.kind,
        country=application.country,
        member_class=application.member_class,
        wants_certificate=application.wants_certificate,
        size=application.size,
        has_group=application.has_group,
        activities=tuple(application.activities),
        answers={name: application.answers.get(name, "") for name in questions},
    )


def begin_application(
    name: str, organisation: Organisation | None, *, actor: Actor, at: datetime | None = None
) -> Membership:
    """Begin an application, for an organisation of the actor's own, or for a new one of this name.

    Parameters
    ----------
    at : datetime, optional
        When, if not now.

    Raises
    ------
    CannotDo
        If the organisation has a membership going on, or the actor is applying for too many.
    InvalidAccount
        If the name of a new organisation does not do.
    Refused
        If the actor may not.
    """
    require(actor, "membership.apply", organisation)
    queries.pack_with_membership()
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=uuid.UUID(actor.person_id))
        if organisation is None:
            begun = Membership.objects.filter(state="enquiry", organisation__in=list(actor.organisations)).count()
            if begun >= MOST_BEGUN:
                refuse("membership.begun", "Finish what you have begun first.", begun=begun)
            organisation = begin_organisation(name, OrganisationKind.MEMBER, actor=actor, made_up=person.made_up)
            begin_affiliation(person, organisation, Role.MANAGER, actor=actor)
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        if Membership.objects.filter(organisation=organisation).exclude(state__in=ENDED).exists():
            refuse("membership.going_on", "The organisation has applied already, or is a member.")
        made = Membership.objects.create(organisation=organisation)
        Application.objects.create(membership=made)
        tell("membership.begun", made, {"organisation": str(organisation.pk)}, actor, at=at)
    return made


def save_application(membership: Membership, values: Values, *, mark: str, actor: Actor) -> Application:
    """Save what an application says so far, complete or not, as a form says that was opened when `mark` was made.

    Of what a member said only the answers change that the scheme has members keep up to date.

    Raises
    ------
    CannotDo
        If it has been submitted, or says something the scheme does not know.
    Stale, NoMark, Refused
        See there.
    """
    require(actor, "membership.applicant", membership)
    pack, scheme = queries.pack_with_membership()
    questions = tuple(question.id for question in queries.asked_in_words(scheme))
    with transaction.atomic():
        held = locked(membership)
        kept_up = {f"answer_{one.id}" for one in queries.kept_up_by(held, scheme)}
        is_open = held.state in {"enquiry", "queried"}
        if not is_open and not kept_up:
            refuse("membership.submitted_already", "It has been submitted and is not changed any more.")
        known = {
            "kind": {one.id for one in scheme.kinds},
            "member_class": {rule.member_class for rule in scheme.classes},
            "activities": {one.id for one in pack.activities},
        }
        strange = [name for name in ("kind", "member_class") if getattr(values, name) not in {"", *known[name]}]
        strange += ["activities"] if set(values.activities) - known["activities"] else []
        strange += ["size"] if values.size is not None and values.size < 0 else []
        if strange:
            raise CannotDo(
                tuple(
                    Reason("membership.not_offered", "This is not among what can be chosen.", {"field": name})
                    for name in strange
                )
            )
        application = Application.objects.get(membership=held)
        before = values_of(application, questions).as_texts()
        answers = {name: (values.answers or {}).get(name, "") for name in questions}
        yours = replace(values, answers=answers)
        changed = editing.check(mark, "application", held.pk, now=before, yours=yours.as_texts())
        if not is_open and set(changed) - kept_up:
            refuse("membership.submitted_already", "It has been submitted and is not changed any more.")
        if changed:
            for name in ("kind", "country", "member_class", "wants_certificate", "size", "has_group"):
                setattr(application, name, getattr(yours, name))
            application.activities, application.answers = list(yours.activities), {**application.answers, **answers}
            application.save()
            said = {"before": {name: before[name] for name in changed}, "after": dict(changed)}
            record(
                "application.saved",
                record_type="application",
                record_id=str(held.pk),
                payload=said,
                actor=actor.label,
            )
    return application


def take_step(
    membership: Membership, act: str, *, version: int, today: date, actor: Actor, reason: str = ""
) -> Membership | Proposal:
    """Take a step, or, where it takes two people, propose it.

    Parameters
    ----------
    act : str
        A step of the scheme's table, such as ``submit``; what payment brings is not one that anybody takes.
    version : int
        The version of the membership the actor saw.
    reason : str
        Why; with a question to an applicant the question, with the answer to it the answer.

    Raises
    ------
    CannotDo
        With everything that stands against it.
    Refused
        If the actor may not.
    """
    _pack, scheme = queries.pack_with_membership()
    with transaction.atomic():
        take_turn()
        # Who takes the step, and whether it takes two, is asked of what stands now, not of what somebody once read.
        held = locked(membership)
        transition = scheme.transition(act, held.state)
        by = transition.by if transition else next((one.by for one in scheme.transitions if one.act == act), "payment")
        if by == "payment":
            refuse("membership.by_payment", "This follows from a payment; note the payment.")
        require(actor, POLICIES[by], held)
        _require_seen(held, version)
        if takes_two(act, held.state, scheme):
            return propose_step(held, act, version=version, reason=reason, today=today, actor=actor)
        return _do(held, act, reason=reason, today=today, actor=actor)


def propose_step(membership: Membership, act: str, *, version: int, reason: str, today: date, actor: Actor) -> Proposal:
    """Propose a step that takes something from somebody, and tell those it is taken from. Errors as for `take_step`."""
    require(actor, "membership.propose", membership)
    return _propose(membership, act, version=version, reason=reason, cause="", today=today, actor=actor)


def _propose(
    membership: Membership, act: str, *, version: int, reason: str, cause: str, today: date, actor: Actor
) -> Proposal:
    """Propose a step for an action that was allowed to; of what the rules brought `cause` says what that is."""
    with transaction.atomic():
        held = as_seen(membership, version)
        judgement = step(act, held.state, queries.membership_rules(current_pack()), _given(held, reason))
        if not judgement.result:
            raise CannotDo(judgement.reasons)
        _close_lapsed(held, act, today, actor)
        if Proposal.objects.filter(membership=held, act=act, outcome="").exists():
            refuse("membership.proposed_already", "It is proposed already, and waits for another person.")
        made = Proposal.objects.create(
            membership=held, act=act, reason=reason, cause=cause, proposed_by=actor.label, proposed_on=today
        )
        said = {"act": act, "proposal": made.pk, "reason": reason, "cause": cause, "reasons": said_of(judgement)}
        tell("membership.step_proposed", held, said, actor)
        if act != "decline":
            write_to(held, f"propose_{act}", reason=reason)
    return made


def _close_lapsed(held: Membership, act: str, today: date, actor: Actor) -> None:
    """Close what nobody answered in time, so that it can be proposed again."""
    lapsed = Proposal.objects.filter(membership=held, act=act, outcome="", proposed_on__lte=today - PROPOSED_FOR)
    for one in lapsed.select_for_update():
        one.outcome, one.decided_on = "lapsed", today
        one.save(update_fields=["outcome", "decided_on"])
        tell("membership.step_lapsed", held, {"act": act, "proposal": one.pk}, actor)


def decide_step(proposal: Proposal, *, confirms: bool, today: date, actor: Actor) -> Proposal:
    """Confirm a proposed step, which does it, or refuse it. Whoever proposed it cannot confirm it.

    Raises
    ------
    CannotDo
        With everything that stands against it.
    Refused
        If the actor may not.
    """
    require(actor, "membership.decide", proposal.membership)
    with transaction.atomic():
        take_turn()
        held = locked(proposal.membership)
        waiting = Proposal.objects.select_for_update().get(pk=proposal.pk)
        judgement = _may_answer(waiting, confirms=confirms, today=today, actor=actor)
        if not judgement.result:
            raise CannotDo(judgement.reasons)
        if confirms and not _still_brought(held, waiting, today):
            refuse("membership.cause_gone", "What it was proposed for is gone.")
        waiting.outcome, waiting.decided_on = ("confirmed" if confirms else "refused"), today
        waiting.save(update_fields=["outcome", "decided_on"])
        said = {"act": waiting.act, "proposal": waiting.pk, "proposed_by": waiting.proposed_by}
        cause = tell(f"membership.step_{waiting.outcome}", held, said, actor)
        if confirms:
            _do(held, waiting.act, reason=waiting.reason, today=today, actor=actor, cause=cause, decided=waiting)
    return waiting


def _still_brought(held: Membership, proposal: Proposal, today: date) -> bool:
    """Tell whether the rules bring today what they did when it was proposed; a person's own reason they do not judge."""
    scheme = queries.membership_rules(current_pack())
    if proposal.cause == Cause.INVOICE:
        clock = scheme.clocks.invoice
        brought = (_due(clock, one, held, today).result for one in queries.open_invoices_of([held]))
        return any(one == proposal.act for one in brought)
    if proposal.cause == Cause.CERTIFICATION:
        return queries.light_of(held, scheme, today).result.light is Light.RED
    return True


def _withdraw_settled(held: Membership, today: date, actor: Actor, cause: Entry) -> None:
    """Withdraw what was proposed for something that is settled now."""
    for one in queries.open_proposals(held):
        if not _still_brought(held, one, today):
            _withdraw(held, one, today, actor, cause)


def _withdraw(held: Membership, proposal: Proposal, today: date, actor: Actor, cause: Entry) -> None:
    proposal.outcome, proposal.decided_on = "withdrawn", today
    proposal.save(update_fields=["outcome", "decided_on"])
    tell("membership.step_withdrawn", held, {"act": proposal.act, "proposal": proposal.pk}, actor, cause)


def _may_answer(proposal: Proposal, *, confirms: bool, today: date, actor: Actor) -> Judgement[bool]:
    kind, _, pk = proposal.proposed_by.partition(":")
    proposer = Person.objects.filter(pk=uuid.UUID(pk)).first() if kind == "person" else None
    mine = behind_roles(Person.objects.get(pk=uuid.UUID(actor.person_id)), SECRETARIAT_ROLES)
    # It was proposed on a day of the scheme's calendar, so it is answered on one. A refusal takes nothing from
    # anybody, and is never too late.
    lapses, answered = proposal.proposed_on + PROPOSED_FOR, today if confirms else proposal.proposed_on
    return two_people.may_answer(
        two_people.Proposal(
            proposed_by=pk,
            # What a date brings by the rules was proposed by nobody who could lose the right to.
            proposer_may=proposer is None or allows(actor_for(proposer), "membership.propose", proposal.membership),
            is_open=not proposal.outcome,
            version=1,
            expires_at=_at(lapses),
            is_as_proposed=_is_as_proposed(proposal),
            behind=behind_roles(proposer, SECRETARIAT_ROLES) if proposer else (frozenset(),),
        ),
        two_people.Answer(
            person=actor.person_id, may=True, version=1, at=_at(answered), confirms=confirms, behind=mine
        ),
    )


def _at(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), timezone.get_current_timezone())


def _is_as_proposed(proposal: Proposal) -> bool:
    """Tell whether history says of the proposal what its row says: a row can be altered, an entry cannot."""
    told = Entry.objects.filter(
        record_type="membership", record_id=str(proposal.membership_id), kind="membership.step_proposed"
    )
    said = (entry for entry in told.select_related("payload") if (entry.data or {}).get("proposal") == proposal.pk)
    found = next(said, None)
    if found is None:
        return False
    row = {"act": proposal.act, "reason": proposal.reason}
    # Entries of before causes were kept do not say one.
    row |= {"cause": proposal.cause} if "cause" in found.data else {}
    return found.actor == proposal.proposed_by and {name: found.data.get(name) for name in row} == row


def note_due_diligence(
    membership: Membership, topic: str, note: str, *, is_clear: bool, today: date, actor: Actor
) -> DueDiligence:
    """Note what the office found when it looked into an applicant."""
    require(actor, "membership.office", membership)
    _pack, scheme = queries.pack_with_membership()
    if topic not in {one.id for one in scheme.due_diligence}:
        refuse("membership.not_offered", "This is not among what can be chosen.", field="topic")
    if not note.strip():
        refuse("membership.note_needed", "Say what you found, and where you looked.", field="note")
    with transaction.atomic():
        held = locked(membership)
        made = DueDiligence.objects.create(membership=held, topic=topic, note=note, is_clear=is_clear, noted_on=today)
        said = {"topic": topic, "is_clear": is_clear, "note": note, "day": today.isoformat()}
        tell("membership.looked_into", held, said, actor)
    return made


def match_member(membership: Membership, public_id: str, *, actor: Actor) -> Membership:
    """Say which record of the register the organisation is; empty takes it back. Before it is active."""
    require(actor, "membership.office", membership)
    with transaction.atomic():
        held = locked(membership)
        if held.joined is not None:
            refuse("membership.matched", "It is a member already; its record is known.")
        if public_id:
            if public_id in standing_merges("member") or not Member.objects.filter(pk=public_id).exists():
                refuse("membership.no_record", "The register has no member of this id.", field="member")
            if Membership.objects.filter(member=public_id).exclude(state__in=ENDED).exclude(pk=held.pk).exists():
                refuse("membership.record_taken", "Another membership stands for this record.", field="member")
        held.member_id = public_id or None
        held.save(update_fields=["member"])
        tell("membership.matched", held, {"member": public_id}, actor)
    return held


def note_payment(
    invoice: Invoice, *, version: int, day: date, amount: Decimal, note: str, today: date, actor: Actor
) -> Payment:
    """Note money that came in, a part or all of what is open; the last of a first invoice makes a member.

    Parameters
    ----------
    version : int
        The version of the membership the actor saw: what is sent twice is noted once.

    Raises
    ------
    CannotDo
        If the amount is none, or more than is open, or the day has not come.
    Refused
        If the actor may not.
    """
    require(actor, "membership.office", invoice.membership)
    with transaction.atomic():
        take_turn()
        held = as_seen(invoice.membership, version)
        now = _now(invoice)
        _require_amount(amount, now.open, "Expected an amount over nothing and at most what is open.")
        _require_day_of_money(now, day, today)
        made = Payment.objects.create(invoice=invoice, day=day, amount=amount, note=note)
        said = {"day": day.isoformat(), "amount": str(amount), "note": note}
        cause = _tell_of(invoice, "invoice.paid", said, actor)
        _withdraw_settled(held, today, actor, cause)
        _next_version(held)
        _go_on_when_paid(held, today=today, actor=actor, cause=cause)
    return made


def give_back(
    invoice: Invoice, *, version: int, day: date, amount: Decimal, note: str, today: date, actor: Actor
) -> Payment:
    """Note money that went back, or never came: of what was paid, with the reason. Errors as for `note_payment`.

    What was noted stays; this stands beside it. A state that a payment brought is not taken back by it: what is open
    again runs its days.
    """
    require(actor, "membership.office", invoice.membership)
    if not note.strip():
        refuse("membership.reason_needed", "Say why.", field="note")
    with transaction.atomic():
        take_turn()
        held = as_seen(invoice.membership, version)
        now = _now(invoice)
        _require_amount(amount, now.paid, "Expected an amount over nothing and at most what was paid.")
        _require_day_of_money(now, day, today)
        made = Payment.objects.create(invoice=invoice, day=day, amount=-amount, note=note)
        _tell_of(invoice, "invoice.given_back", {"day": day.isoformat(), "amount": str(amount), "note": note}, actor)
        _next_version(held)
    return made


def credit(invoice: Invoice, *, version: int, amount: Decimal, reason: str, today: date, actor: Actor) -> CreditNote:
    """Take back a part or all of what an invoice asked for, paid or not, with the reason. Errors as for `note_payment`."""
    require(actor, "membership.office", invoice.membership)
    if not reason.strip():
        refuse("membership.reason_needed", "Say why.", field="reason")
    with transaction.atomic():
        take_turn()
        held = as_seen(invoice.membership, version)
        now = _now(invoice)
        text = "Expected an amount over nothing and at most what was asked for and not credited yet."
        _require_amount(amount, now.total - now.credited, text)
        made = CreditNote.objects.create(
            number=_next_number(CreditNote, f"{today.year}-C"),
            invoice=invoice,
            dated=today,
            amount=amount,
            reason=reason,
        )
        said = {"number": made.number, "amount": str(amount), "reason": reason}
        cause = _tell_of(invoice, "invoice.credited", said, actor)
        _withdraw_settled(held, today, actor, cause)
        _next_version(held)
        _go_on_when_paid(held, today=today, actor=actor, cause=cause)
    return made


def renew(membership: Membership, *, version: int, today: date, actor: Actor) -> Invoice:
    """Ask an active member for the fee of this year, once. Errors as for `take_step`."""
    require(actor, "membership.office", membership)
    with transaction.atomic():
        take_turn()
        held = as_seen(membership, version)
        if held.state != "active":
            refuse("membership.no_such_step", "This cannot be done in the state the membership is in.")
        if Invoice.objects.filter(membership=held, year=today.year).exists():
            refuse("membership.invoiced", "The fee of this year was asked for already.", year=today.year)
        made = _invoice(held, first=date(today.year, 1, 1), today=today, actor=actor, cause=None)
        _next_version(held)
    return made


def days_of_invoices(today: date, *, actor: Actor) -> dict[str, int]:
    """Do what a day brings to unpaid invoices: remind, propose to suspend, propose to terminate; return how many."""
    require(actor, "membership.tick")
    counts = dict.fromkeys(("reminded", "proposed"), 0)
    try:
        clock = queries.membership_rules(current_pack()).clocks.invoice
    except queries.NoMembership:
        return counts
    for invoice in queries.open_invoices():
        membership = invoice.membership
        judgement = _due(clock, invoice, membership, today)
        if judgement.result is Due.REMIND:
            with transaction.atomic():
                _tell_of(invoice, "invoice.reminded", {"reasons": said_of(judgement)}, actor)
                last = invoice.dated + timedelta(days=clock.days.value)
                write_to(membership, "reminder", number=invoice.number, open=invoice.open, last=last)
            counts["reminded"] += 1
        elif judgement.result in {Due.SUSPEND, Due.TERMINATE}:
            act = str(judgement.result)
            counts["proposed"] += _propose_by_date(
                membership, act, judgement, cause=Cause.INVOICE, today=today, actor=actor
            )
    return counts


def _due(clock: InvoiceClock, invoice: Invoice, membership: Membership, today: date) -> Judgement[Due]:
    """Return what an invoice brings; its membership ends for it only where it is suspended for what is not paid."""
    suspended = membership.suspended if membership.suspended_for == Cause.INVOICE else None
    return invoice_due(clock, dated=invoice.dated, open_amount=invoice.open, today=today, suspended_since=suspended)


def _propose_by_date(
    membership: Membership, act: str, judgement: Judgement[Any], *, cause: Cause, today: date, actor: Actor
) -> int:
    """Propose what a date brings, once; a membership that is not yet one has nothing to be taken."""
    scheme = queries.membership_rules(current_pack())
    if scheme.transition(act, membership.state) is None:
        return 0
    recent = Proposal.objects.filter(membership=membership, act=act, proposed_on__gt=today - PROPOSED_FOR)
    # What was withdrawn was settled; when its cause comes back, it is proposed anew.
    answered = Q(cause=cause) & ~Q(outcome="withdrawn")
    if recent.filter(Q(outcome="") | answered).exists():
        return 0
    reason = judgement.reasons[0].text
    try:
        _propose(membership, act, version=membership.version, reason=reason, cause=cause, today=today, actor=actor)
    except CannotDo as refused:
        # What stands against it in one membership keeps nobody else from being reminded.
        log.warning("membership %s: %s was not proposed: %s", membership.pk, act, refused)
        return 0
    return 1


def days_of_certification(today: date, *, actor: Actor) -> dict[str, int]:
    """Do what a day brings to members that have to certify: remind, propose to suspend; return how many."""
    require(actor, "membership.tick")
    counts = dict.fromkeys(("reminded", "proposed"), 0)
    try:
        scheme = queries.membership_rules(current_pack())
    except queries.NoMembership:
        return counts
    remind_on = scheme.clocks.certification.reminders_days_before.value
    going_on = Membership.objects.filter(state="active").select_related("organisation")
    for membership in queries.with_clocks(going_on, scheme).order_by("joined", "pk"):
        judgement = queries.light_of(membership, scheme, today)
        state = judgement.result
        if state.light is Light.RED:
            counts["proposed"] += _propose_by_date(
                membership, "suspend", judgement, cause=Cause.CERTIFICATION, today=today, actor=actor
            )
        elif state.days_left in remind_on:
            with transaction.atomic():
                tell("membership.reminded", membership, {"reasons": said_of(judgement)}, actor)
                write_to(membership, "certification", last=state.last)
            counts["reminded"] += 1
    return counts


def extend(membership: Membership, *, version: int, months: int, reason: str, today: date, actor: Actor) -> Membership:
    """Put off the last day for the first certificate, by this many months from the day it would be without.

    Raises
    ------
    CannotDo
        If no clock runs, the months are more than the scheme lets, or no reason is said.
    Refused
        If the actor may not.
    """
    require(actor, "membership.office", membership)
    scheme = queries.membership_rules(current_pack())
    longest = scheme.clocks.certification.longest_extension_months
    with transaction.atomic():
        held = as_seen(membership, version)
        if not queries.light_of(held, scheme, today).result.runs:
            refuse("membership.no_clock", "The class asks for no certificate.")
        if not 0 <= months <= longest.value:
            refuse("membership.extension", "It is more than the longest extension.", field="months", most=longest.value)
        if not reason.strip():
            refuse("membership.reason_needed", "Say why.", field="reason")
        put_off(held, months, reason, actor, today=today)
    return held


def put_off(
    held: Membership, months: int, reason: str, actor: Actor, cause: Entry | None = None, *, today: date
) -> None:
    """Give a locked membership this many months on top in all, for an action that was allowed to."""
    said = {"before": held.extension_months, "after": months, "reason": reason}
    held.extension_months = months
    held.version += 1
    held.save(update_fields=["extension_months", "version"])
    entry = tell("membership.extended", held, said, actor, cause)
    _withdraw_settled(held, today, actor, entry)


def note_certified(membership: Membership, *, version: int, day: date, today: date, actor: Actor) -> Membership:
    """Note the first day of the member's first certificate. Errors as for `extend`."""
    require(actor, "membership.office", membership)
    with transaction.atomic():
        held = as_seen(membership, version)
        if held.joined is None or day > today:
            refuse("membership.certified_day", "Expected a day up to today, of a member.", field="day")
        held.certified = day
        held.version += 1
        held.save(update_fields=["certified", "version"])
        entry = tell("membership.certified", held, {"day": day.isoformat()}, actor)
        _withdraw_settled(held, today, actor, entry)
    return held


def change_class(
    membership: Membership, *, version: int, member_class: str, reason: str, today: date, actor: Actor
) -> Membership:
    """Let a member change its class from today on; what it was before stays in history. Errors as for `extend`."""
    require(actor, "membership.office", membership)
    pack, scheme = queries.pack_with_membership()
    with transaction.atomic():
        take_turn()
        held = as_seen(membership, version)
        if held.state != "active":
            refuse("membership.no_such_step", "This cannot be done in the state the membership is in.")
        if not reason.strip():
            refuse("membership.reason_needed", "Say why.", field="reason")
        if member_class == held.member_class:
            refuse("membership.value_same", "It is this already.", field="member_class")
        rule = scheme.class_rule(member_class)
        if rule is None:
            refuse("membership.not_offered", "This is not among what can be chosen.", field="member_class")
        fits = queries.fits(held, held.application, rule, pack)
        if not fits.result:
            raise CannotDo(fits.reasons)
        said = {"from": held.member_class, "to": member_class, "day": today.isoformat(), "reason": reason}
        DatedChange.objects.create(
            membership=held, what="class", before=held.member_class, after=member_class, day=today, reason=reason
        )
        held.member_class = member_class
        held.version += 1
        held.save(update_fields=["member_class", "version"])
        entry = tell("membership.class_changed", held, said | {"reasons": said_of(fits)}, actor)
        _withdraw_settled(held, today, actor, entry)
        if held.member_id:
            publish_members([held.member_id], actor=SYSTEM, cause=entry)
    return held


# --- Within an action that was allowed to ---


def _do(
    held: Membership,
    act: str,
    *,
    reason: str,
    today: date,
    actor: Actor,
    cause: Entry | None = None,
    decided: Proposal | None = None,
) -> Membership:
    """Do a step of a locked membership, with all that follows from it here; what takes two only as they decided."""
    scheme = queries.membership_rules(current_pack())
    confirmed = decided is not None and (decided.membership_id, decided.act, decided.outcome) == (
        held.pk,
        act,
        "confirmed",
    )
    if takes_two(act, held.state, scheme) and not confirmed:
        refuse("membership.takes_two", "This takes two people: one proposes it, and another confirms it.")
    judgement = step(act, held.state, scheme, _given(held, reason))
    if not judgement.result:
        raise CannotDo(judgement.reasons)
    before, held.state = held.state, judgement.result
    _what_it_changes(held, act, reason, today, actor)
    if act in {"suspend", "reinstate"}:
        held.suspended_for = decided.cause if decided else ""
    held.version += 1
    held.save()
    said: dict[str, Any] = {"act": act, "from": before, "to": held.state, "day": today.isoformat(), "reason": reason}
    said |= {"organisation": str(held.organisation_id), "member": held.member_id or "", "reasons": said_of(judgement)}
    entry = record(
        DONE[act],
        record_type="membership",
        record_id=str(held.pk),
        payload=said,
        actor=actor.label,
        cause=cause,
    )
    # What was proposed was proposed of the state before.
    for one in queries.open_proposals(held):
        _withdraw(held, one, today, actor, entry)
    if held.member_id and held.joined:
        publish_members([held.member_id], actor=SYSTEM, cause=entry)
    if act == "invoice":
        _invoice(held, first=today, today=today, actor=actor, cause=entry)
    elif act in {"query", "activate", "decline", "suspend", "reinstate", "terminate"}:
        write_to(held, act, reason=reason)
    return held


def _what_it_changes(held: Membership, act: str, reason: str, today: date, actor: Actor) -> None:
    """Change what a step changes beside the state."""
    if act == "query":
        Round.objects.create(membership=held, asked=reason, asked_on=today)
    elif act == "answer":
        Round.objects.filter(membership=held, answered_on=None).update(answer=reason, answered_on=today)
    elif act == "approve":
        _approve(held)
    elif act == "activate":
        _become_member(held, today, actor)
    elif act in {"suspend", "reinstate"}:
        held.suspended = today if act == "suspend" else None
    elif act in {"terminate", "resign", "decline"}:
        held.ended = today


def _approve(held: Membership) -> None:
    """Fix what was approved: the class, and what the organisation does, its places taken in."""
    _require_record_known(held)
    application = held.application
    application.activities = sorted(queries.judged(held, application, current_pack()).filled.activities)
    application.save(update_fields=["activities"])
    held.member_class = application.member_class


def _require_record_known(held: Membership) -> None:
    """Refuse while the register has a record of this name and nobody has said whether it is the organisation's."""
    if held.member_id is None and Member.objects.filter(name=held.organisation.name).exists():
        text = "The register has a member of this name already. Say first whether the organisation is that one."
        refuse("membership.same_name", text, field="member")


def _become_member(held: Membership, today: date, actor: Actor) -> None:
    """Begin the membership, with its record in the register, and somebody who looks after its people."""
    held.joined = today
    # A record of the name may have come between the approval and the payment: nobody takes it over unasked.
    _require_record_known(held)
    if held.member_id is None:
        name = held.organisation.name
        member = Member.objects.create(pk=unused_ids(Member, 1)[0], name=name)
        record("member.joined", record_type="member", record_id=member.pk, payload={"name": name}, actor=actor.label)
        held.member = member
    people = held.organisation.affiliations.filter(until=None).select_related("person")
    if not any(one.role == Role.ADMIN for one in people):
        for one in [one for one in people if one.role == Role.MANAGER]:
            begin_affiliation(one.person, held.organisation, Role.ADMIN, actor=actor)


def _invoice(held: Membership, *, first: date, today: date, actor: Actor, cause: Entry | None) -> Invoice:
    """Ask for the fee of the year from `first` on. What costs nothing is paid at once."""
    scheme = queries.membership_rules(current_pack())
    size = held.application.size or 0
    judgement = fee(scheme.fees, held.member_class, size, first)
    asked = judgement.result
    made = Invoice.objects.create(
        number=_next_number(Invoice, f"{today.year}-"),
        membership=held,
        year=first.year,
        dated=today,
        currency=asked.currency,
        billed_to=held.organisation.name,
    )
    InvoiceLine.objects.create(
        invoice=made,
        member_class=held.member_class,
        size=size,
        months=asked.months,
        whole_year=asked.whole_year,
        amount=asked.amount,
    )
    said = {"membership": str(held.pk), "amount": str(asked.amount), "reasons": said_of(judgement)}
    entry = _tell_of(made, "invoice.made", said, actor, cause)
    last = today + timedelta(days=scheme.clocks.invoice.days.value)
    write_to(held, "invoice", number=made.number, open=asked.amount, currency=asked.currency, last=last)
    _go_on_when_paid(held, today=today, actor=actor, cause=entry)
    return made


def _go_on_when_paid(held: Membership, *, today: date, actor: Actor, cause: Entry) -> None:
    if held.state == "awaiting_payment" and queries.open_amount(held) <= 0:
        # It is paid from the day of the latest money on, in whatever order that was noted.
        day = queries.last_day_of_money(held) or today
        _do(held, "activate", reason="", today=day, actor=actor, cause=cause)


def _given(held: Membership, reason: str) -> Given:
    judged = queries.judged(held, held.application, current_pack())
    return Given(
        complete=judged.complete,
        class_fits=judged.class_fits,
        looked_into=queries.looked_into(held),
        reason=reason,
        open_amount=queries.open_amount(held),
    )


def _now(invoice: Invoice) -> Invoice:
    """Return an invoice with the money that is noted of it now."""
    return Invoice.objects.get(pk=invoice.pk)


def _require_amount(amount: Decimal, most: Decimal, text: str) -> None:
    if amount <= 0 or amount > most:
        refuse("membership.amount", text, field="amount", amount=str(amount), most=str(most))


def _require_day_of_money(invoice: Invoice, day: date, today: date) -> None:
    if day > today or day < invoice.dated:
        text = "Expected a day from that of the invoice up to today."
        refuse("membership.day_of_payment", text, field="day", day=day.isoformat())


def _next_number(model: type[Invoice | CreditNote], before: str) -> str:
    """Return the next number of its kind; whoever asks has taken its turn, so that no two get the same."""
    last = model.objects.filter(number__startswith=before).order_by("-number").values_list("number", flat=True).first()
    return f"{before}{int(last.removeprefix(before)) + 1 if last else 1:05d}"


def locked(membership: Membership) -> Membership:
    """Hold a membership in the transaction at hand."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("organisation", "application")
    return rows.get(pk=membership.pk)


def as_seen(membership: Membership, version: int) -> Membership:
    """Hold a membership that nobody changed since the version somebody saw; `CannotDo` if somebody did."""
    held = locked(membership)
    _require_seen(held, version)
    return held


def _require_seen(held: Membership, version: int) -> None:
    if held.version != version:
        refuse("membership.stale", "It was changed since you opened the page.", seen=version, found=held.version)


def _next_version(held: Membership) -> None:
    held.version += 1
    held.save(update_fields=["version"])


def refuse(rule: str, text: str, **values: Any) -> NoReturn:
    """Raise `CannotDo` for one reason."""
    raise CannotDo((Reason(rule, text, values),))


def said_of(judgement: Judgement[Any]) -> list[dict[str, Any]]:
    """Return the reasons of a judgement as history keeps them."""
    return [reason.as_dict() for reason in judgement.reasons]


def tell(
    kind: str,
    held: Membership,
    said: Mapping[str, Any],
    actor: Actor,
    cause: Entry | None = None,
    *,
    at: datetime | None = None,
) -> Entry:
    """Write an entry of history about a membership."""
    pk = str(held.pk)
    return record(kind, record_type="membership", record_id=pk, payload=said, actor=actor.label, cause=cause, at=at)


def _tell_of(invoice: Invoice, kind: str, said: Mapping[str, Any], actor: Actor, cause: Entry | None = None) -> Entry:
    return record(kind, record_type="invoice", record_id=invoice.number, payload=said, actor=actor.label, cause=cause)


def write_to(held: Membership, what: str, **said: Any) -> None:
    """Write to the people of the organisation, each mail saying what it is about and why it came."""
    path = reverse("membership", args=[held.pk])
    address = urljoin(queries.origin(), path) if queries.origin() else ""
    context = {"organisation": held.organisation, "what": what, "address": address, **said}
    subject = gettext("Membership of %(organisation)s") % {"organisation": held.organisation.name}
    body = render_to_string("members/joining/mail.txt", context)
    for to in queries.addresses_of(held.organisation):
        # In one line, whatever was typed as a name.
        send_mail(" ".join(subject.split()), body, None, [to])
