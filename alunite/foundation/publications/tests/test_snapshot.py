"""Snapshots of all publications: the same to the byte, checked by anybody, and nothing changed in them stays unseen."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils import timezone

from alunite.foundation.accounts.policies import OPERATOR, PUBLIC, SYSTEM, Refused
from alunite.foundation.core.canonical import canonical_json, sha256_hex
from alunite.foundation.core.operation import doctor_checks
from alunite.foundation.history.models import Entry
from alunite.foundation.keys import signing
from alunite.foundation.messages.jobs import jobs
from alunite.foundation.publications import snapshots
from alunite.foundation.publications.actions import publish
from alunite.foundation.publications.models import Snapshot
from alunite.foundation.publications.snapshot_verification import read_key, verify_snapshot
from alunite.foundation.publications.snapshots import CannotWrite, write_daily_snapshot, write_snapshot
from alunite.foundation.publications.stored import snapshots_folder
from alunite.foundation.publications.tests.kinds import KIND, notice, withdrawn
from alunite.foundation.publications.tests.test_verify import as_the_owner_of_the_database
from tests.decided import redact_by

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def now(monkeypatch):
    """A clock of these tests: publications are made when it says."""

    class Clock:
        at = datetime(2026, 11, 20, 12, tzinfo=UTC)

        def go_on(self, **by):
            self.at += timedelta(**by)

    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.at)
    return clock


@pytest.fixture
def said(db, now):
    """Three publications of the 20th, two of the 21st, of two kinds; today is the 22nd."""
    signing.ensure_signing_key()
    first = publish(KIND, [notice("a1", "Ä “quoted” 😀"), notice("a2"), notice("a3")], actor=OPERATOR)
    now.go_on(days=1)
    second = publish(KIND, [notice("a1", "changed"), withdrawn("a3")], actor=OPERATOR)
    now.go_on(days=1)
    return [*first, *second]


def day(number: int):
    return datetime(2026, 11, number, tzinfo=UTC).date()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def texts(found) -> str:
    return "\n".join(map(str, found.faults))


def pinned() -> str:
    return signing.active_signing_key().id


def repack(folder: Path, change) -> dict:
    """Change lines of a snapshot and mend every hash of the manifest, as somebody without the key could."""
    path = folder / f"{KIND}.jsonl.gz"
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    change(lines)
    raw = b"".join(canonical_json(line) + b"\n" for line in lines)
    path.write_bytes(gzip.compress(raw, mtime=0))
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][0] |= {
        "bytes": len(raw),
        "count": len(lines),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    (folder / "manifest.json").write_bytes(canonical_json(manifest) + b"\n")
    return manifest


def test_a_snapshot_holds_all_publications_to_the_end_of_its_day_and_checks(said):
    made = write_snapshot(day(20), actor=OPERATOR)
    assert (made.publications, made.complete, made.changed) == (3, True, True)
    assert made.folder == snapshots_folder() / "2026-11-20"
    lines = gzip.decompress((made.folder / f"{KIND}.jsonl.gz").read_bytes()).splitlines()
    assert [json.loads(line)["payload"]["text"] for line in lines] == ["Ä “quoted” 😀", "said", "said"]
    found = verify_snapshot(made.folder, pinned=pinned())
    assert found.ok, texts(found)
    assert (found.publications, found.pinned, found.notes) == (3, True, [])
    assert write_snapshot(day(21), actor=OPERATOR).publications == 5


def test_written_again_at_another_time_it_is_the_same_to_the_byte(said, now, tmp_path):
    first = contents(write_snapshot(day(20), actor=OPERATOR).folder)
    now.go_on(days=3)
    publish(KIND, [notice("a9")], actor=OPERATOR)
    write_snapshot(day(22), actor=OPERATOR)
    assert contents(write_snapshot(day(20), actor=OPERATOR, out=tmp_path / "again").folder) == first
    assert write_snapshot(day(20), actor=OPERATOR).changed is False
    assert Snapshot.objects.count() == Entry.objects.filter(kind="snapshot.written").count() == 2


def test_a_day_written_once_ends_where_it_ended_though_the_scheme_moves_to_another_zone(said, now, monkeypatch):
    """On Kiritimati, 14 hours ahead, noon of the 20th is two o'clock of the 21st: nothing had been said by the 20th."""
    first = write_snapshot(day(20), actor=OPERATOR)
    moved = now.at
    now.go_on(hours=1)
    zones = {True: ZoneInfo("UTC"), False: ZoneInfo("Pacific/Kiritimati")}
    monkeypatch.setattr(snapshots, "scheme_zone", lambda at=None: zones[at is not None and at <= moved])
    assert write_snapshot(day(20), actor=OPERATOR).changed is False
    assert contents(first.folder)["manifest.json"].count(b'"time_zone":"UTC"') == 1
    assert write_snapshot(day(19), actor=OPERATOR).publications == 0
    second = write_snapshot(day(21), actor=OPERATOR)
    assert (second.publications, second.complete) == (3, True)
    assert verify_snapshot(second.folder, pinned=pinned(), previous=first.folder).ok


