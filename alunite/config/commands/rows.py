"""`alunite import` and `alunite export`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from alunite.config.command_line import InputFault
from alunite.config.commands.common import json_option, need_ready, readable, say, show, writing
from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.importing.actions import ImportResult, import_files
from alunite.foundation.importing.exporting import export_csv
from alunite.foundation.importing.kinds import UnknownImportKind, import_kind


@click.command("import")
@click.argument("files", metavar="KIND=FILE...", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@json_option
def import_rows(*, files: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Import files of rows: all or nothing; a second time changes nothing."""
    named = [_named(text) for text in files]
    with need_only_reading() if dry_run else writing():
        try:
            result = import_files(named, actor=IMPORTER, dry_run=dry_run, progress=None if as_json else say)
        except UnknownImportKind as error:
            raise InputFault(str(error)) from error
    if result.faults:
        raise InputFault(_fault_list(result), result.as_dict())
    show(result.as_dict(), _summary(result), as_json=as_json)


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
    return (
        f"{result.rows} rows: {result.created} {would}new, {result.changed} {would}changed, "
        f"{result.unchanged} unchanged, {result.duplicates} repeated"
    )


def _fault_list(result: ImportResult) -> str:
    lines = [
        f"{readable(fault.file)}, row {fault.row}"
        + (f", {readable(fault.column)}" if fault.column else "")
        + (f": “{readable(fault.value)}”" if fault.value else "")
        + f" — expected {fault.expected}"
        for fault in result.faults
    ]
    return "\n".join([*lines, f"{len(lines)} faults; nothing was imported"])


@click.command("export")
@click.argument("kind")
@click.option("--format", "form", type=click.Choice(["csv"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
@json_option
def export_rows(*, kind: str, form: str, out: Path, as_json: bool) -> None:
    """Write all rows of a kind, in the columns they are imported in."""
    need_ready()
    try:
        count = export_csv(import_kind(kind), out)
    except UnknownImportKind as error:
        raise InputFault(str(error)) from error
    except OSError as error:
        raise InputFault(f"{out}: expected a file that can be written ({error.strerror})") from error
    show({"kind": kind, "format": form, "out": str(out), "rows": count}, f"{count} rows in {out}", as_json=as_json)
