"""`alunite import` and `alunite export`: what they say, and every way in which a file can be wrong."""

from __future__ import annotations

import csv
import os
import shutil

import pytest

from tests.machine import CERTIFICATES, DONE, INPUT_AT_FAULT, MEMBERS, POSIX, history_count
from tests.planting import SAMPLES, Sheet

IMPORT_KEYS = {"rows", "created", "changed", "unchanged", "faults", "duplicates", "withheld", "dry_run"}
FAULT_KEYS = {"file", "row", "column", "value", "expected"}


def test_import_says_exactly_what_the_contract_names(bare):
    first = bare.done("import", MEMBERS, CERTIFICATES)
    assert set(first) == IMPORT_KEYS
    assert first == {
        "rows": 299, "created": 299, "changed": 0, "unchanged": 0, "faults": [], "duplicates": 0, "withheld": 0, "dry_run": False,
    }  # fmt: skip
    assert bare.done("import", MEMBERS, CERTIFICATES)["unchanged"] == 299


def test_a_dry_run_changes_nothing_and_says_what_the_real_run_will(sampled):
    sheet = Sheet.read("certificates")
    sheet.lines = sheet.lines[:10]
    sheet.lines[0].cells["scope"] = "another"
    sheet.lines[1].cells["record_id"] = "NEW"
    sheet.lines.append(sheet.lines[2])
    path = sampled.folder / "certificates.csv"
    path.write_text(sheet.text(), encoding="utf-8", newline="")
    with sampled.on_file() as database:
        dump = list(database.iterdump())
    tried = sampled.done("import", "certificates=certificates.csv", "--dry-run")
    with sampled.on_file() as database:
        assert list(database.iterdump()) == dump
    assert tried == {
        "rows": 11, "created": 1, "changed": 1, "unchanged": 8, "faults": [], "duplicates": 1, "withheld": 0, "dry_run": True,
    }  # fmt: skip
    assert sampled.done("import", "certificates=certificates.csv") == tried | {"dry_run": False}


def test_faults_are_listed_all_with_status_2_and_nothing_is_imported(sampled):
    sheet = Sheet.read("certificates")
    sheet.lines = sheet.lines[:3]
    sheet.lines[0].cells |= {"record_id": "NEW", "country": "XX", "issue_date": "2020-02-30"}
    sheet.lines[2].cells["entity"] = ""
    path = sampled.folder / "certificates.csv"
    path.write_text(sheet.text(), encoding="utf-8", newline="")
    before = history_count(sampled)
    found = sampled.refused("import", "certificates=certificates.csv", MEMBERS)
    assert set(found) == IMPORT_KEYS
    assert {frozenset(fault) for fault in found["faults"]} == {frozenset(FAULT_KEYS)}
    assert [(fault["file"], fault["row"], fault["column"], fault["value"]) for fault in found["faults"]] == [
        ("certificates.csv", 2, "country", "XX"),
        ("certificates.csv", 2, "issue_date", "2020-02-30"),
        ("certificates.csv", 4, "entity", ""),
    ]
    for_people = sampled.run("import", "certificates=certificates.csv")
    assert (for_people.status, for_people.out) == (INPUT_AT_FAULT, "")
    assert "certificates.csv, row 2, country: “XX”" in for_people.err
    assert "nothing was imported" in for_people.err
    assert history_count(sampled) == before


def test_a_control_character_from_a_file_does_not_reach_the_terminal(sampled):
    sheet = Sheet.read("members")
    sheet.lines[0].cells["note"] = "\x1b[2Jgone"
    (sampled.folder / "m.csv").write_text(sheet.text(), encoding="utf-8", newline="")
    said = sampled.run("import", "members=m.csv")
    assert said.status == INPUT_AT_FAULT
    assert "\x1b" not in said.err


@pytest.mark.parametrize(
    "files",
    [(), ("certificates",), ("certificates=",), ("=x.csv",), ("nothing=x.csv",), ("certificate=x.csv",)],
)
def test_import_refuses_what_is_not_kind_and_file(made, files):
    assert made.refused("import", *files)["error"]


@pytest.mark.parametrize("name", ["none.csv", ".", "../../../../etc/hostname-that-is-not", "/dev/null", "x" * 300])
def test_a_file_that_is_none_is_one_fault_of_the_whole_file(made, name):
    [fault] = made.refused("import", f"certificates={name}")["faults"]
    assert (fault["row"], fault["column"], fault["file"]) == (0, "", name)


@POSIX
def test_a_name_of_any_bytes_does_no_harm(sampled):
    name = os.fsdecode(b"m\xff.csv")
    shutil.copyfile(SAMPLES["members"], sampled.folder / name)
    sheet = Sheet.read("members")
    sheet.lines[0].cells["note"] = "changed"
    (sampled.folder / name).write_text(sheet.text(), encoding="utf-8", newline="")
    assert sampled.done("import", f"members={name}")["changed"] == 1
    none = os.fsdecode(b"none\xff.csv")
    assert sampled.refused("import", f"members={none}")["faults"]
    assert sampled.run("export", "members", "--out", name).status == DONE


def test_a_path_out_of_the_folder_is_read_and_only_the_files_name_is_kept(sampled):
    inner = sampled.folder / "a" / "b"
    inner.mkdir(parents=True)
    sheet = Sheet.read("members")
    sheet.lines[0].cells["note"] = "changed"
    (sampled.folder / "m.csv").write_text(sheet.text(), encoding="utf-8", newline="")
    assert sampled.done("import", "members=a/b/../../m.csv")["changed"] == 1
    with sampled.on_file() as database:
        assert database.execute("SELECT file FROM importing_batch ORDER BY id DESC").fetchone() == ("m.csv",)


def test_an_export_gives_the_sample_back_cell_by_cell(made, tmp_path):
    for kind, path in SAMPLES.items():
        out = tmp_path / f"{kind}.csv"
        said = made.done("export", kind, "--format", "csv", "--out", out)
        with out.open(encoding="utf-8", newline="") as file, path.open(encoding="utf-8", newline="") as sample:
            found, (header, *rows) = list(csv.reader(file)), list(csv.reader(sample))
        assert found == [header, *sorted(rows)]
        assert said["rows"] == len(rows)


@pytest.mark.parametrize("out", ["", ".", "none/out.csv", "/dev/null", "x" * 300])
def test_an_export_to_where_no_file_can_be_is_refused(made, out):
    assert made.refused("export", "members", "--out", out)["error"]


@pytest.mark.parametrize(
    "arguments", [("nothing", "--out", "x.csv"), ("members",), ("members", "--format", "xlsx", "--out", "x.csv")]
)
def test_an_export_of_what_there_is_not_is_refused(made, arguments):
    assert made.refused("export", *arguments)["error"]
    assert not (made.folder / "x.csv").exists()