def test_a_day_that_is_not_over_is_said_to_be_and_not_recorded(said, now):
    made = write_snapshot(actor=OPERATOR)
    assert (made.as_of, made.complete, Snapshot.objects.count()) == (day(22), False, 0)
    found = verify_snapshot(made.folder, pinned=pinned())
    assert found.notes == ["it was made before 2026-11-22 was over"]
    publish(KIND, [notice("a9")], actor=OPERATOR)
    now.go_on(days=1)
    assert write_daily_snapshot(actor=SYSTEM).publications == 6
    assert write_daily_snapshot(actor=SYSTEM) is None
    # As a process leaves it that ends between its record and its files, and as a redaction does.
    shutil.rmtree(snapshots_folder() / "2026-11-22")
    assert write_daily_snapshot(actor=SYSTEM).changed
    now.go_on(days=3)  # in which no worker ran
    made_up = [write_daily_snapshot(actor=SYSTEM) for _ in range(4)]
    assert [one and one.as_of for one in made_up] == [day(23), day(24), day(25), None]
    with pytest.raises(CannotWrite, match="yet to come"):
        write_snapshot(day(27), actor=OPERATOR)


def test_an_empty_register_has_a_snapshot_too(db):
    signing.ensure_signing_key()
    found = verify_snapshot(write_snapshot(actor=OPERATOR).folder)
    assert (found.ok, found.publications) == (True, 0)


def test_snapshots_follow_one_another(said, tmp_path):
    first, second = (write_snapshot(day(number), actor=OPERATOR).folder for number in (20, 21))
    found = verify_snapshot(second, pinned=pinned(), previous=first)
    assert found.ok, texts(found)
    assert "does not follow" in texts(verify_snapshot(first, pinned=pinned(), previous=second))
    other = tmp_path / "other"
    shutil.copytree(first, other)
    repack(other, lambda lines: lines.pop())
    assert "does not follow" not in texts(verify_snapshot(second, previous=other)), "its digest is said, not counted"
    manifest = json.loads((other / "manifest.json").read_bytes())
    (other / "manifest.json").write_bytes(canonical_json(manifest | {"root": "0" * 64}) + b"\n")
    assert "does not follow" in texts(verify_snapshot(second, previous=other))


def test_a_snapshot_left_by_a_crash_after_a_redaction_is_found_and_removed(said):
    kept = write_snapshot(day(20), actor=OPERATOR)
    write_snapshot(day(21), actor=OPERATOR)
    later = said[3]
    redact_by("D-1", [later.id])  # a test's transaction is never committed, so nothing is removed
    (finding,) = doctor_checks()["snapshots"]()
    assert "2026-11-21." in finding.what
    (job,) = (one for one in jobs() if one.name == "snapshot.remove_redacted")
    assert job.function() == "removed 2026-11-21"
    assert kept.folder.exists(), "it held nothing of what was redacted"
    write_snapshot(day(21), actor=OPERATOR)
    damaged = snapshots_folder() / "2026-11-19"
    damaged.mkdir()
    written = snapshots_folder() / ".snapshot-being-written"
    written.mkdir()
    assert job.function() == "removed 2026-11-19"
    assert job.function() == "none"
    assert written.exists()
    assert list(doctor_checks()["snapshots"]()) == []


