"""What pages of scopes and self assessments show. No query, no rule: only words, order and marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.forms import Form
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.core.judgement import Reason
from alunite.foundation.history.editing import Difference
from alunite.foundation.messages.threads.queries import Talk
from alunite.foundation.scheme.models import Principle, SelfLevel, Standard
from alunite.foundation.scheme.notes import reason_note, trust_word
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.rules import Answer as Applies
from alunite.foundation.scheme.versions import VersionUse
from alunite.programme.assessments.actions import Fault, Faulty, StaleAnswer, values_of
from alunite.programme.assessments.evidence.queries import Piece
from alunite.programme.assessments.forms import label_of, version_label
from alunite.programme.assessments.models import Presence, Scope
from alunite.programme.assessments.queries import Page, Row, Whole
from alunite.programme.assessments.rules import Asked, Carriage
from alunite.programme.assessments.sites.queries import Departure

APPLIES_WORDS = {
    Applies.APPLIES: gettext_lazy("Applies"),
    Applies.DEPENDS: gettext_lazy("On condition"),
    Applies.NOT_KNOWN: gettext_lazy("Unknown"),
    Applies.DOES_NOT_APPLY: gettext_lazy("Does not apply"),
}
APPLIES_MARKS = {
    Applies.APPLIES: "full",
    Applies.DEPENDS: "condition",
    Applies.NOT_KNOWN: "unknown",
    Applies.DOES_NOT_APPLY: "not-applicable",
}
CARRIAGE_WORDS = {
    Carriage.KEPT: gettext_lazy("kept"),
    Carriage.CHANGED: gettext_lazy("changed"),
    Carriage.SPLIT: gettext_lazy("split"),
    Carriage.MERGED: gettext_lazy("merged"),
    Carriage.NEW: gettext_lazy("new"),
}
FIELD_WORDS = {
    "level": gettext_lazy("Level"),
    "text": gettext_lazy("How it is met"),
    "gap": gettext_lazy("What is missing, and the plan"),
    "gap_due": gettext_lazy("By when"),
    "gap_owner": gettext_lazy("Who sees to it"),
    "owner": gettext_lazy("Who answers"),
    "checked": gettext_lazy("Difference checked"),
}
# The views of a list of criteria: what stands in the address, what it is called, and which rows it shows.
ALL, UNANSWERED, TO_CHECK, GAPS, NO_EVIDENCE = "", "unanswered", "check", "gaps", "no-evidence"
MINE, OF_SITES = "mine", "sites"
VIEW_WORDS = {
    ALL: gettext_lazy("All"),
    UNANSWERED: gettext_lazy("Not answered"),
    TO_CHECK: gettext_lazy("To check"),
    GAPS: gettext_lazy("Gaps"),
    NO_EVIDENCE: gettext_lazy("No evidence"),
    MINE: gettext_lazy("Mine"),
    OF_SITES: gettext_lazy("Sites differ"),
}


def anchor(number: str) -> str:
    """Return the name of a criterion's row within a page.

    >>> anchor("5.3")
    'c-5-3'
    """
    return f"c-{number.replace('.', '-')}"


def known_number(text: str) -> str:
    """Return a criterion's number as a page sends it, or nothing where it is none."""
    parts = text.split(".")
    return text if len(text) <= 12 and all(part.isascii() and part.isdigit() for part in parts) else ""


def place_of(text: str) -> tuple[datetime, str] | None:
    """Return the place in a list that an address names; None where it names none."""
    moment, _sep, pk = text.partition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    return (at, pk) if at is not None and at.tzinfo is not None and pk.isalnum() else None


def tell(form: Form, error: Faulty) -> None:
    """Put faults of an action beside the fields of a form they concern."""
    for fault in error.faults:
        where = fault.place if fault.place in form.fields else None
        form.add_error(where, fault_text(fault))


def fault_text(fault: Fault) -> str:
    """Return a fault as a sentence."""
    return _("%(value)s: expected %(expected)s") % {"value": fault.value or _("nothing"), "expected": fault.expected}


@dataclass(frozen=True, slots=True)
class Why:
    """A reason as it is shown: what it says, how far to trust it, and whether it may pass as the scheme's own."""

    text: str
    word: str
    note: str
    is_trusted: bool


