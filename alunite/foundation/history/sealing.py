"""Sealing: all entries not yet sealed go under a signed checkpoint, which is also written to a file.

The database is committed first and the file is written after it, so a crash can leave the file one line short, or with
the beginning of a line. The next `seal` adds what is missing; it never changes what the file already says.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from alunite.foundation.core.canonical import canonical_json, sha256_hex
from alunite.foundation.history import rules
from alunite.foundation.history.actions import record
from alunite.foundation.history.errors import CheckpointLogError, SealingBusy
from alunite.foundation.history.models import Checkpoint, Entry
from alunite.foundation.history.queries import newest_checkpoint
from alunite.foundation.keys import signing

LOG_NAME = "checkpoints.log"
LOG_REWRITTEN_KIND = "history.log_rewritten"
CHUNK = 2000
LOCK_ATTEMPTS = 8
LOCK_TIMEOUT = "500ms"
LONGEST_LINE = 65_536
WAY_BACK = (
    "Put the file back from a backup or from the published feed. If it is lost for good, move what is left of it away "
    "and write it again from the database, which history will tell: alunite history write-log --reason TEXT"
)


def log_path() -> Path:
    return Path(settings.ALUNITE_HOME) / LOG_NAME


def seal() -> Checkpoint | None:
    """Put all entries not yet sealed under a new checkpoint; None when there are none.

    Call it outside any transaction. Writers are held off only while the newest id is read.

    Raises
    ------
    CannotSign
        If there is no signing key or no master key here.
    SealingBusy
        If, on PostgreSQL, writing transactions left no moment in eight attempts of half a second.
    CheckpointLogError
        If the file does not agree with the database.
    """
    with transaction.atomic(durable=True):
        append_missing_lines()
    while True:
        previous = newest_checkpoint()
        first = previous.last + 1 if previous else 1
        last = _newest_settled_id()
        if last < first:
            return None
        tree = rules.MerkleTree()
        in_range = Entry.objects.filter(id__range=(first, last))
        for entry_id, entry_hash in in_range.order_by("id").values_list("id", "hash").iterator(CHUNK):
            tree.add(entry_id, entry_hash)
        contents = contents_of_range(first, last)
        with transaction.atomic(durable=True):
            _one_sealer_at_a_time()
            if newest_checkpoint() != previous:
                continue  # another sealer was faster
            checkpoint = _sign(previous, first, last, tree, contents)
            checkpoint.save(force_insert=True)
        with transaction.atomic(durable=True):
            append_missing_lines()
        return checkpoint


def contents_of_range(first: int, last: int) -> str:
    """Return the digest of the hashes of a range of entries without their order; the database sorts."""
    hashes = Entry.objects.filter(id__range=(first, last)).order_by("hash").values_list("hash", flat=True)
    return rules.contents_digest(hashes.iterator(CHUNK))


def log_line(checkpoint: Checkpoint) -> bytes:
    """Return a checkpoint's line in the file: canonical JSON of the signed statement, its hash and signature."""
    fields: dict[str, Any] = json.loads(statement_of(checkpoint))
    return canonical_json({**fields, "hash": checkpoint.hash, "signature": checkpoint.signature}) + b"\n"


def statement_of(checkpoint: Checkpoint) -> bytes:
    """Return the bytes a checkpoint's hash and signature are made over."""
    return rules.checkpoint_statement(
        number=checkpoint.number,
        first=checkpoint.first,
        last=checkpoint.last,
        count=checkpoint.count,
        root=checkpoint.root,
        contents=checkpoint.contents,
        previous_hash=checkpoint.previous_hash,
        at=rules.timestamp(checkpoint.at),
        key_id=checkpoint.key_id,
    )


def append_missing_lines() -> int:
    """Bring the file up to the newest checkpoint after a crash; return how many lines it got or had completed.

    Raises
    ------
    CheckpointLogError
        If the file says something else than the database, or lacks more than the one line a crash can cost.
    """
    _one_sealer_at_a_time()
    path = log_path()
    newest = newest_checkpoint()
    number, rest = _end_of_log(path)
    behind = (newest.number if newest else 0) - number
    if newest is None or behind <= 0:
        if behind < 0 or rest:
            raise CheckpointLogError(
                f"{path} goes on after checkpoint {newest.number if newest else 0}, the newest in the database: "
                "is this database older than the file? `alunite history verify` says more."
            )
        return 0
    if behind > 1:
        raise CheckpointLogError(
            f"{path} lacks checkpoints {number + 1} to {newest.number}; a crash can cost only one. {WAY_BACK}"
        )
    line = log_line(newest)
    if not line.startswith(rest):
        raise CheckpointLogError(
            f"{path} ends with half a line that is not the beginning of checkpoint {number + 1}. {WAY_BACK}"
        )
    _append(path, line[len(rest) :])
    return 1


