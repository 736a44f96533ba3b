"""Rows for tests of merging: each given as what differs from a plain one."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from django.utils import timezone

from alunite.foundation.accounts.policies import IMPORTER, Actor
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.merging.actions import merge_records
from alunite.foundation.merging.models import Proposal

PLAIN = {
    "certificates": {
        "record_id": "T1",
        "member": "Test Metals",
        "entity": "Test works",
        "standard": "PS",
        "standard_version": "V3 2022",
        "source_url": "https://example.org/1",
    },
    "members": {"name": "Test Metals", "source_url": "https://example.org/2"},
    "facilities": {"facility_id": "F1", "name": "Test works", "country": "NO", "source_url": "https://example.org/3"},
}


def take_up(folder: Path, **kinds: list[Mapping[str, str]]) -> None:
    """Import rows of several kinds in one command."""
    files = []
    for kind, rows in kinds.items():
        path = folder / f"{kind}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, import_kind(kind).column_names, restval="")
            writer.writeheader()
            writer.writerows(PLAIN[kind] | dict(row) for row in rows)
        files.append((kind, path))
    assert import_files(files, actor=IMPORTER).faults == []


def merge_pair(kind: str, loser: str, survivor: str, actor: Actor) -> Proposal:
    """Merge two records a person takes for one, whether or not a rule would have proposed them."""
    first, second = sorted((loser, survivor))
    said = {"score": 60, "reasons": [], "evidence": "", "proposed_at": timezone.now()}
    pair, _ = Proposal.objects.get_or_create(kind=kind, first=first, second=second, defaults=said)
    merge_records(pair.pk, survivor=survivor, version=pair.version, note="", actor=actor)
    return pair
