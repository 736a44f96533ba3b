"""The files of contents: `MEDIA_ROOT/ab/ab…`, each under the SHA-256 of its bytes, readable by the installation alone.

A file is whole before it has its name, and has its name before any row speaks of it. What a process that was killed
leaves behind is therefore a file that no row speaks of, never a row without its file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from alunite.foundation.files.errors import Damaged, UnfitFile
from alunite.foundation.files.media_types import media_type_of
from alunite.foundation.files.models import Content

LARGEST_CONTENT = 20 * 1024 * 1024
# What begins with a dot is being written: a backup leaves it out.
UNFINISHED = "."

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that have come in whole and are fit to be kept; they are, once `keep` has put them in place."""

    sha256: str
    size: int
    media_type: str
    path: Path


def folder() -> Path:
    """Return the folder of all contents; it may not be there yet."""
    return Path(settings.MEDIA_ROOT)


def is_digest(text: str) -> bool:
    """Tell whether a text is a SHA-256 as it is written here."""
    return _DIGEST.fullmatch(text) is not None


def path_of(sha256: str) -> Path:
    """Return where the bytes of this SHA-256 stand. `ValueError` for a text that is none."""
    if not is_digest(sha256):
        raise ValueError("expected 64 hexadecimal digits in lower case")
    return folder() / sha256[:2] / sha256


@contextmanager
def receiving(blocks: Iterable[bytes]) -> Iterator[Received]:
    """Write what comes in into a file, hash it on the way, and find out what it is.

    Outside a transaction, so that nobody waits for whoever sends slowly. What was not kept by the end of the block goes.

    Raises
    ------
    UnfitFile
        If it is empty, too large or nothing that is taken; nothing of it stays.
    """
    _made(folder())
    path = folder() / f"{UNFINISHED}{secrets.token_hex(16)}"
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            digest, size = hashlib.sha256(), 0
            for block in blocks:
                size += len(block)
                if size > LARGEST_CONTENT:
                    most = LARGEST_CONTENT // 1024 // 1024
                    raise UnfitFile(_("a file of at most %(most)s MB") % {"most": most})
                digest.update(block)
                file.write(block)
            if not size:
                raise UnfitFile(_("a file that holds something; this one is empty"))
            file.flush()
            media_type = media_type_of(file)
            os.fsync(file.fileno())
        yield Received(digest.hexdigest(), size, media_type, path)
    finally:
        path.unlink(missing_ok=True)


def put_in_place(received: Received) -> None:
    """Give what was received its name. Bytes of that name are written over: they are the same, or were damaged."""
    path = path_of(received.sha256)
    _made(path.parent)
    received.path.replace(path)
    _sync(path.parent)


def open_content(content: Content) -> BinaryIO:
    """Open the bytes of a content, compared with its SHA-256.

    Raises
    ------
    Damaged
        If they are not there, or are others.
    """
    try:
        file = path_of(content.sha256).open("rb")
    except (OSError, ValueError) as error:
        raise Damaged(f"content {content.sha256}: its bytes cannot be read") from error
    if hashlib.file_digest(file, "sha256").hexdigest() != content.sha256:
        file.close()
        raise Damaged(f"content {content.sha256}: its bytes are others")
    file.seek(0)
    return file


def stored_files() -> Iterator[Path]:
    """Yield every file below the folder, in the order of their names, also those that have no business there."""
    for parent, folders, names in os.walk(folder()):
        folders.sort()
        for name in sorted(names):
            yield Path(parent) / name


def is_in_place(path: Path) -> bool:
    """Tell whether a file stands where the bytes of its name would."""
    return is_digest(path.name) and path == path_of(path.name)


def is_unfinished(path: Path) -> bool:
    """Tell whether a file is one that is being written, or was."""
    return path.parent == folder() and path.name.startswith(UNFINISHED)


def _made(wanted: Path) -> None:
    if not wanted.is_dir():
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(wanted.parent)


def _sync(parent: Path) -> None:
    """Let the names in a folder outlast a loss of power; systems where folders cannot be opened see to it themselves."""
    if os.name == "posix":
        opened = os.open(parent, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
