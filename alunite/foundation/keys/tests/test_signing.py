"""Signing with the wrapped key, and checking without the master key."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from alunite.foundation.keys import signing
from alunite.foundation.keys.models import SigningKey
from alunite.foundation.keys.signing import CannotSign

DATA = b"what was said"

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    return signing.ensure_signing_key()


def test_ensuring_twice_keeps_one_key_and_writes_its_public_half(key, own_home):
    assert signing.ensure_signing_key() == key
    pem = (own_home / "keys" / f"{key.id}.pub").read_bytes()
    assert signing.fingerprint(load_pem_public_key(pem)) == key.id


def test_a_signature_is_good_for_its_data_and_key_only(key):
    key_id, signature = signing.sign(DATA)
    assert key_id == key.id
    assert signing.verify(key_id, DATA, signature)
    assert not signing.verify(key_id, DATA + b".", signature)
    assert not signing.verify(key_id, DATA, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not signing.verify(Ed25519PrivateKey.generate().public_key(), DATA, signature)
    assert not signing.verify("0" * 32, DATA, signature)


@pytest.mark.parametrize("forget", ["file", "row"])
def test_either_the_file_or_the_row_suffices_to_check(key, own_home, forget):
    key_id, signature = signing.sign(DATA)
    if forget == "file":
        (own_home / "keys" / f"{key.id}.pub").unlink()
    else:
        SigningKey.objects.all().delete()
    assert signing.verify(key_id, DATA, signature)


def test_a_public_key_under_another_keys_name_is_not_believed(key, own_home):
    _, signature = signing.sign(DATA)
    other = signing.rotate_signing_key()
    (own_home / "keys" / f"{key.id}.pub").write_bytes((own_home / "keys" / f"{other.id}.pub").read_bytes())
    SigningKey.objects.filter(pk=key.pk).update(public_key=other.public_key)
    assert signing.find_public_key(key.id) is None
    assert not signing.verify(key.id, DATA, signature)


@pytest.mark.parametrize("key_id", ["", "../../secrets", "x" * 32, "é", "0" * 33])
def test_an_id_that_is_none_names_no_file(key_id):
    assert signing.find_public_key(key_id) is None


def test_a_copy_without_the_master_key_checks_and_cannot_sign(key, monkeypatch):
    key_id, signature = signing.sign(DATA)
    monkeypatch.delenv("ALUNITE_MASTER_KEY")
    assert signing.verify(key_id, DATA, signature)
    assert signing.ensure_signing_key() == key
    with pytest.raises(CannotSign, match="no master key here"):
        signing.sign(DATA)


def test_another_master_key_does_not_open_the_key(key, monkeypatch):
    monkeypatch.setenv("ALUNITE_MASTER_KEY", "another master key of forty characters..")
    with pytest.raises(CannotSign, match="another master key"):
        signing.sign(DATA)


def test_a_key_of_another_installation_does_not_open(key, own_home):
    (own_home / "installation.json").write_text('{"id": "another"}', "utf-8")
    with pytest.raises(CannotSign, match="another installation"):
        signing.sign(DATA)


@pytest.mark.parametrize("wrapped", ["", "!", "AAAA", "A" * 80])
def test_a_changed_box_does_not_open(key, wrapped):
    SigningKey.objects.update(wrapped_private_key=wrapped)
    with pytest.raises(CannotSign):
        signing.sign(DATA)


def test_a_box_moved_to_another_key_does_not_open(key):
    box = key.wrapped_private_key
    other = signing.rotate_signing_key()
    SigningKey.objects.filter(pk=other.pk).update(wrapped_private_key=box)
    with pytest.raises(CannotSign):
        signing.sign(DATA)


def test_the_private_key_is_nowhere_in_the_clear(key, own_home):
    private = signing._unwrap(key).private_bytes_raw()
    stored = repr(SigningKey.objects.values().get()).encode()
    files = b"".join(path.read_bytes() for path in own_home.rglob("*") if path.is_file())
    for form in (private, private.hex().encode()):
        assert form not in stored + files


def test_without_any_key_signing_says_what_to_do(db):
    with pytest.raises(CannotSign, match="alunite init"):
        signing.sign(DATA)


def test_what_a_retired_key_signed_stays_good(key):
    key_id, signature = signing.sign(DATA)
    new = signing.rotate_signing_key()
    assert new.id != key_id
    assert signing.sign(DATA)[0] == new.id
    assert signing.verify(key_id, DATA, signature)
    assert SigningKey.objects.get(pk=key_id).retired_at is not None
