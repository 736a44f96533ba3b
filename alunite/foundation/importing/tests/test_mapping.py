"""Issue 3, section 1: "mapping files (their column → ours, value maps; kept in `samples/mappings/`) so that another
system's export needs no code".
"""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.core.canonical import sha256_hex
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.cells import CellFault
from alunite.foundation.importing.kinds import COMMON_NAMES, import_kind
from alunite.foundation.importing.mapping import MappingError, iso_day, mapping_schema, read_mapping
from alunite.foundation.importing.models import Batch, Statement
from alunite.foundation.importing.tests.conftest import counts, take_up

SAMPLES = Path(__file__).resolve().parents[4] / "samples" / "mappings"
MAPPING = SAMPLES / "made-up-portal-certificates.yaml"
EXPORT = SAMPLES / "made-up" / "portal-certificates.csv"

# What the made-up export says, in our columns.
OURS = {
    "record_id": "made-up-portal:4711",
    "member": "Made-up Metals",
    "entity": "Made-up works",
    "country": "Norway",
    "standard": "PS",
    "standard_version": "V3 2022",
    "supply_chain_activities": "Casthouses;Semi-Fabrication",
    "audit_firm": "Made-up Assurance",
    "issue_date": "2023-08-21",
    "expiry_date": "2026-08-20",
    "source_url": "https://example.org/4711",
    "external_ids": "made-up-portal:4711",
    "licence": "made up",
    "attribution": "Nobody, this row is made up",
}


@pytest.fixture
def written(tmp_path):
    def write(text: str, name: str = "mapping.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def mapped(path: Path, mapping: Path = MAPPING, **options):
    return import_files([("certificates", path)], actor=IMPORTER, mappings=[read_mapping(mapping)], **options)


def places(error: MappingError) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.path, fault.value) for fault in error.faults]


def test_another_systems_export_becomes_the_rows_our_own_columns_would_give(scheme, put):
    assert counts(mapped(EXPORT))["created"] == 2
    theirs = Statement.objects.get(key="made-up-portal:4711").cells
    assert {name: cell for name, cell in theirs.items() if cell} == OURS
    path = put("certificates")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(theirs))
        writer.writeheader()
        writer.writerow(OURS)
    assert counts(take_up(("certificates", path)))["unchanged"] == 1


def test_a_second_time_changes_nothing(scheme):
    mapped(EXPORT)
    assert counts(mapped(EXPORT)) == {"rows": 2, "created": 0, "changed": 0, "unchanged": 2, "duplicates": 0}


def test_a_record_we_hold_under_their_id_is_found_and_keeps_our_key(scheme, tmp_path, put):
    path = put("certificates")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*import_kind("certificates").column_names, *COMMON_NAMES], restval="")
        writer.writeheader()
        writer.writerow(OURS | {"record_id": "C1", "entity": "an older name"})
    take_up(("certificates", path))
    assert counts(mapped(EXPORT)) == {"rows": 2, "created": 1, "changed": 1, "unchanged": 0, "duplicates": 0}
    assert [row.version for row in Statement.objects.filter(key="C1").order_by("version")] == [1, 2]
    assert Statement.objects.get(key="C1", version=2).cells["entity"] == "Made-up works"


AUDITS = """kind: audits
system: made-up-portal
columns:
  Report: entity
  Programme: standard
  Of: {to: certificate_record_id, external: true}
  Link: source_url
external_id: Nr
"""


def test_their_id_of_another_kind_of_record_is_looked_up_and_an_unknown_one_is_a_fault(scheme, written):
    mapped(EXPORT)
    mapping = read_mapping(written(AUDITS))

    def audits(certificate: str):
        row = f"Nr,Report,Programme,Of,Link\n7,Made-up works,PS,{certificate},https://example.org/7\n"
        return import_files([("audits", written(row, "theirs.csv"))], actor=IMPORTER, mappings=[mapping])

    (fault,) = audits("9999").faults
    assert (fault.row, fault.column, fault.value) == (2, "Of", "9999")
    assert "of certificates" in fault.expected
    # The portal calls it 4711; here it stands under the key it was imported with.
    assert counts(audits("4711"))["created"] == 1
    cells = Statement.objects.get(kind="audits").cells
    assert cells["certificate_record_id"] == Statement.objects.filter(kind="certificates").earliest("key").key


