"""Putting a backup back: into an empty data folder and an empty database, all of it or nothing.

Everything is checked before anything is written. The tables are made as the backup's own version made them, filled, and
then brought up to date, so a backup of an earlier version can be put back by a later one.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import re
import secrets
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field, JSONField, Model

from alunite.config.backing_up import BLOCK, FORMAT, HOME, MANIFEST, TABLES
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.core.canonical import canonical_json
from alunite.foundation.history.verification import verify as verify_history
from alunite.foundation.keys.installation import Installation
from alunite.foundation.keys.signing import fingerprint
from alunite.foundation.keys.signing import verify as verify_signature
from alunite.foundation.messages.actions import give_up_waiting_mail
from alunite.foundation.messages.models import MailState
from alunite.foundation.messages.queries import mail_counts
from alunite.front.register.projector import rebuild as rebuild_read_tables

LARGEST_MANIFEST = 50_000_000
ROWS_AT_ONCE = 500
MADE = "database.sqlite3"
_TABLE = re.compile(r"[a-z][a-z0-9_]*")


class CannotRestore(Exception):
    """The backup, or the place it was to go, is not as it has to be; `faults` says everything."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back.

    `signed_by` is the fingerprint of the key that signed the backup, which came with it, and empty where none did;
    `mail_waiting` how many mails the worker will send that may have been sent before.
    """

    installation: str
    at: str
    rows: int
    files: int
    entries: int
    checkpoints: int
    has_master_key: bool
    signed_by: str
    mail_waiting: int
    mail_given_up: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What whoever restores has chosen: what to keep or give up, and who is told how far it is."""

    keep_faulty: bool
    give_up_mail: bool
    progress: Callable[[str], None]


def restore(
    backup: Path,
    *,
    progress: Callable[[str], None],
    keep_faulty: bool = False,
    key: str = "",
    give_up_mail: bool = False,
) -> Restored:
    """Put a backup back; with a `key` only one signed by it, with `give_up_mail` without the mail that waited.

    Raises
    ------
    CannotRestore
        With every fault, and nothing is changed: data folder or database not empty, parts missing, added, altered or
        cut off, a version this one cannot read, history that does not verify (unless `keep_faulty`).
    """
    home: Path = settings.ALUNITE_HOME
    if faults := _faults_of_target(home):
        raise CannotRestore(faults)
    home.parent.mkdir(parents=True, exist_ok=True)
    staging = home.parent / f".{home.name}.restoring-{secrets.token_hex(4)}"
    staging.mkdir(mode=0o700)
    database = Path(connection.settings_dict["NAME"])
    try:
        progress("checking the backup")
        manifest = _unpacked(backup, staging, key)
        choices = Choices(keep_faulty=keep_faulty, give_up_mail=give_up_mail, progress=progress)
        with _working_in(staging / HOME, staging), _rows_told_apart():
            return _put_back(manifest, staging, home, database, choices)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _faults_of_target(home: Path) -> list[str]:
    faults = []
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        faults.append(f"ALUNITE_HOME={home}: expected a folder that is empty or not there")
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        if database.exists() and not database.is_relative_to(home):
            faults.append(f"{database}: expected a database that is not there yet")
    elif connection.introspection.table_names():
        faults.append(f"database {connection.settings_dict['NAME']}: expected one without tables")
    return faults


# Reading and checking


def _unpacked(backup: Path, staging: Path, key: str) -> dict[str, Any]:
    """Unpack into `staging` what the manifest names, and return the manifest; raise for all faults at once."""
    faults, found = _written_out(backup, staging)
    manifest = _manifest(staging / MANIFEST)
    if manifest is None:
        raise CannotRestore([*faults, f"{MANIFEST}: missing, or not the manifest of a backup ({FORMAT})"])
    said: dict[str, Any] = manifest["said"]
    faults += _differences(said["files"], found)
    faults += _fault_of_signature(manifest, staging)
    if key and manifest["key"] != key:
        faults.append(f"{MANIFEST}: {signed_by(manifest['key'])}; expected the key {key}")
    faults += _faults_of_version(said)
    if faults:
        raise CannotRestore(faults)
    return manifest


def _written_out(backup: Path, staging: Path) -> tuple[list[str], dict[str, tuple[str, int]]]:
    """Write the parts into `staging`, as far as they can be read and there is room; return faults and digests."""
    faults: list[str] = []
    found: dict[str, tuple[str, int]] = {}
    free = room = shutil.disk_usage(staging).free
    try:
        with gzip.open(backup) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            for part in tar:
                if fault := _fault_of_name(part, found):
                    faults.append(fault)
                    continue
                # Of what a header promises no more is read, so the sum of the headers is the most that is written.
                room -= part.size
                if room < 0:
                    raise CannotRestore([f"{backup}: unpacked it takes more than the {free} bytes that are free here"])
                content = tar.extractfile(part)
                if content is not None:
                    found[part.name] = _written(content, staging / part.name)
                if part.name == MANIFEST:
                    _require_room(_manifest(staging / MANIFEST), free)
            while plain.read(BLOCK):  # to its end, where the sum of the whole file stands
                pass
    except FileNotFoundError:
        raise CannotRestore([f"{backup}: there is no such file"]) from None
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        faults.append(f"{backup}: it is cut off or damaged, or no backup ({error})")
    return faults, found


