"""Documents of office programs are archives that somebody else made: they are measured before anything else opens them.

Each part is unpacked once, into nothing, and counted: what the archive says of its own sizes is not believed. An archive
within an archive is a part like any other and is not opened.
"""

from __future__ import annotations

import zipfile
import zlib
from typing import BinaryIO

from django.utils.translation import gettext as _

from alunite.foundation.files.errors import UnfitFile

LARGEST_UNPACKED = 256 * 1024 * 1024
MOST_PARTS = 2_000
BLOCK = 1 << 20

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OPEN_XML}.wordprocessingml.document"
XLSX = f"{_OPEN_XML}.spreadsheetml.sheet"
PPTX = f"{_OPEN_XML}.presentationml.presentation"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
ODT, ODS, ODP = (f"{_OPEN_DOCUMENT}.{word}" for word in ("text", "spreadsheet", "presentation"))

_TYPES_PART = "[Content_Types].xml"
_MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_SAYS_TYPE = "mimetype"
_ENCRYPTED = 1


def office_type_of(file: BinaryIO) -> str:
    """Return the type of an office document, once all of it was unpacked within limits.

    Raises
    ------
    UnfitFile
        With all that is wrong: another archive, damaged, too many or doubled parts, a password, macros, too large.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if faults := _faults(parts):
                raise UnfitFile(*faults)
            media_type = _type_said(archive, {part.filename for part in parts})
            _measure(archive, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, UnfitFile):
            raise
        raise UnfitFile(_("a whole file; this one is damaged or cut off")) from error
    return media_type


def _faults(parts: list[zipfile.ZipInfo]) -> list[str]:
    names = [part.filename.casefold() for part in parts]
    faults = []
    if len(parts) > MOST_PARTS:
        faults.append(
            _("a document of at most %(most)s parts; this one has %(count)s")
            % {"most": MOST_PARTS, "count": len(parts)}
        )
    if len(set(names)) < len(names):
        # Which of two is read differs from program to program.
        faults.append(_("a document whose parts stand in it once each; this one is damaged"))
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        faults.append(_("a document without a password: save it again without one"))
    if any(name.endswith("vbaproject.bin") or name.startswith("basic/") for name in names):
        faults.append(_("a document without macros: save it again without them"))
    return faults


def _type_said(archive: zipfile.ZipFile, names: set[str]) -> str:
    found = [media_type for name, media_type in _MAIN_PARTS.items() if name in names]
    if _TYPES_PART in names and len(found) == 1:
        return found[0]
    if _SAYS_TYPE in names:
        with archive.open(_SAYS_TYPE) as part:
            said = part.read(len(ODP) + 1).decode("ascii", "replace").strip()
        if said in {ODT, ODS, ODP}:
            return said
    raise UnfitFile(_("a document, not an archive of something else: send the files in it one by one"))


def _measure(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    left = LARGEST_UNPACKED
    for part in parts:
        with archive.open(part) as packed:
            # To its end, where its checksum is compared.
            while block := packed.read(min(BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    size = LARGEST_UNPACKED // 1024 // 1024
                    raise UnfitFile(_("a document of at most %(size)s MB when unpacked") % {"size": size})
