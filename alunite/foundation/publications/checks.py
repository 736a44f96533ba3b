"""What `history verify` asks of publications: each says what it was sealed as saying, and none is missing.

Columns are read as text where an attacker could have written what no model field holds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import Count, TextField
from django.db.models.functions import Cast

from alunite.foundation.history.findings import ALTERED, INSERTED, MISSING, Problem, register_account, register_check
from alunite.foundation.history.models import Entry
from alunite.foundation.publications.actions import PUBLISHED, RECORD_TYPE, REDACTION
from alunite.foundation.publications.kinds import UnknownKind, kind, publication_digest
from alunite.foundation.publications.models import Mention, Publication, PublicationPayload

CHUNK = 500

_BODY = ("body__publication", "body__payload", "body__redacted_by", "redaction__decision", "redaction__ground")

Row = Mapping[str, Any]
# Record and version of an entry, and what its payload says: None when it has been erased.
Sealed = dict[tuple[str, int], Row | None]


def check_publications() -> Iterator[Problem]:
    """Yield what is wrong with publications, a few hundred at a time."""
    rows = (
        Publication.objects.annotate(at=Cast("published_at", TextField()))
        .order_by("pk")
        .values("pk", "kind", "subject", "version", "at", "digest", "withdrawal", "successor", *_BODY)
    )
    for chunk in _chunks(rows.iterator(chunk_size=CHUNK)):
        yield from _check_chunk(chunk)
    entries = Entry.objects.filter(record_type=RECORD_TYPE, kind=PUBLISHED).order_by("pk")
    for chunk in _chunks(entries.values("pk", "record_id", "record_version").iterator(chunk_size=CHUNK)):
        yield from _missing(chunk)


def _chunks(rows: Iterator[Any]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _record_id(row: Row) -> str:
    return f"{row['kind']}:{row['subject']}"


def _sealed(record_type: str, record_ids: set[str]) -> Sealed:
    entries = Entry.objects.filter(record_type=record_type, record_id__in=record_ids)
    said = entries.values_list("record_id", "record_version", "payload__payload")
    return {(record_id, version): _read(text) for record_id, version, text in said}


def _read(text: str | None) -> Row | None:
    try:
        said = json.loads(text) if text else None
    except ValueError:
        said = None  # that the entry itself was altered is said by history's own checks
    return said if isinstance(said, dict) else None


def _check_chunk(chunk: Sequence[Row]) -> Iterator[Problem]:
    sealed = _sealed(RECORD_TYPE, {_record_id(row) for row in chunk})
    redactions = _sealed(REDACTION, {str(row["pk"]) for row in chunk if row["body__redacted_by"] is not None})
    decisions = {
        (key, said.get("decision"), said.get("ground")) for (key, _), said in redactions.items() if said is not None
    }
    mentions = _mentions(chunk)
    for row in chunk:
        where = f"publication {row['pk']}"
        key = (_record_id(row), row["version"])
        if key not in sealed:
            yield Problem(INSERTED, where, "No entry of history says that this was published.")
            continue
        yield from _check_head(row, sealed[key], where)
        yield from _check_body(row, decisions, mentions[row["pk"]], where)


def _check_body(row: Row, decisions: set[tuple[Any, Any, Any]], noted: set[str], where: str) -> Iterator[Problem]:
    """Compare a payload with its digest, what was taken out with the decisions, and what is told with what is noted."""
    if row["body__publication"] is None:
        yield Problem(MISSING, where, "Its payload is gone.")
    elif row["body__redacted_by"] is not None:
        if row["redaction__decision"] != row["body__redacted_by"]:
            yield Problem(MISSING, where, "Its payload was emptied, and no notice of that stands in its place.")
        elif (str(row["pk"]), row["redaction__decision"], row["redaction__ground"]) not in decisions:
            yield Problem(MISSING, where, "Its payload was emptied, and history knows of no such decision.")
        elif row["body__payload"] is not None:
            yield Problem(ALTERED, where, "It is said to be redacted, and its payload is there.")
    elif row["redaction__decision"] is not None:
        yield Problem(INSERTED, where, "A notice says that it was redacted, and it was not.")
    elif not _fits(row):
        yield Problem(ALTERED, where, "Its payload does not have the digest it was published with.")
    elif _is_noted_wrong(row, noted):
        yield Problem(ALTERED, where, "It tells of other records than is noted of it, by which it is found.")


def _check_head(row: Row, said: Row | None, where: str) -> Iterator[Problem]:
    """Compare what stands beside the payload with the entry, unless that was erased."""
    if said is None:
        return
    found = {
        "publication": row["pk"],
        "digest": row["digest"],
        "published_at": _instant(row["at"]),
        "withdrawal": row["withdrawal"],
        "successor": row["successor"],
    }
    said = {**said, "published_at": _instant(said.get("published_at"))}
    if different := [name for name, value in found.items() if said.get(name) != value]:
        yield Problem(ALTERED, where, f"Not as history recorded it: {', '.join(different)}.")


def _instant(text: Any) -> datetime | None:
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


def _fits(row: Row) -> bool:
    try:
        text = row["body__payload"]
        said = None if text is None else json.loads(text)
        held: str = row["digest"]
        return publication_digest(row["kind"], row["subject"], row["version"], said) == held
    except (ValueError, TypeError):  # not JSON, or JSON that has no canonical form
        return False


def _mentions(chunk: Sequence[Row]) -> dict[int, set[str]]:
    """Return by publication what it is noted to tell of."""
    found: dict[int, set[str]] = defaultdict(set)
    noted = Mention.objects.filter(publication__in=[row["pk"] for row in chunk])
    for publication, record in noted.values_list("publication_id", "record"):
        found[publication].add(record)
    return found


def _is_noted_wrong(row: Row, noted: set[str]) -> bool:
    """Tell whether a publication whose payload has its digest tells of other records than is noted."""
    try:
        of_kind = kind(row["kind"])
    except UnknownKind:  # of a room that is not installed
        return False
    text = row["body__payload"]
    return noted != of_kind.told(json.loads(text) if of_kind.tells_of and text else None)


def _missing(chunk: Sequence[Row]) -> Iterator[Problem]:
    subjects = {entry["record_id"].partition(":")[2] for entry in chunk}
    rows = Publication.objects.filter(subject__in=subjects).values("kind", "subject", "version")
    held = {(_record_id(row), row["version"]) for row in rows}
    for entry in chunk:
        if (entry["record_id"], entry["record_version"]) not in held:
            text = f"Version {entry['record_version']} of {entry['record_id']} was published and is not there."
            yield Problem(MISSING, f"entry {entry['pk']}", text)


def register_read_tables(name: str, compare: Callable[[], Iterable[tuple[str, str]]]) -> None:
    """Add a check of tables made from publications, for a room that knows of nothing below them.

    `compare` yields where each difference is, and a sentence about it.
    """
    register_check(name, lambda: (Problem(ALTERED, where, text) for where, text in compare()))


register_check("publications", check_publications)


def redacted() -> dict[str, int]:
    """Return how many publications each decision has redacted."""
    rows = PublicationPayload.objects.exclude(redacted_by=None).values_list("redacted_by").annotate(n=Count("pk"))
    return {str(decision): count for decision, count in rows.order_by("redacted_by")}


register_account("publications", redacted)
