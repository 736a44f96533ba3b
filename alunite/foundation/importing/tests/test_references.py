"""Issue 3, section 1: "unknown `certificate_record_id` in audits is a fault unless the same command brings it"."""

from __future__ import annotations

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.importing import actions, kinds
from alunite.foundation.importing.cells import Column, list_of, text_cell
from alunite.foundation.importing.kinds import ImportKind
from alunite.foundation.importing.models import Statement
from alunite.foundation.importing.tests.conftest import take_up

VISITS = ImportKind(
    name="visits",
    order=30,
    columns=(
        Column("place", text_cell, required=True),
        Column("day", text_cell, required=True),
        Column("record", text_cell, refers_to="certificates"),
        Column("also", list_of(text_cell), empty=(), refers_to="certificates"),
    ),
    key=("place", "day"),
    context=lambda: None,
    check_row=lambda _values, _context: (),
    apply=lambda _rows, _actor: None,
)


@pytest.fixture
def visits(scheme, tmp_path, monkeypatch):
    """A kind whose rows name certificates; the fixture writes a file of it."""
    monkeypatch.setitem(kinds._kinds, "visits", VISITS)

    def write(*rows: tuple[str, str, str, str]):
        path = tmp_path / "visits.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([VISITS.column_names, *rows])
        return "visits", path

    return write


def faults(result):
    return [(fault.row, fault.column, fault.value) for fault in result.faults]


def test_a_key_that_is_not_here_is_a_fault_with_its_row_column_and_value(visits, put):
    take_up(("certificates", put("certificates", {"record_id": "C1"})))
    result = take_up(visits(("a", "1", "C1", ""), ("b", "1", "C9", ""), ("c", "1", "", "C1;C7;C8")))
    assert faults(result) == [(3, "record", "C9"), (4, "also", "C7"), (4, "also", "C8")]
    assert {fault.expected for fault in result.faults} == {
        "a record_id of certificates that is here already or comes with this import"
    }
    assert not Statement.objects.filter(kind="visits").exists()


@pytest.mark.parametrize("turn", [1, -1])
def test_a_key_the_same_import_brings_is_known_whatever_the_order_of_files(visits, put, turn):
    files = [
        visits(("a", "1", "C1", "C2")),
        ("certificates", put("certificates", {"record_id": "C1"}, {"record_id": "C2"})),
    ]
    assert take_up(*files[::turn]).faults == []
    assert Statement.objects.filter(kind="visits").count() == 1


def test_a_row_that_brings_the_key_and_is_at_fault_itself_is_the_only_fault(visits, put):
    bad = ("certificates", put("certificates", {"record_id": "C1", "standard": "none"}))
    assert faults(take_up(visits(("a", "1", "C1", "")), bad)) == [(2, "standard", "none")]


def test_an_empty_cell_refers_to_nothing(visits):
    assert take_up(visits(("a", "1", "", ""))).faults == []


def test_the_number_of_queries_grows_with_chunks_and_not_with_rows(visits, monkeypatch):
    monkeypatch.setattr(actions, "LOOK_UP", 50)

    def asked(count: int) -> int:
        file = visits(*((f"p{number}", "1", f"C{number}", "") for number in range(count)))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(take_up(file).faults) == count
        return len(queries)

    assert asked(3) == asked(50) == asked(100) - 1 == asked(150) - 2


def test_columns_that_identify_a_row_together_make_one_key(visits):
    take_up(visits(("a|b", "1", "", ""), ("a", "b|1", "", ""), ("p" * 400, "1", "", ""), ("p" * 400, "2", "", "")))
    keys = list(Statement.objects.values_list("key", flat=True))
    assert len(set(keys)) == 4
    assert {"a\\|b|1", "a|b\\|1"} < set(keys)
    assert max(map(len, keys)) == 300
    result = take_up(visits(("a", "1", "", ""), ("a", "1", "", "C1")))
    assert [(fault.row, fault.column, fault.value) for fault in result.faults if "once" in fault.expected] == [
        (3, "place, day", "a|1")
    ]
