"""What the pages and the command line show of decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Actor, allows
from alunite.foundation.core.canonical import digest
from alunite.foundation.decisions.acts import Preview, act_named
from alunite.foundation.decisions.models import Decision, State
from alunite.foundation.importing.kinds import import_kinds
from alunite.foundation.importing.models import Statement
from alunite.foundation.publications.models import Redaction

PAGE_LENGTH = 100
MOST_ROWS = 100
LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Listed:
    """A decision with the names of its people and its state today."""

    decision: Decision
    state: str
    state_label: str
    act_label: str
    proposed_by: str
    answered_by: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as the command line's contract has it: people by their opaque ids."""
        row = self.decision
        return {
            "id": row.pk,
            "act": row.act,
            "subjects": row.subjects,
            "ground": row.ground,
            "note": row.note,
            "state": self.state,
            "proposed_by": str(row.proposed_by),
            "proposed_at": row.proposed_at.isoformat(),
            "expires_at": row.expires_at.isoformat(),
            "answered_by": str(row.answered_by) if row.answered_by else None,
            "answered_at": row.answered_at.isoformat() if row.answered_at else None,
            "answer_note": row.answer_note,
            "outcome": row.outcome,
        }


@dataclass(frozen=True, slots=True)
class Detail:
    """A decision with what it touches now, while it is open.

    Once it is carried out: rows that were imported since and are not published because of it, and how many more.
    """

    listed: Listed
    preview: Preview | None
    seen: str
    is_own: bool
    stated_since: tuple[Statement, ...] = ()
    further: int = 0


def decisions_visible_to(actor: Actor) -> list[Listed]:
    """Return the latest decisions, open ones first. Two queries."""
    rows = list(_visible(actor).order_by("-proposed_at", "pk")[:PAGE_LENGTH])
    listed = _listed(rows)
    return sorted(listed, key=lambda item: item.state != State.PROPOSED)


def decision_visible_to(actor: Actor, decision_id: str) -> Detail | None:
    """Return one decision; None where there is none or the actor may not see it."""
    row = _visible(actor).filter(pk=decision_id).first()
    if row is None:
        return None
    [listed] = _listed([row])
    if listed.state != State.PROPOSED:
        rows = _stated_since(row)
        shown = tuple(rows.select_related("batch").order_by("-pk")[:MOST_ROWS])
        further = rows.count() - MOST_ROWS if len(shown) == MOST_ROWS else 0
        return Detail(listed, None, "", is_own=False, stated_since=shown, further=further)
    act = act_named(row.act)
    touches = act.touches(row.subjects)
    return Detail(listed, act.preview(touches), digest(touches), is_own=str(row.proposed_by) == actor.person_id)


def _stated_since(decision: Decision) -> QuerySet[Statement]:
    """Return what was stated of the records a decision took out, since then, while they are withheld by it."""
    redacted = Redaction.objects.filter(decision=decision.pk)
    taken_out: dict[str, set[str]] = defaultdict(set)
    for record, subject in redacted.values_list("publication__kind", "publication__subject"):
        taken_out[record].add(subject)
    asked = Q(pk__in=())
    for kind in import_kinds():
        if subjects := taken_out.get(kind.record):
            keys = [key for key, subject in kind.withheld().items() if subject in subjects]
            asked |= Q(kind=kind.name, key__in=keys)
    return (
        Statement.objects.filter(asked, batch__at__gt=decision.answered_at) if taken_out else Statement.objects.none()
    )


def _visible(actor: Actor) -> QuerySet[Decision]:
    return Decision.objects.all() if allows(actor, "decisions.view") else Decision.objects.none()


def _listed(rows: Iterable[Decision]) -> list[Listed]:
    rows = list(rows)
    people = {row.proposed_by for row in rows} | {row.answered_by for row in rows if row.answered_by}
    names = {person.pk: str(person) for person in Person.objects.filter(pk__in=people)}
    now = timezone.now()
    return [
        Listed(
            row,
            _state(row, now),
            gettext("lapsed unanswered") if _state(row, now) == LAPSED else row.get_state_display(),
            str(act_named(row.act).label),
            names.get(row.proposed_by, str(row.proposed_by)),
            names.get(row.answered_by, str(row.answered_by)) if row.answered_by else "",
        )
        for row in rows
    ]


def _state(row: Decision, now: datetime) -> str:
    return LAPSED if row.state == State.PROPOSED and now >= row.expires_at else row.state
