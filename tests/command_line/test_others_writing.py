"""Commands while others write: what stands is told, and what waits in vain says so plainly."""

from __future__ import annotations

import pytest

from tests.machine import DONE, INPUT_AT_FAULT, MEMBERS, Machine, Said, history_count

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
    return machine.run_code(OTHERWISE.format(body=body), *arguments)


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
