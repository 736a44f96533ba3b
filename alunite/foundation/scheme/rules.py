"""Which criteria of a standard apply to a scope, and why. Pure: values in, values out.

Each criterion is judged for each activity by itself; the answers are joined by union, in the order applies, depends,
not_known, does_not_apply. So one more activity never lowers an answer. An activity that is certified under another one in
the standard's family is judged as that one, and a reason says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from alunite.foundation.core.judgement import Reason, lowest_origin, lowest_trust
from alunite.foundation.scheme.models import Applies, Covers, Criterion, Principle, Relief, Standard, Stated, Version
from alunite.foundation.scheme.pack import Pack

FIRST_CYCLE = "first"
LATER_CYCLE = "later"
CYCLES = (FIRST_CYCLE, LATER_CYCLE)


class Answer(StrEnum):
    """Whether a criterion applies; the first in this list wins a union."""

    APPLIES = "applies"
    DEPENDS = "depends"
    NOT_KNOWN = "not_known"
    DOES_NOT_APPLY = "does_not_apply"

    @property
    def rank(self) -> int:
        """0 for the answer that wins every union, 3 for the one that wins none."""
        return _ORDER.index(self)


_ORDER = (Answer.APPLIES, Answer.DEPENDS, Answer.NOT_KNOWN, Answer.DOES_NOT_APPLY)


def union(answers: Iterable[Answer]) -> Answer:
    """Return the answer for several activities together; `ValueError` if there are none.

    >>> union([Answer.DOES_NOT_APPLY, Answer.NOT_KNOWN])
    <Answer.NOT_KNOWN: 'not_known'>
    """
    return min(answers, key=lambda answer: answer.rank)


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """What holds for one criterion.

    Parameters
    ----------
    number, title : str
        The criterion's own.
    answer : Answer
        The union over the activities asked about.
    activities : tuple of str
        Ids of the activities for which this answer holds, in the pack's order: those asked about, or in place of one the
        activity it is certified as under this standard.
    triggers : tuple of str
        Ids of the triggers the criterion hangs on, given or not.
    reasons : tuple of Reason
        Never empty; the first explains the answer in one sentence.
    """

    number: str
    title: str
    answer: Answer
    activities: tuple[str, ...]
    triggers: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as JSON-ready data."""
        return {
            "number": self.number,
            "answer": str(self.answer),
            "activities": list(self.activities),
            "triggers": list(self.triggers),
            "reasons": [reason.as_dict() for reason in self.reasons],
        }


def trigger_ids(standard: Standard) -> tuple[str, ...]:
    """Return the ids of the triggers a standard declares, in order."""
    return tuple(trigger.id for trigger in standard.triggers)


def unknown_ids(
    standard: Standard,
    pack: Pack,
    *,
    activities: Iterable[str] = (),
    member_class: str | None = None,
    triggers: Iterable[str] = (),
) -> dict[str, tuple[str, ...]]:
    """Return what `applicability` would refuse.

    Returns
    -------
    dict of str to tuple of str
        Unknown ids under ``activities``, ``member_class`` and ``triggers``; a key is there only if something is wrong.
    """
    asked = {
        "activities": (activities, {activity.id for activity in pack.activities}),
        "member_class": ((member_class,) if member_class is not None else (), {one.id for one in pack.classes}),
        "triggers": (triggers, set(trigger_ids(standard))),
    }
    found = {key: tuple(one for one in given if one not in known) for key, (given, known) in asked.items()}
    return {key: wrong for key, wrong in found.items() if wrong}


def certified_as(standard: Standard, pack: Pack, activities: Collection[str]) -> dict[str, str]:
    """Return, of these activities, those that are certified under another one in a standard's family, and under which."""
    version = pack.version(standard.id)
    return {
        activity.id: stands.activity
        for activity in pack.activities
        for stands in activity.stands_as
        if version is not None and stands.family == version.family and activity.id in activities
    }


@dataclass(frozen=True, slots=True)
class _Case:
    """What is asked, and what it is asked of; `named` are the activities asked about that are judged as another one."""

    standard: Standard
    version: Version | None
    pack: Pack
    activities: tuple[str, ...]
    named: Mapping[str, str]
    member_class: str | None
    cycle: str
    triggers: frozenset[str]
    day: date

    def labels(self, ids: Iterable[str]) -> str:
        """Return labels of activities as a phrase."""
        wanted = set(ids)
        return _phrase(activity.label for activity in self.pack.activities if activity.id in wanted)

    def class_labels(self, ids: Iterable[str]) -> str:
        """Return labels of member classes as a phrase."""
        wanted = set(ids)
        return _phrase((one.label for one in self.pack.classes if one.id in wanted), last="or")

    def reason(self, rule: str, text: str, values: Mapping[str, Any], basis: Sequence[Stated]) -> Reason:
        """Return a reason that is as weak as the weakest thing it rests on."""
        return Reason(
            rule=rule,
            text=text,
            values=values,
            trust=lowest_trust(stated.trust for stated in basis),
            origin=lowest_origin(stated.origin for stated in basis),
            source=_source(basis),
        )


