"""Which class an applicant joins, what an application lacks, what it costs, which step may follow, what a day brings.

Pure: the scheme's part comes as `MembershipFile`, today as a day. Worked numbers: docs/algorithms/membership.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from alunite.foundation.core.clocks import Clock, Span, Unit
from alunite.foundation.core.judgement import Judgement, Param, Reason, Trust
from alunite.foundation.scheme.models import (
    CertificationClock,
    ClassRule,
    FeeBand,
    FeeTable,
    InvoiceClock,
    MembershipFile,
    Stated,
)

CENT = Decimal("0.01")
MONTHS = 12


def _reason(rule: str, text: str, stated: Stated | None = None, **values: object) -> Reason:
    """Return a reason that rests on something stated, or on nothing but the program."""
    if stated is None:
        return Reason(rule, text, values)
    return Reason(rule, text, values, stated.trust, stated.origin, stated.source)


# --- The class ---


@dataclass(frozen=True, slots=True)
class Applicant:
    """What decides about the class: kind and activities by their ids, and whether a certificate is wanted."""

    kind: str
    activities: frozenset[str]
    wants_certificate: bool


def class_open(
    rule: ClassRule, applicant: Applicant, scheme: MembershipFile, certifying: Collection[str]
) -> Judgement[bool]:
    """Return whether a class is open to an applicant, with all reasons why not, or why.

    Parameters
    ----------
    rule : ClassRule
        The class asked about.
    applicant : Applicant
        Who asks.
    scheme : MembershipFile
        All classes: an activity may force another one.
    certifying : collection of str
        Ids of the classes whose members may hold certificates.
    """
    forcing = [
        (one, group) for one in scheme.classes for group in one.forced_by if _shared(group.activities, applicant)
    ]
    own = [group for one, group in forcing if one.member_class == rule.member_class]
    if own:
        text = "What the organisation does leaves no other class."
        return Judgement(
            result=True,
            reasons=tuple(
                _reason("membership.class_forced", text, group, activities=_shared(group.activities, applicant))
                for group in own
            ),
        )
    against = [
        _reason(
            "membership.class_forced_elsewhere",
            "What the organisation does leaves it another class only.",
            group,
            activities=_shared(group.activities, applicant),
            member_class=one.member_class,
        )
        for one, group in forcing
    ]
    if applicant.kind not in rule.kinds:
        text = "The class is not open to organisations of this kind."
        against.append(_reason("membership.class_kind", text, rule, kind=applicant.kind))
    if rule.suits and not _shared(rule.suits.activities, applicant):
        text = "The organisation does nothing the class is for."
        against.append(_reason("membership.class_activity", text, rule.suits, activities=sorted(applicant.activities)))
    if applicant.wants_certificate and rule.member_class not in certifying:
        text = "Members of the class cannot hold a certificate, and one is wanted."
        against.append(_reason("membership.class_no_certificate", text, rule.must_certify))
    if against:
        return Judgement(result=False, reasons=tuple(against))
    text = "The class is open to organisations of this kind that do this."
    return Judgement(result=True, reasons=(_reason("membership.class_open", text, rule, kind=applicant.kind),))


def class_proposed(applicant: Applicant, scheme: MembershipFile, certifying: Collection[str]) -> Judgement[str]:
    """Return the class to propose: the one that is forced, else the first that is open; empty where none is.

    The reasons are those for the class, or, where none is open, everything that stands against each.
    """
    judged = [(rule, class_open(rule, applicant, scheme, certifying)) for rule in scheme.classes]
    for rule, judgement in judged:
        if judgement.result:
            return Judgement(result=rule.member_class, reasons=judgement.reasons)
    return Judgement(result="", reasons=tuple(reason for _, one in judged for reason in one.reasons))


def _shared(activities: Iterable[str], applicant: Applicant) -> list[str]:
    return sorted(applicant.activities.intersection(activities))


# --- The application ---


@dataclass(frozen=True, slots=True)
class Filled:
    """What an application says.

    Parameters
    ----------
    kind, member_class : str
        Ids; empty where nothing was chosen.
    size : int or None
        In the unit of the fee table; None where it is not said.
    activities : frozenset of str
        What the organisation does, its places taken together with what it ticked.
    places : int
        How many places it lists.
    has_group : bool or None
        Whether it controls other companies; None where it is not said.
    entities : int
        How many parts and companies of its group it lists.
    answers : mapping of str to str
        By the id of the question; a consent is ``yes``.
    documents : frozenset of str
        Ids of the questions that a document answers.
    """

    kind: str = ""
    member_class: str = ""
    size: int | None = None
    activities: frozenset[str] = frozenset()
    places: int = 0
    has_group: bool | None = None
    entities: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()


def completeness(filled: Filled, scheme: MembershipFile) -> Judgement[bool]:
    """Return whether an application is complete, with everything that is missing; each reason names its field."""
    missing = [
        _reason("membership.asked", text, field=name)
        for name, text, given in (
            ("kind", "Say what kind of organisation it is.", filled.kind),
            ("member_class", "Choose a class of membership.", filled.member_class),
            ("size", "Say how large the organisation is: the fee depends on it.", filled.size is not None),
            ("has_group", "Say whether the organisation controls others.", filled.has_group is not None),
        )
        if not given
    ]
    rule = scheme.class_rule(filled.member_class)
    if rule and (rule.suits or rule.forced_by) and not filled.activities:
        text = "Say what the organisation does: the class depends on it."
        missing.append(_reason("membership.activities_asked", text, rule, field="activities"))
    if rule and rule.must_certify.value and not filled.places:
        text = "List at least one place: members of the class have to certify one."
        missing.append(_reason("membership.place_asked", text, rule.must_certify, field="places"))
    if filled.has_group and not filled.entities:
        text = "List the companies of the group: the membership covers those that are controlled."
        missing.append(_reason("membership.group_asked", text, scheme.application, field="group"))
    for question in scheme.application.questions:
        answer = filled.answers.get(question.id, "").strip()
        if question.answer == "files":
            if question.required and question.id not in filled.documents:
                text = "Send at least one document."
                missing.append(_reason("membership.question", text, question, field=question.id))
        elif question.required and (not answer or (question.answer == "consent" and answer != "yes")):
            text = "This has to be agreed to." if question.answer == "consent" else "This question has to be answered."
            missing.append(_reason("membership.question", text, question, field=question.id))
    return Judgement(result=not missing, reasons=tuple(missing))


# --- The fee ---


@dataclass(frozen=True, slots=True)
class Fee:
    """What a membership costs from a day to the end of its year.

    Parameters
    ----------
    whole_year, amount : Decimal
        Fee of a whole year, and of this part of it, to the cent.
    months : int
        Months charged, the one the membership begins in included.
    currency : str
        Three letters.
    """

    whole_year: Decimal
    months: int
    amount: Decimal
    currency: str


def fee(fees: FeeTable, member_class: str, size: int, first: date) -> Judgement[Fee]:
    """Return the fee of the year in which a membership begins, or is renewed, on `first`.

    A part year costs a twelfth of the whole for each month begun, rounded half up to the cent, once.

    Raises
    ------
    LookupError
        If the table has no band for the class and size; a checked pack always has one.
    """
    band = next((one for one in fees.bands if _fits(one, member_class, size)), None)
    if band is None:
        raise LookupError(f"no fee for {member_class} of size {size}")
    whole = Decimal(band.amount)
    months = MONTHS + 1 - first.month if fees.pro_rata == "months" else MONTHS
    amount = (whole * months / MONTHS).quantize(CENT, ROUND_HALF_UP)
    reasons = [
        _reason(
            "membership.fee_band",
            "The fee of a whole year is that of the class and size.",
            fees,
            member_class=member_class,
            size=size,
            from_size=band.from_size,
            below=band.below,
            amount=band.amount,
            currency=fees.currency,
        )
    ]
    if months < MONTHS:
        text = "A part year costs a twelfth of the whole for each month begun."
        said = {"first": first.isoformat(), "months": months, "whole": str(whole), "amount": str(amount)}
        reasons.append(_reason("membership.fee_part_year", text, fees, **said))
    return Judgement(Fee(whole, months, amount, fees.currency), tuple(reasons))


def _fits(band: FeeBand, member_class: str, size: int) -> bool:
    return band.member_class == member_class and band.from_size <= size and (band.below is None or size < band.below)


# --- Steps from state to state ---


@dataclass(frozen=True, slots=True)
class Given:
    """What a step can ask for, as far as it is there.

    Parameters
    ----------
    complete, class_fits : Judgement of bool
        Of the application as it stands.
    looked_into : collection of str
        Ids of what the office has looked into, with nothing against the applicant left.
    reason : str
        What whoever acts says.
    open_amount : Decimal
        What is still to be paid of the invoices.
    """

    complete: Judgement[bool]
    class_fits: Judgement[bool]
    looked_into: Collection[str] = ()
    reason: str = ""
    open_amount: Decimal = Decimal(0)


def step(act: str, state: str, scheme: MembershipFile, given: Given) -> Judgement[str]:
    """Return the state an act leads to, empty where it leads nowhere now, with everything that stands against it.

    `second_person` is nothing that can be there beforehand: the action proposes then, and another person decides.
    """
    transition = scheme.transition(act, state)
    if transition is None:
        text = "This cannot be done in the state the membership is in."
        return Judgement("", (_reason("membership.no_such_step", text, act=act, state=state),))
    against: list[Reason] = []
    for need in transition.needs:
        if need == "complete":
            against += given.complete.reasons if not given.complete.result else ()
        elif need == "class_fits":
            against += given.class_fits.reasons if not given.class_fits.result else ()
        elif need == "due_diligence":
            undone = [one.id for one in scheme.due_diligence if one.id not in given.looked_into]
            if undone:
                text = "Not everything that is looked into before an approval has been."
                against.append(_reason("membership.due_diligence", text, transition, undone=undone))
        elif need == "reason" and not given.reason.strip():
            against.append(_reason("membership.reason_needed", "Say why.", transition, field="reason"))
        elif need == "paid" and given.open_amount > 0:
            text = "The invoice is not paid in full."
            against.append(_reason("membership.unpaid", text, transition, open=str(given.open_amount)))
    if against:
        return Judgement("", tuple(against))
    text = "The step is allowed from this state."
    return Judgement(transition.to, (_reason("membership.step", text, transition, act=act, state=state),))


def takes_two(act: str, state: str, scheme: MembershipFile) -> bool:
    """Tell whether one person proposes the act and another decides."""
    transition = scheme.transition(act, state)
    return transition is not None and "second_person" in transition.needs


# --- Changes from a day on ---


@dataclass(frozen=True, slots=True)
class Becoming:
    """Something about a member that becomes another from a day on; `what` also names the field of the new value."""

    what: str
    before: str
    after: str
    day: date
    reason: str


def change_fits(change: Becoming, *, joined: date | None, last: date | None, today: date) -> Judgement[bool]:
    """Return whether something about a member became another, with everything that stands against it.

    Parameters
    ----------
    joined : date or None
        First day of the membership; None where there is none that goes on.
    last : date or None
        Day of the last change of the same thing: changes are noted in their order.
    """
    found = []
    if joined is None:
        found.append(Reason("membership.no_member", "Only what a member is can change so."))
    if not change.after:
        found.append(Reason("membership.value_needed", "Say what it is since then.", {"field": change.what}))
    elif change.after == change.before:
        found.append(Reason("membership.value_same", "It is this already.", {"field": change.what}))
    earliest = max(joined or date.min, last + timedelta(days=1) if last else date.min)
    if not earliest <= change.day <= today:
        text = "Expected a day of the membership up to today, after the last change of the same thing."
        said = {"field": "day", "earliest": earliest.isoformat(), "latest": today.isoformat()}
        found.append(Reason("membership.change_day", text, said))
    if not change.reason:
        found.append(Reason("membership.reason_needed", "Say why.", {"field": "reason"}))
    return Judgement(result=not found, reasons=tuple(found))


# --- Clocks ---


class Light(StrEnum):
    """How a certification clock stands; words, because a colour alone says nothing."""

    NONE = "none"
    MET = "met"
    MET_LATE = "met_late"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class ClockState:
    """How a clock stands on a day; `last` is the last day in time, None where no clock runs."""

    light: Light
    last: date | None = None
    days_left: int | None = None

    @property
    def runs(self) -> bool:
        """Tell whether a certificate is still asked for; with one, in time or late, no clock runs."""
        return self.light in {Light.GREEN, Light.AMBER, Light.RED}


def certification_clock(clock: CertificationClock, since: date, extension_months: int) -> Clock:
    """Return the clock to the first certificate, which tasks show and `certification_light` reads."""
    years = clock.years
    if not extension_months:
        allowed = Param(Span(years.value, Unit.YEARS), years.trust, years.origin, years.source)
    else:
        allowed = Param(Span(years.value * MONTHS + extension_months, Unit.MONTHS), Trust.DESIGN, "ours")
    return Clock("membership.certification", since, allowed)


def certification_light(
    clock: CertificationClock,
    *,
    must_certify: bool,
    since: date,
    today: date,
    certified: date | None = None,
    extension_months: int = 0,
) -> Judgement[ClockState]:
    """Return how the clock to the first certificate stands.

    Parameters
    ----------
    must_certify : bool
        Whether the class asks for one.
    since : date
        First day of the membership in a class that asks for one.
    today : date
        The day asked about.
    certified : date or None
        First day of its first certificate, where it has one.
    extension_months : int
        Months granted on top.

    Returns
    -------
    Judgement of ClockState
        The last day in time is the day before the second anniversary (for two years), put off by the extension.
    """
    if not must_certify:
        text = "The class asks for no certificate."
        return Judgement(ClockState(Light.NONE), (_reason("membership.no_clock", text, clock),))
    last = certification_clock(clock, since, extension_months).due()
    if last is None:
        raise ValueError("a clock nothing stops has a last day")
    said = {"since": since.isoformat(), "years": clock.years.value, "extension_months": extension_months}
    ends = _reason("membership.clock_ends", "The first certificate is due by this day.", clock.years, **said)
    if certified is not None:
        in_time = certified <= last
        text = "It was certified in time." if in_time else "It was certified, after the last day."
        met = _reason("membership.certified", text, certified=certified.isoformat())
        return Judgement(ClockState(Light.MET if in_time else Light.MET_LATE, last), (met, ends))
    left = (last - today).days
    if left < 0:
        light, text = Light.RED, "The last day has passed without a certificate."
    elif left < clock.amber_days.value:
        light, text = Light.AMBER, "The last day is near."
    else:
        light, text = Light.GREEN, "There is time."
    stands = _reason("membership.clock_stands", text, clock.amber_days, days_left=left)
    return Judgement(ClockState(light, last, left), (stands, ends))


def request_fits(
    clock: CertificationClock, state: ClockState, *, is_active: bool, granted: int, months: int
) -> Judgement[bool]:
    """Return whether a member can have this many more months, with everything that stands against it.

    Parameters
    ----------
    state : ClockState
        How the clock stands today.
    is_active : bool
        Whether the membership is.
    granted, months : int
        Months on top that it has, and that it asks for beside them.
    """
    longest = clock.longest_extension_months
    found = []
    if not is_active or not state.runs:
        text = "Only for an active member whose clock to the first certificate runs."
        found.append(Reason("membership.no_clock_runs", text))
    if not 0 < months <= longest.value - granted:
        text = "Expected at least a month, and no more than is left of the longest extension."
        values = {"field": "months", "left": max(longest.value - granted, 0)}
        found.append(_reason("membership.extension_left", text, longest, **values))
    return Judgement(result=not found, reasons=tuple(found))


class Due(StrEnum):
    """What an unpaid invoice brings on a day."""

    NOTHING = "nothing"
    REMIND = "remind"
    SUSPEND = "suspend"
    TERMINATE = "terminate"


def invoice_due(
    clock: InvoiceClock, *, dated: date, open_amount: Decimal, today: date, suspended_since: date | None = None
) -> Judgement[Due]:
    """Return what an invoice brings today: a reminder on its days, then a proposal to suspend, then to terminate.

    Parameters
    ----------
    dated : date
        Day of the invoice; the last day in time is that many days later as the clock says.
    open_amount : Decimal
        What is still to be paid; with nothing open nothing follows.
    suspended_since : date or None
        First day of the suspension, where the membership is suspended for unpaid invoices. It ends only for one that
        has not been paid for long enough both since then and since its own last day.
    """
    last = dated + timedelta(days=clock.days.value)
    said = {"dated": dated.isoformat(), "last": last.isoformat(), "open": str(open_amount)}
    if open_amount <= 0:
        return Judgement(
            Due.NOTHING, (_reason("membership.invoice_paid", "Nothing is left to be paid.", None, **said),)
        )
    left = (last - today).days
    if suspended_since is not None and left < 0:
        over = (today - max(suspended_since, last)).days
        if over >= clock.terminated_after_days.value:
            text = "It has been suspended for so long without payment that the membership ends."
            days = {"suspended_since": suspended_since.isoformat(), "days": over}
            return Judgement(
                Due.TERMINATE,
                (_reason("membership.terminate_unpaid", text, clock.terminated_after_days, **said, **days),),
            )
        text = "It is suspended; the membership ends if it stays unpaid."
        return Judgement(Due.NOTHING, (_reason("membership.suspended_unpaid", text, clock, **said),))
    if left < 0:
        text = "The invoice was not paid in the days it may take."
        return Judgement(
            Due.SUSPEND, (_reason("membership.suspend_unpaid", text, clock.days, **said, days_over=-left),)
        )
    if left in clock.reminders_days_before.value:
        text = "The last day to pay is near."
        reason = _reason("membership.remind_unpaid", text, clock.reminders_days_before, **said, days_left=left)
        return Judgement(Due.REMIND, (reason,))
    return Judgement(Due.NOTHING, (_reason("membership.invoice_open", "There is time to pay.", clock.days, **said),))
