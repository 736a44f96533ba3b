"""Writing scopes and self assessments. Each is one action: policy, rule, one transaction, history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Organisation, Person, held_at
from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.accounts.roles import Role
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.core.days import FIRST_YEAR, LAST_YEAR, is_asked_about, read_day
from alunite.foundation.history.actions import Change, record, record_many
from alunite.foundation.history.editing import Difference
from alunite.foundation.history.models import Entry
from alunite.foundation.scheme.models import Link, Standard
from alunite.foundation.scheme.pack import Pack
from alunite.programme.assessments.evidence.carrying import Shown, evidence_carried, evidence_changes, keep_carried
from alunite.programme.assessments.models import (
    LONGEST_REASON,
    LONGEST_TEXT,
    Answer,
    Assessment,
    Override,
    Presence,
    Scope,
    ScopeFacility,
    SiteAnswer,
)
from alunite.programme.assessments.rules import Carriage, Words, carried_over
from alunite.programme.assessments.sites.carrying import changes_of, site_answers_carried
from alunite.programme.members.joining.queries import class_of_membership
from alunite.programme.members.models import OwnFacility

ANSWER_COLUMNS = (
    *("level", "text", "gap", "gap_due", "gap_owner", "owner", "version", "saved_at", "saved_by"),
    *("checked_at", "checked_by"),
)
MOST_AT_ONCE = 1_200
LONGEST_SHOWN = 100
EXPECTED_DAY = f"a day from {FIRST_YEAR} to {LAST_YEAR}, such as 2026-11-23"


@dataclass(frozen=True, slots=True)
class Fault:
    """What was wrong with something sent: where, what it was, what was expected."""

    place: str
    value: str
    expected: str


class Faulty(ValueError):
    """What was sent cannot be kept; nothing was. `faults` are all there are."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{one.place}: expected {one.expected}" for one in faults))
        self.faults = tuple(faults)


class StaleAnswer(ValueError):
    """Somebody else changed the same fields of an answer since; nothing was saved. `differences` by criterion."""

    def __init__(self, differences: Mapping[str, tuple[Difference, ...]]) -> None:
        super().__init__(f"changed by somebody else: {', '.join(differences)}")
        self.differences = dict(differences)


class OpenedMeanwhile(ValueError):
    """A self assessment was opened since its scope was seen: `assessment`, the newest."""

    def __init__(self, assessment: Assessment) -> None:
        super().__init__(f"opened meanwhile: {assessment.pk}")
        self.assessment = assessment


@dataclass(frozen=True, slots=True)
class ScopeGiven:
    """All of a scope that can be said of it, as a form has it."""

    title: str
    type: str
    text: str
    activities: tuple[str, ...]
    excluded: str
    shared_functions: str
    joint_ventures: str
    member_class: str
    is_first_cycle: bool
    given: tuple[str, ...]
    absent: tuple[str, ...]
    fieldwork_from: date | None
    facilities: tuple[str, ...]
    left_out: Mapping[str, str]


def create_scope(organisation: Organisation, given: ScopeGiven, *, actor: Actor) -> Scope:
    """Make a scope of an organisation. Of a member, the class is that of its membership, whatever is given.

    Raises
    ------
    Faulty
        With every fault: ids the scheme does not have, facilities that are not the organisation's.
    Refused
        If the actor may not.
    """
    require(actor, "scopes.write", organisation.pk)
    given = _with_class(organisation, given)
    _check_scope(current_pack(), organisation, given)
    with transaction.atomic():
        scope = Scope(organisation=organisation, **_columns(given))
        scope.save(force_insert=True)
        _keep_facilities(scope, given)
        _record_scope("scope.created", scope, given, actor)
    return scope


