"""What `alunite doctor` asks of every installation; rooms add what only they know (`core.operation`)."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Max
from django.utils import timezone

from alunite.config.health import LEAST_FREE_BYTES
from alunite.config.migrating import migration_state
from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.core.operation import Check, Finding, doctor_checks
from alunite.foundation.history.models import Checkpoint, Entry
from alunite.foundation.history.queries import newest_checkpoint
from alunite.foundation.history.sealing import log_line, log_path
from alunite.foundation.history.triggers import Guard, missing_guards
from alunite.foundation.keys.installation import InstallationError
from alunite.foundation.keys.models import SigningKey
from alunite.foundation.keys.signing import CannotSign, find_public_key, sign
from alunite.foundation.messages.jobs import jobs
from alunite.foundation.messages.models import MailState, OutgoingMail, WorkerJob
from alunite.foundation.publications.queries import publications
from alunite.front.register.models import Record
from alunite.front.register.projector import has_this_shape

OLDEST_POSTGRESQL = 140_000
OLDEST_SQLITE = (3, 35)
LONGEST_UNSEALED = timedelta(minutes=15)
LONGEST_LATE = timedelta(minutes=15)
LONGEST_WAITING = timedelta(hours=1)
MOST_SKEW = timedelta(seconds=30)
OLDEST_BACKUP = timedelta(days=7)
BACKUP_NOTE = "last-backup.json"


@dataclass(frozen=True, slots=True)
class Examined:
    """A check's name, what it found, and whether it could be made at all."""

    name: str
    findings: tuple[Finding, ...]


def examine() -> list[Examined]:
    """Make every check; one that fails is a finding itself, and one that needs the database waits for it."""
    found = [_examined(name, check) for name, check in WITHOUT_DATABASE.items()]
    database = _examined("database", _database)
    found.append(database)
    if not database.findings:
        migrations = _examined("migrations", _migrations)
        found.append(migrations)
        if not migrations.findings:
            found += [_examined(name, check) for name, check in {**WITH_DATABASE, **doctor_checks()}.items()]
    return found


def _examined(name: str, check: Check) -> Examined:
    try:
        return Examined(name, tuple(check()))
    except (DatabaseError, OSError, InstallationError) as error:
        what = f"The check could not be made: {error}"
        return Examined(name, (Finding(what, "What it looks after is not known to be well.", "Mend this first."),))


def _settings() -> Iterator[Finding]:
    if not settings.INSTALLATION.exists:
        yield Finding(
            f"There is no installation in {settings.ALUNITE_HOME}.",
            "Nothing else can be checked.",
            "Set ALUNITE_HOME to the right folder, or make an installation: alunite init",
        )
        return
    https = settings.ALUNITE_ORIGIN.startswith("https:")
    for message in run_checks(include_deployment_checks=https):
        yield Finding(f"{message.id}: {message.msg}", "Django warns of it.", message.hint or "See Django's manual.")
    if https and settings.ALUNITE_DEMO:
        yield Finding(
            "ALUNITE_DEMO is set on a site with an https address.",
            "Nobody is asked for a second factor, and everybody may read the mail that is not handed to a server.",
            "Unset ALUNITE_DEMO; alunite demo sets it for itself.",
        )
    elif https and not settings.ALUNITE_SECOND_FACTOR:
        yield Finding(
            "ALUNITE_SECOND_FACTOR is false on a site with an https address.",
            "A password alone opens the Secretariat's accounts.",
            "Unset ALUNITE_SECOND_FACTOR.",
        )
    if https and settings.MAIL_SERVER is None:
        yield Finding(
            "ALUNITE_MAIL_URL is not set.",
            "Mail is written into files, and nobody gets an invitation or a way to a new password.",
            "Set ALUNITE_MAIL_URL to a mail server.",
        )
    if https and not settings.ALUNITE_CORRECTIONS_TO:
        yield Finding(
            "ALUNITE_CORRECTIONS_TO is not set.",
            "Readers who find a mistake are told that nobody takes corrections.",
            "Set ALUNITE_CORRECTIONS_TO to an address that somebody reads.",
        )
    if https and settings.ALUNITE_TODAY:
        yield Finding(
            f"ALUNITE_TODAY is set to {settings.ALUNITE_TODAY}.",
            "The site takes that day for today: certificates look valid that are not.",
            "Unset ALUNITE_TODAY.",
        )


