"""`alunite init`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from alunite.config.command_line import InputFault
from alunite.config.commands.common import (
    is_ready,
    json_option,
    need_database,
    need_key,
    need_writable_home,
    say,
    seal_now,
    show,
)
from alunite.config.commands.rows import told_progress
from alunite.config.migrating import migrate, migration_state
from alunite.foundation.accounts.policies import IMPORTER, OPERATOR
from alunite.foundation.adoption.actions import CannotFollow, adopt_pack
from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.kinds import import_kinds
from alunite.foundation.keys.signing import CannotSign, ensure_signing_key
from alunite.foundation.scheme.loader import PackError, load_pack
from alunite.front.register.projector import has_this_shape
from alunite.front.register.projector import rebuild as rebuild_read_tables


@dataclass(frozen=True, slots=True)
class Initialised:
    """What `init` found or made."""

    home: str
    database: str
    master_key: str
    master_key_made: bool
    scheme: str
    scheme_changed: bool
    rows: int
    created: int
    changed: int
    unchanged: int


@click.command()
@click.option("--samples", is_flag=True, help="Also load the real public rows in samples/.")
@click.option(
    "--without",
    "left_out",
    multiple=True,
    metavar="FOLDER",
    help="Leave out a folder of samples/, such as one whose terms do not suit; may be repeated.",
)
@click.option(
    "--scheme",
    "directory",
    type=click.Path(path_type=Path),
    help="Folder of a scheme pack to take up. Left out, the one in force stays; at first, the one that comes with Alunite.",
)
@json_option
def init(*, samples: bool, left_out: tuple[str, ...], directory: Path | None, as_json: bool) -> None:
    """Make an installation in ALUNITE_HOME, or bring one up to date. A second time changes nothing."""
    if left_out and not samples:
        raise InputFault("--without: expected together with --samples")
    done = initialise(samples=sample_files(left_out) if samples else (), directory=directory)
    text = f"{done.home}: ready, scheme {done.scheme}; {done.created} rows new, {done.changed} changed"
    show(asdict(done), text, as_json=as_json)


def default_scheme() -> Path:
    """Return the folder of the pack that comes with Alunite."""
    schemes: Path = settings.REPOSITORY / "schemes"
    return schemes / (schemes / "default").read_text(encoding="utf-8").strip()


def initialise(*, samples: Sequence[tuple[str, Path]], directory: Path | None) -> Initialised:
    """Make or update the installation; raise `InputFault` for a pack or sample that cannot be taken up."""
    installation = settings.INSTALLATION
    need_writable_home()
    installation.create()
    try:
        key = installation.ensure_master_key()
    except OSError as error:
        text = f"{installation.key_file}: expected a file that can be written, or ALUNITE_MASTER_KEY set"
        raise InputFault(f"{text} ({error.strerror})") from error
    if key.made:
        say(f"made a master key in {key.where}: for trials; set ALUNITE_MASTER_KEY for real use, and keep a copy")
    settings.SECRET_KEY = installation.derived_secret("django-secret-key")
    need_database()
    bring_database_up_to_date()
    try:
        ensure_signing_key()
    except CannotSign as error:
        raise InputFault(str(error)) from error
    need_key()
    call_command("collectstatic", verbosity=0, interactive=False)
    seal_now()
    try:
        pack, changed = _adopt(directory)
        if changed:
            say(f"adopted the scheme {pack.scheme}")
        counts = _load_samples(samples) if samples else (0, 0, 0, 0)
    except PackError as error:
        faults = [fault.as_dict() for fault in error.faults]
        raise InputFault(str(error), {"faults": faults}) from error
    except CannotFollow as error:
        raise InputFault(str(error)) from error
    finally:
        seal_now()
    return Initialised(str(installation.home), connection.vendor, key.where, key.made, pack.scheme, changed, *counts)


def _adopt(directory: Path | None) -> tuple[AdoptedPack, bool]:
    """Adopt the pack of a folder. Without one, the pack in force stays; where there is none yet, ours is taken."""
    held = AdoptedPack.objects.order_by("-pk").first() if directory is None else None
    if held is None:
        return adopt_pack(directory or default_scheme(), actor=OPERATOR)
    _tell_of_ours(held)
    return held, False


def _tell_of_ours(held: AdoptedPack) -> None:
    """Say that the pack that comes with this version says something else than the one in force: nobody takes it up unasked."""
    ours = load_pack(default_scheme())
    if ours.scheme.id == held.scheme and ours.digest != held.digest:
        say(
            f"the scheme {held.scheme} in force is not the one that comes with this version; "
            f"to take that up: alunite init --scheme {default_scheme()}"
        )


def bring_database_up_to_date() -> None:
    """Make the database, or bring one of an earlier version up to date, its read tables with it.

    Read tables of another shape hold what an earlier version read out of publications, so they are made anew.
    """
    state = migration_state()
    if state.unknown:
        text = f"the database was made by a later version of Alunite (it has {', '.join(state.unknown)})"
        raise InputFault(f"{text}; install that version or put back the backup made before it")
    was_there = is_ready()
    if state.missing:
        say("bringing the database up to date" if was_there else "making the database")
        migrate()
    if not has_this_shape():
        if was_there:
            say("making the register's read tables anew")
        rebuild_read_tables()


def sample_files(left_out: Sequence[str] = ()) -> list[tuple[str, Path]]:
    """Return the files in `samples/`, each with its kind, but those of folders that are left out."""
    folder = settings.REPOSITORY / "samples"
    found = [(kind.name, path) for kind in import_kinds() for path in sorted(folder.glob(f"*/{kind.name}.csv"))]
    there = sorted({path.parent.name for _, path in found})
    if strange := sorted(set(left_out) - set(there)):
        raise InputFault(f"--without {strange[0]}: expected one of {', '.join(there)}")
    return [(kind, path) for kind, path in found if path.parent.name not in left_out]


def _load_samples(files: Sequence[tuple[str, Path]]) -> tuple[int, int, int, int]:
    result = import_files(files, actor=IMPORTER, progress=told_progress())
    if result.faults:
        raise InputFault("the samples have faults", result.as_dict())
    return result.rows, result.created, result.changed, result.unchanged
