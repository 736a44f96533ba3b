"""Reading a CSV file at the door: encoding, shape and header, before any cell is looked at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def read_rows(path: Path, name: str, columns: Sequence[str]) -> tuple[list[Row], list[Fault], int]:
    """Read a CSV file whose header has exactly `columns`, in any order.

    Returns
    -------
    rows : list of Row
        In file order; cells unprotected (`cells.unprotect`), otherwise as they stand. Empty lines are passed over.
    faults : list of Fault
        Of encoding, header and shape. With a fault of encoding or header no row is returned.
    count : int
        How many rows of values the file has, faulty ones included.
    """
    try:
        raw = _bytes(path)
    except _Unreadable as unreadable:
        return [], [Fault(name, 0, "", "", str(unreadable))], 0
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        value = raw[error.start : error.start + 4].hex(" ")
        return [], [Fault(name, line, "", value, "text in UTF-8; these bytes are not")], 0
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return [], [Fault(name, line, "", "NUL", "text in UTF-8 without NUL characters")], 0
    records = _records(text)
    _, header = next(records, (HEADER_ROW, None))
    if header is None or isinstance(header, str):
        return [], [Fault(name, HEADER_ROW, "", shown(header or ""), f"a header: {', '.join(columns)}")], 0
    header = [cell.strip() for cell in header]
    faults = _header_faults(name, header, columns)
    if faults:
        return [], faults, sum(1 for _ in records)
    rows: list[Row] = []
    count = 0
    for number, record in records:
        count += 1
        if isinstance(record, str):
            faults.append(Fault(name, number, "", shown(record), "a row whose quotes open and close"))
        elif len(record) != len(header):
            expected = f"{len(header)} cells, as in the header; this row has {len(record)}"
            faults.append(Fault(name, number, "", shown(",".join(record)), expected))
        else:
            rows.append(Row(name, number, {key: unprotect(cell) for key, cell in zip(header, record, strict=True)}))
    return rows, faults, count


class _Unreadable(Exception):
    """The file cannot be read; the message says what was expected."""


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise _Unreadable("a file that exists" if not path.exists() else "a file, not a folder or a device")
        if path.stat().st_size > LARGEST_FILE:
            raise _Unreadable(f"a file of at most {LARGEST_FILE // 1024 // 1024} MB")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise _Unreadable(f"a file that can be read ({error})") from error


def _records(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield (row number, cells), or (row number, message) for a row that cannot be read, which ends the file."""
    csv.field_size_limit(LARGEST_FILE)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, str(error)
            return
        if record:
            yield number, record


def _header_faults(name: str, header: Sequence[str], columns: Sequence[str]) -> list[Fault]:
    faults = [
        Fault(name, HEADER_ROW, column, "", f"a column named {column}") for column in columns if column not in header
    ]
    seen: set[str] = set()
    for column in header:
        if column in seen:
            faults.append(Fault(name, HEADER_ROW, shown(column), shown(column), "each column once"))
        elif column not in columns:
            expected = f"only the columns {', '.join(columns)}"
            faults.append(Fault(name, HEADER_ROW, shown(column), shown(column), expected))
        seen.add(column)
    return faults
