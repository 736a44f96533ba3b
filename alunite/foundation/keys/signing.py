"""Signing with the installation's key, and checking signatures with public keys alone."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alunite.foundation.core.canonical import sha256_hex
from alunite.foundation.keys.endorsement import endorsement_statement
from alunite.foundation.keys.installation import Installation
from alunite.foundation.keys.models import SigningKey

WRAPPING_PURPOSE = "signing-key-wrapping"
NONCE_BYTES = 12
_KEY_ID = re.compile(r"[0-9a-f]{32}")


class CannotSign(Exception):
    """There is no usable signing key here; checking still works."""


def installation() -> Installation:
    return Installation(Path(settings.ALUNITE_HOME))


def fingerprint(public_key: Ed25519PublicKey) -> str:
    """Return the id of a public key: the first 32 hexadecimal digits of the SHA-256 of its 32 bytes."""
    return sha256_hex(public_key.public_bytes_raw())[:32]


def active_signing_key() -> SigningKey | None:
    return SigningKey.objects.filter(retired_at=None).first()


def ensure_signing_key() -> SigningKey:
    """Return the key in use, made now if there is none; write its public half to ``<home>/keys/<id>.pub``.

    Raises
    ------
    CannotSign
        If a key has to be made and there is no master key to close it under.
    """
    key = active_signing_key() or _make()
    write_public_key(key)
    return key


def rotate_signing_key() -> SigningKey:
    """Retire the key in use and make a new one; what the old one signed stays good.

    The old key's last signature says that the new one takes over, so that whoever noted the old one can follow.
    """
    with transaction.atomic():
        _wrapping_key()
        old = SigningKey.objects.select_for_update().filter(retired_at=None).first()
        private_key = _unwrap(old) if old else None
        SigningKey.objects.filter(retired_at=None).update(retired_at=timezone.now())
        key = _make()
        if old and private_key:
            key.endorsed_by = old.id
            statement = endorsement_statement(installation().id, old.id, key.id)
            key.endorsement = base64.b64encode(private_key.sign(statement)).decode()
            key.save(update_fields=["endorsed_by", "endorsement"])
    write_public_key(key)
    return key


def key_history() -> list[dict[str, str]]:
    """Return every key there has been, oldest first, with what others need to follow from one to the next."""
    return [
        {
            "id": key.id,
            "public_key": base64.b64decode(key.public_key).hex(),
            "created_at": _instant(key.created_at),
            "retired_at": _instant(key.retired_at) if key.retired_at else "",
            "endorsed_by": key.endorsed_by,
            "endorsement": base64.b64decode(key.endorsement).hex(),
        }
        for key in SigningKey.objects.order_by("created_at", "id")
    ]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sign(data: bytes) -> tuple[str, bytes]:
    """Sign `data` and return the key's id and the 64 bytes of the Ed25519 signature.

    Raises
    ------
    CannotSign
        If there is no signing key, no master key, or another master key than the one the key was closed under.
    """
    key = active_signing_key()
    if key is None:
        raise CannotSign("This installation has no signing key: run `alunite init`.")
    private_key = _unwrap(key)
    return key.id, private_key.sign(data)


def verify(key: str | Ed25519PublicKey, data: bytes, signature: bytes) -> bool:
    """Tell whether `signature` is the key's signature of `data`; False also for a key id nobody knows."""
    public = find_public_key(key) if isinstance(key, str) else key
    if public is None:
        return False
    try:
        public.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def find_public_key(key_id: str) -> Ed25519PublicKey | None:
    """Return the public key with this id from the key folder or the database; None where neither has it.

    A key that does not have the fingerprint it is filed under is never returned.
    """
    if not _KEY_ID.fullmatch(key_id):
        return None
    stored = SigningKey.objects.filter(pk=key_id).values_list("public_key", flat=True).first()
    for candidate in (_read_pem(_public_file(key_id)), _from_base64(stored)):
        if candidate is not None and fingerprint(candidate) == key_id:
            return candidate
    return None


def write_public_key(key: SigningKey) -> Path:
    """Write the public half as PEM to ``<home>/keys/<id>.pub`` and return the path."""
    public = _from_base64(key.public_key)
    if public is None or fingerprint(public) != key.id:
        raise CannotSign(f"The stored public key does not have its own fingerprint {key.id}: the table was changed.")
    path = _public_file(key.id)
    if _read_pem(path) is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".pub.")
        with os.fdopen(handle, "wb") as file:
            file.write(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        Path(name).chmod(0o644)
        Path(name).replace(path)
    return path


def _make() -> SigningKey:
    private_key = Ed25519PrivateKey.generate()
    public_key = private_key.public_key()
    key_id = fingerprint(public_key)
    nonce = secrets.token_bytes(NONCE_BYTES)
    box = AESGCM(_wrapping_key()).encrypt(nonce, private_key.private_bytes_raw(), _bound_to(key_id))
    return SigningKey.objects.create(
        id=key_id,
        public_key=base64.b64encode(public_key.public_bytes_raw()).decode(),
        wrapped_private_key=base64.b64encode(nonce + box).decode(),
        created_at=timezone.now(),
    )


def _unwrap(key: SigningKey) -> Ed25519PrivateKey:
    wrapping_key = _wrapping_key()
    try:
        wrapped = base64.b64decode(key.wrapped_private_key, validate=True)
        raw = AESGCM(wrapping_key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound_to(key.id))
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise CannotSign(
            f"The master key here does not open the signing key {key.id}: it was closed under another master key, "
            "for another installation, or changed since."
        ) from error
    return Ed25519PrivateKey.from_private_bytes(raw)


def _wrapping_key() -> bytes:
    derived = installation().derived_key(WRAPPING_PURPOSE)
    if derived is None:
        raise CannotSign(
            "There is no master key here, so nothing can be signed (checking signatures works). Set "
            "ALUNITE_MASTER_KEY, or run `alunite init` on a new installation."
        )
    return derived


def _bound_to(key_id: str) -> bytes:
    return f"{key_id}:{installation().id}".encode()


def _public_file(key_id: str) -> Path:
    return installation().home / "keys" / f"{key_id}.pub"


def _read_pem(path: Path) -> Ed25519PublicKey | None:
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def _from_base64(text: str | None) -> Ed25519PublicKey | None:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text or "", validate=True))
    except (binascii.Error, ValueError):
        return None
