"""Reading publications back, for projectors, checks and feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from alunite.foundation.publications.actions import Published, Redacted
from alunite.foundation.publications.models import REDACTED, Publication


def current_publications() -> QuerySet[Publication]:
    """Return the latest publication of every subject, in the order they were made."""
    newest = (
        Publication.objects.filter(kind=OuterRef("kind"), subject=OuterRef("subject"))
        .order_by("-version")
        .values("pk")[:1]
    )
    return Publication.objects.filter(pk=Subquery(newest)).select_related("body").order_by("pk")


def read(publications: QuerySet[Publication]) -> Iterator[Published]:
    """Yield each publication with its payload, a few hundred at a time; a redacted one as withdrawn for that."""
    for row in publications.select_related("body", "redaction").iterator(chunk_size=500):
        payload: dict[str, Any] | None = json.loads(row.body.payload) if row.body.payload else None
        withdrawal = REDACTED if row.body.redacted_by else row.withdrawal
        yield Published(
            row.pk,
            row.kind,
            row.subject,
            row.version,
            row.published_at,
            payload,
            withdrawal,
            row.successor or "",
            redaction=_redacted(row),
        )


def _redacted(row: Publication) -> Redacted | None:
    told = getattr(row, "redaction", None)
    return None if told is None else Redacted(told.decision, told.ground, told.at)


def latest_payload(kind_name: str, subject: str) -> dict[str, Any] | None:
    """Return what was last said of a subject, or None if nothing was or it was withdrawn."""
    row = (
        Publication.objects.filter(kind=kind_name, subject=subject).select_related("body").order_by("-version").first()
    )
    return json.loads(row.body.payload) if row and row.body.payload else None


def latest_payload_of_kind(kind_name: str) -> dict[str, Any] | None:
    """Return what was last said of anything of a kind there is only one of, such as the scheme."""
    row = current_publications().filter(kind=kind_name, body__payload__isnull=False).last()
    return json.loads(row.body.payload) if row and row.body.payload else None
