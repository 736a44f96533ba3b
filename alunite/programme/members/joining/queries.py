"""What is known of applications and memberships."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from alunite.foundation.accounts.models import Organisation, Person, held_at
from alunite.foundation.accounts.policies import Actor, scoped
from alunite.foundation.accounts.roles import OrganisationKind
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.judgement import Judgement
from alunite.foundation.history.models import Entry
from alunite.foundation.scheme.models import ClassRule, MembershipFile, Question
from alunite.foundation.scheme.pack import Pack
from alunite.programme.members.joining.models import (
    ENDED,
    Application,
    DatedChange,
    Document,
    DueDiligence,
    ExtensionRequest,
    Invoice,
    Membership,
    Proposal,
)
from alunite.programme.members.joining.rules import (
    Applicant,
    ClockState,
    Filled,
    certification_light,
    class_open,
    class_proposed,
    completeness,
)
from alunite.programme.members.models import Entity, OwnFacility

# What the register says of members nobody is.
MADE_UP = "Made up for the walk-through."
# A membership in one of these withdraws what is said of the member in public.
WITHDRAWN = {"suspended": "suspended", "terminated": "ended", "resigned": "ended"}


class NoMembership(LookupError):
    """The scheme in force says nothing of membership."""


def membership_rules(pack: Pack) -> MembershipFile:
    """Return what the pack says of membership; `NoMembership` where it says nothing."""
    if pack.membership is None:
        raise NoMembership
    return pack.membership


def asked_in_words(scheme: MembershipFile) -> tuple[Question, ...]:
    """Return the questions of an application that its form asks."""
    return tuple(one for one in scheme.application.questions if one.answer != "files")


def asked_in_files(scheme: MembershipFile) -> tuple[Question, ...]:
    """Return the questions of an application that are answered by documents."""
    return tuple(one for one in scheme.application.questions if one.answer == "files")


def kept_up_by(membership: Membership, scheme: MembershipFile) -> tuple[Question, ...]:
    """Return the questions whose answers a member goes on changing itself; none of whoever is no member."""
    is_member = membership.joined is not None and membership.ended is None
    return tuple(one for one in asked_in_words(scheme) if one.kept_up and is_member)


def documents_of(membership: Membership) -> list[Document]:
    """Return the documents of an application that were not taken back, oldest first. One query."""
    found = membership.documents.filter(withdrawn_at=None).select_related("content")
    return list(found.order_by("added_at", "pk"))


def document_visible_to(actor: Actor, membership_id: uuid.UUID, pk: uuid.UUID) -> Document | None:
    """Return a document; None where there is none, or not for the actor. One query."""
    mine = scoped(actor, "memberships.view", Membership.objects.filter(pk=membership_id))
    found = Document.objects.filter(pk=pk, withdrawn_at=None, membership__in=mine.values("pk"))
    return found.select_related("content", "membership").first()


def membership_visible_to(actor: Actor, pk: uuid.UUID) -> Membership | None:
    """Return a membership; None where there is none, or not for the actor. One query."""
    rows = scoped(actor, "memberships.view", Membership.objects.filter(pk=pk))
    return rows.select_related("organisation", "application", "member").first()


def class_of_membership(organisation_id: uuid.UUID) -> str:
    """Return the class in which an organisation is a member; empty where it is none, or none yet. One query."""
    found = Membership.objects.filter(organisation=organisation_id, ended=None).exclude(member_class="")
    return found.order_by("-created_at", "-pk").values_list("member_class", flat=True).first() or ""


def memberships_visible_to(actor: Actor, scheme: MembershipFile) -> list[Membership]:
    """Return the memberships the actor may see, those with something to be done first, with their clocks. One query."""
    rows = scoped(actor, "memberships.view", Membership.objects.all()).select_related("organisation", "application")
    rows = with_clocks(rows, scheme)
    return sorted(rows, key=lambda one: (one.state in ENDED, one.organisation.name, str(one.pk)))


def applying_organisations(actor: Actor) -> list[Organisation]:
    """Return the actor's own organisations of members that have no membership going on. One query."""
    own = Organisation.objects.filter(pk__in=actor.organisations, kind=OrganisationKind.MEMBER)
    going_on = Membership.objects.exclude(state__in=ENDED).values("organisation")
    return list(own.exclude(pk__in=going_on).order_by("name", "pk"))


