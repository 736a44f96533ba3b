"""What the pages and papers of applications and memberships show: ready values, in the language of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.policies import Actor, allows
from alunite.foundation.accounts.queries import names_of_actors
from alunite.foundation.core.judgement import Judgement, Reason
from alunite.foundation.publications.countries import country_name
from alunite.foundation.publications.sentences import spoken
from alunite.foundation.scheme.models import MembershipFile, Named
from alunite.foundation.scheme.pack import Pack
from alunite.programme.members.joining import queries
from alunite.programme.members.joining.forms import (
    AnswerForm,
    AskForm,
    CertifiedForm,
    ClassForm,
    Doing,
    ExtendForm,
    LookForm,
    MatchForm,
    NameForm,
    OwnerForm,
    PaymentForm,
    StepForm,
    said,
)
from alunite.programme.members.joining.models import ENDED, Document, Invoice, Membership
from alunite.programme.members.joining.rules import Light, takes_two

LIGHTS = {
    Light.NONE: ("unknown", _("no certificate asked for")),
    Light.MET: ("full", _("certified in time")),
    Light.MET_LATE: ("full", _("certified late")),
    Light.GREEN: ("in-date", _("in time")),
    Light.AMBER: ("provisional", _("the last day is near")),
    Light.RED: ("expired", _("the last day has passed")),
}
ACTS = {
    "submit": _("Submit the application"),
    "query": _("Ask the applicant"),
    "answer": _("Answer and submit again"),
    "approve": _("Approve"),
    "decline": _("Propose to decline"),
    "invoice": _("Make the invoice"),
    "suspend": _("Propose to suspend"),
    "reinstate": _("Reinstate"),
    "terminate": _("Propose to end the membership"),
    "resign": _("Leave"),
}
REASONS = {"query": _("Question"), "answer": _("Answer")}
# Who does what, with the policy that says who that is.
DOERS = {"applicant": "membership.applicant", "office": "membership.office"}
HISTORY = {
    "membership.begun": _("Begun"),
    "membership.document_added": _("Document added"),
    "membership.document_withdrawn": _("Document taken back"),
    "membership.submitted": _("Submitted"),
    "membership.queried": _("Asked"),
    "membership.answered": _("Answered"),
    "membership.approved": _("Approved"),
    "membership.declined": _("Declined"),
    "membership.invoiced": _("Invoice made"),
    "membership.activated": _("Member from this day"),
    "membership.suspended": _("Suspended"),
    "membership.reinstated": _("Reinstated"),
    "membership.terminated": _("Ended"),
    "membership.resigned": _("Left"),
    "membership.extended": _("Clock put off"),
    "membership.extension_asked": _("Asked for more time"),
    "membership.extension_granted": _("More time granted"),
    "membership.extension_refused": _("More time refused"),
    "membership.certified": _("First certificate noted"),
    "membership.class_changed": _("Class changed"),
    "membership.name_changed": _("Name changed"),
    "membership.owner_changed": _("Owner changed"),
    "membership.reminded": _("Reminded of the first certificate"),
}
# How a request for more time was answered.
OUTCOMES = {"": _("waits for the office"), "granted": _("granted"), "refused": _("refused")}
# What the applicant does not read: what the office looks into, and what is proposed before it is decided.
OF_THE_OFFICE = {
    "membership.looked_into": _("Looked into"),
    "membership.matched": _("Record of the register chosen"),
    "membership.step_proposed": _("Step proposed"),
    "membership.step_confirmed": _("Step confirmed"),
    "membership.step_refused": _("Step refused"),
    "membership.step_withdrawn": _("Proposed step withdrawn: its cause is gone"),
    "membership.step_lapsed": _("Proposed step lapsed"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the list of memberships."""

    membership: Membership
    state: str
    member_class: str
    mark: str
    light: Any
    last: date | None


def classes(pack: Pack) -> list[dict[str, Any]]:
    """Return who joins in which class, each with where the sentence comes from."""
    scheme = queries.membership_rules(pack)
    named = {one.id: one for one in pack.classes}
    return [
        {
            "label": said(named[rule.member_class]),
            "who": rule.who,
            "must_certify": rule.must_certify.value,
            "source": rule.source,
            "is_the_schemes": rule.origin == pack.scheme.id,
        }
        for rule in scheme.classes
    ]


