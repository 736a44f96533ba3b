"""The command line as the contract of issue 2, section 2, tried from outside: the real command, a folder of its own.

Exit status 0: done. 2: the input is at fault, or a check found something. 1: our fault, which none of these may be.
"""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.planting import ROOT, SAMPLES, Sheet

ALUNITE = Path(sys.executable).with_name("alunite")
DONE, INPUT_AT_FAULT = 0, 2
IMPORT_KEYS = {"rows", "created", "changed", "unchanged", "faults", "duplicates", "dry_run"}
FAULT_KEYS = {"file", "row", "column", "value", "expected"}
CERTIFICATES = f"certificates={SAMPLES['certificates']}"
MEMBERS = f"members={SAMPLES['members']}"
TEA = ROOT / "alunite/foundation/scheme/tests/packs/tea"
# Each test has an SQLite file of its own; on PostgreSQL the journey of test_command_line_on_postgresql.py is made.
pytestmark = pytest.mark.skipif(
    bool(os.environ.get("TEST_DATABASE_URL")), reason="has its own SQLite files; run with the tests on SQLite"
)
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and modes of POSIX")


@dataclass
class Said:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output; `json.loads` refuses anything beside it."""
        return json.loads(self.out)


# The rows of our own collection alone: all eight kinds, a seventh of the rows.
FEW = (
    "--samples",
    *(f"--without={folder}" for folder in ("fineprint", "our-world-in-data", "us-epa", "usgs", "wikipedia")),
)


@dataclass
class Machine:
    """A user's machine: a home of an installation, a configuration folder, nothing else in the environment."""

    folder: Path
    home_name: str = "home"
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / self.home_name

    @property
    def configuration(self) -> Path:
        return self.folder / "configuration"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        own = {"ALUNITE_HOME": str(self.home), "XDG_CONFIG_HOME": str(self.configuration), "HOME": str(self.folder)}
        return kept | own | self.variables

    def run(self, *arguments: str | Path, **variables: str) -> Said:
        done = subprocess.run(
            [ALUNITE, *arguments],
            env=self.environment | variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        said = Said(done.returncode, done.stdout, done.stderr)
        assert said.status != 1, f"{arguments}: status 1\n{said.out}\n{said.err}"
        assert "Traceback" not in said.err
        return said

    def done(self, *arguments: str | Path, **variables: str) -> Any:
        """Run with --json, expect success, and give the document."""
        said = self.run(*arguments, "--json", **variables)
        assert said.status == DONE, said
        return said.json

    def refused(self, *arguments: str | Path, **variables: str) -> Any:
        """Run with --json, expect a refusal, and give the document; without --json it says so on standard error."""
        said = self.run(*arguments, "--json", **variables)
        assert said.status == INPUT_AT_FAULT, said
        return said.json

    def copy(self, folder: Path) -> Machine:
        """Give a machine of its own with the same installation and keys."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Machine(folder, self.home_name, self.variables)

    def on_file(self) -> sqlite3.Connection:
        return sqlite3.connect(self.home / "alunite.sqlite3")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    folder = tmp_path / "machine"
    folder.mkdir()
    return Machine(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """An installation with the sample rows, made once; tests that change something take a copy."""
    machine = Machine(tmp_path_factory.mktemp("made"))
    machine.done("init", *FEW)
    return machine


@pytest.fixture
def sampled(made: Machine, tmp_path: Path) -> Machine:
    return made.copy(tmp_path / "machine")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def history_count(machine: Machine) -> tuple[int, int]:
    found = machine.done("history", "verify")
    return found["entries"], found["checkpoints"]


# Making an installation


def test_init_makes_a_key_of_ones_own_outside_the_home_and_says_it_is_for_trials(machine):
    said = machine.run("init", "--json")
    assert said.status == DONE
    [key] = [path for path in machine.configuration.rglob("*") if path.is_file()]
    assert str(key) in said.err
    assert "for trials" in said.err
    assert said.json["master_key_made"] is True
    assert not any(key.read_bytes().strip() in content for content in contents(machine.home).values())


@POSIX
def test_nobody_else_may_read_the_key(made):
    [key] = [path for path in made.configuration.rglob("*") if path.is_file()]
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.home.stat().st_mode) == 0o700, "the database lies in it"


def test_a_second_init_changes_nothing(sampled):
    before = history_count(sampled), contents(sampled.configuration)
    log = (sampled.home / "checkpoints.log").read_bytes()
    for arguments in (("init",), ("init", *FEW)):
        again = sampled.done(*arguments)
        assert (again["created"], again["changed"]) == (0, 0)
        assert again["scheme_changed"] is False
        assert again["master_key_made"] is False
    assert (history_count(sampled), contents(sampled.configuration)) == before
    assert (sampled.home / "checkpoints.log").read_bytes() == log


def test_every_entry_is_sealed_when_a_command_exits(made):
    found = made.done("history", "verify")
    assert (found["ok"], found["unsealed"]) == (True, 0)
    assert found["entries"] > 183


def test_a_second_init_keeps_the_scheme_it_was_made_with(machine):
    first = machine.done("init", "--scheme", TEA)
    assert (first["scheme"], first["scheme_changed"]) == ("tea", True)
    again = machine.done("init")
    assert (again["scheme"], again["scheme_changed"]) == ("tea", False)
    assert "asi" in machine.refused("init", "--scheme", ROOT / "schemes/asi")["error"]


@pytest.mark.parametrize("home_name", ["a home", "höm-字", 'quote\'d "home"', "deep/er/home"])
def test_a_home_may_have_any_usual_name(machine, home_name):
    machine.home_name = home_name
    machine.done("init")
    assert (machine.home / "alunite.sqlite3").is_file()
    assert machine.done("import", MEMBERS)["created"] == 116


def test_a_home_that_cannot_be_written_is_refused(machine):
    (machine.folder / "file").write_text("")
    machine.home_name = "file/home"
    assert "ALUNITE_HOME" in machine.refused("init")["error"]
    assert "ALUNITE_HOME" in machine.refused("demo")["error"]


@POSIX
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_without_permission_is_refused(machine):
    machine.home.mkdir(mode=0o500)
    assert "ALUNITE_HOME" in machine.refused("init")["error"]


@pytest.mark.parametrize("folder", ["none", "file", "empty"])
def test_init_refuses_a_folder_that_is_no_scheme_pack_and_the_next_init_heals(machine, folder):
    (machine.folder / "file").write_text("x")
    (machine.folder / "empty").mkdir()
    assert machine.refused("init", "--scheme", machine.folder / folder)["faults"]
    assert "alunite init" in machine.refused("import", MEMBERS)["error"]
    machine.done("init")
    assert machine.done("import", MEMBERS)["created"] == 116


@POSIX
def test_a_killed_init_is_healed_by_the_next(made, machine):
    whole = made.done("history", "verify")
    chance = random.Random(2)
    for _ in range(4):
        started = subprocess.Popen(
            [ALUNITE, "init", *FEW],
            env=machine.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.3, 1.6))
        started.send_signal(signal.SIGKILL)
        started.wait()
    machine.done("init", *FEW)
    found = machine.done("history", "verify")
    assert (found["ok"], found["unsealed"], found["entries"]) == (True, 0, whole["entries"])
    assert machine.done("import", MEMBERS, CERTIFICATES)["unchanged"] == 299


# The master key


def lost_key(machine: Machine) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(machine.folder / "elsewhere")}


def test_a_copy_of_the_data_folder_verifies_without_the_key(made, tmp_path):
    shutil.copytree(made.home, tmp_path / "copy")
    copy = Machine(tmp_path, "copy")
    found = copy.done("history", "verify")
    assert found["ok"] is True
    assert found["entries"] == made.done("history", "verify")["entries"]
    assert not (tmp_path / "configuration").exists()


@pytest.mark.parametrize(
    "command",
    [("import", MEMBERS), ("import", CERTIFICATES), ("serve",), ("init",), ("demo",), ("user", "add", "somebody")],
    ids=lambda command: " ".join(command[:1]),
)
def test_without_the_key_nothing_is_written_or_served(sampled, command):
    before = history_count(sampled)
    assert "ALUNITE_MASTER_KEY" in sampled.refused(*command, **lost_key(sampled))["error"]
    assert not (sampled.folder / "elsewhere").exists()
    assert history_count(sampled) == before


@pytest.mark.parametrize("key", ["x" * 40, "short", "./nowhere/key"])
def test_with_another_key_nothing_is_written(sampled, key):
    before = history_count(sampled)
    for command in (("user", "add", "somebody"), ("init",), ("import", MEMBERS), ("serve",)):
        assert "key" in sampled.refused(*command, ALUNITE_MASTER_KEY=key)["error"]
    assert history_count(sampled) == before


def test_the_key_may_be_given_as_a_value_or_a_file(machine):
    (machine.folder / "key").write_text("a key of more than thirty-two characters\n")
    machine.done("init", ALUNITE_MASTER_KEY=str(machine.folder / "key"))
    assert not machine.configuration.exists()
    machine.done("user", "add", "somebody", ALUNITE_MASTER_KEY="a key of more than thirty-two characters")


def test_reading_needs_no_key(sampled, tmp_path):
    without = lost_key(sampled)
    assert sampled.done("export", "members", "--out", tmp_path / "m.csv", **without)["rows"] == 116
    assert sampled.done("import", MEMBERS, "--dry-run", **without)["unchanged"] == 116
    assert sampled.done("register", "rebuild", **without)["subjects"] > 0


# Import and export


def test_import_says_exactly_what_the_contract_names(machine):
    machine.done("init")
    first = machine.done("import", MEMBERS, CERTIFICATES)
    assert set(first) == IMPORT_KEYS
    assert first == {
        "rows": 299, "created": 299, "changed": 0, "unchanged": 0, "faults": [], "duplicates": 0, "dry_run": False,
    }  # fmt: skip
    assert machine.done("import", MEMBERS, CERTIFICATES)["unchanged"] == 299


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
        "rows": 11, "created": 1, "changed": 1, "unchanged": 8, "faults": [], "duplicates": 1, "dry_run": True,
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


# History


def tampered(machine: Machine, *statements: str) -> Any:
    with machine.on_file() as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            database.execute(statement)
    database.close()
    return machine.refused("history", "verify")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history_entry SET actor = 'person:1' WHERE id = 100",
        "UPDATE history_payload SET payload = replace(payload, 'a', 'b') WHERE entry_id = 100",
        "DELETE FROM history_payload WHERE entry_id = 100",
        "DELETE FROM history_entry WHERE id = (SELECT max(id) FROM history_entry)",
        "DELETE FROM history_checkpoint WHERE number = (SELECT max(number) FROM history_checkpoint)",
        "DROP TABLE history_payload",
    ],
)
def test_history_that_was_tampered_with_is_found_out(sampled, statement):
    found = tampered(sampled, "PRAGMA foreign_keys = OFF", statement)
    assert found.get("ok") is not True
    assert found.get("problems") or found.get("error")


def test_history_is_checked_against_a_file_of_checkpoints_kept_elsewhere(sampled, tmp_path):
    kept = tmp_path / "kept.log"
    shutil.copyfile(sampled.home / "checkpoints.log", kept)
    assert sampled.done("history", "verify", "--checkpoints", kept)["ok"] is True
    lines = kept.read_text().splitlines(keepends=True)
    kept.write_text("".join(lines[:-1]) + lines[-1].replace('"count":', '"count":1'))
    assert sampled.refused("history", "verify", "--checkpoints", kept)["problems"]
    assert sampled.refused("history", "verify", "--checkpoints", tmp_path / "none.log")["error"]


def test_a_file_of_checkpoints_at_odds_with_the_database_stops_every_write(sampled):
    log = sampled.home / "checkpoints.log"
    log.write_bytes(log.read_bytes()[:-40])
    log.write_bytes(log.read_bytes() + b"x\n")
    assert sampled.refused("user", "add", "somebody")["error"]
    with sampled.on_file() as database:
        assert database.execute("SELECT count(*) FROM accounts_person").fetchone() == (0,)


def test_verifying_names_the_key_that_signed(made):
    [key] = (made.home / "keys").glob("*.pub")
    assert made.done("history", "verify")["keys"] == [key.stem]
    assert f"signed by: {key.stem}" in made.run("history", "verify").out.splitlines()


@pytest.mark.parametrize("left", [None, b"x\n", b'{"at":'])
def test_a_lost_checkpoint_log_is_written_again_on_purpose_with_a_reason(machine, left):
    machine.done("init")
    machine.done("user", "add", "first")  # one missing line alone would be mended as after a crash
    log = machine.home / "checkpoints.log"
    whole = log.read_bytes()
    assert "move it away" in machine.refused("history", "write-log", "--reason", "none")["error"]
    log.unlink()
    if left is not None:
        log.write_bytes(left)
    refusal = machine.refused("user", "add", "somebody")["error"]
    assert "alunite history write-log --reason" in refusal
    for nothing in ("", "  "):
        assert machine.refused("history", "write-log", "--reason", nothing)["error"]
    assert machine.refused("history", "write-log")["error"]
    log.unlink(missing_ok=True)
    said = machine.done("history", "write-log", "--reason", "the disk broke")
    assert said == {"file": str(log), "checkpoints": 2}
    assert log.read_bytes().startswith(whole)
    found = machine.done("history", "verify")
    assert (found["ok"], found["unsealed"], found["checkpoints"]) == (True, 0, 3)
    machine.done("user", "add", "somebody")
    with machine.on_file() as database:
        query = "SELECT payload FROM history_payload JOIN history_entry ON id = entry_id WHERE kind LIKE '%rewritten'"
        [(payload,)] = database.execute(query).fetchall()
    assert json.loads(payload) == {"file": "checkpoints.log", "reason": "the disk broke"}


def test_the_log_is_not_written_again_without_an_installation_or_its_key(machine):
    asked = ("history", "write-log", "--reason", "lost")
    assert "alunite init" in machine.refused(*asked)["error"]
    machine.done("init")
    (machine.home / "checkpoints.log").unlink()
    assert "ALUNITE_MASTER_KEY" in machine.refused(*asked, **lost_key(machine))["error"]
    assert not (machine.home / "checkpoints.log").exists()
    assert machine.refused("history", "write-log", "--reason", os.fsdecode(b"\xff"))["error"]
    assert not (machine.home / "checkpoints.log").exists()


# Others who are writing

OTHERWISE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alunite.config.settings")
from django.conf import settings
import django
django.setup()
settings.DATABASES["default"]["OPTIONS"]["timeout"] = 0.2
from alunite.config.command_line import main
from alunite.config.commands import common
from alunite.foundation.history.errors import CheckpointLogError, SealingBusy
sealing, calls = common.seal, []
def seal():
    calls.append(1)
    {body}
common.seal = seal
main(sys.argv[1:])
"""


def run_otherwise(machine: Machine, body: str, *arguments: str) -> Said:
    """Run a command whose sealing goes otherwise, and which does not wait for locks."""
    done = subprocess.run(
        [sys.executable, "-c", OTHERWISE.format(body=body), *arguments],
        env=machine.environment,
        cwd=machine.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


BUSY = "raise SealingBusy('busy')"


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        (BUSY, "sealed by the next command"),
        ("if len(calls) > 1: raise CheckpointLogError('at odds')", "could not be sealed: at odds"),
        ("if len(calls) > 1: raise OSError('disk full')", "could not be sealed: disk full"),
    ],
)
def test_an_account_is_told_with_its_password_although_it_cannot_be_sealed(sampled, body, warning):
    said = run_otherwise(sampled, body, "user", "add", "somebody", "--json")
    assert said.status == DONE
    assert set(said.json) == {"username", "password"}
    assert warning in said.err
    assert sampled.done("history", "verify")["unsealed"] == 1
    sampled.done("user", "add", "another")
    assert sampled.done("history", "verify")["unsealed"] == 0


