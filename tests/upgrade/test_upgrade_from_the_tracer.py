"""An installation made by the tracer, brought up to date with one command: `alunite init`."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client, override_settings

from alunite.foundation.accounts.models import Person
from alunite.foundation.keys.installation import Installation
from alunite.front.register.models import NOW, Record
from tests import databases
from tests.machine import Machine
from tests.planting import ROOT
from tests.upgrade import tracer

LABEL = f"tracer_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
ADDRESSES = {"certificate": "certificates", "certification_event": "events", "member": "members", "firm": "firms"}


@dataclass(frozen=True)
class Upgraded:
    machine: Machine
    said: dict[str, Any]


@pytest.fixture(scope="module")
def upgraded(
    template_database: databases.Copies, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    """The tracer's installation after `alunite init` of today; the command runs in a process of its own."""
    machine = Machine(tmp_path_factory.mktemp("tracer"))
    tracer.put_home(machine.home)
    with django_db_blocker.unblock():
        tracer.load(template_database, LABEL)
    machine.variables |= {"DATABASE_URL": template_database.url_of(LABEL), "ALUNITE_MASTER_KEY": tracer.MASTER_KEY}
    try:
        yield Upgraded(machine, machine.done("init"))
    finally:
        with django_db_blocker.unblock():
            template_database.drop(LABEL)


@pytest.fixture
def inside(upgraded: Upgraded, template_database: databases.Copies, django_db_blocker: Any) -> Iterator[None]:
    """Point Django at the upgraded database and its home."""
    home = upgraded.machine.home
    with (
        django_db_blocker.unblock(),
        databases.pointed_at(template_database, LABEL),
        override_settings(ALUNITE_HOME=home, INSTALLATION=Installation(home)),
    ):
        ContentType.objects.clear_cache()
        yield
    ContentType.objects.clear_cache()


def test_no_released_migration_was_edited():
    released = json.loads((tracer.TRACER / "migrations.json").read_text())
    changed = []
    for name, digest in released.items():
        app, _, file = name.partition(".")
        [path] = ROOT.glob(f"alunite/*/{app}/migrations/{file}.py")
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            changed.append(name)
    assert len(released) == 10
    assert not changed, f"add a new migration and put these back as they were released: {changed}"


def test_an_upgraded_database_is_made_as_a_new_one_is(upgraded, inside, template_database):
    """Also fails where code that a released migration calls, such as the guards, now makes something else."""
    describe = tracer.sqlite_schema if template_database.vendor == "sqlite" else tracer.postgresql_schema
    found = describe()
    with databases.pointed_at(template_database, "template"):
        assert found == describe()


def test_init_keeps_the_scheme_in_force_and_the_key(upgraded, inside):
    assert (upgraded.said["scheme"], upgraded.said["scheme_changed"]) == ("asi", False)
    assert upgraded.said["master_key_made"] is False
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM keys_signing_key")
        assert cursor.fetchall() == [(next(tracer.HOME.glob("keys/*.pub")).stem,)]


def test_history_is_whole_and_keeps_every_entry_of_the_tracer(upgraded):
    """`verify` compares the register's read tables with the publications as well."""
    found = upgraded.machine.done("history", "verify")
    entries = sum(table == "history_entry" for table, _ in tracer.rows())
    assert found["ok"], found["problems"]
    assert entries == 114
    assert found["entries"] >= entries
    assert found["unsealed"] == 0
    log = (tracer.HOME / "checkpoints.log").read_bytes()
    assert (upgraded.machine.home / "checkpoints.log").read_bytes().startswith(log)


def test_the_register_equals_a_rebuild(upgraded):
    subjects = upgraded.machine.done("register", "rebuild")["subjects"]
    assert subjects >= sum(table == "register_record" for table, _ in tracer.rows())
    assert upgraded.machine.done("history", "verify")["ok"]


@pytest.mark.parametrize("kind", ["members", "certificates"])
def test_an_export_says_in_the_tracers_columns_what_the_tracer_said(upgraded, kind):
    out = upgraded.machine.folder / f"{kind}.csv"
    upgraded.machine.done("export", kind, "--out", out)
    kept, now = read(tracer.EXPORTS / f"{kind}.csv"), read(out)
    assert [{name: row[name] for name in kept[0]} for row in now] == kept
    # A column that came later says nothing of a row that came before it.
    assert {value for row in now for name, value in row.items() if name not in kept[0]} <= {""}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_tracers_own_files_bring_nothing_new(upgraded):
    files = [f"{kind}={tracer.EXPORTS / f'{kind}.csv'}" for kind in ("members", "certificates")]
    found = upgraded.machine.done("import", *files)
    assert (found["unchanged"], found["created"], found["changed"]) == (28, 0, 0)