def test_a_redacted_publication_is_checked_by_the_digest_that_stayed(said, django_capture_on_commit_callbacks):
    before = write_snapshot(day(20), actor=OPERATOR)
    later = write_snapshot(day(21), actor=OPERATOR)
    with django_capture_on_commit_callbacks(execute=True):
        redact_by("D-1", [said[1].id])
    assert not before.folder.exists(), "what was kept here held it"
    again = write_snapshot(day(20), actor=OPERATOR)
    assert again.digest == before.digest, "so the next one still follows it"
    held = gzip.decompress((again.folder / f"{KIND}.jsonl.gz").read_bytes()).decode()
    assert '"decision":"D-1","ground":"personal_data"' in held
    found = verify_snapshot(again.folder, pinned=pinned())
    assert found.ok, texts(found)
    assert found.redacted == {"D-1": 1}
    assert "1 redacted" in found.notes[0]
    again_later = write_snapshot(day(21), actor=OPERATOR)
    assert again_later.digest == later.digest
    assert verify_snapshot(again_later.folder, pinned=pinned(), previous=again.folder).ok


def test_a_rotated_key_is_followed_from_the_one_that_was_noted(said):
    old = pinned()
    before = write_snapshot(day(20), actor=OPERATOR).folder
    new = signing.rotate_signing_key().id
    third = signing.rotate_signing_key().id
    after = write_snapshot(day(21), actor=OPERATOR).folder
    for key in (old, new, third):
        found = verify_snapshot(after, pinned=key, previous=before)
        assert found.ok, texts(found)
    assert f"signed by key {third}, which took over from {old}" in verify_snapshot(after, pinned=old).notes
    assert verify_snapshot(before, pinned=old).ok
    assert f"is not {new}" in texts(verify_snapshot(before, pinned=new)), "nobody takes over from a later key"
    manifest = json.loads((after / "manifest.json").read_bytes())
    next(key for key in manifest["keys"] if key["id"] == new)["endorsement"] = "00" * 64
    (after / "manifest.json").write_bytes(canonical_json(manifest) + b"\n")
    assert f"key {old} did not sign that it takes over" in texts(verify_snapshot(after, pinned=old))


def test_a_key_is_read_from_a_file_its_digits_or_its_id(said):
    key = signing.active_signing_key()
    public = signing.find_public_key(key.id).public_bytes_raw().hex()
    for text in (key.id, public, public.upper(), str(signing.write_public_key(key))):
        assert read_key(text) == key.id
    for text in ("", "zz", "0" * 63, str(ROOT / "README.md")):
        with pytest.raises(ValueError, match="expected a file with a public key"):
            read_key(text)


