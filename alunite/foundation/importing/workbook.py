"""Reading an XLSX workbook at the door: unpacked within limits, looked through for formulas, then read as a table.

A workbook is an archive that somebody else made. It is unpacked here, through limits, into a temporary file that holds
only the parts that are read; the reader never sees anything that was not measured. The reader gives the results of
formulas, nothing of errors, the value of merged cells to the first of them alone, and a day for a cell that shows a month,
so the sheet itself is looked through for these first.
"""

from __future__ import annotations

import hashlib
import math
import re
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from alunite.foundation.files.archives import LARGEST_UNPACKED, MOST_PARTS
from alunite.foundation.importing.reading import (
    BLOCK,
    LONGEST_SHOWN,
    Contents,
    Layout,
    Record,
    Unreadable,
    rows_of,
    shown,
)

BEGINNING = b"PK\x03\x04"
OLD_BEGINNING = b"\xd0\xcf\x11\xe0"
MOST_CELLS = 4_000_000
MOST_NOTED = 2_000

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_COUNTS = frozenset({"count", "uniqueCount"})
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

# What a number format shows beside the letters of days: text in quotes, a letter escaped, a colour, language or width.
_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
# The format of a month in every workbook, which none declares: mmm-yy.
_MONTH_FORMAT = "17"
MONTH, YEAR = 7, 4  # how much of a day in ISO 8601 is shown
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(slots=True)
class _Scan:
    """What a look through a sheet found: by row and column, both from 0, cells at fault, and days shown in part."""

    noted: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)
    shown: dict[int, dict[int, int]] = field(default_factory=dict)
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
        sheet, scan = _looked_through(file, {kind_name})
        return rows_of(name, _records(sheet, scan), layout, sha256)
    except Unreadable as unreadable:
        return Contents([unreadable.fault(name)])


def cells_of(file: BinaryIO, sheets: Collection[str]) -> tuple[str, list[Record]]:
    """Return the SHA-256 of an XLSX workbook, and the filled rows of its sheet of one of these names, each as far as it goes.

    For workbooks of ours that come back: their rows and columns may have been moved, and beside them others may stand.

    Raises
    ------
    Unreadable
        If it is no workbook, is damaged, too large, or has no such sheet.
    """
    file.seek(0)
    beginning = file.read(len(OLD_BEGINNING))
    if beginning == OLD_BEGINNING:
        raise old_workbook(file)
    if not beginning.startswith(BEGINNING):
        raise Unreadable("a workbook in the format .xlsx")
    sheet, scan = _looked_through(file, {name.casefold() for name in sheets})
    if scan.count >= MOST_NOTED:
        # Beyond these none is noted, and its result would pass for something that was typed.
        raise Unreadable(
            f"a sheet with fewer than {MOST_NOTED} formulas and errors; copy its cells and paste them as values"
        )
    return _digest(file), list(_records(sheet, scan, is_table=False))


def _looked_through(file: BinaryIO, sheets: Collection[str]) -> tuple[CalamineSheet, _Scan]:
    with tempfile.TemporaryFile() as unpacked:
        names = _unpack(file, unpacked)
        with zipfile.ZipFile(unpacked) as archive:
            if _STRINGS in names:
                _check_strings(archive)
            workbook = _opened(unpacked)
            chosen = _chosen(workbook, sheets)
            # Before the sheet is read: its cells are laid out as a table from the first to the last.
            styles = _shown_in_part(archive) if _STYLES in names else {}
            scan = _look_through(archive, _part_of(archive, chosen, names), styles)
            return _sheet(workbook, chosen), scan


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
            names = _names(archive)
            for part in archive.infolist():
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
    return names


def _names(archive: zipfile.ZipFile) -> frozenset[str]:
    """Return the names of the parts of a workbook; `Unreadable` for any other archive."""
    names = [part.filename for part in archive.infolist()]
    if len(names) > MOST_PARTS:
        raise Unreadable(f"a workbook of at most {MOST_PARTS} parts; this one has {len(names)}")
    if len({name.casefold() for name in names}) < len(names):
        # Which of two is read differs from reader to reader, and we look through one before we read it.
        raise Unreadable("a workbook whose parts stand in it once each; this one is damaged")
    if "mimetype" in names and _WORKBOOK not in names:
        raise Unreadable("a workbook in the format .xlsx; this is another one: save it as .xlsx or CSV")
    if _WORKBOOK not in names:
        raise Unreadable("a workbook (.xlsx) or text (CSV); this is an archive of something else")
    return frozenset(names)


