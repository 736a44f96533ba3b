"""Verifying history: everything the database and the file of checkpoints say, checked against each other.

Needs public keys only, so a copy of the data folder can be verified by whoever holds it. Tables are read with plain
SQL, in slices by key: what an attacker wrote there may be no value a model field can hold, and memory stays the same
however long the history is.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from alunite.foundation.core.canonical import sha256_hex
from alunite.foundation.history import decided, findings, rules
from alunite.foundation.history.actions import ERASED_KIND, ERASED_RECORD_TYPE
from alunite.foundation.history.findings import (
    ALTERED,
    CHECKPOINT,
    CHECKPOINT_FILE,
    CUT_OFF,
    INSERTED,
    LISTED,
    MISSING,
    PAYLOAD,
    RECOMPUTED,
    REORDERED,
    SIGNATURE,
    UNDECIDED,
    Verification,
)
from alunite.foundation.history.models import Checkpoint
from alunite.foundation.history.sealing import LONGEST_LINE, contents_of_range, log_line, log_path
from alunite.foundation.keys import signing

CHUNK = 2000
LOWEST = -(2**63)  # an id an attacker chose may be below the first


def verify(checkpoints: Path | None = None) -> Verification:
    """Check all of history and return what was found; changes nothing.

    Parameters
    ----------
    checkpoints : Path, optional
        The file of checkpoints to compare with; the installation's own if not given. A copy kept elsewhere is worth
        more, since whoever changed the database may have changed the file beside it.
    """
    path = checkpoints or log_path()
    found = Verification(file=str(path))
    with _any_text_readable():
        newest_entry = _scalar("SELECT MAX(id) FROM history_entry") or 0
        newest_checkpoint = _scalar("SELECT MAX(number) FROM history_checkpoint") or 0
        _check_checkpoints(found, newest_checkpoint)
        _check_entries(found, newest_entry, newest_checkpoint)
        _check_records(found, newest_entry)
        _check_payloads_without_entry(found)
        # Last, so that a checkpoint sealed at this very moment has had time to reach the file.
        _check_file(found, path, newest_checkpoint, is_copy=checkpoints is not None)
    for check in findings.checks.values():
        for problem in check():
            found.add_problem(problem)
    found.emptied = {name: counts for name, account in sorted(findings.accounts.items()) if (counts := account())}
    with _any_text_readable():
        _check_decisions(found)
    return found


def _check_decisions(found: Verification) -> None:
    """Check that each decision something was emptied by was taken by two people."""
    decisions = {*found.erased, *(decision for counts in found.emptied.values() for decision in counts)}
    for decision, fault in decided.undecided(decisions).items():
        found.add(UNDECIDED, f"decision {decision}", f"Something was emptied by it, and {fault}.")


# Checkpoints


def _check_checkpoints(found: Verification, newest: int) -> None:
    """Check each checkpoint's own hash and signature, and its place after the one before."""
    number, last, previous_hash = 0, 0, ""
    keys: dict[str, None] = {}
    for row in _checkpoint_rows(newest):
        found.checkpoints += 1
        where = f"checkpoint {row['number']}"
        if row["number"] != number + 1:
            found.add(MISSING, where, f"Checkpoint {number + 1} is not in the database.")
        elif row["previous_hash"] != previous_hash:
            found.add(RECOMPUTED, where, f"It does not follow from checkpoint {number}.")
        elif row["first"] != last + 1:
            found.add(CHECKPOINT, where, f"It begins at entry {row['first']}; {last + 1} was to be expected.")
        checkpoint = _checkpoint(row)
        statement = _statement(row)
        if checkpoint is None or statement is None or sha256_hex(statement) != row["hash"]:
            found.add(ALTERED, where, "It does not have its own hash: one of its fields was changed.")
        elif not _is_signed(row, statement):
            known = signing.find_public_key(row["key_id"]) is not None
            text = "Its signature is not good." if known else f"The public key {row['key_id']} is not here."
            found.add(SIGNATURE, where, text)
        else:
            keys.setdefault(row["key_id"])
        number, previous_hash = row["number"], row["hash"]
        last = row["last"] if isinstance(row["last"], int) else last
    found.keys = list(keys)


def _is_signed(row: dict[str, Any], statement: bytes) -> bool:
    try:
        signature = base64.b64decode(row["signature"], validate=True)
    except (binascii.Error, ValueError, TypeError):
        return False
    # Base64 has several texts for some values; only the one we write is accepted.
    as_written = base64.b64encode(signature).decode() == row["signature"]
    return as_written and signing.verify(row["key_id"], statement, signature)


