"""`alunite import` and `alunite mapping`."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from django.db import connection

from alunite.config.command_line import InputFault, print_json
from alunite.config.commands.common import json_option, need_ready, readable, say, show, writing
from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.importing.actions import ImportResult, Progress, import_files
from alunite.foundation.importing.kinds import UnknownImportKind
from alunite.foundation.importing.mapping import Mapping, MappingError, mapping_schema, read_mapping, read_mappings

SECONDS_BETWEEN = 1.0
KILOBYTES_KEPT = 96_000


@click.command("import")
@click.argument("files", metavar="KIND=FILE...", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--mapping",
    "mapping_files",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="How another system's columns become ours, for the files of its kind; may be repeated.",
)
@click.option("--progress", "wants_progress", is_flag=True, help="Tell progress where the output is no terminal too.")
@json_option
def import_rows(
    *, files: tuple[str, ...], dry_run: bool, mapping_files: tuple[Path, ...], wants_progress: bool, as_json: bool
) -> None:
    """Import files of rows (CSV, XLSX or JSON): all or nothing; a second time changes nothing."""
    named = [_named(text) for text in files]
    mappings = _mappings(mapping_files, {kind for kind, _ in named})
    progress = told_progress() if wants_progress or sys.stderr.isatty() else None
    with need_only_reading() if dry_run else writing(), _collecting_rarely(), _keeping_pages():
        try:
            result = import_files(named, actor=IMPORTER, dry_run=dry_run, progress=progress, mappings=mappings)
        except UnknownImportKind as error:
            raise InputFault(str(error)) from error
    if result.faults:
        raise InputFault(_fault_list(result), result.as_dict())
    show(result.as_dict(), _summary(result), as_json=as_json)


def told_progress() -> Progress:
    """Return what tells progress on standard error, a line a second and one for each step."""
    said = ""
    at = 0.0

    def tell(what: str, done: int, of: int) -> None:
        nonlocal said, at
        now = time.monotonic()
        if what == said and now - at < SECONDS_BETWEEN and done != of:
            return
        said, at = what, now
        say(f"{readable(what)}: {done} of {of} rows" if of else f"{readable(what)}: {done} rows")

    return tell


def _mappings(paths: Sequence[Path], kinds: set[str]) -> list[Mapping]:
    try:
        return read_mappings([(path, readable(str(path))) for path in paths], kinds)
    except MappingError as error:
        told = [*map(str, error.faults), f"{len(error.faults)} faults; nothing was imported"]
        raise InputFault("\n".join(told), {"faults": [fault.as_dict() for fault in error.faults]}) from error


@contextmanager
def _keeping_pages() -> Iterator[None]:
    """Let SQLite keep more of its file in memory: new rows go to all places of its indexes, and by itself it keeps 2 MB."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        usual = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA cache_size = -{KILOBYTES_KEPT}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {usual}")


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Let Python look for garbage in circles rarely: rows make none, and looking took a sixth of an import's time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def need_only_reading() -> Iterator[None]:
    """Nothing is written, so nothing is sealed and no key is needed."""
    need_ready()
    yield


def _named(text: str) -> tuple[str, Path]:
    kind, separator, file = text.partition("=")
    if not separator or not kind or not file:
        raise InputFault(f"{text!r}: expected KIND=FILE, such as members=members.csv")
    return kind, Path(file)


def _summary(result: ImportResult) -> str:
    would = "would be " if result.dry_run else ""
    withheld = f"; {result.withheld} of records that a decision withholds" if result.withheld else ""
    return (
        f"{result.rows} rows: {result.created} {would}new, {result.changed} {would}changed, "
        f"{result.unchanged} unchanged, {result.duplicates} repeated{withheld}"
    )


def _fault_list(result: ImportResult) -> str:
    lines = [
        f"{readable(fault.file)}, row {fault.row}"
        + (f", {readable(fault.column)}" if fault.column else "")
        + (f": “{readable(fault.value)}”" if fault.value else "")
        + f" — expected {fault.expected}"
        for fault in result.faults
    ]
    if result.fault_count > len(lines):
        lines.append(f"… and {result.fault_count - len(lines)} more, which are not listed")
    return "\n".join([*lines, f"{result.fault_count} faults; nothing was imported"])


@click.group()
def mapping() -> None:
    """Look after mapping files, which make another system's export ours."""


@mapping.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check_mapping(*, file: Path, as_json: bool) -> None:
    """Check a mapping file and list all its faults: line, path, value, what was expected."""
    try:
        read = read_mapping(file, readable(str(file)))
    except MappingError as error:
        text = "\n".join([*map(str, error.faults), f"{len(error.faults)} faults"])
        raise InputFault(text, {"faults": [fault.as_dict() for fault in error.faults]}) from error
    show({"faults": [], "kind": read.kind.name}, f"{file}: no faults; it maps {read.kind.name}", as_json=as_json)


@mapping.command("schema")
@json_option
def print_mapping_schema(*, as_json: bool) -> None:
    """Print the JSON Schema of mapping files."""
    del as_json  # it is JSON either way
    print_json(mapping_schema())
