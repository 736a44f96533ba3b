"""Reading history."""

from __future__ import annotations

from django.db.models import QuerySet

from alunite.foundation.history.models import Checkpoint, Entry


def entries_of(record_type: str, record_id: str | int) -> QuerySet[Entry]:
    """Return all entries of one record with their payloads, oldest first."""
    of_record = Entry.objects.filter(record_type=record_type, record_id=str(record_id))
    return of_record.select_related("payload").order_by("record_version")


def newest_entry_of(record_type: str, record_id: str | int) -> Entry | None:
    return entries_of(record_type, record_id).last()


def entries_of_kind(kind: str) -> QuerySet[Entry]:
    """Return all entries of one kind with their payloads, oldest first."""
    return Entry.objects.filter(kind=kind).select_related("payload").order_by("id")


def newest_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-number").first()


def unsealed_count() -> int:
    newest = newest_checkpoint()
    return Entry.objects.filter(id__gt=newest.last if newest else 0).count()