def test_a_second_init_does_nothing(upgraded):
    before = upgraded.machine.done("history", "verify")
    upgraded.machine.done("init")
    assert upgraded.machine.done("history", "verify") == before


def test_every_address_of_the_tracer_still_answers(inside):
    client = Client()
    for address in ("/", "/register/", "/register/?q=Alicante", "/register/?on=2021-06-01", "/standards/"):
        assert client.get(address).status_code == 200, address
    assert "Aludium Alicante" in client.get("/register/?q=Alicante").content.decode()
    tried = 0
    for table, row in tracer.rows():
        if table == "register_record" and row["kind"] in ADDRESSES:
            address = f"/{ADDRESSES[row['kind']]}/{row['subject']}" + (f"-{row['slug']}" if row["slug"] else "") + "/"
            answer = client.get(address, follow=True)
            assert answer.status_code == 200, address
            assert row["title"] in answer.content.decode().replace("&amp;", "&").replace("&#x27;", "'"), address
            tried += 1
    assert tried > 40


def test_people_of_the_tracer_keep_their_accounts_and_roles(inside):
    assert Person.objects.count() == 10
    client = Client()
    client.force_login(Person.objects.get(username="member"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/account/")
    assert page.status_code == 200
    assert "Fjordvik Metals (made up)" in page.content.decode()


def test_the_pack_that_comes_with_this_version_is_taken_up_when_it_is_named(upgraded, inside):
    """Last of those that ask the upgraded installation: from here on another pack is in force."""
    folder = ROOT / "schemes" / (ROOT / "schemes" / "default").read_text(encoding="utf-8").strip()
    assert f"alunite init --scheme {folder}" in upgraded.machine.run("init").err
    said = upgraded.machine.done("init", "--scheme", folder)
    assert (said["scheme"], said["scheme_changed"]) == ("asi", True)
    assert upgraded.machine.done("history", "verify")["ok"]
    versions = {record.subject: record.payload for record in Record.objects.filter(NOW, kind="standard_version")}
    # 45 criteria of chain-of-custody-v2.yaml, 12 sections of V1, and 61 links of transition-v2-v3.yaml
    sections = versions["coc-2"]["standard"]["sections"]
    assert sum(len(part["criteria"]) for section in sections for part in section["principles"]) == 45
    assert len(versions["coc-1"]["version"]["outline"]["parts"]) == 12
    assert len(Record.objects.get(NOW, kind="standard_mapping").payload["links"]) == 61
    assert "init --scheme" not in upgraded.machine.run("init").err


def test_a_database_of_a_later_version_is_refused_and_left_alone(template_database, django_db_blocker, tmp_path):
    machine = Machine(tmp_path)
    tracer.put_home(machine.home)
    label = f"{LABEL}_later"
    with django_db_blocker.unblock():
        tracer.load(template_database, label)
        with databases.pointed_at(template_database, label), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('members', '0999_of_a_later_version', %s)",
                ["2027-01-01 00:00:00+00:00"],
            )
    machine.variables |= {"DATABASE_URL": template_database.url_of(label), "ALUNITE_MASTER_KEY": tracer.MASTER_KEY}
    try:
        error = machine.refused("init")["error"]
        assert "later version" in error
        assert "members.0999_of_a_later_version" in error
    finally:
        with django_db_blocker.unblock():
            template_database.drop(label)


def test_read_tables_of_an_earlier_version_are_made_anew(template_database, django_db_blocker, tmp_path):
    """As if the last migration of `sessions` were new: with the migration comes a register made from publications."""
    machine = Machine(tmp_path)
    tracer.put_home(machine.home)
    label = f"{LABEL}_earlier"
    with django_db_blocker.unblock():
        tracer.load(template_database, label)
        with databases.pointed_at(template_database, label), connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
            cursor.execute("DROP TABLE django_session")
            cursor.execute("UPDATE register_record SET title = 'what an earlier version read'")
    machine.variables |= {"DATABASE_URL": template_database.url_of(label), "ALUNITE_MASTER_KEY": tracer.MASTER_KEY}
    try:
        machine.done("init")
        assert machine.done("history", "verify")["ok"]
    finally:
        with django_db_blocker.unblock():
            template_database.drop(label)