@dataclass(frozen=True, slots=True)
class _Finding:
    """The answer for one activity: the kind of reason, what it rests on, and what is particular to it."""

    answer: Answer
    rule: str
    basis: tuple[Stated, ...]
    relief: Relief | None = None


def applicability(
    standard: Standard,
    pack: Pack,
    *,
    activities: Collection[str],
    member_class: str | None = None,
    cycle: str = LATER_CYCLE,
    triggers: Collection[str] = (),
    day: date,
) -> list[CriterionAnswer]:
    """Say for each criterion whether it applies to a scope.

    Parameters
    ----------
    standard : Standard
        The version asked about, one of the pack's.
    pack : Pack
        The pack it stands in.
    activities : collection of str
        Activity ids of the scope. With none, every answer is ``not_known``.
    member_class : str or None
        Class id of the member, None if not given.
    cycle : str
        ``first`` or ``later``: which certification cycle under this version it is.
    triggers : collection of str
        Ids of the conditions that are given.
    day : date
        The day asked about, in the scheme's zone.

    Returns
    -------
    list of CriterionAnswer
        One for each criterion of the standard, in its order.

    Raises
    ------
    ValueError
        If the cycle or an id is unknown; the message names all of them.
    """
    wrong = unknown_ids(standard, pack, activities=activities, member_class=member_class, triggers=triggers)
    if cycle not in CYCLES:
        wrong["cycle"] = (cycle,)
    if wrong:
        raise ValueError("unknown " + "; ".join(f"{key}: {', '.join(map(str, ids))}" for key, ids in wrong.items()))
    named = certified_as(standard, pack, activities)
    judged = {named.get(activity, activity) for activity in activities}
    case = _Case(
        standard=standard,
        version=pack.version(standard.id),
        pack=pack,
        activities=tuple(activity.id for activity in pack.activities if activity.id in judged),
        named=named,
        member_class=member_class,
        cycle=cycle,
        triggers=frozenset(triggers),
        day=day,
    )
    return [
        _criterion(case, principle, criterion) for principle in standard.principles for criterion in principle.criteria
    ]


def _criterion(case: _Case, principle: Principle, criterion: Criterion) -> CriterionAnswer:
    findings = {activity: _finding(case, principle, criterion, activity) for activity in case.activities}
    if not findings:
        reason = case.reason("no_activity", "No activity is named, so nothing can be said.", {}, [criterion.applies])
        return CriterionAnswer(
            criterion.number, criterion.title, Answer.NOT_KNOWN, (), criterion.applies.when, (reason,)
        )
    answer = union(finding.answer for finding in findings.values())
    holding = tuple(activity for activity, finding in findings.items() if finding.answer is answer)
    groups: dict[tuple[Answer, str, str], list[str]] = {}
    for activity, finding in findings.items():
        relief = finding.relief.id if finding.relief else ""
        groups.setdefault((finding.answer, finding.rule, relief), []).append(activity)
    ordered = sorted(groups.items(), key=lambda group: group[0][0].rank)
    reasons = [_sentence(case, principle, criterion, findings[ids[0]], ids) for _, ids in ordered]
    if case.version is not None and not _not_yet_published(case):
        reasons += _remarks(case, case.version, principle, criterion)
    return CriterionAnswer(criterion.number, criterion.title, answer, holding, criterion.applies.when, tuple(reasons))


def _finding(case: _Case, principle: Principle, criterion: Criterion, activity: str) -> _Finding:
    """Judge one criterion for one activity."""
    if case.version is not None and _not_yet_published(case):
        return _Finding(Answer.DOES_NOT_APPLY, "not_yet_published", (case.version,))
    finding = _without_reliefs(case, criterion, activity)
    if finding.answer is Answer.DOES_NOT_APPLY:
        return finding
    undecided: _Finding | None = None
    for relief in case.standard.reliefs:
        freed = _frees(case, relief, principle, activity)
        if freed is True:
            # Freed is freed, however well it is known that the criterion would have bound it.
            return _Finding(Answer.DOES_NOT_APPLY, relief.id, (relief,), relief)
        if freed is None and undecided is None:
            undecided = _Finding(Answer.DEPENDS, relief.id, (relief, *finding.basis), relief)
    if undecided is not None and finding.answer is not Answer.NOT_KNOWN:
        return undecided
    return finding


