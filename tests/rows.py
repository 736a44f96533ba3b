"""Importing a few rows, each given as what differs from a good one."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.importing.actions import ImportResult, import_files
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.publications.queries import latest_payload

Rows = dict[str, str]

SOURCE = {"source_url": "https://example.org/1"}
GOOD: dict[str, Rows] = {
    "members": {"name": "Test Metals", **SOURCE},
    "facilities": {"facility_id": "S1", "name": "Test works", "activity": "Semi-Fabrication", **SOURCE},
    "certificates": {"record_id": "C1", "member": "Test Metals", "entity": "Test works", "standard": "PS", **SOURCE},
    "audits": {"audit_id": "A1", "member": "Test Metals", "entity": "Test works", "standard": "PS", **SOURCE},
    "findings": {
        "finding_id": "F1",
        "audit_id": "A1",
        "entity": "Test works",
        "standard": "PS",
        "rating": "Minor non-conformance",
        **SOURCE,
    },
    "yearly": {"year": "2021", "metric": "members", "value": "161", "unit": "count", **SOURCE},
    "production": {
        "level": "facility",
        "country": "ZA",
        "name": "Hillside",
        "commodity": "primary aluminium",
        "product": "Aluminium",
        "year": "2014",
        "value_t": "715000",
        "measure": "Production",
        **SOURCE,
    },
    "ghg": {
        "scope": "company",
        "name": "Test Metals",
        "year": "2021",
        "metric": "total emissions",
        "value": "11.5",
        "unit": "t CO2e",
        **SOURCE,
    },
}


def write(folder: Path, kind: str, rows: list[Rows]) -> Path:
    path = folder / f"{kind}.csv"
    columns = [*import_kind(kind).column_names, *sorted({name for row in rows for name in row} & {"licence"})]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(GOOD[kind] | row for row in rows)
    return path


def importer(folder: Path) -> Callable[..., ImportResult]:
    """Return a function that imports rows of one or more kinds in one command."""

    def run(**kinds: list[Rows]) -> ImportResult:
        return import_files([(kind, write(folder, kind, rows)) for kind, rows in kinds.items()], actor=IMPORTER)

    return run


def taken_up(result: ImportResult) -> ImportResult:
    assert result.faults == []
    return result


def faults(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.value) for fault in result.faults]


def published(kind: str, subject: str) -> dict:
    payload = latest_payload(kind, subject)
    assert payload is not None
    return payload