def _disk() -> Iterator[Finding]:
    home: Path = settings.ALUNITE_HOME
    if home.exists() and (free := shutil.disk_usage(home).free) < LEAST_FREE_BYTES:
        yield Finding(
            f"The disk of {home} has {free // 1_000_000} MB left.",
            "What finds no room is refused: imports, checkpoints, mail.",
            "Make room, or move ALUNITE_HOME to a larger disk.",
        )


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        version = connection.connection.info.server_version
        is_old, wanted = version < OLDEST_POSTGRESQL, f"PostgreSQL {OLDEST_POSTGRESQL // 10_000}"
    else:
        is_old, wanted = sqlite3.sqlite_version_info < OLDEST_SQLITE, f"SQLite {'.'.join(map(str, OLDEST_SQLITE))}"
    if is_old:
        yield Finding(
            f"The database is older than {wanted}.", "It lacks what Alunite uses.", f"Use {wanted} or a later one."
        )


def _migrations() -> Iterator[Finding]:
    state = migration_state()
    if state.missing:
        yield Finding(
            f"The database lacks {len(state.missing)} migrations, the first of them {state.missing[0]}.",
            "Pages that read the new tables fail.",
            "Make a backup, then run: alunite init",
        )
    if state.unknown:
        yield Finding(
            f"The database was made by a later version: it has {', '.join(state.unknown)}.",
            "This version does not know what that one changed.",
            "Install the later version, or restore the backup made before it.",
        )


def _guards() -> Iterator[Finding]:
    operations = [item for migration in MigrationLoader(None).graph.nodes.values() for item in migration.operations]
    tables = {operation.table for operation in operations if isinstance(operation, Guard)}
    for table in sorted(tables):
        if missing := missing_guards(table):
            yield Finding(
                f"The table {table} lacks the triggers {', '.join(missing)}.",
                "What was said could be changed or deleted without a trace in the database itself.",
                "Find out who took them away (alunite history verify), then restore a backup or ask its developers.",
            )


def _keys() -> Iterator[Finding]:
    installation = settings.INSTALLATION
    for complaint in installation.complaints():
        yield Finding(complaint, "Whoever reads the master key can sign as this installation.", "Do what it says.")
    try:
        sign(b"alunite")
    except CannotSign as error:
        yield Finding(
            str(error), "Nothing that is written can be sealed.", "Set ALUNITE_MASTER_KEY to this installation's key."
        )
    for key in SigningKey.objects.all():
        if find_public_key(key.pk) is None or not (installation.home / "keys" / f"{key.pk}.pub").is_file():
            yield Finding(
                f"The public key {key.pk} is not in {installation.home / 'keys'}, or is not itself.",
                "What it signed cannot be checked without the database.",
                "Run alunite init for the key in use; put older ones back from a backup.",
            )


def _scheme() -> Iterator[Finding]:
    if not AdoptedPack.objects.exists():
        yield Finding("No scheme is in force.", "There is nothing to certify against.", "Run: alunite init")


def _read_tables() -> Iterator[Finding]:
    """Compare only how far both have come; `history verify` compares every word."""
    said = publications().aggregate(newest=Max("pk"))["newest"] or 0
    shown = Record.objects.aggregate(newest=Max("publication"))["newest"] or 0
    if said != shown or publications().count() != Record.objects.count():
        yield Finding(
            f"The register shows publications up to {shown}; there are publications up to {said}.",
            "Visitors are not shown what was said last.",
            "Run: alunite register rebuild",
        )
    elif not has_this_shape():
        yield Finding(
            "The register's read tables were made by another version.",
            "Filters find records by what that version kept, and not by what this one looks for.",
            "Run: alunite register rebuild",
        )


def _sealing() -> Iterator[Finding]:
    newest = newest_checkpoint()
    oldest = Entry.objects.filter(id__gt=newest.last if newest else 0).order_by("id").first()
    if oldest is not None and timezone.now() - oldest.at > LONGEST_UNSEALED:
        yield Finding(
            f"Entries of history are unsealed since {oldest.at:%Y-%m-%d %H:%M} UTC.",
            "Until they are sealed, a change of them could not be proved.",
            "See that the worker runs, or seal them with any writing command, such as: alunite init",
        )
    if newest is None:
        return
    if not _log_agrees(newest):
        yield Finding(
            f"{log_path()} does not end with checkpoint {newest.number}, the newest in the database.",
            "One of the two is older than the other, or was changed.",
            "Find out which: alunite history verify",
        )


