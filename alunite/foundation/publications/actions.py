"""Publishing, withdrawing, redacting. A publication that would say nothing new is not made.

Ids are the order in which things were said: whoever publishes has a turn of its own (`take_turn`), from before it takes
ids and an instant until it commits. So what is published up to an id never changes once it was seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.core.canonical import canonical_json
from alunite.foundation.history import decided
from alunite.foundation.history.actions import Change, keep, record_many
from alunite.foundation.history.models import Entry
from alunite.foundation.publications.kinds import Kind, UnfitPayload, kind, publication_text_digest
from alunite.foundation.publications.models import (
    LONGEST_SUBJECT,
    LONGEST_WITHDRAWAL,
    REDACTED,
    RELEASED,
    Mention,
    Publication,
    PublicationPayload,
    Redaction,
)
from alunite.foundation.publications.stored import remove_stored
from alunite.foundation.publications.withheld import withheld_redactions
from alunite.foundation.tables.bulk import insert_new, insert_rows

BATCH = 500
PUBLISHED = "publication.published"
RECORD_TYPE = keep("publication")
REDACTION = keep("publication_redaction")

_REASON_CLASS = re.compile(rf"[a-z][a-z_]{{0,{LONGEST_WITHDRAWAL - 1}}}")


@dataclass(frozen=True, slots=True)
class ToPublish:
    """What is to be said of a subject.

    `payload` None withdraws it; then `withdrawal` is the class of reason, and `successor` the subject of the same kind
    that speaks for it from now on, if there is one.
    """

    subject: str
    payload: dict[str, Any] | None
    withdrawal: str = ""
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Redacted:
    """Why a publication says nothing any more."""

    decision: str
    ground: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """A publication with what it says, as projectors receive it; `redaction` where what it said was taken out.

    One that is redacted comes a second time, under its own id and without payload.
    """

    id: int
    kind: str
    subject: str
    version: int
    published_at: datetime
    payload: dict[str, Any] | None
    withdrawal: str
    digest: str
    successor: str = ""
    redaction: Redacted | None = None


# Names the lock that those who publish hold one after the other.
TURN = "alunite publications"

Projector = Callable[[Sequence[Published]], None]
_projectors: list[Projector] = []


def projector(function: Projector) -> Projector:
    """Register a function that keeps read tables in step, called in the publishing transaction."""
    _projectors.append(function)
    return function


@policy("publications.publish", says="Only an action of the programme may publish.")
def _may_publish(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.is_secretariat


@policy("publications.redact", says="Only the Secretariat may carry out a decision to redact.")
def _may_redact(actor: Actor, _subject: Any) -> bool:
    return actor.is_secretariat


def take_turn() -> None:
    """Wait until nobody else publishes, and keep all others waiting until this transaction ends.

    An action that locks rows which another may hold while it publishes takes its turn before them: then neither waits
    for the other in a circle.
    """
    # SQLite has one writer at a time.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [TURN])


def publish(
    kind_name: str, statements: Sequence[ToPublish], *, actor: Actor, cause: Entry | None = None
) -> list[Published]:
    """Publish `statements` of one kind, all or none, in order; return those that said something new.

    A subject of which the last that was said was redacted is left out until two people `release` it: what they took out,
    no later import, merge or change of the scheme brings back.

    A subject may stand in `statements` more than once. The number of queries grows with batches of 500, not with
    statements (on SQLite with the 999 values a statement of its may hold). Read tables follow in the same transaction.

    Raises
    ------
    UnknownKind, UnfitPayload
        Before anything is written.
    Refused
        If the actor may not publish.
    """
    require(actor, "publications.publish")
    registered = kind(kind_name)
    checked = [_checked(registered, item) for item in statements]
    with transaction.atomic():
        take_turn()
        published: list[Published] = []
        for start in range(0, len(checked), BATCH):
            published += _publish_batch(registered.name, checked[start : start + BATCH], actor, cause)
        _project(published)
    return published


def _project(published: Sequence[Published]) -> None:
    for project in _projectors:
        if published:
            project(published)


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is to be said, in canonical JSON: it is hashed, stored and read back from this one text."""

    subject: str
    text: str | None
    withdrawal: str
    successor: str
    told: tuple[str, ...] = ()