def rows(found: Sequence[Membership], pack: Pack, today: date) -> list[Shown]:
    """Return the rows of the list."""
    return [_row(one, pack, today) for one in found]


def _row(membership: Membership, pack: Pack, today: date) -> Shown:
    scheme = queries.membership_rules(pack)
    state = queries.light_of(membership, scheme, today).result
    mark, words = LIGHTS[state.light] if membership.joined else ("", "")
    member_class = membership.member_class or membership.application.member_class
    return Shown(membership, _state(scheme, membership.state), _class(pack, member_class), mark, words, state.last)


def membership_page(actor: Actor, membership: Membership, pack: Pack, today: date) -> dict[str, Any]:
    """Return all that the page of a membership shows; the number of queries depends on nothing."""
    scheme = queries.membership_rules(pack)
    judged = queries.judged(membership, membership.application, pack)
    is_office, is_applicant = (allows(actor, DOERS[who], membership) for who in ("office", "applicant"))
    invoices = queries.invoices(membership)
    light = queries.light_of(membership, scheme, today)
    may_ask = membership.state == "active" and light.result.runs
    looks = queries.due_diligence(membership) if actor.is_secretariat else {}
    return {
        "membership": membership,
        "row": _row(membership, pack, today),
        "is_office": is_office,
        "is_applicant": is_applicant,
        "is_secretariat": actor.is_secretariat,
        "application": _application(membership, pack, scheme, judged),
        "documents": documents(membership, scheme),
        "may_save": is_applicant and membership.state in {"enquiry", "queried"},
        "may_keep_up": is_applicant and bool(queries.kept_up_by(membership, scheme)),
        "lacks": _sentences(judged.complete),
        "class_lines": _sentences(judged.class_fits),
        "proposed_class": _class(pack, judged.proposed.result) if judged.proposed.result else "",
        "proposed_lines": _sentences(judged.proposed),
        "steps": _steps(actor, membership, scheme),
        "rounds": list(membership.rounds.order_by("pk")),
        "invoices": [_invoice(membership, one, pack, today) for one in invoices],
        "light": light.result,
        "light_lines": _sentences(light),
        "extend": _form(ExtendForm, membership, months=membership.extension_months),
        "requests": _requests(membership, is_office=is_office),
        "ask": _form(AskForm, membership) if is_applicant and may_ask else None,
        "certified": _form(CertifiedForm, membership, day=membership.certified),
        "change_class": _form(ClassForm, membership, member_class=membership.member_class),
        "change_name": _form(NameForm, membership, name=membership.organisation.name, day=today),
        "change_owner": _form(OwnerForm, membership, day=today),
        "changes": _changes(membership, pack),
        "match": _form(MatchForm, membership, member=membership.member_id),
        "looks": [_look(one, looks.get(one.id)) for one in scheme.due_diligence] if actor.is_secretariat else [],
        "proposals": _proposals(actor, membership),
        "history": _history(actor, membership),
        "days": scheme.clocks.invoice.days.value,
    }


def _changes(membership: Membership, pack: Pack) -> list[dict[str, Any]]:
    """Return what became another and when, newest first. One query."""
    rows = membership.changes.order_by("-day", "-pk")
    return [
        {
            "change": one,
            "before": _class(pack, one.before) if one.what == "class" else one.before,
            "after": _class(pack, one.after) if one.what == "class" else one.after,
        }
        for one in rows
    ]


def _requests(membership: Membership, *, is_office: bool) -> list[dict[str, Any]]:
    """Return the requests for more time, newest first, each with the form to answer it where it waits. One query."""
    return [
        {
            "request": one,
            "outcome": OUTCOMES[one.outcome],
            "form": None
            if one.outcome or not is_office
            else AnswerForm(initial={"request": one.pk}, auto_id=f"id_request_{one.pk}_%s"),
        }
        for one in membership.extension_requests.order_by("-pk")
    ]


def _form(make: type[Doing], membership: Membership, **initial: Any) -> Doing:
    """Return a form of its own among others on the page."""
    return make(initial={"version": membership.version, **initial}, auto_id=f"id_{make.what}_%s")


