"""Reading a workbook of a self assessment that came back: by the ids in its rows, wherever rows and columns were moved to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from alunite.foundation.importing.reading import Record, Unreadable, shown
from alunite.foundation.importing.workbook import cells_of, letters
from alunite.programme.assessments.actions import FIELDS, Fault, Faulty
from alunite.programme.assessments.workbook.layout import (
    HEADINGS,
    ID,
    PARTED_BY,
    VERSION,
    Words,
    plain,
    sheet_names,
)
from alunite.programme.assessments.workbook.rules import Wish

READ = (ID, VERSION, *FIELDS)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: where it stands, and its text without what spreadsheets add."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """What a workbook says of a criterion: which version of its answer it was written from, and a cell for each field."""

    number: str
    version: int
    place: Cell
    cells: Mapping[str, Cell]


@dataclass(slots=True)
class Table:
    """What was read of a workbook, and all that is wrong with it."""

    sha256: str
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(file: BinaryIO, assessment_id: str, numbers: Collection[str]) -> Table:
    """Return what a workbook says of a self assessment that has these criteria.

    Raises
    ------
    Faulty
        If it cannot be read at all.
    """
    try:
        sha256, records = cells_of(file, sheet_names())
    except Unreadable as unreadable:
        raise Faulty([Fault("", unreadable.value, unreadable.expected)]) from unreadable
    at = next((place for place, one in enumerate(records) if {ID, VERSION} <= _names(one)), None)
    if at is None:
        raise Faulty(
            [Fault("", "", f"a row with the names of the columns, {ID} and {VERSION} among them, as it was written")]
        )
    head = records.pop(at)
    table = Table(sha256)
    columns: dict[str, int] = {}
    for column, cell in enumerate(head.cells):
        name = plain(cell).casefold()
        if name in columns and name in READ:
            table.faults.append(Fault(_place(column, head.number), name, "each column once"))
        columns.setdefault(name, column)
    columns = {name: columns[name] for name in READ if name in columns}
    _read_rows(table, records, columns, assessment_id, numbers)
    return table


def _names(record: Record) -> set[str]:
    return {plain(cell).casefold() for cell in record.cells}


def _read_rows(
    table: Table, records: Sequence[Record], columns: Mapping[str, int], assessment_id: str, numbers: Collection[str]
) -> None:
    seen: dict[str, int] = {}
    for record in records:
        cells = {name: _cell(record, column) for name, column in columns.items()}
        if cells[ID].text == HEADINGS:
            continue
        bad = {_place(column, record.number): fault for column, fault in sorted(record.bad.items())}
        table.faults += [
            Fault(cell.place, shown(bad[cell.place][0]), bad[cell.place][1])
            for cell in cells.values()
            if cell.place in bad
        ]
        key, version = cells[ID], cells[VERSION]
        if not any(cell.text or cell.place in bad for cell in cells.values()) or key.place in bad:
            continue
        whose, _sep, number = key.text.partition(PARTED_BY)
        wrong = list(_wrong_key(key, whose == assessment_id, number, numbers, seen))
        seen.setdefault(number, record.number)
        table.faults += wrong
        is_version = _is_version(version.text)
        if not is_version and version.place not in bad:
            table.faults.append(Fault(version.place, shown(version.text), "the version the row was written with"))
        if not wrong:
            said = {name: cell for name, cell in cells.items() if name in FIELDS and cell.place not in bad}
            table.lines.append(Line(number, int(version.text) if is_version else 0, version, said))


def _wrong_key(
    key: Cell, is_ours: bool, number: str, numbers: Collection[str], seen: Mapping[str, int]
) -> Iterator[Fault]:
    if not key.text:
        yield Fault(key.place, "", "the id the row was written with")
    elif not is_ours:
        yield Fault(key.place, shown(key.text), "a row of this self assessment")
    elif number not in numbers:
        yield Fault(key.place, shown(key.text), "a criterion of this self assessment")
    elif number in seen:
        yield Fault(key.place, shown(key.text), f"each criterion once; it stands in row {seen[number]} too")


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _cell(record: Record, column: int) -> Cell:
    text = plain(record.cells[column]) if column < len(record.cells) else ""
    return Cell(_place(column, record.number), text)


def _place(column: int, row: int) -> str:
    return f"{letters(column)}{row}"


def place_key(place: str) -> tuple[int, int, str]:
    """Return a key that orders cells as they are read.

    >>> sorted(["B12", "AA3", "B3", ""], key=place_key)
    ['', 'B3', 'AA3', 'B12']
    """
    column = place.rstrip("0123456789")
    row = place.removeprefix(column)
    return int(row or 0), len(column), column


def wishes_of(
    lines: Sequence[Line], base: Mapping[str, Mapping[str, str] | None], words: Words
) -> tuple[list[Wish], list[Fault]]:
    """Return what a workbook says otherwise than it did when it was written, and every cell whose word is not known.

    `base` has the values of the versions it was written from, by number; None where they were erased.
    """
    wishes, faults = [], []
    for line in lines:
        before = base[line.number]
        for name, cell in line.cells.items():
            old = None if before is None else before.get(name, "")
            if old is not None and words.is_as_it_was(name, cell.text, old):
                continue
            value = words.value(name, cell.text)
            if value is None:
                choices = ", ".join(words.choices(name))
                faults.append(Fault(cell.place, shown(cell.text), f"one of: {choices}" if choices else "an empty cell"))
            elif value != old:
                wishes.append(Wish(line.number, name, old, value, cell.place))
    return wishes, faults