def _statement(row: dict[str, Any]) -> bytes | None:
    names = ("number", "first", "last", "count", "root", "contents", "previous_hash", "key_id")
    try:
        return rules.checkpoint_statement(at=rules.timestamp(row["at"]), **{name: row[name] for name in names})
    except (ValueError, TypeError, AttributeError):
        return None


def _checkpoint(row: dict[str, Any]) -> Checkpoint | None:
    numbers = all(isinstance(row[name], int) for name in ("number", "first", "last", "count"))
    texts = all(
        isinstance(row[name], str) for name in ("root", "contents", "previous_hash", "key_id", "hash", "signature")
    )
    return Checkpoint(**row) if numbers and texts and isinstance(row["at"], datetime) else None


# Entries, in the order of their ids, against the checkpoints


class _Range:
    """What one checkpoint says of its range, beside what is found there."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.tree = rules.MerkleTree()
        self.newest = 0
        self.spoilt = False  # an entry in the range was found not to have its own hash

    @property
    def where(self) -> str:
        return f"checkpoint {self.row['number']}"


def _check_entries(found: Verification, newest_entry: int, newest_checkpoint: int) -> None:
    ranges = (
        _Range(row)
        for row in _checkpoint_rows(newest_checkpoint)
        if isinstance(row["first"], int) and isinstance(row["last"], int)
    )
    current = next(ranges, None)
    for slice_ in _slices(_ENTRIES, (LOWEST,), ("id",), newest_entry):
        decisions = _erasure_decisions([row["id"] for row in slice_ if row["payload"] is None])
        for row in slice_:
            found.entries += 1
            while current is not None and row["id"] > current.row["last"]:
                _close(found, current, newest_entry)
                current = next(ranges, None)
            good = _check_entry(found, row)
            _check_payload(found, row, decisions)
            if current is None:
                found.unsealed += 1
            elif row["id"] < current.row["first"]:
                found.add(INSERTED, f"entry {row['id']}", "It lies between two checkpoints, where none was sealed.")
            else:
                found.sealed += 1
                current.tree.add(row["id"], row["hash"])
                current.newest = row["id"]
                current.spoilt |= not good
    while current is not None:
        _close(found, current, newest_entry)
        current = next(ranges, None)


def _close(found: Verification, current: _Range, newest_entry: int) -> None:
    row, count = current.row, current.tree.count
    between = f"Between entries {row['first']} and {row['last']}"
    if count == row["count"] and current.tree.root() == row["root"]:
        return
    if not isinstance(row["count"], int):
        return  # told already: such a checkpoint does not have its own hash
    if count < row["count"] and newest_entry < row["last"]:
        text = f"History ends at entry {newest_entry}, and {row['count'] - count} sealed entries after it are gone."
        found.add(CUT_OFF, current.where, text)
    elif count < row["count"]:
        found.add(MISSING, current.where, f"{between}, {row['count']} entries were sealed and {count} are there.")
    elif count > row["count"]:
        found.add(INSERTED, current.where, f"{between}, {row['count']} entries were sealed and {count} are there.")
    elif current.spoilt:
        found.add(ALTERED, current.where, f"{between}, entries do not have the hashes they were sealed with.")
    elif contents_of_range(row["first"], row["last"]) == row["contents"]:
        found.add(REORDERED, current.where, f"{between}, the sealed entries are there in another order.")
    else:
        text = f"{between}, entries and their hashes were written anew after they were sealed."
        found.add(RECOMPUTED, current.where, text)


def _check_entry(found: Verification, row: dict[str, Any]) -> bool:
    names = ("record_type", "record_id", "record_version", "kind", "actor", "payload_digest", "previous_hash")
    expected = None
    with suppress(ValueError, TypeError, AttributeError):
        expected = rules.entry_hash(
            at=rules.timestamp(row["at"]), cause=row["cause_id"], **{name: row[name] for name in names}
        )
    if expected is None or expected != row["hash"]:
        found.add(ALTERED, f"entry {row['id']}", "It does not have its own hash: one of its fields was changed.")
        return False
    return True


def _check_payload(found: Verification, row: dict[str, Any], decisions: dict[int, str]) -> None:
    where, erased_by = f"entry {row['id']}", row["erased_by"]
    if row["payload_entry"] is None:
        found.add(PAYLOAD, where, "Its payload's row is gone.")
    elif row["payload"] is None:
        decision = decisions.get(row["id"])
        if erased_by is None:
            found.add(PAYLOAD, where, "Its payload is empty, and no decision says so.")
        elif erased_by != decision:
            told = f"history tells of decision {decision}" if decision else "history tells of no such erasure"
            found.add(PAYLOAD, where, f"Its payload is marked as erased by decision {erased_by}, but {told}.")
        elif row["salt"] is not None:
            found.add(PAYLOAD, where, "Its payload is erased, but not the salt.")
        else:
            found.erased[erased_by] = found.erased.get(erased_by, 0) + 1
    elif erased_by is not None:
        found.add(PAYLOAD, where, f"Its payload is marked as erased by decision {erased_by}, and is there.")
    elif rules.payload_digest(row["salt"], row["payload"]) != row["payload_digest"]:
        found.add(PAYLOAD, where, "Its payload or salt is not the one that was recorded.")


def _erasure_decisions(entry_ids: list[int]) -> dict[int, str]:
    """Return the decision that history itself names for each of these entries' erased payloads."""
    decisions: dict[int, str] = {}
    if not entry_ids:
        return decisions
    marks = ", ".join(["%s"] * len(entry_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_ERASURES} AND e.record_id IN ({marks}) ORDER BY e.id",
            [ERASED_RECORD_TYPE, ERASED_KIND, *map(str, entry_ids)],
        )
        for (payload,) in cursor.fetchall():
            with suppress(ValueError, TypeError, KeyError):
                told = json.loads(payload)
                decisions.setdefault(told["entry"], told["decision"])
    return decisions


