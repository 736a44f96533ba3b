"""What is hashed, byte for byte. Pure; `docs/algorithms/history.md` has the worked example."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from alunite.foundation.core.canonical import canonical_json, digest, sha256_hex

ENTRY_FORMAT = "alunite-entry-1"
CHECKPOINT_FORMAT = "alunite-checkpoint-1"
SALT_BYTES = 16

_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_RECORD_TYPE = re.compile(r"[a-z][a-z0-9_.]*")
_ACTOR = re.compile(r"[a-z][a-z0-9_]*(:[A-Za-z0-9_.-]+)?")
_LONGEST = {"kind": 96, "record_type": 64, "record_id": 100, "actor": 100}


def timestamp(at: datetime) -> str:
    """Return an instant as it is hashed: UTC, always with six digits of a second.

    >>> timestamp(datetime(2026, 11, 22, 12, 30, tzinfo=UTC))
    '2026-11-22T12:30:00.000000Z'

    Raises
    ------
    ValueError
        If `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {at}")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def payload_digest(salt: str, payload: str) -> str:
    """Return the SHA-256 of the salt's 32 hexadecimal digits followed by the payload's canonical JSON.

    The salt keeps an erased payload from being guessed; its fixed length keeps the two apart.
    """
    return sha256_hex(f"{salt}{payload}".encode())


def entry_hash(
    *,
    record_type: str,
    record_id: str,
    record_version: int,
    kind: str,
    actor: str,
    at: str,
    cause: int | None,
    payload_digest: str,
    previous_hash: str,
) -> str:
    """Return the hash of an entry: SHA-256 of the canonical JSON of these fields; `at` as `timestamp` gives it."""
    return digest(
        {
            "format": ENTRY_FORMAT,
            "record_type": record_type,
            "record_id": record_id,
            "record_version": record_version,
            "kind": kind,
            "actor": actor,
            "at": at,
            "cause": cause,
            "payload_digest": payload_digest,
            "previous_hash": previous_hash,
        }
    )


def faults(*, kind: str, record_type: str, record_id: str, actor: str) -> list[str]:
    """Return everything wrong with the words of an entry, one sentence each; empty when all is well.

    >>> faults(kind="member.imported", record_type="member", record_id="1", actor="jane@example.org")
    ["actor: expected an opaque id such as person:7, import or system; found 'jane@example.org'"]
    """
    found = []
    if not _KIND.fullmatch(kind):
        found.append(f"kind: expected words with dots such as member.imported; found {kind!r}")
    if not _RECORD_TYPE.fullmatch(record_type):
        found.append(f"record_type: expected a word such as certificate; found {record_type!r}")
    if not record_id or not record_id.isprintable():
        found.append(f"record_id: expected printable text; found {record_id!r}")
    if not _ACTOR.fullmatch(actor):
        found.append(f"actor: expected an opaque id such as person:7, import or system; found {actor!r}")
    values = {"kind": kind, "record_type": record_type, "record_id": record_id, "actor": actor}
    found += [
        f"{name}: longer than {_LONGEST[name]} characters"
        for name, value in values.items()
        if len(value) > _LONGEST[name]
    ]
    return found


class MerkleTree:
    """The RFC 6962 tree over entries given one by one, in memory that grows with the logarithm of their number."""

    def __init__(self) -> None:
        self.count = 0
        self._subtrees: list[tuple[int, bytes]] = []

    def add(self, entry_id: int, entry_hash: str) -> None:
        """Add the next leaf: SHA-256 of a zero byte and the text ``<id>:<hash>``."""
        size, node = 1, hashlib.sha256(b"\x00" + f"{entry_id}:{entry_hash}".encode()).digest()
        while self._subtrees and self._subtrees[-1][0] == size:
            node = _parent(self._subtrees.pop()[1], node)
            size *= 2
        self._subtrees.append((size, node))
        self.count += 1

    def root(self) -> str:
        """Return the root; of no leaves at all, the SHA-256 of nothing."""
        if not self._subtrees:
            return sha256_hex(b"")
        node = self._subtrees[-1][1]
        for _, left in reversed(self._subtrees[:-1]):
            node = _parent(left, node)
        return node.hex()


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def contents_digest(sorted_hashes: Iterable[str]) -> str:
    """Return the SHA-256 of the hashes in ascending order, each followed by a line feed.

    Beside the root, it tells entries put in another order from entries that were written anew.
    """
    total = hashlib.sha256()
    for text in sorted_hashes:
        total.update(f"{text}\n".encode())
    return total.hexdigest()


def checkpoint_statement(
    *,
    number: int,
    first: int,
    last: int,
    count: int,
    root: str,
    contents: str,
    previous_hash: str,
    at: str,
    key_id: str,
) -> bytes:
    """Return the bytes that are hashed and signed; `at` as `timestamp` gives it, `key_id` the key's fingerprint."""
    return canonical_json(
        {
            "format": CHECKPOINT_FORMAT,
            "number": number,
            "first": first,
            "last": last,
            "count": count,
            "root": root,
            "contents": contents,
            "previous_hash": previous_hash,
            "at": at,
            "key_id": key_id,
        }
    )
