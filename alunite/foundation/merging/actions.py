"""Proposing, by rule or by hand, merging, dismissing, undoing. One mechanism for every kind of record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.accounts.roles import Role
from alunite.foundation.core.judgement import Judgement, Reason
from alunite.foundation.history.actions import Change, record, record_many
from alunite.foundation.importing.actions import one_import_at_a_time
from alunite.foundation.importing.queries import newest_import
from alunite.foundation.merging import rules
from alunite.foundation.merging.kinds import Likely, MergeKind, merge_kind, merge_kinds
from alunite.foundation.merging.models import LONGEST_NOTE, Merge, Proposal, Status
from alunite.foundation.merging.queries import (
    RUN_ID,
    RUN_TYPE,
    Named,
    looked_through,
    may_be_proposed,
    standing_merges,
)

BATCH = 500
RECORD_TYPE = "duplicate_proposal"
_CHANGED_FIELDS = (
    *("score", "reasons", "evidence", "status", "version", "note", "decided_by", "decided_at"),
    *("proposed_by", "why"),
)

Rows = dict[tuple[str, str], Proposal]


class CannotDecide(Exception):
    """The two cannot be proposed, or the proposal not decided so; `reasons` say all that stands against it."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What proposing changed: new, shown with other evidence, back after their records changed, lapsed; and the rest."""

    new: int = 0
    changed: int = 0
    back: int = 0
    lapsed: int = 0
    unchanged: int = 0

    def __add__(self, other: Proposed) -> Proposed:
        """Sum two runs."""
        return Proposed(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))