def test_init_is_done_although_it_cannot_be_sealed(machine):
    said = run_otherwise(machine, BUSY, "init", "--json")
    assert (said.status, said.json["scheme_changed"]) == (DONE, True)
    assert "sealed by the next command" in said.err
    assert machine.done("history", "verify")["unsealed"] > 0
    machine.done("init")
    assert machine.done("history", "verify")["unsealed"] == 0


def test_a_checkpoint_log_at_odds_is_refused_before_anything_is_written(sampled):
    said = run_otherwise(sampled, "raise CheckpointLogError('at odds')", "user", "add", "somebody", "--json")
    assert (said.status, said.json) == (INPUT_AT_FAULT, {"error": "at odds"})
    assert sampled.done("history", "verify")["unsealed"] == 0


@pytest.mark.parametrize("command", [("user", "add", "somebody"), ("import", MEMBERS), ("register", "rebuild")])
@pytest.mark.parametrize("body", ["sealing()", BUSY])
def test_a_database_that_others_keep_locked_is_told_plainly(sampled, command, body):
    before = history_count(sampled)
    other = sampled.on_file()
    try:
        other.execute("BEGIN IMMEDIATE")
        said = run_otherwise(sampled, body, *command)
        assert (said.status, said.out) == (1, "")
        assert said.err.splitlines()[-1] == "another command is writing; try again"
        assert run_otherwise(sampled, body, *command, "--json").json == {"error": said.err.splitlines()[-1]}
    finally:
        other.close()
    assert history_count(sampled) == before
    sampled.done(*command)


