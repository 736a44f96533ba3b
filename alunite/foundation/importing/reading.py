"""Reading a file at the door: encoding, shape and header, before any cell is looked at.

A file is read as a stream, row by row, and never held in memory as a whole.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

from alunite.foundation.importing.cells import unprotect

LARGEST_FILE = 256 * 1024 * 1024
BLOCK = 1024 * 1024
LONGEST_FIELD = 1_000_000
LONGEST_LINE = 8_000_000
LONGEST_SHOWN = 120
UTF_8, UTF_16 = "utf-8", "utf-16"
HEADER_ROW = 1
FIRST_ROW = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where, and what was expected.

    Parameters
    ----------
    file : str
        Name of the file as it was given.
    row : int
        Counted as a spreadsheet does: the header is 1, the first row of values 2; 0 for the file as a whole.
    column : str
        Name of the column; empty for a row or file as a whole.
    value : str
        What stood there, shortened.
    expected : str
        What would have been right.
    """

    file: str
    row: int
    column: str
    value: str
    expected: str

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as JSON-ready data."""
        return {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "expected": self.expected,
        }


def shown(value: str) -> str:
    """Return `value` short enough to be shown in a message."""
    return value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number and its cells by column.

    Parameters
    ----------
    file : str
        Name of the file as it was given.
    number : int
        As a spreadsheet counts.
    cells : dict
        Our columns; cells of optional columns are there only where they are filled.
    unread : frozenset of str
        Columns whose cell is at fault already and is not to be read.
    said : mapping
        Of a row in another system's columns: what its file calls one of ours, and what stood there.
    """

    file: str
    number: int
    cells: dict[str, str]
    unread: frozenset[str] = frozenset()
    said: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def fault(self, column: str, expected: str, value: str | None = None) -> Fault:
        """Return a fault of one of our columns, in the words of the file; `value` is the part of the cell at fault."""
        if column in self.said:
            name, cell = self.said[column]
            return Fault(self.file, self.number, name, shown(cell), expected)
        cell = self.cells.get(column, "") if value is None else value
        return Fault(self.file, self.number, column, shown(cell), expected)


@dataclass(slots=True)
class Record:
    """A line of a table as it was read: cells by place, what is wrong with single cells, or with the whole line."""

    number: int
    cells: list[str]
    bad: dict[int, tuple[str, str]] = field(default_factory=dict)
    broken: str = ""


class Layout(Protocol):
    """Which columns a file has, and how its rows become ours."""

    @property
    def separator(self) -> str:
        """What parts the cells of a row of CSV."""

    @property
    def encoding(self) -> str:
        """How CSV writes letters."""

    @property
    def columns(self) -> Sequence[str]:
        """Columns the file must have."""

    def header_faults(self, name: str, row: int, header: Sequence[str]) -> list[Fault]:
        """Return what is wrong with the header."""

    def read(self, name: str, record: Record, header: Sequence[str]) -> tuple[Row, list[Fault]]:
        """Return the row in our columns, and what is wrong with its cells so far."""


@dataclass(frozen=True)
class OwnLayout:
    """A file in our own columns: all of `columns` and any of `optional`, in any order.

    `is_protected` says that the file may have been made for spreadsheets: their apostrophes are taken off.
    """

    columns: Sequence[str]
    optional: Sequence[str] = ()
    separator: str = ","
    encoding: str = UTF_8
    is_protected: bool = True

    def header_faults(self, name: str, row: int, header: Sequence[str]) -> list[Fault]:
        """Return what is wrong with the header."""
        return header_faults(name, row, header, self.columns, self.optional)

    def read(self, name: str, record: Record, header: Sequence[str]) -> tuple[Row, list[Fault]]:
        """Return the row, and what is wrong with single cells."""
        plain = unprotect if self.is_protected else str
        cells = {key: plain(cell) for key, cell in zip(header, record.cells, strict=True)}
        filled = {key: cell for key, cell in cells.items() if cell or key not in self.optional}
        unread = frozenset(header[place] for place in record.bad)
        row = Row(name, record.number, filled, unread)
        return row, [
            Fault(name, record.number, header[place], shown(value), expected)
            for place, (value, expected) in record.bad.items()
        ]


class Contents:
    """What a file holds: iterating gives its rows and faults as they come.

    With a fault of encoding or header no row comes. Rows are in file order; cells unprotected (`cells.unprotect`),
    otherwise as they stand. `count` says how many rows of values came so far, faulty ones included; empty lines are
    passed over. `sha256` is the digest of the file; empty when there is none to read.
    """

    def __init__(self, items: Iterable[Row | Fault] = (), count: int = 0, sha256: str = "") -> None:
        self._items = items
        self.count = count
        self.sha256 = sha256

    def __iter__(self) -> Iterator[Row | Fault]:
        return iter(self._items)


