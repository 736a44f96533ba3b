"""Rows as JSON: what goes out comes in again to the letter, and what is amiss is told with row and column, as in CSV."""

from __future__ import annotations

import json

import pytest

from alunite.foundation.importing import objects
from alunite.foundation.importing.exporting import export_statements
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.importing.objects import read_json
from alunite.foundation.importing.reading import OwnLayout, open_file
from alunite.foundation.importing.tests.conftest import counts, take_up
from alunite.foundation.importing.tests.test_reading import cells, everything

LAYOUT = OwnLayout(("a", "b", "c"), is_protected=False)
GOOD = '{"a": "1", "b": "2", "c": "3"}'


@pytest.fixture
def read(tmp_path):
    def run(content: bytes | str):
        path = tmp_path / "file.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        with open_file(path) as file:
            return everything(read_json(file, "file.json", LAYOUT))

    return run


def faults(contents) -> list[tuple[int, str, str]]:
    assert all(fault.expected for fault in contents.faults)
    return [(fault.row, fault.column, fault.value) for fault in contents.faults]


def test_rows_are_read_in_any_order_of_columns_and_text_stays_as_it_is(read):
    found = read('\ufeff [{"c": "\\u00fc", "a": "=1", "b": "\'=1"} ,\n' + GOOD + "]\r\n")
    assert cells(found) == [(2, ["=1", "'=1", "ü"]), (3, ["1", "2", "3"])]
    assert (found.faults, found.count) == ([], 2)
    assert (read("[]").rows, read("[\n]").faults) == ([], [])


def test_every_fault_of_every_row_is_told_with_row_and_column(read):
    rows = [
        '{"a": "1", "b": 0.10, "c": null}',
        '{"a": "1", "a": "2", "b": "3", "c": "4"}',
        '{"a": "1", "b": "2"}',
        '{"a": "1", "b": "2", "c": "3", "d": "4", "e": [1]}',
        "[1]",
        '"text"',
        '{"a": {"x": 1}, "b": [], "c": true}',
        '{"a": "\\ud800", "b": "2", "c": "3"}',
        GOOD,
    ]
    found = read(f"[{','.join(rows)}]")
    assert faults(found) == [
        (2, "b", "0.10"),
        (2, "c", "null"),
        (3, "a", "a"),
        (4, "c", ""),
        (5, "d", "d"),
        (5, "e", "e"),
        (5, "e", "an array"),
        (6, "", "an array"),
        (7, "", "text"),
        (8, "a", "an object"),
        (8, "b", "an array"),
        (8, "c", "true"),
        (9, "a", "\ufffd"),
    ]
    assert cells(found)[-1] == (10, ["1", "2", "3"])
    assert found.count == len(rows)


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b"", 1),
        (b'{"a": "1"}', 1),
        (b"a,b,c\n1,2,3\n", 1),
        (f"[{GOOD}", 2),
        (f"[{GOOD},", 3),
        (f"[{GOOD},]", 3),
        (f"[{GOOD} {GOOD}]", 2),
        (f"[{GOOD}] []", 2),
        ('[{"a": "1" "b": "2"}]', 2),
        ('[{"a": "1\n"}]', 2),
        (f'[{GOOD},\n{{"a": "1', 3),
        ("[" * 200_000, 2),
        (b'[\n{"a": "\xff"}]', 2),
        (b'[\n{"a": "\x00"}]', 2),
        (f"[{GOOD}]".encode("utf-16"), 1),
        ("[" + "9" * 5_000 + "]", 2),
    ],
    ids=range(16),
)
def test_what_is_no_array_of_rows_is_one_fault_in_its_row(read, content, row):
    found = read(content)
    assert [fault.row for fault in found.faults] == [row]
    assert all(fault.expected and len(fault.value) <= 120 for fault in found.faults)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_the_pieces_a_file_is_read_in_change_nothing(read, monkeypatch, size):
    rows = f'[{GOOD}, {{"a": "ü\\u00fc\\\\", "b": "字", "c": ""}}, 12.50e3, -Infinity , {GOOD[:-1]}, "d": false}}]'
    whole = read(rows)
    assert [fault.row for fault in whole.faults] == [4, 5, 6, 6]
    monkeypatch.setattr(objects, "BLOCK", size)
    assert read(rows) == whole


def test_a_row_that_does_not_end_is_given_up(read, monkeypatch):
    monkeypatch.setattr(objects, "BLOCK", 100)
    monkeypatch.setattr(objects, "LONGEST_LINE", 1_000)
    found = read('[{"a": "' + "x" * 1_000_000)
    assert [(fault.row, "stays open" in fault.expected) for fault in found.faults] == [(2, True)]


def test_what_came_as_csv_goes_out_as_json_and_comes_in_again(scheme, put, tmp_path):
    odd = {"name": "=1+1", "note": 'two\nlines, "quotes" and \'=2'}
    first, second, sheet = tmp_path / "1.json", tmp_path / "2.json", put("members", odd, {"name": "字"})
    assert counts(take_up(("members", sheet)))["created"] == 2
    assert export_statements(import_kind("members"), first, "json") == 2
    lines = first.read_text(encoding="utf-8").splitlines()
    # Row 2, the first one, stands in line 2.
    assert json.loads(lines[1].rstrip(","))["name"] == "=1+1"
    assert counts(take_up(("members", first)))["unchanged"] == 2
    export_statements(import_kind("members"), second, "json")
    assert first.read_bytes() == second.read_bytes()


def test_nothing_of_a_file_with_a_fault_is_imported(scheme, tmp_path):
    path = tmp_path / "members.json"
    row = dict.fromkeys(import_kind("members").column_names, "")
    rows = [row | {"name": "A", "source_url": "https://example.org/a"}, row | {"name": "B", "joined": 2019}]
    path.write_text(json.dumps(rows))
    result = take_up(("members", path))
    assert (result.rows, result.created) == (2, 0)
    assert [(fault.row, fault.column, fault.value) for fault in result.faults] == [
        (3, "joined", "2019"),
        (3, "source_url", ""),
    ]
