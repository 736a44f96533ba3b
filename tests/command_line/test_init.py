"""`alunite init`: making an installation, once and again, where it can be and where it cannot."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import time

import pytest

from tests.machine import ALUNITE, CERTIFICATES, DONE, FEW, MEMBERS, POSIX, TEA, contents, history_count
from tests.planting import ROOT


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
