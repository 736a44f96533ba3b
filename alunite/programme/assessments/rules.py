"""What a scope asks of its member, what is missing before an audit, and what becomes of answers under a new version. Pure.

Worked examples: docs/algorithms/self-assessment.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from alunite.foundation.core.judgement import Judgement, Reason, Trust
from alunite.foundation.scheme.models import AssessmentsFile, Criterion, Link, Principle, Readiness, SelfLevel, Standard
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.rules import FIRST_CYCLE, LATER_CYCLE, Answer, CriterionAnswer, applicability
from alunite.foundation.scheme.rules import trigger_ids as conditions_of


@dataclass(frozen=True, slots=True)
class ScopeValues:
    """What of a scope decides which criteria apply.

    Parameters
    ----------
    activities : tuple of str
        Activity ids of the pack.
    member_class : str
        Class id, empty where it is not given.
    is_first_cycle : bool
        Whether it is the first certification under the version.
    given, absent : tuple of str
        Ids of conditions that the member says are given, and are not; of the others it says nothing.
    day : date
        The day asked about: the first day of fieldwork, or today.
    """

    activities: tuple[str, ...]
    member_class: str
    is_first_cycle: bool
    given: tuple[str, ...]
    absent: tuple[str, ...]
    day: date


@dataclass(frozen=True, slots=True)
class Objection:
    """What a member says against the rule: whether the criterion applies, and why."""

    applies: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion as it stands for a scope.

    Parameters
    ----------
    principle, criterion
        Of the pack.
    answer : Answer
        Whether it applies, by the rule alone.
    reasons : tuple of Reason
        Why, by the rule.
    objection : Objection or None
        What the member says against it.
    open_conditions : tuple of str
        Ids of conditions it hangs on of which the member has said nothing.
    """

    principle: Principle
    criterion: Criterion
    answer: Answer
    reasons: tuple[Reason, ...]
    objection: Objection | None = None
    open_conditions: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The number of the criterion."""
        return self.criterion.number

    @property
    def is_asked(self) -> bool:
        """Whether an answer is due: where it applies, and where nobody can say that it does not."""
        if self.objection is not None:
            return self.objection.applies
        return self.answer is not Answer.DOES_NOT_APPLY


def criteria_of(
    pack: Pack, standard: Standard, scope: ScopeValues, objections: Mapping[str, Objection]
) -> tuple[Asked, ...]:
    """Return every criterion of a standard as it stands for a scope, in order.

    A condition said not to be given frees from what hangs on it alone; one of which nothing is said leaves the answer open.
    """
    found = applicability(
        standard,
        pack,
        activities=scope.activities,
        member_class=scope.member_class or None,
        cycle=FIRST_CYCLE if scope.is_first_cycle else LATER_CYCLE,
        triggers=[one for one in scope.given if one in conditions_of(standard)],
        day=scope.day,
    )
    parts = [(principle, criterion) for principle in standard.principles for criterion in principle.criteria]
    return tuple(
        replace(_asked(standard, principle, criterion, one, scope), objection=objections.get(criterion.number))
        for (principle, criterion), one in zip(parts, found, strict=True)
    )


def _asked(
    standard: Standard,
    principle: Principle,
    criterion: Criterion,
    found: CriterionAnswer,
    scope: ScopeValues,
) -> Asked:
    answer, reasons = found.answer, found.reasons
    unsaid = tuple(one for one in found.triggers if one not in scope.given and one not in scope.absent)
    hangs = answer is Answer.DEPENDS and any(reason.rule == "trigger_not_given" for reason in reasons)
    if hangs and not unsaid:
        labels = [one.label for one in standard.triggers if one.id in found.triggers]
        said = Reason(
            rule="condition_denied",
            text=f"Does not apply: the member says that no condition it hangs on is given ({', '.join(labels)}).",
            values={"criterion": criterion.number, "conditions": list(found.triggers)},
            trust=reasons[0].trust,
            origin=reasons[0].origin,
            source=reasons[0].source,
        )
        answer, reasons = Answer.DOES_NOT_APPLY, (said, *reasons)
    return Asked(principle, criterion, answer, reasons, open_conditions=unsaid if hangs else ())


def conditions_that_decide(pack: Pack, activities: Sequence[str], day: date) -> frozenset[str]:
    """Return the ids of the conditions on which it hangs whether some criterion of any version binds these activities."""
    return frozenset(
        trigger
        for standard in pack.standards
        for one in applicability(
            standard, pack, activities=activities, member_class=None, cycle=LATER_CYCLE, triggers=(), day=day
        )
        if any(reason.rule == "trigger_not_given" for reason in one.reasons)
        for trigger in one.triggers
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What there is of an answer, for counting.

    Parameters
    ----------
    level : str
        Id of the level chosen, empty where none is.
    has_text, is_to_check, is_planned : bool
        Whether it says anything; whether it was carried over and nobody has looked; whether a gap has plan, person and day.
    evidence : int
        How many pieces of evidence it names.
    sites : tuple of AtSite
        What holds at the sites that say something else than the answer for all.
    is_for_some : bool
        Whether a site goes by the answer for all; where each says something of its own, none does.
    """

    level: str = ""
    has_text: bool = False
    is_to_check: bool = False
    is_planned: bool = False
    evidence: int = 0
    sites: tuple[AtSite, ...] = ()
    is_for_some: bool = True

    @property
    def is_answered(self) -> bool:
        """Whether it counts as answered: every site has a level, and nothing carried over waits to be checked."""
        return all(self.levels) and not self.is_to_check

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that hold, empty ones too: that of the answer for all where a site goes by it, then those of sites."""
        return (*((self.level,) if self.is_for_some else ()), *(one.said.level for one in self.sites))


@dataclass(frozen=True, slots=True)
class AtSite:
    """What holds at one site that says something else than the answer for all.

    Parameters
    ----------
    name : str
        Of the site.
    said : Said
        What is said there, the rest as the answer for all says it.
    has_own_level : bool
        Whether the level is its own.
    """

    name: str
    said: Said
    has_own_level: bool = False


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Unmet:
    """What is asked before an audit and is not there yet, with the criteria or conditions it concerns."""

    asked: Readiness
    concerns: tuple[str, ...]


def readiness(
    wanted: AssessmentsFile, criteria: Sequence[Asked], said: Mapping[str, Said]
) -> tuple[Judgement[bool], tuple[Unmet, ...]]:
    """Return whether an audit can begin, with a reason for each thing that is missing, and those things.

    What does not block is a reason too: it is pointed out, and the audit need not wait for it.
    """
    levels = {level.id: level for level in wanted.levels}
    due = [one for one in criteria if one.is_asked]
    found = tuple(
        Unmet(asked, concerns) for asked in wanted.readiness if (concerns := _concerned(asked.id, due, said, levels))
    )
    reasons = tuple(
        Reason(
            rule=f"readiness.{one.asked.id}",
            text=one.asked.text,
            values={"concerns": list(one.concerns), "blocks": one.asked.blocks},
            trust=one.asked.trust,
            origin=one.asked.origin,
            source=one.asked.source,
        )
        for one in found
    )
    return Judgement(result=not any(one.asked.blocks for one in found), reasons=reasons), found


def _concerned(
    what: str, due: Sequence[Asked], said: Mapping[str, Said], levels: Mapping[str, SelfLevel]
) -> tuple[str, ...]:
    answers = [(one.number, said.get(one.number, NOTHING_SAID)) for one in due]
    with_reason = {one.id for one in levels.values() if one.needs_reason}
    with_gap = {one.id for one in levels.values() if one.is_gap}
    met = levels.keys() - with_reason - with_gap
    match what:
        case "every_criterion_answered":
            return _places(answers, lambda one: not one.level)
        case "triggers_answered":
            return tuple(dict.fromkeys(one for asked in due for one in asked.open_conditions))
        case "differences_checked":
            return tuple(number for number, answer in answers if answer.is_to_check)
        case "reasons_given":
            return _places(answers, lambda one: one.level in with_reason and not one.has_text, of_level=True)
        case "gaps_planned":
            return _places(answers, lambda one: one.level in with_gap and not one.is_planned)
        case _:
            return _places(answers, lambda one: one.level in met and not one.evidence)


def _places(
    answers: Sequence[tuple[str, Said]], lacks: Callable[[Said], bool], *, of_level: bool = False
) -> tuple[str, ...]:
    """Return where something is missing: numbers, and of sites that say something else number and name.

    What a site lacks only because the answer for all lacks it is said once. What belongs to a level (`of_level`) is not
    taken over by a site with a level of its own.
    """
    return tuple(place for number, answer in answers for place in _places_of(number, answer, lacks, of_level))


def _places_of(number: str, answer: Said, lacks: Callable[[Said], bool], of_level: bool) -> Iterator[str]:
    is_common = answer.is_for_some and lacks(answer)
    if is_common:
        yield number
    for one in answer.sites:
        if lacks(one.said) and (not is_common or (of_level and one.has_own_level)):
            yield f"{number} · {one.name}"


class Carriage(StrEnum):
    """What becomes of answers under a later version."""

    KEPT = "kept"
    CHANGED = "changed"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"


# What a mapping's words for a link come to for whoever carries an answer over.
_CARRIAGE = {
    "kept": Carriage.KEPT,
    "moved": Carriage.KEPT,
    "renamed": Carriage.KEPT,
    "strengthened": Carriage.CHANGED,
    "replaced": Carriage.CHANGED,
    "split": Carriage.SPLIT,
    "merged": Carriage.MERGED,
    "new": Carriage.NEW,
}


@dataclass(frozen=True, slots=True)
class Words:
    """What is carried over of an answer: `owner` answers, `gap_owner` sees to the gap by `gap_due`."""

    level: str
    text: str
    gap: str = ""
    gap_due: date | None = None
    gap_owner: UUID | None = None
    owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """A criterion of the later version with what the earlier answers say of it.

    Parameters
    ----------
    number : str
        Of the later version.
    carriage : Carriage
        How it comes about.
    before : tuple of str
        Numbers of the earlier version it comes from, or, of what is new, whose subject it takes up.
    words : Words or None
        What is carried over; None where there is nothing.
    change : str
        What the later version asks otherwise, in our own words.
    trust : Trust
        How well that is known.
    """

    number: str
    carriage: Carriage
    before: tuple[str, ...]
    words: Words | None
    change: str
    trust: Trust = field(default=Trust.DESIGN)


def carried_over(links: Collection[Link], after: Standard, said: Mapping[str, Words]) -> tuple[Carried, ...]:
    """Return what of earlier answers stands under each criterion of a later version, in its order.

    Of what several earlier criteria became one, all texts stand one after another below their numbers, the first of the
    days holds, and level and people are left to be chosen where they differ. Nothing is carried into what is new. Every
    criterion that comes from an answer is to be looked at by a person: what is kept, too.
    """
    by_number = {number: link for link in links for number in link.after}
    found = []
    for principle in after.principles:
        for criterion in principle.criteria:
            link = by_number.get(criterion.number)
            if link is None:
                found.append(Carried(criterion.number, Carriage.NEW, (), None, ""))
                continue
            carriage = _CARRIAGE[str(link.relation)]
            before = link.draws_on if carriage is Carriage.NEW else link.before
            words = None if carriage is Carriage.NEW else _joined([(n, said[n]) for n in link.before if n in said])
            found.append(Carried(criterion.number, carriage, before, words, link.change, link.trust))
    return tuple(found)


def _joined(answers: Sequence[tuple[str, Words]]) -> Words | None:
    if len(answers) < 2:
        return answers[0][1] if answers else None
    levels = {words.level for _, words in answers}
    return Words(
        levels.pop() if len(levels) == 1 else "",
        "\n\n".join(f"{number}: {words.text}" for number, words in answers if words.text),
        "\n\n".join(f"{number}: {words.gap}" for number, words in answers if words.gap),
        min((words.gap_due for _, words in answers if words.gap_due), default=None),
        _only({words.gap_owner for _, words in answers}),
        _only({words.owner for _, words in answers}),
    )


def _only(people: set[UUID | None]) -> UUID | None:
    """Return the one who is named, None where nobody or several are."""
    named = people - {None}
    return named.pop() if len(named) == 1 else None