def _state(scheme: MembershipFile, state: str) -> str:
    found = scheme.state(state)
    return said(found) if found else state


def _class(pack: Pack, member_class: str) -> str:
    found = pack.find_class(member_class) if member_class else None
    return said(found) if found else ""


def _sentences(judgement: Judgement[Any]) -> list[dict[str, Any]]:
    return [_line(reason) for reason in judgement.reasons]


def _line(reason: Reason) -> dict[str, Any]:
    return {
        "text": spoken(reason.text),
        "rule": reason.rule,
        "trust": str(reason.trust),
        "origin": reason.origin,
        "source": reason.source,
        "field": reason.values.get("field", ""),
    }


def _application(
    membership: Membership, pack: Pack, scheme: MembershipFile, judged: queries.Judged
) -> list[tuple[str, str]]:
    """Return label and value of everything an application says; what is not said is said to be so."""
    application = membership.application
    kinds: dict[str, Named] = {one.id: one for one in scheme.kinds}
    not_said = gettext("not said")
    labels = {one.id: said(one) for one in pack.activities}
    group = {True: gettext("yes"), False: gettext("no"), None: not_said}[application.has_group]
    fees = scheme.fees
    size = not_said if application.size is None else _number(Decimal(application.size))
    shown = [
        (gettext("What the organisation is"), said(kinds[application.kind]) if application.kind in kinds else not_said),
        (gettext("Country of the head office"), country_name(application.country) if application.country else not_said),
        (
            gettext("What it does"),
            ", ".join(labels[one] for one in labels if one in judged.filled.activities) or not_said,
        ),
        (
            gettext("It wants a certificate of its own"),
            gettext("yes") if application.wants_certificate else gettext("no"),
        ),
        (gettext("Class of membership"), _class(pack, application.member_class) or not_said),
        (fees.size_translations.get(get_language() or "", fees.size_label), size),
        (gettext("It controls other companies"), group),
        (gettext("Places it lists"), str(judged.filled.places)),
        (gettext("Entities and companies of its group it lists"), str(judged.filled.entities)),
    ]
    for question in queries.asked_in_words(scheme):
        answer = application.answers.get(question.id, "")
        words = gettext("yes") if question.answer == "consent" and answer else answer
        shown.append((said(question), words or not_said))
    return shown


def documents(membership: Membership, scheme: MembershipFile) -> list[tuple[str, list[Document]]]:
    """Return each question that is answered by files, with the documents there are. One query."""
    held = queries.documents_of(membership)
    return [
        (said(question), [one for one in held if one.question == question.id])
        for question in queries.asked_in_files(scheme)
    ]


def _steps(actor: Actor, membership: Membership, scheme: MembershipFile) -> list[dict[str, Any]]:
    """Return what the actor can do from here, each with its form."""
    return [
        {
            "act": one.act,
            "label": ACTS[one.act],
            "needs_reason": "reason" in one.needs,
            "takes_two": takes_two(one.act, membership.state, scheme),
            "is_end": one.to in ENDED,
            "form": _step_form(one.act, membership.version),
        }
        for one in scheme.transitions
        if membership.state in one.from_states and one.by in DOERS and allows(actor, DOERS[one.by], membership)
    ]


def _step_form(act: str, version: int) -> StepForm:
    form = StepForm(initial={"act": act, "version": version}, auto_id=f"id_{act}_%s")
    form.fields["reason"].label = REASONS.get(act, form.fields["reason"].label)
    return form


def _look(topic: Named, note: Any) -> dict[str, Any]:
    form = LookForm(initial={"topic": topic.id}, auto_id=f"id_{topic.id}_%s")
    return {"label": said(topic), "note": note, "form": form}


def _proposals(actor: Actor, membership: Membership) -> list[dict[str, Any]]:
    """Return what is proposed, for the Secretariat; whoever proposed it can only take it back."""
    if not actor.is_secretariat:
        return []
    waiting = queries.open_proposals(membership)
    names = names_of_actors({one.proposed_by for one in waiting})
    return [
        {
            "proposal": one,
            "label": ACTS[one.act],
            "by": names[one.proposed_by],
            "reason": spoken(one.reason),
            "is_own": one.proposed_by == actor.label,
        }
        for one in waiting
    ]