def _is_read(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and (name.startswith(("xl/", "_rels/")) or name == "[Content_Types].xml")


def _opened(unpacked: Any) -> CalamineWorkbook:
    unpacked.seek(0)
    try:
        return CalamineWorkbook.from_filelike(unpacked)
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"a workbook that can be read; this one is damaged ({error})") from error


def _chosen(workbook: CalamineWorkbook, names: Collection[str]) -> str:
    sheets = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    named = [sheet for sheet in sheets if sheet.strip().casefold() in names]
    if len(named) == 1 or len(sheets) == 1:
        return (named or sheets)[0]
    there = ", ".join(f"“{sheet}”" for sheet in sheets)
    raise Unreadable(
        f"one sheet, or one that is named {' or '.join(sorted(names))}; this workbook has {there or 'none'}"
    )


def _part_of(archive: zipfile.ZipFile, sheet: str, names: frozenset[str]) -> str:
    """Return the part of the archive that holds a sheet."""
    identifiers: dict[str, str] = {}
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            if attributes.get("name", "") in identifiers:
                raise Unreadable("a workbook whose sheets have names of their own; this one is damaged")
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
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two of an encoding nobody knows
        raise Unreadable(f"a workbook that can be read; {part} is damaged ({error})") from error


def _check_strings(archive: zipfile.ZipFile) -> None:
    """Refuse shared texts that say to be far more than they are: the reader makes room for as many, or ends the process."""
    said = there = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal said, there
        there += _local(name) == "si"
        said = max(
            said, *(int(digits) for key, digits in attributes.items() if key in _COUNTS and digits.isdecimal()), 0
        )

    _parse(archive, _STRINGS, _parser(start))
    if said > max(there, MOST_CELLS):
        raise Unreadable(f"a whole workbook; this one says to have {said} texts and has {there}")


def _shown_in_part(archive: zipfile.ZipFile) -> dict[str, int]:
    """Return the styles of cells that show a month or a year of a day: how much of it is shown, by the style's number."""
    formats: dict[str, str] = {_MONTH_FORMAT: "mmm-yy"}
    styles: list[str] = []
    is_of_cells = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_of_cells
        local = _local(name)
        if local == "numFmt":
            formats.setdefault(attributes.get("numFmtId", ""), attributes.get("formatCode", ""))
        elif local == "xf" and is_of_cells:
            styles.append(attributes.get("numFmtId", ""))
        elif local in {"cellXfs", "cellStyleXfs"}:
            is_of_cells = local == "cellXfs"

    _parse(archive, _STYLES, _parser(start))
    parts = ((str(number), _part_shown(formats.get(of, ""))) for number, of in enumerate(styles))
    return {style: part for style, part in parts if part}


def _part_shown(code: str) -> int:
    r"""Return how much of a day a number format shows, where it is a month or a year; 0 for any other.

    >>> _part_shown("mmm\\ yyyy"), _part_shown("yyyy"), _part_shown("dd.mm.yyyy"), _part_shown("mm:ss"), _part_shown("0.0")
    (7, 4, 0, 0, 0)
    """
    letters = set(_ASIDE.sub("", code.partition(";")[0]).casefold()) & set("dmyhs0#?e")
    return {frozenset("my"): MONTH, frozenset("y"): YEAR}.get(frozenset(letters), 0)


