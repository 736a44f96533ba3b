"""What `history verify` and `doctor` ask of contents: each is there as it was kept, and nothing else is.

Verification reads every byte. The doctor, who is asked often, looks at sizes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from alunite.foundation.core.operation import Finding, doctor_check
from alunite.foundation.files.actions import KEPT, LEFT_FOR, RECORD_TYPE
from alunite.foundation.files.models import Content
from alunite.foundation.files.queries import left_over
from alunite.foundation.files.storing import folder, is_digest, is_in_place, is_unfinished, path_of, stored_files
from alunite.foundation.history.findings import ALTERED, INSERTED, MISSING, Problem, register_check
from alunite.foundation.history.models import Entry

CHUNK = 500
MOST_NAMED = 5

Row = tuple[str, Any, Any]


def check_contents() -> Iterator[Problem]:
    """Yield what is wrong with contents, a few hundred at a time."""
    yield from _check_entries()
    recorded = Entry.objects.filter(record_type=RECORD_TYPE, kind=KEPT, record_id=OuterRef("sha256"))
    unrecorded = Content.objects.exclude(Exists(recorded)).order_by("sha256")
    for sha256 in unrecorded.values_list("sha256", flat=True).iterator(CHUNK):
        yield Problem(INSERTED, f"content {sha256}", "No entry of history says that it was kept.")
    for sha256, size, _type in Content.objects.order_by("sha256").values_list(*_FIELDS).iterator(CHUNK):
        if problem := _fault_of_bytes(sha256, size):
            yield Problem(problem[0], f"content {sha256}", problem[1])
    for path in stored_files():
        if not (is_unfinished(path) or is_in_place(path)):
            yield Problem(INSERTED, f"file {path.relative_to(folder())}", "It stands among contents and is none.")


_FIELDS = ("sha256", "size", "media_type")


def _check_entries() -> Iterator[Problem]:
    """Compare what history recorded of contents with their rows."""
    entries = Entry.objects.filter(record_type=RECORD_TYPE, kind=KEPT).order_by("pk")
    told = entries.values_list("record_id", "payload__payload").iterator(CHUNK)
    while chunk := list(islice(told, CHUNK)):
        rows = {row[0]: row for row in _rows([record for record, _ in chunk])}
        for sha256, text in chunk:
            if sha256 not in rows:
                yield Problem(MISSING, f"content {sha256}", "It was kept, and its row is not there.")
            elif _is_otherwise(rows[sha256], text):
                yield Problem(ALTERED, f"content {sha256}", "Its size or type is not the one history recorded.")


def _rows(sha256s: Sequence[str]) -> list[Row]:
    return list(Content.objects.filter(sha256__in=sha256s).values_list(*_FIELDS))


def _is_otherwise(row: Row, text: str | None) -> bool:
    try:
        said = json.loads(text) if text else None
    except ValueError:
        return False  # that the entry itself was altered is said by history's own checks
    return isinstance(said, dict) and (said.get("size"), said.get("media_type")) != row[1:]


def _fault_of_bytes(sha256: str, size: Any) -> tuple[str, str] | None:
    if not is_digest(sha256):
        return ALTERED, "It is called by what is no SHA-256."
    path = path_of(sha256)
    try:
        with path.open("rb") as file:
            is_same = hashlib.file_digest(file, "sha256").hexdigest() == sha256 and file.tell() == size
    except FileNotFoundError:
        return MISSING, "Its file is not there."
    except OSError:
        return MISSING, "Its file cannot be read."
    return None if is_same else (ALTERED, "Its file holds other bytes than were kept.")


def findings() -> Iterator[Finding]:
    """Yield what an operator should mend."""
    damaged = [sha256 for sha256, size, _type in _all_rows() if not _has_size(sha256, size)]
    if damaged:
        named = ", ".join(sorted(damaged)[:MOST_NAMED])
        yield Finding(
            f"The files of {len(damaged)} contents in {folder()} are missing or of another size: {named}.",
            "Whoever asks for them is told that they are damaged.",
            "Copy them back from a backup, below home/files in it; then run: alunite history verify",
        )
    # The worker clears once a day what is older than a day: twice as long, and it does not.
    if old := left_over(before=timezone.now() - 2 * LEFT_FOR - timedelta(hours=1)):
        yield Finding(
            f"{len(old)} files in {folder()} were given up on the way and are still there.",
            "They take room and are of no use.",
            "See that alunite worker runs: it removes them a day after.",
        )


def _all_rows() -> Iterator[Row]:
    return Content.objects.values_list(*_FIELDS).iterator(CHUNK)


def _has_size(sha256: str, size: Any) -> bool:
    try:
        return bool(path_of(sha256).stat().st_size == size)
    except (OSError, ValueError):
        return False


register_check("contents", check_contents)
doctor_check("files", findings)
