"""`alunite snapshot write`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from alunite.config.command_line import InputFault
from alunite.config.commands.common import json_option, show, writing
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.keys.signing import CannotSign
from alunite.foundation.publications.snapshots import CannotWrite, write_snapshot


@click.command()
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day, in the scheme's time zone; today if left out."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write into: empty, or a snapshot to replace; if left out, snapshots/DAY in ALUNITE_HOME.",
)
@json_option
def write(*, as_of: datetime | None, out: Path | None, as_json: bool) -> None:
    """Write the snapshot of a day. Written again it is the same, unless something was redacted since."""
    with writing():
        try:
            made = write_snapshot(as_of.date() if as_of else None, actor=OPERATOR, out=out)
        except (CannotWrite, CannotSign, OSError) as error:
            raise InputFault(str(error)) from error
    state = "" if made.complete else ", before the day was over"
    text = f"{made.folder}: {made.publications} publications as of {made.as_of}{state}"
    show(made.as_dict(), text if made.changed else f"{text}; it was there already", as_json=as_json)
