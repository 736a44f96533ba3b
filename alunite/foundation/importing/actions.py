"""Importing files: all or nothing, and a second time changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.accounts.roles import Role
from alunite.foundation.importing.cells import CellFault
from alunite.foundation.importing.kinds import COMMON_NAMES, ImportKind, Parsed, import_kind
from alunite.foundation.importing.models import Batch, ExternalId, Statement
from alunite.foundation.importing.reading import Fault, Row, read_rows, shown

LOOK_UP = 500

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or would do.

    Parameters
    ----------
    rows : int
        Rows of values in all files.
    created, changed, unchanged : int
        Rows that state something under a new key, something else than before, or the same.
    duplicates : int
        Good rows that repeat another row of the same import, cell by cell; they count once above.
    faults : list of Fault
        When there is one, nothing was done.
    """

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    duplicates: int = 0
    dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the result as the command line's contract has it."""
        return {
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "faults": [fault.as_dict() for fault in self.faults],
            "duplicates": self.duplicates,
            "dry_run": self.dry_run,
        }


@dataclass(slots=True)
class _ReadRow:
    """A row with what was read of it; `keys` are those it may stand under, `key` the one it does."""

    row: Row
    values: dict[str, Any]
    keys: tuple[str, ...]
    key: str = ""


@dataclass(slots=True)
class _File:
    """A file on its way in."""

    kind: ImportKind
    path: Path
    count: int = 0
    sha256: str = ""
    rows: list[_ReadRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    duplicates: int = 0
    created: list[_ReadRow] = field(default_factory=list)
    changed: list[_ReadRow] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    @property
    def unchanged(self) -> int:
        return len(self.rows) - len(self.created) - len(self.changed)


@policy("imports.run", says="Only the membership and data office may import.")
def _may_import(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.holds(Role.OFFICE)


def import_files(
    files: Sequence[tuple[str, Path]], *, actor: Actor, dry_run: bool = False, progress: Progress | None = None
) -> ImportResult:
    """Import files, each with its kind, in one transaction.

    Raises
    ------
    UnknownImportKind
        If a kind is not one of those registered.
    Refused
        If the actor may not import.
    """
    require(actor, "imports.run")
    tell = progress or (lambda _text: None)
    found = [_File(import_kind(kind_name), path) for kind_name, path in files]
    found.sort(key=lambda file: file.kind.order)
    seen: dict[tuple[str, str], Row] = {}
    contexts: dict[str, Any] = {}
    for file in found:
        tell(f"reading {file.path.name}")
        if file.kind.name not in contexts:
            contexts[file.kind.name] = file.kind.context()
        _read(file, contexts[file.kind.name], seen)
    for file in found:
        _check_references(file, seen)
        file.faults.sort(key=lambda fault: fault.row)
    faults = [fault for file in found for fault in file.faults]
    if not faults:
        with transaction.atomic():
            if not dry_run:
                one_import_at_a_time()
            shared = _shared_keys(found)
            for file in found:
                _compare(file, shared)
            if not dry_run:
                for file in found:
                    tell(f"taking up {len(file.created) + len(file.changed)} of {file.count} {file.kind.name}")
                    _take_up(file, actor)
    return ImportResult(
        rows=sum(file.count for file in found),
        created=sum(len(file.created) for file in found),
        changed=sum(len(file.changed) for file in found),
        unchanged=0 if faults else sum(file.unchanged for file in found),
        faults=faults,
        duplicates=sum(file.duplicates for file in found),
        dry_run=dry_run,
    )


def one_import_at_a_time() -> None:
    """Let a second import wait, so that it compares with what the first has stated; on SQLite all writers queue."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE importing_batch IN SHARE ROW EXCLUSIVE MODE")


def _readable(name: str) -> str:
    """Return a file's name as text that can be stored and shown, whatever bytes it has."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _read(file: _File, context: Any, seen: dict[tuple[str, str], Row]) -> None:
    kind = file.kind
    contents = read_rows(file.path, _readable(str(file.path)), kind.column_names, COMMON_NAMES)
    file.faults, file.count, file.sha256 = contents.faults, contents.count, contents.sha256
    for row in contents.rows:
        values, faults = _parse(kind, row, context)
        keys = kind.keys_of(values)
        # The closest of them: rows that are told apart stand side by side, and only one said twice is at fault.
        key = keys[-1] if keys else ""
        before = seen.get((kind.name, key)) if key else None
        if key and before is None:
            seen[kind.name, key] = row
        is_repeated = before is not None and before.cells == row.cells
        # A faulty row is no duplicate: whoever mends its first copy would be told of the next one only then.
        if is_repeated and not faults:
            file.duplicates += 1
            continue
        if before is not None and not is_repeated:
            expected = f"each {kind.key_name} once; row {before.number} of {before.file} says something else under it"
            cell = row.cells[kind.key] if isinstance(kind.key, str) else key
            faults.append(Fault(row.file, row.number, kind.key_name, shown(cell), expected))
        file.faults += faults
        file.rows.append(_ReadRow(row, values, keys))


def _check_references(file: _File, seen: Mapping[tuple[str, str], Row]) -> None:
    """Find fault with references to keys that neither stand here nor come with this import. One query a chunk."""
    for column in file.kind.columns:
        if not column.refers_to:
            continue
        named = [(item.row, name) for item in file.rows for name in _named(item.values.get(column.name))]
        missing = sorted({name for _, name in named if (column.refers_to, name) not in seen})
        for start in range(0, len(missing), LOOK_UP):
            keys = missing[start : start + LOOK_UP]
            held = Statement.objects.filter(kind=column.refers_to, key__in=keys, version=1)
            absent = set(keys) - set(held.values_list("key", flat=True))
            key_name = import_kind(column.refers_to).key_name
            expected = f"a {key_name} of {column.refers_to} that is here already or comes with this import"
            file.faults += [
                Fault(row.file, row.number, column.name, shown(name), expected) for row, name in named if name in absent
            ]


def _named(value: Any) -> Sequence[str]:
    if not value:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _parse(kind: ImportKind, row: Row, context: Any) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column in kind.all_columns:
        cell = row.cells.get(column.name, "")
        try:
            values[column.name] = column.read(cell, context)
        except CellFault as fault:
            value = shown(cell if fault.value is None else fault.value)
            faults.append(Fault(row.file, row.number, column.name, value, fault.expected))
    faults += [
        Fault(row.file, row.number, name, shown(row.cells[name]), expected)
        for name, expected in kind.check_row(values, context)
    ]
    return values, faults


def _shared_keys(found: Sequence[_File]) -> frozenset[tuple[str, str]]:
    """Return kind and key of what several rows of this import say different things under."""
    said = Counter((file.kind.name, item.keys[0]) for file in found for item in file.rows if len(item.keys) > 1)
    return frozenset(place for place, count in said.items() if count > 1)


def _compare(file: _File, shared: frozenset[tuple[str, str]]) -> None:
    """Sort the rows of a file into new, changed and unchanged, by the statements already held."""
    kind = file.kind
    for start in range(0, len(file.rows), LOOK_UP):
        rows = file.rows[start : start + LOOK_UP]
        held = current_statements(kind.name, [key for item in rows for key in item.keys])
        for item in rows:
            item.key = _own_key(item, held, is_shared=(kind.name, item.keys[0]) in shared)
            statement = held.get(item.key)
            if statement is None:
                file.created.append(item)
            elif statement.cells != item.row.cells:
                file.changed.append(item)
                file.versions[item.key] = statement.version


def _own_key(item: _ReadRow, held: Mapping[str, Statement], *, is_shared: bool) -> str:
    """Return the key a row stands under: where it was stated before, so that part of a file changes nothing either."""
    usual, closest = item.keys[0], item.keys[-1]
    same = next((key for key in item.keys if key in held and held[key].cells == item.row.cells), None)
    return same or (closest if is_shared or closest in held else usual)


def current_statements(kind_name: str, keys: Sequence[str]) -> dict[str, Statement]:
    """Return the latest statement under each of `keys`. One query."""
    newest = (
        Statement.objects.filter(kind=OuterRef("kind"), key=OuterRef("key")).order_by("-version").values("version")[:1]
    )
    rows = Statement.objects.filter(kind=kind_name, key__in=keys, version=Subquery(newest))
    return {row.key: row for row in rows}


def _take_up(file: _File, actor: Actor) -> None:
    new = file.created + file.changed
    if not new:
        return
    kind = file.kind
    batch = Batch.objects.create(
        kind=kind.name,
        file=_readable(file.path.name)[:255],
        sha256=file.sha256,
        rows=file.count,
        created=len(file.created),
        changed=len(file.changed),
        unchanged=file.unchanged,
        actor=actor.label,
        at=timezone.now(),
    )
    statements = Statement.objects.bulk_create(
        (
            Statement(
                batch=batch,
                kind=kind.name,
                key=item.key,
                version=file.versions.get(item.key, 0) + 1,
                row=item.row.number,
                cells=item.row.cells,
            )
            for item in new
        ),
        batch_size=2_000,
    )
    parsed = [Parsed(item.key, item.values, statement) for item, statement in zip(new, statements, strict=True)]
    ExternalId.objects.bulk_create(
        (
            ExternalId(statement=row.statement, system=system, identifier=identifier)
            for row in parsed
            for system, identifier in row.values["external_ids"]
        ),
        batch_size=2_000,
    )
    kind.apply(parsed, actor)