def test_without_a_known_key_anybody_may_have_signed(said, tmp_path):
    """A whole forgery under the forger's own key: found only by whoever knows the installation's."""
    folder = write_snapshot(day(20), actor=OPERATOR).folder
    real, forger = pinned(), Ed25519PrivateKey.generate()
    public = forger.public_key().public_bytes_raw().hex()
    mine = sha256_hex(bytes.fromhex(public))[:32]
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["key"] = {"id": mine, "public_key": public}
    manifest["keys"].append(manifest["keys"][0] | manifest["key"])
    raw = canonical_json(manifest) + b"\n"
    (folder / "manifest.json").write_bytes(raw)
    (folder / "manifest.sig").write_text(forger.sign(raw).hex() + "\n")
    found = verify_snapshot(folder)
    assert found.ok
    assert "was not compared" in found.notes[0]
    assert f"which is not {real}" in texts(verify_snapshot(folder, pinned=real))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda f: (f / "manifest.sig").unlink(), "it is not signed"),
        (lambda f: (f / "manifest.sig").write_text("00" * 64 + "\n"), "it is not the signature"),
        (
            lambda f: (f / "manifest.sig").write_text((f / "manifest.sig").read_text().upper()),
            "it is not the signature",
        ),
        (lambda f: (f / "manifest.json").unlink(), "it cannot be read"),
        (lambda f: (f / "manifest.json").write_text("{"), "it is not JSON"),
        (lambda f: (f / "manifest.json").write_text("{}"), "Field required"),
        (lambda f: (f / f"{KIND}.jsonl.gz").unlink(), "it is not there"),
        (lambda f: (f / "more.jsonl.gz").write_bytes(b""), "the manifest does not name it"),
        (lambda f: (f / "sub").mkdir(), "the manifest does not name it"),
        (lambda f: cut_short(f / f"{KIND}.jsonl.gz"), "it cannot be unpacked after line"),
        (lambda f: (f / f"{KIND}.jsonl.gz").write_bytes(b"plain"), "it cannot be unpacked after line 0"),
        (lambda f: repack(f, lambda lines: lines.pop()), "the Merkle root"),
        (lambda f: repack(f, lambda lines: lines.reverse()), "comes after"),
        (lambda f: repack(f, lambda lines: lines.insert(0, lines[0])), "comes after"),
        (lambda f: repack(f, lambda lines: lines[0]["payload"].update(text="x")), "does not have the digest"),
        (lambda f: repack(f, lambda lines: lines[0].update(version=7)), "does not have the digest"),
        (lambda f: repack(f, lambda lines: lines[0].update(kind="other")), "stands among"),
        (lambda f: repack(f, lambda lines: lines[0].update(more=1)), "expected the fields"),
        (lambda f: repack(f, lambda lines: lines[0].update(withdrawal="merged")), "it is not the signature"),
        (lambda f: repack(f, lambda lines: lines[0].update(redaction={"decision": "D"})), "redaction: expected"),
        (
            lambda f: repack(
                f,
                lambda lines: lines[0].update(payload=None, redaction=dict.fromkeys(("at", "decision", "ground"), "x")),
            ),
            "it is not the signature",
        ),
    ],
)
def test_what_was_changed_is_told_with_its_place(said, change, told):
    folder = write_snapshot(day(20), actor=OPERATOR).folder
    change(folder)
    found = verify_snapshot(folder, pinned=pinned())
    assert told in texts(found)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def test_all_that_is_wrong_is_told_at_once(said):
    folder = write_snapshot(day(20), actor=OPERATOR).folder
    repack(folder, lambda lines: [line["payload"].update(text="x") for line in lines])
    (folder / "extra").write_text("")
    found = verify_snapshot(folder, pinned="0" * 32)
    assert {str(fault).partition(":")[0] for fault in found.faults} == {
        *{"extra", "manifest.json", "manifest.sig"},
        *(f"{KIND}.jsonl.gz, line {number}" for number in (1, 2, 3)),
    }


def test_any_single_byte_changed_anywhere_is_found(said, soak):
    """With the key known; without it the same, but for who signed."""
    signing.rotate_signing_key()
    folder = write_snapshot(day(21), actor=OPERATOR).folder
    key = pinned()
    places = [(path, at) for path in sorted(folder.iterdir()) for at in range(path.stat().st_size)]
    chance = random.Random(20261122)
    for path, at in chance.sample(places, max(200, int(len(places) * soak))):
        whole = path.read_bytes()
        other = whole[at] ^ (1 << chance.randrange(8))
        path.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
        assert not verify_snapshot(folder, pinned=key).ok, f"{path.name} at {at}: {whole[at]} became {other}"
        path.write_bytes(whole)
    assert verify_snapshot(folder, pinned=key).ok


def test_a_snapshot_is_never_made_of_other_publications_than_the_first_time(said):
    write_snapshot(day(20), actor=OPERATOR)
    with as_the_owner_of_the_database() as cursor:
        cursor.execute("UPDATE publication SET digest = 'x' WHERE id = %s", [said[0].id])
    with pytest.raises(CannotWrite, match="are not those its snapshot was first made of"):
        write_snapshot(day(20), actor=OPERATOR)