def edit_scope(scope: Scope, given: ScopeGiven, *, version: int, actor: Actor) -> Scope:
    """Change a scope as a form says that was opened at a version of its history.

    Raises
    ------
    Faulty, Refused
        As `create_scope`; also where somebody changed it since.
    """
    require(actor, "scopes.write", scope.organisation_id)
    given = _with_class(scope.organisation, given)
    _check_scope(current_pack(), scope.organisation, given)
    with transaction.atomic():
        held = Scope.objects.select_for_update().get(pk=scope.pk)
        now = Entry.objects.filter(record_type="scope", record_id=scope.pk).order_by("-record_version")
        newest = now.values_list("record_version", flat=True).first()
        if newest != version:
            raise Faulty([Fault("version", str(version), "the version that stands; somebody changed the scope since")])
        for name, value in _columns(given).items():
            setattr(held, name, value)
        held.save()
        held.facilities.all().delete()
        _keep_facilities(held, given)
        _record_scope("scope.changed", held, given, actor)
    return held


def _with_class(organisation: Organisation, given: ScopeGiven) -> ScopeGiven:
    return replace(given, member_class=class_of_membership(organisation.pk) or given.member_class)


def _columns(given: ScopeGiven) -> dict[str, Any]:
    conditions = dict.fromkeys(given.given, True) | dict.fromkeys(given.absent, False)
    return {
        "title": given.title,
        "type": given.type,
        "text": given.text,
        "activities": list(given.activities),
        "excluded": given.excluded,
        "shared_functions": given.shared_functions,
        "joint_ventures": given.joint_ventures,
        "member_class": given.member_class,
        "is_first_cycle": given.is_first_cycle,
        "conditions": conditions,
        "fieldwork_from": given.fieldwork_from,
    }


def _check_scope(pack: Pack, organisation: Organisation, given: ScopeGiven) -> None:
    types = {one.id for one in pack.assessments.scope_types} if pack.assessments else set()
    known = {
        "type": ((given.type,), types, "a kind of scope of the scheme"),
        "activities": (given.activities, {one.id for one in pack.activities}, "an activity of the scheme"),
        "member_class": (
            (given.member_class,) if given.member_class else (),
            {one.id for one in pack.classes},
            "a class of the scheme",
        ),
        "conditions": (
            (*given.given, *given.absent),
            {trigger.id for standard in pack.standards for trigger in standard.triggers},
            "a condition of the scheme",
        ),
    }
    faults = [
        Fault(place, one, expected)
        for place, (ids, there, expected) in known.items()
        for one in ids
        if one not in there
    ]
    faults += [Fault("conditions", one, "either given or not") for one in given.given if one in given.absent]
    chosen = {*given.facilities, *given.left_out}
    own = {str(pk) for pk in OwnFacility.objects.filter(organisation=organisation).values_list("pk", flat=True)}
    faults += [Fault("facilities", one, "a facility of the organisation") for one in sorted(chosen - own)]
    faults += [
        Fault("facilities", one, "either covered or left out") for one in given.facilities if one in given.left_out
    ]
    faults += [
        Fault("facilities", one, "a reason for leaving it out") for one, why in given.left_out.items() if not why
    ]
    if given.fieldwork_from and not is_asked_about(given.fieldwork_from):
        faults.append(Fault("fieldwork_from", given.fieldwork_from.isoformat(), EXPECTED_DAY))
    if not given.title:
        faults.append(Fault("title", "", "a title"))
    if faults:
        raise Faulty(faults)


def _keep_facilities(scope: Scope, given: ScopeGiven) -> None:
    rows = [ScopeFacility(scope=scope, facility_id=one) for one in given.facilities]
    rows += [ScopeFacility(scope=scope, facility_id=one, left_out_because=why) for one, why in given.left_out.items()]
    ScopeFacility.objects.bulk_create(rows)


def _record_scope(kind: str, scope: Scope, given: ScopeGiven, actor: Actor) -> None:
    said = _columns(given) | {
        "organisation": str(scope.organisation_id),
        "fieldwork_from": given.fieldwork_from.isoformat() if given.fieldwork_from else None,
        "facilities": sorted(given.facilities),
        "left_out": dict(sorted(given.left_out.items())),
    }
    record(kind, record_type="scope", record_id=scope.pk, payload=said, actor=actor.label)


