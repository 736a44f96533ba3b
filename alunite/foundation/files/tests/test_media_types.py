"""What is taken and what is not: told by the bytes alone, archives within limits."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from alunite.foundation.files import archives
from alunite.foundation.files.errors import UnfitFile
from alunite.foundation.files.media_types import MEDIA_TYPES, TEXT, media_type_of
from alunite.foundation.files.tests.files import PDF, TYPES, WORD, archive

OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


def told(content: bytes) -> str:
    return media_type_of(io.BytesIO(content))


def refused(content: bytes) -> tuple[str, ...]:
    with pytest.raises(UnfitFile) as error:
        told(content)
    return error.value.faults


# The beginnings are those the formats' own descriptions give (ISO 32000, PNG, JFIF, TIFF 6, RIFF, ISO 14496-12).
@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"II*\x00" + bytes(20), "image/tiff"),
        (b"MM\x00*" + bytes(20), "image/tiff"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (archive(WORD), archives.DOCX),
        (archive({"[Content_Types].xml": TYPES, "xl/workbook.xml": "<workbook/>"}), archives.XLSX),
        (archive({"[Content_Types].xml": TYPES, "ppt/presentation.xml": "<p/>"}), archives.PPTX),
        (archive({"mimetype": OPEN_DOCUMENT + "text", "content.xml": "<a/>"}), archives.ODT),
        (archive({"mimetype": OPEN_DOCUMENT + "spreadsheet", "content.xml": "<a/>"}), archives.ODS),
        ("site;tonnes\nNord;12,5\nEau usée\n".encode(), TEXT),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", TEXT),
        # A page is text like any other: it is saved as .txt, and shown by nobody.
        (b"<!doctype html><script>alert(1)</script>", TEXT),
    ],
)
def test_a_file_is_told_by_its_bytes(content, media_type):
    assert told(content) == media_type
    assert media_type in MEDIA_TYPES


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"MZ\x90\x00" + bytes(60), "one of .pdf"),
        (b"\x7fELF" + bytes(60), "one of .pdf"),
        (b"GIF89a" + bytes(20), "one of .pdf"),
        ("naïve".encode("latin-1"), "another encoding than UTF-8"),
        ("a,b\n".encode("utf-16"), "another encoding than UTF-8"),
        (b"half a letter \xc3", "another encoding than UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), "older office programs"),
        (archive({"a.txt": "not a document"}), "archive of something else"),
        (archive({**WORD, "xl/workbook.xml": "<both/>"}), "archive of something else"),
        (archive({"mimetype": "application/epub+zip"}), "archive of something else"),
        (archive({**WORD, "word/vbaProject.bin": b"\x01"}), "without macros"),
        (archive({"mimetype": OPEN_DOCUMENT + "text", "Basic/Standard/script.xml": "<m/>"}), "without macros"),
        (archive(WORD)[:-10], "damaged or cut off"),
        (b"PK\x03\x04" + bytes(40), "damaged or cut off"),
    ],
)
def test_anything_else_is_refused_with_what_was_expected(content, says):
    [fault] = refused(content)
    assert says in fault


def test_all_faults_of_a_document_are_told_at_once(monkeypatch):
    monkeypatch.setattr(archives, "MOST_PARTS", 3)
    made = bytearray(archive({**WORD, "word/VBAPROJECT.BIN": b"1", "WORD/document.xml": "<second/>"}))
    place = made.find(b"PK\x01\x02")
    made[place + 8] |= 1  # the first part says that it has a password
    said = refused(bytes(made))
    assert [
        any(word in fault for fault in said) for word in ("at most 3 parts", "once each", "password", "macros")
    ] == [True] * 4


def test_a_bomb_is_measured_while_it_is_unpacked_whatever_it_says_of_itself(monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_UNPACKED", 3_000_000)
    nearly = archive({**WORD, "word/media/a": bytes(2_900_000)})
    assert len(nearly) < 10_000
    assert told(nearly) == archives.DOCX
    assert "at most 2 MB when unpacked" in refused(archive({**WORD, "word/media/a": bytes(3_000_000)}))[0]
    # Many parts, each small enough.
    assert "when unpacked" in refused(archive({**WORD, **{f"p{n}": bytes(500_000) for n in range(7)}}))[0]
    # One that says to hold ten bytes: either it is counted, or its checksum is found wrong.
    lying = bytearray(archive({**WORD, "word/media/a": bytes(9_000_000)}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", lying, lying.rfind(mark) + offset, 10)
    assert refused(bytes(lying))
    # An archive within an archive is not opened.
    inner = archive({"zeros": bytes(9_000_000)})
    assert told(archive({**WORD, "word/embeddings/inner.zip": inner}, packed=zipfile.ZIP_STORED)) == archives.DOCX
