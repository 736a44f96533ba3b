"""What an import holds at once does not grow with its rows, and of endless faults a thousand are listed."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from alunite.foundation.importing.actions import MOST_FAULTS
from alunite.foundation.importing.models import Statement
from alunite.foundation.importing.tests.conftest import counts, take_up

FEW, MANY = 100, 400


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr("alunite.foundation.importing.actions.LOOK_UP", 50)
    monkeypatch.setattr("alunite.foundation.importing.actions.CHUNK", 50)
    monkeypatch.setattr("alunite.foundation.importing.reading.BLOCK", 16_384)


def highest(path: Path) -> int:
    """Return the most memory of Python's that a check holds, in bytes."""
    tracemalloc.start()
    try:
        take_up(("members", path), dry_run=True)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_checking_four_times_the_rows_takes_no_more_memory(scheme, put):
    def file(name: str, count: int) -> Path:
        # A thousand characters a row: all rows of the larger file held at once would be far beyond the margin.
        rows = ({"name": f"{name}{number}", "note": f"{number:05} " * 170} for number in range(count))
        return put("members", *rows, name=f"{name}.csv")

    highest(file("warm", 60))
    few, many = (highest(file(name, count)) for name, count in (("few", FEW), ("many", MANY)))
    assert many < few + (MANY - FEW) * 1_000


def test_a_thousand_faults_are_listed_and_all_are_counted(scheme, put):
    path = put("members", *({"name": f"M{number}", "source_url": "none"} for number in range(MOST_FAULTS + 7)))
    result = take_up(("members", path))
    assert (len(result.faults), result.fault_count, result.as_dict()["fault_count"]) == (1_000, 1_007, 1_007)
    assert [fault.row for fault in result.faults] == list(range(2, 1_002))
    assert (result.rows, result.created) == (1_007, 0)
    assert not Statement.objects.exists()


def test_faults_of_two_files_share_the_list(scheme, put):
    rows = [{"name": f"M{number}", "source_url": "none"} for number in range(600)]
    result = take_up(("members", put("members", *rows)), ("members", put("members", *rows, name="more.csv")))
    assert (len(result.faults), result.fault_count) == (1_000, 1_200)
    assert [(file.file.rpartition("/")[2], file.faults) for file in result.files] == [
        ("members.csv", 600),
        ("more.csv", 600),
    ]


def test_what_is_taken_up_in_many_chunks_is_what_one_chunk_would_give(scheme, put, monkeypatch):
    path = put("members", *({"name": f"M{number:03}"} for number in range(120)))
    assert counts(take_up(("members", path)))["created"] == 120
    monkeypatch.setattr("alunite.foundation.importing.actions.CHUNK", 2_000)
    assert counts(take_up(("members", path)))["unchanged"] == 120
    assert list(Statement.objects.order_by("pk").values_list("key", flat=True)) == [f"M{n:03}" for n in range(120)]