def override(scope: Scope, standard: str, number: str, *, applies: bool | None, reason: str, actor: Actor) -> None:
    """Say against the rule that a criterion applies to a scope or does not; `applies` None takes it back.

    Raises
    ------
    Faulty
        If there is no such criterion, or no reason is given.
    Refused
        If the actor may not.
    """
    require(actor, "scopes.write", scope.organisation_id)
    found = current_pack().standard(standard)
    numbers = {one.number for part in found.principles for one in part.criteria} if found else set()
    faults = [] if number in numbers else [Fault("number", number, "a criterion of the standard")]
    if applies is not None and not reason.strip():
        faults.append(Fault("reason", "", "why the rule does not hold here"))
    if len(reason) > LONGEST_REASON:
        faults.append(Fault("reason", f"{len(reason)} characters", f"at most {LONGEST_REASON} characters"))
    if faults:
        raise Faulty(faults)
    with transaction.atomic():
        Scope.objects.select_for_update().get(pk=scope.pk)
        if applies is None:
            Override.objects.filter(scope=scope, standard=standard, number=number).delete()
        else:
            Override.objects.update_or_create(
                scope=scope,
                standard=standard,
                number=number,
                defaults={
                    "applies": applies,
                    "reason": reason.strip(),
                    "by_id": str(actor.person_id),
                    "at": timezone.now(),
                },
            )
        record(
            "scope.override_taken_back" if applies is None else "scope.overridden",
            record_type="scope",
            record_id=scope.pk,
            payload={"standard": standard, "number": number, "applies": applies, "reason": reason.strip()},
            actor=actor.label,
        )


def open_assessment(
    scope: Scope,
    standard: str,
    *,
    actor: Actor,
    carried_from: Assessment | None = None,
    at: datetime | None = None,
    seen: int | None = None,
) -> Assessment:
    """Open a self assessment of a scope against a version of a standard, with what is carried over from an earlier one.

    Parameters
    ----------
    seen : int or None
        How many against this version whoever opens it saw in the scope; None for whoever saw none, a program.

    Raises
    ------
    OpenedMeanwhile
        If there are more by now: it was sent twice, or somebody else was faster.
    Faulty
        If the pack has no criteria of the version, or no mapping from the earlier one's version.
    Refused
        If the actor may not.
    """
    require(actor, "scopes.write", scope.organisation_id)
    pack = current_pack()
    after = pack.standard(standard)
    if after is None:
        raise Faulty([Fault("standard", standard, "a version whose criteria the scheme has")])
    answers: list[Answer] = []
    with transaction.atomic():
        if seen is not None:
            _refuse_opened_meanwhile(scope, standard, seen)
        made = Assessment(
            scope=scope,
            organisation_id=scope.organisation_id,
            standard=standard,
            carried_from=carried_from,
            opened_at=at or timezone.now(),
        )
        of_sites: list[SiteAnswer] = []
        shown: list[Shown] = []
        if carried_from is not None:
            links = _links_between(pack, made, carried_from, scope)
            shown = evidence_carried(made, carried_from, links, after)
            of_sites = site_answers_carried(made, carried_from, links, after, shown)
            spoken_of = {one.number for one in of_sites} | {one.link.number for one in shown}
            answers = _answers_carried(made, carried_from, links, after, spoken_of)
        made.save(force_insert=True)
        Answer.objects.bulk_create(answers)
        SiteAnswer.objects.bulk_create(of_sites)
        keep_carried(shown)
        record(
            "assessment.opened",
            record_type="assessment",
            record_id=made.pk,
            payload={
                "scope": scope.pk,
                "standard": standard,
                "carried_from": carried_from.pk if carried_from else None,
            },
            actor=actor.label,
            at=at,
        )
        changes = [
            Change("answer", f"{made.pk}/{one.number}", {"values": values_of(one), "carried": one.carried})
            for one in answers
        ]
        record_many("answer.carried", changes, actor=actor.label, at=at)
        record_many("site_answer.carried", changes_of(of_sites, shown), actor=actor.label, at=at)
        record_many("evidence.carried", evidence_changes(shown), actor=actor.label, at=at)
    return made


