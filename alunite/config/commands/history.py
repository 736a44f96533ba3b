"""`alunite history`."""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings
from django.db import DatabaseError

from alunite.config.command_line import INPUT_AT_FAULT, InputFault
from alunite.config.commands.common import (
    has_table,
    json_option,
    need_key,
    need_writable_home,
    sealed_afterwards,
    show,
)
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.history.errors import CheckpointLogError
from alunite.foundation.history.sealing import log_path, write_log_again
from alunite.foundation.history.verification import verify as verify_history


@click.group()
def history() -> None:
    """Prove that history is whole."""


def need_history() -> None:
    """Refuse to go on where there is no history."""
    if not has_table("history_entry"):
        raise InputFault(f"there is no history in {settings.ALUNITE_HOME}; an installation is made with: alunite init")


@history.command()
@click.option(
    "--checkpoints",
    type=click.Path(path_type=Path),
    help="File of checkpoints kept elsewhere; checkpoints.log in ALUNITE_HOME if left out.",
)
@json_option
def verify(*, checkpoints: Path | None, as_json: bool) -> int:
    """Find altered, missing, inserted, reordered, cut-off and recomputed history. Needs no secret."""
    need_history()
    if checkpoints is not None and not checkpoints.is_file():
        raise InputFault(f"{checkpoints}: expected a file of checkpoints that exists")
    try:
        found = verify_history(checkpoints)
    except DatabaseError as error:
        raise InputFault(f"history cannot be read, so it is not whole: {error}") from error
    lines = [f"{problem.kind}: {problem.text}" for problem in found.problems]
    lines += [f"note: {note}" for note in found.notes()]
    lines.append(f"signed by: {', '.join(found.keys) or 'no key'}")
    counts = f"{found.entries} entries, {found.sealed} sealed under {found.checkpoints} checkpoints"
    unsealed = f", {found.unsealed} unsealed"
    verdict = "history is whole" if found.ok else f"{len(found.problems)} problems"
    show(found.as_dict(), "\n".join([*lines, f"{counts}{unsealed}: {verdict}"]), as_json=as_json)
    return 0 if found.ok else INPUT_AT_FAULT


@history.command("write-log")
@click.option("--reason", required=True, help="What became of the file; history keeps it.")
@json_option
def write_log(*, reason: str, as_json: bool) -> None:
    """Write checkpoints.log again from the database where it is lost for good. History tells of it."""
    need_history()
    need_writable_home()
    need_key()
    try:
        lines = write_log_again(actor=OPERATOR.label, reason=reason)
    except (CheckpointLogError, ValueError) as error:
        raise InputFault(str(error)) from error
    path = log_path()
    with sealed_afterwards():
        show({"file": str(path), "checkpoints": lines}, f"{path}: {lines} checkpoints written again", as_json=as_json)
