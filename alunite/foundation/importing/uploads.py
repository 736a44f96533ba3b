"""Files sent by a browser to be checked and imported: kept aside for a day, for nobody but whoever sent them.

They stand in `ALUNITE_HOME/uploads/PERSON/SHA-256/`, under numbers and not under the names they came with, and are
never served. The SHA-256 is that of everything sent together, so that the same files sent twice are kept once.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.utils import timezone

from alunite.foundation.accounts.policies import Actor, require
from alunite.foundation.core.canonical import digest
from alunite.foundation.importing.actions import ImportResult, Incoming, import_files, readable_name
from alunite.foundation.importing.mapping import read_mappings
from alunite.foundation.messages.jobs import periodic

FOLDER = "uploads"
MANIFEST = "upload.json"
LARGEST_UPLOAD = 20 * 1024 * 1024
MOST_ROWS = 10_000
MOST_FILES = 20
MOST_KEPT = 5
KEPT_FOR = timedelta(hours=24)
LONGEST_NAME = 200

_KEY = re.compile(r"[0-9a-f]{64}")


class BoundedUpload(TemporaryFileUploadHandler):
    """Writes what a browser sends into temporary files, and stops where all of it together is too large.

    The rest is read and thrown away, so that the page can say what was wrong; `request.is_cut_off` tells it.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Keep a piece, unless it is one too many."""
        self.received += len(raw_data)
        if self.received > LARGEST_UPLOAD:
            setattr(self.request, "is_cut_off", True)  # noqa: B010, a name of ours on Django's request
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)
        return None


@dataclass(frozen=True, slots=True)
class Upload:
    """Files sent together: the names they came with, in order, and when they stop being kept."""

    key: str
    folder: Path
    names: tuple[str, ...]
    mapping_names: tuple[str, ...]
    until: datetime

    def files(self, kinds: Sequence[str]) -> list[Incoming]:
        """Return the files to import, each as one of `kinds`."""
        return [
            Incoming(kind, self.folder / f"file-{place}", name)
            for place, (kind, name) in enumerate(zip(kinds, self.names, strict=True))
        ]

    def mappings(self) -> list[tuple[Path, str]]:
        """Return the mapping files, each with its name."""
        return [(self.folder / f"mapping-{place}", name) for place, name in enumerate(self.mapping_names)]


def keep_upload(files: Sequence[UploadedFile[Any]], mappings: Sequence[UploadedFile[Any]], *, actor: Actor) -> Upload:
    """Keep what a person sent, and return it; the person's oldest uploads beyond the fifth are thrown away."""
    require(actor, "imports.run")
    remove_expired()
    own = _folder_of(actor)
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = own / f".{secrets.token_hex(8)}"
    staging.mkdir(mode=0o700)
    try:
        said: dict[str, Any] = {
            word: [
                {"name": readable_name(Path(file.name or "").name)[:LONGEST_NAME], "sha256": _kept(file, place)}
                for file, place in ((file, staging / f"{word}-{number}") for number, file in enumerate(sent))
            ]
            for word, sent in (("file", files), ("mapping", mappings))
        }
        key = digest(said)
        manifest = json.dumps(said | {"at": timezone.now().isoformat()})
        (staging / MANIFEST).write_text(manifest, encoding="utf-8")
        names = {path.name for path in staging.iterdir()}
        if (own / key).is_dir() and not names <= {path.name for path in (own / key).iterdir()}:
            shutil.rmtree(own / key)  # one that was being thrown away when its process ended
        try:
            staging.rename(own / key)
        except OSError:
            # The same files are kept already, maybe sent twice in this very moment: they are kept on from now.
            shutil.copyfile(staging / MANIFEST, again := own / key / f".{staging.name}")
            again.replace(own / key / MANIFEST)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    folders = (folder for folder in own.iterdir() if _KEY.fullmatch(folder.name))
    kept = sorted((upload for upload in map(_opened, folders) if upload), key=lambda upload: upload.until)
    for upload in kept[:-MOST_KEPT]:
        remove_upload(upload)
    return next(upload for upload in kept if upload.key == key)


def opened_upload(key: str, *, actor: Actor) -> Upload | None:
    """Return what this person sent under this key, while it is kept; None for anybody else's."""
    require(actor, "imports.run")
    upload = _opened(_folder_of(actor) / key) if _KEY.fullmatch(key) else None
    return upload if upload and upload.until > timezone.now() else None


def import_upload(
    upload: Upload, kinds: Sequence[str], *, actor: Actor, dry_run: bool, since: int | None = None
) -> ImportResult:
    """Check what was sent, each file as one of `kinds`, and import it unless it is a dry run.

    Raises
    ------
    MappingError
        With everything that is wrong with its mapping files.
    TooManyRows, ImportedMeanwhile
        See `import_files`.
    """
    mappings = read_mappings(upload.mappings(), kinds)
    return import_files(
        upload.files(kinds), actor=actor, dry_run=dry_run, mappings=mappings, most_rows=MOST_ROWS, since=since
    )


def remove_upload(upload: Upload) -> None:
    """Throw away what was sent."""
    shutil.rmtree(upload.folder, ignore_errors=True)


@periodic("uploads.remove", every=timedelta(hours=1))
def remove_expired() -> str:
    """Throw away what was kept long enough."""
    now = timezone.now()
    removed = 0
    for own in _root().iterdir() if _root().is_dir() else ():
        for folder in own.iterdir():
            try:
                # One without a name of its own is being written, or was given up on the way.
                upload = _opened(folder) if _KEY.fullmatch(folder.name) else None
                at = upload.until if upload else _changed(folder) + KEPT_FOR
            except FileNotFoundError:
                continue  # put into its place, or thrown away, since the folder was looked through
            if at <= now:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return f"{removed} uploads removed"


def told_kind(name: str, kinds: Sequence[str]) -> str:
    """Return the kind a file is of by its name, empty where that does not tell.

    >>> told_kind("Certificates 2026.xlsx", ["certificates", "members"]), told_kind("list.csv", ["members"])
    ('certificates', '')
    """
    stem = Path(name).stem.casefold()
    told = [kind for kind in kinds if re.match(rf"{re.escape(kind)}(?![a-z])", stem)]
    return max(told, key=len, default="")


def _root() -> Path:
    return Path(settings.ALUNITE_HOME) / FOLDER


def _folder_of(actor: Actor) -> Path:
    # An actor that is no person sends nothing by browser; its files would belong to nobody.
    return _root() / (actor.person_id or "nobody")


def _kept(file: UploadedFile[Any], place: Path) -> str:
    total = hashlib.sha256()
    with place.open("xb") as kept:
        for block in file.chunks():
            total.update(block)
            kept.write(block)
    return total.hexdigest()


def _changed(folder: Path) -> datetime:
    return datetime.fromtimestamp(folder.stat().st_mtime, tz=timezone.get_default_timezone())


def _opened(folder: Path) -> Upload | None:
    try:
        said: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    names, mapping_names = (tuple(item["name"] for item in said[word]) for word in ("file", "mapping"))
    return Upload(folder.name, folder, names, mapping_names, datetime.fromisoformat(said["at"]) + KEPT_FOR)
