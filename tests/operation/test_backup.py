"""`alunite backup` and `alunite restore`: what comes back is what was there, or nothing is."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import override_settings

from alunite.config import backing_up, restoring
from alunite.foundation.accounts.models import Person
from alunite.foundation.importing.kinds import import_kinds
from tests import databases
from tests.machine import DONE, FEW, Machine
from tests.upgrade import tracer

LABEL = f"backup_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
MASTER_KEY = tracer.MASTER_KEY
KINDS = sorted(kind.name for kind in import_kinds())


# What somebody sent, kept as an action of a room does it.
KEPT = b"kept, made up"
KEEP_A_FILE = f"""
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "alunite.config.settings"
import django
django.setup()
from alunite.config.commands.common import writing
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.files.actions import keep
from alunite.foundation.files.storing import receiving
with writing(), receiving([{KEPT!r}]) as received:
    keep(received, actor=OPERATOR)
"""


class Places:
    """Installations on databases of this run; an empty one each time it is asked for."""

    def __init__(self, copies: databases.Copies, blocker: Any, folder: Path) -> None:
        self.copies, self.blocker, self.folder = copies, blocker, folder
        self.made: list[str] = []

    def empty(self) -> Machine:
        label = f"{LABEL}_{secrets.token_hex(3)}"
        self.made.append(label)
        machine = Machine(self.folder / f"machine{len(self.made)}")
        machine.folder.mkdir()
        machine.variables["ALUNITE_MASTER_KEY"] = MASTER_KEY
        if self.copies.vendor == "postgresql":
            with self.blocker.unblock():
                self.copies.create(label)
            machine.variables["DATABASE_URL"] = self.copies.url_of(label)
        return machine

    def drop(self) -> None:
        if self.copies.vendor == "postgresql":
            with self.blocker.unblock():
                for label in self.made:
                    self.copies.drop(label)


@pytest.fixture(scope="module")
def kept(
    template_database: databases.Copies, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Machine, Path]]:
    """An installation with sample rows of every kind, people and an uploaded file, and its backup."""
    places = Places(template_database, django_db_blocker, tmp_path_factory.mktemp("kept"))
    machine = places.empty()
    machine.done("init", *FEW)
    machine.done("user", "add", "kept.person", "--name", "Kept Made-up")
    assert machine.run_code(KEEP_A_FILE).status == DONE
    out = machine.folder / "backup.tar.gz"
    machine.done("backup", "--out", out)
    yield machine, out
    places.drop()


@pytest.fixture
def places(template_database: databases.Copies, django_db_blocker: Any, tmp_path: Path) -> Iterator[Places]:
    found = Places(template_database, django_db_blocker, tmp_path)
    yield found
    found.drop()


def exports(machine: Machine) -> dict[str, bytes]:
    said = {}
    for kind in KINDS:
        machine.done("export", kind, "--out", machine.folder / f"{kind}.export.csv")
        said[kind] = (machine.folder / f"{kind}.export.csv").read_bytes()
    return said


def files(home: Path) -> dict[str, bytes]:
    left_out = ("static", "mail", "alunite.sqlite3", backing_up.BACKUP_NOTE)
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and not str(path.relative_to(home)).startswith(left_out)
    }


def verified(machine: Machine) -> dict[str, Any]:
    found = machine.done("history", "verify")
    del found["file"]
    return found


def test_what_comes_back_is_what_was_there(kept, places):
    machine, out = kept
    other = places.empty()
    said = other.done("restore", out)
    assert said["has_master_key"] is True
    assert said["signed_by"] == json.loads(unpacked(out)["manifest.json"])["key"] != ""
    assert os.name != "posix" or other.home.stat().st_mode & 0o077 == 0
    assert files(other.home) == files(machine.home)
    digest = hashlib.sha256(KEPT).hexdigest()
    assert files(other.home)[f"files/{digest[:2]}/{digest}"] == KEPT
    assert verified(other) == verified(machine)
    assert verified(other)["ok"]
    assert other.done("doctor")["well"]
    before = exports(machine)
    assert exports(other) == before
    assert sum(content.count(b"\n") for content in before.values()) > 299
    # It goes on where the other stopped: numbers go on, and what is written is sealed by the same key.
    assert other.done("init")["master_key_made"] is False
    other.done("user", "add", "somebody.new")
    found = other.done("history", "verify")
    assert (found["ok"], found["unsealed"]) == (True, 0)
    assert found["keys"] == machine.done("history", "verify")["keys"]


def test_a_backup_of_a_restored_installation_has_the_same_rows(kept, places):
    _machine, out = kept
    other = places.empty()
    other.done("restore", out)
    other.done("backup", "--out", other.folder)
    [again] = other.folder.glob("alunite-*.tar.gz")
    first, second = unpacked(out), unpacked(again)
    assert {name: first[name] for name in first if name.startswith("tables/")} == {
        name: second[name] for name in second if name.startswith("tables/")
    }
    assert oct(again.stat().st_mode)[-3:] == "600"


def unpacked(backup: Path) -> dict[str, bytes]:
    with tarfile.open(backup) as tar:
        return {part.name: tar.extractfile(part).read() for part in tar}


def test_no_secret_is_in_a_backup_but_closed_keys(kept):
    _machine, out = kept
    parts = unpacked(out)
    assert not any(MASTER_KEY.encode() in content for content in parts.values())
    [key] = [json.loads(line) for line in parts["tables/keys_signing_key.jsonl"].splitlines()]
    assert key["wrapped_private_key"]
    of_browsers = {"django_session", "usersessions_usersession", "axes_accessattempt"}
    assert not {f"tables/{name}.jsonl" for name in of_browsers} & parts.keys()
    assert out.stat().st_mode & 0o077 == 0


def test_every_table_is_kept_or_made_anew_or_named_as_left_out():
    kept_tables = {model._meta.db_table for model in backing_up.kept_models()}
    left_out = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in backing_up.LEFT_OUT_APPS
    }
    every = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert every == kept_tables | left_out
    assert {"history_entry", "history_payload", "publication", "importing_statement"} <= kept_tables


def packed(parts: dict[str, bytes], path: Path, *, kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in parts.items():
            part = tarfile.TarInfo(name)
            part.size, part.type = len(content), kind
            tar.addfile(part, io.BytesIO(content))
    return path


def with_manifest(parts: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> dict[str, bytes]:
    manifest = json.loads(parts["manifest.json"])
    change(manifest)
    return {**parts, "manifest.json": json.dumps(manifest).encode()}


def listed(parts: dict[str, bytes], name: str) -> dict[str, bytes]:
    """Also tell the manifest what was done to a part, and take its signature away."""

    def change(manifest: dict[str, Any]) -> None:
        digest = hashlib.sha256(parts[name]).hexdigest()
        manifest["said"]["files"][name] = {"sha256": digest, "bytes": len(parts[name])}
        manifest["key"] = manifest["signature"] = ""

    return with_manifest(parts, change)


def test_every_fault_of_a_backup_is_told_before_anything_is_written(kept, tmp_path, monkeypatch):
    _machine, out = kept
    parts, whole = unpacked(out), out.read_bytes()
    path = tmp_path / "faulty.tar.gz"
    monkeypatch.setattr(restoring, "_faults_of_target", lambda _home: [])

    def faults(content: bytes | None = None, key: str = "") -> list[str]:
        if content is not None:
            path.write_bytes(content)
        with override_settings(ALUNITE_HOME=tmp_path / "home"), pytest.raises(restoring.CannotRestore) as error:
            restoring.restore(path, progress=lambda _text: None, key=key)
        assert [each.name for each in tmp_path.iterdir()] == ["faulty.tar.gz"]
        return error.value.faults

    altered = {**parts, "tables/members_member.jsonl": parts["tables/members_member.jsonl"].replace(b"A", b"B", 1)}
    del altered["home/checkpoints.log"]
    altered["home/another.txt"] = b"put there later"
    packed(altered, path)
    said = faults()
    assert len(said) == 3
    assert "home/checkpoints.log: missing" in said
    assert "home/another.txt: not in the manifest" in said
    assert any(text.startswith("tables/members_member.jsonl: altered") for text in said)

    assert any("cut off" in text for text in faults(whole[: len(whole) // 2]))
    assert any("cut off" in text for text in faults(whole[:-6]))
    assert any("no backup" in text for text in faults(b"not a backup at all"))
    assert any("manifest" in text for text in faults(b""))

    packed(with_manifest(parts, lambda manifest: manifest["said"].update(at="2020-01-01T00:00:00+00:00")), path)
    [said] = faults()
    assert "not signed" in said

    # Whoever makes a backup of their own can put a key of their own into it, and sign with that.
    signer, another = json.loads(parts["manifest.json"])["key"], "0" * 32
    assert faults(whole, key=another) == [f"manifest.json: signed by the key {signer}; expected the key {another}"]
    packed(listed(parts, "home/installation.json"), path)
    assert faults(key=signer) == [f"manifest.json: not signed; expected the key {signer}"]

    def free(amount: int) -> None:
        monkeypatch.setattr(restoring.shutil, "disk_usage", lambda _path: SimpleNamespace(free=amount))

    size = sum(map(len, parts.values()))
    free(size // 2)
    assert ["are free" in text for text in faults(whole)] == [True]
    # One that says less than it holds: not even what there is room for is filled.
    free(3 * size)
    packed({**parts, "home/bomb": bytes(3 * size)}, path)
    assert ["that are free" in text for text in faults()] == [True]
    monkeypatch.undo()
    monkeypatch.setattr(restoring, "_faults_of_target", lambda _home: [])

    later = "members.0999_of_a_later_version"
    packed(with_manifest(parts, lambda manifest: manifest["said"]["migrations"].append(later)), path)
    assert any(later in text for text in faults())

    for name in ("../outside", "/outside", "tables/../../outside", "other/part"):
        packed({**parts, name: b"x"}, path)
        assert any(name in text for text in faults()), name
    packed({**parts, ".": b"x"}, path)
    assert any("plain files" in text for text in faults())
    for kind in (tarfile.SYMTYPE, tarfile.GNUTYPE_SPARSE):
        packed(parts, path, kind=kind)
        assert faults()
    assert not (tmp_path.parent / "outside").exists()


def test_rows_that_history_does_not_vouch_for_are_refused_and_nothing_stays(kept, places):
    _machine, out = kept
    parts = unpacked(out)
    machine = places.empty()
    path = machine.folder / "faulty.tar.gz"

    def faults() -> list[str]:
        found = machine.refused("restore", path)["faults"]
        assert [each.name for each in machine.folder.iterdir()] == ["faulty.tar.gz"]
        return found

    # Whoever rewrites the manifest too is found out by history, and even then nothing stays.
    rewritten = {
        **parts,
        "tables/importing_statement.jsonl": parts["tables/importing_statement.jsonl"].replace(b"ASI", b"XXX", 1),
    }
    packed(listed(rewritten, "tables/importing_statement.jsonl"), path)
    [said] = faults()
    assert "history does not verify" in said
    broken = {**parts, "tables/members_member.jsonl": parts["tables/members_member.jsonl"][:-30]}
    packed(listed(broken, "tables/members_member.jsonl"), path)
    assert faults()

    # A mail that waited may have been sent since; an unsigned backup is put back, and said to be one.
    mail = {"id": 1, "message_id": "<1@x>", "to": "a@example.org", "subject": "s", "body": "b", "state": "waiting"}
    at = "2026-11-22T12:00:00+00:00"
    mail |= {"written_at": at, "due_at": at, "attempts": 0, "held_until": None, "done_at": None, "last_fault": ""}
    name = "tables/outbox_outgoingmail.jsonl"
    packed(listed({**parts, name: lines([mail])}, name), path)
    done = machine.done("restore", path, "--give-up-mail")
    assert (done["signed_by"], done["mail_given_up"], done["mail_waiting"]) == ("", 1, 0)
    assert done["rows"] > 299


def test_a_place_that_is_not_empty_is_refused_and_left_as_it_was(kept, places):
    machine, out = kept
    assert "empty" in machine.refused("restore", out)["error"]
    other = places.empty()
    other.home.mkdir()
    (other.home / "something").write_text("kept")
    assert "empty" in other.refused("restore", out)["faults"][0]
    assert (other.home / "something").read_text() == "kept"


@pytest.mark.postgresql
def test_a_database_with_tables_is_refused(kept, places, django_db_blocker, template_database):
    _machine, out = kept
    other = places.empty()
    with (
        django_db_blocker.unblock(),
        databases.pointed_at(template_database, places.made[-1]),
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE TABLE somebodys (id int)")
    assert "without tables" in other.refused("restore", out)["faults"][0]


@pytest.mark.postgresql
def test_a_backup_moves_between_the_two_databases(kept, places):
    machine, out = kept
    light = places.empty()
    del light.variables["DATABASE_URL"]
    assert light.done("restore", out)["rows"] > 299
    assert (light.home / "alunite.sqlite3").is_file()
    assert exports(light) == exports(machine)
    light.done("backup", "--out", light.folder / "back.tar.gz")
    heavy = places.empty()
    heavy.done("restore", light.folder / "back.tar.gz")
    assert exports(heavy) == exports(machine)
    assert verified(heavy) == verified(machine)


def test_a_backup_of_the_tracer_is_put_back_and_brought_up_to_date(kept, places):
    """As if it had been made by the tracer, had that made backups: its tables, its migrations."""
    _machine, out = kept
    rows: dict[str, list[dict[str, Any]]] = {}
    migrations = []
    types = {model._meta.db_table: model for model in backing_up.kept_models()}
    for table, row in tracer.rows():
        if table == "django_migrations":
            migrations.append(f"{row['app']}.{row['name']}")
        elif table in types:
            rows.setdefault(table, []).append(as_said(types[table], row))
    parts = {f"tables/{table}.jsonl": lines(found) for table, found in rows.items()}
    for path in tracer.HOME.rglob("*"):
        if path.is_file():
            parts[f"home/{path.relative_to(tracer.HOME)}"] = path.read_bytes()
    said = {
        **json.loads(unpacked(out)["manifest.json"])["said"],
        "installation": json.loads(parts["home/installation.json"])["id"],
        "migrations": migrations,
        "rows": {table: len(found) for table, found in rows.items()},
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in parts.items()
        },
    }
    parts["manifest.json"] = json.dumps({"said": said, "key": "", "signature": ""}).encode()
    other = places.empty()
    path = packed(parts, other.folder / "tracer.tar.gz")
    assert other.done("restore", path)["entries"] == 114
    assert other.done("doctor")["well"]
    assert b"Aludium Alicante Facility" in exports(other)["certificates"]


def as_said(model: Any, row: dict[str, Any]) -> dict[str, Any]:
    """A row of SQLite in the words of a backup."""
    said = {}
    for field in model._meta.concrete_fields:
        if field.attname not in row and field.column not in row:
            continue
        value = row.get(field.column)
        kind = field.get_internal_type()
        if value is not None and kind == "JSONField":
            value = json.loads(value)
        elif value is not None and kind == "DateTimeField":
            value = f"{value}+00:00"
        elif value is not None and kind == "BooleanField":
            value = bool(value)
        said[field.attname] = value
    return said


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_the_snapshot_sees_nothing_of_what_is_written_meanwhile(committed_db):
    with backing_up.snapshot():
        assert Person.objects.count() == 0
        write_elsewhere(committed_db)
        assert Person.objects.count() == 0
    assert Person.objects.count() == 1


def write_elsewhere(database: databases.CommittedDatabase) -> None:
    code = (
        "import django; django.setup(); from alunite.foundation.accounts.models import Person; "
        "Person.objects.create(username='meanwhile')"
    )
    subprocess.run([sys.executable, "-c", code], env=database.environment, check=True, timeout=60)


def test_a_backup_into_the_data_folder_is_refused(kept):
    machine, _out = kept
    assert "outside" in machine.refused("backup", "--out", machine.home / "backup.tar.gz")["error"]
    assert "folder that is there" in machine.refused("backup", "--out", machine.folder / "no/backup.tar.gz")["error"]
