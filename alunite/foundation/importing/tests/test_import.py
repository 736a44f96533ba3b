"""Issue 2, section 5: "A re-import with other cells makes a new statement that supersedes the old (`changed`). All or
nothing, idempotent, any order of rows."
"""

from __future__ import annotations

import csv
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alunite.foundation.accounts.policies import PUBLIC, Refused
from alunite.foundation.history.models import Entry
from alunite.foundation.importing import actions, kinds
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.cells import LONGEST_CELL, protect
from alunite.foundation.importing.kinds import UnknownImportKind, import_kind
from alunite.foundation.importing.models import Batch, Statement
from alunite.foundation.importing.tests.conftest import ROWS, counts, exported, take_up
from tests import planting
from tests.planting import SAMPLES, Sheet, everything, said

EXAMPLES = max(8, int(100 * float(os.environ.get("ALUNITE_SOAK", "0.1"))))
MANY = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])


@contextmanager
def undone():
    """Roll back what the block writes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_sample_comes_back_cell_by_cell_ordered_by_record(scheme, tmp_path):
    take_up(*SAMPLES.items())
    for kind, path in SAMPLES.items():
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert exported(kind, tmp_path) == [header, *sorted(rows)]


def test_every_row_of_a_first_import_is_created_and_of_a_second_unchanged(scheme):
    # The numbers of rows stand in the data's own README: 116 members, 183 certificates.
    assert counts(take_up(*SAMPLES.items())) == {
        "rows": 299, "created": 299, "changed": 0, "unchanged": 0, "duplicates": 0,
    }  # fmt: skip
    before = everything()
    assert counts(take_up(*SAMPLES.items())) == {
        "rows": 299, "created": 0, "changed": 0, "unchanged": 299, "duplicates": 0,
    }  # fmt: skip
    assert everything() == before


def test_words_that_change_while_an_import_waits_are_those_it_is_read_by(scheme, put, monkeypatch):
    """As when another process adopts a pack after the file was read and before nobody else can."""
    words, seen = ["as read", "as adopted meanwhile"], []
    usual = import_kind("members")
    in_force = usual.context()
    kind = replace(
        usual,
        context=lambda: words[0],
        columns=tuple(replace(column, parse=_by(column.parse, in_force)) for column in usual.columns),
        check_row=lambda _values, context: seen.append(context) or (),
    )
    monkeypatch.setitem(kinds._kinds, "members", kind)
    monkeypatch.setattr(actions, "one_import_at_a_time", lambda: words.pop(0) if len(words) > 1 else None)
    assert counts(take_up(("members", put("members", {}, {"name": "Other"}))))["created"] == 2
    assert seen == ["as read"] * 2 + ["as adopted meanwhile"] * 2


def _by(parse, context):
    return lambda text, _context: parse(text, context)


def test_a_dry_run_says_what_the_real_run_then_does_and_writes_nothing(scheme, put):
    take_up(("certificates", put("certificates", {}, {"record_id": "T2"})))
    before = everything()
    path = put("certificates", {}, {"record_id": "T2", "scope": "other"}, {"record_id": "T3"}, {"record_id": "T3"})
    tried = take_up(("certificates", path), dry_run=True)
    assert everything() == before
    done = take_up(("certificates", path))
    assert tried.dry_run
    assert tried.as_dict() | {"dry_run": False} == done.as_dict()
    assert counts(done) == {"rows": 4, "created": 1, "changed": 1, "unchanged": 1, "duplicates": 1}


@pytest.fixture
def whole(scheme, tmp_path):
    """What the samples say, taken up in order and at once: all that is published, and every file exported again."""
    with undone():
        take_up(*SAMPLES.items())
        return said(), [exported(kind, tmp_path) for kind in SAMPLES]


@MANY
@given(seed=st.integers(0, 2**32))
def test_the_order_of_rows_of_columns_and_of_files_makes_no_difference(scheme, tmp_path, whole, seed):
    random = Random(seed)
    files = []
    for kind in random.sample(sorted(SAMPLES), 2):
        sheet = Sheet.read(kind)
        random.shuffle(sheet.lines)
        random.shuffle(sheet.columns)
        path = tmp_path / f"{kind}.csv"
        path.write_text(sheet.text(), encoding="utf-8", newline="")
        files.append((kind, path))
    with undone():
        take_up(*files)
        assert said() == whole[0]
        assert [exported(kind, tmp_path) for kind in SAMPLES] == whole[1]


@pytest.mark.parametrize("order", [("members", "certificates"), ("certificates", "members")])
def test_two_commands_say_the_same_as_one_in_either_order(scheme, tmp_path, whole, order):
    for kind in order:
        take_up((kind, SAMPLES[kind]))
    assert said() == whole[0]
    assert [exported(kind, tmp_path) for kind in SAMPLES] == whole[1]


@MANY
@given(seed=st.integers(0, 2**32), parts=st.integers(2, 5))
def test_a_file_in_parts_says_the_same_as_the_whole(scheme, tmp_path, whole, seed, parts):
    random = Random(seed)
    pieces = []
    for kind in SAMPLES:
        lines = Sheet.read(kind).lines
        random.shuffle(lines)
        for part in range(parts):
            path = tmp_path / f"{kind}-{part}.csv"
            path.write_text(Sheet(kind, Sheet.read(kind).columns, lines[part::parts]).text(), "utf-8", newline="")
            pieces.append((kind, path))
    random.shuffle(pieces)
    with undone():
        for piece in pieces:
            take_up(piece)
        assert said() == whole[0]
        assert [exported(kind, tmp_path) for kind in SAMPLES] == whole[1]


def test_changed_cells_make_a_new_statement_and_keep_the_old(scheme, put, tmp_path):
    take_up(("certificates", put("certificates", {"scope": "first"}, {"record_id": "T2"})))
    old = Statement.objects.get(key="T1")
    assert counts(take_up(("certificates", put("certificates", {"scope": "second"}, {"record_id": "T2"})))) == {
        "rows": 2, "created": 0, "changed": 1, "unchanged": 1, "duplicates": 0,
    }  # fmt: skip
    statements = Statement.objects.filter(key="T1").order_by("version")
    assert [(row.version, row.cells["scope"]) for row in statements] == [(1, "first"), (2, "second")]
    assert statements[0] == old
    assert [row[8] for row in exported("certificates", tmp_path)] == ["scope", "second", ""]
    # Saying the first again is a third statement, not the first anew.
    assert take_up(("certificates", put("certificates", {"scope": "first"}))).changed == 1
    assert Statement.objects.filter(key="T1").count() == 3


def test_rows_that_a_later_file_leaves_out_stay(scheme, put, tmp_path):
    take_up(("certificates", put("certificates", {}, {"record_id": "T2"})))
    assert take_up(("certificates", put("certificates", {}))).unchanged == 1
    assert [row[0] for row in exported("certificates", tmp_path)] == ["record_id", "T1", "T2"]


def test_a_row_repeated_cell_by_cell_counts_as_a_duplicate_in_and_across_files(scheme, put):
    first = put("certificates", {}, {"record_id": "T2"}, {}, name="first.csv")
    second = put("certificates", {}, {"record_id": "T3"}, name="second.csv")
    assert counts(take_up(("certificates", first), ("certificates", second))) == {
        "rows": 5, "created": 3, "changed": 0, "unchanged": 0, "duplicates": 2,
    }  # fmt: skip
    assert Statement.objects.count() == 3


def test_each_copy_of_a_faulty_row_reports_its_own_faults(scheme, put):
    faulty = {"country": "XX", "issue_date": "soon"}
    first = put("certificates", faulty, faulty, {"record_id": "T2"}, {"record_id": "T2"}, name="first.csv")
    second = put("certificates", faulty, name="second.csv")
    result = take_up(("certificates", first), ("certificates", second))
    assert [(fault.file, fault.row, fault.column) for fault in result.faults] == [
        (str(path), row, column)
        for path, row in ((first, 2), (first, 3), (second, 2))
        for column in ("country", "issue_date")
    ]
    assert result.duplicates == 1


def test_the_same_key_with_other_cells_is_a_fault_beside_those_of_the_first(scheme, put):
    rows = {"country": "XX"}, {"country": "XX", "scope": "other"}
    result = take_up(("certificates", put("certificates", *rows)))
    assert {(fault.row, fault.column) for fault in result.faults} == {(2, "country"), (3, "country"), (3, "record_id")}


def test_two_files_that_contradict_each_other_are_refused_at_the_second(scheme, put):
    first = put("certificates", {}, name="first.csv")
    second = put("certificates", {"record_id": "T2"}, {"scope": "other"}, name="second.csv")
    result = take_up(("certificates", first), ("certificates", second))
    [fault] = result.faults
    assert (fault.file, fault.row, fault.column, fault.value) == (str(second), 3, "record_id", "T1")
    assert str(first) in fault.expected
    assert "row 2" in fault.expected


def test_each_file_that_changes_something_leaves_a_batch_with_its_digest(scheme, put):
    path = put("certificates", {}, {"record_id": "T2"})
    take_up(("certificates", path), ("members", put("members", {})))
    batch = Batch.objects.get(kind="certificates")
    assert (batch.file, batch.rows, batch.created, batch.actor) == ("certificates.csv", 2, 2, "import")
    assert batch.sha256 == planting_digest(path)
    assert [row.row for row in batch.statements.order_by("row")] == [2, 3]


def planting_digest(path: Path) -> str:
    import hashlib  # noqa: PLC0415, only to count without our own code

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_each_record_that_changes_has_an_entry_by_the_importer(scheme, put):
    before = Entry.objects.count()
    take_up(("certificates", put("certificates", {})))
    entries = Entry.objects.order_by("id")[before:]
    assert {entry.actor for entry in entries} == {"import"}
    assert {"member", "certification_event"} <= {entry.record_type for entry in entries}


def test_members_and_firms_nobody_listed_are_named_in_source_only(scheme, put):
    take_up(("certificates", put("certificates", {"member": "Unheard Of;Also Unheard Of", "audit_firm": "New Firm"})))
    payloads = [json.loads(line) for line in said()]
    members = {body["name"]: body["standing"] for kind, body in payloads if kind == "member"}
    assert members == {"Unheard Of": "named_in_source_only", "Also Unheard Of": "named_in_source_only"}
    assert [body["name"] for kind, body in payloads if kind == "firm"] == ["New Firm"]


def test_each_cell_may_be_as_long_as_allowed(scheme, put, tmp_path):
    widths = {column.name: column.longest for column in import_kind("certificates").columns}
    row = {
        "record_id": "R" * widths["record_id"],
        "certificate_number": "9" * widths["certificate_number"],
        "entity": "字" * LONGEST_CELL,
        "scope": "é " * (LONGEST_CELL // 2),
        "audit_firm": "F" * widths["audit_firm"],
        "source_url": "https://example.org/" + "x" * (LONGEST_CELL - 20),
        "member": ";".join(f"{number} {'m' * 290}" for number in range(30)),
    }
    member = {"name": "M" * 300, "note": "n" * LONGEST_CELL}
    assert take_up(("certificates", put("certificates", row)), ("members", put("members", member))).created == 2
    assert exported("certificates", tmp_path)[1][:4] == [
        row["record_id"], row["certificate_number"], row["member"], row["entity"],
    ]  # fmt: skip


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r'=+-@\",;"), max_size=40
) | st.text(st.sampled_from("'=+-@1 \"\n,;"), max_size=6)


@MANY
@given(cells=st.fixed_dictionaries({"scope": TEXT, "entity": TEXT.filter(lambda text: text.strip())}))
def test_any_text_survives_import_export_and_import(scheme, put, tmp_path, cells):
    with undone():
        # As a spreadsheet or an earlier export wrote it: protected.
        path = put("certificates", {name: protect(cell) for name, cell in cells.items()})
        assert take_up(("certificates", path)).created == 1
        [statement] = Statement.objects.all()
        assert {name: statement.cells[name] for name in cells} == cells
        header, row = exported("certificates", tmp_path)
        assert {name: row[header.index(name)] for name in cells} == {n: protect(c) for n, c in cells.items()}
        assert take_up(("certificates", tmp_path / "exported-certificates.csv")).unchanged == 1


def test_an_export_of_nothing_is_its_header_alone(scheme, tmp_path):
    assert exported("certificates", tmp_path) == [list(import_kind("certificates").column_names)]
    assert exported("members", tmp_path) == [list(import_kind("members").column_names)]


def test_a_kind_nobody_imports_is_refused_by_naming_those_there_are():
    with pytest.raises(UnknownImportKind, match="certificates, facilities"):
        import_kind("certificate")


def test_only_those_who_may_import_do(scheme, put):
    path = put("certificates", {})
    with pytest.raises(Refused):
        import_files([("certificates", path)], actor=PUBLIC)
    assert not Statement.objects.exists()


def test_when_taking_up_fails_nothing_of_any_file_is_written(scheme, put, monkeypatch):
    before = everything()
    kind = import_kind("certificates")

    def fail(rows, actor):
        raise RuntimeError("on purpose")

    monkeypatch.setitem(
        import_files.__globals__, "import_kind", lambda name: import_kind(name) if name == "members" else failing
    )
    failing = replace(kind, apply=fail)
    with pytest.raises(RuntimeError):
        take_up(("members", put("members", {})), ("certificates", put("certificates", {})))
    assert everything() == before


@pytest.mark.parametrize("kind", ["members", "certificates"])
@pytest.mark.parametrize("second", [False, True], ids=["new rows", "changed rows"])
def test_the_number_of_queries_does_not_grow_with_rows(scheme, put, kind, second):
    def queries(count: int) -> int:
        rows = [
            {import_kind(kind).key: f"R{number}", "country": "NO", "member": f"M{number}", "audit_firm": f"F{number}",
             "certificate_number": str(number)}
            for number in range(count)
        ]  # fmt: skip
        kept = import_kind(kind).column_names
        rows = [{name: cell for name, cell in row.items() if name in kept} for row in rows]
        with undone():
            if second:
                take_up((kind, put(kind, *rows)))
                rows = [row | {"country": "SE"} for row in rows]
            path = put(kind, *rows)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                result = take_up((kind, path))
        assert result.changed + result.created == count
        return len(captured)

    assert queries(20) == queries(2)


def test_two_imports_of_the_same_file_at_once_state_each_row_once(committed_db, put):
    planting.adopt()
    path = put("certificates", *({"record_id": f"T{number}", "member": f"M{number % 7}"} for number in range(60)))

    def run(_: int):
        try:
            return take_up(("certificates", path))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, range(4)))
    assert sorted(result.created for result in results) == [0, 0, 0, 60]
    assert sorted(result.unchanged for result in results) == [0, 60, 60, 60]
    assert Statement.objects.count() == 60
    assert ROWS["certificates"]["record_id"] != "T60"
