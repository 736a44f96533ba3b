"""Where snapshots lie in ALUNITE_HOME, and removing those that hold what was redacted since."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from django.conf import settings

from alunite.foundation.publications.snapshot_format import MANIFEST


def snapshots_folder() -> Path:
    return Path(settings.ALUNITE_HOME) / "snapshots"


def remove_stored(first: int) -> list[str]:
    """Remove the snapshots kept here that hold publications from `first` on; return their names.

    Written again, each is what it was but for what was redacted. Copies elsewhere are out of our reach.
    """
    folder = snapshots_folder()
    removed = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if _last(path) >= first:
            shutil.rmtree(path)
            removed.append(path.name)
    return removed


def _last(path: Path) -> float:
    try:
        return int(json.loads((path / MANIFEST).read_bytes())["publications"]["last"])
    except (OSError, ValueError, KeyError, TypeError):
        return float("inf")  # half written, or damaged: what it holds cannot be told
