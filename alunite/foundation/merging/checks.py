"""What `history verify` asks of merges: each was made, and undone, as an entry of history tells, and none is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from alunite.foundation.history.findings import ALTERED, INSERTED, MISSING, Problem, register_check
from alunite.foundation.history.models import Entry
from alunite.foundation.merging.kinds import merge_kinds
from alunite.foundation.merging.models import Merge

MADE, UNDONE = "merged", "parted"

# Kind, loser and survivor; whether it was undone.
Told = dict[int, tuple[tuple[str, str, str], bool]]


def check_merges() -> Iterator[Problem]:
    """Yield what is wrong with merges. People make them one by one, so there are few."""
    told, erased = _told()
    held = {row.pk: row for row in Merge.objects.order_by("pk")}
    for key, (said, undone) in sorted(told.items()):
        row = held.get(key)
        where = f"merge {key}"
        if row is None:
            yield Problem(MISSING, where, "It was made, and is not there.")
        elif (row.kind, row.loser, row.survivor) != said:
            yield Problem(ALTERED, where, "It is of other records than history recorded.")
        elif (row.undone_at is not None) is not undone and not erased:
            yield Problem(ALTERED, where, "Whether it was undone is not what history recorded.")
    unknown = [key for key in held if key not in told]
    # An entry whose payload was erased no longer says which merge it was of, so as many are accounted for.
    for key in unknown[erased:]:
        yield Problem(INSERTED, f"merge {key}", "No entry of history says that it was made.")


def _told() -> tuple[Told, int]:
    kinds = {f"{kind.name}.{word}": (kind.name, word) for kind in merge_kinds() for word in (MADE, UNDONE)}
    entries = Entry.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", "record_id", "payload__payload")
    told: Told = {}
    erased = 0
    for entry_kind, loser, text in entries:
        said = _read(text)
        if said is None:
            erased += 1
            continue
        kind, word = kinds[entry_kind]
        told[said["merge"]] = ((kind, loser, str(said.get("survivor"))), word == UNDONE)
    return told, erased


def _read(text: str | None) -> dict[str, Any] | None:
    try:
        said = json.loads(text) if text else None
    except ValueError:
        return None  # that the entry itself was altered is said by history's own checks
    return said if isinstance(said, dict) and isinstance(said.get("merge"), int) else None


register_check("merges", check_merges)
