"""Which criteria apply to a scope, as its page, its sheet and its file show them. No query, no rule, only words and order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alunite.foundation.core.judgement import OURS, Reason, Trust
from alunite.foundation.scheme.models import Criterion, Relief, Standard
from alunite.foundation.scheme.rules import FIRST_CYCLE, LATER_CYCLE, Answer, CriterionAnswer
from alunite.front.register.clocks import Clocks
from alunite.front.register.present.choices import Choice, MovedNumber, choices
from alunite.front.register.present.reasons import either, listed, why_it_applies
from alunite.front.register.present.standards import threshold_words
from alunite.front.register.present.words import trust_note, trust_word
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day

ANSWER_WORDS = {
    Answer.APPLIES: gettext_lazy("Applies"),
    Answer.DEPENDS: gettext_lazy("On condition"),
    Answer.NOT_KNOWN: gettext_lazy("Not known"),
    Answer.DOES_NOT_APPLY: gettext_lazy("Does not apply"),
}
ANSWER_MARKS = {
    Answer.APPLIES: "full",
    Answer.DEPENDS: "condition",
    Answer.NOT_KNOWN: "unknown",
    Answer.DOES_NOT_APPLY: "not-applicable",
}
CYCLE_WORDS = {FIRST_CYCLE: gettext_lazy("the first"), LATER_CYCLE: gettext_lazy("a later one")}
SHOWN_WORDS = {
    "": gettext_lazy("all %(n)d"),
    "applies": gettext_lazy("the %(n)d that apply"),
    "depends": gettext_lazy("the %(n)d on condition"),
    "not_known": gettext_lazy("the %(n)d not known"),
    "does_not_apply": gettext_lazy("the %(n)d that do not apply"),
}


@dataclass(frozen=True, slots=True)
class WhyShown:
    """A reason in a few words, with how well it is known."""

    text: str
    trust_word: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class CriterionShown:
    """A criterion with its answer."""

    number: str
    title: str
    text: str
    url: str
    answer: Answer
    why: WhyShown
    more: list[WhyShown]
    is_listed: bool

    @property
    def word(self) -> str:
        return str(ANSWER_WORDS[self.answer])

    @property
    def mark(self) -> str:
        return ANSWER_MARKS[self.answer]

    @property
    def css(self) -> str:
        return str(self.answer).replace("_", "-")


@dataclass(frozen=True, slots=True)
class PartShown:
    """A principle with the answers for its criteria, and what stands in the margin beside it."""

    number: int
    title: str
    criteria: list[CriterionShown]
    notes: list[tuple[str, str]]

    @property
    def listed(self) -> list[CriterionShown]:
        return [item for item in self.criteria if item.is_listed]

    @property
    def binding(self) -> int:
        return sum(item.answer in {Answer.APPLIES, Answer.DEPENDS} for item in self.criteria)


@dataclass(frozen=True, slots=True)
class ReliefShown:
    """A relief of the standard, and what it does here."""

    text: str
    note: str
    trusted: bool
    effect: str


@dataclass(frozen=True, slots=True)
class AppliesShown:
    """The answer of the explorer."""

    title: str
    counts: dict[Answer, int]
    parts: list[PartShown]
    choices: list[Choice]
    reliefs: list[ReliefShown]
    trust_words: list[tuple[str, str]]

    @property
    def listed(self) -> list[PartShown]:
        """The parts of which a row is shown."""
        return [part for part in self.parts if part.listed]

    @property
    def legend(self) -> list[tuple[str, str, str, int]]:
        """Mark, class, word and count of each answer there is."""
        return [
            (ANSWER_MARKS[answer], str(answer).replace("_", "-"), str(ANSWER_WORDS[answer]), self.counts[answer])
            for answer in Answer
            if self.counts[answer] or answer in {Answer.APPLIES, Answer.DEPENDS, Answer.DOES_NOT_APPLY}
        ]


def applies(
    standard: Standard,
    answers: Sequence[CriterionAnswer],
    *,
    activities: Sequence[str],
    show: str,
    asked: QueryDict,
    before: str,
    moved: Mapping[str, MovedNumber],
    site: Site,
) -> AppliesShown:
    """Return the answers in the order of the standard.

    `asked` is what stands in the address; `moved` has the numbers that meant another criterion in the version `before`.
    """
    told = {answer.number: answer for answer in answers}
    parts = [
        PartShown(
            principle.number,
            principle.title,
            [_criterion(one, told[one.number], standard, show, site) for one in principle.criteria],
            [*_open_numbers(principle.criteria, told), *_moved(principle.criteria, before, moved)],
        )
        for principle in standard.principles
    ]
    counted = Counter(answer.answer for answer in answers)
    counts = {answer: counted[answer] for answer in Answer}
    shown = {"": len(answers), **{str(answer): n for answer, n in counts.items() if n}}
    return AppliesShown(
        title(counts, [label for identifier, label in site.labels["activities"].items() if identifier in activities]),
        counts,
        parts,
        choices(shown, SHOWN_WORDS, show, asked, "show"),
        [_relief(relief, answers, activities, site) for relief in standard.reliefs],
        _trust_words(answers, site),
    )


def title(counts: Mapping[Answer, int], activities: Sequence[str]) -> str:
    """Return the finding in a sentence."""
    every = sum(counts.values())
    if not activities:
        return ngettext("%(n)d criterion", "%(n)d criteria", every) % {"n": every}
    condition = counts[Answer.DEPENDS]
    bound = counts[Answer.APPLIES] + condition
    told = {"n": bound, "all": every, "condition": condition, "who": listed(activities)}
    if condition:
        return (
            ngettext(
                "%(n)d of %(all)d criteria applies to %(who)s, %(condition)d of them only on condition",
                "%(n)d of %(all)d criteria apply to %(who)s, %(condition)d of them only on condition",
                bound,
            )
            % told
        )
    return (
        ngettext("%(n)d of %(all)d criteria applies to %(who)s", "%(n)d of %(all)d criteria apply to %(who)s", bound)
        % told
    )


def _criterion(
    criterion: Criterion, told: CriterionAnswer, standard: Standard, show: str, site: Site
) -> CriterionShown:
    triggers = {trigger.id: trigger.label for trigger in standard.triggers}
    reasons = [_why(reason, triggers, site) for reason in _in_row(told)]
    return CriterionShown(
        criterion.number,
        criterion.title,
        criterion.requirement.text,
        reverse("criterion", args=[standard.id, criterion.number]) + site.query,
        told.answer,
        reasons[0],
        reasons[1:],
        not show or show == told.answer,
    )


def _in_row(told: CriterionAnswer) -> list[Reason]:
    """Return the reasons a row shows; under which name an activity is certified is said once, above the rows."""
    return [reason for reason in told.reasons if reason.rule != "certified_as"]


def _why(reason: Reason, triggers: Mapping[str, str], site: Site) -> WhyShown:
    _note, trusted = trust_note(reason.trust, reason.origin, reason.source, site)
    return WhyShown(why_it_applies(reason, triggers, site), trust_word(reason.trust, reason.origin, site), trusted)


def _open_numbers(criteria: Sequence[Criterion], told: Mapping[str, CriterionAnswer]) -> list[tuple[str, str]]:
    """Return a note for each criterion that binds here and sets numbers that are not confirmed."""
    notes = []
    for criterion in criteria:
        numbers = [threshold for threshold in criterion.thresholds if threshold.must_confirm]
        if not numbers or told[criterion.number].answer is Answer.DOES_NOT_APPLY:
            continue
        head = ngettext(
            "%(number)s has a number we do not use", "%(number)s has %(n)d numbers we do not use", len(numbers)
        ) % {"number": criterion.number, "n": len(numbers)}
        what = "; ".join(threshold_words(threshold.model_dump(mode="json")) for threshold in numbers)
        notes.append((head, _("%(what)s. Not confirmed: shown, never used to judge.") % {"what": what}))
    return notes


def _moved(criteria: Sequence[Criterion], before: str, moved: Mapping[str, MovedNumber]) -> list[tuple[str, str]]:
    """Return a note on the numbers of a principle that meant something else in the version before."""
    told = [(one.number, moved[one.number]) for one in criteria if one.number in moved]
    if not told:
        return []
    lines = [
        _("%(number)s was %(title)s, now %(now)s") % {"number": number, "title": one.title, "now": one.now or _("gone")}
        for number, one in told
    ]
    text = _("In %(version)s %(lines)s. A rating given under that version keeps its number.") % {
        "version": before,
        "lines": "; ".join(lines),
    }
    return [(ngettext("A number that moved", "Numbers that moved", len(told)), text)]


def _relief(relief: Relief, answers: Sequence[CriterionAnswer], activities: Sequence[str], site: Site) -> ReliefShown:
    note, trusted = trust_note(relief.trust, relief.origin, relief.source, site)
    rests = [
        answer
        for answer in answers
        if any(reason.rule == relief.id and "kept_principles" in reason.values for reason in answer.reasons)
    ]
    freed = sum(answer.answer is Answer.DOES_NOT_APPLY for answer in rests)
    concerned = [
        label
        for identifier, label in site.labels["activities"].items()
        if identifier in relief.activities and identifier in activities
    ]
    if not concerned:
        only = either(site.label("activities", identifier) for identifier in relief.activities)
        effect = _("It does not touch this scope: it is for %(only)s.") % {"only": only}
    elif freed:
        effect = ngettext("Here it frees from %(n)d criterion.", "Here it frees from %(n)d criteria.", freed) % {
            "n": freed
        }
    elif rests:
        effect = _("Here it frees %(who)s alone from some criteria that bind the rest of the scope, or may do so.") % {
            "who": listed(concerned)
        }
    else:
        effect = _("Here it frees from nothing.")
    return ReliefShown(relief.text, note, trusted, effect)


def _trust_words(answers: Sequence[CriterionAnswer], site: Site) -> list[tuple[str, str]]:
    """Return each trust word that stands in a row, with what it means."""
    found: dict[str, str] = {}
    for answer in answers:
        for reason in _in_row(answer):
            note, trusted = trust_note(reason.trust, reason.origin, reason.source, site)
            reported = reason.trust == Trust.READ and reason.origin != OURS and not trusted
            found[trust_word(reason.trust, reason.origin, site)] = _("seen at a third party") if reported else note
    return sorted(found.items())


def sheet_heads(standard: Standard) -> list[str]:
    """Return the heads of the sheet, in the reader's language."""
    return [
        _("Criterion"),
        _("Title"),
        _("In our words"),
        _("Section") if standard.head.parts == "sections" else _("Principle"),
        _("Answer"),
        _("For these activities"),
        _("Why"),
        _("How it is known"),
        _("Source"),
    ]


