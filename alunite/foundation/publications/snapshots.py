"""Writing all publications, up to the end of a day, into signed files that anybody can keep and check."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, policy, require
from alunite.foundation.core.canonical import canonical_json
from alunite.foundation.history.actions import record
from alunite.foundation.history.rules import MerkleTree, timestamp
from alunite.foundation.keys import signing
from alunite.foundation.publications.actions import take_turn
from alunite.foundation.publications.models import Publication, Snapshot
from alunite.foundation.publications.queries import latest_payload_of_kind, published_by, zone_of
from alunite.foundation.publications.snapshot_format import (
    FILE_NAME,
    FORMAT,
    MANIFEST,
    SIGNATURE,
    file_name,
    line_of,
    snapshot_digest,
)
from alunite.foundation.publications.stored import snapshots_folder

CHUNK = 500
WRITTEN = "snapshot.written"
KEY_FIELDS = frozenset({"id", "public_key"})
MOST_NAMED = 5

_FILE = re.compile(FILE_NAME)


class CannotWrite(ValueError):
    """The snapshot cannot be written there, or not of that day, or no longer as it was."""


@dataclass(frozen=True, slots=True)
class Written:
    """A snapshot on disk; `changed` is False where it was there already, to the byte."""

    folder: Path
    as_of: date
    digest: str
    publications: int
    complete: bool
    changed: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "as_of": self.as_of.isoformat(),
            "digest": self.digest,
            "publications": self.publications,
            "complete": self.complete,
            "changed": self.changed,
        }


@policy("snapshots.write", says="Only the installation and the Secretariat may write snapshots.")
def _may_write(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.is_secretariat


def scheme_zone(*, at: datetime | None = None) -> ZoneInfo:
    """Return the time zone of the scheme as published, now or at an instant; UTC before one is adopted."""
    return zone_of((latest_payload_of_kind("scheme", at=at) or {}).get("scheme", {}))


def write_snapshot(
    as_of: date | None = None, *, actor: Actor, out: Path | None = None, now: datetime | None = None
) -> Written:
    """Write the snapshot of a day, today if none is named, into `out` or its place in ALUNITE_HOME.

    The snapshot of a day that is over is recorded the first time, so that it names the same one before it for ever;
    written again it is the same to the byte, unless something was redacted or the key was rotated in between.

    Raises
    ------
    CannotWrite
        If the day is yet to come, the folder holds something else, or publications are not those once recorded.
    CannotSign
        If there is no key to sign with.
    """
    require(actor, "snapshots.write")
    zone = scheme_zone()
    today = (now or timezone.now()).astimezone(zone).date()
    day = as_of or today
    if day > today:
        raise CannotWrite(f"{day} is yet to come; today is {today}")
    folder = out or snapshots_folder() / day.isoformat()
    _refuse_strange(folder)
    recorded = Snapshot.objects.select_related("previous").filter(as_of=day).first()
    if recorded:
        zone = scheme_zone(at=recorded.written_at)
    is_over = recorded is not None or day < today
    before = recorded.previous if recorded else Snapshot.objects.filter(as_of__lt=day).order_by("-as_of").first()
    with transaction.atomic():
        # Whoever still publishes may have begun on that day: what they say belongs to it.
        take_turn()
        # A day that was written once ends where it ended then, though the scheme has moved to another zone.
        last = recorded.last if recorded else published_by(day, zone)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".snapshot-"))
    try:
        manifest = _write_files(unfinished, day, last, before, str(zone), complete=is_over)
        _record(manifest, day, before, recorded, actor)
        changed = _take_its_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    count = manifest["publications"]["count"]
    return Written(folder, day, manifest["digest"], count, complete=is_over, changed=changed)


def write_daily_snapshot(*, actor: Actor) -> Written | None:
    """Write the snapshot of the first day after the last one that has one, at most yesterday's; None where there is none.

    So days on which no worker ran are made up for, one with each call; a gap before a day that was written by hand is
    not. Of those recorded only the newest is looked for: one that was recorded and is not there is written
    again: its process ended in between, or something was redacted.
    """
    yesterday = timezone.now().astimezone(scheme_zone()).date() - timedelta(days=1)
    last = Snapshot.objects.order_by("-as_of").values_list("as_of", flat=True).first()
    due = min(yesterday, last + timedelta(days=1)) if last else yesterday
    if last and last >= due and (snapshots_folder() / due.isoformat() / MANIFEST).is_file():
        return None
    return write_snapshot(due, actor=actor)


def _write_files(
    folder: Path, day: date, last: int, before: Snapshot | None, zone: str, *, complete: bool
) -> dict[str, Any]:
    among = Publication.objects.filter(pk__lte=last)
    counts = among.aggregate(count=Count("pk"), first=Min("pk"))
    kinds = among.order_by("kind").values_list("kind", flat=True).distinct()
    tree = MerkleTree()
    for number, said in among.order_by("pk").values_list("pk", "digest").iterator(chunk_size=CHUNK):
        tree.add(number, said)
    keys = signing.key_history()
    active = signing.active_signing_key()
    if active is None:
        raise signing.CannotSign("This installation has no signing key: run `alunite init`.")
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "installation": signing.installation().id,
        "as_of": day.isoformat(),
        "time_zone": zone,
        "complete": complete,
        "publications": {"count": counts["count"], "first": counts["first"] or 0, "last": last},
        "root": tree.root(),
        "files": [_write_kind(folder, kind, last) for kind in kinds],
        "key": {
            name: value for key in keys if key["id"] == active.id for name, value in key.items() if name in KEY_FIELDS
        },
        "keys": keys,
        "previous": before
        and {"as_of": before.as_of.isoformat(), "digest": before.digest, "last": before.last, "root": before.root},
    }
    manifest["digest"] = snapshot_digest(manifest)
    raw = canonical_json(manifest) + b"\n"
    (folder / MANIFEST).write_bytes(raw)
    _, signature = signing.sign(raw)
    (folder / SIGNATURE).write_text(signature.hex() + "\n", "ascii")
    folder.chmod(0o755)
    return manifest


def _write_kind(folder: Path, kind: str, last: int) -> dict[str, Any]:
    path = folder / file_name(kind)
    size = count = first = newest = redacted = 0
    with path.open("wb") as file, _packed(file) as packed:
        for fields in _lines(kind, last):
            line = line_of(fields)
            packed.write(line)
            size, count = size + len(line), count + 1
            first, newest = first or fields["id"], fields["id"]
            redacted += fields["redaction"] is not None
    return {
        "name": path.name,
        "kind": kind,
        "bytes": size,
        "count": count,
        "first": first,
        "last": newest,
        "redacted": redacted,
        "sha256": _sha256(path),
    }


def _packed(file: BinaryIO) -> BinaryIO:
    # Without a name and an instant, the same lines give the same bytes.
    return cast("BinaryIO", gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0))


def _lines(kind: str, last: int) -> Iterator[dict[str, Any]]:
    rows = Publication.objects.filter(kind=kind, pk__lte=last).select_related("body", "redaction").order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        told = getattr(row, "redaction", None)
        yield {
            "id": row.pk,
            "kind": row.kind,
            "subject": row.subject,
            "version": row.version,
            "published_at": timestamp(row.published_at),
            "digest": row.digest,
            "withdrawal": row.withdrawal,
            "successor": row.successor or "",
            "payload": json.loads(row.body.payload) if row.body.payload else None,
            "redaction": told
            and {"decision": told.decision, "ground": told.ground, "at": timestamp(told.at.astimezone(UTC))},
        }


def _record(
    manifest: dict[str, Any], day: date, before: Snapshot | None, recorded: Snapshot | None, actor: Actor
) -> None:
    """Keep what a snapshot of a day that is over said the first time, and compare with it ever after."""
    if recorded is not None and recorded.digest != manifest["digest"]:
        raise CannotWrite(
            f"the publications as of {day} are not those its snapshot was first made of (it had {recorded.count}, "
            f"root {recorded.root}); `alunite history verify` says more"
        )
    if recorded is not None or not manifest["complete"]:
        return
    with transaction.atomic():
        Snapshot.objects.create(
            as_of=day,
            last=manifest["publications"]["last"],
            count=manifest["publications"]["count"],
            root=manifest["root"],
            digest=manifest["digest"],
            previous=before,
            written_at=timezone.now(),
        )
        said = {"digest": manifest["digest"], "root": manifest["root"], **manifest["publications"]}
        record(WRITTEN, record_type="snapshot", record_id=day.isoformat(), payload=said, actor=actor.label)


def _refuse_strange(folder: Path) -> None:
    """Refuse a folder that holds anything but a snapshot: it would be replaced."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise CannotWrite(f"{folder}: expected a folder")
    # Many a folder holds a manifest.json; with its signature and such files alone it is a snapshot.
    ours = {MANIFEST, SIGNATURE} if (folder / SIGNATURE).is_file() else set()
    strange = sorted(
        path.name
        for path in folder.iterdir()
        if path.is_symlink() or not path.is_file() or not (path.name in ours or _FILE.fullmatch(path.name))
    )
    if strange:
        found = ", ".join(strange[:MOST_NAMED])
        raise CannotWrite(f"{folder}: expected an empty folder or a snapshot, found something else: {found}")


def _take_its_place(unfinished: Path, folder: Path) -> bool:
    """Put a finished snapshot where it belongs; False, and nothing is touched, where the same one is there."""
    if folder.exists():
        if _contents(folder) == _contents(unfinished):
            return False
        old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".snapshot-old-"))
        folder.rename(old / "snapshot")
        unfinished.rename(folder)
        shutil.rmtree(old)
        return True
    unfinished.rename(folder)
    return True


def _contents(folder: Path) -> dict[str, str]:
    return {path.name: _sha256(path) for path in folder.iterdir() if path.is_file()}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
