"""`alunite backup` and `alunite restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from django.conf import settings

from alunite.config.backing_up import make_backup
from alunite.config.command_line import InputFault
from alunite.config.commands.common import json_option, need_database, need_ready, readable, say, show, writing
from alunite.config.migrating import migration_state
from alunite.config.restoring import CannotRestore, signed_by
from alunite.config.restoring import restore as put_back


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write, such as backup.tar.gz; or a folder, where it gets a name with the time.",
)
@json_option
def backup(*, out: Path, as_json: bool) -> None:
    """Write a consistent backup of database and data folder while others go on working. Never holds the master key."""
    need_ready()
    if migration_state().missing:
        raise InputFault("the database is not up to date; run: alunite init")
    if not out.parent.is_dir():
        raise InputFault(f"{out}: expected a folder that is there")
    if out.resolve().is_relative_to(settings.ALUNITE_HOME):
        raise InputFault(f"{out}: expected a place outside the data folder, which may be lost with it")
    with writing():
        pass  # so that what others left unsealed is vouched for in the backup as well
    try:
        made = make_backup(out)
    except OSError as error:
        raise InputFault(f"{out}: expected a file that can be written ({error.strerror})") from error
    rows = sum(made["rows"].values())
    text = f"{made['file']}: {rows} rows and {len(made['files'])} parts, up to checkpoint {made['checkpoint']}"
    show({"file": made["file"], "rows": rows, "parts": len(made["files"]), "at": made["at"]}, text, as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keep-faulty", is_flag=True, help="Put it back although its history does not verify.")
@click.option("--key", default="", help="Refuse a backup signed by any key but this one (its fingerprint), or by none.")
@click.option("--give-up-mail", is_flag=True, help="Do not send again what waited to be sent when the backup was made.")
@json_option
def restore(*, file: Path, keep_faulty: bool, key: str, give_up_mail: bool, as_json: bool) -> None:
    """Put a backup into an EMPTY data folder and database: checked first, and all of it or nothing."""
    if settings.INSTALLATION.exists:
        raise InputFault(f"ALUNITE_HOME={settings.ALUNITE_HOME}: expected a folder that is empty or not there")
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        need_database()
    try:
        done = put_back(file, progress=say, keep_faulty=keep_faulty, key=key.strip().lower(), give_up_mail=give_up_mail)
    except CannotRestore as error:
        raise InputFault(readable_lines(error.faults), {"faults": error.faults}) from error
    if not done.has_master_key:
        say("the master key is not in a backup: set ALUNITE_MASTER_KEY to the one of this installation")
    say(f"{signed_by(done.signed_by)}{'' if key else '; whether that is your key, only you can tell (--key)'}")
    if done.mail_waiting:
        say(f"{done.mail_waiting} mails wait, as they did then: the worker sends them, also if they were sent since")
    text = f"{settings.ALUNITE_HOME}: {done.rows} rows and {done.files} files as of {done.at}; history is verified"
    show(asdict(done), f"{text} ({done.entries} entries). Now run: alunite init", as_json=as_json)


def readable_lines(faults: list[str]) -> str:
    """Return faults for a terminal, a line each."""
    return "\n".join([*map(readable, faults), f"{len(faults)} faults; nothing was restored"])