def test_an_id_that_no_database_takes_is_a_fault_of_its_cell(scheme, written):
    """JSON can hold a NUL; PostgreSQL cannot, and was asked for the key of such an id."""
    mapping = read_mapping(written(AUDITS))
    row = (
        '[{"Nr": "7\\u0000", "Report": "Works", "Programme": "PS", "Of": "4\\u00007", "Link": "https://example.org/7"}]'
    )
    result = import_files([("audits", written(row, "theirs.json"))], actor=IMPORTER, mappings=[mapping])
    assert {(fault.row, fault.column) for fault in result.faults} == {(2, "Nr"), (2, "Of")}


def test_a_day_without_anything_between_needs_both_digits():
    assert iso_day("20231101", "YYYYMMDD") == "2023-11-01"
    with pytest.raises(CellFault):
        iso_day("2023111", "YYYYMMDD")  # 1 November or 11 January


def test_faults_speak_of_their_columns_and_their_values(scheme, written):
    text = EXPORT.read_text(encoding="utf-8")
    text = text.replace("Norway", "Nowhere").replace("21.08.2023", "21/08/2023").replace("rolling", "baking")
    text = text.replace("Custody Chain", "Chains").replace("20.08.2026", "20.13.2026")
    result = mapped(written(text, "theirs.csv"))
    assert {(fault.row, fault.column, fault.value) for fault in result.faults} == {
        (2, "Country", "Nowhere"),
        (2, "Granted", "21/08/2023"),
        (2, "Activities", "casting, baking"),
        (2, "Ends", "20.13.2026"),
        (3, "Programme", "Chains"),
    }
    assert "a day as DD.MM.YYYY" in {fault.expected for fault in result.faults}
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("encoding", "name"), [("windows-1252", "Gränges"), ("utf-16", "Gränges"), ("shift_jis", "日本")]
)
def test_a_file_in_another_encoding_says_the_same(scheme, tmp_path, written, encoding, name):
    text = EXPORT.read_text(encoding="utf-8").replace("Made-up works", name)
    (tmp_path / "theirs.csv").write_bytes(text.encode(encoding))
    mapping = written(f"encoding: {encoding}\n" + MAPPING.read_text(encoding="utf-8"))
    assert counts(mapped(tmp_path / "theirs.csv", mapping))["created"] == 2
    assert Statement.objects.get(key="made-up-portal:4711").cells["entity"] == name
    assert Batch.objects.get().sha256 == sha256_hex(text.encode(encoding)), "of the file as it was sent"


@pytest.mark.parametrize(
    ("encoding", "content", "row", "value", "expected"),
    [
        ("windows-1252", b'Ref;Holder\n"1\n1";a\n2;\x81\n', 3, "81 0a", "these bytes are not"),
        ("windows-1252", "\ufeffRef;Holder\n".encode(), 1, "", "this is UTF-8"),
        ("utf-16", b"Ref;Holder\n", 1, "", "the mark at its beginning is missing"),
        ("utf-16", codecs.BOM_UTF16_BE + "R\n1\n".encode("utf-16-be") + b"\xd8", 3, "d8", "these bytes are not"),
        ("shift_jis", b"R\n" + b"1\n" * 600_000 + b"\x82", 600_002, "82", "these bytes are not"),
    ],
)
def test_a_file_that_is_not_in_the_encoding_its_mapping_names_says_where(
    scheme, tmp_path, written, encoding, content, row, value, expected
):
    (tmp_path / "theirs.csv").write_bytes(content)
    mapping = written(f"encoding: {encoding}\n" + MAPPING.read_text(encoding="utf-8"))
    [fault] = mapped(tmp_path / "theirs.csv", mapping).faults
    assert (fault.row, fault.value, expected in fault.expected) == (row, value, True)
    assert encoding in fault.expected


JOINED = """kind: audits
system: made-up-portal
columns:
  Programme: standard
  Link: source_url
join:
  entity: {columns: [Company, Site], separator: ", "}
  audit_end: {columns: [Year, Month, Day], separator: "-"}
external_id: Nr
"""


