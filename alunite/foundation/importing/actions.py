"""Importing files: all or nothing, and a second time changes nothing.

Files are read as streams and their rows kept in a temporary file, so that memory does not grow with rows. First every
row of every file is read and checked; only when nothing is at fault are rows taken up, in one transaction, in the order
of their keys, some thousands at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.accounts.roles import Role
from alunite.foundation.importing.cells import CellFault, ExternalKey
from alunite.foundation.importing.kinds import COMMON_NAMES, ImportKind, Parsed, import_kind
from alunite.foundation.importing.mapping import Mapping as MappingOf
from alunite.foundation.importing.mapping import word_faults
from alunite.foundation.importing.models import Batch, ExternalId, Statement
from alunite.foundation.importing.objects import SUFFIX, read_json
from alunite.foundation.importing.queries import newest_import
from alunite.foundation.importing.reading import (
    Contents,
    Fault,
    Layout,
    OwnLayout,
    Row,
    Unreadable,
    open_file,
    read_csv,
)
from alunite.foundation.importing.spool import Kept, Reference, Spool
from alunite.foundation.importing.workbook import BEGINNING, OLD_BEGINNING, old_workbook, read_workbook
from alunite.foundation.tables.bulk import insert_new, insert_rows

LOOK_UP = 500
CHUNK = 2_000
MOST_FAULTS = 1_000

# What is being done to which file, how many of its rows are done, and of how many; 0 where that is not known.
Progress = Callable[[str, int, int], None]


class TooManyRows(Exception):
    """The files have more rows together than are taken at once."""


class ImportedMeanwhile(Exception):
    """Something was imported since what the caller had seen."""


class Incoming(NamedTuple):
    """A file to import: its kind, where it is, and what it is called if not by its path."""

    kind: str
    path: Path
    name: str = ""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What an import did with one file, or would do; the words are those of `ImportResult`."""

    kind: str
    file: str
    rows: int
    created: int
    changed: int
    unchanged: int
    duplicates: int
    faults: int
    withheld: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the result as JSON-ready data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or would do.

    Parameters
    ----------
    rows : int
        Rows of values in all files.
    created, changed, unchanged : int
        Rows that state something under a new key, something else than before, or the same.
    faults : list of Fault
        When there is one, nothing was done. Not more than `MOST_FAULTS` are listed.
    duplicates : int
        Good rows that repeat another row of the same import, cell by cell; they count once above.
    fault_count : int
        How many faults there are, listed or not.
    files : list of FileResult
        The same for each file.
    withheld : int
        Rows, of those created, changed and unchanged, whose record a decision keeps from being published.
    """

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    duplicates: int = 0
    dry_run: bool = False
    fault_count: int = 0
    files: list[FileResult] = field(default_factory=list)
    withheld: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the result as the command line's contract has it; `fault_count` where not all faults are listed."""
        more = {"fault_count": self.fault_count} if self.fault_count > len(self.faults) else {}
        return {
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "faults": [fault.as_dict() for fault in self.faults],
            "duplicates": self.duplicates,
            "withheld": self.withheld,
            "dry_run": self.dry_run,
            **more,
        }