def _log_agrees(newest: Checkpoint) -> bool:
    """Tell whether the file ends with the newest checkpoint, or with as much of it as a crash leaves."""
    path = log_path()
    lines = path.read_bytes().splitlines(keepends=True)[-2:] if path.is_file() else []
    line = log_line(newest)
    if lines[-1:] == [line]:
        return True
    before = Checkpoint.objects.filter(number=newest.number - 1).first()
    # A killed sealer has written nothing of its line yet, or a part; the next one completes it.
    if lines and not lines[-1].endswith(b"\n") and line.startswith(lines[-1]):
        lines.pop()
    return lines[-1:] == ([log_line(before)] if before else [])


def _worker() -> Iterator[Finding]:
    now = timezone.now()
    rows = {row.name: row for row in WorkerJob.objects.all()}
    for job in jobs():
        row = rows.get(job.name)
        if row is not None and row.failures:
            yield Finding(
                f"The job {job.name} failed {row.failures} times, last with {row.last_fault}.",
                "What it does is not done.",
                "The log of alunite worker says where it failed.",
            )
        is_late = row is not None and now - row.due_at > max(LONGEST_LATE, 2 * job.longest)
        # A trial without a worker is well; whoever started one wants it to run.
        if is_late or (row is None and settings.ALUNITE_ORIGIN.startswith("https:")):
            since = f"since {row.due_at:%Y-%m-%d %H:%M} UTC" if row else "and was never run"
            yield Finding(
                f"The job {job.name} is due {since}.",
                "No worker runs: mail is not sent, and history is sealed only by commands.",
                "Start it, or let the service manager: alunite worker",
            )


def _mail() -> Iterator[Finding]:
    given_up = OutgoingMail.objects.filter(state=MailState.GIVEN_UP).count()
    if given_up:
        yield Finding(
            f"{given_up} letters were given up.",
            "Somebody waits for what they said, such as a way to sign in.",
            "Check ALUNITE_MAIL_URL and the addresses, and ask whoever it was for to begin again.",
        )
    oldest = OutgoingMail.objects.filter(state=MailState.WAITING).order_by("written_at").first()
    if oldest is not None and timezone.now() - oldest.written_at > LONGEST_WAITING:
        yield Finding(
            f"A letter waits since {oldest.written_at:%Y-%m-%d %H:%M} UTC.",
            "Mail is not sent, or refused again and again.",
            "See that alunite worker runs, and that ALUNITE_MAIL_URL names a server that answers.",
        )


def _clock() -> Iterator[Finding]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            there = cursor.fetchone()[0]
    else:  # the same clock; but what was written yesterday cannot lie in the future
        there = max(Entry.objects.aggregate(newest=Max("at"))["newest"] or timezone.now(), timezone.now())
    if abs(timezone.now() - there) > MOST_SKEW:
        yield Finding(
            f"This machine's clock says {timezone.now():%Y-%m-%d %H:%M:%S} UTC, the database {there:%Y-%m-%d %H:%M:%S}.",
            "What was published before what could not be told.",
            "Let both machines keep time by NTP.",
        )


def _backups() -> Iterator[Finding]:
    if not settings.ALUNITE_ORIGIN.startswith("https:"):
        return  # a trial
    note: Path = settings.ALUNITE_HOME / BACKUP_NOTE
    why = "What was entered since would be lost with this machine."
    mend = "Run alunite backup --out FILE each day, and keep the files on another machine."
    try:
        at = datetime.fromisoformat(json.loads(note.read_text(encoding="utf-8"))["at"]).astimezone(UTC)
    except FileNotFoundError:
        yield Finding("No backup was ever made.", why, mend)
        return
    except (ValueError, KeyError, TypeError):
        yield Finding(f"{note} cannot be read.", "Nobody knows how old the last backup is.", mend)
        return
    if timezone.now() - at > OLDEST_BACKUP:
        yield Finding(f"The last backup was made on {at:%Y-%m-%d}.", why, mend)


WITHOUT_DATABASE: dict[str, Check] = {"settings": _settings, "disk": _disk, "backups": _backups}
WITH_DATABASE: dict[str, Check] = {
    "guards": _guards,
    "keys": _keys,
    "scheme": _scheme,
    "read tables": _read_tables,
    "sealing": _sealing,
    "worker": _worker,
    "mail": _mail,
    "clock": _clock,
}


def all_findings(examined: Iterable[Examined]) -> list[Finding]:
    """Return the findings of all checks."""
    return [finding for each in examined for finding in each.findings]
