"""Keeping contents: once, whole, as history says; and what is left over goes."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import PUBLIC, SYSTEM, Refused
from alunite.foundation.files import storing
from alunite.foundation.files.actions import clear_left_over
from alunite.foundation.files.checks import check_contents, findings
from alunite.foundation.files.errors import Damaged, UnfitFile
from alunite.foundation.files.models import Content
from alunite.foundation.files.storing import folder, open_content, path_of, receiving, stored_files
from alunite.foundation.files.tests.files import PDF, kept
from alunite.foundation.history.models import Entry
from tests.cast import make_cast

pytestmark = pytest.mark.django_db


def made_older(path: Any, by: timedelta) -> None:
    at = (timezone.now() - by).timestamp()
    os.utime(path, (at, at))


def test_what_is_kept_stands_once_under_its_digest_and_history_tells_of_it():
    content = kept(PDF)
    # Of the bytes themselves, by another way than the room's own.
    assert content.pk == hashlib.sha256(PDF).hexdigest()
    assert (content.size, content.media_type) == (len(PDF), "application/pdf")
    with open_content(content) as file:
        assert file.read() == PDF
    again = kept(PDF)
    assert again.kept_at == content.kept_at
    assert Content.objects.count() == 1
    [entry] = Entry.objects.filter(record_type="content")
    assert (entry.kind, entry.record_id, entry.actor) == ("content.kept", content.pk, "operator")
    assert entry.data == {"size": len(PDF), "media_type": "application/pdf"}
    assert list(stored_files()) == [path_of(content.pk)]
    assert path_of(content.pk).stat().st_mode & 0o077 == 0
    assert (list(check_contents()), list(findings())) == ([], [])


def test_blocks_are_put_together_in_their_order():
    with receiving(PDF[n : n + 3] for n in range(0, len(PDF), 3)) as received:
        assert (received.sha256, received.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))


def test_what_is_refused_or_given_up_leaves_nothing(monkeypatch):
    monkeypatch.setattr(storing, "LARGEST_CONTENT", 3 * 1024 * 1024)

    def endless():
        while True:
            yield PDF + bytes(1024 * 1024)

    for blocks, says in (([], "empty"), ([b""], "empty"), (endless(), "at most 3 MB"), ([b"\x00\x01"], "one of .pdf")):
        with pytest.raises(UnfitFile, match=says), receiving(blocks):
            pytest.fail("it was taken")

    def broken():
        yield PDF
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError), receiving(broken()):
        pytest.fail("it was taken")
    with receiving([PDF]):
        pass  # received, and not kept
    with transaction.atomic():
        kept(PDF)
        transaction.set_rollback(True)
    assert not Content.objects.exists()
    assert not Entry.objects.filter(record_type="content").exists()
    # The transaction that was given up leaves its file, which is of nobody until the worker takes it.
    assert list(stored_files()) == [path_of(hashlib.sha256(PDF).hexdigest())]
    assert list(check_contents()) == []


def test_only_people_with_a_role_keep_and_only_the_installation_clears():
    cast = make_cast()
    for name in ("member", "auditor", "office"):
        kept(name.encode(), actor=cast.actor(name))
    for actor in (cast.actor("stranger"), PUBLIC):
        with pytest.raises(Refused, match="role in an organisation"):
            kept(b"nobody's", actor=actor)
    with pytest.raises(Refused, match="installation itself"):
        clear_left_over(actor=cast.actor("office"))
    assert Content.objects.count() == 3
    assert len(list(stored_files())) == 3


def test_what_is_left_over_goes_after_a_day_and_contents_never_do():
    content = kept(PDF)
    made_older(path_of(content.pk), timedelta(days=400))
    given_up = path_of(hashlib.sha256(b"given up").hexdigest())
    given_up.parent.mkdir(exist_ok=True)
    unfinished, new, foreign = folder() / ".ab12", folder() / ".cd34", folder() / "notes.txt"
    for path in (given_up, unfinished, new, foreign):
        path.write_bytes(b"given up")
    for path in (given_up, unfinished, foreign):
        made_older(path, timedelta(hours=25))
    assert clear_left_over(actor=SYSTEM) == 2
    assert set(stored_files()) == {path_of(content.pk), new, foreign}
    # What nobody here put there is not ours to remove; verification tells of it.
    assert [(item.kind, item.where) for item in check_contents()] == [("inserted", "file notes.txt")]
    made_older(new, timedelta(hours=50))
    [finding] = findings()
    assert finding.what.startswith("1 files")


def test_verification_and_doctor_find_what_is_missing_altered_or_of_nobody():
    whole, gone, other, shorter = (kept(text.encode()) for text in ("whole", "gone", "other", "shorter"))
    path_of(gone.pk).unlink()
    path_of(other.pk).write_bytes(b"OTHER")
    path_of(shorter.pk).write_bytes(b"short")
    # As the command that seeds a copy would, past the action: no entry speaks of it.
    unknown = Content.objects.create(
        sha256=hashlib.sha256(b"unknown").hexdigest(), size=7, media_type="text/plain", kept_at=timezone.now()
    )
    path_of(unknown.pk).parent.mkdir(exist_ok=True)
    path_of(unknown.pk).write_bytes(b"unknown")
    found = {(item.kind, item.where.removeprefix("content ")) for item in check_contents()}
    assert found == {
        ("missing", gone.pk),
        ("altered", other.pk),
        ("altered", shorter.pk),
        ("inserted", unknown.pk),
    }
    # The doctor compares sizes: what has the same one is found by verification alone.
    [finding] = findings()
    assert "2 contents" in finding.what
    assert gone.pk in finding.what
    for content in (gone, other, shorter):
        with pytest.raises(Damaged):
            open_content(content)
    open_content(whole).close()
    # Whoever has the bytes and sends them again heals it.
    for text in ("gone", "other", "shorter"):
        kept(text.encode())
    assert {item.kind for item in check_contents()} == {"inserted"}


def test_the_database_refuses_to_change_or_delete_a_content():
    content = kept(PDF)
    for statement in ("UPDATE files_content SET size = 1", "DELETE FROM files_content"):
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Content.objects.get() == content


def test_a_row_that_names_another_file_leads_nowhere():
    for name in ("../../etc/passwd", "A" * 64, "", "0" * 63):
        with pytest.raises(ValueError, match="64 hexadecimal"):
            path_of(name)
        with pytest.raises(Damaged):
            open_content(Content(sha256=name, size=1, media_type="text/plain", kept_at=timezone.now()))
