"""Where snapshots lie in ALUNITE_HOME, and removing those that hold what was redacted since."""

from __future__ import annotations

import json
import shutil
import time
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from alunite.foundation.core.operation import Finding
from alunite.foundation.publications.models import Redaction
from alunite.foundation.publications.snapshot_format import MANIFEST

# A folder without its name yet is being written; nobody writes for a day.
LONGEST_WRITING = 86_400


def snapshots_folder() -> Path:
    return Path(settings.ALUNITE_HOME) / "snapshots"


def remove_stored(first: int) -> list[str]:
    """Remove the snapshots kept here that hold publications from `first` on; return their names.

    Written again, each is what it was but for what was redacted. Copies elsewhere are out of our reach.
    """
    folder = snapshots_folder()
    removed = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if _counts(path)[0] >= first:
            shutil.rmtree(path)
            removed.append(path.name)
    return removed


def outdated_stored() -> list[Path]:
    """Return the snapshots kept here that may hold what was redacted since. One query.

    A process that ended between the decision's commit and removing them leaves them behind. Each says how many of its
    publications were redacted when it was written; one that cannot be read is taken to hold everything.
    """
    folder = snapshots_folder()
    paths = sorted(path for path in folder.iterdir() if not _is_being_written(path)) if folder.is_dir() else []
    redacted = sorted(Redaction.objects.values_list("pk", flat=True)) if paths else []
    found = []
    for path in paths:
        last, known = _counts(path)
        if bisect_right(redacted, last) > known:
            found.append(path)
    return found


def remove_outdated() -> list[str]:
    """Remove them, and return their names. Written again, each is what it was but for what was redacted."""
    found = outdated_stored()
    for path in found:
        shutil.rmtree(path)
    return [path.name for path in found]


def outdated_findings() -> Iterator[Finding]:
    """Yield what `alunite doctor` says of them."""
    if found := outdated_stored():
        yield Finding(
            f"Snapshots in {snapshots_folder()} hold what was redacted since: {', '.join(one.name for one in found)}.",
            "Whoever copies them gets what two people decided to take out.",
            "Start alunite worker, which removes them; each can be written again: alunite snapshot write --as-of DAY",
        )


def _is_being_written(path: Path) -> bool:
    return path.name.startswith(".") and time.time() - path.stat().st_mtime < LONGEST_WRITING


def _counts(path: Path) -> tuple[float, int]:
    """Return the last publication a snapshot holds, and how many of them were redacted when it was written."""
    try:
        manifest: dict[str, Any] = json.loads((path / MANIFEST).read_bytes())
        return int(manifest["publications"]["last"]), sum(int(file["redacted"]) for file in manifest["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return float("inf"), 0  # half written, or damaged: what it holds cannot be told