def _refuse_opened_meanwhile(scope: Scope, standard: str, seen: int) -> None:
    Scope.objects.select_for_update().get(pk=scope.pk)
    there = list(Assessment.objects.filter(scope=scope, standard=standard).order_by("-opened_at", "-pk"))
    if len(there) > seen:
        raise OpenedMeanwhile(there[0])


def _links_between(pack: Pack, made: Assessment, earlier: Assessment, scope: Scope) -> tuple[Link, ...]:
    mapping = next(
        (one for one in pack.mappings if (one.head.before, one.head.after) == (earlier.standard, made.standard)), None
    )
    if mapping is None or earlier.scope_id != scope.pk:
        expected = f"a self assessment of the same scope under a version the scheme maps to {made.standard}"
        raise Faulty([Fault("carried_from", earlier.pk, expected)])
    return mapping.links


def _answers_carried(
    made: Assessment, earlier: Assessment, links: Sequence[Link], after: Standard, spoken_of: Collection[str]
) -> list[Answer]:
    """Return the answers carried over; where only sites said something or evidence spoke, an empty one to be checked."""
    said = {
        one.number: Words(one.level, one.text, one.gap, one.gap_due, one.gap_owner_id, one.owner_id)
        for one in earlier.answers.all()
    }
    return [
        Answer(
            assessment=made,
            number=one.number,
            level=words.level,
            text=words.text,
            gap=words.gap,
            gap_due=words.gap_due,
            gap_owner_id=words.gap_owner,
            owner_id=words.owner,
            carried=str(one.carriage),
            carried_numbers=list(one.before),
            saved_at=made.opened_at,
        )
        for one in carried_over(links, after, said)
        if (words := one.words or (Words("", "") if one.number in spoken_of else None))
        and one.carriage is not Carriage.NEW
    ]


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """What is to be changed of one answer: only the fields that stand in `values`.

    Parameters
    ----------
    number : str
        Of the criterion.
    version : int
        The answer's version that was seen; 0 where there was none.
    values : mapping of str to str
        Of `FIELDS`, each as text: days as ``2026-11-23``, people by their ids, `checked` as ``yes``.
    """

    number: str
    version: int
    values: Mapping[str, str]


FIELDS = ("level", "text", "gap", "gap_due", "gap_owner", "owner", "checked")


def values_of(answer: Answer | None) -> dict[str, str]:
    """Return what can be changed of an answer, each as text; of one that nobody gave yet, nothing."""
    if answer is None:
        return dict.fromkeys(FIELDS, "")
    return {
        "level": answer.level,
        "text": answer.text,
        "gap": answer.gap,
        "gap_due": answer.gap_due.isoformat() if answer.gap_due else "",
        "gap_owner": str(answer.gap_owner_id or ""),
        "owner": str(answer.owner_id or ""),
        "checked": "yes" if answer.checked_at else "",
    }


