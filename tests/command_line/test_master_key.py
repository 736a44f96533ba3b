"""Without the installation's own master key nothing is written, and everything can be read and checked."""

from __future__ import annotations

import shutil

import pytest

from tests.machine import CERTIFICATES, MEMBERS, Machine, history_count, lost_key


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