# Entries, record by record


def _check_records(found: Verification, newest_entry: int) -> None:
    """Check that each record's entries count up without gaps and each follows from the one before."""
    record: tuple[Any, Any] | None = None
    version, previous_hash, previous_id = 0, "", 0
    for slice_ in _slices(
        _RECORDS, ("", "", LOWEST, LOWEST), ("record_type", "record_id", "record_version", "id"), newest_entry
    ):
        for row in slice_:
            if (row["record_type"], row["record_id"]) != record:
                record = (row["record_type"], row["record_id"])
                version, previous_hash, previous_id = 0, "", 0
            where = f"{record[0]} {record[1]}"
            this = row["record_version"]
            if isinstance(this, int) and this <= version:
                found.add(INSERTED, where, f"Entry {row['id']} is version {this}, which should be taken or cannot be.")
            elif this != version + 1:
                found.add(MISSING, where, f"Version {version + 1} is gone: entry {row['id']} is version {this}.")
            elif row["previous_hash"] != previous_hash:
                text = f"Entry {row['id']} does not follow from the record's entry before it."
                found.add(ALTERED, where, text)
            elif row["id"] < previous_id:
                found.add(REORDERED, where, f"Entry {row['id']} comes after entry {previous_id} by its version.")
            version = this if isinstance(this, int) else version + 1
            previous_hash, previous_id = row["hash"], row["id"]


def _check_payloads_without_entry(found: Verification) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS, [LISTED])
        for (entry_id,) in cursor.fetchall():
            found.add(PAYLOAD, f"entry {entry_id}", "A payload is there, and the entry is not.")


# The file of checkpoints


def _check_file(found: Verification, path: Path, newest: int, *, is_copy: bool) -> None:
    # A first sealing that was killed leaves no file at all.
    if not path.is_file() and newest > 1:
        found.add(CHECKPOINT_FILE, str(path), "The file of checkpoints is not there.")
        return
    found.awaits_line = not is_copy and _is_as_a_crash_leaves_it(path, newest)
    lines = _lines(found, path)
    number, line = next(lines, (0, b""))
    seen = 0
    for row in _checkpoint_rows(newest):
        while line and number < row["number"]:
            _tell_of_line(found, path, number, seen)
            seen = max(seen, number)
            number, line = next(lines, (0, b""))
        checkpoint = _checkpoint(row)
        expected = _line_of(checkpoint) if checkpoint else None
        if not line and seen and is_copy:
            found.beyond_file += 1  # a copy kept elsewhere is older, as a rule
            continue
        if found.awaits_line and row["number"] == newest:
            continue
        if not line or number > row["number"]:
            found.add(CHECKPOINT_FILE, f"checkpoint {row['number']}", f"The file {path.name} lacks it.")
            continue
        if expected != line:
            text = f"The database has another checkpoint {number} than the file {path.name}."
            found.add(RECOMPUTED, f"checkpoint {row['number']}", text)
        seen = number
        number, line = next(lines, (0, b""))
    while line:
        if number <= seen or not _scalar("SELECT COUNT(*) FROM history_checkpoint WHERE number = %s", [number]):
            _tell_of_line(found, path, number, seen, after_newest=number > newest)
        seen = max(seen, number)
        number, line = next(lines, (0, b""))


def _is_as_a_crash_leaves_it(path: Path, newest: int) -> bool:
    """Tell whether the file ends before the newest checkpoint's line, or in the middle of it."""
    row = next(_checkpoint_rows(newest, after=newest - 1), None)
    checkpoint = _checkpoint(row) if row else None
    line = _line_of(checkpoint) if checkpoint else None
    end = b""
    if path.is_file():
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LONGEST_LINE))
            end = file.read()
    before, _, rest = end.rpartition(b"\n")
    number = 0
    with suppress(ValueError, KeyError, TypeError):
        number = json.loads(before.rpartition(b"\n")[2])["number"] if before else 0
    return line is not None and number == newest - 1 and line.startswith(rest)