def save_answers(
    assessment: Assessment, given: Sequence[AnswerGiven], *, actor: Actor, at: datetime | None = None
) -> dict[str, Answer]:
    """Save answers, all or none, and return them by number as they stand now. As many queries for a hundred as for one.

    Two people may change different fields of one answer at once, and both stand. Where both changed the same field to other
    values, the second is told.

    Raises
    ------
    Faulty
        With every fault of what was sent.
    StaleAnswer
        With every field that somebody else changed since the version that was seen.
    Refused
        If the actor may not.
    """
    require(actor, "scopes.write", assessment.organisation_id)
    moment = at or timezone.now()
    with transaction.atomic():
        if any(one.version == 0 for one in given):
            begin_alone(assessment)
        # No criterion has a NUL, and PostgreSQL takes none.
        numbers = [one.number for one in given if "\0" not in one.number]
        found = Answer.objects.select_for_update().filter(assessment=assessment, number__in=numbers).order_by("number")
        held: dict[str, Answer] = {one.number: one for one in found}
        check_answers(assessment, given, held)
        now = {one.number: values_of(held.get(one.number)) for one in given}
        seen = _values_seen(assessment, given, held, now)
        # What was sent as it had been seen is nobody's wish.
        meant = {
            one.number: {name: text for name, text in one.values.items() if text != seen[one.number].get(name)}
            for one in given
        }
        refuse_stale(meant, seen, now)
        changed = {
            number: wishes
            for number, wishes in meant.items()
            if any(now[number][name] != text for name, text in wishes.items())
        }
        for number, wishes in changed.items():
            answer = held.get(number)
            if answer is None:
                answer = held[number] = Answer(assessment=assessment, number=number, version=0)
            _apply(answer, wishes, actor, moment)
        Answer.objects.bulk_create(
            [held[number] for number in changed],
            update_conflicts=True,
            unique_fields=["assessment", "number"],
            update_fields=ANSWER_COLUMNS,
        )
        changes = [
            Change(
                "answer",
                f"{assessment.pk}/{number}",
                {"values": values_of(held[number]), "changed": sorted(wishes)},
            )
            for number, wishes in changed.items()
        ]
        record_many("answer.saved", changes, actor=actor.label, at=at)
    return held


def begin_alone(assessment: Assessment) -> None:
    """Wait for whoever answers a criterion of an assessment first, and let nobody else until the transaction ends. One query.

    An answer that is not there yet cannot be locked. Called before any answer is locked, so that no two wait for each other.
    """
    list(Assessment.objects.select_for_update(no_key=True).filter(pk=assessment.pk).values_list("pk"))


def _apply(answer: Answer, values: Mapping[str, str], actor: Actor, moment: datetime) -> None:
    for name in ("level", "text", "gap"):
        if name in values:
            setattr(answer, name, values[name])
    for name in ("gap_owner", "owner"):
        if name in values:
            setattr(answer, f"{name}_id", values[name] or None)
    if "gap_due" in values:
        answer.gap_due = date.fromisoformat(values["gap_due"]) if values["gap_due"] else None
    if "checked" in values:
        answer.checked_at = moment if values["checked"] else None
        answer.checked_by_id = actor.person_id if values["checked"] else None
    answer.version += 1
    answer.saved_at = moment
    answer.saved_by_id = actor.person_id


def check_answers(assessment: Assessment, given: Sequence[AnswerGiven], held: Mapping[str, Answer]) -> None:
    """Check what would be saved of answers beside those that stand, by number; raise `Faulty` with every fault."""
    pack = current_pack()
    standard = pack.standard(assessment.standard)
    numbers = {one.number for part in standard.principles for one in part.criteria} if standard else set()
    levels = {one.id for one in pack.assessments.levels} if pack.assessments else set()
    named = {one.values[name] for one in given for name in ("owner", "gap_owner") if one.values.get(name)}
    people = managers_among(assessment.organisation_id, named) if named else set()
    faults: list[Fault] = []
    if len(given) > MOST_AT_ONCE:
        faults.append(Fault("answers", str(len(given)), f"at most {MOST_AT_ONCE} at once"))
    seen: set[str] = set()
    for one in given:
        place = one.number
        if one.number not in numbers:
            faults.append(Fault(place, one.number, f"a criterion of {assessment.standard}"))
        if one.number in seen:
            faults.append(Fault(place, one.number, "each criterion once"))
        seen.add(one.number)
        held_version = held[one.number].version if one.number in held else 0
        if not 0 <= one.version <= held_version:
            faults.append(Fault(f"{place}.version", str(one.version), f"a version from 0 to {held_version}"))
        for name, text in one.values.items():
            faults += _check_field(f"{place}.{name}", name, text, levels, people)
        if one.values.get("checked") and not (one.number in held and held[one.number].carried):
            faults.append(Fault(f"{place}.checked", "yes", "an answer that was carried over"))
    if faults:
        raise Faulty(faults)


