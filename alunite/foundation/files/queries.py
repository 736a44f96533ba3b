"""What stands in the folder of contents beside what the database says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alunite.foundation.files.models import Content
from alunite.foundation.files.storing import is_in_place, is_unfinished, stored_files


def left_over(*, before: datetime) -> list[Path]:
    """Return the files no content has, though they are of our making, that were last written before an instant.

    A process that was killed, or a transaction that was given up, leaves them. One query.
    """
    found = [path for path in stored_files() if (is_unfinished(path) or is_in_place(path)) and _is_older(path, before)]
    kept = set(Content.objects.values_list("sha256", flat=True)) if found else set()
    return [path for path in found if path.name not in kept]


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False  # put in place, or removed, since the folder was looked through
