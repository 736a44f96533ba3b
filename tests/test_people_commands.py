"""`alunite user` and `alunite person`: what an operator does for people, tried on the real command line."""

from __future__ import annotations

import json
import os
import zipfile

import pytest

from alunite.config.command_line import run
from alunite.foundation.accounts.models import Person
from alunite.foundation.history.models import Entry
from tests.forking import forkery


@pytest.fixture
def alunite(committed_db, capsysbinary):
    """Run a command in this process, on a database of its own; starting one for each would take longer than all."""
    assert forkery.run(["init"], committed_db.environment, committed_db.home)[0] == 0

    def call(*arguments: str, status: int = 0):
        capsysbinary.readouterr()
        assert run([*arguments, "--json"]) == status
        return json.loads(capsysbinary.readouterr().out)

    return call


def test_roles_passwords_closing_and_what_is_held(alunite, tmp_path):
    first = alunite("user", "add", "marit", "--name", "Marit Vik", "--email", "marit@example.org")["password"]
    role = ("marit", "admin", "--organisation", "Fjordvik")
    assert "make it with --kind" in alunite("user", "give", *role, status=2)["error"]
    given = alunite("user", "give", *role, "--kind", "member")
    added = Entry.objects.get(kind="organisation.added")
    assert (added.record_id, added.actor) == (given["organisation"], "operator")
    assert added.data == {"name": "Fjordvik", "kind": "member", "made_up": False}
    too_long = ("marit", "admin", "--organisation", "F" * 301, "--kind", "member")
    assert "name: " in alunite("user", "give", *too_long, status=2)["error"]
    again = alunite("user", "give", *role)
    assert (given["new"], again["new"], again["id"]) == (True, False, given["id"]), "held once"
    assert alunite("user", "password", "marit")["password"] != first
    archive = tmp_path / "marit.zip"
    archive.touch(0o644)
    held = alunite("person", "export", "marit", "--to", str(archive))["held"]
    assert held["roles"][0]["organisation_name"] == "Fjordvik"
    assert "Marit Vik" in zipfile.ZipFile(archive).read("account.txt").decode()
    assert os.name != "posix" or archive.stat().st_mode & 0o077 == 0
    goes = alunite("person", "erase", "marit")
    assert goes["would_go"]["account"] == 1
    assert Person.objects.get().display_name == "Marit Vik", "shown, not done"
    alunite("user", "take", *role)
    assert "is not admin" in alunite("user", "take", *role, status=2)["error"]
    assert alunite("user", "close", "marit")["closed"]
    for command in (("user", "close"), ("user", "password"), ("person", "export"), ("person", "erase")):
        assert "there is no person" in alunite(*command, "nobody", status=2)["error"]
    assert "ALUNITE_ORIGIN" in alunite("user", "invite", "x@example.org", *role[1:], status=2)["error"]
    assert alunite("history", "verify")["problems"] == []