COLUMNS = (
    "number",
    "title",
    "text",
    "principle",
    "answer",
    "activities",
    "why",
    "trust",
    "origin",
    "trust_in_words",
    "source",
)


def sheet_rows(
    standard: Standard, answers: Sequence[CriterionAnswer], show: str, site: Site, *, coded: bool
) -> list[list[str]]:
    """Return a row for each criterion shown: in words, or, where programs read it, in ids."""
    told = {answer.number: answer for answer in answers}
    triggers = {trigger.id: trigger.label for trigger in standard.triggers}
    rows = []
    for principle in standard.principles:
        for criterion in principle.criteria:
            answer = told[criterion.number]
            if show and answer.answer != show:
                continue
            first = answer.reasons[0]
            labels = [site.label("activities", identifier) for identifier in answer.activities]
            rows.append(
                [
                    criterion.number,
                    criterion.title,
                    criterion.requirement.text,
                    f"{principle.number} {principle.title}",
                    str(answer.answer) if coded else str(ANSWER_WORDS[answer.answer]),
                    ";".join(answer.activities) if coded else listed(labels),
                    "; ".join(
                        reason.text if coded else why_it_applies(reason, triggers, site) for reason in answer.reasons
                    ),
                    *((str(first.trust), first.origin) if coded else ()),
                    trust_word(first.trust, first.origin, site),
                    first.source,
                ]
            )
    return rows