# Scheme packs and applicability


def test_the_schema_of_packs_is_a_json_schema_that_the_good_pack_fits(machine):
    said = machine.run("scheme", "schema", "--json")
    assert said.status == DONE
    assert said.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(said.json)
    assert machine.run("scheme", "schema").out == said.out
    assert not machine.home.exists()


def test_scheme_check_finds_no_fault_in_a_good_pack_and_each_in_a_broken_one(machine):
    assert machine.done("scheme", "check", ROOT / "schemes/asi") == {"faults": []}
    broken = machine.folder / "tea"
    shutil.copytree(TEA, broken)
    text = (broken / "scheme.yaml").read_text(encoding="utf-8")
    text = text.replace("family: leaf", "family: twig").replace("kind: guest, may_certify: false, ", "kind: guest, ")
    (broken / "scheme.yaml").write_text(text, encoding="utf-8")
    found = machine.refused("scheme", "check", broken)["faults"]
    assert {frozenset(fault) for fault in found} == {frozenset({"file", "line", "path", "value", "expected"})}
    assert any(fault["value"] == "twig" and fault["file"] == "scheme.yaml" for fault in found)
    assert any("may_certify" in fault["path"] for fault in found)
    assert machine.refused("scheme", "check", machine.folder / "none")["faults"]