class Unreadable(Exception):
    """The file cannot be read; says at which row, what stood there, and what was expected."""

    def __init__(self, expected: str, row: int = 0, value: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.row = row
        self.value = value

    def fault(self, name: str) -> Fault:
        """Return it as a fault of the file `name`."""
        return Fault(name, self.row, "", self.value, self.expected)


def rows_of(name: str, records: Iterator[Record], layout: Layout, sha256: str) -> Contents:
    """Return the contents of a table whose first record is the header."""
    try:
        head = next(records, Record(HEADER_ROW, []))
        header = [cell.strip() for cell in head.cells]
        if head.broken or not header:
            value = head.cells[0] if head.broken else ""
            expected = f"a header: {', '.join(layout.columns)}"
            return Contents([Fault(name, head.number, "", shown(value), expected)])
        faults = [Fault(name, head.number, "", shown(value), expected) for value, expected in head.bad.values()]
        faults += layout.header_faults(name, head.number, header)
        if faults:
            return Contents(faults, sum(1 for _ in records))
    except Unreadable as unreadable:
        return Contents([unreadable.fault(name)])
    contents = Contents(sha256=sha256)
    contents._items = _rows(contents, name, header, records, layout)  # noqa: SLF001, it counts into itself
    return contents


def _rows(
    contents: Contents, name: str, header: list[str], records: Iterator[Record], layout: Layout
) -> Iterator[Row | Fault]:
    try:
        for record in records:
            contents.count += 1
            if record.broken:
                yield Fault(name, record.number, "", shown(record.cells[0]), record.broken)
            elif len(record.cells) != len(header):
                expected = f"{len(header)} cells, as in the header; this row has {len(record.cells)}"
                yield Fault(name, record.number, "", shown(layout.separator.join(record.cells)), expected)
            else:
                row, faults = layout.read(name, record, header)
                yield from faults
                yield row
    except Unreadable as unreadable:
        yield unreadable.fault(name)


def open_file(path: Path) -> BinaryIO:
    """Open a file of a size we read; raise `Unreadable`."""
    try:
        if not path.is_file():
            raise Unreadable("a file that exists" if not path.exists() else "a file, not a folder or a device")
        if path.stat().st_size > LARGEST_FILE:
            raise Unreadable(f"a file of at most {LARGEST_FILE // 1024 // 1024} MB")
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise Unreadable(f"a file that can be read ({error})") from error


def read_csv(file: BinaryIO, name: str, layout: Layout) -> Contents:
    """Read CSV. The file is gone through twice: for its encoding as a whole first, then row by row."""
    if layout.encoding != UTF_8:
        return _read_recoded(file, name, layout)
    try:
        sha256 = check_text(file, _csv_row)
    except Unreadable as unreadable:
        return Contents([unreadable.fault(name)])
    return rows_of(name, _records(_lines(file), layout.separator), layout, sha256)


def _read_recoded(file: BinaryIO, name: str, layout: Layout) -> Contents:
    """Read CSV in another encoding, by way of a temporary file in UTF-8."""
    with ExitStack() as stack:
        plain = stack.enter_context(tempfile.TemporaryFile())
        try:
            sha256 = _recode(file, layout.encoding, plain)
            check_text(plain, _csv_row)
        except Unreadable as unreadable:
            return Contents([unreadable.fault(name)])
        until_read = stack.pop_all()
    records = _records(_lines(plain), layout.separator)

    def kept_open() -> Iterator[Record]:
        with until_read:
            yield from records

    return rows_of(name, kept_open(), layout, sha256)


def _recode(file: BinaryIO, encoding: str, plain: IO[bytes]) -> str:
    """Write a file as UTF-8; return the digest of it as it was. `Unreadable` says where it is not of that encoding."""
    said = f"text in {encoding}, as the mapping says"
    file.seek(0)
    block = file.read(BLOCK)
    digest = hashlib.sha256(block)
    if block.startswith(codecs.BOM_UTF8):
        raise Unreadable(f"{said}; this is UTF-8", HEADER_ROW)
    if encoding == UTF_16:
        encoding = _ORDERS.get(block[:2], "")
        block = block[2:]
        if not encoding:
            raise Unreadable(f"{said}; the mark at its beginning is missing", HEADER_ROW)
    decoder = codecs.getincrementaldecoder(encoding)()
    while True:
        try:
            plain.write(decoder.decode(block, final=not block).encode())
        except UnicodeDecodeError as error:
            bad = error.object[error.start : error.start + 4]
            plain.write(error.object[: error.start].decode(encoding, "replace").encode() + b"x")
            row = _csv_row(_lines(plain))
            raise Unreadable(f"{said}; these bytes are not", row, bad.hex(" ")) from None
        if not block:
            return digest.hexdigest()
        block = file.read(BLOCK)
        digest.update(block)


# What people send instead of UTF-8, by its first bytes.
_OTHER_FILES = (
    (b"\xff\xfe", "this is UTF-16"),
    (b"\xfe\xff", "this is UTF-16"),
)
_ORDERS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_NO_TEXT = re.compile("[\x00\udc80-\udcff]")


def check_text(file: IO[bytes], row_of: Callable[[Iterator[str]], int]) -> str:
    """Return the digest of the file if all of it is text in UTF-8; `Unreadable` says where it is not.

    `row_of` tells, by all lines up to the fault, in which row it stands.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    for beginning, what in _OTHER_FILES:
        file.seek(0)
        if file.read(len(beginning)) == beginning:
            raise Unreadable(f"text in UTF-8; {what}", HEADER_ROW, beginning.hex(" "))
    file.seek(0)
    is_text = True
    while is_text and (block := file.read(BLOCK)):
        digest.update(block)
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            is_text = False
        is_text = is_text and b"\x00" not in block
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_text = False
    if not is_text:
        _tell_where(file, row_of)
    return digest.hexdigest()


def _csv_row(lines: Iterator[str]) -> int:
    """Return the row the last of these lines stands in: a quoted line end is no new row."""
    csv.field_size_limit(LARGEST_FILE)
    return sum(1 for _ in csv.reader(lines))


def _tell_where(file: IO[bytes], row_of: Callable[[Iterator[str]], int]) -> None:
    """Raise `Unreadable` with the row of the first byte that is no text."""
    found = ""

    def before() -> Iterator[str]:
        nonlocal found
        for line in _lines(file, errors="surrogateescape"):
            match = _NO_TEXT.search(line)
            if match:
                found = line[match.start() :]
                yield line[: match.start()] + "x"
                return
            yield line

    row = row_of(before())
    if found.startswith("\x00"):
        raise Unreadable("text in UTF-8 without NUL characters", row, "NUL")
    bad = found[:4].encode("utf-8", "surrogateescape")[:4].hex(" ")
    raise Unreadable("text in UTF-8; these bytes are not", row, bad)


def _lines(file: IO[bytes], errors: str = "strict") -> Iterator[str]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors=errors, newline="")
    try:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
                raise Unreadable(f"lines of at most {LONGEST_LINE} characters")
            yield line
    except (UnicodeDecodeError, OSError) as error:
        raise Unreadable("a file that stays as it is while it is read") from error
    finally:
        text.detach()  # whoever opened the file closes it


class _Lines:
    """Lines on their way into a CSV reader, remembering the one a row began with."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.first: str | None = None

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        if self.first is None:
            self.first = line
        return line


def _records(lines: Iterator[str], separator: str) -> Iterator[Record]:
    """Yield the rows of a CSV file that are not empty.

    After a row that breaks off within its own line reading goes on; one whose quote stays open took the rest with it.
    """
    csv.field_size_limit(LONGEST_FIELD)
    source = _Lines(lines)
    reader = csv.reader(source, strict=True, delimiter=separator)
    number = 0
    while True:
        number += 1
        start = reader.line_num
        source.first = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            is_one_line = reader.line_num == start + 1
            rest = "" if is_one_line else f"; it runs over {reader.line_num - start} lines, and reading ended there"
            expected = f"a row whose quotes open and close{rest}"
            if "field limit" in str(error):
                expected = f"cells of at most {LONGEST_FIELD} characters; perhaps a quote stays open{rest}"
            yield Record(number, [(source.first or "").strip("\r\n")], broken=expected)
            if not is_one_line:
                return
        else:
            # Spreadsheets save the rest of a sheet that was once filled as lines of separators alone.
            if any(cells):
                yield Record(number, cells)


def header_faults(
    name: str, row: int, header: Sequence[str], columns: Sequence[str], optional: Sequence[str]
) -> list[Fault]:
    """Return what is wrong with a header that must have `columns` and may have `optional`."""
    if len(header) == 1 and len(columns) > 1:
        for separator, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"), (",", "commas")):
            if len({cell.strip(' "') for cell in header[0].split(separator)} & set(columns)) > 1:
                return [
                    Fault(
                        name,
                        row,
                        "",
                        shown(header[0]),
                        f"cells separated by commas, or as the mapping says; this file has {called}",
                    )
                ]
    faults = [Fault(name, row, column, "", f"a column named {column}") for column in columns if column not in header]
    seen: set[str] = set()
    for column in header:
        if column in seen:
            faults.append(Fault(name, row, shown(column), shown(column), "each column once"))
        elif column not in columns and column not in optional:
            expected = f"only the columns {', '.join([*columns, *optional])}"
            faults.append(Fault(name, row, shown(column), shown(column), expected))
        seen.add(column)
    return faults
