"""Giving statements back, cell by cell, in the columns they came in."""

from __future__ import annotations

import csv
import errno
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Collate

from alunite.foundation.importing.cells import protect
from alunite.foundation.importing.kinds import COMMON_NAMES, ImportKind
from alunite.foundation.importing.models import Statement


def export_csv(kind: ImportKind, out: Path) -> int:
    """Write the current statements of `kind` to `out`, ordered by key; return how many.

    The file appears whole or not at all. With no statement it has the header alone.

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
    count = 0
    try:
        with unfinished.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            names = (*kind.column_names, *_filled(kind))
            writer.writerow(names)
            for cells in _cells(kind):
                writer.writerow(protect(cells.get(name, "")) for name in names)
                count += 1
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


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
