"""Publications are written once. Payloads stand apart, so that one can be redacted while its digest stays."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_SUBJECT = 64
LONGEST_WITHDRAWAL = 40

# Why a subject left the register when its latest publication was redacted, and when it may be said again.
REDACTED = "redacted"
RELEASED = "released"
LONGEST_GROUND = 40


class Publication(models.Model):
    """One act of publishing: version n of what the register says of a subject."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=LONGEST_SUBJECT, help_text=_("Public id of what it speaks of."))
    version = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    withdrawal = models.CharField(
        max_length=LONGEST_WITHDRAWAL,
        blank=True,
        help_text=_("Why the subject left the register; empty while it is in it."),
    )
    # Nullable, so that no database makes the table anew, which would lose the triggers that guard it.
    successor = models.CharField(
        max_length=LONGEST_SUBJECT,
        null=True,
        help_text=_("Which subject of its kind speaks for one that left, after a merge."),
    )

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "kind": "public",
        "subject": "public",
        "version": "public",
        "published_at": "public",
        "digest": "public",
        "withdrawal": "public",
        "successor": "public",
    }

    class Meta:
        db_table = "publication"
        # What is published together has one instant: the last of a day is found without a look at all of them.
        indexes = [models.Index(fields=["published_at", "id"], name="publication_by_instant_id")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "version"], name="publication_version_said_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} v{self.version}"


class PublicationPayload(models.Model):
    publication = models.OneToOneField(
        Publication, primary_key=True, on_delete=models.PROTECT, related_name="body", db_column="publication_id"
    )
    payload = models.TextField(null=True, help_text=_("Canonical JSON; empty after a redaction or for a withdrawal."))
    redacted_by = models.CharField(max_length=64, null=True, help_text=_("Id of the decision to redact."))

    field_classes: ClassVar[dict[str, str]] = {
        "publication": "public",
        "payload": "public",
        "redacted_by": "public",
    }

    class Meta:
        db_table = "publication_payload"

    def __str__(self) -> str:
        return f"payload of {self.publication_id}"


class Mention(models.Model):
    """A record that a publication tells of beside its own subject, as `Kind.tells_of` says.

    By it a publication is found among all others. It stays when the payload is emptied: ids say nothing.
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="mentions", db_index=False)
    record = models.CharField(max_length=LONGEST_SUBJECT, help_text=_("Public id of the record."))

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "publication", "record"), "public")

    class Meta:
        db_table = "publication_mention"
        constraints = [
            models.UniqueConstraint(fields=["publication", "record"], name="publication_mention_once"),
        ]
        indexes = [models.Index(fields=["record"], name="publication_mention_of")]

    def __str__(self) -> str:
        return f"{self.record} in {self.publication_id}"


class Redaction(models.Model):
    """That a publication's payload was emptied: by which decision, on which ground, when. Shown in its place."""

    publication = models.OneToOneField(
        Publication, primary_key=True, on_delete=models.PROTECT, related_name="redaction", db_column="publication_id"
    )
    decision = models.CharField(max_length=64)
    ground = models.CharField(max_length=LONGEST_GROUND, help_text=_("Class of reason the decision rests on."))
    at = models.DateTimeField()

    field_classes: ClassVar[dict[str, str]] = {
        "publication": "public",
        "decision": "public",
        "ground": "public",
        "at": "public",
    }

    class Meta:
        db_table = "publication_redaction"

    def __str__(self) -> str:
        return f"{self.publication_id} redacted by {self.decision}"


class Snapshot(models.Model):
    """That all publications up to one of them were written to files, once their day was over."""

    as_of = models.DateField(unique=True)
    last = models.BigIntegerField(help_text=_("Id of the last publication; 0 where there is none."))
    count = models.BigIntegerField()
    root = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="following")
    written_at = models.DateTimeField()

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "as_of": "public",
        "last": "public",
        "count": "public",
        "root": "public",
        "digest": "public",
        "previous": "public",
        "written_at": "public",
    }

    class Meta:
        db_table = "publication_snapshot"

    def __str__(self) -> str:
        return f"all publications as of {self.as_of}"