@dataclass(slots=True)
class _File:
    """A file on its way in."""

    place: int
    kind: ImportKind
    path: Path
    name: str
    mapping: MappingOf | None
    context: Any = None
    count: int = 0
    kept: int = 0
    sha256: str = ""
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    duplicates: int = 0
    created: int = 0
    changed: int = 0
    withheld: int = 0

    def fault(self, fault: Fault) -> None:
        """Count a fault, and list it while there is room."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def result(self, *, is_good: bool) -> FileResult:
        unchanged = self.kept - self.created - self.changed if is_good else 0
        return FileResult(
            self.kind.name,
            self.name,
            self.count,
            self.created,
            self.changed,
            unchanged,
            self.duplicates,
            self.fault_count,
            self.withheld,
        )


@policy("imports.run", says="Only the membership and data office may import.")
def _may_import(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.holds(Role.OFFICE)


def import_files(
    files: Sequence[tuple[str, Path] | Incoming],
    *,
    actor: Actor,
    dry_run: bool = False,
    progress: Progress | None = None,
    mappings: Sequence[MappingOf] = (),
    most_rows: int | None = None,
    since: int | None = None,
) -> ImportResult:
    """Import files, each with its kind, in one transaction.

    A mapping says how the files of its kind are read; those of other kinds are in our own columns. `most_rows` is how
    many rows are taken at once, all files together, and `since` the newest import the caller knows of: where there is a
    newer one, nothing is done.

    Raises
    ------
    TooManyRows, ImportedMeanwhile
        Before anything is written.
    UnknownImportKind
        If a kind is not one of those registered.
    Refused
        If the actor may not import.
    """
    require(actor, "imports.run")
    tell = progress or (lambda _what, _done, _of: None)
    by_kind = {mapping.kind.name: mapping for mapping in mappings}
    given = [Incoming(*file) for file in files]
    found: list[_File] | None = None
    while found is None:
        found = [
            _File(
                *(place, import_kind(file.kind), file.path, readable_name(file.name or str(file.path))),
                by_kind.get(file.kind),
            )
            for place, file in enumerate(given)
        ]
        found.sort(key=lambda file: (file.kind.order, file.kind.name))
        with Spool() as spool:
            _read_all(found, spool, tell, most_rows)
            is_good = not any(file.fault_count for file in found)
            if is_good and not _do(found, spool, actor, tell, dry_run=dry_run, since=since):
                found = None
    results = [file.result(is_good=is_good) for file in found]
    return ImportResult(
        rows=sum(file.rows for file in results),
        created=sum(file.created for file in results),
        changed=sum(file.changed for file in results),
        unchanged=sum(file.unchanged for file in results),
        faults=[fault for file in found for fault in file.faults][:MOST_FAULTS],
        duplicates=sum(file.duplicates for file in results),
        withheld=sum(file.withheld for file in results),
        dry_run=dry_run,
        fault_count=sum(file.faults for file in results),
        files=results,
    )


def _do(
    found: Sequence[_File], spool: Spool, actor: Actor, tell: Progress, *, dry_run: bool, since: int | None
) -> bool:
    """Compare the files, and take them up unless it is a trial; False where their words have changed since they were read.

    Words are changed by whoever holds the lock an import waits for, so from then on they stay.
    """
    with transaction.atomic():
        if not dry_run:
            one_import_at_a_time()
            if since is not None and newest_import() != since:
                raise ImportedMeanwhile
            if any(file.kind.context() != file.context for file in found):
                return False
        for file in found:
            _compare(file, spool, tell)
        if not dry_run:
            _take_up_all(found, spool, actor, tell)
    return True


def one_import_at_a_time() -> None:
    """Let a second import wait, so that it compares with what the first has stated; on SQLite all writers queue."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE importing_batch IN SHARE ROW EXCLUSIVE MODE")


