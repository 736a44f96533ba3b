"""What a file is, told by its bytes: one of a short list, or it is not taken.

The name it came with and what the browser called it do not count. Pictures and PDF are told by how they begin and are
not decoded; archives of office programs are opened (`archives`); everything else has to be text.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO

from django.utils.translation import gettext as _

from alunite.foundation.files import archives
from alunite.foundation.files.errors import UnfitFile

BLOCK = 1 << 20
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type that is taken: what it is called, and the endings its files may have, the usual one first."""

    label: str
    endings: tuple[str, ...]


MEDIA_TYPES: Mapping[str, MediaType] = MappingProxyType(
    {
        "application/pdf": MediaType("PDF", (".pdf",)),
        archives.DOCX: MediaType("Word", (".docx",)),
        archives.XLSX: MediaType("Excel", (".xlsx",)),
        archives.PPTX: MediaType("PowerPoint", (".pptx",)),
        archives.ODT: MediaType("OpenDocument", (".odt",)),
        archives.ODS: MediaType("OpenDocument", (".ods",)),
        archives.ODP: MediaType("OpenDocument", (".odp",)),
        "image/png": MediaType("PNG", (".png",)),
        "image/jpeg": MediaType("JPEG", (".jpg", ".jpeg")),
        "image/tiff": MediaType("TIFF", (".tif", ".tiff")),
        "image/webp": MediaType("WebP", (".webp",)),
        "image/heic": MediaType("HEIC", (".heic", ".heif")),
        TEXT: MediaType("text", (".txt", ".csv", ".tsv", ".md", ".json")),
    }
)
ENDINGS = tuple(ending for found in MEDIA_TYPES.values() for ending in found.endings)

# How files of the types that are not opened begin.
_BEGINNINGS = (
    (re.compile(rb"%PDF-"), "application/pdf"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"II\*\x00|MM\x00\*"), "image/tiff"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftyp(?:heic|heix|mif1|msf1)", re.DOTALL), "image/heic"),
)
_LONGEST_BEGINNING = 16
_ARCHIVE = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def media_type_of(file: BinaryIO) -> str:
    """Return the type of a file that is taken.

    Raises
    ------
    UnfitFile
        If it is none of the list, or one that is not whole, is locked, or grows too large; with all that is wrong.
    """
    file.seek(0)
    head = file.read(_LONGEST_BEGINNING)
    for beginning, media_type in _BEGINNINGS:
        if beginning.match(head):
            return media_type
    if head.startswith(_ARCHIVE):
        return archives.office_type_of(file)
    if head.startswith(_OLD_OFFICE):
        raise UnfitFile(
            _(
                "a newer format: this is one of older office programs, or has a password; "
                "save it as .docx, .xlsx, .pptx or PDF, without a password"
            )
        )
    if _is_text(file):
        return TEXT
    raise UnfitFile(
        _("one of %(endings)s; what this file holds is none of them, or is text in another encoding than UTF-8")
        % {"endings": ", ".join(ENDINGS)}
    )


def _is_text(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            if _NO_TEXT.search(decoder.decode(block)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
