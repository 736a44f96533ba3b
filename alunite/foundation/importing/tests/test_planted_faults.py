"""Issue 2, section 6: "every fault kind of an importer planted by a generator (1–20 faults of 12 kinds in a good file: each
reported once, no other)". The good files are the real samples; all or nothing, so no table may have changed.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alunite.foundation.importing.tests.conftest import take_up
from tests.planting import FAULTS, SAMPLES, Sheet, everything, plant

EXAMPLES = max(10, int(300 * float(os.environ.get("ALUNITE_SOAK", "0.1"))))
ONCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def samples(scheme) -> dict[str, list[str]]:
    """Take up the good files; give all that then stands in the database."""
    result = take_up(*SAMPLES.items())
    assert result.faults == []
    return everything()


def reported(result) -> Counter:
    return Counter((fault.file, fault.row, fault.column, fault.value) for fault in result.faults)


def test_the_good_files_have_no_fault(samples):
    assert take_up(*SAMPLES.items()).faults == []


def test_the_generator_knows_twelve_kinds_of_fault_and_more():
    assert {len(faults) >= 12 for faults in FAULTS.values()} == {True}


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_each_kind_of_fault_alone_is_reported_and_nothing_else(samples, tmp_path, kind):
    path = tmp_path / "planted.csv"
    for name in FAULTS[kind]:
        sheet = Sheet.read(kind)
        [planted] = plant(sheet, [name], Random(name))
        path.write_text(sheet.text(), encoding="utf-8", newline="")
        result = take_up((kind, path))
        place = (str(path), sheet.numbers()[id(planted.line)], planted.column, planted.value)
        assert (name, reported(result)) == (name, Counter([place]))
        assert all(fault.expected for fault in result.faults)
    assert everything() == samples


@pytest.mark.soak
@settings(ONCE, max_examples=EXAMPLES)
@given(data=st.data())
def test_each_planted_fault_is_reported_exactly_once_and_nothing_is_written(samples, tmp_path, data):
    files: list[tuple[str, Path]] = []
    expected: Counter = Counter()
    for kind in data.draw(st.permutations(["members", "certificates"]), "files"):
        sheet = Sheet.read(kind)
        random = Random(data.draw(st.integers(0, 2**32), "seed"))
        names = data.draw(st.lists(st.sampled_from(sorted(FAULTS[kind])), min_size=1, max_size=20), "faults")
        random.shuffle(sheet.columns)
        random.shuffle(sheet.lines)
        planted = plant(sheet, names, random)
        blank_after = frozenset(data.draw(st.sets(st.integers(0, 150), max_size=3), "empty lines"))
        path = tmp_path / f"{kind}.csv"
        text = sheet.text(
            line_end=data.draw(st.sampled_from(["\n", "\r\n"]), "line end"),
            quote_all=data.draw(st.booleans(), "all quoted"),
            blank_after=blank_after,
        )
        path.write_bytes(data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"]), "mark") + text.encode())
        numbers = sheet.numbers(blank_after)
        expected.update((str(path), numbers[id(item.line)], item.column, item.value) for item in planted)
        files.append((kind, path))
    result = take_up(*files, dry_run=data.draw(st.booleans(), "dry run"))
    assert reported(result) == expected
    assert (result.created, result.changed, result.unchanged) == (0, 0, 0)
    assert everything() == samples


def test_one_faulty_file_of_several_keeps_all_of_them_out(scheme, put):
    before = everything()
    result = take_up(("members", put("members", {})), ("certificates", put("certificates", {"entity": ""})))
    assert [(fault.row, fault.column) for fault in result.faults] == [(2, "entity")]
    assert everything() == before