def _tell_of_line(found: Verification, path: Path, number: int, seen: int, *, after_newest: bool = False) -> None:
    where = f"checkpoint {number}"
    if number <= seen:
        found.add(CHECKPOINT_FILE, where, f"The file {path.name} has it twice, or out of order.")
    elif after_newest:
        text = f"The file {path.name} has it and the database has not: history was cut off at the end."
        found.add(CUT_OFF, where, text)
    else:
        found.add(MISSING, where, f"The file {path.name} has it and the database has not.")


def _lines(found: Verification, path: Path) -> Iterator[tuple[int, bytes]]:
    """Give number and text of each line that can be read, and tell of those that cannot."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        for position, line in enumerate(file, start=1):
            where = f"{path.name}, line {position}"
            if not line.endswith(b"\n"):
                if not found.awaits_line:
                    found.add(CHECKPOINT_FILE, where, "The last line is not complete.")
                return
            number = None
            with suppress(ValueError, KeyError, TypeError):
                number = json.loads(line)["number"]
            if isinstance(number, int) and number > 0:
                yield number, line
            else:
                found.add(CHECKPOINT_FILE, where, "The line cannot be read as a checkpoint.")


def _line_of(checkpoint: Checkpoint) -> bytes | None:
    with suppress(ValueError, TypeError):
        return log_line(checkpoint)
    return None


# Reading

_ENTRIES = """
    SELECT e.id, e.record_type, e.record_id, e.record_version, e.kind, e.actor, {at}, e.cause_id, e.payload_digest,
           e.previous_hash, e.hash, p.entry_id AS payload_entry, p.salt, p.payload, p.erased_by
    FROM history_entry e LEFT JOIN history_payload p ON p.entry_id = e.id
    WHERE e.id > %s AND e.id <= %s ORDER BY e.id LIMIT %s
"""
_RECORDS = """
    SELECT record_type, record_id, record_version, id, previous_hash, hash FROM history_entry
    WHERE (record_type, record_id, record_version, id) > (%s, %s, %s, %s) AND id <= %s
    ORDER BY record_type, record_id, record_version, id LIMIT %s
"""
_CHECKPOINTS = """
    SELECT number, first, last, count, root, contents, previous_hash, {at}, key_id, hash, signature
    FROM history_checkpoint WHERE number > %s AND number <= %s ORDER BY number LIMIT %s
"""
_ERASURES = """
    SELECT p.payload FROM history_entry e JOIN history_payload p ON p.entry_id = e.id
    WHERE e.record_type = %s AND e.kind = %s AND p.payload IS NOT NULL
"""
_ORPHANS = """
    SELECT p.entry_id FROM history_payload p LEFT JOIN history_entry e ON e.id = p.entry_id
    WHERE e.id IS NULL ORDER BY p.entry_id LIMIT %s
"""


def _slices(query: str, start: tuple[Any, ...], key: tuple[str, ...], newest: int) -> Iterator[list[dict[str, Any]]]:
    """Give rows in slices, each beginning after the key the one before ended with."""
    # As text from SQLite, where the driver would stumble over what is no instant.
    statement = query.format(
        at="CASE typeof(at) WHEN 'text' THEN at || '' END AS at" if connection.vendor == "sqlite" else "at"
    )
    after = start
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [*after, newest, CHUNK])
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        for row in rows:
            if "at" in row:
                row["at"] = _instant(row["at"])
        if rows:
            yield rows
        if len(rows) < CHUNK:
            return
        after = tuple(rows[-1][name] for name in key)


@contextmanager
def _any_text_readable() -> Iterator[None]:
    """Read from SQLite also what is not UTF-8; it then fits no hash, and is told instead of stopping us."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        yield
        return
    before = connection.connection.text_factory
    connection.connection.text_factory = lambda text: text.decode(errors="replace")
    try:
        yield
    finally:
        connection.connection.text_factory = before


def _checkpoint_rows(newest: int, *, after: int = LOWEST) -> Iterator[dict[str, Any]]:
    for slice_ in _slices(_CHECKPOINTS, (after,), ("number",), newest):
        yield from slice_


def _instant(value: Any) -> datetime | None:
    """Return an instant as SQLite (text in UTC) or PostgreSQL gives it; None for anything else."""
    if isinstance(value, datetime):
        return value
    try:
        instant = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else None


def _scalar(query: str, parameters: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()[0]