ASKED = ("applicable", "--standard", "ps-3", "--date", "2024-05-01")


def test_applicable_answers_for_every_criterion_with_its_reasons(machine):
    answered = machine.done(*ASKED, "--activity", "casthouses", "--activity", "semi_fabrication")
    assert (answered["standard"], answered["date"]) == ("ps-3", "2024-05-01")
    # The standard itself counts 62 criteria (issue 2, section 3).
    assert len({item["number"] for item in answered["criteria"]}) == len(answered["criteria"]) == 62
    for item in answered["criteria"]:
        assert set(item) == {"number", "answer", "activities", "triggers", "reasons"}
        assert item["answer"] in {"applies", "does_not_apply", "depends", "not_known"}
        assert item["reasons"]
        for reason in item["reasons"]:
            assert set(reason) == {"rule", "text", "values", "trust", "origin", "source"}


def test_an_activity_is_known_by_its_label_too(machine):
    by_id = machine.done(*ASKED, "--activity", "semi_fabrication")
    assert machine.done(*ASKED, "--activity", "Semi-Fabrication") == by_id


def test_the_cycle_is_later_unless_said_otherwise_and_the_reasons_say_so(machine):
    asked = (*ASKED, "--activity", "semi_fabrication")
    assert machine.done(*asked) == machine.done(*asked, "--cycle", "later")
    assert "cycle" in json.dumps(machine.done(*asked))


