"""Giving statements back, cell by cell, in the columns they came in."""

from __future__ import annotations

import csv
import errno
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Collate

from alunite.foundation.importing.cells import protect
from alunite.foundation.importing.kinds import COMMON_NAMES, ImportKind
from alunite.foundation.importing.models import Statement
from alunite.foundation.importing.objects import json_row


def export_statements(kind: ImportKind, out: Path, form: str = "csv") -> int:
    """Write the current statements of `kind` to `out` as ``csv`` or ``json``, ordered by key; return how many.

    The file appears whole or not at all. With no statement CSV has its header alone, and JSON an empty array.

    Raises
    ------
    OSError
        If `out` cannot be written, or is something else than a file: a device is never replaced by one.
    """
    target = out.resolve()
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is a folder or a device", str(out))
    # Beside the target, so that it can take its place; under a name nobody else has.
    unfinished = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with unfinished.open("x", encoding="utf-8", newline="") as file:
            count = WRITERS[form](file, (*kind.column_names, *_filled(kind)), _cells(kind))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _write_csv(file: TextIO, names: Sequence[str], rows: Iterator[dict[str, str]]) -> int:
    writer = csv.writer(file)
    writer.writerow(names)
    count = 0
    for cells in rows:
        writer.writerow(protect(cells.get(name, "")) for name in names)
        count += 1
    return count


def _write_json(file: TextIO, names: Sequence[str], rows: Iterator[dict[str, str]]) -> int:
    """Write an array with a row a line: row 2, the first one, stands in line 2."""
    file.write("[")
    count = 0
    for cells in rows:
        file.write(",\n" if count else "\n")
        file.write(json_row(names, cells))
        count += 1
    file.write("\n]\n")
    return count


WRITERS: Mapping[str, Callable[[TextIO, Sequence[str], Iterator[dict[str, str]]], int]] = MappingProxyType(
    {"csv": _write_csv, "json": _write_json}
)


def _cells(kind: ImportKind) -> Iterator[dict[str, str]]:
    return iter(_current(kind).values_list("cells", flat=True).iterator(chunk_size=1_000))


def _filled(kind: ImportKind) -> tuple[str, ...]:
    """Return which of the columns that every kind has some current row fills."""
    return tuple(name for name in COMMON_NAMES if _current(kind).filter(cells__has_key=name).exists())


def _current(kind: ImportKind) -> QuerySet[Statement]:
    newest = Statement.objects.filter(kind=kind.name, key=OuterRef("key")).order_by("-version").values("version")[:1]
    return Statement.objects.filter(kind=kind.name, version=Subquery(newest)).order_by(by_code_point("key"))


def by_code_point(name: str) -> F | Collate:
    """Order by `name` the same way on every database: by code point, not by the server's language."""
    return Collate(F(name), "C") if connection.vendor == "postgresql" else F(name)
