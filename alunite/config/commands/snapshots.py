"""`alunite snapshot`. `verify` has to load without Django, so what writes is loaded only when it is called."""

from __future__ import annotations

from pathlib import Path

import click

from alunite.config.command_line import INPUT_AT_FAULT, InputFault, LazyGroup, print_json
from alunite.foundation.publications.snapshot_verification import UnreadableKey, read_key, verify_snapshot


@click.group(cls=LazyGroup, lazily={"write": "alunite.config.commands.snapshot_writing:write"})
def snapshot() -> None:
    """Write all publications of a day into signed files, and check such files."""


@snapshot.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--key", default="", help="The installation's key as you know it: a PEM file, its hexadecimal digits, or its id."
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The snapshot before it, to check that this one follows it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def verify(*, directory: Path, key: str, previous: Path | None, as_json: bool) -> int:
    """Check a snapshot with nothing but its files: no installation, no database, no secret."""
    try:
        pinned = read_key(key) if key else ""
    except UnreadableKey as error:
        raise InputFault(str(error)) from error
    found = verify_snapshot(directory, pinned=pinned, previous=previous)
    lines = [f"fault: {fault}" for fault in found.faults]
    lines += [f"note: {note}" for note in found.notes]
    verdict = "all is as it was signed" if found.ok else f"{len(found.faults) + found.further_faults} faults"
    lines.append(
        f"{found.publications} publications as of {found.as_of or 'unknown'}, key {found.key or 'none'}: {verdict}"
    )
    if as_json:
        print_json(found.as_dict())
    else:
        click.echo("\n".join(lines))
    return 0 if found.ok else INPUT_AT_FAULT