def test_all_that_is_unknown_in_a_question_is_listed_at_once(machine):
    faults = machine.refused(
        "applicable", "--standard", "ps-9", "--activity", "a1", "--activity", "casthouses", "--activity", "a2",
        "--class", "c1", "--date", "2024-02-30",
    )["faults"]  # fmt: skip
    assert [any(word in fault for fault in faults) for word in ("ps-9", "a1", "a2", "c1", "2024-02-30")] == [True] * 5
    assert len(faults) == 5
    faults = machine.refused(*ASKED, "--activity", "casthouses", "--trigger", "t1", "--trigger", "t2")["faults"]
    assert [any(word in fault for fault in faults) for word in ("t1", "t2")] == [True, True]


@pytest.mark.parametrize("day", ["2024-5-1", "20240501", "2024-05", "2024-W18-3", "yesterday", ""])
def test_a_day_is_asked_for_in_one_form(machine, day):
    assert machine.refused("applicable", "--standard", "ps-3", "--activity", "casthouses", "--date", day)["faults"]


@pytest.mark.parametrize("missing", ["--standard", "--activity", "--date"])
def test_a_question_that_lacks_something_is_refused(machine, missing):
    asked = [*ASKED, "--activity", "casthouses"]
    place = asked.index(missing)
    del asked[place : place + 2]
    assert missing in machine.refused(*asked)["error"]