def test_several_of_their_columns_become_one_of_ours_and_a_fault_names_them(scheme, written):
    mapping = read_mapping(written(JOINED))

    def audits(*rows: str):
        text = "Nr,Company,Site,Programme,Year,Month,Day,Link\n" + "".join(
            f"{row},https://example.org/7\n" for row in rows
        )
        return import_files([("audits", written(text, "theirs.csv"))], actor=IMPORTER, mappings=[mapping])

    result = audits("7,Works,,PS,2023,13,01", "8,,,PS,2023,,")
    assert {(fault.row, fault.column, fault.value) for fault in result.faults} == {
        (2, "Year + Month + Day", "2023-13-01"),
        (3, "Company + Site", ""),
    }
    assert counts(audits("7,Works, North  mill ,PS,2023,08,", "8,Works,,PS,,,"))["created"] == 2
    found = {row.key[-1]: row.cells for row in Statement.objects.filter(kind="audits")}
    assert (found["7"]["entity"], found["7"]["audit_end"]) == ("Works, North mill", "2023-08")
    assert (found["8"]["entity"], found["8"]["audit_end"]) == ("Works", "")


def test_what_cannot_be_joined_is_told_with_its_line(scheme, written):
    text = JOINED.replace("[Company, Site]", "[Company]").replace("audit_end", "nowhere") + "encoding: klingon\n"
    with pytest.raises(MappingError) as caught:
        read_mapping(written(text))
    assert {(line, path) for line, path, _ in places(caught.value)} == {(7, "join.entity.columns"), (10, "encoding")}
    text = JOINED.replace("audit_end", "standard") + "ignore: [Site]\n"
    with pytest.raises(MappingError) as caught:
        read_mapping(written(text))
    assert {(line, path) for line, path, _ in places(caught.value)} == {
        (7, "join.entity.columns[1]"),
        (8, "join.standard"),
    }


def test_their_missing_and_unknown_columns_are_faults_of_the_header(scheme, written):
    text = EXPORT.read_text(encoding="utf-8").replace("Holder", "Owner")
    result = mapped(written(text, "theirs.csv"))
    assert [(fault.row, fault.column) for fault in result.faults] == [(1, "Holder"), (1, "Owner")]


def test_a_row_without_their_id_has_no_key(scheme, written):
    text = EXPORT.read_text(encoding="utf-8").replace("\n4712;", "\n;")
    result = mapped(written(text, "theirs.csv"))
    assert [(fault.row, fault.column) for fault in result.faults] == [(3, "Ref")]


def test_all_faults_of_a_mapping_are_told_at_once_with_their_lines(scheme, written):
    path = written("""kind: certificates
system: Made Up
delimiter: "#"
nonsense: 1
columns:
  A: member
  B: {to: member}
  C: nowhere
  D: {to: issue_date, day: YY-MM-DD}
  E: 7
constants: {licence: x}
""")
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    found = places(caught.value)
    assert {(2, "system", "Made Up"), (3, "delimiter", "#"), (4, "nonsense", "nonsense")} <= {
        (line, path or "nonsense", value) for line, path, value in found
    }
    assert (9, "columns.D.day", "YY-MM-DD") in found
    assert (10, "columns.E", "7") in found


def test_columns_that_are_not_there_twice_or_missing_are_faults(scheme, written):
    path = written("""kind: certificates
system: other
columns:
  A: member
  B: {to: member}
  C: nowhere
  D: {to: entity, external: true}
ignore: [A]
""")
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    assert {(line, path) for line, path, _ in places(caught.value)} == {
        (5, "columns.B.to"), (6, "columns.C"), (7, "columns.D.external"), (8, "ignore[0]"), (1, "columns"),
    }  # fmt: skip
    missing = [fault.expected for fault in caught.value.faults if fault.path == "columns"]
    assert [text.split()[-1] for text in sorted(missing)] == ["record_id", "source_url", "standard"]


def test_words_of_a_mapping_that_the_scheme_does_not_have_are_told_once_and_before_any_row(scheme, written):
    text = MAPPING.read_text(encoding="utf-8").replace("Performance: PS", "Performance: XX")
    result = mapped(EXPORT, written(text))
    assert [(fault.row, fault.column, fault.value) for fault in result.faults] == [
        (0, "columns.Programme.values.Performance", "XX")
    ]


@pytest.mark.parametrize(("text", "line"), [("kind: nothing\nsystem: a\n", 1), ("kind: [", 1), ("- a\n", 1)])
def test_what_is_no_mapping_is_refused(scheme, written, text, line):
    with pytest.raises(MappingError) as caught:
        read_mapping(written(text))
    assert line in {fault.line for fault in caught.value.faults}


def test_the_samples_fit_the_published_schema():
    jsonschema.validate(YAML(typ="safe").load(MAPPING), mapping_schema())
