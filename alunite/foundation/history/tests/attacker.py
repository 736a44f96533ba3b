"""What somebody does who holds the database: switches its protections off and writes what they like.

Only for tests of what verification then finds. Nothing in production code switches a protection off.
"""

from __future__ import annotations

import base64
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.utils import timezone

from alunite.foundation.core.canonical import sha256_hex
from alunite.foundation.history import rules, sealing
from alunite.foundation.history.models import Checkpoint, Entry, Payload
from alunite.foundation.keys import signing
from alunite.foundation.keys.models import SigningKey

TABLES = ("history_entry", "history_payload", "history_checkpoint", "history_reaction")


def execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def switch_protection_off() -> None:
    if connection.vendor == "postgresql":
        for table in TABLES:
            execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")  # foreign keys are triggers there as well
        return
    execute("PRAGMA foreign_keys = OFF")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        execute(f"DROP TRIGGER {name}")


def hash_again(entry: Entry) -> None:
    """Give an entry, whatever its fields now say, the hash that fits."""
    entry.hash = rules.entry_hash(
        record_type=entry.record_type,
        record_id=entry.record_id,
        record_version=entry.record_version,
        kind=entry.kind,
        actor=entry.actor,
        at=rules.timestamp(entry.at),
        cause=entry.cause_id,
        payload_digest=entry.payload_digest,
        previous_hash=entry.previous_hash,
    )


def forge_entry(entry_id: int, record_id: str, *, version: int = 1, previous_hash: str = "") -> None:
    """Insert an entry that is right in itself."""
    salt, payload = secrets.token_hex(rules.SALT_BYTES), '{"forged":true}'
    entry = Entry(
        id=entry_id,
        record_type="member",
        record_id=record_id,
        record_version=version,
        kind="member.forged",
        actor="import",
        at=timezone.now(),
        payload_digest=rules.payload_digest(salt, payload),
        previous_hash=previous_hash,
    )
    hash_again(entry)
    entry.save(force_insert=True)
    Payload.objects.bulk_create([Payload(entry=entry, salt=salt, payload=payload)])


def write_all_hashes_anew() -> None:
    """Make every entry and every link fit what the fields now say."""
    heads: dict[tuple[str, str], str] = {}
    for entry in Entry.objects.order_by("record_type", "record_id", "record_version"):
        entry.previous_hash = heads.get((entry.record_type, entry.record_id), "")
        hash_again(entry)
        heads[entry.record_type, entry.record_id] = entry.hash
        entry.save(force_update=True)


def put_own_key() -> Ed25519PrivateKey:
    """Put a new signing key in the place of the installation's."""
    private_key = Ed25519PrivateKey.generate()
    public_key = private_key.public_key()
    SigningKey.objects.all().delete()
    SigningKey.objects.create(
        id=signing.fingerprint(public_key),
        public_key=base64.b64encode(public_key.public_bytes_raw()).decode(),
        wrapped_private_key="",
        created_at=timezone.now(),
    )
    return private_key


def sign_anew(checkpoint: Checkpoint, private_key: Ed25519PrivateKey) -> None:
    """Give a checkpoint, whatever its fields now say, the hash and signature that fit."""
    checkpoint.key_id = signing.fingerprint(private_key.public_key())
    statement = sealing.statement_of(checkpoint)
    checkpoint.hash = sha256_hex(statement)
    checkpoint.signature = base64.b64encode(private_key.sign(statement)).decode()
    checkpoint.save(force_update=True)


def write_all_checkpoints_anew() -> None:
    """Make every checkpoint fit the entries, signed with a new key."""
    private_key = put_own_key()
    previous_hash = ""
    for checkpoint in Checkpoint.objects.order_by("number"):
        tree = rules.MerkleTree()
        for entry in Entry.objects.filter(id__range=(checkpoint.first, checkpoint.last)):
            tree.add(entry.id, entry.hash)
        checkpoint.count, checkpoint.root = tree.count, tree.root()
        checkpoint.contents = sealing.contents_of_range(checkpoint.first, checkpoint.last)
        checkpoint.previous_hash = previous_hash
        sign_anew(checkpoint, private_key)
        previous_hash = checkpoint.hash


def write_file_anew() -> None:
    """Make the file of checkpoints fit the database."""
    sealing.log_path().write_bytes(b"".join(map(sealing.log_line, Checkpoint.objects.order_by("number"))))