def test_a_folder_that_holds_something_else_is_left_alone(said, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CannotWrite, match="found something else"):
        write_snapshot(day(20), actor=OPERATOR, out=tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    site = tmp_path / "site"  # a web application has a manifest.json too
    (site / "pages").mkdir(parents=True)
    (site / "manifest.json").write_text('{"name": "mine"}')
    for out in (site, write_snapshot(day(20), actor=OPERATOR, out=tmp_path / "snapshot").folder):
        (out / "notes.txt").write_text("mine")
        with pytest.raises(CannotWrite, match=r"found something else: .*notes\.txt"):
            write_snapshot(day(20), actor=OPERATOR, out=out)
        assert (out / "notes.txt").read_text() == "mine"
    with pytest.raises(Refused):
        write_snapshot(day(20), actor=PUBLIC)


def outsider(folder: Path, public_key: str) -> int:
    """A verifier written from docs/reference/snapshot.md alone, with a JSON reader, SHA-256 and Ed25519."""

    def sha(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def text(value) -> bytes:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def root(leaves: list[bytes]) -> bytes:
        if len(leaves) <= 1:
            return leaves[0] if leaves else sha(b"")
        half = 1 << (len(leaves) - 1).bit_length() - 1
        return sha(b"\x01" + root(leaves[:half]) + root(leaves[half:]))

    raw = (folder / "manifest.json").read_bytes()
    signature = bytes.fromhex((folder / "manifest.sig").read_text().strip())
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(signature, raw)
    manifest = json.loads(raw)
    digests = {}
    for item in manifest["files"]:
        packed = (folder / item["name"]).read_bytes()
        assert hashlib.sha256(packed).hexdigest() == item["sha256"]
        for line in gzip.decompress(packed).splitlines():
            row = json.loads(line)
            if row["redaction"] is None:
                said = {name: row[name] for name in ("kind", "payload", "subject", "version")}
                assert hashlib.sha256(text(said)).hexdigest() == row["digest"]
            digests[row["id"]] = row["digest"]
    leaves = [sha(b"\x00" + f"{number}:{digests[number]}".encode()) for number in sorted(digests)]
    assert root(leaves).hex() == manifest["root"]
    assert len(digests) == manifest["publications"]["count"]
    return len(digests)


def test_an_outsider_can_write_a_verifier(said):
    redact_by("D-1", [said[0].id])
    folder = write_snapshot(day(21), actor=OPERATOR).folder
    public = signing.find_public_key(pinned()).public_bytes_raw().hex()
    assert outsider(folder, public) == 5
    with pytest.raises(InvalidSignature):
        outsider(folder, Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex())
    repack(folder, lambda lines: lines[1]["payload"].update(text="x"))
    with pytest.raises((AssertionError, InvalidSignature)):
        outsider(folder, public)


def test_the_command_verifies_without_settings_or_database(said, tmp_path):
    folder = write_snapshot(day(21), actor=OPERATOR).folder
    # Settings that could not be read would stop any other command.
    nothing = {"ALUNITE_TODAY": "no day", "DATABASE_URL": "nonsense", "ALUNITE_HOME": str(tmp_path / "none")}
    command = [sys.executable, "-c", "from alunite.config.command_line import main; main()", "snapshot", "verify"]

    def run(*more: str):
        return subprocess.run(
            [*command, str(folder), *more], env=nothing, cwd=ROOT, capture_output=True, text=True, check=False
        )

    told = run("--key", pinned(), "--json")
    assert (told.returncode, json.loads(told.stdout)["ok"]) == (0, True), told.stderr
    cut_short(folder / f"{KIND}.jsonl.gz")
    told = run()
    assert told.returncode == 2
    assert "fault: " in told.stdout
    assert "was not compared" in told.stdout
    assert not (tmp_path / "none").exists()