def write_log_again(*, actor: str, reason: str) -> int:
    """Write the whole file from the database where it has been lost, and tell so in history; return the lines.

    From then on the file vouches only for what is added later: earlier checkpoints are only as good as a copy of the
    old file, or of the feed, kept elsewhere.

    Raises
    ------
    CheckpointLogError
        If the file is there.
    ValueError
        If no reason is given, or one that is not text.
    """
    if not reason.strip():
        raise ValueError("expected a reason why the file is written again")
    path = log_path()
    with transaction.atomic(durable=True):
        _one_sealer_at_a_time()
        if path.exists():
            raise CheckpointLogError(f"{path} is there; move it away first, and keep it.")
        payload = {"file": path.name, "reason": reason.strip()}
        record(LOG_REWRITTEN_KIND, record_type="history.log", record_id="1", payload=payload, actor=actor)
        lines = [log_line(checkpoint) for checkpoint in Checkpoint.objects.order_by("number").iterator(CHUNK)]
        _append(path, b"".join(lines))
    return len(lines)


def _sign(previous: Checkpoint | None, first: int, last: int, tree: rules.MerkleTree, contents: str) -> Checkpoint:
    key = signing.active_signing_key()
    checkpoint = Checkpoint(
        number=previous.number + 1 if previous else 1,
        first=first,
        last=last,
        count=tree.count,
        root=tree.root(),
        contents=contents,
        previous_hash=previous.hash if previous else "",
        at=timezone.now(),
        key_id=key.id if key else "",
    )
    statement = statement_of(checkpoint)
    _, signature = signing.sign(statement)
    checkpoint.hash = sha256_hex(statement)
    checkpoint.signature = base64.b64encode(signature).decode()
    return checkpoint


def _newest_settled_id() -> int:
    """Return the newest entry id below which no entry can still appear.

    On PostgreSQL a transaction may have taken a lower id and not yet committed. The lock waits until no transaction
    that has written an entry is open; it is given up again at once. Writers that come meanwhile wait as long as we do,
    hence the short timeout. On SQLite writers queue, so ids appear in order.
    """
    if connection.vendor != "postgresql":
        return _newest_id()
    for attempt in range(LOCK_ATTEMPTS):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                cursor.execute("LOCK TABLE history_entry IN SHARE MODE")
                return _newest_id()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "55P03":
                raise
            time.sleep(attempt * 0.2 + secrets.randbelow(100) / 1000)
    raise SealingBusy("A long transaction is writing history; nothing was sealed. Try again when it is over.")


def _newest_id() -> int:
    return Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _one_sealer_at_a_time() -> None:
    """Hold other sealers off until the end of the transaction; on SQLite every transaction already does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE history_checkpoint IN SHARE ROW EXCLUSIVE MODE")


def _end_of_log(path: Path) -> tuple[int, bytes]:
    """Return the number of the last whole line, 0 for none, and the bytes after it.

    Raises
    ------
    CheckpointLogError
        If the last whole line is not that checkpoint's line.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - LONGEST_LINE))
            end = file.read()
    except FileNotFoundError:
        return 0, b""
    whole, newline, rest = end.rpartition(b"\n")
    if not newline:
        return 0, rest
    line = whole.rpartition(b"\n")[2] + b"\n"
    try:
        number = json.loads(line)["number"]
        checkpoint = Checkpoint.objects.filter(number=number).first()
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointLogError(f"The last line of {path} is not a checkpoint: {error}. {WAY_BACK}") from error
    if checkpoint is None:
        raise CheckpointLogError(
            f"{path} ends with checkpoint {number}, which the database has not: is this database older than the file, "
            "or was its history cut off? `alunite history verify` says more."
        )
    if log_line(checkpoint) != line:
        raise CheckpointLogError(
            f"Checkpoint {number} in {path} is not the one in the database. `alunite history verify` says more."
        )
    return number, rest


def _append(path: Path, content: bytes) -> None:
    is_new = not path.exists()
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if is_new and os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
