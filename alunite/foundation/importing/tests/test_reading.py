"""Files as people send them. Issue 2: "wrong encoding, BOM, missing and doubled columns"; "rows count from 2; the header
is 1"."""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from alunite.foundation.core.canonical import sha256_hex
from alunite.foundation.importing.reading import (
    LONGEST_FIELD,
    LONGEST_SHOWN,
    Contents,
    Fault,
    OwnLayout,
    Row,
    Unreadable,
    open_file,
    read_csv,
)

COLUMNS = ("a", "b", "c")


@dataclass
class Read:
    """All that comes out of a file."""

    rows: list[Row]
    faults: list[Fault]
    count: int
    sha256: str


def read_rows(path: Path, name: str, columns: tuple[str, ...]) -> Read:
    try:
        with open_file(path) as file:
            return everything(read_csv(file, name, OwnLayout(columns)))
    except Unreadable as unreadable:
        return everything(Contents([unreadable.fault(name)]))


def everything(contents: Contents) -> Read:
    items = list(contents)
    rows = [item for item in items if isinstance(item, Row)]
    return Read(rows, [item for item in items if isinstance(item, Fault)], contents.count, contents.sha256)


@pytest.fixture
def read(tmp_path: Path):
    def run(content: bytes | str):
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_rows(path, "file.csv", COLUMNS)

    return run


def cells(contents) -> list[tuple[int, list[str]]]:
    return [(row.number, [row.cells[name] for name in COLUMNS]) for row in contents.rows]


def faults(contents) -> list[tuple[int, str, str]]:
    assert {fault.file for fault in contents.faults} <= {"file.csv"}
    assert all(fault.expected for fault in contents.faults)
    return [(fault.row, fault.column, fault.value) for fault in contents.faults]


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_utf8_is_read_with_and_without_its_mark_and_with_every_line_end(read, mark, line_end, last):
    text = line_end.join(["a,b,c", "1,ü,字", "2,,"]) + line_end * last
    contents = read(mark + text.encode())
    assert contents.faults == []
    assert cells(contents) == [(2, ["1", "ü", "字"]), (3, ["2", "", ""])]
    assert contents.sha256 == sha256_hex(mark + text.encode())


def test_columns_may_stand_in_any_order(read):
    assert cells(read("c,a,b\n3,1,2\n")) == [(2, ["1", "2", "3"])]


def test_a_cell_is_kept_as_it_stands_but_for_the_apostrophe_of_an_export(read):
    contents = read('a,b,c\n" x ","y\r\nz","say ""hi"", no"\n\'=1,\'\'=1,\'tis\n')
    assert cells(contents) == [(2, [" x ", "y\r\nz", 'say "hi", no']), (3, ["=1", "'=1", "'tis"])]


def test_empty_lines_are_passed_over_and_counted(read):
    contents = read("a,b,c\n\n1,2,3\n\n\n4,5\n\n")
    assert cells(contents) == [(3, ["1", "2", "3"])]
    assert faults(contents) == [(6, "", "4,5")]
    assert contents.count == 2


def test_lines_of_separators_alone_are_empty_as_spreadsheets_save_them(read):
    contents = read('a,b,c\n1,2,3\n,,\n"",,\n4,5,6\n,,,,\n,,\n')
    assert (cells(contents), faults(contents)) == ([(2, ["1", "2", "3"]), (5, ["4", "5", "6"])], [])
    assert contents.count == 2


def test_a_cell_too_large_to_be_one_says_so_and_the_rows_after_it_are_read(read):
    contents = read(f"a,b,c\n{'x' * (LONGEST_FIELD + 1)},2,3\n4,5,6\n")
    assert [fault.row for fault in contents.faults] == [2]
    assert "cells of at most 1000000 characters" in contents.faults[0].expected
    assert cells(contents) == [(3, ["4", "5", "6"])]


def test_a_row_with_quoted_line_ends_is_one_row(read):
    contents = read('a,b,c\n"1\n1\n1",2,3\n4,5\n')
    assert [number for number, _ in cells(contents)] == [2]
    assert faults(contents) == [(3, "", "4,5")]