def test_an_installation_answers_by_the_scheme_it_runs(machine):
    machine.done("init", "--scheme", TEA)
    asked = ("applicable", "--standard", "leaf-1", "--activity", "Tea garden", "--date", "2024-05-01")
    assert len(machine.done(*asked)["criteria"]) == 6
    assert machine.refused(*ASKED, "--activity", "casthouses")["faults"]


# People


def test_a_person_is_added_with_a_password_shown_once(sampled):
    made = sampled.done("user", "add", "somebody", "--name", "Some Body", "--email", "s@example.org")
    assert set(made) == {"username", "password"}
    assert made["username"] == "somebody"
    assert len(made["password"]) >= 12
    assert not any(made["password"].encode() in content for content in contents(sampled.home).values())


@pytest.mark.parametrize("again", ["somebody", "SomeBody", " somebody "])
def test_a_name_is_given_once_whatever_its_case(sampled, again):
    sampled.done("user", "add", "somebody")
    [fault] = sampled.refused("user", "add", again)["faults"]
    assert fault["field"] == "username"


@pytest.mark.parametrize(("name", "email"), [("", ""), ("two words", ""), ("x" * 200, ""), ("fine", "no address")])
def test_a_name_or_address_that_cannot_be_is_refused_by_field(made, name, email):
    [fault] = made.refused("user", "add", name, "--email", email)["faults"]
    assert fault["field"] == ("email" if email else "username")
    assert fault["expected"]


# What all commands have in common

NEEDING = [
    ("import", MEMBERS), ("import", MEMBERS, "--dry-run"), ("export", "members", "--out", "x.csv"),
    ("history", "verify"), ("register", "rebuild"), ("user", "add", "somebody"), ("serve",),
]  # fmt: skip


