"""What `history verify` asks of publications: each says what it was sealed as saying, and none is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from alunite.foundation.history.models import Entry
from alunite.foundation.history.verification import ALTERED, INSERTED, MISSING, Problem, register_check
from alunite.foundation.publications.kinds import publication_digest
from alunite.foundation.publications.models import Publication

CHUNK = 500
RECORD_TYPE = "publication"


def check_publications() -> Iterator[Problem]:
    """Yield what is wrong with publications, a few hundred at a time."""
    rows = iter(Publication.objects.select_related("body").order_by("pk").iterator(chunk_size=CHUNK))
    while chunk := list(islice(rows, CHUNK)):
        yield from _check_chunk(chunk)
    yield from _missing()


def _record_id(row: Publication) -> str:
    return f"{row.kind}:{row.subject}"


def _check_chunk(chunk: Sequence[Publication]) -> Iterator[Problem]:
    wanted = {_record_id(row) for row in chunk}
    entries = Entry.objects.filter(record_type=RECORD_TYPE, record_id__in=wanted).select_related("payload")
    sealed = {(entry.record_id, entry.record_version): entry for entry in entries}
    for row in chunk:
        where = f"publication {row.pk}"
        entry = sealed.get((_record_id(row), row.version))
        if entry is None:
            yield Problem(INSERTED, where, "No entry of history says that this was published.")
            continue
        said: dict[str, Any] | None = entry.data
        if said is not None and said.get("digest") != row.digest:
            yield Problem(ALTERED, where, "Its digest is not the one history recorded.")
        body = getattr(row, "body", None)
        if body is None:
            yield Problem(MISSING, where, "Its payload is gone.")
        elif body.redacted_by is None and not _fits(row, body.payload):
            yield Problem(ALTERED, where, "Its payload does not have the digest it was published with.")


def _fits(row: Publication, payload: str | None) -> bool:
    try:
        said = None if payload is None else json.loads(payload)
    except ValueError:
        return False
    return publication_digest(row.kind, row.subject, row.version, said) == row.digest


def _missing() -> Iterator[Problem]:
    published = Entry.objects.filter(record_type=RECORD_TYPE).count()
    held = Publication.objects.count()
    if held < published:
        yield Problem(MISSING, "publications", f"History knows {published} publications, the database holds {held}.")


register_check("publications", check_publications)