def why(reasons: Sequence[Reason], pack: Pack) -> list[Why]:
    """Return reasons as they are shown."""
    scheme = pack.scheme
    told = []
    for reason in reasons:
        note, is_trusted = reason_note(reason, scheme_id=scheme.id, owner=scheme.owner)
        told.append(Why(reason.text, trust_word(str(reason.trust), reason.origin, scheme.id), note, is_trusted))
    return told


# --- scopes ---


def scope(found: Scope, versions: Sequence[tuple[VersionUse, Standard]], pack: Pack) -> dict[str, Any]:
    """Return what the page of a scope shows."""
    kinds = pack.assessments.scope_types if pack.assessments else ()
    rows = sorted(found.facilities.all(), key=lambda row: row.facility.name)
    conditions = {trigger.id: trigger.label for standard in pack.standards for trigger in standard.triggers}
    return {
        "scope": found,
        "kind": next((label_of(one) for one in kinds if one.id == found.type), found.type),
        "activities": [label_of(one) for one in pack.activities if one.id in found.activities],
        "member_class": next((label_of(one) for one in pack.classes if one.id == found.member_class), ""),
        "covered": [row.facility for row in rows if not row.left_out_because],
        "left_out": [row for row in rows if row.left_out_because],
        "conditions": [(conditions.get(one, one), given) for one, given in sorted(found.conditions.items())],
        "versions": [
            {
                "id": standard.id,
                "label": version_label(pack, standard.id),
                "is_open": use.use.is_open,
                "seen": sum(one.standard == standard.id for one in found.assessments.all()),
                "why": why([use.reason], pack),
                "earlier": [
                    one
                    for one in found.assessments.all()
                    if any((link.head.before, link.head.after) == (one.standard, standard.id) for link in pack.mappings)
                ],
            }
            for use, standard in versions
        ],
        "assessments": [
            (one, version_label(pack, one.standard))
            for one in sorted(found.assessments.all(), key=lambda one: one.opened_at)
        ],
    }


@dataclass(frozen=True, slots=True)
class CriterionShown:
    """A criterion of a scope as its page shows it."""

    number: str
    anchor: str
    title: str
    requirement: str
    mark: str
    word: str
    why: list[Why]
    objection: str
    applies: bool


def criteria(found: Scope, standard: str, asked: Sequence[Asked], pack: Pack) -> dict[str, Any]:
    """Return what the page of a scope's criteria shows: principle by principle, each with its reasons."""
    parts = [
        (principle, [_criterion(one, pack) for one in group])
        for principle, group in groupby(asked, key=lambda one: one.principle)
    ]
    counts = {
        answer: sum(one.answer is answer for one in asked)
        for answer in Applies
        if any(o.answer is answer for o in asked)
    }
    return {
        "scope": found,
        "standard": standard,
        "label": version_label(pack, standard),
        "parts": parts,
        "counts": [(APPLIES_MARKS[answer], APPLIES_WORDS[answer], count) for answer, count in counts.items()],
        "objections": sum(one.objection is not None for one in asked),
        "notes": Counter((one.word, one.note) for _, rows in parts for row in rows for one in row.why).most_common(),
    }


def _criterion(one: Asked, pack: Pack) -> CriterionShown:
    return CriterionShown(
        number=one.number,
        anchor=anchor(one.number),
        title=one.criterion.title,
        requirement=str(one.criterion.requirement.text),
        mark=APPLIES_MARKS[one.answer],
        word=str(APPLIES_WORDS[one.answer]),
        why=why(one.reasons, pack),
        objection=one.objection.reason if one.objection else "",
        applies=one.is_asked,
    )


