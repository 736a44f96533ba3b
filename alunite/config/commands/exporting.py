"""`alunite export`: rows as they are imported, or, with `--public`, open data made from publications.

Two things under one verb: what goes out to come in again (all current statements of a kind, cell by cell), and what
anybody may take away (every public record of a kind by both clocks, with its dictionary).
"""

from __future__ import annotations

import importlib
import json
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from alunite.config.command_line import InputFault
from alunite.config.commands.common import json_option, need_ready, show
from alunite.foundation.core.days import read_day
from alunite.foundation.importing.exporting import WRITERS, export_statements
from alunite.foundation.importing.kinds import UnknownImportKind, import_kind
from alunite.foundation.publications.dictionary import dictionary, public_kinds
from alunite.foundation.publications.opendata import (
    ROWS_STATEMENT,
    Clocks,
    batches,
    csv_chunks,
    csv_metadata,
    json_chunks,
    row_schema,
)
from alunite.front.api.clocks import clocks_for, now

CHUNKS = {"csv": csv_chunks, "json": json_chunks}
FORMS = ("csv", "json", "parquet")


@click.command("export")
@click.argument("kind")
@click.option("--public", is_flag=True, help="Export what is published, by both clocks, with its dictionary beside it.")
@click.option("--format", "form", type=click.Choice(FORMS), default="csv", show_default=True)
@click.option("--on", help="With --public: the day states are given for, as 2020-06-30; today if left out.")
@click.option("--as-of", help="With --public: only what was published by the end of this day.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
@json_option
def export_rows(
    *, kind: str, public: bool, form: str, on: str | None, as_of: str | None, out: Path, as_json: bool
) -> None:
    """Write all rows of a kind: in the columns they are imported in, or as open data."""
    need_ready()
    done = (
        _export_public(kind, form, out, on=on, as_of=as_of)
        if public
        else _export_statements(kind, form, out, on=on, as_of=as_of)
    )
    show(done, f"{done['rows']} rows in {out}", as_json=as_json)


def _export_statements(kind: str, form: str, out: Path, *, on: str | None, as_of: str | None) -> dict[str, object]:
    faults = [f"{name}: only with --public" for name, day in (("--on", on), ("--as-of", as_of)) if day]
    if form not in WRITERS:
        faults.append(f"--format {form}: only with --public; rows to be imported again are {' or '.join(WRITERS)}")
    if faults:
        raise InputFault("\n".join(faults), {"faults": faults})
    try:
        count = export_statements(import_kind(kind), out, form)
    except UnknownImportKind as error:
        raise InputFault(str(error)) from error
    except OSError as error:
        raise InputFault(f"{out}: expected a file that can be written ({error.strerror})") from error
    return {"kind": kind, "format": form, "out": str(out), "rows": count}


def _export_public(kind_name: str, form: str, out: Path, *, on: str | None, as_of: str | None) -> dict[str, object]:
    """Write the rows of a public kind to `out`, and beside it what its columns mean; return what was done."""
    known = {name: item.name for name, item in public_kinds().items()}
    found = known.get(kind_name, kind_name if kind_name in known.values() else "")
    days = {"--on": on, "--as-of": as_of}
    faults = [
        f"{name} {text!r}: expected a day that exists, as 2026-01-31"
        for name, text in days.items()
        if text and not _day(text)
    ]
    standing = now()
    if (day := _day(as_of)) and day > standing.last_day:
        faults.append(f"--as-of '{day}': expected a day up to today, {standing.last_day}")
    if not found:
        faults.insert(0, f"{kind_name!r}: expected one of {', '.join(sorted(known))}")
    if faults:
        raise InputFault("\n".join(faults), {"faults": faults})
    clocks = clocks_for(_day(on), day, standing)
    count = _whole(out, lambda part: _write(found, form, clocks, part))
    beside = out.with_name(f"{out.name}-metadata.json")
    _whole(beside, lambda part: part.write_text(_metadata(found, form, clocks, out.name), "utf-8"))
    return {
        "kind": found,
        "format": form,
        "out": str(out),
        "metadata": str(beside),
        "rows": count,
        **clocks.as_dict(),
    }


def _write(kind_name: str, form: str, clocks: Clocks, part: Path) -> int:
    if form == "parquet":
        return _parquet(kind_name, clocks, part)
    with part.open("xb") as file:
        for chunk in CHUNKS[form](kind_name, clocks):
            file.write(chunk)
    return sum(len(batch) for batch in batches(kind_name, clocks.publication))


def _parquet(kind_name: str, clocks: Clocks, part: Path) -> int:
    try:
        writer = importlib.import_module("alunite.foundation.publications.parquet")
    except ModuleNotFoundError as error:
        text = (
            "Parquet needs the packages of requirements/analytics.txt; install them into .venv, or export csv or json"
        )
        raise InputFault(text) from error
    count: int = writer.write_parquet(kind_name, clocks, part)
    return count


def _metadata(kind_name: str, form: str, clocks: Clocks, name: str) -> str:
    told = csv_metadata(kind_name, name) if form == "csv" else {"url": name, "dc:rights": ROWS_STATEMENT}
    more = {"dictionary": dictionary(kind_name), "clocks": clocks.as_dict(), "schema": row_schema(kind_name)}
    return json.dumps(told | {f"alunite:{key}": value for key, value in more.items()}, ensure_ascii=False, indent=2)


def _whole(out: Path, write: Callable[[Path], int]) -> int:
    """Let a file appear whole or not at all."""
    if out.exists() and not out.is_file():
        raise InputFault(f"{out}: expected a file that can be written (it is a folder or a device)")
    part = out.with_name(f".{secrets.token_hex(8)}.part")
    try:
        count = write(part)
        part.replace(out)
    except OSError as error:
        raise InputFault(f"{out}: expected a file that can be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _day(text: str | None) -> date | None:
    try:
        return read_day(text or "")
    except ValueError:
        return None