def _without_reliefs(case: _Case, criterion: Criterion, activity: str) -> _Finding:
    applies, covers = criterion.applies, case.standard.covers
    is_covered = activity in covers.activities
    if activity not in applies.to and not is_covered:
        return _Finding(Answer.NOT_KNOWN, "not_covered", (covers,))
    if activity not in applies.to and not applies.to_all:
        return _Finding(Answer.DOES_NOT_APPLY, "not_listed", (applies,))
    basis: tuple[Applies | Covers, ...] = (applies, covers) if applies.to_all else (applies,)
    if not applies.when or activity in applies.always:
        return _Finding(Answer.APPLIES, "covers_all" if applies.to_all else "listed", basis)
    conditions = tuple(trigger for trigger in case.standard.triggers if trigger.id in applies.when)
    given = tuple(trigger for trigger in conditions if trigger.id in case.triggers)
    if given:
        return _Finding(Answer.APPLIES, "trigger_given", (*basis, *given))
    return _Finding(Answer.DEPENDS, "trigger_not_given", (*basis, *conditions))


def _frees(case: _Case, relief: Relief, principle: Principle, activity: str) -> bool | None:
    """Return whether a relief frees an activity from a principle; None if that hangs on the class, not given."""
    end = relief.frees_before_day
    holds = (
        activity in relief.activities
        and principle.number not in relief.kept_principles
        and relief.cycle in {None, case.cycle}
        and (end is None or case.day < end)
    )
    if not holds:
        return False
    if relief.whole_scope and not set(case.activities) <= set(relief.activities):
        return False
    qualifying = case.activities if relief.whole_scope else (activity,)
    classes = [set(need.classes) for need in relief.class_needs if need.activity in qualifying]
    if not classes:
        return True
    if case.member_class is None:
        return None
    return all(case.member_class in allowed for allowed in classes)


def _not_yet_published(case: _Case) -> bool:
    return case.version is not None and case.day < case.version.published_day.earliest


def _sentence(case: _Case, principle: Principle, criterion: Criterion, finding: _Finding, ids: list[str]) -> Reason:
    """Say in one sentence why an answer holds for some activities."""
    who = case.labels(ids)
    values: dict[str, Any] = {"criterion": criterion.number, "activities": ids, "cycle": case.cycle}
    conditions = [trigger for trigger in case.standard.triggers if trigger.id in criterion.applies.when]
    if finding.relief is not None:
        text, more = _relief_sentence(case, principle, finding.relief, finding.answer, ids)
        return case.reason(finding.rule, text, values | more, finding.basis)
    if finding.rule == "not_yet_published" and case.version is not None:
        text = (
            f"{case.version.label} was not published until {case.version.published}, so on {case.day} nothing applies."
        )
        values = {"published": case.version.published, "day": case.day.isoformat()}
    elif finding.rule == "not_listed":
        text = f"Does not apply to {who}: it is only for {case.labels(criterion.applies.to)}."
        values["applies_to"] = list(criterion.applies.to)
    elif finding.rule == "not_covered":
        text = f"Not known for {who}: the source of this version says nothing of {'it' if len(ids) == 1 else 'them'}."
        values["covered"] = list(case.standard.covers.activities)
    elif finding.rule == "trigger_given":
        given = [trigger for trigger in conditions if trigger.id in case.triggers]
        text = f"Applies to {who}, because this condition is given: {_phrase(one.label for one in given)}."
        values["triggers"] = [trigger.id for trigger in given]
    elif finding.rule == "trigger_not_given":
        labels = _phrase((trigger.label for trigger in conditions), last="or")
        text = f"Depends for {who} on a condition that is not given here: {labels}."
        values["triggers"] = [trigger.id for trigger in conditions]
    elif finding.rule == "covers_all":
        text = f"Applies to {who}: it is for all activities this version covers."
    else:
        text = f"Applies to {who}, for which it is meant."
        values["applies_to"] = list(criterion.applies.to)
    return case.reason(finding.rule, text, values, finding.basis)


def _relief_sentence(
    case: _Case,
    principle: Principle,
    relief: Relief,
    answer: Answer,
    ids: list[str],
) -> tuple[str, dict[str, Any]]:
    who, count = case.labels(ids), len(ids)
    values: dict[str, Any] = {
        "principle": principle.number,
        "kept_principles": list(relief.kept_principles),
        "cycle": case.cycle,
        "day": case.day.isoformat(),
        "member_class": case.member_class,
    }
    if relief.frees_before:
        values["frees_before"] = relief.frees_before
    if answer is Answer.DEPENDS:
        classes = {one for need in relief.class_needs if need.activity in case.activities for one in need.classes}
        text = (
            f"Depends for {who} on the member's class, which is not given: the class {case.class_labels(classes)} "
            f"is freed from principle {principle.number}."
        )
        return text, values | {"classes": sorted(classes)}
    when = "" if relief.cycle is None else f" in the {relief.cycle} certification cycle"
    until = f" before {relief.frees_before}" if relief.frees_before else ""
    others = [activity for activity in case.activities if activity not in relief.activities]
    only = f" {case.labels(others)} in the same scope: not freed." if others else ""
    text = (
        f"Does not apply to {who}: of this version only {_principles(relief.kept_principles)} "
        f"{'bind' if len(relief.kept_principles) > 1 else 'binds'} {'it' if count == 1 else 'them'}{when}{until}.{only}"
    )
    return text, values