# --- self assessments ---


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a self assessment are asked for, which one is open, and by whom."""

    view: str
    open: str
    person_id: str

    @classmethod
    def of(cls, asked: Mapping[str, str], actor: Actor) -> Wanted:
        """Read them from an address; what it asks for that there is not, is all."""
        view = asked.get("show", ALL)
        return cls(view if view in VIEW_WORDS else ALL, known_number(asked.get("open", "")), actor.person_id or "")

    def shows(self, row: RowShown) -> bool:
        """Tell whether a row belongs to the view."""
        match self.view:
            case "unanswered":
                return row.is_asked and not row.row.said.is_answered
            case "check":
                return row.row.said.is_to_check
            case "gaps":
                return row.is_gap
            case "no-evidence":
                return row.is_asked and not row.row.said.evidence
            case "mine":
                return self.person_id in row.people
            case _:
                return self.view != OF_SITES or bool(row.differing)


@dataclass(frozen=True, slots=True)
class RowShown:
    """A criterion of a self assessment as a page shows it.

    Parameters
    ----------
    row : Row
        What stands behind it.
    mark, word : str
        Its level with shape and word; a question mark where none is chosen.
    values : dict of field to text
        What its form holds: what was sent where that could not be kept, else what stands.
    why : list of Why
        Why it applies or does not.
    evidence : list of Piece
        Those pieces the reader may read; `row` counts all of them.
    talk : Talk or None
        How much is said of it, as far as the reader may read it.
    levels_of_sites : list of (mark, word, Departure)
        Levels that single sites have of their own.
    """

    row: Row
    is_open: bool
    is_asked: bool
    is_gap: bool
    is_gap_for_all: bool
    needs_reason: bool
    mark: str
    word: str
    values: dict[str, str]
    why: list[Why]
    change: str
    evidence: list[Piece]
    talk: Talk | None = None
    faults: list[str] = field(default_factory=list)
    differences: list[tuple[Any, Difference]] = field(default_factory=list)
    levels_of_sites: list[tuple[str, str, Departure]] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The number of the criterion."""
        return self.row.number

    @property
    def anchor(self) -> str:
        """The name of the row within the page."""
        return anchor(self.number)

    @property
    def version(self) -> int:
        """The version of the answer that stands; 0 where there is none."""
        return self.row.answer.version if self.row.answer else 0

    @property
    def people(self) -> set[str]:
        """Ids of the people it waits for."""
        answer = self.row.answer
        of_all = {answer.owner_id, answer.gap_owner_id} if answer else set()
        of_sites = {one.values["gap_owner"] for one in self.row.departures if one.fields}
        return {str(one) for one in (*of_all, *of_sites) if one}

    @property
    def differing(self) -> list[Departure]:
        """What sites say otherwise, where an answer is due."""
        return [one for one in self.row.departures if one.fields] if self.is_asked else []

    @property
    def is_kept(self) -> bool:
        """Tell whether the version before asked the same."""
        return self.row.answer is not None and self.row.answer.carried == Carriage.KEPT

    @property
    def carriage(self) -> str:
        """How it came from the version before, as a word; empty where nothing was carried over."""
        answer = self.row.answer
        return str(CARRIAGE_WORDS[Carriage(answer.carried)]) if answer and answer.carried else ""


@dataclass(frozen=True, slots=True)
class PartShown:
    """A principle with its rows, and how many of those that are asked are answered."""

    principle: Principle
    rows: list[RowShown]
    answered: int
    asked: int


def assessment(
    whole: Whole,
    wanted: Wanted,
    pack: Pack,
    *,
    reads: Callable[[Piece], bool],
    talk: Mapping[str, Talk],
    trouble: Faulty | StaleAnswer | None = None,
) -> dict[str, Any]:
    """Return what the page of a self assessment shows to whoever reads this evidence, with what was wrong with what was sent."""
    rows = [
        _row_shown(whole, row, wanted, pack, reads=reads, talk=talk.get(row.number), trouble=trouble)
        for row in whole.rows
    ]
    groups = [(principle, list(group)) for principle, group in groupby(rows, key=lambda one: one.row.asked.principle)]
    parts = [_part(principle, group, wanted) for principle, group in groups]
    asked = [row for row in rows if row.is_asked]
    answered = sum(row.row.said.is_answered for row in asked)
    return {
        "assessment": whole.assessment,
        "scope": whole.assessment.scope,
        "label": version_label(pack, whole.assessment.standard),
        "before": version_label(pack, whole.assessment.carried_from.standard) if whole.assessment.carried_from else "",
        "parts": [part for part in parts if part.rows],
        "ribbon": groups,
        "answered": answered,
        "asked": len(asked),
        "share": 100 * answered // len(asked) if asked else 0,
        "not_asked": len(rows) - len(asked),
        "gaps": sum(row.is_gap for row in rows),
        "to_check": sum(row.row.said.is_to_check for row in asked),
        "views": [one for one in _views(rows, wanted) if one[0] != OF_SITES or one[2]],
        "view": wanted.view,
        "opened": next((row for row in rows if row.is_open), None),
        "levels": [(str(key), level, label_of(level)) for key, level in enumerate(whole.wanted.levels, start=1)],
        "ready": whole.ready.result,
        "unmet": [
            (one.asked.blocks, one.asked.text, one.concerns, shown)
            for one, shown in zip(whole.unmet, why(whole.ready.reasons, pack), strict=True)
        ],
        "saved_at": max((row.answer.saved_at for row in whole.rows if row.answer), default=None),
    }