def _checked(registered: Kind, item: ToPublish) -> _Checked:
    """Return what is published of a statement; `UnfitPayload` says everything that is wrong with it."""
    faults = []
    if not 0 < len(item.subject) <= LONGEST_SUBJECT:
        faults.append(f"subject: expected 1 to {LONGEST_SUBJECT} characters, found {len(item.subject)}")
    if item.payload is None and not _REASON_CLASS.fullmatch(item.withdrawal):
        faults.append(f"withdrawal: expected the class of reason, a word such as merged, found {item.withdrawal!r}")
    if item.payload is not None and item.withdrawal:
        faults.append("withdrawal: expected none where something is said")
    if item.successor and (item.payload is not None or item.successor == item.subject):
        faults.append("successor: expected another subject, and only where this one is withdrawn")
    if len(item.successor) > LONGEST_SUBJECT:
        faults.append(f"successor: expected at most {LONGEST_SUBJECT} characters, found {len(item.successor)}")
    if faults:
        raise UnfitPayload(f"{registered.name} {item.subject}: {'; '.join(faults)}")
    said = None if item.payload is None else registered.check(item.payload)
    text = None if said is None else canonical_json(said).decode()
    return _Checked(item.subject, text, item.withdrawal, item.successor, tuple(sorted(registered.told(said))))


def _publish_batch(
    kind_name: str,
    batch: Sequence[_Checked],
    actor: Actor,
    cause: Entry | None,
    *,
    is_release: bool = False,
) -> list[Published]:
    latest = _latest(kind_name, [item.subject for item in batch])
    new: list[tuple[_Checked, int, str]] = []
    for item in batch:
        last = latest.get(item.subject, _NEVER_SAID)
        if last.is_withheld is not is_release:
            continue
        if item.text is None and not last.version:
            continue
        if last.version and not is_release and last.says(kind_name, item):
            continue
        version = last.version + 1
        said = publication_text_digest(kind_name, item.subject, version, item.text)
        latest[item.subject] = _Latest(version, said, item.withdrawal, item.successor)
        new.append((item, version, said))
    if not new:
        return []
    at = _not_before_the_last()
    ids = insert_new(
        Publication,
        ("kind", "subject", "version", "published_at", "digest", "withdrawal", "successor"),
        [
            (kind_name, item.subject, version, at, said, item.withdrawal, item.successor or None)
            for item, version, said in new
        ],
    )
    insert_rows(
        PublicationPayload,
        ("publication_id", "payload"),
        [(number, item.text) for number, (item, _, _) in zip(ids, new, strict=True)],
    )
    insert_rows(
        Mention,
        ("publication_id", "record"),
        [(number, record) for number, (item, _, _) in zip(ids, new, strict=True) for record in item.told],
    )
    record_many(
        PUBLISHED,
        [
            Change(
                record_type=RECORD_TYPE,
                record_id=f"{kind_name}:{item.subject}",
                payload={
                    "publication": number,
                    "digest": said,
                    "published_at": at.isoformat(),
                    "version": version,
                    "withdrawal": item.withdrawal,
                }
                | ({"successor": item.successor} if item.successor else {}),
            )
            for number, (item, version, said) in zip(ids, new, strict=True)
        ],
        actor=actor.label,
        cause=cause,
    )
    # What projectors get was read back, so that read tables lived are those rebuilt to the letter.
    return [
        Published(
            number,
            kind_name,
            item.subject,
            version,
            at,
            None if item.text is None else msgspec.json.decode(item.text),
            item.withdrawal,
            said,
            item.successor,
        )
        for number, (item, version, said) in zip(ids, new, strict=True)
    ]


def _not_before_the_last() -> datetime:
    """Return the instant of a publication made now: a clock set back must not put it before what was said already."""
    last = Publication.objects.order_by("-pk").values_list("published_at", flat=True).first()
    return max(timezone.now(), last) if last else timezone.now()