def readable_name(name: str) -> str:
    """Return a file's name as text that can be stored and shown, whatever bytes it has."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _read_all(found: Sequence[_File], spool: Spool, tell: Progress, most_rows: int | None) -> None:
    contexts: dict[str, Any] = {}
    for file in found:
        if file.kind.name not in contexts:
            contexts[file.kind.name] = file.kind.context()
        file.context = contexts[file.kind.name]
        for fault in word_faults(file.mapping, file.name, file.context) if file.mapping else ():
            file.fault(fault)
        if not file.fault_count:
            _read(file, spool, found, tell, None if most_rows is None else most_rows - sum(one.count for one in found))
    _check_references(found, spool)
    for file in found:
        file.faults.sort(key=lambda fault: fault.row)


def _read(file: _File, spool: Spool, found: Sequence[_File], tell: Progress, most_rows: int | None) -> None:
    """Check every row of a file, of no more than `most_rows`, and keep it in the spool."""
    names = {other.place: other.name for other in found}
    what = f"reading {file.name}"
    with ExitStack() as stack:
        contents = _opened(file, stack)
        items = iter(contents)
        tell(what, 0, 0)
        while batch := list(islice(items, LOOK_UP)):
            if file.mapping:
                _find_keys(file.mapping, [item for item in batch if isinstance(item, Row)])
            for item in batch:
                if isinstance(item, Fault):
                    file.fault(item)
                else:
                    _keep(file, item, spool, names)
            tell(what, contents.count, 0)
            if most_rows is not None and contents.count > most_rows:
                raise TooManyRows
        file.count, file.sha256 = contents.count, contents.sha256


def _opened(file: _File, stack: ExitStack) -> Contents:
    is_json = file.name.casefold().endswith(SUFFIX)
    layout: Layout = file.mapping or OwnLayout(file.kind.column_names, COMMON_NAMES, is_protected=not is_json)
    try:
        opened = stack.enter_context(open_file(file.path))
        beginning = opened.read(len(BEGINNING))
        if beginning == OLD_BEGINNING:
            return Contents([old_workbook(opened).fault(file.name)])
    except Unreadable as unreadable:
        return Contents([unreadable.fault(file.name)])
    if beginning == BEGINNING:
        return read_workbook(opened, file.name, file.kind.name, layout)
    if is_json:
        return read_json(opened, file.name, layout)
    return read_csv(opened, file.name, layout)


def _keep(file: _File, row: Row, spool: Spool, names: Mapping[int, str]) -> None:
    kind = file.kind
    values, faults = _parse(kind, row, file.context)
    keys = kind.keys_of(values)
    # The closest of them: rows that are told apart stand side by side, and only one said twice is at fault.
    key = keys[-1] if keys else ""
    before = spool.add(kind.name, keys, file.place, row) if keys else None
    if before is not None and not before.is_the_same:
        expected = (
            f"each {kind.key_name} once; row {before.number} of {names[before.file]} says something else under it"
        )
        is_one = isinstance(kind.key, str)
        faults.append(row.fault(kind.key_name, expected, None if is_one else key))
    elif before is not None and not faults:
        # A faulty row is no duplicate: whoever mends its first copy would be told of the next one only then.
        file.duplicates += 1
        return
    for fault in faults:
        file.fault(fault)
    if before is None:
        file.kept += 1
    _note_references(file, row, values, spool)


def _parse(kind: ImportKind, row: Row, context: Any) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column in kind.all_columns:
        if column.name in row.unread:
            continue
        try:
            values[column.name] = column.read(row.cells.get(column.name, ""), context)
        except CellFault as fault:
            faults.append(row.fault(column.name, fault.expected, fault.value))
    faults += [row.fault(name, expected) for name, expected in kind.check_row(values, context)]
    return values, faults


def _find_keys(mapping: MappingOf, rows: Sequence[Row]) -> None:
    """Put our keys in the place of another system's ids where we hold records under them. One query for each kind."""
    named = [(row, column, kind, key) for row in rows for column, kind, key in mapping.external_keys(row)]
    for kind_name in sorted({kind for _, _, kind, _ in named}):
        known = keys_of_external_ids(kind_name, {key for _, _, kind, key in named if kind == kind_name})
        for row, column, kind, external in named:
            if kind == kind_name and external in known:
                parts = row.cells[column].split(";")
                row.cells[column] = ";".join(known[external] if part == str(external) else part for part in parts)


def keys_of_external_ids(kind_name: str, externals: Iterable[ExternalKey]) -> dict[ExternalKey, str]:
    """Return the keys of our records of a kind whose latest statement bears one of these ids. One query."""
    newest = (
        Statement.objects.filter(kind=kind_name, key=OuterRef("statement__key")).order_by("-version").values("pk")[:1]
    )
    by_system: dict[str, list[str]] = {}
    for external in externals:
        by_system.setdefault(external.system, []).append(external.identifier)
    asked = Q(pk__in=())
    for system, identifiers in by_system.items():
        asked |= Q(system=system, identifier__in=identifiers)
    rows = ExternalId.objects.filter(asked, statement__kind=kind_name, statement=Subquery(newest)).order_by("-pk")
    return {
        ExternalKey(system, identifier): key
        for system, identifier, key in rows.values_list("system", "identifier", "statement__key")
    }


def _note_references(file: _File, row: Row, values: Mapping[str, Any], spool: Spool) -> None:
    for column in file.kind.columns:
        named = values.get(column.name) if column.refers_to else None
        for key in named if isinstance(named, tuple) else (named,) if named else ():
            at = row.fault(column.name, "", key)
            spool.refer(column.refers_to, Reference(key, file.place, row.number, at.column, at.value))


def _check_references(found: Sequence[_File], spool: Spool) -> None:
    """Find fault with references to keys that neither stand here nor come with this import. One query a chunk."""
    files = {file.place: file for file in found}
    for kind_name, keys in spool.unknown_keys(LOOK_UP):
        held = Statement.objects.filter(kind=kind_name, key__in=keys, version=1)
        absent = sorted(set(keys) - set(held.values_list("key", flat=True)))
        key_name = import_kind(kind_name).key_name
        expected = f"a {key_name} of {kind_name} that is here already or comes with this import"
        for at in spool.references(kind_name, absent):
            file = files[at.file]
            file.fault(Fault(file.name, at.number, at.column, at.value, expected))