def scope_said(
    said: Mapping[str, Any], activities: Sequence[str], standard: Standard, *, version: str, clocks: Clocks, site: Site
) -> list[tuple[str, str]]:
    """Return each choice that was made, under its name."""
    labels = [label for identifier, label in site.labels["activities"].items() if identifier in activities]
    triggers = [trigger.label for trigger in standard.triggers if trigger.id in said["trigger"]]
    made = [
        (_("Standard"), version),
        (_("On the day"), show_day(clocks.day)),
        (_("As published by"), show_day(clocks.as_of or clocks.today)),
        (_("Activities"), listed(labels) or _("none")),
    ]
    if standard.reliefs:
        cycle = str(CYCLE_WORDS[said["cycle"] or LATER_CYCLE])
        made.append((_("Class of the member"), site.label("classes", said["member_class"]) or _("not said")))
        made.append((_("Certification cycle under this version"), cycle))
    if standard.triggers:
        made.append((_("Conditions that are given"), "; ".join(triggers) or _("none")))
    return made


def question(scope: Sequence[tuple[str, str]], page: str) -> list[tuple[str, str]]:
    """Return what was asked, in words, under the name of its sheet."""
    what = _("Criteria in our own words; not a copy of the standard and no substitute for it.")
    return [(_("Question"), ""), *scope, (_("Address"), page), (_("What this is"), what)]
