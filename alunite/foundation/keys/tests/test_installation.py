"""The installation's id and its master key, which never lies in the data folder."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from alunite.foundation.keys.installation import Installation, InstallationError, MasterKeyError, write_once

KEY = "k" * 40


@pytest.fixture
def new(tmp_path, monkeypatch):
    """An empty place for an installation, with a configuration folder of its own and no variable set."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    monkeypatch.delenv("ALUNITE_MASTER_KEY", raising=False)
    return Installation(tmp_path / "home")


def test_nothing_is_known_before_it_exists(new):
    assert not new.exists
    assert new.master_key() is None
    assert new.derived_secret("any") is None
    with pytest.raises(InstallationError, match="alunite init"):
        _ = new.id


def test_creating_twice_keeps_the_first_id(new):
    new.create()
    first = new.id
    new.create()
    assert new.id == first
    assert set(json.loads(new.file.read_text("utf-8"))) == {"id", "created"}
    assert [path.name for path in new.home.iterdir()] == ["installation.json"]


def test_of_two_that_create_at_once_one_wins(tmp_path):
    target = tmp_path / "file"
    barrier = threading.Barrier(8)
    won = []

    def create(number):
        barrier.wait()
        if write_once(target, str(number).encode(), mode=0o600):
            won.append(number)

    threads = [threading.Thread(target=create, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_text("utf-8") == str(won[0])
    assert len(won) == 1
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"id": 7}', '{"id": "../../etc"}', "not json"])
def test_a_damaged_file_says_so(new, content):
    new.create()
    new.file.write_text(content, "utf-8")
    with pytest.raises(InstallationError, match=r"installation\.json"):
        _ = new.id


def test_a_made_key_lies_in_the_configuration_folder_and_is_found_again(new, tmp_path):
    found = new.ensure_master_key()
    assert (found.made, found.for_trials) == (True, True)
    path = Path(found.where)
    assert path == tmp_path / "configuration" / "alunite" / f"{new.id}.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert new.ensure_master_key() == type(found)(made=False, where=str(path), for_trials=True)
    assert Installation(new.home).master_key() == path.read_bytes().strip()


def test_a_key_file_open_to_others_is_refused(new):
    path = Path(new.ensure_master_key().where)
    path.chmod(0o640)
    with pytest.raises(MasterKeyError, match="chmod 600"):
        new.master_key()


def test_the_variable_wins_over_the_file(new, monkeypatch):
    new.ensure_master_key()
    monkeypatch.setenv("ALUNITE_MASTER_KEY", KEY)
    assert new.master_key() == KEY.encode()
    found = new.ensure_master_key()
    assert (found.made, found.where, found.for_trials) == (False, "ALUNITE_MASTER_KEY", False)


def test_the_variable_may_name_a_file(new, monkeypatch, tmp_path):
    path = tmp_path / "master.key"
    path.write_text(KEY + "\n", "utf-8")
    path.chmod(0o644)
    monkeypatch.setenv("ALUNITE_MASTER_KEY", str(path))
    assert new.master_key() == KEY.encode()
    assert "chmod 600" in new.complaints()[0]
    path.chmod(0o600)
    assert new.complaints() == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("short", "at least 32"),
        ("./no/such/file/anywhere/at/all.key", "no file"),
        ("~/no-such-folder/no-such-file-anywhere.key", "no file"),
        ("keys/a-relative-path-of-more-than-32-characters", "path in full"),
    ],
)
def test_a_malformed_variable_is_refused_with_words(new, monkeypatch, value, words):
    monkeypatch.setenv("ALUNITE_MASTER_KEY", value)
    for call in (new.master_key, new.ensure_master_key, lambda: new.derived_secret("any")):
        with pytest.raises(MasterKeyError, match=words):
            call()


def test_a_path_that_is_also_base64_is_not_taken_for_a_key(new, monkeypatch, tmp_path):
    folder = tmp_path / "abcd"
    folder.mkdir()
    path = f"{folder}/{'a' * 60}"
    path += "a" * (-len(path) % 4)
    monkeypatch.setenv("ALUNITE_MASTER_KEY", path)
    with pytest.raises(MasterKeyError, match="no file"):
        new.master_key()


def test_a_base64_key_may_begin_like_a_path(new, monkeypatch):
    key = "/" + "A" * 43
    monkeypatch.setenv("ALUNITE_MASTER_KEY", key)
    assert new.master_key() == key.encode()


def test_a_key_in_the_data_folder_is_refused(new, monkeypatch, tmp_path):
    new.create()
    inside = new.home / "master.key"
    inside.write_text(KEY, "utf-8")
    link = tmp_path / "link.key"
    link.symlink_to(inside)
    for path in (inside, link):
        monkeypatch.setenv("ALUNITE_MASTER_KEY", str(path))
        with pytest.raises(MasterKeyError, match="data folder"):
            new.master_key()
    monkeypatch.delenv("ALUNITE_MASTER_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(new.home))
    with pytest.raises(MasterKeyError, match="data folder"):
        new.ensure_master_key()


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 40])
def test_a_damaged_key_file_is_refused(new, content):
    path = Path(new.ensure_master_key().where)
    path.write_bytes(content)
    with pytest.raises(MasterKeyError):
        new.master_key()


def test_no_second_key_is_made_where_a_first_one_is_missing(new):
    path = Path(new.ensure_master_key().where)
    (new.home / "keys").mkdir()
    (new.home / "keys" / "0.pub").touch()
    path.unlink()
    with pytest.raises(MasterKeyError, match="not on this machine"):
        new.ensure_master_key()


def test_secrets_differ_by_purpose_installation_and_key(new, tmp_path, monkeypatch):
    monkeypatch.setenv("ALUNITE_MASTER_KEY", KEY)
    assert new.derived_secret("a") is None  # there is no installation yet
    new.create()
    other = Installation(tmp_path / "other")
    other.create()
    secrets = {new.derived_secret("a"), new.derived_secret("b"), other.derived_secret("a")}
    monkeypatch.setenv("ALUNITE_MASTER_KEY", KEY + "k")
    secrets.add(new.derived_secret("a"))
    assert len(secrets) == 4
    assert len(new.derived_key("a")) == 32


def test_this_module_needs_no_django():
    code = "import sys, alunite.foundation.keys.installation; sys.exit('django' in sys.modules)"
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