@dataclass(frozen=True, slots=True)
class Judged:
    """An application as it stands, with what the rules say of it."""

    filled: Filled
    complete: Judgement[bool]
    proposed: Judgement[str]
    class_fits: Judgement[bool]


def judged(membership: Membership, application: Application, pack: Pack) -> Judged:
    """Return what the rules say of an application. Three queries."""
    scheme = membership_rules(pack)
    places = OwnFacility.objects.filter(organisation=membership.organisation_id, valid_to=None)
    of_places = list(places.values_list("activities", flat=True))
    activities = frozenset(application.activities).union(*of_places)
    filled = Filled(
        kind=application.kind,
        member_class=application.member_class,
        size=application.size,
        activities=activities,
        places=len(of_places),
        has_group=application.has_group,
        entities=Entity.objects.filter(organisation=membership.organisation_id, valid_to=None).count(),
        answers=application.answers,
        documents=frozenset(
            Document.objects.filter(membership=membership, withdrawn_at=None).values_list("question", flat=True)
        ),
    )
    applicant = Applicant(application.kind, activities, application.wants_certificate)
    certifying = certifying_classes(pack)
    rule = scheme.class_rule(application.member_class)
    fits = class_open(rule, applicant, scheme, certifying) if rule else Judgement(result=False, reasons=())
    return Judged(filled, completeness(filled, scheme), class_proposed(applicant, scheme, certifying), fits)


def fits(membership: Membership, application: Application, rule: ClassRule, pack: Pack) -> Judgement[bool]:
    """Return whether a class is open to what an application says. Three queries."""
    filled = judged(membership, application, pack).filled
    applicant = Applicant(application.kind, filled.activities, application.wants_certificate)
    return class_open(rule, applicant, membership_rules(pack), certifying_classes(pack))


def certifying_classes(pack: Pack) -> set[str]:
    """Return the ids of the classes whose members may hold certificates."""
    return {one.id for one in pack.classes if one.may_certify}


def _certifying(scheme: MembershipFile) -> set[str]:
    return {rule.member_class for rule in scheme.classes if rule.must_certify.value}


def with_clocks(rows: QuerySet[Membership], scheme: MembershipFile) -> QuerySet[Membership]:
    """Return memberships with the day of the last change into a class that has to certify, for `must_certify_since`."""
    must = _certifying(scheme)
    into = DatedChange.objects.filter(membership=OuterRef("pk"), what=DatedChange.What.CLASS, after__in=must)
    days = into.exclude(before__in=must).order_by("-day", "-pk").values("day")
    return rows.annotate(changed_on=Subquery(days[:1]))


def must_certify_since(membership: Membership, scheme: MembershipFile) -> date | None:
    """Return since when a member is in classes that have to certify; None where it is not.

    One query, none of memberships `with_clocks`.
    """
    if membership.joined is None or membership.member_class not in _certifying(scheme):
        return None
    if not hasattr(membership, "changed_on"):
        membership = with_clocks(Membership.objects.filter(pk=membership.pk), scheme).get()
    return getattr(membership, "changed_on", None) or membership.joined


def light_of(membership: Membership, scheme: MembershipFile, today: date) -> Judgement[ClockState]:
    """Return how the clock to the first certificate of a member stands. Queries as there."""
    since = must_certify_since(membership, scheme)
    return certification_light(
        scheme.clocks.certification,
        must_certify=since is not None,
        since=since or today,
        today=today,
        certified=membership.certified,
        extension_months=membership.extension_months,
    )


def due_diligence(membership: Membership) -> dict[str, DueDiligence]:
    """Return the newest note on each topic that was looked into. One query."""
    return {note.topic: note for note in DueDiligence.objects.filter(membership=membership).order_by("pk")}


def looked_into(membership: Membership) -> set[str]:
    """Return the topics whose newest note says that nothing stands against the applicant. One query."""
    return {topic for topic, note in due_diligence(membership).items() if note.is_clear}


def invoices(membership: Membership) -> list[Invoice]:
    """Return the invoices of a membership, newest first, with their lines and what was paid. Four queries."""
    return list(_with_money(Invoice.objects.filter(membership=membership)).order_by("-dated", "-number"))


