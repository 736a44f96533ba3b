"""What all commands have in common: what they need, what they refuse, and how they say so."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.machine import ALUNITE, DONE, INPUT_AT_FAULT, MEMBERS
from tests.planting import Sheet

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
    sampled.from_nothing = True  # an interpreter chooses the encoding when it starts
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
