"""Publishing. A publication that would say nothing new is not made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.core.canonical import canonical_json
from alunite.foundation.history.actions import Change, record_many
from alunite.foundation.publications.kinds import kind, publication_digest
from alunite.foundation.publications.models import Publication, PublicationPayload

BATCH = 500


@dataclass(frozen=True, slots=True)
class ToPublish:
    """What is to be said of a subject; `payload` None withdraws it, `withdrawal` says why."""

    subject: str
    payload: dict[str, Any] | None
    withdrawal: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A publication with what it says, as projectors receive it."""

    id: int
    kind: str
    subject: str
    version: int
    published_at: datetime
    payload: dict[str, Any] | None
    withdrawal: str


Projector = Callable[[Sequence[Published]], None]
_projectors: list[Projector] = []


def projector(function: Projector) -> Projector:
    """Register a function that keeps read tables in step, called in the publishing transaction."""
    _projectors.append(function)
    return function


@policy("publications.publish", says="Only an action of the programme may publish.")
def _may_publish(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.is_secretariat


def publish(kind_name: str, statements: Sequence[ToPublish], *, actor: Actor) -> list[Published]:
    """Publish `statements` of one kind, all or none; return those that said something new.

    The number of queries grows with batches of 500, not with statements. Read tables follow in the same transaction.

    Raises
    ------
    UnknownKind, UnfitPayload
        Before anything is written.
    Refused
        If the actor may not publish.
    """
    require(actor, "publications.publish")
    registered = kind(kind_name)
    checked = [
        ToPublish(item.subject, None if item.payload is None else registered.check(item.payload), item.withdrawal)
        for item in statements
    ]
    at = timezone.now()
    with transaction.atomic():
        published: list[Published] = []
        for start in range(0, len(checked), BATCH):
            published += _publish_batch(registered.name, checked[start : start + BATCH], actor, at)
        for project in _projectors:
            if published:
                project(published)
    return published


def _publish_batch(kind_name: str, batch: Sequence[ToPublish], actor: Actor, at: datetime) -> list[Published]:
    latest = _latest(kind_name, [item.subject for item in batch])
    new: list[tuple[ToPublish, int, str]] = []
    for item in batch:
        version, said = latest.get(item.subject, (0, ""))
        # Compared under the version it would repeat: equal digests mean equal words.
        if version and publication_digest(kind_name, item.subject, version, item.payload) == said:
            continue
        if item.payload is None and not version:
            continue
        new.append((item, version + 1, publication_digest(kind_name, item.subject, version + 1, item.payload)))
    rows = Publication.objects.bulk_create(
        Publication(
            kind=kind_name,
            subject=item.subject,
            version=version,
            published_at=at,
            digest=said,
            withdrawal=item.withdrawal,
        )
        for item, version, said in new
    )
    PublicationPayload.objects.bulk_create(
        PublicationPayload(
            publication=row, payload=None if item.payload is None else canonical_json(item.payload).decode()
        )
        for row, (item, _, _) in zip(rows, new, strict=True)
    )
    record_many(
        "publication.published",
        [
            Change(
                record_type="publication",
                record_id=f"{kind_name}:{item.subject}",
                payload={"publication": row.pk, "digest": said, "version": version, "withdrawal": item.withdrawal},
            )
            for row, (item, version, said) in zip(rows, new, strict=True)
        ],
        actor=actor.label,
    )
    return [
        Published(row.pk, kind_name, item.subject, version, at, item.payload, item.withdrawal)
        for row, (item, version, _) in zip(rows, new, strict=True)
    ]


def _latest(kind_name: str, subjects: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return version and digest of the latest publication of each subject that has one."""
    newest = (
        Publication.objects.filter(kind=OuterRef("kind"), subject=OuterRef("subject"))
        .order_by("-version")
        .values("version")[:1]
    )
    rows = Publication.objects.filter(kind=kind_name, subject__in=subjects, version=Subquery(newest)).values_list(
        "subject", "version", "digest"
    )
    return {subject: (version, said) for subject, version, said in rows}
