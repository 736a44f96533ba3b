"""A backup: everything an installation cannot do without, as it was at one instant, in one file.

The file is a compressed tar: `manifest.json` says what is in it, with the SHA-256 of each part, and is signed by the
installation's key; `tables/` holds each table as one JSON row a line, the same words whichever database they come from;
`home/` holds the files of the data folder. What is made from the rest is left out (the register's read tables,
collected static files), and so are sessions and what was counted against wrong passwords. Private keys are in it only
as they stand in their table, closed under the master key, and the master key is not.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field, JSONField, Model
from django.utils import timezone

from alunite.config.doctoring import BACKUP_NOTE
from alunite.foundation.core.canonical import canonical_json
from alunite.foundation.history.queries import newest_checkpoint
from alunite.foundation.history.sealing import LOG_NAME
from alunite.foundation.keys.signing import CannotSign, sign

FORMAT = "alunite-backup/1"
MANIFEST, TABLES, HOME = "manifest.json", "tables", "home"
CHUNK = 2000
BLOCK = 1 << 20
# Made anew from publications; or of no use, and no business of anybody, on another machine.
# A browser's row in `usersessions` holds the key that signs it in, on the machine that goes on.
LEFT_OUT_APPS = frozenset({"register", "sessions", "usersessions", "axes"})
# In the data folder, but not what cannot be done without: the database itself is in `tables/`, and files that were sent
# to be checked are kept for a day only.
LEFT_OUT_FOLDERS = frozenset({"static", "mail", "uploads"})
DATABASE_ENDINGS = ("", "-wal", "-shm", "-journal")


def make_backup(out: Path) -> dict[str, Any]:
    """Write a backup to `out`, or under a name of its own into a folder, and return its manifest and place.

    The file appears whole or not at all.
    """
    at = timezone.now()
    if out.is_dir():
        out = out / f"alunite-{at:%Y%m%dT%H%M%SZ}.tar.gz"
    staging = out.parent / f".{out.name}.{secrets.token_hex(4)}"
    staging.mkdir(mode=0o700)
    try:
        manifest = _fill(staging / "content", at)
        _pack(staging / "content", staging / "packed", at)
        (staging / "packed").replace(out)
    finally:
        shutil.rmtree(staging)
    note = settings.ALUNITE_HOME / BACKUP_NOTE
    note.write_text(json.dumps({"at": at.isoformat()}) + "\n", encoding="utf-8")
    return {"file": str(out), **manifest["said"]}


def _fill(folder: Path, at: datetime) -> dict[str, Any]:
    (folder / TABLES).mkdir(parents=True)
    counts: dict[str, int] = {}
    with snapshot():
        newest = newest_checkpoint()
        for model in kept_models():
            counts[model._meta.db_table] = _write_table(model, folder / TABLES)  # noqa: SLF001, Django's own name
        migrations = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
        _copy_home(folder / HOME, newest.number if newest else 0)
        said = {
            "format": FORMAT,
            "alunite": version("alunite"),
            "at": at.astimezone(UTC).isoformat(),
            "installation": settings.INSTALLATION.id,
            "database": connection.vendor,
            "migrations": migrations,
            "rows": counts,
            "checkpoint": newest.number if newest else 0,
            "files": {name: _digest(folder / name) for name in _names(folder)},
        }
        manifest = {"said": said, **_signature(said)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest


def _signature(said: dict[str, Any]) -> dict[str, str]:
    try:
        key_id, signature = sign(canonical_json(said))
    except CannotSign:
        # A backup without a signature is better than none; its parts are checked all the same.
        return {"key": "", "signature": ""}
    return {"key": key_id, "signature": base64.b64encode(signature).decode()}


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything as it is at one instant, without holding off any writer."""
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        # Not `atomic`, which begins with a writer's lock: readers of a write-ahead log need none.
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def kept_models() -> list[type[Model]]:
    """Return the models whose tables are kept, by table."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in LEFT_OUT_APPS  # noqa: SLF001
    ]
    return sorted(models, key=lambda model: model._meta.db_table)  # noqa: SLF001


def _write_table(model: type[Model], folder: Path) -> int:
    fields: list[Field[Any, Any]] = list(model._meta.concrete_fields)  # noqa: SLF001
    names = [field.attname for field in fields]
    rows = model._base_manager.order_by("pk").values_list(*names)  # noqa: SLF001
    count = 0
    with (folder / f"{model._meta.db_table}.jsonl").open("w", encoding="utf-8") as file:  # noqa: SLF001
        for row in rows.iterator(CHUNK):
            said = {name: as_json(field, value) for name, field, value in zip(names, fields, row, strict=True)}
            file.write(json.dumps(said, ensure_ascii=True) + "\n")
            count += 1
    return count


def as_json(field: Field[Any, Any], value: Any) -> Any:
    """Return a value in words that both databases give alike."""
    if value is None or isinstance(field, JSONField):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return value


def _copy_home(target: Path, newest: int) -> None:
    home: Path = settings.ALUNITE_HOME
    database = str(connection.settings_dict["NAME"])
    left_out = {Path(database + ending).resolve() for ending in DATABASE_ENDINGS} | {(home / BACKUP_NOTE).resolve()}
    for folder, folders, names in os.walk(home):
        here = Path(folder)
        if here == home:
            folders[:] = [name for name in folders if name not in LEFT_OUT_FOLDERS]
        # What begins with a dot is being written by somebody.
        for name in [name for name in names if not name.startswith(".")]:
            path = here / name
            if path.resolve() in left_out or not path.is_file() or path.is_symlink():
                continue
            copied = target / path.relative_to(home)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)
    log = target / LOG_NAME
    if log.exists():
        # Of a checkpoint made since the snapshot the database of the backup knows nothing.
        log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:newest]))


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file())


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def _pack(folder: Path, packed: Path, at: datetime) -> None:
    """Write the tar, its manifest first, readable by its owner only."""
    with (
        os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=int(at.timestamp())) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name in [MANIFEST, *(name for name in _names(folder) if name != MANIFEST)]:
            part = tarfile.TarInfo(name)
            part.size = (folder / name).stat().st_size
            part.mtime, part.mode = int(at.timestamp()), 0o600
            with (folder / name).open("rb") as content:
                tar.addfile(part, content)
    with packed.open("rb") as written:
        os.fsync(written.fileno())