def signed_by(key: str) -> str:
    """Return in words who signed a backup."""
    return f"signed by the key {key}" if key else "not signed"


def _require_room(manifest: dict[str, Any] | None, free: int) -> None:
    """Refuse before the rest is unpacked; our backups begin with their manifest.

    Where the database is a file, it is made beside what was unpacked, and is about as large.
    """
    if manifest is None:
        return
    parts = sum(item["bytes"] for item in manifest["said"]["files"].values())
    needed = parts * (2 if connection.vendor == "sqlite" else 1)
    if needed > free:
        raise CannotRestore([f"it needs about {needed} bytes here, and {free} are free"])


def _fault_of_name(part: tarfile.TarInfo, found: dict[str, Any]) -> str:
    path = PurePosixPath(part.name)
    if (
        part.type != tarfile.REGTYPE
        or part.issparse()
        or not path.parts
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in part.name
    ):
        return f"{part.name!r}: expected plain files inside the backup"
    if part.name in found:
        return f"{part.name!r}: stands in the backup twice"
    if part.name != MANIFEST and path.parts[0] not in {TABLES, HOME}:
        return f"{part.name!r}: no backup has a part of this name"
    return ""


def _written(content: Any, path: Path) -> tuple[str, int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        while block := content.read(BLOCK):
            digest.update(block)
            size += len(block)
            file.write(block)
    return digest.hexdigest(), size


def _manifest(path: Path) -> dict[str, Any] | None:
    """Return the manifest, or None where there is none of the form we write."""
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            return None
        manifest = json.loads(path.read_text(encoding="utf-8"))
        said = manifest["said"]
        well_formed = (
            said["format"] == FORMAT
            and all(isinstance(said[name], str) for name in ("installation", "at", "alunite", "database"))
            and all(
                isinstance(item["sha256"], str) and isinstance(item["bytes"], int) for item in said["files"].values()
            )
            and all(isinstance(name, str) and "." in name for name in said["migrations"])
            and all(_TABLE.fullmatch(name) and isinstance(count, int) for name, count in said["rows"].items())
            and isinstance(manifest["key"], str)
            and isinstance(manifest["signature"], str)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return manifest if well_formed else None


def _differences(listed: dict[str, Any], found: dict[str, tuple[str, int]]) -> Iterator[str]:
    for name, wanted in listed.items():
        if name not in found:
            yield f"{name}: missing"
        elif found[name] != (wanted["sha256"], wanted["bytes"]):
            yield f"{name}: altered or cut off (SHA-256 {found[name][0]}, expected {wanted['sha256']})"
    yield from (f"{name}: not in the manifest" for name in sorted(found.keys() - listed.keys() - {MANIFEST}))


def _fault_of_signature(manifest: dict[str, Any], staging: Path) -> Iterator[str]:
    if not manifest["key"]:
        return  # made where the master key was out of reach; every part is checked all the same
    key = _public_key(staging, manifest["key"])
    try:
        signature = base64.b64decode(manifest["signature"], validate=True)
    except binascii.Error:
        signature = b""
    if key is None or not verify_signature(key, canonical_json(manifest["said"]), signature):
        yield f"{MANIFEST}: not signed by the key {manifest['key']}"


def _public_key(staging: Path, key_id: str) -> Ed25519PublicKey | None:
    path = staging / HOME / "keys" / f"{Path(key_id).name}.pub"
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) and fingerprint(key) == key_id else None


def _faults_of_version(said: dict[str, Any]) -> Iterator[str]:
    loader = MigrationLoader(None)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    if later := sorted(set(said["migrations"]) - known):
        yield f"made by Alunite {said['alunite']}, which has what this version has not: {', '.join(later)}"


# Writing


@contextmanager
def _working_in(home: Path, staging: Path) -> Iterator[None]:
    """Let everything read and write the home being restored; where the database is a file, one beside it."""
    before = settings.ALUNITE_HOME, settings.INSTALLATION, connection.settings_dict["NAME"]
    files = settings.MEDIA_ROOT
    settings.ALUNITE_HOME, settings.INSTALLATION = home, Installation(home)
    settings.MEDIA_ROOT = home / Path(files).name
    if connection.vendor == "sqlite":
        connection.close()
        connection.settings_dict["NAME"] = str(staging / MADE)
    try:
        yield
    finally:
        settings.ALUNITE_HOME, settings.INSTALLATION = before[0], before[1]
        settings.MEDIA_ROOT = files
        if connection.vendor == "sqlite":
            connection.close()
            connection.settings_dict["NAME"] = before[2]


@contextmanager
def _rows_told_apart() -> Iterator[None]:
    """Tell rows that no table takes from a fault of ours: the parts were checked, so the backup was made wrong."""
    try:
        yield
    except (ValueError, KeyError, TypeError, ValidationError, DatabaseError) as error:
        raise CannotRestore([f"its rows cannot be put back: {type(error).__name__}: {error}"]) from error


def _put_back(
    manifest: dict[str, Any],
    staging: Path,
    home: Path,
    database: Path,
    choices: Choices,
) -> Restored:
    if connection.vendor == "sqlite":
        done = _filled(manifest, staging, choices)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        _put_database(staging, home, database)
        _put_home(staging, home)
        return done
    # PostgreSQL makes tables inside a transaction too: until the folder stands, nothing has happened.
    with transaction.atomic(durable=True):
        done = _filled(manifest, staging, choices)
        _put_home(staging, home)
    return done


def _filled(manifest: dict[str, Any], staging: Path, choices: Choices) -> Restored:
    said = manifest["said"]
    choices.progress("making the tables")
    executor = MigrationExecutor(connection)
    state = executor.migrate(_newest(executor.loader, {_split(name) for name in said["migrations"]}))
    choices.progress(f"filling them with {sum(said['rows'].values())} rows")
    with transaction.atomic():
        for table in said["rows"]:
            _fill_table(_model_of(state.apps, table), staging / TABLES / f"{table}.jsonl")
    _check_references()
    choices.progress("bringing it up to date")
    _set_sequences()
    call_command("migrate", verbosity=0, interactive=False)
    rebuild_read_tables()
    choices.progress("verifying history")
    found = verify_history(None)
    if not found.ok and not choices.keep_faulty:
        raise CannotRestore(
            ["history does not verify: " + "; ".join(f"{item.kind}: {item.text}" for item in found.problems)]
        )
    given_up = give_up_waiting_mail("Restored", actor=OPERATOR) if choices.give_up_mail else 0
    return Restored(
        installation=said["installation"],
        at=said["at"],
        rows=sum(said["rows"].values()),
        files=sum(name.startswith(f"{HOME}/") for name in said["files"]),
        entries=found.entries,
        checkpoints=found.checkpoints,
        has_master_key=settings.INSTALLATION.master_key() is not None,
        signed_by=manifest["key"],
        mail_waiting=mail_counts()[MailState.WAITING],
        mail_given_up=given_up,
    )


def _newest(loader: MigrationLoader, applied: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the newest of the applied migrations of each application: the others come with them."""
    followed = {
        parent.key for key in applied for parent in loader.graph.node_map[key].parents if parent.key[0] == key[0]
    }
    return sorted(applied - followed)


def _split(name: str) -> tuple[str, str]:
    app, _, migration = name.partition(".")
    return app, migration


def _model_of(state_apps: Any, table: str) -> type[Model]:
    for model in state_apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:  # noqa: SLF001, Django's own name for it
            found: type[Model] = model
            return found
    raise CannotRestore([f"{TABLES}/{table}.jsonl: its version has no such table"])


def _fill_table(model: type[Model], path: Path) -> None:
    model._base_manager.all().delete()  # noqa: SLF001, what a migration put there is in the backup as well
    fields: list[Field[Any, Any]] = list(model._meta.concrete_fields)  # noqa: SLF001
    batch: list[Model] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            batch.append(model(**{field.attname: as_value(field, row[field.attname]) for field in fields}))
            if len(batch) == ROWS_AT_ONCE:
                _insert(model, fields, batch)
                batch = []
    _insert(model, fields, batch)


def _insert(model: type[Model], fields: list[Field[Any, Any]], rows: list[Model]) -> None:
    at_once = max(connection.ops.bulk_batch_size(fields, rows), 1) if rows else 1
    for start in range(0, len(rows), at_once):
        # Raw: no field is given today's date in place of its own.
        model._base_manager.all()._insert(  # type: ignore[attr-defined]  # noqa: SLF001, as Django's own `loaddata`
            rows[start : start + at_once], fields=fields, using=connection.alias, raw=True
        )


def as_value(field: Field[Any, Any], said: Any) -> Any:
    """Return a value from the words of a backup."""
    if said is None or isinstance(field, JSONField):
        return said
    if field.get_internal_type() == "BinaryField":
        return base64.b64decode(said)
    return field.to_python(said)


def _check_references() -> None:
    """Have PostgreSQL check what the rows refer to now: it alters no table with checks still waiting for the commit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _set_sequences() -> None:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]  # noqa: SLF001
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        there = [model for model in models if model._meta.db_table in present]  # noqa: SLF001
        for statement in connection.ops.sequence_reset_sql(no_style(), there):
            cursor.execute(statement)


def _put_database(staging: Path, home: Path, database: Path) -> None:
    """Put the file of the database into the folder that is about to be the home, or where it is kept otherwise."""
    target = staging / HOME / database.relative_to(home) if database.is_relative_to(home) else database
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(staging / MADE, target)


def _put_home(staging: Path, home: Path) -> None:
    if home.exists():
        home.rmdir()
    (staging / HOME).chmod(0o700)
    (staging / HOME).replace(home)
