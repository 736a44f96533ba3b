from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.importing.actions import ImportResult, import_files
from alunite.foundation.importing.exporting import export_statements
from alunite.foundation.importing.kinds import import_kind

ROWS = {
    "certificates": {
        "record_id": "T1",
        "member": "Test Metals",
        "entity": "Test works",
        "standard": "PS",
        "source_url": "https://example.org/1",
    },
    "members": {"name": "Test Metals", "source_url": "https://example.org/m"},
}

Put = Callable[..., Path]


@pytest.fixture
def scheme(adopted_scheme):
    """Work under ASI's scheme."""


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a file of rows, each given as what differs from a good one."""

    def write(kind: str, *rows: Mapping[str, str], name: str = "") -> Path:
        path = tmp_path / (name or f"{kind}.csv")
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, import_kind(kind).column_names, restval="")
            writer.writeheader()
            writer.writerows(ROWS[kind] | row for row in rows)
        return path

    return write


def take_up(*files: tuple[str, Path], dry_run: bool = False) -> ImportResult:
    return import_files(files, actor=IMPORTER, dry_run=dry_run)


def counts(result: ImportResult) -> dict[str, int]:
    assert result.faults == []
    return {name: getattr(result, name) for name in ("rows", "created", "changed", "unchanged", "duplicates")}


def exported(kind: str, folder: Path) -> list[list[str]]:
    """Return the cells of an export, header first."""
    path = folder / f"exported-{kind}.csv"
    export_statements(import_kind(kind), path)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