def _check_field(place: str, name: str, text: str, levels: set[str], people: set[str]) -> list[Fault]:
    """Return the fault of one field, if there is one. Whatever it holds, a field can be emptied."""
    wrong = (
        (name not in FIELDS, f"one of {', '.join(FIELDS)}"),
        ("\0" in text, "text without a NUL"),
        (len(text) > LONGEST_TEXT, f"at most {LONGEST_TEXT} characters"),
        (name == "level" and text not in {"", *levels}, f"one of {', '.join(sorted(levels))}"),
        (name == "checked" and text not in {"", "yes"}, "yes, or nothing"),
        (name in {"owner", "gap_owner"} and text not in {"", *people}, "somebody who manages for the organisation"),
        (name == "gap_due" and not is_day(text), EXPECTED_DAY),
    )
    return [Fault(place, text[:LONGEST_SHOWN], expected) for is_wrong, expected in wrong if is_wrong][:1]


def is_day(text: str) -> bool:
    """Tell whether a text is a day as answers keep it, or empty."""
    try:
        return not text or bool(read_day(text))
    except ValueError:
        return False


def managers_among(organisation_id: Any, named: set[str]) -> set[str]:
    """Return, of these ids of people, those who manage for an organisation now. One query; what is no id is nobody's."""
    held = Affiliation.objects.filter(held_at(timezone.now()), organisation_id=organisation_id, role=Role.MANAGER)
    return {str(pk) for pk in held.values_list("person_id", flat=True)} & named


def _values_seen(
    assessment: Assessment,
    given: Sequence[AnswerGiven],
    held: Mapping[str, Answer],
    now: Mapping[str, Mapping[str, str]],
) -> dict[str, Mapping[str, str]]:
    """Return the values of the version each sender had seen. One query where somebody is behind, else none."""
    seen: dict[str, Mapping[str, str]] = dict(now)
    behind = {
        one.number: one.version for one in given if one.number in held and one.version != held[one.number].version
    }
    # Of a version whose payload was erased nothing is known: whatever is sent is meant, whatever stands is somebody else's.
    seen |= {number: {} if version else dict.fromkeys(FIELDS, "") for number, version in behind.items()}
    keys = {f"{assessment.pk}/{number}": number for number, version in behind.items() if version}
    if keys:
        entries = Entry.objects.filter(
            record_type="answer", record_id__in=keys, record_version__in=set(behind.values())
        ).select_related("payload")
        for entry in entries:
            number = keys[entry.record_id]
            if entry.record_version == behind[number] and entry.data:
                seen[number] = entry.data["values"]
    return seen


def refuse_stale(
    meant: Mapping[str, Mapping[str, str]], seen: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]
) -> None:
    """Refuse where a field that is to be changed was changed by somebody else since it was seen."""
    stale = {
        number: tuple(
            Difference(name, seen[number].get(name, ""), now[number][name], text)
            for name, text in wishes.items()
            if now[number][name] not in {seen[number].get(name), text}
        )
        for number, wishes in meant.items()
    }
    if any(stale.values()):
        raise StaleAnswer({number: differences for number, differences in stale.items() if differences})


def be_present(assessment: Assessment, number: str, *, actor: Actor) -> None:
    """Note where in an assessment somebody is. It is forgotten as soon as it is told again; history keeps nothing of it."""
    require(actor, "scopes.view", assessment.organisation_id)
    if actor.person_id is None:
        return
    Presence.objects.bulk_create(
        [Presence(assessment=assessment, person_id=Person(pk=actor.person_id).pk, number=number, at=timezone.now())],
        update_conflicts=True,
        unique_fields=["assessment", "person"],
        update_fields=["number", "at"],
    )
