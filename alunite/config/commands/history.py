"""`alunite history`."""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings
from django.db import DatabaseError

from alunite.config.command_line import INPUT_AT_FAULT, InputFault
from alunite.config.commands.common import has_table, json_option, show
from alunite.foundation.history.verification import verify as verify_history


@click.group()
def history() -> None:
    """Prove that history is whole."""


@history.command()
@click.option(
    "--checkpoints",
    type=click.Path(path_type=Path),
    help="File of checkpoints kept elsewhere; checkpoints.log in ALUNITE_HOME if left out.",
)
@json_option
def verify(*, checkpoints: Path | None, as_json: bool) -> int:
    """Find altered, missing, inserted, reordered, cut-off and recomputed history. Needs no secret."""
    if not has_table("history_entry"):
        raise InputFault(f"there is no history in {settings.ALUNITE_HOME}; an installation is made with: alunite init")
    if checkpoints is not None and not checkpoints.is_file():
        raise InputFault(f"{checkpoints}: expected a file of checkpoints that exists")
    try:
        found = verify_history(checkpoints)
    except DatabaseError as error:
        raise InputFault(f"history cannot be read, so it is not whole: {error}") from error
    lines = [f"{problem.kind}: {problem.text}" for problem in found.problems]
    counts = f"{found.entries} entries, {found.sealed} sealed under {found.checkpoints} checkpoints"
    unsealed = f", {found.unsealed} unsealed"
    verdict = "history is whole" if found.ok else f"{len(found.problems)} problems"
    show(found.as_dict(), "\n".join([*lines, f"{counts}{unsealed}: {verdict}"]), as_json=as_json)
    return 0 if found.ok else INPUT_AT_FAULT