def _with_money(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    return rows.prefetch_related("lines", "payments", "credit_notes")


def invoice_visible_to(actor: Actor, number: str) -> Invoice | None:
    """Return an invoice with its lines; None where there is none, or not for the actor."""
    mine = scoped(actor, "memberships.view", Membership.objects.all())
    rows = _with_money(Invoice.objects.filter(number=number, membership__in=mine.values("pk")))
    return rows.select_related("membership__organisation").first()


def open_invoices() -> list[Invoice]:
    """Return every invoice of a membership that goes on, with money still open, oldest first. Four queries."""
    return _open(Invoice.objects.exclude(membership__state__in=ENDED))


def open_invoices_of(memberships: Iterable[Membership]) -> list[Invoice]:
    """Return the invoices of these memberships with money still open, oldest first. Four queries."""
    return _open(Invoice.objects.filter(membership__in=[one.pk for one in memberships]))


def _open(rows: QuerySet[Invoice]) -> list[Invoice]:
    found = _with_money(rows.select_related("membership__organisation"))
    return [one for one in found.order_by("dated", "number") if one.open > 0]


def open_amount(membership: Membership) -> Decimal:
    """Return what is still to be paid of all invoices; what is to be given back of one pays no other."""
    return sum((max(one.open, Decimal(0)) for one in invoices(membership)), Decimal(0))


def last_day_of_money(membership: Membership) -> date | None:
    """Return the day of the latest payment or credit note; None where there is none. Four queries."""
    found = invoices(membership)
    paid = (one.day for invoice in found for one in invoice.payments.all())
    credited = (one.dated for invoice in found for one in invoice.credit_notes.all())
    return max((*paid, *credited), default=None)


def open_proposals(membership: Membership) -> list[Proposal]:
    """Return the steps that are proposed and not yet decided. One query."""
    return list(Proposal.objects.filter(membership=membership, outcome="").order_by("pk"))


def proposals_of(memberships: Iterable[Membership]) -> list[Proposal]:
    """Return the steps of these memberships that are proposed and not yet decided. One query."""
    waiting = Proposal.objects.filter(membership__in=[one.pk for one in memberships], outcome="")
    return list(waiting.order_by("pk"))


def requests_of(memberships: Iterable[Membership]) -> list[ExtensionRequest]:
    """Return the requests of these memberships for more time that nobody has answered. One query."""
    waiting = ExtensionRequest.objects.filter(membership__in=[one.pk for one in memberships], outcome="")
    return list(waiting.order_by("asked_on", "pk"))


def addresses_of(organisation: Organisation) -> list[str]:
    """Return the e-mail addresses of the people who hold a role in an organisation now. One query."""
    people = Person.objects.filter(held_at(timezone.now(), "affiliations__"), is_active=True)
    found = people.filter(affiliations__organisation=organisation).exclude(email="")
    return sorted(set(found.values_list("email", flat=True)))


def said_of_members(ids: Iterable[str]) -> dict[str, dict[str, Any] | str]:
    """Return, by the id of its public record, what a membership says of a member, or why nothing is said any more.

    The word is the class of reason of a withdrawal. Members without a membership here are left out. One query.
    """
    rows = Membership.objects.filter(member__in=set(ids), joined__isnull=False)
    rows = rows.select_related("application", "organisation")
    return {str(one.member_id): _said(one) for one in rows.order_by("joined", "created_at")}


def _said(membership: Membership) -> dict[str, Any] | str:
    if membership.state in WITHDRAWN:
        return WITHDRAWN[membership.state]
    application = membership.application
    return {
        "membership_class": membership.member_class,
        "class_basis": "stated",
        "country": (application.country,) if application.country else (),
        "joined": membership.joined.isoformat() if membership.joined else "",
        "supply_chain_activities": tuple(application.activities),
        **({"note": MADE_UP} if membership.organisation.made_up else {}),
    }


def steps_of(membership: Membership) -> list[tuple[Entry, Mapping[str, Any]]]:
    """Return the entries of history about a membership with their data, oldest first. One query."""
    rows = Entry.objects.filter(record_type="membership", record_id=str(membership.pk)).select_related("payload")
    return [(entry, entry.data or {}) for entry in rows.order_by("pk")]


def pack_with_membership() -> tuple[Pack, MembershipFile]:
    """Return the pack in force and what it says of membership. One query."""
    pack = current_pack()
    return pack, membership_rules(pack)


def origin() -> str:
    """Return where people reach the site; empty where nobody has said."""
    found: str = settings.ALUNITE_ORIGIN
    return found
