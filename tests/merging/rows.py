"""Rows for tests of merging: each given as what differs from a plain one."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.kinds import import_kind

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