def redact(publications: Sequence[int], *, decision: str, actor: Actor, cause: Entry | None = None) -> int:
    """Empty the payloads of publications by a decision of two people; return how many were emptied now.

    Digests stay, and verification accepts an empty payload only where the entry written here names the same decision.
    What read tables hold of each of them, the latest of its subject or not, goes in the same transaction; snapshots
    kept here that held it, once that is committed.

    Raises
    ------
    NotDecided
        If no two people decided to redact exactly these.
    Refused
        If the actor may not carry out such a decision.
    """
    require(actor, "publications.redact")
    ground = decided.ground_of(decided.require_decided(decision, decided.PUBLICATION, publications))
    at = timezone.now()
    with transaction.atomic():
        take_turn()
        bodies = PublicationPayload.objects.filter(publication__in=publications, redacted_by=None)
        ids = sorted(bodies.filter(payload__isnull=False).values_list("pk", flat=True))
        PublicationPayload.objects.filter(pk__in=ids).update(payload=None, redacted_by=decision)
        Redaction.objects.bulk_create(
            Redaction(publication_id=pk, decision=decision, ground=ground, at=at) for pk in ids
        )
        record_many(
            "publication.redacted",
            [Change(REDACTION, str(pk), {"publication": pk, "decision": decision, "ground": ground}) for pk in ids],
            actor=actor.label,
            cause=cause,
            at=at,
        )
        _project(
            [
                Published(
                    row.pk,
                    row.kind,
                    row.subject,
                    row.version,
                    row.published_at,
                    None,
                    REDACTED,
                    row.digest,
                    redaction=Redacted(decision, ground, at),
                )
                for row in Publication.objects.filter(pk__in=ids).order_by("pk")
            ]
        )
        if ids:
            transaction.on_commit(partial(remove_stored, ids[0]))
    return len(ids)


def release(
    subjects: Sequence[tuple[str, str]], *, decision: str, actor: Actor, cause: Entry | None = None
) -> list[Published]:
    """Let subjects, each a kind and an id, be published again although their latest publication was redacted.

    That is said by a publication of its own, so that feeds and snapshots tell it; what was redacted stays so.
    """
    require(actor, "publications.redact")
    decided.require_decided(decision, decided.SUBJECT, [f"{kind_name}:{subject}" for kind_name, subject in subjects])
    released: list[Published] = []
    with transaction.atomic():
        take_turn()
        for kind_name, subject in subjects:
            item = _Checked(subject, None, RELEASED, "")
            released += _publish_batch(kind_name, [item], actor, cause, is_release=True)
        _project(released)
    return released


@dataclass(frozen=True, slots=True)
class _Latest:
    """The latest publication of a subject; version 0 where there is none."""

    version: int
    digest: str = ""
    withdrawal: str = ""
    successor: str = ""
    is_withheld: bool = False

    def says(self, kind_name: str, item: _Checked) -> bool:
        """Tell whether it says what `item` would: compared under the version that would repeat it."""
        # A digest is of words alone: why a subject left, and who speaks for it, stands beside it.
        beside = (item.withdrawal, item.successor) == (self.withdrawal, self.successor)
        return beside and publication_text_digest(kind_name, item.subject, self.version, item.text) == self.digest


_NEVER_SAID = _Latest(0)


def _latest(kind_name: str, subjects: Sequence[str]) -> dict[str, _Latest]:
    """Return the latest publication of each subject that was published."""
    newest = (
        Publication.objects.filter(kind=OuterRef("kind"), subject=OuterRef("subject"))
        .order_by("-version")
        .values("version")[:1]
    )
    taken_out = withheld_redactions().filter(
        publication__kind=OuterRef("kind"), publication__subject=OuterRef("subject")
    )
    rows = (
        Publication.objects.filter(kind=kind_name, subject__in=subjects, version=Subquery(newest))
        .annotate(is_withheld=Exists(taken_out))
        .values_list("subject", "version", "digest", "withdrawal", "successor", "is_withheld")
    )
    return {
        subject: _Latest(version, said, withdrawal, successor or "", is_withheld)
        for subject, version, said, withdrawal, successor, is_withheld in rows
    }