def _views(rows: Sequence[RowShown], wanted: Wanted) -> Iterator[tuple[str, Any, int]]:
    for view, word in VIEW_WORDS.items():
        yield view, word, sum(Wanted(view, "", wanted.person_id).shows(row) for row in rows)


def _part(principle: Principle, rows: list[RowShown], wanted: Wanted) -> PartShown:
    asked = [row for row in rows if row.is_asked]
    shown = [row for row in rows if wanted.shows(row) or row.is_open]
    return PartShown(principle, shown, sum(row.row.said.is_answered for row in asked), len(asked))


def _row_shown(
    whole: Whole,
    row: Row,
    wanted: Wanted,
    pack: Pack,
    *,
    reads: Callable[[Piece], bool],
    talk: Talk | None,
    trouble: Faulty | StaleAnswer | None,
) -> RowShown:
    level = next((one for one in whole.wanted.levels if one.id == row.said.level), None)
    is_open = row.number == wanted.open
    faults: list[str] = []
    differences: list[tuple[Any, Difference]] = []
    values = values_of(row.answer)
    if is_open and isinstance(trouble, Faulty):
        faults = [fault_text(one) for one in trouble.faults]
    if is_open and isinstance(trouble, StaleAnswer):
        found = trouble.differences.get(row.number, ())
        differences = [(FIELD_WORDS[one.field], one) for one in found]
        values |= {one.field: one.yours for one in found}
    mark, word = _standing(row, level)
    return RowShown(
        row=row,
        is_open=is_open,
        is_asked=row.asked.is_asked,
        is_gap=row.asked.is_asked and any(one.is_gap for one in whole.wanted.levels if one.id in row.said.levels),
        is_gap_for_all=bool(level and level.is_gap and row.asked.is_asked),
        needs_reason=bool(level and level.needs_reason),
        mark=mark,
        word=word,
        values=values,
        why=why(row.asked.reasons, pack) if is_open or not row.asked.is_asked else [],
        change=_change(whole, row, pack) if is_open else "",
        evidence=[one for one in row.evidence if reads(one)],
        talk=talk,
        faults=faults,
        differences=differences,
        levels_of_sites=_levels_of_sites(whole, row) if row.asked.is_asked else [],
    )


def _levels_of_sites(whole: Whole, row: Row) -> list[tuple[str, str, Departure]]:
    levels = {one.id: one for one in whole.wanted.levels}
    own = [(levels.get(one.values["level"]), one) for one in row.departures if one.values.get("level")]
    return [(level.mark, label_of(level), one) for level, one in own if level]


def _standing(row: Row, level: SelfLevel | None) -> tuple[str, str]:
    if not row.asked.is_asked:
        return "not-applicable", _("Does not apply")
    if not row.said.is_for_some and all(row.said.levels):
        return "condition", _("By site")
    if level is None:
        return "unknown", _("Not answered")
    return level.mark, label_of(level)


def _change(whole: Whole, row: Row, pack: Pack) -> str:
    """Return what the version asks otherwise than the one before, where something was carried over."""
    earlier = whole.assessment.carried_from
    if earlier is None:
        return ""
    heads = (earlier.standard, whole.assessment.standard)
    mapping = next((one for one in pack.mappings if (one.head.before, one.head.after) == heads), None)
    links = mapping.links if mapping else ()
    return next((link.change for link in links if row.number in link.after), "")


def list_of_assessments(page: Page, pack: Pack) -> dict[str, Any]:
    """Return what the list of self assessments shows."""
    following = f"{page.next[0].isoformat()}~{page.next[1]}" if page.next else ""
    items = [(one, version_label(pack, one.assessment.standard)) for one in page.items]
    return {"items": items, "following": following}


def others(found: Sequence[Presence]) -> list[tuple[str, str]]:
    """Return who else is there, and at which criterion; empty where at none."""
    return [(str(one.person), one.number) for one in found]
