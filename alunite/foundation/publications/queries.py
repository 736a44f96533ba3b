"""Reading publications back, for projectors, checks and feeds; and which of them were there at the end of a day."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from alunite.foundation.core.text import slugify
from alunite.foundation.publications.actions import Published, Redacted
from alunite.foundation.publications.identifiers import ALPHABET, LENGTH
from alunite.foundation.publications.models import REDACTED, Mention, Publication, Snapshot

LOOK_UP = 500
STANDARD = "standard_version"

# With a language or without; the words after an id are for people.
_ADDRESS = re.compile(r"(?:https?://[^/]+)?(?:/[a-z]{2})?/[a-z-]+/(([A-Za-z0-9]+)(?:-[A-Za-z0-9-]*)?)/?(?:[?#].*)?")
_KIND_AND_ID = re.compile(r"([a-z_]+)[ :]+([A-Za-z0-9-]+)")
_ID = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def publications() -> QuerySet[Publication]:
    """Return all publications in the order they were made."""
    return Publication.objects.select_related("body").order_by("pk")


def current_publications(*, by: int | None = None) -> QuerySet[Publication]:
    """Return the latest publication of every subject, in the order they were made.

    With `by`, the latest among publications up to that id: what was current when it was made.
    """
    among = Publication.objects.all() if by is None else Publication.objects.filter(pk__lte=by)
    newest = among.filter(kind=OuterRef("kind"), subject=OuterRef("subject")).order_by("-version").values("pk")[:1]
    return publications().filter(pk=Subquery(newest))


def published_by(day: date, zone: ZoneInfo) -> int:
    """Return the id of the last publication made by the end of a day in a zone, 0 when there was none. One query.

    Publications up to that id are what was published by then: neither ids nor instants ever go back.
    """
    return _published_before(datetime.combine(day + timedelta(days=1), time(), zone))


def _published_before(end: datetime) -> int:
    by_then = Publication.objects.filter(published_at__lt=end).order_by("-published_at", "-pk")
    return by_then.values_list("pk", flat=True).first() or 0


def zone_of(scheme: Mapping[str, Any]) -> ZoneInfo:
    """Return the zone a scheme's days are days of, by what is published of it; UTC where nothing is."""
    return ZoneInfo(scheme.get("time_zone_stated", {}).get("value", "UTC"))


def first_published() -> datetime | None:
    """Return when the first publication of all was made, None before it. One query."""
    return Publication.objects.order_by("pk").values_list("published_at", flat=True).first()


def last_snapshot(at: int | None = None) -> date | None:
    """Return the day of the last snapshot, of those that hold publications up to `at`; None before one. One query."""
    written = Snapshot.objects.all() if at is None else Snapshot.objects.filter(last__lte=at)
    return written.order_by("-as_of").values_list("as_of", flat=True).first()


def read(found: QuerySet[Publication]) -> Generator[Published]:
    """Yield each publication with its payload, a few hundred at a time; a redacted one as withdrawn for that."""
    for row in found.select_related("body", "redaction").iterator(chunk_size=500):
        payload: dict[str, Any] | None = msgspec.json.decode(row.body.payload) if row.body.payload else None
        withdrawal = REDACTED if row.body.redacted_by else row.withdrawal
        yield Published(
            row.pk,
            row.kind,
            row.subject,
            row.version,
            row.published_at,
            payload,
            withdrawal,
            row.digest,
            row.successor or "",
            redaction=redaction_of(row),
        )


def redaction_of(row: Publication) -> Redacted | None:
    """Return why a publication read with its redaction says nothing any more, None where it does."""
    told = getattr(row, "redaction", None)
    return None if told is None else Redacted(told.decision, told.ground, told.at)


def told_in(kind_name: str, ids: Sequence[str]) -> list[int]:
    """Return the publications of a kind that still tell of one of these records, as its `tells_of` says."""
    return sorted(
        number
        for chunk in _telling(kind_name, ids)
        for number in chunk.filter(body__payload__isnull=False).values_list("pk", flat=True)
    )


def telling_of(kind_name: str, ids: Sequence[str]) -> list[str]:
    """Return the subjects of a kind of which a publication told, or tells, of one of these records."""
    return sorted({name for chunk in _telling(kind_name, ids) for name in chunk.values_list("subject", flat=True)})


def _telling(kind_name: str, ids: Sequence[str]) -> Iterator[QuerySet[Publication]]:
    """Yield the publications of a kind that tell of these records, some hundred at a time."""
    # Looked up first: joined, SQLite walks through all publications of the kind.
    telling = sorted(set(Mention.objects.filter(record__in=ids).values_list("publication_id", flat=True)))
    for start in range(0, len(telling), LOOK_UP):
        yield Publication.objects.filter(pk__in=telling[start : start + LOOK_UP], kind=kind_name)


def latest_payload(kind_name: str, subject: str) -> dict[str, Any] | None:
    """Return what was last said of a subject, or None if nothing was or it was withdrawn."""
    row = (
        Publication.objects.filter(kind=kind_name, subject=subject).select_related("body").order_by("-version").first()
    )
    return msgspec.json.decode(row.body.payload) if row and row.body.payload else None


def latest_payload_of_kind(kind_name: str, *, at: datetime | None = None) -> dict[str, Any] | None:
    """Return what was last said of anything of a kind there is only one of, such as the scheme; by an instant, or by now."""
    by = None if at is None else _published_before(at + timedelta.resolution)
    row = current_publications(by=by).filter(kind=kind_name, body__payload__isnull=False).last()
    return msgspec.json.decode(row.body.payload) if row and row.body.payload else None


def record_meant(text: str) -> tuple[str, str]:
    """Return kind and id of the published record a person means by its address, its kind and id, or its id alone.

    Raises
    ------
    ValueError
        Saying what was expected.
    """
    if address := _ADDRESS.fullmatch(text):
        # A standard's id has a hyphen of its own.
        found = Publication.objects.filter(subject__in={address[1], address[2]})
    elif named := _KIND_AND_ID.fullmatch(text):
        found = Publication.objects.filter(kind=named[1], subject=named[2])
    elif _ID.fullmatch(text):
        found = Publication.objects.filter(subject=text)
    else:
        raise ValueError(gettext("expected an address, a kind and an id, or an id alone"))
    pairs = sorted(set(found.values_list("kind", "subject")))
    if len(pairs) != 1:
        raise ValueError(gettext("nothing was published under it"))
    return pairs[0]


@dataclass(frozen=True, slots=True)
class Meant:
    """A published record as people name it.

    Parameters
    ----------
    name : str
        As last published; its id where it says nothing any more.
    path : str
        Of its page; empty where its kind has none.
    """

    kind: str
    subject: str
    name: str
    path: str


def told_of(kind_name: str, subject: str) -> Meant:
    """Return how a published record is named, and where it is read. One query."""
    said = latest_payload(kind_name, subject) or {}
    name = str(said.get("entity") or said.get("name") or said.get("label") or "")
    try:
        slugs = [subject] if kind_name == STANDARD else [subject, slugify(name)]
        path = reverse("standard" if kind_name == STANDARD else kind_name, args=slugs)
    except NoReverseMatch:
        path = ""
    return Meant(kind_name, subject, name or subject, path)


def named_in(text: str) -> Meant | None:
    """Return the record a link names by its address, its kind and id, or its id alone; None where it names none."""
    try:
        return told_of(*record_meant(text)) if text else None
    except ValueError:
        return None