def _compare(file: _File, spool: Spool, tell: Progress) -> None:
    """Tell which rows of a file are new, changed and unchanged, by the statements already held."""
    done = 0
    withheld = file.kind.withheld()
    for rows in spool.rows(file.kind.name, file.place, LOOK_UP):
        held = current_statements(file.kind.name, sorted({key for row in rows for key in (row.key, row.usual)}))
        shared = spool.shared(file.kind.name, [row.usual for row in rows if row.usual != row.key])
        for row in rows:
            own = _own_key(row, held, is_shared=row.usual in shared)
            statement = held.get(own)
            file.withheld += own in withheld
            if statement is None:
                file.created += 1
                spool.mark(file.kind.name, row.key, own, 0)
            elif statement.cells != row.cells:
                file.changed += 1
                spool.mark(file.kind.name, row.key, own, statement.version)
        done += len(rows)
        tell(f"comparing {file.name}", done, file.kept)


def _own_key(row: Kept, held: Mapping[str, Statement], *, is_shared: bool) -> str:
    """Return the key a row stands under: where it was stated before, so that part of a file changes nothing either."""
    same = next((key for key in (row.usual, row.key) if key in held and held[key].cells == row.cells), None)
    return same or (row.key if is_shared or row.key in held else row.usual)


def current_statements(kind_name: str, keys: Sequence[str]) -> dict[str, Statement]:
    """Return the latest statement under each of `keys`. One query."""
    newest = (
        Statement.objects.filter(kind=OuterRef("kind"), key=OuterRef("key")).order_by("-version").values("version")[:1]
    )
    rows = Statement.objects.filter(kind=kind_name, key__in=keys, version=Subquery(newest))
    return {row.key: row for row in rows}


def _take_up_all(found: Sequence[_File], spool: Spool, actor: Actor, tell: Progress) -> None:
    """Take up the files, kind by kind; what a kind does once at its end is done after the last of its files."""
    for kind_name, files in groupby(found, key=lambda file: file.kind.name):
        touched: set[str] = set()
        for file in files:
            if file.created or file.changed:
                _take_up(file, spool, touched, actor, tell)
        finish = import_kind(kind_name).finish
        if finish and touched:
            tell(f"finishing {kind_name}", 0, len(touched))
            finish(sorted(touched), actor)


def _take_up(file: _File, spool: Spool, touched: set[str], actor: Actor, tell: Progress) -> None:
    kind = file.kind
    batch = Batch.objects.create(
        kind=kind.name,
        file=Path(file.name).name[:255],
        sha256=file.sha256,
        rows=file.count,
        created=file.created,
        changed=file.changed,
        unchanged=file.kept - file.created - file.changed,
        actor=actor.label,
        at=timezone.now(),
    )
    done = 0
    for rows in spool.rows(kind.name, file.place, CHUNK, pending=True):
        tell(f"taking up {file.name}", done, file.created + file.changed)
        touched.update(kind.apply(_stated(rows, batch, kind, file.context), actor) or ())
        done += len(rows)
    tell(f"taking up {file.name}", done, done)


def _stated(rows: Sequence[Kept], batch: Batch, kind: ImportKind, context: Any) -> list[Parsed]:
    """Make statements of rows, with what other systems call their records."""
    columns = ("batch_id", "kind", "key", "version", "row", "cells")
    stated = [(batch.pk, kind.name, row.own, row.version + 1, row.number, row.cells) for row in rows]
    numbers = insert_new(Statement, columns, stated)
    statements = [
        Statement(id=number, **dict(zip(columns, said, strict=True)))
        for number, said in zip(numbers, stated, strict=True)
    ]
    parsed = [
        Parsed(row.own, kind.read_cells(row.cells, context), statement)
        for row, statement in zip(rows, statements, strict=True)
    ]
    insert_rows(ExternalId, ("statement_id", "system", "identifier"), list(_external_ids(parsed)))
    return parsed


def _external_ids(rows: Sequence[Parsed]) -> Iterator[tuple[int, str, str]]:
    for row in rows:
        for system, identifier in row.values["external_ids"]:
            yield row.statement.pk, system, identifier
