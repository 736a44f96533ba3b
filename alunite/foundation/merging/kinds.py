"""What a room must say so that its records can be proposed as likely the same, and merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.core.canonical import digest
from alunite.foundation.core.judgement import Judgement
from alunite.foundation.history.models import Entry
from alunite.foundation.merging.likeness import Described, Weights, pairs


@dataclass(frozen=True, slots=True)
class Likely:
    """Two records taken for one: how likely, why, and the digest of all that was known of them."""

    judgement: Judgement[float]
    evidence: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing known of a record, as its page of proposals shows it: what, the value, and the page it stands on."""

    label: str
    value: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A record beside its likely double: its name, its facts, and the place it lies at, if one is known."""

    id: str
    name: str
    lines: tuple[Line, ...]

    @property
    def source(self) -> str:
        """Return the one page all its facts stand on; empty where there is none, or more than one."""
        among = {line.source for line in self.lines if line.value}
        return among.pop() if len(among) == 1 else ""


class Follow(Protocol):
    """Publishes anew what records say after a merge or its undoing, in its transaction, as its consequence."""

    def __call__(self, records: Sequence[str], *, actor: Actor, cause: Entry) -> None: ...


@dataclass(frozen=True, slots=True)
class MergeKind:
    """A kind of record that can be merged.

    Parameters
    ----------
    name : str
        As in publications.
    label, effect : str
        What a page calls one such record, and one sentence of what a merge of two does. Translated when shown.
    likely : callable
        Returns the pairs to propose, by the ids of the two in order, with the evidence. Speaks of records that no other
        speaks for.
    show : callable (ids)
        Returns, for each id that is there, what the page puts side by side. A fixed number of queries.
    follow : callable
        See there.
    """

    name: str
    label: Any
    effect: Any
    likely: Callable[[], Mapping[tuple[str, str], Likely]]
    show: Callable[[Sequence[str]], Mapping[str, Side]]
    follow: Follow


class UnknownMergeKind(LookupError):
    """No room merges this kind."""


_kinds: dict[str, MergeKind] = {}


def register(kind: MergeKind) -> MergeKind:
    """Register a kind, from its room's `AppConfig.ready`."""
    if kind.name in _kinds:
        raise ValueError(f"merge kind {kind.name!r} is registered twice")
    _kinds[kind.name] = kind
    return kind


def merge_kind(name: str) -> MergeKind:
    """Return the kind `name`; `UnknownMergeKind` names those there are."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownMergeKind(f"{name!r}: expected one of {', '.join(sorted(_kinds))}") from None


def merge_kinds() -> tuple[MergeKind, ...]:
    """Return all kinds by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))


def likely_among(records: Sequence[Described], weights: Weights) -> dict[tuple[str, str], Likely]:
    """Return the likely pairs among described records, with the digest of what was known of each."""
    by_id = {record.id: record for record in records}
    return {
        pair: Likely(judgement, digest([_plain(by_id[record]) for record in pair]))
        for pair, judgement in pairs(records, weights).items()
    }


def _plain(record: Described) -> list[Any]:
    place = None if record.place is None else [str(part) for part in record.place]
    capacities = {name: str(value) for name, value in record.capacities.items()}
    sets = [sorted(among) for among in (record.countries, record.activities, record.origins)]
    return [record.id, list(record.names), list(record.holders), record.region, place, capacities, *sets]
