"""The four tables of history. `docs/algorithms/history.md` says which bytes are hashed.

None of them has a foreign key to a person, and the database refuses to change them (`triggers`).
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models

DIGEST_LENGTH = 64


class Entry(models.Model):
    """One change of one record: what kind, by whom, when, why, and the digest of its payload."""

    id = models.BigAutoField(primary_key=True)
    record_type = models.CharField(max_length=64)
    record_id = models.CharField(max_length=100)
    record_version = models.BigIntegerField(help_text="1 for the record's first entry, then one more each time.")
    kind = models.CharField(max_length=96)
    actor = models.CharField(max_length=100, help_text="An opaque id such as person:7, import or system; never a name.")
    at = models.DateTimeField()
    cause = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="consequences")
    payload_digest = models.CharField(max_length=DIGEST_LENGTH)
    previous_hash = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    hash = models.CharField(max_length=DIGEST_LENGTH)

    field_classes: ClassVar[dict[str, str]] = {
        "id": "audit",
        "record_type": "audit",
        "record_id": "audit",
        "record_version": "audit",
        "kind": "audit",
        "actor": "audit",
        "at": "audit",
        "cause": "audit",
        "payload_digest": "audit",
        "previous_hash": "audit",
        "hash": "audit",
    }

    class Meta:
        db_table = "history_entry"
        ordering = ["id"]
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["record_type", "record_id", "record_version"], name="history_entry_record_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.record_type} {self.record_id} v{self.record_version}"

    @property
    def data(self) -> Any:
        """The payload as it was recorded, or None once it has been erased."""
        return self.payload.data


class Payload(models.Model):
    """What an entry's digest stands for, in a table of its own so that it can be erased."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="payload")
    salt = models.CharField(max_length=32, null=True)
    payload = models.TextField(null=True)
    erased_by = models.CharField(max_length=100, null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = {
        "entry": "audit",
        "salt": "sealed",
        "payload": "audit",
        "erased_by": "audit",
    }

    class Meta:
        db_table = "history_payload"

    def __str__(self) -> str:
        return f"payload of entry {self.pk}"

    @property
    def data(self) -> Any:
        return None if self.payload is None else json.loads(self.payload)


class Checkpoint(models.Model):
    """A signed statement about all entries with ids from `first` to `last`."""

    number = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.BigIntegerField(help_text="How many entries the range holds; ids may have gaps.")
    root = models.CharField(max_length=DIGEST_LENGTH, help_text="Merkle root over ids and hashes, in order.")
    contents = models.CharField(max_length=DIGEST_LENGTH, help_text="Digest of the same hashes without their order.")
    previous_hash = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    at = models.DateTimeField()
    key_id = models.CharField(max_length=32)
    hash = models.CharField(max_length=DIGEST_LENGTH)
    signature = models.CharField(max_length=128)

    field_classes: ClassVar[dict[str, str]] = {
        "number": "public",
        "first": "public",
        "last": "public",
        "count": "public",
        "root": "public",
        "contents": "public",
        "previous_hash": "public",
        "at": "public",
        "key_id": "public",
        "hash": "public",
        "signature": "public",
    }

    class Meta:
        db_table = "history_checkpoint"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"checkpoint {self.number} ({self.first} to {self.last})"


class Reaction(models.Model):
    """That a reaction has run for an entry, so that it never runs for it again."""

    id = models.BigAutoField(primary_key=True)
    cause = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="reactions")
    reaction = models.CharField(max_length=128)

    field_classes: ClassVar[dict[str, str]] = {"id": "audit", "cause": "audit", "reaction": "audit"}

    class Meta:
        db_table = "history_reaction"
        constraints = [models.UniqueConstraint(fields=["cause", "reaction"], name="history_reaction_once")]

    def __str__(self) -> str:
        return f"{self.reaction} for entry {self.cause_id}"