@pytest.mark.parametrize("row", ["1", "1,2", "1,2,3,4", "1,2,3,"])
def test_a_ragged_row_is_one_fault_of_the_whole_row(read, row):
    contents = read(f"a,b,c\n1,2,3\n{row}\n4,5,6\n")
    assert faults(contents) == [(3, "", row)]
    assert [number for number, _ in cells(contents)] == [2, 4]
    assert contents.count == 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_unicode_is_refused_at_its_first_row(read, encoding):
    contents = read("a,b,c\n1,2,3\n".encode(encoding))
    assert [fault.row for fault in contents.faults] == [1]
    assert "UTF-8" in contents.faults[0].expected
    assert (contents.rows, contents.count) == ([], 0)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_latin_1_is_refused_at_the_row_of_the_first_wrong_byte(read, line_end):
    text = line_end.join(["a,b,c", "1,2,3", "Müller,2,3", "Gränges,2,3", ""])
    assert faults(read(text.encode("latin-1"))) == [(3, "", "fc 6c 6c 65")]


def test_a_wrong_byte_is_counted_by_rows_and_not_by_lines(read):
    assert faults(read(b'a,b,c\n"1\n1\n1",2,3\n\n\xff,5,6\n')) == [(4, "", "ff 2c 35 2c")]


def test_a_nul_is_refused_at_its_row(read):
    assert faults(read(b'a,b,c\n"1\n1",2,3\n4,\x00,6\n')) == [(3, "", "NUL")]


def test_a_quote_that_stays_open_is_told_at_the_row_where_it_opens(read):
    contents = read('a,b,c\n1,2,3\n4,"5,6\n7,8,9\n')
    assert faults(contents) == [(3, "", '4,"5,6')]
    assert "quotes open and close" in contents.faults[0].expected
    assert [number for number, _ in cells(contents)] == [2]


def test_reading_goes_on_after_a_row_with_a_misplaced_quote(read):
    contents = read('a,b,c\n"1"x,2,3\n4,5,6\n7,8\n')
    assert faults(contents) == [(2, "", '"1"x,2,3'), (4, "", "7,8")]
    assert cells(contents) == [(3, ["4", "5", "6"])]
    assert contents.count == 3


def test_all_faults_of_a_header_are_told_at_once(read):
    contents = read("b,b,d,,b\n1,2,3,4,5\n")
    assert sorted(faults(contents)) == [
        (1, "", ""),  # a column without a name
        (1, "a", ""),
        (1, "b", "b"),
        (1, "b", "b"),
        (1, "c", ""),
        (1, "d", "d"),
    ]
    assert (contents.rows, contents.count) == ([], 1)


@pytest.mark.parametrize("header", ["A,b,c", "a ,b,c x", "a,b"])
def test_a_column_is_known_by_its_very_name(read, header):
    assert faults(read(f"{header}\n1,2,3\n")) != []


def test_spaces_around_the_name_of_a_column_do_not_count(read):
    assert cells(read(" a ,b, c\n1,2,3\n")) == [(2, ["1", "2", "3"])]


@pytest.mark.parametrize(("separator", "called"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_a_file_with_another_separator_is_one_fault_that_says_so(read, separator, called):
    contents = read(f"{separator.join(COLUMNS)}\n{separator.join('123')}\n")
    assert [fault.row for fault in contents.faults] == [1]
    assert called in contents.faults[0].expected


@pytest.mark.parametrize("content", [b"", codecs.BOM_UTF8, b"\n\n\r\n"])
def test_an_empty_file_lacks_its_header(read, content):
    contents = read(content)
    assert [fault.row for fault in contents.faults] == [1]
    assert "a, b, c" in contents.faults[0].expected


def test_a_header_alone_is_a_good_file_without_rows(read):
    contents = read("a,b,c\n")
    assert (contents.rows, contents.faults, contents.count) == ([], [], 0)


def test_what_stood_there_is_shown_shortened(read):
    contents = read("a,b,c\n" + "x" * 5_000_000 + "\n")
    assert len(contents.faults[0].value) == LONGEST_SHOWN


def test_a_file_that_is_not_there_a_folder_and_a_device_are_faults_of_the_whole_file(tmp_path):
    found = [read_rows(path, "f", COLUMNS) for path in (tmp_path / "none.csv", tmp_path, Path(os.devnull))]
    assert [[(fault.row, fault.column) for fault in contents.faults] for contents in found] == [[(0, "")]] * 3
    assert [contents.faults[0].expected.split(",")[0] for contents in found] == [
        "a file that exists",
        "a file",
        "a file",
    ]


def test_a_name_too_long_or_a_link_to_itself_is_a_fault_and_no_crash(tmp_path):
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    for path in (tmp_path / ("x" * 5000), loop):
        assert [fault.row for fault in read_rows(path, "f", COLUMNS).faults] == [0]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every file")
def test_a_file_one_may_not_read_is_a_fault(tmp_path):
    path = tmp_path / "closed.csv"
    path.write_text("a,b,c\n")
    path.chmod(0)
    assert [fault.row for fault in read_rows(path, "f", COLUMNS).faults] == [0]