class _Scanner:
    """Notes formulas, errors, merged cells and the furthest filled cell of a sheet, as its XML goes by."""

    def __init__(self, styles: dict[str, int]) -> None:
        self.scan = _Scan()
        self.styles = styles
        self.row = self.column = -1
        self.is_error = False
        self.element = ""
        self.text = ""
        self.is_filled = False
        self.formula: str | None = None
        self.part = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "row":
            self.row = _number(attributes.get("r"), self.row + 2) - 1
            self.column = -1
        elif local == "c":
            # By its own reference, as the reader places it, whatever row it is written under.
            self.row, self.column = _place(attributes.get("r"), (self.row, self.column + 1))
            self.is_error = attributes.get("t") == "e"
            self.is_filled = False
            self.formula = None
            self.text = ""
            self.part = self.styles.get(attributes.get("s", ""), 0)
        elif local == "mergeCell":
            self._merged(attributes.get("ref", ""))
        else:
            self.is_filled = True
            self.element = local
            if local == "f":
                self.formula = ""

    def data(self, text: str) -> None:
        if self.element == "f" and self.formula is not None:
            self.formula += text[: LONGEST_SHOWN - len(self.formula)]
        elif self.element == "v" and self.is_error:
            self.text += text[: LONGEST_SHOWN - len(self.text)]

    def end(self, name: str) -> None:
        self.element = ""
        if _local(name) != "c" or not self.is_filled:
            return
        self.scan.rows = max(self.scan.rows, self.row + 1)
        self.scan.columns = max(self.scan.columns, self.column + 1)
        if self.scan.rows * self.scan.columns > MOST_CELLS:
            raise Unreadable(f"a sheet of at most {MOST_CELLS} cells from the first to the last; save it as CSV")
        if self.part:
            self.scan.shown.setdefault(self.row, {})[self.column] = self.part
        where = f"{letters(self.column)}{self.row + 1}"
        if self.formula is not None:
            what = f"a value; cell {where} holds a formula: copy the cells and paste them as values"
            self._note(self.row, self.column, f"={self.formula}", what)
        elif self.is_error:
            self._note(self.row, self.column, self.text, f"a value; cell {where} holds an error")

    def _merged(self, reference: str) -> None:
        """Note cells that are merged over rows: only the first of these rows would have their value."""
        first, _, last = reference.partition(":")
        (row, column), (end, _) = _place(first, (0, 0)), _place(last or first, (0, 0))
        # They stand after all rows, so that it is known how far the table goes.
        if end > row and row < self.scan.rows and column < self.scan.columns:
            what = f"a value in each row; the cells {reference} are merged: part them, and fill each"
            self._note(row, column, reference, what)

    def _note(self, row: int, column: int, value: str, what: str) -> None:
        if self.scan.count < MOST_NOTED:
            self.scan.noted.setdefault(row, {})[column] = (value, what)
            self.scan.count += 1


def _look_through(archive: zipfile.ZipFile, part: str, styles: dict[str, int]) -> _Scan:
    scanner = _Scanner(styles)
    parser = _parser(scanner.start)
    parser.EndElementHandler = scanner.end
    parser.CharacterDataHandler = scanner.data
    _parse(archive, part, parser)
    return scanner.scan


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _place(reference: str | None, otherwise: tuple[int, int]) -> tuple[int, int]:
    """Return row and column, from 0, of a cell called such as B7; `otherwise` for one without a name."""
    if not reference:
        return otherwise
    match = _CELL.fullmatch(reference)
    if match is None:
        raise Unreadable(f"a workbook that can be read; it has a cell called {shown(reference)}")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def letters(column: int) -> str:
    """Return the letters of a column.

    >>> letters(0), letters(25), letters(26), letters(16383)
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


def _records(sheet: CalamineSheet, scan: _Scan, *, is_table: bool = True) -> Iterator[Record]:
    """Yield the rows of a sheet that are not empty; the first row of a table says how wide all are."""
    above, before = sheet.start or (0, 0)
    values = sheet.iter_rows()
    width = 0
    for place in range(max(scan.rows, above + sheet.height)):
        bad, parts = scan.noted.get(place, {}), scan.shown.get(place, {})
        read = next(values, [])
        # A cell whose formula has no result yet is not among those that were read.
        cells = [""] * before + [_text(value) for value in read]
        for column, part in parts.items():
            if column >= before and column < len(cells):
                cells[column] = _in_part(read[column - before], cells[column], part)
        cells += [""] * (max(bad, default=-1) + 1 - len(cells))
        filled = max((column for column, cell in enumerate(cells) if cell or column in bad), default=-1) + 1
        width = width if width and is_table else filled
        if filled > width:
            found = ",".join(cells[:filled])
            yield Record(place + 1, [found], broken=f"{width} cells, as in the header; this row has {filled}")
        elif filled:
            yield Record(place + 1, _as_wide(cells, width), bad)


def _as_wide(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *([""] * (width - len(cells)))]


def _in_part(value: Any, text: str, part: int) -> str:
    """Return a day as its cell shows it: a month that was typed is kept as its first day."""
    is_day = isinstance(value, date | datetime) and text[10:] == ""
    return text[:part] if is_day and text[part:] == "-01-01"[part - 10 :] else text


def _text(value: Any) -> str:
    """Return a cell as CSV would have it: days in ISO 8601, whole numbers without a point, yes or no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if not math.isfinite(value):
            return repr(value)
        # As spreadsheets show them: 15 digits and no exponent. The rest is what binary fractions leave over.
        return str(int(value)) if value.is_integer() else f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value)