def _remarks(case: _Case, version: Version, principle: Principle, criterion: Criterion) -> list[Reason]:
    """Return what else a reader has to know: activities judged as another, reliefs that do not hold, the cycle, an uncertain day."""
    remarks = [_named_remark(case, other) for other in dict.fromkeys(case.named.values())]
    bound = [
        one for one in case.activities if _without_reliefs(case, criterion, one).answer is not Answer.DOES_NOT_APPLY
    ]
    for relief in case.standard.reliefs:
        concerned = [one for one in bound if one in relief.activities]
        if principle.number in relief.kept_principles or not concerned:
            continue
        if all(_frees(case, relief, principle, one) is False for one in concerned):
            remarks.append(_no_relief_remark(case, relief, concerned))
        elif relief.cycle is not None:
            remarks.append(_cycle_remark(case, relief))
    published = version.published_day
    if published.earliest <= case.day < published.latest:
        text = f"{version.label} was published in {version.published}; the day is not known."
        values = {"published": version.published, "day": case.day.isoformat()}
        remarks.append(case.reason("publication_day_not_known", text, values, [version]))
    return remarks


def _named_remark(case: _Case, other: str) -> Reason:
    """Say which of the activities asked about are judged as another one."""
    ids = [one for one, as_ in case.named.items() if as_ == other]
    text = f"Under this standard {case.labels(ids)} {'is' if len(ids) == 1 else 'are'} certified as {case.labels([other])}."
    basis = [activity for activity in case.pack.activities if activity.id in ids]
    return case.reason("certified_as", text, {"activities": ids, "as": other}, basis)


def _cycle_remark(case: _Case, relief: Relief) -> Reason:
    text = f"Taken as the {case.cycle} certification cycle under this version."
    return case.reason("cycle", text, {"cycle": case.cycle, "relief": relief.id}, [relief])


def _no_relief_remark(case: _Case, relief: Relief, concerned: list[str]) -> Reason:
    """Say why a relief that could have freed these activities does not."""
    who = case.labels(concerned)
    values: dict[str, Any] = {"activities": concerned, "cycle": case.cycle, "day": case.day.isoformat()}
    end = relief.frees_before_day
    if end is not None and case.day >= end:
        text = f"The relief for {who} ended: from {relief.frees_before} on it frees nothing."
        values["frees_before"] = relief.frees_before
    elif relief.cycle not in {None, case.cycle}:
        text = (
            f"Taken as the {case.cycle} certification cycle under this version; "
            f"the relief for {who} is for the {relief.cycle} one."
        )
    elif relief.whole_scope and not set(case.activities) <= set(relief.activities):
        others = [one for one in case.activities if one not in relief.activities]
        text = f"The relief for {who} needs the whole scope to qualify; {case.labels(others)} does not."
        values["others"] = others
    else:
        classes = {one for need in relief.class_needs if need.activity in case.activities for one in need.classes}
        text = f"The relief for {who} is for members of the class {case.class_labels(classes)} only."
        values |= {"classes": sorted(classes), "member_class": case.member_class}
    return case.reason(relief.id, text, values, [relief])


def _source(basis: Sequence[Stated]) -> str:
    """Return the address behind the weakest thing that has one."""
    weakest_first = sorted(basis, key=lambda stated: stated.trust.rank, reverse=True)
    return next((stated.source for stated in weakest_first if stated.source), "")


def _phrase(parts: Iterable[str], last: str = "and") -> str:
    listed = list(parts)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}"


def _principles(numbers: Sequence[int]) -> str:
    """Return principle numbers as a phrase, runs as a range.

    >>> _principles((1, 2, 3, 4))
    'principles 1 to 4'
    """
    if not numbers:
        return "no principle"
    ordered = sorted(numbers)
    if len(ordered) > 1 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"principles {ordered[0]} to {ordered[-1]}"
    return f"principle{'s' if len(ordered) > 1 else ''} {_phrase(map(str, ordered))}"


__all__ = [
    "CYCLES",
    "Answer",
    "CriterionAnswer",
    "applicability",
    "certified_as",
    "trigger_ids",
    "union",
    "unknown_ids",
]
