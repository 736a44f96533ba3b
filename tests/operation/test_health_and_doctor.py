"""What says whether an installation is well: `/healthz`, `/readyz` and `alunite doctor`."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.utils import timezone

from alunite.config import doctoring, health
from alunite.config.commands.setting_up import bring_database_up_to_date
from alunite.foundation.accounts.actions import add_person
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.core import operation
from alunite.foundation.core.operation import Finding
from alunite.foundation.history.sealing import log_path, seal
from alunite.foundation.keys.signing import ensure_signing_key
from alunite.foundation.messages.jobs import jobs, run_due
from alunite.foundation.messages.models import MailState, OutgoingMail, WorkerJob
from alunite.front.register.models import Record, Shape
from alunite.front.register.projector import rebuild
from tests.planting import ROOT


def test_being_alive_asks_the_database_nothing(monkeypatch):
    """Without a database of its own: pytest-django refuses every query of this test."""
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert "no-store" in answer["Cache-Control"]


@pytest.fixture
def well(samples) -> None:
    """An installation of which everything is there."""
    ensure_signing_key()
    seal()


def ready() -> tuple[int, dict[str, str]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["checks"]


def test_a_whole_installation_is_ready(samples):
    ensure_signing_key()
    words = dict.fromkeys(("database", "migrations", "scheme", "keys", "disk"), "ok")
    assert ready() == (200, words)


def test_each_missing_part_is_named_and_nothing_else_is(samples, monkeypatch):
    ensure_signing_key()

    def only(part: str) -> str:
        status, said = ready()
        assert status == 503
        assert [name for name, word in said.items() if word != "ok"] == [part]
        return said[part]

    with monkeypatch.context() as patch:
        patch.delenv("ALUNITE_MASTER_KEY")
        assert "alunite doctor" in only("keys")
    with monkeypatch.context() as patch:
        patch.setattr(health, "LEAST_FREE_BYTES", 2**80)
        assert only("disk") == "nearly full"
    with monkeypatch.context() as patch, override_settings(ALUNITE_HOME=Path("/nowhere")):
        patch.setattr(health, "sign", lambda _data: None)
        assert "reached" in only("disk")
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()
    assert "alunite init" in only("migrations")


def test_no_scheme_and_a_later_database_are_not_ready(db, monkeypatch):
    ensure_signing_key()
    MigrationRecorder.Migration.objects.create(app="members", name="0999_later", applied=timezone.now())
    status, said = ready()
    assert (status, said["migrations"], said["keys"]) == (503, "1 of a later version", "ok")
    assert said["scheme"].startswith("none in force")


def test_a_database_that_does_not_answer_is_said_without_its_words(monkeypatch):
    def refused() -> Any:
        raise DatabaseError("connection to server at db.example, user alunite, password sekret failed")

    monkeypatch.setattr(connection, "cursor", refused)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "does not answer"
    assert "sekret" not in answer.content.decode()
    assert "example" not in answer.content.decode()


def test_probes_are_not_sent_to_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/register/").status_code == 301


# Doctor


@pytest.fixture
def patient(committed_db) -> None:
    """A small installation that is well, in a database of its own."""
    ensure_signing_key()
    adopt_pack(ROOT / "alunite/foundation/scheme/tests/packs/tea", actor=OPERATOR)
    rebuild()
    seal()


def found() -> dict[str, list[Finding]]:
    return {each.name: list(each.findings) for each in doctoring.examine() if each.findings}


def only(name: str) -> Finding:
    [(ill, [finding])] = found().items()
    assert ill == name
    assert finding.why
    assert finding.mend
    return finding


def test_doctor_finds_nothing_in_a_whole_installation(patient):
    assert found() == {}


def test_doctor_names_a_guard_that_was_taken_away(patient):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER publication_no_update")
        else:
            cursor.execute("ALTER TABLE publication DISABLE TRIGGER publication_no_change")
    assert "publication" in only("guards").what


def test_doctor_says_when_the_register_lags_behind_publications(patient):
    Record.objects.order_by("-publication").first().delete()
    assert "alunite register rebuild" in only("read tables").mend


def test_doctor_names_read_tables_of_another_version_and_init_makes_them_anew(patient):
    """As after a release that keeps other facets: every publication is in the tables, and filters miss some."""
    for shapes in ([Shape(shape="earlier")], []):
        Shape.objects.all().delete()
        Shape.objects.bulk_create(shapes)
        assert "another version" in only("read tables").what
        Record.objects.update(title="as an earlier version read it")
        bring_database_up_to_date()
        assert found() == {}
        assert not Record.objects.filter(title="as an earlier version read it").exists()


def test_doctor_says_since_when_history_is_unsealed(patient, monkeypatch):
    monkeypatch.setattr(doctoring, "LONGEST_UNSEALED", timedelta(seconds=-1))
    assert found() == {}
    add_person("somebody", actor=OPERATOR)
    assert "unsealed since" in only("sealing").what


def test_doctor_compares_the_file_of_checkpoints_with_the_database(patient):
    add_person("somebody", actor=OPERATOR)
    seal()
    first, second = log_path().read_bytes().splitlines(keepends=True)
    for left_by_a_crash in (first, first + second[:40], first + second[:-1]):
        log_path().write_bytes(left_by_a_crash)
        assert found() == {}
    for changed in (b"", second[:40], first + second[:-9] + b"!", first + second.replace(b'"', b"'", 1)):
        log_path().write_bytes(changed)
        assert "does not end with checkpoint" in only("sealing").what, changed
    log_path().unlink()
    assert "does not end with checkpoint" in only("sealing").what


def test_doctor_says_that_no_worker_runs_and_which_job_fails(patient, settings):
    run_due(at_once=True)
    assert found() == {}
    WorkerJob.objects.update(due_at=timezone.now() - timedelta(hours=2))
    assert {finding.mend for finding in found()["worker"]} == {"Start it, or let the service manager: alunite worker"}
    WorkerJob.objects.update(due_at=timezone.now())
    WorkerJob.objects.filter(name=jobs()[0].name).update(failures=3, last_fault="SMTPConnectError")
    assert "failed 3 times, last with SMTPConnectError" in only("worker").what
    WorkerJob.objects.all().delete()
    assert found() == {}
    settings.ALUNITE_ORIGIN = "https://register.example"
    assert len(found()["worker"]) == len(jobs())


def test_doctor_says_what_mail_waits_or_was_given_up(patient):
    letter = {"to": "a@example.org", "subject": "s", "body": "b"}
    OutgoingMail.objects.create(message_id="1", **letter)
    assert found() == {}
    OutgoingMail.objects.update(written_at=timezone.now() - timedelta(hours=2))
    assert "waits since" in only("mail").what
    OutgoingMail.objects.update(state=MailState.GIVEN_UP)
    assert only("mail").what == "1 letters were given up."
    assert "example" not in only("mail").what


def test_doctor_finds_a_missing_key_and_a_missing_public_half(patient, monkeypatch, own_home):
    [public] = own_home.glob("keys/*.pub")
    public.unlink()
    assert public.stem in only("keys").what
    ensure_signing_key()
    monkeypatch.delenv("ALUNITE_MASTER_KEY")
    assert "ALUNITE_MASTER_KEY" in only("keys").mend


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_doctor_passes_on_what_the_keys_complain_of(patient, monkeypatch, tmp_path):
    key = tmp_path / "master.key"
    key.write_text(os.environ["ALUNITE_MASTER_KEY"])
    key.chmod(0o644)
    monkeypatch.setenv("ALUNITE_MASTER_KEY", str(key))
    assert "chmod 600" in only("keys").what


def test_doctor_wants_a_backup_of_an_office_that_is_not_too_old(patient, settings, own_home):
    settings.ALUNITE_ORIGIN = "https://register.example"
    ill = found()
    assert [finding.what for finding in ill["backups"]] == ["No backup was ever made."]
    # With an https address, but not its settings: what Django warns of is passed on.
    assert any("SECURE_SSL_REDIRECT" in finding.what for finding in ill["settings"])
    note = own_home / doctoring.BACKUP_NOTE
    note.write_text(json.dumps({"at": (timezone.now() - timedelta(days=8)).isoformat()}))
    assert "The last backup was made on" in found()["backups"][0].what
    note.write_text(json.dumps({"at": timezone.now().isoformat()}))
    assert "backups" not in found()
    note.write_text("{}")
    assert "cannot be read" in found()["backups"][0].what


def test_doctor_finds_a_site_on_https_that_is_open_as_a_demonstration_is(patient, settings):
    settings.ALUNITE_ORIGIN = "https://register.example"
    settings.ALUNITE_SECOND_FACTOR = True

    def said() -> str:
        return " ".join(finding.what for finding in found()["settings"])

    assert "ALUNITE_DEMO" not in said()
    assert "SECOND_FACTOR" not in said()
    assert "ALUNITE_MAIL_URL" in said()
    settings.ALUNITE_SECOND_FACTOR = False
    assert "ALUNITE_SECOND_FACTOR is false" in said()
    settings.ALUNITE_DEMO = True
    assert "ALUNITE_DEMO is set" in said()


def test_doctor_names_what_migrations_lack_before_it_asks_for_more(patient):
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()
    assert "sessions.0001_initial" in only("migrations").what


def test_doctor_says_that_no_database_answers_and_goes_on_with_the_rest(patient, monkeypatch):
    def refused() -> Any:
        raise DatabaseError("no route to host")

    monkeypatch.setattr(connection, "cursor", refused)
    assert "no route to host" in only("database").what


def test_doctor_finds_no_scheme_and_a_full_disk(patient, monkeypatch):
    monkeypatch.setattr(doctoring, "LEAST_FREE_BYTES", 2**80)
    assert "MB left" in only("disk").what


def test_doctor_compares_clocks(patient, monkeypatch):
    now = timezone.now() - timedelta(minutes=5)
    monkeypatch.setattr(doctoring.timezone, "now", lambda: now)
    assert "NTP" in only("clock").mend


def test_a_room_adds_its_own_check(patient, monkeypatch):
    monkeypatch.setattr(operation, "_checks", {})
    operation.doctor_check(
        "snapshots", lambda: [Finding("3 letters were given up.", "Somebody waits.", "Look at them.")]
    )
    assert only("snapshots").what == "3 letters were given up."
    with pytest.raises(ValueError, match="twice"):
        operation.doctor_check("snapshots", list)
    operation.doctor_check("heartbeat", lambda: (_ for _ in ()).throw(OSError("no heartbeat file")))
    assert "no heartbeat file" in found()["heartbeat"][0].what
