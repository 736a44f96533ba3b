"""Reading rows as JSON at the door: one array of objects, each with a row's cells by column, read one by one.

Cells are text, as in CSV: what a source prints as `0.10` is not the number 0.1. No apostrophe is added or taken off.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from alunite.foundation.importing.reading import (
    BLOCK,
    FIRST_ROW,
    LONGEST_LINE,
    LONGEST_SHOWN,
    Contents,
    Fault,
    Layout,
    Record,
    Row,
    Unreadable,
    check_text,
    shown,
)

SUFFIX = ".json"
ARRAY = "an array of rows: [ first, then one object of columns and cells for each row, with commas between, and ]"
OBJECT = "an object of columns and cells"
TEXT = 'text in quotes, "" where nothing is known'

# So near the end of a piece an error, or the end of a number, may be that of the piece.
NEAR = 16
_SPACE = re.compile(r"[ \t\n\r]*")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class _Number(NamedTuple):
    """A number, as it is written; nothing is made of it."""

    text: str


class _Pairs(list[tuple[str, Any]]):
    """The members of an object, in order, those of one name too."""


_decoder = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def read_json(file: BinaryIO, name: str, layout: Layout) -> Contents:
    """Read rows as JSON in UTF-8. The first row is number 2, as it would be in CSV."""
    try:
        sha256 = check_text(file, _line_of)
    except Unreadable as unreadable:
        return Contents([unreadable.fault(name)])
    contents = Contents(sha256=sha256)
    contents._items = _rows(contents, name, file, layout)  # noqa: SLF001, it counts into itself
    return contents


def _line_of(before: Iterator[str]) -> int:
    return max(1, sum(1 for _ in before))


def _rows(contents: Contents, name: str, file: BinaryIO, layout: Layout) -> Iterator[Row | Fault]:
    good: list[str] = []
    try:
        for number, found in enumerate(_values(file), FIRST_ROW):
            contents.count += 1
            if not isinstance(found, _Pairs):
                yield Fault(name, number, "", _told(found), OBJECT)
                continue
            header = [key for key, _ in found]
            bad = {place: (_told(cell), TEXT) for place, (_, cell) in enumerate(found) if not _is_text(cell)}
            if header != good:
                header_faults = layout.header_faults(name, number, [_told(key) for key in header])
                if header_faults:
                    yield from header_faults
                    yield from (Fault(name, number, _told(header[place]), *bad[place]) for place in bad)
                    continue
                good = header
            record = Record(number, ["" if place in bad else cell for place, (_, cell) in enumerate(found)], bad)
            row, faults = layout.read(name, record, header)
            yield from faults
            yield row
    except Unreadable as unreadable:
        yield unreadable.fault(name)


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str) and not _LONE_SURROGATE.search(cell)


def _told(value: Any) -> str:
    """Return a value as it may be shown: text as it is, anything else as JSON, numbers as they were written."""
    if isinstance(value, str):
        return shown(_LONE_SURROGATE.sub("\ufffd", value))
    if isinstance(value, _Number):
        return shown(value.text)
    if isinstance(value, list):
        return "an object" if isinstance(value, _Pairs) else "an array"
    return json.dumps(value)


class _Text:
    """The text of a file, a piece at a time; `rest` is what was read and not yet taken."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self.rest = ""
        self.at = 0
        self.is_whole = False

    def more(self) -> None:
        """Read another piece."""
        try:
            block = self._file.read(BLOCK)
            self.rest = self.rest[self.at :] + self._decoder.decode(block, final=not block)
        except (UnicodeDecodeError, OSError) as error:
            raise Unreadable("a file that stays as it is while it is read") from error
        self.at = 0
        self.is_whole = not block

    def next(self) -> str:
        """Return the next character that is no space, without taking it; empty at the end."""
        while True:
            self.at += len(_SPACE.match(self.rest, self.at)[0])  # type: ignore[index]  # it fits anything
            if self.at < len(self.rest) or self.is_whole:
                return self.rest[self.at : self.at + 1]
            self.more()

    def value(self, number: int) -> Any:
        """Take the value that comes next; a row is at most as long as a line of CSV."""
        while True:
            try:
                found, end = _decoder.raw_decode(self.rest, self.at)
            except json.JSONDecodeError as error:
                is_cut = error.msg.startswith("Unterminated") or error.pos + NEAR > len(self.rest)
                if self.is_whole or not is_cut:
                    near = self.rest[max(self.at, error.pos - NEAR) :][:LONGEST_SHOWN]
                    raise Unreadable(f"JSON ({error.msg} here); reading ended there", number, near.strip()) from None
            except RecursionError:
                raise Unreadable(f"{OBJECT}; this is nested too deep, and reading ended there", number) from None
            else:
                if end + NEAR <= len(self.rest) or self.is_whole:
                    self.at = end
                    return found
            if len(self.rest) - self.at > LONGEST_LINE:
                expected = f"rows of at most {LONGEST_LINE} characters; perhaps a quote or a brace stays open"
                raise Unreadable(f"{expected}. Reading ended there", number)
            self.more()


def _values(file: BinaryIO) -> Iterator[Any]:
    """Yield what the array of a file holds, one by one."""
    text = _Text(file)
    if text.next() != "[":
        raise Unreadable(ARRAY, 1, shown(text.rest[text.at : text.at + LONGEST_SHOWN].strip()))
    text.at += 1
    number = FIRST_ROW
    if text.next() != "]":
        while True:
            if not text.next():
                raise Unreadable(f"{ARRAY}; the file ends before it", number)
            yield text.value(number)
            mark = text.next()
            if mark == "]":
                break
            if mark != ",":
                raise Unreadable(
                    f"{ARRAY}; reading ended there", number, shown(text.rest[text.at : text.at + LONGEST_SHOWN])
                )
            text.at += 1
            number += 1
    text.at += 1
    if text.next():
        raise Unreadable("nothing after the array", number, shown(text.rest[text.at : text.at + LONGEST_SHOWN]))


def json_row(names: Sequence[str], cells: dict[str, str]) -> str:
    """Return a row as one line of JSON."""
    return json.dumps({name: cells.get(name, "") for name in names}, ensure_ascii=False)
