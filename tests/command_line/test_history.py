"""`alunite history`: what was tampered with is found out, and a lost file of checkpoints is told."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

import pytest

from tests.machine import Machine, lost_key


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
def test_a_lost_checkpoint_log_is_written_again_on_purpose_with_a_reason(bare, left):
    bare.done("user", "add", "first")  # one missing line alone would be mended as after a crash
    log = bare.home / "checkpoints.log"
    whole = log.read_bytes()
    assert "move it away" in bare.refused("history", "write-log", "--reason", "none")["error"]
    log.unlink()
    if left is not None:
        log.write_bytes(left)
    refusal = bare.refused("user", "add", "somebody")["error"]
    assert "alunite history write-log --reason" in refusal
    for nothing in ("", "  "):
        assert bare.refused("history", "write-log", "--reason", nothing)["error"]
    assert bare.refused("history", "write-log")["error"]
    log.unlink(missing_ok=True)
    said = bare.done("history", "write-log", "--reason", "the disk broke")
    assert said == {"file": str(log), "checkpoints": 2}
    assert log.read_bytes().startswith(whole)
    found = bare.done("history", "verify")
    assert (found["ok"], found["unsealed"], found["checkpoints"]) == (True, 0, 3)
    bare.done("user", "add", "somebody")
    with bare.on_file() as database:
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
