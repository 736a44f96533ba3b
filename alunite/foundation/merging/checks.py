"""What `history verify` asks of merges: each was made, and undone, as an entry of history tells, and none is missing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from alunite.foundation.history.findings import ALTERED, INSERTED, MISSING, Problem, register_check
from alunite.foundation.history.models import Entry
from alunite.foundation.merging.kinds import merge_kinds
from alunite.foundation.merging.models import Merge

MADE, UNDONE = "merged", "parted"

# The kind and the record that gave way: an entry keeps both although its payload is erased.
Loser = tuple[str, str]


@dataclass(slots=True)
class _Told:
    """What history tells: of each merge its survivor and whether it was undone; of each record how often either was."""

    survivors: dict[int, tuple[Loser, str]] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    made_of: Counter[Loser] = field(default_factory=Counter)
    undone_of: Counter[Loser] = field(default_factory=Counter)
    # Records of which an entry was erased that told of an undoing.
    erased: set[Loser] = field(default_factory=set)


def check_merges() -> Iterator[Problem]:
    """Yield what is wrong with merges. People make them one by one, so there are few."""
    told = _told()
    held = {row.pk: row for row in Merge.objects.order_by("pk")}
    for key in sorted(told.survivors):
        row = held.get(key)
        if row is None:
            yield Problem(MISSING, f"merge {key}", "It was made, and is not there.")
        elif _is_of_others(row, told):
            yield Problem(ALTERED, f"merge {key}", "It is of other records than history recorded.")
    rows: dict[Loser, list[Merge]] = defaultdict(list)
    for row in held.values():
        rows[row.kind, row.loser].append(row)
    for loser in sorted(rows.keys() | told.made_of.keys()):
        yield from _check_loser(loser, rows[loser], told)


def _is_of_others(row: Merge, told: _Told) -> bool:
    said = ((row.kind, row.loser), row.survivor)
    return told.survivors.get(row.pk, said) != said


def _check_loser(loser: Loser, rows: Sequence[Merge], told: _Told) -> Iterator[Problem]:
    """Compare the merges of one record: one by one where entries name them, by their number where these were erased."""
    unknown = [row for row in rows if row.pk not in told.survivors]
    nameless = told.made_of[loser] - sum(made == loser for made, _ in told.survivors.values())
    for row in unknown[nameless:]:
        yield Problem(INSERTED, f"merge {row.pk}", "No entry of history says that it was made.")
    if len(unknown) < nameless:
        yield Problem(MISSING, f"{loser[0]} {loser[1]}", "A merge of it was made, and is not there.")
    alike = [row for row in rows if not _is_of_others(row, told)]
    wrong = [row for row in alike if (row.undone_at is not None) is not (row.pk in told.undone)]
    if loser in told.erased:
        # Which one was undone is not told any more; that one which is told to be undone is, and how many are.
        wrong = [row for row in wrong if row.undone_at is None]
        if sum(row.undone_at is not None for row in rows) != told.undone_of[loser]:
            yield Problem(ALTERED, f"{loser[0]} {loser[1]}", "Its merges were not undone as often as history recorded.")
    for row in wrong:
        yield Problem(ALTERED, f"merge {row.pk}", "Whether it was undone is not what history recorded.")


def _told() -> _Told:
    kinds = {f"{kind.name}.{word}": (kind.name, word) for kind in merge_kinds() for word in (MADE, UNDONE)}
    entries = Entry.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", "record_id", "payload__payload")
    told = _Told()
    for entry_kind, record, text in entries:
        kind, word = kinds[entry_kind]
        loser = (kind, record)
        (told.made_of if word == MADE else told.undone_of)[loser] += 1
        said = _read(text)
        if said is None:
            told.erased |= {loser} if word == UNDONE else set()
            continue
        told.survivors[said["merge"]] = (loser, str(said.get("survivor")))
        if word == UNDONE:
            told.undone.add(said["merge"])
    return told


def _read(text: str | None) -> dict[str, Any] | None:
    try:
        said = json.loads(text) if text else None
    except ValueError:
        return None  # that the entry itself was altered is said by history's own checks
    return said if isinstance(said, dict) and isinstance(said.get("merge"), int) else None


register_check("merges", check_merges)
