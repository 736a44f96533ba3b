"""Reading a CSV file at the door: encoding, shape and header, before any cell is looked at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alunite.foundation.core.canonical import sha256_hex
from alunite.foundation.importing.cells import unprotect

LARGEST_FILE = 256 * 1024 * 1024
LONGEST_SHOWN = 120
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
    """One row: its number and its cells by column."""

    file: str
    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds.

    Parameters
    ----------
    rows : list of Row
        In file order; cells unprotected (`cells.unprotect`), otherwise as they stand.
    faults : list of Fault
        Of encoding, header and shape. With a fault of encoding or header no row is returned.
    count : int
        How many rows of values the file has, faulty ones included. Empty lines are passed over.
    sha256 : str
        Digest of the bytes that were read; empty when there are none to read.
    """

    rows: list[Row]
    faults: list[Fault]
    count: int = 0
    sha256: str = ""


def read_rows(path: Path, name: str, columns: Sequence[str], optional: Sequence[str] = ()) -> Contents:
    """Read a CSV file whose header has exactly `columns` and any of `optional`, in any order.

    Cells of optional columns are there only where they are filled.
    """
    try:
        raw = _bytes(path)
        text = _text(raw)
    except _Unreadable as unreadable:
        return Contents([], [Fault(name, unreadable.row, "", unreadable.value, unreadable.expected)])
    records = _records(text)
    number, header = next(records, (HEADER_ROW, []))
    if isinstance(header, _Broken) or not header:
        value = header.value if isinstance(header, _Broken) else ""
        return Contents([], [Fault(name, number, "", shown(value), f"a header: {', '.join(columns)}")])
    header = [cell.strip() for cell in header]
    faults = _header_faults(name, number, header, columns, optional)
    if faults:
        return Contents([], faults, sum(1 for _ in records))
    rows: list[Row] = []
    count = 0
    for number, record in records:
        count += 1
        if isinstance(record, _Broken):
            faults.append(Fault(name, number, "", shown(record.value), record.expected))
        elif len(record) != len(header):
            expected = f"{len(header)} cells, as in the header; this row has {len(record)}"
            faults.append(Fault(name, number, "", shown(",".join(record)), expected))
        else:
            cells = {key: unprotect(cell) for key, cell in zip(header, record, strict=True)}
            rows.append(Row(name, number, {key: cell for key, cell in cells.items() if cell or key not in optional}))
    return Contents(rows, faults, count, sha256_hex(raw))


class _Unreadable(Exception):
    """The file cannot be read; says at which row, what stood there, and what was expected."""

    def __init__(self, expected: str, row: int = 0, value: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.row = row
        self.value = value


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise _Unreadable("a file that exists" if not path.exists() else "a file, not a folder or a device")
        if path.stat().st_size > LARGEST_FILE:
            raise _Unreadable(f"a file of at most {LARGEST_FILE // 1024 // 1024} MB")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise _Unreadable(f"a file that can be read ({error})") from error


# What people send instead of UTF-8, by its first bytes.
_OTHER_FILES = (
    (b"PK\x03\x04", "this is a workbook or an archive; save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "this is a workbook; save the sheet as CSV (UTF-8)"),
    (b"\xff\xfe", "this is UTF-16"),
    (b"\xfe\xff", "this is UTF-16"),
)


def _text(raw: bytes) -> str:
    for beginning, what in _OTHER_FILES:
        if raw.startswith(beginning):
            raise _Unreadable(f"text in UTF-8; {what}", HEADER_ROW, raw[:4].hex(" "))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        value = raw[error.start : error.start + 4].hex(" ")
        raise _Unreadable("text in UTF-8; these bytes are not", _row_after(before), value) from error
    if "\x00" in text:
        row = _row_after(text[: text.index("\x00")])
        raise _Unreadable("text in UTF-8 without NUL characters", row, "NUL")
    return text


def _row_after(before: str) -> int:
    """Return the number of the row that is being written where `before` ends; a quoted line end is no new row."""
    csv.field_size_limit(LARGEST_FILE)
    return sum(1 for _ in csv.reader(io.StringIO(before + "x", newline="")))


@dataclass(frozen=True, slots=True)
class _Broken:
    """A row whose quotes do not open and close: its first line, and what was expected."""

    value: str
    expected: str


def _records(text: str) -> Iterator[tuple[int, list[str] | _Broken]]:
    """Yield (row number, cells), or (row number, `_Broken`).

    After a row that breaks off within its own line reading goes on; one whose quote stays open took the rest with it.
    """
    csv.field_size_limit(LARGEST_FILE)
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True)
    number = 0
    while True:
        number += 1
        start = reader.line_num
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            is_one_line = reader.line_num == start + 1
            rest = "" if is_one_line else f"; it runs over {reader.line_num - start} lines, and reading ended there"
            yield number, _Broken(lines[start].strip("\r\n"), f"a row whose quotes open and close{rest}")
            if not is_one_line:
                return
        else:
            if record:
                yield number, record


def _header_faults(
    name: str, row: int, header: Sequence[str], columns: Sequence[str], optional: Sequence[str]
) -> list[Fault]:
    if len(header) == 1 and len(columns) > 1:
        for separator, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if len({cell.strip(' "') for cell in header[0].split(separator)} & set(columns)) > 1:
                return [Fault(name, row, "", shown(header[0]), f"cells separated by commas; this file has {called}")]
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
