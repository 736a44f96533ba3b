"""Three columns every kind has: what other systems call the record, its licence, whom to name."""

from __future__ import annotations

import csv

import pytest

from alunite.foundation.importing import kinds
from alunite.foundation.importing.exporting import export_statements
from alunite.foundation.importing.kinds import COMMON_NAMES, import_kind
from alunite.foundation.importing.models import ExternalId, Statement
from alunite.foundation.importing.tests.conftest import ROWS, counts, exported, take_up

FILLED = {"external_ids": "portal:77; crm:A:1", "licence": "CC-BY-4.0", "attribution": "Somebody"}


@pytest.fixture
def written(tmp_path):
    def write(kind: str, *rows: dict[str, str], columns: tuple[str, ...] = COMMON_NAMES):
        path = tmp_path / f"{kind}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, (*columns, *import_kind(kind).column_names), restval="")
            writer.writeheader()
            writer.writerows(ROWS[kind] | row for row in rows)
        return kind, path

    return write


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_every_kind_takes_them_and_gives_them_back(scheme, written, tmp_path, kind):
    assert counts(take_up(written(kind, FILLED)))["created"] == 1
    header, row = exported(kind, tmp_path)
    assert header == [*import_kind(kind).column_names, *COMMON_NAMES]
    assert row[-3:] == list(FILLED.values())
    assert set(ExternalId.objects.values_list("system", "identifier")) == {("portal", "77"), ("crm", "A:1")}


def test_a_file_without_them_says_the_same_as_one_that_leaves_them_empty(scheme, written):
    take_up(written("members", {}, columns=()))
    assert counts(take_up(written("members", {})))["unchanged"] == 1
    assert counts(take_up(written("members", {}, columns=("licence",))))["unchanged"] == 1
    assert not set(COMMON_NAMES) & set(Statement.objects.get().cells)


def test_an_export_has_only_those_that_a_current_row_fills_and_comes_back_byte_for_byte(scheme, written, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    take_up(written("members", {"attribution": "Somebody"}))
    take_up(written("members", {"licence": "CC0-1.0"}))
    export_statements(import_kind("members"), first)
    assert first.read_text(encoding="utf-8").splitlines()[0].endswith(",source_url,licence")
    assert counts(take_up(("members", first)))["unchanged"] == 1
    export_statements(import_kind("members"), second)
    assert first.read_bytes() == second.read_bytes()


def test_a_corrected_row_says_anew_what_other_systems_call_it(scheme, written):
    take_up(written("members", {"external_ids": "portal:1"}))
    take_up(written("members", {"external_ids": "portal:2;portal:3"}))
    newest = Statement.objects.order_by("version").last()
    assert sorted(map(str, newest.external_ids.all())) == ["portal:2", "portal:3"]


@pytest.mark.parametrize(
    "cell", ["77", "portal:", ":77", "Portal:77", "a b:77", "portal:" + "7" * 201, "p" * 41 + ":7", "portal:7;x"]
)
def test_what_is_no_external_id_is_a_fault(scheme, written, cell):
    result = take_up(written("members", {"external_ids": cell}))
    assert [(fault.row, fault.column) for fault in result.faults] == [(2, "external_ids")]
    assert "system:id" in result.faults[0].expected


def test_a_kind_may_not_have_a_column_of_the_name_of_one_of_them(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})
    with pytest.raises(ValueError, match="every kind has licence already"):
        kinds.register(
            kinds.ImportKind(
                name="x",
                order=1,
                columns=(kinds.COMMON_COLUMNS[1],),
                key="licence",
                context=lambda: None,
                check_row=lambda _values, _context: (),
                apply=lambda _rows, _actor: None,
            )
        )