@pytest.mark.parametrize("command", NEEDING, ids=" ".join)
def test_before_init_a_command_says_how_to_begin_and_makes_nothing(machine, command):
    assert "alunite init" in machine.refused(*command)["error"]
    assert list(machine.folder.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [("nothing",), ("init", "--nothing"), ("history",), ("history", "nothing"), ("serve", "--port", "0"),
     ("serve", "--port", "http"), ("scheme", "check"), ("export",), ("user", "add")],
    ids=" ".join,
)  # fmt: skip
def test_a_call_that_makes_no_sense_is_refused_in_json_too(machine, command):
    assert machine.refused(*command)["error"]


def test_without_json_a_refusal_stands_on_standard_error_alone(machine):
    said = machine.run("export", "nothing", "--out", "x.csv")
    assert (said.status, said.out) == (INPUT_AT_FAULT, "")
    assert "alunite init" in said.err


def test_help_and_nothing_at_all_tell_the_commands(machine):
    for arguments, status in ((("--help",), DONE), ((), INPUT_AT_FAULT)):
        said = machine.run(*arguments)
        assert said.status == status
        assert all(name in said.out + said.err for name in ("init", "import", "export", "demo", "serve"))


@pytest.mark.parametrize("url", ["postgresql://postgres:@127.0.0.1:1/none", "mysql://x/y", "nonsense"])
def test_a_database_that_is_not_there_is_told(machine, url):
    assert machine.refused("init", DATABASE_URL=url)["error"]


def test_a_file_that_is_no_database_is_told(sampled):
    (sampled.home / "alunite.sqlite3").write_bytes(b"no database" * 1000)
    for command in (("import", MEMBERS), ("history", "verify"), ("init",), ("register", "rebuild")):
        assert "alunite.sqlite3" in sampled.refused(*command)["error"]


def test_json_is_utf8_whatever_the_terminal_speaks(sampled):
    sheet = Sheet.read("members")
    sheet.lines[0].cells["country"] = "字ü"
    (sampled.folder / "m.csv").write_text(sheet.text(), encoding="utf-8", newline="")
    found = sampled.refused("import", "members=m.csv", PYTHONIOENCODING="ascii")
    assert found["faults"][0]["value"] == "字ü"
    assert sampled.run("import", "members=m.csv", PYTHONIOENCODING="ascii").status == INPUT_AT_FAULT


def test_a_reader_who_stops_reading_is_no_fault(machine):
    with subprocess.Popen(
        [ALUNITE, "scheme", "schema"], env=machine.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as pipe:
        assert pipe.stdout
        assert pipe.stderr
        pipe.stdout.close()
        assert pipe.stderr.read() == b""
    assert pipe.returncode == DONE


def read(cell: Any) -> Any:
    """Return JSON as what it says: the order of its keys is the database's affair."""
    return json.loads(cell) if isinstance(cell, str) and cell.startswith(("{", "[")) else cell


def test_a_rebuilt_register_is_the_same(sampled):
    def rows() -> list[list[tuple]]:
        with sampled.on_file() as database:
            return [
                sorted((tuple(map(read, row)) for row in database.execute(query)), key=repr)
                for query in (
                    "SELECT * FROM register_record",
                    "SELECT * FROM register_row",
                    "SELECT publication, state, level, first, last FROM register_held",
                    "SELECT publication, name, value FROM register_facet",
                    "SELECT name, value, lines, since FROM register_tally",
                )
            ]

    before = rows()
    assert before[1]
    with sampled.on_file() as database:
        [subjects] = database.execute("SELECT count(*) FROM register_record WHERE until IS NULL").fetchone()
    assert sampled.done("register", "rebuild")["subjects"] == subjects
    assert rows() == before


# Serving


@dataclass
class Served:
    process: subprocess.Popen[str]
    errors: Path

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def address(self) -> tuple[str, list[str]]:
        """Give the line that is the address, once it is printed, and those before it."""
        before: list[str] = []
        while not (line := self.line()).startswith("http"):
            assert line, self.errors.read_text(encoding="utf-8")
            before.append(line)
        return line.removesuffix("\n"), before

    def stop(self) -> tuple[int, str, str]:
        """Stop it as an operator would; give its status, the rest of its output, and what it said beside."""
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=30)
        return self.process.returncode, rest, self.errors.read_text(encoding="utf-8")


