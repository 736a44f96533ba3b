"""`alunite export --public`: files whole or not at all, with what they mean beside them, every fault of a command at once."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import jsonschema
import polars as pl
import pytest

from alunite.config import command_line
from alunite.foundation.publications.dictionary import public_kinds


@pytest.fixture(autouse=True)
def ready(monkeypatch):
    """The samples stand for an installation."""
    monkeypatch.setattr("alunite.config.commands.exporting.need_ready", lambda: None)


def run(capsysbinary, *arguments):
    code = command_line.run(["export", *map(str, arguments), "--json"])
    return code, json.loads(capsysbinary.readouterr().out)


@pytest.mark.parametrize("name", list(public_kinds()))
def test_every_kind_goes_out_in_every_form_with_the_same_rows(samples, tmp_path, capsysbinary, name):
    found = {}
    for form in ("csv", "json", "parquet"):
        out = tmp_path / f"{name}.{form}"
        code, said = run(capsysbinary, name, "--public", "--format", form, "--out", out)
        assert (code, said["format"]) == (0, form)
        beside = json.loads((tmp_path / f"{name}.{form}-metadata.json").read_text("utf-8"))
        assert beside["alunite:dictionary"]["file"] == name
        assert beside["alunite:clocks"]["publication"] == said["publication"]
        assert beside["dc:rights"]
        found[form] = said["rows"]
    assert len(set(found.values())) == 1
    subjects = [row["subject"] for row in json.loads((tmp_path / f"{name}.json").read_text("utf-8"))]
    with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        assert [row["subject"] for row in csv.DictReader(file)] == subjects
    assert pl.read_parquet(tmp_path / f"{name}.parquet")["subject"].to_list() == subjects
    assert len(subjects) == found["csv"]
    schema = json.loads((tmp_path / f"{name}.json-metadata.json").read_text("utf-8"))["alunite:schema"]
    for row in json.loads((tmp_path / f"{name}.json").read_text("utf-8")):
        jsonschema.validate(row, schema)


def test_the_same_question_gives_the_same_bytes(samples, tmp_path, capsysbinary, client):
    for form in ("csv", "json"):
        for copy in ("a", "b"):
            run(capsysbinary, "members", "--public", "--format", form, "--on", "2020-01-01", "--out", tmp_path / copy)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
        assert (tmp_path / "a").read_bytes() == client.get(f"/data/members.{form}?on=2020-01-01").getvalue()


def test_both_clocks_are_asked_for(samples, tmp_path, capsysbinary):
    code, said = run(capsysbinary, "member", "--public", "--as-of", "2001-01-01", "--out", tmp_path / "m.csv")
    assert (code, said["rows"], said["publication"], said["as_of"]) == (0, 0, 0, "2001-01-01")


def test_every_fault_of_a_command_is_told_at_once(samples, tmp_path, capsysbinary):
    out = tmp_path / "x.csv"
    code, said = run(capsysbinary, "gossip", "--public", "--on", "2020-02-30", "--as-of", "x", "--out", out)
    assert (code, len(said["faults"])) == (2, 3)
    assert not out.exists()
    for day in ("2199-01-01", "9999-12-31", "0001-01-01"):
        code, said = run(capsysbinary, "members", "--public", "--as-of", day, "--out", out)
        assert (code, len(said["faults"])) == (2, 1), day
    code, said = run(capsysbinary, "members", "--on", "2020-01-01", "--format", "parquet", "--out", out)
    assert (code, len(said["faults"])) == (2, 2)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_refused(samples, tmp_path, capsysbinary):
    for out in (tmp_path / "nowhere" / "m.csv", tmp_path / "there"):
        (tmp_path / "there").mkdir(exist_ok=True)
        code, _ = run(capsysbinary, "members", "--public", "--out", out)
        assert code == 2


def test_without_pyarrow_parquet_says_what_to_install(samples, tmp_path, capsysbinary, monkeypatch):
    monkeypatch.delitem(sys.modules, "alunite.foundation.publications.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    out = tmp_path / "m.parquet"
    code, said = run(capsysbinary, "members", "--public", "--format", "parquet", "--out", out)
    assert (code, "requirements/analytics.txt" in said["error"]) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_the_web_knows_nothing_of_parquet():
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import django, sys; django.setup(); import alunite.config.urls; "
            "sys.exit(bool({'pyarrow', 'polars', 'pandas'} & set(sys.modules)))",
        ],
        check=False,
    )
    assert loaded.returncode == 0
