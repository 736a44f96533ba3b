"""Reading an XLSX workbook at the door: unpacked within limits, looked through for formulas, then read as a table.

A workbook is an archive that somebody else made. It is unpacked here, through limits, into a temporary file that holds
only the parts that are read; the reader never sees anything that was not measured. The reader gives the results of
formulas and nothing of errors, so the sheet itself is looked through for both first.
"""

from __future__ import annotations

import hashlib
import math
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from alunite.foundation.importing.reading import BLOCK, Contents, Layout, Record, Unreadable, rows_of, shown

BEGINNING = b"PK\x03\x04"
OLD_BEGINNING = b"\xd0\xcf\x11\xe0"
LARGEST_UNPACKED = 256 * 1024 * 1024
MOST_PARTS = 2_000
MOST_CELLS = 4_000_000
MOST_NOTED = 2_000

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_LETTERS = re.compile(r"[A-Z]+")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(slots=True)
class _Scan:
    """What a look through a sheet found: cells with formulas and errors by row and column, both from 0."""

    noted: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)
    count: int = 0
    rows: int = 0
    columns: int = 0


def old_workbook(file: BinaryIO) -> Unreadable:
    """Return what is wrong with a file of the older format, which is also that of workbooks with a password."""
    file.seek(0)
    tail = b""
    while block := file.read(BLOCK):
        if _ENCRYPTED in tail + block:
            return Unreadable("a workbook without a password: save it again without one, or save the sheet as CSV")
        tail = block[-len(_ENCRYPTED) :]
    return Unreadable("a workbook in the format .xlsx; this is an older one: save it as .xlsx, or the sheet as CSV")


def read_workbook(file: BinaryIO, name: str, kind_name: str, layout: Layout) -> Contents:
    """Read the sheet of an XLSX workbook that is named like the kind, or the only one it has."""
    sha256 = _digest(file)
    try:
        with tempfile.TemporaryFile() as unpacked:
            names = _unpack(file, unpacked)
            with zipfile.ZipFile(unpacked) as archive:
                workbook = _opened(unpacked)
                chosen = _chosen(workbook, kind_name)
                # Before the sheet is read: its cells are laid out as a table from the first to the last.
                scan = _look_through(archive, _part_of(archive, chosen, names))
                if _STRINGS in names:
                    _parse(archive, _STRINGS, _parser(None))
                sheet = _sheet(workbook, chosen)
        return rows_of(name, _records(sheet, scan), layout, sha256)
    except Unreadable as unreadable:
        return Contents([unreadable.fault(name)])


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def _unpack(file: BinaryIO, out: IO[bytes]) -> frozenset[str]:
    """Write the parts that are read into an archive without compression; return their names."""
    left = LARGEST_UNPACKED
    try:
        with zipfile.ZipFile(file) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as plain:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise Unreadable(f"a workbook of at most {MOST_PARTS} parts; this one has {len(parts)}")
            names = [part.filename for part in parts]
            if "mimetype" in names and _WORKBOOK not in names:
                raise Unreadable("a workbook in the format .xlsx; this is another one: save it as .xlsx or CSV")
            if _WORKBOOK not in names:
                raise Unreadable("a workbook (.xlsx) or text (CSV); this is an archive of something else")
            for part in parts:
                if not _is_read(part.filename):
                    continue
                if part.flag_bits & 1:
                    raise Unreadable("a workbook without a password: save it again without one")
                with archive.open(part) as packed, plain.open(part.filename, "w") as written:
                    while block := packed.read(min(BLOCK, left + 1)):
                        left -= len(block)
                        if left < 0:
                            size = LARGEST_UNPACKED // 1024 // 1024
                            raise Unreadable(f"a workbook of at most {size} MB when unpacked; save the sheet as CSV")
                        written.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise Unreadable(f"a whole workbook; this one is damaged or cut off ({error})") from error
    return frozenset(names)


def _is_read(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and (name.startswith(("xl/", "_rels/")) or name == "[Content_Types].xml")


def _opened(unpacked: Any) -> CalamineWorkbook:
    unpacked.seek(0)
    try:
        return CalamineWorkbook.from_filelike(unpacked)
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"a workbook that can be read; this one is damaged ({error})") from error


def _chosen(workbook: CalamineWorkbook, kind_name: str) -> str:
    sheets = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    named = [sheet for sheet in sheets if sheet.strip().casefold() == kind_name]
    if len(named) == 1 or len(sheets) == 1:
        return (named or sheets)[0]
    there = ", ".join(f"“{sheet}”" for sheet in sheets)
    raise Unreadable(f"one sheet, or one that is named {kind_name}; this workbook has {there or 'none'}")