@pytest.fixture
def start() -> Iterator[Any]:
    """Start a command that serves; whatever is left of it is ended after the test."""
    started: list[Served] = []

    def begin(machine: Machine, *arguments: str) -> Served:
        errors = machine.folder / f"errors-{len(started)}"
        with errors.open("w") as file:
            process = subprocess.Popen(
                [ALUNITE, *arguments],
                env=machine.environment,
                cwd=machine.folder,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                start_new_session=True,
            )
        started.append(Served(process, errors))
        return started[-1]

    yield begin
    for served in started:
        if served.process.poll() is None:
            os.killpg(served.process.pid, signal.SIGKILL)
            served.process.communicate()
        elif served.process.stdout:
            served.process.stdout.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.status == 200
        return answer.read().decode()


@POSIX
def test_the_demo_says_one_address_when_its_page_answers_and_passwords_once(machine, start):
    port = str(free_port())
    passwords: list[set[str]] = []
    for arguments in ((), (), ("--new-passwords",)):
        served = start(machine, "demo", "--port", port, *arguments)
        address, before = served.address()
        assert address == f"http://127.0.0.1:{port}"
        assert "<h1" in page(f"{address}/")
        assert "Aludium Alicante" in page(f"{address}/register/?q=Alicante")
        status, rest, beside = served.stop()
        assert (status, rest) == (DONE, "")
        assert "Traceback" not in beside
        passwords.append({line.split()[1] for line in before if line.startswith("  ")})
        assert not any(password in beside for password in passwords[-1])
    assert [len(found) for found in passwords] == [9, 0, 9]
    assert not passwords[0] & passwords[2]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(port)))  # nothing of it is left running
    assert history_count(machine)[0] > 0


@POSIX
def test_the_demo_completes_an_installation_without_rows_and_replaces_no_row_of_ones_own(machine, start):
    machine.done("init")
    port = str(free_port())
    served = start(machine, "demo", "--port", port)
    assert served.address()
    served.stop()
    assert machine.done("import", MEMBERS, "--dry-run")["unchanged"] == 116
    sheet = Sheet.read("members")
    sheet.lines[0].cells["note"] = "corrected by us"
    (machine.folder / "m.csv").write_text(sheet.text(), encoding="utf-8", newline="")
    assert machine.done("import", "members=m.csv")["changed"] == 1
    served = start(machine, "demo", "--port", port)
    assert served.address()
    served.stop()
    assert machine.done("import", "members=m.csv", "--dry-run")["unchanged"] == 116


@POSIX
def test_serve_and_demo_say_one_json_document_if_asked(sampled, start):
    for command, keys in (("serve", {"address"}), ("demo", {"address", "accounts"})):
        port = str(free_port())
        served = start(sampled, command, "--port", port, "--json")
        text = ""
        while not text.endswith("}\n") or text.count("{") != text.count("}"):
            text += served.line()
        status, rest, beside = served.stop()
        assert (status, rest) == (DONE, "")
        found = json.loads(text)
        assert set(found) == keys
        assert found["address"] == f"http://127.0.0.1:{port}"
        assert not any(item["password"] in beside for item in found.get("accounts", ()))


@POSIX
def test_a_server_stopped_before_it_answers_ends_well(sampled, start):
    for pause in (0.7, 1.2):
        served = start(sampled, "serve", "--port", str(free_port()))
        time.sleep(pause)
        served.process.send_signal(signal.SIGTERM)
        # Before its own handler stands, the signal ends it as it ends any program.
        assert served.process.wait(30) in {DONE, -signal.SIGTERM}
        assert "Traceback" not in served.errors.read_text()


def test_a_taken_port_is_refused_and_without_one_the_next_is_found(sampled, start):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        for command in ("demo", "serve"):
            assert port in sampled.refused(command, "--port", port)["error"]
