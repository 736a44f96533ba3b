"""Which merges may be made and undone, and for whom a record stands. Pure.

A merge points from the record that gives way to the one that stays. Merges are never rewritten: one that is undone
leaves those before and after it as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alunite.foundation.core.judgement import Judgement, Reason

# Loser → survivor, of one kind; standing merges only.
Merges = Mapping[str, str]


def head_of(record: str, merges: Merges) -> str:
    """Return the record that speaks for `record`: itself, or the end of the chain of merges it begins.

    >>> head_of("a", {"a": "b", "b": "c"}), head_of("c", {"a": "b", "b": "c"})
    ('c', 'c')
    """
    seen = {record}
    while record in merges:
        record = merges[record]
        if record in seen:
            raise ValueError(f"merges go round in a circle at {record}")
        seen.add(record)
    return record


def heads(merges: Merges) -> dict[str, str]:
    """Return for each record that was merged the one that speaks for it.

    >>> heads({"a": "b", "b": "c"})
    {'a': 'c', 'b': 'c'}
    """
    return {record: head_of(record, merges) for record in merges}


def spoken_for(merges: Merges) -> dict[str, list[str]]:
    """Return for each record that speaks for others those others, in order.

    >>> spoken_for({"b": "c", "a": "b"})
    {'c': ['a', 'b']}
    """
    found: dict[str, list[str]] = {}
    for record, head in sorted(heads(merges).items()):
        found.setdefault(head, []).append(record)
    return found


def all_behind(record: str, merges: Merges) -> list[str]:
    """Return a record with all that were merged into it, directly or through others.

    >>> all_behind("b", {"a": "b", "b": "c"})
    ['a', 'b']
    """
    found = {record}
    while more := {loser for loser, survivor in merges.items() if survivor in found} - found:
        found |= more
    return sorted(found)


def may_merge(loser: str, survivor: str, merges: Merges, known: Iterable[str]) -> Judgement[bool]:
    """Judge whether `loser` may be merged into `survivor`: two records that are there and speak for themselves.

    So no chain is made by merging into what was merged, and no circle at all.
    """
    there = set(known)
    both = dict.fromkeys((loser, survivor))
    reasons = [
        _reason("not_there", "The record is not there.", record=record) for record in both if record not in there
    ]
    reasons += [_merged_already(record, head_of(record, merges)) for record in both if record in merges]
    if loser == survivor:
        reasons.append(_itself(loser))
    return Judgement(not reasons, tuple(reasons))


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of two records a person takes for one thing.

    Parameters
    ----------
    kind, id : str
        Which record.
    head : str
        The record that speaks for it: itself, unless it was merged.
    is_mergeable : bool
        Whether records of its kind are merged at all.
    is_said : bool
        Whether the register still says something of it, or of the one that speaks for it.
    """

    kind: str
    id: str
    head: str
    is_mergeable: bool
    is_said: bool


def may_propose(one: Candidate, other: Candidate, *, waiting: int) -> Judgement[bool]:
    """Judge whether a person may propose two records; `waiting` is the proposal of the two that is open, 0 for none."""
    both = dict.fromkeys((one, other))
    reasons = []
    if one.kind != other.kind:
        text = "The two are of different kinds, and only records of one kind are merged."
        reasons.append(_reason("other_kind", text, kinds=[one.kind, other.kind]))
    reasons += [
        _reason("kind_not_merged", f"Records of the kind {kind} are not merged.", kind=kind)
        for kind in dict.fromkeys(each.kind for each in both if not each.is_mergeable)
    ]
    if one == other:
        reasons.append(_itself(one.id))
    reasons += [_merged_already(each.id, each.head) for each in both if each.head != each.id]
    for each in both:
        if not each.is_said:
            text = f"{each.id} was withdrawn or taken out: the register says nothing of it any more."
            reasons.append(_reason("withdrawn", text, record=each.id))
    if waiting:
        text = "The pair is proposed already, and waits for a decision."
        reasons.append(_reason("waiting", text, proposal=waiting))
    return Judgement(not reasons, tuple(reasons))


def may_decide(*, status: str, wanted: Iterable[str], version: int, seen: int) -> Judgement[bool]:
    """Judge whether a proposal is still as the person saw it, and in a state the decision can be made in."""
    reasons = []
    if status not in set(wanted):
        text = "Somebody decided otherwise, or the records have changed."
        reasons.append(_reason("decided", text, status=status, expected=sorted(wanted)))
    elif version != seen:
        text = "The proposal has changed since it was shown to you."
        reasons.append(_reason("stale", text, version=version, seen=seen))
    return Judgement(not reasons, tuple(reasons))


def _merged_already(record: str, head: str) -> Reason:
    text = f"{record} was merged already; take {head}, which speaks for it."
    return _reason("merged_already", text, record=record, head=head)


def _itself(record: str) -> Reason:
    return _reason("itself", "A record cannot be merged into itself.", record=record)


def _reason(rule: str, text: str, **values: object) -> Reason:
    return Reason(f"merging.{rule}", text, values)