def _part_of(archive: zipfile.ZipFile, sheet: str, names: frozenset[str]) -> str:
    """Return the part of the archive that holds a sheet."""
    identifiers: dict[str, str] = {}
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            of_relation = [value for key, value in attributes.items() if _local(key) == "id" and ":" in key]
            identifiers[attributes.get("name", "")] = of_relation[0] if of_relation else ""
        elif _local(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part in (_WORKBOOK, _RELATIONS):
        if part in names:
            _parse(archive, part, _parser(start))
    target = targets.get(identifiers.get(sheet, ""), "")
    part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    if part not in names or not _is_read(part):
        raise Unreadable(f"a whole workbook; the sheet “{shown(sheet)}” is missing from it")
    return part


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parser(start: Any) -> Any:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start

    def refuse(*_declared: Any) -> None:
        # No workbook declares a document type; entities that grow are declared in one.
        raise Unreadable("a workbook without document type declarations")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _parse(archive: zipfile.ZipFile, part: str, parser: Any) -> None:
    try:
        with archive.open(part) as stream:
            while block := stream.read(BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable(f"a workbook that can be read; {part} is damaged ({error})") from error


class _Scanner:
    """Notes formulas, errors and the furthest filled cell of a sheet, as its XML goes by."""

    def __init__(self) -> None:
        self.scan = _Scan()
        self.row = self.column = -1
        self.is_error = False
        self.element = ""
        self.text: list[str] = []
        self.is_filled = False
        self.formula: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "row":
            self.row = _number(attributes.get("r"), self.row + 2) - 1
            self.column = -1
        elif local == "c":
            self.column = _column(attributes.get("r"), self.column + 1)
            self.is_error = attributes.get("t") == "e"
            self.is_filled = False
            self.formula = None
            self.text = []
        elif local in {"v", "f", "t"}:
            self.is_filled = True
            self.element = local
            if local == "f":
                self.formula = ""

    def data(self, text: str) -> None:
        if self.element == "f" and self.formula is not None:
            self.formula += text
        elif self.element == "v" and self.is_error:
            self.text.append(text)

    def end(self, name: str) -> None:
        self.element = ""
        if _local(name) != "c" or not self.is_filled:
            return
        self.scan.rows = max(self.scan.rows, self.row + 1)
        self.scan.columns = max(self.scan.columns, self.column + 1)
        if self.scan.rows * self.scan.columns > MOST_CELLS:
            raise Unreadable(f"a sheet of at most {MOST_CELLS} cells from the first to the last; save it as CSV")
        if (self.formula is None and not self.is_error) or self.scan.count >= MOST_NOTED:
            return
        where = f"{_letters(self.column)}{self.row + 1}"
        value, what = "".join(self.text), f"a value; cell {where} holds an error"
        if self.formula is not None:
            what = f"a value; cell {where} holds a formula: copy the cells and paste them as values"
            value = f"={self.formula}"
        self.scan.noted.setdefault(self.row, {})[self.column] = (value, what)
        self.scan.count += 1


def _look_through(archive: zipfile.ZipFile, part: str) -> _Scan:
    scanner = _Scanner()
    parser = _parser(scanner.start)
    parser.EndElementHandler = scanner.end
    parser.CharacterDataHandler = scanner.data
    _parse(archive, part, parser)
    return scanner.scan


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _column(reference: str | None, otherwise: int) -> int:
    letters = _LETTERS.match(reference or "")
    if letters is None or letters.end() > 3:
        return otherwise
    number = 0
    for letter in letters.group():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _letters(column: int) -> str:
    """Return the letters of a column.

    >>> _letters(0), _letters(25), _letters(26), _letters(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"a workbook that can be read; this one is damaged ({error})") from error


def _records(sheet: CalamineSheet, scan: _Scan) -> Iterator[Record]:
    """Yield the rows of a sheet that are not empty; the first of them says how wide all are."""
    above, before = sheet.start or (0, 0)
    values = sheet.iter_rows()
    width = 0
    for place in range(max(scan.rows, above + sheet.height)):
        bad = scan.noted.get(place, {})
        read = next(values, [])
        # A cell whose formula has no result yet is not among those that were read.
        cells = [""] * before + [_text(value) for value in read]
        cells += [""] * (max(bad, default=-1) + 1 - len(cells))
        filled = max((column for column, cell in enumerate(cells) if cell or column in bad), default=-1) + 1
        width = width or filled
        if filled > width:
            found = ",".join(cells[:filled])
            yield Record(place + 1, [found], broken=f"{width} cells, as in the header; this row has {filled}")
        elif filled:
            yield Record(place + 1, _as_wide(cells, width), bad)


def _as_wide(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *([""] * (width - len(cells)))]


def _text(value: Any) -> str:
    """Return a cell as CSV would have it: days in ISO 8601, whole numbers without a point, yes or no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value.is_integer() else repr(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value)