def _history(actor: Actor, membership: Membership) -> list[dict[str, Any]]:
    """Return what was done, newest first; of the office's own notes only to the Secretariat."""
    words = {**HISTORY, **(OF_THE_OFFICE if actor.is_secretariat else {})}
    entries = [(entry, data) for entry, data in queries.steps_of(membership) if entry.kind in words]
    names = names_of_actors({entry.actor for entry, _data in entries}) if actor.is_secretariat else {}
    return [
        {
            "what": words[entry.kind],
            "at": entry.at,
            "day": data.get("day") or "",
            "by": names.get(entry.actor, ""),
            "reason": spoken(str(data.get("reason") or data.get("note") or "")),
        }
        for entry, data in reversed(entries)
    ]


def _invoice(membership: Membership, invoice: Invoice, pack: Pack, today: date) -> dict[str, Any]:
    days = queries.membership_rules(pack).clocks.invoice.days.value
    return {
        "invoice": invoice,
        "last": invoice.dated + timedelta(days=days),
        "payment": PaymentForm(
            initial={"day": today, "version": membership.version}, auto_id=f"id_{invoice.number}_%s"
        ),
        "may_credit": invoice.total > invoice.credited,
        "lines": [{"line": line, "member_class": _class(pack, line.member_class)} for line in invoice.lines.all()],
    }


def invoice_paper(invoice: Invoice, pack: Pack) -> dict[str, Any]:
    """Return what stands on the paper of an invoice, as texts."""
    scheme = queries.membership_rules(pack)
    last = invoice.dated + timedelta(days=scheme.clocks.invoice.days.value)
    amount, currency = _amount, invoice.currency
    sums = [(gettext("Total"), amount(invoice.total))]
    sums += [
        (gettext("Paid on %(day)s") % {"day": _day(payment.day)}, f"− {amount(payment.amount)}")
        if payment.amount > 0
        else (gettext("Given back on %(day)s") % {"day": _day(payment.day)}, f"+ {amount(-payment.amount)}")
        for payment in invoice.payments.all()
    ]
    sums += [
        (gettext("Credit note %(number)s") % {"number": note.number}, f"− {amount(note.amount)}")
        for note in invoice.credit_notes.all()
    ]
    return {
        "language": (get_language() or "en").partition("-")[0],
        "title": gettext("Invoice %(number)s") % {"number": invoice.number},
        "from": pack.scheme.owner,
        "dated": [invoice.dated.year, invoice.dated.month, invoice.dated.day],
        "facts": [
            (gettext("Billed to"), invoice.billed_to),
            (gettext("Date"), _day(invoice.dated)),
            (gettext("For"), gettext("membership in %(year)s") % {"year": invoice.year}),
            (gettext("Payable until"), _day(last)),
        ],
        "columns": [gettext("Membership fee"), gettext("Whole year"), gettext("Months"), currency],
        "lines": [
            (_class(pack, line.member_class), amount(line.whole_year), str(line.months), amount(line.amount))
            for line in invoice.lines.all()
        ],
        "sums": sums,
        "due": (
            gettext("Still to be paid: %(amount)s %(currency)s")
            if invoice.open >= 0
            else gettext("To be given back: %(amount)s %(currency)s")
        )
        % {"amount": amount(abs(invoice.open)), "currency": currency},
        "notes": _notes(invoice, pack),
        "foot": gettext("Made with Alunite. Nothing here is a tax invoice of any country."),
    }


def _notes(invoice: Invoice, pack: Pack) -> list[str]:
    notes = [gettext("A part year costs a twelfth of the whole for each month begun.")]
    if queries.membership_rules(pack).fees.origin != pack.scheme.id:
        notes.append(gettext("Fees and sizes are our default, not the scheme’s: its fee table is not public."))
    if invoice.membership.organisation.made_up:
        notes.append(gettext("Made up for the walk-through: nobody owes this."))
    return notes


def _language() -> str:
    return (get_language() or "en").replace("-", "_")


def _day(day: date) -> str:
    return format_date(day, "long", locale="en_GB" if _language() == "en" else _language())


def _amount(value: Decimal) -> str:
    return format_decimal(value, "#,##0.00", locale=_language())


def _number(value: Decimal) -> str:
    return format_decimal(value, "#,##0", locale=_language())