@policy("duplicates.propose", says="Only the installation or the membership and data office may look for duplicates.")
def _may_propose(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.holds(Role.OFFICE)


@policy("duplicates.decide", says="Only a person of the membership and data office may merge records.")
def _may_decide(actor: Actor, _subject: Any) -> bool:
    return actor.holds(Role.OFFICE)


def propose_duplicates(*, actor: Actor, kinds: Iterable[str] | None = None) -> Proposed:
    """Look through all records of the kinds named, or of every kind, and bring the proposals up to date.

    A second time changes nothing. What a person dismissed comes back only when one of the two records has changed.
    """
    require(actor, "duplicates.propose")
    wanted = merge_kinds() if kinds is None else [merge_kind(name) for name in kinds]
    done = Proposed()
    with transaction.atomic():
        one_import_at_a_time()
        for kind in wanted:
            done += _bring_up_to_date(kind, actor)
        newest = newest_import()
        if kinds is None and newest > looked_through():
            said = {"import": newest, **asdict(done)}
            record("duplicates.looked_for", record_type=RUN_TYPE, record_id=RUN_ID, payload=said, actor=actor.label)
    return done


def _bring_up_to_date(kind: MergeKind, actor: Actor) -> Proposed:
    likely = kind.likely()
    held: Rows = {(row.first, row.second): row for row in Proposal.objects.filter(kind=kind.name).order_by("pk")}
    at = timezone.now()
    new = [
        Proposal(kind=kind.name, first=pair[0], second=pair[1], proposed_at=at, **_said(found))
        for pair, found in likely.items()
        if pair not in held
    ]
    told: dict[str, list[Proposal]] = {"duplicates.reopened": [], "duplicates.rescored": [], "duplicates.lapsed": []}
    for pair, row in held.items():
        if event := _update(row, likely.get(pair)):
            told[event].append(row)
    changed = [row for rows in told.values() for row in rows]
    Proposal.objects.bulk_create(new, batch_size=BATCH)
    Proposal.objects.bulk_update(changed, _CHANGED_FIELDS, batch_size=BATCH)
    told["duplicates.proposed"] = new
    record_many(
        "duplicates.proposed",
        [Change(RECORD_TYPE, str(row.pk), _entry(row), kind=event) for event in sorted(told) for row in told[event]],
        actor=actor.label,
    )
    back, rescored, lapsed = (len(told[f"duplicates.{word}"]) for word in ("reopened", "rescored", "lapsed"))
    return Proposed(len(new), rescored, back, lapsed, len(held) - len(changed))


def _said(likely: Likely | None) -> dict[str, Any]:
    if likely is None:
        return {"score": None, "reasons": [], "evidence": ""}
    return {
        "score": round(likely.judgement.result * 100),
        "reasons": [reason.as_dict() for reason in likely.judgement.reasons],
        "evidence": likely.evidence,
    }


def _update(row: Proposal, likely: Likely | None) -> str:
    """Change a proposal by what is likely now; return the event that tells of it, empty for none."""
    if row.status == Status.MERGED:
        return ""
    # What a person proposed waits for a person, whatever the rule makes of it.
    if likely is None and not (row.status == Status.OPEN and row.proposed_by):
        # A dismissal stands, although nothing speaks for the pair any more: it may again one day.
        if row.status != Status.OPEN:
            return ""
        row.status, event = Status.LAPSED, "duplicates.lapsed"
    else:
        said = _said(likely)
        if row.status == Status.LAPSED or (row.status == Status.DISMISSED and row.evidence != said["evidence"]):
            _reopen(row)
            row.proposed_by = row.why = ""
            event = "duplicates.reopened"
        elif row.status == Status.OPEN and any(getattr(row, name) != value for name, value in said.items()):
            event = "duplicates.rescored"
        else:
            return ""
        for name, value in said.items():
            setattr(row, name, value)
    row.version += 1
    return event


def _reopen(row: Proposal) -> None:
    row.status, row.note, row.decided_by, row.decided_at = Status.OPEN, "", "", None


def _entry(row: Proposal, **more: Any) -> dict[str, Any]:
    pair = {"kind": row.kind, "first": row.first, "second": row.second, "score": row.score, "evidence": row.evidence}
    return pair | {"status": str(row.status), "version": row.version} | more


def propose_by_hand(one: Named, other: Named, *, why: str, actor: Actor) -> Proposal:
    """Propose two records, each by kind and id, which the rule need not take for one; it is decided like any proposal.

    Raises
    ------
    Refused
        If the actor is not of the office.
    CannotDecide
        If the two cannot be merged, wait for a decision already, or no reason is given; nothing is done.
    """
    require(actor, "duplicates.decide")
    if not why.strip():
        raise CannotDecide([Reason("merging.no_reason", "Say why you take the two for one thing.")])
    _need_short(why)
    with transaction.atomic():
        one_import_at_a_time()
        _need(may_be_proposed(one, other))
        kind, (first, second) = one[0], sorted((one[1], other[1]))
        row = Proposal.objects.select_for_update().filter(kind=kind, first=first, second=second).first()
        if row is None:
            row = Proposal(kind=kind, first=first, second=second, **_said(None))
        elif row.status == Status.LAPSED:
            for name, value in _said(None).items():
                setattr(row, name, value)
        _reopen(row)
        row.proposed_at, row.proposed_by, row.why = timezone.now(), actor.label, why.strip()
        if row.pk:
            row.version += 1
        row.save()
        said = _entry(row, why=row.why)
        record(
            "duplicates.proposed_by_hand", record_type=RECORD_TYPE, record_id=row.pk, payload=said, actor=actor.label
        )
    return row


def merge_records(proposal: int, *, survivor: str, version: int, note: str, actor: Actor) -> Merge:
    """Merge the two records of a proposal into `survivor`, one of them.

    Nothing of either is changed: the other gives way to it in publications, by its room and by reactions of those that
    name it. The record that gives way has the entry ``<kind>.merged``.

    Raises
    ------
    Refused
        If the actor is not of the office.
    CannotDecide
        If somebody else decided before, or one of the two is merged already; nothing is done.
    """
    require(actor, "duplicates.decide")
    with transaction.atomic():
        row, kind = _to_decide(proposal, version, note, wanted=(Status.OPEN,))
        loser = row.second if survivor == row.first else row.first
        there = set(kind.show([row.first, row.second])) & {row.first, row.second}
        _need(rules.may_merge(loser, survivor, standing_merges(row.kind), there))
        merge = Merge.objects.create(
            kind=row.kind, loser=loser, survivor=survivor, proposal=row, actor=actor.label, at=timezone.now()
        )
        _decide(row, Status.MERGED, note, actor)
        said = {"survivor": survivor, "proposal": row.pk, "merge": merge.pk, "note": note}
        entry = record(f"{row.kind}.merged", record_type=row.kind, record_id=loser, payload=said, actor=actor.label)
        kind.follow([loser, survivor], actor=actor, cause=entry)
    return merge


def undo_merge(proposal: int, *, version: int, note: str, actor: Actor) -> Merge:
    """Undo the merge that was made of a proposal, which is open again. What each record says is as if it had not been.

    Raises as `merge_records`.
    """
    require(actor, "duplicates.decide")
    with transaction.atomic():
        row, kind = _to_decide(proposal, version, note, wanted=(Status.MERGED,))
        merge = Merge.objects.select_for_update().get(proposal=row, undone_at=None)
        before = standing_merges(row.kind)
        merge.undone_by, merge.undone_at = actor.label, timezone.now()
        merge.save(update_fields=["undone_by", "undone_at"])
        _decide(row, Status.OPEN, note, actor)
        said = {"survivor": merge.survivor, "proposal": row.pk, "merge": merge.pk, "note": note}
        entry = record(
            f"{row.kind}.parted", record_type=row.kind, record_id=merge.loser, payload=said, actor=actor.label
        )
        # The record that spoke for both may be a third, if the survivor was merged since.
        kind.follow([merge.loser, merge.survivor, rules.head_of(merge.survivor, before)], actor=actor, cause=entry)
    return merge


def dismiss_proposal(proposal: int, *, version: int, note: str, actor: Actor) -> Proposal:
    """Say that the two records of a proposal are two things. Raises as `merge_records`."""
    require(actor, "duplicates.decide")
    with transaction.atomic():
        row, _ = _to_decide(proposal, version, note, wanted=(Status.OPEN,))
        _decide(row, Status.DISMISSED, note, actor)
    return row


def _to_decide(key: int, version: int, note: str, *, wanted: Sequence[str]) -> tuple[Proposal, MergeKind]:
    """Return the proposal if it may be decided now, with nobody else deciding or importing until the end."""
    _need_short(note)
    one_import_at_a_time()
    row = Proposal.objects.select_for_update().get(pk=key)
    _need(rules.may_decide(status=row.status, wanted=wanted, version=row.version, seen=version))
    return row, merge_kind(row.kind)


def _need_short(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        text = f"A note has at most {LONGEST_NOTE} characters."
        raise CannotDecide([Reason("merging.long_note", text, {"characters": len(note)})])


def _need(judgement: Judgement[bool]) -> None:
    if not judgement.result:
        raise CannotDecide(judgement.reasons)


def _decide(row: Proposal, status: Status, note: str, actor: Actor) -> None:
    row.status, row.note, row.decided_by, row.decided_at = status, note, actor.label, timezone.now()
    row.version += 1
    row.save(update_fields=_CHANGED_FIELDS)
    kinds = {Status.MERGED: "merged", Status.OPEN: "undone", Status.DISMISSED: "dismissed"}
    said = _entry(row, note=note)
    record(f"duplicates.{kinds[status]}", record_type=RECORD_TYPE, record_id=row.pk, payload=said, actor=actor.label)
